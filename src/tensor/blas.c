/* Matrix products through BLIS.  See blas.h. */
#include "tensor/blas.h"

#include <blis.h>

static int n_threads = 1;

void blas_init(int threads)
{
	n_threads = threads > 0 ? threads : 1;
}

const char *blas_kernels(void)
{
	return bli_arch_string(bli_arch_query_id());
}

void blas_gemm(int64_t m, int64_t n, int64_t k, const float *a, int64_t rsa, int64_t csa, const float *b, int64_t rsb,
    int64_t csb, float beta, float *c, int64_t rsc, int64_t csc)
{
	float one = 1;
	rntm_t how;
	if (m == 0 || n == 0)
		return;
	bli_rntm_init(&how);
	bli_rntm_disable_l3_sup(&how);
	/* Waking threads costs more than a small product.  The bytes are the same either way. */
	bli_rntm_set_num_threads((double)m * (double)n * (double)k < 4e6 ? 1 : n_threads, &how);
	bli_sgemm_ex(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, m, n, k, &one, (float *)(uintptr_t)a, rsa, csa, (float *)(uintptr_t)b, rsb, csb,
	    &beta, c, rsc, csc, NULL, &how);
}
