/* Building graphs: what is shared, what has a letter, what follows what, what is refused; shapes by table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "graphs.h"

static struct sources sources;
static struct diags diags;

static struct builder *new_builder(void)
{
	diags_free(&diags);
	diags = (struct diags){ .sources = &sources };
	return build_new("g", &diags);
}

static struct node *real_input(struct builder *b, const char *name)
{
	return build_input(b, intern(name), false, (struct shape){ 0 }, nowhere);
}

/* The letters below a letter, as text. */
static void below_is(const struct graph *g, size_t letter, const char *want)
{
	struct buf text = { 0 };
	for (size_t i = 0; i < g->below[letter].n; i++) {
		size_t l = (size_t)g->below[letter].at[i];
		buf_puts(&text, i ? " " : "");
		if (l < g->letter.n)
			letter_name(g, (int)l, &text);
		else
			buf_puts(&text, "begin");
	}
	assert_string_equal(buf_str(&text), want);
	buf_free(&text);
}

static void test_interning(void **state)
{
	(void)state;
	struct builder *b = new_builder();
	struct node *x = real_input(b, "x"), *y = real_input(b, "y");
	struct node *sum = op2(b, OP_ADD, x, y);
	assert_ptr_equal(sum, op2(b, OP_ADD, x, y));
	assert_ptr_not_equal(sum, op2(b, OP_ADD, y, x));
	assert_ptr_not_equal(sum, op2(b, OP_SUB, x, y));
	assert_ptr_equal(build_number(b, 0.5, nowhere), build_number(b, 0.5, nowhere));
	assert_ptr_not_equal(build_number(b, 0.0, nowhere), build_number(b, -0.0, nowhere));
	struct node *w = stored(b, 1, 3, 0);
	assert_ptr_equal(build_param(b, &w->param, nowhere), w);
	assert_ptr_not_equal(stored(b, 1, 3, 0), w);
	double cut[MAX_ATTR] = { 0, 0, 1, 0 }, other[MAX_ATTR] = { 0, 1, 2, 0 };
	struct node *part = build_op(b, OP_SLICE, &w, 1, cut, nowhere);
	assert_ptr_equal(build_op(b, OP_SLICE, &w, 1, cut, nowhere), part);
	assert_ptr_not_equal(build_op(b, OP_SLICE, &w, 1, other, nowhere), part);
	/* two components of one value keep their letters; what reads the value is neither */
	struct node *p = component(b, "p", sum), *q = component(b, "q", sum);
	assert_ptr_not_equal(p, q);
	assert_ptr_not_equal(p, sum);
	assert_int_equal(p->op, OP_ADD);
	assert_int_equal(component(b, "r", p)->op, OP_IDENTITY);       /* a named node is not renamed */
	assert_int_equal(component(b, "z", x)->op, OP_IDENTITY);
	build_output(b, intern("out"), op2(b, OP_MUL, p, q), nowhere);
	graph_free(build_finish(b, true, nowhere));
	assert_int_equal(diags.n, 0);
}

static void test_letters(void **state)
{
	(void)state;
	new_builder();
	struct graph *g = transformer(2, 2, &diags);
	assert_non_null(g);
	assert_int_equal(g->component.n, 8);          /* embed, four heads, two MLPs, logits */
	assert_int_equal(g->letter.n, 4 + 4 * 4);
	static const struct { const char *of, *below; } row[] = {
		{ "embed", "begin" },
		{ "a0.h0.q", "embed" }, { "a0.h1.v", "embed" }, { "a0.h0", "" },
		{ "m0", "embed a0.h0.q a0.h0.k a0.h0.v a0.h1.q a0.h1.k a0.h1.v" },
		{ "a1.h0.k", "embed a0.h0.q a0.h0.k a0.h0.v a0.h1.q a0.h1.k a0.h1.v m0" },
		{ "m1", "embed a0.h0.q a0.h0.k a0.h0.v a0.h1.q a0.h1.k a0.h1.v m0 a1.h0.q a1.h0.k a1.h0.v a1.h1.q a1.h1.k a1.h1.v" },
		{ "logits", "embed a0.h0.q a0.h0.k a0.h0.v a0.h1.q a0.h1.k a0.h1.v m0 a1.h0.q a1.h0.k a1.h0.v a1.h1.q a1.h1.k a1.h1.v m1" },
	};
	size_t found = 0;
	for (size_t l = 0; l < g->letter.n; l++) {
		struct buf name = { 0 };
		letter_name(g, (int)l, &name);
		for (size_t r = 0; r < sizeof row / sizeof *row; r++)
			if (strcmp(row[r].of, buf_str(&name)) == 0) {
				below_is(g, l, row[r].below);
				found++;
			}
		buf_free(&name);
	}
	assert_int_equal(found, sizeof row / sizeof *row);
	below_is(g, g->letter.n, "logits");
	assert_int_equal(g->n_dag_edges, 1 + 6 + 7 + 6 * 8 + 14 + 15);
	assert_ptr_equal(g->below[g->component.at[4].first_letter].at, g->below[g->component.at[5].first_letter + 1].at);   /* shared */
	graph_free(g);
}

/* a { q = x;  yield tanh(q * y) + x }: walks by q, and two that pass no port; the inner nodes lie inside a. */
static void test_without_port(void **state)
{
	(void)state;
	struct builder *b = new_builder();
	struct node *x = real_input(b, "x"), *y = real_input(b, "y");
	begin(b, "a");
	struct node *q = port(b, "q", op1(b, OP_SIN, x));
	struct node *inner = op2(b, OP_MUL, q, y), *deep = op1(b, OP_TANH, inner);
	struct node *a = build_end(b, op2(b, OP_ADD, deep, x), nowhere);
	struct node *same = op2(b, OP_MUL, q, y);     /* outside: the port is read by its name */
	assert_ptr_equal(same, inner);
	build_output(b, intern("out"), op2(b, OP_MUL, a, same), nowhere);
	struct graph *g = build_finish(b, true, nowhere);
	assert_non_null(g);
	assert_int_equal(g->inside_of[inner->id], 2);
	assert_int_equal(g->inside_of[deep->id], 2);
	assert_int_equal(g->inside_of[a->id], NO_COMPONENT);
	assert_int_equal(g->inside_of[q->id], NO_COMPONENT);
	assert_true(node_in_component(g, q, 2));
	assert_int_equal(a->yields, 2);
	const struct component *c = &g->component.at[2];
	assert_int_equal(c->n_letters, 2);
	below_is(g, (size_t)c->first_letter, "x");            /* a.q */
	below_is(g, (size_t)c->first_letter + 1, "x y");      /* a by no port */
	below_is(g, (size_t)g->output->letter, "y a.q a");    /* y and a.q also outside of a */
	graph_free(g);
}

/* Shared inner nodes make as many walks as there are powers of two: sets, not walks, are what is gone through. */
static void test_many_walks(void **state)
{
	(void)state;
	struct builder *b = new_builder();
	struct node *x = real_input(b, "x");
	begin(b, "a");
	struct node *z = port(b, "q", op1(b, OP_SIN, x));
	for (int i = 0; i < 200; i++)
		z = op2(b, OP_ADD, z, op1(b, OP_TANH, op2(b, OP_MUL, z, x)));
	build_output(b, intern("out"), build_end(b, z, nowhere), nowhere);
	struct graph *g = build_finish(b, true, nowhere);
	assert_non_null(g);
	below_is(g, (size_t)g->output->letter, "a.q a");
	assert_int_equal(g->depth, 1 + 1 + 3 * 200 + 1 + 0);
	graph_free(g);
}

static void test_prune(void **state)
{
	(void)state;
	struct builder *b = new_builder();
	struct node *x = real_input(b, "x");
	component(b, "unused", op1(b, OP_TANH, x));
	build_output(b, intern("out"), op1(b, OP_SIN, x), nowhere);
	struct graph *g = build_finish(b, true, nowhere);
	assert_int_equal(g->node.n, 2);
	for (size_t i = 0; i < g->node.n; i++)
		assert_int_equal(g->node.at[i]->id, i);
	below_is(g, (size_t)g->output->letter, "x");
	graph_free(g);
}

static void test_lookup(void **state)
{
	(void)state;
	struct builder *b = new_builder();
	struct node *x = real_input(b, "x"), *out[8];
	struct node *m10 = component(b, "m10", op1(b, OP_SIN, x)), *m2 = component(b, "m2", op1(b, OP_COS, x));
	component(b, "n1", x);
	struct segment any[] = { { intern("m"), -1 } }, two[] = { { intern("m"), 2 } };
	assert_int_equal(build_lookup_all(b, any, 1, out, 8), 2);
	assert_ptr_equal(out[0], m2);                 /* by index, not as they were built */
	assert_ptr_equal(out[1], m10);
	assert_ptr_equal(build_lookup(b, two, 1), m2);
	assert_null(build_lookup(b, any, 1));
	assert_null(build_lookup_port(b, two, 1, intern("q")));
	begin(b, "a0.h1");
	struct node *q = port(b, "q", x);
	build_end(b, op1(b, OP_TANH, q), nowhere);
	struct segment head[] = { { intern("a"), 0 }, { intern("h"), 1 } };
	assert_ptr_equal(build_lookup_port(b, head, 2, intern("q")), q);
	build_finish(b, false, nowhere);
	assert_int_equal(diags.n, 0);
}

static void test_segments(void **state)
{
	(void)state;
	static const struct { const char *text, *name; int64_t index; } row[] = {
		{ "a9", "a", 9 }, { "embed", "embed", -1 }, { "h07", "h07", -1 }, { "h0", "h", 0 }, { "9", "9", -1 }, { "x2y", "x2y", -1 }, { "m123456789", "m", 123456789 },
		{ "m1234567890", "m1234567890", -1 }, { "", "", -1 }, { "a00", "a00", -1 },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct segment s = segment_of(row[i].text);
		assert_string_equal(s.name, row[i].name);
		assert_int_equal(s.index, row[i].index);
	}
}

/* ---- what is refused */

static void two_ports(struct builder *b, struct node *x)
{
	begin(b, "a");
	struct node *q = port(b, "q", op1(b, OP_SIN, x));
	struct node *k = port(b, "k", op1(b, OP_TANH, op2(b, OP_ADD, q, x)));
	build_output(b, intern("out"), build_end(b, k, nowhere), nowhere);
}

static void port_twice(struct builder *b, struct node *x)
{
	begin(b, "a");
	port(b, "q", x);
	port(b, "q", op1(b, OP_SIN, x));
	build_output(b, intern("out"), build_end(b, x, nowhere), nowhere);
}

static void component_twice(struct builder *b, struct node *x)
{
	component(b, "m0", op1(b, OP_SIN, x));
	build_output(b, intern("out"), component(b, "m0", x), nowhere);
}

static void input_twice(struct builder *b, struct node *x)
{
	build_output(b, intern("out"), op2(b, OP_ADD, x, real_input(b, "x")), nowhere);
}

static void nested(struct builder *b, struct node *x)
{
	begin(b, "a");
	begin(b, "b");
	build_output(b, intern("out"), build_end(b, x, nowhere), nowhere);
}

static void two_outputs(struct builder *b, struct node *x)
{
	build_output(b, intern("out"), op1(b, OP_SIN, x), nowhere);
	build_output(b, intern("more"), op1(b, OP_COS, x), nowhere);
}

static void no_output(struct builder *b, struct node *x)
{
	component(b, "m", x);
}

static void constant_output(struct builder *b, struct node *x)
{
	(void)x;
	build_output(b, intern("out"), op1(b, OP_SIN, build_number(b, 1, nowhere)), nowhere);
}

static void wrong_shape(struct builder *b, struct node *x)
{
	build_output(b, intern("out"), op2(b, OP_ADD, stored(b, 1, 2, 0), op2(b, OP_ADD, stored(b, 1, 3, 0), x)), nowhere);
}

static void six_axes(struct builder *b, struct node *x)
{
	struct tensor t = tensor_new(&kept, DT_F32, 6, (int64_t[]){ 1, 1, 1, 1, 1, 2 });
	build_output(b, intern("out"), op2(b, OP_ADD, build_param(b, &t, nowhere), x), nowhere);
}

static void too_deep(struct builder *b, struct node *x)
{
	for (int i = 0; i < 300001; i++)
		x = op1(b, OP_TANH, x);
	build_output(b, intern("out"), x, nowhere);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct { void (*make)(struct builder *, struct node *); enum code code; const char *words; } row[] = {
		{ two_ports, E_TWO_PORTS, "q and k" }, { port_twice, E_COMPONENT_TWICE, "a has a port q already" }, { component_twice, E_COMPONENT_TWICE, "m0" },
		{ input_twice, E_COMPONENT_TWICE, "input x" }, { nested, E_PLACE, "inside another" }, { two_outputs, E_MODEL_BLOCK, "one output" },
		{ no_output, E_MODEL_BLOCK, "no output" }, { constant_output, E_MODEL_BLOCK, "does not depend" }, { wrong_shape, E_SHAPE, "2 is not 3" },
		{ six_axes, E_SHAPE, "more than 5 axes" }, { too_deep, E_TOO_LARGE, "operations deep" },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct builder *b = new_builder();
		row[i].make(b, real_input(b, "x"));
		assert_null(build_finish(b, true, nowhere));
		assert_int_equal(diags.n, 1);
		assert_int_equal(diags.at[0].code, row[i].code);
		if (!strstr(diags.at[0].message, row[i].words))
			fail_msg("'%s' does not say '%s'", diags.at[0].message, row[i].words);
	}
}

/* ---- shape rules */

enum { S = DIM_SEQ };

static void test_shapes(void **state)
{
	(void)state;
	static const struct { enum op op; struct shape in[3]; int n; double attr[MAX_ATTR]; const char *out; } row[] = {
		{ OP_ADD, { { 2, { S, 4 } }, { 1, { 4 } } }, 2, { 0 }, "(seq, 4)" },
		{ OP_ADD, { { 0, { 0 } }, { 2, { S, 4 } } }, 2, { 0 }, "(seq, 4)" },
		{ OP_ADD, { { 2, { 3, 1 } }, { 2, { 1, 5 } } }, 2, { 0 }, "(3, 5)" },
		{ OP_ADD, { { 2, { S, 4 } }, { 2, { 7, 4 } } }, 2, { 0 }, "seq is not 7" },
		{ OP_TOTAL, { { 1, { 4 } }, { 2, { S, 4 } }, { 0, { 0 } } }, 3, { 0 }, "(seq, 4)" },
		{ OP_MATMUL, { { 2, { S, 4 } }, { 2, { 4, 9 } } }, 2, { 0 }, "(seq, 9)" },
		{ OP_MATMUL, { { 1, { 4 } }, { 2, { 4, 9 } } }, 2, { 0 }, "(9)" },
		{ OP_MATMUL, { { 2, { S, 4 } }, { 2, { 4, S } } }, 2, { 0 }, "(seq, seq)" },
		{ OP_MATMUL, { { 3, { 2, S, 4 } }, { 2, { 4, 9 } } }, 2, { 0 }, "(2, seq, 9)" },
		{ OP_MATMUL, { { 3, { 2, S, 4 } }, { 3, { 3, 4, 9 } } }, 2, { 0 }, "3 is not 2" },
		{ OP_MATMUL, { { 2, { S, 4 } }, { 1, { 4 } } }, 2, { 0 }, "a matrix product takes" },
		{ OP_TRANSPOSE, { { 3, { 2, S, 4 } } }, 1, { 0 }, "(2, 4, seq)" },
		{ OP_TRANSPOSE, { { 1, { 4 } } }, 1, { 0 }, "at least two axes" },
		{ OP_CAUSAL, { { 3, { 2, S, S } } }, 1, { 0 }, "(2, seq, seq)" },
		{ OP_CAUSAL, { { 2, { S, 4 } } }, 1, { 0 }, "square" },
		{ OP_LAYER_NORM, { { 2, { S, 4 } }, { 1, { 4 } }, { 1, { 4 } } }, 3, { 1e-5 }, "(seq, 4)" },
		{ OP_LAYER_NORM, { { 2, { S, 4 } }, { 1, { 3 } } }, 2, { 1e-5 }, "3 is not 4" },
		{ OP_ROTARY, { { 2, { S, 4 } } }, 1, { 10000, 2 }, "(seq, 4)" },
		{ OP_ROTARY, { { 2, { S, 4 } } }, 1, { 10000, 6 }, "even number" },
		{ OP_SUM_LAST, { { 2, { S, 4 } } }, 1, { 0 }, "(seq)" },
		{ OP_SUM_LAST, { { 0, { 0 } } }, 1, { 0 }, "no axis" },
		{ OP_SLICE, { { 2, { S, 4 } } }, 1, { 1, 1, 3, 0 }, "(seq, 2)" },
		{ OP_SLICE, { { 2, { S, 4 } } }, 1, { 0, -1, 0, 1 }, "(4)" },
		{ OP_SLICE, { { 2, { S, 4 } } }, 1, { 0, 0, 2, 0 }, "no part" },
		{ OP_SLICE, { { 1, { 4 } } }, 1, { 0, 2, 5, 0 }, "no part" },
		{ OP_SLICE, { { 1, { 4 } } }, 1, { 1, 0, 1, 0 }, "no axis" },
		{ OP_CONCAT, { { 2, { S, 4 } }, { 2, { S, 3 } } }, 2, { 0 }, "(seq, 7)" },
		{ OP_CONCAT, { { 2, { S, 4 } }, { 1, { 4 } } }, 2, { 0 }, "differ before the last axis" },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct builder *b = new_builder();
		struct node *in[3];
		for (int k = 0; k < row[i].n; k++)
			in[k] = build_input(b, intern((const char *[]){ "x", "y", "z" }[k]), false, row[i].in[k], nowhere);
		struct node *n = build_op(b, row[i].op, in, (uint32_t)row[i].n, row[i].attr, nowhere);
		char text[128];
		const char *got = n ? shape_text(&n->shape, text, sizeof text) : diags.at[0].message;
		if (n ? strcmp(got, row[i].out) != 0 : !strstr(got, row[i].out))
			fail_msg("row %zu, %s: '%s' instead of '%s'", i, op_info[row[i].op].name, got, row[i].out);
		build_finish(b, false, nowhere);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interning), cmocka_unit_test(test_letters), cmocka_unit_test(test_without_port), cmocka_unit_test(test_many_walks),
		cmocka_unit_test(test_prune), cmocka_unit_test(test_lookup), cmocka_unit_test(test_segments), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_shapes),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	diags_free(&diags);
	arena_free(&kept);
	return failed;
}
