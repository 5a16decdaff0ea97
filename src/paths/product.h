/* Questions about sets of paths, answered on the product of a graph with one or two automata: how many, is there any and
 * which is shortest, how many go through each component and edge.  Exact; nothing is enumerated, nothing is run.
 *
 *     struct path_query q = { .graph = g, .in = { { p, COLUMN }, { other, COLUMN } }, .wanted = QUERY_FIRST_ONLY };
 *     struct product *x = product_new(&q);                   the paths in the first set and not in the second
 *     ... product_count, product_shortest, product_flow ...
 *     product_free(x);
 *
 * Rows are erased: an automaton whose rules name positions has to be refused by the caller (automaton_has_positions). */
#ifndef PP_PATHS_PRODUCT_H
#define PP_PATHS_PRODUCT_H
#include "paths/automaton.h"

/* The paths that get `column` under m's rules; m NULL: all paths. */
struct path_set { struct automaton *m; int column; };

/* Bit i + 2 * k: are paths wanted for which being in the first set is i, and in the second k?  The second set may be missing
 * (m NULL): then every path is in it. */
enum { QUERY_FIRST = 0xA, QUERY_BOTH = 0x8, QUERY_FIRST_ONLY = 0x2, QUERY_SECOND_ONLY = 0x4, QUERY_NEITHER = 0x1, QUERY_ALL = 0xF };

struct path_query {
	const struct graph *graph;
	struct path_set in[2];
	unsigned wanted;
	size_t limit;                                /* 0: PRODUCT_LIMIT */
	bool any;                                    /* only product_empty will be asked: the first path that is found ends the search */
};
enum { PRODUCT_LIMIT = 24000000 };               /* steps of the product; above it the answer is "too large" */

struct product;

/* Never NULL; product_full says whether it grew beyond its limit, and then nothing else may be asked. */
struct product *product_new(const struct path_query *q);
void product_free(struct product *p);
bool product_full(const struct product *p);
/* How many steps were looked at. */
size_t product_work(const struct product *p);

bool product_empty(const struct product *p);
/* How many wanted paths there are: decimal text in the arena. */
const char *product_count(struct product *p, struct arena *a);
/* A shortest wanted path: its letters from input to output.  false: there is none. */
typedef VEC(int) path_letters;
bool product_shortest(struct product *p, path_letters *out);

/* Wanted paths and all paths through each letter and each edge.  An edge is graph->below[letter].at[k]: edge_at[letter] + k. */
struct flow {
	uint32_t width;                              /* limbs of a number (big.h); number i is at + i * width */
	uint64_t *letter, *letter_all, *edge, *edge_all, *count, *count_all;
	size_t *edge_at;                             /* letter.n + 2 of them; the last is how many edges there are */
};
void product_flow(struct product *p, struct flow *out);
/* Subtracts from kept and all (numbers of the flow's width) the wanted paths and all paths that visit no letter of `avoid`. */
void product_take_away_avoiding(struct product *p, const bool *avoid, uint64_t *kept, uint64_t *all);
void flow_free(struct flow *f);
#endif
