/* Figures and intervals, against numbers worked out by hand and by numpy. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "eval/estimate.h"

static void near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12 * (1 + fabs(want))))
		fail_msg("%.17g, but %.17g is wanted", got, want);
}

static void is(struct figure got, double want)
{
	if (got.why)
		fail_msg("undefined (%s), but %.17g is wanted", got.why, want);
	near(got.value, want);
}

static void is_undefined(struct figure got, const char *why)
{
	if (!got.why)
		fail_msg("%.17g, but it should be undefined", got.value);
	assert_non_null(strstr(got.why, why));
}

static void is_between(struct interval got, double lo, double hi)
{
	assert_true(got.defined);
	near(got.lo, lo);
	near(got.hi, hi);
}

/* numpy.random.default_rng([seed, digest]): what its raw generator and its integers() give. */
static void test_random(void **state)
{
	(void)state;
	static const struct { uint64_t seed, digest, raw[3]; uint32_t drawn[6]; } row[] = {
		{ 0, 0, { UINT64_C(11749869230777074271), UINT64_C(4976686463289251617), UINT64_C(755828109848996024) },
		  { 34, 1910885061, 20, 809360140, 12, 122920571 } },
		{ 1, 2, { UINT64_C(8271799387826207682), UINT64_C(7948369750201702571), UINT64_C(7747616451078592673) },
		  { 25, 1345245429, 37, 1292645961, 3, 831070129 } },
		{ 42, UINT64_C(0x123456789abcdef0), { UINT64_C(3086606823700952807), UINT64_C(13102038802998235830), UINT64_C(10962472547470972585) },
		  { 18, 2040164478, 28, 796627281, 23, 1051730203 } },
		{ UINT64_MAX, 7, { UINT64_C(4696158722821015869), UINT64_C(4467627061321404329), UINT64_C(6945900605597639409) },
		  { 5, 763737823, 11, 726571644, 30, 1129614078 } },
	};
	for (size_t r = 0; r < sizeof row / sizeof *row; r++) {
		uint64_t key[] = { row[r].seed, row[r].digest };
		struct random g = random_new(key, 2);
		for (size_t i = 0; i < 3; i++)
			assert_true(random_u64(&g) == row[r].raw[i]);
		g = random_new(key, 2);
		for (size_t i = 0; i < 6; i++)
			assert_int_equal(random_below(&g, i % 2 ? UINT32_C(3000000000) : 40), row[r].drawn[i]);
	}
}

/* deltas 1 2 3 (mean 2) of totals 4 4 8 (mean 16/3): explained 1 - 6/16 */
static void test_two_runs(void **state)
{
	(void)state;
	struct estimate e = { .delta = (double[]){ 1, 2, 3 }, .delta_total = (double[]){ 4, 4, 8 } };
	estimate_all(&e, 1, 3, 0, 0);
	assert_int_equal(e.n, 3);
	assert_int_equal(e.n_skipped, 0);
	is(e.aue, 2);
	is(e.ate, 16. / 3);
	is(e.explained, 0.625);
	/* of the 27 equally likely resamples one has mean 1 and one mean 3, so the 2.5 % quantile is the lowest: 1 */
	is_between(e.ci_aue, 1, 3);
	is_between(e.ci_ate, 4, 8);
	assert_true(e.ci_explained.defined);
	assert_false(e.ci_recovered.defined);
}

/* f under ref 2 4, cf 0 2, patched 1 4; delta |f(ref) - f(patched)| */
static void test_one_run(void **state)
{
	(void)state;
	struct estimate e = { .one_run = true, .delta = (double[]){ 1, 0 }, .delta_total = (double[]){ 2, 2 },
		.f_ref = (double[]){ 2, 4 }, .f_cf = (double[]){ 0, 2 }, .f_patched = (double[]){ 1, 4 } };
	estimate_all(&e, 1, 2, 5, 6);
	is(e.ref, 3);
	is(e.cf, 1);
	is(e.patched, 2.5);
	is(e.effect, -0.5);
	is(e.effect_rel, -0.5 / 3);
	is(e.recovered, 0.75);
	is(e.explained, 0.75);
	/* a quarter of the resamples is (pair 0, pair 0), a quarter (pair 1, pair 1) */
	is_between(e.ci_recovered, 0.5, 1);
	is_between(e.ci_explained, 0.5, 1);
	is_between(e.ci_ate, 2, 2);
}

/* A ratio of means is not a mean of ratios, and effects keep their sign. */
static void test_ratio_of_means(void **state)
{
	(void)state;
	struct estimate e = { .one_run = true, .delta = (double[]){ 1, 1 }, .delta_total = (double[]){ 1, 9 },
		.f_ref = (double[]){ -1, -9 }, .f_cf = (double[]){ 0, 0 }, .f_patched = (double[]){ 0, -10 } };
	estimate_all(&e, 1, 2, 0, 0);
	is(e.explained, 0.8);
	is(e.recovered, 1);
	is(e.effect, 0);
	is(e.effect_rel, 0);
	is(e.ref, -5);
}

static void test_skipped(void **state)
{
	(void)state;
	double total[] = { 2, 2, NAN, 4, 2 };
	struct estimate e[2] = {
		{ .delta = (double[]){ 1, NAN, NAN, 3, 2 }, .delta_total = total },
		{ .delta = (double[]){ 1, 1, NAN, 3, 2 }, .delta_total = total },
	};
	estimate_all(e, 2, 5, 0, 0);
	assert_int_equal(e[0].n, 3);
	assert_int_equal(e[0].n_skipped, 2);
	is(e[0].aue, 2);
	is(e[0].ate, 8. / 3);
	assert_int_equal(e[1].n, 4);
	is(e[1].aue, 7. / 4);
	is(e[1].explained, 1 - 7. / 10);
}

static void test_undefined(void **state)
{
	(void)state;
	double zero[] = { 0, 1e-10 }, one[] = { 1, 2 }, infinite[] = { 1, INFINITY }, none[] = { NAN, NAN };
	struct estimate e[] = {
		{ .delta = one, .delta_total = zero },
		{ .delta = infinite, .delta_total = one },
		{ .delta = one, .delta_total = infinite },
		{ .delta = none, .delta_total = one },
		{ .one_run = true, .delta = one, .delta_total = one, .f_ref = zero, .f_cf = zero, .f_patched = one },
	};
	estimate_all(e, 5, 2, 0, 0);
	is(e[0].aue, 1.5);
	is_undefined(e[0].explained, "not above 1e-9");
	assert_true(e[0].ci_aue.defined && !e[0].ci_explained.defined);
	is_undefined(e[1].aue, "infinite");
	is_undefined(e[1].explained, "infinite");
	is(e[1].ate, 1.5);
	assert_true(!e[1].ci_aue.defined && e[1].ci_ate.defined);
	is_undefined(e[2].explained, "infinite");
	is(e[2].aue, 1.5);
	is_undefined(e[3].aue, "no pair");
	is_undefined(e[3].explained, "no pair");
	assert_int_equal(e[3].n_skipped, 2);
	is_undefined(e[4].recovered, "equal");
	is_undefined(e[4].effect_rel, "not above 1e-9");
	is(e[4].effect, 1.5 - 5e-11);
	struct estimate single = { .delta = one, .delta_total = one };
	estimate_all(&single, 1, 1, 0, 0);
	is(single.explained, 0);
	assert_false(single.ci_aue.defined || single.ci_ate.defined || single.ci_explained.defined);
	estimate_all(&single, 1, 0, 0, 0);
	is_undefined(single.ate, "no pair");
	double nothing[] = { 0 };
	single.delta_total = nothing;
	estimate_all(&single, 1, 1, 0, 0);
	is_undefined(single.explained, "total effect is 0");
}

/* Half the resamples of two pairs hold only pair 0, whose total is 0: they are left out, the others count. */
static void test_zero_denominator(void **state)
{
	(void)state;
	struct estimate e = { .delta = (double[]){ 0, 1 }, .delta_total = (double[]){ 0, 4 } };
	estimate_all(&e, 1, 2, 0, 0);
	is_between(e.ci_explained, 0.75, 0.75);
	is_between(e.ci_aue, 0, 1);
}

enum { MANY = 40 };

static void fill(struct estimate *e, double *at, int which)
{
	*e = (struct estimate){ .one_run = true, .delta = at, .delta_total = at + MANY, .f_ref = at + 2 * MANY, .f_cf = at + 3 * MANY,
		.f_patched = at + 4 * MANY };
	for (int i = 0; i < MANY; i++) {
		e->f_ref[i] = 3 + i % 7;
		e->f_cf[i] = i % 5;
		e->f_patched[i] = (i * i + which) % 11;
		e->delta[i] = fabs(e->f_ref[i] - e->f_patched[i]);
		e->delta_total[i] = fabs(e->f_ref[i] - e->f_cf[i]);
	}
}

/* numpy: i = numpy.arange(40); ref = 3 + i % 7; cf = i % 5; p = i * i % 11
 *        index = numpy.random.default_rng([1, 99]).integers(0, 40, (10000, 40))
 *        numpy.quantile(1 - abs(ref - p)[index].sum(1) / abs(ref - cf)[index].sum(1), [.025, .975]) */
static void test_numpy(void **state)
{
	(void)state;
	double at[5 * MANY];
	struct estimate e;
	fill(&e, at, 0);
	estimate_all(&e, 1, MANY, 1, 99);
	is_between(e.ci_aue, 2.825, 4.175);
	is_between(e.ci_ate, 3.25, 4.6);
	is_between(e.ci_explained, -0.07333823529411757, 0.2608819169960473);
	is_between(e.ci_recovered, 0.26174496644295303, 0.7647058823529411);
}

/* A row's bytes do not depend on the rows beside it, however many. */
static void test_alone(void **state)
{
	(void)state;
	enum { ROWS = 45 };                  /* more sums than are resampled in one go */
	static double at[ROWS + 1][5 * MANY];
	static struct estimate row[ROWS];
	for (int r = 0; r < ROWS; r++) {
		fill(&row[r], at[r], r);
		if (r % 3 == 1)
			row[r].delta[r % MANY] = NAN;
	}
	estimate_all(row, ROWS, MANY, 7, 8);
	for (int r = 0; r < ROWS; r++) {
		struct estimate alone;
		fill(&alone, at[ROWS], r);
		if (r % 3 == 1)
			alone.delta[r % MANY] = NAN;
		estimate_all(&alone, 1, MANY, 7, 8);
		assert_int_equal(alone.n, row[r].n);
		assert_memory_equal(&alone.aue.value, &row[r].aue.value, sizeof(double));
		assert_memory_equal(&alone.ci_explained.lo, &row[r].ci_explained.lo, 2 * sizeof(double));
		assert_memory_equal(&alone.ci_recovered.lo, &row[r].ci_recovered.lo, 2 * sizeof(double));
		assert_memory_equal(&alone.ci_aue.lo, &row[r].ci_aue.lo, 2 * sizeof(double));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random), cmocka_unit_test(test_two_runs), cmocka_unit_test(test_one_run),
		cmocka_unit_test(test_ratio_of_means), cmocka_unit_test(test_skipped), cmocka_unit_test(test_undefined),
		cmocka_unit_test(test_zero_denominator), cmocka_unit_test(test_numpy), cmocka_unit_test(test_alone),
	};
	return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
