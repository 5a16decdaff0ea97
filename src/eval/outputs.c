/* From the last values of a run to what metrics are given.  See outputs.h. */
#include "eval/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "tensor/blas.h"

static const struct unit *unit(const struct tree *t, tree_id id)
{
	return tree_unit(t, &t->node.at[id]);
}

static bool read_by_a_unit(const struct tree *t, uint32_t cls)
{
	bool read = false;
	for (size_t i = 0; i < t->graph->node.n && !read; i++)
		for (uint32_t k = 0; k < t->units.at[i].n_in; k++)
			read |= t->units.at[t->units.at[i].in[k]->id].cls == cls;
	return read;
}

bool outputs_by_column(const struct tree *t, const struct asked *asked, const struct batch *b)
{
	const struct unit *u = unit_of(&t->units, t->graph->output);
	for (size_t p = 0; p < b->n; p++)
		if (!asked[b->pair[p]].n_columns && !t->units.precise)
			return false;
	return u->kind == UNIT_LINEAR && unit_has_rows(u) && !read_by_a_unit(t, u->cls);
}

void outputs_roots(const struct tree *t, tree_id output, bool by_column, struct tree_ids *roots)
{
	const struct tree_node *n = &t->node.at[output];
	if (!by_column)
		vec_push(roots, output);
	else if (n->kind == TREE_UNIT)
		vec_push(roots, n->in[0]);
	else                                         /* nothing, where it is set */
		for (uint32_t k = 0; k < n->n_in; k++)
			outputs_roots(t, n->in[k], true, roots);
}

/* The output whose rows of a class are these. */
static tree_id chosen(const struct outputs *o, tree_id id, uint32_t class)
{
	while (o->tree->node.at[id].kind == TREE_SELECT)
		id = o->tree->node.at[id].in[o->tree->node.at[id].choice[class]];
	return id;
}

/* Numbers handed out, of this type: a small model's are not rounded. */
static enum dtype type_of(const struct outputs *o)
{
	return o->by_column && o->tree->units.precise ? DT_F64 : DT_F32;
}

static void put(enum dtype type, void *to, int64_t i, double x)
{
	if (type == DT_F64)
		((double *)to)[i] = x;
	else
		((float *)to)[i] = (float)x;
}

/* The asked columns of an output that is set, from number `first` on. */
static void fetch_set(const struct outputs *o, tree_id id, int64_t row, const struct asked *a, void *to, int64_t first)
{
	int64_t width = run_width(o->run, unit(o->tree, id));
	float *whole = mem_array((size_t)width + 1, sizeof *whole);
	set_values_row(o->run->set, &o->tree->node.at[id], row, whole, width);
	for (size_t j = 0; j < (a->n_columns ? a->n_columns : (size_t)width); j++)
		put(type_of(o), to, first + (int64_t)j, whole[a->n_columns ? a->column[j] : (int64_t)j]);
	free(whole);
}

/* The asked rows of one pair. */
static void fetch(const struct outputs *o, tree_id id, uint32_t pair, const int64_t *row, size_t n, float *to, int64_t width)
{
	const struct run *r = o->run;
	tree_id from[2] = { id, o->tree->node.at[id].ref };
	for (size_t i = 0; i < n; i++, to += width) {
		uint32_t at = 0;
		int which = 0;
		for (; which < 2; which++) {
			struct row_list l = rows_list(r->rows, r->plan->stored[from[which]]);
			at = l.first[pair];
			while (at < l.first[pair + 1] && l.row[at] != row[i] && l.row[at] >= 0)
				at++;
			if (at < l.first[pair + 1])
				break;
		}
		pp_assert(which < 2);
		const struct value *v = &r->value[from[which]];
		memcpy(to, place(r, v->at) + (int64_t)at * v->ld, (size_t)width * sizeof *to);
	}
}

/* The columns of a matrix that were asked for, as floats: *rsb, *csb apart.  The caller frees *mine. */
static const float *columns(const struct tensor *w, const struct asked *a, int64_t *rsb, int64_t *csb, float **mine)
{
	int64_t k = w->dim[0], n = a->n_columns ? (int64_t)a->n_columns : w->dim[1];
	*mine = NULL;
	if (!a->n_columns && w->dtype == DT_F32) {
		*rsb = w->stride[0];
		*csb = w->stride[1];
		return w->at;
	}
	*mine = mem_array((size_t)(k * n) + 1, sizeof **mine);
	for (int64_t j = 0; j < n; j++) {
		struct tensor column = tensor_pick(w, 1, a->n_columns ? a->column[j] : j);
		tensor_to_f32(&column, *mine + j * k);
	}
	*rsb = 1;
	*csb = k;
	return *mine;
}

/* Some runs of one pair: the last product, for the columns that were asked for.  to: (runs, asked rows, columns). */
static void last_product(const struct outputs *o, uint32_t pair, const tree_id *id, size_t n_runs, void *to)
{
	const struct asked *a = &o->asked[o->run->batch->pair[pair]];
	const struct unit *u = unit(o->tree, o->ref);
	struct tensor w = o->run->constants->at[u->weight->id];
	int64_t k = w.dim[0], rows = (int64_t)a->n_rows, m = rows * (int64_t)n_runs, n = a->n_columns ? (int64_t)a->n_columns : w.dim[1], rsb, csb;
	float *x = mem_array((size_t)(m * k) + 1, sizeof *x), *mine;
	const float *b = columns(&w, a, &rsb, &csb, &mine);
	for (size_t i = 0; i < n_runs; i++)
		for (int64_t row = 0; row < rows; row++) {
			uint32_t class = o->run->rows->class[(int64_t)pair * o->run->rows->length + a->row[row]];
			tree_id of = chosen(o, id[i], class);
			if (o->tree->node.at[of].kind != TREE_SET)
				fetch(o, o->tree->node.at[of].in[0], pair, a->row + row, 1, x + ((int64_t)i * rows + row) * k, k);
		}
	if (type_of(o) == DT_F64)
		blas_gemm_precise(m, n, k, x, k, 1, b, rsb, csb, 0, DT_F64, to, n, 1);
	else
		blas_gemm(m, n, k, x, k, 1, b, rsb, csb, 0, to, n, 1);
	for (int64_t j = 0; u->bias && j < n; j++) {
		int64_t at = a->n_columns ? a->column[j] : j;
		double bias = tensor_get(&o->run->constants->at[u->bias->id], &at);
		for (int64_t i = 0; i < m; i++)
			if (type_of(o) == DT_F64)
				((double *)to)[i * n + j] += bias;
			else
				((float *)to)[i * n + j] += (float)bias;
	}
	for (size_t i = 0; i < n_runs; i++)
		for (int64_t row = 0; row < rows; row++) {
			tree_id of = chosen(o, id[i], o->run->rows->class[(int64_t)pair * o->run->rows->length + a->row[row]]);
			if (o->tree->node.at[of].kind == TREE_SET)
				fetch_set(o, of, a->row[row], a, to, ((int64_t)i * rows + row) * n);
		}
	free(x);
	free(mine);
}

/* The asked rows of a run's output where they lie, when they lie below each other and all columns are asked for. */
static const float *in_place(const struct outputs *o, uint32_t pair, tree_id id, const int64_t *row, size_t rows, int64_t width)
{
	const struct run *r = o->run;
	struct row_list l = rows_list(r->rows, r->plan->stored[id]);
	const struct value *v = &r->value[id];
	uint32_t at = l.first[pair];
	if (at == l.first[pair + 1] && o->tree->node.at[id].ref != id)           /* all of them are the reference run's */
		return in_place(o, pair, o->tree->node.at[id].ref, row, rows, width);
	if (o->asked[r->batch->pair[pair]].n_columns || v->ld != width || l.first[pair + 1] - at != rows)
		return NULL;
	for (size_t i = 0; i < rows; i++)
		if (l.row[at + i] != row[i])
			return NULL;
	return place(r, v->at) + (int64_t)at * width;
}

/* The asked rows and columns of a run's output as it is there; room: where they are put if they have to be put together. */
static const float *last_value(const struct outputs *o, uint32_t pair, tree_id id, float *room)
{
	const struct asked *a = &o->asked[o->run->batch->pair[pair]];
	const struct unit *u = unit(o->tree, o->ref);
	int64_t width = run_width(o->run, u);
	const int64_t none = -1, *row = unit_has_rows(u) ? a->row : &none;
	size_t rows = unit_has_rows(u) ? a->n_rows : 1;
	const float *there = in_place(o, pair, id, row, rows, width);
	if (there)
		return there;
	float *x = a->n_columns ? mem_array(rows * (size_t)width + 1, sizeof *x) : NULL;
	fetch(o, id, pair, row, rows, x ? x : room, width);
	for (size_t k = 0; k < rows; k++)
		for (size_t j = 0; j < a->n_columns; j++)
			room[k * a->n_columns + j] = x[(int64_t)k * width + a->column[j]];
	free(x);
	return room;
}

double outputs_cost(const struct tree *t, const struct asked *asked, const struct batch *b)
{
	const struct unit *u = unit_of(&t->units, t->graph->output);
	double sum = 0;
	for (size_t p = 0; p < b->n; p++) {
		const struct asked *a = &asked[b->pair[p]];
		sum += (double)a->n_rows * (double)u->weight->shape.dim[0] * (double)(a->n_columns ? (int64_t)a->n_columns : u->weight->shape.dim[1]);
	}
	return sum;
}

enum { AT_ONCE = 1 << 21 };              /* numbers of one pair's runs that are made side by side */

static void *room_for(size_t n, size_t bytes)
{
	void *x = malloc(n * bytes + 1);         /* not cleared: it may be large, and need not be used */
	if (!x)
		mem_fail(n * bytes);
	return x;
}

/* Numbers of one run of a pair. */
static size_t numbers(const struct outputs *o, uint32_t pair)
{
	const struct asked *a = &o->asked[o->run->batch->pair[pair]];
	const struct unit *u = unit(o->tree, o->ref);
	return (unit_has_rows(u) ? a->n_rows : 1) * (a->n_columns ? a->n_columns : (size_t)run_width(o->run, u));
}

static bool hand_values(const struct outputs *o, uint32_t pair, on_outputs *call, void *context)
{
	size_t one = numbers(o, pair);
	float *x = room_for(3, one * sizeof *x);
	struct pair_outputs p = { .pair = o->run->batch->pair[pair], .hypothesis = NO_HYPOTHESIS, .type = DT_F32 };
	p.ref = last_value(o, pair, o->ref, x);
	p.cf = p.patched = last_value(o, pair, o->cf, x + one);
	bool ok = !o->base || call(context, &p);
	for (size_t h = 0; h < o->n && ok; h++) {
		p.hypothesis = o->first + h;
		p.patched = last_value(o, pair, o->hypothesis[h], x + 2 * one);
		ok = call(context, &p);
	}
	free(x);
	return ok;
}

static bool hand_products(const struct outputs *o, uint32_t pair, on_outputs *call, void *context)
{
	size_t bytes = numbers(o, pair) * dtype_size[type_of(o)], step = AT_ONCE / (numbers(o, pair) + 1) + 1;
	step = step < o->n ? step : o->n;
	char *x = room_for(2 + step, bytes);
	struct pair_outputs p = { o->run->batch->pair[pair], NO_HYPOTHESIS, type_of(o), x, x + bytes, x + bytes };
	last_product(o, pair, (tree_id[]){ o->ref, o->cf }, 2, x);
	bool ok = !o->base || call(context, &p);
	for (size_t h = 0; h < o->n && ok; h++) {
		if (h % step == 0)
			last_product(o, pair, o->hypothesis + h, step < o->n - h ? step : o->n - h, x + 2 * bytes);
		p.hypothesis = o->first + h;
		p.patched = x + (2 + h % step) * bytes;
		ok = call(context, &p);
	}
	free(x);
	return ok;
}

bool outputs_hand_out(const struct outputs *o, on_outputs *call, void *context)
{
	bool ok = true;
	for (uint32_t p = 0; p < o->run->batch->n && ok; p++)
		ok = (o->by_column ? hand_products : hand_values)(o, p, call, context);
	return ok;
}
