/* What every operation computes, in two precisions: kernels.inc is written once and included twice.  See kernels.h. */
#include "tensor/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/blas.h"
#include "tensor/vec.h"

/* An input as contiguous numbers of out's type: itself when it is that already, else a copy to be freed. */
static void *plain(const struct tensor *t, enum dtype want, void **mine)
{
	*mine = NULL;
	if (t->dtype == want && tensor_contiguous(t))
		return t->at;
	*mine = mem_array((size_t)tensor_count(t), dtype_size[want]);
	if (want == DT_F32)
		tensor_to_f32(t, *mine);
	else
		tensor_to_f64(t, *mine);
	return *mine;
}

enum { SOME = 256 };                             /* numbers of a row that are worked on together */

static int64_t last_axis(const struct tensor *t)
{
	return t->n ? t->dim[t->n - 1] : 1;
}

#define REAL float
#define DT DT_F32
#define TO_REAL tensor_to_f32
#define SINGLE
#define K(name) name##_f32
#define M(name) name##f
#include "tensor/kernels.inc"
#undef REAL
#undef DT
#undef K
#undef M
#undef TO_REAL
#undef SINGLE
#define REAL double
#define DT DT_F64
#define TO_REAL tensor_to_f64
#define K(name) name##_f64
#define M(name) name
#include "tensor/kernels.inc"
#undef REAL
#undef DT
#undef K
#undef M
#undef TO_REAL

#define VECTOR(name, f, precision, type, real, function)                                                 \
	static void name##precision(struct tensor *out, const struct tensor *in, int n_in, const double *attr) \
	{                                                                                                    \
		(void)n_in;                                                                                      \
		(void)attr;                                                                                      \
		void *mine;                                                                                      \
		const real *x = plain(in, type, &mine);                                                          \
		vec()->function(f, out->at, x, tensor_count(out));                                               \
		free(mine);                                                                                      \
	}
#define VECTORS(name, f) VECTOR(name, f, _f32, DT_F32, float, unary) VECTOR(name, f, _f64, DT_F64, double, unary64)
VECTORS(exp, VEC_EXP) VECTORS(log, VEC_LOG) VECTORS(tanh, VEC_TANH) VECTORS(erf, VEC_ERF) VECTORS(sigmoid, VEC_SIGMOID)
VECTORS(silu, VEC_SILU) VECTORS(gelu, VEC_GELU) VECTORS(gelu_tanh, VEC_GELU_TANH) VECTORS(sin, VEC_SIN) VECTORS(cos, VEC_COS)

#define BOTH(name)                                                                                       \
	void kernel_##name(struct tensor *out, const struct tensor *in, int n_in, const double *attr)        \
	{                                                                                                    \
		(out->dtype == DT_F32 ? name##_f32 : name##_f64)(out, in, n_in, attr);                           \
	}
BOTH(sub) BOTH(mul) BOTH(div) BOTH(pow) BOTH(minimum) BOTH(maximum) BOTH(total)
BOTH(neg) BOTH(exp) BOTH(log) BOTH(sqrt) BOTH(abs) BOTH(tanh) BOTH(sigmoid) BOTH(relu) BOTH(gelu) BOTH(gelu_tanh)
BOTH(silu) BOTH(square) BOTH(sin) BOTH(cos) BOTH(erf) BOTH(sign)
BOTH(softmax) BOTH(log_softmax) BOTH(causal) BOTH(layer_norm) BOTH(rms_norm) BOTH(centre) BOTH(norm_scale) BOTH(rotary) BOTH(gather) BOTH(copy)
BOTH(sum_last) BOTH(mean_last) BOTH(max_last) BOTH(min_last) BOTH(concat)

void kernel_add(struct tensor *out, const struct tensor *in, int n_in, const double *attr)
{
	kernel_total(out, in, n_in, attr);
}

void kernel_rotary_rows(struct tensor *out, const struct tensor *in, int n_in, const double *attr, const int32_t *row)
{
	(out->dtype == DT_F32 ? turn_f32 : turn_f64)(out, in, n_in, attr, row);
}

/* An operand of a product as BLIS can read it beside a result of this type. */
static struct matrix operand(const struct tensor *t, enum dtype out, void **mine)
{
	*mine = NULL;
	if (t->dtype == DT_F32 || (t->dtype == DT_F64 && out == DT_F64))
		return (struct matrix){ t->at, t->stride[0], t->stride[1], t->dtype };
	return (struct matrix){ plain(t, out, mine), t->dim[1], 1, out };
}

static void product(struct tensor *out, const struct tensor *a, const struct tensor *b)
{
	void *mine_a, *mine_b;
	struct matrix x = operand(a, out->dtype, &mine_a), y = operand(b, out->dtype, &mine_b), z = { out->at, b->dim[1], 1, out->dtype };
	blas_gemm(a->dim[0], b->dim[1], a->dim[1], x, y, false, z);
	free(mine_a);
	free(mine_b);
}

/* The leading axes of a as rows, when their strides allow: then b, which is one matrix for all, is read once. */
static bool merge_rows(const struct tensor *a, struct tensor *rows)
{
	int64_t m = 1;
	for (int i = a->n - 1; i-- > 0;) {
		if (a->dim[i] != 1 && a->stride[i] != m * a->stride[a->n - 2])
			return false;
		m *= a->dim[i];
	}
	*rows = *a;
	rows->n = 2;
	rows->dim[0] = m;
	rows->stride[0] = a->stride[a->n - 2];
	rows->dim[1] = a->dim[a->n - 1];
	rows->stride[1] = a->stride[a->n - 1];
	return true;
}

void kernel_matmul(struct tensor *out, const struct tensor *in, int n_in, const double *attr)
{
	(void)n_in;
	(void)attr;
	const struct tensor *a = &in[0], *b = &in[1];
	struct tensor rows;
	if (b->n == 2 && merge_rows(a, &rows)) {
		product(out, &rows, b);
		return;
	}
	int lead = a->n - 2 > b->n - 2 ? a->n - 2 : b->n - 2;
	int64_t dim[MAX_DIMS], n = 1;
	for (int i = 0; i < lead; i++) {
		int ka = i - (lead - (a->n - 2)), kb = i - (lead - (b->n - 2));
		int64_t da = ka < 0 ? 1 : a->dim[ka], db = kb < 0 ? 1 : b->dim[kb];
		dim[i] = da > db ? da : db;
		n *= dim[i];
	}
	struct tensor c = tensor_over(out->at, out->dtype, 2, (int64_t[]){ a->dim[a->n - 2], b->dim[b->n - 1] });
	size_t step = (size_t)(c.dim[0] * c.dim[1]) * dtype_size[out->dtype];
	for (int64_t i = 0; i < n; i++) {
		struct tensor x = *a, y = *b;
		int64_t rest = i;
		for (int k = lead; k-- > 0;) {
			int64_t at = rest % dim[k];
			rest /= dim[k];
			int ka = k - (lead - (a->n - 2)), kb = k - (lead - (b->n - 2));
			if (ka >= 0 && a->dim[ka] > 1)
				x.at = (char *)x.at + (size_t)(at * a->stride[ka]) * dtype_size[a->dtype];
			if (kb >= 0 && b->dim[kb] > 1)
				y.at = (char *)y.at + (size_t)(at * b->stride[kb]) * dtype_size[b->dtype];
		}
		for (int k = 0; k < 2; k++) {
			x.dim[k] = a->dim[a->n - 2 + k];
			x.stride[k] = a->stride[a->n - 2 + k];
			y.dim[k] = b->dim[b->n - 2 + k];
			y.stride[k] = b->stride[b->n - 2 + k];
		}
		x.n = y.n = 2;
		c.at = (char *)out->at + (size_t)i * step;
		product(&c, &x, &y);
	}
}
