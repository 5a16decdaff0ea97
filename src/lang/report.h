/* What a script showed, for `report to`.  See report.c. */
#ifndef PP_LANG_REPORT_H
#define PP_LANG_REPORT_H
#include "lang/internal.h"

/* A value was shown, or a line printed. */
void note_shown(struct interp *in, const struct value *v);
void note_printed(struct interp *in, const char *line);
/* A table, results or a row of them as an element of a page.  False for any other value. */
bool put_html(struct interp *in, const struct value *v, struct buf *out);
void shown_free(struct interp *in);
#endif
