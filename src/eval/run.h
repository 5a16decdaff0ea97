/* Executing a plan on a batch of pairs of one length. */
#ifndef PP_EVAL_RUN_H
#define PP_EVAL_RUN_H
#include "eval/internal.h"

/* Executes the plan: every unit of a level once, over all of its instances.  The space is not reset.  base: a run that has
 * computed the base nodes already, or NULL.  Pretending: only r->madds and the space's peak come out. */
void run_plan(struct run *r, const struct run *base, const atomic_bool *interrupted);
void run_free(struct run *r);
#endif
