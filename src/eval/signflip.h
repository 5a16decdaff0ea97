/* Is one hypothesis better than another on the same pairs, or only luckier?  Paired sign-flip tests (Fisher 1935, section 21)
 * and Holm's correction (Holm 1979) for several of them. */
#ifndef PP_EVAL_SIGNFLIP_H
#define PP_EVAL_SIGNFLIP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flip_test {
	size_t n;                            /* pairs that both have a number for */
	double mean_a, mean_b;               /* over these */
	double p;                            /* two-sided; why set: not known */
	size_t flips;                        /* 2^n when all were tried, else how many were drawn */
	bool   exact;
	const char *why;
};

/* Of the differences a[i] - b[i], NAN where a pair has none.  If it made no difference which of the two is which, every sign
 * would be as likely as the other: p is the share of all sign assignments whose sum is at least as far from 0 as the sum at
 * hand.  Up to 16 pairs all are tried; beyond, 10,000 are drawn (sign of pair i of flip r: element (r, i) of
 * numpy.random.default_rng([seed, digest, 1]).integers(0, 2, (10000, n)), 1 turns it), and p is (1 + found) / 10001. */
struct flip_test sign_flip(const double *a, const double *b, size_t n_pairs, uint64_t seed, uint64_t digest);

/* Corrected p values for n tests of one family; NAN stands for a test that could not be made, and stays. */
void holm(const double *p, size_t n, double *corrected);
#endif
