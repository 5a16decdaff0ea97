/* Deriving a graph from another.  See derive.h.
 *
 * Nodes are copied in their order.  Behind one that something is derived from come the nodes that this takes, and what reads it
 * reads their result instead: a column of a value is taken out and put back as a component, a subspace is split off and added. */
#include "graph/derive.h"

#include <stdlib.h>
#include <string.h>

#include "graph/letters.h"

struct deriver {
	const struct graph *from;
	struct graph *g;
	const struct derivation *d;
	size_t n;
	struct node **made;              /* by id in `from`: what stands for it where it is read */
	struct node **copy;              /* by id in `from`: its copy */
	struct span at;
	struct diags *diags;
	bool *derives;                   /* by id in `from`: something is derived from it */
	bool failed;
};

int derivation_order(const struct derivation *a, const struct derivation *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	return (a->column > b->column) - (a->column < b->column);
}

static struct node *add(struct deriver *w, const struct node *want)
{
	struct node *n = arena_copy(&w->g->arena, want, sizeof *want);
	n->in = arena_copy(&w->g->arena, want->in, want->n_in * sizeof *want->in);
	n->id = (uint32_t)w->g->node.n;
	vec_push(&w->g->node, n);
	return n;
}

static struct node *op(struct deriver *w, enum op o, struct node *const *in, uint32_t n_in, const double *attr)
{
	struct node n = { .op = o, .in = in, .n_in = n_in, .letter = NO_LETTER, .yields = NO_COMPONENT, .span = w->at };
	struct buf why = { 0 };
	if (attr)
		memcpy(n.attr, attr, sizeof n.attr);
	for (uint32_t i = 0; i < n_in; i++)
		n.varies |= in[i]->varies;
	pp_assert(op_info[o].shape(&n, &n.shape, &why));
	buf_free(&why);
	return add(w, &n);
}

static struct node *param(struct deriver *w, struct tensor t)
{
	struct node n = { .op = OP_PARAM, .letter = NO_LETTER, .yields = NO_COMPONENT, .span = w->at, .param = t };
	op_info[OP_PARAM].shape(&n, &n.shape, NULL);
	return add(w, &n);
}

/* A new component with one letter, read at n. */
static void name(struct deriver *w, struct node *n, const struct segment *s, int n_segments, bool inner)
{
	struct graph *g = w->g;
	struct component c = { .n_segments = n_segments, .node = n, .first_letter = (int)g->letter.n, .n_letters = 1, .inner = inner,
		.span = w->at };
	struct letter l = { .component = (int)g->component.n, .node = n };
	int have = graph_find(g, s, n_segments);
	struct buf t = { 0 };
	segments_print(s, n_segments, &t);
	if (have != NO_COMPONENT) {
		diag_at(w->diags, E_COMPONENT_TWICE, w->at, "there is a component %s already", buf_str(&t));
		w->failed = true;
	}
	memcpy(c.segment, s, (size_t)n_segments * sizeof *s);
	c.name = arena_strndup(&g->arena, buf_str(&t), t.n);
	buf_free(&t);
	map_put(&g->by_name, segments_hash(s, n_segments), g->component.n);
	n->letter = (int)g->letter.n;
	vec_push(&g->component, c);
	vec_push(&g->letter, l);
}

/* ---- columns of an inner value */

static struct node *columns(struct deriver *w, struct node *x, int64_t from, int64_t to)
{
	const double attr[MAX_ATTR] = { x->shape.n - 1, (double)from, (double)to, 0 };
	return op(w, OP_SLICE, &x, 1, attr);
}

static struct node *take_columns(struct deriver *w, struct node *x, const struct inner *in, const struct derivation *d, size_t n)
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
		name(w, vec_last(&part), s, in->n_segments, true);
		at = d[i].column + 1;
	}
	if (at < width)
		vec_push(&part, columns(w, x, at, width));
	struct node *all = part.n > 1 ? op(w, OP_CONCAT, part.at, (uint32_t)part.n, NULL) : op(w, OP_IDENTITY, part.at, 1, NULL);
	vec_free(&part);
	return all;
}

/* ---- subspaces */

static struct node *split(struct deriver *w, struct node *x, const struct derivation *d)
{
	const struct component *c = &w->g->component.at[d->of];
	struct segment s[MAX_SEGMENTS];
	int n = c->n_segments;
	memcpy(s, c->segment, (size_t)n * sizeof *s);
	struct node *basis = param(w, *d->basis), *back = param(w, tensor_transpose(d->basis, 0, 1));
	struct node *along = op(w, OP_MATMUL, (struct node *[]){ x, basis }, 2, NULL);
	struct node *part = op(w, OP_MATMUL, (struct node *[]){ along, back }, 2, NULL);
	s[n] = segment_of(d->part);
	name(w, part, s, n + 1, false);
	struct node *rest = op(w, OP_SUB, (struct node *[]){ x, op(w, OP_MATMUL, (struct node *[]){ along, back }, 2, NULL) }, 2, NULL);
	if (d->rest) {
		s[n] = segment_of(d->rest);
		name(w, rest, s, n + 1, false);
	}
	return op(w, OP_ADD, (struct node *[]){ part, rest }, 2, NULL);
}

/* ---- all of it */

static const struct node *node_of(const struct deriver *w, const struct derivation *d)
{
	return d->kind == DERIVE_SPLIT ? w->from->component.at[d->of].node : w->from->inner.at[d->of].node;
}

static void derive_at(struct deriver *w, uint32_t id)
{
	struct node *x = w->copy[id];
	for (size_t i = 0; i < w->n; i++) {
		const struct derivation *d = &w->d[i];
		const struct inner *in = d->kind == DERIVE_SPLIT ? NULL : &w->from->inner.at[d->of];
		size_t same = 1;
		if (node_of(w, d)->id != id)
			continue;
		while (d->kind == DERIVE_COLUMN && i + same < w->n && w->d[i + same].kind == DERIVE_COLUMN && w->d[i + same].of == d->of)
			same++;
		if (d->kind == DERIVE_INNER)
			name(w, x, in->segment, in->n_segments, true);
		else if (d->kind == DERIVE_COLUMN)
			w->made[id] = take_columns(w, w->made[id], in, d, same);
		else
			w->made[id] = split(w, w->made[id], d);
		i += same - 1;
	}
}

static void copy_nodes(struct deriver *w)
{
	for (size_t i = 0; i < w->from->node.n; i++) {
		const struct node *x = w->from->node.at[i];
		struct node n = *x, **in = mem_array(x->n_in + 1, sizeof(struct node *));
		for (uint32_t k = 0; k < x->n_in; k++)
			in[k] = w->made[x->in[k]->id];
		n.in = in;
		w->made[i] = w->copy[i] = add(w, &n);
		free(in);
		if (w->derives[i])
			derive_at(w, (uint32_t)i);
	}
}

static struct node *copy_of(const struct deriver *w, const struct node *n)
{
	return n->id != UINT32_MAX ? w->copy[n->id] : (struct node *)(uintptr_t)n;           /* on no path */
}

/* Everything but nodes; those are filled in when they are copied. */
static void copy_names(struct deriver *w)
{
	const struct graph *f = w->from;
	struct graph *g = w->g;
	for (size_t i = 0; i < f->component.n; i++) {
		vec_push(&g->component, f->component.at[i]);
		map_put(&g->by_name, segments_hash(f->component.at[i].segment, f->component.at[i].n_segments), i);
	}
	for (size_t i = 0; i < f->letter.n; i++)
		vec_push(&g->letter, f->letter.at[i]);
	for (size_t i = 0; i < f->input.n; i++)
		vec_push(&g->input, f->input.at[i]);
	for (size_t i = 0; i < f->inner.n; i++)
		vec_push(&g->inner, f->inner.at[i]);
}

static void point_names(struct deriver *w)
{
	const struct graph *f = w->from;
	struct graph *g = w->g;
	for (size_t i = 0; i < f->component.n; i++)
		g->component.at[i].node = copy_of(w, f->component.at[i].node);
	for (size_t i = 0; i < f->letter.n; i++)
		g->letter.at[i].node = copy_of(w, f->letter.at[i].node);
	for (size_t i = 0; i < f->input.n; i++)
		g->input.at[i].node = copy_of(w, f->input.at[i].node);
	for (size_t i = 0; i < f->inner.n; i++)
		g->inner.at[i].node = copy_of(w, f->inner.at[i].node);
	g->output = copy_of(w, f->output);
}

struct graph *graph_derive(const struct graph *g, const struct derivation *d, size_t n, struct span at, struct diags *diags)
{
	struct graph *made = mem_alloc(sizeof *made);
	made->name = g->name;
	made->origin = graph_origin(g);
	made->output_name = g->output_name;
	struct deriver w = { .from = g, .g = made, .d = d, .n = n, .at = at, .diags = diags, .made = mem_array(g->node.n, sizeof *w.made),
		.copy = mem_array(g->node.n, sizeof *w.copy), .derives = mem_array(g->node.n + 1, sizeof *w.derives) };
	for (size_t i = 0; i < n; i++)
		w.derives[node_of(&w, &d[i])->id] = true;
	copy_names(&w);
	copy_nodes(&w);
	point_names(&w);
	graph_measure_depth(made);
	bool ok = !w.failed && letters_work_out(made, at, diags);
	free(w.made);
	free(w.copy);
	free(w.derives);
	if (ok)
		return made;
	graph_free(made);
	return NULL;
}
