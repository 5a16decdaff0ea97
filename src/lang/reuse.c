/* What evaluations found in the store, and why they computed the rest.  See reuse.h. */
#include "lang/reuse.h"

#include <stdlib.h>
#include <string.h>

#include "report/grid.h"
#include "store/identity.h"

enum { COLUMNS = 4, RULE_SHOWN = 60 };

static const struct column columns[COLUMNS] = { { { "" }, true }, { { "found" }, false }, { { "computed" }, false }, { { "" }, true } };

struct account *reuse_account(struct reuse *r, const struct account *a)
{
	struct account copy = *a;
	if (r->fresh) {
		r->account.n = 0;
		arena_free(&r->arena);
		r->fresh = false;
	}
	copy.model = arena_strndup(&r->arena, a->model, strlen(a->model));
	copy.dataset = arena_strndup(&r->arena, a->dataset, strlen(a->dataset));
	copy.row = a->n_hypotheses <= REUSE_ROWS ? arena_array(&r->arena, a->n_hypotheses + 1, sizeof *copy.row) : NULL;
	vec_push(&r->account, copy);
	return &vec_last(&r->account);
}

/* ---- why */

static struct remembered *recall(struct reuse *r, const char *name)
{
	for (size_t i = 0; i < r->past.n; i++)
		if (strcmp(r->past.at[i].name, name) == 0)
			return &r->past.at[i];
	struct remembered x = { .name = name };
	vec_push(&r->past, x);
	return &vec_last(&r->past);
}

static bool has_rule(const struct remembered *p, struct digest rule)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (digest_same(p->rule[i], rule))
			return true;
	return false;
}

static void put_rule(struct buf *out, const struct rule *r)
{
	struct buf b = { 0 };
	rule_print(r, &b);
	if (b.n > RULE_SHOWN) {
		for (b.n = RULE_SHOWN; b.n > 0 && ((unsigned char)b.at[b.n] & 0xC0) == 0x80;)
			b.n--;
		buf_printf(out, "%.*s...", (int)b.n, b.at);
	} else {
		buf_puts(out, buf_str(&b));
	}
	buf_free(&b);
}

/* "1 of its 3 rules is new: keep a1.h5 -> logits" */
static void say_rules(const struct remembered *p, const struct hypothesis *h, const struct digest *rule, struct buf *out)
{
	size_t n_new = 0, first = 0;
	for (size_t i = h->n_rules; i-- > 0;)
		if (!has_rule(p, rule[i])) {
			n_new++;
			first = i;
		}
	if (n_new == 0 && h->n_rules < p->n_rules)
		buf_printf(out, "%zu of its %zu rules %s gone", p->n_rules - h->n_rules, p->n_rules, p->n_rules - h->n_rules == 1 ? "is" : "are");
	else if (n_new == 0)
		buf_puts(out, "its rules come in another order");
	else {
		buf_printf(out, "%zu of its %zu rule%s %s new: ", n_new, h->n_rules, h->n_rules == 1 ? "" : "s", n_new == 1 ? "is" : "are");
		put_rule(out, &h->rule[first]);
	}
}

static bool same_rules(const struct remembered *p, const struct digest *rule, size_t n)
{
	bool same = p->n_rules == n;
	for (size_t i = 0; same && i < n; i++)
		same = digest_same(p->rule[i], rule[i]);
	return same;
}

const char *reuse_why(struct reuse *r, const struct hypothesis *h, const struct identity *now, bool all_found)
{
	struct remembered *p = recall(r, h->name);
	struct digest *rule = mem_array(h->n_rules + 1, sizeof *rule);
	struct buf b = { 0 };
	for (size_t i = 0; i < h->n_rules; i++)
		digest_rule(&rule[i], &h->rule[i]);
	bool rules = same_rules(p, rule, h->n_rules), known = p->rule != NULL;
	if (all_found)
		buf_puts(&b, known && rules ? "" : "these rules were computed before");
	else if (!known)
		buf_puts(&b, "not evaluated before");
	else if (!digest_same(p->identity.model, now->model))
		buf_puts(&b, "the model is another");
	else if (!digest_same(p->identity.pairs, now->pairs))
		buf_puts(&b, "the pairs are others");
	else if (!rules)
		say_rules(p, h, rule, &b);
	else if (!digest_same(p->identity.metrics, now->metrics))
		buf_puts(&b, "the metrics are others");
	else if (!digest_same(p->identity.at, now->at))
		buf_puts(&b, "other rows are looked at");
	else
		buf_puts(&b, "what was not computed the last time");
	free(p->rule);
	*p = (struct remembered){ intern(h->name), *now, rule, h->n_rules };
	const char *why = arena_strndup(&r->arena, buf_str(&b), b.n);
	buf_free(&b);
	return why;
}

/* ---- as text */

static void add_row(struct grid *g, const struct reused *x)
{
	grid_add(g, "%s", x->name);
	grid_add(g, "%zu", x->found);
	grid_add(g, "%zu", x->computed);
	grid_add(g, "%s", x->why ? x->why : "");
}

static void print_account(const struct account *a, int width, struct buf *out)
{
	struct grid g = { columns, COLUMNS, { 0 } };
	buf_printf(out, "model %s, dataset %s: %zu pair%s by %zu metric%s\n\n", a->model, a->dataset, a->n_pairs, a->n_pairs == 1 ? "" : "s", a->n_metrics,
	    a->n_metrics == 1 ? "" : "s");
	add_row(&g, &a->base);
	for (size_t i = 0; a->row && i < a->n_hypotheses; i++)
		add_row(&g, &a->row[i]);
	if (!a->row)
		add_row(&g, &a->all);
	grid_print(&g, out, width);
	grid_free(&g);
	if (a->n_nodes == 0) {
		buf_puts(out, "\nnothing had to be computed\n");
		return;
	}
	if (a->bases_found)
		buf_printf(out, "\ncomputed: %zu nodes of the treeified graph, beside the values of the base runs, which were kept", a->n_nodes - a->n_base_nodes);
	else
		buf_printf(out, "\ncomputed: %zu nodes of the treeified graph, %zu of them the base runs'", a->n_nodes, a->n_base_nodes);
	if (a->madds_plain > 0) {
		buf_puts(out, "; ");
		put_short(out, a->madds / a->madds_plain);
		buf_puts(out, " times a plain pass");
	}
	buf_putc(out, '\n');
}

void reuse_print(const struct reuse *r, int width, struct buf *out)
{
	for (size_t i = 0; i < r->account.n; i++) {
		if (i)
			buf_putc(out, '\n');
		print_account(&r->account.at[i], width, out);
	}
}

void reuse_free(struct reuse *r)
{
	for (size_t i = 0; i < r->past.n; i++)
		free(r->past.at[i].rule);
	vec_free(&r->past);
	vec_free(&r->account);
	arena_free(&r->arena);
}
