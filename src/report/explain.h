/* What an evaluation is made of, without running it: counts of paths, the treeified graph and its cost. */
#ifndef PP_REPORT_EXPLAIN_H
#define PP_REPORT_EXPLAIN_H
#include "eval/evaluate.h"

enum explain_what {
	EXPLAIN_AST   = 1, EXPLAIN_GRAPH = 2, EXPLAIN_PATHS = 4, EXPLAIN_TREE = 8,
	EXPLAIN_PLAN  = 32,              /* waves, multiply-adds and memory, as predicted before anything runs */
	EXPLAIN_EDGES = 64, EXPLAIN_DOT = 128,
	EXPLAIN_COST  = 16,              /* counts, nodes, multiply-adds: what is told when nothing else is asked for */
};

struct explain_style { unsigned what; bool json; int width; };

/* Hypotheses of one model; data NULL where none is known: then counts only.  Mistakes go to d. */
void explain_hypotheses(const struct hypothesis *const *h, size_t n, const struct dataset *data, const struct explain_style *style,
    struct span at, struct buf *out, struct diags *d);
/* What the plan of an evaluation says. */
void explain_plan(const struct eval_plan *p, size_t n_hypotheses, const struct dataset *data, const struct explain_style *style, struct buf *out);
#endif
