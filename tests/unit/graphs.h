/* Small graphs and patterns for the unit tests of graph, paths and tree: written in C, without the language. */
#ifndef PP_TESTS_GRAPHS_H
#define PP_TESTS_GRAPHS_H
#include <string.h>

#include "graph/build.h"
#include "paths/pattern.h"

static const struct span nowhere = { 0, 0 };
static struct arena kept;                    /* of the tests' own patterns and constants */

static inline struct shape shape_of(int n, int64_t d0, int64_t d1)
{
	return (struct shape){ n, { d0, d1 } };
}

static inline struct node *op1(struct builder *b, enum op op, struct node *x)
{
	return build_op(b, op, &x, 1, NULL, nowhere);
}

static inline struct node *op2(struct builder *b, enum op op, struct node *x, struct node *y)
{
	return build_op(b, op, (struct node *[]){ x, y }, 2, NULL, nowhere);
}

/* A stored tensor of these axes (all zero; only its shape and address matter here). */
static inline struct node *stored(struct builder *b, int n, int64_t d0, int64_t d1)
{
	struct tensor t = tensor_new(&kept, DT_F32, n, (int64_t[]){ d0, d1 });
	return build_param(b, &t, nowhere);
}

/* "a0.h1" as segments. */
static inline int segments(const char *name, struct segment *out)
{
	int n = 0;
	for (const char *p = name, *end; *p; p = *end ? end + 1 : end) {
		end = strchr(p, '.') ? strchr(p, '.') : p + strlen(p);
		out[n++] = segment_of(arena_strndup(&kept, p, (size_t)(end - p)));
	}
	return n;
}

static inline struct node *component(struct builder *b, const char *name, struct node *v)
{
	struct segment s[MAX_SEGMENTS];
	int n = segments(name, s);
	return build_component(b, s, n, v, nowhere);
}

static inline bool begin(struct builder *b, const char *name)
{
	struct segment s[MAX_SEGMENTS];
	int n = segments(name, s);
	return build_begin(b, s, n, nowhere);
}

static inline struct node *port(struct builder *b, const char *name, struct node *v)
{
	return build_port(b, intern(name), v, nowhere);
}

/* A head (rows, d) -> (rows, d): ports q, k, v, each its own product with the stream. */
static inline struct node *head(struct builder *b, const char *name, struct node *x, int64_t d)
{
	begin(b, name);
	struct node *q = port(b, "q", op2(b, OP_MATMUL, x, stored(b, 2, d, 2)));
	struct node *k = port(b, "k", op2(b, OP_MATMUL, x, stored(b, 2, d, 2)));
	struct node *v = port(b, "v", op2(b, OP_MATMUL, x, stored(b, 2, d, 2)));
	struct node *scores = op1(b, OP_CAUSAL, op2(b, OP_MATMUL, q, op1(b, OP_TRANSPOSE, k)));
	struct node *mixed = op2(b, OP_MATMUL, op1(b, OP_SOFTMAX, scores), v);
	return build_end(b, op2(b, OP_MATMUL, mixed, stored(b, 2, 2, d)), nowhere);
}

/* embed, and for each layer some heads a{l}.h{h} and an MLP m{l} on a residual stream; then logits. */
static inline struct graph *transformer(int layers, int heads, struct diags *d)
{
	struct builder *b = build_new("t", d);
	struct node *tokens = build_input(b, "tokens", true, shape_of(1, DIM_SEQ, 0), nowhere);
	struct node *x = component(b, "embed", op2(b, OP_GATHER, stored(b, 2, 9, 4), tokens));
	for (int l = 0; l < layers; l++) {
		struct node *sum[65] = { x };
		for (int h = 0; h < heads; h++)
			sum[h + 1] = head(b, arena_printf(&kept, "a%d.h%d", l, h), x, 4);
		x = build_op(b, OP_TOTAL, sum, (uint32_t)heads + 1, NULL, nowhere);
		x = op2(b, OP_ADD, x, component(b, arena_printf(&kept, "m%d", l), op1(b, OP_GELU, x)));
	}
	build_output(b, "logits", op2(b, OP_MATMUL, op1(b, OP_TANH, x), stored(b, 2, 4, 9)), nowhere);
	return build_finish(b, true, nowhere);
}

/* ---- patterns */

/* One visit: "a0.h1", "h*" for any index, ports after ':' ("a0.h1:q,k"), a position after '@' ("m0@S", "m0@-1"); "*" any. */
static inline struct pattern *step(const char *text)
{
	char *copy = arena_strndup(&kept, text, strlen(text)), *at = strchr(copy, '@');
	struct pattern *p = pattern_new(&kept, *copy == '*' ? PAT_ANY : PAT_STEP, nowhere, 0);
	if (at) {
		*at++ = '\0';
		bool row = (*at >= '0' && *at <= '9') || *at == '-';
		p->position = arena_array(&kept, 1, sizeof *p->position);
		p->position[p->n_positions++] = (struct position){ row ? NULL : intern(at), row ? atoi(at) : 0, nowhere };
	}
	char *ports = strchr(copy, ':');
	p->port = arena_array(&kept, 8, sizeof *p->port);
	if (ports)
		*ports++ = '\0';
	for (char *w = ports ? strtok(ports, ",") : NULL; w; w = strtok(NULL, ","))
		p->port[p->n_ports++] = intern(w);
	p->segment = arena_array(&kept, MAX_SEGMENTS, sizeof *p->segment);
	for (char *w = p->kind == PAT_STEP ? strtok(copy, ".") : NULL; w; w = strtok(NULL, ".")) {
		bool any = w[strlen(w) - 1] == '*';
		if (any)
			w[strlen(w) - 1] = '\0';
		struct segment s = segment_of(w);
		struct step_segment *x = &p->segment[p->n_segments++];
		*x = (struct step_segment){ .name = s.name, .index = { .given = any || s.index >= 0, .any = any } };
		if (s.index >= 0) {
			x->index.part = arena_array(&kept, 1, sizeof *x->index.part);
			x->index.part[x->index.n++] = (struct index_part){ s.index, s.index + 1, true };
		}
	}
	return p;
}

static inline struct pattern *pat(enum pat_kind kind, struct pattern *a, struct pattern *b)
{
	struct pattern *p = pattern_new(&kept, kind, nowhere, b ? 2 : a ? 1 : 0);
	if (a)
		p->kid[0] = a;
	if (b)
		p->kid[1] = b;
	return p;
}

static inline struct pattern *all_of(enum pat_kind kind, size_t n, const char *const *steps)
{
	struct pattern *p = pattern_new(&kept, kind, nowhere, n);
	for (size_t i = 0; i < n; i++)
		p->kid[i] = step(steps[i]);
	return p;
}
#define ALL_OF(kind, ...) all_of(kind, sizeof (const char *[]){ __VA_ARGS__ } / sizeof(char *), (const char *[]){ __VA_ARGS__ })
#endif
