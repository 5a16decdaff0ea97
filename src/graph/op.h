/* The operations a model graph is made of: ops.def as a table, and the shape rules. */
#ifndef PP_GRAPH_OP_H
#define PP_GRAPH_OP_H
#include "base/str.h"
#include "tensor/kernels.h"

enum op {
#define OP(name, ...) OP_##name,
#include "graph/ops.def"
#undef OP
	OP_COUNT
};
enum { OPF_LEAF = 1, OPF_VIEW = 2 };

enum { DIM_SEQ = -1 };                       /* the number of tokens of the prompt, known when a pair is */

/* A shape whose dimensions may be DIM_SEQ.  Rows: the first axis when it is DIM_SEQ. */
struct shape { int n; int64_t dim[MAX_DIMS]; };

struct node;
/* Fills out from the inputs and attributes; false: buf says why not ("(seq, 64) and (32, 8): 64 is not 32"). */
typedef bool shape_rule(const struct node *n, struct shape *out, struct buf *why);

struct op_info {
	const char *name, *doc;
	kernel     *run;
	int         arity;
	unsigned    flags;
	shape_rule *shape;
};
extern const struct op_info op_info[OP_COUNT];

/* The operands repeat to the result's shape, so they line up with it element by element. */
bool op_broadcasts(enum op op);
/* An element, or a row, of the result needs that of the one operand only, so it may be put where that was. */
bool op_in_place(enum op op);
const char *shape_text(const struct shape *s, char *buf, size_t cap);     /* "(seq, 768)" */
bool shape_equal(const struct shape *a, const struct shape *b);
/* Elements when seq is len. */
int64_t shape_count(const struct shape *s, int64_t len);
static inline bool shape_has_rows(const struct shape *s) { return s->n > 0 && s->dim[0] == DIM_SEQ; }
#endif
