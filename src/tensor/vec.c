/* The inner loops, for one kind of processor.  Compiled with PP_AVX2 (and the flags for it) and without.  See vec.h.
 *
 * Rows are gone through a vector at a time; the end of a row is padded to a whole vector, so that an element is computed by
 * the same instructions wherever it stands. */
#include "tensor/vec.h"

#include <math.h>
#include <sleef.h>
#include <string.h>

#ifdef PP_AVX2
enum { W = 8 };
#define SLEEF(f) Sleef_##f##f8_u10avx2
#define SLEEF64(f) Sleef_##f##d4_u10avx2
#define OPS vec_avx2
#define NAME "avx2"
#else
enum { W = 4 };
#define SLEEF(f) Sleef_##f##f4_u10
#define SLEEF64(f) Sleef_##f##d2_u10
#define OPS vec_plain
#define NAME "plain"
#endif
typedef float   vf __attribute__((vector_size(W * 4)));
typedef int32_t vi __attribute__((vector_size(W * 4)));
typedef double  vd __attribute__((vector_size(W * 8)));
typedef double  ud __attribute__((vector_size(W * 4), aligned(8)));
typedef float   uf __attribute__((vector_size(W * 4), aligned(4)));      /* anywhere in memory */

static inline vf load(const float *x) { return *(const uf *)x; }
static inline void store(float *x, vf v) { *(uf *)x = v; }
static inline vf all(float x) { return (vf){ 0 } + x; }
static inline vf either(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
static inline vd wide(vf x) { return __builtin_convertvector(x, vd); }
static inline vf narrow(vd x) { return __builtin_convertvector(x, vf); }

static inline vf load_part(const float *x, int64_t n, float rest)
{
	float t[W];
	for (int i = 0; i < W; i++)
		t[i] = i < n ? x[i] : rest;
	return load(t);
}

static inline void store_part(float *x, vf v, int64_t n)
{
	float t[W];
	store(t, v);
	for (int i = 0; i < W && i < n; i++)
		x[i] = t[i];
}

static inline double sum_wide(vd v)
{
	double s = 0;
	for (int i = 0; i < W; i++)
		s += v[i];
	return s;
}

static inline float max_lanes(vf v)
{
	float m = v[0];
	for (int i = 1; i < W; i++)
		m = v[i] > m ? v[i] : m;
	return m;
}

static inline vf larger(vf a, vf b) { return either(a > b, a, b); }

/* ---- elementwise */

static inline vf logistic(vf x) { return 1 / (1 + SLEEF(exp)(-x)); }
static inline vf gelu(vf x) { return 0.5f * x * (1 + SLEEF(erf)(x * 0.70710678118654752440f)); }
static inline vf gelu_tanh(vf x) { return 0.5f * x * (1 + SLEEF(tanh)(0.79788456080286535588f * (x + 0.044715f * x * x * x))); }

#define EACH(f)                                                 \
	do {                                                        \
		int64_t i = 0;                                          \
		for (; i + W <= n; i += W)                              \
			store(out + i, f(load(x + i)));                     \
		if (i < n)                                              \
			store_part(out + i, f(load_part(x + i, n - i, 0)), n - i); \
	} while (0)
#define TIMES_LOGISTIC(v) ((v) * logistic(v))

static void unary(enum vec_unary f, float *out, const float *x, int64_t n)
{
	switch (f) {
	case VEC_EXP:       EACH(SLEEF(exp)); break;
	case VEC_LOG:       EACH(SLEEF(log)); break;
	case VEC_TANH:      EACH(SLEEF(tanh)); break;
	case VEC_ERF:       EACH(SLEEF(erf)); break;
	case VEC_SIN:       EACH(SLEEF(sin)); break;
	case VEC_COS:       EACH(SLEEF(cos)); break;
	case VEC_SIGMOID:   EACH(logistic); break;
	case VEC_SILU:      EACH(TIMES_LOGISTIC); break;
	case VEC_GELU:      EACH(gelu); break;
	case VEC_GELU_TANH: EACH(gelu_tanh); break;
	}
}

/* Metrics are computed in double; these are what they spend their time in. */
#define EACH64(name, f)                                                                                  \
	static void name(double *out, const double *x, int64_t n)                                            \
	{                                                                                                    \
		double t[W / 2];                                                                                 \
		for (int64_t i = 0; i < n; i += W / 2) {                                                         \
			int64_t m = n - i < W / 2 ? n - i : W / 2;                                                   \
			for (int k = 0; m < W / 2 && k < W / 2; k++)                                                 \
				t[k] = k < m ? x[i + k] : 1;                                                             \
			ud v = *(const ud *)(m < W / 2 ? t : x + i);                                                 \
			v = SLEEF64(f)(v);                                                                           \
			if (m == W / 2)                                                                              \
				*(ud *)(out + i) = v;                                                                    \
			for (int k = 0; m < W / 2 && k < m; k++)                                                     \
				out[i + k] = v[k];                                                                       \
		}                                                                                                \
	}
EACH64(exp64, exp)
EACH64(log64, log)

/* ---- rows */

static void softmax(float *out, const float *x, int64_t n, bool logs)
{
	vf top = all(-INFINITY);
	vd sum = { 0 };
	int64_t i;
	for (i = 0; i + W <= n; i += W)
		top = larger(load(x + i), top);
	if (i < n)
		top = larger(load_part(x + i, n - i, -INFINITY), top);
	float most = max_lanes(top);
	if (most == -INFINITY)
		most = 0;
	for (i = 0; i < n; i += W) {
		vf v = (n - i >= W ? load(x + i) : load_part(x + i, n - i, -INFINITY)) - most, e = SLEEF(exp)(v);
		sum += wide(e);
		if (n - i >= W)
			store(out + i, logs ? v : e);
		else
			store_part(out + i, logs ? v : e, n - i);
	}
	double total = sum_wide(sum);
	float by = logs ? (float)log(total) : (float)(total == 0 ? 0 : 1 / total);
	for (i = 0; i < n; i++)
		out[i] = logs ? out[i] - by : out[i] * by;
}

static void norm(float *out, const float *x, const float *w, const float *b, int64_t n, double eps, double offset, bool centre)
{
	vd sum = { 0 }, squares = { 0 };
	double mean = 0, rest = 0;
	int64_t i;
	for (i = 0; centre && i + W <= n; i += W)
		sum += wide(load(x + i));
	for (; centre && i < n; i++)
		rest += x[i];
	if (centre)
		mean = (sum_wide(sum) + rest) / (double)n;
	rest = 0;
	for (i = 0; i + W <= n; i += W) {
		vd d = wide(load(x + i)) - mean;
		squares += d * d;
	}
	for (; i < n; i++)
		rest += (x[i] - mean) * (x[i] - mean);
	double scale = 1 / sqrt((sum_wide(squares) + rest) / (double)n + eps);
	float plus = (float)offset;
	for (i = 0; i + W <= n; i += W) {
		vf y = narrow((wide(load(x + i)) - mean) * scale);
		y = w ? y * (load(w + i) + plus) : y;
		store(out + i, b ? y + load(b + i) : y);
	}
	for (; i < n; i++) {                         /* a column is always in the same place of its row */
		float y = (float)((x[i] - mean) * scale);
		y = w ? y * (w[i] + plus) : y;
		out[i] = b ? y + b[i] : y;
	}
}

/* ---- attention */

/* Scores of m queries against all keys, m at most VEC_BLOCK: scratch row i is query i's. */
static inline __attribute__((always_inline)) void scores(const struct attend *a, int64_t first, const int m, int64_t keys)
{
	const float *q = a->q + first * a->ldq;
	for (int64_t s = 0; s < keys; s += 2 * W) {
		vf acc[VEC_BLOCK][2] = { { { 0 } } };
		const float *k = a->kt + s;
		for (int64_t j = 0; j < a->e; j++, k += a->ldk) {
			vf k0 = load(k), k1 = load(k + W);
			for (int i = 0; i < m; i++) {
				vf x = all(q[i * a->ldq + j]);
				acc[i][0] += x * k0;
				acc[i][1] += x * k1;
			}
		}
		for (int i = 0; i < m; i++) {
			store(a->scratch + i * a->ldk + s, acc[i][0]);
			store(a->scratch + i * a->ldk + s + W, acc[i][1]);
		}
	}
}

/* The weights of keys from .. to in p; what lies outside up to the next vector becomes 0. */
static void weigh(const struct attend *a, float *p, int64_t from, int64_t to)
{
	int64_t lo = from / W * W, hi = (to + W - 1) / W * W;
	float scale = (float)a->scale, cap = (float)a->cap, inverse = cap > 0 ? 1 / cap : 0;
	vf top = all(-INFINITY);
	for (int64_t s = lo; s < hi; s += W) {
		vf v = load(p + s) * scale;
		if (cap > 0)
			v = cap * SLEEF(tanh)(v * inverse);
		float t[W];
		store(t, v);
		for (int i = 0; (s < from || s + W > to) && i < W; i++)
			t[i] = s + i < from || s + i >= to ? -INFINITY : t[i];
		v = load(t);
		top = larger(v, top);
		store(p + s, v);
	}
	float most = max_lanes(top);
	if (most == -INFINITY)
		most = 0;
	vd sum = { 0 };
	for (int64_t s = lo; s < hi; s += W) {
		vf e = SLEEF(exp)(load(p + s) - most);
		sum += wide(e);
		store(p + s, e);
	}
	double total = sum_wide(sum);
	float by = (float)(total == 0 ? 0 : 1 / total);
	for (int64_t s = lo; s < hi; s += W)
		store(p + s, load(p + s) * by);
}

/* out = sum over keys of p[key] * v[key]; 4 vectors of columns at a time. */
static void mix(const struct attend *a, const float *p, int64_t from, int64_t to, float *out)
{
	int64_t j = 0;
	for (; j + 4 * W <= a->ev; j += 4 * W) {
		vf acc[4] = { { 0 } };
		for (int64_t s = from; s < to; s++)
			for (int i = 0; i < 4; i++)
				acc[i] += p[s] * load(a->v + s * a->ev + j + i * W);
		for (int i = 0; i < 4; i++)
			store(out + j + i * W, acc[i]);
	}
	for (; j < a->ev; j++) {
		float acc = 0;
		for (int64_t s = from; s < to; s++)
			acc += p[s] * a->v[s * a->ev + j];
		out[j] = acc;
	}
}

/* One query in double: p has room for the weights of all keys. */
static void attend_row(const struct attend *a, const float *q, int64_t from, int64_t to, double *p, float *out)
{
	double top = -INFINITY, total = 0;
	for (int64_t s = from; s < to; s++)
		p[s] = 0;
	for (int64_t j = 0; j < a->e; j++)
		for (int64_t s = from; s < to; s++)
			p[s] += (double)q[j] * (double)a->kt[j * a->ldk + s];
	for (int64_t s = from; s < to; s++) {
		p[s] *= a->scale;
		p[s] = a->cap > 0 ? a->cap * Sleef_tanh_u10(p[s] / a->cap) : p[s];
		top = p[s] > top ? p[s] : top;
	}
	for (int64_t s = from; s < to; s++)
		total += p[s] = top > -INFINITY ? Sleef_exp_u10(p[s] - top) : 0;
	for (int64_t j = 0; j < a->ev; j++) {
		double sum = 0;
		for (int64_t s = from; s < to; s++)
			sum += p[s] * (double)a->v[s * a->ev + j];
		out[j] = (float)(total > 0 ? sum / total : 0);
	}
}

static void attend_precise(const struct attend *a)
{
	for (int64_t i = 0; i < a->n; i++) {
		int64_t to = a->mask ? a->row[i] + 1 : a->n_keys, from = a->mask && a->window > 0 && to > a->window ? to - a->window : 0;
		attend_row(a, a->q + i * a->ldq, from, to, (double *)(void *)a->scratch, a->out + i * a->ldo);
	}
}

static void attend(const struct attend *a)
{
	if (a->precise) {
		attend_precise(a);
		return;
	}
	for (int64_t i = 0; i < a->n; i += VEC_BLOCK) {
		int m = a->n - i < VEC_BLOCK ? (int)(a->n - i) : VEC_BLOCK;
		int64_t last = a->mask ? a->row[i + m - 1] + 1 : a->n_keys;      /* rows ascend */
		switch (m) {
		case 1:  scores(a, i, 1, last); break;
		case 2:  scores(a, i, 2, last); break;
		case 3:  scores(a, i, 3, last); break;
		default: scores(a, i, VEC_BLOCK, last);
		}
		for (int k = 0; k < m; k++) {
			int64_t row = a->row[i + k], to = a->mask ? row + 1 : a->n_keys;
			int64_t from = a->mask && a->window > 0 && row + 1 > a->window ? row + 1 - a->window : 0;
			float *p = a->scratch + k * a->ldk;
			weigh(a, p, from, to);
			mix(a, p, from, to, a->out + (i + k) * a->ldo);
		}
	}
}

const struct vec_ops OPS = { NAME, unary, exp64, log64, softmax, norm, attend };
