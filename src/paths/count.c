/* Counting paths.  See count.h.
 *
 * A path's letters are read from the output down; the number of ways to go on from a letter in a state is the sum over
 * what can be read below it.  Numbers are exact, of any size. */
#include "paths/count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths/machine.h"

/* A natural number in base 10^18, least significant limb first. */
struct big { uint32_t n; uint64_t *limb; };
#define BASE UINT64_C(1000000000000000000)

static struct big big_add(struct arena *a, struct big x, struct big y)
{
	if (x.n < y.n) {
		struct big t = x;
		x = y;
		y = t;
	}
	struct big r = { 0, arena_array(a, x.n + 1, 8) };
	uint64_t carry = 0;
	for (uint32_t i = 0; i < x.n; i++) {
		uint64_t d = x.limb[i] + (i < y.n ? y.limb[i] : 0) + carry;
		carry = d >= BASE;
		r.limb[r.n++] = carry ? d - BASE : d;
	}
	if (carry)
		r.limb[r.n++] = 1;
	return r;
}

static const char *big_text(struct big x, struct arena *a)
{
	if (!x.n)
		return "0";
	struct buf b = { 0 };
	buf_printf(&b, "%llu", (unsigned long long)x.limb[x.n - 1]);
	for (uint32_t i = x.n - 1; i-- > 0;)
		buf_printf(&b, "%018llu", (unsigned long long)x.limb[i]);
	const char *s = arena_strndup(a, buf_str(&b), b.n);
	buf_free(&b);
	return s;
}

static struct big one(struct arena *a)
{
	struct big x = { 1, arena_array(a, 1, 8) };
	x.limb[0] = 1;
	return x;
}

struct counter {
	const struct graph *g;
	struct automaton *m;             /* NULL: all paths */
	int column;
	struct arena arena;
	struct big *total;               /* by letter: paths from it down */
	struct map memo;                 /* (letter, state) -> struct big */
};

static void all_below(struct counter *c)
{
	size_t n = c->g->letter.n;
	c->total = arena_array(&c->arena, n + 1, sizeof *c->total);
	/* Letters are numbered as they were named, which need not be bottom-up: go by the nodes' order. */
	VEC(int) order = { 0 };
	for (size_t i = 0; i < c->g->node.n; i++) {
		const struct node *x = c->g->node.at[i];
		if (x->letter != NO_LETTER)
			vec_push(&order, x->letter);
		else if (x->yields != NO_COMPONENT) {
			const struct component *k = &c->g->component.at[x->yields];
			vec_push(&order, k->first_letter + k->n_letters - 1);
		}
	}
	vec_push(&order, (int)n);
	for (size_t i = 0; i < order.n; i++) {
		int l = order.at[i];
		for (size_t k = 0; k < c->g->below[l].n; k++) {
			int b = c->g->below[l].at[k];
			c->total[l] = big_add(&c->arena, c->total[l], b >= (int)n ? one(&c->arena) : c->total[b]);
		}
	}
	vec_free(&order);
}

static struct big below(struct counter *c, int letter, state s);

static struct big from_letter(struct counter *c, int letter, state s)
{
	int column = automaton_decide(c->m, c->g->letter.at[letter].node, &s);
	if (column != UNDECIDED)
		return column == c->column ? c->total[letter] : (struct big){ 0 };
	uint64_t key = (uint64_t)s * c->g->letter.n + (uint64_t)letter;
	struct big *have = map_get_ptr(&c->memo, key);
	if (have)
		return *have;
	have = arena_alloc(&c->arena, sizeof *have);
	*have = below(c, letter, automaton_step(c->m, s, letter, 0, 0));
	map_put_ptr(&c->memo, key, have);
	return *have;
}

static struct big below(struct counter *c, int letter, state s)
{
	struct big sum = { 0 };
	size_t n = c->g->letter.n;
	for (size_t k = 0; k < c->g->below[letter].n; k++) {
		int b = c->g->below[letter].at[k];
		if (b < (int)n)
			sum = big_add(&c->arena, sum, from_letter(c, b, s));
		else if (automaton_accept(c->m, s) == c->column)
			sum = big_add(&c->arena, sum, one(&c->arena));
	}
	return sum;
}

static const char *count(const struct graph *g, struct automaton *m, int column, struct arena *a)
{
	struct counter c = { .g = g, .m = m, .column = column };
	all_below(&c);
	struct big n = m ? below(&c, (int)g->letter.n, STATE_START) : c.total[g->letter.n];
	const char *text = big_text(n, a);
	if (!n.n)
		text = arena_strndup(a, "0", 1);
	arena_free(&c.arena);
	map_free(&c.memo);
	return text;
}

const char *count_all(const struct graph *g, struct arena *a)
{
	return count(g, NULL, 0, a);
}

const char *count_column(const struct graph *g, struct automaton *m, int column, struct arena *a)
{
	pp_assert(m->n_classes == 0);                /* rows are erased by not binding any */
	return count(g, m, column, a);
}
