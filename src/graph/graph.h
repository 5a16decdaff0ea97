/* A model as a graph.
 *
 * Owns nodes (immutable, interned: equal operation, attributes, inputs and label give the same node), the components that
 * paths are spelled with, and their letters.  A letter is one visit: a component without ports is one letter; a component
 * with ports has one letter for each port, and one for walks through it that pass no port.  Who builds it: build.h. */
#ifndef PP_GRAPH_GRAPH_H
#define PP_GRAPH_GRAPH_H
#include "base/diag.h"
#include "base/map.h"
#include "base/vec.h"
#include "graph/op.h"

enum { NO_LETTER = -1, NO_COMPONENT = -1, MAX_ATTR = 4 };

/* What an input can be given: the first two columns of a dataset; others follow. */
enum { COLUMN_CF, COLUMN_REF };

struct node {
	enum op op;
	uint32_t id;                             /* position in graph->node; inputs have smaller ids */
	uint32_t n_in;
	struct node *const *in;
	double attr[MAX_ATTR];                   /* OP_INPUT: its number; OP_SLICE: axis, from, to, 1 when the axis is dropped */
	struct tensor param;                     /* OP_PARAM */
	struct shape shape;
	struct span span;                        /* the expression that made it */
	int letter;                              /* the letter that is read here, or NO_LETTER */
	int yields;                              /* the component with ports whose value this is, or NO_COMPONENT */
	bool varies;                             /* an input lies below it */
	bool ids;                                /* an OP_INPUT of token ids */
	uint32_t inner;                          /* 1 + which of graph->inner it is; 0: none */
};

/* A component's name: segments such as a[9] h[9]; index -1: none.  Trailing digits of a name are its index. */
struct segment { const char *name; int64_t index; };
enum { MAX_SEGMENTS = 4 };

struct component {
	const char    *name;                     /* "a9.h9" */
	int            n_segments;
	struct segment segment[MAX_SEGMENTS];
	struct node   *node;                     /* its value (what it yields) */
	bool           inner;                    /* an inner node that some hypothesis names: paths may be spelled without it */
	int            first_letter, n_letters;  /* with ports: the port letters, then the one without port */
	struct span    span;
};

struct letter {
	int          component;
	const char  *port;                       /* NULL: the component itself, or a walk through it that passes no port */
	struct node *node;                       /* where it is read; for the no-port letter the component's value */
};

/* A node that varies and its inputs that do, flat, for passes that visit them all for every hypothesis.  leaves: the letter
 * that is read first when the walk goes to this input, or NO_LETTER; passes: it may also go there without reading one. */
struct walk_input { uint32_t id; int leaves; bool passes; };
struct walk_node { uint32_t id; int letter; bool begins; uint32_t first, n; };       /* begins: an OP_INPUT, where paths begin */
/* A node that is no component of the model, but of what a hypothesis makes of it whose rules name it (derive.h). */
struct inner {
	const char *name;                        /* "a9.h9.pattern" */
	int n_segments;
	struct segment segment[MAX_SEGMENTS];    /* the last has no index: with one it is a column of the node */
	struct node *node;                       /* id UINT32_MAX: on no path */
};

struct graph_input { const char *name; struct node *node; bool ids; struct shape shape; };

struct graph {
	const char *name;                        /* the model's */
	const struct graph *origin;              /* what it was derived from for a hypothesis (derive.h); NULL: a model's own */
	VEC(struct node *) node;                 /* topological order */
	VEC(struct component) component;
	VEC(struct letter) letter;
	VEC(struct graph_input) input;
	VEC(struct inner) inner;
	struct node *output;
	const char *output_name;
	int64_t n_dag_edges;                     /* between letters, through unnamed nodes */
	uint32_t depth;                          /* nodes on the longest walk: passes that call themselves down a walk need deep_call */
	/* below[l]: what is read directly below letter l, each once, ascending: letters, then letter.n + i for "the path
	 * begins here, at input i".  Letters with the same below share the list.  below[letter.n] belongs to a virtual letter above the output. */
	struct letters_below { int *at; size_t n; } *below;
	int *inside_of;                          /* by node id: the component between whose value and ports it lies, or NO_COMPONENT */
	VEC(struct walk_node) walk;              /* in topological order */
	VEC(struct walk_input) walk_input;
	struct map by_name;                      /* segments_hash of a component's name -> the first with that hash */
	struct arena arena;
	struct graph *made_of;                   /* another whose bytes it uses, and which goes with it; or NULL */
};

static inline const struct graph *graph_origin(const struct graph *g) { return g->origin ? g->origin : g; }
/* Reads "a9", "h" etc. into a segment: trailing digits become the index (not "h07"). */
struct segment segment_of(const char *name);
uint64_t segments_hash(const struct segment *s, int n);
void segments_print(const struct segment *s, int n, struct buf *out);                     /* "a9.h9" */
bool segments_same(const struct segment *a, int n, const struct segment *b, int n_b);
/* The component with exactly these segments, or -1. */
int graph_find(const struct graph *g, const struct segment *s, int n);
/* Is the node a port of component c, or inside it?  c is one. */
static inline bool node_in_component(const struct graph *g, const struct node *n, int c)
{
	if (n->letter != NO_LETTER && g->letter.at[n->letter].port)
		return g->letter.at[n->letter].component == c;
	return g->inside_of[n->id] == c;             /* of nodes with a letter: inner ones only */
}
const char *letter_name(const struct graph *g, int letter, struct buf *b);   /* "a9.h9.q" appended to b */
/* The largest index of a part of components' names (0: the layer, 1: the head); -1: none has one. */
int64_t graph_largest_index(const struct graph *g, int segment);
/* Text of the whole graph, one node a line: id, operation, inputs, shape, label. */
void graph_print(const struct graph *g, struct buf *out);
/* Nodes that the output does not need go; ids become dense again, in the same order. */
void graph_prune(struct graph *g);
void graph_measure_depth(struct graph *g);                                   /* fills depth */
void graph_free(struct graph *g);
#endif
