/* Matrix products through BLIS.  See blas.h. */
#define _POSIX_C_SOURCE 200809L
#include "tensor/blas.h"

#include <blis.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "tensor/parallel.h"

enum {
	CONVERT_COLUMNS = 512,                   /* columns of B that are converted at a time */
	TILE_ROWS       = 1024,                  /* of a task, about: fewer are not worth packing B for */
	TILE_COLUMNS    = 768,                   /* of a task with so many rows */
	TASK_COLUMNS    = 64,                    /* tasks are no narrower, nor lower, than this */
	ROUND           = 16,                    /* and a multiple of this: BLIS computes so many columns at a time */
	TASKS_A_THREAD  = 2,
};
#define STOPPABLE 5e8                            /* multiply-adds after which a product looks whether it is still wanted */
#define SMALL 1e6                                /* multiply-adds that are not worth cutting */

/* BLIS knows processors by vendor and family; one that it has never heard of gets the generic C kernels, ten times slower.
 * Where the instructions of a kernel that it has are there, that one is asked for. */
static void choose_kernels(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	char number[16];
	if (getenv("BLIS_ARCH_TYPE") || __builtin_cpu_is("intel") || __builtin_cpu_is("amdfam17h") || __builtin_cpu_is("amdfam19h"))
		return;                          /* BLIS looks at what these can do */
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		return;
	snprintf(number, sizeof number, "%d", __builtin_cpu_is("amd") ? (int)BLIS_ARCH_ZEN3 : (int)BLIS_ARCH_HASWELL);
	setenv("BLIS_ARCH_TYPE", number, 0);
#endif
}

void blas_init(void)
{
	static bool done;
	if (!done)
		choose_kernels();
	done = true;
}

const char *blas_kernels(void)
{
	blas_init();
	return bli_arch_string(bli_arch_query_id());
}

static void object(struct matrix x, int64_t rows, int64_t columns, obj_t *o)
{
	bli_obj_create_with_attached_buffer(x.type == DT_F64 ? BLIS_DOUBLE : BLIS_FLOAT, rows, columns, (void *)(uintptr_t)x.at, x.rs, x.cs, o);
}

void blas_gemm(int64_t m, int64_t n, int64_t k, struct matrix a, struct matrix b, bool add, struct matrix c)
{
	rntm_t how;
	obj_t x, y, z;
	if (m == 0 || n == 0)
		return;
	bli_rntm_init(&how);
	bli_rntm_disable_l3_sup(&how);
	bli_rntm_set_num_threads(1, &how);
	object(a, m, k, &x);
	object(b, k, n, &y);
	object(c, m, n, &z);
	if (c.type == DT_F64)
		bli_obj_set_comp_prec(BLIS_DOUBLE_PREC, &z);
	bli_gemm_ex(&BLIS_ONE, &x, &y, add ? &BLIS_ONE : &BLIS_ZERO, &z, NULL, &how);
}

/* ---- many */

static void gemm(const struct product *p, int64_t n, struct matrix b, int64_t column)
{
	struct matrix a = { p->a, p->lda, 1, p->type }, c = { p->c + (size_t)column * dtype_size[p->type], p->ldc, 1, p->type };
	blas_gemm(p->m, n, p->k, a, b, p->add, c);
}

/* Can BLIS read B where it is? */
static bool readable(const struct product *p)
{
	return p->b_type == DT_F32 || (p->b_type == DT_F64 && p->type == DT_F64);
}

static void multiply(const struct product *p)
{
	if (readable(p)) {
		gemm(p, p->n, (struct matrix){ p->b, p->rsb, p->csb, p->b_type }, 0);
		return;
	}
	float *b = malloc((size_t)(p->k * CONVERT_COLUMNS) * sizeof *b);
	for (int64_t j = 0; b && j < p->n; j += CONVERT_COLUMNS) {
		int64_t n = p->n - j < CONVERT_COLUMNS ? p->n - j : CONVERT_COLUMNS;
		struct tensor part = { p->b_type, 2, { p->k, n }, { p->rsb, p->csb }, (char *)(uintptr_t)p->b + (size_t)(j * p->csb) * dtype_size[p->b_type] };
		bool across = p->csb != 1 && p->rsb == 1;        /* read it as it lies */
		struct tensor read = across ? tensor_transpose(&part, 0, 1) : part;
		tensor_to_f32(&read, b);
		gemm(p, n, (struct matrix){ b, across ? 1 : n, across ? p->k : 1, DT_F32 }, j);
	}
	if (!b)
		mem_fail((size_t)(p->k * CONVERT_COLUMNS) * sizeof *b);
	free(b);
}

void blas_add_row(enum dtype type, void *to, const void *from, int64_t n)
{
	if (type == DT_F64)
		for (int64_t i = 0; i < n; i++)
			((double *)to)[i] += ((const double *)from)[i];
	else
		for (int64_t i = 0; i < n; i++)
			((float *)to)[i] += ((const float *)from)[i];
}

/* By and by, so that it can be stopped: rows below each other do not depend on each other. */
void blas_product(const struct product *whole)
{
	int64_t step = (int64_t)(STOPPABLE / ((double)whole->n * (double)whole->k + 1));
	step = step < TILE_ROWS ? TILE_ROWS : step;
	for (int64_t at = 0, m; at < whole->m && !parallel_stopped(); at += m) {
		m = whole->m - at < step + TILE_ROWS ? whole->m - at : step;
		struct product p = product_part(whole, at, m, 0, whole->n);
		multiply(&p);
		for (int64_t i = 0; p.bias && i < m; i++)            /* while it is in the cache */
			blas_add_row(p.type, p.c + (size_t)(i * p.ldc) * dtype_size[p.type], p.bias, p.n);
	}
}

struct product product_part(const struct product *p, int64_t row, int64_t m, int64_t column, int64_t n)
{
	struct product x = *p;
	size_t number = dtype_size[p->type];
	x.m = m;
	x.n = n;
	x.a += (size_t)(row * p->lda) * number;
	x.b += (size_t)(column * p->csb) * dtype_size[p->b_type];
	x.c += (size_t)(row * p->ldc + column) * number;
	x.bias = p->bias ? p->bias + (size_t)column * number : NULL;
	return x;
}

struct tasks { struct product *at; size_t n, cap; };

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool cut_columns(const struct product *p)
{
	return p->n >= p->m || !readable(p);
}

/* What one task computes of a product: C's part is to stay in the cache while it is gone through, KC terms at a time.  Where
 * that leaves threads without work, the product is cut along its columns, so that each part of B is packed once, or along its
 * rows where it is narrow. */
struct tile { int64_t rows, columns; };

static int64_t pieces(int64_t size, int64_t step)
{
	return step ? (size + step - 1) / step : 0;
}

int64_t blas_step(int64_t size, double work, int threads)
{
	int64_t parts = least(TASKS_A_THREAD * threads, size / TASK_COLUMNS);
	return threads < 2 || work < SMALL || parts < 2 ? size : pieces(size / parts, ROUND) * ROUND;
}

static struct tile tile_of(const struct product *p, int threads)
{
	struct tile t = { p->m, p->n };
	if (p->m >= TILE_ROWS) {                 /* as many equal tiles for each thread, if it can be */
		int64_t across = pieces(p->n, TILE_COLUMNS), down = (p->m + TILE_ROWS / 2) / TILE_ROWS, most = 2 * down;
		while (across * down % threads && down < most)
			down++;
		t.columns = pieces(pieces(p->n, across), ROUND) * ROUND;
		t.rows = pieces(p->m, down);
	}
	if (threads > 1 && pieces(p->m, t.rows) * pieces(p->n, t.columns) < TASKS_A_THREAD * threads)
		*(cut_columns(p) ? &t.columns : &t.rows) = blas_step(cut_columns(p) ? p->n : p->m, (double)p->m * (double)p->n * (double)p->k, threads);
	return t;
}

static void cut(struct tasks *t, const struct product *p)
{
	struct tile tile = tile_of(p, parallel_threads());
	for (int64_t row = 0; row < p->m; row += tile.rows)
		for (int64_t column = 0; column < p->n; column += tile.columns) {
			struct product x = product_part(p, row, least(tile.rows, p->m - row), column, least(tile.columns, p->n - column));
			vec_push(t, x);
		}
}

static void do_task(void *context, size_t i)
{
	blas_product((const struct product *)context + i);
}

void blas_products(const struct product *p, size_t n)
{
	struct tasks t = { 0 };
	for (size_t i = 0; i < n; i++)
		cut(&t, &p[i]);
	parallel_for(t.n, do_task, t.at);
	vec_free(&t);
}

size_t blas_bytes(const struct product *p, int threads)
{
	/* BLIS packs blocks of at most about so many rows, columns and terms (its MC, NC and KC). */
	enum { ROWS = 256, COLUMNS = 4096, TERMS = 256 };
	struct tile t = tile_of(p, threads);
	int64_t tasks = pieces(p->m, t.rows) * pieces(p->n, t.columns);
	size_t packed = (size_t)(least(p->k, TERMS) * (least(t.columns, COLUMNS) + least(p->m, ROWS))) * dtype_size[p->type];
	size_t converted = readable(p) ? 0 : (size_t)p->k * CONVERT_COLUMNS * sizeof(float);
	return (packed + converted) * (size_t)least(tasks, threads);
}
