/* Tokens: kinds and extents, and where a line ends a statement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pp.h"
#include "syntax/internal.h"

static const struct { const char *src; int kinds[16]; } cases[] = {
	{ "", { 0 } },
	{ " \t\r# only a comment", { 0 } },
	{ "#!/usr/bin/env pp\nx", { TK_NL, TK_NAME } },
	{ "let x", { TK_LET, TK_NAME } },
	{ "lets _x1", { TK_NAME, TK_NAME } },
	/* numbers */
	{ "1..3", { TK_NUMBER, TK_DOTDOT, TK_NUMBER } },
	{ "0..cfg.n", { TK_NUMBER, TK_DOTDOT, TK_NAME, TK_DOT, TK_NAME } },
	{ "1.5e-3 2E+4 7.", { TK_NUMBER, TK_NUMBER, TK_NUMBER, TK_DOT } },
	{ "a7@3..b", { TK_NAME, TK_AT, TK_NUMBER, TK_DOTDOT, TK_NAME } },
	/* arrows and gaps */
	{ "p -> q => r", { TK_NAME, TK_ARROW, TK_NAME, TK_FATARROW, TK_NAME } },
	{ "p -> .. -> q", { TK_NAME, TK_DOTDOT, TK_NAME } },
	{ "p->..q .. -> r", { TK_NAME, TK_DOTDOT, TK_NAME, TK_DOTDOT, TK_NAME } },
	{ "-1->x", { TK_MINUS, TK_NUMBER, TK_ARROW, TK_NAME } },
	/* operators */
	{ "== = <= < != @", { TK_EQ, TK_ASSIGN, TK_LE, TK_LT, TK_NE, TK_AT } },
	{ "at on keep", { TK_AT_KW, TK_ON, TK_KEEP } },
	/* strings */
	{ "\"a\\\"b\" x", { TK_STRING, TK_NAME } },
	{ "\"\" \"h\xC3\xA9\"", { TK_STRING, TK_STRING } },
	{ "\"open {\nx", { TK_INVALID, TK_NL, TK_NAME } },
	{ "\"open\\\nx", { TK_INVALID, TK_NL, TK_NAME } },
	/* strays are one token each */
	{ "\xE2\x86\x92 x", { TK_INVALID, TK_NAME } },
	{ "a && b || c", { TK_NAME, TK_INVALID, TK_NAME, TK_INVALID, TK_NAME } },
	/* ends of lines */
	{ "x\ny", { TK_NAME, TK_NL, TK_NAME } },
	{ "x\n\n\ny;", { TK_NAME, TK_NL, TK_NAME, TK_NL } },
	{ "x;;y", { TK_NAME, TK_NL, TK_NL, TK_NAME } },
	{ "x +\ny", { TK_NAME, TK_PLUS, TK_NL, TK_NAME } },            /* the parser is asked */
	{ "x -\n\ny", { TK_NAME, TK_MINUS, TK_NAME } },
	{ "a,\nb", { TK_NAME, TK_COMMA, TK_NAME } },
	{ "{\nx\n}", { TK_LBRACE, TK_NAME, TK_NL, TK_RBRACE } },
	{ "(\nx\n)\n", { TK_LP, TK_NAME, TK_RP, TK_NL } },
	{ "[{\nx\n}\n]\n", { TK_LB, TK_LBRACE, TK_NAME, TK_NL, TK_RBRACE, TK_RB, TK_NL } },
	/* a } closes what was left open in its block, a ) never closes a block */
	{ "{(}\n", { TK_LBRACE, TK_LP, TK_RBRACE, TK_NL } },
	{ "(}\nx", { TK_LP, TK_RBRACE, TK_NAME } },
	{ "{)\n}", { TK_LBRACE, TK_RP, TK_NL, TK_RBRACE } },
};

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *s = cases[i].src;
		struct lexer lx = { .src = s, .cur = s, .lim = s + strlen(s), .base = 1 };
		struct token t;
		const int *want = cases[i].kinds;
		do {
			lex_next(&lx, &t);
			if (t.kind != *want)
				fail_msg("%s: token %d is %d, not %d", s, (int)(want - cases[i].kinds), t.kind, *want);
		} while (*want++);
	}
}

static void test_extents(void **state)
{
	(void)state;
	const char *s = "let \"ab\\\"\" # c\n  1.5..x";
	static const struct { uint32_t off, len; } want[] = { { 10, 3 }, { 14, 6 }, { 24, 1 }, { 27, 3 }, { 30, 2 }, { 32, 1 }, { 33, 0 } };
	struct lexer lx = { .src = s, .cur = s, .lim = s + strlen(s), .base = 10 };
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		struct token t;
		lex_next(&lx, &t);
		assert_int_equal(t.span.off, want[i].off);
		assert_int_equal(t.span.len, want[i].len);
	}
}

static void test_end_stays(void **state)
{
	(void)state;
	struct lexer lx = { .src = "", .cur = "", .base = 1 };
	lx.lim = lx.src;
	struct token t;
	for (int i = 0; i < 3; i++)
		assert_int_equal(lex_next(&lx, &t), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_kinds), cmocka_unit_test(test_extents), cmocka_unit_test(test_end_stays) };
	return cmocka_run_group_tests_name("lexer", tests, NULL, NULL);
}
