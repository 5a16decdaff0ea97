/* sweep: one hypothesis for every cell of a grid, all of them one evaluation. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "lang/metric.h"
#include "lang/tables.h"

enum { MAX_AXES = 8, MAX_CELLS = 1000000 };

struct grid_of { struct interp *in; const struct ast *a; struct scope *s; struct axis axis[MAX_AXES]; struct value *value[MAX_AXES]; size_t n_axes, n_cells; };

/* ---- axes */

static bool axis_value(struct interp *in, const struct ast *a, struct value v, struct axis_value *out)
{
	struct buf text = { 0 };
	*out = (struct axis_value){ v.kind == VAL_NUMBER, v.kind == VAL_NUMBER ? v.number : 0, NULL };
	if (v.kind == VAL_LATER)
		return FAIL(in, E_PLACE, a, "the axes of a sweep have to be known before it runs");
	value_text(&v, &text, false);
	out->text = arena_strndup(&in->arena, buf_str(&text), text.n);
	buf_free(&text);
	return true;
}

static bool read_axis(struct grid_of *g, const struct ast *each_ast)
{
	struct interp *in = g->in;
	struct axis *x = &g->axis[g->n_axes];
	struct value v;
	if (!eval(in, each_ast->kid[0], g->s, &v))
		return false;
	if (v.kind == VAL_RANGE && (v.range.to - v.range.from) > MAX_CELLS)
		return FAIL(in, E_TOO_LARGE, each_ast, "a sweep has at most %d cells", MAX_CELLS);
	if (v.kind != VAL_RANGE && v.kind != VAL_LIST)
		return FAIL(in, E_TYPE, each_ast->kid[0], "a sweep goes through lists and ranges, not through %s", value_kind_name[v.kind]);
	x->name = each_ast->name;
	x->n = v.kind == VAL_LIST ? v.list->n : v.range.to > v.range.from ? (size_t)ceil(v.range.to - v.range.from) : 0;
	x->at = arena_array(&in->arena, x->n, sizeof *x->at);
	g->value[g->n_axes] = arena_array(&in->arena, x->n, sizeof(struct value));
	for (size_t i = 0; i < x->n; i++) {
		struct value one = v.kind == VAL_LIST ? v.list->at[i] : number(v.range.from + (double)i);
		g->value[g->n_axes][i] = one;
		if (!axis_value(in, each_ast->kid[0], one, &x->at[i]))
			return false;
	}
	g->n_axes++;
	return x->n > 0 || FAIL(in, E_VALUE, each_ast->kid[0], "there is nothing to go through here");
}

static bool read_axes(struct grid_of *g)
{
	const struct ast *axes = g->a->kid[0];
	if (axes->n > MAX_AXES)
		return FAIL(g->in, E_TOO_LARGE, axes, "a sweep has at most %d axes", MAX_AXES);
	g->n_cells = 1;
	for (uint32_t i = 0; i < axes->n; i++) {
		if (!read_axis(g, axes->kid[i]))
			return false;
		g->n_cells *= g->axis[i].n;
		if (g->n_cells > MAX_CELLS)
			return FAIL(g->in, E_TOO_LARGE, axes, "a sweep has at most %d cells", MAX_CELLS);
	}
	return true;
}

/* ---- cells */

/* The rules of one cell: the block, with each axis's name meaning its value there. */
static struct hypothesis *cell_hypothesis(struct grid_of *g, const struct graph *graph, size_t cell)
{
	struct interp *in = g->in;
	struct scope *s = scope_open(&in->scopes, g->s);
	struct buf name = { 0 };
	size_t below = g->n_cells;
	bool ok = true;
	for (size_t a = 0; a < g->n_axes && ok; a++) {
		below /= g->axis[a].n;
		size_t i = cell / below % g->axis[a].n;
		ok = bind(in, s, g->axis[a].name, g->value[a][i], g->a->kid[0]->kid[a]->at, false);
		buf_printf(&name, "%s%s=%s", a ? "," : "", g->axis[a].name, g->axis[a].at[i].text);
	}
	struct hypothesis *h = ok ? rules_of_block(in, g->a->kid[6], s, graph, arena_strndup(&in->arena, buf_str(&name), name.n), g->a->at) : NULL;
	buf_free(&name);
	scope_close(&in->scopes, s);
	return h;
}

static bool read_cells(struct grid_of *g, struct evaluation *e)
{
	struct interp *in = g->in;
	size_t before = in->o.diags->n_errors;
	e->n_h = g->n_cells;
	struct hypothesis **h = arena_array(&in->arena, e->n_h, sizeof *h);
	e->h = (const struct hypothesis **)h;
	for (size_t c = 0; c < g->n_cells; c++) {
		h[c] = cell_hypothesis(g, e->data->graph, c);
		if (!h[c] || !go_on(in, g->a))
			return false;                        /* the others would say the same */
	}
	if (!derive_together(in, h, e->n_h))
		return false;
	for (size_t c = 0; c < g->n_cells; c++)          /* when it runs, what names nothing is found then */
		if ((in->o.mode != INTERP_RUN || sets_values(h[c])) && !hypothesis_fits(in, h[c]))
			return false;
	return in->o.diags->n_errors == before;
}

bool sweep_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct evaluation e = { .in = in, .ast = a };
	struct grid_of g = { .in = in, .a = a, .s = s };
	*out = (struct value){ .kind = VAL_LATER };
	if (!metric_clauses(&e, a, s) || !read_axes(&g) || !read_cells(&g, &e))
		return false;
	metric_explain(&e);
	if (in->o.mode != INTERP_RUN)
		return true;
	metric_new_rows(&e, false);
	if (!metric_run(&e))
		return false;
	if (!e.complete)                             /* a shard: the others have the rest */
		return true;
	estimate_figures(e.row, e.n_h * e.n_m, e.data->pair.n);
	struct sweep *x = arena_alloc(&in->arena, sizeof *x);
	*x = (struct sweep){ arena_copy(&in->arena, g.axis, g.n_axes * sizeof *g.axis), g.n_axes, g.n_cells, e.n_m, e.row };
	*out = (struct value){ .kind = VAL_SWEEP, .sweep = x };
	return true;
}

/* ---- as values */

static struct value figure_value(struct figure f)
{
	return f.why ? (struct value){ .kind = VAL_NONE } : number(f.value);
}

static struct value axis_as_value(struct interp *in, const struct axis_value *v)
{
	return v->is_number ? number(v->number) : text(in, v->text, strlen(v->text));
}

/* One row a cell and metric: the axes, metric, aue, explained, patched, effect, ref, cf, ate, n. */
bool sweep_table(struct interp *in, const struct ast *a, const struct sweep *s, struct value *out)
{
	static const char *const kind[] = { "aue", "explained", "patched", "effect" };
	static const char *const rest[] = { "ref", "cf", "ate", "n" };
	size_t n = s->n_axes + 1 + 4 + 4, rows = s->n_cells * s->n_metrics;
	const char *column[MAX_AXES + 9];
	struct value *cell = new_cells(in, a, n, rows);
	if (!cell)
		return false;
	for (size_t i = 0; i < n; i++)
		column[i] = i < s->n_axes ? s->axis[i].name : intern(i == s->n_axes ? "metric" : i < s->n_axes + 5 ? kind[i - s->n_axes - 1] : rest[i - s->n_axes - 5]);
	for (size_t r = 0; r < rows; r++) {
		const struct estimate *e = &s->row[r];
		struct value *v = cell + r * n;
		size_t below = s->n_cells;
		for (size_t x = 0; x < s->n_axes; x++) {
			below /= s->axis[x].n;
			*v++ = axis_as_value(in, &s->axis[x].at[r / s->n_metrics / below % s->axis[x].n]);
		}
		*v++ = text(in, e->metric, strlen(e->metric));
		for (size_t k = 0; k < 4; k++)
			*v++ = figure_value(sweep_figure(e, kind[k]));
		*v++ = e->one_run ? figure_value(e->ref) : (struct value){ .kind = VAL_NONE };
		*v++ = e->one_run ? figure_value(e->cf) : (struct value){ .kind = VAL_NONE };
		*v++ = figure_value(e->ate);
		*v++ = number((double)e->n);
	}
	return new_table(in, a, column, n, cell, rows, out);
}

/* sweep.effect: a tensor, one axis for each of the sweep's; with several metrics they come first. */
bool sweep_field(struct interp *in, const struct ast *a, const struct sweep *s, struct value *out)
{
	int64_t dim[MAX_DIMS];
	int n = 0;
	bool known = strcmp(a->name, "aue") == 0 || strcmp(a->name, "explained") == 0 || strcmp(a->name, "patched") == 0 || strcmp(a->name, "effect") == 0;
	if (strcmp(a->name, "table") == 0)
		return sweep_table(in, a, s, out);
	if (!known) {
		diag_at(in->o.diags, E_FIELD, a->span, "a sweep has no %s", a->name);
		diag_hint(in->o.diags, "it has aue, explained, patched, effect (tensors by axis) and table");
		return false;
	}
	if (s->n_metrics > 1)
		dim[n++] = (int64_t)s->n_metrics;
	if (s->n_axes + (size_t)n > MAX_DIMS)
		return FAIL(in, E_TOO_LARGE, a, "a tensor has at most %d axes; .table has all of this sweep", MAX_DIMS);
	for (size_t i = 0; i < s->n_axes; i++)
		dim[n++] = (int64_t)s->axis[i].n;
	struct tensor t = tensor_new(&in->arena, DT_F64, n, dim);
	for (size_t m = 0; m < s->n_metrics; m++)
		for (size_t c = 0; c < s->n_cells; c++) {
			struct figure f = sweep_figure(&s->row[c * s->n_metrics + m], a->name);
			if (f.why)
				return FAIL(in, E_VALUE, a, "%s is undefined in a cell of this sweep: %s", a->name, f.why);
			((double *)t.at)[m * s->n_cells + c] = f.value;
		}
	*out = tensor_value(in, t);
	return true;
}
