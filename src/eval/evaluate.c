/* Running hypotheses over a dataset: classes of rows, lowering, batches.  See evaluate.h. */
#include "base/clock.h"
#include "eval/evaluate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eval/run.h"
#include "tensor/blas.h"

/* ---- classes of rows: rows that belong to the same position sets, over all hypotheses */

struct classes {
	VEC(struct position_set) set;
	size_t n;
	VEC(bool) member;                /* class * sets + set */
	uint32_t **of_row;               /* by pair */
};

static bool in_set(const struct position_set *s, const struct pair *p, int64_t row)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct position *q = &s->at[i];
		if (!q->role) {
			if ((q->row < 0 ? q->row + p->length : q->row) == row)
				return true;
			continue;
		}
		for (size_t r = 0; r < p->n_roles; r++)
			for (size_t k = 0; p->role[r].name == q->role && k < p->role[r].rows.n; k++)
				if (p->role[r].rows.at[k] == row)
					return true;
	}
	return false;
}

static bool known_positions(const struct position_set *s, const struct dataset *data, struct diags *d)
{
	bool ok = true;
	for (size_t i = 0; i < s->n; i++) {
		const struct position *q = &s->at[i];
		bool found = false;
		for (size_t r = 0; q->role && r < data->n_roles; r++)
			found |= data->role[r] == q->role;
		for (size_t p = 0; !q->role && p < data->pair.n; p++)
			found |= q->row < 0 ? -q->row <= data->pair.at[p].length : q->row < data->pair.at[p].length;
		if (found)
			continue;
		ok = false;
		if (q->role) {
			diag_at(d, E_ROLE, q->at, "the dataset %s has no position %s", data->name, q->role);
			struct buf have = { 0 };
			for (size_t r = 0; r < data->n_roles; r++)
				buf_printf(&have, "%s%s", r ? ", " : "", data->role[r]);
			diag_hint(d, "its positions are %s", buf_str(&have));
			buf_free(&have);
		} else {
			diag_at(d, E_ROLE, q->at, "no pair of %s has a row %lld", data->name, (long long)q->row);
		}
	}
	return ok;
}

static uint32_t class_of(struct classes *c, const struct pair *p, int64_t row)
{
	bool *mine = mem_array(c->set.n, sizeof *mine);
	for (size_t k = 0; k < c->set.n; k++)
		mine[k] = in_set(&c->set.at[k], p, row);
	uint32_t found = 0;
	while (found < c->n && memcmp(&c->member.at[found * c->set.n], mine, c->set.n * sizeof *mine) != 0)
		found++;
	if (found == c->n) {
		c->n++;
		for (size_t k = 0; k < c->set.n; k++)
			vec_push(&c->member, mine[k]);
	}
	free(mine);
	return found;
}

static void classes_free(struct classes *c, size_t n_pairs)
{
	for (size_t p = 0; c->of_row && p < n_pairs; p++)
		free(c->of_row[p]);
	free(c->of_row);
	vec_free(&c->set);
	vec_free(&c->member);
}

static bool find_classes(struct classes *c, struct automaton **a, size_t n, const struct dataset *data, struct diags *d)
{
	bool ok = true;
	for (size_t h = 0; h < n; h++) {
		const struct position_set *s;
		size_t k = automaton_position_sets(a[h], &s);
		for (size_t i = 0; i < k; i++) {
			ok &= known_positions(&s[i], data, d);
			vec_push(&c->set, s[i]);
		}
	}
	c->of_row = mem_array(data->pair.n, sizeof *c->of_row);
	for (size_t p = 0; p < data->pair.n; p++) {
		int64_t len = data->pair.at[p].length;
		c->of_row[p] = mem_array((size_t)len, sizeof **c->of_row);
		for (int64_t row = 0; row < len; row++)
			c->of_row[p][row] = c->set.n ? class_of(c, &data->pair.at[p], row) : 0;
	}
	if (!c->n)
		c->n = 1;
	return ok;
}

static void bind(struct classes *c, struct automaton **a, size_t n)
{
	size_t at = 0;
	for (size_t h = 0; h < n; h++) {
		const struct position_set *s;
		size_t k = automaton_position_sets(a[h], &s);
		bool *member = mem_array(k * c->n, sizeof *member);
		for (size_t i = 0; i < k; i++)
			for (size_t x = 0; x < c->n; x++)
				member[i * c->n + x] = c->member.at[x * c->set.n + at + i];
		automaton_bind(a[h], c->n, member);
		free(member);
		at += k;
	}
}

/* ---- lowering */

struct job {
	struct tree *tree;
	struct classes classes;
	struct run_roots roots;
	tree_id *hypothesis;
};

static void job_free(struct job *j, const struct dataset *data)
{
	tree_free(j->tree);
	classes_free(&j->classes, data->pair.n);
	free(j->hypothesis);
}

static void cost(const struct job *j, const struct dataset *data, struct eval_plan *plan)
{
	struct map by_length = { 0 };
	for (size_t p = 0; p < data->pair.n; p++) {
		uint64_t n = 0, len = (uint64_t)data->pair.at[p].length;
		map_get(&by_length, len, &n);
		map_put(&by_length, len, n + 1);
	}
	for (size_t s = 0; s < by_length.cap; s++)
		for (size_t i = 0; by_length.used[s] && i < j->tree->node.n; i++) {
			double c = tree_cost(j->tree, (tree_id)i, (int64_t)by_length.key[s]) * (double)by_length.val[s];
			plan->madds += c;
			if (i < plan->n_base_nodes)
				plan->madds_plain += c / 2;              /* two base runs */
		}
	map_free(&by_length);
}

static bool lower_all(struct job *j, const struct hypothesis *const *h, size_t n, const struct dataset *data, struct eval_plan *plan,
    struct span at, struct diags *d)
{
	const struct graph *g = data->graph;
	struct automaton **a = mem_array(n, sizeof *a);
	double t0 = clock_seconds();
	bool ok = true;
	for (size_t i = 0; i < n; i++)
		ok &= (a[i] = automaton_new(g, h[i]->rule, h[i]->n_rules, d)) != NULL;
	ok = ok && find_classes(&j->classes, a, n, data, d);
	j->hypothesis = mem_array(n, sizeof *j->hypothesis);
	if (ok) {
		bind(&j->classes, a, n);
		j->tree = tree_new(g, j->classes.n);
		j->roots = (struct run_roots){ tree_base(j->tree, COLUMN_REF), tree_base(j->tree, COLUMN_CF), j->hypothesis, n };
		plan->n_base_nodes = j->tree->node.n;
	}
	for (size_t i = 0; ok && i < n; i++) {
		j->hypothesis[i] = tree_lower(j->tree, a[i], at, d);
		ok = j->hypothesis[i] != TREE_NONE;
		plan->n_states += automaton_states(a[i]);
	}
	for (size_t i = 0; i < n; i++)
		automaton_free(a[i]);
	free(a);
	if (ok) {
		plan->n_nodes = j->tree->node.n;
		plan->n_classes = j->classes.n;
		plan->n_steps = j->tree->n_steps;
		cost(j, data, plan);
	}
	plan->seconds_lower += clock_seconds() - t0;
	return ok;
}

struct tree *evaluate_lower(const struct hypothesis *const *h, size_t n, const struct dataset *data, struct eval_plan *plan,
    tree_id *roots, struct span at, struct diags *d)
{
	struct job j = { 0 };
	bool ok = lower_all(&j, h, n, data, plan, at, d);
	struct tree *t = ok ? j.tree : NULL;
	if (ok)
		memcpy(roots, j.hypothesis, n * sizeof *roots);
	if (ok)
		j.tree = NULL;
	job_free(&j, data);
	return t;
}

/* ---- batches */

struct place_in_order { int64_t length; size_t pair; };

static int by_length(const void *a, const void *b)
{
	const struct place_in_order *x = a, *y = b;
	return x->length != y->length ? (x->length > y->length) - (x->length < y->length) : (x->pair > y->pair) - (x->pair < y->pair);
}

/* Pairs of one length stand together, in dataset order among themselves. */
static size_t *order_by_length(const struct dataset *data)
{
	size_t n = data->pair.n, *order = mem_array(n, sizeof *order);
	struct place_in_order *p = mem_array(n, sizeof *p);
	for (size_t i = 0; i < n; i++)
		p[i] = (struct place_in_order){ data->pair.at[i].length, i };
	qsort(p, n, sizeof *p, by_length);
	for (size_t i = 0; i < n; i++)
		order[i] = p[i].pair;
	free(p);
	return order;
}

static bool lengths_fit(const struct graph *g, const struct dataset *data, struct span at, struct diags *d)
{
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		for (size_t p = 0; n->op == OP_ROWS && p < data->pair.n; p++)
			if (data->pair.at[p].length > n->in[0]->param.dim[0]) {
				diag_at(d, E_PAIR, at, "pair %zu has %lld tokens, but %s has positions for %lld only", p + 1,
				    (long long)data->pair.at[p].length, g->name, (long long)n->in[0]->param.dim[0]);
				return false;
			}
	}
	return true;
}

static size_t memory_limit(const struct eval_limits *l)
{
	long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	size_t freely = pages > 0 && size > 0 ? (size_t)pages * (size_t)size / 2 : (size_t)1 << 30;
	return l->memory ? l->memory : freely;
}

static bool run_batches(struct job *j, const struct dataset *data, const struct eval_limits *limits, on_outputs *call, void *context,
    struct eval_plan *plan, struct span at, struct diags *d)
{
	size_t n = data->pair.n, *order = order_by_length(data), room = memory_limit(limits);
	bool ok = true;
	for (size_t i = 0, m; i < n && ok; i += m) {
		int64_t len = data->pair.at[order[i]].length;
		size_t one = run_peak(j->tree, &j->roots, len);
		if (one > room) {
			diag_at(d, E_MEMORY, at, "one pair of %lld tokens needs %zu MB for its values, but %zu MB may be used", (long long)len, one >> 20, room >> 20);
			ok = false;
			break;
		}
		size_t most = one ? room / one : n;
		for (m = 1; i + m < n && m < most && m < 256 && data->pair.at[order[i + m]].length == len; m++)
			;
		plan->memory_peak = one * m > plan->memory_peak ? one * m : plan->memory_peak;
		uint32_t *class = mem_array(m * (size_t)len, sizeof *class);
		for (size_t k = 0; k < m; k++)
			memcpy(class + k * (size_t)len, j->classes.of_row[order[i + k]], (size_t)len * sizeof *class);
		struct batch b = { data, order + i, m, len, class };
		ok = run_batch(j->tree, &j->roots, &b, limits, call, context);
		free(class);
		if (limits->progress)
			limits->progress(limits->progress_context, (double)(i + m), (double)n, "evaluate");
	}
	free(order);
	return ok;
}

bool evaluate(const struct hypothesis *const *h, size_t n, const struct dataset *data, const struct eval_limits *limits,
    on_outputs *call, void *context, struct eval_plan *plan, struct span at, struct diags *d)
{
	struct job j = { 0 };
	blas_init(limits->threads);
	bool ok = lengths_fit(data->graph, data, at, d) && lower_all(&j, h, n, data, plan, at, d);
	double t0 = clock_seconds();
	ok = ok && run_batches(&j, data, limits, call, context, plan, at, d);
	plan->seconds_run += clock_seconds() - t0;
	if (!ok && limits->interrupted && atomic_load(limits->interrupted))
		diag_at(d, E_INTERRUPTED, at, "interrupted");
	job_free(&j, data);
	return ok;
}
