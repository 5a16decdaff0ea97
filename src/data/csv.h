/* Tables as comma-separated values (RFC 4180): a row becomes an object of texts by the names in the first row. */
#ifndef PP_DATA_CSV_H
#define PP_DATA_CSV_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct csv;

/* Over a text that must outlive it. */
struct csv *csv_open(const char *text, size_t len);
/* The next row, the caller's; *line is the line it begins on, from 1.  *out is NULL at the end.  False: why has a sentence part;
 * *over: nothing after it can be read. */
bool csv_next(struct csv *c, json_t **out, int *line, bool *over, struct buf *why);
void csv_close(struct csv *c);
#endif
