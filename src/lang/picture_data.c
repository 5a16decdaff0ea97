/* What figures are drawn from: sweeps, results, tables, tensors and lists.  See pictures.h. */
#include <math.h>
#include <string.h>

#include "lang/pictures.h"
#include "lang/tables.h"
#include "report/grid.h"

/* ---- labels and numbers */

const char *label_of(struct interp *in, struct value v)
{
	struct buf raw = { 0 }, b = { 0 };
	value_text(&v, &raw, false);
	for (size_t i = 0, n; i < raw.n; i += n ? n : 1) {
		unsigned char c = (unsigned char)raw.at[i];
		n = utf8_length(raw.at + i, raw.n - i);
		if (c == '\n' || c == '\t' || c == '\r')
			buf_printf(&b, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
		else if (!n || c < 0x20 || c == 0x7F)    /* some tokens are parts of letters */
			buf_printf(&b, "\\x%02x", c);
		else
			buf_add(&b, raw.at + i, n);
	}
	const char *label = arena_strndup(&in->arena, buf_str(&b), b.n);
	buf_free(&raw);
	buf_free(&b);
	return label;
}

static bool number_of(struct interp *in, const struct ast *at, struct value v, double *out)
{
	if (v.kind == VAL_NONE)
		*out = NAN;
	else if (v.kind == VAL_BOOL)
		*out = v.truth;
	else if (v.kind == VAL_TENSOR && v.tensor->n == 0)
		*out = tensor_get_flat(v.tensor, 0);
	else if (want(in, at, v, VAL_NUMBER))
		*out = v.number;
	else
		return false;
	return true;
}

/* A list, range, tensor with one axis: its numbers, NAN for none.  False after a report. */
static bool numbers_of(struct interp *in, const struct ast *at, struct value v, double **out, size_t *n)
{
	struct value list = v;
	if (v.kind != VAL_LIST && v.kind != VAL_RANGE && !(v.kind == VAL_TENSOR && v.tensor->n == 1))
		return FAIL(in, E_TYPE, at, "a list of numbers is needed here, this is %s", value_kind_name[v.kind]);
	if (!to_list(in, at, v, &list))
		return false;
	*n = list.list->n;
	*out = arena_array(&in->arena, *n + 1, sizeof **out);
	for (size_t i = 0; i < *n; i++)
		if (!number_of(in, at, list.list->at[i], &(*out)[i]))
			return false;
	return true;
}

/* An axis without labels of its own: 0, 1, 2 ... */
static struct picture_axis plain_axis(struct interp *in, size_t n)
{
	const char **label = arena_array(&in->arena, n + 1, sizeof *label);
	for (size_t i = 0; i < n; i++)
		label[i] = arena_printf(&in->arena, "%zu", i);
	return (struct picture_axis){ "", label, n };
}

static bool labels_of(struct interp *in, const struct wish *w, const char *what, struct value v, struct picture_axis *x)
{
	struct value list;
	if (v.kind != VAL_LIST && v.kind != VAL_RANGE && v.kind != VAL_TENSOR)
		return FAIL(in, E_TYPE, w->at, "%s: takes a name, a list of labels, or {name: labels}, not %s", what, value_kind_name[v.kind]);
	if (!to_list(in, w->at, v, &list))
		return false;
	if (list.list->n != x->n)
		return FAIL(in, E_SHAPE, w->at, "%s: gives %zu labels where %zu are needed", what, list.list->n, x->n);
	const char **label = arena_array(&in->arena, x->n + 1, sizeof *label);
	for (size_t i = 0; i < x->n; i++)
		label[i] = label_of(in, list.list->at[i]);
	x->label = label;
	return true;
}

/* rows: "layer" names the axis, rows: ["a", "b"] labels it, rows: {layer: ["a", "b"]} does both. */
static bool name_axis(struct interp *in, const struct wish *w, const char *what, struct value v, struct picture_axis *x)
{
	if (v.kind == VAL_NONE)
		return true;
	if (v.kind == VAL_STRING) {
		x->name = label_of(in, v);
		return true;
	}
	if (v.kind == VAL_RECORD && v.record->n == 1) {
		x->name = v.record->at[0].name;
		return labels_of(in, w, what, *v.record->at[0].value, x);
	}
	return labels_of(in, w, what, v, x);
}

/* ---- figures of estimates */

static const struct kind_of_figure {
	const char *name, *title, *quantity, *below, *above;      /* %s: the metric */
	bool unit, in_sweep;                                      /* it has the metric's unit; a sweep has it */
} figures[] = {
	{ "effect", "effect on %s", "effect: mean of patched - ref", "%s is lower than in the reference run", "%s is higher than in the reference run", true, true },
	{ "aue", "AUE of %s", "AUE, mean delta: low is good", "", "", true, true },
	{ "explained", "how much of %s is explained", "explained, 1 - AUE/ATE: high is good",
		"further from the reference run than the counterfactual run is", "", false, true },
	{ "patched", "%s in the patched run", "mean in the patched run", "", "", true, true },
	{ "ate", "ATE of %s", "ATE, mean delta of the counterfactual run", "", "", true, false },
	{ "recovered", "how much of %s is recovered", "recovered: 0 as in the counterfactual run, 1 as in the reference run", "", "", false, false },
	{ "effect_rel", "relative effect on %s", "effect: mean of patched - ref, over |ref|",
		"%s is lower than in the reference run", "%s is higher than in the reference run", false, false },
	{ "ref", "%s in the reference run", "mean in the reference run", "", "", true, false },
	{ "cf", "%s in the counterfactual run", "mean in the counterfactual run", "", "", true, false },
};
enum { N_FIGURES = sizeof figures / sizeof *figures };

static const struct kind_of_figure *figure_called(struct interp *in, const struct wish *w, const char *name, bool in_sweep)
{
	struct buf have = { 0 };
	for (size_t i = 0; i < N_FIGURES; i++) {
		if (in_sweep && !figures[i].in_sweep)
			continue;
		if (strcmp(figures[i].name, name) == 0) {
			buf_free(&have);
			return &figures[i];
		}
		buf_printf(&have, "%s%s", have.n ? ", " : "", figures[i].name);
	}
	diag_at(in->o.diags, E_FIELD, w->at->span, "%s has no figure called %s", in_sweep ? "a sweep" : "a result", name);
	diag_hint(in->o.diags, "of: is one of %s", buf_str(&have));
	buf_free(&have);
	return NULL;
}

/* What the standard library says the numbers of its own metrics are in; "" of others. */
static const char *metric_unit(struct interp *in, const struct wish *w, const char *metric)
{
	struct value units;
	const struct binding *used = find(&in->top, intern(metric)), *own = NULL;
	const struct module *m = read_module(in, "metrics", w->at->span);
	if (!m || !library_value(in, w->at, "metrics", "_units", VAL_RECORD, &units))
		return "";
	own = find_local(m->scope, intern(metric));
	const struct value *unit = own && used && same_value(own->value, used->value) ? record_get(units.record, metric) : NULL;
	return unit && unit->kind == VAL_STRING ? unit->string.at : "";
}

static struct figure pick_figure(const struct estimate *e, const char *name)
{
	const struct { const char *name; struct figure f; } of[] = { { "aue", e->aue }, { "ate", e->ate }, { "explained", e->explained } },
		one_run[] = { { "effect", e->effect }, { "patched", e->patched }, { "recovered", e->recovered }, { "effect_rel", e->effect_rel },
		{ "ref", e->ref }, { "cf", e->cf } };
	for (size_t i = 0; i < 3; i++)
		if (strcmp(of[i].name, name) == 0)
			return of[i].f;
	for (size_t i = 0; i < 6 && e->one_run; i++)
		if (strcmp(one_run[i].name, name) == 0)
			return one_run[i].f;
	return (struct figure){ 0, "the metric compares two runs" };
}

static struct interval pick_interval(const struct estimate *e, const char *name)
{
	const struct { const char *name; struct interval i; } of[] = { { "aue", e->ci_aue }, { "ate", e->ci_ate }, { "explained", e->ci_explained },
		{ "recovered", e->ci_recovered } };
	for (size_t i = 0; i < 4; i++)
		if (strcmp(of[i].name, name) == 0)
			return of[i].i;
	return (struct interval){ 0, 0, false };
}

static double figure_number(struct figure f)
{
	return f.why ? NAN : f.value;
}

static const char *about(struct interp *in, const char *with_metric, const char *metric)
{
	const char *at = strstr(with_metric, "%s");
	return at ? arena_printf(&in->arena, "%.*s%s%s", (int)(at - with_metric), with_metric, metric, at + 2) : with_metric;
}

static void describe(struct interp *in, const struct wish *w, const struct kind_of_figure *k, const char *metric, struct picture *p)
{
	p->title = about(in, k->title, metric);
	p->quantity = k->quantity;
	p->unit = k->unit ? metric_unit(in, w, metric) : "";
	p->below = about(in, k->below, metric);
	p->above = about(in, k->above, metric);
}

static void put_mean(struct buf *b, const char *name, struct figure f)
{
	if (f.why)
		return;
	buf_printf(b, ", %s ", name);
	put_short(b, f.value);
}

static const char *note_of(struct interp *in, const struct estimate *e, const char *more)
{
	struct buf b = { 0 };
	buf_printf(&b, "model %s, dataset %s, %zu pair%s", e->model, e->dataset, e->n, e->n == 1 ? "" : "s");
	if (e->at && *e->at && strcmp(e->at, "END") != 0)
		buf_printf(&b, ", at %s", e->at);
	if (e->one_run) {
		put_mean(&b, "ref", e->ref);
		put_mean(&b, "cf", e->cf);
	}
	put_mean(&b, "ATE", e->ate);
	buf_puts(&b, more);
	const char *note = arena_strndup(&in->arena, b.at, b.n);
	buf_free(&b);
	return note;
}

/* Which of the metrics is meant; n after a report. */
static size_t metric_meant(struct interp *in, const struct wish *w, const struct estimate *row, size_t n)
{
	struct buf have = { 0 };
	size_t m = 0;
	if (n == 1 && !w->metric)
		return 0;
	while (m < n && (!w->metric || strcmp(row[m].metric, w->metric) != 0)) {
		buf_printf(&have, "%s%s", m ? ", " : "", row[m].metric);
		m++;
	}
	if (m == n) {
		if (w->metric)
			diag_at(in->o.diags, E_ARGUMENT, w->at->span, "there are no results by %s here", w->metric);
		else
			diag_at(in->o.diags, E_ARGUMENT, w->at->span, "there are several metrics here; which is drawn?");
		diag_hint(in->o.diags, "metric: \"%s\" names one; there are %s", row[0].metric, buf_str(&have));
	}
	buf_free(&have);
	return m;
}

/* ---- sweeps */

static bool same_axis_value(const struct axis_value *x, struct value v)
{
	if (v.kind == VAL_NUMBER)
		return x->is_number && x->number == v.number;
	struct buf b = { 0 };
	value_text(&v, &b, false);
	bool same = strcmp(x->text, buf_str(&b)) == 0;
	buf_free(&b);
	return same;
}

static const struct axis *axis_called(const struct sweep *s, const char *name)
{
	for (size_t a = 0; a < s->n_axes; a++)
		if (strcmp(s->axis[a].name, name) == 0)
			return &s->axis[a];
	return NULL;
}

/* at[a]: where axis a is fixed, SIZE_MAX where it is drawn.  said: ", h = 3", for the note. */
static bool fix_axes(struct interp *in, const struct wish *w, const struct sweep *s, size_t *at, struct buf *said)
{
	for (size_t a = 0; a < s->n_axes; a++)
		at[a] = SIZE_MAX;
	for (size_t i = 0; w->fixed && i < w->fixed->n; i++) {
		const struct axis *x = axis_called(s, w->fixed->at[i].name);
		size_t k = 0;
		if (!x)
			return FAIL(in, E_FIELD, w->at, "this sweep has no axis %s", w->fixed->at[i].name);
		while (k < x->n && !same_axis_value(&x->at[k], *w->fixed->at[i].value))
			k++;
		if (k == x->n)
			return FAIL(in, E_VALUE, w->at, "%s takes no such value in this sweep; its first is %s", x->name, x->at[0].text);
		at[x - s->axis] = k;
		buf_printf(said, ", %s = %s", x->name, x->at[k].text);
	}
	return true;
}

static bool too_many_axes(struct interp *in, const struct wish *w, const struct sweep *s, const size_t *at, size_t n, enum drawn_axes axes)
{
	struct buf names = { 0 };
	const struct axis *last = NULL;
	for (size_t a = 0; a < s->n_axes; a++)
		if (at[a] == SIZE_MAX) {
			last = &s->axis[a];
			buf_printf(&names, "%s%s", names.n ? ", " : "", last->name);
		}
	diag_at(in->o.diags, E_SHAPE, w->at->span, axes == DRAWN_CELLS ? "a heatmap has two axes, this sweep has %zu: %s" : "bars have one axis, this sweep has %zu: %s", n,
	    names.at);
	if (axes == DRAWN_BARS && n == 2)
		diag_hint(in->o.diags, "heatmap(...) draws two axes; or take one value of an axis: bars(..., at: {%s: %s%s%s})", last->name, last->at[0].is_number ? "" : "\"",
		    last->at[0].text, last->at[0].is_number ? "" : "\"");
	else
		diag_hint(in->o.diags, "take one value of every other axis first: %s(..., at: {%s: %s%s%s})", axes == DRAWN_CELLS ? "heatmap" : "bars", last->name,
		    last->at[0].is_number ? "" : "\"", last->at[0].text, last->at[0].is_number ? "" : "\"");
	buf_free(&names);
	return false;
}

static struct picture_axis axis_of_sweep(struct interp *in, const struct axis *x)
{
	const char **label = arena_array(&in->arena, x->n + 1, sizeof *label);
	for (size_t i = 0; i < x->n; i++)
		label[i] = label_of(in, text(in, x->at[i].text, strlen(x->at[i].text)));
	return (struct picture_axis){ x->name, label, x->n };
}

/* The numbers, in the order of the drawn axes. */
static void read_cells(const struct sweep *s, size_t m, const char *figure, const size_t *at, double *out)
{
	for (size_t c = 0; c < s->n_cells; c++) {
		bool drawn = true;
		size_t below = s->n_cells;
		for (size_t a = 0; a < s->n_axes; a++) {
			below /= s->axis[a].n;
			drawn &= at[a] == SIZE_MAX || at[a] == c / below % s->axis[a].n;
		}
		if (drawn)
			*out++ = figure_number(sweep_figure(&s->row[c * s->n_metrics + m], figure));
	}
}

bool picture_of_sweep(struct interp *in, const struct wish *w, const struct sweep *s, enum drawn_axes axes, struct picture *p)
{
	size_t *at = arena_array(&in->arena, s->n_axes + 1, sizeof *at), n = 0, cells = 1;
	size_t m = metric_meant(in, w, s->row, s->n_metrics);
	struct buf said = { 0 };
	if (m == s->n_metrics || !fix_axes(in, w, s, at, &said))
		return buf_free(&said), false;
	const struct estimate *e = &s->row[m];
	const struct kind_of_figure *k = figure_called(in, w, w->of ? w->of : e->one_run ? "effect" : "aue", true);
	p->note = note_of(in, e, buf_str(&said));
	buf_free(&said);
	if (!k)
		return false;
	if (!e->one_run && (strcmp(k->name, "effect") == 0 || strcmp(k->name, "patched") == 0))
		return FAIL(in, E_VALUE, w->at, "%s has no %s: it compares two runs", e->metric, k->name);
	struct picture_axis drawn[2];
	for (size_t a = 0; a < s->n_axes; a++)
		if (at[a] == SIZE_MAX) {
			if (n < 2)
				drawn[n] = axis_of_sweep(in, &s->axis[a]);
			n++;
			cells *= s->axis[a].n;
		}
	if (n > (size_t)axes)
		return too_many_axes(in, w, s, at, n, axes);
	describe(in, w, k, e->metric, p);
	static const char *const nothing[] = { "" };
	p->row = n == (size_t)axes && n ? drawn[0] : (struct picture_axis){ "", nothing, 1 };
	if (axes == DRAWN_CELLS)
		p->column = n == 2 ? drawn[1] : n == 1 ? drawn[0] : (struct picture_axis){ "", nothing, 1 };
	double *value = arena_array(&in->arena, cells + 1, sizeof *value);
	read_cells(s, m, k->name, at, value);
	p->value = value;
	return true;
}

/* ---- results */

static const char *row_label(struct interp *in, const struct estimate *e, bool metrics)
{
	return metrics ? arena_printf(&in->arena, "%s, %s", e->hypothesis, e->metric) : e->hypothesis;
}

static bool bars_of_results(struct interp *in, const struct wish *w, const struct results *r, const struct kind_of_figure *k, struct picture *p)
{
	size_t n = 0, rows = r->n_rows;
	const char **label = arena_array(&in->arena, rows + 1, sizeof *label);
	double *value = arena_array(&in->arena, 3 * rows + 1, sizeof *value), *low = value + rows, *high = low + rows;
	bool any = false, several = false;
	for (size_t i = 0; i < rows; i++)
		several |= !w->metric && strcmp(r->row[i].metric, r->row[0].metric) != 0;
	for (size_t i = 0; i < rows; i++) {
		const struct estimate *e = &r->row[i];
		if (w->metric && strcmp(e->metric, w->metric) != 0)
			continue;
		struct interval ci = pick_interval(e, k->name);
		label[n] = row_label(in, e, several);
		value[n] = figure_number(pick_figure(e, k->name));
		low[n] = ci.defined ? ci.lo : NAN;
		high[n] = ci.defined ? ci.hi : NAN;
		any |= ci.defined;
		n++;
	}
	if (!n)
		return FAIL(in, E_ARGUMENT, w->at, "there are no results by %s here", w->metric);
	describe(in, w, k, several ? "the effect" : w->metric ? w->metric : r->row[0].metric, p);
	p->note = note_of(in, &r->row[0], "");
	if (several) {
		p->title = k->name;
		p->unit = "";
		p->note = arena_printf(&in->arena, "model %s, dataset %s, %zu pairs", r->row[0].model, r->row[0].dataset, r->row[0].n);
	}
	p->row = (struct picture_axis){ "", label, n };
	p->value = value;
	p->low = any ? low : NULL;
	p->high = any ? high : NULL;
	p->interval = any ? "95 % interval, bootstrap over pairs" : "";
	return true;
}

bool picture_of_results(struct interp *in, const struct wish *w, const struct results *r, enum drawn_axes axes, struct picture *p)
{
	const struct kind_of_figure *k = figure_called(in, w, w->of ? w->of : "explained", false);
	if (!k)
		return false;
	if (axes == DRAWN_BARS)
		return bars_of_results(in, w, r, k, p);
	if (!r->n_hypotheses || !r->n_metrics || r->n_rows != r->n_hypotheses * r->n_metrics)
		return FAIL(in, E_SHAPE, w->at, "these results are no grid of hypotheses and metrics; bars(...) draws them");
	const char **label = arena_array(&in->arena, r->n_hypotheses + r->n_metrics, sizeof *label), **column = label + r->n_hypotheses;
	double *value = arena_array(&in->arena, r->n_rows, sizeof *value);
	for (size_t i = 0; i < r->n_rows; i++) {
		label[i / r->n_metrics] = r->row[i].hypothesis;
		column[i % r->n_metrics] = r->row[i].metric;
		value[i] = figure_number(pick_figure(&r->row[i], k->name));
	}
	describe(in, w, k, r->n_metrics == 1 ? r->row[0].metric : "the effect", p);
	p->note = arena_printf(&in->arena, "model %s, dataset %s, %zu pairs", r->row[0].model, r->row[0].dataset, r->row[0].n);
	p->row = (struct picture_axis){ "hypothesis", label, r->n_hypotheses };
	p->column = (struct picture_axis){ "metric", column, r->n_metrics };
	p->value = value;
	return true;
}

/* ---- tables */

/* The column that an argument names; without it the only one of its kind (or the first, of texts). */
static bool column_meant(struct interp *in, const struct wish *w, const struct table *t, const char *what, struct value v, bool texts, size_t *out)
{
	size_t n = 0, first = 0;
	if (v.kind == VAL_STRING)
		return column_of(in, w->at, t, v.string.at, out);
	if (v.kind != VAL_NONE)
		return FAIL(in, E_TYPE, w->at, "%s: takes the name of a column here, not %s", what, value_kind_name[v.kind]);
	for (size_t c = t->n_columns; c-- > 0;) {
		bool text = t->n_rows && t->cell[c].kind == VAL_STRING, number = t->n_rows && t->cell[c].kind == VAL_NUMBER;
		if (texts ? text : number) {
			*out = first = c;
			n++;
		}
	}
	if (n == 1 || (texts && n))
		return true;
	diag_at(in->o.diags, E_ARGUMENT, w->at->span, "which column of the table is %s?", texts ? "the label" : "drawn");
	diag_hint(in->o.diags, "%s: \"%s\" names one", what, t->n_columns ? t->column[first] : "column");
	return false;
}

static struct value named_column(struct interp *in, const char *name)
{
	return name ? text(in, name, strlen(name)) : (struct value){ .kind = VAL_NONE };
}

static bool bars_of_table(struct interp *in, const struct wish *w, const struct table *t, size_t of, struct picture *p)
{
	size_t labels, end[2];
	const char **label = arena_array(&in->arena, t->n_rows + 1, sizeof *label);
	double *value = arena_array(&in->arena, 3 * t->n_rows + 1, sizeof *value);
	bool ends = w->low.kind != VAL_NONE && w->high.kind != VAL_NONE;
	if (!column_meant(in, w, t, "labels", w->rows, true, &labels))
		return false;
	if (ends && (!column_meant(in, w, t, "low", w->low, false, &end[0]) || !column_meant(in, w, t, "high", w->high, false, &end[1])))
		return false;
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct value *row = t->cell + i * t->n_columns;
		label[i] = label_of(in, row[labels]);
		if (!number_of(in, w->at, row[of], &value[i]))
			return false;
		for (size_t k = 0; ends && k < 2; k++)
			if (!number_of(in, w->at, row[end[k]], &value[(k + 1) * t->n_rows + i]))
				return false;
	}
	p->row = (struct picture_axis){ t->column[labels], label, t->n_rows };
	p->value = value;
	p->low = ends ? value + t->n_rows : NULL;
	p->high = ends ? value + 2 * t->n_rows : NULL;
	p->interval = ends ? arena_printf(&in->arena, "%s to %s", t->column[end[0]], t->column[end[1]]) : "";
	return true;
}

/* The different values of a column, in order of first appearance; which[row]: the one of that row. */
static struct picture_axis values_of_column(struct interp *in, const struct table *t, size_t c, size_t *which)
{
	const char **label = arena_array(&in->arena, t->n_rows + 1, sizeof *label);
	struct map seen = { 0 };
	size_t n = 0;
	for (size_t i = 0; i < t->n_rows; i++) {
		const char *s = intern(label_of(in, t->cell[i * t->n_columns + c]));
		uint64_t at;
		if (!map_get(&seen, (uint64_t)(uintptr_t)s, &at)) {
			at = n;
			map_put(&seen, (uint64_t)(uintptr_t)s, at);
			label[n++] = s;
		}
		which[i] = at;
	}
	map_free(&seen);
	return (struct picture_axis){ t->column[c], label, n };
}

static bool cells_of_table(struct interp *in, const struct wish *w, const struct table *t, size_t of, struct picture *p)
{
	size_t rows, columns, *which[2];
	if (w->rows.kind != VAL_STRING || w->columns.kind != VAL_STRING) {
		diag_at(in->o.diags, E_ARGUMENT, w->at->span, "which columns of the table are the axes of the heatmap?");
		diag_hint(in->o.diags, "heatmap(t, rows: \"layer\", columns: \"head\", of: \"effect\")");
		return false;
	}
	if (!column_of(in, w->at, t, w->rows.string.at, &rows) || !column_of(in, w->at, t, w->columns.string.at, &columns))
		return false;
	for (size_t k = 0; k < 2; k++)
		which[k] = arena_array(&in->arena, t->n_rows + 1, sizeof **which);
	p->row = values_of_column(in, t, rows, which[0]);
	p->column = values_of_column(in, t, columns, which[1]);
	if (p->row.n > MAX_ELEMENTS / (p->column.n ? p->column.n : 1))
		return FAIL(in, E_TOO_LARGE, w->at, "this heatmap would have more than %d million cells", MAX_ELEMENTS / 1000000);
	double *value = arena_array(&in->arena, p->row.n * p->column.n + 1, sizeof *value);
	bool *filled = arena_array(&in->arena, p->row.n * p->column.n + 1, sizeof *filled);
	for (size_t i = 0; i < p->row.n * p->column.n; i++)
		value[i] = NAN;
	for (size_t i = 0; i < t->n_rows; i++) {
		size_t cell = which[0][i] * p->column.n + which[1][i];
		if (filled[cell])
			return FAIL(in, E_VALUE, w->at, "several rows of the table have %s %s and %s %s: a cell can show one", t->column[rows], p->row.label[which[0][i]],
			    t->column[columns], p->column.label[which[1][i]]);
		filled[cell] = true;
		if (!number_of(in, w->at, t->cell[i * t->n_columns + of], &value[cell]))
			return false;
	}
	p->value = value;
	return true;
}

bool picture_of_table(struct interp *in, const struct wish *w, const struct table *t, enum drawn_axes axes, struct picture *p)
{
	size_t of;
	if (!t->n_rows)
		return FAIL(in, E_VALUE, w->at, "this table has no rows to draw");
	if (!column_meant(in, w, t, "of", named_column(in, w->of), false, &of))
		return false;
	p->title = p->quantity = t->column[of];
	return axes == DRAWN_BARS ? bars_of_table(in, w, t, of, p) : cells_of_table(in, w, t, of, p);
}

/* ---- tensors and lists */

static bool three_axes(struct interp *in, const struct wish *w, int n)
{
	diag_at(in->o.diags, E_SHAPE, w->at->span, "a heatmap has two axes, this has %d", n);
	diag_hint(in->o.diags, "draw a part of it: x[0] has one axis less");
	return false;
}

static bool matrix_of(struct interp *in, const struct wish *w, struct value v, double **x, size_t *rows, size_t *columns)
{
	struct value list;
	bool nested = v.kind == VAL_LIST && v.list->n && (v.list->at[0].kind == VAL_LIST || (v.list->at[0].kind == VAL_TENSOR && v.list->at[0].tensor->n));
	if (v.kind == VAL_TENSOR && v.tensor->n > 2)
		return three_axes(in, w, v.tensor->n);
	if (!nested && !(v.kind == VAL_TENSOR && v.tensor->n == 2)) {
		*rows = 1;
		return numbers_of(in, w->at, v, x, columns);
	}
	if (!to_list(in, w->at, v, &list))
		return false;
	*rows = list.list->n;
	for (size_t r = 0; r < *rows; r++) {
		struct value row = list.list->at[r];
		double *one;
		size_t n;
		if (row.kind == VAL_LIST && row.list->n && row.list->at[0].kind == VAL_LIST)
			return three_axes(in, w, 3);
		if (!numbers_of(in, w->at, row, &one, &n))
			return false;
		if (r && n != *columns)
			return FAIL(in, E_SHAPE, w->at, "the rows of a heatmap are equally long; row 0 has %zu numbers, row %zu has %zu", *columns, r, n);
		*columns = n;
		if (!r)
			*x = arena_array(&in->arena, *rows * n + 1, sizeof **x);
		memcpy(*x + r * n, one, n * sizeof *one);
	}
	return true;
}

/* {a: 1, b: 2}: the names are the labels. */
static bool bars_of_record(struct interp *in, const struct wish *w, const struct record *r, struct picture *p)
{
	const char **label = arena_array(&in->arena, r->n + 1, sizeof *label);
	double *value = arena_array(&in->arena, r->n + 1, sizeof *value);
	for (size_t i = 0; i < r->n; i++) {
		label[i] = r->at[i].name;
		if (!number_of(in, w->at, *r->at[i].value, &value[i]))
			return false;
	}
	p->row = (struct picture_axis){ "", label, r->n };
	p->value = value;
	return true;
}

static bool ends_of_bars(struct interp *in, const struct wish *w, struct picture *p)
{
	double *end[2];
	size_t n[2];
	if (w->low.kind == VAL_NONE && w->high.kind == VAL_NONE)
		return true;
	if (!numbers_of(in, w->at, w->low, &end[0], &n[0]) || !numbers_of(in, w->at, w->high, &end[1], &n[1]))
		return false;
	if (n[0] != p->row.n || n[1] != p->row.n)
		return FAIL(in, E_SHAPE, w->at, "low: and high: give %zu and %zu numbers, but there are %zu bars", n[0], n[1], p->row.n);
	p->low = end[0];
	p->high = end[1];
	p->interval = "low to high";
	return true;
}

bool picture_of_numbers(struct interp *in, const struct wish *w, struct value v, enum drawn_axes axes, struct picture *p)
{
	double *x = NULL;
	size_t rows = 0, columns = 0;
	p->title = "numbers";
	p->quantity = "value";
	if (axes == DRAWN_BARS && v.kind == VAL_RECORD)
		return bars_of_record(in, w, v.record, p) && ends_of_bars(in, w, p);
	if (axes == DRAWN_BARS) {
		if (!numbers_of(in, w->at, v, &x, &rows))
			return false;
		p->row = plain_axis(in, rows);
		p->value = x;
		return name_axis(in, w, "labels", w->rows, &p->row) && ends_of_bars(in, w, p);
	}
	if (!matrix_of(in, w, v, &x, &rows, &columns))
		return false;
	p->row = plain_axis(in, rows);
	p->column = plain_axis(in, columns);
	p->value = x;
	return name_axis(in, w, "rows", w->rows, &p->row) && name_axis(in, w, "columns", w->columns, &p->column);
}
