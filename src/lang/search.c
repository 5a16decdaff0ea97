/* prune and refine: greedy searches over the edges of a model, every candidate computed exactly, all candidates of a round on one
 * shared treeified graph.
 *
 *     prune circuit {...} on pairs by kl until explained < 0.9        takes edges away as long as it explains that much
 *     refine h on pairs by kl until explained > 0.9                   adds the edges that explain most until it does
 *
 * An edge leads from a component to a component or port that reads it directly. */
#include <stdlib.h>
#include <string.h>

#include "lang/metric.h"
#include "lang/report.h"
#include "lang/sets.h"

enum { MAX_CANDIDATES = 200000 };

struct candidate { struct pattern *from, *to, *edge; double aue; bool in; };

struct search {
	struct evaluation e;
	struct interp *in;
	const struct ast *a;
	const struct hypothesis *base;               /* refine: what is extended */
	const char *name;
	VEC(struct candidate) edge;
	size_t n_in;                                 /* edges that are kept (prune), that were added (refine) */
	double limit, explained;
	bool defined;                                /* ATE is not 0 */
};

/* ---- edges */

static struct pattern *joined(struct interp *in, enum pat_kind k, struct pattern *const *kid, size_t n, struct span at)
{
	struct pattern *p = pattern_new(&in->arena, k, at, n);
	p->size = p->depth = 1;
	for (size_t i = 0; i < n; i++) {
		p->kid[i] = kid[i];
		p->size += kid[i]->size;
		p->depth = kid[i]->depth >= p->depth ? kid[i]->depth + 1 : p->depth;
	}
	return p;
}

/* Patterns of letters are made once: a circuit's names are few. */
struct names { struct pattern **whole, **port; };

static void add_edge(struct search *s, const struct graph *g, struct names *names, int from, int to)
{
	int c = g->letter.at[from].component;
	if (!names->whole[c])
		names->whole[c] = step_of_component(s->in, g, c, s->a->span);
	if (!names->port[to])
		names->port[to] = step_of_letter(s->in, g, to, s->a->span);
	struct candidate x = { .from = names->whole[c], .to = names->port[to] };
	for (size_t i = s->edge.n; i-- > 0 && s->edge.at[i].to == x.to;)         /* by another port of the same component */
		if (s->edge.at[i].from == x.from)
			return;
	vec_push(&s->edge, x);
}

/* All edges of the graph, or those that some edge of the circuit covers. */
static bool gather_edges(struct search *s, const struct graph *g, const struct pattern *circuit)
{
	size_t n = g->letter.n;
	struct names names = { mem_array(g->component.n, sizeof *names.whole), mem_array(n, sizeof *names.port) };
	bool *from = mem_array(n + 1, 1), *to = mem_array(n + 1, 1), ok = true;
	uint8_t *covered = circuit ? mem_array(n * n + 1, 1) : NULL;
	for (size_t i = 0; circuit && i < circuit->n && ok; i += 2) {
		ok = step_letters(g, circuit->kid[i], from, s->in->o.diags) && step_letters(g, circuit->kid[i + 1], to, s->in->o.diags);
		for (size_t t = 0; ok && t < n; t++)
			for (size_t f = 0; to[t] && f < n; f++)
				covered[t * n + f] |= from[f];
	}
	for (size_t t = 0; t < n && ok; t++) {
		const struct letters_below *below = &g->below[t];
		bool whole = !g->letter.at[t].port && g->component.at[g->letter.at[t].component].n_letters > 1;
		for (size_t k = 0; k < below->n && below->at[k] < (int)n && !whole; k++)
			if (!circuit || covered[t * n + (size_t)below->at[k]])
				add_edge(s, g, &names, below->at[k], (int)t);
	}
	free(covered);
	free(from);
	free(to);
	free(names.whole);
	free(names.port);
	if (ok && s->edge.n > MAX_CANDIDATES)
		ok = FAIL(s->in, E_TOO_LARGE, s->a, "more than %d edges to choose from", MAX_CANDIDATES);
	for (size_t i = 0; i < s->edge.n && ok; i++)
		s->edge.at[i].edge = joined(s->in, PAT_THEN, (struct pattern *const[]){ s->edge.at[i].from, s->edge.at[i].to }, 2, s->a->span);
	return ok;
}

/* ---- candidates */

/* The circuit of the edges that are in, without one of them (or SIZE_MAX), or refine's hypothesis with one more. */
static struct hypothesis *hypothesis_with(struct search *s, const size_t *change, size_t n, const char *name)
{
	struct interp *in = s->in;
	struct hypothesis *h = arena_alloc(&in->arena, sizeof *h);
	bool *changed = mem_array(s->edge.n + 1, sizeof *changed);
	for (size_t i = 0; i < n; i++)
		changed[change[i]] = true;
	if (s->base) {
		*h = *s->base;
		struct rule *r = arena_array(&in->arena, h->n_rules + s->n_in + n, sizeof *r);
		memcpy(r, h->rule, h->n_rules * sizeof *r);
		for (size_t i = 0; i < s->edge.n; i++)
			if (s->edge.at[i].in || changed[i])
				r[h->n_rules++] = (struct rule){ COLUMN_REF, s->edge.at[i].edge, s->a->span, NULL, NULL };
		h->rule = r;
	} else {
		VEC(struct pattern *) kid = { 0 };
		for (size_t i = 0; i < s->edge.n; i++)
			if (s->edge.at[i].in && !changed[i]) {
				vec_push(&kid, s->edge.at[i].from);
				vec_push(&kid, s->edge.at[i].to);
			}
		const struct rule r = { COLUMN_REF, joined(in, PAT_CIRCUIT, kid.at, kid.n, s->a->span), s->a->span, NULL, NULL };
		*h = (struct hypothesis){ .graph = s->e.data->graph, .rule = arena_copy(&in->arena, &r, sizeof r), .n_rules = kid.n > 0, .span = s->a->span };
		vec_free(&kid);
	}
	h->name = name;
	free(changed);
	return h;
}

/* A circuit of which no path is left keeps nothing, which is no mistake here. */
static void drop_empty_rule(struct search *s, struct hypothesis *h)
{
	struct diags quiet = { .sources = s->in->o.sources };
	struct automaton *m = s->base || !h->n_rules ? NULL : automaton_new(h->graph, h->rule, h->n_rules, &quiet);
	if (!s->base && !m)
		h->n_rules = 0;
	automaton_free(m);
	diags_free(&quiet);
}

/* How much each of the hypotheses explains; what the evaluation made goes when it is done. */
static bool measure(struct search *s, struct hypothesis **h, size_t n, double *aue, double *explained)
{
	struct interp *in = s->in;
	for (size_t i = 0; i < n; i++)
		drop_empty_rule(s, h[i]);
	struct arena kept = in->arena;
	in->arena = (struct arena){ 0 };
	s->e.h = (const struct hypothesis **)h;
	s->e.n_h = n;
	metric_new_rows(&s->e, false);
	bool ok = go_on(in, s->a) && metric_run(&s->e);
	if (ok && !s->e.complete)
		ok = FAIL(in, E_EVALUATE, s->a, "a search cannot be done in shards: each of its steps needs all results of the one before");
	if (ok)
		estimate_figures(s->e.row, n, s->e.data->pair.n);
	for (size_t i = 0; i < n && ok; i++) {
		s->defined = !s->e.row[i].explained.why;
		aue[i] = s->e.row[i].aue.value;
		explained[i] = s->e.row[i].explained.value;
	}
	arena_free(&in->arena);
	in->arena = kept;
	return ok && (s->defined || FAIL(in, E_EVALUATE, s->a, "how much is explained is undefined on this dataset: ATE is 0"));
}

static bool measure_now(struct search *s)
{
	struct hypothesis *h = hypothesis_with(s, NULL, 0, s->name);
	double aue;
	return measure(s, &h, 1, &aue, &s->explained);
}

/* Best first; ties keep the order of the model. */
static int by_aue(const void *a, const void *b)
{
	const struct candidate *x = *(const struct candidate *const *)a, *y = *(const struct candidate *const *)b;
	return x->aue != y->aue ? (x->aue > y->aue) - (x->aue < y->aue) : (x > y) - (x < y);
}

static void sort_best_first(const struct search *s, size_t *order, size_t n)
{
	const struct candidate **x = mem_array(n + 1, sizeof *x);
	for (size_t i = 0; i < n; i++)
		x[i] = &s->edge.at[order[i]];
	qsort(x, n, sizeof *x, by_aue);
	for (size_t i = 0; i < n; i++)
		order[i] = (size_t)(x[i] - s->edge.at);
	free(x);
}

/* What one change more or less would give; fills aue of the edges that could change.  *order: these, best first. */
static bool measure_each(struct search *s, size_t *order, size_t *n)
{
	size_t k = 0;
	struct hypothesis **h = mem_array(s->edge.n + 1, sizeof(struct hypothesis *));
	double *aue = mem_array(s->edge.n + 1, sizeof *aue), *explained = mem_array(s->edge.n + 1, sizeof *explained);
	for (size_t i = 0; i < s->edge.n; i++)
		if (s->edge.at[i].in != (s->base != NULL)) {
			order[k] = i;
			h[k++] = hypothesis_with(s, &i, 1, s->name);
		}
	bool ok = k == 0 || measure(s, h, k, aue, explained);
	for (size_t i = 0; i < k && ok; i++)
		s->edge.at[order[i]].aue = aue[i];
	if (ok)
		sort_best_first(s, order, k);
	*n = k;
	free(h);
	free(aue);
	free(explained);
	return ok;
}

/* The best 1, 2, 3, 4, 6, 8, 12 ... changes together: how much each explains. */
static size_t sizes(size_t n, size_t *at)
{
	size_t k = 0;
	for (size_t x = 1; x < n; x = x < 3 ? x + 1 : x & (x - 1) ? x / 3 * 4 : x / 2 * 3)
		at[k++] = x;
	at[k++] = n;
	return k;
}

static bool measure_together(struct search *s, const size_t *order, size_t n, size_t *best)
{
	size_t at[256], k = sizes(n, at);
	struct hypothesis **h = mem_array(k, sizeof(struct hypothesis *));
	double aue[256], explained[256];
	for (size_t i = 0; i < k; i++)
		h[i] = hypothesis_with(s, order, at[i], s->name);
	bool ok = measure(s, h, k, aue, explained);
	size_t most = 0;
	*best = 0;
	for (size_t i = 0; i < k && ok; i++) {
		most = explained[i] > explained[most] ? i : most;
		if (!s->base && explained[i] >= s->limit)
			*best = at[i];
		if (s->base && explained[i] > s->limit && !*best)
			*best = at[i];
	}
	if (s->base && ok && !*best && explained[most] > s->explained + 1e-9)
		*best = at[most];
	for (size_t i = 0; i < k && ok; i++)
		if (at[i] == *best)
			s->explained = explained[i];
	free(h);
	return ok;
}

/* ---- saying what was done */

static void say(struct search *s, struct buf *b)
{
	note_printed(s->in, buf_str(b));
	if (s->in->o.hooks.print)
		s->in->o.hooks.print(s->in->o.hooks.context, buf_str(b));
	buf_free(b);
}

static void say_step(struct search *s, const size_t *order, size_t n)
{
	struct buf b = { 0 };
	buf_printf(&b, "explained %.4f, %zu edges%s", s->explained, s->n_in, !n ? "" : s->base ? ": +" : ": -");
	for (size_t i = 0; i < n; i++) {
		buf_puts(&b, i ? ", " : " ");
		pattern_print(s->edge.at[order[i]].edge, &b);
		if (i == 5 && n > 8) {
			buf_printf(&b, " and %zu more", n - i - 1);
			break;
		}
	}
	say(s, &b);
}

static void say_result(struct search *s)
{
	struct buf b = { 0 };
	buf_printf(&b, "hypothesis %s %s %s {\n", s->name, s->base ? "extends" : "on", s->base ? s->base->name : s->e.data->graph->name);
	if (!s->base)
		buf_puts(&b, "  keep circuit {");
	size_t n = 0;
	for (size_t i = 0; i < s->edge.n; i++) {
		if (!s->edge.at[i].in)
			continue;
		buf_puts(&b, s->base ? "  keep " : n % 4 ? ", " : n ? ",\n    " : "\n    ");
		pattern_print(s->edge.at[i].edge, &b);
		buf_puts(&b, s->base ? "\n" : "");
		n++;
	}
	buf_puts(&b, s->base ? "}" : "\n  }\n}");
	say(s, &b);
}

/* ---- the statement */

/* until explained < x, or > x */
static bool read_until(struct search *s, const struct ast *a, struct scope *sc)
{
	bool prune = s->a->kind == AST_PRUNE;
	struct value v;
	bool fits = a->kind == AST_BINARY && a->kid[0]->kind == AST_NAME && strcmp(a->kid[0]->name, "explained") == 0
	    && (prune ? a->op == OPR_LT || a->op == OPR_LE : a->op == OPR_GT || a->op == OPR_GE);
	if (!fits) {
		diag_at(s->in->o.diags, E_EVALUATE, a->span, "%s goes on until something else than this", prune ? "prune" : "refine");
		diag_hint(s->in->o.diags, prune ? "until explained < 0.9" : "until explained > 0.9");
		return false;
	}
	if (!eval(s->in, a->kid[1], sc, &v) || !want(s->in, a->kid[1], v, VAL_NUMBER))
		return false;
	s->limit = v.number;
	return true;
}

static bool rounds(struct search *s)
{
	size_t *order = mem_array(s->edge.n + 1, sizeof *order), n, best;
	bool ok = measure_now(s);
	if (ok && !s->base && s->explained < s->limit)
		ok = FAIL(s->in, E_VALUE, s->a, "the circuit explains %.4f to begin with, which is less than that", s->explained);
	if (ok)
		say_step(s, NULL, 0);
	while (ok && (!s->base || s->explained <= s->limit)) {
		ok = measure_each(s, order, &n);
		if (!ok || !n || !(ok = measure_together(s, order, n, &best)) || !best)
			break;
		for (size_t i = 0; i < best; i++)
			s->edge.at[order[i]].in = s->base != NULL;
		s->n_in = s->base ? s->n_in + best : s->n_in - best;
		say_step(s, order, best);
	}
	free(order);
	return ok;
}

static const struct pattern *circuit_meant(struct search *s, struct scope *sc)
{
	const struct pattern *p = pattern_of(s->in, s->a->kid[0], sc);
	while (p && p->kind == PAT_STEP && p->otherwise)
		p = p->otherwise;
	if (p && p->kind != PAT_CIRCUIT) {
		diag_at(s->in->o.diags, E_CIRCUIT, s->a->kid[0]->span, "prune takes edges away from a circuit, and this is none");
		diag_hint(s->in->o.diags, "prune circuit {embed -> a0.h0, ...} on pairs by kl until explained < 0.9, or the name of such a set of paths");
		return NULL;
	}
	return p;
}

bool search_statement(struct interp *in, const struct ast *a, struct scope *sc, struct value *out)
{
	bool prune = a->kind == AST_PRUNE;
	struct search s = { .in = in, .a = a, .e = { .in = in, .ast = a } };
	const struct pattern *circuit = prune ? circuit_meant(&s, sc) : NULL;
	*out = (struct value){ .kind = VAL_LATER };
	if ((prune && !circuit) || !metric_clauses(&s.e, a, sc) || !read_until(&s, a->kid[6], sc))
		return false;
	if (s.e.n_m != 1 || (!prune && s.e.n_h != 1))
		return FAIL(in, E_EVALUATE, a, "a search is by one metric%s", prune ? "" : ", and from one hypothesis");
	const struct graph *g = prune ? s.e.data->graph : s.e.h[0]->graph;
	s.base = prune ? NULL : s.e.h[0];
	s.name = prune ? "pruned" : intern(arena_printf(&in->arena, "%s_refined", s.base->name));
	bool ok = gather_edges(&s, g, circuit);
	if (ok && !s.edge.n)
		ok = FAIL(in, E_CIRCUIT, a->kid[0], "none of these edges is one of the model");
	for (size_t i = 0; i < s.edge.n && prune; i++)
		s.edge.at[i].in = true;
	s.n_in = prune ? s.edge.n : 0;
	if (ok && in->o.mode == INTERP_RUN) {
		ok = rounds(&s);
		if (ok)
			say_result(&s);
		*out = (struct value){ .kind = VAL_HYPOTHESIS, .hypothesis = hypothesis_with(&s, NULL, 0, s.name) };
	}
	vec_free(&s.edge);
	return ok;
}
