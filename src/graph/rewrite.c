/* Copying a graph with changes.  See rewrite.h. */
#include "graph/rewrite.h"

#include <stdlib.h>
#include <string.h>

#include "graph/letters.h"

struct node *rewrite_add(struct rewrite *w, const struct node *want)
{
	struct node *n = arena_copy(&w->g->arena, want, sizeof *want);
	n->in = arena_copy(&w->g->arena, want->in, want->n_in * sizeof *want->in);
	n->id = (uint32_t)w->g->node.n;
	vec_push(&w->g->node, n);
	return n;
}

struct node *rewrite_op(struct rewrite *w, enum op o, struct node *const *in, uint32_t n_in, const double *attr)
{
	struct node n = { .op = o, .in = in, .n_in = n_in, .letter = NO_LETTER, .yields = NO_COMPONENT, .span = w->at };
	struct buf why = { 0 };
	if (attr)
		memcpy(n.attr, attr, sizeof n.attr);
	for (uint32_t i = 0; i < n_in; i++)
		n.varies |= in[i]->varies;
	pp_assert(op_info[o].shape(&n, &n.shape, &why));
	buf_free(&why);
	return rewrite_add(w, &n);
}

struct node *rewrite_param(struct rewrite *w, struct tensor t)
{
	struct node n = { .op = OP_PARAM, .letter = NO_LETTER, .yields = NO_COMPONENT, .span = w->at, .param = t };
	op_info[OP_PARAM].shape(&n, &n.shape, NULL);
	return rewrite_add(w, &n);
}

/* A new component with one letter, read at n. */
void rewrite_name(struct rewrite *w, struct node *n, const struct segment *s, int n_segments, bool inner)
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

static struct node *copy_of(const struct rewrite *w, const struct node *n)
{
	return n->id != UINT32_MAX ? w->copy[n->id] : (struct node *)(uintptr_t)n;           /* on no path */
}

/* Everything but nodes; those are filled in when they are copied. */
static void copy_names(struct rewrite *w)
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

void rewrite_point_names(struct rewrite *w)
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

void rewrite_begin(struct rewrite *w, const struct graph *from, struct span at, struct diags *diags)
{
	*w = (struct rewrite){ .from = from, .g = mem_alloc(sizeof *w->g), .at = at, .diags = diags, .made = mem_array(from->node.n, sizeof *w->made),
		.copy = mem_array(from->node.n, sizeof *w->copy) };
	w->g->name = from->name;
	w->g->output_name = from->output_name;
	copy_names(w);
}

struct graph *rewrite_end(struct rewrite *w)
{
	struct graph *g = w->g;
	bool ok = !w->failed;
	if (ok) {
		graph_prune(g);
		graph_measure_depth(g);
		ok = letters_work_out(g, w->at, w->diags);
	}
	free(w->made);
	free(w->copy);
	if (ok)
		return g;
	graph_free(g);
	return NULL;
}
