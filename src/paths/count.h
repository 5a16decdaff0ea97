/* How many paths: exact, by dynamic programming over letters and states; never an enumeration. */
#ifndef PP_PATHS_COUNT_H
#define PP_PATHS_COUNT_H
#include "paths/automaton.h"

/* Decimal text in the arena.  Paths are spellings: two walks with the same letters are one path. */
const char *count_all(const struct graph *g, struct arena *a);
/* Paths that get the given column under the automaton's rules, rows erased. */
const char *count_column(const struct graph *g, struct automaton *m, int column, struct arena *a);
#endif
