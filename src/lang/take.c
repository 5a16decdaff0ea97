/* Values for embedding programs: kinds, numbers, texts, and arrays that point into the session.  See pp.h.
 *
 * A value of the language is a struct value wherever it lies, so a column of a table is an array of doubles whose stride is a row of
 * cells, and a list one whose stride is a value: nothing has to be copied. */
#include <math.h>
#include <string.h>

#include "lang/tables.h"
#include "lang/take.h"

bool take_table(struct interp *in, const struct ast *at, struct pp_value *v)
{
	struct value t;
	if (!is_tabular(v->value))
		return true;
	if (!to_table(in, at, v->value, &t))
		return false;
	v->table = t.table;
	for (size_t i = 0; i < t.table->n_rows * t.table->n_columns; i++)
		if (t.table->cell[i].kind == VAL_NONE)           /* a cell that is none has no number of its own: as one it reads NAN */
			t.table->cell[i].number = NAN;
	return true;
}

enum pp_value_kind pp_kind(const struct pp_value *v)
{
	if (v && v->table)
		return PP_VALUE_TABLE;
	switch (v ? v->value.kind : VAL_NONE) {
	case VAL_NONE:   return PP_VALUE_NONE;
	case VAL_NUMBER: return PP_VALUE_NUMBER;
	case VAL_BOOL:   return PP_VALUE_BOOL;
	case VAL_STRING: return PP_VALUE_STRING;
	case VAL_LIST:   return PP_VALUE_LIST;
	case VAL_TENSOR: return PP_VALUE_TENSOR;
	default:         return PP_VALUE_OTHER;
	}
}

double pp_number(const struct pp_value *v)
{
	return v && v->value.kind == VAL_NUMBER ? v->value.number : NAN;
}

bool pp_truth(const struct pp_value *v)
{
	return v && v->value.kind == VAL_BOOL && v->value.truth;
}

const char *pp_string(const struct pp_value *v, size_t *n)
{
	bool is = v && v->value.kind == VAL_STRING;
	if (n)
		*n = is ? v->value.string.n : 0;
	return is ? v->value.string.at : NULL;
}

/* ---- arrays */

static const enum pp_type type_of[DT_COUNT] = { [DT_F32] = PP_F32, [DT_F64] = PP_F64, [DT_BF16] = PP_BF16, [DT_F16] = PP_F16,
	[DT_I32] = PP_I32, [DT_I64] = PP_I64 };

static void tensor_array(const struct tensor *t, struct pp_array *out)
{
	_Static_assert(MAX_DIMS == sizeof out->shape / sizeof *out->shape, "struct pp_array holds the axes of any tensor");
	*out = (struct pp_array){ .type = type_of[t->dtype], .n_axes = t->n, .at = t->at };
	for (int i = 0; i < t->n; i++) {
		out->shape[i] = t->dim[i];
		out->stride[i] = t->stride[i] * (int64_t)dtype_size[t->dtype];
	}
}

/* n values, each `step` further; false when one is no number (none is one where missing may be). */
static bool values_array(const struct value *v, size_t n, size_t step, bool missing, struct pp_array *out)
{
	for (size_t i = 0; i < n; i++)
		if (v[i * step].kind != VAL_NUMBER && !(missing && v[i * step].kind == VAL_NONE))
			return false;
	*out = (struct pp_array){ .type = PP_F64, .n_axes = 1, .shape = { (int64_t)n }, .stride = { (int64_t)(step * sizeof *v) },
		.at = n ? (const void *)&v->number : v };
	return true;
}

bool pp_array(const struct pp_value *v, struct pp_array *out)
{
	if (v && v->value.kind == VAL_LIST)
		return values_array(v->value.list->at, v->value.list->n, 1, false, out);
	if (!v || v->value.kind != VAL_TENSOR)
		return false;
	tensor_array(v->value.tensor, out);
	return true;
}

/* ---- tables */

size_t pp_rows(const struct pp_value *v)
{
	return v && v->table ? v->table->n_rows : 0;
}

size_t pp_columns(const struct pp_value *v)
{
	return v && v->table ? v->table->n_columns : 0;
}

const char *pp_column_name(const struct pp_value *v, size_t column)
{
	return column < pp_columns(v) ? v->table->column[column] : NULL;
}

static size_t column_called(const struct pp_value *v, const char *name)
{
	size_t c = 0;
	while (c < pp_columns(v) && strcmp(v->table->column[c], name) != 0)
		c++;
	return c;
}

bool pp_column(const struct pp_value *v, const char *name, struct pp_array *out)
{
	size_t c = column_called(v, name);
	return c < pp_columns(v) && values_array(v->table->cell + c, v->table->n_rows, v->table->n_columns, true, out);
}

const char *pp_cell(const struct pp_value *v, const char *column, size_t row)
{
	size_t c = column_called(v, column);
	const struct value *x = c < pp_columns(v) && row < v->table->n_rows ? &v->table->cell[row * v->table->n_columns + c] : NULL;
	return x && x->kind == VAL_STRING ? x->string.at : NULL;
}
