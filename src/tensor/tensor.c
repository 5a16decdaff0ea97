/* Arrays of numbers and views of them.  See tensor.h. */
#include "tensor/tensor.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

const size_t dtype_size[DT_COUNT] = { 4, 8, 2, 2, 4, 8 };
const char *const dtype_name[DT_COUNT] = { "F32", "F64", "BF16", "F16", "I32", "I64" };

struct tensor tensor_over(void *at, enum dtype t, int n, const int64_t *dim)
{
	struct tensor r = { .dtype = t, .n = n, .at = at };
	int64_t stride = 1;
	for (int i = n; i-- > 0;) {
		r.dim[i] = dim[i];
		r.stride[i] = stride;
		stride *= dim[i];
	}
	return r;
}

struct tensor tensor_new(struct arena *a, enum dtype t, int n, const int64_t *dim)
{
	size_t count = 1;
	for (int i = 0; i < n; i++)
		if (__builtin_mul_overflow(count, (size_t)dim[i], &count))
			mem_fail(SIZE_MAX);
	return tensor_over(arena_array(a, count, dtype_size[t]), t, n, dim);
}

int64_t tensor_count(const struct tensor *t)
{
	int64_t n = 1;
	for (int i = 0; i < t->n; i++)
		n *= t->dim[i];
	return n;
}

bool tensor_contiguous(const struct tensor *t)
{
	int64_t stride = 1;
	for (int i = t->n; i-- > 0;) {
		if (t->dim[i] != 1 && t->stride[i] != stride)
			return false;
		stride *= t->dim[i];
	}
	return true;
}

bool tensor_same(const struct tensor *a, const struct tensor *b)
{
	return a->dtype == b->dtype && a->n == b->n && a->at == b->at && memcmp(a->dim, b->dim, (size_t)a->n * sizeof *a->dim) == 0
	    && memcmp(a->stride, b->stride, (size_t)a->n * sizeof *a->stride) == 0;
}

struct tensor tensor_transpose(const struct tensor *t, int x, int y)
{
	struct tensor r = *t;
	r.dim[x] = t->dim[y];
	r.dim[y] = t->dim[x];
	r.stride[x] = t->stride[y];
	r.stride[y] = t->stride[x];
	return r;
}

struct tensor tensor_slice(const struct tensor *t, int axis, int64_t from, int64_t to)
{
	struct tensor r = *t;
	r.at = (char *)t->at + (size_t)(from * t->stride[axis]) * dtype_size[t->dtype];
	r.dim[axis] = to - from;
	return r;
}

struct tensor tensor_pick(const struct tensor *t, int axis, int64_t i)
{
	struct tensor r = tensor_slice(t, axis, i, i + 1);
	for (int k = axis; k + 1 < r.n; k++) {
		r.dim[k] = r.dim[k + 1];
		r.stride[k] = r.stride[k + 1];
	}
	r.n--;
	return r;
}

bool tensor_broadcast(const struct tensor *t, int n, const int64_t *dim, struct tensor *out)
{
	struct tensor r = *t;
	if (t->n > n)
		return false;
	r.n = n;
	for (int i = 0; i < n; i++) {
		int k = i - (n - t->n);
		if (k >= 0 && t->dim[k] != dim[i] && t->dim[k] != 1)
			return false;
		r.dim[i] = dim[i];
		r.stride[i] = k < 0 || t->dim[k] == 1 ? 0 : t->stride[k];
	}
	*out = r;
	return true;
}

float half_to_float(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16, e = h >> 10 & 31, m = h & 1023, bits;
	if (e == 0) {
		float f = (float)m / 16777216.0f;            /* 2^-24 */
		return sign ? -f : f;
	}
	bits = sign | (e == 31 ? 0x7F800000u : (e + 112) << 23) | m << 13;
	float f;
	memcpy(&f, &bits, 4);
	return f;
}

static double element(const struct tensor *t, int64_t off)
{
	switch (t->dtype) {
	case DT_F32: return ((const float *)t->at)[off];
	case DT_F64: return ((const double *)t->at)[off];
	case DT_I32: return ((const int32_t *)t->at)[off];
	case DT_I64: return (double)((const int64_t *)t->at)[off];
	case DT_F16: return half_to_float(((const uint16_t *)t->at)[off]);
	case DT_BF16: {
		uint32_t bits = (uint32_t)((const uint16_t *)t->at)[off] << 16;
		float f;
		memcpy(&f, &bits, 4);
		return f;
	}
	case DT_COUNT: break;
	}
	return 0;
}

double tensor_get(const struct tensor *t, const int64_t *index)
{
	int64_t off = 0;
	for (int i = 0; i < t->n; i++)
		off += index[i] * t->stride[i];
	return element(t, off);
}

static int64_t flat_offset(const struct tensor *t, int64_t i)
{
	int64_t off = 0;
	for (int k = t->n; k-- > 0;) {
		off += i % t->dim[k] * t->stride[k];
		i /= t->dim[k];
	}
	return off;
}

double tensor_get_flat(const struct tensor *t, int64_t i)
{
	return element(t, flat_offset(t, i));
}

/* Goes through t a run of the last axis at a time, in row-major order. */
struct walk { const struct tensor *t; int64_t at[MAX_DIMS], off, left; };

static struct walk walk_begin(const struct tensor *t)
{
	struct walk w = { .t = t, .left = 1 };
	for (int k = 0; k + 1 < t->n; k++)
		w.left *= t->dim[k];
	return w;
}

static void walk_next(struct walk *w)
{
	w->left--;
	for (int k = w->t->n - 1; k-- > 0;) {
		w->off += w->t->stride[k];
		if (++w->at[k] < w->t->dim[k])
			return;
		w->off -= w->t->stride[k] * w->t->dim[k];
		w->at[k] = 0;
	}
}

static int64_t run_length(const struct tensor *t) { return t->n ? t->dim[t->n - 1] : 1; }
static int64_t run_stride(const struct tensor *t) { return t->n ? t->stride[t->n - 1] : 1; }

void tensor_to_f32(const struct tensor *t, float *out)
{
	int64_t n = run_length(t), step = run_stride(t);
	for (struct walk w = walk_begin(t); w.left > 0; walk_next(&w), out += n) {
		if (t->dtype == DT_F32 && step == 1) {
			memcpy(out, (const float *)t->at + w.off, (size_t)n * sizeof *out);
		} else if (t->dtype == DT_F32) {
			for (int64_t i = 0; i < n; i++)
				out[i] = ((const float *)t->at)[w.off + i * step];
		} else if (t->dtype == DT_BF16) {
			for (int64_t i = 0; i < n; i++) {
				uint32_t bits = (uint32_t)((const uint16_t *)t->at)[w.off + i * step] << 16;
				memcpy(out + i, &bits, sizeof bits);
			}
		} else {
			for (int64_t i = 0; i < n; i++)
				out[i] = (float)element(t, w.off + i * step);
		}
	}
}

void tensor_to_f64(const struct tensor *t, double *out)
{
	int64_t n = run_length(t), step = run_stride(t);
	for (struct walk w = walk_begin(t); w.left > 0; walk_next(&w), out += n)
		if (t->dtype == DT_F32 && step == 1)
			for (int64_t i = 0; i < n; i++)
				out[i] = ((const float *)t->at + w.off)[i];
		else
			for (int64_t i = 0; i < n; i++)
				out[i] = element(t, w.off + i * step);
}

void tensor_to(const struct tensor *t, enum dtype type, void *out)
{
	if (type == DT_F64)
		tensor_to_f64(t, out);
	else
		tensor_to_f32(t, out);
}

const char *tensor_shape_text(const struct tensor *t, char *buf, size_t cap)
{
	size_t k = (size_t)snprintf(buf, cap, "(");
	for (int i = 0; i < t->n && k < cap; i++)
		k += (size_t)snprintf(buf + k, cap - k, "%s%lld", i ? ", " : "", (long long)t->dim[i]);
	if (k < cap)
		snprintf(buf + k, cap - k, ")");
	return buf;
}
