/* Text in columns.  See grid.h. */
#include "report/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, NARROW_GAP = 1, DIGITS_SHOWN = 7 };

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

void put_line_end(struct buf *out)
{
	while (out->n && out->at[out->n - 1] == ' ')
		out->at[--out->n] = 0;
	buf_putc(out, '\n');
}

/* The columns that stand on the left of every block: names, before the first number. */
static size_t names_of(const struct grid *g)
{
	size_t n = 0;
	while (n < g->n_columns && g->column[n].left)
		n++;
	return n < g->n_columns ? n : 0;
}

static void measure(const struct grid *g, size_t *width)
{
	size_t n = g->n_columns;
	for (size_t c = 0; c < n; c++) {
		width[c] = 0;
		for (int h = 0; h < HEAD_LINES; h++)
			if (g->column[c].head[h] && text_columns(g->column[c].head[h]) > width[c])
				width[c] = text_columns(g->column[c].head[h]);
		for (size_t i = c; i < g->cell.n; i += n)
			if (text_columns(g->cell.at[i]) > width[c])
				width[c] = text_columns(g->cell.at[i]);
	}
}

static size_t total(const size_t *width, size_t n, size_t gap)
{
	size_t sum = 0;
	for (size_t c = 0; c < n; c++)
		sum += width[c] + (c ? gap : 0);
	return sum;
}

/* Where the lines are too wide, the first column gives up what its head does not need: longer names get a line of their own. */
static void squeeze(const struct grid *g, size_t *width, size_t room, size_t gap)
{
	size_t all = total(width, g->n_columns, gap), over = all > room ? all - room : 0;
	size_t head = g->n_columns && g->column[0].head[0] ? text_columns(g->column[0].head[0]) : 0;
	if (over && width[0] > head)
		width[0] = width[0] - head > over ? width[0] - over : head;
}

struct block { const struct grid *g; const size_t *width; size_t gap, names, from, to; };       /* columns 0..names and from..to */

static void put_cell(const struct block *b, size_t c, const char *s, struct buf *out)
{
	buf_printf(out, "%*s", c ? (int)b->gap : 0, "");
	put_padded(out, s, b->width[c], b->g->column[c].left);
}

static void print_head(const struct block *b, struct buf *out)
{
	for (int h = 0; h < HEAD_LINES; h++) {
		bool any = false;
		for (size_t c = 0; c < b->to; c++)
			any |= (c < b->names || c >= b->from) && b->g->column[c].head[h];
		for (size_t c = 0; any && c < b->to; c++)
			if (c < b->names || c >= b->from)
				put_cell(b, c, b->g->column[c].head[h] ? b->g->column[c].head[h] : "", out);
		if (any)
			put_line_end(out);
	}
}

static void print_rows(const struct block *b, struct buf *out)
{
	for (size_t i = 0; i < b->g->cell.n; i += b->g->n_columns) {
		for (size_t c = 0; c < b->to; c++) {
			const char *s = b->g->cell.at[i + c];
			if (c >= b->names && c < b->from)
				continue;
			if (c == 0 && text_columns(s) > b->width[0]) {
				buf_printf(out, "%s\n", s);
				s = "";
			}
			put_cell(b, c, s, out);
		}
		put_line_end(out);
	}
}

void grid_print(const struct grid *g, struct buf *out, int width)
{
	size_t *w = mem_array(g->n_columns + 1, sizeof *w), room = width > 0 ? (size_t)width : 100, n = g->n_columns;
	measure(g, w);
	size_t gap = total(w, n, GAP) > room && total(w, n, NARROW_GAP) <= room ? NARROW_GAP : GAP;
	squeeze(g, w, room, gap);
	size_t names = total(w, n, gap) > room ? names_of(g) : 0, used = total(w, names, gap);
	struct block b = { g, w, gap, names, names, names };
	while (b.to < n) {
		size_t wide = used;
		for (b.from = b.to; b.to < n && (b.to == b.from || wide + gap + w[b.to] <= room); b.to++)
			wide += (wide ? gap : 0) + w[b.to];
		if (b.from > names)
			buf_putc(out, '\n');
		print_head(&b, out);
		print_rows(&b, out);
	}
	free(w);
}

void grid_free(struct grid *g)
{
	for (size_t i = 0; i < g->cell.n; i++)
		free(g->cell.at[i]);
	vec_free(&g->cell);
}
