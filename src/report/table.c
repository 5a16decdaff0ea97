/* Results as a table for people.  See table.h.
 *
 * Column heads carry direction and normalisation; what does not fit into a column is a note below. */
#include "report/table.h"

#include <math.h>
#include <string.h>

#include "report/grid.h"

enum { EXPLAINED_COLUMNS = 10, RUN_COLUMNS = 8, N_FIGURES = 9 };

static const struct column explained_columns[EXPLAINED_COLUMNS] = {
	{ { "hypothesis" }, true }, { { "metric" }, true },
	{ { "AUE", "mean delta,", "low is good" }, false }, { { "ATE", "mean delta" }, false },
	{ { "explained", "1 - AUE/ATE,", "high is good" }, false }, { { "95 % interval", "of explained" }, false },
	{ { "paths", "kept" }, false }, { { "paths", "in all" }, false }, { { "pairs" }, false }, { { "paths", "cut" }, false },
};
static const struct column run_columns[RUN_COLUMNS] = {
	{ { "hypothesis" }, true }, { { "metric" }, true },
	{ { "ref", "mean" }, false }, { { "cf", "mean" }, false }, { { "patched", "mean" }, false },
	{ { "effect", "patched", "- ref" }, false },
	{ { "recovered", "0 as cf,", "1 as ref" }, false }, { { "95 % interval", "of recovered" }, false },
};

struct named_figure { const char *name; const struct figure *figure; };

/* Figures that every row has come first. */
static size_t figures_of(const struct estimate *e, struct named_figure *f)
{
	const struct named_figure all[N_FIGURES] = {
		{ "AUE", &e->aue }, { "ATE", &e->ate }, { "explained", &e->explained }, { "ref", &e->ref }, { "cf", &e->cf },
		{ "patched", &e->patched }, { "recovered", &e->recovered }, { "effect", &e->effect }, { "effect_rel", &e->effect_rel },
	};
	memcpy(f, all, sizeof all);
	return e->one_run ? N_FIGURES : 3;
}

bool table_why(const struct estimate *e, struct buf *out)
{
	struct named_figure f[N_FIGURES];
	size_t n = figures_of(e, f);
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		const char *why = f[i].figure->why;
		bool told = !why;
		for (size_t k = 0; k < i && !told; k++)
			told = f[k].figure->why && strcmp(f[k].figure->why, why) == 0;
		if (told)
			continue;
		buf_puts(out, any ? "; " : "");
		for (size_t k = i; k < n; k++)
			if (f[k].figure->why && strcmp(f[k].figure->why, why) == 0)
				buf_printf(out, "%s%s", k > i ? ", " : "", f[k].name);
		buf_printf(out, ": %s", why);
		any = true;
	}
	return any;
}

/* ---- cells */

static void add_figure(struct grid *g, const struct figure *f)
{
	struct buf b = { 0 };
	if (f->why)
		buf_puts(&b, "undefined");
	else
		put_short(&b, f->value);
	grid_add(g, "%s", buf_str(&b));
	buf_free(&b);
}

/* A share of the whole: what is below the fourth decimal would only look exact. */
static void put_share(struct buf *out, double x)
{
	if (fabs(x) < 100)
		buf_printf(out, "%.4f", fabs(x) < 0.00005 ? 0 : x);
	else
		put_short(out, x);
}

static void add_share(struct grid *g, const struct figure *f)
{
	struct buf b = { 0 };
	put_share(&b, f->value);
	grid_add(g, "%s", f->why ? "undefined" : b.at);
	buf_free(&b);
}

static void add_interval(struct grid *g, const struct interval *i)
{
	struct buf b = { 0 };
	if (i->defined) {
		put_share(&b, i->lo);
		buf_puts(&b, " to ");
		put_share(&b, i->hi);
	}
	grid_add(g, "%s", i->defined ? buf_str(&b) : "-");
	buf_free(&b);
}

static void add_count(struct grid *g, const char *decimal)
{
	struct buf b = { 0 };
	if (decimal)
		put_count(&b, decimal);
	grid_add(g, "%s", decimal ? buf_str(&b) : "-");
	buf_free(&b);
}

/* The last position is what a metric looks at unless told otherwise. */
static bool elsewhere(const struct estimate *e)
{
	return e->at && *e->at && strcmp(e->at, "END") != 0;
}

void table_metric(struct buf *b, const struct estimate *e)
{
	buf_puts(b, e->metric);
	if (elsewhere(e))
		buf_printf(b, " at %s", e->at);
}

static void add_names(struct grid *g, const struct estimate *e)
{
	struct buf b = { 0 };
	table_metric(&b, e);
	grid_add(g, "%s", e->hypothesis);
	grid_add(g, "%s", buf_str(&b));
	buf_free(&b);
}

static void print_explained(const struct estimate *row, size_t n, int width, struct buf *out)
{
	struct grid g = { explained_columns, EXPLAINED_COLUMNS - 1, { 0 } };
	for (size_t i = 0; i < n; i++)
		if (row[i].paths_cut)
			g.n_columns = EXPLAINED_COLUMNS;
	for (size_t i = 0; i < n; i++) {
		const struct estimate *e = &row[i];
		add_names(&g, e);
		add_figure(&g, &e->aue);
		add_figure(&g, &e->ate);
		add_share(&g, &e->explained);
		add_interval(&g, &e->ci_explained);
		add_count(&g, e->paths_kept);
		add_count(&g, e->paths_total);
		grid_add(&g, "%zu", e->n);
		if (g.n_columns == EXPLAINED_COLUMNS)
			add_count(&g, e->paths_cut ? e->paths_cut : e->paths_kept ? "0" : NULL);
	}
	grid_print(&g, out, width);
	grid_free(&g);
}

static void print_runs(const struct estimate *row, size_t n, int width, struct buf *out)
{
	struct grid g = { run_columns, RUN_COLUMNS, { 0 } };
	for (size_t i = 0; i < n; i++) {
		const struct estimate *e = &row[i];
		if (!e->one_run)
			continue;
		add_names(&g, e);
		add_figure(&g, &e->ref);
		add_figure(&g, &e->cf);
		add_figure(&g, &e->patched);
		add_figure(&g, &e->effect);
		add_share(&g, &e->recovered);
		add_interval(&g, &e->ci_recovered);
	}
	if (g.cell.n) {
		buf_putc(out, '\n');
		grid_print(&g, out, width);
	}
	grid_free(&g);
}

/* ---- notes */

/* Rows whose figures are undefined for the same reasons share a note. */
static void note_undefined(const struct estimate *row, size_t n, struct buf *out)
{
	VEC(char *) why = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct buf b = { 0 };
		table_why(&row[i], &b);
		buf_puts(&b, "");
		vec_push(&why, b.at);
	}
	for (size_t i = 0; i < n; i++) {
		if (!*why.at[i])
			continue;
		buf_puts(out, "note: undefined for ");
		for (size_t k = i; k < n; k++) {
			if (k > i && strcmp(why.at[k], why.at[i]) != 0)
				continue;
			buf_printf(out, "%s%s by ", k > i ? ", " : "", row[k].hypothesis);
			table_metric(out, &row[k]);
			if (k > i)
				*why.at[k] = 0;
		}
		buf_printf(out, ": %s\n", why.at[i]);
	}
	for (size_t i = 0; i < why.n; i++)
		free(why.at[i]);
	vec_free(&why);
}

static bool told_before(const struct estimate *row, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (row[k].n_skipped == row[i].n_skipped && strcmp(row[k].metric, row[i].metric) == 0)
			return true;
	return false;
}

void table_note_skipped(struct buf *out, const struct estimate *e)
{
	if (!e->n_skipped)
		return;
	buf_printf(out, "note: %zu of %zu pairs left out of ", e->n_skipped, e->n + e->n_skipped);
	table_metric(out, e);
	buf_puts(out, elsewhere(e) ? ", which have no such row\n" : ", which has no value there\n");
}

static void notes(const struct estimate *row, size_t n, size_t n_equal, struct buf *out)
{
	bool by_row = false, few = false;
	note_undefined(row, n, out);
	for (size_t i = 0; i < n; i++) {
		const struct estimate *e = &row[i];
		by_row |= !e->paths_kept;
		few |= e->n < 2;
		if (!told_before(row, i))
			table_note_skipped(out, e);
	}
	if (by_row)
		buf_puts(out, "note: kept paths are not counted (-) where a rule names positions\n");
	if (few)
		buf_puts(out, "note: an interval takes 2 pairs at least\n");
	if (n_equal)
		buf_printf(out, "note: both sides are equal in %zu of %zu pairs, which every hypothesis explains\n", n_equal, row->n + row->n_skipped);
}

void table_print(const struct estimate *row, size_t n, size_t n_equal, int width, struct buf *out)
{
	if (!n)
		return;
	buf_printf(out, "model %s, dataset %s; intervals: bootstrap over pairs, 10,000 resamples\n\n", row->model, row->dataset);
	print_explained(row, n, width, out);
	print_runs(row, n, width, out);
	struct buf b = { 0 };
	notes(row, n, n_equal, &b);
	if (b.n)
		buf_printf(out, "\n%s", b.at);
	buf_putc(out, '\n');
	buf_free(&b);
}
