/* Pairs before they are run: in which order, and where their sides differ. */
#ifndef PP_EVAL_ORDER_H
#define PP_EVAL_ORDER_H
#include "eval/evaluate.h"

/* Pairs of one length stand together, in dataset order among themselves.  *n: how many are asked for.  malloc'd. */
size_t *pairs_by_length(const struct eval_request *q, size_t *n);
/* The first row in which any two columns of a pair differ; 0 where an input without rows differs. */
int64_t pair_differs(const struct dataset *d, const struct pair *p);
#endif
