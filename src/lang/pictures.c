/* The built-in functions that make figures: heatmap, bars, highlight.  See pictures.h. */
#include "lang/pictures.h"

#include <math.h>
#include <string.h>

#include "lang/tables.h"

enum { BARS_MAX = 1000, CELLS_MAX = 250000 };

struct value picture_value(struct interp *in, const struct picture *p)
{
	return (struct value){ .kind = VAL_FIGURE, .picture = arena_copy(&in->arena, p, sizeof *p) };
}

/* ---- arguments */

static bool text_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, const char **out)
{
	struct value v;
	*out = NULL;
	if (!named(a, name, &v) || v.kind == VAL_NONE)
		return true;
	if (v.kind == VAL_METRIC)                        /* metric: kl */
		*out = v.metric->name;
	else if (want(in, at, v, VAL_STRING))
		*out = label_of(in, v);
	return *out != NULL;
}

static bool wishes(struct interp *in, const struct ast *at, struct args *a, struct wish *w)
{
	struct value fixed = { 0 };
	*w = (struct wish){ .at = at };
	if (named(a, "at", &fixed) && !want(in, at, fixed, VAL_RECORD))
		return false;
	w->fixed = fixed.kind == VAL_RECORD ? fixed.record : NULL;
	return text_arg(in, at, a, "title", &w->title) && text_arg(in, at, a, "unit", &w->unit) && text_arg(in, at, a, "of", &w->of)
	    && text_arg(in, at, a, "metric", &w->metric) && number_arg(in, at, a, "scale", 0, &w->scale)
	    && (w->scale >= 0 || FAIL(in, E_VALUE, at, "scale: is the number that has the strongest colour, which is above 0"));
}

/* What every figure has in the end. */
static bool finish(struct interp *in, const struct wish *w, struct picture *p, struct value *out)
{
	size_t n = p->row.n * (p->kind == PICTURE_HEATMAP ? p->column.n : 1), most = p->kind == PICTURE_HEATMAP ? CELLS_MAX : BARS_MAX;
	const char **text[] = { &p->title, &p->note, &p->quantity, &p->unit, &p->below, &p->above, &p->interval, &p->row.name, &p->column.name };
	if (!n)
		return FAIL(in, E_VALUE, w->at, "there is nothing to draw here");
	if (n > most)
		return FAIL(in, E_TOO_LARGE, w->at, "this figure would have %zu parts; it can have %zu", n, most);
	p->title = w->title ? w->title : p->title;
	p->unit = w->unit ? w->unit : p->unit;
	p->numbers = w->numbers;
	p->most = w->scale > 0 ? w->scale : picture_most(p->value, n);
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		*text[i] = *text[i] ? *text[i] : "";
	*out = picture_value(in, p);
	return true;
}

/* ---- heatmap, bars */

static bool is_grid(struct value v)                  /* what attention() gives: numbers with their labels */
{
	return v.kind == VAL_RECORD && record_get(v.record, "values") && record_get(v.record, "rows");
}

static const char *field_text(struct interp *in, const struct record *r, const char *name)
{
	const struct value *v = record_get(r, name);
	return v && v->kind == VAL_STRING ? label_of(in, *v) : NULL;
}

static bool picture_of_grid(struct interp *in, struct wish *w, const struct record *r, struct picture *p)
{
	const struct value *columns = record_get(r, "columns");
	w->rows = w->rows.kind == VAL_NONE ? *record_get(r, "rows") : w->rows;
	w->columns = w->columns.kind == VAL_NONE && columns ? *columns : w->columns;
	if (!picture_of_numbers(in, w, *record_get(r, "values"), DRAWN_CELLS, p))
		return false;
	const char *title = field_text(in, r, "title"), *quantity = field_text(in, r, "quantity");
	p->note = field_text(in, r, "note");
	p->title = title ? title : p->title;
	p->quantity = quantity ? quantity : p->quantity;
	return true;
}

static bool picture_of(struct interp *in, struct wish *w, struct value v, enum drawn_axes axes, struct picture *p)
{
	struct results one = { 0 };
	if (v.kind == VAL_ESTIMATE) {
		one = (struct results){ .row = (struct estimate *)(uintptr_t)v.estimate, .n_rows = 1, .n_hypotheses = 1, .n_metrics = 1 };
		return picture_of_results(in, w, &one, axes, p);
	}
	if (v.kind == VAL_SWEEP)
		return picture_of_sweep(in, w, v.sweep, axes, p);
	if (v.kind == VAL_RESULTS)
		return picture_of_results(in, w, v.results, axes, p);
	if (v.kind == VAL_LIST && v.list->n && v.list->at[0].kind == VAL_RECORD && !to_table(in, w->at, v, &v))
		return false;
	if (v.kind == VAL_TABLE)
		return picture_of_table(in, w, v.table, axes, p);
	if (axes == DRAWN_CELLS && is_grid(v))
		return picture_of_grid(in, w, v.record, p);
	return picture_of_numbers(in, w, v, axes, p);
}

DEFINE(heatmap)
{
	struct wish w;
	struct picture p = { .kind = PICTURE_HEATMAP };
	if (!at_top(in, at, "a figure") || !wishes(in, at, a, &w) || !truth_arg(in, at, a, "numbers", &w.numbers))
		return false;
	named(a, "rows", &w.rows);
	named(a, "columns", &w.columns);
	return takes(in, at, a, 1, 1) && picture_of(in, &w, a->at[0], DRAWN_CELLS, &p) && finish(in, &w, &p, out);
}

DEFINE(bars)
{
	struct wish w;
	struct picture p = { .kind = PICTURE_BARS };
	if (!at_top(in, at, "a figure") || !wishes(in, at, a, &w))
		return false;
	named(a, "labels", &w.rows);
	named(a, "low", &w.low);
	named(a, "high", &w.high);
	return takes(in, at, a, 1, 1) && picture_of(in, &w, a->at[0], DRAWN_BARS, &p) && finish(in, &w, &p, out);
}

bool figure_of(struct interp *in, const struct ast *at, struct value v, struct value *out)
{
	struct wish w = { .at = at };
	struct picture p = { .kind = PICTURE_BARS };
	if (v.kind == VAL_FIGURE) {
		*out = v;
		return true;
	}
	if (v.kind == VAL_TABLE || (v.kind == VAL_LIST && v.list->n && v.list->at[0].kind == VAL_RECORD)) {
		diag_at(in->o.diags, E_TYPE, at->span, "a table can be drawn in several ways");
		diag_hint(in->o.diags, "plot bars(t, labels: \"head\", of: \"effect\") or plot heatmap(t, rows: \"layer\", columns: \"head\", of: \"effect\")");
		return false;
	}
	if ((v.kind == VAL_SWEEP && v.sweep->n_axes >= 2) || (v.kind == VAL_TENSOR && v.tensor->n >= 2) || is_grid(v) ||
	    (v.kind == VAL_LIST && v.list->n && v.list->at[0].kind == VAL_LIST))
		p.kind = PICTURE_HEATMAP;
	else if (v.kind != VAL_SWEEP && v.kind != VAL_TENSOR && v.kind != VAL_LIST && v.kind != VAL_RANGE &&
	    v.kind != VAL_RECORD && v.kind != VAL_RESULTS && v.kind != VAL_ESTIMATE)
		return FAIL(in, E_TYPE, at, "plot draws figures, sweeps, results, tensors and lists of numbers, not %s", value_kind_name[v.kind]);
	return picture_of(in, &w, v, p.kind == PICTURE_BARS ? DRAWN_BARS : DRAWN_CELLS, &p) && finish(in, &w, &p, out);
}

bool figure_of_sweep(struct interp *in, const struct ast *at, const struct sweep *s, const char *metric, struct value *out)
{
	struct wish w = { .at = at, .metric = metric };
	struct picture p = { .kind = s->n_axes >= 2 ? PICTURE_HEATMAP : PICTURE_BARS };
	return picture_of_sweep(in, &w, s, p.kind == PICTURE_BARS ? DRAWN_BARS : DRAWN_CELLS, &p) && finish(in, &w, &p, out);
}

/* ---- highlight: a text whose tokens are coloured */

static const char *token_label(struct interp *in, const struct tokenizer *t, int32_t id)
{
	const char *s = t ? tokenizer_text(t, id) : NULL;
	return s ? label_of(in, text(in, s, strlen(s))) : arena_printf(&in->arena, "%d ", (int)id);
}

static void tokens_axis(struct interp *in, const struct tokenizer *t, const int32_t *id, size_t n, struct picture *p)
{
	const char **label = arena_array(&in->arena, n + 1, sizeof *label);
	bool spaced = false;                         /* the tokens have the spaces between words in them */
	for (size_t i = 0; i < n; i++) {
		label[i] = token_label(in, t, id[i]);
		spaced |= *label[i] == ' ' || (*label[i] && label[i][strlen(label[i]) - 1] == ' ');
	}
	for (size_t i = 0; !spaced && i + 1 < n; i++)
		label[i] = arena_printf(&in->arena, "%s ", label[i]);
	p->row = (struct picture_axis){ "", label, n };
}

static bool words_of(struct interp *in, const struct ast *at, struct value v, struct picture *p)
{
	const struct input_value *x;
	switch (v.kind) {
	case VAL_PROMPT:
		tokens_axis(in, v.prompt->model->tokenizer, v.prompt->tokens.id, v.prompt->tokens.n, p);
		p->note = arena_printf(&in->arena, "input %s for %s", v.prompt->name, v.prompt->model->name);
		return v.prompt->tokens.n || FAIL(in, E_TYPE, at, "the input %s has no tokens", v.prompt->name);
	case VAL_DATASET:
		x = &v.dataset->pair.at[0].value[(size_t)COLUMN_REF * v.dataset->graph->input.n];
		if (!x->ids)
			return FAIL(in, E_TYPE, at, "the pairs of %s have no tokens", v.dataset->name);
		tokens_axis(in, v.dataset->tokenizer, x->ids, (size_t)x->n, p);
		p->note = arena_printf(&in->arena, "the reference of the first pair of %s", v.dataset->name);
		return true;
	case VAL_LIST: {
		const char **label = arena_array(&in->arena, v.list->n + 1, sizeof *label);
		for (size_t i = 0; i < v.list->n; i++)
			label[i] = v.list->at[i].kind == VAL_STRING ? label_of(in, v.list->at[i]) : arena_printf(&in->arena, "%s ", label_of(in, v.list->at[i]));
		p->row = (struct picture_axis){ "", label, v.list->n };
		return true;
	}
	default:
		return FAIL(in, E_TYPE, at, "highlight() takes an input, a dataset (its first pair) or a list of texts, not %s", value_kind_name[v.kind]);
	}
}

DEFINE(highlight)
{
	struct wish w;
	struct picture words = { 0 }, p = { .kind = PICTURE_TOKENS };
	if (!at_top(in, at, "a figure") || !wishes(in, at, a, &w) || !takes(in, at, a, 2, 2) || !words_of(in, a->ast[0], a->at[0], &words))
		return false;
	if (!picture_of(in, &w, a->at[1], DRAWN_BARS, &p))
		return false;
	if (p.row.n != words.row.n)
		return FAIL(in, E_SHAPE, at, "there are %zu tokens and %zu numbers; each token has one", words.row.n, p.row.n);
	p.row = words.row;
	p.low = p.high = NULL;
	p.interval = NULL;
	if (words.note)
		p.note = p.note ? arena_printf(&in->arena, "%s; words: %s", p.note, words.note) : words.note;
	if (p.title && strcmp(p.title, "numbers") == 0)
		p.title = "tokens by their numbers";
	return finish(in, &w, &p, out);
}
