/* What hypotheses make of a model's graph (graph/derive.h): inner nodes that their rules name, and `split`.
 *
 * Hypotheses that derive the same share one graph. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/internal.h"

enum { MAX_COLUMNS = 20000 };

typedef VEC(struct derivation) derivations;

static bool room_for_more(struct interp *in, const derivations *d, struct span at)
{
	if (d->n <= MAX_COLUMNS)
		return true;
	diag_at(in->o.diags, E_TOO_LARGE, at, "these rules name more than %d columns of inner nodes", MAX_COLUMNS);
	return false;
}

/* ---- inner nodes that rules name */

static bool add_columns(struct interp *in, const struct pattern *p, int i, const struct inner *x, derivations *d)
{
	const struct index_set *set = &p->segment[p->n_segments - 1].index;
	const struct shape *shape = &x->node->shape;
	int64_t width = shape->n ? shape->dim[shape->n - 1] : DIM_SEQ;
	if (width == DIM_SEQ) {
		diag_at(in->o.diags, E_COMPONENT, p->span, "%s has no columns that every prompt has", x->name);
		return false;
	}
	const struct index_part all = { 0, width, false };
	for (size_t k = 0; k < (set->any ? 1 : set->n); k++) {
		const struct index_part *part = set->any ? &all : &set->part[k];
		if (part->single && part->from >= width) {
			diag_at(in->o.diags, E_COMPONENT, p->span, "%s has no column %lld", x->name, (long long)part->from);
			diag_hint(in->o.diags, "it has %s[0] to %s[%lld]", x->name, x->name, (long long)width - 1);
			return false;
		}
		for (int64_t c = part->from < 0 ? 0 : part->from; c < part->to && c < width; c++) {
			vec_push(d, ((struct derivation){ .kind = DERIVE_COLUMN, .of = i, .column = c }));
			if (!room_for_more(in, d, p->span))
				return false;
		}
	}
	return true;
}

static bool add_step(struct interp *in, const struct graph *g, const struct pattern *p, derivations *d)
{
	for (size_t i = 0; i < g->inner.n; i++) {
		const struct inner *x = &g->inner.at[i];
		int last = x->n_segments - 1;
		if (x->node->id == UINT32_MAX || p->n_segments != (size_t)x->n_segments || p->segment[last].name != x->segment[last].name
		    || !step_names(p, x->segment, last))
			continue;
		if (p->segment[last].index.given) {
			if (!add_columns(in, p, (int)i, x, d))
				return false;
			continue;
		}
		vec_push(d, ((struct derivation){ .kind = DERIVE_INNER, .of = (int)i }));
	}
	return true;
}

static bool add_pattern(struct interp *in, const struct graph *g, const struct pattern *p, derivations *d)
{
	if (p->kind == PAT_STEP && !add_step(in, g, p, d))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (!add_pattern(in, g, p->kid[i], d))
			return false;
	return !p->otherwise || add_pattern(in, g, p->otherwise, d);
}

/* ---- split C by w as part, rest */

/* Columns of w, made orthonormal (Gram and Schmidt, twice); those that the ones before span are an error. */
static bool basis_of(struct interp *in, const struct ast *a, const struct value *v, int64_t width, struct tensor *out)
{
	struct tensor w;
	char have[128];
	if (!to_tensor(in, *v, a, &w))
		return false;
	int64_t k = w.n == 2 ? w.dim[1] : 1;
	if ((w.n != 1 && w.n != 2) || w.dim[0] != width || k < 1 || k > width) {
		diag_at(in->o.diags, E_SHAPE, a->span, "a subspace of %lld numbers is a direction (%lld) or directions (%lld, n) side by side, not %s",
		    (long long)width, (long long)width, (long long)width, tensor_shape_text(&w, have, sizeof have));
		return false;
	}
	double *b = arena_array(&in->arena, (size_t)(width * k), sizeof *b);
	tensor_to_f64(&w, b);
	for (int64_t j = 0; j < k; j++) {
		double before = 0, after = 0;
		for (int64_t i = 0; i < width; i++)
			before += b[i * k + j] * b[i * k + j];
		for (int64_t c = 0; c < 2 * j; c++) {
			double along = 0;
			for (int64_t i = 0; i < width; i++)
				along += b[i * k + c % j] * b[i * k + j];
			for (int64_t i = 0; i < width; i++)
				b[i * k + j] -= along * b[i * k + c % j];
		}
		for (int64_t i = 0; i < width; i++)
			after += b[i * k + j] * b[i * k + j];
		if (!(after > 1e-20 * before) || !isfinite(after))
			return FAIL(in, E_VALUE, a, "direction %lld is zero, or lies in the space of those before it", (long long)j + 1);
		for (int64_t i = 0; i < width; i++)
			b[i * k + j] /= sqrt(after);
	}
	*out = tensor_over(b, DT_F64, 2, (const int64_t[]){ width, k });
	return true;
}

static bool part_is_new(struct interp *in, const struct ast *a, const struct graph *g, const struct component *c, const char *part)
{
	for (int l = c->first_letter; l < c->first_letter + c->n_letters; l++)
		if (g->letter.at[l].port == part)
			return FAIL(in, E_COMPONENT_TWICE, a, "%s has a port %s already", c->name, part);
	return true;
}

bool split_of(struct interp *in, const struct ast *a, struct scope *s, const struct graph *g, struct splits *out)
{
	struct value v;
	struct pattern *p = pattern_of(in, a->kid[0], s);
	const struct ast *names = a->kid[2];
	size_t before = out->n;
	if (!p || !eval(in, a->kid[1], s, &v))
		return false;
	if (v.kind == VAL_LATER)
		return true;
	if (names->n > 2)
		return FAIL(in, E_ARGUMENT, names, "a value is split into two parts at most: the subspace, and the rest");
	if (names->n == 2 && names->kid[0]->name == names->kid[1]->name)
		return FAIL(in, E_COMPONENT_TWICE, names, "both parts have the same name");
	for (size_t c = 0; p->kind == PAT_STEP && !p->n_ports && c < g->component.n; c++) {
		const struct component *x = &g->component.at[c];
		struct derivation d = { .kind = DERIVE_SPLIT, .of = (int)c, .part = names->kid[0]->name, .rest = names->n == 2 ? names->kid[1]->name : NULL };
		if (!x->node || x->node->id == UINT32_MAX || p->n_segments != (size_t)x->n_segments || !step_names(p, x->segment, x->n_segments))
			continue;
		int64_t width = x->node->shape.n ? x->node->shape.dim[x->node->shape.n - 1] : DIM_SEQ;
		if (x->node == g->output || width == DIM_SEQ || x->n_segments == MAX_SEGMENTS)
			return FAIL(in, E_VALUE, a->kid[0], "%s cannot be split: %s", x->name,
			    x->node == g->output ? "nothing reads it" : "only a value with columns has subspaces");
		for (size_t i = 0; i < out->n; i++)
			if (out->at[i].of == (int)c)
				return FAIL(in, E_COMPONENT_TWICE, a->kid[0], "%s is split already", x->name);
		struct tensor *basis = arena_alloc(&in->arena, sizeof *basis);
		if (!part_is_new(in, names, g, x, d.part) || !part_is_new(in, names, g, x, d.rest ? d.rest : "") || !basis_of(in, a->kid[1], &v, width, basis))
			return false;
		d.basis = basis;
		vec_push(out, d);
	}
	if (out->n > before)
		return true;
	struct buf text = { 0 };
	pattern_print(p, &text);
	diag_at(in->o.diags, E_COMPONENT, a->kid[0]->span, "the model %s has no component %s that could be split", g->name, buf_str(&text));
	buf_free(&text);
	return false;
}

/* ---- graphs */

static int by_order(const void *a, const void *b)
{
	return derivation_order(a, b);
}

static void sort_once(derivations *d)
{
	size_t kept = 0;
	if (d->n)
		qsort(d->at, d->n, sizeof *d->at, by_order);
	for (size_t i = 0; i < d->n; i++)
		if (!kept || derivation_order(&d->at[kept - 1], &d->at[i]) != 0)
			d->at[kept++] = d->at[i];
	d->n = kept;
}

static bool same_derivation(const struct derivation *a, const struct derivation *b)
{
	if (derivation_order(a, b) != 0 || a->part != b->part || a->rest != b->rest || !a->basis != !b->basis)
		return false;
	return !a->basis || (a->basis->dim[1] == b->basis->dim[1]
	    && memcmp(a->basis->at, b->basis->at, (size_t)tensor_count(a->basis) * sizeof(double)) == 0);
}

static const struct graph *known(struct interp *in, const struct graph *origin, const derivations *d)
{
	for (size_t i = 0; i < in->derived.n; i++) {
		const struct derived *x = &in->derived.at[i];
		bool same = graph_origin(x->graph) == origin && x->n == d->n;
		for (size_t k = 0; same && k < d->n; k++)
			same = same_derivation(&x->of[k], &d->at[k]);
		if (same)
			return x->graph;
	}
	return NULL;
}

static const struct graph *graph_for(struct interp *in, const struct graph *origin, derivations *d, struct span at)
{
	sort_once(d);
	if (!d->n)
		return origin;
	const struct graph *have = known(in, origin, d);
	if (have)
		return have;
	struct derived x = { graph_derive(origin, d->at, d->n, at, in->o.diags), arena_copy(&in->arena, d->at, d->n * sizeof *d->at), d->n };
	if (x.graph)
		vec_push(&in->derived, x);
	return x.graph;
}

bool derive_graph(struct interp *in, struct hypothesis *h)
{
	const struct graph *origin = graph_origin(h->graph);
	derivations d = { 0 };
	bool ok = true;
	for (size_t r = 0; r < h->n_rules && ok; r++)
		ok = add_pattern(in, origin, h->rule[r].pattern, &d);
	for (size_t i = 0; i < h->n_splits; i++)
		vec_push(&d, h->split[i]);
	const struct graph *g = ok ? graph_for(in, origin, &d, h->span) : NULL;
	vec_free(&d);
	if (g)
		h->graph = g;
	return g != NULL;
}

bool derive_together(struct interp *in, struct hypothesis *const *h, size_t n)
{
	derivations d = { 0 };
	bool ok = n > 0;
	for (size_t i = 0; i < n && ok; i++) {
		for (size_t r = 0; r < h[i]->n_rules && ok; r++)
			ok = add_pattern(in, graph_origin(h[i]->graph), h[i]->rule[r].pattern, &d);
		bool alike = h[i]->n_splits == h[0]->n_splits;
		for (size_t k = 0; alike && k < h[i]->n_splits; k++)
			alike = same_derivation(&h[i]->split[k], &h[0]->split[k]);
		if (!alike) {                            /* each keeps a graph of its own */
			vec_free(&d);
			for (size_t k = 0; k < n; k++)
				if (!derive_graph(in, h[k]))
					return false;
			return true;
		}
	}
	for (size_t i = 0; ok && i < h[0]->n_splits; i++)
		vec_push(&d, h[0]->split[i]);
	const struct graph *g = ok ? graph_for(in, graph_origin(h[0]->graph), &d, h[0]->span) : NULL;
	vec_free(&d);
	for (size_t i = 0; g && i < n; i++)
		h[i]->graph = g;
	return g || !n;
}
