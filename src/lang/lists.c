/* Built-in functions of lists, text and records. */
#include <math.h>
#include <string.h>

#include "lang/builtins.h"

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
	if (!builtin_len(in, at, a, &n) || (n.number > MAX_ELEMENTS && !FAIL(in, E_TOO_LARGE, at, "this list would have %g elements", n.number)))
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
