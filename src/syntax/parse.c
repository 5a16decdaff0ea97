/* Feeding tokens to the parser, and finding the place to go on after a mistake.  See parse.h; messages.c has the words. */
#include "syntax/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "pp.h"
#include "syntax/internal.h"

void *pp_parserAlloc(void *(*)(size_t), struct parse *);
void  pp_parser(void *, int, struct token);
void  pp_parserFree(void *, void (*)(void *));

/* The first byte that is not part of UTF-8 text (a NUL counts as such), or NULL. */
static const char *not_utf8(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		const unsigned char *u = (const unsigned char *)s + i;
		size_t len = !*u ? 0 : *u < 0x80 ? 1 : *u < 0xC2 ? 0 : *u < 0xE0 ? 2 : *u < 0xF0 ? 3 : *u < 0xF5 ? 4 : 0;
		if (!len || i + len > n)
			return s + i;
		for (size_t k = 1; k < len; k++)
			if ((u[k] & 0xC0) != 0x80)
				return s + i;
		bool overlong = (*u == 0xE0 && u[1] < 0xA0) || (*u == 0xF0 && u[1] < 0x90);
		bool surrogate = *u == 0xED && u[1] > 0x9F, beyond = *u == 0xF4 && u[1] > 0x8F;
		if (overlong || surrogate || beyond)
			return s + i;
		i += len;
	}
	return NULL;
}

/* Blanks before the first character of the line that s is in; none when s is far from the line's beginning. */
static int indent(const struct lexer *lx, const char *s)
{
	const char *near = s - lx->src > 1000 ? s - 1000 : lx->src;
	while (s > near && s[-1] != '\n')
		s--;
	if (s > lx->src && s[-1] != '\n')
		return 0;
	int n = 0;
	while (s + n < lx->lim && (s[n] == ' ' || s[n] == '\t'))
		n++;
	return n;
}

const char *lex_forgotten(const struct lexer *lx, const struct token *t)
{
	if (t->kind == TK_RP || t->kind == TK_RB || t->kind == TK_NL || t->kind == 0)
		return NULL;
	const char *bol = t->text;
	while (bol > lx->src && (bol[-1] == ' ' || bol[-1] == '\t'))
		bol--;
	if (bol > lx->src && bol[-1] != '\n')
		return NULL;
	int first = lx->depth;                   /* the outermost of the brackets open since the last '{' */
	while (first > 0 && lx->open[first - 1] != '{')
		first--;
	if (first == lx->depth)
		return NULL;
	const char *bracket = lx->src + lx->open_at[first];
	return bracket < bol && indent(lx, t->text) <= indent(lx, bracket) ? bracket : NULL;
}

/* One message per mistake: passes over the rest of the statement, blocks in it included.  The parser has already gone back
 * to the block that the statement is in: its braces tell where that block ends, the lexer's where we are.  True when t is
 * to be read next. */
static bool skip_statement(struct parse *ps, struct lexer *lx, struct token *t, void *p)
{
	int home = parser_open_braces(p);
	bool again = false;
	for (; t->kind != 0 && lx->depth < LEX_DEPTH; lex_next(lx, t)) {
		bool closes = lx->braces < home;                      /* t is the '}' of that block */
		again = closes || (lx->braces == home && lex_forgotten(lx, t));
		if (again || (lx->braces == home && t->kind == TK_NL))
			break;
	}
	if (again)
		lex_drop_brackets(lx);
	ps->at = t->span;
	if (lx->depth == LEX_DEPTH)
		parse_too_deep(ps);
	else
		pp_parser(p, TK_NL, *t);
	return again || t->kind == 0;
}

/* A lexer cannot tell whether a last '*' or '+' ends a pattern or waits for an operand.  The parser can. */
static bool line_goes_on(void *p, const struct token *before, const struct token *t)
{
	return t->kind == TK_NL && *t->text == '\n' && (before->kind == TK_STAR || before->kind == TK_PLUS) && !parser_accepts(p, TK_NL);
}

/* An empty statement, so that the parser is surely in a list of statements before it sees what comes next: a mistake in the
 * first word of a block then does not throw the block away, and one right behind another mistake is told as well. */
static void empty_statement(struct parse *ps, void *p, struct token at)
{
	at.kind = TK_NL;
	if (!ps->stuck && parser_accepts(p, TK_NL))
		pp_parser(p, TK_NL, at);
}

static void feed_all(struct parse *ps, struct lexer *lx, void *p)
{
	struct token t = { 0 };
	bool in_hand = false;
	const char *again = NULL;
	empty_statement(ps, p, t);
	while (!ps->stuck) {
		if (!in_hand)
			lex_next(lx, &t);
		in_hand = false;
		ps->at = t.span;
		if (line_goes_on(p, &ps->before, &t))
			continue;
		if (t.kind == TK_INVALID)
			parse_bad_token(ps, &t);
		if (lx->depth == LEX_DEPTH) {
			parse_too_deep(ps);
			break;
		}
		if (ps->record)
			vec_push(ps->record, t);
		if (ps->ask && t.kind == 0) {
			parser_expects(p, &ps->expected);
			break;
		}
		int before = ps->nerr;
		pp_parser(p, t.kind, t);
		if (t.kind == 0)
			break;
		bool wrong = ps->nerr > before;
		ps->before = t;
		if (wrong && t.kind != TK_NL && !ps->stuck) {
			const char *refused = t.text;
			in_hand = skip_statement(ps, lx, &t, p) && t.text != again;   /* a token is tried twice, not for ever */
			again = in_hand ? t.text : refused;
		}
		if (wrong)
			ps->before.kind = TK_NL;
		if (wrong || t.kind == TK_LBRACE)
			empty_statement(ps, p, t);
	}
}

struct parsed parse_source(const struct source *src, struct arena *arena, struct diags *d, bool probe)
{
	return parse_recorded(src, arena, d, probe, NULL);
}

struct parsed parse_recorded(const struct source *src, struct arena *arena, struct diags *d, bool probe, struct token_list *record)
{
	struct lexer lx = { .src = src->text, .cur = src->text, .lim = src->text + src->len, .base = src->base };
	struct parse ps = { .source = src, .lexer = &lx, .arena = arena, .diags = d, .probe = probe, .at = { src->base, 0 }, .record = record };
	size_t errors_before = d->n_errors;
	const char *bad = not_utf8(src->text, src->len);
	if (bad) {
		struct span at = { src->base + (uint32_t)(bad - src->text), 1 };
		diag_at(d, E_ENCODING, at, *bad ? "this byte is not UTF-8 text" : "a NUL byte in the script");
		return (struct parsed){ ast_new(&ps, AST_BLOCK, ps.at), false };
	}
	if (src->len >= 3 && memcmp(src->text, "\xEF\xBB\xBF", 3) == 0)
		lx.cur += 3;                         /* the mark that some editors begin a file with */
	void *p = pp_parserAlloc(malloc, &ps);
	if (!p)
		mem_fail(1);
	feed_all(&ps, &lx, p);
	pp_parserFree(p, free);
	if (!ps.program)
		ps.program = ast_new(&ps, AST_BLOCK, ps.at);
	return (struct parsed){ ps.program, ps.incomplete && ps.nerr == 1 && d->n_errors - errors_before == (probe ? 0 : 1) };
}

bool parse_incomplete(const char *text, size_t n)
{
	struct sources sources = { 0 };
	struct diags d = { .sources = &sources };
	struct arena arena = { 0 };
	const struct source *src = source_add(&sources, "", text, n);
	bool open = src && parse_source(src, &arena, &d, true).incomplete;
	arena_free(&arena);
	diags_free(&d);
	sources_free(&sources);
	return open;
}

struct parse_next parse_next(const char *text, size_t n)
{
	struct parse_next next = { 0 };
	struct sources sources = { 0 };
	struct diags d = { .sources = &sources };
	struct arena arena = { 0 };
	const struct source *src = source_add(&sources, "", text, n);
	if (src && !not_utf8(src->text, src->len)) {
		struct lexer lx = { .src = src->text, .cur = src->text, .lim = src->text + src->len, .base = src->base };
		struct parse ps = { .source = src, .lexer = &lx, .arena = &arena, .diags = &d, .probe = true, .at = { src->base, 0 }, .ask = true };
		void *p = pp_parserAlloc(malloc, &ps);
		if (!p)
			mem_fail(1);
		feed_all(&ps, &lx, p);
		pp_parserFree(p, free);
		next.name = token_set_has(&ps.expected, TK_NAME);
		next.number = token_set_has(&ps.expected, TK_NUMBER);
		next.string = token_set_has(&ps.expected, TK_STRING);
		next.pattern = token_set_has(&ps.expected, TK_WITHIN);   /* elsewhere a name like any other */
		next.n_words = token_words(&ps.expected, next.word, sizeof next.word / sizeof *next.word);
	}
	arena_free(&arena);
	diags_free(&d);
	sources_free(&sources);
	return next;
}
