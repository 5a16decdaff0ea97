/* A text as its tokens.  See scan.h. */
#include "syntax/scan.h"

#include <string.h>

#include "base/vec.h"
#include "pp.h"
#include "syntax/internal.h"

static enum scan_kind kind_of(const struct token *t)
{
	switch (t->kind) {
	case TK_NAME:    return SCAN_NAME;
	case TK_NUMBER:  return SCAN_NUMBER;
	case TK_STRING:  return SCAN_STRING;
	case TK_INVALID: return t->unclosed ? SCAN_OPEN : SCAN_STRAY;
	}
	unsigned char c = (unsigned char)*t->text;
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? SCAN_WORD : SCAN_SIGN;
}

/* Comments lie between tokens: the lexer passes over them. */
static void add_comments(const char *text, size_t from, size_t to, struct scan *out)
{
	while (from < to) {
		const char *sharp = memchr(text + from, '#', to - from);
		if (!sharp)
			return;
		const char *end = memchr(sharp, '\n', (size_t)(text + to - sharp));
		struct scanned c = { SCAN_COMMENT, (size_t)(sharp - text), end ? (size_t)(end - text) : to };
		vec_push(out, c);
		from = c.to;
	}
}

void scan_text(const char *text, size_t n, struct scan *out)
{
	char *copy = mem_alloc(n + 1);               /* the lexer looks at the byte behind the end */
	memcpy(copy, text, n);
	struct lexer lx = { .src = copy, .cur = copy, .lim = copy + n };
	size_t before = 0;
	for (struct token t = { 0 }; lex_next(&lx, &t) != 0;) {
		struct scanned s = { kind_of(&t), t.span.off, t.span.off + t.span.len };
		add_comments(copy, before, s.from, out);
		before = s.to;
		if (t.kind != TK_NL)
			vec_push(out, s);
	}
	add_comments(copy, before, n, out);
	free(copy);
}

bool scan_is(const char *text, const struct scanned *t, const char *spelled)
{
	size_t n = strlen(spelled);
	return t->kind != SCAN_STRING && t->kind != SCAN_COMMENT && t->to - t->from == n && memcmp(text + t->from, spelled, n) == 0;
}
