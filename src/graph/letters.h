/* Which letters follow which (letters.c); build_finish calls it once. */
#ifndef PP_GRAPH_LETTERS_H
#define PP_GRAPH_LETTERS_H
#include "graph/graph.h"

void letters_work_out(struct graph *g);
#endif
