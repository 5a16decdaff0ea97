/* Model blocks: statements that build a graph (graph/build.h).
 *
 * A name means, in this order: what the block and the functions in it introduced; a component built so far; what lies
 * outside of the block. */
#include <string.h>

#include "lang/internal.h"

/* ---- names of components */

bool bound_inside(const struct interp *in, struct scope *s, const char *name)
{
	(void)in;
	for (; s; s = s->up) {
		if (find_local(s, name))
			return true;
		if (s->body)
			return false;
	}
	return false;
}

static bool reaches_body(const struct scope *s)
{
	while (s && !s->body)
		s = s->up;
	return s != NULL;
}

static const char *root(const struct ast *a)
{
	while (a->kind == AST_DOT || a->kind == AST_INDEX)
		a = a->kid[0];
	return a->kind == AST_NAME ? a->name : NULL;
}

/* Has any component so far this first name, with or without an index? */
static bool known_family(const struct interp *in, const char *name)
{
	const struct graph *g = build_graph(in->builder);
	const char *first = segment_of(name).name;
	for (size_t c = 0; c < g->component.n; c++)
		if (g->component.at[c].segment[0].name == first)
			return true;
	for (size_t i = 0; i < g->inner.n; i++)
		if (g->inner.at[i].segment[0].name == first)
			return true;
	return false;
}

struct spelled { struct segment seg[MAX_SEGMENTS]; int n; bool star, fits; };

/* Reads NAME, DOT and INDEX into a component's name; fits is false when they spell none.  False after a report. */
static bool spell(struct interp *in, const struct ast *a, struct scope *s, struct spelled *x)
{
	struct value v;
	if (a->kind == AST_NAME) {
		*x = (struct spelled){ .seg = { segment_of(a->name) }, .n = 1, .fits = true };
		return true;
	}
	if (!spell(in, a->kid[0], s, x))
		return false;
	if (a->kind == AST_DOT) {
		x->fits = x->fits && !x->star && x->n < MAX_SEGMENTS;
		if (x->fits)
			x->seg[x->n++] = segment_of(a->name);
		return true;
	}
	struct segment *last = &x->seg[x->n - 1];
	x->fits = x->fits && !x->star && a->n == 2 && last->index < 0;
	if (!x->fits)
		return true;
	x->star = a->kid[1]->kind == AST_STAR;
	if (x->star)
		return true;
	if (!eval(in, a->kid[1], s, &v))
		return false;
	x->fits = v.kind == VAL_NUMBER && v.number >= 0 && v.number < 1e15 && v.number == (double)(int64_t)v.number;
	last->index = x->fits ? (int64_t)v.number : -1;
	return true;
}

static bool all_of(struct interp *in, const struct ast *a, const struct spelled *x, struct value *out, bool *found)
{
	size_t n = build_lookup_all(in->builder, x->seg, x->n, NULL, 0);
	struct node **node = arena_array(&in->arena, n, sizeof *node);
	struct value *v = arena_array(&in->arena, n, sizeof *v);
	build_lookup_all(in->builder, x->seg, x->n, node, n);
	for (size_t i = 0; i < n; i++)
		v[i] = (struct value){ .kind = VAL_NODE, .node = node[i] };
	*found = n > 0;
	return !n || new_list(in, a, v, n, out);
}

/* m[1] where only m[0] is there yet: nothing else could be meant unless m alone is a component (m[1] is its row 1). */
static bool not_built(struct interp *in, const struct ast *a, const struct spelled *x)
{
	struct buf name = { 0 };
	for (int i = 0; i < x->n; i++) {
		buf_printf(&name, "%s%s", i ? "." : "", x->seg[i].name);
		if (x->seg[i].index >= 0)
			buf_printf(&name, "[%lld]", (long long)x->seg[i].index);
	}
	diag_at(in->o.diags, E_NAME, a->span, "no component %s%s was built so far", buf_str(&name), x->star ? "[*]" : "");
	buf_free(&name);
	return false;
}

bool component_value(struct interp *in, const struct ast *a, struct scope *s, struct value *out, bool *found)
{
	struct spelled x;
	const char *name = root(a);
	*found = false;
	if (!name || !reaches_body(s) || bound_inside(in, s, name) || !known_family(in, name))
		return true;
	if (!spell(in, a, s, &x))
		return false;
	if (x.fits && x.star)
		return all_of(in, a, &x, out, found) && (*found || not_built(in, a, &x));
	struct node *node = x.fits ? build_lookup(in->builder, x.seg, x.n) : NULL;
	if (x.fits && !node)
		node = build_lookup_inner(in->builder, x.seg, x.n);
	if (x.fits && !node && a->kind == AST_DOT)
		node = build_lookup_port(in->builder, x.seg, x.n - 1, a->name);
	*out = (struct value){ .kind = VAL_NODE, .node = node };
	*found = node != NULL;
	if (node || !x.fits)
		return true;
	struct segment *last = &x.seg[x.n - 1];
	bool part = a->kind == AST_INDEX && (last->index = -1, build_lookup(in->builder, x.seg, x.n));       /* embed[0] */
	bool outside = find(s, name) != NULL;            /* a script's own value, or a builtin, of that name */
	return part || (a->kind == AST_NAME && outside) || (spell(in, a, s, &x) && not_built(in, a, &x));
}

/* ---- statements */

static bool node_of(struct interp *in, const struct ast *a, struct scope *s, struct node **out)
{
	struct value v;
	if (!eval(in, a, s, &v))
		return false;
	if (v.kind == VAL_NUMBER)
		v = (struct value){ .kind = VAL_NODE, .node = build_number(in->builder, v.number, a->span) };
	if (v.kind == VAL_TENSOR)
		v = (struct value){ .kind = VAL_NODE, .node = build_param(in->builder, v.tensor, a->span) };
	*out = v.node;
	return want(in, a, v, VAL_NODE) && *out;
}

static bool target(struct interp *in, const struct ast *a, struct scope *s, struct spelled *x)
{
	if (root(a) && !spell(in, a, s, x))
		return false;
	return (root(a) && x->fits && !x->star) || FAIL(in, E_VALUE, a, "this cannot name a component; write m[l] or a[l].h[h]");
}

static bool dimension(struct interp *in, const struct ast *k, struct scope *s, int axis, int64_t *out)
{
	struct value v;
	if (axis == 0 && k->kind == AST_NAME && !bound_inside(in, s, k->name)) {
		*out = DIM_SEQ;
		while (!s->body)
			s = s->up;
		return bind(in, s, k->name, (struct value){ VAL_NONE, { 0 } }, k->span, false);
	}
	if (k->kind == AST_STAR)
		return FAIL(in, E_SHAPE, k, "an axis has a number of elements, or is the first and has a name for the number of tokens");
	if (!eval(in, k, s, &v))
		return false;
	if (v.kind == VAL_NONE && axis == 0) {           /* ids[seq] again, for a second input */
		*out = DIM_SEQ;
		return true;
	}
	if (!whole(in, k, v, out))
		return false;
	return (*out >= 1 && *out <= 1000000000) || FAIL(in, E_SHAPE, k, "an axis has at least 1 and at most 10^9 elements");
}

static bool input(struct interp *in, const struct ast *a, struct scope *s)
{
	struct shape shape = { 0 };
	bool ids = strcmp(a->text, "ids") == 0;
	if (!ids && strcmp(a->text, "real") != 0)
		return FAIL(in, E_TYPE, a, "an input is ids or real, not %s", a->text);
	if (a->n >= MAX_DIMS)
		return FAIL(in, E_SHAPE, a, "an input has at most %d axes", MAX_DIMS - 1);
	for (uint32_t i = 0; i < a->n; i++)
		if (!dimension(in, a->kid[i], s, shape.n, &shape.dim[shape.n]))
			return false;
		else
			shape.n++;
	if (ids && (shape.n != 1 || shape.dim[0] != DIM_SEQ))
		return FAIL(in, E_SHAPE, a, "token ids have one axis: ids[seq]");
	struct node *n = build_input(in->builder, a->name, ids, shape, a->at);
	return n && (!ids || bind(in, s, a->name, (struct value){ .kind = VAL_NODE, .node = n }, a->at, false));
}

static bool component(struct interp *in, const struct ast *a, struct scope *s)
{
	struct spelled x;
	struct value ignored;
	if (!target(in, a->kid[0], s, &x) || !build_begin(in->builder, x.seg, x.n, a->kid[0]->span))
		return false;
	struct scope *inner = scope_open(&in->scopes, s);
	in->component = inner;
	in->yields = NULL;
	bool ok = run_block(in, a->kid[1], inner, &ignored);
	in->component = NULL;
	scope_close(&in->scopes, inner);
	if (ok && !in->yields)
		ok = FAIL(in, E_YIELD, a->kid[0], "this component yields nothing");
	return build_end(in->builder, ok ? in->yields : NULL, a->kid[0]->span) && ok;
}

static bool yields(struct interp *in, const struct ast *a, struct scope *s)
{
	if (!build_inside(in->builder))
		return FAIL(in, E_PLACE, a, "yield stands inside a component block");
	if (in->yields)
		return FAIL(in, E_YIELD, a, "this component yields a value already");
	return node_of(in, a->kid[0], s, &in->yields);
}

/* A name without let: a component, or inside a component a port. */
static bool visible(struct interp *in, const struct ast *a, struct scope *s)
{
	struct spelled x;
	struct node *v;
	const struct ast *t = a->kid[0];
	if (!node_of(in, a->kid[1], s, &v))
		return false;
	if (!build_inside(in->builder))
		return target(in, t, s, &x) && build_component(in->builder, x.seg, x.n, v, t->span);
	if (t->kind != AST_NAME)
		return FAIL(in, E_PLACE, t, "inside a component only its ports are named");
	v = build_port(in->builder, t->name, v, t->span);
	return v && bind(in, in->component, t->name, (struct value){ .kind = VAL_NODE, .node = v }, t->span, false);
}

/* A node that is seen on paths only where a rule names it. */
static bool inner(struct interp *in, const struct ast *a, struct scope *s)
{
	struct spelled x;
	struct node *v;
	const struct ast *t = a->kid[0];
	bool block = build_inside(in->builder);
	if (block && t->kind != AST_NAME)
		return FAIL(in, E_PLACE, t, "inside a component an inner node has a plain name");
	if (!node_of(in, a->kid[1], s, &v) || !target(in, t, s, &x))
		return false;
	v = build_inner(in->builder, x.seg, x.n, v, t->span);
	return v && (!block || bind(in, in->component, t->name, (struct value){ .kind = VAL_NODE, .node = v }, t->span, false));
}

bool model_statement(struct interp *in, const struct ast *a, struct scope *s)
{
	struct node *v;
	if (build_inside(in->builder) && (a->kind == AST_INPUT || a->kind == AST_OUTPUT))
		return FAIL(in, E_PLACE, a, "an %s cannot stand inside a component", a->kind == AST_INPUT ? "input" : "output");
	switch (a->kind) {
	case AST_INPUT:     return input(in, a, s);
	case AST_COMPONENT: return component(in, a, s);
	case AST_YIELD:     return yields(in, a, s);
	case AST_ASSIGN:    return visible(in, a, s);
	case AST_INNER:     return inner(in, a, s);
	case AST_OUTPUT:    return node_of(in, a->kid[0], s, &v) && build_output(in->builder, a->name, v, a->at);
	default:            return misplaced(in, a);
	}
}

/* ---- whole models */

/* Ids and rows that would lie outside of a stored table must not get into a dataset, whatever config.json says. */
static void bound_by_tables(struct model *m)
{
	for (size_t i = 0; i < m->graph->node.n; i++) {
		const struct node *n = m->graph->node.at[i];
		int64_t rows = n->op == OP_GATHER || n->op == OP_ROWS ? n->in[0]->shape.dim[0] : 0;
		int64_t *most = n->op == OP_GATHER ? &m->vocab : &m->context;
		if (rows && (!*most || rows < *most))
			*most = rows;
	}
}

bool model_from_block(struct interp *in, const struct ast *def, struct scope *s, const struct value *arg, size_t n, struct model **out)
{
	struct value ignored;
	bool ok = true;
	if (in->builder)
		return FAIL(in, E_PLACE, def, "a model cannot be built inside another model");
	struct scope *body = scope_open(&in->scopes, s);
	body->body = true;
	in->builder = build_new(def->name, in->o.diags);
	for (size_t i = 0; i < n && ok; i++)
		ok = bind(in, body, def->kid[0]->kid[i]->name, arg[i], def->at, false);
	ok = ok && run_block(in, def->kid[1], body, &ignored);
	struct graph *g = build_finish(in->builder, ok, def->at);
	in->builder = NULL;
	scope_close(&in->scopes, body);
	if (!g)
		return false;
	struct model *m = arena_alloc(&in->arena, sizeof *m);
	m->name = def->name;
	m->graph = g;
	bound_by_tables(m);
	vec_push(&in->models, m);
	*out = m;
	return true;
}
