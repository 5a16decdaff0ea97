/* Statements and blocks, and the interpreter's beginning and end.  See interp.h. */
#include <string.h>
#include <sys/resource.h>

#include "lang/internal.h"
#include "lang/report.h"

/* ---- what does not belong here */

/* The grammar keeps most of it out. */
bool misplaced(struct interp *in, const struct ast *a)
{
	return FAIL(in, E_PLACE, a, "'%s' does not belong here", ast_kind_name[a->kind]);
}

bool at_top(struct interp *in, const struct ast *a, const char *what)
{
	if (in->measured)
		return FAIL(in, E_PLACE, a, "%s cannot stand inside a metric", what);
	return !in->builder || FAIL(in, E_PLACE, a, "%s cannot stand inside a model", what);
}

/* ---- declarations */

static bool declare_metric(struct interp *in, const struct ast *a, struct scope *s)
{
	struct metric *m = arena_alloc(&in->arena, sizeof *m);
	bool delta = a->kind == AST_DELTA;
	if (a->kid[0]->n != (delta ? 2 : 1))
		return FAIL(in, E_METRIC, a, delta ? "a delta compares two runs: delta %s(ref, patched)" : "a metric is of one run: metric %s(run)", a->name);
	*m = (struct metric){ a->name, delta, function(in, a->name, a->kid[0], a->kid[1], s).fn };
	return bind(in, s, a->name, (struct value){ .kind = VAL_METRIC, .metric = m }, a->at, false);
}

static bool define_model(struct interp *in, const struct ast *a, struct scope *s)
{
	if (a->kid[0]->n)                            /* an architecture: load() or the script calls it */
		return bind(in, s, a->name, function(in, a->name, a->kid[0], a, s), a->at, false);
	struct model *m;
	if (!model_from_block(in, a, s, NULL, 0, &m))
		return false;
	vec_push(&in->declared, (const void *)m);
	return bind(in, s, a->name, (struct value){ .kind = VAL_MODEL, .model = m }, a->at, false);
}

/* The first declaration gives a model or dataset the name that results call it by. */
static bool first_name(struct interp *in, const void *what)
{
	for (size_t i = 0; i < in->declared.n; i++)
		if (in->declared.at[i] == what)
			return false;
	vec_push(&in->declared, what);
	return true;
}

static bool named_value(struct interp *in, const struct ast *a, struct scope *s, enum value_kind k)
{
	struct value v;
	if (!eval(in, a->kid[0], s, &v) || !want(in, a->kid[0], v, k))
		return false;
	if (k == VAL_MODEL && first_name(in, v.model))
		v.model->name = v.model->graph->name = a->name;
	if (k == VAL_DATASET && first_name(in, v.dataset))
		v.dataset->name = a->name;
	return bind(in, s, a->name, v, a->at, false);
}

/* ---- statements */

static bool expectation(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v, x, y;
	const struct ast *c = a->kid[0];
	if (!eval(in, c, s, &v))
		return false;
	if (v.kind == VAL_LATER)
		return true;
	if (!want(in, c, v, VAL_BOOL))
		return false;
	if (v.truth || in->o.mode != INTERP_RUN)
		return true;
	diag_at(in->o.diags, E_EXPECT, c->span, "this was expected to be true");
	if (c->kind == AST_BINARY && c->op >= OPR_EQ && c->op <= OPR_GE && eval(in, c->kid[0], s, &x) && eval(in, c->kid[1], s, &y)) {
		struct buf l = { 0 }, r = { 0 };
		value_text(&x, &l, true);
		value_text(&y, &r, true);
		if (x.kind == VAL_NUMBER && y.kind == VAL_NUMBER && strcmp(buf_str(&l), buf_str(&r)) == 0) {
			l.n = r.n = 0;                       /* they differ where numbers are not shown */
			buf_printf(&l, "%.17g", x.number);
			buf_printf(&r, "%.17g", y.number);
		}
		diag_hint(in->o.diags, "left is %.200s, right is %.200s", buf_str(&l), buf_str(&r));
		buf_free(&l);
		buf_free(&r);
	}
	if (c->kind == AST_SUBSET || c->kind == AST_EQUALS)
		hint_difference(in, c, s);
	return true;
}

struct looping { struct interp *in; const struct ast *a; struct scope *s; };

static bool loop_step(void *context, struct value v)
{
	struct looping *l = context;
	struct scope *inner = scope_open(&l->in->scopes, l->s);
	struct value ignored;
	inner->loop = true;
	inner->aloud = l->s == &l->in->top || l->s->aloud;
	bool ok = bind(l->in, inner, l->a->name, v, l->a->at, false) && run_block(l->in, l->a->kid[1], inner, &ignored);
	scope_close(&l->in->scopes, inner);
	return ok;
}

static bool loop(struct interp *in, const struct ast *a, struct scope *s)
{
	struct looping l = { in, a, s };
	struct value over;
	return eval(in, a->kid[0], s, &over) && each(in, a->kid[0], over, loop_step, &l);
}

bool run_branch(struct interp *in, const struct ast *branch, struct scope *s, struct value *out)
{
	if (branch->kind == AST_IF)
		return eval(in, branch, s, out);
	struct scope *inner = scope_open(&in->scopes, s);
	inner->aloud = s == &in->top || s->aloud;
	bool ok = run_block(in, branch, inner, out);
	scope_close(&in->scopes, inner);
	return ok;
}

static bool show(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	if (!eval(in, a->kid[0], s, out))
		return false;
	if ((s == &in->top || (s->loop && s->aloud)) && out->kind != VAL_NONE && out->kind != VAL_LATER && in->o.hooks.show) {
		note_shown(in, out);
		in->o.hooks.show(in->o.hooks.context, out);
	}
	return true;
}

static bool let(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v;
	return eval(in, a->kid[0], s, &v) && bind(in, s, a->name, v, a->at, !s->top);
}

static bool assign(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v;
	const struct ast *t = a->kid[0];
	if (in->builder && !(t->kind == AST_NAME && bound_inside(in, s, t->name)))
		return model_statement(in, a, s);
	return eval(in, a->kid[1], s, &v) && set(in, s, t, v);
}

/* Statements that leave something behind in the session: not for metrics, nor while a model is built. */
static bool declaration(struct interp *in, const struct ast *a, struct scope *s)
{
	if (!at_top(in, a, ast_kind_name[a->kind]))
		return false;
	switch (a->kind) {
	case AST_METRIC:
	case AST_DELTA:      return declare_metric(in, a, s);
	case AST_USE:        return use_module(in, a->text, s, a->name, a->at);
	case AST_MODEL:      return named_value(in, a, s, VAL_MODEL);
	case AST_MODEL_DEF:  return define_model(in, a, s);
	case AST_DATASET:    return named_value(in, a, s, VAL_DATASET);
	case AST_DATASET_DEF: return declare_template(in, a, s);
	case AST_PROMPT:     return declare_prompt(in, a, s);
	case AST_HYPOTHESIS: return declare_hypothesis(in, a, s);
	default:             return misplaced(in, a);
	}
}

static bool statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	out->kind = VAL_NONE;
	if (in->builder && a->kind >= AST_INPUT && a->kind <= AST_OUTPUT)
		return model_statement(in, a, s);
	switch (a->kind) {
	case AST_LET:    return let(in, a, s);
	case AST_SHOW:   return show(in, a, s, out);
	case AST_ASSIGN: return assign(in, a, s);
	case AST_FN:     return bind(in, s, a->name, function(in, a->name, a->kid[0], a->kid[1], s), a->at, false);
	case AST_FOR:    return loop(in, a, s);
	case AST_IF:     return eval(in, a, s, out);
	case AST_EXPECT: return expectation(in, a, s);
	case AST_PLOT:   return at_top(in, a, "plot") && plot_statement(in, a, s, out);
	case AST_REPORT: return at_top(in, a, "report") && report_statement(in, a, s);
	case AST_SAVE:   return at_top(in, a, "save") && save_statement(in, a, s);
	default:         return declaration(in, a, s);
	}
}

bool run_block(struct interp *in, const struct ast *block, struct scope *s, struct value *out)
{
	bool ok = true;
	out->kind = VAL_NONE;
	for (uint32_t i = 0; i < block->n && (ok || s->top); i++) {
		const struct ast *a = block->kid[i];
		if (in->o.limits.interrupted && atomic_load(in->o.limits.interrupted))
			return false;
		if (statement(in, a, s, out))
			continue;
		ok = false;
		if (s->top && a->name && a->kind != AST_FOR)     /* what needs it says nothing more */
			bind_broken(in, s, a->name, a->at);
		in->names_missing |= a->kind == AST_USE && !a->name;
	}
	return ok;
}

/* ---- a session's beginning and end */

void interp_at_rest(struct interp *in)
{
	struct rlimit stack;
	size_t most = (size_t)4 << 20;
	if (in->outer.head) {
		arena_free(&in->arena);
		in->arena = in->outer;
	}
	in->outer = (struct arena){ 0 };
	in->builder = NULL;
	in->component = NULL;
	in->config = NULL;
	in->measured = NULL;
	in->depth = 0;
	in->names_missing = false;
	in->stack = __builtin_frame_address(0);
	in->stack_limit = most;
	if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY && stack.rlim_cur / 2 < most)
		in->stack_limit = stack.rlim_cur / 2;
}

void interp_settle(struct interp *in)
{
	size_t n = 0;
	for (size_t i = 0; i < in->top.binding.n; i++) {
		struct binding *b = &in->top.binding.at[i];
		for (size_t k = 0; k < in->shadowed.n && b->broken; k++)
			if (in->shadowed.at[k].name == b->name)
				*b = in->shadowed.at[k];
		if (!b->broken)
			in->top.binding.at[n++] = *b;
	}
	in->top.binding.n = n;
	scope_moved(&in->top);
	in->shadowed.n = 0;
}

/* What scripts were read may have changed since. */
static void forget_modules(struct interp *in)
{
	for (size_t i = 0; i < in->modules.n; i++)
		if (strncmp(in->modules.at[i]->key, "stdlib:", 7) != 0)
			in->modules.at[i]->key = "";
}

struct interp *interp_new(const struct interp_options *o)
{
	struct interp *in = mem_alloc(sizeof *in);
	struct span nowhere = { 0, 0 };
	in->o = *o;
	in->folder = "";
	in->here = intern("here");
	in->top = (struct scope){ .up = &in->builtins, .top = true, .kept = true };
	in->builtins = (struct scope){ .top = true, .kept = true };
	interp_at_rest(in);
	for (const struct builtin *b = builtins; b->name; b++)
		bind(in, &in->builtins, intern(b->name), (struct value){ .kind = VAL_BUILTIN, .builtin = b }, nowhere, false);
	bind(in, &in->builtins, intern("true"), truth(true), nowhere, false);
	bind(in, &in->builtins, intern("false"), truth(false), nowhere, false);
	bind(in, &in->builtins, intern("none"), (struct value){ VAL_NONE, { 0 } }, nowhere, false);
	use_module(in, "prelude", &in->builtins, NULL, nowhere);
	return in;
}

/* The script itself is being read while it runs: what it uses cannot use it. */
static struct module *main_module(struct interp *in, const struct ast *program)
{
	struct module *m = arena_alloc(&in->arena, sizeof *m);
	struct span at = program->n ? program->kid[0]->span : (struct span){ 0, 0 };
	m->source = source_place(in->o.sources, at).source;
	char *key = m->source ? realpath(m->source->name, NULL) : NULL;
	m->key = key ? arena_strndup(&in->arena, key, strlen(key)) : "";
	m->folder = in->folder;
	free(key);
	vec_push(&in->modules, m);
	return m;
}

bool interp_run(struct interp *in, const struct ast *program, const char *folder)
{
	struct value last;
	interp_at_rest(in);
	in->folder = intern(folder);
	size_t before = in->o.diags->n_errors;
	if (in->o.prompt)
		forget_modules(in);
	struct module *m = main_module(in, program);
	run_block(in, program, &in->top, &last);
	if (in->o.mode == INTERP_CHECK && in->o.diags->n_errors == before)
		advise_names(in, program);
	m->key = "";                                 /* its folder is still needed by its functions */
	return in->o.diags->n_errors == before;
}

bool interp_value(struct interp *in, const struct ast *program, const char *folder, struct value *out)
{
	if (program->n != 1 || program->kid[0]->kind != AST_SHOW)
		return FAIL(in, E_PLACE, program->n ? program->kid[0] : program, "one expression is needed here");
	interp_at_rest(in);
	in->folder = intern(folder);
	struct module *m = main_module(in, program);
	bool ok = eval(in, program->kid[0]->kid[0], &in->top, out);
	m->key = "";
	return ok;
}

void interp_free(struct interp *in)
{
	interp_at_rest(in);
	for (size_t i = 0; i < in->datasets.n; i++)
		dataset_free(in->datasets.at[i]);
	for (size_t i = 0; i < in->derived.n; i++)
		graph_free(in->derived.at[i].graph);
	vec_free(&in->derived);
	for (size_t i = 0; i < in->models.n; i++)
		graph_free(in->models.at[i]->graph);
	for (size_t i = 0; i < in->weights.n; i++)
		weights_close(in->weights.at[i]);
	for (size_t i = 0; i < in->tokenizers.n; i++)
		tokenizer_close(in->tokenizers.at[i]);
	vec_free(&in->datasets);
	vec_free(&in->models);
	vec_free(&in->weights);
	vec_free(&in->tokenizers);
	shown_free(in);
	vec_free(&in->modules);
	vec_free(&in->declared);
	vec_free(&in->keeping.known);
	reuse_free(&in->keeping.reuse);
	vec_free(&in->shadowed);
	vec_free(&in->builtins.binding);
	vec_free(&in->top.binding);
	map_free(&in->builtins.index);
	map_free(&in->top.index);
	scopes_free(&in->scopes);
	arena_free(&in->arena);
	free(in);
}
