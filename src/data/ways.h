/* The ways to fill the slots of a template: one choice for each slot.
 *
 * Owns the order in which they come, without repeats: counted up, or drawn by PCG64 from a seed.  What a choice means, and whether
 * a way is used, is the caller's. */
#ifndef PP_DATA_WAYS_H
#define PP_DATA_WAYS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n > 0 choices; weights (n, not negative, some above 0), or NULL where all are as likely. */
struct choices { uint32_t n; const double *weight; };

struct ways;
struct ways *ways_in_order(const struct choices *c, size_t n);
struct ways *ways_drawn(const struct choices *c, size_t n, uint64_t seed);
/* Fills choice (a number for each slot); false when all were given, or, with weights or among very many, when no new one came up
 * in a long time. */
bool ways_next(struct ways *w, uint32_t *choice);
double ways_count(const struct ways *w);             /* the product of the numbers of choices */
void ways_close(struct ways *w);
#endif
