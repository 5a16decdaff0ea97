/* Runs to look at: run(h, pair), and the values inside of them.
 *
 * A value is asked for by a component's name, run.a9.h9.q, or by a path that begins at it, run[paths(a9.h9 -> logits)].  It is found by
 * one more rule of the hypothesis, which notes the copies that it matches and changes nothing (SETTING_WATCH). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/builtins.h"
#include "lang/sets.h"
#include "lang/tables.h"

static const struct setting watching = { .kind = SETTING_WATCH };

/* ---- run(h, pair) */

static const struct hypothesis *base_run(struct interp *in, const struct dataset *d, int column, const char *name, struct span at)
{
	struct pattern *all = pattern_new(&in->arena, PAT_ALL, at, 0);
	all->size = all->depth = 1;
	const struct rule r = { column, all, at, NULL, NULL };
	const struct hypothesis h = { .name = name, .graph = d->graph, .rule = arena_copy(&in->arena, &r, sizeof r), .n_rules = 1, .span = at };
	return arena_copy(&in->arena, &h, sizeof h);
}

static bool column_run(struct interp *in, const struct ast *at, const struct dataset *d, const char *name, const struct hypothesis **out)
{
	for (size_t c = 0; c < d->n_columns; c++)
		if (strcmp(d->column[c], name) == 0) {
			*out = base_run(in, d, (int)c, d->column[c], at->span);
			return true;
		}
	diag_at(in->o.diags, E_COLUMN, at->span, "the dataset %s has no column %s to run the model on", d->name, name);
	diag_hint(in->o.diags, "run(\"ref\", pair) and run(\"cf\", pair) are the model's own runs");
	return false;
}

DEFINE(run)
{
	struct value which = { .kind = VAL_NONE };
	int64_t i = 0;
	bool chosen = named(a, "pair", &which);
	if (!at_top(in, at, "run()") || !takes(in, at, a, 2, 2) || !want(in, a->ast[1], a->at[1], VAL_DATASET) || (chosen && !whole(in, at, which, &i)))
		return false;
	struct dataset *d = a->at[1].dataset;
	struct run_view r = { .graph = d->graph, .data = d };
	i += i < 0 ? (int64_t)d->pair.n : 0;
	if (i < 0 || i >= (int64_t)d->pair.n)
		return FAIL(in, E_INDEX, at, "%s has %zu pairs", d->name, d->pair.n);
	if (!chosen && d->pair.n != 1) {
		diag_at(in->o.diags, E_ARGUMENT, at->span, "%s has %zu pairs, and a run is on one", d->name, d->pair.n);
		diag_hint(in->o.diags, "run(h, pairs, pair: 0)");
		return false;
	}
	if (a->at[0].kind == VAL_STRING ? !column_run(in, a->ast[0], d, a->at[0].string.at, &r.of) : !want(in, a->ast[0], a->at[0], VAL_HYPOTHESIS))
		return false;
	if (a->at[0].kind == VAL_HYPOTHESIS)
		r.of = a->at[0].hypothesis;
	if (graph_origin(r.of->graph) != d->graph)
		return FAIL(in, E_DATASET_MODEL, at, "the dataset is for the model %s, but the hypothesis %s is on %s", d->graph->name, r.of->name, r.of->graph->name);
	r.pair = &d->pair.at[i];
	*out = (struct value){ .kind = VAL_RUN, .run = arena_copy(&in->arena, &r, sizeof r) };
	return true;
}

/* ---- finding values */

struct found { struct interp *in; size_t n; double **x; int64_t *rows, *width; const struct node **node; };

static void look(void *context, struct tree *t, const struct tree_runs *runs, struct tree_ids *out)
{
	struct found *f = context;
	(void)runs;
	f->n = t->watched.n;
	f->x = arena_array(&f->in->arena, f->n + 1, sizeof *f->x);
	f->rows = arena_array(&f->in->arena, f->n + 1, sizeof *f->rows);
	f->width = arena_array(&f->in->arena, f->n + 1, sizeof *f->width);
	f->node = arena_array(&f->in->arena, f->n + 1, sizeof(struct node *));
	for (size_t i = 0; i < f->n; i++) {
		f->node[i] = tree_unit(t, &t->node.at[t->watched.at[i]])->node;
		vec_push(out, t->watched.at[i]);
	}
}

static bool take(void *context, size_t pair, size_t which, const double *x, int64_t rows, int64_t width)
{
	struct found *f = context;
	(void)pair;
	f->x[which] = arena_copy(&f->in->arena, x, (size_t)(rows * width) * sizeof *x);
	f->rows[which] = rows;
	f->width[which] = width;
	return true;
}

static bool same_values(const struct found *f, size_t i)
{
	return f->rows[i] == f->rows[0] && f->width[i] == f->width[0] && memcmp(f->x[i], f->x[0], (size_t)(f->rows[0] * f->width[0]) * sizeof(double)) == 0;
}

/* The value that the copies have which the pattern matches; all have to have the same. */
static bool watched(struct interp *in, const struct ast *at, const struct run_view *r, const struct pattern *p, struct value *out)
{
	struct hypothesis h = *r->of;
	struct rule *rule = arena_array(&in->arena, h.n_rules + 1, sizeof *rule);
	struct found f = { .in = in };
	memcpy(rule, h.rule, h.n_rules * sizeof *rule);
	rule[h.n_rules++] = (struct rule){ COLUMN_SET, p, at->span, NULL, &watching };
	h.rule = rule;
	if (!derive_graph(in, &h))
		return false;
	struct dataset one = *r->data;
	struct eval_plan plan = { 0 };
	const struct hypothesis *of = &h;
	bool *pair = mem_array(one.pair.n + 1, sizeof *pair);
	one.graph = h.graph;
	pair[r->pair - r->data->pair.at] = true;
	struct eval_request q = { .h = &of, .n = 1, .data = &one, .pair = pair, .at = at->span, .look = look, .value = take, .looked_context = &f };
	bool ok = evaluate(&q, &in->o.limits, NULL, NULL, &plan, in->o.diags);
	free(pair);
	if (!ok)
		return false;
	size_t others = 0;
	for (size_t i = 1; i < f.n; i++)
		others += !same_values(&f, i);
	if (!f.n || others) {
		struct buf text = { 0 };
		pattern_print(p, &text);
		if (!f.n)
			diag_at(in->o.diags, E_FIELD, at->span, "in this run %s is nowhere computed: what reads it is set", buf_str(&text));
		else
			diag_at(in->o.diags, E_FIELD, at->span, "%s has %zu copies in this run, which differ", buf_str(&text), f.n);
		if (f.n)
			diag_hint(in->o.diags, "say which by a path that begins at it: run[paths(%s -> ...)]", buf_str(&text));
		buf_free(&text);
		return false;
	}
	struct shape s = f.node[0]->shape;
	int64_t dim[MAX_DIMS];
	for (int i = 0; i < s.n; i++)
		dim[i] = s.dim[i] == DIM_SEQ ? r->pair->length : s.dim[i];
	*out = tensor_value(in, tensor_over(f.x[0], DT_F64, s.n, dim));
	return true;
}

/* ---- run.a9.h9.q */

enum { MAX_PARTS = 64 };

/* Does the chain of names so far name a component, a port or an inner node? */
static bool names_value(const struct graph *g, const struct segment *s, int n, bool *port)
{
	int c = n > 1 ? graph_find(g, s, n - 1) : NO_COMPONENT;
	*port = false;
	if (n <= MAX_SEGMENTS && graph_find(g, s, n) != NO_COMPONENT)
		return true;
	for (size_t i = 0; i < g->inner.n; i++)
		if (segments_same(g->inner.at[i].segment, g->inner.at[i].n_segments, s, n))
			return true;
	for (int l = 0; c != NO_COMPONENT && l < g->component.at[c].n_letters; l++)
		*port |= g->letter.at[g->component.at[c].first_letter + l].port == s[n - 1].name && s[n - 1].index < 0;
	return *port;
}

static bool no_such_value(struct interp *in, const struct ast *a, const struct run_view *r)
{
	const struct graph *g = r->data->graph;
	diag_at(in->o.diags, E_FIELD, a->span, "a run of %s has no value of that name", g->name);
	diag_hint(in->o.diags, "its values are those of the components, such as run.%s, of their ports and inner nodes", g->component.at[0].name);
	return false;
}

/* The parts of the chain above its root, the one next to it first. */
static int unroll(const struct ast *a, const struct ast **part, const struct ast **root)
{
	int n = 0;
	const struct ast *x = a;
	for (; (x->kind == AST_DOT || x->kind == AST_INDEX) && n < MAX_PARTS; x = x->kid[0])
		n++;
	*root = x;
	x = a;
	for (int k = n; k > 0; x = x->kid[0])
		part[--k] = x;
	return n;
}

static bool apply_rest(struct interp *in, const struct ast *const *part, int from, int n, struct scope *s, struct value *v)
{
	for (int i = from; i < n; i++) {
		struct value x = *v;
		if (!(part[i]->kind == AST_DOT ? field_value(in, part[i], x, v) : index_value(in, part[i], x, s, v)))
			return false;
	}
	return true;
}

static bool by_name(struct interp *in, const struct ast *const *part, int n, const struct run_view *r, struct scope *s, struct value *out)
{
	struct segment seg[MAX_SEGMENTS + 1];
	int n_seg = 0, good = 0, good_seg = 0;
	bool port, good_port = false;
	struct segment found[MAX_SEGMENTS + 1];
	for (int i = 0; i < n && n_seg <= MAX_SEGMENTS; i++) {
		struct value v;
		if (part[i]->kind == AST_DOT) {
			seg[n_seg++] = segment_of(part[i]->name);
		} else {
			if (part[i]->kind != AST_INDEX || part[i]->n != 2 || !n_seg || seg[n_seg - 1].index >= 0 || part[i]->kid[1]->kind == AST_STAR)
				break;
			if (good == i && !names_value(r->data->graph, (seg[n_seg - 1].index = 0, seg), n_seg, &port)) {
				seg[n_seg - 1].index = -1;       /* an index of the value, not of the name */
				break;
			}
			if (!eval(in, part[i]->kid[1], s, &v))
				return false;
			if (v.kind != VAL_NUMBER || v.number < 0 || v.number != (double)(int64_t)v.number)
				break;
			seg[n_seg - 1].index = (int64_t)v.number;
		}
		if (n_seg <= MAX_SEGMENTS && names_value(r->data->graph, seg, n_seg, &port)) {
			good = i + 1;
			good_seg = n_seg;
			good_port = port;
			memcpy(found, seg, sizeof found);
		}
	}
	if (!good)
		return no_such_value(in, part[0], r);
	const struct pattern *step = step_of_segments(in, found, good_seg - good_port, good_port ? found[good_seg - 1].name : NULL, part[good - 1]->span);
	return watched(in, part[good - 1], r, step, out) && apply_rest(in, part, good, n, s, out);
}

bool part_of_run(struct interp *in, const struct ast *a, struct scope *s, struct value *out, bool *handled)
{
	const struct ast *part[MAX_PARTS], *root;
	struct value r;
	int n = unroll(a, part, &root);
	*handled = false;
	if (root->kind == AST_NAME) {
		struct binding *b = find(s, root->name);
		if (!b || b->value.kind != VAL_RUN || !b->value.run->of)
			return true;
		r = b->value;
	} else {
		if (root->kind != AST_CALL || root->kid[0]->kind != AST_NAME || strcmp(root->kid[0]->name, "run") != 0)
			return true;
		if (!eval(in, root, s, &r))
			return false;
		if (r.kind != VAL_RUN || !r.run->of) {   /* a function of the script's own */
			*handled = true;
			*out = r;
			return apply_rest(in, part, 0, n, s, out);
		}
	}
	*handled = true;
	if (in->o.mode != INTERP_RUN) {
		*out = (struct value){ .kind = VAL_LATER };
		return true;
	}
	if (part[0]->kind == AST_DOT)
		return by_name(in, part, n, r.run, s, out);
	struct value p;
	if (part[0]->n != 2 || !eval(in, part[0]->kid[1], s, &p) || !want(in, part[0]->kid[1], p, VAL_PATHS))
		return false;
	return watched(in, part[0], r.run, p.paths, out) && apply_rest(in, part, 1, n, s, out);
}

/* ---- likeliest tokens */

DEFINE(top_tokens)
{
	double n = 5;
	struct value x = { .kind = VAL_NONE };
	if (!number_arg(in, at, a, "n", 5, &n) || !takes(in, at, a, 2, 2))
		return false;
	const struct tokenizer *t = a->at[1].kind == VAL_MODEL ? a->at[1].model->tokenizer : a->at[1].kind == VAL_DATASET ? a->at[1].dataset->tokenizer : NULL;
	if (a->at[1].kind != VAL_MODEL && !want(in, a->ast[1], a->at[1], VAL_DATASET))
		return false;
	if (!want(in, a->ast[0], a->at[0], VAL_TENSOR) || a->at[0].tensor->n != 1)
		return a->at[0].kind == VAL_TENSOR ? FAIL(in, E_SHAPE, a->ast[0], "top_tokens() takes one row of logits: run.logits[-1]") : false;
	if (!(n >= 1 && n == floor(n)))
		return FAIL(in, E_VALUE, at, "n is how many tokens are shown, at least 1");
	const struct tensor *l = a->at[0].tensor;
	int64_t count = l->dim[0], k = n > (double)count ? count : (int64_t)n;
	double most = -INFINITY, sum = 0;
	bool *taken = mem_array((size_t)count + 1, sizeof *taken);
	for (int64_t i = 0; i < count; i++)
		most = fmax(most, tensor_get_flat(l, i));
	for (int64_t i = 0; i < count; i++)
		sum += exp(tensor_get_flat(l, i) - most);
	static const char *const name[] = { "token", "id", "logit", "prob" };
	const char *column[4];
	struct value *cell = new_cells(in, at, 4, (size_t)k);
	for (int i = 0; i < 4; i++)
		column[i] = intern(name[i]);
	for (int64_t r = 0; cell && r < k; r++) {
		int64_t best = -1;
		for (int64_t i = 0; i < count; i++)
			if (!taken[i] && (best < 0 || tensor_get_flat(l, i) > tensor_get_flat(l, best)))
				best = i;
		const char *s = t ? tokenizer_text(t, (int32_t)best) : NULL;
		const struct value v[4] = { s ? text(in, s, strlen(s)) : x, number((double)best), number(tensor_get_flat(l, best)),
			number(exp(tensor_get_flat(l, best) - most) / sum) };
		taken[best] = true;
		memcpy(cell + r * 4, v, sizeof v);
	}
	free(taken);
	return cell && new_table(in, at, column, 4, cell, (size_t)k, out);
}
