/* What the files that execute a plan share.
 *
 * A value is a matrix: its stored rows (plan.h), each as wide as its shape without the rows; where it has no rows, one for
 * each pair.  Its numbers are of the type that the units say (tree/unit.h); places and distances count numbers.  Units of one
 * level are executed together, all instances stacked, so that weights are read once. */
#ifndef PP_EVAL_INTERNAL_H
#define PP_EVAL_INTERNAL_H
#include "eval/evaluate.h"
#include "eval/settings.h"
#include "eval/space.h"
#include "tensor/blas.h"
#include "tree/plan.h"

/* Some pairs of one length. */
struct batch {
	const struct dataset *data;
	const size_t *pair;              /* indices into the dataset */
	size_t n;
	int64_t length;
};

/* Constant nodes for prompts of one length, and how weights lie beside each other. */
struct constants {
	struct tensor *at;               /* by node id */
	/* Products that read the same value with slices of one weight form a family: one product serves several. */
	uint32_t *family;                /* by class: a number, for LINEAR units */
	int64_t *column;                 /* by class: where its slice begins in the family */
	struct arena arena;
};

#define NO_BUFFER UINT32_MAX
struct value  { size_t at; int64_t ld; uint32_t buffer; };       /* at: place in the space; ld: from row to row */
struct buffer { size_t at, n; uint32_t uses; };

struct run {
	const struct plan *plan;
	const struct tree *tree;
	struct row_sets *rows;
	const struct batch *batch;
	const struct constants *constants;
	const struct set_values *set;    /* may be NULL where nothing is set */
	struct space *space;
	bool given;                      /* base nodes were computed by another run */
	bool pretend;                    /* find out the memory and the work, compute nothing */
	struct value *value;             /* by tree id */
	VEC(struct buffer) buffer;
	bool *deferred;                  /* by tree id: not computed on its own, but added to the sum that reads it */
	double madds;
	size_t n_products;               /* matrix products with weights: fewer are larger, and faster */
	double *seconds_products;        /* time in BLIS is added here */
	size_t packing, packing_one;     /* most bytes that a product takes beside its operands, on these threads and on one */
	size_t scratch;                  /* most bytes that one task of attention takes */
	void (*level_done)(void *context, double share);             /* so much of the plan is done; may be NULL */
	void *context;
};

/* A stretch of rows in memory. */
struct stretch { size_t at; int64_t ld, rows; };

/* run.c */
static inline const struct tree_node *run_node(const struct run *r, tree_id id) { return &r->tree->node.at[id]; }
static inline const struct unit *run_unit(const struct run *r, tree_id id) { return tree_unit(r->tree, run_node(r, id)); }
static inline enum dtype run_type(const struct run *r) { return r->tree->units.type; }
static inline void *place(const struct run *r, size_t at) { return r->space->memory + at * r->space->number; }
/* A row of a value: the one stored as number `row`. */
static inline void *row_place(const struct run *r, const struct value *v, int64_t row) { return place(r, v->at + (size_t)(row * v->ld)); }
int64_t run_width(const struct run *r, const struct unit *u);            /* numbers in a row of its values */
size_t run_rows(const struct run *r, tree_id id);                        /* rows that it stores */
/* A buffer for what n nodes (in this order, rows below each other) store; their values are set. */
size_t run_stack(struct run *r, const tree_id *id, size_t n, int64_t width);
uint32_t run_buffer(struct run *r, size_t numbers, uint32_t uses);
/* Rows of a value, as they lie in memory; false: they are not all there, or not next to each other. */
bool run_direct(const struct run *r, tree_id id, rows_id rows, struct stretch *out);
/* Where rows of a value lie, those of the reference run included that it lends. */
void run_places(const struct run *r, tree_id id, rows_id rows, size_t *place);
/* Copies them. */
void run_fetch(const struct run *r, tree_id id, rows_id rows, void *to, int64_t width);
/* The same, or, where they lie in memory in order, no copy: *temporary is then 0, else numbers to give back. */
struct stretch run_rows_of(struct run *r, tree_id id, rows_id rows, size_t *temporary);

/* constants.c */
struct constants *constants_new(const struct units *u, int64_t length);
void constants_free(struct constants *c);
/* What a view operation makes of x, which has `lead` axes that the node does not know. */
struct tensor view_of(const struct node *n, const struct tensor *x, int lead, int64_t length);

/* linear.c */
void run_linear(struct run *r, const tree_id *id, size_t n);             /* LINEAR units of a level */
/* Rows a of a value times the weight of u, n columns of it, into the place c of the space. */
struct product run_product(const struct run *r, struct stretch a, const struct unit *u, int64_t n, size_t c, int64_t ldc);
/* Counts a product that will be made. */
void run_account(struct run *r, const struct product *p);
/* sums.c */
void run_total(struct run *r, const tree_id *id, size_t n);              /* sums of one class */
void mark_deferred(struct run *r);
/* rowwise.c: units of one class */
void run_rowwise(struct run *r, const tree_id *id, size_t n);            /* ROWS, PAIR */
void run_whole(struct run *r, const tree_id *id, size_t n);
/* attend.c: ATTENTION units of a level */
void run_attention(struct run *r, const tree_id *id, size_t n);
#endif
