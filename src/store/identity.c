/* Digests of models, datasets and hypotheses.  See identity.h. */
#include "store/identity.h"

#include <stdlib.h>
#include <string.h>

/* ---- numbers */

/* One row along the last axis, whose elements may lie apart. */
static void add_apart(struct digest *d, const char *at, int64_t n, int64_t stride, size_t size)
{
	char chunk[4096];
	size_t filled = 0;
	for (int64_t i = 0; i < n; i++) {
		memcpy(chunk + filled, at + i * stride * (int64_t)size, size);
		filled += size;
		if (filled + size > sizeof chunk || i == n - 1) {
			digest_bytes(d, chunk, filled);
			filled = 0;
		}
	}
}

/* Axes from `axis` on, of the part that begins at `at`. */
static void add_axes(struct digest *d, const struct tensor *t, int axis, const char *at)
{
	size_t size = dtype_size[t->dtype];
	int64_t whole = 1;
	bool together = true;                        /* do the remaining axes lie in one piece? */
	for (int i = t->n - 1; i >= axis; i--) {
		together &= t->stride[i] == whole;
		whole *= t->dim[i];
	}
	if (together) {
		digest_bytes(d, at, (size_t)whole * size);
	} else if (axis == t->n - 1) {
		add_apart(d, at, t->dim[axis], t->stride[axis], size);
	} else {
		for (int64_t i = 0; i < t->dim[axis]; i++)
			add_axes(d, t, axis + 1, at + i * t->stride[axis] * (int64_t)size);
	}
}

void digest_tensor(struct digest *d, const struct tensor *t)
{
	digest_number(d, (uint64_t)t->dtype);
	digest_number(d, (uint64_t)t->n);
	for (int i = 0; i < t->n; i++)
		digest_number(d, (uint64_t)t->dim[i]);
	if (tensor_count(t))
		add_axes(d, t, 0, t->at);
}

/* ---- models */

/* Where it lies in place of what is there, when somebody knows. */
static void add_param(struct digest *d, const struct tensor *t, digest_place *place, void *context)
{
	if (!place || !place(context, t->at, d)) {
		digest_tensor(d, t);
		return;
	}
	digest_number(d, (uint64_t)t->dtype);
	digest_number(d, (uint64_t)t->n);
	digest_bytes(d, t->dim, (size_t)t->n * sizeof *t->dim);
	digest_bytes(d, t->stride, (size_t)t->n * sizeof *t->stride);
}

struct digest digest_graph(const struct graph *g, digest_place *place, void *context)
{
	struct digest d = { 0 };
	struct buf b = { 0 };
	digest_number(&d, g->node.n);
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		digest_number(&d, (uint64_t)n->op);
		digest_bytes(&d, n->attr, sizeof n->attr);
		digest_number(&d, n->n_in);
		for (uint32_t k = 0; k < n->n_in; k++)
			digest_number(&d, n->in[k]->id);
		digest_number(&d, (uint64_t)n->shape.n);
		for (int k = 0; k < n->shape.n; k++)
			digest_number(&d, (uint64_t)n->shape.dim[k]);
		digest_number(&d, (uint64_t)(int64_t)n->letter);
		digest_number(&d, (uint64_t)(int64_t)n->yields);
		digest_number(&d, n->ids);
		if (n->op == OP_PARAM)
			add_param(&d, &n->param, place, context);
	}
	for (size_t i = 0; i < g->letter.n; i++) {
		b.n = 0;
		digest_text(&d, letter_name(g, (int)i, &b));
	}
	buf_free(&b);
	for (size_t i = 0; i < g->input.n; i++) {
		digest_text(&d, g->input.at[i].name);
		digest_number(&d, g->input.at[i].node->id);
	}
	digest_number(&d, g->output->id);
	digest_text(&d, g->output_name);
	return d;
}

/* ---- datasets */

static void add_ids(struct digest *d, const int32_t *id, size_t n)
{
	digest_number(d, id != NULL);
	digest_bytes(d, id ? id : (const int32_t *)"", n * sizeof *id);
}

static void add_pair(struct digest *d, const struct dataset *s, const struct pair *p)
{
	for (size_t i = 0; i < s->n_columns * s->graph->input.n; i++) {
		const struct input_value *v = &p->value[i];
		digest_number(d, v->ids != NULL);
		if (v->ids)
			digest_bytes(d, v->ids, (size_t)v->n * sizeof *v->ids);
		else
			digest_bytes(d, v->real, (size_t)v->n * sizeof *v->real);
	}
	digest_number(d, (uint64_t)p->length);
	add_ids(d, p->answer, p->n_answer);
	add_ids(d, p->foil, p->n_foil);
	digest_number(d, p->n_roles);
	for (size_t i = 0; i < p->n_roles; i++) {
		digest_text(d, p->role[i].name);
		digest_bytes(d, p->role[i].rows.n ? p->role[i].rows.at : (const int64_t *)"", p->role[i].rows.n * sizeof *p->role[i].rows.at);
	}
}

struct digest digest_dataset(const struct dataset *s)
{
	struct digest d = { 0 };
	digest_number(&d, s->n_columns);
	for (size_t c = 0; c < s->n_columns; c++)
		digest_text(&d, s->column[c]);
	digest_number(&d, s->pair.n);
	for (size_t i = 0; i < s->pair.n; i++)
		add_pair(&d, s, &s->pair.at[i]);
	return d;
}

/* ---- hypotheses */

static void add_segment(struct digest *d, const struct step_segment *g)
{
	digest_text(d, g->name);
	digest_number(d, (uint64_t)(g->index.given | g->index.any << 1));
	digest_number(d, g->index.n);
	for (size_t i = 0; i < g->index.n; i++) {
		digest_number(d, (uint64_t)g->index.part[i].from);
		digest_number(d, (uint64_t)g->index.part[i].to);
		digest_number(d, g->index.part[i].single);
	}
}

void digest_pattern(struct digest *d, const struct pattern *p)
{
	digest_number(d, (uint64_t)p->kind);
	digest_number(d, p->n_segments);
	for (size_t i = 0; i < p->n_segments; i++)
		add_segment(d, &p->segment[i]);
	digest_number(d, p->n_ports);
	for (size_t i = 0; i < p->n_ports; i++)
		digest_text(d, p->port[i]);
	digest_number(d, p->n_positions);
	for (size_t i = 0; i < p->n_positions; i++) {
		digest_text(d, p->position[i].role);
		digest_number(d, (uint64_t)p->position[i].row);
	}
	digest_number(d, p->n);
	for (size_t i = 0; i < p->n; i++)
		digest_pattern(d, p->kid[i]);
	digest_number(d, p->otherwise != NULL);
	if (p->otherwise)
		digest_pattern(d, p->otherwise);
}

static void add_setting(struct digest *d, const struct setting *x)
{
	if (!x)                                      /* the rule's column says so */
		return;
	digest_number(d, (uint64_t)x->kind);
	digest_number(d, (uint64_t)(int64_t)x->column);
	digest_number(d, (uint64_t)(x->by_row | (x->of != NULL) << 1));
	if (x->of)
		digest_add(d, digest_dataset(x->of));
	if (x->kind == SETTING_TENSOR)
		digest_tensor(d, &x->value);
}

/* Results of different hypotheses must not be taken for each other: whoever gives rules another part adds it here. */
_Static_assert(sizeof(struct rule) == 3 * sizeof(void *) + 16, "a rule has parts that its digest does not know");

void digest_rule(struct digest *d, const struct rule *r)
{
	digest_number(d, (uint64_t)(int64_t)r->column);
	digest_text(d, r->from);
	digest_pattern(d, r->pattern);
	add_setting(d, r->set);
}

struct digest digest_hypothesis(const struct hypothesis *h)
{
	struct digest d = { 0 };
	digest_number(&d, h->n_rules);
	add_setting(&d, h->ablation);
	for (size_t i = 0; i < h->n_rules; i++)
		digest_rule(&d, &h->rule[i]);
	return d;
}
