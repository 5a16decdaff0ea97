/* Laying out graphs with Graphviz (libgvc), the one file that includes it.  See layout.h.
 *
 * Boxes are as wide as their labels are estimated to be, so Graphviz measures no letters and every machine gets the same
 * drawing; labels of arrows are put where their curves end. */
#include "report/layout.h"

#include <graphviz/gvc.h>
#include <string.h>

#include "report/grid.h"

enum { INCH = 72, BOX_HIGH = 26, BOX_PADDING = 16, EDGES_MANY = 200 };
#define LETTER 7.6

static char last_error[200];

static int note_error(char *message)
{
	if (strlen(message) > 3)
		snprintf(last_error, sizeof last_error, "%.*s", (int)strcspn(message, "\n"), message);
	return 0;
}

static double wide_of(const struct drawn_node *n)
{
	double wide = (double)text_columns(n->label) * LETTER + BOX_PADDING;
	return wide < 36 ? 36 : wide;
}

/* Graphviz takes texts it does not change as char *. */
static void set(void *object, const char *name, const char *value)
{
	agsafeset(object, (char *)(uintptr_t)name, (char *)(uintptr_t)value, (char *)(uintptr_t)"");
}

static void set_number(void *object, const char *name, double x)
{
	char text[40];
	snprintf(text, sizeof text, "%.6g", x);
	set(object, name, text);
}

static Agraph_t *graph_of(const struct drawing *d, Agnode_t **node, Agedge_t **edge)
{
	Agraph_t *g = agopen((char *)(uintptr_t)"g", Agdirected, NULL);
	set(g, "rankdir", "BT");
	set(g, "nodesep", "0.2");
	set(g, "ranksep", d->tree ? "0.35" : "0.6");
	if (d->tree)
		set(g, "ordering", "in");
	if (d->n_edges > EDGES_MANY) {               /* not the best drawing, but one in seconds */
		set(g, "nslimit", "1");
		set(g, "nslimit1", "1");
		set(g, "mclimit", "0.05");
		set(g, "splines", "line");
	}
	for (size_t i = 0; i < d->n_nodes; i++) {
		char name[24];
		snprintf(name, sizeof name, "n%zu", i);
		node[i] = agnode(g, name, 1);
		set(node[i], "shape", "box");
		set(node[i], "label", "");
		set(node[i], "fixedsize", "true");
		set_number(node[i], "width", wide_of(&d->node[i]) / INCH);
		set_number(node[i], "height", (double)BOX_HIGH / INCH);
	}
	for (size_t i = 0; i < d->n_edges; i++)
		edge[i] = agedge(g, node[d->edge[i].from], node[d->edge[i].to], NULL, 1);
	return g;
}

/* The curve, to the tip of the arrow, and a place beside its last piece. */
static void read_edge(struct layout *l, Agedge_t *e, struct layout_edge *out)
{
	const splines *s = ED_spl(e);
	if (!s || !s->size)
		return;
	const bezier *b = &s->list[0];
	out->at = arena_array(&l->arena, (size_t)b->size + 3, sizeof *out->at);
	for (int i = 0; i < b->size; i++)
		out->at[out->n++] = (struct layout_point){ b->list[i].x, l->high - b->list[i].y };
	if (b->eflag) {                              /* a straight piece to where the arrow ends */
		struct layout_point end = { b->ep.x, l->high - b->ep.y }, last = out->at[out->n - 1];
		out->at[out->n++] = last;
		out->at[out->n++] = end;
		out->at[out->n++] = end;
	}
	struct layout_point tip = out->at[out->n - 1], before = out->at[out->n > 4 ? out->n - 5 : 0];
	out->label = (struct layout_point){ tip.x + 0.35 * (before.x - tip.x) + 4, tip.y + 14 };
}

static void read_layout(struct layout *l, const struct drawing *d, Agraph_t *g, Agnode_t **node, Agedge_t **edge)
{
	l->wide = GD_bb(g).UR.x;
	l->high = GD_bb(g).UR.y;
	l->node = arena_array(&l->arena, d->n_nodes + 1, sizeof *l->node);
	l->edge = arena_array(&l->arena, d->n_edges + 1, sizeof *l->edge);
	for (size_t i = 0; i < d->n_nodes; i++)
		l->node[i] = (struct layout_node){ ND_coord(node[i]).x, l->high - ND_coord(node[i]).y, wide_of(&d->node[i]), BOX_HIGH };
	for (size_t i = 0; i < d->n_edges; i++)
		read_edge(l, edge[i], &l->edge[i]);
}

bool layout_make(struct layout *l, const struct drawing *d, struct buf *why)
{
	*l = (struct layout){ 0 };
	snprintf(last_error, sizeof last_error, "no reason is given");
	agseterrf(note_error);
	GVC_t *c = gvContext();
	Agnode_t **node = arena_array(&l->arena, d->n_nodes + 1, sizeof *node);
	Agedge_t **edge = arena_array(&l->arena, d->n_edges + 1, sizeof *edge);
	Agraph_t *g = graph_of(d, node, edge);
	bool ok = c && gvLayout(c, g, "dot") == 0;
	if (ok) {
		read_layout(l, d, g, node, edge);
		gvFreeLayout(c, g);
	} else {
		buf_printf(why, "Graphviz does not lay this graph out: %s", last_error);
	}
	agclose(g);
	if (c)
		gvFreeContext(c);
	return ok;
}

void layout_free(struct layout *l)
{
	arena_free(&l->arena);
}
