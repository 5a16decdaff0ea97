/* Copying a graph node by node, with additions and changes: what derive.c and norms.c have in common. */
#ifndef PP_GRAPH_REWRITE_H
#define PP_GRAPH_REWRITE_H
#include "graph/graph.h"

struct rewrite {
	const struct graph *from;
	struct graph *g;
	struct node **made;              /* by id in `from`: what stands for it where it is read */
	struct node **copy;              /* by id in `from`: its copy */
	struct span at;
	struct diags *diags;
	bool failed;
};

/* Names are copied; they point to the old graph's nodes until rewrite_point_names. */
void rewrite_begin(struct rewrite *w, const struct graph *from, struct span at, struct diags *diags);
struct node *rewrite_add(struct rewrite *w, const struct node *want);
struct node *rewrite_op(struct rewrite *w, enum op o, struct node *const *in, uint32_t n_in, const double *attr);
struct node *rewrite_param(struct rewrite *w, struct tensor t);
/* A new component with one letter, read at n; a name that is taken is reported. */
void rewrite_name(struct rewrite *w, struct node *n, const struct segment *s, int n_segments, bool inner);
/* Every node is copied. */
void rewrite_point_names(struct rewrite *w);
/* Prunes, and works out letters.  NULL after a report. */
struct graph *rewrite_end(struct rewrite *w);
#endif
