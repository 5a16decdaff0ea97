/* The built-in functions: one table at the end; the doc strings are the documentation. */
#include <math.h>
#include <string.h>

#include "lang/internal.h"

#define BUILTIN(name) static bool name(struct interp *in, const struct ast *at, struct args *a, struct value *out)

static bool takes(struct interp *in, const struct ast *at, const struct args *a, size_t least, size_t most)
{
	return (a->n >= least && a->n <= most) || FAIL(in, E_ARGUMENT, at, "%s takes %zu to %zu arguments, here are %zu",
	    at->kid[0]->name ? at->kid[0]->name : "this", least, most, a->n);
}

/* The value of a named argument, taken out of the list; false when it is not there. */
static bool named(struct args *a, const char *name, struct value *out)
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
	return true;
}

#define UNARY(name, OP) BUILTIN(name) { return takes(in, at, a, 1, 1) && apply(in, OP, a->at, 1, NULL, at, out); }
UNARY(f_exp, OP_EXP) UNARY(f_log, OP_LOG) UNARY(f_sqrt, OP_SQRT) UNARY(f_abs, OP_ABS) UNARY(f_tanh, OP_TANH)
UNARY(f_sigmoid, OP_SIGMOID) UNARY(f_relu, OP_RELU) UNARY(f_gelu, OP_GELU) UNARY(f_gelu_tanh, OP_GELU_TANH) UNARY(f_silu, OP_SILU)
UNARY(f_sin, OP_SIN) UNARY(f_cos, OP_COS) UNARY(f_erf, OP_ERF) UNARY(f_sign, OP_SIGN) UNARY(f_square, OP_SQUARE)
UNARY(f_softmax, OP_SOFTMAX) UNARY(f_log_softmax, OP_LOG_SOFTMAX) UNARY(f_transpose, OP_TRANSPOSE)
#define PAIRWISE(name, OP) BUILTIN(name) { return takes(in, at, a, 2, 2) && apply(in, OP, a->at, 2, NULL, at, out); }
PAIRWISE(f_minimum, OP_MINIMUM) PAIRWISE(f_maximum, OP_MAXIMUM) PAIRWISE(f_gather, OP_GATHER)

BUILTIN(f_rows)
{
	return takes(in, at, a, 1, 2) && apply(in, OP_ROWS, (struct value[]){ a->at[0] }, 1, NULL, at, out);
}

BUILTIN(f_causal)
{
	double attr[MAX_ATTR] = { 0 };
	return number_arg(in, at, a, "window", 0, &attr[0]) && takes(in, at, a, 1, 1) && apply(in, OP_CAUSAL, a->at, 1, attr, at, out);
}

BUILTIN(f_layer_norm)
{
	double attr[MAX_ATTR] = { 0 };
	return number_arg(in, at, a, "eps", 1e-5, &attr[0]) && takes(in, at, a, 1, 3) && apply(in, OP_LAYER_NORM, a->at, a->n, attr, at, out);
}

BUILTIN(f_rms_norm)
{
	double attr[MAX_ATTR] = { 0 };
	return number_arg(in, at, a, "eps", 1e-6, &attr[0]) && number_arg(in, at, a, "offset", 0, &attr[1]) && takes(in, at, a, 1, 2)
	    && apply(in, OP_RMS_NORM, a->at, a->n, attr, at, out);
}

BUILTIN(f_rotary)
{
	double attr[MAX_ATTR] = { 0 };
	return number_arg(in, at, a, "base", 10000, &attr[0]) && number_arg(in, at, a, "dims", 0, &attr[1])
	    && number_arg(in, at, a, "interleaved", 0, &attr[2]) && number_arg(in, at, a, "scale", 1, &attr[3]) && takes(in, at, a, 1, 2)
	    && apply(in, OP_ROTARY, a->at, a->n, attr, at, out);
}

/* sum, mean, max, min over all elements of a tensor or list of numbers; over the last axis of a node. */
static bool reduce(struct interp *in, const struct ast *at, struct args *a, enum op op, struct value *out)
{
	if (!takes(in, at, a, 1, 1))
		return false;
	struct value v = a->at[0];
	if (v.kind == VAL_LIST && v.list->n && v.list->at[0].kind != VAL_NUMBER) {
		if (op != OP_SUM_LAST)
			return FAIL(in, E_TYPE, at, "only sum() takes a list of nodes or tensors");
		return apply(in, OP_TOTAL, v.list->at, v.list->n, NULL, at, out);
	}
	if (v.kind == VAL_TENSOR && v.tensor->n == 0)
		v = number(tensor_get_flat(v.tensor, 0));
	if (v.kind == VAL_NUMBER) {
		*out = v;
		return true;
	}
	if (v.kind == VAL_NODE)
		return apply(in, op, &v, 1, NULL, at, out);
	if ((v.kind == VAL_LIST && !v.list->n) || (v.kind != VAL_LIST && v.kind != VAL_TENSOR))
		return FAIL(in, E_TYPE, at, "a tensor or a list with elements is needed, this is %s", value_kind_name[v.kind]);
	if (!apply(in, op, &v, 1, NULL, at, out))
		return false;
	while (out->kind == VAL_TENSOR) {
		struct value x = *out;
		if (!apply(in, op, &x, 1, NULL, at, out))
			return false;
	}
	return true;
}
BUILTIN(f_sum) { return reduce(in, at, a, OP_SUM_LAST, out); }
BUILTIN(f_mean) { return reduce(in, at, a, OP_MEAN_LAST, out); }
BUILTIN(f_max) { return reduce(in, at, a, OP_MAX_LAST, out); }
BUILTIN(f_min) { return reduce(in, at, a, OP_MIN_LAST, out); }

BUILTIN(f_argmax)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_TENSOR))
		return false;
	int64_t best = 0, n = tensor_count(a->at[0].tensor);
	for (int64_t i = 1; i < n; i++)
		if (tensor_get_flat(a->at[0].tensor, i) > tensor_get_flat(a->at[0].tensor, best))
			best = i;
	*out = number((double)best);
	return true;
}

BUILTIN(f_count_above)
{
	if (!takes(in, at, a, 2, 2) || !want(in, at, a->at[0], VAL_TENSOR) || !want(in, at, a->at[1], VAL_NUMBER))
		return false;
	double above = 0;
	for (int64_t i = 0, n = tensor_count(a->at[0].tensor); i < n; i++)
		above += tensor_get_flat(a->at[0].tensor, i) > a->at[1].number;
	*out = number(above);
	return true;
}

BUILTIN(f_len)
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
	case VAL_TENSOR:  *out = number(v.tensor->n ? (double)v.tensor->dim[0] : 1); return true;
	default:          return FAIL(in, E_TYPE, at, "%s has no length", value_kind_name[v.kind]);
	}
}

BUILTIN(f_str)
{
	struct buf b = { 0 };
	if (!takes(in, at, a, 1, 1))
		return false;
	value_text(&a->at[0], &b, false);
	*out = text(in, buf_str(&b), b.n);
	buf_free(&b);
	return true;
}

BUILTIN(f_print)
{
	struct buf b = { 0 };
	(void)at;
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

static bool lookup(struct interp *in, const struct ast *at, struct args *a, struct value *found)
{
	struct tensor t;
	found->kind = VAL_NONE;
	if (!want(in, at, a->at[1], VAL_STRING))
		return false;
	if (a->at[0].kind == VAL_WEIGHTS && weights_get(a->at[0].weights, a->at[1].string.at, &t))
		*found = (struct value){ .kind = VAL_TENSOR, .tensor = arena_copy(&in->arena, &t, sizeof t) };
	for (size_t i = 0; a->at[0].kind == VAL_RECORD && i < a->at[0].record->n; i++)
		if (strcmp(a->at[0].record->at[i].name, a->at[1].string.at) == 0)
			*found = *a->at[0].record->at[i].value;
	return a->at[0].kind == VAL_WEIGHTS || a->at[0].kind == VAL_RECORD || FAIL(in, E_TYPE, at, "weights or a record are needed");
}

BUILTIN(f_has)
{
	struct value v;
	if (!takes(in, at, a, 2, 2) || !lookup(in, at, a, &v))
		return false;
	*out = (struct value){ .kind = VAL_BOOL, .truth = v.kind != VAL_NONE };
	return true;
}

BUILTIN(f_get)
{
	struct value v;
	if (!takes(in, at, a, 3, 3) || !lookup(in, at, a, &v))
		return false;
	*out = v.kind == VAL_NONE ? a->at[2] : v;
	return true;
}

BUILTIN(f_weight)
{
	struct tensor t;
	if (!takes(in, at, a, 3, 3) || !want(in, at, a->at[0], VAL_WEIGHTS) || !want(in, at, a->at[1], VAL_STRING) || !want(in, at, a->at[2], VAL_LIST))
		return false;
	const char *name = a->at[1].string.at;
	if (!weights_get(a->at[0].weights, name, &t)) {
		struct buf why = { 0 };
		weights_why_not(a->at[0].weights, name, &why);
		diag_at(in->o.diags, E_WEIGHT, at->span, "%s", buf_str(&why));
		buf_free(&why);
		return false;
	}
	bool fits = t.n == (int)a->at[2].list->n;
	for (int i = 0; fits && i < t.n; i++)
		fits = want(in, at, a->at[2].list->at[i], VAL_NUMBER) && a->at[2].list->at[i].number == (double)t.dim[i];
	if (!fits) {
		struct buf asks = { 0 };
		char shape[128];
		value_text(&a->at[2], &asks, false);
		diag_at(in->o.diags, E_SHAPE, at->span, "%s has shape %s in the file, but the config asks for %s", name,
		    tensor_shape_text(&t, shape, sizeof shape), buf_str(&asks));
		buf_free(&asks);
		return false;
	}
	*out = (struct value){ .kind = VAL_TENSOR, .tensor = arena_copy(&in->arena, &t, sizeof t) };
	return true;
}

BUILTIN(f_count)
{
	if (!takes(in, at, a, 2, 2) || !want(in, at, a->at[0], VAL_PATHS) || !want(in, at, a->at[1], VAL_MODEL))
		return false;
	struct rule r = { 1, a->at[0].paths, at->span };
	const struct graph *g = a->at[1].model->graph;
	struct automaton *m = automaton_new(g, &r, 1, in->o.diags);
	if (!m)
		return false;
	const char *n = count_column(g, m, 1, &in->arena);
	automaton_free(m);
	*out = strlen(n) < 16 ? number(strtod(n, NULL)) : text(in, n, strlen(n));
	return true;
}

BUILTIN(f_fail)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_STRING))
		return false;
	(void)out;
	return FAIL(in, E_VALUE, at, "%s", a->at[0].string.at);
}

const struct builtin builtins[] = {
	{ "load", "load(folder): a model; load(file, for: model): a dataset of pairs (JSON Lines)", load },
	{ "pair", "pair({x: 1}, {x: 2}, for: model): a dataset of one pair, from records of inputs or lists of ids", make_pair },
	{ "print", "print(x, ...): one line", f_print },
	{ "str", "str(x): x as text", f_str },
	{ "len", "len(x): elements of a list, text, record, range, dataset, or rows of a tensor", f_len },
	{ "has", "has(record or weights, name): is there such an entry?", f_has },
	{ "get", "get(record or weights, name, otherwise)", f_get },
	{ "weight", "weight(w, name, [dims]): a stored tensor whose shape must be as given", f_weight },
	{ "fail", "fail(text): stops with an error", f_fail },
	{ "count", "count(paths, model): how many paths match, exactly", f_count },
	{ "sum", "sum(x): all elements of a tensor or list; a list of nodes from left to right; a node's last axis", f_sum },
	{ "mean", "mean(x): as sum, divided", f_mean },
	{ "max", "max(x): the largest element; of a node, along its last axis", f_max },
	{ "min", "min(x): the smallest element; of a node, along its last axis", f_min },
	{ "argmax", "argmax(x): place of the largest element", f_argmax },
	{ "count_above", "count_above(x, y): how many elements of x are greater than y", f_count_above },
	{ "exp", "exp(x)", f_exp }, { "log", "log(x), natural", f_log }, { "sqrt", "sqrt(x)", f_sqrt }, { "abs", "abs(x)", f_abs },
	{ "tanh", "tanh(x)", f_tanh }, { "sigmoid", "1 / (1 + exp(-x))", f_sigmoid }, { "relu", "max(x, 0)", f_relu },
	{ "gelu", "x/2 (1 + erf(x / sqrt 2))", f_gelu }, { "gelu_tanh", "gelu by its tanh approximation", f_gelu_tanh },
	{ "silu", "x sigmoid(x)", f_silu }, { "sin", "sin(x)", f_sin }, { "cos", "cos(x)", f_cos }, { "erf", "the error function", f_erf },
	{ "sign", "-1, 0 or 1", f_sign }, { "square", "x * x", f_square },
	{ "softmax", "softmax(x) over the last axis", f_softmax }, { "log_softmax", "log(softmax(x)) over the last axis", f_log_softmax },
	{ "transpose", "transpose(x): the last two axes exchanged", f_transpose },
	{ "minimum", "minimum(a, b), element by element", f_minimum }, { "maximum", "maximum(a, b), element by element", f_maximum },
	{ "gather", "gather(table, ids): row ids[t] of the table for each token", f_gather },
	{ "rows", "rows(table, seq): the first rows of a table, one for each token", f_rows },
	{ "causal", "causal(scores): -inf where the column is later than the row; window: n also n or more before it", f_causal },
	{ "layer_norm", "layer_norm(x, weight, bias, eps: 1e-5)", f_layer_norm },
	{ "rms_norm", "rms_norm(x, weight, eps: 1e-6, offset: 0)", f_rms_norm },
	{ "rotary", "rotary(x, frequencies, base: 10000, dims: all, interleaved: false, scale: 1) (arXiv 2104.09864)", f_rotary },
	{ NULL, NULL, NULL },
};
