/* Patterns against a graph: which letters they name, how many paths they match, how an automaton steps, decides and sees rows.
 *
 * The graph: embed; heads a0.h0 a0.h1; MLP m0; head a1.h0; MLP m1; logits, all on one residual stream.  The stream has 1 path,
 * then 1 + 2 * 3 = 7 after the heads, 14 after m0, 14 * 4 = 56 after a1.h0, 112 after m1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "graphs.h"
#include "paths/count.h"
#include "paths/product.h"

static struct sources sources;
static struct diags diags;
static struct graph *g;

/* embed, a0.h0, a0.h1, m0, a1.h0, m1, logits: the second layer has one head. */
static int make_graph(void **unused)
{
	(void)unused;
	diags = (struct diags){ .sources = &sources };
	struct builder *b = build_new("t", &diags);
	struct node *tokens = build_input(b, "tokens", true, shape_of(1, DIM_SEQ, 0), nowhere);
	struct node *x = component(b, "embed", op2(b, OP_GATHER, stored(b, 2, 9, 4), tokens));
	struct node *h0 = head(b, "a0.h0", x, 4), *h1 = head(b, "a0.h1", x, 4);
	x = build_op(b, OP_TOTAL, (struct node *[]){ x, h0, h1 }, 3, NULL, nowhere);
	x = op2(b, OP_ADD, x, component(b, "m0", op1(b, OP_GELU, x)));
	x = op2(b, OP_ADD, x, head(b, "a1.h0", x, 4));
	x = op2(b, OP_ADD, x, component(b, "m1", op1(b, OP_GELU, x)));
	build_output(b, "logits", op2(b, OP_MATMUL, x, stored(b, 2, 4, 9)), nowhere);
	g = build_finish(b, true, nowhere);
	return g ? 0 : -1;
}

static int drop_graph(void **unused)
{
	(void)unused;
	graph_free(g);
	diags_free(&diags);
	arena_free(&kept);
	return 0;
}

static int letter_of(const char *name)
{
	for (size_t l = 0; l < g->letter.n; l++) {
		struct buf b = { 0 };
		bool same = strcmp(letter_name(g, (int)l, &b), name) == 0;
		buf_free(&b);
		if (same)
			return (int)l;
	}
	fail_msg("no letter %s", name);
	return -1;
}

static struct automaton *of_rules(const struct rule *rule, size_t n)
{
	diags_free(&diags);
	diags = (struct diags){ .sources = &sources };
	return automaton_new(g, rule, n, &diags);
}

static struct automaton *keep(struct pattern *p)
{
	struct rule r = { COLUMN_REF, p, nowhere, NULL, NULL };
	return of_rules(&r, 1);
}

static void matches(struct pattern *p, const char *want)
{
	struct arena a = { 0 };
	struct buf text = { 0 };
	struct automaton *m = keep(p);
	pattern_print(p, &text);
	if (!m)
		fail_msg("%s: %s", buf_str(&text), diags.at[0].message);
	const char *got = count_column(g, m, COLUMN_REF, &a);
	if (!got || strcmp(got, want) != 0)
		fail_msg("%s matches %s paths, not %s", buf_str(&text), got ? got : "too many", want);
	automaton_free(m);
	buf_free(&text);
	arena_free(&a);
}

/* ---- how many */

static void test_count(void **unused)
{
	(void)unused;
	struct arena a = { 0 };
	assert_string_equal(count_all(g, &a), "112");
	arena_free(&a);
	matches(pat(PAT_ALL, NULL, NULL), "112");
	matches(step("m0"), "56");                                       /* 7 below, 8 above */
	matches(step("a0.h0"), "48");                                    /* 3 below; 16 above */
	matches(step("a0.h0:q"), "16");
	matches(step("a0.h*:q"), "32");
	matches(step("a0.h0:q,v"), "32");
	matches(step("a0.h0.q"), "16");                                  /* a last part that is a port */
	matches(step("a*.h0"), "96");                                    /* all but (1 + 3) * 2 * 2 */
	matches(step("logits"), "112");
	matches(pat(PAT_THEN, step("a0.h0"), step("m0")), "24");
	matches(pat(PAT_THEN, step("embed"), step("logits")), "1");
	matches(pat(PAT_GAP, step("embed"), step("logits")), "112");
	matches(pat(PAT_GAP, step("a0.h1:k"), step("a1.h0:v")), "4");
	matches(pat(PAT_THEN, step("embed"), pat(PAT_THEN, step("*"), step("logits"))), "11");
	matches(pat(PAT_ALT, step("a0.h0"), step("a0.h1")), "96");
	matches(pat(PAT_THEN, step("embed"), pat(PAT_THEN, pat(PAT_STAR, step("m*"), NULL), step("logits"))), "4");
	matches(pat(PAT_THEN, step("embed"), pat(PAT_THEN, pat(PAT_PLUS, step("m*"), NULL), step("logits"))), "3");
	matches(pat(PAT_THEN, step("embed"), pat(PAT_THEN, pat(PAT_OPTIONAL, step("m1"), NULL), step("logits"))), "2");
	matches(ALL_OF(PAT_WITHIN, "embed", "m*", "logits"), "4");
	matches(ALL_OF(PAT_WITHIN, "embed", "a0.h*:q", "logits"), "3");
	matches(ALL_OF(PAT_CIRCUIT, "embed", "m0", "m0", "logits", "embed", "logits"), "2");
	matches(pat(PAT_NOT, step("m0"), NULL), "56");
	matches(pat(PAT_AND, step("m0"), step("m1")), "28");
	matches(pat(PAT_OR, step("m0"), step("m1")), "84");
	matches(pat(PAT_EXCEPT, step("m0"), step("m1")), "28");
}

/* The last rule that matches decides. */
static void test_order(void **unused)
{
	(void)unused;
	struct arena a = { 0 };
	struct rule keep_drop[] = { { COLUMN_REF, step("m0"), nowhere, NULL, NULL }, { COLUMN_CF, step("m1"), nowhere, NULL, NULL } };
	struct rule drop_keep[] = { keep_drop[1], keep_drop[0] };
	struct automaton *m = of_rules(keep_drop, 2);
	assert_string_equal(count_column(g, m, COLUMN_REF, &a), "28");
	assert_string_equal(count_column(g, m, COLUMN_CF, &a), "84");
	automaton_free(m);
	m = of_rules(drop_keep, 2);
	assert_string_equal(count_column(g, m, COLUMN_REF, &a), "56");
	automaton_free(m);
	m = of_rules(NULL, 0);
	assert_string_equal(count_column(g, m, COLUMN_REF, &a), "0");
	automaton_free(m);
	arena_free(&a);
}

/* ---- what is refused */

static void test_refused(void **unused)
{
	(void)unused;
	struct pattern *star = pat(PAT_STAR, step("m0"), NULL), *optional = pat(PAT_OPTIONAL, step("m0"), NULL);
	const struct { struct pattern *p; enum code code; const char *words; } row[] = {
		{ step("a2.h0"), E_COMPONENT, "a2.h0" }, { step("a0.h2"), E_COMPONENT, "a0.h2" }, { step("embd"), E_COMPONENT, "embd" },
		{ step("a0.h0:x"), E_PORT, "no port x" }, { step("m0:q"), E_PORT, "m0 has no port q" },
		{ pat(PAT_THEN, step("logits"), step("embed")), E_NO_PATH, "no path" }, { pat(PAT_THEN, step("a0.h0"), step("a0.h1")), E_NO_PATH, "no path" },
		{ ALL_OF(PAT_WITHIN, "embed", "m*"), E_NO_PATH, "no path" },
		{ ALL_OF(PAT_CIRCUIT, "embed", "a0.h0:k", "a0.h0:q", "logits"), E_NO_PATH, "no path" },     /* one visit, two ports */
	 { pat(PAT_AND, step("m0"), pat(PAT_NOT, step("m0"), NULL)), E_NO_PATH, "no path" },
		{ star, E_EMPTY_PATTERN, "empty" }, { optional, E_EMPTY_PATTERN, "empty" }, { pat(PAT_THEN, star, optional), E_EMPTY_PATTERN, "empty" },
		{ pat(PAT_THEN, step("m0"), pat(PAT_NOT, step("m1"), NULL)), E_WHOLE_PATH, "whole paths" },
		{ pat(PAT_THEN, pat(PAT_ALL, NULL, NULL), step("m1")), E_WHOLE_PATH, "whole paths" },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_null(keep(row[i].p));
		assert_true(diags.n >= 1);
		if (diags.at[0].code != row[i].code || !strstr(diags.at[0].message, row[i].words))
			fail_msg("row %zu: %s %s", i, code_info[diags.at[0].code].name, diags.at[0].message);
	}
}

/* ---- steps and decisions */

static int decided(struct automaton *m, const char *component, state s)
{
	struct segment seg[MAX_SEGMENTS];
	int n = segments(component, seg);
	return automaton_decide(m, g->component.at[graph_find(g, seg, n)].node, &s);
}

static void test_decide(void **unused)
{
	(void)unused;
	struct automaton *m = keep(pat(PAT_ALL, NULL, NULL));
	assert_int_equal(decided(m, "logits", STATE_START), COLUMN_REF);
	automaton_free(m);
	m = of_rules(NULL, 0);
	assert_int_equal(decided(m, "logits", STATE_START), COLUMN_CF);
	automaton_free(m);
	/* a0.h0 -> m0, from the output down */
	m = keep(pat(PAT_THEN, step("a0.h0"), step("m0")));
	state s = automaton_step(m, STATE_START, letter_of("logits"), 0, 0);
	assert_int_equal(decided(m, "m1", s), UNDECIDED);
	assert_int_equal(decided(m, "a0.h0", s), COLUMN_CF);     /* too late for m0 */
	state after = automaton_step(m, s, letter_of("m0"), 0, 0);
	assert_int_equal(decided(m, "a0.h0", after), UNDECIDED);
	assert_int_equal(decided(m, "a0.h1", after), COLUMN_CF);
	assert_int_equal(decided(m, "embed", after), COLUMN_CF);
	state done = automaton_step(m, after, letter_of("a0.h0.k"), 0, 0);
	assert_int_equal(decided(m, "embed", done), COLUMN_REF);
	assert_int_equal(automaton_accept(m, done), COLUMN_REF);
	assert_int_equal(automaton_accept(m, after), COLUMN_CF);
	assert_int_equal(automaton_accept(m, automaton_step(m, after, letter_of("a0.h1.k"), 0, 0)), COLUMN_CF);
	/* states which differ in nothing that can matter below meet */
	state by_m1 = automaton_step(m, s, letter_of("m1"), 0, 0), straight = s;
	automaton_decide(m, g->letter.at[letter_of("m0")].node, &by_m1);
	automaton_decide(m, g->letter.at[letter_of("m0")].node, &straight);
	assert_int_equal(by_m1, straight);
	automaton_free(m);
}

/* ---- rows */

static void test_rows(void **unused)
{
	(void)unused;
	/* a step with a port is about the row read, one without about the row written */
	struct automaton *m = keep(step("a1.h0:k@S"));
	const struct position_set *sets;
	assert_int_equal(automaton_position_sets(m, &sets), 1);
	assert_string_equal(sets[0].at[0].role, "S");
	assert_true(automaton_has_positions(m));
	bool member[] = { false, true };                 /* class 1 is at S */
	automaton_bind(m, 2, member);
	int k = letter_of("a1.h0.k"), q = letter_of("a1.h0.q"), c = g->letter.at[k].component;
	assert_true(automaton_needs_from(m, STATE_START, k, false));
	assert_false(automaton_needs_from(m, STATE_START, q, false));
	assert_false(automaton_needs_to(m, STATE_START, c));
	assert_int_equal(automaton_accept(m, automaton_step(m, STATE_START, k, 1, 0)), COLUMN_REF);
	assert_int_equal(automaton_accept(m, automaton_step(m, STATE_START, k, 0, 1)), COLUMN_CF);
	assert_int_equal(automaton_accept(m, automaton_step(m, STATE_START, q, 1, 1)), COLUMN_CF);
	assert_int_equal(automaton_class_to(m, c, 1), 0);
	automaton_free(m);

	m = keep(step("a1.h0@S"));
	automaton_bind(m, 2, member);
	assert_false(automaton_needs_from(m, STATE_START, k, false));
	assert_true(automaton_needs_to(m, STATE_START, c));
	assert_int_equal(automaton_class_to(m, c, 1), 1);
	assert_int_equal(automaton_accept(m, automaton_step(m, STATE_START, k, 1, 0)), COLUMN_CF);
	assert_int_equal(automaton_accept(m, automaton_step(m, STATE_START, k, 0, 1)), COLUMN_REF);
	automaton_free(m);

	m = keep(step("m0@-1"));                         /* one letter: one row */
	automaton_bind(m, 2, member);
	assert_int_equal(automaton_position_sets(m, &sets), 1);
	assert_null(sets[0].at[0].role);
	assert_int_equal(sets[0].at[0].row, -1);
	int m0 = letter_of("m0");
	assert_true(automaton_needs_from(m, STATE_START, m0, false));
	assert_int_equal(automaton_accept(m, automaton_step(m, STATE_START, m0, 1, 1)), COLUMN_REF);
	assert_int_equal(automaton_accept(m, automaton_step(m, STATE_START, m0, 0, 0)), COLUMN_CF);
	automaton_free(m);
}

/* ---- text */

static void test_print(void **unused)
{
	(void)unused;
	const struct { struct pattern *p; const char *text; } row[] = {
		{ step("a0.h*:q,k@S"), "a0.h[*].{q, k}@S" }, { step("*@-1"), "*@-1" }, { pat(PAT_THEN, step("m0"), step("m1")), "m0 -> m1" },
		{ pat(PAT_GAP, step("m0"), pat(PAT_ALT, step("m1"), step("embed"))), "m0 .. (m1 | embed)" }, { pat(PAT_PLUS, step("m0"), NULL), "(m0)+" },
		{ ALL_OF(PAT_CIRCUIT, "embed", "m0", "m0", "logits"), "circuit {embed -> m0, m0 -> logits}" },
		{ pat(PAT_NOT, pat(PAT_AND, step("m0"), step("m1")), NULL), "not (m0 and m1)" }, { pat(PAT_ALL, NULL, NULL), "all" },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct buf text = { 0 };
		pattern_print(row[i].p, &text);
		assert_string_equal(buf_str(&text), row[i].text);
		buf_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count), cmocka_unit_test(test_order), cmocka_unit_test(test_refused), cmocka_unit_test(test_decide),
		cmocka_unit_test(test_rows), cmocka_unit_test(test_print),
	};
	return cmocka_run_group_tests(tests, make_graph, drop_graph);
}
