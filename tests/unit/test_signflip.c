/* The sign-flip test against numpy, and against counting by hand; Holm's correction against R's p.adjust. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "eval/signflip.h"

static void near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12 * (1 + fabs(want))))
		fail_msg("%.17g, but %.17g is wanted", got, want);
}

enum { MANY = 40 };

/* i = numpy.arange(40); a = i * i % 11 / 3; b = i % 7 / 2 */
static void fill(double *a, double *b)
{
	for (int i = 0; i < MANY; i++) {
		a[i] = i * i % 11 / 3.;
		b[i] = i % 7 / 2.;
	}
}

/* All 2^n assignments, by itertools.product. */
static void test_exact(void **state)
{
	(void)state;
	double a[MANY], b[MANY];
	static const struct { size_t n; double p; } row[] = { { 1, 1 }, { 3, 0.5 }, { 10, 0.828125 } };
	fill(a, b);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct flip_test t = sign_flip(a + 1, b + 1, row[i].n, 3, 4);
		assert_true(t.exact && !t.why);
		assert_int_equal(t.flips, (size_t)1 << row[i].n);
		near(t.p, row[i].p);
	}
	/* every difference of one sign: only all plus and all minus are as far */
	near(sign_flip((double[]){ 2, 3, 4, 5, 6 }, (double[]){ 1, 1, 1, 1, 1 }, 5, 0, 0).p, 2. / 32);
}

/* s = 1 - 2 * numpy.random.default_rng([seed, digest, 1]).integers(0, 2, (10000, n)); d = (a - b)[:n]
 * (1 + (abs((s * d).sum(1)) >= abs(d.sum()) * (1 - 1e-12)).sum()) / 10001 */
static void test_drawn(void **state)
{
	(void)state;
	double a[MANY], b[MANY];
	fill(a, b);
	struct flip_test t = sign_flip(a, b, MANY, 1, 99);
	assert_false(t.exact);
	assert_int_equal(t.flips, 10000);
	assert_int_equal(t.n, MANY);
	near(t.p, 0.5984401559844016);
	near(t.mean_a, 1.3083333333333331);
	near(t.mean_b, 1.4375);
	near(sign_flip(a, b, 17, 0, 0).p, 0.9586041395860414);
	near(sign_flip(b, a, 17, 0, 0).p, 0.9586041395860414);
}

static void test_left_out(void **state)
{
	(void)state;
	struct flip_test t = sign_flip((double[]){ 2, NAN, 3, 9 }, (double[]){ 1, 5, 1, NAN }, 4, 0, 0);
	assert_int_equal(t.n, 2);
	near(t.p, 0.5);
	near(t.mean_a, 2.5);
	near(t.mean_b, 1);
	near(sign_flip((double[]){ 1, 2 }, (double[]){ 1, 2 }, 2, 0, 0).p, 1);
	t = sign_flip((double[]){ NAN }, (double[]){ 1 }, 1, 0, 0);
	assert_true(isnan(t.p) && strstr(t.why, "no pair"));
	t = sign_flip(NULL, NULL, 0, 0, 0);
	assert_true(isnan(t.p) && t.why);
	t = sign_flip((double[]){ 1, INFINITY }, (double[]){ 1, 1 }, 2, 0, 0);
	assert_true(isnan(t.p) && strstr(t.why, "infinite"));
}

/* R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03 0.06 0.06 0.02 */
static void test_holm(void **state)
{
	(void)state;
	static const struct { size_t n; double p[5], want[5]; } row[] = {
		{ 4, { 0.01, 0.04, 0.03, 0.005 }, { 0.03, 0.06, 0.06, 0.02 } },
		{ 1, { 0.2 }, { 0.2 } },
		{ 3, { 0.9, 0.8, 0.7 }, { 1, 1, 1 } },
		{ 3, { 0.02, NAN, 0.03 }, { 0.04, NAN, 0.04 } },
		{ 0, { 0 }, { 0 } },
	};
	for (size_t r = 0; r < sizeof row / sizeof *row; r++) {
		double got[5];
		holm(row[r].p, row[r].n, got);
		for (size_t i = 0; i < row[r].n; i++)
			if (isnan(row[r].want[i]))
				assert_true(isnan(got[i]));
			else
				near(got[i], row[r].want[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact), cmocka_unit_test(test_drawn), cmocka_unit_test(test_left_out), cmocka_unit_test(test_holm),
	};
	return cmocka_run_group_tests_name("signflip", tests, NULL, NULL);
}
