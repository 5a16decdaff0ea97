/* Model blocks: statements that build a graph (graph/build.h). */
#include <string.h>

#include "lang/internal.h"

/* Reads NAME, DOT and INDEX into a component's name.  *star: the last index is [*].  False: it is no such chain. */
static bool chain(struct interp *in, const struct ast *a, struct scope *s, struct segment *seg, int *n, bool *star)
{
	if (a->kind == AST_NAME) {
		seg[0] = segment_of(a->name);
		*n = 1;
		return true;
	}
	if ((a->kind != AST_DOT && a->kind != AST_INDEX) || !chain(in, a->kid[0], s, seg, n, star) || *star)
		return false;
	if (a->kind == AST_DOT) {
		if (*n == MAX_SEGMENTS)
			return false;
		seg[(*n)++] = segment_of(a->name);
		return true;
	}
	struct value v;
	if (a->n != 2 || seg[*n - 1].index >= 0)
		return false;
	if (a->kid[1]->kind == AST_STAR) {
		*star = true;
		return true;
	}
	if (!eval(in, a->kid[1], s, &v) || v.kind != VAL_NUMBER || v.number < 0)
		return false;
	seg[*n - 1].index = (int64_t)v.number;
	return true;
}

static const char *root(const struct ast *a)
{
	while (a->kind == AST_DOT || a->kind == AST_INDEX)
		a = a->kid[0];
	return a->kind == AST_NAME ? a->name : NULL;
}

bool component_value(struct interp *in, const struct ast *a, struct scope *s, struct value *out, bool *found)
{
	struct segment seg[MAX_SEGMENTS];
	int n = 0;
	bool star = false;
	const char *name = root(a);
	struct binding *b = name ? find(s, name) : NULL;
	bool builtin = b && b >= in->builtins.binding.at && b < in->builtins.binding.at + in->builtins.binding.n;
	*found = false;
	if (!name || (b && !builtin) || !chain(in, a, s, seg, &n, &star))
		return true;
	if (star) {
		size_t k = build_lookup_all(in->builder, seg, n, NULL, 0);
		struct node **node = arena_array(&in->arena, k, sizeof *node);
		struct list *l = arena_alloc(&in->arena, sizeof *l);
		if (!k)
			return true;
		build_lookup_all(in->builder, seg, n, node, k);
		l->n = k;
		l->at = arena_array(&in->arena, k, sizeof *l->at);
		for (size_t i = 0; i < k; i++)
			l->at[i] = (struct value){ .kind = VAL_NODE, .node = node[i] };
		*out = (struct value){ .kind = VAL_LIST, .list = l };
		*found = true;
		return true;
	}
	struct node *node = build_lookup(in->builder, seg, n);
	if (!node && a->kind == AST_DOT)
		node = build_lookup_port(in->builder, seg, n - 1, a->name);
	*found = node != NULL;
	*out = (struct value){ .kind = VAL_NODE, .node = node };
	return true;
}

static bool as_node(struct interp *in, const struct ast *a, struct scope *s, struct node **out)
{
	struct value v;
	if (!eval(in, a, s, &v))
		return false;
	if (v.kind == VAL_NUMBER)
		v = (struct value){ .kind = VAL_NODE, .node = build_number(in->builder, v.number, a->span) };
	if (v.kind == VAL_TENSOR)
		v = (struct value){ .kind = VAL_NODE, .node = build_param(in->builder, v.tensor, a->span) };
	*out = v.node;
	return want(in, a, v, VAL_NODE);
}

static bool target(struct interp *in, const struct ast *a, struct scope *s, struct segment *seg, int *n)
{
	bool star = false;
	return (chain(in, a, s, seg, n, &star) && !star) || FAIL(in, E_VALUE, a, "this cannot name a component; write m[l] or a[l].h[h]");
}

static bool input(struct interp *in, const struct ast *a, struct scope *s)
{
	struct shape shape = { 0 };
	bool ids = strcmp(a->text, "ids") == 0;
	if (!ids && strcmp(a->text, "real") != 0)
		return FAIL(in, E_TYPE, a, "an input is ids or real, not %s", a->text);
	if (a->n >= MAX_DIMS)
		return FAIL(in, E_SHAPE, a, "an input has at most %d axes", MAX_DIMS - 1);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct ast *k = a->kid[i];
		struct value v;
		if (i == 0 && k->kind == AST_NAME && !find(s, k->name)) {
			shape.dim[shape.n++] = DIM_SEQ;
			struct binding b = { k->name, { VAL_NONE, { 0 } }, k->span, false, false };
			vec_push(&s->binding, b);
			continue;
		}
		if (!eval(in, k, s, &v) || !want(in, k, v, VAL_NUMBER))
			return false;
		if (v.number < 1 || v.number > 1e9)
			return FAIL(in, E_SHAPE, k, "a dimension is a positive whole number");
		shape.dim[shape.n++] = (int64_t)v.number;
	}
	if (ids && (shape.n != 1 || shape.dim[0] != DIM_SEQ))
		return FAIL(in, E_SHAPE, a, "token ids have one axis: ids[seq]");
	struct node *n = build_input(in->builder, a->name, ids, shape, a->at);
	return n && (!ids || bind(in, s, a->name, (struct value){ .kind = VAL_NODE, .node = n }, a->at, false));
}

static bool component(struct interp *in, const struct ast *a, struct scope *s)
{
	struct segment seg[MAX_SEGMENTS];
	int n = 0;
	struct scope inner = { .up = s, .block = true };
	struct value ignored;
	if (!target(in, a->kid[0], s, seg, &n) || !build_begin(in->builder, seg, n, a->kid[0]->span))
		return false;
	struct scope *old = in->component;
	in->component = &inner;
	in->yields = NULL;
	bool ok = run_block(in, a->kid[1], &inner, &ignored);
	in->component = old;
	vec_free(&inner.binding);
	if (ok && !in->yields)
		ok = FAIL(in, E_YIELD, a->kid[0], "this component yields nothing");
	return build_end(in->builder, ok ? in->yields : NULL, a->kid[0]->span) && ok;
}

bool model_statement(struct interp *in, const struct ast *a, struct scope *s)
{
	struct segment seg[MAX_SEGMENTS];
	struct node *v;
	int n = 0;
	switch (a->kind) {
	case AST_INPUT:     return input(in, a, s);
	case AST_COMPONENT: return component(in, a, s);
	case AST_OUTPUT:    return as_node(in, a->kid[0], s, &v) && build_output(in->builder, a->name, v, a->at);
	case AST_YIELD:
		if (!build_inside(in->builder))
			return FAIL(in, E_PLACE, a, "yield stands inside a component block");
		if (in->yields)
			return FAIL(in, E_YIELD, a, "this component yields a value already");
		return as_node(in, a->kid[0], s, &in->yields);
	case AST_ASSIGN:
		if (!as_node(in, a->kid[1], s, &v))
			return false;
		if (!build_inside(in->builder))
			return target(in, a->kid[0], s, seg, &n) && build_component(in->builder, seg, n, v, a->kid[0]->span);
		if (a->kid[0]->kind != AST_NAME)
			return FAIL(in, E_PLACE, a->kid[0], "inside a component only its ports are named");
		v = build_port(in->builder, a->kid[0]->name, v, a->kid[0]->span);
		return v && bind(in, s, a->kid[0]->name, (struct value){ .kind = VAL_NODE, .node = v }, a->at, false);
	default:
		diag_at(in->o.diags, E_PLACE, a->at, "'%s' is not in this version of pp yet", ast_kind_name[a->kind]);
		return false;
	}
}

bool model_from_block(struct interp *in, const struct ast *def, struct scope *s, const struct value *arg, size_t n, struct model **out)
{
	struct builder *outer = in->builder;
	struct scope body = { .up = s };
	struct value ignored;
	bool ok = true;
	if (outer)
		return FAIL(in, E_PLACE, def, "a model cannot be built inside another model");
	in->builder = build_new(def->name, in->o.diags);
	for (size_t i = 0; i < n && ok; i++)
		ok = bind(in, &body, def->kid[0]->kid[i]->name, arg[i], def->at, false);
	ok = ok && run_block(in, def->kid[1], &body, &ignored);
	struct graph *g = build_finish(in->builder, ok, def->at);
	in->builder = NULL;
	vec_free(&body.binding);
	if (!g)
		return false;
	struct model *m = arena_alloc(&in->arena, sizeof *m);
	m->name = def->name;
	m->graph = g;
	*out = m;
	vec_push(&in->models, m);
	return true;
}
