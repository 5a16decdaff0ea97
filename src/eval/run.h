/* Executing a treeified graph on a batch of pairs of one length. */
#ifndef PP_EVAL_RUN_H
#define PP_EVAL_RUN_H
#include "data/dataset.h"
#include "eval/evaluate.h"
#include "tree/tree.h"

struct batch {
	const struct dataset *data;
	const size_t *pair;              /* indices into the dataset */
	size_t n;
	int64_t length;
	const uint32_t *class;           /* [pair in batch * length + row]: the row's class */
};

struct run_roots { tree_id ref, cf; const tree_id *hypothesis; size_t n; };

/* The most bytes of values alive at once for one pair of this length. */
size_t run_peak(const struct tree *t, const struct run_roots *roots, int64_t length);
/* Computes every node once, in id order, and hands roots out as soon as they exist.  Values go at their last use.
 * False when the call stopped it or it was interrupted. */
bool run_batch(const struct tree *t, const struct run_roots *roots, const struct batch *b, const struct eval_limits *limits,
    on_outputs *call, void *context);
#endif
