/* What could be written at a place of a text, and whether a text is complete: through pp.h, as prompts and editors ask. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "pp/pp.h"

static const char setup[] =
    "model t {\n"
    "  input tokens: ids[seq]\n"
    "  embed = gather(tensor([[1, 2], [3, 4], [5, 6]]), tokens)\n"
    "  for l in 0..2 { for h in 0..12 { component a[l].h[h] { q = embed * 2; k = embed * 3; yield q + k + h } } }\n"
    "  output logits = embed + sum(a[0].h[*]) + sum(a[1].h[*])\n"
    "}\n"
    "model other { input x: real\n  left = 2 * x\n  output y = left + x }\n"
    "dataset d = pair([0, 1, 2], [1, 1, 2], for: t, positions: {S1: 0, S2: 1})\n"
    "dataset e = pair({x: 1}, {x: 2}, for: other)\n"
    "metric far(run) = run.logits[END, 0] + 0\n"
    "hypothesis naive on t { keep a0.h1 }\n"
    "let route = paths(a0 -> a1)\n"
    "let box = {inner: {deep: 1}, width: 2}\n"
    "let counts = table([{layer: 1, share: 0.5}])\n"
    "fn double(number_given) = number_given * 2\n";

struct asked { const char *text; const char *want; };         /* | in the text: the place */

static const struct asked rows[] = {
	/* words, by what the parser expects */
	{ "hypo|", "hypothesis" },
	{ "evaluate naive o|", "on or" },
	{ "evaluate naive on d b|", "by" },
	{ "hypothesis h on t { k|", "keep" },
	{ "hypothesis h on t e|", "equals except extends" },
	{ "let x = 1\nexp|", "exp expect" },
	{ "model q { inp|", "input" },
	{ "dataset q for t { temp|", "template" },
	/* names, by their kind */
	{ "hypothesis h on |", "other t" },
	{ "evaluate |", "naive" },
	{ "hypothesis h extends n|", "naive" },
	{ "evaluate naive on |", "d e" },
	{ "evaluate naive on d by fa|", "far" },
	{ "evaluate naive on d by [kl, fa|", "far" },
	{ "load(\"x\", for: |", "other t" },
	{ "doub|", "double" },
	{ "cover|", "coverage" },
	/* names that the text introduces itself */
	{ "let zebra = 1\nze|", "zebra zeros" },
	{ "fn f(zeppelin) = zep|", "zeppelin" },
	{ "let |", "" },
	{ "hypothesis |", "" },
	/* components, ports, sets of paths */
	{ "hypothesis h on t { keep |", "a0 a1 all circuit embed logits not route within" },
	{ "hypothesis h on other { keep l|", "left" },
	{ "hypothesis h on t { keep a1.h1|", "h1 h10 h11" },
	{ "hypothesis h on t { keep a1.h1.|", "k q" },
	{ "hypothesis h on t { keep a[1].h[3].|", "k q" },
	{ "hypothesis h on t { keep a[0,1].h[*].{q, |", "k q" },
	{ "hypothesis h on t { keep embed -> a0.h2 -> log|", "logits" },
	{ "sweep l in 0..2 on e by value { drop l|", "left" },
	{ "hypothesis h extends naive { keep em|", "embed" },
	{ "paths(rou|", "route" },
	{ "count(paths(em|", "embed" },
	{ "hypothesis h on t { keep within {embed, lo|", "logits" },
	/* roles */
	{ "hypothesis h on t { keep a0.h1@|", "END S1 S2" },
	{ "hypothesis h on t { keep a0.h1@{S1, S|", "S1 S2" },
	{ "evaluate naive on d by kl at S|", "S1 S2" }, { "evaluate naive on d by kl at a|", "all" },
	{ "metric m(run) = run.logits[S|", "S1 S2" },
	{ "metric m(run) = run.|", "logits output y" },
	/* fields */
	{ "box.|", "inner width" },
	{ "box.inner.d|", "deep" },
	{ "counts.s|", "share" },
	{ "d.ro|", "roles" },
	{ "t.v|", "vocab" },
	{ "unknown.|", "" },
	/* arguments */
	{ "load(\"x\", f|", "fail false far filter floor for: format full" },
	{ "double(numb|", "number number_given:" },
	/* files */
	{ "load(\"|", "folder/ pairs.jsonl" },
	{ "load(\"folder/|", "inner.pp" },
	{ "load(\"folder/in|", "inner.pp" },
	{ "use \"tasks/gr|", "greater_than" },
	{ "save box to \"pa|", "pairs.jsonl" },
	{ "load(\"pairs.jsonl\", for: ot|", "other" },
	/* nothing */
	{ "# a comment on h|", "" },
	{ "let x = 12|", "" },
	{ "|", NULL },
	{ "let x = (|", NULL },
	{ "hypothesis h on t { keep a1.h[|", NULL },
	{ "x.y.z.w.v.u|", "" },
	{ ").|", "" }, { "].|", "" }, { "a[1.|", "" }, { "..|", NULL }, { "{|", NULL }, { "\xFF|", NULL }, { "a\xC3\xA9|", NULL },
};

struct session { struct pp *pp; char folder[64]; };

static int begin(void **state)
{
	static struct session s;
	char path[128];
	strcpy(s.folder, "/tmp/pp-complete-XXXXXX");
	assert_non_null(mkdtemp(s.folder));
	for (int i = 0; i < 3; i++) {
		static const char *const name[] = { "folder", "pairs.jsonl", "folder/inner.pp" };
		snprintf(path, sizeof path, "%s/%s", s.folder, name[i]);
		FILE *f = i ? fopen(path, "w") : NULL;
		assert_true(f ? fclose(f) == 0 : mkdir(path, 0700) == 0);
	}
	setenv("HF_HUB_CACHE", "/tmp/pp-no-such-cache", 1);
	s.pp = pp_open(NULL);
	assert_int_equal(pp_run_text(s.pp, "setup", setup, sizeof setup - 1), PP_OK);
	*state = &s;
	return 0;
}

static int end(void **state)
{
	struct session *s = *state;
	char command[128];
	pp_close(s->pp);
	snprintf(command, sizeof command, "rm -r %s", s->folder);
	return system(command);
}

static void candidates(void **state)
{
	struct session *s = *state;
	int wrong = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf text = { 0 }, got = { 0 };
		size_t at = strcspn(rows[i].text, "|");
		buf_add(&text, rows[i].text, at);
		buf_puts(&text, rows[i].text + at + 1);
		const struct pp_completion *c = pp_complete(s->pp, buf_str(&text), text.n, at, s->folder);
		assert_true(c->from <= c->to && c->to == at);
		for (size_t k = 0; k < c->n; k++) {
			buf_printf(&got, "%s%s", k ? " " : "", c->at[k].text);
			assert_true(strncmp(c->at[k].text, rows[i].text + c->from, at - c->from) == 0);
		}
		if (rows[i].want && strcmp(buf_str(&got), rows[i].want) != 0)
			print_error("%s\n  gives %s\n  instead of %s\n", rows[i].text, buf_str(&got), rows[i].want), wrong++;
		buf_free(&text);
		buf_free(&got);
	}
	assert_int_equal(wrong, 0);
}

static void notes(void **state)
{
	struct session *s = *state;
	const struct pp_completion *c = pp_complete(s->pp, "doub", 4, 4, NULL);
	assert_int_equal(c->n, 1);
	assert_string_equal(c->at[0].kind, "function");
	assert_string_equal(c->at[0].note, "double(number_given)");
	c = pp_complete(s->pp, "hypo", 4, 4, NULL);
	assert_string_equal(c->at[0].kind, "word");
	assert_non_null(strstr(c->at[0].note, "hypothesis NAME on m"));
	c = pp_complete(s->pp, "naiv", 4, 400, NULL);        /* a place behind the end is the end */
	assert_string_equal(c->at[0].kind, "hypothesis");
	assert_int_equal(c->to, 4);
}

static void complete_or_not(void **state)
{
	static const struct { const char *text; bool open; } row[] = {
		{ "", false }, { "1 + 1", false }, { "1 +", true }, { "let x =", true }, { "f(1,", true }, { "[1, 2", true },
		{ "model t {", true }, { "model t {\n  input x: real\n", true }, { "model t {\n input x: real\n output y = x\n}", false },
		{ "hypothesis h on m { keep a ->", true }, { "x *", true }, { "if c {\n 1\n} else {", true }, { "1 + )", false },
		{ "let = 3\nlet y = (", false }, { "\"open", false }, { "# only a comment", false }, { "evaluate h", false },
		{ "evaluate h on d by", true }, { "let x = [1,", true }, { "let x = 1,", false }, { "\xFF", false },
	};
	struct session *s = *state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (pp_incomplete(s->pp, row[i].text, strlen(row[i].text)) != row[i].open)
			fail_msg("%s: %s", row[i].text, row[i].open ? "should be incomplete" : "should be complete");
}

/* Every cut of the setup is asked about, at its end: nothing may crash, and nothing is reported. */
static void anywhere(void **state)
{
	struct session *s = *state;
	for (size_t n = 0; n < sizeof setup; n++) {
		const struct pp_completion *c = pp_complete(s->pp, setup, n, n, s->folder);
		assert_true(c->from <= n);
		pp_incomplete(s->pp, setup, n);
	}
}

/* Texts put together at random, asked about at a random place. */
static void nonsense(void **state)
{
	static const char *const piece[] = { "hypothesis ", "h ", "on ", "t ", "{ ", "}", "keep ", "a0", ".h1", ".", "[", "]", "(", ")", "->", " | ", "@", "{q,", "\"", "\"x", "\n", ";",
		"evaluate ", "by ", "[kl, ", "at ", "sweep l in 0..2 ", "metric m(run) = run", "let x = ", "box", "counts", "*", "..", "for ", ":", "#", "load(", "use ", "\xC3\xA9", "1", "1.5", "=", "not ",
		"within {", "circuit {", "model q {", "component a[l].h[h] {", "dataset q for t {", "extends ", "feed ", "from ", "set ", "to ", "paths(" };
	struct session *s = *state;
	uint64_t seed = 1;
	for (int i = 0; i < 3000; i++) {
		struct buf text = { 0 };
		for (int k = 0; k < 12; k++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			buf_puts(&text, piece[(seed >> 33) % (sizeof piece / sizeof *piece)]);
		}
		size_t at = (size_t)(seed >> 20) % (text.n + 1);
		const struct pp_completion *c = pp_complete(s->pp, text.at, text.n, at, s->folder);
		assert_true(c->from <= c->to && c->to == at);
		for (size_t k = 0; k < c->n; k++)
			assert_true(strncmp(c->at[k].text, text.at + c->from, at - c->from) == 0 && c->at[k].kind);
		pp_incomplete(s->pp, text.at, text.n);
		buf_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(candidates), cmocka_unit_test(notes), cmocka_unit_test(complete_or_not), cmocka_unit_test(anywhere),
		cmocka_unit_test(nonsense) };
	return cmocka_run_group_tests(tests, begin, end);
}
