/* Which letters follow which: the graph of components that a model graph is, seen from its paths.
 *
 * Requires: nodes final, letters and inputs known.  Fills: graph->inside, graph->below, graph->n_dag_edges.
 * One pass upward: next(n) is the set of letters (or inputs) read first on walks that go down from n. */
#include "graph/letters.h"

#include <stdlib.h>
#include <string.h>

struct pass {
	struct graph *g;
	size_t words;            /* of a set: letters, then inputs */
	uint64_t *next;          /* node id * words */
	uint64_t *below;         /* letter * words */
};

static bool is_port(const struct graph *g, const struct node *n)
{
	return n->letter != NO_LETTER && g->letter.at[n->letter].port;
}

static void mark_inside(struct graph *g)
{
	g->inside = mem_array(g->node.n, sizeof *g->inside);
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		if (n->letter != NO_LETTER)
			continue;
		for (uint32_t k = 0; k < n->n_in && !g->inside[i]; k++) {
			const struct node *m = n->in[k];
			g->inside[i] = is_port(g, m) || (g->inside[m->id] && m->yields == NO_COMPONENT);
		}
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

/* What is read below n's inputs, once inside component c (or in none).  A walk that leaves c without having passed a port
 * reads c's last letter first. */
static void gather(struct pass *p, const struct node *n, int c, uint64_t *set)
{
	struct graph *g = p->g;
	for (uint32_t k = 0; k < n->n_in; k++) {
		const struct node *m = n->in[k];
		if (!m->varies)
			continue;
		bool port = c != NO_COMPONENT && m->letter != NO_LETTER && g->letter.at[m->letter].component == c;
		if (c == NO_COMPONENT || port) {
			join(p, set, p->next + m->id * p->words);
		} else if (g->inside[m->id] && m->yields == NO_COMPONENT) {
			gather(p, m, c, set);
		} else {
			int none = g->component.at[c].first_letter + g->component.at[c].n_letters - 1;
			put(set, (size_t)none);
			join(p, p->below + (size_t)none * p->words, p->next + m->id * p->words);
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
	struct pass p = { g, words, mem_array(g->node.n * words, 8), mem_array((n_letters + 1) * words, 8) };
	for (size_t i = 0; i < g->node.n; i++)
		visit(&p, g->node.at[i]);
	g->below = mem_array(n_letters + 1, sizeof *g->below);
	for (size_t l = 0; l < n_letters; l++)
		unpack(&p, p.below + l * words, &g->below[l]);
	/* The virtual letter above the output reads the output's letter; it is not an edge of the model. */
	int edges = g->n_dag_edges;
	unpack(&p, p.next + g->output->id * words, &g->below[n_letters]);
	g->n_dag_edges = edges;
	free(p.next);
	free(p.below);
}
