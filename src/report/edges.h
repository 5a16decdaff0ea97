/* What every edge between components carries under a hypothesis, exactly: on the product of graph and automaton. */
#ifndef PP_REPORT_EDGES_H
#define PP_REPORT_EDGES_H
#include "paths/pattern.h"
#include "report/explain.h"

/* A table of the edges, or one JSON object a line.  Of many edges the rarer kinds are listed, the others counted. */
void edges_print(const struct hypothesis *h, const struct explain_style *style, struct buf *out, struct diags *d);
/* The same as a drawing: a digraph for Graphviz.  Of many edges those that carry the counterfactual alone are left out. */
void edges_draw(const struct hypothesis *h, struct buf *out, struct diags *d);
/* Two hypotheses of one model: the paths that only one of them keeps (how many, a shortest), and the edges that differ. */
void edges_compare(const struct hypothesis *a, const struct hypothesis *b, const struct explain_style *style, struct buf *out, struct diags *d);
#endif
