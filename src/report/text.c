/* Pictures in a terminal: heatmaps, coloured words, and what all of them have around them.  See picture.h, terminal.h.
 *
 * A cell is two columns of colour, wider where its labels or numbers need it, narrower where lines would not fit; what still
 * does not fit comes in blocks below each other.  Without colours a cell is a sign and a bar (or a digit) for its size. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "report/grid.h"
#include "report/terminal.h"

enum { ROWS_MAX = 200, WIDEST_CELL = 6 };

/* ---- pieces of lines */

/* The letter at s: how many bytes it has, and how many columns it takes. */
static size_t letter(const char *s, const struct picture_look *look, size_t *columns)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, -1, &c);
	*columns = n > 1 && look->utf8 ? (size_t)utf8proc_charwidth(c) : 1;
	return n > 0 ? (size_t)n : 1;
}

size_t shown_columns(const char *s, const struct picture_look *look)
{
	size_t n = 0;
	for (size_t wide; *s; n += wide)
		s += letter(s, look, &wide);
	return n;
}

void put_fitted(struct buf *out, const char *s, size_t wide, bool right, const struct picture_look *look)
{
	size_t n = shown_columns(s, look), room = n > wide ? (wide ? wide - 1 : 0) : n, used = 0;
	buf_printf(out, "%*s", right && n < wide ? (int)(wide - n) : 0, "");
	for (size_t columns, bytes; *s; s += bytes, used += columns) {
		bytes = letter(s, look, &columns);
		if (used + columns > room)
			break;
		if (bytes == 1 || look->utf8)
			buf_add(out, s, bytes);
		else
			buf_putc(out, '?');
	}
	if (n > wide && wide) {
		buf_puts(out, look->utf8 ? "…" : "~");
		used++;
	}
	buf_printf(out, "%*s", (!right || n > wide) && used < wide ? (int)(wide - used) : 0, "");
}

static void put_sgr(struct buf *out, int which, struct rgb c, const struct picture_look *look)
{
	if (look->colors > 256)
		buf_printf(out, "\033[%d;2;%d;%d;%dm", which, c.r, c.g, c.b);
	else
		buf_printf(out, "\033[%d;5;%dm", which, scale_of_256(c));
}

/* As put_fitted, to the right, on a ground. */
static void put_on(struct buf *out, const char *s, size_t wide, struct rgb ground, const struct picture_look *look)
{
	if (look->colors) {
		put_sgr(out, 48, ground, look);
		put_sgr(out, 38, scale_is_light(ground) ? (struct rgb){ 0, 0, 0 } : (struct rgb){ 255, 255, 255 }, look);
	}
	put_fitted(out, s, wide, true, look);
	buf_puts(out, look->colors ? "\033[0m" : "");
}

void put_in(struct buf *out, const char *s, struct rgb color, const struct picture_look *look)
{
	if (look->colors)
		put_sgr(out, 38, color, look);
	put_fitted(out, s, shown_columns(s, look), false, look);
	buf_puts(out, look->colors ? "\033[0m" : "");
}

/* Words, in lines of at most look->width columns. */
static void put_wrapped(struct buf *out, const char *s, const struct picture_look *look)
{
	size_t column = 0;
	while (*s) {
		size_t n = strcspn(s, " ");
		char *word = mem_alloc(n + 1);
		memcpy(word, s, n);
		size_t wide = shown_columns(word, look);
		if (column && column + 1 + wide > (size_t)look->width) {
			buf_putc(out, '\n');
			column = 0;
		}
		buf_puts(out, column ? " " : "");
		put_fitted(out, word, wide, false, look);
		column += wide + (column ? 1 : 0);
		free(word);
		s += n + strspn(s + n, " ");
	}
	buf_puts(out, column ? "\n" : "");
}

size_t widest_label(const struct picture_axis *x, const struct picture_look *look)
{
	size_t most = 0;
	for (size_t i = 0; i < x->n; i++) {
		size_t n = shown_columns(x->label[i], look);
		most = n > most ? n : most;
	}
	return most;
}

/* Two columns for a number where there are no colours: its sign and its size. */
static void put_sign(struct buf *out, double share, const struct picture_look *look)
{
	static const char *const block[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	int size = (int)ceil(fmin(fabs(share), 1) * 8 - 1e-9), digit = (int)lrint(fmin(fabs(share), 1) * 9);
	if (isnan(share))
		buf_puts(out, " ?");
	else if (look->utf8 && fabs(share) < 1.0 / 16)
		buf_puts(out, " ·");
	else if (look->utf8)
		buf_printf(out, "%c%s", share < 0 ? '-' : '+', block[size - 1]);
	else if (!digit)
		buf_puts(out, " .");
	else
		buf_printf(out, "%c%d", share < 0 ? '-' : '+', digit);
}

/* ---- the legend */

/* The ramp of colours (or signs) with what its ends stand for. */
static void put_ramp(const struct picture *p, const struct picture_look *look, struct buf *out)
{
	double low, high;
	picture_ends(p, &low, &high);
	if (low == 0 && high == 0) {
		buf_puts(out, "every number is 0\n");
		return;
	}
	int from = low < 0 ? -4 : 0, to = high > 0 ? 4 : 0;
	if (look->colors) {
		put_shown(out, low);
		buf_putc(out, ' ');
		for (int i = 2 * from; i <= 2 * to; i++)
			put_on(out, "", 2, scale_color(i / 8.0), look);
		buf_putc(out, ' ');
		put_shown(out, high);
	}
	for (int i = from; !look->colors && i <= to; i += 2) {
		buf_puts(out, i > from ? "   " : "");
		put_sign(out, i / 4.0, look);
		buf_putc(out, ' ');
		put_shown(out, i / 4.0 * p->most);
	}
	buf_putc(out, '\n');
}

static void put_legend(const struct picture *p, const struct picture_look *look, struct buf *out)
{
	struct buf words = { 0 };
	picture_legend(p, &words);
	if (p->kind != PICTURE_BARS)
		put_ramp(p, look, out);
	put_wrapped(out, buf_str(&words), look);
	buf_free(&words);
}

/* ---- heatmaps */

struct sheet {
	const struct picture *p;
	const struct picture_look *look;
	size_t label, cell;              /* columns of a row's label, of a cell with what lies between cells */
	size_t step;                     /* every so many columns have their label */
	int decimals;                    /* of numbers in cells */
	bool numbered, same;             /* columns are labelled by number; rows and columns have the same labels */
};

static size_t widest_number(const struct picture *p, int decimals)
{
	size_t most = 1;
	for (size_t i = 0; i < p->row.n * p->column.n; i++) {
		struct buf b = { 0 };
		put_in_cell(&b, p->value[i], decimals);
		most = b.n > most ? b.n : most;
		buf_free(&b);
	}
	return most;
}

static bool same_labels(const struct picture_axis *a, const struct picture_axis *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = strcmp(a->label[i], b->label[i]) == 0;
	return same;
}

static size_t digits_of(size_t n)
{
	size_t d = 1;
	while (n >= 10) {
		n /= 10;
		d++;
	}
	return d;
}

/* Numbers read on where only some of them stand; words do not. */
static bool all_numbers(const struct picture_axis *x)
{
	bool numbers = true;
	for (size_t i = 0; i < x->n; i++)
		numbers &= strspn(x->label[i], "0123456789.-") == strlen(x->label[i]);
	return numbers;
}

static void corner(const struct sheet *s, struct buf *out)
{
	const char *row = s->p->row.name, *column = s->p->column.name;
	buf_printf(out, "%s%s%s", row, *row && *column ? " \\ " : "", column);
}

static struct sheet lay_out(const struct picture *p, const struct picture_look *look)
{
	struct sheet s = { .p = p, .look = look, .decimals = picture_decimals(p), .same = same_labels(&p->row, &p->column) };
	struct buf b = { 0 };
	corner(&s, &b);
	size_t n = p->column.n, wide = widest_label(&p->column, look), most = (size_t)look->width / 3;
	size_t least = p->numbers ? widest_number(p, s.decimals) + 1 : look->colors ? 2 : 3;
	size_t room_of_words = (size_t)look->width > most ? (size_t)look->width - most : 1;
	bool fits = wide + 1 <= least || (wide <= WIDEST_CELL && n * (wide + 1) <= room_of_words);
	s.numbered = !fits && !all_numbers(&p->column);
	if (s.numbered)
		wide = digits_of(n - 1);
	s.label = widest_label(&p->row, look) + (s.numbered && s.same ? wide + 1 : 0);
	s.label = shown_columns(buf_str(&b), look) > s.label ? shown_columns(b.at, look) : s.label;
	s.label = (s.label > most ? most : s.label) + 1;
	size_t room = (size_t)look->width > s.label ? (size_t)look->width - s.label : 1;
	s.cell = wide + 1 > least && wide + 1 <= WIDEST_CELL + 1 && n * (wide + 1) <= room ? wide + 1 : least;
	if (!p->numbers && n * s.cell > room && n * (least - 1) <= room)
		s.cell = least - 1;                      /* narrower rather than in blocks */
	s.step = (wide + s.cell) / s.cell;
	if (s.cell > wide)
		s.step = 1;
	buf_free(&b);
	return s;
}

static void put_heads(const struct sheet *s, size_t from, size_t to, struct buf *out)
{
	struct buf b = { 0 };
	corner(s, &b);
	put_fitted(out, buf_str(&b), s->label - 1, false, s->look);
	buf_putc(out, ' ');
	for (size_t c = from; c < to; c += s->step) {
		size_t left = to - c < s->step ? to - c : s->step;
		b.n = 0;
		if (s->numbered)
			buf_printf(&b, "%zu", c);
		else
			buf_puts(&b, s->p->column.label[c]);
		if (s->step == 1) {
			put_fitted(out, buf_str(&b), s->cell - 1, s->p->numbers || !s->look->colors, s->look);
			buf_putc(out, ' ');
		} else if (shown_columns(buf_str(&b), s->look) <= left * s->cell) {
			put_fitted(out, b.at, left * s->cell, false, s->look);
		}
	}
	put_line_end(out);
	buf_free(&b);
}

static void put_row(const struct sheet *s, size_t row, size_t from, size_t to, struct buf *out)
{
	const struct picture *p = s->p;
	struct buf b = { 0 };
	if (s->numbered && s->same)
		buf_printf(&b, "%*zu ", (int)digits_of(p->row.n - 1), row);
	buf_puts(&b, p->row.label[row]);
	put_fitted(out, b.at, s->label - 1, false, s->look);
	buf_putc(out, ' ');
	for (size_t c = from; c < to; c++) {
		size_t i = row * p->column.n + c;
		double x = picture_share(p, p->value[i]);
		b.n = 0;
		if (p->numbers)
			put_in_cell(&b, p->value[i], s->decimals);
		else if (!s->look->colors)
			put_sign(&b, x, s->look);
		else
			buf_puts(&b, isnan(x) ? "?" : "");
		if (isnan(x) || !s->look->colors) {
			put_fitted(out, buf_str(&b), s->cell - (s->cell > 2), true, s->look);
			buf_puts(out, s->cell > 2 ? " " : "");
		} else {
			if (p->numbers)
				buf_putc(&b, ' ');
			put_on(out, buf_str(&b), s->cell, scale_color(x), s->look);
		}
	}
	put_line_end(out);
	buf_free(&b);
}

/* What the numbers above the columns stand for. */
static void put_key(const struct sheet *s, struct buf *out)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s:", *s->p->column.name ? s->p->column.name : "columns");
	for (size_t c = 0; c < s->p->column.n; c++)
		buf_printf(&b, "%s %zu %s", c ? "," : "", c, s->p->column.label[c]);
	put_wrapped(out, b.at, s->look);
	buf_free(&b);
}

static void heatmap_text(const struct picture *p, const struct picture_look *look, struct buf *out)
{
	struct sheet s = lay_out(p, look);
	size_t room = (size_t)look->width > s.label ? (size_t)look->width - s.label : 1, some = room / s.cell ? room / s.cell : 1;
	size_t rows = p->row.n > ROWS_MAX ? ROWS_MAX : p->row.n;
	for (size_t from = 0; from < p->column.n; from += some) {
		size_t to = p->column.n - from < some ? p->column.n : from + some;
		buf_puts(out, from ? "\n" : "");
		put_heads(&s, from, to, out);
		for (size_t r = 0; r < rows; r++)
			put_row(&s, r, from, to, out);
	}
	if (rows < p->row.n)
		buf_printf(out, "... and %zu more rows; plot to a file draws all\n", p->row.n - rows);
	buf_putc(out, '\n');
	if (s.numbered && !s.same)
		put_key(&s, out);
}

/* ---- words of a text */

static void word_without_colors(const struct picture *p, size_t i, size_t wide, const struct picture_look *look, struct buf *words, struct buf *signs)
{
	put_fitted(words, p->row.label[i], wide, false, look);
	put_sign(signs, picture_share(p, p->value[i]), look);
	buf_printf(signs, "%*s", (int)wide - 2, "");
}

static void tokens_text(const struct picture *p, const struct picture_look *look, struct buf *out)
{
	struct buf signs = { 0 };
	size_t column = 0;
	for (size_t i = 0; i < p->row.n; i++) {
		size_t n = shown_columns(p->row.label[i], look), wide = look->colors ? n : (n < 2 ? 2 : n) + 1;
		if (column && column + wide > (size_t)look->width) {
			put_line_end(out);
			if (!look->colors) {
				buf_puts(out, buf_str(&signs));
				put_line_end(out);
			}
			signs.n = column = 0;
		}
		if (!look->colors)
			word_without_colors(p, i, wide, look, out, &signs);
		else if (isnan(p->value[i]))
			put_fitted(out, p->row.label[i], n, false, look);
		else
			put_on(out, p->row.label[i], n, scale_color(picture_share(p, p->value[i])), look);
		column += wide;
	}
	put_line_end(out);
	if (!look->colors) {
		buf_puts(out, buf_str(&signs));
		put_line_end(out);
	}
	buf_putc(out, '\n');
	buf_free(&signs);
}

/* ---- all of it */

void picture_text(const struct picture *p, const struct picture_look *look, struct buf *out)
{
	put_wrapped(out, p->title, look);
	put_wrapped(out, p->note, look);
	buf_putc(out, '\n');
	switch (p->kind) {
	case PICTURE_HEATMAP: heatmap_text(p, look, out); break;
	case PICTURE_BARS:    bars_text(p, look, out); break;
	case PICTURE_TOKENS:  tokens_text(p, look, out); break;
	case PICTURE_GRAPH:   graph_text(p, look, out); break;
	}
	if (p->kind != PICTURE_GRAPH)
		put_legend(p, look, out);
	buf_putc(out, '\n');
}
