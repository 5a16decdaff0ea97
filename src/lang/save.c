/* save x to "file": tables, results, tensors and plain values as CSV, JSON or NumPy files, by the file's ending; datasets as JSON
 * Lines. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "lang/sets.h"
#include "lang/show.h"
#include "lang/tables.h"
#include "report/csv.h"
#include "report/grid.h"
#include "report/json.h"
#include "report/npy.h"

/* ---- csv */

static void put_csv_cell(struct buf *out, const struct value *v, bool first)
{
	struct buf b = { 0 };
	if (v->kind == VAL_NUMBER && !isnan(v->number) && isinf(v->number))
		buf_puts(&b, v->number > 0 ? "inf" : "-inf");
	else if (v->kind == VAL_NUMBER && !isnan(v->number))
		put_json_number(&b, v->number);
	else if (v->kind == VAL_NUMBER)
		buf_puts(&b, "nan");
	else if (v->kind == VAL_LIST || v->kind == VAL_RECORD || v->kind == VAL_TABLE || v->kind == VAL_TENSOR)
		put_json_value(&b, v);
	else if (v->kind != VAL_NONE)
		value_text(v, &b, false);
	put_csv_text(out, buf_str(&b), b.n, first);
	buf_free(&b);
}

void put_csv_table(struct buf *out, const struct table *t)
{
	for (size_t c = 0; c < t->n_columns; c++)
		put_csv_text(out, t->column[c], strlen(t->column[c]), c == 0);
	buf_putc(out, '\n');
	for (size_t i = 0; i < t->n_rows; i++) {
		for (size_t c = 0; c < t->n_columns; c++)
			put_csv_cell(out, &t->cell[i * t->n_columns + c], c == 0);
		buf_putc(out, '\n');
	}
}

static void put_csv_tensor(struct buf *out, const struct tensor *t)
{
	int64_t rows = t->n ? t->dim[0] : 1, columns = t->n == 2 ? t->dim[1] : 1;
	for (int64_t i = 0; i < rows; i++) {
		for (int64_t k = 0; k < columns; k++) {
			struct value v = number(tensor_get_flat(t, i * columns + k));
			put_csv_cell(out, &v, k == 0);
		}
		buf_putc(out, '\n');
	}
}

/* ---- npy */

static void put_npy_tensor(struct buf *out, const struct tensor *t)
{
	put_npy_header(out, "'<f8'", t->dim, t->n);
	for (int64_t i = 0, n = tensor_count(t); i < n; i++) {
		double x = tensor_get_flat(t, i);
		buf_add(out, (const char *)&x, sizeof x);
	}
}

/* A column of numbers (none is nan) or of texts, as wide as the longest. */
static bool npy_column(struct interp *in, const struct ast *a, const struct table *t, size_t c, size_t *width)
{
	bool texts = false, numbers = false;
	*width = 0;
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct value *v = &t->cell[i * t->n_columns + c];
		texts |= v->kind == VAL_STRING;
		numbers |= v->kind == VAL_NUMBER || v->kind == VAL_BOOL;
		if (v->kind == VAL_STRING && text_columns(v->string.at) > *width)
			*width = text_columns(v->string.at);
		if (v->kind != VAL_STRING && v->kind != VAL_NUMBER && v->kind != VAL_BOOL && v->kind != VAL_NONE)
			return FAIL(in, E_TYPE, a, "an .npy file holds numbers and texts; in the column %s is %s", t->column[c], value_kind_name[v->kind]);
	}
	if (texts && !*width)
		*width = 1;
	return !(texts && numbers) || FAIL(in, E_TYPE, a, "the column %s mixes numbers and texts, which an .npy file cannot", t->column[c]);
}

static void put_python_text(struct buf *out, const char *s)
{
	buf_putc(out, '\'');
	for (; *s; s++)
		buf_printf(out, *s == '\'' || *s == '\\' ? "\\%c" : "%c", *s);
	buf_putc(out, '\'');
}

/* A structured array, a record for each row. */
static bool put_npy_table(struct interp *in, const struct ast *a, struct buf *out, const struct table *t)
{
	struct buf descr = { 0 };
	size_t *width = mem_array(t->n_columns + 1, sizeof *width);
	bool ok = true;
	buf_puts(&descr, "[");
	for (size_t c = 0; ok && c < t->n_columns; c++) {
		ok = npy_column(in, a, t, c, &width[c]);
		buf_puts(&descr, c ? ", (" : "(");
		put_python_text(&descr, t->column[c]);
		if (width[c])
			buf_printf(&descr, ", '<U%zu')", width[c]);
		else
			buf_puts(&descr, ", '<f8')");
	}
	buf_puts(&descr, "]");
	if (ok)
		put_npy_header(out, descr.at, (int64_t[]){ (int64_t)t->n_rows }, 1);
	for (size_t i = 0; ok && i < t->n_columns * t->n_rows; i++) {
		const struct value *v = &t->cell[i];
		double x = v->kind == VAL_NUMBER ? v->number : v->kind == VAL_BOOL ? v->truth : NAN;
		if (width[i % t->n_columns])
			put_npy_text(out, v->kind == VAL_STRING ? v->string.at : "", v->kind == VAL_STRING ? v->string.n : 0, width[i % t->n_columns]);
		else
			buf_add(out, (const char *)&x, sizeof x);
	}
	free(width);
	buf_free(&descr);
	return ok;
}

/* ---- the statement */

static bool list_of_records(struct value v)
{
	return v.kind == VAL_LIST && v.list->n && v.list->at[0].kind == VAL_RECORD;
}

static bool put_csv(struct interp *in, const struct ast *a, struct value v, struct buf *out)
{
	struct tensor t;
	if (is_tabular(v) || list_of_records(v) || v.kind == VAL_RECORD) {
		if (!to_table(in, a, v, &v))
			return false;
		put_csv_table(out, v.table);
		return true;
	}
	if (!to_tensor(in, v, a, &t))
		return false;
	if (t.n > 2)
		return FAIL(in, E_SHAPE, a, "a .csv file has two axes, this has %d; .npy and .json have any number", t.n);
	put_csv_tensor(out, &t);
	return true;
}

static bool put_npy(struct interp *in, const struct ast *a, struct value v, struct buf *out)
{
	struct tensor t;
	if (is_tabular(v) || list_of_records(v))
		return to_table(in, a, v, &v) && put_npy_table(in, a, out, v.table);
	if (!to_tensor(in, v, a, &t))
		return false;
	put_npy_tensor(out, &t);
	return true;
}

static bool put_json(struct value v, struct buf *out)
{
	put_json_value(out, &v);
	buf_putc(out, '\n');
	return true;
}

bool save_statement(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v, to;
	const struct ast *what = a->kid[0], *where = a->kid[1];
	if (!eval(in, what, s, &v) || !eval(in, where, s, &to))
		return false;
	if (v.kind == VAL_LATER || to.kind == VAL_LATER)
		return true;
	if (!want(in, where, to, VAL_STRING))
		return false;
	const char *path = resolve_path(in, to.string.at, a->span), *dot = strrchr(to.string.at, '.');
	bool csv = dot && strcmp(dot, ".csv") == 0, json = dot && strcmp(dot, ".json") == 0, npy = dot && strcmp(dot, ".npy") == 0;
	bool lines = dot && strcmp(dot, ".jsonl") == 0;
	if (!csv && !json && !npy && !lines)
		return FAIL(in, E_VALUE, where, "save writes .csv, .json, .npy and (datasets) .jsonl files; this name ends otherwise");
	if (lines != (v.kind == VAL_DATASET))
		return FAIL(in, E_TYPE, what, lines ? "a .jsonl file holds the pairs of a dataset, this is %s" : "%s is saved to a .jsonl file", value_kind_name[v.kind]);
	struct buf b = { 0 };
	bool ok = may_write(in, path, where->span);
	if (ok && lines)
		dataset_put_lines(v.dataset, &b);
	bool circuit = json && is_set(v);
	ok = ok && (!circuit || put_circuit(in, what, v, &b));
	ok = ok && (lines || circuit || (csv ? put_csv(in, what, v, &b) : npy ? put_npy(in, what, v, &b) : put_json(v, &b)));
	if (ok && in->o.mode == INTERP_RUN && !in->keeping.verify && !file_write(path, b.at, b.n))
		ok = FAIL(in, E_FILE_WRITE, where, "%s: %s", path, strerror(errno));
	buf_free(&b);
	return ok;
}
