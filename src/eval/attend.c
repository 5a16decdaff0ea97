/* Attention: every head of a level, for every instance and pair, as one list of tasks.  See internal.h. */
#include <stdlib.h>
#include <string.h>

#include "eval/internal.h"
#include "tensor/parallel.h"
#include "tensor/vec.h"

struct task { tree_id id; uint32_t pair; };
struct work { struct run *r; struct task *task; };

/* Row t of a value for pair p: its own, or the reference run's. */
static const void *row_of(const struct run *r, tree_id id, uint32_t p, int64_t t, uint32_t *at)
{
	struct row_list have = rows_list(r->rows, r->plan->stored[id]);
	tree_id ref = r->tree->node.at[id].ref;
	if (*at < have.first[p])
		*at = have.first[p];
	while (*at < have.first[p + 1] && have.row[*at] < t)
		++*at;
	if (*at < have.first[p + 1] && have.row[*at] == t)
		return row_place(r, &r->value[id], *at);
	have = rows_list(r->rows, r->plan->stored[ref]);
	uint32_t lo = have.first[p], hi = have.first[p + 1];
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (have.row[mid] < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	pp_assert(lo < have.first[p + 1] && have.row[lo] == t);
	return row_place(r, &r->value[ref], lo);
}

/* One key becomes a column of keys transposed; no key: zeros. */
static void put_column(enum dtype type, void *to, int64_t ld, const void *key, int64_t n)
{
	if (type == DT_F64)
		for (int64_t j = 0; j < n; j++)
			((double *)to)[j * ld] = key ? ((const double *)key)[j] : 0;
	else
		for (int64_t j = 0; j < n; j++)
			((float *)to)[j * ld] = key ? ((const float *)key)[j] : 0;
}

/* What a task needs beside values: scores, keys transposed, values, queries. */
static size_t scratch_bytes(const struct unit *u, size_t number, int64_t keys, int64_t queries)
{
	int64_t ldk = (keys + VEC_PAD - 1) / VEC_PAD * VEC_PAD, e = u->in[0]->shape.dim[1], ev = u->node->shape.dim[1];
	return (size_t)((VEC_BLOCK + e) * ldk + keys * ev + queries * e) * number;
}

static void do_task(void *context, size_t i)
{
	const struct work *w = context;
	const struct run *r = w->r;
	struct task k = w->task[i];
	const struct tree_node *n = &r->tree->node.at[k.id];
	const struct unit *u = tree_unit(r->tree, n);
	struct row_list rows = rows_list(r->rows, r->plan->stored[k.id]);
	uint32_t first = rows.first[k.pair], end = rows.first[k.pair + 1];
	int64_t keys = u->mask ? rows.row[end - 1] + 1 : r->batch->length, e = u->in[0]->shape.dim[1], ev = u->node->shape.dim[1];
	int64_t ldk = (keys + VEC_PAD - 1) / VEC_PAD * VEC_PAD;
	size_t number = r->space->number, row_k = (size_t)e * number, row_v = (size_t)ev * number;
	size_t bytes = scratch_bytes(u, number, keys, end - first);
	char *scratch = malloc(bytes);
	if (!scratch)
		mem_fail(bytes);
	char *kt = scratch + (size_t)(VEC_BLOCK * ldk) * number, *v = kt + (size_t)(e * ldk) * number, *q = v + (size_t)keys * row_v;
	uint32_t at_k = 0, at_v = 0, at_q = 0;
	for (int64_t t = 0; t < ldk; t++)
		put_column(run_type(r), kt + (size_t)t * number, ldk, t < keys ? row_of(r, n->in[1], k.pair, t, &at_k) : NULL, e);
	for (int64_t t = 0; t < keys; t++)
		memcpy(v + (size_t)t * row_v, row_of(r, n->in[2], k.pair, t, &at_v), row_v);
	for (uint32_t t = first; t < end; t++)
		memcpy(q + (t - first) * row_k, row_of(r, n->in[0], k.pair, rows.row[t], &at_q), row_k);
	struct attend a = { .q = q, .ldq = e, .n = end - first, .e = e, .row = rows.row + first, .kt = kt, .ldk = ldk, .n_keys = keys, .v = v,
		.ev = ev, .scale = u->scale, .cap = u->cap, .window = u->window, .mask = u->mask,
		.out = row_place(r, &r->value[k.id], first), .ldo = r->value[k.id].ld, .scratch = scratch };
	(run_type(r) == DT_F64 ? vec()->attend64 : vec()->attend)(&a);
	free(scratch);
}

/* Heads that write side by side: the values of one level stand in one buffer, so that what reads them can take many rows
 * at once. */
void run_attention(struct run *r, const tree_id *id, size_t n)
{
	struct work w = { r, mem_array(n * r->batch->n, sizeof *w.task) };
	size_t n_tasks = 0;
	for (size_t i = 0, m; i < n; i += m) {       /* instances of one head lie below each other */
		uint32_t cls = r->tree->node.at[id[i]].cls;
		for (m = 1; i + m < n && r->tree->node.at[id[i + m]].cls == cls; m++)
			;
		run_stack(r, id + i, m, run_width(r, tree_unit(r->tree, &r->tree->node.at[id[i]])));
	}
	for (size_t i = 0; i < n; i++) {
		struct row_list rows = rows_list(r->rows, r->plan->stored[id[i]]);
		const struct unit *u = tree_unit(r->tree, &r->tree->node.at[id[i]]);
		size_t scratch = scratch_bytes(u, r->space->number, r->batch->length, r->batch->length);
		r->scratch = scratch > r->scratch ? scratch : r->scratch;
		r->madds += unit_cost(u, (double)rows.n, r->batch->length);
		for (uint32_t p = 0; p < r->batch->n; p++)
			if (rows.first[p + 1] > rows.first[p])
				w.task[n_tasks++] = (struct task){ id[i], p };
	}
	if (!r->pretend)
		parallel_for(n_tasks, do_task, &w);
	free(w.task);
}
