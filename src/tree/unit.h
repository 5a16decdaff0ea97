/* What is executed: the nodes of a model graph as units.
 *
 * A unit is one node, or several that are computed in one go: a product with a weight and its bias, or the whole of
 * attention (scores, mask, softmax, mixing).  Only nodes without a name are taken into another's unit, so paths are spelled
 * as before.  Units that compute the same thing under different names share a class; the treeified graph is made of classes,
 * so lowering erases letters.  A unit's level is its distance from the inputs: units of one level need nothing of each other. */
#ifndef PP_TREE_UNIT_H
#define PP_TREE_UNIT_H
#include "graph/graph.h"

enum unit_kind {
	UNIT_CONSTANT,   /* depends on no input; computed once for a length */
	UNIT_INPUT,
	UNIT_ALIAS,      /* another name for its input */
	UNIT_LINEAR,     /* rows @ weight (+ bias), the weight a constant matrix */
	UNIT_ATTENTION,  /* softmax(mask(cap(rows of q . rows of k * scale))) @ v */
	UNIT_ROWS,       /* row t of the result depends on row t of the inputs only */
	UNIT_PAIR,       /* neither the result nor the inputs have rows: one value for a pair */
	UNIT_WHOLE,      /* anything else: computed for each pair from whole inputs */
};

struct unit {
	enum unit_kind kind;
	const struct node *node;             /* the last node of the unit: its operation, attributes, shape */
	uint32_t cls;                        /* the node id of the first unit that computes the same */
	uint32_t level;
	uint32_t n_in;
	const struct node **in;              /* the inputs that vary, in order; q, k, v for attention */
	const struct node *weight, *bias;    /* LINEAR; bias may be NULL */
	double scale, cap;                   /* ATTENTION: factor on scores; cap > 0: cap * tanh(scores / cap) */
	int64_t window;                      /* ATTENTION: rows looked back at, 0: all; with mask only */
	bool mask;                           /* ATTENTION: causal */
	bool causal;                         /* row t depends on rows up to t of the model's inputs */
	bool kept;                           /* copies may read this value beside a changed one (see tree/lower.c, waves) */
};

struct units {
	const struct graph *graph;
	struct unit *at;                     /* by node id */
	uint32_t n_levels;
	enum dtype type;                     /* what values are stored in: F64 where the model is small, else F32 */
	struct arena arena;
};

/* Requires: the graph finished. */
void units_make(struct units *u, const struct graph *g);
void units_free(struct units *u);
static inline const struct unit *unit_of(const struct units *u, const struct node *n) { return &u->at[n->id]; }
/* The rows of a unit's values are kept apart: its shape starts with the number of tokens, and it varies. */
static inline bool unit_has_rows(const struct unit *u) { return shape_has_rows(&u->node->shape); }
/* Multiply-adds of `rows` rows of a unit for a prompt of len tokens: products m*k*n, other operations their outputs. */
double unit_cost(const struct unit *u, double rows, int64_t len);
#endif
