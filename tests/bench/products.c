/* The ceiling: how fast the matrix products of one forward pass of GPT-2 small's shape are alone, in their order, on the same
 * threads.  products ROWS THREADS REPEATS ALL_ROWS_OF_THE_OUTPUT prints seconds (the median). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tensor/blas.h"
#include "tensor/parallel.h"

enum { D = 768, HEADS = 12, LAYERS = 12, VOCAB = 50257 };

static float *numbers(size_t n)
{
	float *x = malloc(n * sizeof *x);
	for (size_t i = 0; x && i < n; i++)
		x[i] = (float)(i % 101) / 101 - 0.5f;
	return x;
}

static void multiply(int64_t m, int64_t n, int64_t k, const float *a, const float *b, int64_t rsb, int64_t csb, bool add, float *c)
{
	struct product p = { .m = m, .n = n, .k = k, .type = DT_F32, .a = (const char *)a, .lda = k, .b = (const char *)b, .rsb = rsb, .csb = csb,
		.b_type = DT_F32, .add = add, .c = (char *)c, .ldc = n };
	blas_products(&p, 1);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return 2;
	int64_t rows = atoll(argv[1]);
	int repeats = atoi(argv[3]), all = atoi(argv[4]);
	blas_init();
	parallel_init(atoi(argv[2]));
	/* every layer has weights of its own, as in a model: they come from memory, not from the cache */
	float *w = numbers((size_t)LAYERS * 12 * D * D), *u = numbers((size_t)VOCAB * D);
	float *x = numbers((size_t)rows * 4 * D), *y = numbers((size_t)rows * 4 * D), *logits = malloc((size_t)(all ? rows : 1) * VOCAB * sizeof *logits);
	double *t = malloc((size_t)(repeats + 1) * sizeof *t);
	if (!w || !u || !x || !y || !logits || !t)
		return 3;
	for (int r = 0; r <= repeats; r++) {
		double t0 = clock_seconds();
		for (int l = 0; l < LAYERS; l++) {
			const float *b = w + (size_t)l * 12 * D * D;
			multiply(rows, 3 * D, D, x, b, 3 * D, 1, false, y);
			for (int h = 0; h < HEADS; h++)
				multiply(rows, D, D / HEADS, x, b + 3 * D * D + (size_t)h * (D / HEADS) * D, D, 1, h > 0, y);
			multiply(rows, 4 * D, D, x, b + 4 * D * D, 4 * D, 1, false, y);
			multiply(rows, D, 4 * D, y, b + 8 * D * D, D, 1, false, x);
			memset(x, 0, (size_t)rows * D * sizeof *x);
		}
		multiply(all ? rows : 1, VOCAB, D, x, u, 1, D, false, logits);
		t[r] = clock_seconds() - t0;
	}
	qsort(t + 1, (size_t)repeats, sizeof *t, by_size);
	printf("%.6f\n", t[1 + repeats / 2]);
	return 0;
}
