/* Metrics and the evaluate statement: calling a metric pair by pair, and gathering what it says into results. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "eval/classes.h"
#include "lang/metric.h"

/* ---- what a metric's body sees */

static struct value ids_value(struct interp *in, const int32_t *id, size_t n)
{
	struct list *l = arena_alloc(&in->arena, sizeof *l);
	if (n == 1)
		return number(id[0]);
	*l = (struct list){ arena_array(&in->arena, n, sizeof *l->at), n, 1, n };
	for (size_t i = 0; i < n; i++)
		l->at[i] = number(id[i]);
	return (struct value){ .kind = VAL_LIST, .list = l };
}

static struct value rows_value(struct interp *in, const struct rows *r)
{
	struct list *l = arena_alloc(&in->arena, sizeof *l);
	if (r->n == 1)
		return number((double)r->at[0]);
	*l = (struct list){ arena_array(&in->arena, r->n, sizeof *l->at), r->n, 1, r->n };
	for (size_t i = 0; i < r->n; i++)
		l->at[i] = number((double)r->at[i]);
	return (struct value){ .kind = VAL_LIST, .list = l };
}

/* here: the row asked for, or -1 where the output has none: `here` is none then, and an index that is none is left out. */
void metric_names(const struct evaluation *e, struct scope *names, const struct pair *p, int64_t here)
{
	struct interp *in = e->in;
	const struct span none = { 0, 0 };
	const char *end = intern("END");
	bind(in, names, in->here, here >= 0 ? number((double)here) : (struct value){ VAL_NONE, { 0 } }, none, false);
	if (p->n_answer)
		bind(in, names, intern("answer"), ids_value(in, p->answer, p->n_answer), none, false);
	if (p->n_foil)
		bind(in, names, intern("foil"), ids_value(in, p->foil, p->n_foil), none, false);
	for (size_t i = 0; i < p->n_roles; i++)              /* a role may be called answer: then it hides nothing */
		if (p->role[i].rows.n && !find_local(names, p->role[i].name))
			bind(in, names, p->role[i].name, rows_value(in, &p->role[i].rows), none, false);
	if (e->rows && !find_local(names, end))
		bind(in, names, end, number((double)p->length - 1), none, false);
}

static const char *pair_text(struct evaluation *e, const struct pair *p)
{
	size_t i = (size_t)(p - e->data->pair.at) + 1;
	return p->line && *e->data->from ? arena_printf(&e->in->arena, "%s:%d", e->data->from, p->line) : arena_printf(&e->in->arena, "pair %zu", i);
}

/* Adds to the message reported last which pair it was. */
static void say_pair(struct evaluation *e, const struct metric *m, const struct pair *p)
{
	struct diags *d = e->in->o.diags;
	const char *hint = d->at[d->n - 1].hint;
	struct place here = source_place(d->sources, e->ast->span), there = source_place(d->sources, d->at[d->n - 1].at);
	diag_hint(d, "%s%swhile computing %s on %s", hint ? hint : "", hint ? "; " : "", m->name, pair_text(e, p));
	if (here.source && here.source != there.source)              /* a metric of the standard library: say whose mistake it is */
		diag_hint(d, "%s, asked for at %s:%d:%d", d->at[d->n - 1].hint, here.source->name, here.line, here.col);
}

/* The number that the body gave; *none: it has nothing to say about this row. */
static bool result(struct evaluation *e, const struct metric *m, struct value r, double *out, bool *none)
{
	const struct ast *body = m->fn->body;
	*none = r.kind == VAL_NONE;
	if (*none)
		return true;
	if (r.kind != VAL_NUMBER)
		return FAIL(e->in, E_METRIC, body, "%s has to give one number for a pair, this is %s", m->name, value_kind_name[r.kind]);
	*out = r.number;
	return !isnan(r.number) || FAIL(e->in, E_METRIC, body, "%s is not a number here (0/0, the logarithm of a negative number, or an output of the model that is none itself)", m->name);
}

/* One number of a metric's body.  Everything it makes goes into a scratch arena and is gone afterwards. */
static bool call_metric(struct evaluation *e, const struct metric *m, const struct pair *p, int64_t here, const struct tensor *ref,
    const struct tensor *patched, double *out, bool *none)
{
	struct interp *in = e->in;
	struct run_view view[2] = { { e->data->graph, ref ? ref : patched, p, e->data, NULL }, { e->data->graph, patched, p, e->data, NULL } };
	struct value arg[2] = { { .kind = VAL_RUN, .run = &view[0] }, { .kind = VAL_RUN, .run = &view[1] } }, r;
	size_t n_kept = in->scopes.kept.n;
	in->outer = in->arena;
	in->arena = (struct arena){ 0 };
	struct scope *names = scope_open(&in->scopes, m->fn->scope);
	names->wall = true;
	metric_names(e, names, p, here);
	struct function f = *m->fn;
	f.scope = names;
	in->used_here = false;
	in->measured = p;
	in->measured_of = e->data;
	in->measured_names = names;
	size_t before = in->o.diags->n_errors;
	bool ok = call_function(in, &f, arg, m->delta ? 2 : 1, e->ast, &r) && result(e, m, r, out, none);
	in->measured = NULL;
	scope_close(&in->scopes, names);
	scopes_forget(&in->scopes, n_kept);
	arena_free(&in->arena);
	in->arena = in->outer;
	in->outer = (struct arena){ 0 };
	if (!ok && in->o.diags->n_errors > before)
		say_pair(e, m, p);
	return ok;
}

/* ---- a pair */

/* The rows that `at` asks for; -1 alone where the output has no rows. */
size_t metric_rows(const struct evaluation *e, const struct pair *p, int64_t *row)
{
	size_t n = 0;
	if (!e->rows) {
		row[0] = -1;
		return 1;
	}
	if (!e->all && !e->at.n_positions) {
		row[0] = p->length - 1;
		return 1;
	}
	for (int64_t t = 0; t < p->length; t++) {
		bool asked = e->all;
		for (size_t i = 0; i < e->at.n_positions && !asked; i++) {
			const struct position *q = &e->at.position[i];
			asked = !q->role && (q->row < 0 ? q->row + p->length : q->row) == t;
			for (size_t r = 0; q->role && r < p->n_roles; r++)
				for (size_t k = 0; p->role[r].name == q->role && k < p->role[r].rows.n; k++)
					asked |= p->role[r].rows.at[k] == t;
		}
		if (asked)
			row[n++] = t;
	}
	return n;
}

struct measured { double delta, ref, other; };       /* NAN: no row to look at */

/* |f(ref) - f(other)|; infinite when either is, also when both are. */
static double gap(double a, double b)
{
	return isinf(a) || isinf(b) ? INFINITY : fabs(a - b);
}

/* The two runs of a pair that are compared. */
struct shown { size_t pair; const struct tensor *ref, *other; };

/* known: what m said about this row of ref, or NAN; filled in. */
static bool measure_row(struct evaluation *e, const struct metric *m, const struct shown *o, int64_t row, double *known,
    struct measured *out, bool *none)
{
	const struct pair *p = &e->data->pair.at[o->pair];
	if (m->delta)
		return call_metric(e, m, p, row, o->ref, o->other, &out->delta, none);
	if (isnan(*known) && (!call_metric(e, m, p, row, NULL, o->ref, known, none) || *none))
		return *none;
	out->ref = *known;
	if (!call_metric(e, m, p, row, NULL, o->other, &out->other, none))
		return false;
	out->delta = gap(out->ref, out->other);
	return true;
}

/* What a metric said about the rows of a pair's reference run: hypotheses come pair by pair. */
static double *known_rows(struct evaluation *e, size_t k, size_t pair)
{
	struct known_ref *known = &e->known[k];
	for (int64_t i = 0; known->pair != pair && i <= e->data->pair.at[pair].length; i++)
		known->row[i] = NAN;
	known->pair = pair;
	return known->row;
}

/* Metric k over the rows asked for, averaged: the delta, and for one-run metrics f of either run.
 * known_ref: what f said about ref before, if there is one row; or NAN. */
static bool measure(struct evaluation *e, size_t k, const struct shown *o, double known_ref, struct measured *out)
{
	const struct metric *m = e->m[k];
	double *known = known_rows(e, k, o->pair);
	const struct pair *p = &e->data->pair.at[o->pair];
	int64_t *row = mem_array((size_t)p->length + 1, sizeof *row);
	size_t n = metric_rows(e, p, row), used = 0;
	struct measured sum = { 0, 0, 0 };
	bool ok = true;
	if (n == 1 && !isnan(known_ref))
		known[0] = known_ref;
	for (size_t i = 0; i < n && ok; i++) {
		struct measured x = { 0, 0, 0 };
		bool none = false;
		ok = measure_row(e, m, o, row[i], &known[i], &x, &none);
		if (ok && e->moved && !e->in->used_here) {
			ok = FAIL(e->in, E_METRIC_AT, e->ast->kid[3], "%s looks at rows of its own, so it cannot be taken at others", m->name);
			diag_hint(e->in->o.diags, "a metric that can be moved looks at the row `here`: run.%s[here]", e->data->graph->output_name);
		}
		if (!ok || none)
			continue;
		used++;
		sum.delta += x.delta;
		sum.ref += x.ref;
		sum.other += x.other;
	}
	free(row);
	double by = used ? (double)used : NAN;
	*out = (struct measured){ sum.delta / by, sum.ref / by, sum.other / by };
	return ok;
}

static bool on_pair(void *context, const struct pair_outputs *o)
{
	struct evaluation *e = context;
	bool base = o->hypothesis == NO_HYPOTHESIS;
	const struct pair *p = &e->data->pair.at[o->pair];
	const struct asked *a = &e->asked[o->pair];
	struct shown s = { o->pair, canvas_show(&e->canvas[0], e, p, a, o->type, o->ref),
		canvas_show(&e->canvas[1], e, p, a, o->type, o->patched) };
	size_t h = base ? NO_HYPOTHESIS : e->part.h[o->hypothesis];
	for (size_t k = 0; k < e->n_m; k++) {
		struct estimate *r = &e->row[(base ? 0 : h) * e->n_m + k];
		struct measured x;
		if (!kept_wants(e->kept, h, k, o->pair))
			continue;
		if (!measure(e, k, &s, base ? NAN : e->row[k].f_ref[o->pair], &x))
			return false;
		(base ? r->delta_total : r->delta)[o->pair] = x.delta;
		(base ? r->f_cf : r->f_patched)[o->pair] = x.other;
		if (base)
			r->f_ref[o->pair] = x.ref;
		kept_put(e->kept, h, k, o->pair);
	}
	return true;
}

/* ---- the statement */

static bool members(struct interp *in, const struct ast *a, struct scope *s, enum value_kind k, struct value **out, size_t *n)
{
	struct value v;
	if (!eval(in, a, s, &v))
		return false;
	if (v.kind != VAL_LIST) {
		*out = arena_copy(&in->arena, &v, sizeof v);
		*n = 1;
		return want(in, a, v, k);
	}
	*out = v.list->at;
	*n = v.list->n;
	for (size_t i = 0; i < *n; i++)
		if (!want(in, a, (*out)[i], k))
			return false;
	return *n || FAIL(in, E_EVALUATE, a, "the list is empty");
}

static const char *at_text(struct evaluation *e)
{
	struct buf b = { 0 };
	if (e->all)
		buf_puts(&b, "all");
	for (size_t i = 0; i < e->at.n_positions; i++) {
		if (e->at.position[i].role)
			buf_printf(&b, "%s%s", i ? "," : "", e->at.position[i].role);
		else
			buf_printf(&b, "%s%lld", i ? "," : "", (long long)e->at.position[i].row);
	}
	const char *t = b.n ? arena_strndup(&e->in->arena, b.at, b.n) : "END";
	buf_free(&b);
	return t;
}

/* `at`: all, roles, rows.  A role has to be one that some pair has. */
static bool read_at(struct evaluation *e, const struct ast *a, struct scope *s)
{
	struct interp *in = e->in;
	e->all = a->n == 1 && a->kid[0]->kind == AST_NAME && strcmp(a->kid[0]->name, "all") == 0;
	if (!e->rows) {
		diag_at(in->o.diags, E_NO_ROWS, a->span, "the output of %s has no rows to choose from", e->data->graph->name);
		diag_hint(in->o.diags, "leave out `at`");
		return false;
	}
	if (!e->all && !positions_of(in, a, s, &e->at))
		return false;
	const struct position *q = e->at.position;
	e->moved = e->all || e->at.n_positions != 1 || (q->role ? strcmp(q->role, "END") != 0 : q->row != -1);
	for (size_t i = 0; i < e->at.n_positions; i++) {
		bool known = !q[i].role || strcmp(q[i].role, "END") == 0;
		for (size_t r = 0; r < e->data->n_roles && !known; r++)
			known = e->data->role[r] == q[i].role;
		if (known)
			continue;
		const char *near = str_nearest(q[i].role, e->data->role, e->data->n_roles);
		diag_at(in->o.diags, E_ROLE, q[i].at, "the dataset %s has no position %s", e->data->name, q[i].role);
		if (near)
			diag_hint(in->o.diags, "did you mean %s?", near);
		return false;
	}
	return true;
}

static bool hypotheses(struct evaluation *e, const struct ast *a, struct scope *s)
{
	struct value *v;
	if (!members(e->in, a, s, VAL_HYPOTHESIS, &v, &e->n_h))
		return false;
	e->h = arena_array(&e->in->arena, e->n_h, sizeof *e->h);
	for (size_t i = 0; i < e->n_h; i++)
		e->h[i] = v[i].hypothesis;
	return true;
}

bool metric_clauses(struct evaluation *e, const struct ast *a, struct scope *s)
{
	struct interp *in = e->in;
	struct value *v, d;
	if (a->kid[4] && a->kind != AST_EVALUATE)
		return FAIL(in, E_EVALUATE, a->kid[4], "'across' belongs to evaluate");
	if (a->kid[5] && a->kind != AST_COUNTEREXAMPLES)
		return FAIL(in, E_EVALUATE, a->kid[5], "'top' belongs to counterexamples; top(results, n, by: \"aue\") are the n largest rows");
	if (!a->kid[1] || !a->kid[2])
		return FAIL(in, E_EVALUATE, a, "this needs a dataset and a metric: %s h on pairs by kl", ast_kind_name[a->kind]);
	if (a->kind != AST_SWEEP && a->kind != AST_PRUNE && !hypotheses(e, a->kid[0], s))
		return false;
	if (!members(in, a->kid[2], s, VAL_METRIC, &v, &e->n_m) || !eval(in, a->kid[1], s, &d) || !want(in, a->kid[1], d, VAL_DATASET))
		return false;
	e->m = arena_array(&in->arena, e->n_m, sizeof *e->m);
	for (size_t i = 0; i < e->n_m; i++)
		e->m[i] = v[i].metric;
	e->data = d.dataset;
	e->rows = shape_has_rows(&e->data->graph->output->shape);
	for (size_t i = 0; i < e->n_h; i++)
		if (graph_origin(e->h[i]->graph) != e->data->graph)
			return FAIL(in, E_DATASET_MODEL, a->kid[1], "the dataset is for the model %s, but the hypothesis %s is on %s", e->data->graph->name,
			    e->h[i]->name, e->h[i]->graph->name);
	return (!a->kid[3] || read_at(e, a->kid[3], s)) && (!a->kid[4] || across_variants(e, a->kid[4]));
}

struct counted { const char *kept, *cut; };

static struct counted count_kept(struct evaluation *e, const struct hypothesis *h)
{
	struct automaton *a = automaton_new(h->graph, h->rule, h->n_rules, e->in->o.diags);
	pp_assert(a);                                /* it was checked when the hypothesis was declared */
	struct counted n = { 0 };
	if (!automaton_has_positions(a))
		n.kept = count_column(h->graph, a, COLUMN_REF, &e->in->arena);
	if (!automaton_has_positions(a) && h->ablation)
		n.cut = count_column(h->graph, a, COLUMN_CF, &e->in->arena);
	else if (!automaton_has_positions(a) && automaton_sets(a))
		n.cut = count_column(h->graph, a, COLUMN_SET, &e->in->arena);
	automaton_free(a);
	return n;
}

void metric_new_rows(struct evaluation *e, bool counts)
{
	struct interp *in = e->in;
	size_t n = e->data->pair.n;
	const char *at = at_text(e);
	e->row = arena_array(&in->arena, e->n_h * e->n_m, sizeof *e->row);
	for (size_t h = 0; h < e->n_h; h++) {
		struct counted paths = { 0 };
		bool again = counts && h && e->h[h]->graph == e->h[h - 1]->graph;
		const char *total = again ? e->row[(h - 1) * e->n_m].paths_total : counts ? count_all(e->h[h]->graph, &in->arena) : NULL;
		if (counts)
			paths = count_kept(e, e->h[h]);
		for (size_t k = 0; k < e->n_m; k++) {
			struct estimate *r = &e->row[h * e->n_m + k];
			*r = (struct estimate){ .hypothesis = e->h[h]->name, .model = e->data->graph->name, .dataset = e->data->name,
				.metric = e->m[k]->name, .at = at, .one_run = !e->m[k]->delta, .paths_kept = paths.kept, .paths_total = total, .paths_cut = paths.cut,
				.variant_of = e->h[h]->variant_of };
			memcpy(r->variant, e->h[h]->variant, sizeof r->variant);
			double **each[] = { &r->delta, &r->delta_total, &r->f_ref, &r->f_cf, &r->f_patched };
			for (size_t i = 0; i < 5; i++)
				*each[i] = arena_array(&in->arena, n, sizeof(double));
		}
	}
}

int64_t metric_longest(const struct evaluation *e)
{
	int64_t longest = 1;
	for (size_t p = 0; p < e->data->pair.n; p++)
		longest = e->data->pair.at[p].length > longest ? e->data->pair.at[p].length : longest;
	return longest;
}

/* Some hypotheses on some pairs. */
static bool run_part(struct evaluation *e)
{
	const struct hypothesis **h = mem_array(e->part.n, sizeof *h);
	struct eval_plan plan = { 0 };
	for (size_t i = 0; i < e->part.n; i++)
		h[i] = e->h[e->part.h[i]];
	struct eval_request q = { .h = h, .n = e->part.n, .data = e->data, .asked = e->asked, .pair = e->part.pair, .at = e->ast->span };
	bool ok = evaluate(&q, &e->in->o.limits, on_pair, e, &plan, e->in->o.diags);
	if (ok)
		kept_cost(e->kept, &plan);
	if (ok && e->in->o.hooks.cost)
		e->in->o.hooks.cost(e->in->o.hooks.context, &plan);
	free(h);
	return ok;
}

static bool run_all(struct evaluation *e)
{
	bool ok = true;
	e->known = arena_array(&e->in->arena, e->n_m + 1, sizeof *e->known);
	for (size_t k = 0; k < e->n_m; k++)
		e->known[k] = (struct known_ref){ SIZE_MAX, arena_array(&e->in->arena, (size_t)metric_longest(e) + 1, sizeof(double)) };
	e->asked = asked_work_out(e);
	e->canvas = canvas_new(e);
	e->kept = kept_open(e->in, &(struct kept_question){ e->h, e->m, e->n_h, e->n_m, e->data, e->row });
	while (ok && kept_next(e->kept, &e->part))
		ok = run_part(e);
	e->complete = kept_complete(e->kept);
	kept_close(e->kept);
	canvas_free(e->canvas);
	return ok;
}

bool metric_groups(const struct evaluation *e, bool (*call)(struct evaluation *group, const size_t *h, void *context), void *context)
{
	size_t *h = mem_array(e->n_h, sizeof *h);
	bool *done = mem_array(e->n_h, sizeof *done), ok = true;
	for (size_t first = 0; first < e->n_h && ok; first++) {
		struct evaluation g = *e;
		struct dataset view = *e->data;          /* the same pairs, for the graph that these hypotheses derived */
		if (done[first])
			continue;
		g.h = mem_array(e->n_h, sizeof *g.h);
		g.n_h = 0;
		view.graph = e->h[first]->graph;
		if (view.graph != e->data->graph)
			g.data = &view;
		for (size_t i = first; i < e->n_h; i++)
			if (e->h[i]->graph == view.graph) {
				done[i] = true;
				h[g.n_h] = i;
				g.h[g.n_h++] = e->h[i];
			}
		ok = call(&g, h, context);
		free(g.h);
	}
	free(done);
	free(h);
	return ok;
}

static bool run_group(struct evaluation *g, const size_t *h, void *context)
{
	struct evaluation *e = context;
	struct estimate *mine = mem_array(g->n_h * g->n_m, sizeof *mine);        /* the numbers lie where those of e do */
	for (size_t i = 0; i < g->n_h; i++)
		memcpy(mine + i * g->n_m, e->row + h[i] * e->n_m, g->n_m * sizeof *mine);
	g->row = mine;
	bool ok = run_all(g);
	e->complete &= g->complete;
	free(mine);
	return ok;
}

bool metric_run(struct evaluation *e)
{
	e->complete = true;
	return metric_groups(e, run_group, e);
}

static bool explain_group(struct evaluation *g, const size_t *h, void *context)
{
	(void)h;
	(void)context;
	g->in->o.hooks.explain(g->in->o.hooks.context, &(struct explained_evaluation){ g->h, g->n_h, g->data, asked_work_out(g), g->ast->span });
	return true;
}

/* Positions that the dataset lacks, which a run finds when it sorts rows. */
static void check_positions(const struct evaluation *e, const struct pattern *p)
{
	struct position_set s = { p->position, p->n_positions };
	if (s.n)
		positions_known(&s, e->data, e->in->o.diags);
	for (size_t i = 0; i < p->n; i++)
		check_positions(e, p->kid[i]);
}

void metric_explain(const struct evaluation *e)
{
	for (size_t h = 0; e->in->o.mode == INTERP_CHECK && h < e->n_h; h++)
		for (size_t r = 0; r < e->h[h]->n_rules; r++)
			check_positions(e, e->h[h]->rule[r].pattern);
	if (e->in->o.mode == INTERP_EXPLAIN && e->in->o.hooks.explain)
		metric_groups(e, explain_group, NULL);
}

bool evaluate_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct evaluation e = { .in = in, .ast = a };
	*out = (struct value){ .kind = VAL_LATER };
	if (!metric_clauses(&e, a, s))
		return false;
	metric_explain(&e);
	if (in->o.mode != INTERP_RUN)
		return true;                             /* VAL_LATER: what needs the results is later, too */
	metric_new_rows(&e, true);
	if (!metric_run(&e))
		return false;
	if (!e.complete)
		return true;
	across_totals(&e);
	double t0 = clock_seconds();
	estimate_all(e.row, e.n_h * e.n_m, e.data->pair.n, in->o.seed, e.data->digest);
	if (in->o.hooks.estimated)
		in->o.hooks.estimated(in->o.hooks.context, clock_seconds() - t0);
	struct results *r = arena_alloc(&in->arena, sizeof *r);
	*r = (struct results){ e.row, e.n_h * e.n_m, e.h, e.n_h, e.m, e.n_m, e.data->n_equal };
	*out = (struct value){ .kind = VAL_RESULTS, .results = r };
	return true;
}
