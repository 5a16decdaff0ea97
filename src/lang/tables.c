/* Tables: making them, what can be seen as one, and their parts.
 *
 * A table does not change; every function of tables (table_functions.c) makes a new one. */
#include <string.h>

#include "lang/internal.h"
#include "lang/tables.h"

/* ---- making */

bool new_table(struct interp *in, const struct ast *a, const char *const *column, size_t n_columns, struct value *cell, size_t n_rows, struct value *out)
{
	struct table *t = arena_alloc(&in->arena, sizeof *t);
	*t = (struct table){ arena_copy(&in->arena, column, n_columns * sizeof *column), n_columns, n_rows, cell, 1, 1 };
	for (size_t i = 0; i < n_columns; i++)
		for (size_t k = 0; k < i; k++)
			if (column[i] == column[k])
				return FAIL(in, E_FIELD, a, "this table has two columns called %s", column[i]);
	*out = (struct value){ .kind = VAL_TABLE, .table = t };
	return measure_elements(in, a, cell, n_columns * n_rows, &t->depth, &t->size);
}

struct value *new_cells(struct interp *in, const struct ast *a, size_t n_columns, size_t n_rows)
{
	if (n_rows && n_columns > MAX_ELEMENTS / n_rows) {
		diag_at(in->o.diags, E_TOO_LARGE, a->span, "this table would have more than %d million cells", MAX_ELEMENTS / 1000000);
		return NULL;
	}
	if (!room(in, a, (double)n_columns * (double)n_rows * sizeof(struct value)))
		return NULL;
	return arena_array(&in->arena, n_columns * n_rows + 1, sizeof(struct value));
}

/* ---- what can be seen as a table */

static bool from_records(struct interp *in, const struct ast *a, const struct list *l, struct value *out)
{
	VEC(const char *) column = { 0 };
	for (size_t i = 0; i < l->n; i++) {
		if (l->at[i].kind != VAL_RECORD) {
			vec_free(&column);
			return FAIL(in, E_TYPE, a, "a table is made of a list of records, or of a record of lists; here is %s", value_kind_name[l->at[i].kind]);
		}
		const struct record *r = l->at[i].record;
		for (size_t k = 0; k < r->n; k++) {
			size_t c = 0;
			while (c < column.n && column.at[c] != r->at[k].name)
				c++;
			if (c == column.n)
				vec_push(&column, r->at[k].name);
		}
	}
	struct value *cell = new_cells(in, a, column.n, l->n);
	for (size_t i = 0; cell && i < l->n; i++)
		for (size_t c = 0; c < column.n; c++) {
			const struct value *v = record_get(l->at[i].record, column.at[c]);
			cell[i * column.n + c] = v ? *v : (struct value){ .kind = VAL_NONE };
		}
	bool ok = cell && new_table(in, a, column.at, column.n, cell, l->n, out);
	vec_free(&column);
	return ok;
}

static bool from_columns(struct interp *in, const struct ast *a, const struct record *r, struct value *out)
{
	const char *column[MAX_FIELDS];
	size_t n_rows = 0;
	if (r->n > MAX_FIELDS)
		return FAIL(in, E_TOO_LARGE, a, "a table has at most %d columns", MAX_FIELDS);
	for (size_t c = 0; c < r->n; c++) {
		const struct value *v = r->at[c].value;
		if (v->kind != VAL_LIST)
			return FAIL(in, E_TYPE, a, "the column %s has to be a list, this is %s", r->at[c].name, value_kind_name[v->kind]);
		if (c && v->list->n != n_rows)
			return FAIL(in, E_SHAPE, a, "columns are equally long; %s has length %zu, %s has length %zu", r->at[0].name, n_rows, r->at[c].name, v->list->n);
		n_rows = v->list->n;
		column[c] = r->at[c].name;
	}
	struct value *cell = new_cells(in, a, r->n, n_rows);
	for (size_t c = 0; cell && c < r->n; c++)
		for (size_t i = 0; i < n_rows; i++)
			cell[i * r->n + c] = r->at[c].value->list->at[i];
	return cell && new_table(in, a, column, r->n, cell, n_rows, out);
}

static struct value figure_value(struct figure f)
{
	return f.why ? (struct value){ .kind = VAL_NONE } : number(f.value);
}

static struct value text_value(struct interp *in, const char *s)
{
	return s ? text(in, s, strlen(s)) : (struct value){ .kind = VAL_NONE };
}

static struct value end_value(struct interval i, bool high)
{
	return i.defined ? number(high ? i.hi : i.lo) : (struct value){ .kind = VAL_NONE };
}

/* Counts of paths beyond 15 digits stay text, so that none is rounded. */
static struct value count_value(struct interp *in, const char *decimal)
{
	return decimal && strlen(decimal) <= 15 ? number(strtod(decimal, NULL)) : text_value(in, decimal);
}

static bool from_estimates(struct interp *in, const struct ast *a, const struct estimate *row, size_t n, struct value *out)
{
	static const char *const name[] = { "hypothesis", "model", "dataset", "metric", "at", "n", "n_skipped", "aue", "aue_low", "aue_high", "ate",
		"ate_low", "ate_high", "explained", "explained_low", "explained_high", "ref", "cf", "patched", "effect", "effect_rel", "recovered",
		"recovered_low", "recovered_high", "paths_kept", "paths_total", "paths_cut", "ablation", "level", "direction" };
	enum { N = sizeof name / sizeof *name };
	size_t n_columns = N - 4;                    /* paths_cut only where something is cut, the rest of variants only */
	for (size_t i = 0; i < n; i++)
		n_columns = row[i].variant_of ? N : row[i].paths_cut && n_columns < N - 3 ? N - 3 : n_columns;
	const char *column[N];
	struct value *cell = new_cells(in, a, n_columns, n);
	for (size_t i = 0; i < N; i++)
		column[i] = intern(name[i]);
	for (size_t i = 0; cell && i < n; i++) {
		const struct estimate *e = &row[i];
		const struct figure none = { 0, "" }, *one = e->one_run ? NULL : &none;
		const struct value v[N] = { text_value(in, e->variant_of ? e->variant_of : e->hypothesis), text_value(in, e->model), text_value(in, e->dataset), text_value(in, e->metric),
			text_value(in, e->at), number((double)e->n), number((double)e->n_skipped), figure_value(e->aue), end_value(e->ci_aue, false),
			end_value(e->ci_aue, true), figure_value(e->ate), end_value(e->ci_ate, false), end_value(e->ci_ate, true), figure_value(e->explained),
			end_value(e->ci_explained, false), end_value(e->ci_explained, true), figure_value(one ? *one : e->ref), figure_value(one ? *one : e->cf),
			figure_value(one ? *one : e->patched), figure_value(one ? *one : e->effect), figure_value(one ? *one : e->effect_rel),
			figure_value(one ? *one : e->recovered), end_value(e->ci_recovered, false), end_value(e->ci_recovered, true),
			count_value(in, e->paths_kept), count_value(in, e->paths_total), count_value(in, e->paths_cut), text_value(in, e->variant[0]),
			text_value(in, e->variant[1]), text_value(in, e->variant[2]) };
		memcpy(cell + i * n_columns, v, n_columns * sizeof *v);
	}
	return cell && new_table(in, a, column, n_columns, cell, n, out);
}

bool is_tabular(struct value v)
{
	return v.kind == VAL_TABLE || v.kind == VAL_RESULTS || v.kind == VAL_ESTIMATE || v.kind == VAL_SWEEP;
}

bool to_table(struct interp *in, const struct ast *a, struct value v, struct value *out)
{
	switch (v.kind) {
	case VAL_TABLE:    *out = v; return true;
	case VAL_RESULTS:  return from_estimates(in, a, v.results->row, v.results->n_rows, out);
	case VAL_ESTIMATE: return from_estimates(in, a, v.estimate, 1, out);
	case VAL_SWEEP:    return sweep_table(in, a, v.sweep, out);
	case VAL_LIST:     return from_records(in, a, v.list, out);
	case VAL_RECORD:   return from_columns(in, a, v.record, out);
	default:           return FAIL(in, E_TYPE, a, "%s cannot be seen as a table", value_kind_name[v.kind]);
	}
}

/* ---- parts */

static size_t column_at(const struct table *t, const char *name)
{
	size_t c = 0;
	while (c < t->n_columns && strcmp(t->column[c], name) != 0)
		c++;
	return c;
}

bool column_of(struct interp *in, const struct ast *a, const struct table *t, const char *name, size_t *out)
{
	*out = column_at(t, name);
	if (*out < t->n_columns)
		return true;
	struct buf have = { 0 };
	for (size_t i = 0; i < t->n_columns && i < 30; i++)
		buf_printf(&have, "%s%s", i ? ", " : "", t->column[i]);
	const char *near = str_nearest(name, t->column, t->n_columns);
	diag_at(in->o.diags, E_FIELD, a->span, "this table has no column %s", name);
	if (near)
		diag_hint(in->o.diags, "did you mean %s?", near);
	else
		diag_hint(in->o.diags, t->n_columns ? "it has %s" : "it has none", buf_str(&have));
	buf_free(&have);
	return false;
}

bool table_column(struct interp *in, const struct ast *a, const struct table *t, size_t c, struct value *out)
{
	struct value *v = arena_array(&in->arena, t->n_rows + 1, sizeof *v);
	for (size_t i = 0; i < t->n_rows; i++)
		v[i] = t->cell[i * t->n_columns + c];
	return new_list(in, a, v, t->n_rows, out);
}

bool table_row(struct interp *in, const struct ast *a, const struct table *t, size_t row, struct value *out)
{
	struct field *f = arena_array(&in->arena, t->n_columns + 1, sizeof *f);
	for (size_t c = 0; c < t->n_columns; c++)
		f[c] = (struct field){ t->column[c], &t->cell[row * t->n_columns + c] };
	return new_record(in, a, f, t->n_columns, out);
}

bool table_rows(struct interp *in, const struct ast *a, const struct table *t, const size_t *row, size_t n, struct value *out)
{
	struct value *cell = new_cells(in, a, t->n_columns, n);
	for (size_t i = 0; cell && i < n; i++)
		memcpy(cell + i * t->n_columns, t->cell + row[i] * t->n_columns, t->n_columns * sizeof *cell);
	return cell && new_table(in, a, t->column, t->n_columns, cell, n, out);
}

static bool table_columns(struct interp *in, const struct ast *a, const struct table *t, const struct list *names, struct value *out)
{
	struct value *cell = new_cells(in, a, names->n, t->n_rows);
	const char **column = arena_array(&in->arena, names->n + 1, sizeof *column);
	for (size_t k = 0; cell && k < names->n; k++) {
		size_t c;
		if (!want(in, a, names->at[k], VAL_STRING) || !column_of(in, a, t, names->at[k].string.at, &c))
			return false;
		column[k] = t->column[c];
		for (size_t i = 0; i < t->n_rows; i++)
			cell[i * names->n + k] = t->cell[i * t->n_columns + c];
	}
	return cell && new_table(in, a, column, names->n, cell, t->n_rows, out);
}

/* t[3], t[-1]: a row; t["aue"]: a column; t[0..3], t[[0, 4]], t[["hypothesis", "aue"]]: a table. */
static bool index_once(struct interp *in, const struct ast *a, const struct table *t, struct value v, struct value *out)
{
	size_t c;
	if (v.kind == VAL_STRING)
		return column_of(in, a, t, v.string.at, &c) && table_column(in, a, t, c, out);
	if (v.kind == VAL_LIST && v.list->n && v.list->at[0].kind == VAL_STRING)
		return table_columns(in, a, t, v.list, out);
	if (v.kind == VAL_NUMBER) {
		int64_t row;
		return place(in, a, v, (int64_t)t->n_rows, &row) && table_row(in, a, t, (size_t)row, out);
	}
	if (v.kind != VAL_LIST && v.kind != VAL_RANGE)
		return FAIL(in, E_INDEX, a, "a table is indexed by rows (numbers) and columns (their names), not by %s", value_kind_name[v.kind]);
	int64_t from = 0, to = 0;
	if (v.kind == VAL_RANGE && !part(in, a, v, (int64_t)t->n_rows, &from, &to))
		return false;
	size_t n = v.kind == VAL_RANGE ? (size_t)(to - from) : v.list->n, *row = arena_array(&in->arena, n + 1, sizeof *row);
	for (size_t i = 0; i < n; i++) {
		int64_t k = from + (int64_t)i;
		if (v.kind == VAL_LIST && !place(in, a, v.list->at[i], (int64_t)t->n_rows, &k))
			return false;
		row[i] = (size_t)k;
	}
	return table_rows(in, a, t, row, n, out);
}

bool index_table(struct interp *in, const struct ast *a, const struct table *t, struct scope *s, struct value *out)
{
	*out = (struct value){ .kind = VAL_TABLE, .table = (struct table *)(uintptr_t)t };
	if (a->n > 3)
		return FAIL(in, E_INDEX, a, "a table is indexed by rows and columns: t[row, \"column\"]");
	for (uint32_t i = 1; i < a->n; i++) {
		struct value v, whole = *out;
		if (a->kid[i]->kind == AST_STAR)
			continue;
		if (!eval(in, a->kid[i], s, &v))
			return false;
		if (whole.kind == VAL_RECORD) {              /* a row was picked: the second index is a column */
			const struct value *cell = v.kind == VAL_STRING ? record_get(whole.record, v.string.at) : NULL;
			size_t c;
			if (!cell)
				return want(in, a->kid[i], v, VAL_STRING) && column_of(in, a->kid[i], t, v.string.at, &c);
			*out = *cell;
		} else if (!index_once(in, a->kid[i], whole.table, v, out)) {
			return false;
		}
	}
	return true;
}
