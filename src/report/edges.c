/* What edges carry, as a table, as JSON and as a drawing.  See edges.h.
 *
 * An edge goes from a component to a component, or to one of its ports.  All paths that take it are looked at: where all start at
 * the reference it carries the reference, where none does the counterfactual, else both.  Nothing is enumerated: paths/product.h
 * gives the numbers. */
#include "report/edges.h"

#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "paths/big.h"
#include "paths/product.h"
#include "report/drawing.h"
#include "report/grid.h"
#include "report/json.h"

enum { MANY_EDGES = 200 };

enum cargo { CARGO_NONE, CARGO_REFERENCE, CARGO_COUNTERFACTUAL, CARGO_OTHER, CARGO_CUT, CARGO_MIXED, N_CARGO };
static const char *const cargo_name[N_CARGO] = { "nothing", "reference", "counterfactual", "another column", "a set value", "mixed" };

/* Paths that take the edge: from the reference, and all. */
struct edge { int from, letter; uint32_t from_node, to_node; enum cargo cargo; uint64_t *reference, *all; };

struct edge_list {
	const struct graph *g;
	uint32_t width;
	struct arena arena;
	VEC(struct edge) edge;
	size_t n[N_CARGO];
};

static void edges_free(struct edge_list *l)
{
	vec_free(&l->edge);
	arena_free(&l->arena);
}

/* ---- working them out */

static bool flow_of(const struct hypothesis *h, struct automaton *m, int column, struct flow *f, struct diags *d)
{
	struct path_query q = { .graph = h->graph, .in = { { m, column } }, .wanted = QUERY_FIRST };
	struct product *p = product_new(&q);
	bool ok = !product_full(p);
	if (ok)
		product_flow(p, f);
	else
		automaton_say_full(m, h->span, d);
	product_free(p);
	return ok;
}

/* Paths that take an edge, by where they start; those that are cut start nowhere. */
struct shares { uint64_t *reference, *counterfactual, *cut, *all; };

static enum cargo cargo_of(const struct shares *n, uint32_t width, uint64_t *scratch)
{
	memcpy(scratch, n->all, width * 8);
	big_sub(scratch, n->reference, width);
	big_sub(scratch, n->counterfactual, width);
	big_sub(scratch, n->cut, width);
	bool r = !big_is_zero(n->reference, width), c = !big_is_zero(n->counterfactual, width), k = !big_is_zero(n->cut, width), o = !big_is_zero(scratch, width);
	if (r + c + k + o != 1)
		return (r + c + k + o) > 0 ? CARGO_MIXED : CARGO_NONE;
	return r ? CARGO_REFERENCE : c ? CARGO_COUNTERFACTUAL : k ? CARGO_CUT : CARGO_OTHER;
}

/* Letters of one component lie side by side below a letter: their edges are one. */
static void edges_to(struct edge_list *l, size_t letter, const struct flow *ref, const struct flow *cf, const struct flow *cut)
{
	const struct graph *g = l->g;
	const struct letters_below *below = &g->below[letter];
	uint64_t *scratch = arena_array(&l->arena, l->width, 8);
	struct shares n = { .counterfactual = arena_array(&l->arena, l->width, 8), .cut = arena_array(&l->arena, l->width, 8) };
	for (size_t k = 0; k < below->n;) {
		if (below->at[k] >= (int)g->letter.n)            /* the path begins here */
			break;
		struct edge e = { .from = g->letter.at[below->at[k]].component, .letter = (int)letter };
		e.from_node = g->component.at[e.from].node->id;
		e.to_node = g->letter.at[letter].node->id;
		n.reference = e.reference = arena_array(&l->arena, l->width, 8);
		n.all = e.all = arena_array(&l->arena, l->width, 8);
		memset(n.counterfactual, 0, l->width * 8);
		memset(n.cut, 0, l->width * 8);
		for (; k < below->n && below->at[k] < (int)g->letter.n && g->letter.at[below->at[k]].component == e.from; k++) {
			size_t at = (ref->edge_at[letter] + k) * l->width;
			big_add(e.reference, ref->edge + at, l->width);
			big_add(n.counterfactual, cf->edge + at, l->width);
			if (cut->edge)
				big_add(n.cut, cut->edge + at, l->width);
			big_add(e.all, ref->edge_all + at, l->width);
		}
		e.cargo = cargo_of(&n, l->width, scratch);
		l->n[e.cargo]++;
		if (e.cargo != CARGO_NONE)
			vec_push(&l->edge, e);
	}
}

static int by_place(const void *x, const void *y)
{
	const struct edge *a = x, *b = y;
	if (a->to_node != b->to_node)
		return a->to_node < b->to_node ? -1 : 1;
	return (a->from_node > b->from_node) - (a->from_node < b->from_node);
}

/* Nothing where rules name positions.  False after a report. */
static bool edges_of(const struct hypothesis *h, struct edge_list *l, struct automaton **made, struct diags *d)
{
	struct flow ref = { 0 }, cf = { 0 }, cut = { 0 };
	struct automaton *m = automaton_new(h->graph, h->rule, h->n_rules, d);
	*l = (struct edge_list){ .g = h->graph };
	*made = m;
	if (!m || automaton_has_positions(m))
		return m != NULL;
	bool ok = flow_of(h, m, COLUMN_REF, &ref, d) && flow_of(h, m, COLUMN_CF, &cf, d) && (!automaton_sets(m) || flow_of(h, m, COLUMN_SET, &cut, d));
	l->width = ref.width;
	for (size_t letter = 0; ok && letter < h->graph->letter.n; letter++)
		edges_to(l, letter, &ref, &cf, &cut);
	flow_free(&ref);
	flow_free(&cf);
	flow_free(&cut);
	if (l->edge.n)
		qsort(l->edge.at, l->edge.n, sizeof *l->edge.at, by_place);
	return ok;
}

/* ---- words */

static void put_edge(const struct graph *g, const struct edge *e, struct buf *out)
{
	buf_printf(out, "%s -> ", g->component.at[e->from].name);
	letter_name(g, e->letter, out);
}

/* The kinds whose edges are listed one by one: all, or of many edges the rarer kinds as long as they are few. */
static void choose_listed(const struct edge_list *l, bool listed[N_CARGO])
{
	size_t shown = 0;
	memset(listed, 0, N_CARGO * sizeof *listed);
	for (int round = CARGO_REFERENCE; round < N_CARGO; round++) {
		enum cargo least = CARGO_NONE;
		for (enum cargo c = CARGO_REFERENCE; c < N_CARGO; c++)
			if (!listed[c] && (least == CARGO_NONE || l->n[c] < l->n[least]))
				least = c;
		if (shown + l->n[least] > MANY_EDGES)
			break;
		shown += l->n[least];
		listed[least] = true;
	}
}

static void add_count(struct grid *t, const uint64_t *x, uint32_t width)
{
	struct arena tmp = { 0 };
	struct buf b = { 0 };
	put_count(&b, big_text(x, width, &tmp));
	grid_add(t, "%s", buf_str(&b));
	buf_free(&b);
	arena_free(&tmp);
}

static void print_table(const struct hypothesis *h, const struct edge_list *l, int width, struct buf *out)
{
	static const struct column column[] = { { { "edge" }, true }, { { "carries" }, true }, { { "paths kept" }, false }, { { "paths in all" }, false } };
	struct grid t = { column, 4, { 0 } };
	bool listed[N_CARGO];
	choose_listed(l, listed);
	buf_printf(out, "hypothesis %s on %s: what each of the %zu edges carries\n\n", h->name, h->graph->name, l->edge.n);
	for (size_t i = 0; i < l->edge.n; i++) {
		const struct edge *e = &l->edge.at[i];
		if (!listed[e->cargo])
			continue;
		struct buf name = { 0 };
		put_edge(l->g, e, &name);
		grid_add(&t, "%s", buf_str(&name));
		grid_add(&t, "%s", cargo_name[e->cargo]);
		add_count(&t, e->reference, l->width);
		add_count(&t, e->all, l->width);
		buf_free(&name);
	}
	if (t.cell.n)
		grid_print(&t, out, width);
	grid_free(&t);
	for (enum cargo c = CARGO_REFERENCE; c < N_CARGO; c++)
		if (!listed[c])
			buf_printf(out, "%zu more edges: %s\n", l->n[c], cargo_name[c]);
	buf_putc(out, '\n');
}

static void put_big(struct buf *out, const char *key, const uint64_t *x, uint32_t width)
{
	struct arena tmp = { 0 };
	put_json_field(out, key, big_text(x, width, &tmp));
	arena_free(&tmp);
}

static void print_json(const struct hypothesis *h, const struct edge_list *l, struct buf *out)
{
	for (size_t i = 0; i < l->edge.n; i++) {
		const struct edge *e = &l->edge.at[i];
		struct buf to = { 0 };
		buf_puts(out, "{\"kind\":\"edge\"");
		put_json_field(out, "hypothesis", h->name);
		put_json_field(out, "from", l->g->component.at[e->from].name);
		put_json_field(out, "to", letter_name(l->g, e->letter, &to));
		put_json_field(out, "carries", cargo_name[e->cargo]);
		put_big(out, "paths_kept", e->reference, l->width);
		put_big(out, "paths_total", e->all, l->width);
		buf_puts(out, "}\n");
		buf_free(&to);
	}
}

static bool says_positions(const struct hypothesis *h, const struct automaton *m, struct buf *out, const char *comment)
{
	if (!automaton_has_positions(m))
		return false;
	buf_printf(out, "%shypothesis %s names positions: what an edge carries differs from row to row, and from pair to pair\n", comment, h->name);
	return true;
}

void edges_print(const struct hypothesis *h, const struct explain_style *style, struct buf *out, struct diags *d)
{
	struct edge_list l;
	struct automaton *m;
	if (edges_of(h, &l, &m, d) && (style->json || !says_positions(h, m, out, ""))) {
		if (style->json)
			print_json(h, &l, out);
		else
			print_table(h, &l, style->width, out);
	}
	edges_free(&l);
	automaton_free(m);
}

/* ---- the drawing */

static void draw_edge(const struct edge_list *l, const struct edge *e, struct buf *out)
{
	static const char *const look[N_CARGO] = { "", "color=\"#1f5fbf\", penwidth=2", "color=\"#b0b0b0\", style=dashed", "color=\"#2a8a4a\", penwidth=2",
		"color=\"#404040\", style=dotted", "color=\"#9a3fb0\", penwidth=2" };
	const struct letter *to = &l->g->letter.at[e->letter];
	struct arena tmp = { 0 };
	buf_printf(out, "  \"%s\" -> \"%s\" [%s", l->g->component.at[e->from].name, l->g->component.at[to->component].name, look[e->cargo]);
	if (to->port)
		buf_printf(out, ", headlabel=\"%s\"", to->port);
	buf_printf(out, ", tooltip=\"%s: %s of %s paths kept\"];\n", cargo_name[e->cargo], big_text(e->reference, l->width, &tmp), big_text(e->all, l->width, &tmp));
	arena_free(&tmp);
}

static void draw(const struct hypothesis *h, const struct edge_list *l, struct buf *out)
{
	enum cargo out_of = l->edge.n > MANY_EDGES ? CARGO_COUNTERFACTUAL : CARGO_NONE;
	bool *drawn = mem_array(l->g->component.n + 1, sizeof *drawn);
	buf_printf(out, "digraph \"%s\" {\n  label=\"%s on %s: blue reference, grey counterfactual, purple both%s%s\";\n", h->name, h->name, h->graph->name,
	    l->n[CARGO_OTHER] ? ", green another column" : "", l->n[CARGO_CUT] ? ", dotted a set value" : "");
	buf_puts(out, "  rankdir=BT; node [shape=box, style=rounded, fontname=\"Helvetica\"]; edge [fontname=\"Helvetica\", fontsize=10, labeldistance=1.6];\n");
	if (out_of != CARGO_NONE)
		buf_printf(out, "  // left out: %zu edges that carry %s\n", l->n[out_of], cargo_name[out_of]);
	for (size_t i = 0; i < l->edge.n; i++) {
		const struct edge *e = &l->edge.at[i];
		if (e->cargo == out_of)
			continue;
		drawn[e->from] = drawn[l->g->letter.at[e->letter].component] = true;
		draw_edge(l, e, out);
	}
	for (size_t c = 0; c < l->g->component.n; c++)
		if (drawn[c])
			buf_printf(out, "  \"%s\";\n", l->g->component.at[c].name);
	buf_puts(out, "}\n");
	free(drawn);
}

void edges_draw(const struct hypothesis *h, struct buf *out, struct diags *d)
{
	struct edge_list l;
	struct automaton *m;
	if (edges_of(h, &l, &m, d) && !says_positions(h, m, out, "// "))
		draw(h, &l, out);
	edges_free(&l);
	automaton_free(m);
}

static const char *tip_of(const struct edge_list *l, const struct edge *e, struct arena *a)
{
	struct buf b = { 0 };
	put_edge(l->g, e, &b);
	buf_printf(&b, ": %s, ", cargo_name[e->cargo]);
	put_count(&b, big_text(e->reference, l->width, a));
	buf_puts(&b, " of ");
	put_count(&b, big_text(e->all, l->width, a));
	buf_puts(&b, " paths kept");
	const char *tip = arena_strndup(a, b.at, b.n);
	buf_free(&b);
	return tip;
}

/* The place of a component among the drawn nodes; it becomes one when it is none. */
static size_t node_of(const struct edge_list *l, int component, size_t *place, struct drawing *out)
{
	const char *name = l->g->component.at[component].name;
	if (!place[component]) {
		out->node[out->n_nodes++] = (struct drawn_node){ name, name, LOOK_PLAIN };
		place[component] = out->n_nodes;
	}
	return place[component] - 1;
}

bool edges_drawing(const struct hypothesis *h, bool all, struct arena *a, struct drawing *out, size_t *left_out, struct diags *d)
{
	static const enum cargo_look look[N_CARGO] = { LOOK_PLAIN, LOOK_REFERENCE, LOOK_COUNTERFACTUAL, LOOK_OTHER, LOOK_CUT, LOOK_MIXED };
	struct edge_list l;
	struct automaton *m;
	bool ok = edges_of(h, &l, &m, d);
	size_t *place = mem_array(h->graph->component.n + 1, sizeof *place);
	*out = (struct drawing){ .node = arena_array(a, h->graph->component.n + 1, sizeof *out->node), .edge = arena_array(a, l.edge.n + 1, sizeof *out->edge) };
	*left_out = 0;
	for (size_t i = 0; ok && i < l.edge.n; i++) {
		const struct edge *e = &l.edge.at[i];
		const struct letter *to = &l.g->letter.at[e->letter];
		if (e->cargo == CARGO_COUNTERFACTUAL && !all) {
			++*left_out;
			continue;
		}
		size_t from = node_of(&l, e->from, place, out), head = node_of(&l, to->component, place, out);
		out->edge[out->n_edges++] = (struct drawn_edge){ from, head, to->port ? to->port : "", tip_of(&l, e, a), look[e->cargo] };
	}
	free(place);
	edges_free(&l);
	automaton_free(m);
	return ok;
}

/* ---- two of them */

/* The paths that only one keeps, both keep, or neither: how many in decimal, and a shortest. */
struct region { const char *n, *path; };

static struct region region_of(const struct hypothesis *h, struct automaton *const *m, unsigned wanted, struct arena *a, struct diags *d)
{
	struct region r = { NULL, NULL };
	struct path_query q = { .graph = h->graph, .in = { { m[0], COLUMN_REF }, { m[1], COLUMN_REF } }, .wanted = wanted };
	struct product *p = product_new(&q);
	path_letters l = { 0 };
	struct buf b = { 0 };
	if (product_full(p)) {
		automaton_say_full(m[automaton_full(m[1])], h->span, d);
	} else {
		r.n = product_count(p, a);
		if (product_shortest(p, &l)) {
			for (size_t i = 0; i < l.n; i++) {
				buf_puts(&b, i ? " -> " : "");
				letter_name(h->graph, l.at[i], &b);
			}
			r.path = arena_strndup(a, buf_str(&b), b.n);
		}
	}
	buf_free(&b);
	vec_free(&l);
	product_free(p);
	return r;
}

static void print_difference(const struct hypothesis *const h[2], const struct edge_list *l, const struct region *r, int width, struct buf *out)
{
	const struct column column[] = { { { "edge" }, true }, { { h[0]->name }, true }, { { h[1]->name }, true } };
	const char *const what[] = { "kept by both", "kept by the first only", "kept by the second only", "kept by neither" };
	struct grid t = { column, 3, { 0 } };
	buf_printf(out, "%s and %s on %s\n\n", h[0]->name, h[1]->name, h[0]->graph->name);
	for (size_t i = 0; i < 4; i++) {
		buf_printf(out, "paths %s: %s", what[i], r[i].n);
		if (r[i].path)
			buf_printf(out, ", such as %s", r[i].path);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < l[0].edge.n; i++) {
		const struct edge *x = &l[0].edge.at[i], *y = &l[1].edge.at[i];
		if (x->cargo == y->cargo && big_compare(x->reference, y->reference, l[0].width) == 0)
			continue;
		struct buf name = { 0 };
		put_edge(l[0].g, x, &name);
		grid_add(&t, "%s", buf_str(&name));
		grid_add(&t, "%s", cargo_name[x->cargo]);
		grid_add(&t, "%s%s", cargo_name[y->cargo], x->cargo == y->cargo ? ", other paths" : "");
		buf_free(&name);
	}
	buf_printf(out, t.cell.n ? "\nedges on which they differ:\n\n" : "\nno edge differs\n");
	if (t.cell.n)
		grid_print(&t, out, width);
	grid_free(&t);
}

static void put_difference(const struct hypothesis *const h[2], const struct edge_list *l, const struct region *r, struct buf *out)
{
	static const char *const key[] = { "both", "first_only", "second_only", "neither" };
	buf_puts(out, "{\"kind\":\"explain_diff\"");
	put_json_field(out, "first", h[0]->name);
	put_json_field(out, "second", h[1]->name);
	put_json_field(out, "model", h[0]->graph->name);
	for (size_t i = 0; i < 4; i++) {
		struct buf k = { 0 };
		put_json_field(out, key[i], r[i].n);
		buf_printf(&k, "%s_path", key[i]);
		put_json_field(out, buf_str(&k), r[i].path);
		buf_free(&k);
	}
	buf_puts(out, ",\"edges\":[");
	bool first = true;
	for (size_t i = 0; i < l[0].edge.n; i++) {
		const struct edge *x = &l[0].edge.at[i], *y = &l[1].edge.at[i];
		if (x->cargo == y->cargo && big_compare(x->reference, y->reference, l[0].width) == 0)
			continue;
		struct buf to = { 0 };
		buf_puts(out, first ? "{" : ",{");
		put_json_field(out, "from", l[0].g->component.at[x->from].name);
		put_json_field(out, "to", letter_name(l[0].g, x->letter, &to));
		put_json_field(out, "first", cargo_name[x->cargo]);
		put_json_field(out, "second", cargo_name[y->cargo]);
		buf_putc(out, '}');
		buf_free(&to);
		first = false;
	}
	buf_puts(out, "]}\n");
}

void edges_compare(const struct hypothesis *a, const struct hypothesis *b, const struct explain_style *style, struct buf *out, struct diags *d)
{
	const struct hypothesis *const h[2] = { a, b };
	static const unsigned part[] = { QUERY_BOTH, QUERY_FIRST_ONLY, QUERY_SECOND_ONLY, QUERY_NEITHER };
	struct edge_list l[2];
	struct automaton *m[2] = { 0 };
	struct region r[4];
	struct arena arena = { 0 };
	bool ok = edges_of(a, &l[0], &m[0], d);
	ok = edges_of(b, &l[1], &m[1], d) && ok;
	for (size_t i = 0; i < 2 && ok; i++)
		ok = !says_positions(h[i], m[i], out, "");
	for (size_t i = 0; i < 4 && ok; i++) {
		r[i] = region_of(a, m, part[i], &arena, d);
		ok = r[i].n != NULL;
	}
	if (ok && style->json)
		put_difference(h, l, r, out);
	else if (ok)
		print_difference(h, l, r, style->width, out);
	for (size_t i = 0; i < 2; i++) {
		edges_free(&l[i]);
		automaton_free(m[i]);
	}
	arena_free(&arena);
}
