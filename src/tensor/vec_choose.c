/* Which of the compiled inner loops this processor can run.  See vec.h. */
#include "tensor/vec.h"

extern const struct vec_ops vec_plain;
#ifdef PP_HAVE_AVX2
extern const struct vec_ops vec_avx2;
#endif

const struct vec_ops *vec(void)
{
#ifdef PP_HAVE_AVX2
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &vec_avx2;
#endif
	return &vec_plain;
}
