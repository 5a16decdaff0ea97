/* Results as people and programs read them. */
#ifndef PP_REPORT_REPORT_H
#define PP_REPORT_REPORT_H
#include "base/str.h"
#include "eval/estimate.h"

/* An aligned table with notes under it. */
void report_table(const struct estimate *row, size_t n, size_t n_equal, struct buf *out);
/* One JSON object a row, one a line (keys and order: docs/language.md). */
void report_json(const struct estimate *row, size_t n, bool per_pair, struct buf *out);
/* {"kind":"value"}: a number, or text when number is NULL. */
void report_value_json(const char *text, const double *number, struct buf *out);
/* "2.70e22" for long decimal counts, unchanged when short. */
void report_count(const char *decimal, struct buf *out);
#endif
