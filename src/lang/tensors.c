/* Built-in functions of tensors and numbers, carried out at once. */
#include <math.h>
#include <string.h>

#include "lang/builtins.h"

/* Along one axis of a tensor: that axis goes to the end, the others keep their order. */
static bool reduce_axis(struct interp *in, const struct ast *at, const struct args *a, enum op op, struct value axis, struct value *out)
{
	struct tensor t;
	int64_t k;
	if (a->at[0].kind == VAL_NODE)
		return FAIL(in, E_ARGUMENT, at, "a node is taken along its last axis; `axis` is for tensors");
	if (!to_tensor(in, a->at[0], at, &t) || !place(in, at, axis, t.n, &k))
		return false;
	if (tensor_count(&t) == 0 && op != OP_SUM_LAST)
		return FAIL(in, E_SHAPE, at, "a tensor without elements has no %s", a->fn->name);
	for (int i = (int)k; i + 1 < t.n; i++)
		t = tensor_transpose(&t, i, i + 1);
	struct value x = tensor_value(in, t);
	return apply(in, op, &x, 1, NULL, at, out);
}

/* Over all elements of a tensor or a list of numbers; over the last axis of a node. */
static bool reduce(struct interp *in, const struct ast *at, struct args *a, enum op op, struct value *out)
{
	struct value axis;
	bool one_axis = named(a, "axis", &axis);
	if (!takes(in, at, a, 1, 1))
		return false;
	if (one_axis)
		return reduce_axis(in, at, a, op, axis, out);
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

/* Tensors of one shape along a new first axis. */
static bool stack(struct interp *in, const struct ast *at, const struct list *l, struct tensor *out)
{
	struct tensor first, t;
	if (!to_tensor(in, l->at[0], at, &first))
		return false;
	int64_t dim[MAX_DIMS] = { (int64_t)l->n }, n = tensor_count(&first);
	if (first.n == MAX_DIMS)
		return FAIL(in, E_SHAPE, at, "a tensor has at most %d axes", MAX_DIMS);
	memcpy(dim + 1, first.dim, (size_t)first.n * sizeof *dim);
	if (!room(in, at, (double)n * (double)l->n * sizeof(double)))
		return false;
	*out = tensor_new(&in->arena, DT_F64, first.n + 1, dim);
	for (size_t i = 0; i < l->n; i++) {
		if (!want(in, at, l->at[i], VAL_TENSOR) || !to_tensor(in, l->at[i], at, &t))
			return false;
		if (t.n != first.n || memcmp(t.dim, first.dim, (size_t)t.n * sizeof *t.dim) != 0)
			return FAIL(in, E_SHAPE, at, "the tensors of a list have to be of one shape to be stacked");
		tensor_to_f64(&t, (double *)out->at + (int64_t)i * n);
	}
	return true;
}

DEFINE(tensor)
{
	struct tensor t;
	if (!takes(in, at, a, 1, 1))
		return false;
	bool tensors = a->at[0].kind == VAL_LIST && a->at[0].list->n && a->at[0].list->at[0].kind == VAL_TENSOR;
	if (tensors ? !stack(in, at, a->at[0].list, &t) : !to_tensor(in, a->at[0], at, &t))
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

/* A new tensor of zeros. */
static bool new_tensor(struct interp *in, const struct ast *at, struct value dims, struct tensor *out)
{
	int64_t dim[MAX_DIMS];
	double bytes = sizeof(double);
	if (!want(in, at, dims, VAL_LIST))
		return false;
	const struct list *l = dims.list;
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
	*out = tensor_new(&in->arena, DT_F64, (int)l->n, dim);
	return true;
}

DEFINE(zeros)
{
	struct tensor t;
	if (!takes(in, at, a, 1, 1) || !new_tensor(in, at, a->at[0], &t))
		return false;
	*out = tensor_value(in, t);
	return true;
}

DEFINE(full)
{
	struct tensor t;
	if (!takes(in, at, a, 2, 2) || !want(in, at, a->at[1], VAL_NUMBER) || !new_tensor(in, at, a->at[0], &t))
		return false;
	for (int64_t i = 0, n = tensor_count(&t); i < n; i++)
		((double *)t.at)[i] = a->at[1].number;
	*out = tensor_value(in, t);
	return true;
}

DEFINE(reshape)
{
	struct tensor t;
	int64_t dim[MAX_DIMS], known = 1;
	int open = -1;
	if (!takes(in, at, a, 2, 2) || !to_tensor(in, a->at[0], at, &t) || !want(in, at, a->at[1], VAL_LIST))
		return false;
	const struct list *l = a->at[1].list;
	int64_t n = tensor_count(&t);
	if (l->n > MAX_DIMS)
		return FAIL(in, E_SHAPE, at, "a tensor has at most %d axes", MAX_DIMS);
	for (size_t i = 0; i < l->n; i++) {
		if (!whole(in, at, l->at[i], &dim[i]))
			return false;
		if (dim[i] < -1 || dim[i] > n || (dim[i] == -1 && open >= 0) || (dim[i] > 0 && known > n))
			return FAIL(in, E_SHAPE, at, "%lld elements do not fit under these axes", (long long)n);
		if (dim[i] == -1)
			open = (int)i;
		else
			known *= dim[i];
	}
	if (open >= 0)
		dim[open] = known ? n / known : 0;
	if ((open >= 0 ? known * dim[open] : known) != n)
		return FAIL(in, E_SHAPE, at, "%lld elements do not fit under these axes", (long long)n);
	if (!room(in, at, (double)n * sizeof(double)))
		return false;
	struct tensor r = tensor_new(&in->arena, DT_F64, (int)l->n, dim);
	tensor_to_f64(&t, r.at);
	*out = tensor_value(in, r);
	return true;
}

DEFINE(cumsum)
{
	struct tensor t;
	double sum = 0;
	if (!takes(in, at, a, 1, 1) || !to_tensor(in, a->at[0], at, &t))
		return false;
	if (t.n != 1)
		return FAIL(in, E_SHAPE, at, "cumsum() takes one axis, this has %d", t.n);
	struct tensor r = tensor_new(&in->arena, DT_F64, 1, t.dim);
	for (int64_t i = 0; i < t.dim[0]; i++)
		((double *)r.at)[i] = sum += tensor_get_flat(&t, i);
	*out = tensor_value(in, r);
	return true;
}

struct placed { double x; int64_t i; };

static int by_size(const void *p, const void *q)             /* what is not a number comes last */
{
	const struct placed *a = p, *b = q;
	int c = isnan(a->x) || isnan(b->x) ? isnan(a->x) - isnan(b->x) : (a->x > b->x) - (a->x < b->x);
	return c ? c : (a->i > b->i) - (a->i < b->i);
}

DEFINE(argsort)
{
	struct tensor t;
	bool down;
	if (!truth_arg(in, at, a, "descending", &down) || !takes(in, at, a, 1, 1) || !to_tensor(in, a->at[0], at, &t))
		return false;
	if (t.n != 1)
		return FAIL(in, E_SHAPE, at, "argsort() takes one axis, this has %d", t.n);
	size_t n = (size_t)t.dim[0];
	struct placed *p = arena_array(&in->arena, n + 1, sizeof *p);
	struct value *v = arena_array(&in->arena, n + 1, sizeof *v);
	for (size_t i = 0; i < n; i++)
		p[i] = (struct placed){ down ? -tensor_get_flat(&t, (int64_t)i) : tensor_get_flat(&t, (int64_t)i), (int64_t)i };
	qsort(p, n, sizeof *p, by_size);
	for (size_t i = 0; i < n; i++)
		v[i] = number((double)p[i].i);
	return new_list(in, at, v, n, out);
}

/* sign 1: of the largest element; -1: of the smallest. */
static bool extreme(struct interp *in, const struct ast *at, struct args *a, double sign, struct value *out)
{
	struct tensor t;
	if (!takes(in, at, a, 1, 1) || !to_tensor(in, a->at[0], at, &t))
		return false;
	int64_t best = 0, n = tensor_count(&t);
	double top = n ? sign * tensor_get_flat(&t, 0) : 0;
	if (!n)
		return FAIL(in, E_SHAPE, at, "a tensor without elements has no %s one", sign > 0 ? "largest" : "smallest");
	for (int64_t i = 0; i < n; i++) {
		double x = sign * tensor_get_flat(&t, i);
		if (isnan(x))
			return FAIL(in, E_VALUE, at, "element %lld is not a number, so there is no %s one", (long long)i, sign > 0 ? "largest" : "smallest");
		if (x > top) {
			top = x;
			best = i;
		}
	}
	*out = number((double)best);
	return true;
}
DEFINE(argmax) { return extreme(in, at, a, 1, out); }
DEFINE(argmin) { return extreme(in, at, a, -1, out); }

DEFINE(count_above)
{
	struct tensor t;
	double above = 0;
	if (!takes(in, at, a, 2, 2) || !to_tensor(in, a->at[0], at, &t) || !want(in, at, a->at[1], VAL_NUMBER))
		return false;
	for (int64_t i = 0, n = tensor_count(&t); i < n; i++)
		above += isnan(tensor_get_flat(&t, i)) ? NAN : tensor_get_flat(&t, i) > a->at[1].number;
	*out = number(isnan(a->at[1].number) ? NAN : above);
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
DEFINE(is_finite)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_NUMBER))
		return false;
	*out = truth(isfinite(a->at[0].number));
	return true;
}

DEFINE(floor) { return rounded(in, at, a, floor, out); }
DEFINE(ceil) { return rounded(in, at, a, ceil, out); }
DEFINE(round) { return rounded(in, at, a, nearbyint, out); }
