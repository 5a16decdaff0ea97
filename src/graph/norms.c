/* Splitting norms.  See norms.h.
 *
 * For every component the unnamed nodes between what it reads and its named nodes are copied where a norm is among them, so that
 * the scale is its own; what was shared and is read by nobody any more is pruned. */
#include "graph/norms.h"

#include <stdlib.h>
#include <string.h>

#include "graph/rewrite.h"

struct scale { int component; struct node *node; };

struct splitter {
	struct rewrite w;
	bool *stops;                     /* by id: a component reads up to here */
	bool *contains;                  /* by id: a norm lies at it or below, before that */
	struct map own;                  /* (component, id) -> id of the component's own copy in the new graph */
	VEC(struct scale) scale;
};

static bool is_norm(const struct node *n)
{
	return n->op == OP_LAYER_NORM || n->op == OP_RMS_NORM;
}

static bool is_sum(const struct node *n)
{
	uint32_t varying = 0;
	for (uint32_t k = 0; k < n->n_in; k++)
		varying += n->in[k]->varies;
	return varying > 1 && (n->op == OP_ADD || n->op == OP_SUB || n->op == OP_TOTAL);
}

static void look(struct splitter *s)
{
	const struct graph *g = s->w.from;
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		s->stops[i] = !n->varies || n->letter != NO_LETTER || n->yields != NO_COMPONENT || n->op == OP_INPUT || is_sum(n);
		for (uint32_t k = 0; k < n->n_in && !s->stops[i]; k++)
			s->contains[i] |= s->contains[n->in[k]->id];
		s->contains[i] |= !s->stops[i] && is_norm(n);
	}
}

/* (x - mean) * scale * weight + bias, the scale apart. */
static struct node *taken_apart(struct splitter *s, int component, const struct node *n, struct node *const *in)
{
	struct rewrite *w = &s->w;
	bool centre = n->op == OP_LAYER_NORM;
	const double attr[MAX_ATTR] = { n->attr[0], centre };
	struct scale made = { component, rewrite_op(w, OP_NORM_SCALE, in, 1, attr) };
	struct node *x = rewrite_op(w, OP_MUL, (struct node *[]){ centre ? rewrite_op(w, OP_CENTRE, in, 1, NULL) : in[0], made.node }, 2, NULL);
	vec_push(&s->scale, made);
	if (n->n_in > 1 && !centre && n->attr[1] != 0) {
		double *by = arena_copy(&w->g->arena, &n->attr[1], sizeof *by);
		struct node *offset = rewrite_param(w, tensor_over(by, DT_F64, 0, NULL));
		x = rewrite_op(w, OP_MUL, (struct node *[]){ x, rewrite_op(w, OP_ADD, (struct node *[]){ in[1], offset }, 2, NULL) }, 2, NULL);
	} else if (n->n_in > 1) {
		x = rewrite_op(w, OP_MUL, (struct node *[]){ x, in[1] }, 2, NULL);
	}
	return n->n_in > 2 ? rewrite_op(w, OP_ADD, (struct node *[]){ x, in[2] }, 2, NULL) : x;
}

/* What stands for n where the component reads it. */
static struct node *own(struct splitter *s, int component, const struct node *n)
{
	struct rewrite *w = &s->w;
	uint64_t key = (uint64_t)component << 32 | n->id, have;
	if (s->stops[n->id] || !s->contains[n->id])
		return w->made[n->id];
	if (map_get(&s->own, key, &have))
		return w->g->node.at[have];
	struct node **in = mem_array(n->n_in + 1, sizeof *in), *made;
	bool further = false;
	for (uint32_t k = 0; k < n->n_in; k++) {
		in[k] = own(s, component, n->in[k]);
		further |= s->contains[n->in[k]->id];
	}
	if (is_norm(n) && !further) {
		made = taken_apart(s, component, n, in);
	} else {
		struct node copy = *n;
		copy.in = in;
		made = rewrite_add(w, &copy);
	}
	if (n->inner)
		w->copy[n->id] = made;                   /* an inner node is in one component only */
	free(in);
	map_put(&s->own, key, made->id);
	return made;
}

static void copy_nodes(struct splitter *s)
{
	struct rewrite *w = &s->w;
	for (size_t i = 0; i < w->from->node.n; i++) {
		const struct node *x = w->from->node.at[i];
		struct node n = *x, **in = mem_array(x->n_in + 1, sizeof(struct node *));
		int component = x->yields != NO_COMPONENT ? x->yields : x->letter != NO_LETTER ? w->from->letter.at[x->letter].component : NO_COMPONENT;
		for (uint32_t k = 0; k < x->n_in; k++)
			in[k] = component == NO_COMPONENT ? w->made[x->in[k]->id] : own(s, component, x->in[k]);
		n.in = in;
		w->made[i] = rewrite_add(w, &n);
		if (!w->copy[i])
			w->copy[i] = w->made[i];
		free(in);
	}
}

static int by_component(const void *a, const void *b)
{
	const struct scale *x = a, *y = b;
	if (x->component != y->component)
		return x->component < y->component ? -1 : 1;
	return (x->node->id > y->node->id) - (x->node->id < y->node->id);
}

static void name_scales(struct splitter *s)
{
	qsort(s->scale.at, s->scale.n, sizeof *s->scale.at, by_component);
	for (size_t i = 0, m; i < s->scale.n; i += m) {
		const struct component c = s->w.from->component.at[s->scale.at[i].component];
		struct segment name[MAX_SEGMENTS + 1];
		for (m = 1; i + m < s->scale.n && s->scale.at[i + m].component == s->scale.at[i].component; m++)
			;
		memcpy(name, c.segment, (size_t)c.n_segments * sizeof *name);
		for (size_t k = 0; k < m && c.n_segments < MAX_SEGMENTS; k++) {
			name[c.n_segments] = (struct segment){ intern("scale"), m > 1 ? (int64_t)k : -1 };
			rewrite_name(&s->w, s->scale.at[i + k].node, name, c.n_segments + 1, false);
		}
	}
}

struct graph *graph_split_norms(struct graph *g, struct span at, struct diags *diags)
{
	struct splitter s = { .stops = mem_array(g->node.n + 1, sizeof *s.stops), .contains = mem_array(g->node.n + 1, sizeof *s.contains) };
	rewrite_begin(&s.w, g, at, diags);
	look(&s);
	copy_nodes(&s);
	rewrite_point_names(&s.w);
	if (s.scale.n) {
		name_scales(&s);
	} else {
		diag_at(diags, E_ARGUMENT, at, "no component of %s reads what comes before it through a norm, so there is none to split", g->name);
		s.w.failed = true;
	}
	struct graph *made = rewrite_end(&s.w);
	if (made)
		made->made_of = g;
	map_free(&s.own);
	vec_free(&s.scale);
	free(s.stops);
	free(s.contains);
	return made;
}
