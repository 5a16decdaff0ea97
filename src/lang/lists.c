/* Built-in functions of lists, text and records. */
#include <math.h>
#include <string.h>

#include "base/map.h"
#include "base/random.h"
#include "lang/builtins.h"
#include "lang/report.h"
#include "lang/tables.h"

/* Negative: it has none. */
static double length(struct value v)
{
	switch (v.kind) {
	case VAL_LIST:    return (double)v.list->n;
	case VAL_STRING:  return (double)text_length(v);
	case VAL_RECORD:  return (double)v.record->n;
	case VAL_RANGE:   return v.range.to > v.range.from ? ceil(v.range.to - v.range.from) : 0;
	case VAL_DATASET: return (double)v.dataset->pair.n;
	case VAL_RESULTS: return (double)v.results->n_rows;
	case VAL_TABLE:   return (double)v.table->n_rows;
	case VAL_TENSOR:  return (double)v.tensor->dim[0];
	default:          return -1;
	}
}

DEFINE(len)
{
	if (!takes(in, at, a, 1, 1))
		return false;
	*out = number(length(a->at[0]));
	return out->number >= 0 || FAIL(in, E_TYPE, at, "%s has no length", value_kind_name[a->at[0].kind]);
}

DEFINE(contains)
{
	if (!takes(in, at, a, 2, 2))
		return false;
	struct value v = a->at[0], what = a->at[1];
	*out = truth(false);
	if (v.kind == VAL_STRING) {
		*out = truth(what.kind == VAL_STRING && strstr(v.string.at, what.string.at));
		return want(in, at, what, VAL_STRING);
	}
	if (v.kind == VAL_RANGE) {
		*out = truth(what.kind == VAL_NUMBER && what.number >= v.range.from && what.number < v.range.to && fmod(what.number - v.range.from, 1) == 0);
		return true;
	}
	if (!want(in, at, v, VAL_LIST))
		return false;
	for (size_t i = 0; i < v.list->n && !out->truth; i++)
		out->truth = same_value(v.list->at[i], what);
	return true;
}

DEFINE(index_of)
{
	if (!takes(in, at, a, 2, 2) || !want(in, at, a->at[0], VAL_LIST))
		return false;
	const struct list *l = a->at[0].list;
	size_t i = 0;
	while (i < l->n && !same_value(l->at[i], a->at[1]))
		i++;
	*out = i < l->n ? number((double)i) : (struct value){ .kind = VAL_NONE };
	return true;
}

/* ---- at random, but the same every time */

static bool shuffled(struct interp *in, const struct ast *at, struct args *a, size_t most, struct value *out)
{
	struct value v;
	double seed;
	if (a->n && !a->name[0] && a->at[0].kind == VAL_DATASET)
		return shuffle_dataset(in, at, a, most, out);
	if (!whole_arg(in, at, a, "seed", &seed) || !takes(in, at, a, most == SIZE_MAX ? 1 : 2, most == SIZE_MAX ? 1 : 2) || !to_list(in, at, a->at[0], &v))
		return false;
	size_t n = v.list->n;
	if (n > UINT32_MAX)
		return FAIL(in, E_TOO_LARGE, at, "this list is too long");
	struct value *x = arena_copy(&in->arena, v.list->at, n * sizeof *x);
	struct random g = random_new((uint64_t[]){ (uint64_t)seed }, 1);
	for (size_t i = 0; i < n && i < most; i++) {         /* Fisher and Yates, from the front */
		size_t k = i + random_below(&g, (uint32_t)(n - i));
		struct value t = x[i];
		x[i] = x[k];
		x[k] = t;
	}
	return new_list(in, at, x, n < most ? n : most, out);
}
DEFINE(shuffle) { return shuffled(in, at, a, SIZE_MAX, out); }

DEFINE(sample)
{
	int64_t n = 0;
	if (a->n < 2 || a->name[1] || !whole(in, at, a->at[1], &n) || n < 0)
		return FAIL(in, E_ARGUMENT, at, "sample takes a list and how many of its elements");
	return shuffled(in, at, a, (size_t)n, out);
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

/* Pairs [name, value] as a record. */
DEFINE(record)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_LIST))
		return false;
	const struct list *l = a->at[0].list;
	struct field *f = arena_array(&in->arena, l->n, sizeof *f);
	struct map seen = { 0 };
	bool ok = true;
	for (size_t i = 0; ok && i < l->n; i++) {
		if (l->at[i].kind != VAL_LIST || l->at[i].list->n != 2 || l->at[i].list->at[0].kind != VAL_STRING) {
			ok = FAIL(in, E_TYPE, at, "record() takes a list of [name, value], element %zu is none", i);
			break;
		}
		f[i] = (struct field){ intern(l->at[i].list->at[0].string.at), &l->at[i].list->at[1] };
		ok = !map_get(&seen, (uint64_t)(uintptr_t)f[i].name, NULL) || FAIL(in, E_REBIND, at, "the record has '%s' twice", f[i].name);
		map_put(&seen, (uint64_t)(uintptr_t)f[i].name, i);
	}
	map_free(&seen);
	return ok && new_record(in, at, f, l->n, out);
}

/* One element of what list() goes through. */
static bool element(struct interp *in, const struct ast *at, struct value v, size_t i, struct value *out)
{
	if (v.kind == VAL_TABLE)
		return table_row(in, at, v.table, i, out);
	if (v.kind == VAL_DATASET)
		return pair_record(in, at, v.dataset, i, out);
	if (v.kind == VAL_RANGE)
		*out = number(v.range.from + (double)i);
	else if (v.kind == VAL_RESULTS)
		*out = (struct value){ .kind = VAL_ESTIMATE, .estimate = &v.results->row[i] };
	else
		*out = tensor_value(in, tensor_pick(v.tensor, 0, (int64_t)i));
	return true;
}

bool to_list(struct interp *in, const struct ast *at, struct value v, struct value *out)
{
	*out = v;
	if (v.kind == VAL_LIST)
		return true;
	if (v.kind != VAL_RANGE && v.kind != VAL_TENSOR && v.kind != VAL_RESULTS && v.kind != VAL_TABLE && v.kind != VAL_DATASET)
		return FAIL(in, E_TYPE, at, "%s is no list of things", value_kind_name[v.kind]);
	double n = length(v);
	if (n > MAX_ELEMENTS)
		return FAIL(in, E_TOO_LARGE, at, "this list would have %g elements", n);
	if (!room(in, at, n * sizeof(struct value)))
		return false;
	struct value *x = arena_array(&in->arena, (size_t)n + 1, sizeof *x);
	for (size_t i = 0; i < (size_t)n; i++)
		if (!element(in, at, v, i, &x[i]))
			return false;
	return new_list(in, at, x, (size_t)n, out);
}

DEFINE(list)
{
	return takes(in, at, a, 1, 1) && to_list(in, at, a->at[0], out);
}

DEFINE(print)
{
	struct buf b = { 0 };
	(void)at;
	if (!no_more_names(in, a))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		buf_puts(&b, i ? " " : "");
		value_text(&a->at[i], &b, false);
	}
	note_printed(in, buf_str(&b));
	if (in->o.hooks.print)
		in->o.hooks.print(in->o.hooks.context, buf_str(&b));
	buf_free(&b);
	out->kind = VAL_NONE;
	return true;
}

DEFINE(kind)
{
	if (!takes(in, at, a, 1, 1))
		return false;
	const char *word = value_kind_word[a->at[0].kind];
	*out = text(in, word, strlen(word));
	return true;
}

DEFINE(fail)
{
	(void)out;
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_STRING))
		return false;
	if (in->config) {
		diag_at(in->o.diags, E_CONFIG, blame(in, at), "%s: %s", in->config_path, a->at[0].string.at);
		return false;
	}
	return FAIL(in, E_VALUE, at, "%s", a->at[0].string.at);
}
