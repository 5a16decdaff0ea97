/* evaluate ... across {ablation: [...], level: [...], direction: [...]}: a hypothesis in the ways in which the literature would test it.
 *
 *   ablation   what the other paths get: resample, the counterfactual; mean or zero, where they leave the kept paths (reading
 *              backward) the first component is set
 *   level      node: all paths whose every component is on a kept path; edge: all whose every step is; path: the kept paths
 *   direction  keep; drop: kept and other paths are exchanged
 *
 * Every variant is a hypothesis of its own, and all are one evaluation.  Its total effect is that of keeping nothing under the same
 * ablation: of one more hypothesis, which is taken away again.  Requires: metric_clauses.  Fills: e->h, e->n_h, e->n_hidden. */
#include <stdlib.h>
#include <string.h>

#include "lang/metric.h"
#include "lang/sets.h"
#include "paths/big.h"

enum { ABLATION, LEVEL, DIRECTION, AXES_OF_METHOD, MOST_WORDS = 3 };

static const struct method_axis { const char *name, *word[MOST_WORDS]; int n, plain; } method[AXES_OF_METHOD] = {
	[ABLATION]  = { "ablation", { "resample", "mean", "zero" }, 3, 0 },
	[LEVEL]     = { "level", { "node", "edge", "path" }, 3, 2 },
	[DIRECTION] = { "direction", { "keep", "drop" }, 2, 0 },
};

struct chosen { int at[MOST_WORDS]; size_t n; bool given; };

/* ---- reading the clause */

static bool add_word(struct interp *in, const struct ast *a, const struct method_axis *x, struct chosen *c)
{
	const char *word = a->kind == AST_NAME ? a->name : a->kind == AST_STRING ? a->text : "";
	int i = 0;
	while (i < x->n && strcmp(word, x->word[i]) != 0)
		i++;
	for (size_t k = 0; k < c->n; k++)
		if (i < x->n && c->at[k] == i)
			return FAIL(in, E_EVALUATE, a, "%s stands here twice", word);
	if (i < x->n) {
		c->at[c->n++] = i;
		return true;
	}
	diag_at(in->o.diags, E_EVALUATE, a->span, "this is no %s", x->name);
	diag_hint(in->o.diags, "%s: %s, %s%s%s", x->name, x->word[0], x->word[1], x->n > 2 ? ", " : "", x->n > 2 ? x->word[2] : "");
	return false;
}

static bool read_axis(struct interp *in, const struct ast *field, struct chosen *chosen)
{
	int i = 0;
	while (i < AXES_OF_METHOD && (!field->name || strcmp(field->name, method[i].name) != 0))
		i++;
	if (i == AXES_OF_METHOD) {
		diag_at(in->o.diags, E_EVALUATE, field->span, "a method is not told by this");
		diag_hint(in->o.diags, "across {ablation: [resample, mean, zero], level: [node, edge, path], direction: [keep, drop]}");
		return false;
	}
	const struct ast *v = field->kid[0];
	chosen[i].given = true;
	for (uint32_t k = 0; v->kind == AST_LIST && k < v->n; k++)
		if (!add_word(in, v->kid[k], &method[i], &chosen[i]))
			return false;
	return v->kind == AST_LIST ? v->n > 0 || FAIL(in, E_EVALUATE, v, "the list is empty") : add_word(in, v, &method[i], &chosen[i]);
}

static bool read_clause(struct interp *in, const struct ast *a, struct chosen *chosen)
{
	if (a->kind != AST_RECORD || !a->n)
		return FAIL(in, E_EVALUATE, a, "across takes a record: {ablation: [...], level: [...], direction: [...]}");
	for (uint32_t i = 0; i < a->n; i++)
		if (!read_axis(in, a->kid[i], chosen))
			return false;
	for (int i = 0; i < AXES_OF_METHOD; i++)
		if (!chosen[i].n)
			chosen[i].at[chosen[i].n++] = method[i].plain;
	return true;
}

/* ---- what a level keeps */

static struct pattern *visited(struct interp *in, const struct graph *g, const struct flow *f, struct span at)
{
	struct pattern *p = pattern_new(&in->arena, PAT_WITHIN, at, g->component.n);
	p->n = 0;
	for (size_t c = 0; c < g->component.n; c++) {
		const struct component *x = &g->component.at[c];
		bool on = false;
		for (int l = x->first_letter; l < x->first_letter + x->n_letters; l++)
			on |= !big_is_zero(f->letter + (size_t)l * f->width, f->width);
		if (on)
			p->kid[p->n++] = step_of_component(in, g, (int)c, at);
	}
	return p;
}

/* A step leads from a component to a component, or to a port of one. */
static struct pattern *taken(struct interp *in, const struct graph *g, const struct flow *f, struct span at)
{
	VEC(struct pattern *) step = { 0 };
	bool *from = mem_array(g->component.n + 1, sizeof *from);
	for (size_t l = 0; l < g->letter.n; l++) {
		memset(from, 0, g->component.n * sizeof *from);
		for (size_t k = 0; k < g->below[l].n; k++)
			if (g->below[l].at[k] < (int)g->letter.n && !big_is_zero(f->edge + (f->edge_at[l] + k) * f->width, f->width))
				from[g->letter.at[g->below[l].at[k]].component] = true;
		for (size_t c = 0; c < g->component.n; c++)
			if (from[c]) {
				vec_push(&step, step_of_component(in, g, (int)c, at));
				vec_push(&step, step_of_letter(in, g, (int)l, at));
			}
	}
	struct pattern *p = pattern_new(&in->arena, PAT_CIRCUIT, at, step.n);
	for (size_t i = 0; i < step.n; i++)
		p->kid[i] = step.at[i];
	vec_free(&step);
	free(from);
	return p;
}

/* The components that kept paths visit, or the steps that they take; *out NULL: there are none.  False after a report. */
static bool level_pattern(struct interp *in, const struct ast *at, const struct hypothesis *h, bool edges, struct pattern **out)
{
	struct automaton *m = automaton_of_set(h->graph, h->rule, h->n_rules, in->o.diags);
	*out = NULL;
	if (!m)
		return false;
	if (automaton_has_positions(m)) {
		automaton_free(m);
		diag_at(in->o.diags, E_POSITIONS, at->span, "%s names positions: the components and steps of its paths are not kept everywhere", h->name);
		diag_hint(in->o.diags, "at the level path it can be taken as it is");
		return false;
	}
	struct path_query q = { .graph = h->graph, .in = { { m, COLUMN_REF } }, .wanted = QUERY_FIRST };
	struct product *x = product_new(&q);
	bool ok = !product_full(x);
	struct flow f;
	if (!ok) {
		automaton_say_full(m, h->span, in->o.diags);
	} else if (!product_empty(x)) {
		product_flow(x, &f);
		*out = (edges ? taken : visited)(in, h->graph, &f, h->span);
		flow_free(&f);
	}
	product_free(x);
	automaton_free(m);
	return ok;
}

/* ---- variants */

static bool plain_rules(struct interp *in, const struct ast *at, const struct hypothesis *h)
{
	for (size_t r = 0; r < h->n_rules; r++)
		if (h->rule[r].set || h->rule[r].from) {
			diag_at(in->o.diags, E_EVALUATE, at->span, "%s sets values or takes another column", h->name);
			diag_hint(in->o.diags, "across tells what other paths get by itself; it takes hypotheses of keep and drop");
			return false;
		}
	return true;
}

/* The rules of a variant: those of the hypothesis, or one about the paths of a level; exchanged for drop. */
static void put_rules(struct interp *in, struct hypothesis *v, const struct hypothesis *h, const struct pattern *of_level, bool path, bool drop)
{
	size_t n = path ? h->n_rules : of_level != NULL;
	v->rule = arena_array(&in->arena, n + 1, sizeof *v->rule);
	v->n_rules = 0;
	if (drop)
		v->rule[v->n_rules++] = (struct rule){ .column = COLUMN_REF, .pattern = pattern_new(&in->arena, PAT_ALL, h->span, 0), .span = h->span };
	for (size_t r = 0; r < n; r++) {
		struct rule x = path ? h->rule[r] : (struct rule){ .column = COLUMN_REF, .pattern = of_level, .span = h->span };
		x.column = drop ? (x.column == COLUMN_REF ? COLUMN_CF : COLUMN_REF) : x.column;
		v->rule[v->n_rules++] = x;
	}
}

static const struct setting *setting_for(struct interp *in, int ablation)
{
	struct setting *x = arena_alloc(&in->arena, sizeof *x);
	*x = (struct setting){ .kind = ablation == 1 ? SETTING_MEAN : SETTING_ZERO, .column = COLUMN_CF };
	return ablation ? x : NULL;
}

static const char *variant_name(struct interp *in, const struct hypothesis *h, const struct chosen *chosen, const struct hypothesis *v)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s (", h->name);
	for (int i = 0, n = 0; i < AXES_OF_METHOD; i++)
		if (chosen[i].given)
			buf_printf(&b, "%s%s", n++ ? ", " : "", v->variant[i]);
	buf_puts(&b, ")");
	const char *name = arena_strndup(&in->arena, buf_str(&b), b.n);
	buf_free(&b);
	return name;
}

struct making { struct interp *in; const struct ast *a; const struct chosen *chosen; const struct setting *setting[MOST_WORDS]; struct hypothesis *out; size_t n; };

static bool put_variants(struct making *k, const struct hypothesis *h)
{
	struct pattern *of_level[MOST_WORDS] = { NULL };
	for (size_t l = 0; l < k->chosen[LEVEL].n; l++) {
		int level = k->chosen[LEVEL].at[l];
		if (level != 2 && !level_pattern(k->in, k->a, h, level == 1, &of_level[level]))
			return false;
	}
	for (size_t a = 0; a < k->chosen[ABLATION].n; a++)
		for (size_t l = 0; l < k->chosen[LEVEL].n; l++)
			for (size_t d = 0; d < k->chosen[DIRECTION].n; d++) {
				int at[AXES_OF_METHOD] = { k->chosen[ABLATION].at[a], k->chosen[LEVEL].at[l], k->chosen[DIRECTION].at[d] };
				struct hypothesis *v = &k->out[k->n++];
				*v = *h;
				put_rules(k->in, v, h, of_level[at[LEVEL]], at[LEVEL] == 2, at[DIRECTION] == 1);
				v->ablation = k->setting[at[ABLATION]];
				v->variant_of = h->name;
				for (int i = 0; i < AXES_OF_METHOD; i++)
					v->variant[i] = method[i].word[at[i]];
				v->name = variant_name(k->in, h, k->chosen, v);
			}
	return true;
}

bool across_variants(struct evaluation *e, const struct ast *a)
{
	struct interp *in = e->in;
	struct chosen chosen[AXES_OF_METHOD] = { 0 };
	if (!read_clause(in, a, chosen))
		return false;
	struct making k = { in, a, chosen, { NULL }, NULL, 0 };
	size_t each = chosen[ABLATION].n * chosen[LEVEL].n * chosen[DIRECTION].n;
	k.out = arena_array(&in->arena, e->n_h * each + MOST_WORDS, sizeof *k.out);
	for (size_t i = 0; i < chosen[ABLATION].n; i++)
		k.setting[chosen[ABLATION].at[i]] = setting_for(in, chosen[ABLATION].at[i]);
	for (size_t h = 0; h < e->n_h; h++)
		if (!plain_rules(in, a, e->h[h]) || !put_variants(&k, e->h[h]))
			return false;
	e->n_hidden = 0;
	for (int i = 0; i < MOST_WORDS; i++)
		if (k.setting[i]) {
			k.out[k.n++] = (struct hypothesis){ .name = "nothing", .graph = e->data->graph, .ablation = k.setting[i], .span = a->span };
			e->n_hidden++;
		}
	e->n_h = k.n;
	e->h = arena_array(&in->arena, k.n, sizeof *e->h);
	for (size_t h = 0; h < k.n; h++)
		e->h[h] = &k.out[h];
	return true;
}

void across_totals(struct evaluation *e)
{
	size_t shown = e->n_h - e->n_hidden;
	for (size_t h = 0; h < shown; h++)
		for (size_t x = shown; x < e->n_h; x++) {
			if (e->h[x]->ablation != e->h[h]->ablation)
				continue;
			for (size_t m = 0; m < e->n_m; m++) {
				struct estimate *to = &e->row[h * e->n_m + m], *from = &e->row[x * e->n_m + m];
				to->delta_total = from->delta;
				to->f_cf = from->f_patched;
			}
		}
	e->n_h = shown;
}
