/* report to "page.html": all that the script showed up to here, on one page, with the script and what made it.
 *
 * Values are kept as they were shown: results and tables become tables that sort, sweeps heatmaps or bars, figures what they are,
 * everything else the text of the terminal. */
#include "lang/report.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "lang/kept.h"
#include "lang/pictures.h"
#include "lang/show.h"
#include "lang/tables.h"
#include "pp/pp.h"
#include "report/grid.h"
#include "report/page.h"

enum { SHOWN_MAX = 10000, ROWS_MAX = 2000, DATASETS_MAX = 50, WIDTH = 100 };

/* ---- what was shown */

static void note(struct interp *in, struct shown_part x)
{
	if (in->shown.n < SHOWN_MAX && in->o.mode == INTERP_RUN)
		vec_push(&in->shown, x);
	else
		free(x.line);
}

void note_shown(struct interp *in, const struct value *v)
{
	note(in, (struct shown_part){ *v, NULL });
}

void note_printed(struct interp *in, const char *line)
{
	note(in, (struct shown_part){ { .kind = VAL_NONE }, mem_strdup(line) });
}

void shown_free(struct interp *in)
{
	for (size_t i = 0; i < in->shown.n; i++)
		free(in->shown.at[i].line);
	vec_free(&in->shown);
}

/* ---- tables */

struct writing { struct interp *in; const struct ast *at; struct page page; struct arena arena; };

static const char *kept_text(struct writing *w, struct buf *b)
{
	const char *s = arena_strndup(&w->arena, buf_str(b), b->n);
	buf_free(b);
	return s;
}

static struct page_cell number_cell(struct writing *w, double x, bool undefined)
{
	struct buf b = { 0 };
	if (undefined || isnan(x))
		buf_puts(&b, "undefined");
	else
		put_shown(&b, x);
	return (struct page_cell){ kept_text(w, &b), undefined ? NAN : x, true };
}

static struct page_cell value_cell(struct writing *w, struct value v)
{
	struct buf b = { 0 };
	if (v.kind == VAL_NUMBER)
		return number_cell(w, v.number, false);
	if (v.kind == VAL_NONE)
		return (struct page_cell){ "-", NAN, true };
	value_text(&v, &b, false);
	return (struct page_cell){ kept_text(w, &b), 0, false };
}

static void put_table(struct writing *w, const struct table *t, const char *caption)
{
	size_t rows = t->n_rows < ROWS_MAX ? t->n_rows : ROWS_MAX;
	struct page_cell *cell = arena_array(&w->arena, rows * t->n_columns + 1, sizeof *cell);
	for (size_t c = 0; c < t->n_columns; c++) {
		bool texts = false;                      /* none stands for an absent text or an absent number */
		for (size_t i = 0; i < rows; i++)
			texts |= t->cell[i * t->n_columns + c].kind != VAL_NUMBER && t->cell[i * t->n_columns + c].kind != VAL_NONE;
		for (size_t i = 0; i < rows; i++) {
			cell[i * t->n_columns + c] = value_cell(w, t->cell[i * t->n_columns + c]);
			if (texts)
				cell[i * t->n_columns + c].is_number = t->cell[i * t->n_columns + c].kind == VAL_NUMBER;
		}
	}
	page_table(&w->page, &(struct page_table){ caption, t->column, t->n_columns, rows, cell });
	if (rows < t->n_rows)
		page_note(&w->page, arena_printf(&w->arena, "... and %zu more rows", t->n_rows - rows));
}

static struct page_cell figure_cell(struct writing *w, struct figure f)
{
	return number_cell(w, f.value, f.why != NULL);
}

/* Sorted by its lower end. */
static struct page_cell interval_cell(struct writing *w, struct interval i)
{
	struct buf b = { 0 };
	if (!i.defined)
		return (struct page_cell){ "-", NAN, true };
	put_shown(&b, i.lo);
	buf_puts(&b, " to ");
	put_shown(&b, i.hi);
	return (struct page_cell){ kept_text(w, &b), i.lo, true };
}

static struct page_cell count_cell(struct writing *w, const char *decimal)
{
	struct buf b = { 0 };
	if (!decimal)
		return (struct page_cell){ "-", NAN, true };
	put_count(&b, decimal);
	return (struct page_cell){ kept_text(w, &b), strtod(decimal, NULL), true };
}

/* What each hypothesis claims, and why a figure is undefined. */
static void put_notes(struct writing *w, const struct estimate *row, size_t n, const struct results *r)
{
	for (size_t h = 0; r && h < r->n_hypotheses; h++)
		if (r->hypothesis[h]->doc && *r->hypothesis[h]->doc)
			page_note(&w->page, arena_printf(&w->arena, "%s: %s", r->hypothesis[h]->name, r->hypothesis[h]->doc));
	for (size_t i = 0; i < n; i++) {
		const char *why = row[i].aue.why ? row[i].aue.why : row[i].explained.why;
		if (why)
			page_note(&w->page, arena_printf(&w->arena, "undefined for %s by %s: %s", row[i].hypothesis, row[i].metric, why));
	}
}

static void put_estimates(struct writing *w, const struct estimate *row, size_t n, const struct results *r)
{
	static const char *const head[] = { "hypothesis", "metric", "AUE\nmean delta,\nlow is good", "ATE\nmean delta", "explained\n1 - AUE/ATE,\nhigh is good",
		"95 % interval\nof explained", "ref\nmean", "cf\nmean", "patched\nmean", "effect\npatched - ref", "recovered\n0 as cf, 1 as ref",
		"paths\nkept", "paths\nin all", "pairs" };
	enum { N = sizeof head / sizeof *head, ONE_RUN = 6, ONE_RUN_END = 11 };
	bool one_run = false;
	for (size_t i = 0; i < n; i++)
		one_run |= row[i].one_run;
	size_t columns = one_run ? N : N - (ONE_RUN_END - ONE_RUN), k = 0;
	const char *shown[N];
	for (size_t c = 0; c < N; c++)
		if (one_run || c < ONE_RUN || c >= ONE_RUN_END)
			shown[k++] = head[c];
	struct page_cell *cell = arena_array(&w->arena, n * columns + 1, sizeof *cell), *at = cell;
	const struct page_cell none = { "-", NAN, true };
	for (size_t i = 0; i < n; i++) {
		const struct estimate *e = &row[i];
		const struct page_cell all[N] = { { .text = e->hypothesis }, { .text = e->metric }, figure_cell(w, e->aue), figure_cell(w, e->ate), figure_cell(w, e->explained),
			interval_cell(w, e->ci_explained), e->one_run ? figure_cell(w, e->ref) : none, e->one_run ? figure_cell(w, e->cf) : none,
			e->one_run ? figure_cell(w, e->patched) : none, e->one_run ? figure_cell(w, e->effect) : none, e->one_run ? figure_cell(w, e->recovered) : none,
			count_cell(w, e->paths_kept), count_cell(w, e->paths_total), number_cell(w, (double)e->n, false) };
		for (size_t c = 0; c < N; c++)
			if (one_run || c < ONE_RUN || c >= ONE_RUN_END)
				*at++ = all[c];
	}
	page_table(&w->page, &(struct page_table){ arena_printf(&w->arena, "model %s, dataset %s; intervals of explained: bootstrap over pairs, 10,000 resamples",
		n ? row->model : "", n ? row->dataset : ""), shown, columns, n, cell });
	put_notes(w, row, n, r);
}

/* ---- parts */

static bool put_picture(struct writing *w, const struct picture *p)
{
	struct buf why = { 0 };
	bool ok = page_picture(&w->page, p, &why);
	if (!ok)
		diag_at(w->in->o.diags, E_DRAWING, w->at->span, "%s", buf_str(&why));
	buf_free(&why);
	return ok;
}

/* A sweep with one or two axes is drawn, once for each metric; others are tables. */
static bool put_sweep(struct writing *w, const struct value *v)
{
	struct value figure;
	const struct sweep *s = v->sweep;
	if (s->n_axes > 2)
		return sweep_table(w->in, w->at, s, &figure) && (put_table(w, figure.table, ""), true);
	for (size_t m = 0; m < s->n_metrics; m++)
		if (!figure_of_sweep(w->in, w->at, s, s->row[m].metric, &figure) || !put_picture(w, figure.picture))
			return false;
	return true;
}

static bool put_value(struct writing *w, const struct value *v)
{
	const struct show_style style = { SHOW_TEXT, false, WIDTH, { WIDTH, 0, true } };
	struct buf b = { 0 };
	switch (v->kind) {
	case VAL_FIGURE:   return put_picture(w, v->picture);
	case VAL_SWEEP:    return put_sweep(w, v);
	case VAL_TABLE:    put_table(w, v->table, ""); return true;
	case VAL_RESULTS:  put_estimates(w, v->results->row, v->results->n_rows, v->results); return true;
	case VAL_ESTIMATE: put_estimates(w, v->estimate, 1, NULL); return true;
	default:
		show_value(v, &style, &b);
		page_pre(&w->page, buf_str(&b));
		buf_free(&b);
		return true;
	}
}

bool put_html(struct interp *in, const struct value *v, struct buf *out)
{
	const struct ast nowhere = { .kind = AST_NUMBER };
	struct writing w = { .in = in, .at = &nowhere, .page = { .plain = true } };
	bool ok = (v->kind == VAL_TABLE || v->kind == VAL_RESULTS || v->kind == VAL_ESTIMATE) && put_value(&w, v);
	buf_add(out, buf_str(&w.page.body), w.page.body.n);
	buf_free(&w.page.body);
	arena_free(&w.arena);
	return ok;
}

/* Lines that were printed one after another stand together. */
static bool put_shown_values(struct writing *w)
{
	const struct interp *in = w->in;
	struct buf lines = { 0 };
	bool ok = true;
	for (size_t i = 0; i < in->shown.n && ok; i++) {
		const struct shown_part *x = &in->shown.at[i];
		if (x->line)
			buf_printf(&lines, "%s\n", x->line);
		if (lines.n && (!x->line || i + 1 == in->shown.n)) {
			page_pre(&w->page, lines.at);
			lines.n = 0;
		}
		ok = x->line || put_value(w, &x->value);
	}
	if (!in->shown.n)
		page_note(&w->page, "The script showed nothing before this report.");
	if (in->shown.n == SHOWN_MAX)
		page_note(&w->page, arena_printf(&w->arena, "What came after the first %d parts is left out.", SHOWN_MAX));
	buf_free(&lines);
	return ok;
}

/* ---- how it was made */

static struct page_cell words(const char *s) { return (struct page_cell){ .text = s }; }

static struct page_cell digest_cell(struct writing *w, struct digest d)
{
	char text[DIGEST_TEXT];
	return words(arena_printf(&w->arena, "%s", digest_spell(d, text)));
}

static bool of_standard_library(const struct source *s)
{
	return strncmp(s->name, "stdlib/", 7) == 0;
}

static void put_origins(struct writing *w)
{
	static const char *const head[] = { "what", "name", "from", "digest" };
	struct interp *in = w->in;
	VEC(struct page_cell) cell = { 0 };
	size_t rows = 0;
#define ROW(a, b, c, d) do { const struct page_cell r_[] = { a, b, c, d }; for (size_t i_ = 0; i_ < 4; i_++) vec_push(&cell, r_[i_]); rows++; } while (0)
	for (size_t i = 0; i < in->modules.n; i++) {
		const struct source *s = in->modules.at[i]->source;
		struct digest d = { 0 };
		if (!s || of_standard_library(s))
			continue;
		digest_bytes(&d, s->text, s->len);
		ROW(words("script"), words(s->name), words(""), digest_cell(w, d));
	}
	for (size_t i = 0; i < in->models.n; i++) {
		const struct model *m = in->models.at[i];
		ROW(words("model"), words(m->name), words(m->folder ? m->folder : "typed in"), digest_cell(w, known_graph(in, m->graph)));
	}
	for (size_t i = 0; i < in->datasets.n && i < DATASETS_MAX; i++) {
		const struct dataset *s = in->datasets.at[i];
		ROW(words("dataset"), words(arena_printf(&w->arena, "%s, %zu pairs", s->name, s->pair.n)), words(s->from), digest_cell(w, known_dataset(in, s)));
	}
	ROW(words("seed"), words(arena_printf(&w->arena, "%llu", (unsigned long long)in->o.seed)), words("--seed, of the bootstrap"), words(""));
	ROW(words("program"), words("pp " PP_VERSION), words(arena_printf(&w->arena, "BLIS kernels %s", in->o.kernels)), words(""));
#undef ROW
	page_table(&w->page, &(struct page_table){ "Digests are those that stores find results by: 128 bits of the content.", head, 4, rows, cell.at });
	vec_free(&cell);
}

static void put_scripts(struct writing *w)
{
	for (size_t i = 0; i < w->in->modules.n; i++) {
		const struct source *s = w->in->modules.at[i]->source;
		if (!s || of_standard_library(s))
			continue;
		page_note(&w->page, s->name);
		page_pre(&w->page, s->text);
	}
}

/* ---- the statement */

static bool write_report(struct interp *in, const struct ast *a, const char *path)
{
	struct writing w = { .in = in, .at = a };
	struct buf b = { 0 };
	const struct source *s = source_place(in->o.sources, a->span).source;
	const char *name = s ? s->name : "report", *slash = strrchr(name, '/');
	page_heading(&w.page, "What it showed");
	bool ok = put_shown_values(&w);
	if (ok) {
		page_heading(&w.page, "How it was made");
		put_origins(&w);
		page_heading(&w.page, "The script");
		put_scripts(&w);
		page_end(&w.page, slash ? slash + 1 : name, true, &b);
	}
	if (ok && !file_write(path, b.at, b.n))
		ok = FAIL(in, E_FILE_WRITE, a->kid[0], "%s: %s", path, strerror(errno));
	buf_free(&w.page.body);
	buf_free(&b);
	arena_free(&w.arena);
	return ok;
}

bool report_statement(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value to;
	const struct ast *where = a->kid[0];
	if (!eval(in, where, s, &to))
		return false;
	if (to.kind == VAL_LATER)
		return true;
	if (!want(in, where, to, VAL_STRING))
		return false;
	const char *path = resolve_path(in, to.string.at, a->span), *dot = strrchr(to.string.at, '.');
	if (!dot || strcmp(dot, ".html") != 0)
		return FAIL(in, E_VALUE, where, "report writes an .html file; this name ends otherwise");
	return may_write(in, path, where->span) && (in->o.mode != INTERP_RUN || in->keeping.verify || write_report(in, a, path));
}
