/* Bars in a terminal: one a line, from 0 to the number, with the interval drawn over it.  See terminal.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/terminal.h"

enum { BAR_LEAST = 12, BAR_MOST = 50 };

struct ruler { double from, to; size_t n; };         /* n columns stand for from .. to */

static size_t at(const struct ruler *r, double x)
{
	double share = r->to > r->from ? (x / 2 - r->from / 2) / (r->to / 2 - r->from / 2) : 0;      /* halves: the whole may be infinite */
	return (size_t)lrint(fmin(fmax(share, 0), 1) * (double)(r->n - 1));
}

static void take(struct ruler *r, double x)
{
	if (isfinite(x)) {
		r->from = fmin(r->from, x);
		r->to = fmax(r->to, x);
	}
}

enum mark { MARK_NONE, MARK_ZERO, MARK_BAR, MARK_LINE, MARK_LOW, MARK_HIGH, MARK_VALUE };

/* n marks of one kind side by side. */
static void put_marks(struct buf *out, enum mark m, size_t n, double value, const struct picture_look *look)
{
	static const char *const fine[] = { " ", "│", "█", "─", "├", "┤", "●" }, *const plain[] = { " ", "|", "#", "-", "[", "]", "o" };
	struct buf run = { 0 };
	for (size_t i = 0; i < n; i++)
		buf_puts(&run, look->utf8 ? fine[m] : plain[m]);
	if (m == MARK_BAR)
		put_in(out, run.at, scale_color(value < 0 ? -0.7 : 0.5), look);
	else
		buf_add(out, run.at, run.n);
	buf_free(&run);
}

static void put_bar(const struct picture *p, size_t i, const struct ruler *r, const struct picture_look *look, struct buf *out)
{
	enum mark *line = mem_array(r->n, sizeof *line);
	double x = p->value[i];
	size_t zero = at(r, 0), end = isfinite(x) ? at(r, x) : zero;
	for (size_t k = zero < end ? zero : end; k <= (zero < end ? end : zero); k++)
		line[k] = MARK_BAR;
	line[zero] = MARK_ZERO;
	if (p->low && isfinite(p->low[i]) && isfinite(p->high[i])) {
		size_t low = at(r, p->low[i]), high = at(r, p->high[i]);
		for (size_t k = low; k <= high; k++)
			line[k] = MARK_LINE;
		line[low] = MARK_LOW;
		line[high] = MARK_HIGH;
		line[end] = MARK_VALUE;
	}
	for (size_t k = 0, n; k < r->n; k += n) {
		for (n = 1; k + n < r->n && line[k + n] == line[k]; n++)
			;
		put_marks(out, line[k], n, x, look);
	}
	free(line);
}

static char *number_text(const struct picture *p, size_t i)
{
	struct buf b = { 0 };
	put_shown(&b, p->value[i]);
	if (p->low && isfinite(p->low[i]) && isfinite(p->high[i])) {
		buf_puts(&b, "  ");
		put_shown(&b, p->low[i]);
		buf_puts(&b, " to ");
		put_shown(&b, p->high[i]);
	}
	return b.at;
}

void bars_text(const struct picture *p, const struct picture_look *look, struct buf *out)
{
	struct ruler r = { 0, 0, BAR_MOST };
	char **number = mem_array(p->row.n + 1, sizeof *number);
	size_t label = widest_label(&p->row, look), name = shown_columns(p->row.name, look), widest = 0, most = (size_t)look->width / 3;
	label = label < name ? name : label;
	label = label > most ? most : label;
	for (size_t i = 0; i < p->row.n; i++) {
		number[i] = number_text(p, i);
		widest = strlen(number[i]) > widest ? strlen(number[i]) : widest;
		take(&r, p->value[i]);
		if (p->low) {
			take(&r, p->low[i]);
			take(&r, p->high[i]);
		}
	}
	size_t used = label + 1 + 2 + widest, room = (size_t)look->width > used ? (size_t)look->width - used : 0;
	r.n = room > BAR_MOST ? BAR_MOST : room < BAR_LEAST ? BAR_LEAST : room;
	if (name) {
		put_fitted(out, p->row.name, name > label ? label : name, false, look);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < p->row.n; i++) {
		put_fitted(out, p->row.label[i], label, false, look);
		buf_putc(out, ' ');
		put_bar(p, i, &r, look, out);
		buf_printf(out, "  %s\n", number[i]);
		free(number[i]);
	}
	buf_putc(out, '\n');
	if (*p->interval)
		buf_printf(out, "%s %s\n", look->utf8 ? "├──┤" : "[--]", p->interval);
	free(number);
}
