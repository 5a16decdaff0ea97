/* Running hypotheses over a dataset.
 *
 * Lowers all hypotheses into one treeified graph, runs it over the pairs (batched by length), and hands the outputs to the
 * caller pair by pair.  Knows nothing of metrics: those are the language's. */
#ifndef PP_EVAL_EVALUATE_H
#define PP_EVAL_EVALUATE_H
#include <stdatomic.h>

#include "data/dataset.h"
#include "paths/pattern.h"
#include "tree/tree.h"

/* What the caller is given for a pair.  Outputs are views (rows, ...) or (...) of floats, valid during the call only. */
struct pair_outputs {
	size_t pair;                                 /* index in the dataset */
	size_t hypothesis;                           /* index, or NO_HYPOTHESIS: patched is the counterfactual run */
	struct tensor ref, cf, patched;
};
#define NO_HYPOTHESIS ((size_t)-1)
typedef bool on_outputs(void *context, const struct pair_outputs *o);   /* false: stop, something was reported */

struct eval_limits {
	size_t memory;                               /* bytes for values, 0: half of what is free */
	int    threads;
	const atomic_bool *interrupted;              /* may be NULL */
	void (*progress)(void *context, double done, double total, const char *what);   /* may be NULL */
	void  *progress_context;
};

struct eval_plan {                               /* what an evaluation costs; for explain and --time */
	size_t n_nodes, n_base_nodes;
	double madds, madds_plain;                   /* of T for the whole dataset; of one plain pass over all reference prompts */
	double seconds_lower, seconds_run;         /* run: metrics included, they are computed as outputs come */
	size_t n_steps, n_classes, n_states;
	size_t memory_peak;
};

/* False after a report.  Calls back for each pair first with NO_HYPOTHESIS, then once for every hypothesis; pairs of one
 * length may come together, so pairs do not come in dataset order. */
bool evaluate(const struct hypothesis *const *h, size_t n, const struct dataset *data, const struct eval_limits *limits,
    on_outputs *call, void *context, struct eval_plan *plan, struct span at, struct diags *d);
/* Lowering only: fills the plan and gives the tree (the caller frees it). */
struct tree *evaluate_lower(const struct hypothesis *const *h, size_t n, const struct dataset *data, struct eval_plan *plan,
    tree_id *roots, struct span at, struct diags *d);
#endif
