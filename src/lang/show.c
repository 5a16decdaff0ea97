/* Values as a reader of the output sees them.  See show.h. */
#include "lang/show.h"

#include <ctype.h>
#include <string.h>

#include "lang/interp.h"
#include "report/json.h"
#include "report/sweep.h"
#include "report/table.h"

/* "number", "list" ...: the kind's own name. */
static const char *const type_name[VAL_COUNT] = {
#define VALUE(kind, word, name) [VAL_##kind] = #kind,
#include "lang/values.def"
#undef VALUE
};

static void put_tensor(struct buf *out, const struct tensor *t)
{
	if (t->n == 0) {
		put_json_number(out, tensor_get_flat(t, 0));
		return;
	}
	buf_putc(out, '[');
	for (int64_t i = 0; i < t->dim[0]; i++) {
		struct tensor row = tensor_pick(t, 0, i);
		buf_puts(out, i ? "," : "");
		put_tensor(out, &row);
	}
	buf_putc(out, ']');
}

static void put_as_text(struct buf *out, const struct value *v)
{
	struct buf text = { 0 };
	value_text(v, &text, false);
	put_json_text(out, buf_str(&text), text.n);
	buf_free(&text);
}

static void put_row(struct buf *out, const struct table *t, size_t row)
{
	for (size_t c = 0; c < t->n_columns; c++) {
		buf_puts(out, c ? "," : "");
		put_json_text(out, t->column[c], strlen(t->column[c]));
		buf_putc(out, ':');
		put_json_value(out, &t->cell[row * t->n_columns + c]);
	}
}

static void put_estimates(struct buf *out, const struct estimate *row, size_t n, const char *between)
{
	for (size_t i = 0; i < n; i++) {
		buf_puts(out, i ? between : "");
		put_json_estimate(out, &row[i], true);
		out->n--;                                /* its newline */
	}
}

void put_json_value(struct buf *out, const struct value *v)
{
	switch (v->kind) {
	case VAL_NONE:   buf_puts(out, "null"); break;
	case VAL_NUMBER: put_json_number(out, v->number); break;
	case VAL_BOOL:   buf_puts(out, v->truth ? "true" : "false"); break;
	case VAL_STRING: put_json_text(out, v->string.at, v->string.n); break;
	case VAL_TENSOR: put_tensor(out, v->tensor); break;
	case VAL_RANGE:
		buf_putc(out, '[');
		put_json_number(out, v->range.from);
		buf_putc(out, ',');
		put_json_number(out, v->range.to);
		buf_putc(out, ']');
		break;
	case VAL_LIST:
		buf_putc(out, '[');
		for (size_t i = 0; i < v->list->n; i++) {
			buf_puts(out, i ? "," : "");
			put_json_value(out, &v->list->at[i]);
		}
		buf_putc(out, ']');
		break;
	case VAL_RECORD:
		buf_putc(out, '{');
		for (size_t i = 0; i < v->record->n; i++) {
			buf_puts(out, i ? "," : "");
			put_json_text(out, v->record->at[i].name, strlen(v->record->at[i].name));
			buf_putc(out, ':');
			put_json_value(out, v->record->at[i].value);
		}
		buf_putc(out, '}');
		break;
	case VAL_TABLE:
		buf_putc(out, '[');
		for (size_t i = 0; i < v->table->n_rows; i++) {
			buf_puts(out, i ? ",{" : "{");
			put_row(out, v->table, i);
			buf_putc(out, '}');
		}
		buf_putc(out, ']');
		break;
	case VAL_ESTIMATE: put_estimates(out, v->estimate, 1, ""); break;
	case VAL_RESULTS:
		buf_putc(out, '[');
		put_estimates(out, v->results->row, v->results->n_rows, ",");
		buf_putc(out, ']');
		break;
	default: put_as_text(out, v); break;
	}
}

static void show_rows(const struct estimate *row, size_t n, size_t n_equal, const struct show_style *style, struct buf *out)
{
	for (size_t i = 0; style->format == SHOW_JSON && i < n; i++)
		put_json_estimate(out, &row[i], style->per_pair);
	if (style->format == SHOW_TEXT)
		table_print(row, n, n_equal, style->width, out);
}

/* As JSON a figure is its Vega-Lite specification; null, with the reason, where a graph could not be laid out. */
static void show_picture(const struct picture *p, const struct show_style *style, struct buf *out)
{
	static const char *const name[] = { "heatmap", "bars", "highlight", "graph" };
	struct buf spec = { 0 }, why = { 0 };
	if (style->format == SHOW_TEXT) {
		picture_text(p, &style->look, out);
		return;
	}
	if (style->format == SHOW_CSV) {
		picture_csv(p, out);
		return;
	}
	bool drawn = picture_vega(p, &spec, &why);
	buf_printf(out, "{\"kind\":\"figure\",\"figure\":\"%s\",\"title\":", name[p->kind]);
	put_json_text(out, p->title, strlen(p->title));
	buf_puts(out, ",\"vega_lite\":");
	for (size_t i = 0; drawn && i < spec.n; i++)
		if (spec.at[i] != '\n')                 /* one object a line */
			buf_putc(out, spec.at[i]);
	if (!drawn) {
		buf_puts(out, "null,\"why\":");
		put_json_text(out, buf_str(&why), why.n);
	}
	buf_puts(out, "}\n");
	buf_free(&spec);
	buf_free(&why);
}

void show_value(const struct value *v, const struct show_style *style, struct buf *out)
{
	if (v->kind == VAL_FIGURE) {
		show_picture(v->picture, style, out);
	} else if (v->kind == VAL_RESULTS) {
		show_rows(v->results->row, v->results->n_rows, v->results->n_equal, style, out);
	} else if (v->kind == VAL_SWEEP && style->format == SHOW_JSON) {
		put_json_sweep(out, v->sweep);
	} else if (v->kind == VAL_SWEEP && style->format == SHOW_TEXT) {
		sweep_print(v->sweep, style->width, out);
	} else if (v->kind == VAL_ESTIMATE) {
		show_rows(v->estimate, 1, 0, style, out);
	} else if (v->kind == VAL_TABLE && style->format == SHOW_TEXT) {
		show_table(v->table, style->width, out);
		buf_putc(out, '\n');
	} else if (v->kind == VAL_TABLE && style->format == SHOW_CSV) {
		put_csv_table(out, v->table);
	} else if (style->format == SHOW_JSON) {
		buf_puts(out, "{\"kind\":\"value\",\"type\":\"");
		for (const char *c = type_name[v->kind]; *c; c++)
			buf_putc(out, (char)tolower((unsigned char)*c));
		buf_puts(out, "\",\"value\":");
		put_json_value(out, v);
		buf_puts(out, "}\n");
	} else {
		value_text(v, out, true);
		buf_putc(out, '\n');
	}
}
