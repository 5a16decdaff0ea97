/* The parser: which texts are scripts (tests/syntax/), the shape of trees, messages, recovery, limits, unfinished texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "syntax/parse.h"

struct result { struct sources sources; struct arena arena; struct diags diags; struct parsed parsed; };

static void parse(struct result *r, const char *text, size_t n, bool probe)
{
	*r = (struct result){ 0 };
	r->diags.sources = &r->sources;
	r->parsed = parse_source(source_add(&r->sources, "t.pp", text, n), &r->arena, &r->diags, probe);
}

static void done(struct result *r)
{
	arena_free(&r->arena);
	diags_free(&r->diags);
	sources_free(&r->sources);
}

/* The number of mistakes; want < 0: any, but at least one. */
static void expect_errors(const char *text, size_t n, int want)
{
	struct result r;
	parse(&r, text, n, false);
	struct buf b = { 0 };
	for (size_t i = 0; i < r.diags.n; i++)
		diag_print(&r.diags, &r.diags.at[i], &b, 80);
	if (want < 0 ? r.diags.n_errors == 0 : r.diags.n_errors != (size_t)want)
		fail_msg("%.*s\n%zu mistakes instead of %d\n%s", (int)n, text, r.diags.n_errors, want, buf_str(&b));
	buf_free(&b);
	done(&r);
}

/* ---- tests/syntax/: files of examples with a line --- between them */

static const char *folder = "tests/syntax";

static void for_examples(const char *file, const char *between, void (*check)(const char *, size_t))
{
	struct buf path = { 0 };
	size_t len = 0;
	buf_printf(&path, "%s/%s", folder, file);
	char *text = file_read(buf_str(&path), 1 << 24, &len);
	if (!text)
		fail_msg("cannot read %s", buf_str(&path));
	for (char *s = text, *next; s && *s; s = next) {
		char *end = strstr(s, between);
		next = end ? end + strlen(between) : NULL;
		check(s, end ? (size_t)(end - s) : strlen(s));
	}
	free(text);
	buf_free(&path);
}

static void check_good(const char *s, size_t n) { expect_errors(s, n, 0); }
static void check_bad(const char *s, size_t n) { expect_errors(s, n, -1); }

static void check_recovery(const char *s, size_t n)
{
	char *text;
	int want = (int)strtol(s, &text, 10);                 /* its first line: how many mistakes */
	expect_errors(text + 1, n - (size_t)(text + 1 - s), want);
}

static void test_lines(void **state) { (void)state; for_examples("cases.pp", "\n", check_good); }
static void test_blocks(void **state) { (void)state; for_examples("multi.txt", "---\n", check_good); }
static void test_bad(void **state) { (void)state; for_examples("bad.txt", "---\n", check_bad); }
static void test_recovery(void **state) { (void)state; for_examples("recover.txt", "---\n", check_recovery); }

/* ---- trees: "kind op name text number (kids)", on one line */

static void flat(const struct ast *a, struct buf *b)
{
	buf_puts(b, a ? ast_kind_name[a->kind] : "-");
	if (!a)
		return;
	if (a->op)
		buf_printf(b, " %s", ast_op_text[a->op]);
	if (a->name)
		buf_printf(b, " %s", a->name);
	if (a->text)
		buf_printf(b, " '%s'", a->text);
	if (a->kind == AST_NUMBER)
		buf_printf(b, " %g", a->number);
	for (uint32_t i = 0; i < a->n; i++) {
		buf_puts(b, i ? ", " : " (");
		flat(a->kid[i], b);
	}
	if (a->n)
		buf_putc(b, ')');
}

static const struct { const char *src, *tree; } trees[] = {
	{ "x", "show (name x)" },
	{ "let x = 1 + 2 * 3", "let x (binary + (number 1, binary * (number 2, number 3)))" },
	{ "x = -2 ^ 2", "assign (name x, unary - (binary ^ (number 2, number 2)))" },
	{ "a - b - c", "show (binary - (binary - (name a, name b), name c))" },
	{ "not a and b or c", "show (binary or (binary and (unary not (name a), name b), name c))" },
	{ "0..n + 1", "show (range (number 0, binary + (name n, number 1)))" },
	{ "a[l].h[*](1, for: 2,)", "show (call (index (dot h (index (name a, name l)), star), number 1, arg for (number 2)))" },
	{ "x => y => 1", "show (lambda (params (name x), lambda (params (name y), number 1)))" },
	{ "(x, y) => x", "show (lambda (params (name x, name y), name x))" },
	{ "() => 1", "show (lambda (params, number 1))" },
	{ "[e for x in xs if c]", "show (comprehension (name e, each x (name xs), when (name c)))" },
	{ "{a: 1, \"b c\": []}", "show (record (field a (number 1), field b c 'b c' (list)))" },
	{ "if a { b } else if c { } else { d }", "show (if (name a, block (show (name b)), if (name c, block, block (show (name d)))))" },
	{ "fn f() = 1", "fn f (params, number 1)" },
	{ "use \"a\\n\\u{e9}\" as b", "use b 'a\n\xC3\xA9'" },
	{ "evaluate [a] on d at {S1, -2} by kl", "show (evaluate (list (name a), name d, name kl, positions (name S1, number -2), -, -))" },
	{ "sweep l in 0..2 by kl { keep all }",
	  "show (sweep (axes (each l (range (number 0, number 2))), -, name kl, -, -, -, block (keep (name all))))" },
	{ "counterexamples h on d at all top 5", "show (counterexamples (name h, name d, -, positions (name all), -, number 5))" },
	{ "p subset of q on m and b", "show (binary and (subset (name p, name q, name m), name b))" },
	{ "input p for m = \"x\"", "input p (string 'x', name m)" },
	{ "model t { input x: real[2]; inner y = x; output z = y }",
	  "model-def t (params, block (input-node x 'real' (number 2), inner (name y, name x), output z (name y)))" },
	{ "model t(c) { component a[0] { q = 1; yield q } }",
	  "model-def t (params (name c), block (component (index (name a, number 0), block (assign (name q, number 1), yield (name q)))))" },
	{ "dataset d for m { let A in xs; sample 3 seed 4 }", "dataset-def d (name m, block (slot A (name xs), sample (number 3, number 4)))" },
	{ "hypothesis h extends g on m { }", "hypothesis h (name m, name g, block)" },
	{ "hypothesis h on m { \"why\"; set p to zero; split a by w as b, c }",
	  "hypothesis h (name m, -, block (doc 'why', set (name p, name zero), split (name a, name w, params (name b, name c))))" },
	{ "paths(a | b -> c)", "show (paths (alt (name a, then (name b, name c))))" },
	{ "paths(a -> b .. c)", "show (paths (gap (then (name a, name b), name c)))" },
	{ "paths(a -> .. -> b)", "show (paths (gap (name a, name b)))" },
	{ "paths(not a and b except c or d)", "show (paths (or (except (and (not (name a), name b), name c), name d)))" },
	{ "paths((a)* -> (b)+ -> (c)?)",
	  "show (paths (then (then (repeat * (name a), repeat + (name b)), repeat ? (name c))))" },
	{ "paths(* -> *@S2 -> a.{q,k}@(i+1))",
	  "show (paths (then (then (any, at (any, positions (name S2))), at (ports (name a, name q, name k), positions (binary + (name i, number 1))))))" },
	{ "paths(within {a, b.c})", "show (paths (within (name a, dot c (name b))))" },
	{ "paths(circuit {a -> b, \"x\" -> c})", "show (paths (circuit (edge (name a, name b), edge (string 'x', name c))))" },
	{ "paths(circuit(\"f\"))", "show (paths (call (name circuit, string 'f')))" },
};

static void test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		struct result r;
		struct buf b = { 0 };
		parse(&r, trees[i].src, strlen(trees[i].src), false);
		assert_int_equal(r.parsed.program->n, 1);
		flat(r.parsed.program->kid[0], &b);
		if (strcmp(buf_str(&b), trees[i].tree) != 0)
			fail_msg("%s\n%s\ninstead of\n%s", trees[i].src, buf_str(&b), trees[i].tree);
		buf_free(&b);
		done(&r);
	}
}

static void test_equal(void **state)
{
	(void)state;
	struct result a, b, c;
	parse(&a, "let x = (1 + y) # one\n", 21, false);
	parse(&b, "let x=1+y", 9, false);
	parse(&c, "let x=1+z", 9, false);
	assert_true(ast_equal(a.parsed.program, b.parsed.program));
	assert_false(ast_equal(a.parsed.program, c.parsed.program));
	done(&a);
	done(&b);
	done(&c);
}

/* ---- mistakes: code and place of the first one */

static const struct { const char *src; enum code code; int line, col; } places[] = {
	{ "let x = 1\nlet y = \xFF", E_ENCODING, 2, 9 },
	{ "# \xED\xA0\x80", E_ENCODING, 1, 3 },
	{ "# \xC0\x80", E_ENCODING, 1, 3 },
	{ "# \xE2\x86", E_ENCODING, 1, 3 },
	{ "x = 'a'", E_TOKEN, 1, 5 },
	{ "\xC3\xA9", E_TOKEN, 1, 1 },
	{ "f(\"abc\n)", E_STRING_OPEN, 1, 3 },
	{ "let x = \nlet", E_SYNTAX, 2, 1 },
	{ "let x 3", E_SYNTAX, 1, 7 },
	{ "let x =   \n\n", E_SYNTAX, 1, 8 },
	{ "a < b < c", E_NONASSOC, 1, 7 },
	{ "0..1..2", E_NONASSOC, 1, 5 },
	{ "x = 1e309", E_NUMBER, 1, 5 },
	{ "x = \"ab\\x\"", E_ESCAPE, 1, 8 },
	{ "evaluate a on b on c", E_SYNTAX, 1, 17 },
};

static void test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct result r;
		parse(&r, places[i].src, strlen(places[i].src), false);
		if (r.diags.n == 0)
			fail_msg("%s: no mistake found", places[i].src);
		struct place p = source_place(&r.sources, r.diags.at[0].at);
		if (r.diags.at[0].code != places[i].code || p.line != places[i].line || p.col != places[i].col)
			fail_msg("%s: %s at %d:%d", places[i].src, code_info[r.diags.at[0].code].name, p.line, p.col);
		done(&r);
	}
}

static void test_nul(void **state)
{
	(void)state;
	struct result r;
	parse(&r, "let x\0 = 1", 10, false);
	assert_int_equal(r.diags.n, 1);
	assert_int_equal(r.diags.at[0].code, E_ENCODING);
	assert_int_equal(source_place(&r.sources, r.diags.at[0].at).col, 6);
	done(&r);
	expect_errors("\xEF\xBB\xBFlet x = 1\r\nlet y = 2\r\n", 25, 0);
	expect_errors("", 0, 0);
}

/* ---- limits: head, body n times, between, foot.  Deep texts are refused once, long ones are fine. */

static const struct { const char *head, *body, *foot; bool deep; } limits[] = {
	{ "x = ", "(", "", true }, { "x = ", "[", "", true }, { "", "if a {", "", true }, { "x = ", "{a:", "", true },
	{ "x = ", "-", "1", true }, { "x = ", "not ", "1", true }, { "x = 1", "+1", "", true }, { "x = 1", "^1", "", true },
	{ "x", ".a", "", true }, { "f", "()", "", true }, { "", "x=>", "1", true }, { "if a { }", " else if a { }", "", true },
	{ "hypothesis h on m { keep a", " -> a", " }", true }, { "hypothesis h on m { keep ", "not ", "a }", true },
	{ "hypothesis h on m { keep ", "(", "", true }, { "hypothesis h on m { ", "if a { ", "", true },
	{ "x = [", "1, ", "]", false }, { "f(", "a: 1,\n", ")", false }, { "x = {", "a: 1, ", "}", false }, { "", "x\n", "", false },
	{ "hypothesis h on m {\n", "keep a\n", "}", false }, { "hypothesis h on m { keep within {", "a, ", "} }", false },
	{ "fn f(", "a, ", ") = 1", false }, { "x = [1 ", "for x in y ", "]", false }, { "", ";\n", "", false }, { "x = \"", "\\n", "\"", false },
};

static void test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct buf b = { 0 };
		struct result r;
		buf_puts(&b, limits[i].head);
		for (int k = 0; k < 100000; k++)
			buf_puts(&b, limits[i].body);
		buf_puts(&b, limits[i].foot);
		parse(&r, b.at, b.n, false);
		if (r.diags.n != limits[i].deep || (limits[i].deep && r.diags.at[0].code != E_NESTING))
			fail_msg("%s: %zu messages", limits[i].body, r.diags.n);
		buf_free(&b);
		done(&r);
	}
}

/* ---- could more lines complete it? */

static const struct { const char *src; bool unfinished; } probes[] = {
	{ "", false }, { "x", false }, { "let x = 1\n", false }, { "let x =", true }, { "let x = \n\n", true }, { "f(1,", true }, { "f(1\n", true },
	{ "x +\n", true }, { "x *\n", true }, { "{a: 1", true }, { "fn f(x) {", true }, { "fn f(x) {\n  let y = 1\n", true },
	{ "hypothesis h on m {\n  keep a ->\n", true }, { "hypothesis h on m {\n  keep embed -> *\n", true }, { "if a { b } else {", true },
	{ "hypothesis", true }, { "let", true }, { "let\n", false }, { "f(1 2", false }, { "\"abc", false }, { "1e999 +", false }, { "x }", false },
	{ "let x 3\nf(", false }, { "f(x))", false },
};

static void test_unfinished(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
		struct result r;
		parse(&r, probes[i].src, strlen(probes[i].src), true);
		if (r.parsed.incomplete != probes[i].unfinished || (r.parsed.incomplete && r.diags.n))
			fail_msg("%s: incomplete is %d, %zu messages", probes[i].src, r.parsed.incomplete, r.diags.n);
		done(&r);
		parse(&r, probes[i].src, strlen(probes[i].src), false);
		if (probes[i].unfinished)
			assert_int_equal(r.diags.n, 1);
		done(&r);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		folder = argv[1];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_blocks), cmocka_unit_test(test_bad), cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_trees), cmocka_unit_test(test_equal), cmocka_unit_test(test_places), cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_unfinished),
	};
	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
