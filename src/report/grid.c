/* Text in columns.  See grid.h. */
#include "report/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, DIGITS_SHOWN = 7 };

size_t text_columns(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

void put_short(struct buf *out, double x)
{
	char text[40];
	snprintf(text, sizeof text, "%#.4g", x);
	size_t n = strlen(text);
	if (x == 0)
		buf_puts(out, "0");
	else
		buf_add(out, text, n && text[n - 1] == '.' ? n - 1 : n);     /* "1234.": '#' keeps the point */
}

void put_count(struct buf *out, const char *decimal)
{
	size_t n = strlen(decimal);
	if (n <= DIGITS_SHOWN) {
		buf_puts(out, decimal);
		return;
	}
	int first = (decimal[0] - '0') * 100 + (decimal[1] - '0') * 10 + (decimal[2] - '0') + (decimal[3] >= '5');
	if (first == 1000) {
		first = 100;
		n++;
	}
	buf_printf(out, "%d.%02de%zu", first / 100, first % 100, n - 1);
}

void grid_add(struct grid *g, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	buf_puts(&b, "");
	vec_push(&g->cell, b.at);
}

static void put_padded(struct buf *line, const char *s, size_t width, bool left)
{
	size_t n = text_columns(s), pad = width > n ? width - n : 0;
	buf_printf(line, "%*s%s%*s", left ? 0 : (int)pad, "", s, left ? (int)pad : 0, "");
}

static void end_line(struct buf *out)
{
	while (out->n && out->at[out->n - 1] == ' ')
		out->at[--out->n] = 0;
	buf_putc(out, '\n');
}

static void measure(const struct grid *g, size_t *width, size_t room)
{
	size_t rest = 0, n = g->n_columns;
	for (size_t c = 0; c < n; c++) {
		size_t most = 0;
		for (int h = 0; h < HEAD_LINES; h++)
			if (g->column[c].head[h] && text_columns(g->column[c].head[h]) > most)
				most = text_columns(g->column[c].head[h]);
		width[c] = most;
		for (size_t i = c; i < g->cell.n; i += n)
			if (text_columns(g->cell.at[i]) > width[c])
				width[c] = text_columns(g->cell.at[i]);
		if (c)
			rest += width[c] + GAP;
		/* the first column is measured last, when it is known what the others leave */
		if (c == n - 1 && width[0] + rest > room) {
			size_t head = text_columns(g->column[0].head[0]), left = room > rest ? room - rest : 0;
			width[0] = left > head ? left : head;
		}
	}
}

void grid_print(const struct grid *g, struct buf *out, int width)
{
	size_t *w = mem_array(g->n_columns + 1, sizeof *w);
	measure(g, w, width > 0 ? (size_t)width : 100);
	for (int h = 0; h < HEAD_LINES; h++) {
		bool any = false;
		for (size_t c = 0; c < g->n_columns; c++)
			any |= g->column[c].head[h] != NULL;
		for (size_t c = 0; any && c < g->n_columns; c++) {
			buf_printf(out, "%*s", c ? GAP : 0, "");
			put_padded(out, g->column[c].head[h] ? g->column[c].head[h] : "", w[c], g->column[c].left);
		}
		if (any)
			end_line(out);
	}
	for (size_t i = 0; i < g->cell.n; i += g->n_columns) {
		for (size_t c = 0; c < g->n_columns; c++) {
			const char *s = g->cell.at[i + c];
			buf_printf(out, "%*s", c ? GAP : 0, "");
			if (c == 0 && text_columns(s) > w[0]) {
				buf_printf(out, "%s\n", s);
				s = "";
			}
			put_padded(out, s, w[c], g->column[c].left);
		}
		end_line(out);
	}
	free(w);
}

void grid_free(struct grid *g)
{
	for (size_t i = 0; i < g->cell.n; i++)
		free(g->cell.at[i]);
	vec_free(&g->cell);
}
