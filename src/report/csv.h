/* Comma-separated values (RFC 4180; lines end in a line feed). */
#ifndef PP_REPORT_CSV_H
#define PP_REPORT_CSV_H
#include "base/str.h"

/* A field; first: it begins a line.  In quotes only where it has to be. */
void put_csv_text(struct buf *out, const char *s, size_t n, bool first);
#endif
