/* How many paths: exact, never an enumeration (product.h). */
#ifndef PP_PATHS_COUNT_H
#define PP_PATHS_COUNT_H
#include "paths/automaton.h"

/* Decimal text in the arena.  Paths are spellings: two walks with the same letters are one path. */
const char *count_all(const struct graph *g, struct arena *a);
/* Paths that get the given column under the automaton's rules, rows erased.  NULL: the product is larger than the limits allow. */
const char *count_column(const struct graph *g, struct automaton *m, int column, struct arena *a);
#endif
