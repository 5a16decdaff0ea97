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
typedef double  hd __attribute__((vector_size(W * 4)));                  /* half as many doubles */
typedef float   hf __attribute__((vector_size(W * 2)));
typedef double  ud __attribute__((vector_size(W * 4), aligned(8)));
typedef float   uf __attribute__((vector_size(W * 4), aligned(4)));      /* anywhere in memory */
/* As many doubles as a vector has floats: two registers.  As one vector of twice a register's size compilers go through memory. */
struct wide { hd lo, hi; };

static inline vf load(const float *x) { return *(const uf *)x; }
static inline void store(float *x, vf v) { *(uf *)x = v; }
static inline vf all(float x) { return (vf){ 0 } + x; }
static inline vf either(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }

#ifdef PP_AVX2
static inline hf low(vf x) { return __builtin_shufflevector(x, x, 0, 1, 2, 3); }
static inline hf high(vf x) { return __builtin_shufflevector(x, x, 4, 5, 6, 7); }
static inline vf join(hf a, hf b) { return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7); }
#else
static inline hf low(vf x) { return __builtin_shufflevector(x, x, 0, 1); }
static inline hf high(vf x) { return __builtin_shufflevector(x, x, 2, 3); }
static inline vf join(hf a, hf b) { return __builtin_shufflevector(a, b, 0, 1, 2, 3); }
#endif
static inline struct wide wide(vf x) { return (struct wide){ __builtin_convertvector(low(x), hd), __builtin_convertvector(high(x), hd) }; }
static inline vf narrow(struct wide x) { return join(__builtin_convertvector(x.lo, hf), __builtin_convertvector(x.hi, hf)); }
static inline struct wide plus(struct wide a, struct wide b) { return (struct wide){ a.lo + b.lo, a.hi + b.hi }; }
static inline struct wide less(struct wide a, double b) { return (struct wide){ a.lo - b, a.hi - b }; }
static inline struct wide scaled(struct wide a, double b) { return (struct wide){ a.lo * b, a.hi * b }; }
static inline struct wide plus_square(struct wide a, struct wide b) { return (struct wide){ a.lo + b.lo * b.lo, a.hi + b.hi * b.hi }; }

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

static inline double sum_wide(struct wide v)
{
	double s = 0;
	for (int i = 0; i < W / 2; i++)
		s += v.lo[i];
	for (int i = 0; i < W / 2; i++)
		s += v.hi[i];
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

/* ---- elementwise, on floats and on doubles: f of every number; the end of a row is padded */

static inline uf load32(const float *x) { return *(const uf *)x; }
static inline ud load64(const double *x) { return *(const ud *)x; }

#define EACH(f, real, lanes, vector, load_it)                    \
	do {                                                        \
		int64_t i = 0;                                          \
		for (; i + (lanes) <= n; i += (lanes))                  \
			*(vector *)(out + i) = f(load_it(x + i));           \
		real t[lanes] = { 0 };                                  \
		for (int64_t k = i; k < n; k++)                         \
			t[k - i] = x[k];                                    \
		if (i < n)                                              \
			*(vector *)t = f(load_it(t));                       \
		for (int64_t k = i; k < n; k++)                         \
			out[k] = t[k - i];                                  \
	} while (0)

/* What SLEEF does not have, made of what it has. */
#define MADE(type, real, F, name)                                                                        \
	static inline type logistic##name(type x) { return 1 / (1 + F(exp)(-x)); }                           \
	static inline type silu##name(type x) { return x * logistic##name(x); }                              \
	static inline type gelu##name(type x) { return (real)0.5 * x * (1 + F(erf)(x * (real)0.70710678118654752440)); } \
	static inline type gelu_tanh##name(type x)                                                           \
	{                                                                                                    \
		return x / (1 + F(exp)((real)-1.59576912160573071176 * (x + (real)0.044715 * x * x * x)));       \
	}                                                                                                    \
	static void unary##name(enum vec_unary f, real *out, const real *x, int64_t n)                       \
	{                                                                                                    \
		switch (f) {                                                                                     \
		case VEC_EXP:       EACH##name(F(exp)); break;                                                   \
		case VEC_LOG:       EACH##name(F(log)); break;                                                   \
		case VEC_TANH:      EACH##name(F(tanh)); break;                                                  \
		case VEC_ERF:       EACH##name(F(erf)); break;                                                   \
		case VEC_SIN:       EACH##name(F(sin)); break;                                                   \
		case VEC_COS:       EACH##name(F(cos)); break;                                                   \
		case VEC_SIGMOID:   EACH##name(logistic##name); break;                                           \
		case VEC_SILU:      EACH##name(silu##name); break;                                               \
		case VEC_GELU:      EACH##name(gelu##name); break;                                               \
		case VEC_GELU_TANH: EACH##name(gelu_tanh##name); break;                                          \
		}                                                                                                \
	}
#define EACH32(f) EACH(f, float, W, uf, load32)
#define EACH64(f) EACH(f, double, W / 2, ud, load64)
MADE(vf, float, SLEEF, 32)
MADE(ud, double, SLEEF64, 64)

/* ---- sums */

#define TOTAL(name, real, lanes, vector, load_it)                                                        \
	static void name(real *out, const real *const *x, int n_x, int64_t n)                                \
	{                                                                                                    \
		int64_t i = 0;                                                                                   \
		for (; i + 4 * (lanes) <= n; i += 4 * (lanes)) {                                                 \
			vector s0 = load_it(x[0] + i), s1 = load_it(x[0] + i + (lanes)), s2 = load_it(x[0] + i + 2 * (lanes)), s3 = load_it(x[0] + i + 3 * (lanes)); \
			for (int k = 1; k < n_x; k++) {                                                              \
				const real *y = x[k] + i;                                                                \
				s0 += load_it(y);                                                                        \
				s1 += load_it(y + (lanes));                                                              \
				s2 += load_it(y + 2 * (lanes));                                                          \
				s3 += load_it(y + 3 * (lanes));                                                          \
			}                                                                                            \
			*(vector *)(out + i) = s0;                                                                   \
			*(vector *)(out + i + (lanes)) = s1;                                                         \
			*(vector *)(out + i + 2 * (lanes)) = s2;                                                     \
			*(vector *)(out + i + 3 * (lanes)) = s3;                                                     \
		}                                                                                                \
		for (; i < n; i++) {                                                                             \
			real s = x[0][i];                                                                            \
			for (int k = 1; k < n_x; k++)                                                                \
				s += x[k][i];                                                                            \
			out[i] = s;                                                                                  \
		}                                                                                                \
	}
TOTAL(total_f32, float, W, uf, load32)
TOTAL(total_f64, double, W / 2, ud, load64)

/* ---- rows */

static void softmax(float *out, const float *x, int64_t n, bool logs)
{
	vf top = all(-INFINITY);
	struct wide sum = { 0 };
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
		sum = plus(sum, wide(e));
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
	struct wide sum = { 0 }, squares = { 0 };
	double mean = 0, rest = 0;
	int64_t i;
	for (i = 0; centre && i + W <= n; i += W)
		sum = plus(sum, wide(load(x + i)));
	for (; centre && i < n; i++)
		rest += x[i];
	if (centre)
		mean = (sum_wide(sum) + rest) / (double)n;
	rest = 0;
	for (i = 0; i + W <= n; i += W)
		squares = plus_square(squares, less(wide(load(x + i)), mean));
	for (; i < n; i++)
		rest += (x[i] - mean) * (x[i] - mean);
	double scale = 1 / sqrt((sum_wide(squares) + rest) / (double)n + eps);
	float more = (float)offset;
	for (i = 0; i + W <= n; i += W) {
		vf y = narrow(scaled(less(wide(load(x + i)), mean), scale));
		y = w ? y * (load(w + i) + more) : y;
		store(out + i, b ? y + load(b + i) : y);
	}
	for (; i < n; i++) {                         /* a column is always in the same place of its row */
		float y = (float)((x[i] - mean) * scale);
		y = w ? y * (w[i] + more) : y;
		out[i] = b ? y + b[i] : y;
	}
}

/* ---- attention */

/* Scores of m queries against all keys, m at most VEC_BLOCK: scratch row i is query i's. */
static inline __attribute__((always_inline)) void scores(const struct attend *a, int64_t first, const int m, int64_t keys)
{
	const float *q = (const float *)a->q + first * a->ldq, *kt = a->kt;
	float *to = a->scratch;
	for (int64_t s = 0; s < keys; s += 2 * W) {
		vf acc[VEC_BLOCK][2] = { { { 0 } } };
		const float *k = kt + s;
		for (int64_t j = 0; j < a->e; j++, k += a->ldk) {
			vf k0 = load(k), k1 = load(k + W);
			for (int i = 0; i < m; i++) {
				vf x = all(q[i * a->ldq + j]);
				acc[i][0] += x * k0;
				acc[i][1] += x * k1;
			}
		}
		for (int i = 0; i < m; i++) {
			store(to + i * a->ldk + s, acc[i][0]);
			store(to + i * a->ldk + s + W, acc[i][1]);
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
	struct wide sum = { 0 };
	for (int64_t s = lo; s < hi; s += W) {
		vf e = SLEEF(exp)(load(p + s) - most);
		sum = plus(sum, wide(e));
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
	const float *v = a->v;
	for (; j + 4 * W <= a->ev; j += 4 * W) {
		vf acc[4] = { { 0 } };
		for (int64_t s = from; s < to; s++)
			for (int i = 0; i < 4; i++)
				acc[i] += p[s] * load(v + s * a->ev + j + i * W);
		for (int i = 0; i < 4; i++)
			store(out + j + i * W, acc[i]);
	}
	for (; j < a->ev; j++) {
		float acc = 0;
		for (int64_t s = from; s < to; s++)
			acc += p[s] * v[s * a->ev + j];
		out[j] = acc;
	}
}

/* One query in double: p has room for the weights of all keys. */
static void attend_row(const struct attend *a, const double *q, int64_t from, int64_t to, double *p, double *out)
{
	const double *kt = a->kt, *v = a->v;
	double top = -INFINITY, total = 0;
	for (int64_t s = from; s < to; s++)
		p[s] = 0;
	for (int64_t j = 0; j < a->e; j++)
		for (int64_t s = from; s < to; s++)
			p[s] += q[j] * kt[j * a->ldk + s];
	for (int64_t s = from; s < to; s++) {
		p[s] *= a->scale;
		p[s] = a->cap > 0 ? a->cap * Sleef_tanh_u10(p[s] / a->cap) : p[s];
		top = p[s] > top || isnan(p[s]) ? p[s] : top;
	}
	for (int64_t s = from; s < to; s++)
		total += p[s] = top == -INFINITY ? 0 : Sleef_exp_u10(p[s] - top);
	for (int64_t j = 0; j < a->ev; j++) {
		double sum = 0;
		for (int64_t s = from; s < to; s++)
			sum += p[s] * v[s * a->ev + j];
		out[j] = total == 0 ? 0 : sum / total;
	}
}

static void attend64(const struct attend *a)
{
	for (int64_t i = 0; i < a->n; i++) {
		int64_t to = a->mask ? a->row[i] + 1 : a->n_keys, from = a->mask && a->window > 0 && to > a->window ? to - a->window : 0;
		attend_row(a, (const double *)a->q + i * a->ldq, from, to, a->scratch, (double *)a->out + i * a->ldo);
	}
}

static void attend(const struct attend *a)
{
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
			float *p = (float *)a->scratch + k * a->ldk;
			weigh(a, p, from, to);
			mix(a, p, from, to, (float *)a->out + (i + k) * a->ldo);
		}
	}
}

const struct vec_ops OPS = { NAME, unary32, unary64, total_f32, total_f64, softmax, norm, attend, attend64 };
