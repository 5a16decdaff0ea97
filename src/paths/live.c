/* From which parts of the machines can a match still be completed below each node?
 *
 * Requires: machines compiled.  Fills: a->live, one set of bits per node of the graph, for what is read from the node
 * downward.  Rows are taken as if they always fitted, so the answer errs towards "it may still match". */
#include <stdlib.h>
#include <string.h>

#include "paths/machine.h"

/* Bits from which reading letter l leads into `below`. */
static void read_letter(const struct automaton *a, int l, const uint64_t *below, uint64_t *out)
{
	memset(out, 0, a->live_words * 8);
	for (size_t i = 0; i < a->reads[l].n; i++) {
		uint32_t f = a->reads[l].at[i];
		const struct spot *s = &a->spot.at[f];
		if (!s->last && !bit_get(below, f))
			continue;
		for (size_t k = 0; k < s->before.n; k++)
			bit_put(out, s->before.at[k]);
		if (s->first)
			bit_put(out, a->machine.at[s->machine].start);
	}
	for (size_t i = 0; i < a->machine.n; i++) {
		const struct machine *m = &a->machine.at[i];
		bool start = bit_get(below, m->start);
		switch (m->kind) {
		case MACHINE_REGEX:              /* not begun yet, or matched already: stays so */
			if (start)
				bit_put(out, m->start);
			bit_put(out, m->mark);
			break;
		case MACHINE_WITHIN:
			if (start && bit_get(m->letters, (size_t)l))
				bit_put(out, m->start);
			break;
		case MACHINE_CIRCUIT:
			if (!bit_get(below, m->first_bit + (uint32_t)l))
				break;
			bit_put(out, m->start);
			for (size_t up = 0; up < m->n_bits; up++)
				if (bit_get(m->letters + up * a->words, (size_t)l))
					bit_put(out, m->first_bit + up);
			break;
		case MACHINE_ALL:
			break;
		}
	}
}

static void path_begins(const struct automaton *a, uint64_t *set)
{
	for (size_t i = 0; i < a->machine.n; i++) {
		const struct machine *m = &a->machine.at[i];
		if (m->kind == MACHINE_REGEX) {
			bit_put(set, m->mark);
			continue;
		}
		bit_put(set, m->start);
		for (size_t k = 0; m->kind == MACHINE_CIRCUIT && k < m->n_bits; k++)
			bit_put(set, m->first_bit + k);
	}
}

static void join(uint64_t *to, const uint64_t *from, size_t words)
{
	for (size_t i = 0; i < words; i++)
		to[i] |= from[i];
}

/* Below n: what its inputs have.  A walk that leaves a component without having passed a port reads its last letter first. */
static void join_inputs(const struct automaton *a, const struct node *n, uint64_t *set, uint64_t *scratch)
{
	const struct graph *g = a->graph;
	size_t w = a->live_words;
	int c = n->yields != NO_COMPONENT ? n->yields : g->inside_of[n->id];
	for (uint32_t k = 0; k < n->n_in; k++) {
		const struct node *m = n->in[k];
		if (!m->varies)
			continue;
		const uint64_t *from = a->live + m->id * w;
		bool leaves = c != NO_COMPONENT && !node_in_component(g, m, c);
		if (leaves) {
			const struct component *x = &g->component.at[c];
			read_letter(a, x->first_letter + x->n_letters - 1, from, scratch);
			join(set, scratch, w);
		}
		if (!leaves || n->yields == NO_COMPONENT)        /* what is inside may also be read from outside, by a port's name */
			join(set, from, w);
	}
}

void live_work_out(struct automaton *a)
{
	const struct graph *g = a->graph;
	a->live_words = (a->n_bits + 63) / 64;
	a->live = mem_array(g->node.n * a->live_words + 1, 8);
	uint64_t *below = mem_array(a->live_words + 1, 8), *scratch = mem_array(a->live_words + 1, 8);
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		if (!n->varies)
			continue;
		memset(below, 0, a->live_words * 8);
		if (n->op == OP_INPUT)
			path_begins(a, below);
		join_inputs(a, n, below, scratch);
		uint64_t *out = a->live + i * a->live_words;
		if (n->letter != NO_LETTER)
			read_letter(a, n->letter, below, out);
		else
			memcpy(out, below, a->live_words * 8);
	}
	free(below);
	free(scratch);
}
