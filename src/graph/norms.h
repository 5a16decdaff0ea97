/* A model with the scales of its norms as components of their own: `load(path, norms: "split")`. */
#ifndef PP_GRAPH_NORMS_H
#define PP_GRAPH_NORMS_H
#include "graph/graph.h"

/* Each component that reads the residual stream through a norm gets that norm's 1 / sqrt(variance + eps) as NAME.scale, of its own
 * (NAME.scale[0], [1] ... where it has several).  A norm is read by a component when nothing but unnamed nodes lies between, no sum
 * of several values among them, and no further norm between it and what is summed.  g goes with the new graph then.  NULL after
 * a report. */
struct graph *graph_split_norms(struct graph *g, struct span at, struct diags *diags);
#endif
