/* What to say of a pattern that no path matches: how far paths follow it, and what stands there instead. */
#include <string.h>

#include "paths/machine.h"
#include "paths/product.h"

enum {
	STEPS_MAX = 32,                              /* of a sequence that is looked into */
	LOOK_MAX = 1000000,                          /* steps of the product that one answer may take */
	LISTED = 6,
};

static bool some_path(const struct graph *g, const struct pattern *p)
{
	struct diags quiet = { 0 };
	struct rule alone = { COLUMN_REF, p, p->span, NULL, NULL };
	struct automaton *a = automaton_of_set(g, &alone, 1, &quiet);
	bool some = false;
	if (a) {
		struct path_query q = { .graph = g, .in = { { a, 1 } }, .wanted = QUERY_FIRST, .limit = LOOK_MAX, .any = true };
		struct product *x = product_new(&q);
		some = !product_full(x) && !product_empty(x);
		product_free(x);
		automaton_free(a);
	}
	diags_free(&quiet);
	return some;
}

static const struct pattern *empty_step(const struct pattern *p)
{
	const struct pattern *found = p->kind == PAT_STEP && step_empty(p) ? p : NULL;
	for (size_t i = 0; i < p->n && !found; i++)
		found = empty_step(p->kid[i]);
	return found;
}

static bool sequence(const struct pattern *p)
{
	return p->kind == PAT_THEN || p->kind == PAT_GAP;
}

/* p without what it ends with, which becomes *end. */
static const struct pattern *shorter(struct arena *a, const struct pattern *p, const struct pattern **end)
{
	*end = p->kid[p->n - 1];
	if (p->n == 2)
		return p->kid[0];
	struct pattern *q = arena_copy(a, p, sizeof *p);
	q->n--;
	return q;
}

/* The letters that p, a step or a choice of steps, can be.  False for anything else. */
static bool letters_of(const struct graph *g, const struct pattern *p, bool *letter, struct diags *d)
{
	bool *one, ok = true;
	if (p->kind == PAT_STEP && !p->otherwise)
		return step_letters(g, p, letter, d);
	if (p->kind != PAT_ALT)
		return false;
	one = mem_array(g->letter.n + 1, sizeof *one);
	for (size_t i = 0; i < p->n && ok; i++) {
		memset(one, 0, g->letter.n * sizeof *one);
		ok = letters_of(g, p->kid[i], one, d);
		for (size_t l = 0; l < g->letter.n; l++)
			letter[l] |= one[l];
	}
	free(one);
	return ok;
}

/* The components directly above what p ends with.  False when that is neither a step nor a choice of steps. */
static bool say_above(const struct automaton *a, const struct pattern *p, struct diags *d)
{
	const struct graph *g = a->graph;
	struct buf name = { 0 }, list = { 0 };
	bool *last = mem_array(g->letter.n + 1, sizeof *last);
	size_t n = 0;
	int told = -1;
	while (sequence(p))
		p = p->kid[p->n - 1];
	pattern_print(p, &name);
	bool known = letters_of(g, p, last, d);
	if (known) {
		for (size_t l = 0; l < g->letter.n; l++) {
			bool above = false;
			for (size_t i = 0; i < g->below[l].n && !above; i++)
				above = g->below[l].at[i] < (int)g->letter.n && last[g->below[l].at[i]];
			if (!above || g->letter.at[l].component == told || automaton_silent(a, (int)l))
				continue;
			told = g->letter.at[l].component;
			if (n++ < LISTED)
				buf_printf(&list, "%s%s", n > 1 ? ", " : "", g->component.at[told].name);
		}
		if (n > LISTED)
			buf_printf(&list, " and %zu more", n - LISTED);
		if (n)
			diag_hint(d, "directly after %s come%s %s", buf_str(&name), n == 1 ? "s only" : "", buf_str(&list));
		else
			diag_hint(d, "no component comes after %s", buf_str(&name));
	}
	free(last);
	buf_free(&name);
	buf_free(&list);
	return known;
}

void say_nearest_paths(const struct automaton *a, const struct pattern *p, struct diags *d)
{
	struct arena arena = { 0 };
	struct buf begin = { 0 }, next = { 0 };
	const struct pattern *none = empty_step(p), *end;
	bool directly = true, found = false;
	if (none) {
		pattern_print(none, &begin);
		diag_hint(d, "%s names no component: a range in it is empty", buf_str(&begin));
	}
	for (int i = 0; i < STEPS_MAX && !none && !found && sequence(p); i++) {
		directly = p->kind == PAT_THEN;
		p = shorter(&arena, p, &end);
		found = some_path(a->graph, p);
	}
	if (found && !(directly && !sequence(end) && say_above(a, p, d))) {
		pattern_print(p, &begin);
		pattern_print(end, &next);
		diag_hint(d, "there are paths with %s, but none on which %s comes %s after it", buf_str(&begin), buf_str(&next), directly ? "directly" : "anywhere");
	}
	buf_free(&begin);
	buf_free(&next);
	arena_free(&arena);
}
