/* What the terminal's pictures share: text.c puts a picture together, bars_text.c and graph_text.c draw theirs. */
#ifndef PP_REPORT_TERMINAL_H
#define PP_REPORT_TERMINAL_H
#include "report/picture.h"
#include "report/scale.h"

/* How many columns a text takes: letters of Chinese two, marks on others none; without UTF-8 every letter is a '?'. */
size_t shown_columns(const char *s, const struct picture_look *look);
/* A text of exactly `wide` columns (longer ones are cut, with a mark), to the left or the right; without UTF-8 other letters are '?'. */
void put_fitted(struct buf *out, const char *s, size_t wide, bool right, const struct picture_look *look);
/* A text in a colour. */
void put_in(struct buf *out, const char *s, struct rgb color, const struct picture_look *look);
/* The widest of some labels. */
size_t widest_label(const struct picture_axis *x, const struct picture_look *look);

void bars_text(const struct picture *p, const struct picture_look *look, struct buf *out);
void graph_text(const struct picture *p, const struct picture_look *look, struct buf *out);
#endif
