/* Lowering: how many nodes hypotheses add, what they share with the base runs and each other, rows, and a graph of 40 layers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "graphs.h"
#include "paths/count.h"
#include "tree/tree.h"

static struct sources sources;
static struct diags diags = { .sources = &sources };

struct lowered { tree_id id; size_t nodes, steps; };

/* Lowers rules into t; how many nodes and steps that took. */
static struct lowered lower_rules(struct tree *t, const struct rule *rule, size_t n, size_t n_classes, const bool *member)
{
	struct automaton *a = automaton_new(t->graph, rule, n, &diags);
	if (!a)
		fail_msg("%s", diags.at[0].message);
	if (n_classes)
		automaton_bind(a, n_classes, member);
	size_t nodes = t->node.n, steps = t->n_steps;
	struct lowered l = { .id = tree_lower(t, a, NULL, nowhere, &diags) };
	l.nodes = t->node.n - nodes;
	l.steps = t->n_steps - steps;
	assert_int_not_equal(l.id, TREE_NONE);
	automaton_free(a);
	return l;
}

static struct lowered keep(struct tree *t, struct pattern *p)
{
	struct rule r = { COLUMN_REF, p, nowhere, NULL, NULL };
	return lower_rules(t, &r, 1, 0, NULL);
}

/* x; a = tanh(x), b = tanh(x); c = a * b; out = c * a */
static struct graph *toy(void)
{
	struct builder *b = build_new("toy", &diags);
	struct node *x = build_input(b, intern("x"), false, (struct shape){ 0 }, nowhere);
	struct node *a = component(b, "a", op1(b, OP_TANH, x)), *bb = component(b, "b", op1(b, OP_TANH, x));
	build_output(b, intern("out"), op2(b, OP_MUL, component(b, "c", op2(b, OP_MUL, a, bb)), a), nowhere);
	return build_finish(b, true, nowhere);
}

static void test_counts(void **unused)
{
	(void)unused;
	struct graph *g = toy();
	struct tree *t = tree_new(g, 1);
	tree_id ref = tree_base(t, COLUMN_REF), cf = tree_base(t, COLUMN_CF);
	assert_int_equal(t->node.n, 2 * 4);              /* x, tanh, two products: the names of a and b are gone */
	assert_int_not_equal(ref, cf);
	struct pattern *both = pat(PAT_OR, pat(PAT_THEN, step("a"), step("c")), step("b"));
	const struct { struct pattern *p; size_t nodes; } row[] = {
		{ step("a"), 2 },                            /* c' = a b_cf, out' = c' a */
		{ step("b"), 2 },                            /* c' = a_cf b, out' = c' a_cf */
		{ pat(PAT_THEN, step("a"), step("c")), 1 },  /* the same c' as before; out' = c' a_cf */
		{ pat(PAT_THEN, step("a"), step("out")), 1 },
		{ both, 1 },                                 /* c of the reference run, out' = c a_cf */
		{ step("c"), 0 },                            /* that again */
		{ pat(PAT_THEN, step("b"), step("c")), 0 },  /* all that goes through b */
		{ step("x"), 0 }, { step("out"), 0 }, { pat(PAT_NOT, step("c"), NULL), 0 },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct lowered l = keep(t, row[i].p);
		if (l.nodes != row[i].nodes)
			fail_msg("row %zu adds %zu nodes, not %zu", i, l.nodes, row[i].nodes);
	}
	assert_int_equal(keep(t, pat(PAT_ALL, NULL, NULL)).id, ref);
	assert_int_equal(keep(t, step("x")).id, ref);
	assert_int_equal(lower_rules(t, NULL, 0, 0, NULL).id, cf);
	assert_int_equal(keep(t, step("c")).id, keep(t, both).id);
	tree_id before = keep(t, step("a")).id;
	tree_drop_wave(t);
	assert_int_equal(t->node.n, 8);
	assert_int_equal(keep(t, step("a")).nodes, 2);
	assert_int_equal(keep(t, step("a")).id, before);
	tree_free(t);
	graph_free(g);
}

static size_t selects(const struct tree *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->node.n; i++)
		n += t->node.at[i].kind == TREE_SELECT;
	return n;
}

static void test_rows(void **unused)
{
	(void)unused;
	struct graph *g = transformer(2, 2, &diags);
	struct rule all[] = { { COLUMN_REF, step("m0@S"), nowhere, NULL, NULL } };
	const bool one[] = { false, true }, none[] = { false, false }, every[] = { true, true };
	struct tree *t = tree_new(g, 2);
	tree_id cf = tree_base(t, COLUMN_CF);
	tree_base(t, COLUMN_REF);
	assert_int_equal(lower_rules(t, all, 1, 2, none).id, cf);        /* no row is at S */
	tree_id whole = lower_rules(t, all, 1, 2, every).id;
	struct rule anywhere = { COLUMN_REF, step("m0"), nowhere, NULL, NULL };
	assert_int_equal(lower_rules(t, &anywhere, 1, 2, NULL).id, whole);
	assert_int_equal(selects(t), 0);
	struct lowered l = lower_rules(t, all, 1, 2, one);
	assert_int_not_equal(l.id, whole);
	assert_int_equal(selects(t), 1);                 /* m0's rows, from two copies */
	assert_int_equal(lower_rules(t, all, 1, 2, one).id, l.id);
	tree_free(t);
	graph_free(g);
}

/* 40 layers of 12 heads with ports and an MLP: 74^40 paths; what is lowered is a small multiple of the graph. */
static void test_forty_layers(void **unused)
{
	(void)unused;
	struct graph *g = transformer(40, 12, &diags);
	struct arena a = { 0 };
	assert_non_null(g);
	assert_string_equal(count_all(g, &a), "587853068162783971124313004275052203588465974602693559363044437899006181376");
	struct tree *t = tree_new(g, 1);
	tree_base(t, COLUMN_REF);
	tree_base(t, COLUMN_CF);
	size_t run = t->node.n / 2;                      /* nodes of one run: a copy of each is what one more state costs */
	assert_true(run < g->node.n);
	const struct { struct pattern *p; size_t nodes, steps; } most[] = {
		{ step("a39.h3:q"), 10, 12 }, { step("a0.h0"), run, run }, { pat(PAT_GAP, step("a0.h2"), step("a39.h1:q")), run, 2 * run },
		{ pat(PAT_THEN, step("embed"), pat(PAT_THEN, step("a0.h0"), step("m0"))), run, run },
		{ pat(PAT_THEN, step("a20.h*"), pat(PAT_THEN, step("m20"), step("a21.h*:k"))), run / 2, run / 2 },
		{ pat(PAT_AND, step("m3"), pat(PAT_NOT, step("a30.h1"), NULL)), run, run },
	};
	for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
		struct lowered l = keep(t, most[i].p);
		if (l.nodes == 0 || l.nodes > most[i].nodes || l.steps > most[i].steps)
			fail_msg("row %zu takes %zu nodes and %zu steps, more than %zu and %zu", i, l.nodes, l.steps, most[i].nodes, most[i].steps);
	}
	tree_free(t);
	graph_free(g);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_counts), cmocka_unit_test(test_rows), cmocka_unit_test(test_forty_layers) };
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	diags_free(&diags);
	arena_free(&kept);
	return failed;
}
