/* Any bytes as a safetensors file: refused with a sentence, or every byte of every tensor can be read. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a = { 0 };
	struct buf why = { 0 };
	struct stored_list l;
	if (!safetensors_check(data, n, &a, &l, &why)) {
		pp_assert(why.n > 0);
		l.n = 0;
	}
	volatile unsigned sum = 0;           /* volatile: the reads must happen */
	for (size_t i = 0; i < l.n; i++) {
		const struct stored *s = &l.at[i];
		if (s->dtype != DT_COUNT) {
			struct tensor t = tensor_over(NULL, s->dtype, s->n, s->dim);
			pp_assert((uint64_t)tensor_count(&t) * dtype_size[t.dtype] == s->end - s->begin);
		}
		for (uint64_t k = s->begin; k < s->end; k++)
			sum = sum + data[l.data_at + k];
	}
	(void)sum;
	arena_free(&a);
	buf_free(&why);
	return 0;
}
