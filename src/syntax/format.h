/* The usual layout of a script (`pp fmt`).
 *
 * Owns blanks, indentation and where comments stand; never the words, their order, or where lines end.  What comes out parses
 * to the same tree, has the same comments, and is left alone by a second pass. */
#ifndef PP_SYNTAX_FORMAT_H
#define PP_SYNTAX_FORMAT_H
#include "base/diag.h"

/* False after a report to d: a script with mistakes in its syntax is left as it is. */
bool format_source(const struct source *src, struct diags *d, struct buf *out);
#endif
