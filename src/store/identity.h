/* What results are found by: digests of models, datasets and hypotheses, by content and not by name. */
#ifndef PP_STORE_IDENTITY_H
#define PP_STORE_IDENTITY_H
#include "base/digest.h"
#include "data/dataset.h"
#include "paths/pattern.h"

/* The numbers of a tensor, whatever its strides; a stored type other than F32 counts as different. */
void digest_tensor(struct digest *d, const struct tensor *t);
/* Adds where the numbers at an address come from, such as a file and a place in it; false: that is not known. */
typedef bool digest_place(void *context, const void *at, struct digest *d);
/* Operations, weights, and what the components are called.  Reads all weights but those that have a place; place may be NULL. */
struct digest digest_graph(const struct graph *g, digest_place *place, void *context);
/* All pairs with their answers and positions. */
struct digest digest_dataset(const struct dataset *s);
/* A pattern as rules and paths values give it: index contents worked out, values used inside in their place. */
void digest_pattern(struct digest *d, const struct pattern *p);
void digest_rule(struct digest *d, const struct rule *r);
/* The rules in order.  How they were written, named or commented makes no difference; the model is not part of it. */
struct digest digest_hypothesis(const struct hypothesis *h);
#endif
