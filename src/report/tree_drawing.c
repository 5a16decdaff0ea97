/* The treeified graph as a drawing: every path with its own copy of all that it visits, each beginning at a copy of the input that is
 * fed the reference or the counterfactual.  Small ones only: the point of pp is that it need not be made (tree/). */
#include "report/drawing.h"

#include <string.h>

struct growing {
	const struct graph *g;
	const struct hypothesis *h;      /* NULL: no input is fed anything in particular */
	struct automaton *m;             /* of h, or of a rule that keeps all */
	size_t most;
	bool full;
	VEC(struct drawn_node) node;
	VEC(struct drawn_edge) edge;
	VEC(int) path;                   /* letters from the output down to here */
	struct arena *arena;
};

static enum cargo_look look_of(int column)
{
	return column == COLUMN_REF ? LOOK_REFERENCE : column == COLUMN_CF ? LOOK_COUNTERFACTUAL : LOOK_OTHER;
}

static const char *column_name(const struct growing *t, int column)
{
	for (size_t i = 0; column > COLUMN_REF && i < t->h->n_rules; i++)
		if (t->h->rule[i].column == column && t->h->rule[i].from)
			return t->h->rule[i].from;
	return column == COLUMN_REF ? "ref" : column == COLUMN_CF ? "cf" : "fed";
}

/* The path that ends here, from the input on. */
static const char *spell(const struct growing *t, const char *fed)
{
	struct buf b = { 0 };
	for (size_t i = t->path.n; i-- > 0;) {
		letter_name(t->g, t->path.at[i], &b);
		buf_puts(&b, i ? " -> " : "");
	}
	if (fed)
		buf_printf(&b, ": fed %s", fed);
	const char *s = arena_strndup(t->arena, buf_str(&b), b.n);
	buf_free(&b);
	return s;
}

static size_t add_node(struct growing *t, size_t parent, const char *label, const char *port)
{
	const struct drawn_node n = { label, spell(t, NULL), LOOK_PLAIN };
	vec_push(&t->node, n);
	if (t->node.n > 1) {
		const struct drawn_edge e = { t->node.n - 1, parent, port ? port : "", n.tip, LOOK_PLAIN };
		vec_push(&t->edge, e);
	}
	t->full |= t->node.n > t->most;
	return t->node.n - 1;
}

/* A path begins at this node. */
static void feed(struct growing *t, size_t node, const char *name, state s)
{
	if (!t->h)
		return;
	int column = automaton_accept(t->m, s);
	struct drawn_node *n = &t->node.at[node];
	n->look = look_of(column);
	n->label = arena_printf(t->arena, "%s_%s", name, column_name(t, column));
	n->tip = spell(t, look_name[n->look]);
	if (node)
		t->edge.at[node - 1].look = n->look;
}

/* The copy's value is set: nothing below it is read. */
static void set(struct growing *t, size_t node)
{
	struct drawn_node *n = &t->node.at[node];
	n->look = LOOK_CUT;
	n->label = arena_printf(t->arena, "%s (set)", n->label);
	n->tip = arena_printf(t->arena, "%s: set to a value", n->tip);
	if (node)
		t->edge.at[node - 1].look = LOOK_CUT;
}

static void grow(struct growing *t, int letter, size_t parent, state above);

/* What is read below a letter; letters that paths pass without visiting are looked through. */
static void grow_below(struct growing *t, int letter, size_t node, state s)
{
	const struct letters_below *below = &t->g->below[letter];
	for (size_t k = 0; k < below->n && !t->full; k++) {
		int under = below->at[k];
		if (under < (int)t->g->letter.n && automaton_silent(t->m, under)) {
			grow_below(t, under, node, s);
			continue;
		}
		if (under < (int)t->g->letter.n) {
			grow(t, under, node, s);
			continue;
		}
		const char *input = t->g->input.at[under - (int)t->g->letter.n].name;
		if (below->n == 1)
			feed(t, node, t->node.at[node].label, s);
		else
			feed(t, add_node(t, node, input, NULL), input, s);
	}
}

static void grow(struct growing *t, int letter, size_t parent, state above)
{
	const struct letter *l = &t->g->letter.at[letter];
	vec_push(&t->path, letter);
	size_t node = add_node(t, parent, t->g->component.at[l->component].name, l->port);
	if (t->h && automaton_cuts(t->m, above, letter))
		set(t, node);
	else
		grow_below(t, letter, node, automaton_step(t->m, above, letter, 0, 0));
	(void)vec_pop(&t->path);
}

/* What an arrow carries: what all that begins below it is fed, or both. */
static void blend(struct growing *t)
{
	for (size_t i = t->node.n; i-- > 1;) {
		size_t to = t->edge.at[i - 1].to;
		enum cargo_look mine = t->edge.at[i - 1].look;
		if (to && t->edge.at[to - 1].look != mine)
			t->edge.at[to - 1].look = t->edge.at[to - 1].look == LOOK_PLAIN ? mine : LOOK_MIXED;
	}
}

bool tree_drawing(const struct graph *g, const struct hypothesis *h, struct automaton *m, size_t most, struct arena *a, struct drawing *out)
{
	struct growing t = { .g = g, .h = h, .m = m, .most = most, .arena = a };
	grow(&t, g->below[g->letter.n].at[0], 0, STATE_START);
	bool ok = !t.full;
	if (ok) {
		blend(&t);
		*out = (struct drawing){ arena_copy(a, t.node.at, t.node.n * sizeof *t.node.at), t.node.n,
			arena_copy(a, t.edge.at, t.edge.n * sizeof *t.edge.at), t.edge.n, true };
	}
	vec_free(&t.node);
	vec_free(&t.edge);
	vec_free(&t.path);
	return ok;
}
