/* The treeified graph T: the product of a model graph and the automata of its hypotheses, hash-consed.
 *
 * One T serves all hypotheses of an evaluation and both base runs.  A node of T is a unit (unit.h) with T nodes as inputs,
 * so copies of a unit that compute the same thing are one node, whoever asked for them.  Nodes of the base runs stay;
 * what hypotheses add to them can be dropped again, so that many hypotheses are lowered in waves. */
#ifndef PP_TREE_TREE_H
#define PP_TREE_TREE_H
#include "paths/automaton.h"
#include "tree/unit.h"

typedef uint32_t tree_id;
#define TREE_NONE UINT32_MAX

enum tree_kind {
	TREE_UNIT,       /* the unit of class cls on in[] */
	TREE_INPUT,      /* an input of the model: column `column` of the dataset */
	TREE_SET,        /* what a rule set: setting `column` of the tree, in place of the unit of class cls */
	TREE_SELECT,     /* row by row from in[]: rows of class c from in[choice[c]] */
};

struct tree_node {
	enum tree_kind kind;
	int      column;
	uint32_t cls;
	uint32_t n_in;
	tree_id *in;
	uint32_t *choice;                /* SELECT: n_classes numbers */
	tree_id  ref;                    /* the reference run's value of the same unit */
	bool     cut;                    /* something below was set: rows before a pair's first difference may differ, too */
};

struct tree {
	const struct graph *graph;
	struct units units;
	size_t n_classes;                /* classes of rows; 1 when no hypothesis names positions */
	VEC(struct tree_node) node;      /* inputs come before what reads them */
	VEC(const struct setting *) setting;     /* what rules set, each once */
	VEC(tree_id) watched;                    /* copies that a rule asked to be noted, each once; of the wave */
	size_t n_base;                   /* nodes of the base runs, which come first */
	size_t n_steps;                  /* (node, state) pairs lowered, for tests and --time */
	size_t limit;                    /* most nodes allowed; E_TOO_LARGE above */
	struct map index, wave_index;    /* hash -> last node with it: of the base runs, of the wave */
	VEC(tree_id) chain;              /* by id: the next node with the same hash */
	VEC(tree_id *) base;             /* by column: by graph node, its value in that column's run; TREE_NONE: not made yet */
	struct map memo;                 /* of one lowering: (graph node, state, entry) -> tree id; its room is used again */
	struct map kept;                 /* the same key -> whether some path below is kept; where an ablation asks */
	struct arena arena, wave_arena;
};

struct tree *tree_new(const struct graph *g, size_t n_classes);
/* The run in which every path gets this column.  Before anything is lowered. */
tree_id tree_base(struct tree *t, int column);
/* The value of a node in that run. */
tree_id tree_base_of(struct tree *t, const struct node *n, int column);
/* The patched run of a hypothesis, whose automaton was bound to the tree's classes; ablation: as in struct hypothesis.
 * TREE_NONE after a report. */
tree_id tree_lower(struct tree *t, struct automaton *a, const struct setting *ablation, struct span at, struct diags *d);
/* Forgets all nodes but those of the base runs. */
void tree_drop_wave(struct tree *t);
static inline const struct unit *tree_unit(const struct tree *t, const struct tree_node *n) { return &t->units.at[n->cls]; }
/* Multiply-adds of one node for a prompt of len tokens, all rows. */
double  tree_cost(const struct tree *t, tree_id id, int64_t len);
void tree_print(const struct tree *t, struct buf *out);
void tree_free(struct tree *t);
#endif
