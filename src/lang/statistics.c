/* Built-in functions of statistics on results. */
#include <math.h>
#include <string.h>

#include "eval/signflip.h"
#include "lang/builtins.h"
#include "lang/tables.h"

struct contest { const struct estimate *a, *b; };
struct contests { VEC(struct contest) list; };

static bool same_hypothesis(const struct results *r, size_t h, struct value v)
{
	if (v.kind == VAL_HYPOTHESIS)
		return r->hypothesis[h] == v.hypothesis;
	return v.kind == VAL_STRING && strcmp(r->hypothesis[h]->name, v.string.at) == 0;
}

/* Which hypothesis of r an argument names; n_hypotheses after a report. */
static size_t find_hypothesis(struct interp *in, const struct ast *at, const struct results *r, struct value v)
{
	size_t h = 0;
	while (h < r->n_hypotheses && !same_hypothesis(r, h, v))
		h++;
	if (h == r->n_hypotheses)
		diag_at(in->o.diags, E_INDEX, at->span, "compare() is told which hypotheses of the results are meant, by themselves or by name; this is none of them");
	return h;
}

/* compare(r): each with each; compare(r, a): a with each other; compare(r, a, b): these two. */
static bool contests_of_results(struct interp *in, const struct args *a, const struct results *r, struct contests *c)
{
	size_t only[2] = { r->n_hypotheses, r->n_hypotheses };
	for (size_t i = 1; i < a->n; i++)
		if ((only[i - 1] = find_hypothesis(in, a->ast[i], r, a->at[i])) == r->n_hypotheses)
			return false;
	for (size_t m = 0; m < r->n_metrics; m++)
		for (size_t x = 0; x < r->n_hypotheses; x++)
			for (size_t y = 0; y < r->n_hypotheses; y++) {
				bool wanted = a->n == 1 ? x < y : x == only[0] && y != x && (a->n == 2 || y == only[1]);
				struct contest one = { &r->row[x * r->n_metrics + m], &r->row[y * r->n_metrics + m] };
				if (wanted)
					vec_push(&c->list, one);
			}
	return true;
}

static bool contest_of_rows(struct interp *in, const struct ast *at, const struct args *a, struct contests *c)
{
	struct contest one = { a->at[0].estimate, a->at[1].estimate };
	if (one.a->digest != one.b->digest || one.a->n + one.a->n_skipped != one.b->n + one.b->n_skipped)
		return FAIL(in, E_VALUE, at, "these two rows are of different datasets, so their pairs cannot be compared");
	if (strcmp(one.a->metric, one.b->metric) != 0)
		return FAIL(in, E_VALUE, at, "%s and %s are different metrics, so their numbers cannot be compared", one.a->metric, one.b->metric);
	vec_push(&c->list, one);
	return true;
}

static bool contests(struct interp *in, const struct ast *at, struct args *a, struct contests *c)
{
	if (!takes(in, at, a, 1, 3))
		return false;
	if (a->n == 2 && a->at[0].kind == VAL_ESTIMATE && a->at[1].kind == VAL_ESTIMATE)
		return contest_of_rows(in, at, a, c);
	if (!want(in, at, a->at[0], VAL_RESULTS) || !contests_of_results(in, a, a->at[0].results, c))
		return false;
	return c->list.n || FAIL(in, E_VALUE, at, "two hypotheses at least are needed to compare");
}

DEFINE(compare)
{
	static const char *const name[] = { "metric", "at", "a", "b", "n", "mean_a", "mean_b", "difference", "p", "p_holm", "flips", "exact" };
	enum { N = sizeof name / sizeof *name };
	const char *column[N];
	struct contests c = { 0 };
	bool ok = contests(in, at, a, &c);
	double *p = mem_array(c.list.n + 1, sizeof *p), *corrected = mem_array(c.list.n + 1, sizeof *corrected);
	struct value *cell = ok ? new_cells(in, at, N, c.list.n) : NULL;
	for (size_t i = 0; i < N; i++)
		column[i] = intern(name[i]);
	for (size_t i = 0; cell && i < c.list.n; i++) {
		const struct estimate *x = c.list.at[i].a, *y = c.list.at[i].b;
		struct flip_test t = sign_flip(x->delta, y->delta, x->n + x->n_skipped, in->o.seed, x->digest);
		const struct value none = { .kind = VAL_NONE };
		const struct value v[N] = { text(in, x->metric, strlen(x->metric)), x->at ? text(in, x->at, strlen(x->at)) : none,
			text(in, x->hypothesis, strlen(x->hypothesis)), text(in, y->hypothesis, strlen(y->hypothesis)), number((double)t.n),
			t.why ? none : number(t.mean_a), t.why ? none : number(t.mean_b), t.why ? none : number(t.mean_a - t.mean_b),
			t.why ? none : number(t.p), none, number((double)t.flips), truth(t.exact) };
		memcpy(cell + i * N, v, sizeof v);
		p[i] = t.p;
	}
	holm(p, cell ? c.list.n : 0, corrected);
	for (size_t i = 0; cell && i < c.list.n; i++)
		if (!isnan(corrected[i]))
			cell[i * N + 9] = number(corrected[i]);
	ok = cell && new_table(in, at, column, N, cell, c.list.n, out);
	free(p);
	free(corrected);
	vec_free(&c.list);
	return ok;
}
