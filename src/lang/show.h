/* Values as a reader of the output sees them: tables and lines of text, or JSON. */
#ifndef PP_LANG_SHOW_H
#define PP_LANG_SHOW_H
#include "lang/value.h"

struct show_style { bool json, per_pair; int width; };

/* What an expression on a line of its own gives; ends with a newline. */
void show_value(const struct value *v, const struct show_style *style, struct buf *out);
/* The value alone, as JSON; what has no JSON form as its text. */
void put_json_value(struct buf *out, const struct value *v);
#endif
