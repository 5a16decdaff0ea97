/* How many tokens a text is inside a prompt.
 *
 * Tokenizers that put a mark where a text begins (Llama 2's) would spell " Mary" alone as two tokens, where a prompt has one.
 * Behind a line end, at which every pre-tokenizer cuts and no space is put, a text is spelled as it is in the middle of a prompt. */
#include <string.h>

#include "base/mem.h"
#include "data/internal.h"

static bool behind_line_end(const struct tokenizer *t, const char *text, size_t len, struct tokens *out)
{
	struct tokens end = { 0 }, both = { 0 };
	struct buf joined = { 0 }, why = { 0 };
	buf_putc(&joined, '\n');
	buf_add(&joined, text, len);
	bool ok = tokenizer_encode(t, "\n", 1, &end, &why) && tokenizer_encode(t, joined.at, joined.n, &both, &why) && both.n > end.n &&
	    (!end.n || memcmp(end.id, both.id, end.n * sizeof *end.id) == 0);
	if (ok) {
		out->n = out->cap = both.n - end.n;
		out->id = mem_copy(both.id + end.n, out->n * sizeof *out->id);
	}
	tokens_free(&end);
	tokens_free(&both);
	buf_free(&joined);
	buf_free(&why);
	return ok;
}

bool dataset_spell(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why)
{
	struct tokens inside = { 0 };
	bool ok = tokenizer_encode(t, text, len, out, why);
	if (!(ok && out->n == 1) && len && behind_line_end(t, text, len, &inside) && (!ok || inside.n < out->n)) {
		tokens_free(out);
		*out = inside;
		return true;
	}
	tokens_free(&inside);
	return ok;
}
