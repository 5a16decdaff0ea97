/* Normalisation.  See text.h. */
#include "model/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"

static const struct text_step steps[] = {
	{ "Lowercase", true, 0 },
	{ "NFC", false, UTF8PROC_STABLE | UTF8PROC_COMPOSE },
	{ "NFKC", false, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT },
	{ "NFD", false, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE },
	{ "NFKD", false, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT },
};

const struct text_step *text_step_find(const char *name)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (strcmp(steps[i].name, name) == 0)
			return &steps[i];
	return NULL;
}

/* The next character of valid text; returns its length in bytes. */
static size_t next(const char *s, size_t n, utf8proc_int32_t *c)
{
	utf8proc_ssize_t k = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, c);
	pp_assert(k > 0);
	return (size_t)k;
}

bool text_valid(const char *s, size_t n)
{
	utf8proc_int32_t c;
	for (size_t i = 0; i < n;) {
		utf8proc_ssize_t k = utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(n - i), &c);
		if (k <= 0)
			return false;
		i += (size_t)k;
	}
	return true;
}

static void put(struct text *t, const char *s, size_t n, uint32_t from, uint32_t to)
{
	buf_add(&t->bytes, s, n);
	for (size_t i = 0; i < n; i++) {
		vec_push(&t->from, from);
		vec_push(&t->to, to);
	}
}

void text_start(struct text *t, const char *s, size_t n, uint32_t base)
{
	*t = (struct text){ 0 };
	utf8proc_int32_t c;
	for (size_t i = 0, k; i < n; i += k) {
		k = next(s + i, n - i, &c);
		put(t, s + i, k, base + (uint32_t)i, base + (uint32_t)(i + k));
	}
}

void text_free(struct text *t)
{
	buf_free(&t->bytes);
	vec_free(&t->from);
	vec_free(&t->to);
}

/* Lower case as Rust's char::to_lowercase has it: character by character; one character becomes two. */
static void lower(struct text *out, const struct text *in)
{
	utf8proc_int32_t c;
	for (size_t i = 0, k; i < in->bytes.n; i += k) {
		k = next(in->bytes.at + i, in->bytes.n - i, &c);
		utf8proc_uint8_t s[8];
		utf8proc_ssize_t n = utf8proc_encode_char(utf8proc_tolower(c), s);
		if (c == 0x130)                  /* capital I with dot: i and a combining dot */
			n = (utf8proc_ssize_t)(memcpy(s, "i\xCC\x87", 3), 3);
		put(out, (const char *)s, (size_t)n, in->from.at[i], in->to.at[i + k - 1]);
	}
}

/* Where the text can be cut so that its parts can be normalised one by one: between grapheme clusters of what the
 * characters decompose to, since composition never crosses those.  Returns the end of the cluster that begins at i. */
static size_t cluster_end(const struct buf *b, size_t i, int options)
{
	enum { LONGEST = 32 };               /* U+FDFA decomposes to 18 characters */
	utf8proc_int32_t c, part[LONGEST], last = 0, state = 0;
	for (size_t at = i, k; at < b->n; at += k) {
		k = next(b->at + at, b->n - at, &c);
		int boundclass = 0;
		utf8proc_ssize_t n = utf8proc_decompose_char(c, part, LONGEST,
		    (utf8proc_option_t)((options & ~UTF8PROC_COMPOSE) | UTF8PROC_DECOMPOSE), &boundclass);
		pp_assert(n > 0 && n <= LONGEST);
		if (at > i && utf8proc_grapheme_break_stateful(last, part[0], &state))
			return at;
		for (utf8proc_ssize_t j = 1; j < n; j++)
			utf8proc_grapheme_break_stateful(part[j - 1], part[j], &state);
		last = part[n - 1];
	}
	return b->n;
}

static void normalise(struct text *out, const struct text *in, int options)
{
	for (size_t i = 0, end; i < in->bytes.n; i = end) {
		end = cluster_end(&in->bytes, i, options);
		utf8proc_uint8_t *s = NULL;
		utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)in->bytes.at + i, (utf8proc_ssize_t)(end - i), &s,
		    (utf8proc_option_t)options);
		if (n == UTF8PROC_ERROR_NOMEM)
			mem_fail(end - i);
		pp_assert(n >= 0);
		put(out, (const char *)s, (size_t)n, in->from.at[i], in->to.at[end - 1]);
		free(s);
	}
}

void text_apply(struct text *t, const struct text_step *step)
{
	struct text out = { 0 };
	if (step->lower)
		lower(&out, t);
	else
		normalise(&out, t, step->options);
	text_free(t);
	*t = out;
}
