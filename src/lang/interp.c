/* Statements, expressions, calls, names.  See interp.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lang/internal.h"

enum { MAX_CALLS = 400 };

const char *const value_kind_name[VAL_COUNT] = {
#define VALUE(kind, name) [VAL_##kind] = name,
#include "lang/values.def"
#undef VALUE
};

struct value number(double x)
{
	return (struct value){ .kind = VAL_NUMBER, .number = x };
}

static struct value truth(bool x)
{
	return (struct value){ .kind = VAL_BOOL, .truth = x };
}

struct value text(struct interp *in, const char *s, size_t n)
{
	return (struct value){ .kind = VAL_STRING, .string = { arena_strndup(&in->arena, s, n), n } };
}

bool want(struct interp *in, const struct ast *a, struct value v, enum value_kind k)
{
	return v.kind == k || FAIL(in, E_TYPE, a, "this is %s, but %s is needed", value_kind_name[v.kind], value_kind_name[k]);
}

/* ---- names */

struct binding *find(struct scope *s, const char *name)
{
	for (; s; s = s->up)
		for (size_t i = s->binding.n; i-- > 0;)
			if (s->binding.at[i].name == name)
				return &s->binding.at[i];
	return NULL;
}

bool bind(struct interp *in, struct scope *s, const char *name, struct value v, struct span at, bool settable)
{
	for (size_t i = 0; i < s->binding.n; i++)
		if (s->binding.at[i].name == name && !s->binding.at[i].broken) {
			struct place p = source_place(in->o.sources, s->binding.at[i].at);
			diag_at(in->o.diags, E_REBIND, at, "%s has a value already", name);
			if (p.source)
				diag_hint(in->o.diags, "it was introduced at %s:%d:%d", p.source->name, p.line, p.col);
			return false;
		}
	struct binding b = { name, v, at, settable, false };
	vec_push(&s->binding, b);
	return true;
}

static bool unknown(struct interp *in, const struct ast *a, struct scope *s)
{
	VEC(const char *) have = { 0 };
	for (struct scope *k = s; k; k = k->up)
		for (size_t i = 0; i < k->binding.n; i++)
			vec_push(&have, k->binding.at[i].name);
	const char *near = str_nearest(a->name, have.at, have.n);
	diag_at(in->o.diags, E_NAME, a->span, "%s is not known here", a->name);
	if (near)
		diag_hint(in->o.diags, "did you mean %s?", near);
	vec_free(&have);
	return false;
}

static bool eval_name(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct binding *b = find(s, a->name);
	bool builtin = b && b >= in->builtins.binding.at && b < in->builtins.binding.at + in->builtins.binding.n;
	bool found = false;
	if (in->builder && (!b || builtin) && !component_value(in, a, s, out, &found))
		return false;
	if (found)
		return true;
	if (!b)
		return unknown(in, a, s);
	if (b->broken)
		return false;
	in->used_here |= a->name == intern("here");
	*out = b->value;
	return true;
}

static bool assign(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v;
	const struct ast *t = a->kid[0];
	if (!eval(in, a->kid[1], s, &v))
		return false;
	struct binding *b = t->kind == AST_NAME ? find(s, t->name) : NULL;
	if (!b)
		return FAIL(in, E_NAME, t, "only a name introduced by let can be set");
	if (!b->settable)
		return FAIL(in, E_REBIND, t, "%s cannot be set again", t->name);
	b->value = v;
	return true;
}

/* ---- loops */

bool each(struct interp *in, const struct ast *over, struct scope *s, bool (*step)(void *, struct value), void *context)
{
	struct value v;
	if (!eval(in, over, s, &v))
		return false;
	if (v.kind == VAL_RANGE) {
		for (double x = v.range.from; x < v.range.to; x++) {
			if (in->o.limits.interrupted && atomic_load(in->o.limits.interrupted))
				return FAIL(in, E_INTERRUPTED, over, "interrupted");
			if (in->arena.total > (size_t)4 << 30)
				return FAIL(in, E_TOO_LARGE, over, "this loop makes more values than fit into memory");
			if (!step(context, number(x)))
				return false;
		}
		return true;
	}
	if (v.kind != VAL_LIST)
		return FAIL(in, E_TYPE, over, "a list or a range is needed to go through, this is %s", value_kind_name[v.kind]);
	for (size_t i = 0; i < v.list->n; i++)
		if (!step(context, v.list->at[i]))
			return false;
	return true;
}

struct looping { struct interp *in; const struct ast *a; struct scope *s; };

static bool loop_step(void *context, struct value v)
{
	struct looping *l = context;
	struct scope inner = { .up = l->s, .block = true };
	struct value ignored;
	bool ok = bind(l->in, &inner, l->a->name, v, l->a->at, false) && run_block(l->in, l->a->kid[1], &inner, &ignored);
	vec_free(&inner.binding);
	return ok;
}

struct listing { struct interp *in; const struct ast *a; uint32_t clause; struct scope *s; VEC(struct value) out; };

static bool list_clause(struct listing *l);

static bool list_step(void *context, struct value v)
{
	struct listing *l = context;
	struct scope inner = { .up = l->s, .block = true }, *old = l->s;
	bool ok = bind(l->in, &inner, l->a->kid[l->clause]->name, v, l->a->at, false);
	l->s = &inner;
	l->clause++;
	ok = ok && list_clause(l);
	l->clause--;
	l->s = old;
	vec_free(&inner.binding);
	return ok;
}

static bool list_clause(struct listing *l)
{
	struct value v;
	if (l->clause == l->a->n) {
		if (!eval(l->in, l->a->kid[0], l->s, &v))
			return false;
		vec_push(&l->out, v);
		return l->out.n < 50000000 || FAIL(l->in, E_TOO_LARGE, l->a, "this list has more than 50 million elements");
	}
	const struct ast *c = l->a->kid[l->clause];
	if (c->kind == AST_EACH)
		return each(l->in, c->kid[0], l->s, list_step, l);
	if (!eval(l->in, c->kid[0], l->s, &v) || !want(l->in, c->kid[0], v, VAL_BOOL))
		return false;
	if (!v.truth)
		return true;
	l->clause++;
	bool ok = list_clause(l);
	l->clause--;
	return ok;
}

static struct value list_of(struct interp *in, const struct value *at, size_t n)
{
	struct list *l = arena_alloc(&in->arena, sizeof *l);
	l->at = arena_copy(&in->arena, at, n * sizeof *at);
	l->n = n;
	return (struct value){ .kind = VAL_LIST, .list = l };
}

/* ---- calls */

bool call_function(struct interp *in, const struct function *f, const struct value *arg, size_t n, const struct ast *at, struct value *out)
{
	if (f->params->n != n)
		return FAIL(in, E_ARGUMENT, at, "%s takes %u arguments, here are %zu", f->name, f->params->n, n);
	if (in->depth >= MAX_CALLS)
		return FAIL(in, E_RECURSION, at, "%s calls itself without end (%d calls deep)", f->name, MAX_CALLS);
	struct scope *s = arena_alloc(&in->arena, sizeof *s);
	s->up = f->scope;
	bool ok = true;
	for (size_t i = 0; i < n && ok; i++)
		ok = bind(in, s, f->params->kid[i]->name, arg[i], f->params->kid[i]->span, false);
	in->depth++;
	if (ok)
		ok = f->body->kind == AST_BLOCK ? run_block(in, f->body, s, out) : eval(in, f->body, s, out);
	in->depth--;
	return ok;
}

static bool eval_call(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value f, arg[64];
	const char *name[64];
	const struct ast *ast[64];
	struct args args = { 0, arg, name, ast };
	if (!eval(in, a->kid[0], s, &f))
		return false;
	if (a->n > 64)
		return FAIL(in, E_ARGUMENT, a, "more than 63 arguments");
	for (uint32_t i = 1; i < a->n; i++) {
		const struct ast *k = a->kid[i];
		bool named = k->kind == AST_ARG;
		name[args.n] = named ? k->name : NULL;
		ast[args.n] = named ? k->kid[0] : k;
		if (!eval(in, ast[args.n], s, &arg[args.n]))
			return false;
		args.n++;
	}
	if (f.kind == VAL_BUILTIN)
		return f.builtin->call(in, a, &args, out);
	if (f.kind == VAL_FN) {
		struct value placed[64];
		for (size_t i = 0; i < args.n; i++) {
			size_t k = i;
			for (size_t p = 0; name[i] && p < f.fn->params->n; p++)
				if (f.fn->params->kid[p]->name == name[i])
					k = p;
			placed[k] = arg[i];
		}
		return call_function(in, f.fn, placed, args.n, a, out);
	}
	return FAIL(in, E_TYPE, a->kid[0], "this is %s and cannot be called", value_kind_name[f.kind]);
}

/* ---- fields */

const struct estimate *results_find(const struct results *r, const char *h, const char *m)
{
	for (size_t i = 0; i < r->n_rows; i++)
		if ((!h || strcmp(r->row[i].hypothesis, h) == 0) && (!m || strcmp(r->row[i].metric, m) == 0))
			return &r->row[i];
	return NULL;
}

static bool estimate_field(struct interp *in, const struct ast *a, const struct estimate *e, struct value *out)
{
	const struct { const char *name; struct figure f; } fields[] = {
		{ "aue", e->aue }, { "ate", e->ate }, { "explained", e->explained }, { "ref", e->ref }, { "cf", e->cf },
		{ "patched", e->patched }, { "recovered", e->recovered }, { "effect", e->effect }, { "effect_rel", e->effect_rel },
		{ "n", { (double)e->n, NULL } }, { "n_skipped", { (double)e->n_skipped, NULL } },
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strcmp(fields[i].name, a->name) == 0) {
			if (fields[i].f.why)
				return FAIL(in, E_VALUE, a, "%s is undefined: %s", a->name, fields[i].f.why);
			*out = number(fields[i].f.value);
			return true;
		}
	if (strcmp(a->name, "paths_total") == 0 || strcmp(a->name, "paths_kept") == 0) {
		const char *t = a->name[6] == 't' ? e->paths_total : e->paths_kept;
		*out = t ? text(in, t, strlen(t)) : (struct value){ VAL_NONE, { 0 } };
		return true;
	}
	return FAIL(in, E_FIELD, a, "a row of results has no %s; it has aue, ate, explained, ref, cf, patched, recovered, effect, n", a->name);
}

static bool eval_dot(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value v;
	bool found = false;
	if (in->builder && !component_value(in, a, s, out, &found))
		return false;
	if (found)
		return true;
	if (!eval(in, a->kid[0], s, &v))
		return false;
	if (v.kind == VAL_RECORD)
		for (size_t i = 0; i < v.record->n; i++)
			if (v.record->at[i].name == a->name) {
				*out = *v.record->at[i].value;
				return true;
			}
	if (v.kind == VAL_RUN) {
		if (a->name != v.run->graph->output_name && a->name != intern("output"))
			return FAIL(in, E_METRIC, a, "a run of %s can be asked for its output only: .%s", v.run->graph->name, v.run->graph->output_name);
		*out = (struct value){ .kind = VAL_TENSOR, .tensor = arena_copy(&in->arena, v.run->output, sizeof *v.run->output) };
		return true;
	}
	if (v.kind == VAL_RESULTS && v.results->n_rows == 1)
		return estimate_field(in, a, &v.results->row[0], out);
	if (v.kind == VAL_ESTIMATE)
		return estimate_field(in, a, v.estimate, out);
	return FAIL(in, E_FIELD, a, "%s has no %s", value_kind_name[v.kind], a->name);
}

/* ---- expressions */

static bool eval_logic(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	if (!eval(in, a->kid[0], s, out) || !want(in, a->kid[0], *out, VAL_BOOL))
		return false;
	if (out->truth == (a->op == OPR_OR))
		return true;
	return eval(in, a->kid[1], s, out) && want(in, a->kid[1], *out, VAL_BOOL);
}

static bool eval_unary(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	if (!eval(in, a->kid[0], s, out))
		return false;
	if (a->op == OPR_NOT) {
		if (!want(in, a->kid[0], *out, VAL_BOOL))
			return false;
		out->truth = !out->truth;
		return true;
	}
	if (out->kind == VAL_NUMBER) {
		out->number = -out->number;
		return true;
	}
	struct value x = *out;
	return apply(in, OP_NEG, &x, 1, NULL, a, out);
}

static bool eval_if(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value c;
	if (!eval(in, a->kid[0], s, &c) || !want(in, a->kid[0], c, VAL_BOOL))
		return false;
	const struct ast *branch = c.truth ? a->kid[1] : a->kid[2];
	out->kind = VAL_NONE;
	if (!branch)
		return true;
	if (branch->kind == AST_IF)
		return eval_if(in, branch, s, out);
	struct scope inner = { .up = s, .block = true };
	bool ok = run_block(in, branch, &inner, out);
	vec_free(&inner.binding);
	return ok;
}

static bool eval_list(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct listing l = { .in = in, .a = a, .clause = 1, .s = s };
	bool ok = true;
	if (a->kind == AST_COMPREHENSION)
		ok = list_clause(&l);
	for (uint32_t i = 0; a->kind == AST_LIST && i < a->n && ok; i++) {
		struct value v;
		ok = eval(in, a->kid[i], s, &v);
		if (ok)
			vec_push(&l.out, v);
	}
	if (ok)
		*out = list_of(in, l.out.at, l.out.n);
	vec_free(&l.out);
	return ok;
}

static bool eval_record(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct record *r = arena_alloc(&in->arena, sizeof *r);
	r->at = arena_array(&in->arena, a->n, sizeof *r->at);
	for (uint32_t i = 0; i < a->n; i++) {
		r->at[i].name = a->kid[i]->name;
		r->at[i].value = arena_alloc(&in->arena, sizeof(struct value));
		if (!eval(in, a->kid[i]->kid[0], s, r->at[i].value))
			return false;
		r->n++;
	}
	*out = (struct value){ .kind = VAL_RECORD, .record = r };
	return true;
}

static struct value function(struct interp *in, const char *name, const struct ast *params, const struct ast *body, struct scope *s)
{
	struct function *f = arena_alloc(&in->arena, sizeof *f);
	*f = (struct function){ name, params, body, s };
	return (struct value){ .kind = VAL_FN, .fn = f };
}

static bool not_yet(struct interp *in, const struct ast *a)
{
	diag_at(in->o.diags, E_PLACE, a->at, "'%s' is not in this version of pp yet", ast_kind_name[a->kind]);
	return false;
}

bool eval(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value x, y;
	switch (a->kind) {
	case AST_NAME:   return eval_name(in, a, s, out);
	case AST_NUMBER: *out = number(a->number); return true;
	case AST_STRING: *out = text(in, a->text, strlen(a->text)); return true;
	case AST_LIST:
	case AST_COMPREHENSION: return eval_list(in, a, s, out);
	case AST_RECORD: return eval_record(in, a, s, out);
	case AST_DOT:    return eval_dot(in, a, s, out);
	case AST_CALL:   return eval_call(in, a, s, out);
	case AST_UNARY:  return eval_unary(in, a, s, out);
	case AST_IF:     return eval_if(in, a, s, out);
	case AST_LAMBDA: *out = function(in, "this function", a->kid[0], a->kid[1], s); return true;
	case AST_EVALUATE: return evaluate_statement(in, a, s, out);
	case AST_INDEX: {
		bool found = false;
		if (in->builder && !component_value(in, a, s, out, &found))
			return false;
		return found || (eval(in, a->kid[0], s, &x) && index_value(in, a, x, s, out));
	}
	case AST_BINARY:
		if (a->op == OPR_AND || a->op == OPR_OR)
			return eval_logic(in, a, s, out);
		return eval(in, a->kid[0], s, &x) && eval(in, a->kid[1], s, &y) && binary(in, a->op, x, y, a, out);
	case AST_RANGE:
		if (!eval(in, a->kid[0], s, &x) || !eval(in, a->kid[1], s, &y) || !want(in, a->kid[0], x, VAL_NUMBER) || !want(in, a->kid[1], y, VAL_NUMBER))
			return false;
		*out = (struct value){ .kind = VAL_RANGE, .range = { x.number, y.number } };
		return true;
	case AST_PATHS:
		*out = (struct value){ .kind = VAL_PATHS, .paths = pattern_of(in, a->kid[0], s) };
		return out->paths != NULL;
	default:
		return not_yet(in, a);
	}
}

/* ---- statements */

static bool declare_metric(struct interp *in, const struct ast *a, struct scope *s)
{
	struct metric *m = arena_alloc(&in->arena, sizeof *m);
	uint32_t runs = a->kind == AST_DELTA ? 2 : 1;
	if (a->kid[0]->n != runs)
		return FAIL(in, E_METRIC, a, runs == 2 ? "a delta compares two runs: delta %s(ref, patched)" : "a metric is of one run: metric %s(run)", a->name);
	*m = (struct metric){ a->name, a->kind == AST_DELTA, function(in, a->name, a->kid[0], a->kid[1], s).fn };
	return bind(in, s, a->name, (struct value){ .kind = VAL_METRIC, .metric = m }, a->at, false);
}

static bool define_model(struct interp *in, const struct ast *a, struct scope *s)
{
	if (a->kid[0]->n)                            /* an architecture: load() calls it */
		return bind(in, s, a->name, function(in, a->name, a->kid[0], a, s), a->at, false);
	struct model *m;
	return model_from_block(in, a, s, NULL, 0, &m) && bind(in, s, a->name, (struct value){ .kind = VAL_MODEL, .model = m }, a->at, false);
}

static bool expectation(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v;
	if (!eval(in, a->kid[0], s, &v) || !want(in, a->kid[0], v, VAL_BOOL))
		return false;
	if (v.truth)
		return true;
	in->failed_expectations++;
	diag_at(in->o.diags, E_EXPECT, a->kid[0]->span, "this was expected to be true");
	const struct ast *c = a->kid[0];
	struct value x, y;
	if (c->kind == AST_BINARY && c->op >= OPR_EQ && c->op <= OPR_GE && eval(in, c->kid[0], s, &x) && eval(in, c->kid[1], s, &y)) {
		struct buf l = { 0 }, r = { 0 };
		value_text(&x, &l, true);
		value_text(&y, &r, true);
		diag_hint(in->o.diags, "left is %s, right is %s", buf_str(&l), buf_str(&r));
		buf_free(&l);
		buf_free(&r);
	}
	return true;
}

static bool named_value(struct interp *in, const struct ast *a, struct scope *s, enum value_kind k)
{
	struct value v;
	return eval(in, a->kid[0], s, &v) && want(in, a->kid[0], v, k) && bind(in, s, a->name, v, a->at, false);
}

static bool statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value v;
	out->kind = VAL_NONE;
	if (in->builder && a->kind >= AST_INPUT && a->kind <= AST_OUTPUT)
		return model_statement(in, a, s);
	switch (a->kind) {
	case AST_LET:
		return eval(in, a->kid[0], s, &v) && bind(in, s, a->name, v, a->at, s != &in->top && s != &in->builtins);
	case AST_SHOW:
		if (!eval(in, a->kid[0], s, out))            /* an evaluate that is not run is no reason to leave a loop */
			return in->o.mode != INTERP_RUN && a->kid[0]->kind == AST_EVALUATE;
		if (s == &in->top && out->kind != VAL_NONE && in->o.hooks.show)
			in->o.hooks.show(in->o.hooks.context, out);
		return true;
	case AST_ASSIGN: {
		struct binding *b = a->kid[0]->kind == AST_NAME ? find(s, a->kid[0]->name) : NULL;
		return in->builder && !(b && b->settable) ? model_statement(in, a, s) : assign(in, a, s);
	}
	case AST_FN:         return bind(in, s, a->name, function(in, a->name, a->kid[0], a->kid[1], s), a->at, false);
	case AST_METRIC:
	case AST_DELTA:      return declare_metric(in, a, s);
	case AST_FOR: {
		struct looping l = { in, a, s };
		return each(in, a->kid[0], s, loop_step, &l);
	}
	case AST_IF:         return eval_if(in, a, s, out);
	case AST_USE:        return use_module(in, a->text, s, a->at);
	case AST_MODEL:      return named_value(in, a, s, VAL_MODEL);
	case AST_MODEL_DEF:  return define_model(in, a, s);
	case AST_DATASET:    return named_value(in, a, s, VAL_DATASET);
	case AST_HYPOTHESIS: return declare_hypothesis(in, a, s);
	case AST_EXPECT:     return in->o.mode != INTERP_RUN || expectation(in, a, s);
	default:             return not_yet(in, a);
	}
}

bool run_block(struct interp *in, const struct ast *block, struct scope *s, struct value *out)
{
	bool ok = true, top = s == &in->top;
	out->kind = VAL_NONE;
	for (uint32_t i = 0; i < block->n && (ok || top); i++) {
		if (in->o.limits.interrupted && atomic_load(in->o.limits.interrupted))
			break;
		const struct ast *a = block->kid[i];
		if (statement(in, a, s, out))
			continue;
		ok = false;
		if (top && a->name && a->kind != AST_FOR && !find(s, a->name)) {     /* what needs it says nothing more */
			struct binding b = { a->name, { VAL_NONE, { 0 } }, a->at, false, true };
			vec_push(&s->binding, b);
		}
	}
	return ok;
}

struct interp *interp_new(const struct interp_options *o)
{
	struct interp *in = mem_alloc(sizeof *in);
	in->o = *o;
	in->folder = "";
	in->top.up = &in->builtins;
	for (const struct builtin *b = builtins; b->name; b++)
		bind(in, &in->builtins, intern(b->name), (struct value){ .kind = VAL_BUILTIN, .builtin = b }, (struct span){ 0, 0 }, false);
	bind(in, &in->builtins, intern("true"), truth(true), (struct span){ 0, 0 }, false);
	bind(in, &in->builtins, intern("false"), truth(false), (struct span){ 0, 0 }, false);
	bind(in, &in->builtins, intern("none"), (struct value){ VAL_NONE, { 0 } }, (struct span){ 0, 0 }, false);
	use_module(in, "metrics", &in->builtins, (struct span){ 0, 0 });
	return in;
}

bool interp_run(struct interp *in, const struct ast *program, const char *folder)
{
	struct value last;
	in->folder = intern(folder);
	return run_block(in, program, &in->top, &last);
}

size_t interp_failed_expectations(const struct interp *in)
{
	return in->failed_expectations;
}

struct arena *interp_arena(struct interp *in)
{
	return &in->arena;
}

void interp_free(struct interp *in)
{
	for (size_t i = 0; i < in->datasets.n; i++)
		dataset_free(in->datasets.at[i]);
	for (size_t i = 0; i < in->models.n; i++) {
		graph_free(in->models.at[i]->graph);
		weights_close(in->models.at[i]->weights);
		tokenizer_close(in->models.at[i]->tokenizer);
	}
	vec_free(&in->datasets);
	vec_free(&in->models);
	vec_free(&in->builtins.binding);
	vec_free(&in->top.binding);
	arena_free(&in->arena);
	free(in);
}
