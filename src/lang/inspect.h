/* pp inspect. */
#ifndef PP_LANG_INSPECT_H
#define PP_LANG_INSPECT_H
#include "lang/interp.h"
#include "report/inspect.h"

/* Fills out with what can be told of the model at a path or of that name; what cannot be is reported.  False when there is
 * nothing to tell.  Lives as long as the interpreter. */
bool inspect_model(struct interp *in, const char *name, struct inspection *out);
#endif
