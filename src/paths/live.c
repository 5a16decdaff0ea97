/* From which parts of the machines can a match still be completed below each node?
 *
 * Requires: machines compiled.  Fills: a->live, one set of bits per node of the graph, for what is read from the node
 * downward.  Rows are taken as if they always fitted, so the answer errs towards "it may still match". */
#include <stdlib.h>

#include "paths/machine.h"

/* Sets are a word or two long: a call of memset would cost more than the loop. */
static inline void clear(uint64_t *set, size_t words)
{
	for (size_t i = 0; i < words; i++)
		set[i] = 0;
}

static inline void join(uint64_t *to, const uint64_t *from, size_t words)
{
	for (size_t i = 0; i < words; i++)
		to[i] |= from[i];
}

/* Bits from which reading letter l leads into `below`. */
static inline __attribute__((always_inline)) void read_letter(const struct automaton *a, size_t w, int l, const uint64_t *below, uint64_t *out)
{
	clear(out, w);
	if (automaton_silent(a, l)) {
		join(out, below, w);
		return;
	}
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
	if (a->inner && a->graph->component.at[a->graph->letter.at[l].component].inner)      /* or it is passed over */
		join(out, below, w);
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

static inline __attribute__((always_inline)) void visit_all(struct automaton *a, size_t w, uint64_t *below, uint64_t *scratch)
{
	const struct graph *g = a->graph;
	for (size_t i = 0; i < g->walk.n; i++) {
		const struct walk_node *n = &g->walk.at[i];
		clear(below, w);
		if (n->begins)
			path_begins(a, below);
		for (uint32_t k = 0; k < n->n; k++) {
			const struct walk_input *in = &g->walk_input.at[n->first + k];
			const uint64_t *from = a->live + in->id * w;
			if (in->leaves != NO_LETTER) {
				read_letter(a, w, in->leaves, from, scratch);
				join(below, scratch, w);
			}
			if (in->passes)
				join(below, from, w);
		}
		uint64_t *out = a->live + n->id * w;
		if (n->letter != NO_LETTER)
			read_letter(a, w, n->letter, below, out);
		else
			join(out, below, w);
	}
}

void live_work_out(struct automaton *a)
{
	size_t w = a->live_words = (a->n_bits + 63) / 64;
	a->live = mem_array(a->graph->node.n * w + 1, 8);
	uint64_t *below = mem_array(2 * w + 1, 8);
	if (w == 1)                              /* nearly always: a sweep makes one of these for each of its cells */
		visit_all(a, 1, below, below + 1);
	else
		visit_all(a, w, below, below + w);
	free(below);
}
