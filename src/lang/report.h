/* What a script showed, for `report to`.  See report.c. */
#ifndef PP_LANG_REPORT_H
#define PP_LANG_REPORT_H
#include "lang/internal.h"

/* A value was shown, or a line printed. */
void note_shown(struct interp *in, const struct value *v);
void note_printed(struct interp *in, const char *line);
void shown_free(struct interp *in);
#endif
