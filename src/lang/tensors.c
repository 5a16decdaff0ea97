/* Built-in functions of tensors and numbers, carried out at once. */
#include <math.h>
#include <string.h>

#include "lang/builtins.h"

/* Over all elements of a tensor or a list of numbers; over the last axis of a node. */
static bool reduce(struct interp *in, const struct ast *at, struct args *a, enum op op, struct value *out)
{
	if (!takes(in, at, a, 1, 1))
		return false;
	struct value v = a->at[0];
	*out = v;
	if (v.kind == VAL_NUMBER)
		return true;
	if (v.kind == VAL_NODE)
		return apply(in, op, &v, 1, NULL, at, out);
	if (v.kind != VAL_LIST && v.kind != VAL_TENSOR)
		return FAIL(in, E_TYPE, at, "a tensor or a list is needed, this is %s", value_kind_name[v.kind]);
	if (v.kind == VAL_LIST && !v.list->n) {
		*out = number(0);
		return op == OP_SUM_LAST || FAIL(in, E_VALUE, at, "an empty list has no %s", a->fn->name);
	}
	if (v.kind == VAL_LIST && v.list->at[0].kind != VAL_NUMBER && v.list->at[0].kind != VAL_LIST)
		return op == OP_SUM_LAST ? apply(in, OP_TOTAL, v.list->at, v.list->n, NULL, at, out)
		                         : FAIL(in, E_TYPE, at, "only sum() takes a list of nodes or tensors");
	struct tensor t;
	if (!to_tensor(in, v, at, &t))
		return false;
	if (tensor_count(&t) == 0 && op != OP_SUM_LAST)
		return FAIL(in, E_SHAPE, at, "a tensor without elements has no %s", a->fn->name);
	if (t.n > 1 && tensor_contiguous(&t))            /* one pass over all of it */
		t = tensor_over(t.at, DT_F64, 1, (int64_t[]){ tensor_count(&t) });
	*out = tensor_value(in, t);
	while (out->kind == VAL_TENSOR) {
		struct value x = *out;
		if (!apply(in, op, &x, 1, NULL, at, out))
			return false;
	}
	return true;
}
DEFINE(sum) { return reduce(in, at, a, OP_SUM_LAST, out); }
DEFINE(mean) { return reduce(in, at, a, OP_MEAN_LAST, out); }
DEFINE(max) { return reduce(in, at, a, OP_MAX_LAST, out); }
DEFINE(min) { return reduce(in, at, a, OP_MIN_LAST, out); }

/* ---- tensors */

DEFINE(tensor)
{
	struct tensor t;
	if (!takes(in, at, a, 1, 1) || !to_tensor(in, a->at[0], at, &t))
		return false;
	*out = tensor_value(in, t);
	return true;
}

DEFINE(shape)
{
	struct value dim[MAX_DIMS];
	int n = 0;
	if (!takes(in, at, a, 1, 1))
		return false;
	if (a->at[0].kind == VAL_TENSOR)
		for (; n < a->at[0].tensor->n; n++)
			dim[n] = number((double)a->at[0].tensor->dim[n]);
	else if (a->at[0].kind == VAL_NODE)
		for (; n < a->at[0].node->shape.n; n++)      /* seq is none: it is not known yet */
			dim[n] = a->at[0].node->shape.dim[n] == DIM_SEQ ? (struct value){ VAL_NONE, { 0 } } : number((double)a->at[0].node->shape.dim[n]);
	else if (!want(in, at, a->at[0], VAL_NUMBER))
		return false;
	return new_list(in, at, dim, (size_t)n, out);
}

DEFINE(zeros)
{
	int64_t dim[MAX_DIMS];
	double bytes = sizeof(double);
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_LIST))
		return false;
	const struct list *l = a->at[0].list;
	if (l->n > MAX_DIMS)
		return FAIL(in, E_SHAPE, at, "a tensor has at most %d axes", MAX_DIMS);
	for (size_t i = 0; i < l->n; i++) {
		if (!whole(in, at, l->at[i], &dim[i]))
			return false;
		if (dim[i] < 0)
			return FAIL(in, E_SHAPE, at, "an axis cannot have %lld elements", (long long)dim[i]);
		bytes *= (double)dim[i];
	}
	if (!room(in, at, bytes))
		return false;
	*out = tensor_value(in, tensor_new(&in->arena, DT_F64, (int)l->n, dim));
	return true;
}

DEFINE(argmax)
{
	struct tensor t;
	if (!takes(in, at, a, 1, 1) || !to_tensor(in, a->at[0], at, &t))
		return false;
	int64_t best = 0, n = tensor_count(&t);
	double top = n ? tensor_get_flat(&t, 0) : 0;
	if (!n)
		return FAIL(in, E_SHAPE, at, "a tensor without elements has no largest one");
	for (int64_t i = 1; i < n; i++) {
		double x = tensor_get_flat(&t, i);
		if (x > top) {
			top = x;
			best = i;
		}
	}
	*out = number((double)best);
	return true;
}

DEFINE(count_above)
{
	struct tensor t;
	double above = 0;
	if (!takes(in, at, a, 2, 2) || !to_tensor(in, a->at[0], at, &t) || !want(in, at, a->at[1], VAL_NUMBER))
		return false;
	for (int64_t i = 0, n = tensor_count(&t); i < n; i++)
		above += tensor_get_flat(&t, i) > a->at[1].number;
	*out = number(above);
	return true;
}

/* ---- numbers */

static bool rounded(struct interp *in, const struct ast *at, struct args *a, double (*how)(double), struct value *out)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_NUMBER))
		return false;
	*out = number(how(a->at[0].number));
	return true;
}
DEFINE(floor) { return rounded(in, at, a, floor, out); }
DEFINE(ceil) { return rounded(in, at, a, ceil, out); }
DEFINE(round) { return rounded(in, at, a, nearbyint, out); }
