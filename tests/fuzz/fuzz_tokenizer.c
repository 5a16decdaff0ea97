/* Any bytes as a tokenizer.json: refused, or some texts are encoded with places inside the text.  The first line is the
 * text, the rest the file; without a newline the file is its own text. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/internal.h"

static void encode(const struct tokenizer *t, const char *text, size_t n)
{
	struct tokens out = { 0 };
	struct buf why = { 0 }, back = { 0 };
	bool ok = tokenizer_encode(t, text, n, &out, &why);
	pp_assert(ok || why.n > 0);
	for (size_t i = 0; i < out.n; i++)
		pp_assert(out.id[i] >= 0 && out.id[i] < tokenizer_vocab(t) && out.from[i] <= out.to[i] && out.to[i] <= n);
	tokenizer_decode(t, out.id, out.n, &back);
	tokens_free(&out);
	buf_free(&why);
	buf_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct sources sources;
	struct diags d = { .sources = &sources };
	const char *text = (const char *)data, *end = n ? memchr(text, '\n', n) : NULL;
	size_t len = end ? (size_t)(end - text) : n, skip = end ? len + 1 : 0;
	struct tokenizer *t = tokenizer_parse(text + skip, n - skip, "tokenizer.json", (struct span){ 0, 0 }, &d);
	pp_assert((t == NULL) == (d.n > 0));
	if (t) {
		encode(t, text, len);
		encode(t, "", 0);
		encode(t, " Mary, \xE1\x84\x80\xE1\x85\xA1 [UNK]", 20);
	}
	tokenizer_close(t);
	diags_free(&d);
	return 0;
}
