/* What of a treeified graph is computed for a batch of pairs, and in which order.
 *
 * Rows are demanded backward, from those that metrics look at; a copy stores only rows in which it can differ from the
 * reference run, and lends the others from there.  Units are ordered by level. */
#ifndef PP_TREE_PLAN_H
#define PP_TREE_PLAN_H
#include "tree/rows.h"
#include "tree/tree.h"

struct plan {
	const struct tree *tree;
	struct row_sets *rows;
	rows_id *stored;             /* by tree id: the rows that are computed; ROWS_NONE: nothing is */
	rows_id *want;               /* by tree id: the rows that somebody reads */
	uint32_t *uses;              /* by tree id: readers, roots included; a value goes with its last */
	tree_id *order;              /* what has to be computed, by level; in a level units, then selections of rows */
	size_t n;
	size_t *level, *select;      /* where in order a level begins, and its selections; n_levels + 1 of each */
};

struct plan_options {
	bool base;                   /* only the base runs, with all that later waves may read of them */
	const struct plan *given;    /* base nodes are there already, as that plan stored them; or NULL */
};

/* roots: values that are read from outside, on the rows `out` (ROWS_PAIRS where the output has no rows). */
void plan_make(struct plan *p, const struct tree *t, struct row_sets *rows, const tree_id *root, size_t n_roots, rows_id out,
    const struct plan_options *o);
void plan_free(struct plan *p);
/* The rows of input k that node id reads, stored rows being what it computes. */
rows_id plan_reads(const struct plan *p, tree_id id, uint32_t k);
/* Does reading these rows of a value take some from the reference run's? */
bool plan_lends(const struct plan *p, tree_id id, rows_id rows);
#endif
