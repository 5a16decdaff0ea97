/* Sets of paths as values, for those who count and save them.  See sets.c. */
#ifndef PP_LANG_SETS_H
#define PP_LANG_SETS_H
#include "lang/internal.h"
#include "paths/product.h"

/* A product and the automata it reads. */
struct set_product { struct product *product; struct automaton *m[2]; };

/* A paths value, or a hypothesis: what it keeps. */
bool is_set(struct value v);
/* The paths of v on graph g.  False after a report. */
bool set_product_new(struct interp *in, const struct ast *a, struct value v, const struct graph *g, struct set_product *q);
void set_product_free(struct set_product *q);
/* How many paths p has beside those of the set, in decimal; NULL after a report. */
const char *paths_beyond(struct interp *in, const struct graph *g, struct pattern *p, struct value set, const struct ast *a);

/* Patterns of one step.  port NULL: the whole component. */
struct pattern *step_of_segments(struct interp *in, const struct segment *s, int n, const char *port, struct span at);
struct pattern *step_of_component(struct interp *in, const struct graph *g, int component, struct span at);
struct pattern *step_of_letter(struct interp *in, const struct graph *g, int letter, struct span at);
#endif
