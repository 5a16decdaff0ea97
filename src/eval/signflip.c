/* Paired sign-flip tests.  See signflip.h. */
#include "eval/signflip.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/random.h"

enum { EXACT_MAX = 16, FLIPS = 10000 };
#define SLACK 1e-12                          /* of the sum of all differences: what rounding may take from an equal sum */

/* All 2^n assignments. */
static double all_flips(const double *d, size_t n, double at_least, size_t *tried)
{
	size_t found = 0;
	*tried = (size_t)1 << n;
	for (size_t bits = 0; bits < *tried; bits++) {
		double sum = 0;
		for (size_t i = 0; i < n; i++)
			sum += bits >> i & 1 ? -d[i] : d[i];
		found += fabs(sum) >= at_least;
	}
	return (double)found / (double)*tried;
}

static double drawn_flips(const double *d, size_t n, double at_least, uint64_t seed, uint64_t digest)
{
	uint32_t *turned = mem_array(n, sizeof *turned);
	struct random g = random_new((uint64_t[]){ seed, digest, 1 }, 3);
	size_t found = 0;
	for (size_t r = 0; r < FLIPS; r++) {
		double sum = 0;
		random_fill_below(&g, 2, turned, n);
		for (size_t i = 0; i < n; i++)
			sum += turned[i] ? -d[i] : d[i];
		found += fabs(sum) >= at_least;
	}
	free(turned);
	return (double)(1 + found) / (double)(1 + FLIPS);
}

struct flip_test sign_flip(const double *a, const double *b, size_t n_pairs, uint64_t seed, uint64_t digest)
{
	struct flip_test t = { .p = NAN };
	double *d = mem_array(n_pairs + 1, sizeof *d), sum = 0, size = 0;
	for (size_t i = 0; i < n_pairs; i++) {
		if (isnan(a[i]) || isnan(b[i]))
			continue;
		d[t.n] = a[i] - b[i];
		t.mean_a += a[i];
		t.mean_b += b[i];
		sum += d[t.n];
		size += fabs(d[t.n++]);
	}
	t.mean_a /= (double)t.n;
	t.mean_b /= (double)t.n;
	double at_least = fabs(sum) - SLACK * size;
	t.exact = t.n <= EXACT_MAX;
	t.flips = FLIPS;
	if (!t.n)
		t.why = "no pair has a number for both";
	else if (!isfinite(t.mean_a) || !isfinite(t.mean_b))
		t.why = "the metric is infinite on some pair";
	else
		t.p = t.exact ? all_flips(d, t.n, at_least, &t.flips) : drawn_flips(d, t.n, at_least, seed, digest);
	free(d);
	return t;
}

struct ranked { double p; size_t i; };

static int by_p(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;
	return a->p != b->p ? (a->p > b->p) - (a->p < b->p) : (a->i > b->i) - (a->i < b->i);
}

void holm(const double *p, size_t n, double *corrected)
{
	struct ranked *r = mem_array(n + 1, sizeof *r);
	size_t m = 0;
	double most = 0;
	for (size_t i = 0; i < n; i++) {
		corrected[i] = NAN;
		if (!isnan(p[i]))
			r[m++] = (struct ranked){ p[i], i };
	}
	qsort(r, m, sizeof *r, by_p);
	for (size_t k = 0; k < m; k++) {
		double x = (double)(m - k) * r[k].p;
		most = x > most ? x : most;              /* never smaller than the one of a smaller p */
		corrected[r[k].i] = most < 1 ? most : 1;
	}
	free(r);
}
