/* What all kinds of pictures say in words.  See picture.h. */
#include "report/picture.h"

#include <math.h>
#include <string.h>

#include "report/csv.h"
#include "report/grid.h"
#include "report/json.h"

const char *const look_name[N_LOOKS] = { "", "reference", "counterfactual", "both", "another column", "a set value" };
const struct rgb look_color[N_LOOKS] = {
	[LOOK_PLAIN] = { 0x80, 0x80, 0x80 }, [LOOK_REFERENCE] = { 0x38, 0x79, 0xbd }, [LOOK_COUNTERFACTUAL] = { 0x9a, 0x9a, 0x9a },
	[LOOK_MIXED] = { 0xce, 0x8f, 0x6a }, [LOOK_OTHER] = { 0x2a, 0x9d, 0x73 }, [LOOK_CUT] = { 0x80, 0x6a, 0xb0 },
};

double picture_most(const double *value, size_t n)
{
	double most = 0;
	for (size_t i = 0; i < n; i++)
		if (isfinite(value[i]) && fabs(value[i]) > most)
			most = fabs(value[i]);
	return most;
}

static void put_label(const struct picture_axis *x, size_t i, struct buf *out)
{
	buf_printf(out, "%s%s%s", x->name, *x->name ? " " : "", x->label[i]);
}

void picture_place(const struct picture *p, size_t cell, struct buf *out)
{
	if (p->kind != PICTURE_HEATMAP) {
		put_label(&p->row, cell, out);
		return;
	}
	put_label(&p->row, cell / p->column.n, out);
	buf_puts(out, ", ");
	put_label(&p->column, cell % p->column.n, out);
}

double picture_share(const struct picture *p, double x)
{
	return isnan(x) ? NAN : p->most > 0 ? x / p->most : 0;
}

void put_shown(struct buf *out, double x)
{
	if (isnan(x))
		buf_puts(out, "undefined");
	else if (isinf(x))
		buf_puts(out, x > 0 ? "inf" : "-inf");
	else if (x == floor(x) && fabs(x) < 1e6)
		buf_printf(out, "%.0f", x == 0 ? 0 : x);
	else
		put_short(out, x);
}

int picture_decimals(const struct picture *p)
{
	bool whole = true;
	for (size_t i = 0; i < p->row.n * p->column.n && whole; i++)
		whole = !isfinite(p->value[i]) || p->value[i] == floor(p->value[i]);
	if (whole || p->most >= 1e6 || p->most < 1e-3)
		return -1;
	int before = p->most >= 1 ? (int)floor(log10(p->most)) + 1 : 0;
	return before > 3 ? 0 : 3 - before;
}

void put_in_cell(struct buf *out, double x, int decimals)
{
	if (isnan(x))
		buf_putc(out, '?');
	else if (isinf(x) || decimals < 0)
		put_shown(out, x);
	else
		buf_printf(out, "%.*f", decimals, fabs(x) < 0.5 * pow(10, -decimals) ? 0 : x);
}

void picture_number(const struct picture *p, size_t cell, struct buf *out)
{
	put_shown(out, p->value[cell]);
	if (*p->unit && !isnan(p->value[cell]))
		buf_printf(out, " %s", p->unit);
	if (p->low && isfinite(p->low[cell]) && isfinite(p->high[cell])) {
		buf_puts(out, " (");
		put_shown(out, p->low[cell]);
		buf_puts(out, " to ");
		put_shown(out, p->high[cell]);
		buf_putc(out, ')');
	}
}

void picture_ends(const struct picture *p, double *low, double *high)
{
	size_t n = p->row.n * (p->kind == PICTURE_HEATMAP ? p->column.n : 1);
	*low = *high = 0;
	for (size_t i = 0; i < n; i++) {
		*low = p->value[i] < 0 ? -p->most : *low;
		*high = p->value[i] > 0 ? p->most : *high;
	}
}

void picture_legend(const struct picture *p, struct buf *out)
{
	double low, high;
	picture_ends(p, &low, &high);
	buf_puts(out, p->quantity);
	if (*p->unit)
		buf_printf(out, ", in %s", p->unit);
	if (*p->below && low < 0)
		buf_printf(out, "; below 0: %s", p->below);
	if (*p->above && high > 0)
		buf_printf(out, "; above 0: %s", p->above);
}

/* ---- the numbers alone */

static void put_csv_number(double x, struct buf *out)
{
	buf_putc(out, ',');
	if (isfinite(x))
		put_json_number(out, x);
}

static void csv_graph(const struct drawing *d, struct buf *out)
{
	buf_puts(out, "from,to,port,carries\n");
	for (size_t i = 0; i < d->n_edges; i++) {
		const char *cell[] = { d->node[d->edge[i].from].label, d->node[d->edge[i].to].label, d->edge[i].label, look_name[d->edge[i].look] };
		for (size_t k = 0; k < 4; k++)
			put_csv_text(out, cell[k], strlen(cell[k]), k == 0);
		buf_putc(out, '\n');
	}
}

void picture_csv(const struct picture *p, struct buf *out)
{
	bool cells = p->kind == PICTURE_HEATMAP;
	if (p->kind == PICTURE_GRAPH) {
		csv_graph(p->drawing, out);
		return;
	}
	const char *row = *p->row.name ? p->row.name : "row", *column = *p->column.name ? p->column.name : "column";
	put_csv_text(out, row, strlen(row), true);
	if (cells)
		put_csv_text(out, column, strlen(column), false);
	buf_puts(out, p->low ? ",value,low,high\n" : ",value\n");
	for (size_t i = 0, n = cells ? p->column.n : 1; i < p->row.n * n; i++) {
		put_csv_text(out, p->row.label[i / n], strlen(p->row.label[i / n]), true);
		if (cells)
			put_csv_text(out, p->column.label[i % n], strlen(p->column.label[i % n]), false);
		put_csv_number(p->value[i], out);
		if (p->low) {
			put_csv_number(p->low[i], out);
			put_csv_number(p->high[i], out);
		}
		buf_putc(out, '\n');
	}
}
