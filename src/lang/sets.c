/* Sets of paths as values: compared, counted and combined without running anything (paths/product.h).
 *
 * A set is a paths value, or a hypothesis: then the paths that it keeps. */
#include <string.h>

#include "lang/builtins.h"
#include "lang/sets.h"
#include "lang/tables.h"
#include "paths/big.h"

/* ---- what is a set, and of which model */

bool is_set(struct value v)
{
	return v.kind == VAL_PATHS || v.kind == VAL_HYPOTHESIS;
}

static bool want_set(struct interp *in, const struct ast *a, struct value v)
{
	return is_set(v) || FAIL(in, E_TYPE, a, "this is %s, but a set of paths or a hypothesis is needed", value_kind_name[v.kind]);
}

/* The graph on which the sets can be asked about: *g, or one derived from it where they name inner nodes. */
static bool graph_of_sets(struct interp *in, const struct ast *a, const struct value *set, size_t n, const struct graph **g)
{
	struct hypothesis h[2], *each[2];
	for (size_t i = 0; i < n; i++) {
		const struct rule r = { COLUMN_REF, set[i].kind == VAL_PATHS ? set[i].paths : NULL, a->span, NULL, NULL };
		h[i] = (struct hypothesis){ .name = "", .graph = *g, .rule = arena_copy(&in->arena, &r, sizeof r), .n_rules = 1, .span = a->span };
		if (set[i].kind == VAL_HYPOTHESIS)
			h[i] = *set[i].hypothesis;
		if (graph_origin(h[i].graph) != graph_origin(*g))
			return true;                     /* ask() says so */
		each[i] = &h[i];
	}
	if (!derive_together(in, each, n))
		return false;
	if (n > 1 && h[0].graph != h[1].graph)
		return FAIL(in, E_VALUE, a, "these hypotheses split components differently, so their paths cannot be compared");
	*g = h[0].graph;
	return true;
}

/* The automaton of a set on graph g; NULL after a report. */
static struct automaton *automaton_for(struct interp *in, const struct ast *a, struct value v, const struct graph *g)
{
	struct automaton *m;
	if (v.kind == VAL_HYPOTHESIS) {
		const struct hypothesis *h = v.hypothesis;
		if (graph_origin(h->graph) != graph_origin(g)) {
			diag_at(in->o.diags, E_VALUE, a->span, "%s is a hypothesis on the model %s, not on %s", h->name, h->graph->name, g->name);
			return NULL;
		}
		m = automaton_of_set(g, h->rule, h->n_rules, in->o.diags);
	} else {
		struct rule r = { COLUMN_REF, v.paths, a->span, NULL, NULL };
		m = automaton_of_set(g, &r, 1, in->o.diags);
	}
	if (!m || !automaton_has_positions(m))
		return m;
	diag_at(in->o.diags, E_POSITIONS, a->span, "this names positions, which a path of the model does not have by itself");
	diag_hint(in->o.diags, "leave out what follows @ to ask about the paths wherever they run");
	automaton_free(m);
	return NULL;
}

void set_product_free(struct set_product *q)
{
	product_free(q->product);
	automaton_free(q->m[0]);
	automaton_free(q->m[1]);
}

/* Prepares what is wanted of one set, or two (b may be NULL).  False after a report. */
static bool ask(struct interp *in, const struct ast *a, struct value x, const struct ast *b, struct value y, const struct graph *g,
    unsigned wanted, bool any, struct set_product *q)
{
	*q = (struct set_product){ 0 };
	q->m[0] = automaton_for(in, a, x, g);
	q->m[1] = b && q->m[0] ? automaton_for(in, b, y, g) : NULL;
	if (!q->m[0] || (b && !q->m[1]))
		return set_product_free(q), false;
	struct path_query query = { .graph = g, .in = { { q->m[0], COLUMN_REF }, { q->m[1], COLUMN_REF } }, .wanted = wanted, .any = any };
	q->product = product_new(&query);
	if (!product_full(q->product))
		return true;
	automaton_say_full(q->m[1] && automaton_full(q->m[1]) ? q->m[1] : q->m[0], a->span, in->o.diags);
	return set_product_free(q), false;
}

bool set_product_new(struct interp *in, const struct ast *a, struct value v, const struct graph *g, struct set_product *q)
{
	return ask(in, a, v, NULL, v, g, QUERY_FIRST, false, q);
}

const char *paths_beyond(struct interp *in, const struct graph *g, struct pattern *p, struct value set, const struct ast *a)
{
	struct set_product q;
	struct value circuit = { .kind = VAL_PATHS, .paths = p };
	if (!ask(in, a, circuit, a, set, g, QUERY_FIRST_ONLY, false, &q))
		return NULL;
	const char *n = product_count(q.product, &in->arena);
	set_product_free(&q);
	return n;
}

/* The arguments (set, model) of a function; of a hypothesis the model may be left out. */
static bool set_and_graph(struct interp *in, const struct ast *at, struct args *a, const struct graph **g)
{
	if (!takes(in, at, a, 1, 2) || !want_set(in, a->ast[0], a->at[0]))
		return false;
	if (a->n == 2) {
		if (!want(in, a->ast[1], a->at[1], VAL_MODEL))
			return false;
		*g = a->at[1].model->graph;
		return graph_of_sets(in, at, &a->at[0], 1, g);
	}
	if (a->at[0].kind != VAL_HYPOTHESIS) {
		diag_at(in->o.diags, E_ARGUMENT, at->span, "which model's paths are meant?");
		diag_hint(in->o.diags, "%s(p, m): a set of paths belongs to no model, a hypothesis does", a->fn->name);
		return false;
	}
	*g = a->at[0].hypothesis->graph;
	return true;
}

/* ---- answers as values */

enum { EXACT_DIGITS = 15 };                      /* so many decimal digits a number holds exactly */

static struct value count_value(struct interp *in, const char *decimal, bool as_text)
{
	size_t n = strlen(decimal);
	return as_text || n > EXACT_DIGITS ? text(in, decimal, n) : number(strtod(decimal, NULL));
}

struct pattern *step_of_segments(struct interp *in, const struct segment *s, int n, const char *port, struct span at)
{
	struct pattern *p = pattern_new(&in->arena, PAT_STEP, at, 0);
	p->size = p->depth = 1;
	p->n_segments = (size_t)n;
	p->segment = arena_array(&in->arena, p->n_segments, sizeof *p->segment);
	for (int i = 0; i < n; i++) {
		const struct index_part one = { s[i].index, s[i].index + 1, true };
		p->segment[i] = (struct step_segment){ .name = s[i].name, .at = at };
		if (one.from >= 0)
			p->segment[i].index = (struct index_set){ true, false, 1, arena_copy(&in->arena, &one, sizeof one) };
	}
	if (port) {
		p->n_ports = 1;
		p->port = arena_copy(&in->arena, &port, sizeof port);
	}
	return p;
}

struct pattern *step_of_component(struct interp *in, const struct graph *g, int component, struct span at)
{
	const struct component *c = &g->component.at[component];
	return step_of_segments(in, c->segment, c->n_segments, NULL, at);
}

struct pattern *step_of_letter(struct interp *in, const struct graph *g, int letter, struct span at)
{
	const struct letter *l = &g->letter.at[letter];
	const struct component *c = &g->component.at[l->component];
	return step_of_segments(in, c->segment, c->n_segments, l->port, at);
}

static struct value path_value(struct interp *in, const struct graph *g, const path_letters *l, struct span at)
{
	struct pattern *p = pattern_new(&in->arena, PAT_THEN, at, l->n);
	p->size = l->n + 1;
	p->depth = 2;
	for (size_t i = 0; i < l->n; i++)
		p->kid[i] = step_of_letter(in, g, l->at[i], at);
	return (struct value){ .kind = VAL_PATHS, .paths = l->n == 1 ? p->kid[0] : p };
}

/* ---- functions */

DEFINE(count)
{
	const struct graph *g;
	struct set_product q;
	if (!at_top(in, at, "count()") || !set_and_graph(in, at, a, &g) || !ask(in, a->ast[0], a->at[0], NULL, a->at[0], g, QUERY_FIRST, false, &q))
		return false;
	*out = count_value(in, product_count(q.product, &in->arena), false);
	set_product_free(&q);
	return true;
}

DEFINE(witness)
{
	const struct graph *g;
	struct set_product q;
	path_letters path = { 0 };
	if (!at_top(in, at, "witness()") || !set_and_graph(in, at, a, &g) || !ask(in, a->ast[0], a->at[0], NULL, a->at[0], g, QUERY_FIRST, false, &q))
		return false;
	*out = (struct value){ .kind = VAL_NONE };
	if (product_shortest(q.product, &path))
		*out = path_value(in, g, &path, at->span);
	vec_free(&path);
	set_product_free(&q);
	return true;
}

/* ---- coverage */

/* A row of coverage: how many paths of the set, and of all, pass here. */
struct covered { struct value name, layer; uint64_t *kept, *all; };

static int64_t layer_of(const struct component *c)
{
	return c->segment[0].index;
}

static bool coverage_table(struct interp *in, const struct ast *at, const struct covered *row, size_t n, const struct flow *f, bool layers,
    struct value *out)
{
	const char *column[] = { intern("component"), intern("layer"), intern("kept"), intern("in_all"), intern("share") };
	size_t first = layers ? 1 : 0, columns = 5 - first;
	struct value *cell = new_cells(in, at, columns, n);
	struct arena tmp = { 0 };
	bool as_text = strlen(big_text(f->count_all, f->width, &tmp)) > EXACT_DIGITS;
	for (size_t i = 0; cell && i < n; i++) {
		struct value all[] = { row[i].name, row[i].layer, count_value(in, big_text(row[i].kept, f->width, &tmp), as_text),
			count_value(in, big_text(row[i].all, f->width, &tmp), as_text), number(big_ratio(row[i].kept, f->count, f->width)) };
		memcpy(cell + i * columns, all + first, columns * sizeof *cell);
	}
	arena_free(&tmp);
	return cell && new_table(in, at, column + first, columns, cell, n, out);
}

static bool by_component(struct interp *in, const struct ast *at, const struct graph *g, const struct flow *f, struct value *out)
{
	struct covered *row = arena_array(&in->arena, g->component.n, sizeof *row);
	size_t n = 0, w = f->width;
	for (size_t c = 0; c < g->component.n; c++) {
		const struct component *k = &g->component.at[c];
		struct covered r = { text(in, k->name, strlen(k->name)), { .kind = VAL_NONE }, arena_array(&in->arena, w, 8), arena_array(&in->arena, w, 8) };
		if (layer_of(k) >= 0)
			r.layer = number((double)layer_of(k));
		for (int l = k->first_letter; l < k->first_letter + k->n_letters; l++) {
			big_add(r.kept, f->letter + (size_t)l * w, f->width);
			big_add(r.all, f->letter_all + (size_t)l * w, f->width);
		}
		if (!big_is_zero(r.kept, f->width))
			row[n++] = r;
	}
	return coverage_table(in, at, row, n, f, false, out);
}

/* A path that visits two components of a layer passes it once: what avoids the layer is counted, and taken from the whole. */
static bool by_layer(struct interp *in, const struct ast *at, const struct graph *g, struct product *p, const struct flow *f, struct value *out)
{
	int64_t last = graph_largest_index(g, 0);
	size_t n = 0, w = f->width;
	if (last >= (int64_t)g->component.n)
		return FAIL(in, E_VALUE, at, "the components of %s are not numbered by layer", g->name);
	struct covered *row = arena_array(&in->arena, (size_t)(last + 1), sizeof *row);
	bool *avoid = mem_array(g->letter.n + 1, sizeof *avoid);
	for (int64_t layer = 0; layer <= last; layer++) {
		for (size_t l = 0; l < g->letter.n; l++)
			avoid[l] = layer_of(&g->component.at[g->letter.at[l].component]) == layer;
		struct covered r = { .layer = number((double)layer), .kept = arena_copy(&in->arena, f->count, w * 8), .all = arena_copy(&in->arena, f->count_all, w * 8) };
		product_take_away_avoiding(p, avoid, r.kept, r.all);
		if (!big_is_zero(r.kept, f->width))
			row[n++] = r;
	}
	free(avoid);
	return coverage_table(in, at, row, n, f, true, out);
}

DEFINE(coverage)
{
	const struct graph *g;
	struct set_product q;
	struct flow f;
	struct value by = text(in, "component", 9);
	if (!at_top(in, at, "coverage()"))
		return false;
	if (named(a, "by", &by) && !want(in, at, by, VAL_STRING))
		return false;
	bool layers = strcmp(by.string.at, "layer") == 0;
	if (!layers && strcmp(by.string.at, "component"))
		return FAIL(in, E_VALUE, at, "coverage is by: \"component\" or by: \"layer\", not by %s", by.string.at);
	if (!set_and_graph(in, at, a, &g) || !ask(in, a->ast[0], a->at[0], NULL, a->at[0], g, QUERY_FIRST, false, &q))
		return false;
	product_flow(q.product, &f);
	bool ok = layers ? by_layer(in, at, g, q.product, &f, out) : by_component(in, at, g, &f, out);
	flow_free(&f);
	set_product_free(&q);
	return ok;
}

/* ---- p subset of q on m, p equals q on m */

bool compare_sets(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value x, y, m;
	struct set_product q;
	unsigned wanted = a->kind == AST_SUBSET ? QUERY_FIRST_ONLY : QUERY_FIRST_ONLY | QUERY_SECOND_ONLY;
	if (!eval(in, a->kid[0], s, &x) || !eval(in, a->kid[1], s, &y) || !eval(in, a->kid[2], s, &m))
		return false;
	*out = (struct value){ .kind = VAL_LATER };
	if (x.kind == VAL_LATER || y.kind == VAL_LATER || m.kind == VAL_LATER)
		return true;
	if (!want_set(in, a->kid[0], x) || !want_set(in, a->kid[1], y) || !want(in, a->kid[2], m, VAL_MODEL) || !at_top(in, a, "a comparison of path sets"))
		return false;
	const struct graph *g = m.model->graph;
	if (!graph_of_sets(in, a, (struct value[]){ x, y }, 2, &g) || !ask(in, a->kid[0], x, a->kid[1], y, g, wanted, true, &q))
		return false;
	*out = truth(product_empty(q.product));
	set_product_free(&q);
	return true;
}

void hint_difference(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value x, y, m;
	struct set_product q;
	path_letters l = { 0 };
	if (!eval(in, a->kid[0], s, &x) || !eval(in, a->kid[1], s, &y) || !eval(in, a->kid[2], s, &m))
		return;
	const struct graph *g = m.model->graph;
	for (int turn = 0; turn < (a->kind == AST_SUBSET ? 1 : 2) && !l.n; turn++) {
		if (!graph_of_sets(in, a, (struct value[]){ x, y }, 2, &g) || !ask(in, a->kid[0], x, a->kid[1], y, g, turn ? QUERY_SECOND_ONLY : QUERY_FIRST_ONLY, false, &q))
			break;
		if (product_shortest(q.product, &l)) {
			struct value path = path_value(in, g, &l, a->span);
			struct buf b = { 0 };
			value_text(&path, &b, false);
			diag_hint(in->o.diags, "%s is only in the %s", buf_str(&b), turn ? "second" : "first");
			buf_free(&b);
		}
		set_product_free(&q);
	}
	vec_free(&l);
}

/* ---- and, or, not, except as expressions */

static struct pattern *joined(struct interp *in, enum pat_kind k, struct pattern *x, struct pattern *y, const struct ast *at)
{
	struct pattern *p = pattern_new(&in->arena, k, at->span, y ? 2 : 1);
	p->kid[0] = x;
	if (y)
		p->kid[1] = y;
	p->size = p->depth = 1;
	return pattern_measure(in, p, x) && (!y || pattern_measure(in, p, y)) ? p : NULL;
}

/* The paths a hypothesis keeps as one pattern: the last rule that matches decides. */
static struct pattern *kept_paths(struct interp *in, const struct hypothesis *h, const struct ast *at)
{
	struct pattern *all = pattern_new(&in->arena, PAT_ALL, at->span, 0);
	all->size = all->depth = 1;
	struct pattern *p = joined(in, PAT_NOT, all, NULL, at);
	for (size_t r = 0; r < h->n_rules && p; r++) {
		if (h->rule[r].set) {
			diag_at(in->o.diags, E_TYPE, at->span, "the hypothesis %s sets values, so the paths it keeps are no set that can be made of patterns", h->name);
			return NULL;
		}
		struct pattern *rule = arena_copy(&in->arena, h->rule[r].pattern, sizeof *rule);
		p = joined(in, h->rule[r].column == COLUMN_REF ? PAT_OR : PAT_EXCEPT, p, rule, at);
	}
	return p;
}

static struct pattern *as_pattern(struct interp *in, struct value v, const struct ast *at)
{
	return v.kind == VAL_PATHS ? v.paths : kept_paths(in, v.hypothesis, at);
}

bool takes_sets(enum ast_op op, struct value x)
{
	return is_set(x) && (op == OPR_AND || op == OPR_OR || op == OPR_EXCEPT || op == OPR_NOT);
}

bool combine_sets(struct interp *in, enum ast_op op, struct value x, struct value y, const struct ast *at, struct value *out)
{
	bool one = op == OPR_NOT;
	if (!want_set(in, at->kid[0], x) || (!one && !want_set(in, at->kid[1], y)))
		return false;
	struct pattern *p = as_pattern(in, x, at), *q = one ? NULL : as_pattern(in, y, at);
	if (!p || (!one && !q))
		return false;
	p = joined(in, op == OPR_AND ? PAT_AND : op == OPR_OR ? PAT_OR : one ? PAT_NOT : PAT_EXCEPT, p, q, at);
	*out = (struct value){ .kind = VAL_PATHS, .paths = p };
	return p != NULL;
}
