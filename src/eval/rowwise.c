/* Units other than products with weights and attention: row by row where the rows of the result are those of the inputs, else
 * pair by pair on whole inputs.  Computed by the kernels of the operations (tensor/kernels.h).  See internal.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/internal.h"
#include "tensor/parallel.h"
#include "tensor/vec.h"

enum { CHUNK = 16384 };                          /* numbers of a result that one task computes, about */

/* ---- row by row */

/* Rows of a result that lie below each other, and the rows of each varying input that they come from. */
struct piece { size_t out; int64_t rows; struct stretch *in; bool copied; const int32_t *row; };      /* row: their places in prompts, where that matters */
struct job {
	struct run *r;
	const struct unit *u;
	const struct piece *piece;
	const tree_id *id;                           /* GATHER: the node of each piece */
	int64_t width;
};
struct task { size_t piece; int64_t from, to; };
struct tasks { struct task *at; size_t n, cap; struct job *job; };

/* Rows of an input as a tensor: (rows, axes of a row). */
static struct tensor as_tensor(const struct node *n, enum dtype type, void *at, int64_t rows, int64_t ld, int64_t length)
{
	struct tensor t = { .dtype = type, .n = 1, .at = at };
	int64_t stride = 1;
	t.dim[0] = rows;
	for (int i = shape_has_rows(&n->shape) ? 1 : 0; i < n->shape.n && t.n < MAX_DIMS; i++)
		t.dim[t.n++] = n->shape.dim[i] == DIM_SEQ ? length : n->shape.dim[i];
	for (int i = t.n; i-- > 1; stride *= t.dim[i])
		t.stride[i] = stride;
	t.stride[0] = ld;
	return t;
}

/* A constant operand.  One with rows gives each row of the result its own. */
static struct tensor constant_rows(const struct job *j, const struct node *n, const int32_t *row, int64_t rows, void **mine)
{
	struct tensor c = j->r->constants->at[n->id];
	if (!op_broadcasts(j->u->node->op) || !shape_has_rows(&n->shape) || n->shape.n != j->u->node->shape.n)
		return c;
	struct tensor first = tensor_pick(&c, 0, 0);
	int64_t width = tensor_count(&first);
	enum dtype type = run_type(j->r);
	*mine = mem_array((size_t)(rows * width) + 1, dtype_size[type]);
	for (int64_t i = 0; i < rows; i++) {
		struct tensor one = tensor_pick(&c, 0, row[i]);
		tensor_to(&one, type, (char *)*mine + (size_t)(i * width) * dtype_size[type]);
	}
	return as_tensor(n, type, *mine, rows, width, j->r->batch->length);
}

/* x with axes of size 1 put after the rows, so that it lines up with n axes from the end. */
static struct tensor line_up(const struct tensor *x, int n)
{
	struct tensor t = *x;
	int more = n - x->n;
	for (int i = n; more > 0 && i-- > 1;) {
		t.dim[i] = i > more ? x->dim[i - more] : 1;
		t.stride[i] = i > more ? x->stride[i - more] : 0;
	}
	t.n = more > 0 ? n : x->n;
	return t;
}

static void apply(const struct job *j, struct tensor *out, struct tensor *in, const int32_t *row)
{
	const struct node *n = j->u->node;
	for (uint32_t i = 0; op_broadcasts(n->op) && i < n->n_in; i++) {
		struct tensor x = n->in[i]->varies ? line_up(&in[i], out->n) : in[i];
		pp_assert(tensor_broadcast(&x, out->n, out->dim, &in[i]));
	}
	if (n->op == OP_MATMUL && n->in[0]->shape.n == 1 && !shape_has_rows(&n->in[0]->shape)) {     /* a vector is one row */
		in[0].dim[2] = in[0].dim[1];
		in[0].stride[2] = in[0].stride[1];
		in[0].dim[1] = 1;
		in[0].stride[1] = in[0].dim[2];
		in[0].n = 3;
	}
	if (n->op == OP_ROTARY && shape_has_rows(&n->shape)) {
		kernel_rotary_rows(out, in, (int)n->n_in, n->attr, row);
	} else if (op_info[n->op].flags & OPF_VIEW) {
		struct tensor v = view_of(n, &in[0], unit_has_rows(j->u) ? 0 : 1, j->r->batch->length);
		kernel_copy(out, &v, 1, NULL);
	} else {
		op_info[n->op].run(out, in, (int)n->n_in, n->attr);
	}
}

static void do_rows(void *context, size_t i)
{
	const struct tasks *t = context;
	const struct job *j = t->job;
	const struct task *k = &t->at[i];
	const struct piece *p = &j->piece[k->piece];
	const struct node *n = j->u->node;
	const int32_t *row = p->row ? p->row + k->from : NULL;
	int64_t rows = k->to - k->from, length = j->r->batch->length;
	enum dtype type = run_type(j->r);
	void **mine = mem_array(n->n_in + 1, sizeof *mine);
	struct tensor *in = mem_array(n->n_in + 1, sizeof *in), out = as_tensor(n, type, place(j->r, p->out + (size_t)(k->from * j->width)), rows, j->width, length);
	for (uint32_t a = 0, v = 0; a < n->n_in; a++)
		if (n->in[a]->varies) {
			const struct stretch *s = &p->in[v++];
			in[a] = as_tensor(n->in[a], type, place(j->r, s->at + (size_t)(k->from * s->ld)), rows, s->ld, length);
		} else {
			in[a] = constant_rows(j, n->in[a], row, rows, &mine[a]);
		}
	apply(j, &out, in, row);
	for (uint32_t a = 0; a < n->n_in; a++)
		free(mine[a]);
	free(mine);
	free(in);
}

/* Tokens are looked up where the dataset has them. */
static void look_up(void *context, size_t i)
{
	const struct tasks *t = context;
	const struct job *j = t->job;
	const struct run *r = j->r;
	const struct task *k = &t->at[i];
	const struct tree_node *n = run_node(r, j->id[k->piece]), *tokens = run_node(r, n->in[0]);
	const struct tensor *table = &r->constants->at[j->u->node->in[0]->id];
	size_t which = (size_t)tokens->column * r->tree->graph->input.n + (size_t)tree_unit(r->tree, tokens)->node->attr[0], pair = 0;
	struct row_list l = rows_list(r->rows, r->plan->stored[j->id[k->piece]]);
	size_t to = j->piece[k->piece].out + (size_t)(k->from * j->width);
	for (int64_t x = k->from; x < k->to; x++, to += (size_t)j->width) {
		while (l.first[pair + 1] <= (uint32_t)x)
			pair++;
		int32_t id = r->batch->data->pair.at[r->batch->pair[pair]].value[which].ids[l.row[x]];
		struct tensor row = tensor_pick(table, 0, id);
		tensor_to(&row, run_type(r), place(r, to));
	}
}

static void cut(struct tasks *t, size_t n_pieces)
{
	int64_t most = CHUNK / (t->job->width ? t->job->width : 1);
	most = most ? most : 1;
	for (size_t i = 0; i < n_pieces; i++)
		for (int64_t at = 0; at < t->job->piece[i].rows; at += most) {
			int64_t rows = t->job->piece[i].rows;
			struct task k = { i, at, at + most < rows ? at + most : rows };
			vec_push(t, k);
		}
}

/* Can piece b be computed in one go with a, whose rows end where b's begin? */
static bool follows(const struct piece *a, const struct piece *b, uint32_t n_in)
{
	bool yes = !a->copied && !b->copied;
	for (uint32_t k = 0; k < n_in && yes; k++)
		yes = a->in[k].ld == b->in[k].ld && a->in[k].at + (size_t)(a->rows * a->in[k].ld) == b->in[k].at;
	return yes;
}

static bool needs_row_numbers(const struct unit *u)
{
	bool rows = u->node->op == OP_ROTARY;
	for (uint32_t i = 0; i < u->node->n_in; i++)
		rows |= !u->node->in[i]->varies && shape_has_rows(&u->node->in[i]->shape);
	return rows;
}

/* Rows that had to be copied together, each once: hypotheses read the same rows of the base runs. */
struct copy { struct stretch s; size_t n; };
struct copies { struct map index; struct copy *at; size_t n, cap; };

static struct stretch rows_once(struct run *r, struct copies *c, tree_id id, rows_id rows, bool *copied)
{
	uint64_t key = (uint64_t)id << 32 | rows, have;
	if (map_get(&c->index, key, &have)) {
		*copied = true;
		return c->at[have].s;
	}
	struct copy x;
	x.s = run_rows_of(r, id, rows, &x.n);
	if (x.n) {
		*copied = true;
		map_put(&c->index, key, c->n);
		vec_push(c, x);
	}
	return x.s;
}

static void give_back(struct run *r, struct copies *c)
{
	for (size_t i = 0; i < c->n; i++)
		space_give(r->space, c->at[i].s.at, c->at[i].n);
	vec_free(c);
	map_free(&c->index);
}

static void run_pieces(struct job *j, const struct piece *piece, size_t n_pieces, size_t numbers)
{
	void (*do_task)(void *, size_t) = j->u->node->op == OP_GATHER ? look_up : do_rows;
	struct tasks t = { .job = j };
	j->piece = piece;
	if (j->r->pretend)
		return;
	cut(&t, n_pieces);
	if (numbers >= CHUNK)
		parallel_for(t.n, do_task, &t);
	for (size_t k = 0; numbers < CHUNK && k < t.n; k++)
		do_task(&t, k);
	vec_free(&t);
}

/* Where these instances are all that reads a buffer, and each reads all of another value in it, they are computed in it: the
 * largest values of a model, those inside of its MLPs, are there once and not twice. */
static bool run_in_place(struct run *r, const tree_id *id, size_t n)
{
	const struct unit *u = run_unit(r, id[0]);
	struct job j = { .r = r, .u = u, .id = id, .width = run_width(r, u) };
	uint32_t b = op_in_place(u->node->op) && u->n_in == 1 ? r->value[run_node(r, id[0])->in[0]].buffer : NO_BUFFER, uses = 0;
	size_t rows = 0;
	for (size_t i = 0; i < n && b != NO_BUFFER; i++) {
		tree_id x = run_node(r, id[i])->in[0];
		bool all = !r->deferred[x] && r->value[x].buffer == b && r->value[x].ld == j.width && r->plan->stored[x] == r->plan->stored[id[i]];
		b = all ? b : NO_BUFFER;
		rows += run_rows(r, id[i]);
		uses += r->plan->uses[id[i]];
	}
	struct buffer *buffer = b == NO_BUFFER ? NULL : &r->buffer.at[b];
	if (!buffer || buffer->uses != n || buffer->n != rows * (size_t)j.width)
		return false;
	for (size_t i = 0; i < n; i++)
		r->value[id[i]] = r->value[run_node(r, id[i])->in[0]];
	buffer->uses += uses;
	r->madds += unit_cost(u, (double)rows, r->batch->length);
	struct stretch s = { buffer->at, j.width, (int64_t)rows };
	run_pieces(&j, &(struct piece){ .out = buffer->at, .rows = (int64_t)rows, .in = &s }, 1, buffer->n);
	return true;
}

void run_rowwise(struct run *r, const tree_id *id, size_t n)
{
	const struct unit *u = run_unit(r, id[0]);
	if (run_in_place(r, id, n))
		return;
	struct job j = { .r = r, .u = u, .id = id, .width = run_width(r, u) };
	struct piece *piece = mem_array(n, sizeof *piece);
	size_t start = run_stack(r, id, n, j.width), at = start, n_pieces = 0;
	bool gather = u->node->op == OP_GATHER, apart = gather || needs_row_numbers(u);
	struct stretch *in = mem_array(n * u->n_in + 1, sizeof *in), *all = in;
	struct copies copies = { 0 };
	for (size_t i = 0; i < n; i++, in += u->n_in) {
		struct piece p = { .out = at, .rows = (int64_t)run_rows(r, id[i]), .in = in, .row = rows_list(r->rows, r->plan->stored[id[i]]).row };
		for (uint32_t k = 0; k < u->n_in && !gather; k++)
			in[k] = rows_once(r, &copies, run_node(r, id[i])->in[k], r->plan->stored[id[i]], &p.copied);
		at += (size_t)(p.rows * j.width);
		r->madds += unit_cost(u, (double)p.rows, r->batch->length);
		if (n_pieces && !apart && follows(&piece[n_pieces - 1], &p, u->n_in))
			piece[n_pieces - 1].rows += p.rows;
		else
			piece[n_pieces++] = p;
	}
	run_pieces(&j, piece, n_pieces, at - start);
	give_back(r, &copies);
	free(all);
	free(piece);
}

/* ---- pair by pair */

/* The whole of a value for one pair, as the node's shape says. */
static struct tensor whole(const struct run *r, tree_id id, uint32_t pair, void **mine)
{
	const struct unit *u = run_unit(r, id);
	int64_t length = r->batch->length, width = run_width(r, u);
	int64_t rows = unit_has_rows(u) ? length : 1;
	*mine = NULL;
	if (u->node->ids) {                          /* where the dataset has them */
		size_t which = (size_t)run_node(r, id)->column * r->tree->graph->input.n + (size_t)u->node->attr[0];
		return tensor_over(r->batch->data->pair.at[r->batch->pair[pair]].value[which].ids, DT_I32, 1, &length);
	}
	size_t bytes = (size_t)width * r->space->number;
	char *all = *mine = mem_array((size_t)rows + 1, bytes);
	rows_id stored = r->plan->stored[id];
	struct row_list have = rows_list(r->rows, stored), lent = rows_list(r->rows, r->plan->stored[run_node(r, id)->ref]);
	for (int64_t t = 0; t < rows; t++) {
		uint32_t at = have.first[pair];
		while (unit_has_rows(u) && at < have.first[pair + 1] && have.row[at] != t)
			at++;
		tree_id from = id;
		if (at == have.first[pair + 1]) {
			from = run_node(r, id)->ref;
			for (at = lent.first[pair]; at < lent.first[pair + 1] && lent.row[at] != t; at++)
				;
			pp_assert(at < lent.first[pair + 1]);
		}
		memcpy(all + (size_t)t * bytes, row_place(r, &r->value[from], at), bytes);
	}
	int64_t dim[MAX_DIMS];
	for (int i = 0; i < u->node->shape.n; i++)
		dim[i] = u->node->shape.dim[i] == DIM_SEQ ? length : u->node->shape.dim[i];
	return tensor_over(*mine, run_type(r), u->node->shape.n, dim);
}

struct whole_work { struct run *r; const tree_id *id; };

static void do_whole(void *context, size_t i)
{
	const struct whole_work *w = context;
	const struct run *r = w->r;
	tree_id id = w->id[i / r->batch->n];
	uint32_t pair = (uint32_t)(i % r->batch->n);
	const struct tree_node *n = run_node(r, id);
	const struct node *op = run_unit(r, id)->node;
	struct tensor *in = mem_array(op->n_in + 1, sizeof *in);
	void **mine = mem_array(op->n_in + 1, sizeof *mine);
	int64_t dim[MAX_DIMS], rows = shape_has_rows(&op->shape) ? r->batch->length : 1;
	for (int k = 0; k < op->shape.n; k++)
		dim[k] = op->shape.dim[k] == DIM_SEQ ? r->batch->length : op->shape.dim[k];
	struct tensor out = tensor_over(row_place(r, &r->value[id], (int64_t)pair * rows), run_type(r), op->shape.n, dim);
	for (uint32_t a = 0, v = 0; a < op->n_in; a++)
		in[a] = op->in[a]->varies ? whole(r, n->in[v++], pair, &mine[a]) : r->constants->at[op->in[a]->id];
	for (uint32_t a = 0; op_broadcasts(op->op) && a < op->n_in; a++) {
		struct tensor x = in[a];
		pp_assert(tensor_broadcast(&x, out.n, out.dim, &in[a]));
	}
	if (op->op == OP_MATMUL && in[0].n == 1)
		in[0] = (struct tensor){ in[0].dtype, 2, { 1, in[0].dim[0] }, { in[0].dim[0], 1 }, in[0].at };
	if (op_info[op->op].flags & OPF_VIEW) {
		struct tensor v = view_of(op, &in[0], 0, r->batch->length);
		kernel_copy(&out, &v, 1, NULL);
	} else {
		op_info[op->op].run(&out, in, (int)op->n_in, op->attr);
	}
	for (uint32_t a = 0; a < op->n_in; a++)
		free(mine[a]);
	free(mine);
	free(in);
}

void run_whole(struct run *r, const tree_id *id, size_t n)
{
	struct whole_work w = { r, id };
	run_stack(r, id, n, run_width(r, run_unit(r, id[0])));
	for (size_t i = 0; i < n; i++)
		r->madds += unit_cost(run_unit(r, id[i]), (double)run_rows(r, id[i]), r->batch->length);
	if (!r->pretend)
		parallel_for(n * r->batch->n, do_whole, &w);
}
