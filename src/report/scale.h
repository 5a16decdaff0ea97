/* The colours of numbers: one scale for everything that pp draws.
 *
 * It diverges around zero, blue below and orange above, and is safe for the common kinds of colour blindness: blue and orange
 * differ along the axis that people without red or green cones still see, and both sides darken evenly away from zero, so that
 * size can be read in grey, too.  Made in OKLab (equal steps look equal); tests/pictures.py simulates protan, deutan and tritan
 * eyes and holds neighbours and opposites apart. */
#ifndef PP_REPORT_SCALE_H
#define PP_REPORT_SCALE_H
#include "base/str.h"

struct rgb { unsigned char r, g, b; };

enum { SCALE_COLORS = 17 };
extern const struct rgb scale_colors[SCALE_COLORS];  /* from -most to most */

/* x / most in -1 .. 1; beyond is as the ends. */
struct rgb scale_color(double share);
/* Is black text easier to read on it than white? */
bool scale_is_light(struct rgb c);
/* The nearest of the 256 colours of a terminal (the cube and the greys). */
int scale_of_256(struct rgb c);
void put_color(struct buf *out, struct rgb c);       /* "#aabbcc" */
#endif
