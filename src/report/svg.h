/* What the files that draw SVG share: svg.c has heatmaps, bars and words, graph_svg.c graphs. */
#ifndef PP_REPORT_SVG_H
#define PP_REPORT_SVG_H
#include "base/arena.h"
#include "report/picture.h"
#include "report/scale.h"

/* A drawing being made: its parts first, then, when its size is known, what goes around them. */
struct svg {
	struct buf body;
	bool inside;                     /* of a page: tooltips and keys are the page's (page.h) */
	double wide, high;               /* so far */
	size_t n_tips;                   /* parts that can be pointed at */
};

enum { SVG_MARGIN = 12, SVG_LINE = 18 };
#define SVG_LETTER 7.0               /* about the width of a letter of 13 px */

/* Text of XML, with what may not stand there escaped or replaced. */
void put_xml(struct buf *out, const char *s);
/* A line of text at x, y (its base line); cls: "" or a class. anchor: "start", "middle", "end". */
void svg_words(struct svg *s, double x, double y, const char *cls, const char *anchor, const char *text);
/* The attributes and the tooltip of a part that can be pointed at: after its tag's other attributes; the tag `tag` is closed. row and column are
 * where arrow keys find it. */
void svg_tip(struct svg *s, const char *tag, size_t row, size_t column, const char *tip);
struct layout;
/* Arrows between the same two nodes that carry the same as one, with all their labels: "q,v". */
struct drawing graph_merged(const struct drawing *d, struct arena *a);
void graph_svg(struct svg *s, const struct drawing *d, const struct layout *l, double y);
#endif
