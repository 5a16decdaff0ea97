/* Finding.  See find.h. */
#define _GNU_SOURCE                      /* memmem */
#include "model/find.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "model/regex.h"
#include "model/words.h"

struct finder {
	enum found (*next)(const struct finder *f, const char *s, size_t n, size_t at, size_t *from, size_t *to);
	char  *literal;
	size_t len;
	int    kinds;                        /* of words.h */
	int    digits;                       /* words_llama3's */
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

/* ---- characters */

size_t char_at(const char *s, size_t n, int32_t *c)
{
	if ((unsigned char)*s < 0x80) {
		*c = *s;
		return 1;
	}
	utf8proc_ssize_t k = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, c);
	pp_assert(k > 0);
	return (size_t)k;
}

size_t char_before(const char *s, size_t i)
{
	do
		i--;
	while (i > 0 && ((unsigned char)s[i] & 0xC0) == 0x80);
	return i;
}

bool char_is_space(int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
	    c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static const struct { const char *name; int kinds; } kinds[] = {
	{ "number", CHAR_NUMERIC }, { "space", CHAR_WHITE }, { "punctuation", CHAR_PUNCTUATION }, { "mark", CHAR_MARK },
};

/* ---- what can be found */

static enum found next_literal(const struct finder *f, const char *s, size_t n, size_t at, size_t *from, size_t *to)
{
	const char *p = f->len ? memmem(s + at, n - at, f->literal, f->len) : NULL;
	if (!p)
		return FOUND_NOTHING;
	*from = (size_t)(p - s);
	*to = *from + f->len;
	return FOUND;
}

static enum found next_kind(const struct finder *f, const char *s, size_t n, size_t at, size_t *from, size_t *to)
{
	int32_t c;
	for (size_t k; at < n; at += k) {
		k = char_at(s + at, n - at, &c);
		if (char_kinds(s + at, n - at) & f->kinds) {
			*from = at;
			*to = at + k;
			return FOUND;
		}
	}
	return FOUND_NOTHING;
}

/* The next run of word characters, or of others that are no space. */
static enum found next_run(const struct finder *f, const char *s, size_t n, size_t at, size_t *from, size_t *to)
{
	int32_t c;
	(void)f;
	while (at < n && (char_kinds(s + at, n - at) & CHAR_WHITE))
		at += char_at(s + at, n - at, &c);
	if (at == n)
		return FOUND_NOTHING;
	*from = at;
	int word = char_kinds(s + at, n - at) & CHAR_WORD;
	do
		at += char_at(s + at, n - at, &c);
	while (at < n && (char_kinds(s + at, n - at) & (CHAR_WORD | CHAR_WHITE)) == word);
	*to = at;
	return FOUND;
}

static enum found next_word(const struct finder *f, const char *s, size_t n, size_t at, size_t *from, size_t *to)
{
	if (at == n)
		return FOUND_NOTHING;
	*from = at;
	*to = at + (f->digits ? words_llama3(s + at, n - at, f->digits) : words_gpt2(s + at, n - at));
	return FOUND;
}

static enum found next_match(const struct finder *f, const char *s, size_t n, size_t at, size_t *from, size_t *to)
{
	int r = pcre2_match(f->code, (PCRE2_SPTR)s, n, at, PCRE2_NO_UTF_CHECK, f->match, f->context);
	if (r < 0)
		return r == PCRE2_ERROR_NOMATCH ? FOUND_NOTHING : FOUND_TOO_HARD;
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(f->match);
	*from = v[0];
	*to = v[1] < v[0] ? v[0] : v[1];
	return FOUND;
}

enum found find_next(const struct finder *f, const char *s, size_t n, size_t at, size_t *from, size_t *to)
{
	return f->next(f, s, n, at, from, to);
}

enum found find_each(const struct finder *f, const char *s, size_t n, struct finds *all, size_t *from, size_t *to)
{
	int32_t c;
	while (n && all->at <= n) {
		enum found found = find_next(f, s, n, all->at, from, to);
		if (found != FOUND)
			return found;
		bool again = *from == *to && all->some && *to == all->end;
		all->at = *to > *from ? *to : *to < n ? *to + char_at(s + *to, n - *to, &c) : n + 1;
		if (again)
			continue;
		all->end = *to;
		all->some = true;
		return FOUND;
	}
	return FOUND_NOTHING;
}

/* ---- making them */

struct finder *find_literal(const char *s, size_t n)
{
	struct finder *f = mem_alloc(sizeof *f);
	f->next = next_literal;
	f->literal = mem_alloc(n + 1);
	memcpy(f->literal, s, n);
	f->len = n;
	return f;
}

struct finder *find_kind(const char *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, kind) == 0) {
			struct finder *f = mem_alloc(sizeof *f);
			f->next = next_kind;
			f->kinds = kinds[i].kinds;
			return f;
		}
	return NULL;
}

struct finder *find_runs(void)
{
	struct finder *f = mem_alloc(sizeof *f);
	f->next = next_run;
	return f;
}

static struct finder *find_words(int digits)
{
	struct finder *f = mem_alloc(sizeof *f);
	f->next = next_word;
	f->digits = digits;
	return f;
}

struct finder *find_words_gpt2(void)
{
	return find_words(0);
}

/* Patterns that grammar/pretokenize.re knows; the number is that of digits, 0 for GPT-2's. */
static const struct { int digits; const char *pattern; } known[] = {
	{ 0, "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+" },
	{ 0, "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+" },
	{ 3, "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+" },
	{ 1, "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+" },
};

static pcre2_code *compile(const char *pattern, size_t n, struct buf *why)
{
	struct buf ours = { 0 };
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = NULL;
	if (regex_translate(pattern, n, &ours, why)) {
		code = pcre2_compile((PCRE2_SPTR)buf_str(&ours), ours.n, PCRE2_UTF | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
		if (!code) {
			PCRE2_UCHAR text[120];
			pcre2_get_error_message(error, text, sizeof text);
			buf_refuse(why, "the pattern '%.*s' is not one that pp can use: %s", n > 200 ? 200 : (int)n, pattern, (char *)text);
		}
	}
	buf_free(&ours);
	return code;
}

/* A pattern in the spelling of Oniguruma.  NULL: why is appended to why. */
static struct finder *find_regex(const char *pattern, size_t n, struct buf *why)
{
	enum { STACK_START = 1 << 15, STACK_MOST = 1 << 22, MOST_STEPS = 10000000 };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].pattern) == n && memcmp(known[i].pattern, pattern, n) == 0)
			return find_words(known[i].digits);
	pcre2_code *code = compile(pattern, n, why);
	if (!code)
		return NULL;
	struct finder *f = mem_alloc(sizeof *f);
	f->next = next_match;
	f->code = code;
	f->match = pcre2_match_data_create(1, NULL);
	f->context = pcre2_match_context_create(NULL);
	if (!f->match || !f->context)
		mem_fail(n);
	if (pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0) {
		f->stack = pcre2_jit_stack_create(STACK_START, STACK_MOST, NULL);
		pcre2_jit_stack_assign(f->context, NULL, f->stack);
	}
	pcre2_set_match_limit(f->context, MOST_STEPS);
	return f;
}

struct finder *find_read(const json_t *pattern, struct buf *why)
{
	const json_t *literal = json_object_get(pattern, "String"), *regex = json_object_get(pattern, "Regex");
	if (json_is_string(literal))
		return find_literal(json_string_value(literal), json_string_length(literal));
	if (json_is_string(regex))
		return find_regex(json_string_value(regex), json_string_length(regex), why);
	buf_refuse(why, "a 'pattern' is neither {\"String\": text} nor {\"Regex\": text}");
	return NULL;
}

void find_free(struct finder *f)
{
	if (!f)
		return;
	free(f->literal);
	if (f->code) {
		pcre2_match_data_free(f->match);
		pcre2_match_context_free(f->context);
		pcre2_jit_stack_free(f->stack);
		pcre2_code_free(f->code);
	}
	free(f);
}
