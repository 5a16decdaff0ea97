/* Running hypotheses over a dataset.
 *
 * Lowers hypotheses into one treeified graph, in waves that fit into the memory allowed, runs it over the pairs (batched by
 * length), and hands the outputs to the caller pair by pair.  Knows nothing of metrics: those are the language's. */
#ifndef PP_EVAL_EVALUATE_H
#define PP_EVAL_EVALUATE_H
#include <stdatomic.h>

#include "data/dataset.h"
#include "paths/pattern.h"
#include "tree/tree.h"

/* What is looked at of the output for one pair: rows and columns, ascending, each once.  n_columns 0: all columns.  Where the
 * output has no rows: no rows, all columns. */
struct asked { const int64_t *row; size_t n_rows; const int64_t *column; size_t n_columns; };

/* What the caller is given for a pair: the asked rows below each other, of each the asked columns; valid during the call. */
struct pair_outputs {
	size_t pair;                                 /* index in the dataset */
	size_t hypothesis;                           /* index, or NO_HYPOTHESIS: patched is the counterfactual run */
	enum dtype type;                             /* F32, or F64 where the model is small (tree/unit.h) */
	const void *ref, *cf, *patched;
};
static inline double output_number(const struct pair_outputs *o, const void *run, size_t i)
{
	return o->type == DT_F64 ? ((const double *)run)[i] : (double)((const float *)run)[i];
}
#define NO_HYPOTHESIS ((size_t)-1)
typedef bool on_outputs(void *context, const struct pair_outputs *o);   /* false: stop, something was reported */

/* What the values of a model are stored and summed in. */
enum precision { PRECISION_BY_SIZE, PRECISION_SINGLE, PRECISION_DOUBLE };    /* by size: as the units say (tree/unit.h) */

struct eval_limits {
	size_t memory;                               /* bytes for values, 0: half of what is free */
	size_t comfort;                              /* bytes: pieces of work are not made larger, if they can be smaller; 0: 256 MB */
	int    threads;
	enum precision precision;
	struct bases *bases;                         /* where base runs are kept for evaluations to come; NULL: nowhere */
	const atomic_bool *interrupted;              /* may be NULL */
	void (*progress)(void *context, double done, double total, const char *what);   /* may be NULL */
	void  *progress_context;
};

struct eval_plan {                               /* what an evaluation costs; for explain and --time */
	size_t n_nodes, n_base_nodes;                /* n_nodes: of all waves */
	size_t n_bases_found;                        /* batches whose base runs were kept from an earlier evaluation */
	double madds;                                /* computed, in all */
	double madds_all;                            /* plan_only: if hypotheses and base runs shared nothing */
	double madds_plain;                          /* of one plain pass over all reference prompts */
	size_t n_products;                           /* with weights, each as large as rows and columns that lie together make it */
	double seconds_lower, seconds_run;           /* lowering; planning and passes over the model */
	double seconds_products;                     /* of seconds_run, in matrix products with weights */
	double seconds_measure;                      /* in the caller's on_outputs: metrics */
	size_t n_steps, n_classes, n_states;
	size_t n_waves, n_batches;                   /* a wave: some hypotheses on some pairs */
	size_t memory_peak, memory_limit;            /* bytes: predicted before anything runs; allowed */
};

/* The runs of a treeified graph: their outputs. */
struct tree_runs { tree_id ref, cf; const tree_id *hypothesis; size_t n; };
struct tree_ids { tree_id *at; size_t n, cap; };

struct eval_request {
	const struct hypothesis *const *h;
	size_t n;
	const struct dataset *data;
	const struct asked *asked;                   /* by pair */
	const bool *pair;                            /* by pair: only these; NULL: all */
	struct span at;                              /* the statement, for messages */
	bool plan_only;                              /* predict, compute nothing, call nobody */
	/* Values inside of the runs instead of outputs: look adds those that are wanted, value is given all rows of each for every
	 * pair (rows 1 where it has none; false: stop, something was reported). */
	void (*look)(void *context, struct tree *t, const struct tree_runs *runs, struct tree_ids *out);
	bool (*value)(void *context, size_t pair, size_t which, const double *x, int64_t rows, int64_t width);
	void *looked_context;
};

/* False after a report.  Calls back for each pair first with NO_HYPOTHESIS, then once for every hypothesis; neither pairs nor
 * hypotheses need come in order. */
bool evaluate(const struct eval_request *q, const struct eval_limits *limits, on_outputs *call, void *context, struct eval_plan *plan,
    struct diags *d);
/* Lowering only, all hypotheses at once: fills the plan and gives the tree (the caller frees it). */
struct tree *evaluate_lower(const struct hypothesis *const *h, size_t n, const struct dataset *data, struct eval_plan *plan,
    tree_id *roots, struct span at, struct diags *d);
#endif
