/* Feeding tokens to the parser, and what to say when one does not fit.  See parse.h. */
#include "syntax/parse.h"

#include <stdlib.h>
#include <string.h>

#include "pp.h"
#include "syntax/internal.h"

void *pp_parserAlloc(void *(*)(size_t), struct parse *);
void  pp_parser(void *, int, struct token);
void  pp_parserFree(void *, void (*)(void *));
int   can_take(void *, int);

enum { STARTS = 1, INFIX = 2 };
static const struct { int kind; const char *text; int group; } token_info[] = {
#define TOKEN(code, spelling, group) { TK_##code, spelling, group },
#include "tokens.def"
#undef TOKEN
};
enum { N_INFO = sizeof token_info / sizeof *token_info };

void parse_too_deep(struct parse *ps)
{
	if (!ps->stuck)
		diag_at(ps->diags, E_NESTING, ps->at, "nested too deeply");
	ps->stuck = true;
}

static bool expects(const struct parse *ps, int kind)
{
	for (size_t i = 0; i < ps->expected.n; i++)
		if (ps->expected.at[i] == kind)
			return true;
	return false;
}

static void say_expected(const struct parse *ps, struct buf *out)
{
	const char *say[N_INFO + 2];
	size_t n = 0;
	int whole = 0;
	for (int g = STARTS; g <= INFIX; g++) {
		bool all = true;
		for (int i = 0; i < N_INFO; i++)
			if (token_info[i].group == g && token_info[i].kind != TK_PATHS && token_info[i].kind != TK_NOT)
				all &= expects(ps, token_info[i].kind);
		if (all) {
			say[n++] = g == STARTS ? "an expression" : "an operator";
			whole |= g;
		}
	}
	for (int i = 0; i < N_INFO; i++)
		if (!(token_info[i].group & whole) && expects(ps, token_info[i].kind))
			say[n++] = token_info[i].text;
	for (size_t i = 0; i < n && i < 7; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : i + 1 == n || i == 6 ? " or " : ", ", say[i]);
}

static const char *hint(const struct parse *ps, struct token t)
{
	if (t.kind == TK_ELSE)
		return "else stands on the line of the } before it";
	if (t.kind == TK_ASSIGN && expects(ps, TK_EQ))
		return "to compare, write ==";
	if (t.kind == TK_LBRACE && expects(ps, TK_ON))
		return "say which model the hypothesis is about: on m";
	return NULL;
}

void parse_unexpected(struct parse *ps, struct token t)
{
	ps->nerr++;
	bool end = t.kind == 0 || t.span.off >= ps->source->base + ps->source->len;
	if (end && ps->nerr == 1)
		ps->incomplete = true;
	if (t.kind == TK_INVALID || (ps->probe && end))
		return;
	struct buf want = { 0 };
	say_expected(ps, &want);
	if (end)
		diag_at(ps->diags, E_SYNTAX, t.span, "the text ends too soon, expected %s", buf_str(&want));
	else if (t.kind == TK_NL)
		diag_at(ps->diags, E_SYNTAX, t.span, "the statement ends too soon, expected %s", buf_str(&want));
	else
		diag_at(ps->diags, E_SYNTAX, t.span, "unexpected '%.*s', expected %s", t.span.len > 40 ? 40 : (int)t.span.len, t.text, buf_str(&want));
	const char *h = hint(ps, t);
	if (h)
		diag_hint(ps->diags, "%s", h);
	buf_free(&want);
}

static void bad_token(struct parse *ps, const struct token *t)
{
	if (t->unclosed)
		diag_at(ps->diags, E_STRING_OPEN, t->span, "this string is not closed");
	else
		diag_at(ps->diags, E_TOKEN, t->span, "'%.*s' means nothing here", (int)t->span.len, t->text);
	if (*t->text == '\'')
		diag_hint(ps->diags, "text stands in double quotes");
	if (*t->text == '&')
		diag_hint(ps->diags, "write and");
}

/* The first byte that is not part of UTF-8 text, or NULL. */
static const char *not_utf8(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)s[i];
		size_t len = c && c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;
		if (!len || i + len > n)
			return s + i;
		for (size_t k = 1; k < len; k++)
			if (((unsigned char)s[i + k] & 0xC0) != 0x80)
				return s + i;
		if ((c == 0xE0 && (unsigned char)s[i + 1] < 0xA0) || (c == 0xED && (unsigned char)s[i + 1] > 0x9F)
		    || (c == 0xF0 && (unsigned char)s[i + 1] < 0x90) || (c == 0xF4 && (unsigned char)s[i + 1] > 0x8F))
			return s + i;
		i += len;
	}
	return NULL;
}

/* One message per mistake: passes over the rest of the statement, whole blocks included.  Returns the last token's kind. */
static int skip_statement(struct parse *ps, struct lexer *lx, struct token *t, void *p)
{
	int open = t->kind == TK_LBRACE;
	while (lx->depth > 0 && lx->depth <= 256 && lx->open[lx->depth - 1] != '{')
		lx->depth--;
	while (t->kind != 0 && !(t->kind == TK_NL && open == 0) && !(t->kind == TK_RBRACE && open == 0)) {
		if (!lex_next(lx, t))
			break;
		if (t->kind == TK_LBRACE)
			open++;
		if (t->kind == TK_RBRACE && --open < 0)
			break;
	}
	int stop = t->kind;
	pp_parser(p, TK_NL, *t);
	if (stop == TK_RBRACE && !ps->stuck && can_take(p, TK_RBRACE)) {
		t->kind = lx->last = TK_RBRACE;
		pp_parser(p, TK_RBRACE, *t);
		return TK_RBRACE;
	}
	return stop == 0 ? 0 : TK_NL;
}

static void feed_all(struct parse *ps, struct lexer *lx, void *p)
{
	struct token t = { 0 };
	int last = 0;
	while (!ps->stuck && lex_next(lx, &t)) {
		ps->at = t.span;
		if (t.kind == TK_NL && *t.text == '\n' && (last == TK_STAR || last == TK_PLUS) && !can_take(p, TK_NL))
			continue;
		if (t.kind == TK_INVALID)
			bad_token(ps, &t);
		if (lx->depth > 250) {
			parse_too_deep(ps);
			break;
		}
		int before = ps->nerr;
		pp_parser(p, last = t.kind, t);
		if (ps->nerr == before || t.kind == TK_NL)
			continue;
		last = skip_statement(ps, lx, &t, p);
		if (last == 0)
			break;
	}
	t = (struct token){ .span = { ps->source->base + ps->source->len, 0 }, .text = lx->lim };
	ps->at = t.span;
	if (!ps->stuck)
		pp_parser(p, 0, t);
}

struct parsed parse_source(const struct source *src, struct arena *arena, struct diags *d, bool probe)
{
	struct parse ps = { .source = src, .arena = arena, .diags = d, .probe = probe, .at = { src->base, 0 } };
	const char *bad = not_utf8(src->text, src->len);
	if (bad) {
		diag_at(d, E_ENCODING, (struct span){ src->base + (uint32_t)(bad - src->text), 1 }, *bad ? "this byte is not UTF-8 text" : "a NUL byte in the script");
		return (struct parsed){ ast_new(&ps, AST_BLOCK, ps.at), false };
	}
	struct lexer lx = { .src = src->text, .cur = src->text, .lim = src->text + src->len, .base = src->base };
	void *p = pp_parserAlloc(malloc, &ps);
	if (!p)
		mem_fail(1);
	feed_all(&ps, &lx, p);
	pp_parserFree(p, free);
	vec_free(&ps.expected);
	if (!ps.program)
		ps.program = ast_new(&ps, AST_BLOCK, ps.at);
	return (struct parsed){ ps.program, ps.incomplete && ps.nerr == 1 };
}
