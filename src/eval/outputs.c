/* From the last values of a run to what metrics are given.  See outputs.h. */
#include "eval/outputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
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
		if (!asked[b->pair[p]].n_columns)
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

/* Place i of some numbers. */
static void *at_number(const struct outputs *o, const void *x, size_t i)
{
	return (char *)(uintptr_t)x + i * dtype_size[run_type(o->run)];
}

/* The asked columns of one whole row. */
static void pick_columns(const struct outputs *o, const struct asked *a, const void *whole, int64_t width, void *to)
{
	size_t number = dtype_size[run_type(o->run)];
	if (!a->n_columns)
		memcpy(to, whole, (size_t)width * number);
	for (size_t j = 0; j < a->n_columns; j++)
		memcpy(at_number(o, to, j), at_number(o, whole, (size_t)a->column[j]), number);
}

/* The asked columns of an output that is set. */
static void fetch_set(const struct outputs *o, tree_id id, int64_t row, const struct asked *a, void *to)
{
	int64_t width = run_width(o->run, unit(o->tree, id));
	void *whole = mem_array((size_t)width + 1, dtype_size[run_type(o->run)]);
	set_values_row(o->run->set, &o->tree->node.at[id], row, run_type(o->run), whole, width);
	pick_columns(o, a, whole, width, to);
	free(whole);
}

/* The asked rows of one pair. */
static void fetch(const struct outputs *o, tree_id id, uint32_t pair, const int64_t *row, size_t n, void *out, int64_t width)
{
	const struct run *r = o->run;
	size_t bytes = (size_t)width * r->space->number;
	char *to = out;
	tree_id from[2] = { id, o->tree->node.at[id].ref };
	for (size_t i = 0; i < n; i++, to += bytes) {
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
		memcpy(to, row_place(r, &r->value[from[which]], at), bytes);
	}
}

/* The columns of a matrix that were asked for, for a product of this type.  The caller frees *mine. */
static struct matrix columns(const struct tensor *w, const struct asked *a, enum dtype type, void **mine)
{
	int64_t k = w->dim[0], n = a->n_columns ? (int64_t)a->n_columns : w->dim[1];
	*mine = NULL;
	if (!a->n_columns && (w->dtype == DT_F32 || w->dtype == type))
		return (struct matrix){ w->at, w->stride[0], w->stride[1], w->dtype };
	*mine = mem_array((size_t)(k * n) + 1, dtype_size[type]);
	for (int64_t j = 0; j < n; j++) {
		struct tensor column = tensor_pick(w, 1, a->n_columns ? a->column[j] : j);
		tensor_to(&column, type, (char *)*mine + (size_t)(j * k) * dtype_size[type]);
	}
	return (struct matrix){ *mine, 1, k, type };
}

/* Adds the bias of the last product to m rows of n asked columns. */
static void add_bias(const struct tensor *bias, const struct asked *a, enum dtype type, void *to, int64_t m, int64_t n)
{
	for (int64_t j = 0; j < n; j++) {
		int64_t at = a->n_columns ? a->column[j] : j;
		double b = tensor_get(bias, &at);
		for (int64_t i = 0; i < m; i++)
			if (type == DT_F64)
				((double *)to)[i * n + j] += b;
			else
				((float *)to)[i * n + j] += (float)b;
	}
}

/* Some runs of one pair: the last product, for the columns that were asked for.  to: (runs, asked rows, columns). */
static void last_product(const struct outputs *o, uint32_t pair, const tree_id *id, size_t n_runs, void *to)
{
	const struct run *r = o->run;
	const struct asked *a = &o->asked[r->batch->pair[pair]];
	const struct unit *u = unit(o->tree, o->ref);
	struct tensor w = r->constants->at[u->weight->id];
	enum dtype type = run_type(r);
	size_t rows = a->n_rows, m = rows * n_runs, k = (size_t)w.dim[0], n = a->n_columns ? a->n_columns : (size_t)w.dim[1];
	void *x = mem_array(m * k + 1, dtype_size[type]), *mine;
	tree_id *of = mem_array(m + 1, sizeof *of);
	for (size_t i = 0; i < m; i++) {
		int64_t row = a->row[i % rows];
		of[i] = chosen(o, id[i / rows], r->rows->class[(int64_t)pair * r->rows->length + row]);
		if (o->tree->node.at[of[i]].kind != TREE_SET)
			fetch(o, o->tree->node.at[of[i]].in[0], pair, &row, 1, at_number(o, x, i * k), (int64_t)k);
	}
	double t0 = clock_seconds();
	blas_gemm((int64_t)m, (int64_t)n, (int64_t)k, (struct matrix){ x, (int64_t)k, 1, type }, columns(&w, a, type, &mine), false,
	    (struct matrix){ to, (int64_t)n, 1, type });
	*r->seconds_products += clock_seconds() - t0;
	if (u->bias)
		add_bias(&r->constants->at[u->bias->id], a, type, to, (int64_t)m, (int64_t)n);
	for (size_t i = 0; i < m; i++)
		if (o->tree->node.at[of[i]].kind == TREE_SET)
			fetch_set(o, of[i], a->row[i % rows], a, at_number(o, to, i * n));
	free(of);
	free(x);
	free(mine);
}

/* The asked rows of a run's output where they lie, when they lie below each other and all columns are asked for. */
static const void *in_place(const struct outputs *o, uint32_t pair, tree_id id, const int64_t *row, size_t rows, int64_t width)
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
	return row_place(r, v, at);
}

/* The asked rows and columns of a run's output as it is there; room: where they are put if they have to be put together. */
static const void *last_value(const struct outputs *o, uint32_t pair, tree_id id, void *room)
{
	const struct asked *a = &o->asked[o->run->batch->pair[pair]];
	const struct unit *u = unit(o->tree, o->ref);
	int64_t width = run_width(o->run, u);
	const int64_t none = -1, *row = unit_has_rows(u) ? a->row : &none;
	size_t rows = unit_has_rows(u) ? a->n_rows : 1, columns = a->n_columns ? a->n_columns : (size_t)width;
	const void *there = in_place(o, pair, id, row, rows, width);
	if (there)
		return there;
	void *x = mem_array((size_t)width + 1, dtype_size[run_type(o->run)]);
	for (size_t k = 0; k < rows; k++) {
		fetch(o, id, pair, row + k, 1, x, width);
		pick_columns(o, a, x, width, at_number(o, room, k * columns));
	}
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

enum { LOOKING = 6 };                    /* numbers, in double, that a metric makes of each of a row, about */
enum { AT_ONCE = 1 << 21 };              /* numbers of one pair's runs that are made side by side, and of what they are made from */

static void *room_for(size_t n, size_t bytes)
{
	void *x = malloc(n * bytes + 1);         /* not cleared: it may be large, and need not be used */
	if (!x)
		mem_fail(n * bytes);
	return x;
}

/* Numbers of one run of a pair. */
static size_t numbers(const struct unit *u, const struct asked *a, int64_t length)
{
	struct shape row = u->node->shape;
	if (unit_has_rows(u))
		row.dim[0] = 1;
	return (unit_has_rows(u) ? a->n_rows : 1) * (a->n_columns ? a->n_columns : (size_t)shape_count(&row, length));
}

/* How many of n runs of a pair go through the last product together. */
static size_t together(const struct unit *u, const struct asked *a, int64_t length, size_t n)
{
	size_t step = AT_ONCE / (numbers(u, a, length) + a->n_rows * (size_t)u->weight->shape.dim[0] + 1) + 1;
	return step < n ? step : n;
}

size_t outputs_bytes(const struct tree *t, const struct asked *asked, const struct batch *b, bool by_column, size_t n)
{
	const struct unit *u = unit_of(&t->units, t->graph->output);
	size_t most = 0, widest = 0;
	for (size_t p = 0; p < b->n; p++) {
		const struct asked *a = &asked[b->pair[p]];
		size_t one = numbers(u, a, b->length), step = by_column ? together(u, a, b->length, n) : 0, all = one;
		if (by_column)
			all = (2 + step) * one + (step > 2 ? step : 2) * a->n_rows * (size_t)u->weight->shape.dim[0];
		most = all > most ? all : most;
		widest = one / (a->n_rows ? a->n_rows : 1) > widest ? one / (a->n_rows ? a->n_rows : 1) : widest;
	}
	return most * dtype_size[t->units.type] + widest * LOOKING * sizeof(double);
}

static bool hand_values(const struct outputs *o, uint32_t pair, on_outputs *call, void *context)
{
	const struct asked *a = &o->asked[o->run->batch->pair[pair]];
	size_t bytes = numbers(unit(o->tree, o->ref), a, o->run->batch->length) * dtype_size[run_type(o->run)];
	char *x = room_for(3, bytes);
	struct pair_outputs p = { .pair = o->run->batch->pair[pair], .hypothesis = NO_HYPOTHESIS, .type = run_type(o->run) };
	p.ref = last_value(o, pair, o->ref, x);
	p.cf = p.patched = last_value(o, pair, o->cf, x + bytes);
	bool ok = !o->base || call(context, &p);
	for (size_t h = 0; h < o->n && ok; h++) {
		p.hypothesis = o->first + h;
		p.patched = last_value(o, pair, o->hypothesis[h], x + 2 * bytes);
		ok = call(context, &p);
	}
	free(x);
	return ok;
}

static bool hand_products(const struct outputs *o, uint32_t pair, on_outputs *call, void *context)
{
	const struct asked *a = &o->asked[o->run->batch->pair[pair]];
	const struct unit *u = unit(o->tree, o->ref);
	size_t bytes = numbers(u, a, o->run->batch->length) * dtype_size[run_type(o->run)], step = together(u, a, o->run->batch->length, o->n);
	char *x = room_for(2 + step, bytes);
	struct pair_outputs p = { o->run->batch->pair[pair], NO_HYPOTHESIS, run_type(o->run), x, x + bytes, x + bytes };
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
