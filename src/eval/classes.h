/* Classes of rows: rows that belong to the same position sets, over all hypotheses of an evaluation. */
#ifndef PP_EVAL_CLASSES_H
#define PP_EVAL_CLASSES_H
#include "data/dataset.h"
#include "paths/automaton.h"

struct classes {
	VEC(struct position_set) set;
	size_t n;
	VEC(bool) member;                /* class * sets + set */
	uint32_t **of_row;               /* by pair: the class of each row */
	size_t n_pairs;
	VEC(uint32_t) index;             /* of each set of each hypothesis, one after the other */
	VEC(size_t) first;               /* by hypothesis: where its sets begin in index */
	struct arena arena;
};

/* Has some pair each of these positions?  Those that none has are reported. */
bool positions_known(const struct position_set *s, const struct dataset *data, struct diags *d);
/* Takes in the position sets of one more hypothesis; false after reports of positions that no pair has. */
bool classes_add(struct classes *c, const struct automaton *a, const struct dataset *data, struct diags *d);
/* One more hypothesis, which names no positions. */
void classes_skip(struct classes *c);
/* All hypotheses are in: sorts rows into classes. */
void classes_sort(struct classes *c, const struct dataset *data);
/* Binds the automaton of hypothesis h (the h-th that was added) to the classes. */
void classes_bind(const struct classes *c, size_t h, struct automaton *a);
void classes_free(struct classes *c);
#endif
