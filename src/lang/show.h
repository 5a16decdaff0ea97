/* Values as a reader of the output sees them: tables and lines of text, or JSON. */
#ifndef PP_LANG_SHOW_H
#define PP_LANG_SHOW_H
#include "lang/value.h"
#include "report/picture.h"

enum show_format { SHOW_TEXT, SHOW_JSON, SHOW_CSV };
struct show_style { enum show_format format; bool per_pair; int width; struct picture_look look; };

/* What an expression on a line of its own gives; ends with a newline. */
void show_value(const struct value *v, const struct show_style *style, struct buf *out);
/* The value alone, as JSON; what has no JSON form as its text. */
void put_json_value(struct buf *out, const struct value *v);
/* A table in columns of text. */
void show_table(const struct table *t, int width, struct buf *out);
void put_csv_table(struct buf *out, const struct table *t);      /* with a line of names */
#endif
