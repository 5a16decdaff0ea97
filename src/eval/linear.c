/* Products with weights, and sums of them.
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

/* A product that only one sum reads is added to that sum as it is made.  Up to here an element is one chain of multiply-adds
 * in every kernel of BLIS, so adding it to a sum gives the same bytes as making it first. */
enum { DEFERRED_K = 128 };

static const struct tree_node *node_of(const struct run *r, tree_id id)
{
	return &r->tree->node.at[id];
}

static const struct unit *unit(const struct run *r, tree_id id)
{
	return tree_unit(r->tree, node_of(r, id));
}

static struct tensor weight_of(const struct run *r, const struct unit *u)
{
	return r->constants->at[u->weight->id];
}

/* Products that write to different places, done together on all threads. */
static void multiply(struct run *r, struct product *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t bytes = blas_bytes(&p[i], parallel_threads()), one = blas_bytes(&p[i], 1);
		r->madds += (double)p[i].m * (double)p[i].n * (double)p[i].k;
		r->packing = bytes > r->packing ? bytes : r->packing;
		r->packing_one = one > r->packing_one ? one : r->packing_one;
	}
	if (r->pretend)
		return;
	double t0 = clock_seconds();
	blas_products(p, n);
	*r->seconds_products += clock_seconds() - t0;
}

static struct product product(const struct run *r, struct stretch a, const struct tensor *w, int64_t n, size_t c, int64_t ldc, bool add)
{
	return (struct product){ .m = a.rows, .n = n, .k = w->dim[0], .type = run_type(r), .a = r->pretend ? NULL : place(r, a.at), .lda = a.ld,
		.b = w->at, .rsb = w->stride[0], .csb = w->stride[1], .b_type = w->dtype, .add = add, .c = r->pretend ? NULL : place(r, c), .ldc = ldc };
}

static void add_row(enum dtype type, void *to, const void *from, int64_t n)
{
	if (type == DT_F64)
		for (int64_t i = 0; i < n; i++)
			((double *)to)[i] += ((const double *)from)[i];
	else
		for (int64_t i = 0; i < n; i++)
			((float *)to)[i] += ((const float *)from)[i];
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
		uint32_t cls = node_of(r, id[i])->cls;
		w->item[i] = (struct item){ id[i], node_of(r, id[i])->in[0], r->constants->family[cls], r->plan->stored[id[i]], r->constants->column[cls] };
	}
	qsort(w->item, n, sizeof *w->item, by_value);
	for (size_t i = 0; i < n; i++) {
		const struct item *x = &w->item[i];
		int64_t width = run_width(r, unit(r, x->id));
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

struct biases { struct run *r; const struct linear_work *w; const struct slice *s; size_t c; int64_t ldc, rows; };
enum { BIAS_ROWS = 64 };

static void add_biases(void *context, size_t task)
{
	const struct biases *b = context;
	int64_t from = (int64_t)task * BIAS_ROWS, to = from + BIAS_ROWS < b->rows ? from + BIAS_ROWS : b->rows;
	for (size_t k = 0; k < b->s->n; k++) {
		const struct item *x = &b->w->item[b->s->first + k];
		const struct unit *u = unit(b->r, x->id);
		if (!u->bias)
			continue;
		const struct tensor *t = &b->r->constants->at[u->bias->id];
		enum dtype type = run_type(b->r);
		void *mine = NULL;
		const void *bias = t->dtype == type && t->stride[0] == 1 ? t->at : (mine = mem_array((size_t)t->dim[0], dtype_size[type]));
		if (mine)
			tensor_to(t, type, mine);
		for (int64_t row = from; row < to; row++)
			add_row(type, place(b->r, b->c + (size_t)(row * b->ldc + x->column - b->s->from)), bias, t->dim[0]);
		free(mine);
	}
}

static void add_bias(struct run *r, const struct linear_work *w, const struct slice *s, size_t c, int64_t rows)
{
	struct biases b = { r, w, s, c, s->to - s->from, rows };
	bool any = false;
	for (size_t k = 0; k < s->n; k++)
		any |= unit(r, w->item[s->first + k].id)->bias != NULL;
	if (any && !r->pretend)
		parallel_for((size_t)(rows + BIAS_ROWS - 1) / BIAS_ROWS, add_biases, &b);
}

enum { SHORT = 48 };                             /* stretches shorter than this are copied together first */
struct given_back { size_t at, n; };
struct products { struct product *at; size_t n, cap; };
struct temporaries { struct given_back *at; size_t n, cap; };

static void group_products(struct run *r, const struct linear_work *w, const struct slice *s, size_t n, size_t c, int64_t rows,
    struct products *out, struct temporaries *back)
{
	const struct tensor weight = weight_of(r, unit(r, w->item[s->first].id));
	int64_t width = s->to - s->from, k = weight.dim[0];
	struct stretch *a = mem_array(n, sizeof *a);
	bool all;
	size_t n_a = stretches(r, s, n, a, &all);
	if (!all || (n_a > 1 && rows / (int64_t)n_a < SHORT)) {
		struct given_back g = { space_take(r->space, (size_t)(rows * k)), (size_t)(rows * k) };
		vec_push(back, g);
		size_t to = g.at;
		for (size_t i = 0; i < n && !r->pretend; i++) {
			run_fetch(r, s[i].x, s[i].rows, place(r, to), k);
			to += rows_count(r->rows, s[i].rows) * (size_t)k;
		}
		a[0] = (struct stretch){ g.at, k, rows };
		n_a = 1;
	}
	for (size_t i = 0; i < n_a; i++) {
		struct product p = product(r, a[i], &weight, width, c, width, false);
		vec_push(out, p);
		c += (size_t)(a[i].rows * width);
	}
	free(a);
}

void run_linear(struct run *r, const tree_id *id, size_t n)
{
	struct linear_work w = { 0 };
	struct products p = { 0 };
	struct temporaries back = { 0 };
	gather_segments(r, id, n, &w);
	size_t *c = mem_array(w.n_segments, sizeof *c), m;
	int64_t *rows = mem_array(w.n_segments, sizeof *rows);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < w.n_segments; i += m) {
			const struct slice *s = &w.segment[i];
			for (m = 1; i + m < w.n_segments && s[m].family == s->family && s[m].from == s->from && s[m].to == s->to; m++)
				;
			if (pass == 0) {
				c[i] = place_group(r, &w, s, m, &rows[i]);
				group_products(r, &w, s, m, c[i], rows[i], &p, &back);
			} else {
				add_bias(r, &w, s, c[i], rows[i]);
			}
		}
		if (pass == 0)
			multiply(r, p.at, p.n);
	}
	for (size_t i = 0; i < back.n; i++)
		space_give(r->space, back.at[i].at, back.at[i].n);
	vec_free(&p);
	vec_free(&back);
	free(c);
	free(rows);
	free(w.item);
	free(w.segment);
}

/* ---- sums */

void mark_deferred(struct run *r)
{
	const struct plan *p = r->plan;
	for (size_t i = 0; i < p->n; i++) {
		const struct tree_node *n = node_of(r, p->order[i]);
		if (n->kind != TREE_UNIT || tree_unit(r->tree, n)->node->op != OP_TOTAL || tree_unit(r->tree, n)->kind != UNIT_ROWS
		    || n->n_in != tree_unit(r->tree, n)->node->n_in)
			continue;                            /* a constant among its terms */
		for (uint32_t k = 0; k < n->n_in; k++) {
			tree_id x = n->in[k];
			const struct unit *u = unit(r, x);
			bool here = !(r->given && x < r->tree->n_base);
			if (here && node_of(r, x)->kind == TREE_UNIT && u->kind == UNIT_LINEAR && !u->bias && p->uses[x] == 1
			    && u->weight->shape.dim[0] <= DEFERRED_K && p->stored[x] == p->stored[p->order[i]])
				r->deferred[x] = true;
		}
	}
}

static bool any_deferred(const struct run *r, tree_id id)
{
	bool any = false;
	for (uint32_t k = 0; k < node_of(r, id)->n_in; k++)
		any |= r->deferred[node_of(r, id)->in[k]];
	return any;
}

/* The products that input k of the sums is made of are added to the sums, or begin them. */
static void add_products(struct run *r, const tree_id *id, size_t n, uint32_t k, bool first)
{
	struct products p = { 0 };
	struct temporaries back = { 0 };
	for (size_t i = 0; i < n; i++) {
		tree_id term = node_of(r, id[i])->in[k];
		if (!r->deferred[term])
			continue;
		struct tensor w = weight_of(r, unit(r, term));
		struct given_back g = { 0, 0 };
		struct stretch a = run_rows_of(r, node_of(r, term)->in[0], r->plan->stored[term], &g.n);
		g.at = a.at;
		if (g.n)
			vec_push(&back, g);
		const struct value *to = &r->value[id[i]];
		struct product *last = p.n ? &p.at[p.n - 1] : NULL, one = product(r, a, &w, w.dim[1], to->at, to->ld, !first);
		size_t number = r->space->number;
		if (last && !r->pretend && last->b == one.b && last->lda == one.lda && last->a + (size_t)(last->m * last->lda) * number == one.a
		    && last->c + (size_t)(last->m * to->ld) * number == one.c)
			last->m += one.m;
		else
			vec_push(&p, one);
	}
	multiply(r, p.at, p.n);
	for (size_t i = 0; i < back.n; i++)
		space_give(r->space, back.at[i].at, back.at[i].n);
	vec_free(&p);
	vec_free(&back);
}

/* A term that is there already. */
static void add_values(struct run *r, const tree_id *id, size_t n, uint32_t k, bool first)
{
	int64_t width = run_width(r, unit(r, id[0]));
	for (size_t i = 0; i < n && !r->pretend; i++) {
		tree_id term = node_of(r, id[i])->in[k];
		rows_id rows = r->plan->stored[id[i]];
		if (r->deferred[term])
			continue;
		struct stretch a;
		char *mine = NULL, *to = place(r, r->value[id[i]].at);
		const char *from;
		size_t bytes = (size_t)width * r->space->number, step = bytes;
		if (run_direct(r, term, rows, &a)) {
			from = place(r, a.at);
			step = (size_t)a.ld * r->space->number;
		} else {
			from = mine = mem_array(rows_count(r->rows, rows), bytes);
			run_fetch(r, term, rows, mine, width);
		}
		for (size_t row = 0; row < rows_count(r->rows, rows); row++)
			if (first)
				memcpy(to + row * bytes, from + row * step, bytes);
			else
				add_row(run_type(r), to + row * bytes, from + row * step, width);
		free(mine);
	}
}

/* Sums whose terms are all there, or that have a constant in them, are like any other unit; the others are made term by
 * term in the written order. */
void run_total(struct run *r, const tree_id *id, size_t n)
{
	tree_id *part = mem_array(2 * n, sizeof *part), *plain = part + n;
	size_t n_part = 0, n_plain = 0;
	for (size_t i = 0; i < n; i++)
		*(any_deferred(r, id[i]) ? &part[n_part++] : &plain[n_plain++]) = id[i];
	if (n_plain)
		run_rowwise(r, plain, n_plain);
	if (n_part) {
		run_stack(r, part, n_part, run_width(r, unit(r, id[0])));
		for (uint32_t k = 0; k < node_of(r, id[0])->n_in; k++) {
			add_products(r, part, n_part, k, k == 0);
			add_values(r, part, n_part, k, k == 0);
		}
	}
	free(part);
}
