/* From nodes to units: what is computed in one go, classes, levels.  See unit.h. */
#include "tree/unit.h"

#include <string.h>

static bool unnamed(const struct node *n)
{
	return n->letter == NO_LETTER && n->yields == NO_COMPONENT;
}

/* ---- shapes of attention */

/* A number that is known when the model is built. */
static bool is_number(const struct node *n, double *x)
{
	if (n->op != OP_PARAM || n->param.n != 0)
		return false;
	*x = tensor_get_flat(&n->param, 0);
	return true;
}

/* n = x op number; *x is the other operand. */
static bool by_number(const struct node *n, enum op op, const struct node **x, double *number)
{
	if (n->op != op || !unnamed(n))
		return false;
	*x = n->in[0];
	if (is_number(n->in[1], number))
		return true;
	*x = n->in[1];
	return op == OP_MUL && is_number(n->in[0], number);
}

static const struct node *read_scale(const struct node *n, double *scale)
{
	const struct node *x;
	double by;
	*scale = 1;
	if (by_number(n, OP_DIV, &x, &by))
		*scale = 1 / by;
	else if (by_number(n, OP_MUL, &x, &by))
		*scale = by;
	else
		return n;
	return x;
}

/* cap * tanh(x / cap) */
static const struct node *read_cap(const struct node *n, double *cap)
{
	const struct node *t, *x;
	double outer, inner;
	*cap = 0;
	if (!by_number(n, OP_MUL, &t, &outer) || t->op != OP_TANH || !unnamed(t) || !by_number(t->in[0], OP_DIV, &x, &inner) || inner != outer)
		return n;
	*cap = outer;
	return x;
}

static bool is_matrix_of_rows(const struct node *n)
{
	return n->varies && n->shape.n == 2 && n->shape.dim[0] == DIM_SEQ && n->shape.dim[1] != DIM_SEQ;
}

/* Is n all of attention, down to q, k and v? */
static bool read_attention(struct units *u, const struct node *n, struct unit *out)
{
	if (n->op != OP_MATMUL || !is_matrix_of_rows(n) || !is_matrix_of_rows(n->in[1]))
		return false;
	const struct node *s = n->in[0];
	if (s->op != OP_SOFTMAX || !unnamed(s) || s->shape.n != 2)
		return false;
	s = s->in[0];
	if (s->op == OP_CAUSAL && unnamed(s)) {
		out->mask = true;
		out->window = (int64_t)s->attr[0];
		s = s->in[0];
	}
	s = read_scale(read_cap(s, &out->cap), &out->scale);
	if (s->op != OP_MATMUL || !unnamed(s) || s->in[1]->op != OP_TRANSPOSE || !unnamed(s->in[1]))
		return false;
	const struct node *q = s->in[0], *k = s->in[1]->in[0];
	if (!is_matrix_of_rows(q) || !is_matrix_of_rows(k))
		return false;
	out->kind = UNIT_ATTENTION;
	out->n_in = 3;
	out->in = arena_array(&u->arena, 3, sizeof *out->in);
	out->in[0] = q;
	out->in[1] = k;
	out->in[2] = n->in[1];
	return true;
}

/* ---- products with a weight */

static bool is_product(const struct node *n)
{
	return n->op == OP_MATMUL && is_matrix_of_rows(n) && is_matrix_of_rows(n->in[0]) && !n->in[1]->varies && n->in[1]->shape.n == 2
	    && n->in[1]->shape.dim[0] != DIM_SEQ;
}

static bool read_linear(struct units *u, const struct node *n, struct unit *out)
{
	const struct node *product = n;
	if (n->op == OP_ADD && is_matrix_of_rows(n)) {
		product = n->in[0];
		out->bias = n->in[1];
		if (out->bias->varies || out->bias->shape.n != 1 || out->bias->shape.dim[0] != n->shape.dim[1] || !unnamed(product))
			return false;
	}
	if (!is_product(product)) {
		out->bias = NULL;
		return false;
	}
	out->kind = UNIT_LINEAR;
	out->weight = product->in[1];
	out->n_in = 1;
	out->in = arena_array(&u->arena, 1, sizeof *out->in);
	out->in[0] = product->in[0];
	return true;
}

/* ---- everything else */

/* Do the inputs' axes line up with rows (or pairs) below each other as the kernel reads them?  Else it is called for each pair. */
static bool lines_up(const struct node *n)
{
	uint32_t fixed = 0;
	for (uint32_t i = 0; i < n->n_in; i++)
		fixed += !n->in[i]->varies;
	if (n->n_in < 2 || op_broadcasts(n->op) || n->op == OP_GATHER)
		return true;
	if (n->op != OP_MATMUL)
		return n->op == OP_CONCAT ? fixed == 0 : fixed == n->n_in - 1 && n->in[0]->varies;
	bool weight = !n->in[1]->varies && n->in[1]->shape.n == 2;
	return weight || (fixed == 0 && n->in[0]->shape.n == n->in[1]->shape.n);
}

/* Does row t of n depend on row t of its inputs only? */
static bool row_by_row(const struct node *n)
{
	if (!shape_has_rows(&n->shape) || !lines_up(n))
		return false;
	for (uint32_t i = 0; i < n->n_in; i++)
		if (n->in[i]->varies && !shape_has_rows(&n->in[i]->shape))
			return false;
	switch (n->op) {
	case OP_GATHER:
		return !n->in[0]->varies && n->shape.n == 2;
	case OP_MATMUL:
		return !n->in[1]->varies && n->in[1]->shape.n <= 2 && n->in[0]->shape.n >= 2 && n->in[1]->shape.dim[0] != DIM_SEQ;
	case OP_SOFTMAX: case OP_LOG_SOFTMAX: case OP_LAYER_NORM: case OP_RMS_NORM: case OP_CONCAT:
	case OP_CENTRE: case OP_NORM_SCALE:
	case OP_SUM_LAST: case OP_MEAN_LAST: case OP_MAX_LAST: case OP_MIN_LAST:
		return n->in[0]->shape.n >= 2;
	case OP_ROTARY:
		return n->shape.n == 2;
	case OP_TRANSPOSE:
		return n->shape.n >= 3;
	case OP_SLICE:
		return n->attr[0] > 0;
	case OP_CAUSAL:
		return false;
	default:
		break;
	}
	for (uint32_t i = 0; i < n->n_in; i++)       /* elementwise: rows line up when no axis is missing */
		if (n->in[i]->varies && n->in[i]->shape.n != n->shape.n)
			return false;
	return op_broadcasts(n->op) || op_info[n->op].arity == 1;
}

static bool no_rows(const struct node *n)
{
	for (uint32_t i = 0; i < n->n_in; i++)
		if (n->in[i]->varies && (shape_has_rows(&n->in[i]->shape) || n->in[i]->ids))
			return false;
	return !shape_has_rows(&n->shape) && lines_up(n);
}

static void read_plain(struct units *u, const struct node *n, struct unit *out)
{
	out->in = arena_array(&u->arena, n->n_in, sizeof *out->in);
	for (uint32_t i = 0; i < n->n_in; i++)
		if (n->in[i]->varies)
			out->in[out->n_in++] = n->in[i];
	if (!n->varies)
		out->kind = UNIT_CONSTANT;
	else if (n->op == OP_INPUT)
		out->kind = UNIT_INPUT;
	else if (n->op == OP_IDENTITY)
		out->kind = UNIT_ALIAS;
	else if (row_by_row(n))
		out->kind = UNIT_ROWS;
	else
		out->kind = no_rows(n) ? UNIT_PAIR : UNIT_WHOLE;
}

/* ---- classes and levels */

struct classes { struct units *u; struct map index; uint32_t *chain; };

/* b is the node of x, whose unit is not in the table yet. */
static bool same(const struct units *u, const struct node *a, const struct unit *x)
{
	const struct node *b = x->node;
	const struct unit *y = &u->at[a->id];
	if (y->kind != x->kind || y->n_in != x->n_in || a->op != b->op || a->n_in != b->n_in || memcmp(a->attr, b->attr, sizeof a->attr) != 0 || !shape_equal(&a->shape, &b->shape))
		return false;
	for (uint32_t i = 0; i < a->n_in; i++)
		if (u->at[a->in[i]->id].cls != u->at[b->in[i]->id].cls)
			return false;
	for (uint32_t i = 0; i < x->n_in; i++)               /* taken together in the same way */
		if (u->at[x->in[i]->id].cls != u->at[y->in[i]->id].cls)
			return false;
	return a->op != OP_PARAM || tensor_same(&a->param, &b->param);
}

/* Equal operations on inputs of equal classes: one class, named after its first node. */
static uint32_t class_of(struct classes *c, const struct unit *x)
{
	const struct node *n = x->node;
	uint64_t h = hash_bytes(n->attr, sizeof n->attr, (uint64_t)n->op * 131), first = UINT32_MAX;
	for (uint32_t i = 0; i < n->n_in; i++)
		h = hash_u64(h ^ c->u->at[n->in[i]->id].cls);
	if (n->op == OP_PARAM)
		h ^= hash_u64((uint64_t)(uintptr_t)n->param.at + (uint64_t)n->param.n);
	if (map_get(&c->index, h, &first))
		for (uint32_t i = (uint32_t)first; i != UINT32_MAX; i = c->chain[i])
			if (same(c->u, c->u->graph->node.at[i], x))
				return i;
	c->chain[n->id] = (uint32_t)first;
	map_put(&c->index, h, n->id);
	return n->id;
}

static bool is_causal(const struct units *u, const struct unit *x)
{
	if (x->kind == UNIT_INPUT)
		return shape_has_rows(&x->node->shape);
	if (x->kind == UNIT_WHOLE || x->kind == UNIT_PAIR || (x->kind == UNIT_ATTENTION && !x->mask))
		return false;
	for (uint32_t i = 0; i < x->n_in; i++)
		if (!u->at[x->in[i]->id].causal)
			return false;
	return true;
}

/* A copy with one changed input reads the base run's value of the others; letters may be chosen row by row. */
static void mark_kept(struct units *u)
{
	for (size_t i = 0; i < u->graph->node.n; i++) {
		const struct unit *x = &u->at[i];
		for (uint32_t k = 0; x->n_in > 1 && k < x->n_in; k++)
			u->at[u->at[x->in[k]->id].cls].kept = true;
		if (!unnamed(x->node))
			u->at[x->cls].kept = true;
	}
}

/* The last bits of single precision are the fourth digit of a small difference of logits.  Above this many weights time
 * matters more. */
enum { PRECISE_WEIGHTS = 4 << 20 };

static void choose_precision(struct units *u)
{
	int64_t weights = 0;
	for (size_t i = 0; i < u->graph->node.n; i++) {
		const struct unit *x = &u->at[i];
		if (x->kind == UNIT_LINEAR && x->cls == i && weights <= PRECISE_WEIGHTS)
			weights += x->weight->shape.dim[0] * x->weight->shape.dim[1];
	}
	u->type = weights <= PRECISE_WEIGHTS ? DT_F64 : DT_F32;
}

void units_make(struct units *u, const struct graph *g)
{
	u->graph = g;
	u->at = arena_array(&u->arena, g->node.n, sizeof *u->at);
	struct classes c = { u, { 0 }, mem_array(g->node.n, sizeof *c.chain) };
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		struct unit x = { .node = n };
		if (!read_attention(u, n, &x)) {
			x = (struct unit){ .node = n };
			if (!read_linear(u, n, &x)) {
				x = (struct unit){ .node = n };
				read_plain(u, n, &x);
			}
		}
		x.cls = n->op == OP_IDENTITY ? u->at[n->in[0]->id].cls : class_of(&c, &x);
		for (uint32_t k = 0; k < x.n_in; k++) {
			uint32_t under = u->at[x.in[k]->id].level;
			x.level = x.level > under ? x.level : under;
		}
		x.level += x.kind != UNIT_ALIAS && x.kind != UNIT_CONSTANT && x.kind != UNIT_INPUT;
		u->n_levels = u->n_levels > x.level + 1 ? u->n_levels : x.level + 1;
		x.causal = is_causal(u, &x);
		u->at[i] = x;
	}
	mark_kept(u);
	choose_precision(u);
	map_free(&c.index);
	free(c.chain);
}

void units_free(struct units *u)
{
	arena_free(&u->arena);
	*u = (struct units){ 0 };
}

double unit_cost(const struct unit *u, double rows, int64_t len)
{
	const struct node *n = u->node;
	struct shape row = n->shape;
	if (u->kind == UNIT_CONSTANT || u->kind == UNIT_INPUT || u->kind == UNIT_ALIAS)
		return 0;
	if (unit_has_rows(u))
		row.dim[0] = 1;
	double out = rows * (double)shape_count(&row, len);
	if (u->kind == UNIT_LINEAR)
		return out * (double)shape_count(&u->weight->shape, len) / (double)(n->shape.dim[1] ? n->shape.dim[1] : 1);
	if (u->kind == UNIT_ATTENTION)               /* scores and mixing, over all rows, as a mask leaves half of them */
		return rows * (double)len * (double)(u->in[0]->shape.dim[1] + n->shape.dim[1]);
	if (n->op == OP_MATMUL) {
		const struct shape *a = &n->in[0]->shape;
		int64_t k = a->dim[a->n - 1];
		return out * (double)(k == DIM_SEQ ? len : k);
	}
	return op_info[n->op].flags & OPF_VIEW ? 0 : out;
}
