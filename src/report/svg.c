/* Pictures as SVG.  See picture.h, svg.h.
 *
 * A document of its own has its style in it: letters and ground follow prefers-color-scheme, while the colours of numbers stay
 * what they are, so that a colour means the same number by day and by night.  Tooltips are <title> elements there; inside a page
 * they are data-tip, and the page shows them to mouse and keyboard alike. */
#include "report/svg.h"

#include <math.h>
#include <string.h>

#include "report/grid.h"
#include "report/layout.h"

enum { CELL = 26, CELL_SMALL = 12, CELLS_MANY = 40, BAR = 320, BAR_HIGH = 20, BAR_GAP = 6, RAMP = 192, TOKENS_WIDE = 88 };
#define MONO_LETTER 8.43             /* of 14 px, monospaced */

static const char style[] =
    "<style>svg{background:#fff;font:13px system-ui,\"Segoe UI\",\"Noto Sans\",sans-serif}"
    "text{fill:#1b1b1b}.soft{fill:#595959}.head{font-weight:600;font-size:15px}.mono{font:14px ui-monospace,\"DejaVu Sans Mono\",monospace}"
    ".line{stroke:#1b1b1b;fill:none}.grid{stroke:#d0d0d0;fill:none}.node{fill:#f4f4f4;stroke:#595959}"
    ".port{fill:#595959;paint-order:stroke;stroke:#fff;stroke-width:4px}"
    "@media(prefers-color-scheme:dark){svg{background:#16181c}text{fill:#e8e8e8}.soft{fill:#a8a8a8}"
    ".line{stroke:#e8e8e8}.grid{stroke:#3a3d42}.node{fill:#24272c;stroke:#a8a8a8}.port{fill:#a8a8a8;stroke:#16181c}}</style>";

/* ---- pieces */

void put_xml(struct buf *out, const char *s)
{
	for (size_t left = strlen(s), n; left; s += n, left -= n) {
		n = utf8_length(s, left);
		if (!n || ((unsigned char)*s < 0x20 && *s != '\n' && *s != '\t')) {
			buf_puts(out, "\xEF\xBF\xBD");
			n = 1;
		} else if (*s == '<') {
			buf_puts(out, "&lt;");
		} else if (*s == '&') {
			buf_puts(out, "&amp;");
		} else if (*s == '"') {
			buf_puts(out, "&quot;");
		} else if (*s == '>') {
			buf_puts(out, "&gt;");
		} else {
			buf_add(out, s, n);
		}
	}
}

static void reach(struct svg *s, double x, double y)
{
	s->wide = fmax(s->wide, x);
	s->high = fmax(s->high, y);
}

void svg_words(struct svg *s, double x, double y, const char *cls, const char *anchor, const char *text)
{
	buf_printf(&s->body, "<text x=\"%.4g\" y=\"%.4g\"", x, y);
	if (*cls)
		buf_printf(&s->body, " class=\"%s\"", cls);
	if (strcmp(anchor, "start") != 0)
		buf_printf(&s->body, " text-anchor=\"%s\"", anchor);
	buf_puts(&s->body, strstr(cls, "mono") ? " xml:space=\"preserve\">" : ">");
	put_xml(&s->body, text);
	buf_puts(&s->body, "</text>\n");
	if (strcmp(anchor, "start") == 0)
		reach(s, x + (double)text_columns(text) * SVG_LETTER, y + 4);
}

void svg_tip(struct svg *s, const char *tag, size_t row, size_t column, const char *tip)
{
	struct buf *b = &s->body;
	if (s->inside) {
		buf_printf(b, " tabindex=\"%d\" role=\"img\" data-r=\"%zu\" data-c=\"%zu\" aria-label=\"", s->n_tips ? -1 : 0, row, column);
		put_xml(b, tip);
		buf_puts(b, "\" data-tip=\"");
		put_xml(b, tip);
		buf_printf(b, "\"></%s>\n", tag);
	} else {
		buf_puts(b, "><title>");
		put_xml(b, tip);
		buf_printf(b, "</title></%s>\n", tag);
	}
	s->n_tips++;
}

static void tip_of(const struct picture *p, size_t i, struct buf *out)
{
	out->n = 0;
	picture_place(p, i, out);
	buf_puts(out, ": ");
	picture_number(p, i, out);
}

static void put_fill(struct svg *s, const struct picture *p, double x)
{
	buf_puts(&s->body, " fill=\"");
	if (isnan(x))
		buf_puts(&s->body, "none\" stroke=\"#808080\" stroke-dasharray=\"2 2");
	else
		put_color(&s->body, scale_color(picture_share(p, x)));
	buf_putc(&s->body, '"');
}

static double text_width(const char *s)
{
	return (double)text_columns(s) * SVG_LETTER;
}

static double widest(const struct picture_axis *x)
{
	double most = 0;
	for (size_t i = 0; i < x->n; i++)
		most = fmax(most, text_width(x->label[i]));
	return most;
}

/* ---- title and legend */

static double put_title(struct svg *s, const struct picture *p)
{
	double y = SVG_MARGIN + 14;
	svg_words(s, SVG_MARGIN, y, "head", "start", p->title);
	reach(s, SVG_MARGIN + text_width(p->title) * 1.2, y);
	if (*p->note)
		svg_words(s, SVG_MARGIN, y += SVG_LINE, "soft", "start", p->note);
	return y + SVG_LINE;
}

static void put_ramp(struct svg *s, const struct picture *p, double y)
{
	double low, high, x = SVG_MARGIN;
	struct buf b = { 0 };
	picture_ends(p, &low, &high);
	if (low == 0 && high == 0) {
		svg_words(s, x, y + 12, "soft", "start", "every number is 0");
		return;
	}
	put_shown(&b, low);
	svg_words(s, x, y + 12, "", "start", b.at);
	x += text_width(b.at) + 8;
	enum { STEPS = 48 };
	for (int i = 0; i < STEPS; i++) {
		buf_printf(&s->body, "<rect x=\"%.5g\" y=\"%.5g\" width=\"%g\" height=\"14\" fill=\"", x + i * (double)RAMP / STEPS, y, (double)RAMP / STEPS);
		put_color(&s->body, scale_color(picture_share(p, low + (high - low) * i / (STEPS - 1))));
		buf_puts(&s->body, "\" shape-rendering=\"crispEdges\"/>");
	}
	buf_putc(&s->body, '\n');
	b.n = 0;
	put_shown(&b, high);
	svg_words(s, x + RAMP + 8, y + 12, "", "start", b.at);
	buf_free(&b);
}

/* What the numbers are, and what either side of 0 means. */
static void put_legend(struct svg *s, const struct picture *p, double y)
{
	double low, high;
	struct buf b = { 0 };
	picture_ends(p, &low, &high);
	if (p->kind != PICTURE_BARS) {
		put_ramp(s, p, y);
		y += 14 + SVG_LINE;
	}
	buf_printf(&b, "%s%s%s", p->quantity, *p->unit ? ", in " : "", p->unit);
	svg_words(s, SVG_MARGIN, y, "", "start", buf_str(&b));
	for (int side = 0; side < 2; side++) {
		const char *what = side ? p->above : p->below;
		if (!*what || (side ? high <= 0 : low >= 0))
			continue;
		b.n = 0;
		buf_printf(&b, "%s 0: %s", side ? "above" : "below", what);
		svg_words(s, SVG_MARGIN, y += SVG_LINE, "soft", "start", b.at);
	}
	if (*p->interval) {
		b.n = 0;
		buf_printf(&b, "whiskers: %s", p->interval);
		svg_words(s, SVG_MARGIN, y += SVG_LINE, "soft", "start", b.at);
	}
	buf_free(&b);
}

/* ---- heatmaps */

struct plot { double x, y, cell_wide, cell_high; size_t every_row, every_column; int decimals; bool upright; };

static struct plot lay_out(const struct picture *p, double y)
{
	bool many = p->row.n > CELLS_MANY || p->column.n > CELLS_MANY;
	struct plot l = { .cell_wide = many && !p->numbers ? CELL_SMALL : CELL, .every_row = 1, .every_column = 1, .decimals = picture_decimals(p) };
	struct buf b = { 0 };
	l.cell_high = l.cell_wide;
	for (size_t i = 0; p->numbers && i < p->row.n * p->column.n; i++) {
		b.n = 0;
		put_in_cell(&b, p->value[i], l.decimals);
		l.cell_wide = fmax(l.cell_wide, text_width(b.at) + 8);
	}
	buf_free(&b);
	l.upright = widest(&p->column) + 5 > l.cell_wide;
	if (l.upright && l.cell_wide < SVG_LINE)
		l.every_column = 2;
	if (l.cell_high < SVG_LINE)
		l.every_row = 2;
	double names = *p->column.name ? SVG_LINE : 0;
	l.x = SVG_MARGIN + fmax(widest(&p->row), text_width(p->row.name)) + 8;
	l.y = y + names + (l.upright ? widest(&p->column) : SVG_LINE) + 4;
	return l;
}

static void axis_labels(struct svg *s, const struct picture *p, const struct plot *l, double top)
{
	svg_words(s, l->x, top + 4, "soft", "start", p->column.name);
	svg_words(s, l->x - 8, l->y - 6, "soft", "end", p->row.name);
	for (size_t c = 0; c < p->column.n; c += l->every_column) {
		double x = l->x + ((double)c + 0.5) * l->cell_wide;
		if (!l->upright) {
			svg_words(s, x, l->y - 6, "", "middle", p->column.label[c]);
			continue;
		}
		buf_printf(&s->body, "<text transform=\"translate(%.5g %.5g) rotate(-90)\">", x + 4, l->y - 6);
		put_xml(&s->body, p->column.label[c]);
		buf_puts(&s->body, "</text>\n");
	}
	for (size_t r = 0; r < p->row.n; r += l->every_row)
		svg_words(s, l->x - 8, l->y + ((double)r + 0.5) * l->cell_high + 4.5, "", "end", p->row.label[r]);
}

static void put_cells(struct svg *s, const struct picture *p, const struct plot *l)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < p->row.n * p->column.n; i++) {
		size_t r = i / p->column.n, c = i % p->column.n;
		double x = l->x + (double)c * l->cell_wide, y = l->y + (double)r * l->cell_high;
		buf_printf(&s->body, "<rect class=\"cell\" x=\"%.6g\" y=\"%.6g\" width=\"%.4g\" height=\"%.4g\"", x, y, l->cell_wide - 1, l->cell_high - 1);
		put_fill(s, p, p->value[i]);
		tip_of(p, i, &b);
		svg_tip(s, "rect", r, c, b.at);
		if (!p->numbers)
			continue;
		b.n = 0;
		put_in_cell(&b, p->value[i], l->decimals);
		bool light = isnan(p->value[i]) || scale_is_light(scale_color(picture_share(p, p->value[i])));
		buf_printf(&s->body, "<text x=\"%.6g\" y=\"%.6g\" text-anchor=\"middle\" pointer-events=\"none\"%s>%s</text>\n", x + l->cell_wide / 2,
		    y + l->cell_high / 2 + 4.5, isnan(p->value[i]) ? "" : light ? " style=\"fill:#000\"" : " style=\"fill:#fff\"", b.at);
	}
	buf_free(&b);
}

static void heatmap(struct svg *s, const struct picture *p, double y)
{
	struct plot l = lay_out(p, y);
	axis_labels(s, p, &l, y);
	put_cells(s, p, &l);
	double bottom = l.y + (double)p->row.n * l.cell_high;
	reach(s, l.x + (double)p->column.n * l.cell_wide, bottom);
	put_legend(s, p, bottom + SVG_LINE);
}

/* ---- bars */

struct ruler { double from, to, x; };

static double at(const struct ruler *r, double v)
{
	return r->x + (r->to > r->from ? (fmin(fmax(v, r->from), r->to) / 2 - r->from / 2) / (r->to / 2 - r->from / 2) : 0) * BAR;
}

static struct ruler ruler_of(const struct picture *p, double x)
{
	struct ruler r = { 0, 0, x };
	for (size_t i = 0; i < p->row.n; i++) {
		const double v[] = { p->value[i], p->low ? p->low[i] : NAN, p->low ? p->high[i] : NAN };
		for (size_t k = 0; k < 3; k++)
			if (isfinite(v[k])) {
				r.from = fmin(r.from, v[k]);
				r.to = fmax(r.to, v[k]);
			}
	}
	return r;
}

/* 1, 2 or 5 times a power of ten, so that there are about five of them. */
static double step_of(double span)
{
	double power = pow(10, floor(log10(span / 4))), x = span / 4 / power;
	return power * (x < 1.5 ? 1 : x < 3.5 ? 2 : x < 7.5 ? 5 : 10);
}

static void put_line(struct svg *s, const char *cls, double x1, double y1, double x2, double y2)
{
	buf_printf(&s->body, "<path class=\"%s\" d=\"M%.6g %.6gL%.6g %.6g\"/>\n", cls, x1, y1, x2, y2);
}

static void put_ticks(struct svg *s, const struct ruler *r, double top, double bottom)
{
	if (!(r->to > r->from))
		return;
	double step = step_of(r->to - r->from);
	for (double v = ceil(r->from / step) * step; v <= r->to + step * 1e-9; v += step) {
		struct buf b = { 0 };
		double x = at(r, v);
		buf_printf(&b, "%g", fabs(v) < step / 2 ? 0 : v);
		put_line(s, "grid", x, top, x, bottom);
		svg_words(s, x, bottom + 14, "soft", "middle", b.at);
		buf_free(&b);
	}
}

static void put_whisker(struct svg *s, double low, double high, double y)
{
	put_line(s, "line", low, y, high, y);
	put_line(s, "line", low, y - 4, low, y + 4);
	put_line(s, "line", high, y - 4, high, y + 4);
}

static void bars(struct svg *s, const struct picture *p, double y)
{
	double label = fmax(widest(&p->row), text_width(p->row.name)), x = SVG_MARGIN + label + 10;
	struct ruler r = ruler_of(p, x);
	struct buf b = { 0 };
	double bottom = y + (double)p->row.n * (BAR_HIGH + BAR_GAP);
	put_ticks(s, &r, y, bottom);
	for (size_t i = 0; i < p->row.n; i++) {
		double top = y + (double)i * (BAR_HIGH + BAR_GAP), v = p->value[i], zero = at(&r, 0), end = isfinite(v) ? at(&r, v) : zero;
		svg_words(s, x - 8, top + 14.5, "", "end", p->row.label[i]);
		buf_printf(&s->body, "<rect class=\"cell\" x=\"%.6g\" y=\"%.6g\" width=\"%.6g\" height=\"%d\" fill=\"", fmin(zero, end), top,
		    fmax(fabs(end - zero), 0.5), BAR_HIGH);
		put_color(&s->body, scale_color(v < 0 ? -0.7 : 0.5));
		buf_putc(&s->body, '"');
		tip_of(p, i, &b);
		svg_tip(s, "rect", i, 0, b.at);
		if (p->low && isfinite(p->low[i]) && isfinite(p->high[i]))
			put_whisker(s, at(&r, p->low[i]), at(&r, p->high[i]), top + BAR_HIGH / 2.0);
		b.n = 0;
		picture_number(p, i, &b);
		svg_words(s, x + BAR + 10, top + 14.5, "", "start", b.at);
	}
	put_line(s, "line", at(&r, 0), y, at(&r, 0), bottom);
	reach(s, x + BAR, bottom + SVG_LINE);
	put_legend(s, p, bottom + 2.4 * SVG_LINE);
	buf_free(&b);
}

/* ---- words */

static void tokens(struct svg *s, const struct picture *p, double y)
{
	double x = SVG_MARGIN;
	size_t line = 0, place = 0;
	struct buf b = { 0 };
	for (size_t i = 0; i < p->row.n; i++, place++) {
		size_t n = text_columns(p->row.label[i]);
		double wide = (double)n * MONO_LETTER;
		if (x > SVG_MARGIN && x + wide > SVG_MARGIN + TOKENS_WIDE * MONO_LETTER) {
			x = SVG_MARGIN;
			y += 28;
			line++;
			place = 0;
		}
		double v = p->value[i];
		buf_printf(&s->body, "<rect class=\"cell\" x=\"%.6g\" y=\"%.6g\" width=\"%.5g\" height=\"24\"", x, y, wide);
		put_fill(s, p, v);
		tip_of(p, i, &b);
		svg_tip(s, "rect", line, place, b.at);
		bool light = isnan(v) || scale_is_light(scale_color(picture_share(p, v)));
		buf_printf(&s->body, "<text class=\"mono\" xml:space=\"preserve\" pointer-events=\"none\" x=\"%.6g\" y=\"%.6g\"%s>", x, y + 17,
		    isnan(v) ? "" : light ? " style=\"fill:#000\"" : " style=\"fill:#fff\"");
		put_xml(&s->body, p->row.label[i]);
		buf_puts(&s->body, "</text>\n");
		x += wide;
		reach(s, x, y + 24);
	}
	put_legend(s, p, y + 24 + SVG_LINE);
	buf_free(&b);
}

/* ---- all of it */

bool picture_svg(const struct picture *p, bool inside, struct buf *out, struct buf *why)
{
	struct svg s = { .inside = inside };
	struct layout l = { 0 };
	struct arena arena = { 0 };
	struct drawing merged = { 0 };
	if (p->kind == PICTURE_GRAPH) {
		merged = graph_merged(p->drawing, &arena);
		if (!layout_make(&l, &merged, why)) {
			layout_free(&l);
			arena_free(&arena);
			return false;
		}
	}
	double y = put_title(&s, p);
	switch (p->kind) {
	case PICTURE_HEATMAP: heatmap(&s, p, y); break;
	case PICTURE_BARS:    bars(&s, p, y); break;
	case PICTURE_TOKENS:  tokens(&s, p, y); break;
	case PICTURE_GRAPH:   graph_svg(&s, &merged, &l, y); break;
	}
	double wide = ceil(s.wide + SVG_MARGIN), high = ceil(s.high + SVG_MARGIN);
	static const char *const kind[] = { "heatmap", "bars", "highlight", "graph" };
	buf_printf(out, "<svg class=\"%s\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\" role=\"%s\" "
	    "aria-label=\"", kind[p->kind], wide, high, wide, high,
	    inside ? "group" : "img");
	put_xml(out, p->title);
	buf_puts(out, inside ? "\">\n" : "\">\n<title>");
	if (!inside) {
		put_xml(out, p->title);
		buf_printf(out, "</title>\n%s\n", style);
	}
	buf_add(out, buf_str(&s.body), s.body.n);
	buf_puts(out, "</svg>\n");
	buf_free(&s.body);
	layout_free(&l);
	arena_free(&arena);
	return true;
}
