/* Matrix products.  The one place that knows BLIS.
 *
 * BLIS 0.9 chooses another kernel for small matrices ("sup"), which changes the last bits of a row with the number of
 * rows; it is switched off here, so the bytes of a row of C do not depend on the other rows, nor on threads. */
#ifndef PP_TENSOR_BLAS_H
#define PP_TENSOR_BLAS_H
#include <stdint.h>

#include "tensor/tensor.h"

/* Call before the first product. */
void blas_init(void);
/* The kernels in use, for --version and stored results: "zen3", "skx", "generic" ... */
const char *blas_kernels(void);

/* C = A B (beta 0) or C = C + A B (beta 1): A (m, k), B (k, n), C (m, n) with row strides rs and column strides cs, in
 * elements, on this thread.  The order of summation of an element of C depends on k only. */
void blas_gemm(int64_t m, int64_t n, int64_t k, const float *a, int64_t rsa, int64_t csa, const float *b, int64_t rsb,
    int64_t csb, float beta, float *c, int64_t rsc, int64_t csc);

/* The same with sums in double, rounded to C's type (F32, F64) once for every 256 terms or so; about half as fast. */
void blas_gemm_precise(int64_t m, int64_t n, int64_t k, const float *a, int64_t rsa, int64_t csa, const float *b, int64_t rsb,
    int64_t csb, float beta, enum dtype type, void *c, int64_t rsc, int64_t csc);

/* As blas_gemm, for A and C with rows lda and ldc apart, B of any floating type, converted a block of columns at a time. */
struct product {
	int64_t m, n, k;
	const float *a;
	int64_t lda;
	const void *b;
	int64_t rsb, csb;
	enum dtype type;             /* B's */
	bool precise;                /* sums in double */
	float beta;
	float *c;
	int64_t ldc;
};
/* Products that write to different places, on all threads. */
void blas_products(const struct product *p, size_t n);
/* Bytes that a product takes beside its operands on so many threads: packed parts of them, and conversion. */
size_t blas_bytes(const struct product *p, int threads);
#endif
