/* The treeified graph T: the product of a model graph and the automata of its hypotheses, hash-consed.
 *
 * One T serves all hypotheses of an evaluation and both base runs.  A node of T is an operation with T nodes as inputs,
 * so copies of a model node that compute the same thing are one node, whoever asked for them. */
#ifndef PP_TREE_TREE_H
#define PP_TREE_TREE_H
#include "paths/automaton.h"

typedef uint32_t tree_id;
#define TREE_NONE UINT32_MAX

enum tree_kind {
	TREE_OP,         /* proto's operation on in[] */
	TREE_INPUT,      /* proto is an OP_INPUT: column `column` of the dataset */
	TREE_SELECT,     /* row by row from in[]: rows of class c from in[choice[c]] */
};

struct tree_node {
	enum tree_kind kind;
	uint8_t  varies;                 /* depends on an input */
	int      column;
	const struct node *proto;        /* operation, attributes, weight, shape; for SELECT the node whose rows are chosen */
	uint32_t n_in;
	tree_id *in;
	uint32_t *choice;                /* SELECT: n_classes numbers */
};

struct tree {
	const struct graph *graph;
	size_t n_classes;                /* classes of rows; 1 when no hypothesis names positions */
	VEC(struct tree_node) node;      /* inputs come before what reads them */
	size_t n_steps;                  /* (node, state) pairs lowered, for tests and --time */
	size_t limit;                    /* most nodes allowed; E_TOO_LARGE above */
	struct map index;
	VEC(tree_id) chain;              /* by id: the next node with the same hash */
	struct map base;                 /* (graph node, column) -> tree id */
	struct arena arena;
};

struct tree *tree_new(const struct graph *g, size_t n_classes);
/* The run in which every path gets this column. */
tree_id tree_base(struct tree *t, int column);
/* The patched run of a hypothesis, whose automaton was bound to the tree's classes.  TREE_NONE after a report. */
tree_id tree_lower(struct tree *t, struct automaton *a, struct span at, struct diags *d);
/* Multiply-adds of one node for a prompt of len tokens: products m*k*n, other operations their outputs. */
double  tree_cost(const struct tree *t, tree_id id, int64_t len);
void tree_print(const struct tree *t, struct buf *out);
void tree_free(struct tree *t);
#endif
