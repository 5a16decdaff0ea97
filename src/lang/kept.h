/* Results that are kept from run to run: between an evaluation and its store. */
#ifndef PP_LANG_KEPT_H
#define PP_LANG_KEPT_H
#include "lang/internal.h"

/* One evaluation: hypotheses and metrics on a dataset, and its rows (hypothesis * n_m + metric) with room for every pair. */
struct kept_question {
	const struct hypothesis *const *h;
	const struct metric *const *m;
	size_t n_h, n_m;
	const struct dataset *data;
	struct estimate *row;
};

/* A part of it that has to be computed: these hypotheses on these pairs. */
struct kept_part { const size_t *h; size_t n; const bool *pair; };

/* Digests as the store uses them, worked out once in a session. */
struct digest known_graph(struct interp *in, const struct graph *g);
struct digest known_dataset(struct interp *in, const struct dataset *s);

struct kept;
/* Fills the rows with what is stored; without a store everything has to be computed. */
struct kept *kept_open(struct interp *in, const struct kept_question *q);
/* The next part to compute, until there is none.  Of one part every hypothesis misses the same pairs. */
bool kept_next(struct kept *k, struct kept_part *part);
/* Does this number have to be computed?  h may be NO_HYPOTHESIS: what the metric says of the base runs. */
bool kept_wants(const struct kept *k, size_t h, size_t m, size_t pair);
/* The rows' numbers of that pair are computed: into the store with them. */
void kept_put(struct kept *k, size_t h, size_t m, size_t pair);
/* What computing a part cost. */
void kept_cost(struct kept *k, const struct eval_plan *plan);
/* Is everything there?  In a shard it is not. */
bool kept_complete(const struct kept *k);
void kept_close(struct kept *k);
#endif
