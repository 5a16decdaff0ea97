/* Sums that products are added to.
 *
 * A sum is made term by term in its written order: a product that nobody else reads is added to it as it is made.  All sums of
 * a level lie below each other; they are cut along columns or rows, and each part goes through all terms, so that it stays in
 * the cache and threads meet once.  An element of a product depends on its own row and column only (tensor/blas.h). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "eval/internal.h"
#include "tensor/parallel.h"

enum {
	/* A product that only one sum reads is added to that sum as it is made.  Up to here an element is one chain of multiply-adds
	 * in every kernel of BLIS, so adding it to a sum gives the same bytes as making it first. */
	DEFERRED_K = 128,
	STEPS = 4096,                            /* that are kept before they are done, about */
};

void mark_deferred(struct run *r)
{
	const struct plan *p = r->plan;
	for (size_t i = 0; i < p->n; i++) {
		const struct tree_node *n = run_node(r, p->order[i]);
		if (n->kind != TREE_UNIT || tree_unit(r->tree, n)->node->op != OP_TOTAL || tree_unit(r->tree, n)->kind != UNIT_ROWS
		    || n->n_in != tree_unit(r->tree, n)->node->n_in)
			continue;                            /* a constant among its terms */
		for (uint32_t k = 0; k < n->n_in; k++) {
			tree_id x = n->in[k];
			const struct unit *u = run_unit(r, x);
			bool here = !(r->given && x < r->tree->n_base);
			if (here && run_node(r, x)->kind == TREE_UNIT && u->kind == UNIT_LINEAR && !u->bias && p->uses[x] == 1
			    && u->weight->shape.dim[0] <= DEFERRED_K && p->stored[x] == p->stored[p->order[i]])
				r->deferred[x] = true;
		}
	}
}

static bool any_deferred(const struct run *r, tree_id id)
{
	bool any = false;
	for (uint32_t k = 0; k < run_node(r, id)->n_in; k++)
		any |= r->deferred[run_node(r, id)->in[k]];
	return any;
}

/* One term of the sums in rows row .. row + rows: a product, or rows that are there. */
struct step {
	int64_t row, rows;
	bool first, product;                         /* first: it begins them, others are added */
	struct product p;
	struct stretch from;
	const size_t *place;                         /* where the rows lie scattered: the place of each; else NULL */
	tree_id term;
	rows_id stored;
};

struct sums {
	struct run *r;
	size_t at;                                   /* the first of them in the space */
	int64_t rows, width, part;
	bool by_column;
	VEC(struct step) step;
	VEC(struct stretch) back;                    /* places that products borrow: at, rows numbers */
	VEC(size_t *) place;
};

/* ---- what is to be done */

/* Do x's rows, and what they are made of, lie right below those of the last step? */
static bool follows(const struct step *last, const struct step *x)
{
	return last->row + last->rows == x->row && last->from.ld == x->from.ld && last->from.at + (size_t)(last->rows * x->from.ld) == x->from.at;
}

static void product_step(struct sums *s, tree_id term, struct step x)
{
	struct run *r = s->r;
	size_t borrowed;
	x.product = true;
	x.from = run_rows_of(r, run_node(r, term)->in[0], x.stored, &borrowed);
	x.p = run_product(r, x.from, run_unit(r, term), s->width, s->at + (size_t)(x.row * s->width), s->width);
	x.p.add = !x.first;
	if (borrowed) {
		struct stretch b = { x.from.at, 0, (int64_t)borrowed };
		vec_push(&s->back, b);
	}
	run_account(r, &x.p);
	struct step *last = s->step.n ? &vec_last(&s->step) : NULL;
	if (last && last->product && last->p.b == x.p.b && follows(last, &x)) {
		last->rows += x.rows;
		last->p.m += x.rows;
		r->n_products--;                         /* one with the last */
	} else {
		vec_push(&s->step, x);
	}
}

static void value_step(struct sums *s, tree_id term, struct step x)
{
	struct run *r = s->r;
	struct step *last = s->step.n ? &vec_last(&s->step) : NULL;
	if (r->pretend)
		return;
	x.term = term;
	if (run_direct(r, term, x.stored, &x.from)) {
		if (last && !last->product && !last->place && last->first == x.first && follows(last, &x)) {
			last->rows += x.rows;
			return;
		}
	} else if (last && last->place && last->term == term && last->stored == x.stored) {
		x.place = last->place;                   /* hypotheses read the same rows of the base runs */
	} else {
		size_t *place = mem_array((size_t)x.rows, sizeof *place);
		run_places(r, term, x.stored, place);
		vec_push(&s->place, place);
		x.place = place;
	}
	vec_push(&s->step, x);
}

/* ---- doing it */

static void add_values(const struct sums *s, const struct step *x, int64_t from, int64_t to, int64_t column, int64_t width)
{
	const struct run *r = s->r;
	for (int64_t row = from; row < to; row++) {
		size_t at = x->place ? x->place[row - x->row] : x->from.at + (size_t)((row - x->row) * x->from.ld);
		void *sum = place(r, s->at + (size_t)(row * s->width + column));
		if (x->first)
			memcpy(sum, place(r, at + (size_t)column), (size_t)width * r->space->number);
		else
			blas_add_row(run_type(r), sum, place(r, at + (size_t)column), width);
	}
}

static void do_part(void *context, size_t i)
{
	const struct sums *s = context;
	int64_t size = s->by_column ? s->width : s->rows, at = (int64_t)i * s->part, end = at + s->part < size ? at + s->part : size;
	int64_t column = s->by_column ? at : 0, width = s->by_column ? end - at : s->width;
	int64_t top = s->by_column ? 0 : at, bottom = s->by_column ? s->rows : end;
	for (size_t k = 0; k < s->step.n && !parallel_stopped(); k++) {
		const struct step *x = &s->step.at[k];
		int64_t from = x->row > top ? x->row : top, to = x->row + x->rows < bottom ? x->row + x->rows : bottom;
		if (from < to && x->product) {
			struct product p = product_part(&x->p, from - x->row, to - from, column, width);
			blas_product(&p);
		} else if (from < to) {
			add_values(s, x, from, to, column, width);
		}
	}
}

static void cut(struct sums *s)
{
	double work = 0;
	for (size_t k = 0; k < s->step.n; k++)
		work += (double)s->step.at[k].rows * (double)s->width * (s->step.at[k].product ? (double)s->step.at[k].p.k : 1);
	s->by_column = s->width >= s->rows;
	s->part = blas_step(s->by_column ? s->width : s->rows, work, parallel_threads());
	s->part += !s->part;                     /* no rows at all */
}

static void do_steps(struct sums *s)
{
	if (s->step.n && !s->r->pretend) {
		double t0 = clock_seconds();
		cut(s);
		parallel_for((size_t)(((s->by_column ? s->width : s->rows) + s->part - 1) / s->part), do_part, s);
		*s->r->seconds_products += clock_seconds() - t0;
	}
	s->step.n = 0;
	for (size_t i = 0; i < s->back.n; i++)
		space_give(s->r->space, s->back.at[i].at, (size_t)s->back.at[i].rows);
	s->back.n = 0;
	for (size_t i = 0; i < s->place.n; i++)
		free(s->place.at[i]);
	s->place.n = 0;
}

static void term_by_term(struct run *r, const tree_id *id, size_t n)
{
	struct sums s = { .r = r, .width = run_width(r, run_unit(r, id[0])) };
	s.at = run_stack(r, id, n, s.width);
	for (size_t i = 0; i < n; i++)
		s.rows += (int64_t)run_rows(r, id[i]);
	for (uint32_t k = 0; k < run_node(r, id[0])->n_in; k++) {
		int64_t row = 0;
		for (size_t i = 0; i < n; i++) {
			tree_id term = run_node(r, id[i])->in[k];
			struct step x = { .row = row, .rows = (int64_t)run_rows(r, id[i]), .first = k == 0, .stored = r->plan->stored[id[i]] };
			(r->deferred[term] ? product_step : value_step)(&s, term, x);
			row += x.rows;
		}
		if (s.back.n || s.step.n >= STEPS)           /* places are borrowed for one term only */
			do_steps(&s);
	}
	do_steps(&s);
	vec_free(&s.step);
	vec_free(&s.back);
	vec_free(&s.place);
}

/* Sums whose terms are all there, or that have a constant in them, are like any other unit. */
void run_total(struct run *r, const tree_id *id, size_t n)
{
	tree_id *part = mem_array(2 * n, sizeof *part), *plain = part + n;
	size_t n_part = 0, n_plain = 0;
	for (size_t i = 0; i < n; i++)
		*(any_deferred(r, id[i]) ? &part[n_part++] : &plain[n_plain++]) = id[i];
	if (n_plain)
		run_rowwise(r, plain, n_plain);
	if (n_part)
		term_by_term(r, part, n_part);
	free(part);
}
