/* A file of pairs, object by object: JSON Lines (https://jsonlines.org), CSV (RFC 4180), or one JSON document.
 *
 * Owns the formats and where in the file an object began; what the fields mean is fields.c's. */
#ifndef PP_DATA_RECORDS_H
#define PP_DATA_RECORDS_H
#include <jansson.h>
#include <stddef.h>

#include "base/str.h"

enum records_step { RECORDS_END, RECORDS_VALUE, RECORDS_BAD };

struct records;

/* Over a text that must outlive it.  name decides between CSV and JSON; NULL: *why says what is wrong with all of it. */
struct records *records_open(const char *text, size_t len, const char *name, struct buf *why);
/* The next object, the caller's; *line is where it begins, from 1.  RECORDS_BAD: why has a sentence part (appended), the object
 * is passed over; what comes after is read if it can be. */
enum records_step records_next(struct records *r, json_t **out, int *line, struct buf *why);
/* What to do about a RECORDS_BAD. */
const char *records_hint(const struct records *r);
/* {role: row} for every pair, or NULL. */
const json_t *records_positions(const struct records *r);
void records_close(struct records *r);
#endif
