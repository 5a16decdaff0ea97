/* HTML pages.  See page.h. */
#include "report/page.h"

#include <math.h>
#include <string.h>

#include "base/embed.h"
#include "base/mem.h"
#include "report/json.h"
#include "report/svg.h"

enum { NUMBERS_MAX = 5000 };                     /* of a figure that are listed in a table below it */

static const struct embedded *part(const char *name)
{
	const struct embedded *e = stdlib_files;
	while (e->name && strcmp(e->name, name) != 0)
		e++;
	pp_assert(e->name);
	return e;
}

static void put_element(struct page *p, const char *before, const char *text, const char *after)
{
	buf_puts(&p->body, before);
	put_xml(&p->body, text);
	buf_puts(&p->body, after);
}

void page_heading(struct page *p, const char *text)
{
	put_element(p, "<h2>", text, "</h2>\n");
}

void page_note(struct page *p, const char *text)
{
	put_element(p, "<p class=\"soft\">", text, "</p>\n");
}

void page_pre(struct page *p, const char *text)
{
	put_element(p, "<pre tabindex=\"0\">", text, "</pre>\n");
}

/* ---- tables */

static bool numbers_in(const struct page_table *t, size_t column)
{
	bool numbers = t->n_rows > 0;
	for (size_t i = 0; i < t->n_rows; i++)
		numbers &= t->cell[i * t->n_columns + column].is_number;
	return numbers;
}

static void put_cell(struct page *p, const struct page_cell *c)
{
	if (c->is_number) {
		buf_puts(&p->body, "<td class=\"number\" data-v=\"");
		if (isfinite(c->number))
			put_json_number(&p->body, c->number);
		else if (isinf(c->number))
			buf_puts(&p->body, c->number > 0 ? "Infinity" : "-Infinity");
		buf_puts(&p->body, "\">");
	} else {
		buf_puts(&p->body, "<td>");
	}
	put_element(p, "", c->text, "</td>");
}

static void put_head(struct page *p, const char *text, bool numbers)
{
	buf_puts(&p->body, numbers ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
	put_element(p, p->plain ? "" : "<button>", text, p->plain ? "</th>" : "</button></th>");
}

void page_table(struct page *p, const struct page_table *t)
{
	buf_puts(&p->body, "<div class=\"wide\"><table>");
	if (*t->caption)
		put_element(p, "<caption>", t->caption, "</caption>");
	buf_puts(&p->body, "<thead><tr>");
	for (size_t c = 0; c < t->n_columns; c++)
		put_head(p, t->head[c], numbers_in(t, c));
	buf_puts(&p->body, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < t->n_rows; i++) {
		buf_puts(&p->body, "<tr>");
		for (size_t c = 0; c < t->n_columns; c++)
			put_cell(p, &t->cell[i * t->n_columns + c]);
		buf_puts(&p->body, "</tr>\n");
	}
	buf_puts(&p->body, "</tbody></table></div>\n");
}

/* ---- figures */

static const char *short_number(struct arena *a, double x)
{
	struct buf b = { 0 };
	put_shown(&b, x);
	const char *s = arena_strndup(a, b.at, b.n);
	buf_free(&b);
	return s;
}

static struct page_cell number_cell(struct arena *a, double x)
{
	return (struct page_cell){ short_number(a, x), x, true };
}

static void arrows_table(struct page *p, const struct drawing *d, struct arena *a)
{
	static const char *const head[] = { "from", "to", "port", "carries" };
	struct page_cell *cell = arena_array(a, 4 * d->n_edges + 1, sizeof *cell);
	for (size_t i = 0; i < d->n_edges; i++) {
		const char *s[] = { d->node[d->edge[i].from].label, d->node[d->edge[i].to].label, d->edge[i].label, look_name[d->edge[i].look] };
		for (size_t k = 0; k < 4; k++)
			cell[4 * i + k] = (struct page_cell){ .text = s[k] };
	}
	page_table(p, &(struct page_table){ "", head, 4, d->n_edges, cell });
}

static void numbers_table(struct page *p, const struct picture *q, struct arena *a)
{
	bool cells = q->kind == PICTURE_HEATMAP;
	size_t columns = cells ? q->column.n : 1, n = q->row.n * columns, k = 0, shown = n < NUMBERS_MAX ? n : NUMBERS_MAX;
	const char *head[5];
	head[k++] = *q->row.name ? q->row.name : q->kind == PICTURE_TOKENS ? "token" : "row";
	if (cells)
		head[k++] = *q->column.name ? q->column.name : "column";
	head[k++] = q->quantity;
	if (q->low) {
		head[k++] = "low";
		head[k++] = "high";
	}
	struct page_cell *cell = arena_array(a, shown * k + 1, sizeof *cell), *at = cell;
	for (size_t i = 0; i < shown; i++) {
		*at++ = (struct page_cell){ .text = q->row.label[i / columns] };
		if (cells)
			*at++ = (struct page_cell){ .text = q->column.label[i % columns] };
		*at++ = number_cell(a, q->value[i]);
		if (q->low) {
			*at++ = number_cell(a, q->low[i]);
			*at++ = number_cell(a, q->high[i]);
		}
	}
	page_table(p, &(struct page_table){ shown < n ? "the first of them" : "", head, k, shown, cell });
}

bool page_picture(struct page *p, const struct picture *picture, struct buf *why)
{
	struct arena a = { 0 };
	struct buf svg = { 0 };
	bool ok = picture_svg(picture, true, &svg, why);
	if (ok) {
		buf_puts(&p->body, "<figure>\n<div class=\"wide\">");
		buf_add(&p->body, buf_str(&svg), svg.n);
		buf_puts(&p->body, "</div>\n<details><summary>as a table</summary>\n");
		if (picture->kind == PICTURE_GRAPH)
			arrows_table(p, picture->drawing, &a);
		else
			numbers_table(p, picture, &a);
		buf_puts(&p->body, "</details>\n</figure>\n");
	}
	buf_free(&svg);
	arena_free(&a);
	return ok;
}

/* ---- the document */

void page_end(struct page *p, const char *title, bool heading, struct buf *out)
{
	const struct embedded *css = part("page.css"), *js = part("page.js");
	buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
	    "<link rel=\"icon\" href=\"data:,\">\n<title>");
	put_xml(out, title);
	buf_puts(out, "</title>\n<style>\n");
	buf_add(out, css->text, css->len);
	buf_puts(out, "</style>\n</head>\n<body>\n<main>\n");
	if (heading) {
		buf_puts(out, "<h1>");
		put_xml(out, title);
		buf_puts(out, "</h1>\n");
	}
	buf_add(out, buf_str(&p->body), p->body.n);
	buf_puts(out, "</main>\n<div id=\"tip\" role=\"tooltip\" hidden></div>\n<script>\n");
	buf_add(out, js->text, js->len);
	buf_puts(out, "</script>\n</body>\n</html>\n");
	buf_free(&p->body);
}
