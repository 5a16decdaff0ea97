/* Demand and order.  See plan.h.
 *
 * Requires: lowered roots.  Fills: stored, want, uses, order.  Levels are gone through from the output down; in a level the
 * reference run's values come last, as copies lend rows from them. */
#include "tree/plan.h"

#include <stdlib.h>
#include <string.h>

static bool given(const struct plan *p, const struct plan_options *o, tree_id id)
{
	return o->given && id < p->tree->n_base;
}

static uint32_t level_of(const struct plan *p, tree_id id)
{
	return tree_unit(p->tree, &p->tree->node.at[id])->level;
}

/* Every node by level, units before selections, ids ascending. */
static void sort_by_level(struct plan *p, const struct plan_options *o)
{
	const struct tree *t = p->tree;
	size_t n_levels = t->units.n_levels, *at = mem_array(2 * n_levels + 2, sizeof *at);
	tree_id from = o->given ? (tree_id)t->n_base : 0, to = o->base ? (tree_id)t->n_base : (tree_id)t->node.n;
	for (tree_id i = from; i < to; i++)
		at[2 * level_of(p, i) + (t->node.at[i].kind == TREE_SELECT) + 1]++;
	for (size_t k = 1; k < 2 * n_levels + 1; k++)
		at[k] += at[k - 1];
	p->level = mem_array(n_levels + 1, sizeof *p->level);
	p->select = mem_array(n_levels + 1, sizeof *p->select);
	for (size_t l = 0; l <= n_levels; l++) {
		p->level[l] = at[2 * l];
		p->select[l] = l < n_levels ? at[2 * l + 1] : at[2 * l];
	}
	p->n = to - from;
	p->order = mem_array(p->n, sizeof *p->order);
	for (tree_id i = from; i < to; i++)
		p->order[at[2 * level_of(p, i) + (t->node.at[i].kind == TREE_SELECT)]++] = i;
	free(at);
}

static rows_id all_of(const struct unit *u)
{
	return unit_has_rows(u) ? ROWS_ALL : ROWS_PAIRS;
}

static rows_id reads(struct plan *p, tree_id id, uint32_t k)
{
	const struct tree_node *n = &p->tree->node.at[id];
	const struct unit *u = tree_unit(p->tree, n);
	rows_id rows = p->stored[id];
	if (n->kind == TREE_SELECT)
		return rows_chosen(p->rows, rows, n->choice, k);
	switch (u->kind) {
	case UNIT_ATTENTION: return k == 0 ? rows : u->mask ? rows_upto(p->rows, rows) : ROWS_ALL;
	case UNIT_WHOLE:     return all_of(tree_unit(p->tree, &p->tree->node.at[n->in[k]]));
	default:             return rows;
	}
}

rows_id plan_reads(const struct plan *p, tree_id id, uint32_t k)
{
	return reads((struct plan *)(uintptr_t)p, id, k);        /* remembers what it works out, changes nothing else */
}

bool plan_lends(const struct plan *p, tree_id id, rows_id rows)
{
	return p->tree->node.at[id].ref != id && !rows_within(p->rows, rows, p->stored[id]);
}

static void demand(struct plan *p, const struct plan_options *o, tree_id id)
{
	const struct tree_node *n = &p->tree->node.at[id];
	const struct unit *u = tree_unit(p->tree, n);
	if (o->base && u->kept)
		p->want[id] = all_of(u);
	rows_id want = p->want[id];
	if (want == ROWS_NONE || given(p, o, id))
		return;
	if (u->kind == UNIT_WHOLE && unit_has_rows(u))
		want = ROWS_ALL;
	p->stored[id] = want;
	if (n->ref != id && u->causal && unit_has_rows(u) && !n->cut) {
		p->stored[id] = rows_changed(p->rows, want);
		p->want[n->ref] = rows_union(p->rows, p->want[n->ref], rows_unchanged(p->rows, want));
	}
	for (uint32_t k = 0; k < n->n_in && p->stored[id] != ROWS_NONE; k++)
		p->want[n->in[k]] = rows_union(p->rows, p->want[n->in[k]], reads(p, id, k));
}

static void demand_all(struct plan *p, const struct plan_options *o)
{
	for (size_t l = p->tree->units.n_levels; l-- > 0;) {
		for (size_t i = p->level[l + 1]; i-- > p->select[l];)
			demand(p, o, p->order[i]);
		for (int ref = 0; ref < 2; ref++)
			for (size_t i = p->select[l]; i-- > p->level[l];)
				if ((p->tree->node.at[p->order[i]].ref == p->order[i]) == ref)
					demand(p, o, p->order[i]);
	}
}

/* Leaves out what nobody asked for. */
static void keep_needed(struct plan *p)
{
	size_t kept = 0, n_levels = p->tree->units.n_levels;
	for (size_t l = 0; l < n_levels; l++) {
		size_t from = p->level[l], middle = p->select[l], to = p->level[l + 1];
		p->level[l] = kept;
		for (size_t i = from; i < to; i++) {
			if (i == middle)
				p->select[l] = kept;
			if (p->stored[p->order[i]] != ROWS_NONE)
				p->order[kept++] = p->order[i];
		}
		if (middle == to)
			p->select[l] = kept;
	}
	p->level[n_levels] = p->select[n_levels] = p->n = kept;
}

static void count_reader(struct plan *p, tree_id id, rows_id rows)
{
	p->uses[id]++;
	if (plan_lends(p, id, rows))
		p->uses[p->tree->node.at[id].ref]++;
}

static rows_id root_rows(const struct tree *t, tree_id root, rows_id out)
{
	return unit_has_rows(tree_unit(t, &t->node.at[root])) ? out : ROWS_PAIRS;
}

void plan_make(struct plan *p, const struct tree *t, struct row_sets *rows, const tree_id *root, size_t n_roots, rows_id out,
    const struct plan_options *o)
{
	*p = (struct plan){ .tree = t, .rows = rows };
	p->stored = mem_array(t->node.n, sizeof *p->stored);
	p->want = mem_array(t->node.n, sizeof *p->want);
	p->uses = mem_array(t->node.n, sizeof *p->uses);
	if (o->given)
		memcpy(p->stored, o->given->stored, t->n_base * sizeof *p->stored);
	sort_by_level(p, o);
	for (size_t i = 0; i < n_roots; i++)
		p->want[root[i]] = rows_union(rows, p->want[root[i]], root_rows(t, root[i], out));
	demand_all(p, o);
	keep_needed(p);
	for (size_t i = 0; i < p->n; i++) {
		const struct tree_node *n = &t->node.at[p->order[i]];
		for (uint32_t k = 0; k < n->n_in; k++)
			count_reader(p, n->in[k], reads(p, p->order[i], k));
		if (o->base && tree_unit(t, n)->kept)
			p->uses[p->order[i]]++;              /* by waves to come */
	}
	for (size_t i = 0; i < n_roots; i++)
		count_reader(p, root[i], root_rows(t, root[i], out));
}

void plan_free(struct plan *p)
{
	free(p->stored);
	free(p->want);
	free(p->uses);
	free(p->order);
	free(p->level);
	free(p->select);
}
