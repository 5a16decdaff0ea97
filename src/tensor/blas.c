/* Matrix products through BLIS.  See blas.h. */
#include "tensor/blas.h"

#include <blis.h>
#include <stdio.h>
#include <stdlib.h>

static int n_threads = 1;

/* BLIS 0.9 names processors by family and model, and gives portable C to one it does not know.  Then what the processor
 * says it can do decides, unless the user has chosen (BLIS_ARCH_TYPE, a number of BLIS's arch_t). */
static void choose_kernels(void)
{
#if defined(__x86_64__)
	if (getenv("BLIS_ARCH_TYPE") || bli_cpuid_query_id() != BLIS_ARCH_GENERIC)
		return;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
		char number[16];
		snprintf(number, sizeof number, "%d", (int)BLIS_ARCH_HASWELL);
		setenv("BLIS_ARCH_TYPE", number, 0);
	}
#endif
}

void blas_init(int threads)
{
	n_threads = threads > 0 ? threads : 1;
	choose_kernels();
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
	bli_rntm_set_num_threads(n_threads, &how);
	bli_sgemm_ex(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, m, n, k, &one, (float *)(uintptr_t)a, rsa, csa, (float *)(uintptr_t)b, rsb, csb,
	    &beta, c, rsc, csc, NULL, &how);
}
