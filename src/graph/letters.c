/* Which letters follow which: the graph of components that a model graph is, seen from its paths.
 *
 * Requires: nodes final, letters and inputs known.  Fills: graph->inside_of, graph->walk, graph->below, graph->n_dag_edges.
 * One pass upward: next(n) is the set of letters (or inputs) read first on walks that go down from n.  A node inside a
 * component has a second set, for walks that came through the component's value: those which leave without having passed a
 * port read the component's last letter first.  Nodes that only pass a set on share it: the ports of all heads of a layer
 * have one set below them, and a chain of components none but each other. */
#include "graph/letters.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SET_BYTES = 1 << 30 };        /* of all sets and lists together */

/* A set of letters, then inputs: one of them, or bits. */
struct set {
	int only;                /* its one member; -1: see bits */
	uint32_t stamp;          /* the last gathering that saw it */
	uint64_t *bits;
	struct letters_below list;
};

struct pass {
	struct graph *g;
	struct arena arena;
	size_t words, bytes;
	uint32_t stamp;
	struct set *single;      /* of each letter and each input */
	struct set empty;
	struct set **next;       /* by node id */
	struct set **within;     /* by node id, for nodes inside a component */
	struct set **below;      /* by letter */
};

static bool may_lie_inside(const struct graph *g, const struct node *n)
{
	return n->letter == NO_LETTER || g->component.at[g->letter.at[n->letter].component].inner;
}

/* Only nodes made in a component's block can lie inside it, and they stand between its ports and its value. */
static void mark_inside(struct graph *g)
{
	g->inside_of = mem_array(g->node.n, sizeof *g->inside_of);
	for (size_t i = 0; i < g->node.n; i++)
		g->inside_of[i] = NO_COMPONENT;
	for (size_t i = 0; i < g->node.n; i++) {
		int c = g->node.at[i]->yields;
		if (c == NO_COMPONENT)
			continue;
		const struct component *x = &g->component.at[c];
		uint32_t from = (uint32_t)i;
		for (int l = x->first_letter; l < x->first_letter + x->n_letters; l++)
			from = g->letter.at[l].port && g->letter.at[l].node->id < from ? g->letter.at[l].node->id : from;
		for (uint32_t m = from; m < i; m++)
			for (uint32_t k = 0; may_lie_inside(g, g->node.at[m]) && k < g->node.at[m]->n_in; k++)
				if (node_in_component(g, g->node.at[m]->in[k], c))
					g->inside_of[m] = c;
	}
}

/* A walk that leaves a component without having passed a port reads the component's last letter first. */
static void lay_flat(struct graph *g)
{
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		if (!n->varies)
			continue;
		int c = n->yields != NO_COMPONENT ? n->yields : g->inside_of[i];
		struct walk_node w = { n->id, n->letter, n->op == OP_INPUT, (uint32_t)g->walk_input.n, 0 };
		for (uint32_t k = 0; k < n->n_in; k++) {
			const struct node *m = n->in[k];
			if (!m->varies)
				continue;
			bool leaves = c != NO_COMPONENT && !node_in_component(g, m, c);
			const struct component *x = leaves ? &g->component.at[c] : NULL;
			struct walk_input in = { m->id, leaves ? x->first_letter + x->n_letters - 1 : NO_LETTER,
				!leaves || n->yields == NO_COMPONENT };  /* what is inside may also be read from outside, by a port's name */
			vec_push(&g->walk_input, in);
			w.n++;
		}
		vec_push(&g->walk, w);
	}
}

static void add(struct pass *p, struct set *to, const struct set *from)
{
	if (from->only >= 0)
		to->bits[from->only / 64] |= UINT64_C(1) << from->only % 64;
	for (size_t w = 0; from->bits && w < p->words; w++)
		to->bits[w] |= from->bits[w];
}

static struct set *new_set(struct pass *p)
{
	struct set *s = arena_alloc(&p->arena, sizeof *s);
	s->only = -1;
	s->bits = arena_array(&p->arena, p->words, sizeof *s->bits);
	p->bytes += p->words * sizeof *s->bits;
	return s;
}

/* Sets to be joined: what is new goes into a copy, so that a set which is alone can be shared. */
struct joined { struct set *one, *own; };

static void join(struct pass *p, struct joined *j, struct set *s)
{
	if (s->stamp == p->stamp || s == &p->empty)
		return;
	s->stamp = p->stamp;
	if (!j->one) {
		j->one = s;
		return;
	}
	if (!j->own) {
		j->own = new_set(p);
		add(p, j->own, j->one);
	}
	add(p, j->own, s);
}

static struct set *result(struct pass *p, const struct joined *j)
{
	return j->own ? j->own : j->one ? j->one : &p->empty;
}

/* The walk leaves component c, with what is read next, without having passed a port. */
static struct set *leave(struct pass *p, int c, const struct set *next)
{
	int none = p->g->component.at[c].first_letter + p->g->component.at[c].n_letters - 1;
	if (p->below[none] == &p->empty)
		p->below[none] = new_set(p);
	add(p, p->below[none], next);
	return &p->single[none];
}

/* What is read below n's inputs by walks that are inside component c (or in none). */
static struct set *gather(struct pass *p, const struct node *n, int c)
{
	struct joined j = { 0 };
	p->stamp++;
	for (uint32_t k = 0; k < n->n_in; k++) {
		const struct node *m = n->in[k];
		if (!m->varies)
			continue;
		bool stays = c != NO_COMPONENT && node_in_component(p->g, m, c);
		if (stays && m->letter == NO_LETTER)
			join(p, &j, p->within[m->id]);
		else
			join(p, &j, c == NO_COMPONENT || stays ? p->next[m->id] : leave(p, c, p->next[m->id]));
	}
	return result(p, &j);
}

static void visit(struct pass *p, const struct node *n)
{
	struct set *s = &p->empty;
	if (n->varies)
		s = n->op == OP_INPUT ? &p->single[p->g->letter.n + (size_t)n->attr[0]]
			: gather(p, n, n->letter != NO_LETTER ? p->g->inside_of[n->id] : n->yields);
	p->next[n->id] = s;
	if (n->letter != NO_LETTER && n->varies) {
		p->below[n->letter] = s;
		p->next[n->id] = &p->single[n->letter];
	}
	if (p->g->inside_of[n->id] != NO_COMPONENT)
		p->within[n->id] = n->varies ? gather(p, n, p->g->inside_of[n->id]) : &p->empty;
}

static void unpack(struct pass *p, struct set *s)
{
	size_t n = s->only >= 0;
	if (s->list.at || s == &p->empty)
		return;
	for (size_t w = 0; s->bits && w < p->words; w++)
		n += (size_t)__builtin_popcountll(s->bits[w]);
	p->bytes += n * sizeof *s->list.at;
	if (p->bytes > MAX_SET_BYTES)
		return;
	s->list.at = arena_array(&p->g->arena, n + 1, sizeof *s->list.at);
	if (s->only >= 0)
		s->list.at[s->list.n++] = s->only;
	for (size_t w = 0; s->bits && w < p->words; w++)
		for (uint64_t rest = s->bits[w]; rest; rest &= rest - 1)
			s->list.at[s->list.n++] = (int)(w * 64) + __builtin_ctzll(rest);
}

static void list_all(struct pass *p)
{
	struct graph *g = p->g;
	size_t n = g->letter.n;
	g->below = arena_array(&g->arena, n + 1, sizeof *g->below);
	for (size_t l = 0; l <= n && p->bytes <= MAX_SET_BYTES; l++) {
		struct set *s = l < n ? p->below[l] : p->next[g->output->id];
		unpack(p, s);
		g->below[l] = s->list;
		if (l < n)                               /* the virtual letter above the output is no edge of the model */
			g->n_dag_edges += (int64_t)s->list.n;
	}
}

bool letters_work_out(struct graph *g, struct span at, struct diags *d)
{
	mark_inside(g);
	lay_flat(g);
	size_t n = g->letter.n, all = n + g->input.n;
	struct pass p = { .g = g, .words = (all + 63) / 64, .empty = { .only = -1 } };
	p.single = arena_array(&p.arena, all, sizeof *p.single);
	p.next = arena_array(&p.arena, g->node.n, sizeof(struct set *));
	p.within = arena_array(&p.arena, g->node.n, sizeof(struct set *));
	p.below = arena_array(&p.arena, n, sizeof(struct set *));
	for (size_t i = 0; i < all; i++)
		p.single[i].only = (int)i;
	for (size_t l = 0; l < n; l++)
		p.below[l] = &p.empty;
	for (size_t i = 0; i < g->node.n && p.bytes <= MAX_SET_BYTES; i++)
		visit(&p, g->node.at[i]);
	if (p.bytes <= MAX_SET_BYTES)
		list_all(&p);
	bool fits = p.bytes <= MAX_SET_BYTES;
	arena_free(&p.arena);
	if (!fits)
		diag_at(d, E_TOO_LARGE, at, "the model %s has %zu components and ports, and too many edges between them", g->name, n);
	return fits;
}
