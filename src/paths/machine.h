/* What an automaton is made of; private to src/paths.
 *
 * A rule is a formula (and, or, not, except) over machines.  A machine recognises one pattern, reading backward:
 *   REGEX    spots (the positions of Glushkov's construction), each with the letters it reads
 *   WITHIN   a set of letters, all of which must be in it
 *   CIRCUIT  which letter may stand directly below which
 *   ALL      everything
 * The parts of all machines are numbered together: a bit is a spot, or one of a machine's marks below. */
#ifndef PP_PATHS_MACHINE_H
#define PP_PATHS_MACHINE_H
#include "paths/automaton.h"

enum machine_kind { MACHINE_REGEX, MACHINE_WITHIN, MACHINE_CIRCUIT, MACHINE_ALL };

struct spot {
	uint64_t *letters;       /* the set it reads */
	int  machine;
	int  set;                /* position set, or -1 */
	bool from;               /* the set is about the row read, else about the row written */
	bool member;             /* of a WITHIN set: never part of a state */
	bool first, last;        /* of a match, reading backward: it can begin one, it can complete one */
	VEC(uint32_t) follow;    /* spots that can be read next */
	VEC(uint32_t) before;    /* the inverse */
};

struct machine {
	enum machine_kind kind;
	int rule;
	/* REGEX: accepted; WITHIN, CIRCUIT: dead.  start: nothing read yet, in `live` sets only. */
	uint32_t mark, start;
	uint32_t first_bit, n_bits;          /* REGEX: spots; CIRCUIT: the letter read last */
	uint64_t *letters;                   /* WITHIN: the set; CIRCUIT: letter * words: who may stand directly below */
	uint64_t *ends;                      /* CIRCUIT: the letters of its edges */
};

struct formula { enum pat_kind kind; int machine; struct formula *kid[2]; };   /* kind PAT_STEP: a machine */

struct automaton {
	const struct graph *graph;
	const struct rule *rule;
	size_t n_rules, n_sets;              /* n_sets: of the rules, how many set values */
	struct formula **formula;            /* one for each rule */
	size_t words;                        /* of a set of letters */
	uint64_t none[1];                    /* an address for "no set" */
	uint64_t *named;                     /* while rules are compiled: letters of inner nodes that they name */
	uint64_t *silent;                    /* letters of inner nodes that they don't: not read; NULL: there are none */
	bool inner;                          /* some are named: each may be read, or passed over as if it were not there */
	VEC(struct machine) machine;
	VEC(struct spot) spot;               /* bit i is spot i */
	VEC(struct position_set) set;
	uint32_t n_bits;
	VEC(uint32_t) *reads;                /* by letter: the spots that read it */
	bool *row_from, *row_to;             /* by letter: some spot that reads it asks for a row */
	/* by node id: the bits from which a match can still be completed below */
	uint64_t *live;
	size_t live_words;
	/* classes of rows */
	size_t n_classes;
	bool *member;
	/* states */
	struct set_of_bits { uint32_t *at, n; int settled; } *state;   /* settled: the last rule known to match, or -1 */
	size_t n_states, cap_states;
	VEC(uint32_t) state_chain;
	struct map state_index, steps;
	uint64_t work;                       /* bits looked at while stepping */
	bool full;
	struct arena arena, state_arena;
};

static inline bool bit_get(const uint64_t *set, size_t i) { return set[i / 64] >> i % 64 & 1; }
static inline void bit_put(uint64_t *set, size_t i) { set[i / 64] |= UINT64_C(1) << i % 64; }

/* resolve.c: the letters a step names, into set (a->words long).  *ports: the step names ports.  False after a report.
 * A plain name that no component has and that is a paths value: *instead is that pattern. */
bool resolve_step(const struct graph *g, const struct pattern *p, uint64_t *set, bool *ports, const struct pattern **instead,
    struct diags *d);
/* Does the step name nothing, whatever the model, since a range in it is empty? */
bool step_empty(const struct pattern *step);
/* nearest.c: the hint to the message that no path matches p. */
void say_nearest_paths(const struct automaton *a, const struct pattern *p, struct diags *d);
/* compile.c: ascending, each once. */
void sort_unique(uint32_t *at, size_t *n);
/* machines and formulas of all rules.  False after a report. */
bool compile_rules(struct automaton *a, struct diags *d);
/* live.c: fills a->live. */
void live_work_out(struct automaton *a);
#endif
