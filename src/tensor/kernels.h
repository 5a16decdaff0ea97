/* What every operation computes.
 *
 * A kernel fills out (contiguous, allocated by the caller, F32 or F64; never overlapping an input unless the kernel says
 * "in place") from its inputs, which may be views with any strides.  Inputs have out's type, save weights, which may be
 * F32 BF16 F16 or F64, and ids (I32).  Shapes were checked before: kernels assert, they do not report.
 * Axes count from the end, so leading axes (the batch of pairs) need no mention; all operands of an elementwise kernel
 * have already been given the axes of out (stride 0 where they repeat).
 * Every kernel sums in an order that depends only on the row it computes, so the bits of a row do not depend on how many
 * rows there are or on the number of threads.  attr: up to 4 numbers, meaning given per kernel. */
#ifndef PP_TENSOR_KERNELS_H
#define PP_TENSOR_KERNELS_H
#include "tensor/tensor.h"

typedef void kernel(struct tensor *out, const struct tensor *in, int n_in, const double *attr);

/* elementwise, two operands */
kernel kernel_add, kernel_sub, kernel_mul, kernel_div, kernel_pow, kernel_minimum, kernel_maximum;
/* elementwise, n operands added from left to right */
kernel kernel_total;
/* elementwise, one operand.  gelu: x/2 (1 + erf(x/sqrt 2)); gelu_tanh: the tanh approximation ("gelu_new" of Hugging Face);
 * silu: x sigmoid(x) */
kernel kernel_neg, kernel_exp, kernel_log, kernel_sqrt, kernel_abs, kernel_tanh, kernel_sigmoid, kernel_relu, kernel_gelu,
       kernel_gelu_tanh, kernel_silu, kernel_square, kernel_sin, kernel_cos, kernel_erf, kernel_sign;
/* (..., n) -> (..., n) over the last axis; -inf entries get exactly 0 (softmax); a row of only -inf gives zeros */
kernel kernel_softmax, kernel_log_softmax;
/* (..., r, c): entries with column > row become -inf.  attr[0] > 0: a window, column <= row - attr[0] become -inf too */
kernel kernel_causal;
/* in: x (..., d), weight (d), bias (d); attr[0] = eps.  (x - mean) / sqrt(var + eps) * weight + bias; var over d, biased.
 * With 1 input: no weight and bias. */
kernel kernel_layer_norm;
/* in: x (..., d), weight (d); attr[0] = eps, attr[1] added to the weight (1 in some models).  x / sqrt(mean x^2 + eps) * (weight + attr[1]).
 * With 1 input: no weight. */
kernel kernel_rms_norm;
/* x (..., d) - its mean over d */
kernel kernel_centre;
/* in: x (..., d); attr[0] = eps; (..., 1): 1 / sqrt(variance + eps), the variance about the mean, or where attr[1] is 0 about 0. */
kernel kernel_norm_scale;
/* in: x (..., rows, d), optional inverse frequencies (attr[1]/2).  Rotary embedding (arXiv 2104.09864) of the first
 * attr[1] columns (0: all); row t turns pair i by t * attr[0]^(-2i/attr[1]) (or t * frequency[i]); pairs are (i, i + attr[1]/2),
 * or (2i, 2i+1) when attr[2] is 1; the other columns pass unchanged. attr[3]: scale on sin and cos (0 means 1) */
kernel kernel_rotary;
/* The same for rows that stand at row[0], row[1] ... of their prompts */
void kernel_rotary_rows(struct tensor *out, const struct tensor *in, int n_in, const double *attr, const int32_t *row);
/* in: a (..., m, k), b (..., k, n) -> (..., m, n).  b may have strides of any kind (transposed, head slice); leading axes of
 * either may repeat.  Through BLIS (blas.h). */
kernel kernel_matmul;
/* in: table (v, d), ids (..., rows) I32 -> (..., rows, d) */
kernel kernel_gather;
/* in: any view -> contiguous copy */
kernel kernel_copy;
/* over the last axis, which is dropped from out: (..., n) -> (...) */
kernel kernel_sum_last, kernel_mean_last, kernel_max_last, kernel_min_last;
/* n operands joined along the last axis */
kernel kernel_concat;

/* Floating point multiply-adds of a matmul are m*k*n; everything else is counted as its number of outputs. */
#endif
