/* Executing a treeified graph.  See run.h.
 *
 * A value that depends on an input has a leading axis, the pairs of the batch; others do not. */
#include "eval/run.h"

#include <stdlib.h>
#include <string.h>

struct runner {
	const struct tree *t;
	const struct batch *b;
	struct tensor *value;            /* by id */
	float **buffer;                  /* by id: what the value owns, NULL for views */
	tree_id *last;                   /* by id: the last reader; views count for what they look at */
};

static bool is_view(const struct tree_node *n)
{
	return n->kind == TREE_OP && (op_info[n->proto->op].flags & OPF_VIEW);
}

static tree_id *last_uses(const struct tree *t, const struct run_roots *r)
{
	tree_id *last = mem_array(t->node.n + 1, sizeof *last);
	for (tree_id i = 0; i < t->node.n; i++) {
		last[i] = i;
		for (uint32_t k = 0; k < t->node.at[i].n_in; k++)
			last[t->node.at[i].in[k]] = i;
	}
	last[r->ref] = last[r->cf] = TREE_NONE;
	for (tree_id i = (tree_id)t->node.n; i-- > 0;)
		if (is_view(&t->node.at[i]) && last[i] > last[t->node.at[i].in[0]])
			last[t->node.at[i].in[0]] = last[i];
	return last;
}

static size_t value_bytes(const struct tree_node *n, int64_t length)
{
	if (is_view(n) || n->proto->op == OP_PARAM)
		return 0;
	return (size_t)shape_count(&n->proto->shape, length) * sizeof(float);
}

size_t run_peak(const struct tree *t, const struct run_roots *r, int64_t length)
{
	tree_id *last = last_uses(t, r);
	size_t *gone = mem_array(t->node.n + 1, sizeof *gone), now = 0, peak = 0;
	for (tree_id i = 0; i < t->node.n; i++) {
		size_t bytes = value_bytes(&t->node.at[i], length);
		now += bytes;
		if (last[i] != TREE_NONE)
			gone[last[i]] += bytes;
		peak = now > peak ? now : peak;
		now -= gone[i];
	}
	free(last);
	free(gone);
	return peak;
}

static struct tensor with_batch(const struct runner *r, const struct node *proto, bool varies, void *at)
{
	int64_t dim[MAX_DIMS];
	int n = 0;
	if (varies)
		dim[n++] = (int64_t)r->b->n;
	for (int i = 0; i < proto->shape.n && n < MAX_DIMS; i++)
		dim[n++] = proto->shape.dim[i] == DIM_SEQ ? r->b->length : proto->shape.dim[i];
	return tensor_over(at, DT_F32, n, dim);
}

static struct tensor new_value(struct runner *r, tree_id id)
{
	const struct tree_node *n = &r->t->node.at[id];
	struct tensor v = with_batch(r, n->proto, n->varies, NULL);
	v.at = r->buffer[id] = mem_array((size_t)tensor_count(&v), sizeof(float));
	return v;
}

static void run_input(struct runner *r, tree_id id)
{
	const struct tree_node *n = &r->t->node.at[id];
	struct tensor v = new_value(r, id);
	int which = (int)n->proto->attr[0];
	size_t n_inputs = r->t->graph->input.n, size = (size_t)tensor_count(&v) / r->b->n;
	if (n->proto->ids)
		v.dtype = DT_I32;
	for (size_t p = 0; p < r->b->n; p++) {
		const struct input_value *x = &r->b->data->pair.at[r->b->pair[p]].value[(size_t)n->column * n_inputs + (size_t)which];
		pp_assert((size_t)x->n == size);
		memcpy((char *)v.at + p * size * 4, n->proto->ids ? (const void *)x->ids : (const void *)x->real, size * 4);
	}
	r->value[id] = v;
}

static void run_select(struct runner *r, tree_id id)
{
	const struct tree_node *n = &r->t->node.at[id];
	struct tensor v = new_value(r, id);
	size_t rows = r->b->n * (size_t)r->b->length, size = (size_t)tensor_count(&v) / rows;
	for (size_t i = 0; i < rows; i++) {
		const struct tensor *from = &r->value[n->in[n->choice[r->b->class[i]]]];
		struct tensor row = *from;
		int64_t d = (int64_t)size;
		if (tensor_contiguous(from)) {
			memcpy((float *)v.at + i * size, (const float *)from->at + i * size, size * sizeof(float));
			continue;
		}
		row = tensor_pick(from, 0, (int64_t)(i / (size_t)r->b->length));
		row = tensor_pick(&row, 0, (int64_t)(i % (size_t)r->b->length));
		struct tensor to = tensor_over((float *)v.at + i * size, DT_F32, 1, &d);
		kernel_copy(&to, &row, 1, NULL);
	}
	r->value[id] = v;
}

static void run_view(struct runner *r, tree_id id)
{
	const struct tree_node *n = &r->t->node.at[id];
	const struct node *p = n->proto;
	struct tensor x = r->value[n->in[0]];
	int lead = n->varies ? 1 : 0;
	if (p->op == OP_TRANSPOSE) {
		x = tensor_transpose(&x, x.n - 1, x.n - 2);
	} else if (p->op == OP_ROWS) {
		x = tensor_slice(&x, 0, 0, r->b->length);
	} else if (p->op == OP_SLICE) {
		int axis = (int)p->attr[0] + lead;
		int64_t from = (int64_t)p->attr[1], to = (int64_t)p->attr[2];
		if (from < 0) {
			from += x.dim[axis];
			to += x.dim[axis];
		}
		x = p->attr[3] != 0 ? tensor_pick(&x, axis, from) : tensor_slice(&x, axis, from, to);
	}
	r->value[id] = x;
}

/* x with axes of size 1 put after the batch, so that it lines up with n axes from the end. */
static struct tensor pad(const struct tensor *x, bool varies, int n)
{
	struct tensor r = *x;
	int more = n - x->n;
	if (!varies || more <= 0)
		return r;
	r.n = n;
	for (int i = n; i-- > 1 + more;) {
		r.dim[i] = x->dim[i - more];
		r.stride[i] = x->stride[i - more];
	}
	for (int i = 1; i < 1 + more; i++) {
		r.dim[i] = 1;
		r.stride[i] = 0;
	}
	return r;
}

/* Do the inputs' axes line up with the pairs as the kernel reads them?  Else it is called for each pair. */
static bool in_one_go(const struct runner *r, const struct tree_node *n)
{
	const struct node *p = n->proto;
	size_t fixed = 0;
	for (uint32_t i = 0; i < n->n_in; i++)
		fixed += !r->t->node.at[n->in[i]].varies;
	if (!n->varies || n->n_in < 2 || op_broadcasts(p->op) || p->op == OP_GATHER)
		return true;
	if (p->op != OP_MATMUL)
		return p->op == OP_CONCAT ? fixed == 0 : fixed == n->n_in - 1 && r->t->node.at[n->in[0]].varies;
	bool weight = !r->t->node.at[n->in[1]].varies && p->in[1]->shape.n == 2;
	return weight || (fixed == 0 && p->in[0]->shape.n == p->in[1]->shape.n);
}

static void call_kernel(const struct node *p, struct tensor *out, struct tensor *in, uint32_t n_in)
{
	if (p->op == OP_MATMUL && p->in[0]->shape.n == 1) {      /* a vector is one row */
		struct tensor *a = &in[0];
		int at = a->n - 1;
		a->dim[a->n] = a->dim[at];
		a->stride[a->n++] = a->stride[at];
		a->dim[at] = 1;
		a->stride[at] = a->dim[at + 1] * a->stride[at + 1];
	}
	op_info[p->op].run(out, in, (int)n_in, p->attr);
}

static void run_op(struct runner *r, tree_id id)
{
	const struct tree_node *n = &r->t->node.at[id];
	const struct node *p = n->proto;
	struct tensor out = new_value(r, id), *in = mem_array(n->n_in, sizeof *in);
	bool whole = in_one_go(r, n);
	size_t calls = whole ? 1 : r->b->n;
	for (size_t c = 0; c < calls; c++) {
		struct tensor to = whole ? out : tensor_pick(&out, 0, (int64_t)c);
		for (uint32_t i = 0; i < n->n_in; i++) {
			bool varies = r->t->node.at[n->in[i]].varies;
			in[i] = r->value[n->in[i]];
			if (!whole && varies)
				in[i] = tensor_pick(&in[i], 0, (int64_t)c);
			if (op_broadcasts(p->op)) {
				struct tensor x = pad(&in[i], varies, out.n);
				pp_assert(tensor_broadcast(&x, out.n, out.dim, &in[i]));
			}
		}
		call_kernel(p, &to, in, n->n_in);
	}
	free(in);
	r->value[id] = out;
}

static struct tensor of_pair(const struct tensor *v, size_t i)
{
	return tensor_pick(v, 0, (int64_t)i);
}

static bool hand_out(struct runner *r, const struct run_roots *roots, tree_id id, size_t h, on_outputs *call, void *context)
{
	for (size_t i = 0; i < r->b->n; i++) {
		struct pair_outputs o = { r->b->pair[i], h, of_pair(&r->value[roots->ref], i), of_pair(&r->value[roots->cf], i),
			of_pair(&r->value[id], i) };
		if (!call(context, &o))
			return false;
	}
	return true;
}

static bool run_all(struct runner *r, const struct run_roots *roots, const struct eval_limits *limits, on_outputs *call, void *context)
{
	tree_id both = roots->ref > roots->cf ? roots->ref : roots->cf;
	VEC(tree_id) *dies = mem_array(r->t->node.n, sizeof *dies);
	bool ok = true;
	for (tree_id i = 0; i < r->t->node.n; i++)
		if (r->last[i] != TREE_NONE)
			vec_push(&dies[r->last[i]], i);
	for (tree_id i = 0; i < r->t->node.n && ok; i++) {
		const struct tree_node *n = &r->t->node.at[i];
		if (n->kind == TREE_INPUT)
			run_input(r, i);
		else if (n->kind == TREE_SELECT)
			run_select(r, i);
		else if (n->proto->op == OP_PARAM)
			r->value[i] = n->proto->param;
		else if (is_view(n))
			run_view(r, i);
		else
			run_op(r, i);
		if (i == both)
			ok = hand_out(r, roots, roots->cf, NO_HYPOTHESIS, call, context);
		for (size_t h = 0; h < roots->n && ok && i >= both; h++)
			if (roots->hypothesis[h] == i || (i == both && roots->hypothesis[h] < both))
				ok = hand_out(r, roots, roots->hypothesis[h], h, call, context);
		for (size_t k = 0; k < dies[i].n; k++) {
			free(r->buffer[dies[i].at[k]]);
			r->buffer[dies[i].at[k]] = NULL;
		}
		if (limits->interrupted && atomic_load_explicit(limits->interrupted, memory_order_relaxed))
			ok = false;
	}
	for (tree_id i = 0; i < r->t->node.n; i++)
		vec_free(&dies[i]);
	free(dies);
	return ok;
}

bool run_batch(const struct tree *t, const struct run_roots *roots, const struct batch *b, const struct eval_limits *limits,
    on_outputs *call, void *context)
{
	struct runner r = { t, b, mem_array(t->node.n, sizeof(struct tensor)), mem_array(t->node.n, sizeof(float *)), last_uses(t, roots) };
	bool ok = run_all(&r, roots, limits, call, context);
	for (tree_id i = 0; i < t->node.n; i++)
		free(r.buffer[i]);
	free(r.buffer);
	free(r.value);
	free(r.last);
	return ok;
}
