/* counterexamples h on d by m top n: the pairs that a hypothesis explains worst, with what the model says in the reference run
 * and what it says under the hypothesis. */
#include <math.h>
#include <string.h>

#include "lang/metric.h"
#include "lang/tables.h"

enum { TOP_TOKENS = 3, DEFAULT_TOP = 5 };

/* One line of the table. */
struct worst { size_t h, m, pair; double delta; char *ref, *patched; };

struct search {
	struct evaluation e;
	struct worst *worst;
	size_t n;
	struct asked *asked;                         /* by pair: the row whose outputs are shown */
	size_t width;                                /* numbers in such a row */
	bool tokens;                                 /* they are about tokens */
};

/* ---- which pairs */

static int by_delta(const void *p, const void *q)
{
	const struct worst *a = p, *b = q;
	return a->delta != b->delta ? (a->delta < b->delta) - (a->delta > b->delta) : (a->pair > b->pair) - (a->pair < b->pair);
}

static void find_worst(struct search *s, size_t top)
{
	size_t n_pairs = s->e.data->pair.n;
	struct worst *all = mem_array(n_pairs + 1, sizeof *all);
	s->worst = mem_array(s->e.n_h * s->e.n_m * (top < n_pairs ? top : n_pairs) + 1, sizeof *s->worst);
	for (size_t h = 0; h < s->e.n_h; h++)
		for (size_t m = 0; m < s->e.n_m; m++) {
			size_t n = 0;
			for (size_t p = 0; p < n_pairs; p++) {
				double x = s->e.row[h * s->e.n_m + m].delta[p];
				if (!isnan(x))
					all[n++] = (struct worst){ .h = h, .m = m, .pair = p, .delta = x };
			}
			qsort(all, n, sizeof *all, by_delta);
			n = n < top ? n : top;
			memcpy(s->worst + s->n, all, n * sizeof *all);
			s->n += n;
		}
	free(all);
}

/* ---- what is said there */

static void put_token(const struct dataset *d, int32_t id, struct buf *out)
{
	const char *text = d->tokenizer ? tokenizer_text(d->tokenizer, id) : NULL;
	if (text)
		buf_printf(out, "'%s'", text);
	else
		buf_printf(out, "%d", (int)id);
}

/* The likeliest tokens, each with its probability: "' Mary' 0.712, ' John' 0.104" */
static char *top_tokens(const struct search *s, const struct pair_outputs *o, const void *run)
{
	struct buf b = { 0 };
	double most = -INFINITY, sum = 0;
	size_t taken[TOP_TOKENS];
	for (size_t i = 0; i < s->width; i++)
		most = output_number(o, run, i) > most ? output_number(o, run, i) : most;
	for (size_t i = 0; i < s->width; i++)
		sum += exp(output_number(o, run, i) - most);
	for (size_t k = 0; k < TOP_TOKENS && k < s->width; k++) {
		size_t best = s->width;
		for (size_t i = 0; i < s->width; i++) {
			bool old = false;
			for (size_t j = 0; j < k; j++)
				old |= taken[j] == i;
			if (!old && (best == s->width || output_number(o, run, i) > output_number(o, run, best)))
				best = i;
		}
		taken[k] = best;
		buf_puts(&b, k ? ", " : "");
		put_token(s->e.data, (int32_t)best, &b);
		buf_printf(&b, " %.3f", exp(output_number(o, run, best) - most) / sum);
	}
	buf_puts(&b, "");
	return b.at;
}

static char *plain_numbers(const struct search *s, const struct pair_outputs *o, const void *run)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < s->width && i < 8; i++)
		buf_printf(&b, "%s%.6g", i ? ", " : "", output_number(o, run, i));
	buf_puts(&b, s->width > 8 ? ", ..." : "");
	return b.at;
}

static bool look(void *context, const struct pair_outputs *o)
{
	struct search *s = context;
	for (size_t i = 0; i < s->n; i++) {
		struct worst *w = &s->worst[i];
		if (w->pair != o->pair || w->h != o->hypothesis || w->ref)
			continue;
		w->ref = s->tokens ? top_tokens(s, o, o->ref) : plain_numbers(s, o, o->ref);
		w->patched = s->tokens ? top_tokens(s, o, o->patched) : plain_numbers(s, o, o->patched);
	}
	return true;
}

/* Of the rows that `at` asks for the last one. */
static void ask_for_rows(struct search *s, int64_t *row)
{
	const struct shape *shape = &s->e.data->graph->output->shape;
	bool rows = shape_has_rows(shape);
	s->width = 1;
	for (int i = rows ? 1 : 0; i < shape->n; i++)
		s->width *= (size_t)shape->dim[i];
	s->tokens = rows && shape->n == 2 && s->e.data->graph->input.n == 1 && s->e.data->graph->input.at[0].ids;
	for (size_t i = 0; rows && i < s->e.data->pair.n; i++) {
		const struct pair *p = &s->e.data->pair.at[i];
		int64_t *all = mem_array((size_t)p->length + 1, sizeof *all);
		size_t n = metric_rows(&s->e, p, all);
		row[i] = n ? all[n - 1] : p->length - 1;
		free(all);
		s->asked[i] = (struct asked){ .row = &row[i], .n_rows = 1 };
	}
}

/* Hypotheses on one graph, which are some of the search's. */
struct run_of_group { struct search *s; const bool *pair; const size_t *h; };

static bool look_in_group(void *context, const struct pair_outputs *o)
{
	struct run_of_group *r = context;
	struct pair_outputs mine = *o;
	mine.hypothesis = o->hypothesis == NO_HYPOTHESIS ? NO_HYPOTHESIS : r->h[o->hypothesis];
	return look(r->s, &mine);
}

static bool run_group(struct evaluation *g, const size_t *h, void *context)
{
	struct run_of_group *r = context;
	struct eval_plan plan = { 0 };
	struct eval_request q = { .h = g->h, .n = g->n_h, .data = g->data, .asked = r->s->asked, .pair = r->pair, .at = g->ast->span };
	r->h = h;
	return evaluate(&q, &g->in->o.limits, look_in_group, r, &plan, g->in->o.diags);
}

static bool run_worst(struct search *s)
{
	size_t n_pairs = s->e.data->pair.n;
	int64_t *row = mem_array(n_pairs + 1, sizeof *row);
	bool *pair = mem_array(n_pairs + 1, sizeof *pair);
	s->asked = mem_array(n_pairs + 1, sizeof *s->asked);
	ask_for_rows(s, row);
	for (size_t i = 0; i < s->n; i++)
		pair[s->worst[i].pair] = true;
	struct run_of_group r = { s, pair, NULL };
	bool ok = metric_groups(&s->e, run_group, &r);
	free(s->asked);
	free(pair);
	free(row);
	return ok;
}

/* ---- the table */

static struct value side_text(struct interp *in, const struct dataset *d, const struct pair *p, int column)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < d->graph->input.n; i++) {
		const struct input_value *v = &p->value[(size_t)column * d->graph->input.n + i];
		if (d->graph->input.n > 1)
			buf_printf(&b, "%s%s ", i ? ", " : "", d->graph->input.at[i].name);
		if (v->ids && d->tokenizer)
			tokenizer_decode(d->tokenizer, v->ids, (size_t)v->n, &b);
		for (int64_t k = 0; k < v->n && !(v->ids && d->tokenizer); k++)
			buf_printf(&b, "%s%.6g", k ? " " : "", v->ids ? (double)v->ids[k] : (double)v->real[k]);
	}
	struct value t = text(in, buf_str(&b), b.n);
	buf_free(&b);
	return t;
}

static struct value tokens_text(struct interp *in, const struct dataset *d, const int32_t *id, size_t n)
{
	struct buf b = { 0 };
	if (!n)
		return (struct value){ .kind = VAL_NONE };
	for (size_t i = 0; i < n; i++) {
		buf_puts(&b, i ? ", " : "");
		put_token(d, id[i], &b);
	}
	struct value t = text(in, buf_str(&b), b.n);
	buf_free(&b);
	return t;
}

static bool make_table(const struct search *s, struct value *out)
{
	static const char *const name[] = { "hypothesis", "metric", "pair", "reference", "counterfactual", "answer", "foil", "delta", "total",
		"reference_top", "patched_top" };
	enum { N = sizeof name / sizeof *name };
	struct interp *in = s->e.in;
	const char *column[N];
	struct value *c = new_cells(in, s->e.ast, N, s->n);
	for (size_t i = 0; i < N; i++)
		column[i] = intern(name[i]);
	for (size_t i = 0; c && i < s->n; i++) {
		const struct worst *w = &s->worst[i];
		const struct estimate *r = &s->e.row[w->h * s->e.n_m + w->m];
		const struct pair *p = &s->e.data->pair.at[w->pair];
		const struct value v[N] = { text(in, r->hypothesis, strlen(r->hypothesis)), text(in, r->metric, strlen(r->metric)), number((double)w->pair),
			side_text(in, s->e.data, p, COLUMN_REF), side_text(in, s->e.data, p, COLUMN_CF), tokens_text(in, s->e.data, p->answer, p->n_answer),
			tokens_text(in, s->e.data, p->foil, p->n_foil), number(w->delta), number(r->delta_total[w->pair]),
			text(in, w->ref, strlen(w->ref)), text(in, w->patched, strlen(w->patched)) };
		memcpy(c + i * N, v, sizeof v);
	}
	return c && new_table(in, s->e.ast, column, N, c, s->n, out);
}

bool counterexamples_statement(struct interp *in, const struct ast *a, struct scope *sc, struct value *out)
{
	struct search s = { .e = { .in = in, .ast = a } };
	struct value top = number(DEFAULT_TOP);
	int64_t n;
	*out = (struct value){ .kind = VAL_LATER };
	if (!metric_clauses(&s.e, a, sc) || (a->kid[5] && !eval(in, a->kid[5], sc, &top)) || !whole(in, a->kid[5] ? a->kid[5] : a, top, &n))
		return false;
	if (n < 1)
		return FAIL(in, E_VALUE, a->kid[5], "top takes how many pairs are shown, not %lld", (long long)n);
	metric_explain(&s.e);
	if (in->o.mode != INTERP_RUN)
		return true;
	metric_new_rows(&s.e, false);
	if (!metric_run(&s.e))
		return false;
	if (!s.e.complete)
		return true;
	find_worst(&s, (size_t)n);
	bool ok = !s.n || run_worst(&s);
	ok = ok && make_table(&s, out);
	for (size_t i = 0; i < s.n; i++) {
		free(s.worst[i].ref);
		free(s.worst[i].patched);
	}
	free(s.worst);
	return ok;
}
