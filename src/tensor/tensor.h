/* Arrays of numbers, and views of them.
 *
 * A tensor never owns its bytes: they belong to a mapped weights file, an arena, or a buffer of a run.  Strides are in
 * elements; a stride of 0 repeats (broadcasting); transposes and slices are views. */
#ifndef PP_TENSOR_TENSOR_H
#define PP_TENSOR_TENSOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum dtype { DT_F32, DT_F64, DT_BF16, DT_F16, DT_I32, DT_I64, DT_COUNT };
extern const size_t      dtype_size[DT_COUNT];
extern const char *const dtype_name[DT_COUNT];       /* as safetensors writes it: "F32", "BF16" ... */

enum { MAX_DIMS = 6 };

struct tensor {
	enum dtype dtype;
	int        n;                                    /* number of axes; 0 is a scalar */
	int64_t    dim[MAX_DIMS], stride[MAX_DIMS];
	void      *at;
};

/* Contiguous row-major; bytes from the arena (zeroed), or borrowed when at is given. */
struct tensor tensor_new(struct arena *a, enum dtype t, int n, const int64_t *dim);
struct tensor tensor_over(void *at, enum dtype t, int n, const int64_t *dim);
int64_t tensor_count(const struct tensor *t);        /* elements */
bool    tensor_contiguous(const struct tensor *t);
bool    tensor_same(const struct tensor *a, const struct tensor *b);   /* same bytes, axes, strides and type */

/* Views; the caller has checked the ranges. */
struct tensor tensor_transpose(const struct tensor *t, int axis_a, int axis_b);
struct tensor tensor_slice(const struct tensor *t, int axis, int64_t from, int64_t to);
struct tensor tensor_pick(const struct tensor *t, int axis, int64_t i);       /* drops the axis */
/* t seen with the axes dim[0..n): size-1 and missing leading axes repeat.  False when that is impossible. */
bool    tensor_broadcast(const struct tensor *t, int n, const int64_t *dim, struct tensor *out);

float   half_to_float(uint16_t h);                   /* the bits of an F16 */
/* One element, whatever the type. */
double  tensor_get(const struct tensor *t, const int64_t *index);
double  tensor_get_flat(const struct tensor *t, int64_t i);          /* i counts in row-major order of the view */
/* Copies t, converted, into contiguous out (float or double). */
void    tensor_to_f32(const struct tensor *t, float *out);
void    tensor_to_f64(const struct tensor *t, double *out);
void    tensor_to(const struct tensor *t, enum dtype type, void *out);       /* F32 or F64 */
/* "(12, 768)" into buf; returns buf. */
const char *tensor_shape_text(const struct tensor *t, char *buf, size_t cap);
#endif
