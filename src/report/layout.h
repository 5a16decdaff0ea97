/* Where the nodes and arrows of a graph stand: Graphviz's dot works it out. */
#ifndef PP_REPORT_LAYOUT_H
#define PP_REPORT_LAYOUT_H
#include "base/arena.h"
#include "report/picture.h"

struct layout_point { double x, y; };
struct layout_node { double x, y, wide, high; };     /* its middle and its size, in px; y grows downwards */
/* Points of a curve: the first, then three for each Bezier piece.  label: where the arrow's label goes. */
struct layout_edge { struct layout_point *at; size_t n; struct layout_point label; };
struct layout {
	double wide, high;
	struct layout_node *node;
	struct layout_edge *edge;        /* in the order of the drawing */
	struct arena arena;
};

/* False, with a sentence in why, when Graphviz does not do it. */
bool layout_make(struct layout *l, const struct drawing *d, struct buf *why);
void layout_free(struct layout *l);
#endif
