/* Graphs as SVG: boxes and arrows where layout.h says.  See svg.h. */
#include <math.h>

#include "report/layout.h"
#include "report/svg.h"

/* Reference: solid; counterfactual: dashed; both: dotted with dashes; another column: thick.  Lines differ in print, too. */
static const struct { const char *line; double wide; } look[N_LOOKS] = {
	[LOOK_PLAIN] = { "", 1.2 }, [LOOK_REFERENCE] = { "", 2.2 }, [LOOK_COUNTERFACTUAL] = { "4 3", 1.2 },
	[LOOK_MIXED] = { "9 3 2 3", 2.2 }, [LOOK_OTHER] = { "2 2", 2.6 }, [LOOK_CUT] = { "1 4", 2.2 },
};

static void put_style(struct svg *s, enum cargo_look k)
{
	buf_puts(&s->body, " stroke=\"");
	put_color(&s->body, look_color[k]);
	buf_printf(&s->body, "\" stroke-width=\"%g\"", look[k].wide);
	if (*look[k].line)
		buf_printf(&s->body, " stroke-dasharray=\"%s\"", look[k].line);
}

/* The head of the arrow: a triangle whose tip is the end of the curve. */
static void put_head(struct svg *s, const struct layout_edge *e, enum cargo_look k, double dx, double dy)
{
	struct layout_point tip = e->at[e->n - 1], from = e->at[0];
	for (size_t i = e->n - 1; i-- > 0;)
		if (hypot(e->at[i].x - tip.x, e->at[i].y - tip.y) > 1) {
			from = e->at[i];
			break;
		}
	double length = hypot(tip.x - from.x, tip.y - from.y), ux = length ? (tip.x - from.x) / length : 0, uy = length ? (tip.y - from.y) / length : -1;
	buf_puts(&s->body, "<path fill=\"");
	put_color(&s->body, look_color[k]);
	buf_printf(&s->body, "\" d=\"M%.5g %.5gL%.5g %.5gL%.5g %.5gZ\"/>\n", tip.x + dx, tip.y + dy,
	    tip.x - 9 * ux - 3.5 * uy + dx, tip.y - 9 * uy + 3.5 * ux + dy, tip.x - 9 * ux + 3.5 * uy + dx, tip.y - 9 * uy - 3.5 * ux + dy);
}

static void put_edge(struct svg *s, const struct drawn_edge *d, const struct layout_edge *e, size_t i, double dx, double dy)
{
	if (!e->n)
		return;
	buf_printf(&s->body, "<path class=\"arrow\" fill=\"none\" d=\"M%.5g %.5gC", e->at[0].x + dx, e->at[0].y + dy);
	for (size_t k = 1; k < e->n; k++)
		buf_printf(&s->body, "%s%.5g %.5g", k > 1 ? " " : "", e->at[k].x + dx, e->at[k].y + dy);
	buf_putc(&s->body, '"');
	put_style(s, d->look);
	svg_tip(s, "path", 1, i, d->tip);
	put_head(s, e, d->look, dx, dy);
	if (*d->label)
		svg_words(s, e->label.x + dx, e->label.y + dy, "port", "start", d->label);
}

static void put_node(struct svg *s, const struct drawn_node *d, const struct layout_node *n, size_t i, double dx, double dy)
{
	buf_printf(&s->body, "<rect class=\"node\" rx=\"5\" x=\"%.5g\" y=\"%.5g\" width=\"%.5g\" height=\"%.5g\"", n->x - n->wide / 2 + dx,
	    n->y - n->high / 2 + dy, n->wide, n->high);
	if (d->look != LOOK_PLAIN) {
		buf_puts(&s->body, " style=\"stroke:");
		put_color(&s->body, look_color[d->look]);
		buf_printf(&s->body, ";stroke-width:%g;stroke-dasharray:%s\"", look[d->look].wide, *look[d->look].line ? look[d->look].line : "none");
	}
	svg_tip(s, "rect", 0, i, d->tip);
	svg_words(s, n->x + dx, n->y + 4.5 + dy, "label", "middle", d->label);
}

/* Which line is what, for those that occur. */
static void put_key(struct svg *s, const struct drawing *d, double y)
{
	double x = SVG_MARGIN;
	for (enum cargo_look k = LOOK_REFERENCE; k < N_LOOKS; k++) {
		bool used = false;
		for (size_t i = 0; i < d->n_edges; i++)
			used |= d->edge[i].look == k;
		for (size_t i = 0; i < d->n_nodes; i++)
			used |= d->node[i].look == k;
		if (!used)
			continue;
		buf_printf(&s->body, "<path fill=\"none\" d=\"M%.5g %.5gh32\"", x, y - 4);
		put_style(s, k);
		buf_puts(&s->body, "/>\n");
		svg_words(s, x + 40, y, "soft", "start", look_name[k]);
		x += 150;
	}
}

struct drawing graph_merged(const struct drawing *d, struct arena *a)
{
	struct drawing m = { d->node, d->n_nodes, arena_array(a, d->n_edges + 1, sizeof *m.edge), 0, d->tree };
	for (size_t i = 0; i < d->n_edges; i++) {
		const struct drawn_edge *e = &d->edge[i];
		size_t k = 0;
		while (k < m.n_edges && (m.edge[k].from != e->from || m.edge[k].to != e->to || m.edge[k].look != e->look))
			k++;
		if (k == m.n_edges) {
			m.edge[m.n_edges++] = *e;
			continue;
		}
		m.edge[k].label = arena_printf(a, "%s,%s", m.edge[k].label, e->label);
		m.edge[k].tip = arena_printf(a, "%s; %s", m.edge[k].tip, e->tip);
	}
	return m;
}

void graph_svg(struct svg *s, const struct drawing *d, const struct layout *l, double y)
{
	for (size_t i = 0; i < d->n_edges; i++)
		put_edge(s, &d->edge[i], &l->edge[i], i, SVG_MARGIN, y);
	for (size_t i = 0; i < d->n_nodes; i++)
		put_node(s, &d->node[i], &l->node[i], i, SVG_MARGIN, y);
	s->wide = fmax(s->wide, l->wide + SVG_MARGIN);
	s->high = fmax(s->high, l->high + y);
	put_key(s, d, y + l->high + 1.6 * SVG_LINE);
}
