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
		if (!asked[b->pair[p]].n_columns)
			return false;
	return u->kind == UNIT_LINEAR && !read_by_a_unit(t, u->cls);
}

void outputs_roots(const struct tree *t, tree_id output, bool by_column, struct tree_ids *roots)
{
	const struct tree_node *n = &t->node.at[output];
	if (!by_column)
		vec_push(roots, output);
	else if (n->kind == TREE_UNIT)
		vec_push(roots, n->in[0]);
	else
		for (uint32_t k = 0; k < n->n_in; k++)
			outputs_roots(t, n->in[k], true, roots);
}

/* What the rows of an output that is a product are made from. */
static tree_id source(const struct outputs *o, tree_id id, uint32_t class)
{
	while (o->tree->node.at[id].kind == TREE_SELECT)
		id = o->tree->node.at[id].in[o->tree->node.at[id].choice[class]];
	return o->tree->node.at[id].in[0];
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

static bool hand(const struct outputs *o, uint32_t pair, const float *out, size_t floats, on_outputs *call, void *context)
{
	struct pair_outputs p = { .pair = o->run->batch->pair[pair], .hypothesis = NO_HYPOTHESIS, .ref = out, .cf = out + floats,
		.patched = out + floats };
	if (o->base && !call(context, &p))
		return false;
	for (size_t h = 0; h < o->n; h++) {
		p.hypothesis = o->first + h;
		p.patched = out + (2 + h) * floats;
		if (!call(context, &p))
			return false;
	}
	return true;
}

/* All runs of one pair: some columns of the last product. */
static bool by_column(const struct outputs *o, uint32_t pair, on_outputs *call, void *context)
{
	const struct asked *a = &o->asked[o->run->batch->pair[pair]];
	const struct unit *u = unit(o->tree, o->ref);
	struct tensor w = o->run->constants->at[u->weight->id];
	int64_t k = w.dim[0], rows = (int64_t)a->n_rows, all = rows * (int64_t)(2 + o->n), n = (int64_t)a->n_columns;
	float *x = mem_array((size_t)(all * k) + 1, sizeof *x), *b = mem_array((size_t)(k * n) + 1, sizeof *b), *c = mem_array((size_t)(all * n) + 1, sizeof *c);
	for (int64_t j = 0; j < n; j++) {
		struct tensor column = tensor_pick(&w, 1, a->column[j]);
		tensor_to_f32(&column, b + j * k);
	}
	for (size_t i = 0; i < 2 + o->n; i++) {
		tree_id id = i == 0 ? o->ref : i == 1 ? o->cf : o->hypothesis[i - 2];
		for (int64_t row = 0; row < rows; row++) {
			uint32_t class = o->run->rows->class[(int64_t)pair * o->run->rows->length + a->row[row]];
			fetch(o, source(o, id, class), pair, a->row + row, 1, x + ((int64_t)i * rows + row) * k, k);
		}
	}
	blas_gemm(all, n, k, x, k, 1, b, 1, k, 0, c, n, 1);
	for (int64_t j = 0; u->bias && j < n; j++) {
		float bias = (float)tensor_get(&o->run->constants->at[u->bias->id], &a->column[j]);
		for (int64_t i = 0; i < all; i++)
			c[i * n + j] += bias;
	}
	bool ok = hand(o, pair, c, (size_t)(rows * n), call, context);
	free(x);
	free(b);
	free(c);
	return ok;
}

/* Leaves, of the rows below each other, the columns that were asked for. */
static void pick_columns(float *x, size_t rows, int64_t width, const struct asked *a)
{
	float *to = x;
	for (size_t i = 0; i < rows && a->n_columns; i++)
		for (size_t j = 0; j < a->n_columns; j++)
			*to++ = x[(int64_t)i * width + a->column[j]];
}

static bool whole_rows(const struct outputs *o, uint32_t pair, on_outputs *call, void *context)
{
	const struct asked *a = &o->asked[o->run->batch->pair[pair]];
	const struct unit *u = unit(o->tree, o->ref);
	int64_t width = run_width(o->run, u);
	const int64_t none = -1;
	size_t rows = unit_has_rows(u) ? a->n_rows : 1, one = rows * (size_t)width;
	float *x = mem_array(3 * one + 1, sizeof *x);
	const int64_t *row = unit_has_rows(u) ? a->row : &none;
	fetch(o, o->ref, pair, row, rows, x, width);
	fetch(o, o->cf, pair, row, rows, x + one, width);
	pick_columns(x, rows, width, a);
	pick_columns(x + one, rows, width, a);
	struct pair_outputs p = { o->run->batch->pair[pair], NO_HYPOTHESIS, x, x + one, x + one };
	bool ok = !o->base || call(context, &p);
	for (size_t h = 0; h < o->n && ok; h++) {
		fetch(o, o->hypothesis[h], pair, row, rows, x + 2 * one, width);
		pick_columns(x + 2 * one, rows, width, a);
		p.hypothesis = o->first + h;
		p.patched = x + 2 * one;
		ok = call(context, &p);
	}
	free(x);
	return ok;
}

bool outputs_hand_out(const struct outputs *o, on_outputs *call, void *context)
{
	bool ok = true;
	for (uint32_t p = 0; p < o->run->batch->n && ok; p++)
		ok = o->by_column ? by_column(o, p, call, context) : whole_rows(o, p, call, context);
	return ok;
}
