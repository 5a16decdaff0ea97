/* Lowering: the product of a model graph with a hypothesis's automaton, interned bottom-up.  See tree.h.
 *
 * Copies of a node that differ only in paths no hypothesis tells apart get the same id, because ids are made from the
 * inputs' ids.  A component with ports is entered with the class of the row it is read for (`entry`); the letter is read
 * at the port, or where a walk leaves the component without having passed one. */
#include <stdlib.h>
#include <string.h>

#include "base/deep.h"
#include "tree/tree.h"

struct tree *tree_new(const struct graph *g, size_t n_classes)
{
	struct tree *t = mem_alloc(sizeof *t);
	t->graph = g;
	t->n_classes = n_classes ? n_classes : 1;
	t->limit = 20000000;
	units_make(&t->units, g);
	return t;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	vec_free(&t->node);
	vec_free(&t->setting);
	vec_free(&t->watched);
	vec_free(&t->chain);
	map_free(&t->index);
	map_free(&t->wave_index);
	for (size_t i = 0; i < t->base.n; i++)
		free(t->base.at[i]);
	vec_free(&t->base);
	map_free(&t->memo);
	map_free(&t->kept);
	units_free(&t->units);
	arena_free(&t->arena);
	arena_free(&t->wave_arena);
	free(t);
}

/* ---- interning */

static bool same(const struct tree *t, const struct tree_node *a, const struct tree_node *b)
{
	if (a->kind != b->kind || a->cls != b->cls || a->column != b->column || a->n_in != b->n_in)
		return false;
	if (a->n_in && memcmp(a->in, b->in, a->n_in * sizeof *a->in) != 0)
		return false;
	return a->kind != TREE_SELECT || memcmp(a->choice, b->choice, t->n_classes * sizeof *a->choice) == 0;
}

static tree_id find(const struct tree *t, tree_id first, const struct tree_node *want)
{
	while (first != TREE_NONE && !same(t, &t->node.at[first], want))
		first = t->chain.at[first];
	return first;
}

static bool in_wave(const struct tree *t)
{
	return t->n_base > 0;
}

static tree_id intern_node(struct tree *t, const struct tree_node *want)
{
	uint64_t h = hash_u64((uint64_t)want->kind * 131 + want->cls * UINT64_C(7919) + (uint64_t)want->column);
	bool new = false;                        /* it reads what is not in a base run, so it is in none */
	for (uint32_t i = 0; i < want->n_in; i++) {
		h = hash_u64(h ^ want->in[i]);
		new |= want->in[i] >= t->n_base;
	}
	uint64_t in_base = TREE_NONE, *last = NULL;
	if (in_wave(t) && !new)
		map_get(&t->index, h, &in_base);
	tree_id have = find(t, (tree_id)in_base, want);
	if (have == TREE_NONE) {
		last = map_at(in_wave(t) ? &t->wave_index : &t->index, h, TREE_NONE);
		have = find(t, (tree_id)*last, want);
	}
	if (have != TREE_NONE)
		return have;
	struct arena *arena = in_wave(t) ? &t->wave_arena : &t->arena;
	struct tree_node n = *want;
	n.in = arena_copy(arena, want->in, want->n_in * sizeof *want->in);
	n.cut = want->kind == TREE_SET;
	for (uint32_t i = 0; i < want->n_in; i++)
		n.cut |= t->node.at[want->in[i]].cut;
	if (want->kind == TREE_SELECT)
		n.choice = arena_copy(arena, want->choice, t->n_classes * sizeof *want->choice);
	vec_push(&t->node, n);
	vec_push(&t->chain, (tree_id)*last);
	*last = t->node.n - 1;
	return (tree_id)t->node.n - 1;
}

void tree_drop_wave(struct tree *t)
{
	t->node.n = t->chain.n = t->n_base;
	t->watched.n = 0;
	map_free(&t->wave_index);
	arena_free(&t->wave_arena);
}

/* ---- base runs */

static tree_id *base_column(struct tree *t, int column)
{
	while (t->base.n <= (size_t)column) {
		tree_id *made = mem_array(t->graph->node.n, sizeof *made);
		memset(made, 0xff, t->graph->node.n * sizeof *made);
		vec_push(&t->base, made);
	}
	return t->base.at[column];
}

static tree_id base(struct tree *t, const struct node *n, int column)
{
	tree_id have = base_column(t, column)[n->id];
	if (have != TREE_NONE)
		return have;
	const struct unit *u = unit_of(&t->units, n);
	if (u->kind == UNIT_ALIAS)
		return base(t, u->in[0], column);
	tree_id *in = mem_array(u->n_in, sizeof *in);
	struct tree_node want = { .kind = u->kind == UNIT_INPUT ? TREE_INPUT : TREE_UNIT, .cls = u->cls, .column = u->kind == UNIT_INPUT ? column : 0,
		.n_in = u->n_in, .in = in, .ref = TREE_NONE };
	for (uint32_t i = 0; i < u->n_in; i++)
		in[i] = base(t, u->in[i], column);
	if (column != COLUMN_REF)
		want.ref = base(t, n, COLUMN_REF);
	tree_id id = intern_node(t, &want);
	if (column == COLUMN_REF)
		t->node.at[id].ref = id;
	free(in);
	base_column(t, column)[n->id] = id;
	return id;
}

struct base_call { struct tree *t; int column; tree_id made; };

static void base_work(void *context)
{
	struct base_call *c = context;
	c->made = base(c->t, c->t->graph->output, c->column);
}

tree_id tree_base(struct tree *t, int column)
{
	struct base_call c = { t, column, TREE_NONE };
	deep_call(t->graph->depth, base_work, &c);
	return c.made;
}

tree_id tree_base_of(struct tree *t, const struct node *n, int column)
{
	return base(t, n, column);
}

static tree_id make(struct tree *t, const struct node *n, tree_id *in)
{
	const struct unit *u = unit_of(&t->units, n);
	if (u->kind == UNIT_ALIAS)
		return in[0];
	struct tree_node want = { .kind = TREE_UNIT, .cls = u->cls, .n_in = u->n_in, .in = in, .ref = base(t, n, COLUMN_REF) };
	return intern_node(t, &want);
}

static tree_id input(struct tree *t, const struct node *n, int column)
{
	return base(t, n, column);
}

/* ---- patched runs */

struct lowering { struct tree *t; struct automaton *a; const struct setting *ablation; bool full; tree_id made; };
/* Inside a component with ports: which, and the class of the row that is written. */
struct entry { int component; uint32_t to; };
static const struct entry outside = { NO_COMPONENT, 0 };

static tree_id lower(struct lowering *l, const struct node *n, state s, struct entry e);

/* The entry on the way down to n: a walk that leaves a component without having passed a port reads its last letter first. */
static struct entry leave(struct lowering *l, const struct node *n, state *s, struct entry e)
{
	const struct graph *g = l->t->graph;
	bool port = n->letter != NO_LETTER && g->letter.at[n->letter].port && g->letter.at[n->letter].component == e.component;
	if (e.component == NO_COMPONENT || port || g->inside_of[n->id] == e.component)
		return e;
	const struct component *c = &g->component.at[e.component];
	*s = automaton_step(l->a, *s, c->first_letter + c->n_letters - 1, e.to, e.to);
	return outside;
}

static uint64_t memo_key(const struct lowering *l, const struct node *n, state s, struct entry e)
{
	uint64_t where = e.component == NO_COMPONENT ? 0 : (uint64_t)e.component * l->t->n_classes + e.to + 1;
	uint64_t inner = l->t->graph->component.n * l->t->n_classes + 1;
	return ((uint64_t)s * l->t->graph->node.n + n->id) * inner + where;
}

enum { FEW = 16 };                       /* inputs that are kept on the stack */

static tree_id lower_inputs(struct lowering *l, const struct node *n, state s, struct entry e)
{
	const struct unit *u = unit_of(&l->t->units, n);
	tree_id few[FEW], *in = u->n_in <= FEW ? few : mem_array(u->n_in, sizeof *in);
	for (uint32_t i = 0; i < u->n_in; i++)
		in[i] = lower(l, u->in[i], s, e);
	tree_id id = make(l->t, n, in);
	if (in != few)
		free(in);
	return id;
}

static tree_id select_rows(struct lowering *l, const struct node *n, const tree_id *by_class)
{
	size_t k = l->t->n_classes, n_in = 0;
	tree_id *in = mem_array(k, sizeof *in);
	uint32_t *choice = mem_array(k, sizeof *choice);
	for (size_t c = 0; c < k; c++) {
		uint32_t i = 0;
		while (i < n_in && in[i] != by_class[c])
			i++;
		if (i == n_in)
			in[n_in++] = by_class[c];
		choice[c] = i;
	}
	tree_id id = in[0];
	if (n_in > 1) {
		struct tree_node want = { .kind = TREE_SELECT, .cls = unit_of(&l->t->units, n)->cls, .n_in = (uint32_t)n_in, .in = in,
			.choice = choice, .ref = base(l->t, n, COLUMN_REF) };
		id = intern_node(l->t, &want);
	}
	free(in);
	free(choice);
	return id;
}

static int setting_number(struct tree *t, const struct setting *s)
{
	for (size_t i = 0; i < t->setting.n; i++)
		if (setting_same(t->setting.at[i], s))
			return (int)i;
	vec_push(&t->setting, s);
	return (int)t->setting.n - 1;
}

static bool watches(const struct lowering *l, int rule)
{
	return rule >= 0 && automaton_setting(l->a, rule)->kind == SETTING_WATCH;
}

static void note_watched(struct lowering *l, tree_id id)
{
	for (size_t i = 0; i < l->t->watched.n; i++)
		if (l->t->watched.at[i] == id)
			return;
	vec_push(&l->t->watched, id);
}

/* Copies for several classes of rows: as one value, where all of them are watched. */
static void note_all(struct lowering *l, const tree_id *by_class, const bool *watched, size_t k, tree_id whole)
{
	size_t n = 0;
	for (size_t c = 0; c < k; c++)
		n += watched[c];
	if (n == k)
		note_watched(l, whole);
	for (size_t c = 0; c < k && n < k; c++)
		if (watched[c])
			note_watched(l, by_class[c]);
}

static tree_id set_to(struct lowering *l, const struct node *n, const struct setting *x)
{
	struct tree_node want = { .kind = TREE_SET, .cls = unit_of(&l->t->units, n)->cls, .column = setting_number(l->t, x),
		.ref = base(l->t, n, COLUMN_REF) };
	return intern_node(l->t, &want);
}

static tree_id set_value(struct lowering *l, const struct node *n, int rule)
{
	return set_to(l, n, automaton_setting(l->a, rule));
}

/* ---- paths that are not kept are cut where they leave those that are (hypothesis->ablation) */

static bool some_kept(struct lowering *l, const struct node *n, state s, struct entry e);

static bool some_input_kept(struct lowering *l, const struct node *n, state s, struct entry e)
{
	const struct unit *u = unit_of(&l->t->units, n);
	bool some = false;
	for (uint32_t i = 0; i < u->n_in && !some; i++)
		some = some_kept(l, u->in[i], s, e);
	return some;
}

static bool some_kept_below_letter(struct lowering *l, const struct node *n, state s, struct entry e)
{
	bool port = l->t->graph->letter.at[n->letter].port && e.component != NO_COMPONENT, some = false;
	struct entry under = l->t->graph->inside_of[n->id] == e.component ? e : outside;
	size_t k = automaton_needs_from(l->a, s, n->letter, !port) ? l->t->n_classes : 1;
	for (uint32_t c = 0; c < k && !some; c++) {
		state below = automaton_step(l->a, s, n->letter, c, port ? e.to : c);
		some = n->op == OP_INPUT ? automaton_accept(l->a, below) == COLUMN_REF : some_input_kept(l, n, below, under);
	}
	return some;
}

/* Is any path that comes down to n in this state kept?  Asked exactly, where the automaton alone says "perhaps": goes the way
 * that lower() goes. */
static bool some_kept(struct lowering *l, const struct node *n, state s, struct entry e)
{
	e = leave(l, n, &s, e);
	int column = automaton_decide(l->a, n, &s);
	if (column != UNDECIDED)
		return column == COLUMN_REF;
	uint64_t key = memo_key(l, n, s, e), have;
	if (map_get(&l->t->kept, key, &have))
		return have;
	bool some = false;
	l->full |= automaton_full(l->a);
	if (n->letter != NO_LETTER)
		some = some_kept_below_letter(l, n, s, e);
	else if (n->op == OP_INPUT)
		some = automaton_accept(l->a, s) == COLUMN_REF;
	else if (n->yields == NO_COMPONENT)
		some = some_input_kept(l, n, s, e);
	else
		for (uint32_t to = 0; to < (automaton_needs_to(l->a, s, n->yields) ? l->t->n_classes : 1) && !some; to++)
			some = some_input_kept(l, n, s, (struct entry){ n->yields, to });
	map_put(&l->t->kept, key, some);
	return some;
}

/* n's letter is read here: the state below depends on the row's class where a position is asked for. */
static tree_id lower_letter(struct lowering *l, const struct node *n, state s, struct entry e)
{
	bool port = l->t->graph->letter.at[n->letter].port && e.component != NO_COMPONENT;      /* else it is read from outside */
	bool leaf = n->op == OP_INPUT;
	struct entry under = l->t->graph->inside_of[n->id] == e.component ? e : outside;        /* e, below an inner node */
	size_t k = automaton_needs_from(l->a, s, n->letter, !port) ? l->t->n_classes : 1;
	tree_id *by_class = mem_array(l->t->n_classes, sizeof *by_class);
	bool one = false, *watched = k == 1 ? &one : mem_array(k, sizeof *watched);
	for (uint32_t c = 0; c < k; c++) {
		state below = automaton_step(l->a, s, n->letter, c, port ? e.to : c);
		int cut = automaton_silent(l->a, n->letter) ? -1 : automaton_cut(l->a, below);
		watched[c] = watches(l, cut);
		cut = watched[c] ? automaton_cut_before(l->a, below, (size_t)cut) : cut;
		bool left = l->ablation && !automaton_silent(l->a, n->letter)
		    && !(leaf ? automaton_accept(l->a, below) == COLUMN_REF : some_input_kept(l, n, below, under));
		by_class[c] = cut >= 0 ? set_value(l, n, cut) : left ? set_to(l, n, l->ablation) : leaf ? input(l->t, n, automaton_accept(l->a, below)) : lower_inputs(l, n, below, under);
	}
	tree_id id = k == 1 ? by_class[0] : select_rows(l, n, by_class);
	note_all(l, by_class, watched, k, id);
	free(by_class);
	if (k > 1)
		free(watched);
	return id;
}

/* The component's value, for a class of rows: it may be set as a whole, whatever port the walk would go on to. */
static tree_id lower_value(struct lowering *l, const struct node *n, state s, uint32_t to, bool *watched)
{
	const struct component *c = &l->t->graph->component.at[n->yields];
	state whole = automaton_sets(l->a) ? automaton_step(l->a, s, c->first_letter + c->n_letters - 1, to, to) : s;
	int cut = automaton_sets(l->a) ? automaton_cut(l->a, whole) : -1;
	*watched = watches(l, cut);
	cut = *watched ? automaton_cut_before(l->a, whole, (size_t)cut) : cut;
	if (cut < 0 && l->ablation && !some_input_kept(l, n, s, (struct entry){ n->yields, to }))
		return set_to(l, n, l->ablation);
	return cut >= 0 ? set_value(l, n, cut) : lower_inputs(l, n, s, (struct entry){ n->yields, to });
}

static tree_id lower_component(struct lowering *l, const struct node *n, state s)
{
	bool one;
	if (!automaton_needs_to(l->a, s, n->yields)) {
		tree_id id = lower_value(l, n, s, 0, &one);
		note_all(l, &id, &one, 1, id);
		return id;
	}
	tree_id *by_class = mem_array(l->t->n_classes, sizeof *by_class);
	bool *watched = mem_array(l->t->n_classes, sizeof *watched);
	for (uint32_t c = 0; c < l->t->n_classes; c++) {
		uint32_t same = automaton_class_to(l->a, n->yields, c);
		by_class[c] = same < c ? by_class[same] : lower_value(l, n, s, c, &watched[c]);
		watched[c] = watched[same];
	}
	tree_id id = select_rows(l, n, by_class);
	note_all(l, by_class, watched, l->t->n_classes, id);
	free(by_class);
	free(watched);
	return id;
}

static tree_id lower(struct lowering *l, const struct node *n, state s, struct entry e)
{
	if (l->full)
		return base(l->t, n, COLUMN_REF);
	e = leave(l, n, &s, e);
	int column = automaton_decide(l->a, n, &s);
	bool ablates = l->ablation && column == COLUMN_CF;      /* what may still be kept is asked at letters and components */
	if (column != UNDECIDED && !ablates)
		return base(l->t, n, column);
	if (ablates && (n->yields != NO_COMPONENT || (n->letter != NO_LETTER && !automaton_silent(l->a, n->letter))))
		return set_to(l, n, l->ablation);
	uint64_t key = memo_key(l, n, s, e), have;
	if (map_get(&l->t->memo, key, &have))
		return (tree_id)have;
	l->t->n_steps++;
	l->full |= l->t->node.n > l->t->limit || automaton_full(l->a);
	tree_id id;
	if (n->letter != NO_LETTER)
		id = lower_letter(l, n, s, e);
	else if (n->op == OP_INPUT)
		id = input(l->t, n, automaton_accept(l->a, s));
	else if (n->yields != NO_COMPONENT)
		id = lower_component(l, n, s);
	else
		id = lower_inputs(l, n, s, e);
	map_put(&l->t->memo, key, id);
	return id;
}

static void lower_work(void *context)
{
	struct lowering *l = context;
	l->made = lower(l, l->t->graph->output, STATE_START, outside);
}

tree_id tree_lower(struct tree *t, struct automaton *a, const struct setting *ablation, struct span at, struct diags *d)
{
	struct lowering l = { .t = t, .a = a, .ablation = ablation };
	if (!t->n_base)
		t->n_base = t->node.n;
	map_clear(&t->memo);
	map_clear(&t->kept);
	deep_call(t->graph->depth, lower_work, &l);
	tree_id id = l.made;
	if (automaton_full(a)) {
		automaton_say_full(a, at, d);
		return TREE_NONE;
	}
	if (l.full) {
		diag_at(d, E_TOO_LARGE, at, "the treeified graph would have more than %zu nodes", t->limit);
		return TREE_NONE;
	}
	return id;
}

/* ---- looking at it */

double tree_cost(const struct tree *t, tree_id id, int64_t len)
{
	const struct tree_node *n = &t->node.at[id];
	const struct unit *u = tree_unit(t, n);
	return n->kind == TREE_UNIT ? unit_cost(u, unit_has_rows(u) ? (double)len : 1, len) : 0;
}

static const char *unit_name(const struct unit *u)
{
	return u->kind == UNIT_LINEAR ? "linear" : u->kind == UNIT_ATTENTION ? "attention" : op_info[u->node->op].name;
}

void tree_print(const struct tree *t, struct buf *out)
{
	for (size_t i = 0; i < t->node.n; i++) {
		const struct tree_node *n = &t->node.at[i];
		const struct node *of = tree_unit(t, n)->node;
		buf_printf(out, "#%zu = %s", i, n->kind == TREE_SELECT ? "select rows" : n->kind == TREE_SET ? "set" : unit_name(tree_unit(t, n)));
		if (n->kind == TREE_SET) {
			static const char *const kind[] = { "zero", "a mean", "a tensor" };
			buf_printf(out, " to %s", kind[t->setting.at[n->column]->kind]);
		}
		if (n->kind == TREE_INPUT)
			buf_printf(out, " %s of %s", t->graph->input.at[(int)of->attr[0]].name,
			    n->column == COLUMN_CF ? "counterfactual" : n->column == COLUMN_REF ? "reference" : "another column");
		for (uint32_t k = 0; k < n->n_in; k++)
			buf_printf(out, " #%u", n->in[k]);
		if (of->letter != NO_LETTER) {
			buf_puts(out, "  ");
			letter_name(t->graph, of->letter, out);
		}
		buf_putc(out, '\n');
	}
}
