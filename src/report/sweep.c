/* Sweeps as JSON and as text.  See sweep.h. */
#include "report/sweep.h"

#include <string.h>

#include "report/grid.h"
#include "base/vec.h"
#include "report/json.h"
#include "report/table.h"

/* Why figures of cells are undefined, each reason once.  How many cells that concerns. */
static size_t reasons(const struct sweep *s, size_t metric, struct buf *out)
{
	VEC(char *) said = { 0 };
	size_t cells = 0;
	for (size_t c = 0; c < s->n_cells; c++) {
		struct buf b = { 0 };
		struct estimate e = s->row[c * s->n_metrics + metric];
		e.recovered.why = e.effect_rel.why = NULL;               /* a sweep does not show these */
		bool any = table_why(&e, &b), new = any;
		for (size_t i = 0; i < said.n && new; i++)
			new = strcmp(said.at[i], b.at) != 0;
		cells += any;
		if (!new) {
			buf_free(&b);
			continue;
		}
		buf_printf(out, "%s%s", said.n ? "; " : "", b.at);
		vec_push(&said, b.at);
	}
	for (size_t i = 0; i < said.n; i++)
		free(said.at[i]);
	vec_free(&said);
	return cells;
}

/* ---- JSON */

static void put_axis_value(struct buf *out, const struct axis_value *v)
{
	if (v->is_number)
		put_json_number(out, v->number);
	else
		put_json_text(out, v->text, strlen(v->text));
}

static void put_axes(struct buf *out, const struct sweep *s)
{
	for (size_t a = 0; a < s->n_axes; a++) {
		buf_puts(out, a ? ",{\"name\":" : "{\"name\":");
		put_json_text(out, s->axis[a].name, strlen(s->axis[a].name));
		buf_puts(out, ",\"values\":[");
		for (size_t i = 0; i < s->axis[a].n; i++) {
			buf_puts(out, i ? "," : "");
			put_axis_value(out, &s->axis[a].at[i]);
		}
		buf_puts(out, "]}");
	}
}

static void put_figure(struct buf *out, struct figure f)
{
	if (f.why)
		buf_puts(out, "null");
	else
		put_json_number(out, f.value);
}

static void put_nested(struct buf *out, const struct sweep *s, size_t metric, const char *kind, size_t axis, size_t *cell)
{
	if (axis == s->n_axes) {
		put_figure(out, sweep_figure(&s->row[(*cell)++ * s->n_metrics + metric], kind));
		return;
	}
	buf_putc(out, '[');
	for (size_t i = 0; i < s->axis[axis].n; i++) {
		buf_puts(out, i ? "," : "");
		put_nested(out, s, metric, kind, axis + 1, cell);
	}
	buf_putc(out, ']');
}

void put_json_sweep(struct buf *out, const struct sweep *s)
{
	static const char *const kind[] = { "aue", "explained", "patched", "effect" };
	for (size_t m = 0; m < s->n_metrics; m++) {
		const struct estimate *e = &s->row[m];
		const struct { const char *name, *text; } words[] = { { "metric", e->metric }, { "model", e->model }, { "dataset", e->dataset }, { "at", e->at } };
		const struct { const char *name; struct figure f; } common[] = { { "ref", e->ref }, { "cf", e->cf }, { "ate", e->ate } };
		buf_puts(out, "{\"kind\":\"sweep\",\"axes\":[");
		put_axes(out, s);
		buf_putc(out, ']');
		for (size_t i = 0; i < 4; i++)
			put_json_field(out, words[i].name, words[i].text);
		buf_printf(out, ",\"n\":%zu,\"n_skipped\":%zu", e->n, e->n_skipped);
		for (size_t i = 0; i < 3; i++) {
			put_json_key(out, common[i].name);
			put_figure(out, i < 2 && !e->one_run ? (struct figure){ 0, "two runs" } : common[i].f);
		}
		for (size_t k = 0; k < 4; k++) {
			size_t cell = 0;
			put_json_key(out, kind[k]);
			put_nested(out, s, m, kind[k], 0, &cell);
		}
		struct buf why = { 0 };
		if (reasons(s, m, &why)) {
			buf_puts(out, ",\"why\":");
			put_json_text(out, why.at, why.n);
		}
		buf_free(&why);
		buf_puts(out, "}\n");
	}
}

/* ---- text */

static void axis_text(const struct axis_value *v, struct buf *b)
{
	if (v->is_number)
		put_json_number(b, v->number);
	else
		buf_puts(b, v->text);
}

static void add_axis_value(struct grid *g, const struct axis_value *v)
{
	struct buf b = { 0 };
	axis_text(v, &b);
	grid_add(g, "%s", buf_str(&b));
	buf_free(&b);
}

static void add_figure(struct grid *g, struct figure f)
{
	struct buf b = { 0 };
	if (f.why)
		buf_puts(&b, "undefined");
	else
		put_short(&b, f.value);
	grid_add(g, "%s", buf_str(&b));
	buf_free(&b);
}

static void print_square(const struct sweep *s, size_t m, const char *kind, int width, struct buf *out)
{
	size_t n = s->axis[1].n;
	struct column *column = mem_array(n + 1, sizeof *column);
	struct buf *head = mem_array(n + 1, sizeof *head);
	buf_printf(&head[0], "%s \\ %s", s->axis[0].name, s->axis[1].name);
	for (size_t i = 0; i < n; i++)
		axis_text(&s->axis[1].at[i], &head[i + 1]);
	for (size_t i = 0; i <= n; i++)
		column[i] = (struct column){ { buf_str(&head[i]) }, i == 0 };
	struct grid g = { column, n + 1, { 0 } };
	for (size_t i = 0; i < s->axis[0].n; i++) {
		add_axis_value(&g, &s->axis[0].at[i]);
		for (size_t k = 0; k < n; k++)
			add_figure(&g, sweep_figure(&s->row[(i * n + k) * s->n_metrics + m], kind));
	}
	grid_print(&g, out, width);
	grid_free(&g);
	for (size_t i = 0; i <= n; i++)
		buf_free(&head[i]);
	free(head);
	free(column);
}

static void print_list(const struct sweep *s, size_t m, int width, struct buf *out)
{
	static const struct column figure[] = { { { "AUE", "mean delta,", "low is good" }, false }, { { "explained", "1 - AUE/ATE,", "high is good" }, false },
		{ { "patched", "mean" }, false }, { { "effect", "patched - ref" }, false } };
	static const char *const kind[] = { "aue", "explained", "patched", "effect" };
	size_t figures = s->row[m].one_run ? 4 : 2, n = s->n_axes + figures;
	struct column *column = mem_array(n, sizeof *column);
	for (size_t i = 0; i < n; i++)
		column[i] = i < s->n_axes ? (struct column){ { s->axis[i].name }, i == 0 } : figure[i - s->n_axes];
	struct grid g = { column, n, { 0 } };
	for (size_t c = 0; c < s->n_cells; c++) {
		size_t below = s->n_cells;
		for (size_t a = 0; a < s->n_axes; a++) {
			below /= s->axis[a].n;
			add_axis_value(&g, &s->axis[a].at[c / below % s->axis[a].n]);
		}
		for (size_t k = 0; k < figures; k++)
			add_figure(&g, sweep_figure(&s->row[c * s->n_metrics + m], kind[k]));
	}
	grid_print(&g, out, width);
	grid_free(&g);
	free(column);
}

static void print_common(const struct estimate *e, const char *kind, struct buf *out)
{
	const struct { const char *name; struct figure f; } of[] = { { "ref", e->ref }, { "cf", e->cf }, { "ATE", e->ate } };
	table_metric(out, e);
	buf_printf(out, " of %s, dataset %s, %zu pair%s: %s; ", e->model, e->dataset, e->n, e->n == 1 ? "" : "s",
	    strcmp(kind, "effect") == 0 ? "effect, mean of patched - ref" : "AUE, mean delta, low is good");
	for (size_t i = e->one_run ? 0 : 2; i < 3; i++) {
		buf_printf(out, "%s ", of[i].name);
		if (of[i].f.why)
			buf_puts(out, "undefined");
		else
			put_short(out, of[i].f.value);
		buf_puts(out, i < 2 ? ", " : "\n\n");
	}
}

static void print_notes(const struct sweep *s, size_t m, struct buf *out)
{
	struct buf why = { 0 };
	size_t cells = reasons(s, m, &why);
	if (cells || s->row[m].n_skipped)
		buf_putc(out, '\n');
	if (cells)
		buf_printf(out, "note: undefined in %zu of %zu cells: %s\n", cells, s->n_cells, why.at);
	table_note_skipped(out, &s->row[m]);
	buf_free(&why);
}

void sweep_print(const struct sweep *s, int width, struct buf *out)
{
	for (size_t m = 0; m < s->n_metrics; m++) {
		const char *kind = s->row[m].one_run ? "effect" : "aue";
		print_common(&s->row[m], kind, out);
		if (s->n_axes == 2)
			print_square(s, m, kind, width, out);
		else
			print_list(s, m, width, out);
		print_notes(s, m, out);
		buf_putc(out, '\n');
	}
}
