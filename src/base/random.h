/* Random numbers that are the same everywhere: numpy's default_rng, number for number.
 *
 *     struct random g = random_new((uint64_t[]){ seed, digest }, 2);     rng = numpy.random.default_rng([seed, digest])
 *     uint32_t i = random_below(&g, n);                                  i = rng.integers(0, n)
 *
 * The generator is PCG XSL-RR 128/64 (O'Neill 2014), seeded as numpy's SeedSequence does, so that who doubts an interval
 * can draw the same resamples in Python. */
#ifndef PP_BASE_RANDOM_H
#define PP_BASE_RANDOM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 random_word;

struct random { random_word state, increment; uint32_t half; bool has_half; };

enum { RANDOM_KEYS = 8 };                            /* at most so many numbers to seed from */

struct random random_new(const uint64_t *key, size_t n);
uint64_t random_u64(struct random *g);
/* Even over 0 .. n - 1; n > 0.  Every 64 random bits serve two calls. */
uint32_t random_below(struct random *g, uint32_t n);
/* count of them at once, faster. */
void random_fill_below(struct random *g, uint32_t n, uint32_t *out, size_t count);
#endif
