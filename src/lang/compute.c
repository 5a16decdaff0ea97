/* Operators, indexing, and operations on numbers, tensors and nodes.
 *
 * One table (graph/ops.def) serves both: with a node among the operands an operation is added to the model being built,
 * with tensors it is carried out at once, in double. */
#include <math.h>
#include <string.h>

#include "lang/internal.h"

static bool as_node(struct interp *in, struct value v, const struct ast *at, struct node **out)
{
	if (v.kind == VAL_NODE)
		*out = v.node;
	else if (v.kind == VAL_NUMBER)
		*out = build_number(in->builder, v.number, at->span);
	else if (v.kind == VAL_TENSOR)
		*out = build_param(in->builder, v.tensor, at->span);
	else
		return FAIL(in, E_TYPE, at, "%s cannot be part of a model's computation", value_kind_name[v.kind]);
	return true;
}

static bool as_tensor(struct interp *in, struct value v, const struct ast *at, struct tensor *out)
{
	if (v.kind == VAL_NUMBER) {
		*out = tensor_over(arena_copy(&in->arena, &v.number, sizeof v.number), DT_F64, 0, NULL);
		return true;
	}
	if (v.kind == VAL_LIST) {
		double *x = arena_array(&in->arena, v.list->n, sizeof *x);
		for (size_t i = 0; i < v.list->n; i++) {
			if (!want(in, at, v.list->at[i], VAL_NUMBER))
				return false;
			x[i] = v.list->at[i].number;
		}
		*out = tensor_over(x, DT_F64, 1, (int64_t[]){ (int64_t)v.list->n });
		return true;
	}
	if (!want(in, at, v, VAL_TENSOR))
		return false;
	*out = *v.tensor;
	if (v.tensor->dtype != DT_F64) {
		*out = tensor_new(&in->arena, DT_F64, v.tensor->n, v.tensor->dim);
		tensor_to_f64(v.tensor, out->at);
	}
	return true;
}

static struct value tensor_value(struct interp *in, struct tensor t)
{
	if (t.n == 0)
		return number(tensor_get_flat(&t, 0));
	return (struct value){ .kind = VAL_TENSOR, .tensor = arena_copy(&in->arena, &t, sizeof t) };
}

static bool apply_now(struct interp *in, enum op op, struct value *arg, size_t n, const double *attr, const struct ast *at, struct value *out)
{
	struct tensor *t = arena_array(&in->arena, n, sizeof *t);
	struct node *shaped = arena_array(&in->arena, n, sizeof *shaped), **inputs = arena_array(&in->arena, n, sizeof *inputs);
	for (size_t i = 0; i < n; i++) {
		if (!as_tensor(in, arg[i], at, &t[i]))
			return false;
		shaped[i].op = OP_PARAM;
		shaped[i].shape.n = t[i].n;
		memcpy(shaped[i].shape.dim, t[i].dim, sizeof t[i].dim);
		inputs[i] = &shaped[i];
	}
	struct node self = { .op = op, .n_in = (uint32_t)n, .in = inputs };
	if (attr)
		memcpy(self.attr, attr, sizeof self.attr);
	struct buf why = { 0 };
	bool ok = op_info[op].shape(&self, &self.shape, &why);
	if (!ok)
		diag_at(in->o.diags, E_SHAPE, at->span, "these shapes do not fit: %s", buf_str(&why));
	buf_free(&why);
	if (!ok)
		return false;
	if (op == OP_TRANSPOSE) {
		*out = tensor_value(in, tensor_transpose(&t[0], t[0].n - 1, t[0].n - 2));
		return true;
	}
	struct tensor r = tensor_new(&in->arena, DT_F64, self.shape.n, self.shape.dim);
	for (size_t i = 0; (op == OP_TOTAL || (op >= OP_ADD && op <= OP_MAXIMUM)) && i < n; i++) {
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

bool apply(struct interp *in, enum op op, struct value *arg, size_t n, const double *attr, const struct ast *at, struct value *out)
{
	bool symbolic = op == OP_ROWS;               /* how many rows is known when there is a prompt */
	for (size_t i = 0; i < n; i++)
		symbolic |= arg[i].kind == VAL_NODE;
	if (op == OP_TRANSPOSE && !symbolic && arg[0].kind == VAL_TENSOR && arg[0].tensor->n >= 2) {     /* weights are not copied */
		*out = tensor_value(in, tensor_transpose(arg[0].tensor, arg[0].tensor->n - 1, arg[0].tensor->n - 2));
		return true;
	}
	if (symbolic && !in->builder)
		return FAIL(in, E_PLACE, at, "this belongs into a model block");
	if (!symbolic)
		return apply_now(in, op, arg, n, attr, at, out);
	struct node **node = arena_array(&in->arena, n, sizeof *node);
	for (size_t i = 0; i < n; i++)
		if (!as_node(in, arg[i], at, &node[i]))
			return false;
	*out = (struct value){ .kind = VAL_NODE, .node = build_op(in->builder, op, node, (uint32_t)n, attr, at->span) };
	return out->node != NULL;
}

static bool same(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == VAL_STRING)
		return a.string.n == b.string.n && memcmp(a.string.at, b.string.at, a.string.n) == 0;
	if (a.kind == VAL_LIST) {
		bool ok = a.list->n == b.list->n;
		for (size_t i = 0; ok && i < a.list->n; i++)
			ok = same(a.list->at[i], b.list->at[i]);
		return ok;
	}
	return a.kind == VAL_NONE ? true : a.kind == VAL_NUMBER ? a.number == b.number : a.kind == VAL_BOOL ? a.truth == b.truth : a.record == b.record;
}

static bool compare(struct interp *in, enum ast_op op, struct value a, struct value b, const struct ast *at, struct value *out)
{
	int c = 0;
	if (op == OPR_EQ || op == OPR_NE) {
		*out = (struct value){ .kind = VAL_BOOL, .truth = same(a, b) == (op == OPR_EQ) };
		return true;
	}
	if (a.kind == VAL_NUMBER && b.kind == VAL_NUMBER)
		c = (a.number > b.number) - (a.number < b.number);
	else if (a.kind == VAL_STRING && b.kind == VAL_STRING)
		c = strcmp(a.string.at, b.string.at);
	else
		return FAIL(in, E_TYPE, at, "%s and %s have no order", value_kind_name[a.kind], value_kind_name[b.kind]);
	bool t = op == OPR_LT ? c < 0 : op == OPR_LE ? c <= 0 : op == OPR_GT ? c > 0 : c >= 0;
	*out = (struct value){ .kind = VAL_BOOL, .truth = t };
	return true;
}

static bool join(struct interp *in, struct value a, struct value b, const struct ast *at, struct value *out)
{
	struct buf t = { 0 };
	if (a.kind == VAL_LIST && b.kind == VAL_LIST) {
		struct list *l = arena_alloc(&in->arena, sizeof *l);
		l->n = a.list->n + b.list->n;
		l->at = arena_array(&in->arena, l->n, sizeof *l->at);
		if (a.list->n)
			memcpy(l->at, a.list->at, a.list->n * sizeof *l->at);
		if (b.list->n)
			memcpy(l->at + a.list->n, b.list->at, b.list->n * sizeof *l->at);
		*out = (struct value){ .kind = VAL_LIST, .list = l };
		return true;
	}
	if ((a.kind != VAL_STRING && a.kind != VAL_NUMBER) || (b.kind != VAL_STRING && b.kind != VAL_NUMBER))
		return FAIL(in, E_TYPE, at, "%s and %s cannot be joined", value_kind_name[a.kind], value_kind_name[b.kind]);
	value_text(&a, &t, false);
	value_text(&b, &t, false);
	*out = text(in, buf_str(&t), t.n);
	buf_free(&t);
	return true;
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
		double x = a.number, y = b.number;
		*out = number(op == OPR_ADD ? x + y : op == OPR_SUB ? x - y : op == OPR_MUL ? x * y : op == OPR_DIV ? x / y
		    : op == OPR_POW ? pow(x, y) : x - y * floor(x / y));
		return true;
	}
	if (!ops[op])
		return FAIL(in, E_TYPE, at, "'%s' takes numbers", ast_op_text[op]);
	struct value both[2] = { a, b };
	return apply(in, ops[op], both, 2, NULL, at, out);
}

/* ---- indexing */

static bool in_range(struct interp *in, const struct ast *a, struct value v, int64_t n, int64_t *out)
{
	if (!want(in, a, v, VAL_NUMBER))
		return false;
	int64_t i = (int64_t)v.number;
	if ((double)i != v.number || i < -n || i >= n)
		return FAIL(in, E_INDEX, a, "there is no index %g: there are %lld elements", v.number, (long long)n);
	*out = i < 0 ? i + n : i;
	return true;
}

static bool index_tensor(struct interp *in, const struct ast *a, struct tensor t, struct scope *s, struct value *out)
{
	int axis = 0;
	for (uint32_t i = 1; i < a->n; i++) {
		const struct ast *k = a->kid[i];
		struct value v;
		int64_t at;
		if (axis >= t.n)
			return FAIL(in, E_INDEX, k, "a tensor with %d axes has no index here", t.n);
		if (k->kind == AST_STAR) {
			axis++;
			continue;
		}
		if (!eval(in, k, s, &v))
			return false;
		if (v.kind == VAL_RANGE) {
			int64_t from = (int64_t)v.range.from, to = (int64_t)v.range.to;
			if (from < 0 || to > t.dim[axis] || from > to)
				return FAIL(in, E_INDEX, k, "%lld..%lld is outside 0..%lld", (long long)from, (long long)to, (long long)t.dim[axis]);
			t = tensor_slice(&t, axis++, from, to);
		} else if (v.kind == VAL_LIST) {
			struct tensor r = t;
			r.dim[axis] = (int64_t)v.list->n;
			r = tensor_new(&in->arena, DT_F64, r.n, r.dim);
			for (size_t e = 0; e < v.list->n; e++) {
				if (!in_range(in, k, v.list->at[e], t.dim[axis], &at))
					return false;
				struct tensor one = tensor_slice(&t, axis, at, at + 1), to = tensor_slice(&r, axis, (int64_t)e, (int64_t)e + 1);
				int64_t count = tensor_count(&one);
				for (int64_t x = 0; x < count; x++) {
					int64_t idx[MAX_DIMS], rest = x, off = 0;
					for (int d = to.n; d-- > 0; rest /= to.dim[d])
						idx[d] = rest % to.dim[d];
					for (int d = 0; d < to.n; d++)
						off += idx[d] * to.stride[d];
					((double *)to.at)[off] = tensor_get(&one, idx);
				}
			}
			t = r;
			axis++;
		} else if (in_range(in, k, v, t.dim[axis], &at)) {
			t = tensor_pick(&t, axis, at);
		} else {
			return false;
		}
	}
	*out = tensor_value(in, t);
	return true;
}

static bool index_node(struct interp *in, const struct ast *a, struct node *n, struct scope *s, struct value *out)
{
	int axis = 0;
	*out = (struct value){ .kind = VAL_NODE, .node = n };
	for (uint32_t i = 1; i < a->n; i++) {
		struct value v;
		double attr[MAX_ATTR] = { axis };
		if (a->kid[i]->kind == AST_STAR) {
			axis++;
			continue;
		}
		if (!eval(in, a->kid[i], s, &v))
			return false;
		if (v.kind == VAL_RANGE) {
			attr[1] = v.range.from;
			attr[2] = v.range.to;
			axis++;
		} else if (want(in, a->kid[i], v, VAL_NUMBER)) {
			int64_t size = axis < out->node->shape.n ? out->node->shape.dim[axis] : 0;
			attr[1] = v.number < 0 && size > 0 ? v.number + (double)size : v.number;
			attr[2] = attr[1] + 1;
			attr[3] = 1;
		} else {
			return false;
		}
		struct value x = *out;
		out->node = build_op(in->builder, OP_SLICE, &x.node, 1, attr, a->span);
		if (!out->node)
			return false;
	}
	return true;
}

static bool index_results(struct interp *in, const struct ast *a, struct results *r, struct scope *s, struct value *out)
{
	const char *h = NULL, *m = NULL;
	for (uint32_t i = 1; i < a->n; i++) {
		struct value v;
		if (!eval(in, a->kid[i], s, &v))
			return false;
		if (v.kind == VAL_HYPOTHESIS)
			h = v.hypothesis->name;
		else if (v.kind == VAL_METRIC)
			m = v.metric->name;
		else
			return FAIL(in, E_INDEX, a->kid[i], "results are indexed by hypothesis and metric");
	}
	const struct estimate *e = results_find(r, h, m);
	*out = (struct value){ .kind = VAL_ESTIMATE, .estimate = e };
	return e || FAIL(in, E_INDEX, a, "this table has no such row");
}

bool index_value(struct interp *in, const struct ast *a, struct value v, struct scope *s, struct value *out)
{
	struct value i;
	int64_t at;
	if (v.kind == VAL_TENSOR)
		return index_tensor(in, a, *v.tensor, s, out);
	if (v.kind == VAL_NODE)
		return index_node(in, a, v.node, s, out);
	if (v.kind == VAL_RESULTS)
		return index_results(in, a, v.results, s, out);
	if (a->n != 2 || a->kid[1]->kind == AST_STAR || !eval(in, a->kid[1], s, &i))
		return a->n == 2 && a->kid[1]->kind != AST_STAR ? false : FAIL(in, E_INDEX, a, "%s takes one index", value_kind_name[v.kind]);
	if (v.kind == VAL_LIST) {
		if (!in_range(in, a->kid[1], i, (int64_t)v.list->n, &at))
			return false;
		*out = v.list->at[at];
		return true;
	}
	if ((v.kind == VAL_RECORD || v.kind == VAL_WEIGHTS) && !want(in, a->kid[1], i, VAL_STRING))
		return false;
	if (v.kind == VAL_RECORD) {
		for (size_t k = 0; k < v.record->n; k++)
			if (strcmp(v.record->at[k].name, i.string.at) == 0) {
				*out = *v.record->at[k].value;
				return true;
			}
		return FAIL(in, E_FIELD, a->kid[1], "the record has no %s", i.string.at);
	}
	if (v.kind == VAL_WEIGHTS) {
		struct tensor t;
		if (weights_get(v.weights, i.string.at, &t)) {
			*out = (struct value){ .kind = VAL_TENSOR, .tensor = arena_copy(&in->arena, &t, sizeof t) };
			return true;
		}
		struct buf why = { 0 };
		weights_why_not(v.weights, i.string.at, &why);
		diag_at(in->o.diags, E_WEIGHT, a->kid[1]->span, "%s", buf_str(&why));
		buf_free(&why);
		return false;
	}
	return FAIL(in, E_TYPE, a, "%s cannot be indexed", value_kind_name[v.kind]);
}

/* ---- as text */

void value_text(const struct value *v, struct buf *out, bool quoted)
{
	switch (v->kind) {
	case VAL_NUMBER: buf_printf(out, v->number == floor(v->number) && fabs(v->number) < 1e15 ? "%.0f" : "%.6g", v->number); break;
	case VAL_BOOL:   buf_puts(out, v->truth ? "true" : "false"); break;
	case VAL_NONE:   buf_puts(out, "none"); break;
	case VAL_STRING: buf_printf(out, quoted ? "\"%s\"" : "%s", v->string.at); break;
	case VAL_RANGE:  buf_printf(out, "%g..%g", v->range.from, v->range.to); break;
	case VAL_LIST:
		buf_putc(out, '[');
		for (size_t i = 0; i < v->list->n; i++) {
			buf_puts(out, i ? ", " : "");
			value_text(&v->list->at[i], out, true);
		}
		buf_putc(out, ']');
		break;
	case VAL_RECORD:
		buf_putc(out, '{');
		for (size_t i = 0; i < v->record->n; i++) {
			buf_printf(out, "%s%s: ", i ? ", " : "", v->record->at[i].name);
			value_text(v->record->at[i].value, out, true);
		}
		buf_putc(out, '}');
		break;
	case VAL_TENSOR: {
		char shape[128];
		buf_printf(out, "tensor %s", tensor_shape_text(v->tensor, shape, sizeof shape));
		for (int64_t i = 0; v->tensor->n == 1 && i < v->tensor->dim[0] && i < 8; i++)
			buf_printf(out, "%s%.6g", i ? ", " : ": ", tensor_get_flat(v->tensor, i));
		break;
	}
	case VAL_PATHS:  pattern_print(v->paths, out); break;
	case VAL_MODEL:  buf_printf(out, "model %s: %zu components, %zu nodes", v->model->name, v->model->graph->component.n, v->model->graph->node.n); break;
	case VAL_DATASET: buf_printf(out, "dataset %s: %zu pairs", v->dataset->name, v->dataset->pair.n); break;
	case VAL_HYPOTHESIS: buf_printf(out, "hypothesis %s on %s: %zu rules", v->hypothesis->name, v->hypothesis->graph->name, v->hypothesis->n_rules); break;
	case VAL_METRIC: buf_printf(out, "%s %s", v->metric->delta ? "delta" : "metric", v->metric->name); break;
	default:         buf_puts(out, value_kind_name[v->kind]); break;
	}
}
