/* Results as an aligned table.  See report.h. */
#include <stdio.h>
#include <string.h>

#include "report/report.h"

enum { COLUMNS = 13 };

void report_count(const char *d, struct buf *out)
{
	if (!d)
		buf_puts(out, "by position");
	else if (strlen(d) <= 9)
		buf_puts(out, d);
	else
		buf_printf(out, "%c.%c%ce%zu", d[0], d[1], d[2], strlen(d) - 1);
}

static void put_figure(struct buf *b, const struct figure *f)
{
	if (f->why)
		buf_puts(b, "undefined");
	else
		buf_printf(b, "%.4g", f->value);
}

static void cell(const struct estimate *e, int column, struct buf *b)
{
	const struct figure *figure[] = { &e->aue, &e->ate, &e->explained };
	const struct figure *one[] = { &e->ref, &e->cf, &e->patched, &e->recovered, &e->effect };
	switch (column) {
	case 0: buf_puts(b, e->hypothesis); break;
	case 1: buf_printf(b, "%s at %s", e->metric, e->at); break;
	case 2: case 3: case 4: put_figure(b, figure[column - 2]); break;
	case 5:
		if (e->ci_explained.defined)
			buf_printf(b, "%.3f to %.3f", e->ci_explained.lo, e->ci_explained.hi);
		break;
	case 6: report_count(e->paths_kept, b); break;
	case 7: report_count(e->paths_total, b); break;
	default:
		if (e->one_run)
			put_figure(b, one[column - 8]);
	}
}

void report_table(const struct estimate *row, size_t n, size_t n_equal, struct buf *out)
{
	static const char *const head[COLUMNS] = { "hypothesis", "metric", "AUE (0 best)", "ATE", "explained (1 best)", "95% interval",
		"paths kept", "of", "mean ref", "mean cf", "patched", "recovered", "patched-ref" };
	struct buf text[COLUMNS] = { { 0 } };
	int shown = 8, width[COLUMNS];
	for (size_t i = 0; i < n; i++)
		shown = row[i].one_run ? COLUMNS : shown;
	for (int c = 0; c < shown; c++) {
		width[c] = (int)strlen(head[c]);
		for (size_t i = 0; i < n; i++) {
			struct buf b = { 0 };
			cell(&row[i], c, &b);
			width[c] = (int)b.n > width[c] ? (int)b.n : width[c];
			buf_free(&b);
		}
	}
	for (size_t i = 0; i <= n; i++) {
		struct buf line = { 0 };
		for (int c = 0; c < shown; c++) {
			text[c].n = 0;
			if (i == 0)
				buf_puts(&text[c], head[c]);
			else
				cell(&row[i - 1], c, &text[c]);
			buf_printf(&line, c < 2 ? "%-*s  " : "%*s  ", width[c], text[c].n ? text[c].at : "");
		}
		while (line.n && line.at[line.n - 1] == ' ')
			line.n--;
		buf_add(out, line.at, line.n);
		buf_putc(out, '\n');
		buf_free(&line);
	}
	for (int c = 0; c < shown; c++)
		buf_free(&text[c]);
	for (size_t i = 0; i < n; i++)
		if (row[i].explained.why)
			buf_printf(out, "  %s by %s: explained is undefined: %s\n", row[i].hypothesis, row[i].metric, row[i].explained.why);
	if (n && row[0].n_skipped)
		buf_printf(out, "  %zu pairs left out: they have no row %s\n", row[0].n_skipped, row[0].at);
	if (n)
		buf_printf(out, "  %zu pairs of %s; intervals: bootstrap over pairs, 10,000 resamples\n", row[0].n, row[0].dataset);
	if (n_equal)
		buf_printf(out, "  %zu pairs have equal sides\n", n_equal);
}
