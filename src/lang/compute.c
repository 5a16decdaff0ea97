/* Operators, and operations on numbers, tensors and nodes.
 *
 * One table (graph/ops.def) serves both: with a node among the operands an operation is added to the model being built,
 * with tensors it is carried out at once, in double. */
#include <math.h>
#include <string.h>

#include "lang/internal.h"

static bool to_node(struct interp *in, struct value v, const struct ast *at, struct node **out)
{
	if (v.kind == VAL_NODE)
		*out = v.node;
	else if (v.kind == VAL_NUMBER)
		*out = build_number(in->builder, v.number, at->span);
	else if (v.kind == VAL_TENSOR)
		*out = build_param(in->builder, v.tensor, at->span);
	else
		return FAIL(in, E_TYPE, at, "%s cannot be part of a model's computation", value_kind_name[v.kind]);
	return *out != NULL;
}

/* The shape that nested lists of numbers have; false when a row differs from the first. */
static bool list_shape(struct interp *in, const struct ast *at, const struct list *l, int axis, struct tensor *t)
{
	if (axis == MAX_DIMS)
		return FAIL(in, E_SHAPE, at, "a tensor has at most %d axes", MAX_DIMS);
	if (axis == t->n) {
		t->dim[t->n++] = (int64_t)l->n;
	} else if (t->dim[axis] != (int64_t)l->n) {
		return FAIL(in, E_SHAPE, at, "the rows of a tensor are equally long; here are %lld and %zu", (long long)t->dim[axis], l->n);
	}
	for (size_t i = 0; i < l->n; i++) {
		bool list = l->at[i].kind == VAL_LIST;
		if (!list && !want(in, at, l->at[i], VAL_NUMBER))
			return false;
		if (list ? !list_shape(in, at, l->at[i].list, axis + 1, t) : axis + 1 != t->n)
			return list ? false : FAIL(in, E_SHAPE, at, "numbers and lists cannot be mixed in a tensor");
	}
	return true;
}

static double *put_list(const struct list *l, double *to)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].kind == VAL_LIST)
			to = put_list(l->at[i].list, to);
		else
			*to++ = l->at[i].number;
	return to;
}

bool to_tensor(struct interp *in, struct value v, const struct ast *at, struct tensor *out)
{
	if (v.kind == VAL_NUMBER) {
		*out = tensor_over(arena_copy(&in->arena, &v.number, sizeof v.number), DT_F64, 0, NULL);
		return true;
	}
	if (v.kind == VAL_LIST) {
		struct tensor t = { .n = 0 };
		if (!list_shape(in, at, v.list, 0, &t) || !room(in, at, (double)v.list->size * sizeof(double)))
			return false;
		*out = tensor_new(&in->arena, DT_F64, t.n, t.dim);
		put_list(v.list, out->at);
		return true;
	}
	if (v.kind != VAL_TENSOR) {
		diag_at(in->o.diags, E_TYPE, at->span, "this is %s, but a number or a tensor is needed", value_kind_name[v.kind]);
		if (v.kind == VAL_RANGE)
			diag_hint(in->o.diags, "list(x) makes a list of a range");
		return false;
	}
	*out = *v.tensor;
	if (v.tensor->dtype != DT_F64) {
		if (!room(in, at, (double)tensor_count(v.tensor) * sizeof(double)))
			return false;
		*out = tensor_new(&in->arena, DT_F64, v.tensor->n, v.tensor->dim);
		tensor_to_f64(v.tensor, out->at);
	}
	return true;
}

struct value tensor_value(struct interp *in, struct tensor t)
{
	if (t.n == 0)
		return number(tensor_get_flat(&t, 0));
	return (struct value){ .kind = VAL_TENSOR, .tensor = arena_copy(&in->arena, &t, sizeof t) };
}

static bool elementwise(enum op op)
{
	return op_broadcasts(op) || (op >= OP_NEG && op <= OP_SIGN);
}

/* The shape of the result, by the rule that model blocks use. */
static bool result_shape(struct interp *in, struct node *self, const struct tensor *t, const struct ast *at)
{
	struct node *shaped = arena_array(&in->arena, self->n_in, sizeof *shaped), **inputs = arena_array(&in->arena, self->n_in, sizeof *inputs);
	struct buf why = { 0 };
	bool empty = false;
	for (uint32_t i = 0; i < self->n_in; i++) {
		shaped[i].op = OP_PARAM;
		shaped[i].shape.n = t[i].n;
		memcpy(shaped[i].shape.dim, t[i].dim, sizeof t[i].dim);
		inputs[i] = &shaped[i];
		empty |= tensor_count(&t[i]) == 0;
	}
	self->in = inputs;
	bool ok = op_info[self->op].shape(self, &self->shape, &why);
	if (!ok)
		diag_at(in->o.diags, E_SHAPE, at->span, "these shapes do not fit: %s", buf_str(&why));
	buf_free(&why);
	if (ok && empty && !elementwise(self->op) && self->op != OP_SUM_LAST)
		return FAIL(in, E_SHAPE, at, "a tensor without elements has no %s", op_info[self->op].name);
	return ok;
}

static bool apply_now(struct interp *in, enum op op, struct value *arg, size_t n, const double *attr, const struct ast *at, struct value *out)
{
	struct tensor *t = arena_array(&in->arena, n, sizeof *t);
	struct node self = { .op = op, .n_in = (uint32_t)n };
	for (size_t i = 0; i < n; i++)
		if (!to_tensor(in, arg[i], at, &t[i]))
			return false;
	if (attr)
		memcpy(self.attr, attr, sizeof self.attr);
	if (!result_shape(in, &self, t, at))
		return false;
	double count = (double)sizeof(double);
	for (int i = 0; i < self.shape.n; i++)
		count *= (double)self.shape.dim[i];
	if (!room(in, at, count))
		return false;
	struct tensor r = tensor_new(&in->arena, DT_F64, self.shape.n, self.shape.dim);
	for (size_t i = 0; op_broadcasts(op) && i < n; i++) {
		struct tensor x = t[i];
		pp_assert(tensor_broadcast(&x, r.n, r.dim, &t[i]));
	}
	if (op == OP_MATMUL && t[0].n == 1) {
		t[0].n = 2;
		t[0].dim[1] = t[0].dim[0];
		t[0].stride[1] = t[0].stride[0];
		t[0].dim[0] = 1;
	}
	op_info[op].run(&r, t, (int)n, self.attr);
	*out = tensor_value(in, r);
	return true;
}

static bool apply_symbolic(struct interp *in, enum op op, struct value *arg, size_t n, const double *attr, const struct ast *at, struct value *out)
{
	struct node **node = arena_array(&in->arena, n, sizeof *node);
	for (size_t i = 0; i < n; i++)
		if (!to_node(in, arg[i], at, &node[i]))
			return false;
	*out = (struct value){ .kind = VAL_NODE, .node = build_op(in->builder, op, node, (uint32_t)n, attr, at->span) };
	if (!out->node)
		return false;
	for (int i = 0; i < out->node->shape.n; i++)
		if (out->node->shape.dim[i] == 0)
			return FAIL(in, E_SHAPE, at, "axis %d of this has no elements", i);
	return true;
}

bool apply(struct interp *in, enum op op, struct value *arg, size_t n, const double *attr, const struct ast *at, struct value *out)
{
	bool symbolic = op == OP_ROWS;               /* how many rows is known when there is a prompt */
	for (size_t i = 0; i < n; i++)
		symbolic |= arg[i].kind == VAL_NODE;
	if (symbolic && !in->builder)
		return FAIL(in, E_PLACE, at, "this belongs into a model block");
	if (symbolic)
		return apply_symbolic(in, op, arg, n, attr, at, out);
	if (op == OP_TRANSPOSE && arg[0].kind == VAL_TENSOR && arg[0].tensor->n >= 2) {          /* weights are not copied */
		*out = tensor_value(in, tensor_transpose(arg[0].tensor, arg[0].tensor->n - 1, arg[0].tensor->n - 2));
		return true;
	}
	if (op == OP_TRANSPOSE)
		return FAIL(in, E_SHAPE, at, "transpose() takes a tensor with at least two axes");
	return apply_now(in, op, arg, n, attr, at, out);
}

/* ---- operators */

static bool compare(struct interp *in, enum ast_op op, struct value a, struct value b, const struct ast *at, struct value *out)
{
	int c = 0;
	bool number = a.kind == VAL_NUMBER && b.kind == VAL_NUMBER;
	if (op == OPR_EQ || op == OPR_NE) {
		*out = truth(same_value(a, b) == (op == OPR_EQ));
		return true;
	}
	if (!number && (a.kind != VAL_STRING || b.kind != VAL_STRING))
		return FAIL(in, E_TYPE, at, "%s and %s have no order", value_kind_name[a.kind], value_kind_name[b.kind]);
	if (!number)
		c = strcmp(a.string.at, b.string.at);
	double x = number ? a.number : c, y = number ? b.number : 0;
	*out = truth(op == OPR_LT ? x < y : op == OPR_LE ? x <= y : op == OPR_GT ? x > y : x >= y);
	return true;
}

static bool join_lists(struct interp *in, const struct list *a, const struct list *b, const struct ast *at, struct value *out)
{
	if (!room(in, at, (double)(a->n + b->n) * sizeof *a->at))
		return false;
	struct value *both = mem_array(a->n + b->n, sizeof *both);
	memcpy(both, a->at, a->n * sizeof *both);
	memcpy(both + a->n, b->at, b->n * sizeof *both);
	bool ok = new_list(in, at, both, a->n + b->n, out);
	free(both);
	return ok;
}

static bool join(struct interp *in, struct value a, struct value b, const struct ast *at, struct value *out)
{
	if (a.kind == VAL_LIST && b.kind == VAL_LIST)
		return join_lists(in, a.list, b.list, at, out);
	const struct value *other = a.kind == VAL_STRING ? &b : &a;
	if (other->kind != VAL_STRING && other->kind != VAL_NUMBER) {
		diag_at(in->o.diags, E_TYPE, at->span, "%s cannot be added to text", value_kind_name[other->kind]);
		diag_hint(in->o.diags, "str(x) is x as text");
		return false;
	}
	if (!room(in, at, (double)(a.kind == VAL_STRING ? a.string.n : 0) + (double)(b.kind == VAL_STRING ? b.string.n : 0)))
		return false;
	struct buf t = { 0 };
	value_text(&a, &t, false);
	value_text(&b, &t, false);
	*out = text(in, buf_str(&t), t.n);
	buf_free(&t);
	return true;
}

static double arithmetic(enum ast_op op, double x, double y)
{
	switch (op) {
	case OPR_ADD: return x + y;
	case OPR_SUB: return x - y;
	case OPR_MUL: return x * y;
	case OPR_DIV: return x / y;
	case OPR_POW: return pow(x, y);
	default:      return x - y * floor(x / y);           /* % has the sign of y, as in Python */
	}
}

bool binary(struct interp *in, enum ast_op op, struct value a, struct value b, const struct ast *at, struct value *out)
{
	static const enum op ops[OPR_COUNT] = { [OPR_ADD] = OP_ADD, [OPR_SUB] = OP_SUB, [OPR_MUL] = OP_MUL, [OPR_DIV] = OP_DIV,
		[OPR_POW] = OP_POW, [OPR_MATMUL] = OP_MATMUL };
	if (op >= OPR_EQ && op <= OPR_GE)
		return compare(in, op, a, b, at, out);
	if (op == OPR_ADD && (a.kind == VAL_STRING || b.kind == VAL_STRING || (a.kind == VAL_LIST && b.kind == VAL_LIST)))
		return join(in, a, b, at, out);
	if (a.kind == VAL_NUMBER && b.kind == VAL_NUMBER && op != OPR_MATMUL) {
		*out = number(arithmetic(op, a.number, b.number));
		return true;
	}
	if (op == OPR_EXCEPT)
		return FAIL(in, E_TYPE, at, "'except' combines path patterns: paths(p except q)");
	if (!ops[op])
		return FAIL(in, E_TYPE, at, "'%s' takes numbers, here are %s and %s", ast_op_text[op], value_kind_name[a.kind], value_kind_name[b.kind]);
	struct value both[2] = { a, b };
	return apply(in, ops[op], both, 2, NULL, at, out);
}
