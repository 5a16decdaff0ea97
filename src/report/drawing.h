/* Hypotheses and models as graphs to be drawn (picture.h). */
#ifndef PP_REPORT_DRAWING_H
#define PP_REPORT_DRAWING_H
#include "paths/automaton.h"
#include "report/picture.h"

/* The edges between components with what each carries under h; without `all` those that carry the counterfactual alone are left
 * out, and counted.  Requires: no rule names positions.  False after a report. */
bool edges_drawing(const struct hypothesis *h, bool all, struct arena *a, struct drawing *out, size_t *left_out, struct diags *d);
/* The treeified graph: h NULL for a model without hypothesis; m the automaton of h, or of all paths (no positions).  False: it has more than
 * `most` nodes. */
bool tree_drawing(const struct graph *g, const struct hypothesis *h, struct automaton *m, size_t most, struct arena *a, struct drawing *out);
#endif
