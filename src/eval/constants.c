/* Constant nodes of a model, and the families of products.  See internal.h. */
#include <stdlib.h>
#include <string.h>

#include "eval/internal.h"

static struct tensor blank(struct arena *a, enum dtype type, const struct node *n, int64_t length)
{
	int64_t dim[MAX_DIMS];
	for (int i = 0; i < n->shape.n; i++)
		dim[i] = n->shape.dim[i] == DIM_SEQ ? length : n->shape.dim[i];
	return tensor_new(a, type, n->shape.n, dim);
}

struct tensor view_of(const struct node *n, const struct tensor *x, int lead, int64_t length)
{
	if (n->op == OP_TRANSPOSE)
		return tensor_transpose(x, x->n - 1, x->n - 2);
	if (n->op == OP_ROWS)
		return tensor_slice(x, 0, 0, length);
	if (n->op != OP_SLICE)
		return *x;
	int axis = (int)n->attr[0] + lead;
	int64_t from = (int64_t)n->attr[1], to = (int64_t)n->attr[2];
	if (from < 0) {
		from += x->dim[axis];
		to += x->dim[axis];
	}
	return n->attr[3] != 0 ? tensor_pick(x, axis, from) : tensor_slice(x, axis, from, to);
}

static void compute(struct constants *c, enum dtype type, const struct node *n, int64_t length)
{
	if (n->op == OP_PARAM) {
		c->at[n->id] = n->param;
		return;
	}
	if (op_info[n->op].flags & OPF_VIEW) {
		c->at[n->id] = view_of(n, &c->at[n->in[0]->id], 0, length);
		return;
	}
	struct tensor out = blank(&c->arena, type, n, length), *in = arena_array(&c->arena, n->n_in, sizeof *in);
	for (uint32_t i = 0; i < n->n_in; i++) {
		in[i] = c->at[n->in[i]->id];
		if (op_broadcasts(n->op)) {
			struct tensor x = in[i];
			pp_assert(tensor_broadcast(&x, out.n, out.dim, &in[i]));
		}
	}
	if (n->op == OP_MATMUL && in[0].n == 1) {            /* a vector is one row */
		in[0] = (struct tensor){ in[0].dtype, 2, { 1, in[0].dim[0] }, { in[0].dim[0] * in[0].stride[0], in[0].stride[0] }, in[0].at };
	}
	op_info[n->op].run(&out, in, (int)n->n_in, n->attr);
	c->at[n->id] = out;
}

/* ---- families */

struct member { uint32_t cls, x; bool bias; struct tensor w; };

static int by_place(const void *a, const void *b)
{
	const struct member *p = a, *q = b;
	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	if (p->bias != q->bias)                      /* a product whose bias another unit adds is a unit, too, though hardly ever computed */
		return p->bias - q->bias;
	if (p->w.at != q->w.at)
		return (uintptr_t)p->w.at < (uintptr_t)q->w.at ? -1 : 1;
	return (p->cls > q->cls) - (p->cls < q->cls);
}

static bool adjacent(const struct member *a, const struct member *b)
{
	const struct tensor *v = &a->w, *w = &b->w;
	return a->x == b->x && a->bias == b->bias && v->dtype == w->dtype && v->dim[0] == w->dim[0] && v->stride[0] == w->stride[0] && v->stride[1] == w->stride[1]
	    && (char *)v->at + (size_t)(v->dim[1] * v->stride[1]) * dtype_size[v->dtype] == w->at;
}

static void find_families(struct constants *c, const struct units *u)
{
	size_t n_nodes = u->graph->node.n;
	VEC(struct member) m = { 0 };
	for (size_t i = 0; i < n_nodes; i++) {
		const struct unit *x = &u->at[i];
		if (x->kind != UNIT_LINEAR || x->cls != i)
			continue;
		struct member one = { (uint32_t)i, u->at[x->in[0]->id].cls, x->bias != NULL, c->at[x->weight->id] };
		vec_push(&m, one);
	}
	if (m.n)
		qsort(m.at, m.n, sizeof *m.at, by_place);
	c->family = arena_array(&c->arena, n_nodes, sizeof *c->family);
	c->column = arena_array(&c->arena, n_nodes, sizeof *c->column);
	for (size_t i = 0; i < m.n; i++) {
		bool joins = i && adjacent(&m.at[i - 1], &m.at[i]);
		c->family[m.at[i].cls] = joins ? c->family[m.at[i - 1].cls] : (uint32_t)i;
		c->column[m.at[i].cls] = joins ? c->column[m.at[i - 1].cls] + m.at[i - 1].w.dim[1] : 0;
	}
	vec_free(&m);
}

struct constants *constants_new(const struct units *u, int64_t length)
{
	struct constants *c = mem_alloc(sizeof *c);
	c->at = mem_array(u->graph->node.n, sizeof *c->at);
	for (size_t i = 0; i < u->graph->node.n; i++)
		if (!u->graph->node.at[i]->varies)
			compute(c, u->type, u->graph->node.at[i], length);
	find_families(c, u);
	return c;
}

void constants_free(struct constants *c)
{
	if (!c)
		return;
	free(c->at);
	arena_free(&c->arena);
	free(c);
}
