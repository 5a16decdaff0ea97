/* Rules that change nothing.  See idle.h.
 *
 * Two questions for each rule: is there a path that it decides (it matches, no later rule does)?  Is there one among these that
 * the earlier rules alone would treat otherwise?  Positions are erased where that errs towards "it counts". */
#include "paths/idle.h"

#include <stdlib.h>

#include "paths/product.h"

enum { COUNTED = 1, STEP_LIMIT = 300000 };
#define NOT_MINE 0

/* What a pattern asks of rows. */
enum rows { ROWS_NONE, ROWS_SIMPLE, ROWS_NEGATED };

static enum rows rows_of(const struct pattern *p)
{
	enum rows most = p->n_positions ? ROWS_SIMPLE : ROWS_NONE;
	for (size_t i = 0; i < p->n; i++) {
		enum rows r = rows_of(p->kid[i]);
		if (r != ROWS_NONE && (p->kind == PAT_NOT || p->kind == PAT_EXCEPT))
			r = ROWS_NEGATED;
		most = r > most ? r : most;
	}
	if (p->otherwise) {
		enum rows r = rows_of(p->otherwise);
		most = r > most ? r : most;
	}
	return most;
}

struct search { const struct graph *g; struct rule *rule; size_t n; double *work; };

/* Is there a path to which x gives column want, and y (when it has rules) does not give column `not`?  true, too, when that would
 * take too long. */
static bool some_path(struct search *s, const struct rule *x, size_t n_x, const struct rule *y, size_t n_y, int not)
{
	struct diags quiet = { 0 };
	if (*s->work < 0)
		return true;
	struct automaton *a = automaton_of_set(s->g, x, n_x, &quiet), *b = automaton_of_set(s->g, y, n_y, &quiet);
	bool some = true;
	if (a && b) {
		struct path_query q = { .graph = s->g, .in = { { a, COUNTED }, { b, not } }, .wanted = QUERY_FIRST_ONLY, .limit = STEP_LIMIT, .any = true };
		struct product *p = product_new(&q);
		some = product_full(p) || !product_empty(p);
		*s->work -= (double)product_work(p);
		product_free(p);
	}
	*s->work -= (double)s->g->node.n / 4;        /* making the two */
	automaton_free(a);
	automaton_free(b);
	diags_free(&quiet);
	return some;
}

static enum rule_use use_of(struct search *s, const struct rule *rule, size_t r, size_t n, const enum rule_use *use)
{
	enum rows rows = rows_of(rule[r].pattern);
	bool earlier_rows = false;
	size_t mine = 0, earlier = 0;
	struct rule *decides = s->rule, *before = s->rule + n + 1;
	if (rows == ROWS_NEGATED)
		return RULE_COUNTS;
	decides[mine++] = (struct rule){ COUNTED, rule[r].pattern, rule[r].span, NULL, NULL };
	for (size_t i = r + 1; i < n; i++)               /* a rule about some rows hides nothing for certain */
		if (rows_of(rule[i].pattern) == ROWS_NONE)
			decides[mine++] = (struct rule){ NOT_MINE, rule[i].pattern, rule[i].span, NULL, NULL };
	for (size_t i = 0; i < r; i++) {
		earlier_rows |= rows_of(rule[i].pattern) != ROWS_NONE;
		if (use[i] == RULE_COUNTS)
			before[earlier++] = rule[i];
	}
	/* Without rules every path gets column 0, so "not column -1" asks about the first set alone. */
	if (mine > 1 && !some_path(s, decides, mine, before, 0, -1))
		return RULE_HIDDEN;
	if (earlier_rows || some_path(s, decides, mine, before, earlier, rule[r].column))
		return RULE_COUNTS;
	/* What it says has to be true of the script as it stands, too, not only when the other idle rules are gone. */
	bool as_it_stands = earlier < r && some_path(s, decides, mine, rule, r, rule[r].column);
	return as_it_stands ? RULE_COUNTS : RULE_CHANGES_NOTHING;
}

void rules_idle(const struct graph *g, const struct rule *rule, size_t n, size_t n_inherited, enum rule_use *use, double *work)
{
	struct search s = { g, mem_array(2 * n + 2, sizeof *s.rule), n, work };
	bool sets = false;
	for (size_t r = 0; r < n; r++) {
		use[r] = RULE_COUNTS;
		sets |= rule[r].set != NULL;
	}
	for (size_t r = n_inherited; r < n && *work > 0 && !sets; r++)         /* what is cut is decided above where paths begin */
		use[r] = use_of(&s, rule, r, n, use);
	free(s.rule);
}
