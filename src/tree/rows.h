/* Sets of rows of a batch of pairs, by number.
 *
 * A row of a batch is a token of one of its pairs.  Which rows of a value are asked for, and which are stored, are such
 * sets; few differ, so they are interned and what is worked out from them is remembered.  Values without rows have one
 * entry for each pair: the set ROWS_PAIRS. */
#ifndef PP_TREE_ROWS_H
#define PP_TREE_ROWS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

typedef uint32_t rows_id;
enum { ROWS_NONE, ROWS_ALL, ROWS_PAIRS };

/* The members in order: by pair, then by row. */
struct row_list {
	size_t n;
	const uint32_t *first;       /* by pair, n_pairs + 1: where its members begin */
	const int32_t  *row;         /* of each member; -1 in ROWS_PAIRS */
};

struct row_sets {
	size_t  n_pairs, words;      /* words of 64 rows for a pair */
	int64_t length;              /* rows of every pair */
	const uint32_t *class;       /* [pair * length + row]: the class of the row */
	const int64_t  *differs;     /* by pair: the first row in which its inputs differ, length where none does */
	VEC(uint64_t *) set;
	VEC(struct row_list) list;
	struct map by_hash, done;
	struct arena arena;
};

void rows_init(struct row_sets *r, size_t n_pairs, int64_t length, const uint32_t *class, const int64_t *differs);
void rows_free(struct row_sets *r);
rows_id rows_of(struct row_sets *r, const uint64_t *bits);               /* n_pairs * words; copied */
rows_id rows_union(struct row_sets *r, rows_id a, rows_id b);
rows_id rows_changed(struct row_sets *r, rows_id a);                     /* those where a copy can differ from the reference run */
rows_id rows_unchanged(struct row_sets *r, rows_id a);                   /* the others */
rows_id rows_upto(struct row_sets *r, rows_id a);                        /* all rows up to the last one of each pair */
rows_id rows_chosen(struct row_sets *r, rows_id a, const uint32_t *choice, uint32_t which);      /* those of classes c with choice[c] == which */
bool    rows_within(struct row_sets *r, rows_id a, rows_id b);           /* is a part of b? */
struct row_list rows_list(const struct row_sets *r, rows_id a);          /* valid until the set is gone */
static inline size_t rows_count(const struct row_sets *r, rows_id a) { return r->list.at[a].n; }
#endif
