/* Natural numbers of a width fixed beforehand: base 10^18, least significant limb first.  Counts of paths do not fit into
 * 64 bits, but none is above the number of all paths of its graph, which is worked out first and gives the width. */
#ifndef PP_PATHS_BIG_H
#define PP_PATHS_BIG_H
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* x += y.  False when the sum needs more than `width` limbs; x is lost then. */
bool big_add(uint64_t *x, const uint64_t *y, uint32_t width);
/* x += y * z, which has to fit. */
void big_add_product(uint64_t *x, const uint64_t *y, const uint64_t *z, uint32_t width);
/* x -= y, which is at most x. */
void big_sub(uint64_t *x, const uint64_t *y, uint32_t width);
bool big_is_zero(const uint64_t *x, uint32_t width);
int  big_compare(const uint64_t *x, const uint64_t *y, uint32_t width);
const char *big_text(const uint64_t *x, uint32_t width, struct arena *a);
/* x / y as a floating point number; 0 when y is 0. */
double big_ratio(const uint64_t *x, const uint64_t *y, uint32_t width);
#endif
