/* Deriving a graph from another.  See derive.h.
 *
 * Nodes are copied in their order.  Behind one that something is derived from come the nodes that this takes, and what reads it
 * reads their result instead: a column of a value is taken out and put back as a component, a subspace is split off and added. */
#include "graph/derive.h"

#include <stdlib.h>
#include <string.h>

#include "graph/rewrite.h"

struct deriver {
	struct rewrite w;
	const struct derivation *d;
	size_t n;
	bool *derives;                   /* by id in the graph it comes from: something is derived from it */
};

int derivation_order(const struct derivation *a, const struct derivation *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	return (a->column > b->column) - (a->column < b->column);
}

/* ---- columns of an inner value */

static struct node *columns(struct rewrite *w, struct node *x, int64_t from, int64_t to)
{
	const double attr[MAX_ATTR] = { x->shape.n - 1, (double)from, (double)to, 0 };
	return rewrite_op(w, OP_SLICE, &x, 1, attr);
}

static struct node *take_columns(struct rewrite *w, struct node *x, const struct inner *in, const struct derivation *d, size_t n)
{
	VEC(struct node *) part = { 0 };
	int64_t at = 0, width = x->shape.dim[x->shape.n - 1];
	for (size_t i = 0; i < n; i++) {
		struct segment s[MAX_SEGMENTS];
		if (d[i].column > at)
			vec_push(&part, columns(w, x, at, d[i].column));
		memcpy(s, in->segment, (size_t)in->n_segments * sizeof *s);
		s[in->n_segments - 1].index = d[i].column;
		vec_push(&part, columns(w, x, d[i].column, d[i].column + 1));
		rewrite_name(w, vec_last(&part), s, in->n_segments, true);
		at = d[i].column + 1;
	}
	if (at < width)
		vec_push(&part, columns(w, x, at, width));
	struct node *all = part.n > 1 ? rewrite_op(w, OP_CONCAT, part.at, (uint32_t)part.n, NULL) : rewrite_op(w, OP_IDENTITY, part.at, 1, NULL);
	vec_free(&part);
	return all;
}

/* ---- subspaces */

static struct node *split(struct rewrite *w, struct node *x, const struct derivation *d)
{
	const struct component *c = &w->g->component.at[d->of];
	struct segment s[MAX_SEGMENTS];
	int n = c->n_segments;
	memcpy(s, c->segment, (size_t)n * sizeof *s);
	struct node *basis = rewrite_param(w, *d->basis), *back = rewrite_param(w, tensor_transpose(d->basis, 0, 1));
	struct node *along = rewrite_op(w, OP_MATMUL, (struct node *[]){ x, basis }, 2, NULL);
	struct node *part = rewrite_op(w, OP_MATMUL, (struct node *[]){ along, back }, 2, NULL);
	s[n] = segment_of(d->part);
	rewrite_name(w, part, s, n + 1, false);
	struct node *rest = rewrite_op(w, OP_SUB, (struct node *[]){ x, rewrite_op(w, OP_MATMUL, (struct node *[]){ along, back }, 2, NULL) }, 2, NULL);
	if (d->rest) {
		s[n] = segment_of(d->rest);
		rewrite_name(w, rest, s, n + 1, false);
	}
	return rewrite_op(w, OP_ADD, (struct node *[]){ part, rest }, 2, NULL);
}

/* ---- all of it */

static const struct node *node_of(const struct graph *g, const struct derivation *d)
{
	return d->kind == DERIVE_SPLIT ? g->component.at[d->of].node : g->inner.at[d->of].node;
}

static void derive_at(struct deriver *v, uint32_t id)
{
	struct rewrite *w = &v->w;
	for (size_t i = 0, same; i < v->n; i += same) {
		const struct derivation *d = &v->d[i];
		const struct inner *in = d->kind == DERIVE_SPLIT ? NULL : &w->from->inner.at[d->of];
		same = 1;
		if (node_of(w->from, d)->id != id)
			continue;
		while (d->kind == DERIVE_COLUMN && i + same < v->n && v->d[i + same].kind == DERIVE_COLUMN && v->d[i + same].of == d->of)
			same++;
		if (d->kind == DERIVE_INNER)
			rewrite_name(w, w->copy[id], in->segment, in->n_segments, true);
		else if (d->kind == DERIVE_COLUMN)
			w->made[id] = take_columns(w, w->made[id], in, d, same);
		else
			w->made[id] = split(w, w->made[id], d);
	}
}

static void copy_nodes(struct deriver *v)
{
	struct rewrite *w = &v->w;
	for (size_t i = 0; i < w->from->node.n; i++) {
		const struct node *x = w->from->node.at[i];
		struct node n = *x, **in = mem_array(x->n_in + 1, sizeof(struct node *));
		for (uint32_t k = 0; k < x->n_in; k++)
			in[k] = w->made[x->in[k]->id];
		n.in = in;
		w->made[i] = w->copy[i] = rewrite_add(w, &n);
		free(in);
		if (v->derives[i])
			derive_at(v, (uint32_t)i);
	}
}

struct graph *graph_derive(const struct graph *g, const struct derivation *d, size_t n, struct span at, struct diags *diags)
{
	struct deriver v = { .d = d, .n = n, .derives = mem_array(g->node.n + 1, sizeof *v.derives) };
	rewrite_begin(&v.w, g, at, diags);
	v.w.g->origin = graph_origin(g);
	for (size_t i = 0; i < n; i++)
		v.derives[node_of(g, &d[i])->id] = true;
	copy_nodes(&v);
	rewrite_point_names(&v.w);
	free(v.derives);
	return rewrite_end(&v.w);
}
