/* The values that rules set, made ready for a treeified graph.  Means are taken over base runs of whole datasets, in dataset
 * order and in double, so they do not depend on what is evaluated, or on which of its pairs. */
#ifndef PP_EVAL_SETTINGS_H
#define PP_EVAL_SETTINGS_H
#include "eval/evaluate.h"

struct set_values;
/* Fills in what the tree's TREE_SET nodes lack.  False after a report. */
bool set_values_fill(struct set_values **s, const struct tree *t, const struct eval_request *q, const struct eval_limits *limits,
    struct eval_plan *plan, struct diags *d);
/* One row (-1: the value has none) of such a node, as F32 or F64. */
void set_values_row(const struct set_values *s, const struct tree_node *n, int64_t row, enum dtype type, void *to, int64_t width);
void set_values_free(struct set_values *s);
#endif
