/* Text in columns. */
#ifndef PP_REPORT_GRID_H
#define PP_REPORT_GRID_H
#include "base/str.h"
#include "base/vec.h"

enum { HEAD_LINES = 3 };

struct column { const char *head[HEAD_LINES]; bool left; };      /* numbers stand to the right, names to the left */

struct grid {
	const struct column *column;
	size_t n_columns;
	VEC(char *) cell;                /* row after row; owned */
};

/* The next cell, from left to right and from top to bottom. */
void grid_add(struct grid *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints heads and rows.  Where the lines would be wider than width, columns move closer together; long names in the first get a line of their own;
 * where that is not enough, the columns come in blocks below each other, each with the names on the left. */
void grid_print(const struct grid *g, struct buf *out, int width);
void grid_free(struct grid *g);

/* How many columns of a terminal a UTF-8 text takes, one per character. */
size_t text_columns(const char *s);
/* Ends a line, without the blanks at its end. */
void put_line_end(struct buf *out);
/* A number to 4 significant digits. */
void put_short(struct buf *out, double x);
/* A decimal count: as it is when short, else as 2.70e22. */
void put_count(struct buf *out, const char *decimal);
#endif
