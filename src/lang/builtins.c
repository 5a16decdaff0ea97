/* The built-in functions: what builtins.def names and describes. */
#include <math.h>
#include <string.h>

#include "lang/internal.h"

#define BUILTIN(name, takes, doc) static bool f_##name(struct interp *in, const struct ast *at, struct args *a, struct value *out);
#define ELEMENTWISE(name, op, takes, doc) BUILTIN(name, takes, doc)
#include "lang/builtins.def"
#undef BUILTIN
#undef ELEMENTWISE
#define DEFINE(name) static bool f_##name(struct interp *in, const struct ast *at, struct args *a, struct value *out)

/* ---- arguments */

bool no_more_names(struct interp *in, const struct ast *at, const struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->name[i]) {
			diag_at(in->o.diags, E_ARGUMENT, a->ast[i]->span, "%s has no argument called %s", a->fn->name, a->name[i]);
			diag_hint(in->o.diags, "%s(%s)", a->fn->name, a->fn->args);
			return false;
		}
	(void)at;
	return true;
}

static bool takes(struct interp *in, const struct ast *at, const struct args *a, size_t least, size_t most)
{
	if (!no_more_names(in, at, a))
		return false;
	if (a->n >= least && a->n <= most)
		return true;
	if (least == most)
		diag_at(in->o.diags, E_ARGUMENT, at->span, "%s takes %zu argument%s, here %s %zu", a->fn->name, least, least == 1 ? "" : "s",
		    a->n == 1 ? "is" : "are", a->n);
	else
		diag_at(in->o.diags, E_ARGUMENT, at->span, "%s takes %zu to %zu arguments, here %s %zu", a->fn->name, least, most, a->n == 1 ? "is" : "are", a->n);
	diag_hint(in->o.diags, "%s(%s)", a->fn->name, a->fn->args);
	return false;
}

/* The value of a named argument, taken out of the list; false when it is not there. */
bool named(struct args *a, const char *name, struct value *out)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->name[i] && strcmp(a->name[i], name) == 0) {
			*out = a->at[i];
			memmove(a->at + i, a->at + i + 1, (a->n - i - 1) * sizeof *a->at);
			memmove(a->name + i, a->name + i + 1, (a->n - i - 1) * sizeof *a->name);
			memmove(a->ast + i, a->ast + i + 1, (a->n - i - 1) * sizeof *a->ast);
			a->n--;
			return true;
		}
	return false;
}

static bool number_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, double otherwise, double *out)
{
	struct value v;
	*out = otherwise;
	if (!named(a, name, &v) || v.kind == VAL_NONE)
		return true;
	if (v.kind == VAL_BOOL)
		v = number(v.truth);
	if (!want(in, at, v, VAL_NUMBER))
		return false;
	*out = v.number;
	return isfinite(v.number) || FAIL(in, E_VALUE, at, "%s cannot be %g", name, v.number);
}

static bool whole_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, double *out)
{
	int64_t x;
	return number_arg(in, at, a, name, 0, out) && whole(in, at, number(*out), &x)
	    && (x >= 0 || FAIL(in, E_VALUE, at, "%s cannot be negative", name));
}

/* ---- operations of the graph */

#define BUILTIN(name, takes, doc)
#define ELEMENTWISE(name, op, wants, doc)                                                            \
	DEFINE(name)                                                                                     \
	{                                                                                                \
		size_t n = (size_t)op_info[op].arity;                                                        \
		return takes(in, at, a, n, n) && apply(in, op, a->at, n, NULL, at, out);                     \
	}
#include "lang/builtins.def"
#undef BUILTIN
#undef ELEMENTWISE

DEFINE(rows)
{
	return takes(in, at, a, 1, 2) && apply(in, OP_ROWS, a->at, 1, NULL, at, out);
}

DEFINE(causal)
{
	double attr[MAX_ATTR] = { 0 };
	return whole_arg(in, at, a, "window", &attr[0]) && takes(in, at, a, 1, 1) && apply(in, OP_CAUSAL, a->at, 1, attr, at, out);
}

DEFINE(layer_norm)
{
	double attr[MAX_ATTR] = { 0 };
	return number_arg(in, at, a, "eps", 1e-5, &attr[0]) && takes(in, at, a, 1, 3) && apply(in, OP_LAYER_NORM, a->at, a->n, attr, at, out);
}

DEFINE(rms_norm)
{
	double attr[MAX_ATTR] = { 0 };
	return number_arg(in, at, a, "eps", 1e-6, &attr[0]) && number_arg(in, at, a, "offset", 0, &attr[1]) && takes(in, at, a, 1, 2)
	    && apply(in, OP_RMS_NORM, a->at, a->n, attr, at, out);
}

DEFINE(rotary)
{
	double attr[MAX_ATTR] = { 0 };
	return number_arg(in, at, a, "base", 10000, &attr[0]) && whole_arg(in, at, a, "dims", &attr[1])
	    && number_arg(in, at, a, "interleaved", 0, &attr[2]) && number_arg(in, at, a, "scale", 1, &attr[3]) && takes(in, at, a, 1, 2)
	    && apply(in, OP_ROTARY, a->at, a->n, attr, at, out);
}

DEFINE(concat)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_LIST))
		return false;
	const struct list *l = a->at[0].list;
	bool all_lists = true;
	struct value joined = a->at[0];
	for (size_t i = 0; i < l->n; i++)
		all_lists &= l->at[i].kind == VAL_LIST;
	if (!all_lists || !l->n)
		return apply(in, OP_CONCAT, l->at, l->n, NULL, at, out);
	for (size_t i = 0; i < l->n; i++)
		if (!(i ? binary(in, OPR_ADD, joined, l->at[i], at, &joined) : (joined = l->at[0], true)))
			return false;
	*out = joined;
	return true;
}

/* Over all elements of a tensor or a list of numbers; over the last axis of a node. */
static bool reduce(struct interp *in, const struct ast *at, struct args *a, enum op op, struct value *out)
{
	if (!takes(in, at, a, 1, 1))
		return false;
	struct value v = a->at[0];
	*out = v;
	if (v.kind == VAL_NUMBER)
		return true;
	if (v.kind == VAL_NODE)
		return apply(in, op, &v, 1, NULL, at, out);
	if (v.kind != VAL_LIST && v.kind != VAL_TENSOR)
		return FAIL(in, E_TYPE, at, "a tensor or a list is needed, this is %s", value_kind_name[v.kind]);
	if (v.kind == VAL_LIST && !v.list->n) {
		*out = number(0);
		return op == OP_SUM_LAST || FAIL(in, E_VALUE, at, "an empty list has no %s", a->fn->name);
	}
	if (v.kind == VAL_LIST && v.list->at[0].kind != VAL_NUMBER && v.list->at[0].kind != VAL_LIST)
		return op == OP_SUM_LAST ? apply(in, OP_TOTAL, v.list->at, v.list->n, NULL, at, out)
		                         : FAIL(in, E_TYPE, at, "only sum() takes a list of nodes or tensors");
	struct tensor t;
	if (!to_tensor(in, v, at, &t))
		return false;
	if (tensor_count(&t) == 0 && op != OP_SUM_LAST)
		return FAIL(in, E_SHAPE, at, "a tensor without elements has no %s", a->fn->name);
	if (t.n > 1 && tensor_contiguous(&t))            /* one pass over all of it */
		t = tensor_over(t.at, DT_F64, 1, (int64_t[]){ tensor_count(&t) });
	*out = tensor_value(in, t);
	while (out->kind == VAL_TENSOR) {
		struct value x = *out;
		if (!apply(in, op, &x, 1, NULL, at, out))
			return false;
	}
	return true;
}
DEFINE(sum) { return reduce(in, at, a, OP_SUM_LAST, out); }
DEFINE(mean) { return reduce(in, at, a, OP_MEAN_LAST, out); }
DEFINE(max) { return reduce(in, at, a, OP_MAX_LAST, out); }
DEFINE(min) { return reduce(in, at, a, OP_MIN_LAST, out); }

/* ---- tensors */

DEFINE(tensor)
{
	struct tensor t;
	if (!takes(in, at, a, 1, 1) || !to_tensor(in, a->at[0], at, &t))
		return false;
	*out = tensor_value(in, t);
	return true;
}

DEFINE(shape)
{
	struct value dim[MAX_DIMS];
	int n = 0;
	if (!takes(in, at, a, 1, 1))
		return false;
	if (a->at[0].kind == VAL_TENSOR)
		for (; n < a->at[0].tensor->n; n++)
			dim[n] = number((double)a->at[0].tensor->dim[n]);
	else if (a->at[0].kind == VAL_NODE)
		for (; n < a->at[0].node->shape.n; n++)      /* seq is none: it is not known yet */
			dim[n] = a->at[0].node->shape.dim[n] == DIM_SEQ ? (struct value){ VAL_NONE, { 0 } } : number((double)a->at[0].node->shape.dim[n]);
	else if (!want(in, at, a->at[0], VAL_NUMBER))
		return false;
	return new_list(in, at, dim, (size_t)n, out);
}

DEFINE(zeros)
{
	int64_t dim[MAX_DIMS];
	double bytes = sizeof(double);
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_LIST))
		return false;
	const struct list *l = a->at[0].list;
	if (l->n > MAX_DIMS)
		return FAIL(in, E_SHAPE, at, "a tensor has at most %d axes", MAX_DIMS);
	for (size_t i = 0; i < l->n; i++) {
		if (!whole(in, at, l->at[i], &dim[i]))
			return false;
		if (dim[i] < 0)
			return FAIL(in, E_SHAPE, at, "an axis cannot have %lld elements", (long long)dim[i]);
		bytes *= (double)dim[i];
	}
	if (!room(in, at, bytes))
		return false;
	*out = tensor_value(in, tensor_new(&in->arena, DT_F64, (int)l->n, dim));
	return true;
}

DEFINE(argmax)
{
	struct tensor t;
	if (!takes(in, at, a, 1, 1) || !to_tensor(in, a->at[0], at, &t))
		return false;
	int64_t best = 0, n = tensor_count(&t);
	double top = n ? tensor_get_flat(&t, 0) : 0;
	if (!n)
		return FAIL(in, E_SHAPE, at, "a tensor without elements has no largest one");
	for (int64_t i = 1; i < n; i++) {
		double x = tensor_get_flat(&t, i);
		if (x > top) {
			top = x;
			best = i;
		}
	}
	*out = number((double)best);
	return true;
}

DEFINE(count_above)
{
	struct tensor t;
	double above = 0;
	if (!takes(in, at, a, 2, 2) || !to_tensor(in, a->at[0], at, &t) || !want(in, at, a->at[1], VAL_NUMBER))
		return false;
	for (int64_t i = 0, n = tensor_count(&t); i < n; i++)
		above += tensor_get_flat(&t, i) > a->at[1].number;
	*out = number(above);
	return true;
}

/* ---- lists, text, records, numbers */

DEFINE(len)
{
	if (!takes(in, at, a, 1, 1))
		return false;
	struct value v = a->at[0];
	switch (v.kind) {
	case VAL_LIST:    *out = number((double)v.list->n); return true;
	case VAL_STRING:  *out = number((double)v.string.n); return true;
	case VAL_RECORD:  *out = number((double)v.record->n); return true;
	case VAL_RANGE:   *out = number(v.range.to > v.range.from ? ceil(v.range.to - v.range.from) : 0); return true;
	case VAL_DATASET: *out = number((double)v.dataset->pair.n); return true;
	case VAL_RESULTS: *out = number((double)v.results->n_rows); return true;
	case VAL_TENSOR:  *out = number((double)v.tensor->dim[0]); return true;
	default:          return FAIL(in, E_TYPE, at, "%s has no length", value_kind_name[v.kind]);
	}
}

DEFINE(keys)
{
	if (!takes(in, at, a, 1, 1))
		return false;
	bool w = a->at[0].kind == VAL_WEIGHTS;
	if (!w && !want(in, at, a->at[0], VAL_RECORD))
		return false;
	size_t n = w ? weights_count(a->at[0].weights) : a->at[0].record->n;
	struct value *v = arena_array(&in->arena, n, sizeof *v);
	for (size_t i = 0; i < n; i++) {
		const char *name = w ? weights_name(a->at[0].weights, i) : a->at[0].record->at[i].name;
		v[i] = text(in, name, strlen(name));
	}
	return new_list(in, at, v, n, out);
}

/* One element of what list() goes through. */
static struct value element(struct interp *in, struct value v, size_t i)
{
	if (v.kind == VAL_RANGE)
		return number(v.range.from + (double)i);
	if (v.kind == VAL_RESULTS)
		return (struct value){ .kind = VAL_ESTIMATE, .estimate = &v.results->row[i] };
	return tensor_value(in, tensor_pick(v.tensor, 0, (int64_t)i));
}

DEFINE(list)
{
	if (!takes(in, at, a, 1, 1))
		return false;
	struct value v = a->at[0], n;
	*out = v;
	if (v.kind == VAL_LIST)
		return true;
	if (v.kind != VAL_RANGE && v.kind != VAL_TENSOR && v.kind != VAL_RESULTS)
		return FAIL(in, E_TYPE, at, "%s is no list of things", value_kind_name[v.kind]);
	if (!f_len(in, at, a, &n) || (n.number > MAX_ELEMENTS && !FAIL(in, E_TOO_LARGE, at, "this list would have %g elements", n.number)))
		return false;
	struct value *x = arena_array(&in->arena, (size_t)n.number, sizeof *x);
	for (size_t i = 0; i < (size_t)n.number; i++)
		x[i] = element(in, v, i);
	return new_list(in, at, x, (size_t)n.number, out);
}

static int ascending(const void *p, const void *q)
{
	const struct value *a = p, *b = q;
	if (a->kind == VAL_STRING)
		return strcmp(a->string.at, b->string.at);
	return (a->number > b->number) - (a->number < b->number);
}

DEFINE(sorted)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_LIST))
		return false;
	const struct list *l = a->at[0].list;
	for (size_t i = 0; i < l->n; i++) {
		if (l->at[0].kind != VAL_NUMBER && l->at[0].kind != VAL_STRING)
			return FAIL(in, E_TYPE, at, "only numbers or texts can be sorted");
		if (!want(in, at, l->at[i], l->at[0].kind))
			return false;
	}
	struct value *x = arena_copy(&in->arena, l->at, l->n * sizeof *x);
	qsort(x, l->n, sizeof *x, ascending);
	return new_list(in, at, x, l->n, out);
}

DEFINE(str)
{
	struct buf b = { 0 };
	if (!takes(in, at, a, 1, 1))
		return false;
	value_text(&a->at[0], &b, false);
	bool ok = room(in, at, (double)b.n);
	if (ok)
		*out = text(in, buf_str(&b), b.n);
	buf_free(&b);
	return ok;
}

DEFINE(print)
{
	struct buf b = { 0 };
	if (!no_more_names(in, at, a))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		buf_puts(&b, i ? " " : "");
		value_text(&a->at[i], &b, false);
	}
	if (in->o.hooks.print)
		in->o.hooks.print(in->o.hooks.context, buf_str(&b));
	buf_free(&b);
	out->kind = VAL_NONE;
	return true;
}

DEFINE(fail)
{
	(void)out;
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_STRING))
		return false;
	return FAIL(in, in->config ? E_CONFIG : E_VALUE, at, "%s", a->at[0].string.at);
}

static bool rounded(struct interp *in, const struct ast *at, struct args *a, double (*how)(double), struct value *out)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_NUMBER))
		return false;
	*out = number(how(a->at[0].number));
	return true;
}
DEFINE(floor) { return rounded(in, at, a, floor, out); }
DEFINE(ceil) { return rounded(in, at, a, ceil, out); }
DEFINE(round) { return rounded(in, at, a, nearbyint, out); }

/* ---- models and data */

static bool lookup(struct interp *in, const struct ast *at, const struct args *a, struct value *found)
{
	struct tensor t;
	*found = (struct value){ .kind = VAL_NONE };
	if (a->at[0].kind != VAL_WEIGHTS && a->at[0].kind != VAL_RECORD)
		return FAIL(in, E_TYPE, at, "weights or a record are needed, this is %s", value_kind_name[a->at[0].kind]);
	if (!want(in, at, a->at[1], VAL_STRING))
		return false;
	const struct value *v = a->at[0].kind == VAL_RECORD ? record_get(a->at[0].record, a->at[1].string.at) : NULL;
	if (v)
		*found = *v;
	if (a->at[0].kind == VAL_WEIGHTS && weights_get(a->at[0].weights, a->at[1].string.at, &t))
		*found = tensor_value(in, t);
	return true;
}

DEFINE(has)
{
	struct value v;
	if (!takes(in, at, a, 2, 2) || !lookup(in, at, a, &v))
		return false;
	*out = truth(v.kind != VAL_NONE);
	return true;
}

DEFINE(get)
{
	struct value v;
	if (!takes(in, at, a, 3, 3) || !lookup(in, at, a, &v))
		return false;
	*out = v.kind == VAL_NONE ? a->at[2] : v;
	return true;
}

static bool wrong_shape(struct interp *in, const struct ast *at, const struct args *a, const struct tensor *t)
{
	struct buf asks = { 0 };
	char shape[128];
	for (size_t i = 0; i < a->at[2].list->n; i++) {
		buf_puts(&asks, i ? ", " : "");
		value_text(&a->at[2].list->at[i], &asks, false);
	}
	diag_at(in->o.diags, E_SHAPE, at->span, "%s has shape %s in the file, but config.json asks for (%s)", a->at[1].string.at,
	    tensor_shape_text(t, shape, sizeof shape), buf_str(&asks));
	buf_free(&asks);
	return false;
}

DEFINE(weight)
{
	struct tensor t;
	if (!takes(in, at, a, 3, 3) || !want(in, at, a->at[0], VAL_WEIGHTS) || !want(in, at, a->at[1], VAL_STRING) || !want(in, at, a->at[2], VAL_LIST))
		return false;
	if (!weights_get(a->at[0].weights, a->at[1].string.at, &t)) {
		struct buf why = { 0 };
		weights_why_not(a->at[0].weights, a->at[1].string.at, &why);
		diag_at(in->o.diags, E_WEIGHT, at->span, "%s", buf_str(&why));
		buf_free(&why);
		return false;
	}
	const struct list *dims = a->at[2].list;
	bool fits = t.n == (int)dims->n;
	for (size_t i = 0; i < dims->n; i++) {
		if (!want(in, at, dims->at[i], VAL_NUMBER))
			return false;
		fits = fits && dims->at[i].number == (double)t.dim[i];
	}
	*out = tensor_value(in, t);
	return fits || wrong_shape(in, at, a, &t);
}

DEFINE(load) { return load(in, at, a, out); }
DEFINE(pair) { return at_top(in, at, "a dataset") && make_pair(in, at, a, out); }

DEFINE(config)
{
	return at_top(in, at, "config()") && takes(in, at, a, 1, 1) && want(in, at, a->at[0], VAL_STRING)
	    && read_config(in, at, resolve_path(in, a->at[0].string.at, at->span), out);
}

DEFINE(weights)
{
	*out = (struct value){ .kind = VAL_WEIGHTS };
	return at_top(in, at, "weights()") && takes(in, at, a, 1, 1) && want(in, at, a->at[0], VAL_STRING)
	    && open_weights(in, at, resolve_path(in, a->at[0].string.at, at->span), &out->weights);
}

DEFINE(tokens)
{
	const int32_t *id = NULL;
	size_t n = 0;
	if (!takes(in, at, a, 1, 1))
		return false;
	if (a->at[0].kind == VAL_PROMPT) {
		id = a->at[0].prompt->tokens.id;
		n = a->at[0].prompt->tokens.n;
	} else if (want(in, at, a->at[0], VAL_RUN)) {
		const struct run_view *r = a->at[0].run;
		for (size_t i = 0; i < r->graph->input.n && !id; i++)
			if (r->graph->input.at[i].ids) {
				id = r->pair->value[COLUMN_REF * r->graph->input.n + i].ids;
				n = (size_t)r->pair->value[COLUMN_REF * r->graph->input.n + i].n;
			}
	} else {
		return false;
	}
	if (!id)
		return FAIL(in, E_METRIC, at, "the input of this model is not made of tokens");
	struct value *v = arena_array(&in->arena, n, sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = number(id[i]);
	return new_list(in, at, v, n, out);
}

DEFINE(count)
{
	if (!at_top(in, at, "count()") || !takes(in, at, a, 2, 2) || !want(in, at, a->at[0], VAL_PATHS) || !want(in, at, a->at[1], VAL_MODEL))
		return false;
	struct rule r = { COLUMN_REF, a->at[0].paths, at->span };
	const struct graph *g = a->at[1].model->graph;
	struct automaton *m = automaton_new(g, &r, 1, in->o.diags);
	if (!m)
		return false;
	const char *n = count_column(g, m, COLUMN_REF, &in->arena);
	automaton_free(m);
	*out = strlen(n) < 16 ? number(strtod(n, NULL)) : text(in, n, strlen(n));
	return true;
}

const struct builtin builtins[] = {
#define BUILTIN(name, takes, doc) { #name, takes, doc, f_##name },
#define ELEMENTWISE(name, op, takes, doc) { #name, takes, doc, f_##name },
#include "lang/builtins.def"
	{ NULL, NULL, NULL, NULL },
};
