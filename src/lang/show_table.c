/* Tables of the language as text: in columns; where these are wider than the line, a few columns at a time, each time with
 * the first one; and where a single cell takes more than half of it, a line for each cell. */
#include <math.h>
#include <string.h>

#include "lang/interp.h"
#include "lang/show.h"
#include "report/grid.h"

enum { GAP = 2, ROWS_MAX = 200, ROWS_SHOWN = 100 };

static char *cell_text(const struct value *v)
{
	struct buf b = { 0 };
	if (v->kind == VAL_NUMBER && isfinite(v->number) && (v->number != floor(v->number) || fabs(v->number) >= 1e15))
		put_short(&b, v->number);
	else if (v->kind == VAL_NONE)
		buf_puts(&b, "-");
	else
		value_text(v, &b, false);
	buf_puts(&b, "");
	for (char *c = b.at; *c; c++)                /* a cell is one line */
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	return b.at;
}

static bool is_text(const struct table *t, size_t c)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->cell[i * t->n_columns + c].kind != VAL_NUMBER && t->cell[i * t->n_columns + c].kind != VAL_NONE)
			return true;
	return false;
}

static void print_columns(const struct table *t, char *const *cell, const size_t *column, size_t n, int width, struct buf *out)
{
	struct column *head = mem_array(n, sizeof *head);
	struct grid g = { head, n, { 0 } };
	for (size_t k = 0; k < n; k++)
		head[k] = (struct column){ { t->column[column[k]] }, is_text(t, column[k]) };
	for (size_t i = 0; i < t->n_rows; i++)
		for (size_t k = 0; k < n; k++)
			grid_add(&g, "%s", cell[i * t->n_columns + column[k]]);
	grid_print(&g, out, width);
	grid_free(&g);
	free(head);
}

static void print_records(const struct table *t, char *const *cell, struct buf *out)
{
	size_t widest = 0;
	for (size_t c = 0; c < t->n_columns; c++)
		if (text_columns(t->column[c]) > widest)
			widest = text_columns(t->column[c]);
	for (size_t i = 0; i < t->n_rows; i++) {
		buf_puts(out, i ? "\n" : "");
		for (size_t c = 0; c < t->n_columns; c++)
			buf_printf(out, "%s%*s%s\n", t->column[c], (int)(widest - text_columns(t->column[c]) + GAP), "", cell[i * t->n_columns + c]);
	}
}

/* Of a very long table the beginning. */
void show_table(const struct table *whole, int width, struct buf *out)
{
	struct table part = *whole, *t = &part;
	if (whole->n_rows > ROWS_MAX)
		part.n_rows = ROWS_SHOWN;
	size_t n = t->n_columns, room = (size_t)width, most = 0;
	char **cell = mem_array(n * t->n_rows + 1, sizeof *cell);
	size_t *wide = mem_array(n + 1, sizeof *wide), *column = mem_array(n + 1, sizeof *column);
	for (size_t c = 0; c < n; c++)
		wide[c] = text_columns(t->column[c]);
	for (size_t i = 0; i < n * t->n_rows; i++) {
		cell[i] = cell_text(&t->cell[i]);
		if (text_columns(cell[i]) > wide[i % n])
			wide[i % n] = text_columns(cell[i]);
	}
	size_t all = 0;
	for (size_t c = 0; c < n; c++) {
		most = wide[c] > most ? wide[c] : most;
		all += wide[c] + (c ? GAP : 0);
	}
	if (!n || !t->n_rows)
		buf_printf(out, "a table of %zu columns without rows\n", n);
	if (n && t->n_rows && all > room && most > room / 2)
		print_records(t, cell, out);
	else
		for (size_t from = 1, to; n && t->n_rows && (from < n || (from == 1 && n == 1)); from = to) {
			size_t line = wide[0], k = 0;
			column[k++] = 0;
			for (to = from; to < n && line + GAP + wide[to] <= room; to++) {
				line += GAP + wide[to];
				column[k++] = to;
			}
			to += to == from;                    /* n == 1 */
			buf_puts(out, from > 1 ? "\n" : "");
			print_columns(t, cell, column, k, width, out);
		}
	if (whole->n_rows > t->n_rows)
		buf_printf(out, "... and %zu more rows; save, --csv and --json give all\n", whole->n_rows - t->n_rows);
	for (size_t i = 0; i < n * t->n_rows; i++)
		free(cell[i]);
	free(cell);
	free(wide);
	free(column);
}
