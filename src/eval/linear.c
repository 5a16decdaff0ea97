/* Products with weights.
 *
 * All products of a level are one list.  Slices of a weight that lie beside each other and read the same value are one wide
 * product (a family, constants.c); values below each other in memory are one tall product.  None of this changes a byte: an
 * element of a product depends on its own row and column only (tensor/blas.h). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "eval/internal.h"
#include "tensor/blas.h"
#include "tensor/kernels.h"
#include "tensor/parallel.h"

/* Products that write to different places, done together on all threads. */
static void multiply(struct run *r, const struct product *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_account(r, &p[i]);
	if (r->pretend)
		return;
	double t0 = clock_seconds();
	blas_products(p, n);
	*r->seconds_products += clock_seconds() - t0;
}

void run_account(struct run *r, const struct product *p)
{
	size_t bytes = blas_bytes(p, parallel_threads()), one = blas_bytes(p, 1);
	r->madds += (double)p->m * (double)p->n * (double)p->k;
	r->n_products++;
	r->packing = bytes > r->packing ? bytes : r->packing;
	r->packing_one = one > r->packing_one ? one : r->packing_one;
}

struct product run_product(const struct run *r, struct stretch a, const struct unit *u, int64_t n, size_t c, int64_t ldc)
{
	const struct tensor *w = &r->constants->at[u->weight->id];
	return (struct product){ .m = a.rows, .n = n, .k = w->dim[0], .type = run_type(r), .a = r->pretend ? NULL : place(r, a.at), .lda = a.ld,
		.b = w->at, .rsb = w->stride[0], .csb = w->stride[1], .b_type = w->dtype, .c = r->pretend ? NULL : place(r, c), .ldc = ldc };
}

/* ---- LINEAR units of a level */

/* Slices of one family, from column `from` to `to`, of one value's rows: nodes item[first .. first + n). */
struct slice { uint32_t family; tree_id x; rows_id rows; int64_t from, to; size_t first, n; };
struct item { tree_id id, x; uint32_t family; rows_id rows; int64_t column; };

static int by_value(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	if (x->rows != y->rows)
		return x->rows < y->rows ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

static int by_columns(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

struct linear_work { struct item *item; struct slice *segment; size_t n_segments; };

static void gather_segments(struct run *r, const tree_id *id, size_t n, struct linear_work *w)
{
	w->item = mem_array(n, sizeof *w->item);
	w->segment = mem_array(n, sizeof *w->segment);
	for (size_t i = 0; i < n; i++) {
		uint32_t cls = run_node(r, id[i])->cls;
		w->item[i] = (struct item){ id[i], run_node(r, id[i])->in[0], r->constants->family[cls], r->plan->stored[id[i]], r->constants->column[cls] };
	}
	qsort(w->item, n, sizeof *w->item, by_value);
	for (size_t i = 0; i < n; i++) {
		const struct item *x = &w->item[i];
		int64_t width = run_width(r, run_unit(r, x->id));
		struct slice *s = w->n_segments ? &w->segment[w->n_segments - 1] : NULL;
		if (s && s->family == x->family && s->x == x->x && s->rows == x->rows && s->to == x->column) {
			s->to += width;
			s->n++;
		} else {
			w->segment[w->n_segments++] = (struct slice){ x->family, x->x, x->rows, x->column, x->column + width, i, 1 };
		}
	}
	qsort(w->segment, w->n_segments, sizeof *w->segment, by_columns);
}

/* Room for what a group of segments computes; where each node's columns are in it. */
static size_t place_group(struct run *r, const struct linear_work *w, const struct slice *s, size_t n, int64_t *rows)
{
	uint32_t uses = 0;
	int64_t width = s->to - s->from, row = 0;
	*rows = 0;
	for (size_t i = 0; i < n; i++) {
		*rows += (int64_t)rows_count(r->rows, s[i].rows);
		for (size_t k = 0; k < s[i].n; k++)
			uses += r->plan->uses[w->item[s[i].first + k].id];
	}
	uint32_t b = run_buffer(r, (size_t)(*rows * width), uses);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < s[i].n; k++) {
			const struct item *x = &w->item[s[i].first + k];
			r->value[x->id] = (struct value){ r->buffer.at[b].at + (size_t)(row * width + x->column - s->from), width, b };
		}
		row += (int64_t)rows_count(r->rows, s[i].rows);
	}
	return r->buffer.at[b].at;
}

/* What the segments of a group read, as stretches of memory; neighbours are joined. */
static size_t stretches(const struct run *r, const struct slice *s, size_t n, struct stretch *out, bool *all)
{
	size_t k = 0;
	*all = true;
	for (size_t i = 0; i < n && *all; i++) {
		struct stretch x;
		*all = run_direct(r, s[i].x, s[i].rows, &x);
		if (*all && k && out[k - 1].ld == x.ld && out[k - 1].at + (size_t)(out[k - 1].rows * x.ld) == x.at)
			out[k - 1].rows += x.rows;
		else
			out[k++] = x;
	}
	return k;
}

/* The biases of a segment's nodes, side by side; NULL: it has none. */
static void *biases(const struct run *r, const struct linear_work *w, const struct slice *s)
{
	enum dtype type = run_type(r);
	char *all = NULL;
	for (size_t k = 0; k < s->n; k++) {
		const struct item *x = &w->item[s->first + k];
		const struct node *bias = run_unit(r, x->id)->bias;
		if (!bias)                           /* then no member of the family has one */
			return NULL;
		all = all ? all : mem_array((size_t)(s->to - s->from), dtype_size[type]);
		tensor_to(&r->constants->at[bias->id], type, all + (size_t)(x->column - s->from) * dtype_size[type]);
	}
	return all;
}

/* Rows of several values, copied below each other. */
struct gathering { const struct run *r; const struct slice *s; const size_t *to; int64_t width; };

static void fetch(void *context, size_t i)
{
	const struct gathering *g = context;
	run_fetch(g->r, g->s[i].x, g->s[i].rows, place(g->r, g->to[i]), g->width);
}

static void gather(const struct run *r, const struct slice *s, size_t n, size_t to, int64_t width)
{
	size_t *at = mem_array(n, sizeof *at);
	for (size_t i = 0; i < n; i++) {
		at[i] = to;
		to += rows_count(r->rows, s[i].rows) * (size_t)width;
	}
	parallel_for(n, fetch, &(struct gathering){ r, s, at, width });
	free(at);
}

struct given_back { size_t at, n; };
/* Products, the places that they borrow, the biases that were put together for them. */
struct products { VEC(struct product) one; VEC(struct given_back) back; VEC(void *) bias; };

static void group_products(struct run *r, const struct linear_work *w, const struct slice *s, size_t n, size_t c, int64_t rows, struct products *out)
{
	const struct unit *u = run_unit(r, w->item[s->first].id);
	int64_t width = s->to - s->from, k = r->constants->at[u->weight->id].dim[0];
	void *bias = r->pretend ? NULL : biases(r, w, s);
	struct stretch *a = mem_array(n, sizeof *a);
	bool all;
	size_t n_a = stretches(r, s, n, a, &all);
	if (!all || (int64_t)(n_a - 1) * width > rows) {
		struct given_back g = { space_take(r->space, (size_t)(rows * k)), (size_t)(rows * k) };
		vec_push(&out->back, g);
		if (!r->pretend)
			gather(r, s, n, g.at, k);
		a[0] = (struct stretch){ g.at, k, rows };
		n_a = 1;
	}
	for (size_t i = 0; i < n_a; i++) {
		struct product p = run_product(r, a[i], u, width, c, width);
		p.bias = bias;
		vec_push(&out->one, p);
		c += (size_t)(a[i].rows * width);
	}
	if (bias)
		vec_push(&out->bias, bias);
	free(a);
}

void run_linear(struct run *r, const tree_id *id, size_t n)
{
	struct linear_work w = { 0 };
	struct products p = { 0 };
	gather_segments(r, id, n, &w);
	for (size_t i = 0, m; i < w.n_segments; i += m) {
		const struct slice *s = &w.segment[i];
		int64_t rows;
		for (m = 1; i + m < w.n_segments && s[m].family == s->family && s[m].from == s->from && s[m].to == s->to; m++)
			;
		size_t c = place_group(r, &w, s, m, &rows);
		group_products(r, &w, s, m, c, rows, &p);
	}
	multiply(r, p.one.at, p.one.n);
	for (size_t i = 0; i < p.back.n; i++)
		space_give(r->space, p.back.at[i].at, p.back.at[i].n);
	for (size_t i = 0; i < p.bias.n; i++)
		free(p.bias.at[i]);
	vec_free(&p.one);
	vec_free(&p.back);
	vec_free(&p.bias);
	free(w.item);
	free(w.segment);
}
