/* Graphs in a terminal: a tree as an outline, other graphs as a list of what reads what.  See terminal.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/terminal.h"

static void put_node(const struct drawn_node *n, const struct picture_look *look, struct buf *out)
{
	if (n->look == LOOK_PLAIN)
		put_fitted(out, n->label, shown_columns(n->label, look), false, look);
	else                                         /* the grey of lines is too light for letters */
		put_in(out, n->label, look_color[n->look == LOOK_COUNTERFACTUAL ? LOOK_PLAIN : n->look], look);
}

/* ---- an outline: node i + 1 is read by edge[i].to, which comes before it */

static void put_branches(const struct drawing *d, const bool *last, size_t i, const struct picture_look *look, struct buf *out)
{
	size_t parent = d->edge[i - 1].to;
	if (parent)
		put_branches(d, last, parent, look, out);
	if (parent)
		buf_puts(out, last[parent] ? "   " : look->utf8 ? "│  " : "|  ");
}

static void outline(const struct drawing *d, const struct picture_look *look, struct buf *out)
{
	bool *last = mem_array(d->n_nodes + 1, sizeof *last), *seen = mem_array(d->n_nodes + 1, sizeof *seen);
	for (size_t i = d->n_nodes; i-- > 1;) {
		last[i] = !seen[d->edge[i - 1].to];
		seen[d->edge[i - 1].to] = true;
	}
	for (size_t i = 0; i < d->n_nodes; i++) {
		if (i) {
			put_branches(d, last, i, look, out);
			buf_puts(out, look->utf8 ? (last[i] ? "└─ " : "├─ ") : (last[i] ? "`- " : "|- "));
		}
		put_node(&d->node[i], look, out);
		if (i && *d->edge[i - 1].label)
			buf_printf(out, " (%s)", d->edge[i - 1].label);
		buf_putc(out, '\n');
	}
	free(last);
	free(seen);
}

/* ---- a list */

/* One source of a line that is `column` columns long so far and goes on below where it would be too wide; the new length. */
static size_t put_source(const struct drawing *d, const struct drawn_edge *e, size_t indent, size_t column, const struct picture_look *look, struct buf *out)
{
	const char *name = d->node[e->from].label, *carries = e->look != LOOK_PLAIN && e->look != LOOK_REFERENCE ? look_name[e->look] : "";
	size_t wide = shown_columns(name, look) + (*carries ? strlen(carries) + 3 : 0);
	if (column > indent && column + 3 + wide > (size_t)look->width) {
		buf_printf(out, ",\n%*s", (int)indent, "");
		column = indent;
	} else if (column > indent) {
		buf_puts(out, ", ");
		column += 2;
	}
	put_fitted(out, name, shown_columns(name, look), false, look);
	if (*carries)
		buf_printf(out, " (%s)", carries);
	return column + wide;
}

static void target_name(const struct drawing *d, const struct drawn_edge *e, struct buf *out)
{
	out->n = 0;
	buf_printf(out, "%s%s%s", d->node[e->to].label, *e->label ? "." : "", e->label);
}

/* Edges to one place stand side by side. */
static void list(const struct drawing *d, const struct picture_look *look, struct buf *out)
{
	size_t wide = 0;
	struct buf name = { 0 };
	for (size_t i = 0; i < d->n_edges; i++) {
		target_name(d, &d->edge[i], &name);
		wide = shown_columns(name.at, look) > wide ? shown_columns(name.at, look) : wide;
	}
	for (size_t i = 0, k; i < d->n_edges; i = k) {
		target_name(d, &d->edge[i], &name);
		put_fitted(out, name.at, wide, false, look);
		buf_puts(out, look->utf8 ? " ← " : " <- ");
		size_t indent = wide + (look->utf8 ? 3 : 4), column = indent;
		for (k = i; k < d->n_edges && d->edge[k].to == d->edge[i].to && strcmp(d->edge[k].label, d->edge[i].label) == 0; k++)
			column = put_source(d, &d->edge[k], indent, column, look, out);
		buf_putc(out, '\n');
	}
	buf_free(&name);
}

void graph_text(const struct picture *p, const struct picture_look *look, struct buf *out)
{
	if (p->drawing->tree)
		outline(p->drawing, look, out);
	else
		list(p->drawing, look, out);
}
