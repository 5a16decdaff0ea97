/* From per-pair numbers to figures and intervals.  See estimate.h.
 *
 * The bootstrap, so that it can be repeated elsewhere: with n pairs in use (in dataset order),
 *
 *     rng = numpy.random.default_rng([seed, digest]); index = rng.integers(0, n, (10000, n))
 *
 * and row r of index is resample r.  Rows of results that use the same pairs therefore share their resamples, and the
 * numbers of a row do not depend on what else is evaluated beside it.  A resampled figure is a mean, or a ratio of sums. */
#include "eval/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/vec.h"

enum {
	RESAMPLES = 10000,
	LANE      = 8,                       /* sums that are kept in registers together */
	SUMS_MAX  = 64,                      /* sums resampled in one go; bounds the memory, not the result */
	ROW_SUMS  = 4,                       /* of one row: delta, its total, and for one-run metrics the two of recovered */
};
typedef double two __attribute__((vector_size(16)));
#define NEARLY_ZERO 1e-9                     /* a denominator up to here leaves a ratio undefined */

static const char why_no_pairs[] = "no pair is left to average over", why_infinite[] = "the metric is infinite on some pair",
    why_no_effect[] = "the average total effect is 0", why_equal[] = "the metric's means under ref and cf are equal",
    why_zero[] = "the metric's mean under ref is 0", why_tiny[] = "what it is divided by is not above 1e-9, which counts as 0";

static struct figure undefined(const char *why) { return (struct figure){ 0, why }; }

const char *const estimate_variant_name[3] = { "ablation", "level", "direction" };

/* A result of -0 is given as 0: nobody means anything by it. */
static struct figure known(double x)
{
	return isfinite(x) ? (struct figure){ x + 0.0, NULL } : undefined(why_infinite);
}

static struct figure ratio(double a, double b, const char *why)
{
	if (!isfinite(a) || !isfinite(b))
		return undefined(why_infinite);
	return fabs(b) <= NEARLY_ZERO ? undefined(b == 0 ? why : why_tiny) : known(a / b);
}

/* ---- the figures themselves */

static bool usable(const struct estimate *e, size_t i)
{
	if (isnan(e->delta[i]) || isnan(e->delta_total[i]))
		return false;
	return !e->one_run || !(isnan(e->f_ref[i]) || isnan(e->f_cf[i]) || isnan(e->f_patched[i]));
}

static double mean_of(const double *x, const uint32_t *pair, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[pair[i]];
	return sum / (double)n;
}

static double mean_gap(const double *x, const double *y, const uint32_t *pair, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[pair[i]] - y[pair[i]];
	return sum / (double)n;
}

static void fill_figures(struct estimate *e, const uint32_t *pair, size_t n)
{
	struct figure none = undefined(why_no_pairs);
	e->aue = e->ate = e->explained = e->ref = e->cf = e->patched = e->recovered = e->effect = e->effect_rel = none;
	e->ci_aue = e->ci_ate = e->ci_explained = e->ci_recovered = (struct interval){ 0 };
	if (!n)
		return;
	double aue = mean_of(e->delta, pair, n), ate = mean_of(e->delta_total, pair, n);
	e->aue = known(aue);
	e->ate = known(ate);
	e->explained = ratio(aue, ate, why_no_effect);
	if (!e->explained.why)
		e->explained.value = 1 - e->explained.value;
	if (!e->one_run)
		return;
	double ref = mean_of(e->f_ref, pair, n), effect = mean_gap(e->f_patched, e->f_ref, pair, n);
	e->ref = known(ref);
	e->cf = known(mean_of(e->f_cf, pair, n));
	e->patched = known(mean_of(e->f_patched, pair, n));
	e->effect = known(effect);
	e->effect_rel = ratio(effect, fabs(ref), why_zero);
	e->recovered = ratio(mean_gap(e->f_patched, e->f_cf, pair, n), mean_gap(e->f_ref, e->f_cf, pair, n), why_equal);
}

struct figure estimate_mean_of_ratios(const struct estimate *e, bool recovered)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < e->n + e->n_skipped; i++) {
		double top = recovered ? e->f_patched[i] - e->f_cf[i] : e->delta[i], bottom = recovered ? e->f_ref[i] - e->f_cf[i] : e->delta_total[i];
		if (isnan(top) || isnan(bottom) || fabs(bottom) <= NEARLY_ZERO)
			continue;
		sum += recovered ? top / bottom : 1 - top / bottom;
		n++;
	}
	return n ? known(sum / (double)n) : undefined(recovered ? why_equal : why_no_effect);
}

/* ---- intervals */

/* Puts the element of rank k at x[k], nothing larger before it and nothing smaller after it (Hoare's quickselect). */
static void select_rank(double *x, size_t n, size_t k)
{
	size_t lo = 0, hi = n - 1;
	while (lo < hi) {
		double pivot = x[lo + (hi - lo) / 2];
		size_t i = lo, j = hi;
		for (;; i++, j--) {
			while (x[i] < pivot)
				i++;
			while (x[j] > pivot)
				j--;
			if (i >= j)
				break;
			double t = x[i];
			x[i] = x[j];
			x[j] = t;
		}
		/* lo..i-1 are at most the pivot, j+1..hi at least; i is j, the pivot's place, or j + 1 */
		if (k < i)
			hi = i - 1;
		else if (k > j)
			lo = j + 1;
		else
			return;
	}
}

static double quantile(double *x, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t k = (size_t)at;
	select_rank(x, n, k);
	double below = x[k], above = k + 1 < n ? INFINITY : below;
	for (size_t i = k + 1; i < n; i++)
		if (x[i] < above)
			above = x[i];
	return below + (at - (double)k) * (above - below);
}

static struct interval interval_of(double *x, size_t n)
{
	if (n < 2)
		return (struct interval){ 0 };
	double lo = quantile(x, n, 0.025);
	return (struct interval){ lo, quantile(x, n, 0.975), true };
}

/* The per-pair numbers that are summed over each resample: x[lane][pair][LANE], the same numbers never twice. */
struct sums {
	size_t n_pairs, n;
	double *x;
	double *sum;                         /* [sum][resample] */
};

static double *slot(const struct sums *s, size_t which, size_t i)
{
	return &s->x[(which / LANE * s->n_pairs + i) * LANE + which % LANE];
}

/* The sum of a[i] - b[i] (b may be NULL); returns its number. */
static size_t sums_add(struct sums *s, const double *a, const double *b, const uint32_t *pair)
{
	for (size_t i = 0; i < s->n_pairs; i++)
		*slot(s, s->n, i) = a[pair[i]] - (b ? b[pair[i]] : 0);
	for (size_t other = 0; other < s->n; other++) {
		size_t i = 0;
		while (i < s->n_pairs && *slot(s, other, i) == *slot(s, s->n, i))
			i++;
		if (i == s->n_pairs)
			return other;
	}
	return s->n++;
}

static void resample(struct sums *s, uint64_t seed, uint64_t digest)
{
	size_t n = s->n_pairs;
	double *times = mem_array(n, sizeof *times);         /* how often each pair was drawn */
	uint32_t *drawn = mem_array(n, sizeof *drawn);
	struct random g = random_new((uint64_t[]){ seed, digest }, 2);
	for (size_t r = 0; r < RESAMPLES; r++) {
		memset(times, 0, n * sizeof *times);
		random_fill_below(&g, (uint32_t)n, drawn, n);
		for (size_t k = 0; k < n; k++)
			times[drawn[k]]++;
		for (size_t first = 0; first < s->n; first += LANE) {
			two a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };      /* an array of them would not stay in registers */
			const two *x = (const two *)slot(s, first, 0);
			for (size_t i = 0; i < n; i++, x += LANE / 2) {
				two w = { times[i], times[i] };
				a += w * x[0];
				b += w * x[1];
				c += w * x[2];
				d += w * x[3];
			}
			double total[LANE] = { a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1] };
			for (size_t j = 0; j < LANE && first + j < s->n; j++)
				s->sum[(first + j) * RESAMPLES + r] = total[j];
		}
	}
	free(drawn);
	free(times);
}

static struct interval mean_interval(const struct sums *s, size_t which, double *scratch)
{
	for (size_t r = 0; r < RESAMPLES; r++)
		scratch[r] = s->sum[which * RESAMPLES + r] / (double)s->n_pairs;
	return interval_of(scratch, RESAMPLES);
}

/* Of from + by * top / bottom.  A resample in which the ratio is undefined is left out. */
static struct interval ratio_interval(const struct sums *s, size_t top, size_t bottom, double from, double by, double *scratch)
{
	size_t n = 0;
	for (size_t r = 0; r < RESAMPLES; r++) {
		double below = s->sum[bottom * RESAMPLES + r];
		if (fabs(below) > NEARLY_ZERO * (double)s->n_pairs)
			scratch[n++] = from + by * (s->sum[top * RESAMPLES + r] / below);
	}
	return interval_of(scratch, n);
}

struct row_sums { size_t delta, total, patched, ref; };

static struct row_sums row_sums_add(struct sums *s, const struct estimate *e, const uint32_t *pair)
{
	struct row_sums at = { 0 };
	if (!e->aue.why)
		at.delta = sums_add(s, e->delta, NULL, pair);
	if (!e->ate.why)
		at.total = sums_add(s, e->delta_total, NULL, pair);
	if (e->one_run && !e->recovered.why) {
		at.patched = sums_add(s, e->f_patched, e->f_cf, pair);
		at.ref = sums_add(s, e->f_ref, e->f_cf, pair);
	}
	return at;
}

static void fill_intervals(struct estimate *e, const struct sums *s, struct row_sums at, double *scratch)
{
	if (!e->aue.why)
		e->ci_aue = mean_interval(s, at.delta, scratch);
	if (!e->ate.why)
		e->ci_ate = mean_interval(s, at.total, scratch);
	if (!e->explained.why)
		e->ci_explained = ratio_interval(s, at.delta, at.total, 1, -1, scratch);
	if (e->one_run && !e->recovered.why)
		e->ci_recovered = ratio_interval(s, at.patched, at.ref, 0, 1, scratch);
}

/* Rows that use the same pairs. */
static void bootstrap(struct estimate *const *row, size_t n_rows, const uint32_t *pair, size_t n, uint64_t seed, uint64_t digest)
{
	if (n < 2)
		return;
	struct sums s = { .n_pairs = n };
	s.x = mem_array((SUMS_MAX + LANE) * n, sizeof *s.x);
	s.sum = mem_array(SUMS_MAX * (size_t)RESAMPLES, sizeof *s.sum);
	double *scratch = mem_array(RESAMPLES, sizeof *scratch);
	struct row_sums *at = mem_array(n_rows, sizeof *at);
	for (size_t from = 0, to; from < n_rows; from = to) {
		s.n = 0;
		for (to = from; to < n_rows && s.n + ROW_SUMS <= SUMS_MAX; to++)
			at[to] = row_sums_add(&s, row[to], pair);
		resample(&s, seed, digest);
		for (size_t r = from; r < to; r++)
			fill_intervals(row[r], &s, at[r], scratch);
	}
	free(at);
	free(scratch);
	free(s.sum);
	free(s.x);
}

static bool same_pairs(const struct estimate *e, size_t n_pairs, const uint32_t *pair, size_t n)
{
	size_t k = 0;
	for (size_t i = 0; i < n_pairs; i++)
		if (usable(e, i) && (k == n || pair[k++] != i))
			return false;
	return k == n;
}

void estimate_all(struct estimate *row, size_t n_rows, size_t n_pairs, uint64_t seed, uint64_t digest)
{
	pp_assert(n_pairs < UINT32_MAX);
	bool *done = mem_array(n_rows, sizeof *done);
	struct estimate **together = mem_array(n_rows, sizeof *together);
	uint32_t *pair = mem_array(n_pairs, sizeof *pair);
	for (size_t first = 0; first < n_rows; first++) {
		if (done[first])
			continue;
		size_t n = 0, n_together = 0;
		for (size_t i = 0; i < n_pairs; i++)
			if (usable(&row[first], i))
				pair[n++] = (uint32_t)i;
		for (size_t r = first; r < n_rows; r++) {
			struct estimate *e = &row[r];
			if (done[r] || !same_pairs(e, n_pairs, pair, n))
				continue;
			done[r] = true;
			e->n = n;
			e->digest = digest;
			e->n_skipped = n_pairs - n;
			fill_figures(e, pair, n);
			together[n_together++] = e;
		}
		bootstrap(together, n_together, pair, n, seed, digest);
	}
	free(pair);
	free(together);
	free(done);
}

void estimate_figures(struct estimate *row, size_t n_rows, size_t n_pairs)
{
	uint32_t *pair = mem_array(n_pairs, sizeof *pair);
	for (size_t r = 0; r < n_rows; r++) {
		size_t n = 0;
		for (size_t i = 0; i < n_pairs; i++)
			if (usable(&row[r], i))
				pair[n++] = (uint32_t)i;
		row[r].n = n;
		row[r].n_skipped = n_pairs - n;
		fill_figures(&row[r], pair, n);
	}
	free(pair);
}

struct figure sweep_figure(const struct estimate *e, const char *kind)
{
	static const char two_runs[] = "the metric compares two runs";
	if (strcmp(kind, "aue") == 0)
		return e->aue;
	if (strcmp(kind, "explained") == 0)
		return e->explained;
	if (!e->one_run)
		return undefined(two_runs);
	return strcmp(kind, "patched") == 0 ? e->patched : e->effect;
}
