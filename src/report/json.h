/* Results as JSON, one object a line: docs/language.md gives the keys and their order. */
#ifndef PP_REPORT_JSON_H
#define PP_REPORT_JSON_H
#include "base/str.h"
#include "eval/estimate.h"

/* A string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void put_json_text(struct buf *out, const char *s, size_t n);
/* The shortest text that reads back as the same number; null when it is not finite. */
void put_json_number(struct buf *out, double x);
/* A key, with a comma before it unless it is the first of its object; a key with a string, null where s is NULL. */
void put_json_key(struct buf *out, const char *key);
void put_json_field(struct buf *out, const char *key, const char *s);
void put_json_estimate(struct buf *out, const struct estimate *e, bool per_pair);
#endif
