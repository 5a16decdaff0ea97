/* Expressions: names, operators, calls, lists, functions. */
#include <math.h>
#include <string.h>

#include "lang/internal.h"

static struct value later(void)
{
	return (struct value){ .kind = VAL_LATER };
}

bool stack_low(const struct interp *in)
{
	char *here = __builtin_frame_address(0);
	return (size_t)(in->stack > here ? in->stack - here : here - in->stack) > in->stack_limit;
}

/* ---- names */

/* What only the pair at hand could have: its answer, a role. */
static bool unknown_in_metric(struct interp *in, const struct ast *a)
{
	bool role = false;
	for (size_t i = 0; i < in->measured_of->n_roles; i++)
		role |= in->measured_of->role[i] == a->name;
	if (role)
		return FAIL(in, E_METRIC, a, "this pair has no position %s", a->name);
	if (a->name == intern("answer") || a->name == intern("foil"))
		return FAIL(in, E_METRIC, a, "this pair has no %s", a->name);
	return true;
}

static bool unknown(struct interp *in, const struct ast *a, struct scope *s)
{
	static const char *const in_metrics[] = { "here", "END", "answer", "foil" };
	if (in->measured && !unknown_in_metric(in, a))
		return false;
	if (in->names_missing)
		return false;
	bool of_metrics = false;
	for (size_t i = 0; i < sizeof in_metrics / sizeof *in_metrics; i++)
		of_metrics |= strcmp(in_metrics[i], a->name) == 0;
	const char *near = diag_heard(in->o.diags) ? find_nearest(s, a->name) : NULL;
	diag_at(in->o.diags, E_NAME, a->span, "%s is not known here", a->name);
	if (of_metrics && !in->measured)
		diag_hint(in->o.diags, "%s has a value in the body of a metric or delta only", a->name);
	else if (near)
		diag_hint(in->o.diags, "did you mean %s?", near);
	return false;
}

static bool eval_name(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	bool found = false;
	if (in->builder && !component_value(in, a, s, out, &found))
		return false;
	if (found)
		return true;
	struct binding *b = find(s, a->name);
	if (!b)
		return unknown(in, a, s);
	if (b->broken)
		return false;
	in->used_here |= a->name == in->here;
	*out = b->value;
	return true;
}

/* ---- lists */

bool each(struct interp *in, const struct ast *over, struct value v, bool (*step)(void *, struct value), void *context)
{
	if (v.kind == VAL_LATER)
		return true;
	if (v.kind == VAL_RANGE) {
		for (double x = v.range.from; x < v.range.to; x++)
			if (!go_on(in, over) || !step(context, number(x)))
				return false;
		return true;
	}
	if (v.kind == VAL_TABLE || v.kind == VAL_RESULTS || v.kind == VAL_TENSOR || v.kind == VAL_DATASET) {
		struct value l;
		return to_list(in, over, v, &l) && each(in, over, l, step, context);
	}
	if (v.kind == VAL_RECORD)
		return FAIL(in, E_TYPE, over, "a record cannot be gone through; keys(record) gives its names");
	if (v.kind != VAL_LIST)
		return FAIL(in, E_TYPE, over, "a list or a range is needed to go through, this is %s", value_kind_name[v.kind]);
	for (size_t i = 0; i < v.list->n; i++)
		if (!go_on(in, over) || !step(context, v.list->at[i]))
			return false;
	return true;
}

struct listing { struct interp *in; const struct ast *a; uint32_t clause; struct scope *s; bool later; VEC(struct value) out; };

static bool list_clause(struct listing *l);

static bool list_step(void *context, struct value v)
{
	struct listing *l = context;
	struct scope *outside = l->s;
	const struct ast *c = l->a->kid[l->clause];
	l->s = scope_open(&l->in->scopes, outside);
	bool ok = bind(l->in, l->s, c->name, v, c->at, false);
	l->clause++;
	ok = ok && list_clause(l);
	l->clause--;
	scope_close(&l->in->scopes, l->s);
	l->s = outside;
	return ok;
}

static bool list_clause(struct listing *l)
{
	struct value v;
	if (l->clause == l->a->n) {
		if (!eval(l->in, l->a->kid[0], l->s, &v))
			return false;
		vec_push(&l->out, v);
		return l->out.n <= MAX_ELEMENTS || FAIL(l->in, E_TOO_LARGE, l->a, "this list has more than %d million elements", MAX_ELEMENTS / 1000000);
	}
	const struct ast *c = l->a->kid[l->clause];
	if (!eval(l->in, c->kid[0], l->s, &v))
		return false;
	l->later |= v.kind == VAL_LATER;
	if (c->kind == AST_EACH)
		return each(l->in, c->kid[0], v, list_step, l);
	if (v.kind == VAL_LATER)
		return true;
	if (!want(l->in, c->kid[0], v, VAL_BOOL))
		return false;
	if (!v.truth)
		return true;
	l->clause++;
	bool ok = list_clause(l);
	l->clause--;
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
	ok = ok && new_list(in, a, l.out.at, l.out.n, out);
	if (ok && l.later)
		*out = later();
	vec_free(&l.out);
	return ok;
}

static bool eval_record(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct field *f = arena_array(&in->arena, a->n, sizeof *f);
	if (a->n > MAX_FIELDS)
		return FAIL(in, E_TOO_LARGE, a, "a record has at most %d fields", MAX_FIELDS);
	for (uint32_t i = 0; i < a->n; i++) {
		f[i].name = a->kid[i]->name;
		for (uint32_t k = 0; k < i; k++)
			if (f[k].name == f[i].name)
				return FAIL(in, E_FIELD, a->kid[i], "this record has a field %s already", f[i].name);
		f[i].value = arena_alloc(&in->arena, sizeof(struct value));
		if (!eval(in, a->kid[i]->kid[0], s, f[i].value))
			return false;
	}
	return new_record(in, a, f, a->n, out);
}

/* ---- calls */

struct value function(struct interp *in, const char *name, const struct ast *params, const struct ast *body, struct scope *s)
{
	struct function *f = arena_alloc(&in->arena, sizeof *f);
	*f = (struct function){ name, params, body, s };
	scope_keep(&in->scopes, s);
	return (struct value){ .kind = VAL_FN, .fn = f };
}

static bool wrong_count(struct interp *in, const struct function *f, size_t n, const struct ast *at)
{
	struct buf b = { 0 };
	for (uint32_t i = 0; i < f->params->n; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", f->params->kid[i]->name);
	diag_at(in->o.diags, E_ARGUMENT, at->span, "%s takes %u argument%s, here %s %zu", f->name, f->params->n, f->params->n == 1 ? "" : "s",
	    n == 1 ? "is" : "are", n);
	diag_hint(in->o.diags, "%s(%s)", f->name, buf_str(&b));
	buf_free(&b);
	return false;
}

static bool run_function(struct interp *in, const struct function *f, const struct value *arg, size_t n, struct value *out)
{
	struct scope *s = scope_open(&in->scopes, f->scope);
	bool ok = true;
	for (size_t i = 0; i < n && ok; i++)
		ok = bind(in, s, f->params->kid[i]->name, arg[i], f->params->kid[i]->span, false);
	if (ok)
		ok = f->body->kind == AST_BLOCK ? run_block(in, f->body, s, out) : eval(in, f->body, s, out);
	scope_close(&in->scopes, s);
	return ok;
}

bool call_function(struct interp *in, const struct function *f, const struct value *arg, size_t n, const struct ast *at, struct value *out)
{
	if (f->params->n != n)
		return wrong_count(in, f, n, at);
	if (!go_on(in, at))
		return false;
	if (in->depth >= MAX_CALLS || stack_low(in))
		return FAIL(in, E_RECURSION, at, "%s calls itself without end (%d calls deep)", f->name, in->depth);
	if (f->body->kind == AST_MODEL_DEF) {
		struct model *m;
		*out = (struct value){ .kind = VAL_MODEL };
		return at_top(in, at, "a model") && model_from_block(in, f->body, f->scope, arg, n, &m) && (out->model = m);
	}
	in->depth++;
	bool ok = run_function(in, f, arg, n, out);
	in->depth--;
	return ok;
}

/* Puts arguments, some of them by name, into the order of the parameters. */
static bool place_arguments(struct interp *in, const struct ast *a, const struct function *f, const struct args *args, struct value *placed)
{
	bool given[MAX_ARGS] = { 0 };
	size_t by_place = 0;
	if (args->n != f->params->n)
		return wrong_count(in, f, args->n, a);
	for (size_t i = 0; i < args->n; i++) {
		size_t k = 0;
		while (args->name[i] && k < args->n && f->params->kid[k]->name != args->name[i])
			k++;
		if (k == args->n)
			return FAIL(in, E_ARGUMENT, args->ast[i], "%s has no argument %s", f->name, args->name[i]);
		if (!args->name[i])
			k = by_place++;
		if (given[k])
			return FAIL(in, E_ARGUMENT, args->ast[i], "the argument %s is given twice", f->params->kid[k]->name);
		given[k] = true;
		placed[k] = args->at[i];
	}
	return true;
}

/* A metric inside a metric: on the same pair and row. */
static bool call_metric_inside(struct interp *in, const struct metric *m, const struct args *args, const struct ast *a, struct value *out)
{
	if (!in->measured)
		return FAIL(in, E_TYPE, a->kid[0], "a metric is called by evaluate, or by another metric: evaluate h on pairs by %s", m->name);
	for (size_t i = 0; i < args->n; i++)
		if (!want(in, args->ast[i], args->at[i], VAL_RUN))
			return false;
	struct scope *names = scope_open(&in->scopes, m->fn->scope);
	for (size_t i = 0; i < in->measured_names->binding.n; i++)
		vec_push(&names->binding, in->measured_names->binding.at[i]);
	names->wall = true;
	struct function f = *m->fn;
	f.scope = names;
	bool ok = call_function(in, &f, args->at, args->n, a, out);
	scope_close(&in->scopes, names);
	return ok;
}

static bool call_builtin(struct interp *in, const struct builtin *b, struct args *args, const struct ast *a, struct value *out)
{
	for (size_t i = 0; i < args->n; i++)
		if (args->at[i].kind == VAL_LATER) {
			*out = later();
			return true;
		}
	args->fn = b;
	return b->call(in, a, args, out);
}

bool call_value(struct interp *in, struct value f, const struct value *arg, size_t n, const struct ast *at, struct value *out)
{
	if (f.kind == VAL_FN)
		return call_function(in, f.fn, arg, n, at, out);
	if (f.kind != VAL_BUILTIN)
		return FAIL(in, E_TYPE, at, "a function is needed, this is %s", value_kind_name[f.kind]);
	struct value copy[n + 1];
	const char *name[n + 1];
	const struct ast *ast[n + 1];
	for (size_t i = 0; i < n; i++) {
		copy[i] = arg[i];
		name[i] = NULL;
		ast[i] = at;
	}
	struct args args = { n, copy, name, ast, NULL };
	return call_builtin(in, f.builtin, &args, at, out);
}

static bool eval_call(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value f;
	if (!eval(in, a->kid[0], s, &f))
		return false;
	if (a->n > MAX_ARGS)
		return FAIL(in, E_ARGUMENT, a, "more than %d arguments", MAX_ARGS - 1);
	struct value arg[a->n], placed[a->n];
	const char *name[a->n];
	const struct ast *ast[a->n];
	struct args args = { 0, arg, name, ast, NULL };
	for (; args.n + 1 < a->n; args.n++) {
		const struct ast *k = a->kid[args.n + 1];
		bool named = k->kind == AST_ARG;
		name[args.n] = named ? k->name : NULL;
		ast[args.n] = named ? k->kid[0] : k;
		if (!eval(in, ast[args.n], s, &arg[args.n]))
			return false;
	}
	switch (f.kind) {
	case VAL_LATER:   *out = f; return true;
	case VAL_BUILTIN: return call_builtin(in, f.builtin, &args, a, out);
	case VAL_METRIC:  return call_metric_inside(in, f.metric, &args, a, out);
	case VAL_FN:      return place_arguments(in, a, f.fn, &args, placed) && call_function(in, f.fn, placed, args.n, a, out);
	default:          return FAIL(in, E_TYPE, a->kid[0], "this is %s and cannot be called", value_kind_name[f.kind]);
	}
}

/* ---- operators */

static bool eval_logic(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	if (!eval(in, a->kid[0], s, out))
		return false;
	if (out->kind == VAL_LATER)
		return eval(in, a->kid[1], s, out) && ((*out = later()), true);
	if (takes_sets(a->op, *out)) {
		struct value x = *out, y;
		return eval(in, a->kid[1], s, &y) && (y.kind == VAL_LATER ? (*out = y, true) : combine_sets(in, a->op, x, y, a, out));
	}
	if (!want(in, a->kid[0], *out, VAL_BOOL))
		return false;
	if (out->truth == (a->op == OPR_OR))
		return true;
	return eval(in, a->kid[1], s, out) && (out->kind == VAL_LATER || want(in, a->kid[1], *out, VAL_BOOL));
}

static bool eval_unary(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	if (!eval(in, a->kid[0], s, out))
		return false;
	if (out->kind == VAL_LATER)
		return true;
	if (takes_sets(a->op, *out))
		return combine_sets(in, a->op, *out, *out, a, out);
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

static bool eval_binary(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value x, y;
	if (a->op == OPR_AND || a->op == OPR_OR)
		return eval_logic(in, a, s, out);
	if (!eval(in, a->kid[0], s, &x) || !eval(in, a->kid[1], s, &y))
		return false;
	if (x.kind == VAL_LATER || y.kind == VAL_LATER) {
		*out = later();
		return true;
	}
	if (a->op == OPR_EXCEPT)
		return combine_sets(in, a->op, x, y, a, out);
	return binary(in, a->op, x, y, a, out);
}

static bool eval_range(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value x, y;
	if (!eval(in, a->kid[0], s, &x) || !eval(in, a->kid[1], s, &y))
		return false;
	*out = later();
	if (x.kind == VAL_LATER || y.kind == VAL_LATER)
		return true;
	if (!want(in, a->kid[0], x, VAL_NUMBER) || !want(in, a->kid[1], y, VAL_NUMBER))
		return false;
	*out = (struct value){ .kind = VAL_RANGE, .range = { x.number, y.number } };
	return true;
}

bool branch_taken(struct interp *in, const struct ast *a, struct scope *s, const struct ast **branch, bool *later)
{
	struct value c;
	*branch = NULL;
	if (!eval(in, a->kid[0], s, &c))
		return false;
	*later = c.kind == VAL_LATER;
	if (*later)
		return true;
	if (!want(in, a->kid[0], c, VAL_BOOL))
		return false;
	*branch = c.truth ? a->kid[1] : a->kid[2];
	return true;
}

static bool eval_if(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	const struct ast *branch;
	bool later;
	if (!branch_taken(in, a, s, &branch, &later))
		return false;
	*out = (struct value){ .kind = later ? VAL_LATER : VAL_NONE };
	return !branch || run_branch(in, branch, s, out);
}

static bool eval_lambda(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	for (uint32_t i = 0; i < a->kid[0]->n; i++)
		if (a->kid[0]->kid[i]->kind != AST_NAME)
			return FAIL(in, E_SYNTAX, a->kid[0]->kid[i], "what stands before => is the name of a parameter");
	*out = function(in, function_nameless, a->kid[0], a->kid[1], s);
	return true;
}

/* x[...] and x.name, which may spell a component of the model being built, or of a run. */
static bool eval_access(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	bool found = false;
	struct value x;
	if (in->builder && !component_value(in, a, s, out, &found))
		return false;
	if (!found && !part_of_run(in, a, s, out, &found))
		return false;
	if (found)
		return true;
	return eval(in, a->kid[0], s, &x) && (a->kind == AST_DOT ? field_value(in, a, x, out) : index_value(in, a, x, s, out));
}

bool eval(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	if (stack_low(in))
		return FAIL(in, E_RECURSION, a, "this calls itself without end, or is nested too deeply");
	switch (a->kind) {
	case AST_NAME:   return eval_name(in, a, s, out);
	case AST_NUMBER: *out = number(a->number); return true;
	case AST_STRING: *out = (struct value){ .kind = VAL_STRING, .string = { a->text, strlen(a->text) } }; return true;
	case AST_LIST:
	case AST_COMPREHENSION: return eval_list(in, a, s, out);
	case AST_RECORD: return eval_record(in, a, s, out);
	case AST_DOT:
	case AST_INDEX:  return eval_access(in, a, s, out);
	case AST_CALL:   return eval_call(in, a, s, out);
	case AST_UNARY:  return eval_unary(in, a, s, out);
	case AST_BINARY: return eval_binary(in, a, s, out);
	case AST_RANGE:  return eval_range(in, a, s, out);
	case AST_IF:     return eval_if(in, a, s, out);
	case AST_LAMBDA: return eval_lambda(in, a, s, out);
	case AST_PRUNE:
	case AST_REFINE: return at_top(in, a, a->kind == AST_PRUNE ? "prune" : "refine") && search_statement(in, a, s, out);
	case AST_COUNTEREXAMPLES: return at_top(in, a, "counterexamples") && counterexamples_statement(in, a, s, out);
	case AST_EVALUATE: return at_top(in, a, "evaluate") && evaluate_statement(in, a, s, out);
	case AST_SWEEP:  return at_top(in, a, "sweep") && sweep_statement(in, a, s, out);
	case AST_SUBSET:
	case AST_EQUALS: return compare_sets(in, a, s, out);
	case AST_PATHS:
		*out = (struct value){ .kind = VAL_PATHS, .paths = pattern_of(in, a->kid[0], s) };
		return out->paths != NULL;
	default:
		return misplaced(in, a);
	}
}
