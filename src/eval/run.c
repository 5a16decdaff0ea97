/* Executing a plan, level by level.  See run.h; internal.h says how values lie in memory.
 *
 * Here: values and their buffers, inputs, selections of rows, and the order of things.  What units compute is in linear.c,
 * sums.c, rowwise.c and attend.c. */
#include "eval/run.h"

#include <stdlib.h>
#include <string.h>

#include "tensor/parallel.h"

/* ---- values */

int64_t run_width(const struct run *r, const struct unit *u)
{
	struct shape row = u->node->shape;
	if (unit_has_rows(u))
		row.dim[0] = 1;
	return shape_count(&row, r->batch->length);
}

size_t run_rows(const struct run *r, tree_id id)
{
	return rows_count(r->rows, r->plan->stored[id]);
}

uint32_t run_buffer(struct run *r, size_t numbers, uint32_t uses)
{
	struct buffer b = { space_take(r->space, numbers), numbers, uses };
	vec_push(&r->buffer, b);
	return (uint32_t)r->buffer.n - 1;
}

size_t run_stack(struct run *r, const tree_id *id, size_t n, int64_t width)
{
	size_t rows = 0;
	uint32_t uses = 0;
	for (size_t i = 0; i < n; i++) {
		rows += run_rows(r, id[i]);
		uses += r->plan->uses[id[i]];
	}
	uint32_t b = run_buffer(r, rows * (size_t)width, uses);
	size_t at = r->buffer.at[b].at;
	for (size_t i = 0; i < n; i++) {
		r->value[id[i]] = (struct value){ at, width, b };
		at += run_rows(r, id[i]) * (size_t)width;
	}
	return r->buffer.at[b].at;
}

static void let_go(struct run *r, tree_id id)
{
	uint32_t b = r->value[id].buffer;
	if (b != NO_BUFFER && --r->buffer.at[b].uses == 0)
		space_give(r->space, r->buffer.at[b].at, r->buffer.at[b].n);
}

/* ---- reading rows */

/* Where member `which` of `rows` stands among the stored rows. */
static int64_t place_in(const struct run *r, struct row_list stored, struct row_list rows, size_t which)
{
	size_t lo = 0, hi = r->rows->n_pairs;        /* the pair it belongs to */
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (rows.first[mid] <= which)
			lo = mid;
		else
			hi = mid;
	}
	int32_t want = rows.row[which];
	uint32_t a = stored.first[lo], b = stored.first[lo + 1];
	while (a < b) {
		uint32_t mid = (a + b) / 2;
		if (stored.row[mid] < want)
			a = mid + 1;
		else
			b = mid;
	}
	return a < stored.first[lo + 1] && stored.row[a] == want ? (int64_t)a : -1;
}

bool run_direct(const struct run *r, tree_id id, rows_id rows, struct stretch *out)
{
	const struct value *v = &r->value[id];
	rows_id stored = r->plan->stored[id];
	size_t n = rows_count(r->rows, rows);
	*out = (struct stretch){ v->at, v->ld, (int64_t)n };
	if (rows == stored || n == 0)
		return true;
	if (!rows_within(r->rows, rows, stored))
		return false;
	struct row_list have = rows_list(r->rows, stored), want = rows_list(r->rows, rows);
	int64_t first = place_in(r, have, want, 0), last = place_in(r, have, want, n - 1);
	if (first < 0 || last - first != (int64_t)n - 1)
		return false;
	out->at += (size_t)(first * v->ld);
	return true;
}

void run_places(const struct run *r, tree_id id, rows_id rows, size_t *place)
{
	tree_id ref = run_node(r, id)->ref;
	struct row_list want = rows_list(r->rows, rows), have = rows_list(r->rows, r->plan->stored[id]),
		lent = rows_list(r->rows, r->plan->stored[ref]);
	for (size_t p = 0; p < r->rows->n_pairs; p++) {
		uint32_t mine = have.first[p], other = lent.first[p];
		for (uint32_t i = want.first[p]; i < want.first[p + 1]; i++) {
			while (mine < have.first[p + 1] && have.row[mine] < want.row[i])
				mine++;
			bool own = mine < have.first[p + 1] && have.row[mine] == want.row[i];
			while (!own && other < lent.first[p + 1] && lent.row[other] < want.row[i])
				other++;
			const struct value *v = &r->value[own ? id : ref];
			pp_assert(own || (other < lent.first[p + 1] && lent.row[other] == want.row[i]));
			place[i] = v->at + (size_t)((own ? mine : other) * v->ld);
		}
	}
}

void run_fetch(const struct run *r, tree_id id, rows_id rows, void *out, int64_t width)
{
	size_t n = rows_count(r->rows, rows), bytes = (size_t)width * r->space->number, *at = mem_array(n + 1, sizeof *at);
	run_places(r, id, rows, at);
	for (size_t i = 0; i < n; i++)
		memcpy((char *)out + i * bytes, place(r, at[i]), bytes);
	free(at);
}

struct stretch run_rows_of(struct run *r, tree_id id, rows_id rows, size_t *temporary)
{
	struct stretch s;
	*temporary = 0;
	if (run_direct(r, id, rows, &s))
		return s;
	int64_t width = run_width(r, tree_unit(r->tree, run_node(r, id)));
	*temporary = rows_count(r->rows, rows) * (size_t)width;
	s = (struct stretch){ space_take(r->space, *temporary), width, (int64_t)rows_count(r->rows, rows) };
	if (!r->pretend)
		run_fetch(r, id, rows, place(r, s.at), width);
	return s;
}

/* ---- inputs and selections */

static void run_input(struct run *r, tree_id id)
{
	const struct tree_node *n = run_node(r, id);
	const struct unit *u = tree_unit(r->tree, n);
	int64_t width = run_width(r, u);
	if (u->node->ids) {                          /* looked up where they are (rowwise.c) */
		r->value[id] = (struct value){ 0, 0, NO_BUFFER };
		return;
	}
	size_t to = run_stack(r, &id, 1, width);
	struct row_list l = rows_list(r->rows, r->plan->stored[id]);
	size_t which = (size_t)n->column * r->tree->graph->input.n + (size_t)u->node->attr[0];
	for (size_t p = 0; p < r->batch->n && !r->pretend; p++)
		for (uint32_t i = l.first[p]; i < l.first[p + 1]; i++, to += (size_t)width) {
			const struct input_value *x = &r->batch->data->pair.at[r->batch->pair[p]].value[which];
			int64_t row = l.row[i] < 0 ? 0 : l.row[i];
			pp_assert((row + 1) * width <= x->n);
			struct tensor one = tensor_over(x->real + row * width, DT_F32, 1, &width);
			tensor_to(&one, run_type(r), place(r, to));
		}
}

static void run_set(struct run *r, tree_id id)
{
	int64_t width = run_width(r, tree_unit(r->tree, run_node(r, id)));
	size_t to = run_stack(r, &id, 1, width);
	struct row_list l = rows_list(r->rows, r->plan->stored[id]);
	for (size_t i = 0; i < l.n && !r->pretend; i++, to += (size_t)width)
		set_values_row(r->set, run_node(r, id), l.row[i], run_type(r), place(r, to), width);
}

static void run_select(struct run *r, tree_id id)
{
	const struct tree_node *n = run_node(r, id);
	int64_t width = run_width(r, tree_unit(r->tree, n));
	size_t bytes = (size_t)width * r->space->number, at = run_stack(r, &id, 1, width);
	if (r->pretend)
		return;
	struct row_list l = rows_list(r->rows, r->plan->stored[id]);
	for (uint32_t k = 0; k < n->n_in; k++) {
		rows_id rows = plan_reads(r->plan, id, k);
		struct row_list mine = rows_list(r->rows, rows);
		char *part = mem_array(mine.n + 1, bytes);
		run_fetch(r, n->in[k], rows, part, width);
		for (size_t p = 0; p < r->rows->n_pairs; p++)
			for (uint32_t i = mine.first[p], to = l.first[p]; i < mine.first[p + 1]; i++) {
				while (l.row[to] != mine.row[i])
					to++;
				memcpy(place(r, at + to * (size_t)width), part + i * bytes, bytes);
			}
		free(part);
	}
}

/* ---- the order of things */

static bool is_total(const struct run *r, tree_id id)
{
	return tree_unit(r->tree, run_node(r, id))->node->op == OP_TOTAL;
}

/* Readers that have read: what nobody will read again goes. */
static void read_by(struct run *r, tree_id id)
{
	const struct tree_node *n = run_node(r, id);
	for (uint32_t k = 0; k < n->n_in; k++) {
		if (r->deferred[n->in[k]])
			read_by(r, n->in[k]);
		else
			let_go(r, n->in[k]);
		if (plan_lends(r->plan, n->in[k], plan_reads(r->plan, id, k)))
			let_go(r, run_node(r, n->in[k])->ref);
	}
}

static int kind_order(enum unit_kind k)
{
	return k == UNIT_INPUT ? 0 : k == UNIT_LINEAR ? 1 : k == UNIT_ATTENTION ? 2 : 3;
}

struct entry { int kind; uint32_t cls; tree_id id; };

/* Instances of one head are neighbours, so that what reads them can take many rows at once. */
static int by_kind(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind - y->kind;
	if (x->kind >= 2 && x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static void run_group(struct run *r, int kind, const tree_id *id, size_t n)
{
	if (kind == 0)
		for (size_t i = 0; i < n; i++)
			(run_node(r, id[i])->kind == TREE_SET ? run_set : run_input)(r, id[i]);
	else if (kind == 1)
		run_linear(r, id, n);
	else if (kind == 2)
		run_attention(r, id, n);
	else if (tree_unit(r->tree, run_node(r, id[0]))->kind == UNIT_WHOLE)
		run_whole(r, id, n);
	else if (is_total(r, id[0]))
		run_total(r, id, n);
	else
		run_rowwise(r, id, n);
}

static void run_level(struct run *r, size_t from, size_t select, size_t to)
{
	const tree_id *order = r->plan->order;
	struct entry *e = mem_array(select - from, sizeof *e);
	tree_id *id = mem_array(select - from, sizeof *id);
	size_t n = 0;
	for (size_t i = from; i < select; i++) {
		const struct unit *u = tree_unit(r->tree, run_node(r, order[i]));
		if (!r->deferred[order[i]])
			e[n++] = (struct entry){ run_node(r, order[i])->kind == TREE_SET ? 0 : kind_order(u->kind), u->cls, order[i] };
	}
	if (n)
		qsort(e, n, sizeof *e, by_kind);
	for (size_t i = 0; i < n; i++)
		id[i] = e[i].id;
	for (size_t i = 0, m; i < n; i += m) {
		for (m = 1; i + m < n && e[i + m].kind == e[i].kind && (e[i].kind != 3 || e[i + m].cls == e[i].cls); m++)
			;
		run_group(r, e[i].kind, id + i, m);
		for (size_t k = i; k < i + m; k++)
			read_by(r, id[k]);
	}
	for (size_t i = select; i < to; i++) {
		run_select(r, order[i]);
		read_by(r, order[i]);
	}
	free(e);
	free(id);
}

void run_plan(struct run *r, const struct run *base, const atomic_bool *interrupted)
{
	const struct plan *p = r->plan;
	r->value = mem_array(r->tree->node.n, sizeof *r->value);
	r->deferred = mem_array(r->tree->node.n, sizeof *r->deferred);
	for (size_t i = 0; i < r->tree->node.n; i++)         /* what is not computed is read by selections of no rows of it */
		r->value[i] = (struct value){ 0, 0, NO_BUFFER };
	for (size_t i = 0; base && i < r->tree->n_base; i++)
		r->value[i] = (struct value){ base->value[i].at, base->value[i].ld, NO_BUFFER };
	r->given = base != NULL;
	parallel_stop_when(interrupted);
	mark_deferred(r);
	for (size_t l = 0; l < r->tree->units.n_levels && !parallel_stopped(); l++) {
		run_level(r, p->level[l], p->select[l], p->level[l + 1]);
		if (r->level_done && !r->pretend)
			r->level_done(r->context, (double)(l + 1) / (double)r->tree->units.n_levels);
	}
	parallel_stop_when(NULL);
}

void run_free(struct run *r)
{
	free(r->value);
	free(r->deferred);
	vec_free(&r->buffer);
}
