/* What an evaluation is made of, without running it.  See explain.h. */
#include "report/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "paths/count.h"
#include "report/edges.h"
#include "report/grid.h"
#include "report/json.h"

enum { COUNT_COLUMNS = 3, COST_COLUMNS = 5 };

static const struct column count_columns[COUNT_COLUMNS] = {
	{ { "hypothesis" }, true }, { { "paths", "kept" }, false }, { { "paths", "in all" }, false },
};
static const struct column cost_columns[COST_COLUMNS] = {
	{ { "hypothesis" }, true }, { { "paths", "kept" }, false }, { { "paths", "in all" }, false },
	{ { "new nodes", "beside the", "base runs" }, false }, { { "multiply-adds", "of these, over", "a plain pass" }, false },
};

/* One hypothesis: kept is NULL where a rule names positions, cut where none sets a value, too. */
struct explained { const char *kept, *all, *cut; size_t nodes; double madds; };

/* The treeified graph, looked at from its hypotheses. */
struct survey {
	struct tree *tree;
	struct eval_plan plan;
	double *cost;                    /* by node: multiply-adds for the whole dataset */
	uint32_t *users;                 /* by node: how many hypotheses need it, base runs aside */
	size_t shared;
	const struct node *most;         /* the model's node with the most copies that vary, and how many */
	size_t copies;
};

/* ---- the treeified graph */

static void node_costs(struct survey *s, const struct dataset *data)
{
	struct map by_length = { 0 };
	for (size_t p = 0; p < data->pair.n; p++) {
		uint64_t n = 0, length = (uint64_t)data->pair.at[p].length;
		map_get(&by_length, length, &n);
		map_put(&by_length, length, n + 1);
	}
	s->cost = mem_array(s->tree->node.n, sizeof *s->cost);
	for (size_t k = 0; k < by_length.cap; k++)
		for (size_t i = 0; by_length.slot[k].used && i < s->tree->node.n; i++)
			s->cost[i] += (double)by_length.slot[k].val * tree_cost(s->tree, (tree_id)i, (int64_t)by_length.slot[k].key);
	map_free(&by_length);
}

/* What one hypothesis needs beside the base runs.  Inputs have smaller ids, so one sweep downward finds all. */
static void visit(struct survey *s, tree_id root, struct explained *e)
{
	bool *needed = mem_array(s->tree->node.n, sizeof *needed);
	needed[root] = true;
	for (size_t i = (size_t)root + 1; i-- > s->plan.n_base_nodes;) {
		if (!needed[i])
			continue;
		const struct tree_node *n = &s->tree->node.at[i];
		for (uint32_t k = 0; k < n->n_in; k++)
			needed[n->in[k]] = true;
		e->nodes++;
		e->madds += s->cost[i];
		s->shared += ++s->users[i] == 2;
	}
	free(needed);
}

static void find_copies(struct survey *s)
{
	size_t *copies = mem_array(s->tree->graph->node.n, sizeof *copies);
	for (size_t i = 0; i < s->tree->node.n; i++) {
		const struct tree_node *n = &s->tree->node.at[i];
		if (n->kind == TREE_UNIT && ++copies[n->cls] > s->copies) {
			s->copies = copies[n->cls];
			s->most = tree_unit(s->tree, n)->node;
		}
	}
	free(copies);
}

static bool look(struct survey *s, const struct hypothesis *const *h, size_t n, const struct dataset *data, struct explained *each,
    struct span at, struct diags *d)
{
	tree_id *root = mem_array(n, sizeof *root);
	s->tree = evaluate_lower(h, n, data, &s->plan, root, at, d);
	if (s->tree) {
		s->users = mem_array(s->tree->node.n, sizeof *s->users);
		node_costs(s, data);
		for (size_t i = 0; i < n; i++)
			visit(s, root[i], &each[i]);
		find_copies(s);
	}
	free(root);
	return s->tree != NULL;
}

static void survey_free(struct survey *s)
{
	if (s->tree)
		tree_free(s->tree);
	free(s->cost);
	free(s->users);
}

/* ---- as text */

static void put_exact(struct buf *out, const char *name, const char *decimal)
{
	buf_printf(out, "%s%s", name, decimal);
	if (strlen(decimal) > 7) {
		buf_puts(out, " = ");
		put_count(out, decimal);
	}
}

static void print_counts(const struct hypothesis *const *h, const struct explained *e, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%s keeps ", h[i]->name);
		if (e[i].kept)
			put_exact(out, "", e[i].kept);
		else
			buf_puts(out, "paths by position, not counted,");
		put_exact(out, " of ", e[i].all);
		buf_puts(out, " paths");
		if (e[i].cut)
			put_exact(out, " and cuts ", e[i].cut);
		buf_putc(out, '\n');
	}
}

static void add_short(struct grid *g, double x)
{
	struct buf b = { 0 };
	put_short(&b, x);
	grid_add(g, "%s", buf_str(&b));
	buf_free(&b);
}

static void add_count(struct grid *g, const char *decimal)
{
	struct buf b = { 0 };
	put_count(&b, decimal ? decimal : "-");
	grid_add(g, "%s", buf_str(&b));
	buf_free(&b);
}

static void print_grid(const struct hypothesis *const *h, const struct explained *e, size_t n, const struct survey *s, int width,
    struct buf *out)
{
	struct grid g = { s->tree ? cost_columns : count_columns, s->tree ? COST_COLUMNS : COUNT_COLUMNS, { 0 } };
	for (size_t i = 0; i < n; i++) {
		grid_add(&g, "%s", h[i]->name);
		add_count(&g, e[i].kept);
		add_count(&g, e[i].all);
		if (!s->tree)
			continue;
		grid_add(&g, "%zu", e[i].nodes);
		add_short(&g, s->plan.madds_plain > 0 ? e[i].madds / s->plan.madds_plain : 0);
	}
	grid_print(&g, out, width);
	grid_free(&g);
}

static void print_tree_summary(const struct survey *s, struct buf *out)
{
	const struct eval_plan *p = &s->plan;
	buf_printf(out, "\ntreeified graph: %zu nodes, %zu of them the base runs', %zu in more than one hypothesis\n", p->n_nodes, p->n_base_nodes,
	    s->shared);
	if (s->most) {
		buf_printf(out, "instances: at most %zu copies of one node of the model (%s", s->copies, op_info[s->most->op].name);
		if (s->most->letter != NO_LETTER) {
			buf_putc(out, ' ');
			letter_name(s->tree->graph, s->most->letter, out);
		}
		buf_puts(out, ")");
		if (p->n_classes > 1)
			buf_printf(out, "; %zu classes of rows", p->n_classes);
		buf_putc(out, '\n');
	}
	buf_puts(out, "multiply-adds: ");
	put_short(out, p->madds);
	if (p->madds_plain > 0) {
		buf_puts(out, ", base runs included, ");
		put_short(out, p->madds / p->madds_plain);
		buf_puts(out, " times one plain pass over the reference prompts");
	}
	buf_putc(out, '\n');
}

/* ---- as JSON */

static void put_json(const struct hypothesis *const *h, const struct explained *e, size_t n, const struct survey *s, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_puts(out, "{\"kind\":\"explain\"");
		put_json_field(out, "hypothesis", h[i]->name);
		put_json_field(out, "model", h[i]->graph->name);
		put_json_field(out, "paths_kept", e[i].kept);
		put_json_field(out, "paths_total", e[i].all);
		if (e[i].cut)
			put_json_field(out, "paths_cut", e[i].cut);
		if (s->tree) {
			buf_printf(out, ",\"nodes\":%zu,\"multiply_adds\":", e[i].nodes);
			put_json_number(out, e[i].madds);
		}
		buf_puts(out, "}\n");
	}
	if (!s->tree)
		return;
	buf_printf(out, "{\"kind\":\"explain_tree\",\"hypotheses\":%zu,\"nodes\":%zu,\"base_nodes\":%zu,\"shared_nodes\":%zu,\"most_copies\":%zu,\"row_classes\":%zu",
	    n, s->plan.n_nodes, s->plan.n_base_nodes, s->shared, s->copies, s->plan.n_classes);
	buf_puts(out, ",\"multiply_adds\":");
	put_json_number(out, s->plan.madds);
	buf_puts(out, ",\"multiply_adds_plain\":");
	put_json_number(out, s->plan.madds_plain);
	buf_puts(out, "}\n");
}

/* ---- all of it */

static void print_paths(const struct hypothesis *h, struct automaton *a, struct buf *out)
{
	buf_printf(out, "hypothesis %s on %s\n", h->name, h->graph->name);
	automaton_print(a, out);
	buf_putc(out, '\n');
}

static void print_cost(const struct hypothesis *const *h, const struct explained *e, size_t n, const struct survey *s,
    const struct dataset *data, const struct explain_style *style, struct buf *out)
{
	if (style->json) {
		put_json(h, e, n, s, out);
		return;
	}
	buf_printf(out, "model %s", h[0]->graph->name);
	if (data)
		buf_printf(out, ", dataset %s (%zu pair%s)", data->name, data->pair.n, data->pair.n == 1 ? "" : "s");
	buf_puts(out, "\n\n");
	print_grid(h, e, n, s, style->width, out);
	buf_putc(out, '\n');
	print_counts(h, e, n, out);
	if (s->tree)
		print_tree_summary(s, out);
	buf_putc(out, '\n');
}

void explain_hypotheses(const struct hypothesis *const *h, size_t n, const struct dataset *data, const struct explain_style *style,
    struct span at, struct buf *out, struct diags *d)
{
	struct explained *each = mem_array(n, sizeof *each);
	struct survey s = { 0 };
	struct arena arena = { 0 };
	bool ok = n > 0;
	for (size_t i = 0; i < n && ok; i++) {
		struct automaton *a = automaton_new(h[i]->graph, h[i]->rule, h[i]->n_rules, d);
		ok = a != NULL;
		if (!ok)
			break;
		if (style->what & EXPLAIN_PATHS)
			print_paths(h[i], a, out);
		if (style->what & EXPLAIN_EDGES)
			edges_print(h[i], style, out, d);
		if (style->what & EXPLAIN_DOT)
			edges_draw(h[i], out, d);
		each[i].all = count_all(h[i]->graph, &arena);
		each[i].kept = automaton_has_positions(a) ? NULL : count_column(h[i]->graph, a, COLUMN_REF, &arena);
		each[i].cut = automaton_has_positions(a) || !automaton_sets(a) ? NULL : count_column(h[i]->graph, a, COLUMN_SET, &arena);
		automaton_free(a);
	}
	if (ok && data && style->what & (EXPLAIN_TREE | EXPLAIN_COST))
		ok = look(&s, h, n, data, each, at, d);
	if (ok && s.tree && style->what & EXPLAIN_TREE)
		tree_print(s.tree, out);
	if (ok && style->what & EXPLAIN_COST)
		print_cost(h, each, n, &s, data, style, out);
	survey_free(&s);
	arena_free(&arena);
	free(each);
}

/* ---- plans */

static void put_short_line(struct buf *out, const char *name, double x, const char *rest)
{
	buf_printf(out, "%s", name);
	put_short(out, x);
	buf_printf(out, "%s\n", rest);
}

static void plan_json(const struct eval_plan *p, size_t n, const struct dataset *data, struct buf *out)
{
	const struct { const char *name; double x; } of[] = {
		{ "hypotheses", (double)n }, { "pairs", (double)data->pair.n }, { "batches", (double)p->n_batches }, { "waves", (double)p->n_waves },
		{ "nodes", (double)p->n_nodes }, { "base_nodes", (double)p->n_base_nodes }, { "multiply_adds_all", p->madds_all },
		{ "multiply_adds_shared", fmax(0, p->madds_all - p->madds) }, { "multiply_adds_computed", p->madds }, { "multiply_adds_plain", p->madds_plain },
		{ "products", (double)p->n_products }, { "memory_peak", (double)p->memory_peak }, { "memory_limit", (double)p->memory_limit } };
	buf_puts(out, "{\"kind\":\"explain-plan\"");
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		put_json_key(out, of[i].name);
		put_json_number(out, of[i].x);
	}
	buf_puts(out, "}\n");
}

void explain_plan(const struct eval_plan *p, size_t n_hypotheses, const struct dataset *data, const struct explain_style *style, struct buf *out)
{
	if (style->json) {
		plan_json(p, n_hypotheses, data, out);
		return;
	}
	buf_printf(out, "plan: %zu hypotheses, %zu pairs of %s, in %zu batch%s of equal length and %zu wave%s\n", n_hypotheses, data->pair.n, data->name,
	    p->n_batches, p->n_batches == 1 ? "" : "es", p->n_waves, p->n_waves == 1 ? "" : "s");
	buf_printf(out, "nodes computed: %zu, %zu of them the base runs'\n", p->n_nodes, p->n_base_nodes);
	put_short_line(out, "multiply-adds, each hypothesis and base run by itself: ", p->madds_all, "");
	if (p->madds <= p->madds_all)
		put_short_line(out, "  shared between them: ", p->madds_all - p->madds, "");
	else                                     /* base runs are kept for all waves, rows included that only some of them read */
		put_short_line(out, "  more, since several waves read the base runs: ", p->madds - p->madds_all, "");
	put_short_line(out, "  computed: ", p->madds, "");
	put_short_line(out, "  of a plain pass over the reference prompts, all rows and columns: ", p->madds_plain, "");
	if (p->madds_plain > 0)
		put_short_line(out, "  computed, in plain passes: ", p->madds / p->madds_plain, "");
	buf_printf(out, "matrix products with weights: %zu\n", p->n_products);
	put_short_line(out, "memory at its peak: ", (double)p->memory_peak / 1048576, " MB");
	put_short_line(out, "  allowed: ", (double)p->memory_limit / 1048576, " MB");
}
