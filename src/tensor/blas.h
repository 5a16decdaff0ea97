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

/* A matrix of F32 or F64: rows rs apart, columns cs, in elements. */
struct matrix { const void *at; int64_t rs, cs; enum dtype type; };

/* C = A B, or C = C + A B with add: A (m, k), B (k, n), C (m, n), on this thread.  Summed in C's type; where that is F64 the
 * others may be F32.  The order of summation of an element of C depends on k only. */
void blas_gemm(int64_t m, int64_t n, int64_t k, struct matrix a, struct matrix b, bool add, struct matrix c);

/* The same for A and C of one type with rows lda and ldc apart, and B of any floating type: one that BLIS does not know is
 * converted a block of columns at a time. */
struct product {
	int64_t m, n, k;
	enum dtype type;             /* A's and C's: F32 or F64 */
	const char *a;
	int64_t lda;
	const char *b;
	int64_t rsb, csb;
	enum dtype b_type;
	bool add;
	char *c;
	int64_t ldc;
	const char *bias;            /* added to every row of the result when it is there; A's type, n numbers, or NULL */
};
/* Products that write to different places, on all threads. */
void blas_products(const struct product *p, size_t n);
/* How much of `size` rows or columns one task takes, so that all of so many threads have work; all of it where the work, in
 * multiply-adds, is not worth cutting. */
int64_t blas_step(int64_t size, double work, int threads);
/* One product, on this thread. */
void blas_product(const struct product *p);
/* Rows row .. row + m of its result, columns column .. column + n: a product of its own. */
struct product product_part(const struct product *p, int64_t row, int64_t m, int64_t column, int64_t n);
/* One row: to += from. */
void blas_add_row(enum dtype type, void *to, const void *from, int64_t n);
/* Bytes that a product takes beside its operands on so many threads: packed parts of them, and conversion. */
size_t blas_bytes(const struct product *p, int threads);
#endif
