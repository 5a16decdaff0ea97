/* The table of built-in functions, their arguments, and those of models, data and the operations of the graph. */
#include <math.h>
#include <string.h>

#include "lang/builtins.h"

/* ---- arguments */

bool no_more_names(struct interp *in, const struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->name[i]) {
			diag_at(in->o.diags, E_ARGUMENT, a->ast[i]->span, "%s has no argument called %s", a->fn->name, a->name[i]);
			diag_hint(in->o.diags, "%s(%s)", a->fn->name, a->fn->args);
			return false;
		}
	return true;
}

bool takes(struct interp *in, const struct ast *at, const struct args *a, size_t least, size_t most)
{
	if (!no_more_names(in, a))
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

bool number_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, double otherwise, double *out)
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

bool whole_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, double *out)
{
	int64_t x;
	return number_arg(in, at, a, name, 0, out) && whole(in, at, number(*out), &x)
	    && (x >= 0 || FAIL(in, E_VALUE, at, "%s cannot be negative", name));
}

bool truth_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, bool *out)
{
	struct value v;
	*out = false;
	if (!named(a, name, &v))
		return true;
	*out = v.kind == VAL_BOOL && v.truth;
	return want(in, at, v, VAL_BOOL);
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

DEFINE(norm_scale)
{
	double attr[MAX_ATTR] = { 0 };
	return number_arg(in, at, a, "eps", 1e-5, &attr[0]) && number_arg(in, at, a, "center", 1, &attr[1]) && takes(in, at, a, 1, 1)
	    && apply(in, OP_NORM_SCALE, a->at, 1, attr, at, out);
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

/* ---- models and data */

/* The entry of a record or of weights that the first two arguments name; none when there is no such. */
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
	if (a->n == 2 && a->at[0].kind == VAL_WEIGHTS && a->at[1].kind == VAL_STRING && takes(in, at, a, 2, 2)) {
		*out = truth(weights_has(a->at[0].weights, a->at[1].string.at));     /* without unpacking it */
		return true;
	}
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
	const char *slash = in->config_path ? strrchr(in->config_path, '/') : NULL;
	for (size_t i = 0; i < a->at[2].list->n; i++) {
		buf_puts(&asks, i ? ", " : "");
		value_text(&a->at[2].list->at[i], &asks, false);
	}
	diag_at(in->o.diags, E_SHAPE, blame(in, at), "%s has shape %s in the file, but %s asks for (%s)", a->at[1].string.at,
	    tensor_shape_text(t, shape, sizeof shape), !in->config ? "the script" : slash ? slash + 1 : in->config_path, buf_str(&asks));
	buf_free(&asks);
	return false;
}

/* Why a weight cannot be had. */
static bool no_weight(struct interp *in, const struct ast *at, const struct args *a)
{
	struct buf why = { 0 };
	const char *name = a->at[1].string.at, *near = NULL;
	if (a->at[0].kind == VAL_WEIGHTS) {
		weights_why_not(a->at[0].weights, name, &why);
	} else {
		const struct record *r = a->at[0].record;
		const char **names = mem_array(r->n, sizeof *names);
		for (size_t i = 0; i < r->n; i++)
			names[i] = r->at[i].name;
		near = str_nearest(name, names, r->n);
		buf_printf(&why, "there is no tensor '%s'", name);
		if (near)
			buf_printf(&why, "; the nearest is '%s'", near);
		free(names);
	}
	diag_at(in->o.diags, E_WEIGHT, blame(in, at), "%s", buf_str(&why));
	buf_free(&why);
	return false;
}

DEFINE(weight)
{
	struct value v;
	if (!takes(in, at, a, 3, 3) || !want(in, at, a->at[2], VAL_LIST) || !lookup(in, at, a, &v))
		return false;
	if (v.kind == VAL_NONE)
		return no_weight(in, at, a);
	if (!want(in, at, v, VAL_TENSOR))
		return false;
	const struct list *dims = a->at[2].list;
	bool fits = v.tensor->n == (int)dims->n;
	for (size_t i = 0; i < dims->n; i++) {
		if (!want(in, at, dims->at[i], VAL_NUMBER))
			return false;
		fits = fits && dims->at[i].number == (double)v.tensor->dim[i];
	}
	*out = v;
	return fits || wrong_shape(in, at, a, v.tensor);
}

DEFINE(load) { return load(in, at, a, out); }
DEFINE(pair) { return at_top(in, at, "a dataset") && make_pair(in, at, a, out); }

DEFINE(config)
{
	struct model_file m;
	const char *path;
	if (!at_top(in, at, "config()") || !takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_STRING)
	    || !model_path(in, at, a->at[0].string.at, at->span, &path) || !open_model_file(in, at, path, &m))
		return false;
	*out = m.config;
	return true;
}

DEFINE(weights)
{
	const char *path;
	*out = (struct value){ .kind = VAL_WEIGHTS };
	return at_top(in, at, "weights()") && takes(in, at, a, 1, 1) && want(in, at, a->at[0], VAL_STRING)
	    && model_path(in, at, a->at[0].string.at, at->span, &path) && open_weights(in, at, path, &out->weights);
}

DEFINE(tokens)
{
	const int32_t *id = NULL;
	size_t n = 0;
	if (a->n && a->at[0].kind == VAL_STRING)
		return text_tokens(in, at, a, out);
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

const struct builtin builtins[] = {
#define BUILTIN(name, takes, doc) { #name, takes, doc, builtin_##name },
#define ELEMENTWISE(name, op, takes, doc) { #name, takes, doc, builtin_##name },
#include "lang/builtins.def"
	{ NULL, NULL, NULL, NULL },
};
