/* Any bytes as a GGUF file: refused with a sentence, or every tensor and metadata value lies inside of it and can be read. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/internal.h"

static void read_tensor(const uint8_t *data, const struct stored *s)
{
	uint64_t count = 1;
	for (int i = 0; i < s->n; i++)
		count *= (uint64_t)s->dim[i];
	pp_assert(s->blocks && count % s->blocks->per == 0 && count / s->blocks->per * s->blocks->bytes == s->end - s->begin);
	if (!s->blocks->unpack)
		return;
	float *to = mem_array(count, sizeof *to);
	s->blocks->unpack(data + s->begin, to, count / s->blocks->per);
	free(to);
}

static void read_value(const struct gguf_value *v, size_t n)
{
	double x;
	size_t place = 0, len, texts = 0;
	const char *s;
	pp_assert(v->at <= v->end && (size_t)(v->end - v->at) <= n);
	for (uint64_t i = 0; i < v->n && gguf_number(v, i, &x); i++)
		;
	while (gguf_text(v, &place, &s, &len)) {
		texts++;
		pp_assert((const unsigned char *)s + len <= v->end);
	}
	pp_assert(v->type != GGUF_TEXT || texts == v->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a = { 0 };
	struct stored_list l;
	struct gguf g = { 0 };
	struct buf why = { 0 };
	bool ok = gguf_check(data, n, &a, &l, &g, &why);
	pp_assert(ok || why.n > 0);
	for (size_t i = 0; ok && i < l.n; i++) {
		pp_assert(l.data_at + l.at[i].end <= n && (i == 0 || strcmp(l.at[i - 1].name, l.at[i].name) < 0));
		read_tensor(data + l.data_at, &l.at[i]);
	}
	for (size_t i = 0; ok && i < gguf_count(&g); i++) {
		read_value(gguf_at(&g, i), n);
		pp_assert(gguf_find(&g, gguf_at(&g, i)->key) == gguf_at(&g, i));
	}
	buf_free(&why);
	vec_free(&g.value);
	arena_free(&a);
	return 0;
}
