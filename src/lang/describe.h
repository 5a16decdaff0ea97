/* What a value is, in a sentence: for :type, and for what an editor shows beside a name. */
#ifndef PP_LANG_DESCRIBE_H
#define PP_LANG_DESCRIBE_H
#include "lang/value.h"

void describe_value(const struct value *v, struct buf *out);
/* ... of an expression that is not evaluated: what can be told from its form; false when nothing can. */
bool describe_form(const struct ast *a, struct buf *out);
#endif
