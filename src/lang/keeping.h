/* What an interpreter keeps results in, from run to run.  Who uses it: kept.c. */
#ifndef PP_LANG_KEEPING_H
#define PP_LANG_KEEPING_H
#include "base/str.h"
#include "base/vec.h"
#include "lang/reuse.h"
#include "store/store.h"

struct model_key { const void *of; bool by_place; struct digest digest; };

/* Verifying: cells are computed anew and compared with the stored ones. */
struct verifying {
	const char *kernels, *version;               /* under which the cells were stored */
	bool   exact;                                /* both are ours: bytes have to be the same, else 1e-4 */
	size_t sample;                               /* pairs of each evaluation; 0: all */
	size_t n_same, n_close, n_wrong;
	struct buf wrong;                            /* a line for each of the first wrong cells */
};

/* What an interpreter keeps results in.  All zero: nothing is kept. */
struct keeping {
	struct store *store;
	bool in_memory;                              /* the store ends with the session */
	int64_t script, statement;                   /* where the entries come from */
	size_t shard, n_shards;                      /* hypotheses i with i % n_shards == shard are computed here; n_shards 0: all */
	struct verifying *verify;
	VEC(struct model_key) known;                 /* digests of models and datasets, which are costly */
	struct reuse reuse;                          /* at a prompt: what the last evaluations found here */
};
#endif
