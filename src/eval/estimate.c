/* From per-pair numbers to figures and intervals.  See estimate.h.
 *
 * Resampling draws pairs with PCG XSL-RR 128/64 (O'Neill 2014, the generator numpy calls PCG64), seeded by SplitMix64 from
 * (seed, dataset digest).  Index = high half of (64 random bits * n). */
#include "eval/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

enum { N_RESAMPLES = 10000 };
#define ATE_ZERO 1e-9

struct pcg64 { unsigned __int128 state, inc; };

static uint64_t pcg_next(struct pcg64 *g)
{
	const unsigned __int128 mul = (unsigned __int128)UINT64_C(2549297995355413924) << 64 | UINT64_C(4865540595714422341);
	g->state = g->state * mul + g->inc;
	uint64_t x = (uint64_t)(g->state >> 64) ^ (uint64_t)g->state;
	unsigned r = (unsigned)(g->state >> 122);
	return x >> r | x << (-r & 63);
}

static struct pcg64 pcg_new(uint64_t seed, uint64_t digest)
{
	struct pcg64 g;
	uint64_t a = hash_u64(seed + UINT64_C(0x9e3779b97f4a7c15)), b = hash_u64(digest ^ UINT64_C(0xbf58476d1ce4e5b9));
	g.inc = ((unsigned __int128)b << 64 | a) << 1 | 1;
	g.state = g.inc + ((unsigned __int128)a << 64 | b);
	pcg_next(&g);
	return g;
}

static struct figure known(double x, const char *why_not)
{
	return isfinite(x) ? (struct figure){ x, NULL } : (struct figure){ 0, why_not };
}

static struct figure ratio(double a, double b, const char *why)
{
	return fabs(b) <= ATE_ZERO ? (struct figure){ 0, why } : known(a / b, "a value is infinite");
}

struct sums { double aue, ate, ref, cf, patched; };

static void add(struct sums *s, const struct estimate *e, size_t i)
{
	s->aue += e->delta[i];
	s->ate += e->delta_total[i];
	if (e->one_run) {
		s->ref += e->f_ref[i];
		s->cf += e->f_cf[i];
		s->patched += e->f_patched[i];
	}
}

static void figures(struct estimate *e, const struct sums *s)
{
	double n = (double)e->n;
	static const char none[] = "no pair was left to average over", infinite[] = "the metric is infinite on some pair";
	if (!e->n) {
		e->aue = e->ate = e->explained = e->ref = e->cf = e->patched = e->recovered = e->effect = e->effect_rel = (struct figure){ 0, none };
		return;
	}
	e->aue = known(s->aue / n, infinite);
	e->ate = known(s->ate / n, infinite);
	e->explained = e->aue.why || e->ate.why ? (struct figure){ 0, infinite } : ratio(s->aue / n, s->ate / n, "ATE is 0");
	if (!e->explained.why)
		e->explained.value = 1 - e->explained.value;
	if (!e->one_run)
		return;
	e->ref = known(s->ref / n, infinite);
	e->cf = known(s->cf / n, infinite);
	e->patched = known(s->patched / n, infinite);
	e->recovered = ratio((s->patched - s->cf) / n, (s->ref - s->cf) / n, "reference and counterfactual have the same mean");
	e->effect = known((s->patched - s->ref) / n, infinite);
	e->effect_rel = ratio((s->patched - s->ref) / n, fabs(s->ref / n), "the mean under reference is 0");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(const double *x, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t i = (size_t)at;
	return i + 1 < n ? x[i] + (at - (double)i) * (x[i + 1] - x[i]) : x[n - 1];
}

static struct interval interval_of(double *x, size_t n)
{
	if (n < 2)
		return (struct interval){ 0 };
	qsort(x, n, sizeof *x, by_value);
	return (struct interval){ quantile(x, n, 0.025), quantile(x, n, 0.975), true };
}

static void bootstrap(struct estimate *e, size_t n_pairs, uint64_t seed, uint64_t digest)
{
	size_t *valid = mem_array(n_pairs, sizeof *valid), n = 0, n_exp = 0, n_rec = 0;
	for (size_t i = 0; i < n_pairs; i++)
		if (!isnan(e->delta[i]))
			valid[n++] = i;
	double *aue = mem_array(N_RESAMPLES * 4, sizeof *aue), *ate = aue + N_RESAMPLES, *exp = ate + N_RESAMPLES, *rec = exp + N_RESAMPLES;
	struct pcg64 g = pcg_new(seed, digest);
	for (size_t r = 0; r < N_RESAMPLES; r++) {
		struct sums s = { 0 };
		for (size_t k = 0; k < n; k++)
			add(&s, e, valid[(size_t)((unsigned __int128)pcg_next(&g) * n >> 64)]);
		aue[r] = s.aue / (double)n;
		ate[r] = s.ate / (double)n;
		if (ate[r] > ATE_ZERO)
			exp[n_exp++] = 1 - s.aue / s.ate;
		if (e->one_run && fabs(s.ref - s.cf) > ATE_ZERO * (double)n)
			rec[n_rec++] = (s.patched - s.cf) / (s.ref - s.cf);
	}
	e->ci_aue = interval_of(aue, N_RESAMPLES);
	e->ci_ate = interval_of(ate, N_RESAMPLES);
	if (!e->explained.why)
		e->ci_explained = interval_of(exp, n_exp);
	if (e->one_run && !e->recovered.why)
		e->ci_recovered = interval_of(rec, n_rec);
	free(aue);
	free(valid);
}

void estimate_all(struct estimate *row, size_t n_rows, size_t n_pairs, uint64_t seed, uint64_t digest)
{
	for (size_t r = 0; r < n_rows; r++) {
		struct estimate *e = &row[r];
		struct sums s = { 0 };
		e->n = e->n_skipped = 0;
		for (size_t i = 0; i < n_pairs; i++) {
			bool skipped = isnan(e->delta[i]);
			e->n += !skipped;
			e->n_skipped += skipped;
			if (!skipped)
				add(&s, e, i);
		}
		figures(e, &s);
		if (e->n >= 2 && !e->aue.why && !e->ate.why)
			bootstrap(e, n_pairs, seed, digest);
	}
}
