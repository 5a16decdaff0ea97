/* The operations of a model graph: the table, and how shapes go through each.
 *
 * A rule sees the node's inputs and attributes and fills its shape; when they do not fit it appends half a sentence. */
#include <stdio.h>
#include <string.h>

#include "graph/graph.h"

#define OP(name, kern, arity, rule, flags, doc) static shape_rule shape_##rule;
#define LEAF 0
#define VIEW 0
#include "graph/ops.def"
#undef OP
#undef LEAF
#undef VIEW

const struct op_info op_info[OP_COUNT] = {
#define LEAF OPF_LEAF
#define VIEW OPF_VIEW
#define OP(name, kern, arity, rule, flags, doc) [OP_##name] = { #name, doc, kern, arity, flags, shape_##rule },
#include "graph/ops.def"
#undef OP
};

bool op_broadcasts(enum op op)
{
	return op_info[op].shape == shape_broadcast;
}

bool op_in_place(enum op op)
{
	return op_info[op].arity == 1 && op_info[op].shape == shape_same && !(op_info[op].flags & OPF_VIEW);
}

const char *shape_text(const struct shape *s, char *buf, size_t cap)
{
	size_t k = (size_t)snprintf(buf, cap, "(");
	for (int i = 0; i < s->n && k < cap; i++) {
		const char *comma = i ? ", " : "";
		if (s->dim[i] == DIM_SEQ)
			k += (size_t)snprintf(buf + k, cap - k, "%sseq", comma);
		else
			k += (size_t)snprintf(buf + k, cap - k, "%s%lld", comma, (long long)s->dim[i]);
	}
	if (k < cap)
		snprintf(buf + k, cap - k, ")");
	return buf;
}

bool shape_equal(const struct shape *a, const struct shape *b)
{
	return a->n == b->n && memcmp(a->dim, b->dim, (size_t)a->n * sizeof *a->dim) == 0;
}

int64_t shape_count(const struct shape *s, int64_t len)
{
	int64_t n = 1;
	for (int i = 0; i < s->n; i++)
		n *= s->dim[i] == DIM_SEQ ? len : s->dim[i];
	return n;
}

static void say_shapes(const struct node *n, struct buf *why)
{
	char text[128];
	for (uint32_t i = 0; i < n->n_in; i++)
		buf_printf(why, "%s%s", i == 0 ? "" : i + 1 == n->n_in ? " and " : ", ",
		    shape_text(&n->in[i]->shape, text, sizeof text));
}

static const char *dim_text(int64_t d, char *buf, size_t cap)
{
	if (d == DIM_SEQ)
		snprintf(buf, cap, "seq");
	else
		snprintf(buf, cap, "%lld", (long long)d);
	return buf;
}

static bool unlike(const struct node *n, int64_t a, int64_t b, struct buf *why)
{
	char ta[32], tb[32];
	say_shapes(n, why);
	buf_printf(why, ": %s is not %s", dim_text(a, ta, sizeof ta), dim_text(b, tb, sizeof tb));
	return false;
}

static bool shape_input(const struct node *n, struct shape *out, struct buf *why)
{
	(void)why;
	*out = n->shape;
	return true;
}

static bool shape_param(const struct node *n, struct shape *out, struct buf *why)
{
	(void)why;
	out->n = n->param.n;
	memcpy(out->dim, n->param.dim, sizeof out->dim);
	return true;
}

static bool shape_same(const struct node *n, struct shape *out, struct buf *why)
{
	(void)why;
	*out = n->in[0]->shape;
	return true;
}

static bool shape_rows(const struct node *n, struct shape *out, struct buf *why)
{
	const struct shape *t = &n->in[0]->shape;
	if (n->in[0]->op != OP_PARAM || t->n < 1) {
		buf_puts(why, "rows() takes a stored table whose first axis counts positions");
		return false;
	}
	*out = *t;
	out->dim[0] = DIM_SEQ;
	return true;
}

static bool shape_gather(const struct node *n, struct shape *out, struct buf *why)
{
	const struct shape *t = &n->in[0]->shape, *ids = &n->in[1]->shape;
	if (n->in[0]->op != OP_PARAM || t->n != 2 || !n->in[1]->ids || ids->n != 1) {
		buf_puts(why, "gather() takes a stored table (entries, size) and an input of ids; got ");
		say_shapes(n, why);
		return false;
	}
	*out = (struct shape){ 2, { ids->dim[0], t->dim[1] } };
	return true;
}

/* As numpy: aligned at the end, 1 repeats. */
static bool broadcast(const struct shape *a, struct shape *out, int64_t *bad_a, int64_t *bad_b)
{
	struct shape r = { .n = a->n > out->n ? a->n : out->n };
	for (int i = 1; i <= r.n; i++) {
		int64_t x = i <= a->n ? a->dim[a->n - i] : 1, y = i <= out->n ? out->dim[out->n - i] : 1;
		if (x != y && x != 1 && y != 1) {
			*bad_a = y;
			*bad_b = x;
			return false;
		}
		r.dim[r.n - i] = x == 1 ? y : x;
	}
	*out = r;
	return true;
}

static bool shape_broadcast(const struct node *n, struct shape *out, struct buf *why)
{
	if (n->n_in == 0) {
		buf_puts(why, "there is nothing to add up");
		return false;
	}
	*out = n->in[0]->shape;
	int64_t a, b;
	for (uint32_t i = 1; i < n->n_in; i++)
		if (!broadcast(&n->in[i]->shape, out, &a, &b))
			return unlike(n, a, b, why);
	return true;
}

static bool shape_matmul(const struct node *n, struct shape *out, struct buf *why)
{
	struct shape a = n->in[0]->shape, b = n->in[1]->shape;
	if (a.n < 1 || b.n < 2) {
		buf_puts(why, "a matrix product takes (..., m, k) @ (..., k, n); got ");
		say_shapes(n, why);
		return false;
	}
	bool vector = a.n == 1;
	if (vector)
		a = (struct shape){ 2, { 1, a.dim[0] } };
	if (a.dim[a.n - 1] != b.dim[b.n - 2])
		return unlike(n, a.dim[a.n - 1], b.dim[b.n - 2], why);
	struct shape lead_a = a, lead = b;
	lead_a.n -= 2;
	lead.n -= 2;
	int64_t x, y;
	if (!broadcast(&lead_a, &lead, &x, &y))
		return unlike(n, x, y, why);
	*out = lead;
	if (!vector)
		out->dim[out->n++] = a.dim[a.n - 2];
	out->dim[out->n++] = b.dim[b.n - 1];
	return true;
}

static bool shape_transpose(const struct node *n, struct shape *out, struct buf *why)
{
	*out = n->in[0]->shape;
	if (out->n < 2) {
		buf_puts(why, "transpose() takes at least two axes; got ");
		say_shapes(n, why);
		return false;
	}
	int64_t d = out->dim[out->n - 1];
	out->dim[out->n - 1] = out->dim[out->n - 2];
	out->dim[out->n - 2] = d;
	return true;
}

static bool shape_square(const struct node *n, struct shape *out, struct buf *why)
{
	*out = n->in[0]->shape;
	if (out->n >= 2 && out->dim[out->n - 1] == out->dim[out->n - 2])
		return true;
	buf_puts(why, "a causal mask is for square scores (..., rows, rows); got ");
	say_shapes(n, why);
	return false;
}

static bool shape_norm(const struct node *n, struct shape *out, struct buf *why)
{
	*out = n->in[0]->shape;
	if (out->n < 1 || n->n_in > 3) {
		buf_puts(why, "a norm takes x (..., d) and optionally weight (d) and bias (d); got ");
		say_shapes(n, why);
		return false;
	}
	for (uint32_t i = 1; i < n->n_in; i++) {
		const struct shape *w = &n->in[i]->shape;
		if (w->n != 1 || w->dim[0] != out->dim[out->n - 1])
			return unlike(n, w->n ? w->dim[w->n - 1] : 1, out->dim[out->n - 1], why);
	}
	return true;
}

static bool shape_rotary(const struct node *n, struct shape *out, struct buf *why)
{
	*out = n->in[0]->shape;
	int64_t d = out->n >= 2 ? out->dim[out->n - 1] : 0, turned = n->attr[1] > 0 ? (int64_t)n->attr[1] : d;
	if (out->n < 2 || d == DIM_SEQ || turned > d || turned % 2) {
		buf_printf(why, "rotary() turns an even number of at most the last axis's columns (here %lld); got ", (long long)turned);
		say_shapes(n, why);
		return false;
	}
	if (n->n_in == 2 && (n->in[1]->shape.n != 1 || n->in[1]->shape.dim[0] != turned / 2))
		return unlike(n, n->in[1]->shape.n ? n->in[1]->shape.dim[0] : 1, turned / 2, why);
	return n->n_in <= 2;
}

static bool shape_reduce(const struct node *n, struct shape *out, struct buf *why)
{
	*out = n->in[0]->shape;
	if (out->n < 1) {
		buf_puts(why, "a single number has no axis to go over");
		return false;
	}
	out->n--;
	return true;
}

static bool shape_one_left(const struct node *n, struct shape *out, struct buf *why)
{
	if (!shape_reduce(n, out, why))
		return false;
	out->dim[out->n++] = 1;
	return true;
}

static bool shape_slice(const struct node *n, struct shape *out, struct buf *why)
{
	*out = n->in[0]->shape;
	int axis = (int)n->attr[0];
	int64_t from = (int64_t)n->attr[1], to = (int64_t)n->attr[2];
	char text[128];
	if (axis < 0 || axis >= out->n) {
		buf_printf(why, "%s has no axis %d", shape_text(out, text, sizeof text), axis);
		return false;
	}
	bool drop = n->attr[3] != 0;
	/* Of the rows, whose number is not known yet, only one can be picked. */
	if (out->dim[axis] == DIM_SEQ ? !drop : from < 0 || to > out->dim[axis] || from > to) {
		buf_printf(why, "%s has no part %lld..%lld along axis %d", shape_text(out, text, sizeof text), (long long)from,
		    (long long)to, axis);
		return false;
	}
	out->dim[axis] = to - from;
	if (drop) {
		memmove(out->dim + axis, out->dim + axis + 1, (size_t)(out->n - axis - 1) * sizeof *out->dim);
		out->n--;
	}
	return true;
}

static bool shape_concat(const struct node *n, struct shape *out, struct buf *why)
{
	if (n->n_in == 0 || n->in[0]->shape.n == 0) {
		buf_puts(why, "concat() takes nodes with at least one axis");
		return false;
	}
	*out = n->in[0]->shape;
	for (uint32_t i = 1; i < n->n_in; i++) {
		const struct shape *s = &n->in[i]->shape;
		struct shape head = *s, mine = *out;
		head.n--;
		mine.n--;
		if (s->n != out->n || !shape_equal(&head, &mine) || s->dim[s->n - 1] == DIM_SEQ || out->dim[out->n - 1] == DIM_SEQ) {
			say_shapes(n, why);
			buf_puts(why, " differ before the last axis");
			return false;
		}
		out->dim[out->n - 1] += s->dim[s->n - 1];
	}
	return true;
}
