/* graph(x): figures of circuits, models and treeified graphs. */
#include <string.h>

#include "lang/pictures.h"
#include "report/drawing.h"

enum { TREE_MOST = 400, EDGES_MOST = 1000 };

struct subject { const struct graph *g; struct hypothesis *h; bool plain; };

/* A set of paths as a hypothesis that keeps them. */
static struct hypothesis *keeping(struct interp *in, const struct ast *at, const char *name, const struct graph *g, const struct pattern *p)
{
	struct hypothesis *h = arena_alloc(&in->arena, sizeof *h);
	struct rule *r = arena_alloc(&in->arena, sizeof *r);
	*r = (struct rule){ COLUMN_REF, p, at->span, NULL, NULL };
	*h = (struct hypothesis){ .name = name, .graph = g, .rule = r, .n_rules = 1, .span = at->span };
	return h;
}

/* graph(h), graph(p, m), graph(m) */
static bool subject_of(struct interp *in, const struct ast *at, const struct args *a, struct subject *s)
{
	struct value v = a->at[0];
	if (a->n == 2 && (v.kind != VAL_PATHS || !want(in, a->ast[1], a->at[1], VAL_MODEL)))
		return v.kind == VAL_PATHS ? false : FAIL(in, E_ARGUMENT, at, "only a set of paths needs to be told its model: graph(p, m)");
	switch (v.kind) {
	case VAL_HYPOTHESIS:
		*s = (struct subject){ v.hypothesis->graph, v.hypothesis, false };
		return true;
	case VAL_MODEL: {
		struct pattern *all = pattern_new(&in->arena, PAT_ALL, at->span, 0);
		all->size = all->depth = 1;
		*s = (struct subject){ v.model->graph, keeping(in, at, v.model->name, v.model->graph, all), true };
		return true;
	}
	case VAL_PATHS:
		if (a->n < 2)
			return FAIL(in, E_ARGUMENT, at, "which model's paths are meant? graph(p, m)");
		*s = (struct subject){ a->at[1].model->graph, keeping(in, at, "paths", a->at[1].model->graph, v.paths), false };
		return true;
	default:
		return FAIL(in, E_TYPE, a->ast[0], "graph() draws a hypothesis, a set of paths or a model, not %s", value_kind_name[v.kind]);
	}
}

static bool draw_tree(struct interp *in, const struct ast *at, const struct subject *s, struct automaton *m, struct picture *p, struct drawing *d)
{
	if (!tree_drawing(s->g, s->plain ? NULL : s->h, m, TREE_MOST, &in->arena, d)) {
		diag_at(in->o.diags, E_TOO_LARGE, at->span, "this treeified graph has more than %d nodes, which nobody could look at", TREE_MOST);
		diag_hint(in->o.diags, "graph(...) without tree: draws the edges between components, and what each carries");
		return false;
	}
	p->title = s->plain ? arena_printf(&in->arena, "%s, treeified", s->g->name) : arena_printf(&in->arena, "%s on %s, treeified", s->h->name, s->g->name);
	p->note = s->plain ? "every path has its own copy of the input" : "every path has its own copy of the input: reference or counterfactual";
	return true;
}

static bool draw_edges(struct interp *in, const struct ast *at, const struct subject *s, bool all, struct picture *p, struct drawing *d)
{
	size_t left_out;
	if (!edges_drawing(s->h, all, &in->arena, d, &left_out, in->o.diags))
		return false;
	if (d->n_edges > EDGES_MOST) {
		diag_at(in->o.diags, E_TOO_LARGE, at->span, "this graph has %zu edges, which nobody could look at; %d can be drawn", d->n_edges, EDGES_MOST);
		diag_hint(in->o.diags, "a narrower set has fewer: graph(paths(... -> a1.h5), m); pp explain --edges lists all");
		return false;
	}
	for (size_t i = 0; s->plain && i < d->n_edges; i++)
		d->edge[i].look = LOOK_PLAIN;
	p->title = s->plain ? arena_printf(&in->arena, "%s: components and edges", s->g->name)
	    : arena_printf(&in->arena, "%s on %s: what its edges carry", s->h->name, s->g->name);
	p->note = left_out ? arena_printf(&in->arena, "%zu edges that carry the counterfactual alone are left out", left_out) : "";
	return true;
}

DEFINE(graph)
{
	bool tree, all;
	struct subject s;
	struct value title = { .kind = VAL_NONE };
	struct picture p = { .kind = PICTURE_GRAPH, .quantity = "", .unit = "", .below = "", .above = "", .interval = "", .row.name = "", .column.name = "" };
	struct drawing *d = arena_alloc(&in->arena, sizeof *d);
	bool named_title = named(a, "title", &title);
	if (!at_top(in, at, "a figure") || (named_title && !want(in, at, title, VAL_STRING)) || !truth_arg(in, at, a, "tree", &tree) || !truth_arg(in, at, a, "all", &all)
	    || !takes(in, at, a, 1, 2) || !subject_of(in, at, a, &s))
		return false;
	struct automaton *m = automaton_new(s.g, s.h->rule, s.h->n_rules, in->o.diags);
	bool ok = m != NULL;
	if (ok && automaton_has_positions(m)) {
		diag_at(in->o.diags, E_POSITIONS, at->span, "%s names positions: what an edge carries differs from row to row, so it has no one drawing", s.h->name);
		diag_hint(in->o.diags, "leave out what follows @ to draw the paths wherever they run");
		ok = false;
	}
	ok = ok && (tree ? draw_tree(in, at, &s, m, &p, d) : draw_edges(in, at, &s, all, &p, d));
	automaton_free(m);
	if (!ok)
		return false;
	p.drawing = d;
	p.title = named_title ? label_of(in, title) : p.title;
	*out = picture_value(in, &p);
	return true;
}
