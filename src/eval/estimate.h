/* From per-pair numbers to AUE, ATE, proportion explained, effects and their intervals (paper, section 3; language.md,
 * Metrics).  Everything in double and in pair order. */
#ifndef PP_EVAL_ESTIMATE_H
#define PP_EVAL_ESTIMATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct interval { double lo, hi; bool defined; };

/* A figure that may be undefined: why is then a sentence and value means nothing. */
struct figure { double value; const char *why; };

/* What tells the variants of `across` from each other. */
extern const char *const estimate_variant_name[3];

/* One row of a table of results. */
struct estimate {
	const char *hypothesis, *model, *dataset, *metric, *at;
	bool   one_run;                      /* f of one run; else a delta of two */
	size_t n, n_skipped;
	struct figure aue, ate, explained;
	struct figure ref, cf, patched, recovered, effect, effect_rel;      /* one-run metrics only */
	struct interval ci_aue, ci_ate, ci_explained, ci_recovered;
	double *delta, *delta_total;         /* per pair, dataset order, NAN where skipped; n + n_skipped of each */
	double *f_ref, *f_cf, *f_patched;    /* per pair, one-run metrics */
	uint64_t digest;                     /* of the dataset; estimate_all sets it */
	const char *paths_kept, *paths_total;        /* decimal; paths_kept NULL where a rule names positions */
	const char *paths_cut;               /* NULL where no rule sets a value, too */
	const char *variant_of, *variant[3]; /* of `across`: the hypothesis; ablation, level, direction; else NULL */
};

/* Fills the figures of n_rows estimates over the same n_pairs pairs (those whose per-pair arrays are set), intervals by
 * 10,000 resamples of a PCG64 seeded from (seed, digest): the same resamples for every row. */
void estimate_all(struct estimate *row, size_t n_rows, size_t n_pairs, uint64_t seed, uint64_t digest);

/* The same without intervals. */
void estimate_figures(struct estimate *row, size_t n_rows, size_t n_pairs);

/* The mean over pairs of 1 - delta / delta_total, or with recovered of (patched - cf) / (ref - cf): a mean of ratios, where
 * explained and recovered are ratios of means.  Pairs whose denominator is 0 (1e-9 or less) are left out. */
struct figure estimate_mean_of_ratios(const struct estimate *e, bool recovered);
#endif
