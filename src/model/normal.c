/* The normal forms of Unicode.  utf8proc has them; this keeps what is normal already out of its way, and remembers where the
 * rest came from. */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "model/find.h"
#include "model/text.h"
#include "model/words.h"

enum {
	LONGEST = 32,                        /* U+FDFA decomposes to 18 characters */
	N_CHARS = 0x110000,
	LAST_DECOMPOSED = 0x2FA1F,           /* no character above has a decomposition */
};

struct normal_form {
	const char *name;
	int options;                         /* utf8proc's */
	uint8_t *inert;                      /* a bit for each character: normal alone, and never one with what is before it */
};

static const struct { const char *name; int options; } forms[] = {
	{ "NFC", UTF8PROC_STABLE | UTF8PROC_COMPOSE },
	{ "NFKC", UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT },
	{ "NFD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE },
	{ "NFKD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT },
};

static utf8proc_ssize_t decompose(int32_t c, int options, utf8proc_int32_t *part)
{
	int boundclass = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char(c, part, LONGEST, (utf8proc_option_t)((options & ~UTF8PROC_COMPOSE) | UTF8PROC_DECOMPOSE),
	    &boundclass);
	pp_assert(n > 0 && n <= LONGEST);
	return n;
}

static void set(uint8_t *bits, int32_t c, bool on)
{
	bits[c / 8] = (uint8_t)(on ? bits[c / 8] | 1 << c % 8 : bits[c / 8] & ~(1 << c % 8));
}

static bool marks(const utf8proc_int32_t *part, utf8proc_ssize_t n)
{
	for (utf8proc_ssize_t i = 0; i < n; i++)
		if (utf8proc_get_property(part[i])->combining_class)
			return true;
	return false;
}

/* The library's forms are those of an older Unicode: characters that came later do not change there, and are no marks. */
static bool is_foreign(int32_t c)
{
	utf8proc_uint8_t s[4];
	utf8proc_ssize_t n = utf8proc_encode_char(c, s);
	return n > 0 && (char_kinds((const char *)s, (size_t)n) & CHAR_FOREIGN);
}

/* Clears the bits of what changes, of marks, and of what composes with a character before it: the later parts of
 * decompositions, and the vowels and finals of Hangul. */
static void find_inert(struct normal_form *f)
{
	utf8proc_int32_t part[LONGEST];
	f->inert = mem_alloc(N_CHARS / 8);
	memset(f->inert, 0xFF, N_CHARS / 8);
	for (int32_t c = 0x80; c < N_CHARS; c++) {
		if (is_foreign(c))
			continue;
		if (c > LAST_DECOMPOSED) {           /* marks only, and those lie in a few places */
			if (utf8proc_get_property(c)->combining_class)
				set(f->inert, c, false);
			continue;
		}
		utf8proc_ssize_t n = decompose(c, f->options, part);
		bool alone = n == 1 && part[0] == c;
		if (!alone && (f->options & UTF8PROC_COMPOSE) && !marks(part, 1))
			alone = utf8proc_normalize_utf32(part, n, (utf8proc_option_t)f->options) == 1 && part[0] == c;
		if (!alone || utf8proc_get_property(c)->combining_class)
			set(f->inert, c, false);
		n = (f->options & UTF8PROC_COMPOSE) ? decompose(c, UTF8PROC_DECOMPOSE, part) : 1;
		for (utf8proc_ssize_t i = 1; i < n && (c < 0xAC00 || c > 0xD7A3); i++)
			set(f->inert, part[i], false);
	}
	for (int32_t c = 0x1161; c <= 0x11C2; c++)
		set(f->inert, c, false);
}

struct normal_form *normal_form(const char *name)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(forms[i].name, name) == 0) {
			struct normal_form *f = mem_alloc(sizeof *f);
			f->name = forms[i].name;
			f->options = forms[i].options;
			return f;
		}
	return NULL;
}

void normal_form_free(struct normal_form *f)
{
	if (f)
		free(f->inert);
	free(f);
}

/* Where the text can be cut so that its parts can be normalised one by one: between grapheme clusters of what the
 * characters decompose to, since composition never crosses those.  Returns the end of the cluster that begins at i. */
static size_t cluster_end(const struct text *t, size_t i, size_t end, int options)
{
	utf8proc_int32_t c, part[LONGEST], last = 0, state = 0;
	for (size_t at = i, k; at < end; at += k) {
		k = char_at(t->at + at, end - at, &c);
		utf8proc_ssize_t n = decompose(c, options, part);
		if (at > i && utf8proc_grapheme_break_stateful(last, part[0], &state))
			return at;
		for (utf8proc_ssize_t j = 1; j < n; j++)
			utf8proc_grapheme_break_stateful(part[j - 1], part[j], &state);
		last = part[n - 1];
	}
	return end;
}

static void put_normal(struct text *out, const struct text *in, size_t from, size_t to, int options)
{
	for (size_t i = from, end; i < to; i = end) {
		end = cluster_end(in, i, to, options);
		utf8proc_uint8_t *s = NULL;
		utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)in->at + i, (utf8proc_ssize_t)(end - i), &s, (utf8proc_option_t)options);
		if (n == UTF8PROC_ERROR_NOMEM)
			mem_fail(end - i);
		pp_assert(n >= 0);
		uint32_t first, last;
		text_range(in, i, end, &first, &last);
		if ((size_t)n == end - i && memcmp(s, in->at + i, end - i) == 0)
			text_copy(out, in, i, end);
		else
			text_put(out, (const char *)s, (size_t)n, first, last);
		free(s);
	}
}

static bool is_inert(const struct normal_form *f, const char *s, size_t n, size_t *k)
{
	int32_t c;
	*k = char_at(s, n, &c);
	return c < 0x80 || (f->inert[c / 8] >> c % 8 & 1);
}

/* The end of the stretch of inert characters from i on, and *last: where its last character begins. */
static size_t inert_end(const struct normal_form *f, const struct text *t, size_t i, size_t *last)
{
	size_t k;
	*last = i;
	while (i < t->n && is_inert(f, t->at + i, t->n - i, &k)) {
		*last = i;
		i += k;
	}
	return i;
}

void normal_form_apply(const struct normal_form *form, struct text *t)
{
	struct normal_form *f = (struct normal_form *)(uintptr_t)form;   /* the table is made when there is a use for it */
	size_t ascii = 0, last, k;
	while (ascii < t->n && (unsigned char)t->at[ascii] < 0x80)
		ascii++;
	if (ascii == t->n)
		return;
	if (!f->inert)
		find_inert(f);
	if (inert_end(f, t, 0, &last) == t->n)
		return;
	struct text out = { 0 };
	for (size_t i = 0; i < t->n;) {
		size_t end = inert_end(f, t, i, &last);
		if (end == t->n)
			last = end;
		if (end < t->n && last < end && (char_kinds(t->at + last, t->n - last) & CHAR_FOREIGN))
			last = end;
		text_copy(&out, t, i, last);         /* the last one goes with what changes behind it, unless it is foreign */
		for (i = end; i < t->n && !is_inert(f, t->at + i, t->n - i, &k);)
			i += k;
		put_normal(&out, t, last, i, f->options);
	}
	text_become(t, &out);
}
