/* What a hypothesis makes of a model's graph: inner nodes that its rules name become components, and the value of a component
 * is split into a subspace and the rest.  The model's own graph stays as it is. */
#ifndef PP_GRAPH_DERIVE_H
#define PP_GRAPH_DERIVE_H
#include "graph/graph.h"

enum derivation_kind { DERIVE_INNER, DERIVE_COLUMN, DERIVE_SPLIT };

struct derivation {
	enum derivation_kind kind;
	int     of;                      /* INNER, COLUMN: which of graph->inner; SPLIT: which component */
	int64_t column;                  /* COLUMN: of its last axis */
	/* SPLIT: an orthonormal basis of the subspace, (width, dimensions) F64; what its part, and the rest, are called (interned; the
	 * rest may have no name). */
	const struct tensor *basis;
	const char *part, *rest;
};

/* Which comes first: derivations are given in this order, each once. */
int derivation_order(const struct derivation *a, const struct derivation *b);
/* A graph of its own, whose origin is g; tensors are shared, so g must outlive it.  NULL after a report. */
struct graph *graph_derive(const struct graph *g, const struct derivation *d, size_t n, struct span at, struct diags *diags);
#endif
