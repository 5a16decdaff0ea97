/* JSON Lines (https://jsonlines.org): a JSON document on each line, blank lines skipped. */
#ifndef PP_DATA_JSONL_H
#define PP_DATA_JSONL_H
#include <jansson.h>
#include <stddef.h>

/* Over a text that must outlive it.  Set text and len, the rest zero. */
struct jsonl { const char *text; size_t len, at; int line; json_error_t error; };
enum jsonl_step { JSONL_END, JSONL_VALUE, JSONL_BAD };

/* The next document; line is its line, from 1.  JSONL_VALUE: *out is the caller's.  JSONL_BAD: error says why, the line is
 * passed over.  Duplicate keys are refused. */
enum jsonl_step jsonl_next(struct jsonl *l, json_t **out);
#endif
