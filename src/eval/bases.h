/* Base runs that are kept from one evaluation to the next: at a prompt the next hypothesis is mostly about the same pairs.
 *
 * Owns copies of the memory that the base runs of a batch were computed in, found by a digest of all that says what lies where:
 * model, dataset, pairs, nodes, rows.  Who asks has to have planned the same run already. */
#ifndef PP_EVAL_BASES_H
#define PP_EVAL_BASES_H
#include "base/digest.h"

struct run;
struct bases;
struct bases *bases_new(void);
void   bases_free(struct bases *b);
/* What a planned (pretended) base run computes, and where it puts it. */
struct digest bases_key(const struct run *r);
/* Copies what is kept to the beginning of a space; false: it is not there. */
bool   bases_take(struct bases *b, struct digest key, void *to, size_t bytes);
/* Keeps a copy, if there is room among so many bytes; what was not asked for longest goes. */
void   bases_keep(struct bases *b, struct digest key, const void *from, size_t bytes, size_t most);
#endif
