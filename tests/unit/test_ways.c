/* Ways to fill slots: all of them, once each, in an order that the seed alone decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "data/ways.h"

static void test_order(void **state)
{
	(void)state;
	static const struct choices c[] = { { 2, NULL }, { 3, NULL } };
	struct ways *w = ways_in_order(c, 2);
	uint32_t x[2];
	assert_true(ways_count(w) == 6);
	for (uint32_t i = 0; i < 6; i++) {
		assert_true(ways_next(w, x));
		assert_int_equal(x[0], i / 3);
		assert_int_equal(x[1], i % 3);
	}
	assert_false(ways_next(w, x));
	assert_false(ways_next(w, x));
	ways_close(w);
}

/* Every way comes once. */
static void test_all_drawn(void **state)
{
	(void)state;
	static const struct choices c[] = { { 7, NULL }, { 1, NULL }, { 5, NULL }, { 3, NULL } };
	uint32_t x[4];
	int seen[105] = { 0 };
	bool counted_up = true;
	struct ways *w = ways_drawn(c, 4, 3);
	for (uint32_t i = 0; i < 105; i++) {
		assert_true(ways_next(w, x));
		uint32_t number = (x[0] * 5 + x[2]) * 3 + x[3];
		assert_true(x[0] < 7 && x[1] == 0 && x[2] < 5 && x[3] < 3);
		counted_up &= number == i;
		seen[number]++;
	}
	assert_false(ways_next(w, x));
	for (int i = 0; i < 105; i++)
		assert_int_equal(seen[i], 1);
	assert_false(counted_up);
	ways_close(w);
}

/* The generator is numpy's: rng = numpy.random.default_rng([seed]); the i-th way is put in place by i + rng.integers(0, n - i). */
static void test_generator(void **state)
{
	(void)state;
	static const struct choices c[] = { { 100, NULL } };
	uint32_t x, order[100];
	struct random g = random_new((uint64_t[]){ 11 }, 1);
	struct ways *w = ways_drawn(c, 1, 11);
	for (uint32_t i = 0; i < 100; i++)
		order[i] = i;
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t k = i + random_below(&g, 100 - i), t = order[i];
		order[i] = order[k];
		order[k] = t;
		assert_true(ways_next(w, &x));
		assert_int_equal(x, order[i]);
	}
	ways_close(w);
}

static void draw(const struct choices *c, size_t n, uint64_t seed, uint32_t *out, size_t count)
{
	struct ways *w = ways_drawn(c, n, seed);
	for (size_t i = 0; i < count; i++)
		assert_true(ways_next(w, out + i * n));
	ways_close(w);
}

/* Of very many ways too: no repeats, the same again from the same seed, others from another. */
static void test_many(void **state)
{
	(void)state;
	static const struct choices c[] = { { 2000, NULL }, { 2000, NULL }, { 2, NULL } };
	static uint32_t a[3 * 2000], b[3 * 2000], other[3 * 2000];
	draw(c, 3, 5, a, 2000);
	draw(c, 3, 5, b, 1000);
	draw(c, 3, 6, other, 2000);
	assert_memory_equal(a, b, 3 * 1000 * sizeof *a);
	assert_memory_not_equal(a, other, sizeof a);
	for (int i = 0; i < 2000; i++)
		for (int k = 0; k < i; k++)
			assert_memory_not_equal(a + 3 * i, a + 3 * k, 3 * sizeof *a);
}

/* Weights: what has none never comes, the others as often as they weigh; and there is an end. */
static void test_weights(void **state)
{
	(void)state;
	static const double weight[] = { 3, 0, 1 };
	static const struct choices c[] = { { 3, weight }, { 100000, NULL } };
	static uint32_t x[2 * 4000];
	int n[3] = { 0 };
	draw(c, 2, 1, x, 4000);
	for (int i = 0; i < 4000; i++)
		n[x[2 * i]]++;
	assert_int_equal(n[1], 0);
	assert_in_range(n[0], 2850, 3150);
	static const struct choices few[] = { { 3, weight } };
	struct ways *w = ways_drawn(few, 1, 1);
	assert_true(ways_next(w, x));
	assert_true(ways_next(w, x + 1));
	assert_false(ways_next(w, x + 2));
	assert_int_equal(x[0] + x[1], 2);
	ways_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order), cmocka_unit_test(test_all_drawn), cmocka_unit_test(test_generator),
		cmocka_unit_test(test_many), cmocka_unit_test(test_weights),
	};
	return cmocka_run_group_tests_name("ways", tests, NULL, NULL);
}
