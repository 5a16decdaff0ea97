/* Which letters follow which (letters.c); build_finish calls it once.  False after a report. */
#ifndef PP_GRAPH_LETTERS_H
#define PP_GRAPH_LETTERS_H
#include "graph/graph.h"

bool letters_work_out(struct graph *g, struct span at, struct diags *d);
#endif
