/* What an evaluation found in the store, what it computed, and why: for `:why`. */
#ifndef PP_LANG_REUSE_H
#define PP_LANG_REUSE_H
#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "base/vec.h"
#include "paths/pattern.h"

enum { REUSE_ROWS = 12 };                        /* hypotheses that are told one by one */

/* All that the numbers of a hypothesis depend on, in parts, so that it can be said which part changed. */
struct identity { struct digest model, pairs, metrics, at; };

/* Numbers of one hypothesis (or of the base runs, or of all): a number is what a metric says about a pair. */
struct reused { const char *name, *why; size_t found, computed; };

struct account {
	const char *model, *dataset;
	size_t n_pairs, n_metrics, n_hypotheses;
	struct reused base, all, *row;               /* row: NULL where there are more hypotheses than REUSE_ROWS */
	size_t n_nodes, n_base_nodes;                /* of the treeified graphs that were run */
	bool bases_found;                            /* the base runs were there */
	double madds, madds_plain;
};

/* The hypothesis of a name as it was evaluated last. */
struct remembered { const char *name; struct identity identity; struct digest *rule; size_t n_rules; };

struct reuse {
	bool on, fresh;                              /* fresh: nothing was evaluated since the text began to run */
	struct arena arena;                          /* of the accounts */
	VEC(struct account) account;
	VEC(struct remembered) past;
};

/* A copy that stays until the next text evaluates something. */
struct account *reuse_account(struct reuse *r, const struct account *a);
/* Why a hypothesis has to be computed: what is different from the last time; remembers it as it is now. */
const char *reuse_why(struct reuse *r, const struct hypothesis *h, const struct identity *now, bool all_found);
void reuse_print(const struct reuse *r, int width, struct buf *out);
void reuse_free(struct reuse *r);
#endif
