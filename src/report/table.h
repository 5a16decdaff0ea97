/* Results as a table for people. */
#ifndef PP_REPORT_TABLE_H
#define PP_REPORT_TABLE_H
#include "base/str.h"
#include "eval/estimate.h"

/* The rows of one evaluation.  n_equal: pairs of the dataset whose sides are equal.  width 0: 100 columns. */
void table_print(const struct estimate *row, size_t n, size_t n_equal, int width, struct buf *out);
/* Why figures of e are undefined: "explained: the average total effect is 0; recovered: ...".  False when none is. */
bool table_why(const struct estimate *e, struct buf *out);
/* The metric and where it looks, and how many pairs have no such row (nothing when all have). */
void table_metric(struct buf *out, const struct estimate *e);
void table_note_skipped(struct buf *out, const struct estimate *e);
#endif
