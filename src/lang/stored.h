/* What is in a store, for those who ask without running a script: lists, merging, and what verifying has to run. */
#ifndef PP_LANG_STORED_H
#define PP_LANG_STORED_H
#include "lang/internal.h"
#include "lang/show.h"

/* Appends the results in the store at path as the script that made them showed them, and to notes what there is in all, with
 * what was not computed to its end.  False after a report. */
bool stored_list(struct interp *in, const char *path, const struct show_style *style, struct buf *out, struct buf *notes);
/* Puts what the stores at `from` have into the one at `into`. */
bool stored_merge(struct interp *in, const char *into, const char *const *from, size_t n, struct buf *out);

/* A script to run again, and what its results were found by. */
struct stored_job { int64_t script; const char *name, *text; size_t n; const char *kernels, *version; uint64_t seed; };
struct stored_jobs { VEC(struct stored_job) list; };
/* Texts live in the interpreter's arena. */
bool stored_jobs(struct interp *in, struct store *s, struct stored_jobs *jobs);
#endif
