/* Making values, comparing them, and how they read as text. */
#include <math.h>
#include <string.h>

#include "lang/internal.h"
#include "report/picture.h"

const char *const value_kind_name[VAL_COUNT] = {
#define VALUE(kind, word, name) [VAL_##kind] = name,
#include "lang/values.def"
#undef VALUE
};
const char *const value_kind_word[VAL_COUNT] = {
#define VALUE(kind, word, name) [VAL_##kind] = word,
#include "lang/values.def"
#undef VALUE
};

struct value number(double x)
{
	return (struct value){ .kind = VAL_NUMBER, .number = x };
}

struct value truth(bool x)
{
	return (struct value){ .kind = VAL_BOOL, .truth = x };
}

struct value text(struct interp *in, const char *s, size_t n)
{
	return (struct value){ .kind = VAL_STRING, .string = { arena_strndup(&in->arena, s, n), n } };
}

/* Counts v among the elements of something, and says how deep that is then. */
static void add_size(struct value v, uint32_t *depth, size_t *size)
{
	uint32_t d = v.kind == VAL_LIST ? v.list->depth : v.kind == VAL_RECORD ? v.record->depth : v.kind == VAL_TABLE ? v.table->depth : 0;
	*size += v.kind == VAL_LIST ? v.list->size : v.kind == VAL_RECORD ? v.record->size : v.kind == VAL_TABLE ? v.table->size : 1;
	*depth = d >= *depth ? d + 1 : *depth;
}

static bool bounded(struct interp *in, const struct ast *a, uint32_t depth, size_t size)
{
	if (depth > MAX_DEPTH)
		return FAIL(in, E_TOO_LARGE, a, "lists and records stand inside each other more than %d deep here", MAX_DEPTH);
	return size <= MAX_ELEMENTS || FAIL(in, E_TOO_LARGE, a, "this list has more than %d million elements in all", MAX_ELEMENTS / 1000000);
}

bool measure_elements(struct interp *in, const struct ast *a, const struct value *at, size_t n, uint32_t *depth, size_t *size)
{
	for (size_t i = 0; i < n; i++)
		add_size(at[i], depth, size);
	return bounded(in, a, *depth, *size);
}

bool new_list(struct interp *in, const struct ast *a, const struct value *at, size_t n, struct value *out)
{
	if (!room(in, a, (double)n * sizeof *at))
		return false;
	struct list *l = arena_alloc(&in->arena, sizeof *l);
	*l = (struct list){ arena_copy(&in->arena, at, n * sizeof *at), n, 1, 1 };
	*out = (struct value){ .kind = VAL_LIST, .list = l };
	return measure_elements(in, a, at, n, &l->depth, &l->size);
}

bool new_record(struct interp *in, const struct ast *a, struct field *at, size_t n, struct value *out)
{
	struct record *r = arena_alloc(&in->arena, sizeof *r);
	*r = (struct record){ at, n, 1, 1 };
	for (size_t i = 0; i < n; i++)
		add_size(*at[i].value, &r->depth, &r->size);
	*out = (struct value){ .kind = VAL_RECORD, .record = r };
	return bounded(in, a, r->depth, r->size);
}

struct value *record_get(const struct record *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->at[i].name, name) == 0)
			return r->at[i].value;
	return NULL;
}

/* ---- what a value has to be */

bool want(struct interp *in, const struct ast *a, struct value v, enum value_kind k)
{
	return v.kind == k || FAIL(in, E_TYPE, a, "this is %s, but %s is needed", value_kind_name[v.kind], value_kind_name[k]);
}

bool whole(struct interp *in, const struct ast *a, struct value v, int64_t *out)
{
	if (!want(in, a, v, VAL_NUMBER))
		return false;
	if (v.number != floor(v.number) || fabs(v.number) > 1e15)
		return FAIL(in, E_VALUE, a, "a whole number is needed here, not %g", v.number);
	*out = (int64_t)v.number;
	return true;
}

bool room(struct interp *in, const struct ast *a, double bytes)
{
	double have = (double)in->arena.total + (double)in->outer.total;
	if (have + bytes <= (double)MAX_VALUES)
		return true;
	diag_at(in->o.diags, E_TOO_LARGE, a->span, "this makes the values of the script larger than %zu GB", MAX_VALUES >> 30);
	return false;
}

bool go_on(struct interp *in, const struct ast *a)
{
	if (in->o.limits.interrupted && atomic_load_explicit(in->o.limits.interrupted, memory_order_relaxed))
		return FAIL(in, E_INTERRUPTED, a, "interrupted");
	return room(in, a, 0);
}

/* ---- comparing */

static bool same_tensor(const struct tensor *a, const struct tensor *b)
{
	int64_t n = tensor_count(a);
	if (a->n != b->n || memcmp(a->dim, b->dim, (size_t)a->n * sizeof *a->dim) != 0)
		return false;
	for (int64_t i = 0; i < n; i++)
		if (tensor_get_flat(a, i) != tensor_get_flat(b, i))
			return false;
	return true;
}

static bool same_record(const struct record *a, const struct record *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++) {
		const struct value *other = record_get(b, a->at[i].name);
		same = other && same_value(*a->at[i].value, *other);
	}
	return same;
}

static bool same_table(const struct table *a, const struct table *b)
{
	bool same = a->n_columns == b->n_columns && a->n_rows == b->n_rows;
	for (size_t i = 0; same && i < a->n_columns; i++)
		same = a->column[i] == b->column[i];
	for (size_t i = 0; same && i < a->n_columns * a->n_rows; i++)
		same = same_value(a->cell[i], b->cell[i]);
	return same;
}

bool same_value(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case VAL_NONE:   return true;
	case VAL_NUMBER: return a.number == b.number;
	case VAL_BOOL:   return a.truth == b.truth;
	case VAL_STRING: return a.string.n == b.string.n && memcmp(a.string.at, b.string.at, a.string.n) == 0;
	case VAL_RANGE:  return a.range.from == b.range.from && a.range.to == b.range.to;
	case VAL_TENSOR: return same_tensor(a.tensor, b.tensor);
	case VAL_RECORD: return same_record(a.record, b.record);
	case VAL_TABLE:  return same_table(a.table, b.table);
	case VAL_LIST: {
		bool same = a.list->n == b.list->n;
		for (size_t i = 0; same && i < a.list->n; i++)
			same = same_value(a.list->at[i], b.list->at[i]);
		return same;
	}
	default: return a.record == b.record;        /* one pointer, whatever it points to */
	}
}

/* ---- as text */

static void put_string(const char *s, struct buf *out)
{
	buf_putc(out, '"');
	for (; *s; s++)
		switch (*s) {
		case '"':  buf_puts(out, "\\\""); break;
		case '\\': buf_puts(out, "\\\\"); break;
		case '\n': buf_puts(out, "\\n"); break;
		case '\t': buf_puts(out, "\\t"); break;
		case '\r': buf_puts(out, "\\r"); break;
		default:   buf_putc(out, *s); break;
		}
	buf_putc(out, '"');
}

static void put_number(double x, struct buf *out)
{
	if (isnan(x))
		buf_puts(out, "nan");
	else if (isinf(x))
		buf_puts(out, x > 0 ? "inf" : "-inf");
	else
		buf_printf(out, x == floor(x) && fabs(x) < 1e15 ? "%.0f" : "%.6g", x == 0 ? 0 : x);
}

const char function_nameless[] = "this function";

static void put_function(const struct function *f, struct buf *out)
{
	if (f->name != function_nameless) {
		buf_printf(out, "function %s", f->name);
		return;
	}
	for (uint32_t i = 0; i < f->params->n; i++)
		buf_printf(out, "%s%s", i ? ", " : "function (", f->params->kid[i]->name);
	buf_puts(out, f->params->n ? ")" : "function ()");
}

static void put_tensor(const struct tensor *t, struct buf *out)
{
	char shape[128];
	int64_t n = tensor_count(t);
	buf_printf(out, "tensor %s", tensor_shape_text(t, shape, sizeof shape));
	for (int64_t i = 0; i < n && i < 8; i++) {
		buf_puts(out, i ? ", " : ": ");
		put_number(tensor_get_flat(t, i), out);
	}
	buf_puts(out, n > 8 ? " ..." : "");
}

static void put_prompt(const struct prompt *p, struct buf *out)
{
	buf_printf(out, "input %s for %s: ", p->name, p->model->name);
	value_text(p->input, out, true);
	if (p->tokens.n)
		buf_printf(out, " (%zu tokens)", p->tokens.n);
}

void value_text(const struct value *v, struct buf *out, bool quoted)
{
	switch (v->kind) {
	case VAL_NUMBER: put_number(v->number, out); break;
	case VAL_BOOL:   buf_puts(out, v->truth ? "true" : "false"); break;
	case VAL_NONE:   buf_puts(out, "none"); break;
	case VAL_STRING:
		if (quoted)
			put_string(v->string.at, out);
		else
			buf_add(out, v->string.at, v->string.n);
		break;
	case VAL_RANGE:
		put_number(v->range.from, out);
		buf_puts(out, "..");
		put_number(v->range.to, out);
		break;
	case VAL_LIST:
		buf_putc(out, '[');
		for (size_t i = 0; i < v->list->n; i++) {
			buf_puts(out, i ? ", " : "");
			value_text(&v->list->at[i], out, true);
		}
		buf_putc(out, ']');
		break;
	case VAL_RECORD:
		buf_putc(out, '{');
		for (size_t i = 0; i < v->record->n; i++) {
			buf_printf(out, "%s%s: ", i ? ", " : "", v->record->at[i].name);
			value_text(v->record->at[i].value, out, true);
		}
		buf_putc(out, '}');
		break;
	case VAL_TABLE:  buf_printf(out, "table: %zu row%s of %zu columns", v->table->n_rows, v->table->n_rows == 1 ? "" : "s", v->table->n_columns); break;
	case VAL_FN:     put_function(v->fn, out); break;
	case VAL_BUILTIN: buf_printf(out, "%s(%s): %s", v->builtin->name, v->builtin->args, v->builtin->doc); break;
	case VAL_TENSOR: put_tensor(v->tensor, out); break;
	case VAL_PATHS:  pattern_print(v->paths, out); break;
	case VAL_MODEL:  buf_printf(out, "model %s: %zu components, %zu nodes", v->model->name, v->model->graph->component.n, v->model->graph->node.n); break;
	case VAL_WEIGHTS: buf_printf(out, "weights: %zu tensors", weights_count(v->weights)); break;
	case VAL_DATASET: buf_printf(out, "dataset %s: %zu pair%s", v->dataset->name, v->dataset->pair.n, v->dataset->pair.n == 1 ? "" : "s"); break;
	case VAL_HYPOTHESIS: buf_printf(out, "hypothesis %s on %s: %zu rule%s", v->hypothesis->name, v->hypothesis->graph->name, v->hypothesis->n_rules,
		v->hypothesis->n_rules == 1 ? "" : "s"); break;
	case VAL_RUN:
		buf_printf(out, "run of %s", v->run->of ? v->run->of->name : v->run->graph->name);
		if (v->run->of)
			buf_printf(out, " on pair %zu of %s", (size_t)(v->run->pair - v->run->data->pair.at), v->run->data->name);
		break;
	case VAL_METRIC: buf_printf(out, "%s %s", v->metric->delta ? "delta" : "metric", v->metric->name); break;
	case VAL_PROMPT: put_prompt(v->prompt, out); break;
	case VAL_FIGURE: buf_printf(out, "figure: %s", v->picture->title); break;
	default:         buf_puts(out, value_kind_name[v->kind]); break;
	}
}
