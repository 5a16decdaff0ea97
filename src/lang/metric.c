/* Metrics and the evaluate statement: calling a metric pair by pair, and gathering what it says into results. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "lang/internal.h"

struct evaluation {
	struct interp *in;
	const struct ast *ast;
	const struct hypothesis **h;
	const struct metric **m;
	size_t n_h, n_m;
	struct dataset *data;
	struct pattern at;               /* positions of `at`; none: the last row */
	bool all;                        /* at all */
	struct estimate *row;
	struct arena scratch;
};

static struct value ids_value(struct interp *in, const int32_t *id, size_t n)
{
	if (n == 1)
		return number(id[0]);
	struct list *l = arena_alloc(&in->arena, sizeof *l);
	l->n = n;
	l->at = arena_array(&in->arena, n, sizeof *l->at);
	for (size_t i = 0; i < n; i++)
		l->at[i] = number(id[i]);
	return (struct value){ .kind = VAL_LIST, .list = l };
}

static struct value rows_value(struct interp *in, const struct rows *r)
{
	struct list *l = arena_alloc(&in->arena, sizeof *l);
	if (r->n == 1)
		return number((double)r->at[0]);
	l->n = r->n;
	l->at = arena_array(&in->arena, r->n, sizeof *l->at);
	for (size_t i = 0; i < r->n; i++)
		l->at[i] = number((double)r->at[i]);
	return (struct value){ .kind = VAL_LIST, .list = l };
}

/* One number of a metric's body.  Everything it makes goes into the scratch arena. */
static bool call_metric(struct evaluation *e, const struct metric *m, const struct pair *p, int64_t here, const struct tensor *ref,
    const struct tensor *patched, double *out)
{
	struct interp *in = e->in;
	struct arena keep = in->arena;
	struct scope names = { .up = m->fn->scope };
	struct span none = { 0, 0 };
	in->arena = e->scratch;
	struct run_view view[2] = { { e->data->graph, m->delta ? ref : patched, p, e->data }, { e->data->graph, patched, p, e->data } };
	struct value arg[2] = { { .kind = VAL_RUN, .run = &view[0] }, { .kind = VAL_RUN, .run = &view[1] } }, r;
	bool ok = true;
	for (size_t i = 0; i < p->n_roles; i++)
		ok &= bind(in, &names, p->role[i].name, rows_value(in, &p->role[i].rows), none, false);
	if (!find(&names, intern("END")))
		ok &= bind(in, &names, intern("END"), number((double)p->length - 1), none, false);
	if (here >= 0)
		ok &= bind(in, &names, intern("here"), number((double)here), none, false);
	if (p->n_answer)
		ok &= bind(in, &names, intern("answer"), ids_value(in, p->answer, p->n_answer), none, false);
	if (p->n_foil)
		ok &= bind(in, &names, intern("foil"), ids_value(in, p->foil, p->n_foil), none, false);
	struct function f = *m->fn;
	f.scope = &names;
	in->used_here = false;
	ok = ok && call_function(in, &f, arg, m->delta ? 2 : 1, e->ast, &r) && want(in, e->ast, r, VAL_NUMBER);
	if (ok)
		*out = r.number;
	vec_free(&names.binding);
	arena_free(&in->arena);
	e->scratch = (struct arena){ 0 };
	in->arena = keep;
	if (!ok)
		diag_hint(in->o.diags, "while computing %s on the pair of line %d", m->name, p->line);
	return ok;
}

/* The rows that `at` asks for; -1 alone where the output has no rows. */
static size_t rows_asked(const struct evaluation *e, const struct pair *p, int64_t *row)
{
	size_t n = 0;
	if (!shape_has_rows(&e->data->graph->output->shape)) {
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

/* The metric over the rows asked for, averaged: the delta, and for one-run metrics f of either run. */
static bool measure(struct evaluation *e, const struct metric *m, const struct pair_outputs *o, double *delta, double *f_ref, double *f_other)
{
	const struct pair *p = &e->data->pair.at[o->pair];
	int64_t *row = mem_array((size_t)p->length + 1, sizeof *row);
	size_t n = rows_asked(e, p, row);
	double sum = 0, sum_ref = 0, sum_other = 0;
	bool ok = true;
	for (size_t i = 0; i < n && ok; i++) {
		double a = 0, b = 0;
		if (m->delta) {
			ok = call_metric(e, m, p, row[i], &o->ref, &o->patched, &a);
			sum += a;
		} else {
			ok = call_metric(e, m, p, row[i], NULL, &o->ref, &a) && call_metric(e, m, p, row[i], NULL, &o->patched, &b);
			sum += fabs(a - b);
			sum_ref += a;
			sum_other += b;
		}
		if (ok && (e->all || e->at.n_positions) && row[i] >= 0 && !e->in->used_here)
			ok = FAIL(e->in, E_METRIC_AT, e->ast, "%s names its own row, so it cannot be taken at another", m->name);
	}
	free(row);
	*delta = n ? sum / (double)n : NAN;
	*f_ref = n ? sum_ref / (double)n : NAN;
	*f_other = n ? sum_other / (double)n : NAN;
	return ok;
}

static bool on_pair(void *context, const struct pair_outputs *o)
{
	struct evaluation *e = context;
	for (size_t k = 0; k < e->n_m; k++) {
		double delta, f_ref, f_other;
		if (!measure(e, e->m[k], o, &delta, &f_ref, &f_other))
			return false;
		for (size_t h = 0; h < e->n_h; h++) {
			struct estimate *r = &e->row[h * e->n_m + k];
			if (o->hypothesis == NO_HYPOTHESIS) {
				r->delta_total[o->pair] = delta;
				r->f_ref[o->pair] = f_ref;
				r->f_cf[o->pair] = f_other;
			} else if (o->hypothesis == h) {
				r->delta[o->pair] = delta;
				r->f_patched[o->pair] = f_other;
			}
		}
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

static bool read_clauses(struct evaluation *e, const struct ast *a, struct scope *s)
{
	struct interp *in = e->in;
	struct value *v, d;
	if (a->kid[4] || a->kid[5])
		return FAIL(in, E_PLACE, a, "'across' and 'top' are not in this version of pp yet");
	if (!a->kid[1] || !a->kid[2])
		return FAIL(in, E_EVALUATE, a, "an evaluation needs a dataset and a metric: evaluate h on pairs by kl");
	if (!members(in, a->kid[0], s, VAL_HYPOTHESIS, &v, &e->n_h))
		return false;
	e->h = arena_array(&in->arena, e->n_h, sizeof *e->h);
	for (size_t i = 0; i < e->n_h; i++)
		e->h[i] = v[i].hypothesis;
	if (!members(in, a->kid[2], s, VAL_METRIC, &v, &e->n_m) || !eval(in, a->kid[1], s, &d) || !want(in, a->kid[1], d, VAL_DATASET))
		return false;
	e->m = arena_array(&in->arena, e->n_m, sizeof *e->m);
	for (size_t i = 0; i < e->n_m; i++)
		e->m[i] = v[i].metric;
	e->data = d.dataset;
	for (size_t i = 0; i < e->n_h; i++)
		if (e->h[i]->graph != e->data->graph)
			return FAIL(in, E_DATASET_MODEL, a->kid[1], "the dataset is for another model than the hypothesis %s", e->h[i]->name);
	if (a->kid[3]) {
		e->all = a->kid[3]->n == 1 && a->kid[3]->kid[0]->kind == AST_NAME && strcmp(a->kid[3]->kid[0]->name, "all") == 0;
		if (!e->all && !positions_of(in, a->kid[3], s, &e->at))
			return false;
		for (size_t i = 0; i < e->at.n_positions; i++) {
			bool known = !e->at.position[i].role;
			for (size_t r = 0; r < e->data->n_roles && !known; r++)
				known = e->data->role[r] == e->at.position[i].role;
			if (!known)
				return FAIL(in, E_ROLE, a->kid[3], "the dataset has no position %s", e->at.position[i].role);
		}
	}
	return true;
}

static void new_rows(struct evaluation *e)
{
	struct interp *in = e->in;
	size_t n = e->data->pair.n;
	const char *at = at_text(e), *total = count_all(e->data->graph, &in->arena);
	e->row = arena_array(&in->arena, e->n_h * e->n_m, sizeof *e->row);
	for (size_t h = 0; h < e->n_h; h++) {
		struct automaton *a = automaton_new(e->h[h]->graph, e->h[h]->rule, e->h[h]->n_rules, in->o.diags);
		pp_assert(a);                            /* it was checked when the hypothesis was declared */
		const char *kept = automaton_has_positions(a) ? NULL : count_column(e->data->graph, a, COLUMN_REF, &in->arena);
		automaton_free(a);
		for (size_t k = 0; k < e->n_m; k++) {
			struct estimate *r = &e->row[h * e->n_m + k];
			*r = (struct estimate){ .hypothesis = e->h[h]->name, .model = e->data->graph->name, .dataset = e->data->name,
				.metric = e->m[k]->name, .at = at, .one_run = !e->m[k]->delta, .paths_kept = kept, .paths_total = total };
			double **each[] = { &r->delta, &r->delta_total, &r->f_ref, &r->f_cf, &r->f_patched };
			for (size_t i = 0; i < 5; i++)
				*each[i] = arena_array(&in->arena, n, sizeof(double));
		}
	}
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool evaluate_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct evaluation e = { .in = in, .ast = a };
	struct eval_plan plan = { 0 };
	out->kind = VAL_NONE;
	if (!read_clauses(&e, a, s))
		return false;
	if (in->o.mode == INTERP_EXPLAIN && in->o.hooks.explain)
		in->o.hooks.explain(in->o.hooks.context, e.h, e.n_h, e.data, a->span);
	if (in->o.mode != INTERP_RUN)
		return false;                            /* nothing is known of the results: what needs them is passed over without a word */
	new_rows(&e);
	if (!evaluate(e.h, e.n_h, e.data, &in->o.limits, on_pair, &e, &plan, a->span, in->o.diags))
		return false;
	double t0 = seconds();
	estimate_all(e.row, e.n_h * e.n_m, e.data->pair.n, in->o.seed, e.data->digest);
	if (in->o.hooks.cost)
		in->o.hooks.cost(in->o.hooks.context, &plan, seconds() - t0);
	struct results *r = arena_alloc(&in->arena, sizeof *r);
	*r = (struct results){ e.row, e.n_h * e.n_m, e.h, e.n_h, e.m, e.n_m, e.data->n_equal };
	*out = (struct value){ .kind = VAL_RESULTS, .results = r };
	return true;
}
