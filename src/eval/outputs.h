/* From the last values of a run to what metrics are given. */
#ifndef PP_EVAL_OUTPUTS_H
#define PP_EVAL_OUTPUTS_H
#include "eval/run.h"

/* Where the output is a product with a weight of which only some columns are looked at, the product is made for those
 * columns alone, pair by pair, from its input: */
bool outputs_by_column(const struct tree *t, const struct asked *asked, const struct batch *b);
/* Multiply-adds of that for one run of every pair of the batch. */
double outputs_cost(const struct tree *t, const struct asked *asked, const struct batch *b);
/* Bytes that n runs of a pair take beside their values while they are handed out and looked at. */
size_t outputs_bytes(const struct tree *t, const struct asked *asked, const struct batch *b, bool by_column, size_t n);
/* Which values a run has to give: */
void outputs_roots(const struct tree *t, tree_id output, bool by_column, struct tree_ids *roots);

struct outputs {
	const struct run *run;               /* its space has the values; base values included */
	const struct tree *tree;
	bool by_column;
	tree_id ref, cf;
	const tree_id *hypothesis;           /* their outputs */
	size_t n, first;                     /* how many, and the index of the first */
	bool base;                           /* hand out the base runs, too */
	const struct asked *asked;
	rows_id rows;                        /* what was asked of all pairs of the batch */
};
/* Calls back for every pair of the batch.  False when the call stopped it. */
bool outputs_hand_out(const struct outputs *o, on_outputs *call, void *context);
#endif
