/* Building a model graph, operation by operation.
 *
 * The interpreter calls these while it runs a model block.  Every function that can fail reports to the diags given at
 * the start, at the span given, and returns NULL; NULL inputs give NULL without a second message.
 *
 *     struct builder *b = build_new("tiny", diags);
 *     struct node *x = build_input(b, "x", false, shape, span);
 *     struct node *y = build_op(b, OP_ADD, (struct node *[]){ x, x }, 2, NULL, span);
 *     build_output(b, "y", y, span);
 *     struct graph *g = build_finish(b, true, span);                NULL when anything was reported
 */
#ifndef PP_GRAPH_BUILD_H
#define PP_GRAPH_BUILD_H
#include "graph/graph.h"

struct builder;
struct builder *build_new(const char *model_name, struct diags *d);

/* ids: token ids, shape (seq).  A real input is a component of its own, an ids input is not. */
struct node *build_input(struct builder *b, const char *name, bool ids, struct shape shape, struct span at);
/* A stored tensor or a number (n 0); its bytes must outlive the graph.  A constant: on no path. */
struct node *build_param(struct builder *b, const struct tensor *t, struct span at);
struct node *build_number(struct builder *b, double x, struct span at);
/* attr: MAX_ATTR numbers or NULL. */
struct node *build_op(struct builder *b, enum op op, struct node *const *in, uint32_t n, const double *attr, struct span at);

/* The value v under a name of its own: a component with one letter.  Returns the labelled node, to be used in v's place. */
struct node *build_component(struct builder *b, const struct segment *s, int n, struct node *v, struct span at);
/* A component with a block: begin, ports and operations, end with what it yields.  v NULL at end: the block failed.
 * A port inside a block is a named node.  Without any port the component is one letter. */
bool build_begin(struct builder *b, const struct segment *s, int n, struct span at);
struct node *build_port(struct builder *b, const char *name, struct node *v, struct span at);
struct node *build_end(struct builder *b, struct node *yields, struct span at);
/* The value v as a node that paths visit only where a hypothesis names it; inside an open block s follows the component's name.
 * Returns the node to be used in v's place. */
struct node *build_inner(struct builder *b, const struct segment *s, int n, struct node *v, struct span at);
struct node *build_lookup_inner(const struct builder *b, const struct segment *s, int n);
bool build_inside(const struct builder *b);          /* a component block is open */
/* The model's output: a component with one letter. */
struct node *build_output(struct builder *b, const char *name, struct node *v, struct span at);

/* What was named so far, for expressions that refer to it: the value of a component, or NULL (nothing is reported). */
struct node *build_lookup(const struct builder *b, const struct segment *s, int n);
/* All components whose first n - 1 segments are s and whose last has name `last` and any index: a[l].h[*], by index. */
size_t build_lookup_all(const struct builder *b, const struct segment *s, int n, struct node **out, size_t cap);
/* A port of a component built so far. */
struct node *build_lookup_port(const struct builder *b, const struct segment *s, int n, const char *port);
/* The components' names so far, for "did you mean". */
const struct graph *build_graph(const struct builder *b);

/* Checks (an output, it depends on an input, no two ports on one walk) and works out letters and edges.  The builder is
 * gone afterwards.  whole false: the block failed, and that was reported: nothing more is said. */
struct graph *build_finish(struct builder *b, bool whole, struct span at);
#endif
