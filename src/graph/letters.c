/* Which letters follow which: the graph of components that a model graph is, seen from its paths.
 *
 * Requires: nodes final, letters and inputs known.  Fills: graph->inside_of, graph->below, graph->n_dag_edges.
 * One pass upward: next(n) is the set of letters (or inputs) read first on walks that go down from n.  A node inside a
 * component has a second set, for walks that came through the component's value: those which leave without having passed a
 * port read the component's last letter first. */
#include "graph/letters.h"

#include <stdlib.h>
#include <string.h>

struct pass {
	struct graph *g;
	size_t words;            /* of a set: letters, then inputs */
	uint64_t *next;          /* node id * words */
	uint64_t **within;       /* by node id, for nodes inside a component */
	uint64_t *below;         /* letter * words */
};

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
			for (uint32_t k = 0; g->node.at[m]->letter == NO_LETTER && k < g->node.at[m]->n_in; k++)
				if (node_in_component(g, g->node.at[m]->in[k], c))
					g->inside_of[m] = c;
	}
}

static void join(struct pass *p, uint64_t *to, const uint64_t *from)
{
	for (size_t w = 0; w < p->words; w++)
		to[w] |= from[w];
}

static void put(uint64_t *set, size_t bit)
{
	set[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* What is read below n's inputs by walks that are inside component c (or in none). */
static void gather(struct pass *p, const struct node *n, int c, uint64_t *set)
{
	struct graph *g = p->g;
	for (uint32_t k = 0; k < n->n_in; k++) {
		const struct node *m = n->in[k];
		if (!m->varies)
			continue;
		uint64_t *next = p->next + m->id * p->words;
		if (c == NO_COMPONENT) {
			join(p, set, next);
		} else if (node_in_component(g, m, c)) {
			join(p, set, m->letter != NO_LETTER ? next : p->within[m->id]);
		} else {
			int none = g->component.at[c].first_letter + g->component.at[c].n_letters - 1;
			put(set, (size_t)none);
			join(p, p->below + (size_t)none * p->words, next);
		}
	}
}

static void visit(struct pass *p, const struct node *n)
{
	uint64_t *next = p->next + n->id * p->words, *set = next;
	if (!n->varies)
		return;
	if (n->letter != NO_LETTER) {
		put(next, (size_t)n->letter);
		set = p->below + (size_t)n->letter * p->words;
	}
	if (n->op == OP_INPUT)
		put(set, p->g->letter.n + (size_t)n->attr[0]);
	gather(p, n, n->yields, set);
	if (p->g->inside_of[n->id] == NO_COMPONENT)
		return;
	p->within[n->id] = mem_array(p->words, sizeof **p->within);
	gather(p, n, p->g->inside_of[n->id], p->within[n->id]);
}

static void unpack(struct pass *p, const uint64_t *set, struct letters_below *out)
{
	size_t n = 0;
	for (size_t w = 0; w < p->words; w++)
		n += (size_t)__builtin_popcountll(set[w]);
	out->at = mem_array(n, sizeof *out->at);
	for (size_t bit = 0; bit < p->words * 64; bit++)
		if (set[bit / 64] >> bit % 64 & 1)
			out->at[out->n++] = (int)bit;
	p->g->n_dag_edges += (int)n;
}

void letters_work_out(struct graph *g)
{
	mark_inside(g);
	size_t n_letters = g->letter.n, words = (n_letters + g->input.n + 63) / 64;
	struct pass p = { g, words, mem_array(g->node.n * words, 8), mem_array(g->node.n, sizeof(uint64_t *)), mem_array((n_letters + 1) * words, 8) };
	for (size_t i = 0; i < g->node.n; i++)
		visit(&p, g->node.at[i]);
	g->below = mem_array(n_letters + 1, sizeof *g->below);
	for (size_t l = 0; l < n_letters; l++)
		unpack(&p, p.below + l * words, &g->below[l]);
	/* The virtual letter above the output reads the output's letter; it is not an edge of the model. */
	int edges = g->n_dag_edges;
	unpack(&p, p.next + g->output->id * words, &g->below[n_letters]);
	g->n_dag_edges = edges;
	for (size_t i = 0; i < g->node.n; i++)
		free(p.within[i]);
	free(p.within);
	free(p.next);
	free(p.below);
}
