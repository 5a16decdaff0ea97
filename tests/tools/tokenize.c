/* Texts to tokens and back, for the tests that compare with the `tokenizers` library: tokenize TOKENIZER TEXTS
 *
 * TOKENIZER: a tokenizer.json, a .gguf, or a folder.  TEXTS: for each, its length and its bytes.  Writes, for each text, the
 * number of its tokens and their ids, from and to, then the length and bytes of what they decode to: all 32 bits.  Seconds
 * for encoding alone go to standard error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/internal.h"
#include "model/weights.h"

static struct sources sources;

static struct tokenizer *from_gguf(const char *path, struct diags *d)
{
	struct weights *w = weights_open(path, (struct span){ 0, 0 }, d);
	bool none = true;
	struct tokenizer *t = w ? tokenizer_from_gguf(weights_gguf(w), path, &none, (struct span){ 0, 0 }, d) : NULL;
	weights_close(w);
	return t;
}

static struct tokenizer *open_any(const char *path, struct diags *d)
{
	size_t n = strlen(path), len;
	bool none = false;
	if (n > 5 && strcmp(path + n - 5, ".gguf") == 0)
		return from_gguf(path, d);
	if (n < 5 || strcmp(path + n - 5, ".json") != 0)
		return tokenizer_open(path, &none, (struct span){ 0, 0 }, d);
	char *text = file_read(path, 1 << 30, &len);
	struct tokenizer *t = text ? tokenizer_parse(text, len, path, (struct span){ 0, 0 }, d) : NULL;
	free(text);
	return t;
}

static void put(const void *p, size_t n)
{
	if (n && fwrite(p, 1, n, stdout) != n)
		exit(3);
}

static void put_number(size_t n)
{
	put(&(uint32_t){ (uint32_t)n }, 4);
}

static double tokenize(const struct tokenizer *t, const char *text, size_t n)
{
	struct tokens out = { 0 };
	struct buf why = { 0 }, back = { 0 };
	double before = clock_seconds();
	if (!tokenizer_encode_unknown(t, text, n, &out, &why)) {
		fprintf(stderr, "%s\n", buf_str(&why));
		exit(2);
	}
	double seconds = clock_seconds() - before;
	put_number(out.n);
	put(out.id, out.n * 4);
	put(out.from, out.n * 4);
	put(out.to, out.n * 4);
	tokenizer_decode(t, out.id, out.n, &back);
	put_number(back.n);
	put(back.at, back.n);
	tokens_free(&out);
	buf_free(&back);
	buf_free(&why);
	return seconds;
}

int main(int argc, char **argv)
{
	struct diags d = { .sources = &sources };
	size_t n = 0;
	char *texts = argc == 3 ? file_read(argv[2], (size_t)1 << 31, &n) : NULL;
	double start = clock_seconds();
	struct tokenizer *t = texts ? open_any(argv[1], &d) : NULL;
	if (!t) {
		fprintf(stderr, "%s\n", d.n ? d.at[0].message : "usage: tokenize TOKENIZER TEXTS");
		return 2;
	}
	double loaded = clock_seconds() - start, seconds = 0;
	for (size_t i = 0; i + 4 <= n;) {
		uint32_t len;
		memcpy(&len, texts + i, 4);
		i += 4;
		if (len > n - i)
			return 2;
		seconds += tokenize(t, texts + i, len);
		i += len;
	}
	fprintf(stderr, "%.6f %.6f\n", seconds, loaded);
	tokenizer_close(t);
	free(texts);
	return 0;
}
