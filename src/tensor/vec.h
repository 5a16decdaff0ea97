/* Inner loops on vectors of numbers, for the processor at hand.
 *
 * vec.c is compiled once for any processor of its kind and once for one with AVX2 and FMA; the better one that runs here is
 * chosen at the first call.  Every function computes an element in an order that depends on its row only: not on how many rows
 * there are, where in memory it lies, or which thread does it.  Elementary functions are SLEEF's, to 1 ulp. */
#ifndef PP_TENSOR_VEC_H
#define PP_TENSOR_VEC_H
#include <stdbool.h>
#include <stdint.h>

enum vec_unary { VEC_EXP, VEC_LOG, VEC_TANH, VEC_ERF, VEC_SIGMOID, VEC_SILU, VEC_GELU, VEC_GELU_TANH, VEC_SIN, VEC_COS };

/* Attention of one head: rows of queries against rows 0 .. n_keys of keys and values; all floats, or all doubles. */
struct attend {
	const void *q;               /* (n, e), rows ldq apart */
	int64_t ldq, n, e;
	const int32_t *row;          /* [n]: the row each query is for */
	const void *kt;              /* (e, ldk): keys, transposed */
	int64_t ldk, n_keys;         /* ldk: n_keys rounded up to VEC_PAD */
	const void *v;               /* (n_keys, ev) */
	int64_t ev;
	double scale, cap;           /* cap > 0: cap * tanh(score * scale / cap) */
	int64_t window;              /* with mask: keys row - window + 1 .. row; 0: all up to row */
	bool mask;
	void *out;                   /* (n, ev), rows ldo apart */
	int64_t ldo;
	void *scratch;               /* VEC_BLOCK * ldk numbers */
};
enum { VEC_PAD = 16, VEC_BLOCK = 4 };

struct vec_ops {
	const char *name;
	void (*unary)(enum vec_unary f, float *out, const float *x, int64_t n);
	void (*unary64)(enum vec_unary f, double *out, const double *x, int64_t n);
	/* sums of n numbers each, in order */
	void (*total_f32)(float *out, const float *const *x, int n_x, int64_t n);
	void (*total_f64)(double *out, const double *const *x, int n_x, int64_t n);
	/* one row: softmax, or its logarithm; -inf entries get exactly 0 (-inf); a row of only -inf gives zeros */
	void (*softmax)(float *out, const float *x, int64_t n, bool logs);
	/* one row: (x - mean) / sqrt(var + eps) * (w + offset) + b; centre false: x / sqrt(mean x^2 + eps) ...; w, b may be NULL */
	void (*norm)(float *out, const float *x, const float *w, const float *b, int64_t n, double eps, double offset, bool centre);
	void (*attend)(const struct attend *a);          /* on floats */
	void (*attend64)(const struct attend *a);        /* on doubles; slower */
};
const struct vec_ops *vec(void);
#endif
