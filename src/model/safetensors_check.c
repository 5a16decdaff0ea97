/* Is this a sound safetensors file?
 *
 * Owns the format: https://huggingface.co/docs/safetensors, and where that is silent the reference implementation.  The
 * tensors must cover the data exactly: no overlap, no hole, nothing before or after (a file with a hole could be
 * something else at the same time, which is why the format forbids it).  No files here, only bytes. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/internal.h"

enum { LENGTH_BYTES = 8, MAX_HEADER = 100 * 1000 * 1000 };   /* the reference's cap */

/* Bits of an element; some types have less than a byte.  Types that are not here may be in a file, too. */
static const struct { const char *name; uint64_t bits; enum dtype dtype; } types[] = {
	{ "F32", 32, DT_F32 }, { "F64", 64, DT_F64 }, { "BF16", 16, DT_BF16 }, { "F16", 16, DT_F16 },
	{ "I32", 32, DT_I32 }, { "I64", 64, DT_I64 },
	{ "BOOL", 8, DT_COUNT }, { "U8", 8, DT_COUNT }, { "I8", 8, DT_COUNT }, { "U16", 16, DT_COUNT },
	{ "I16", 16, DT_COUNT }, { "U32", 32, DT_COUNT }, { "U64", 64, DT_COUNT }, { "C64", 64, DT_COUNT },
	{ "F8_E5M2", 8, DT_COUNT }, { "F8_E4M3", 8, DT_COUNT }, { "F8_E8M0", 8, DT_COUNT },
	{ "F8_E4M3FNUZ", 8, DT_COUNT }, { "F8_E5M2FNUZ", 8, DT_COUNT },
	{ "F6_E2M3", 6, DT_COUNT }, { "F6_E3M2", 6, DT_COUNT }, { "F4", 4, DT_COUNT },
};

/* The element size in bits, 0 when the type is not known. */
static uint64_t read_type(const char *name, struct stored *s)
{
	s->dtype = DT_COUNT;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].name, name) == 0) {
			s->dtype = types[i].dtype;
			return types[i].bits;
		}
	return 0;
}

/* "[3, -1]" as far as it is numbers. */
static void shape_of(const json_t *shape, struct buf *out)
{
	size_t i;
	json_t *dim;
	buf_putc(out, '[');
	json_array_foreach(shape, i, dim) {
		if (i == 2 * MAX_DIMS) {
			buf_puts(out, ", ...");
			break;
		}
		buf_printf(out, i ? ", %" JSON_INTEGER_FORMAT : "%" JSON_INTEGER_FORMAT, json_integer_value(dim));
	}
	buf_putc(out, ']');
}

/* Reads the axes and multiplies them.  stride_size counts empty axes as 1: strides must be representable, too. */
static bool read_shape(const json_t *shape, struct stored *s, uint64_t *count, struct buf *why)
{
	if (!json_is_array(shape))
		return buf_refuse(why, "tensor '%s' has no list 'shape'", s->name);
	size_t i;
	json_t *dim;
	json_array_foreach(shape, i, dim)
		if (!json_is_integer(dim))
			return buf_refuse(why, "tensor '%s': axis %zu of its shape is not a whole number", s->name, i);
	if (json_array_size(shape) > MAX_DIMS)
		return buf_refuse(why, "tensor '%s' has %zu axes, pp reads at most %d", s->name, json_array_size(shape), MAX_DIMS);
	uint64_t stride_size = 1;
	bool fits = true;
	*count = 1;
	json_array_foreach(shape, i, dim) {
		int64_t n = json_integer_value(dim);
		if (n < 0)
			return buf_refuse(why, "tensor '%s': axis %zu of its shape has the negative length %" PRId64, s->name, i, n);
		s->dim[i] = n;
		fits &= !__builtin_mul_overflow(*count, (uint64_t)n, count);
		fits &= !__builtin_mul_overflow(stride_size, n ? (uint64_t)n : 1, &stride_size);
	}
	if (!fits || stride_size > INT64_MAX / 8) {
		buf_refuse(why, "tensor '%s' has the shape ", s->name);
		shape_of(shape, why);
		return buf_refuse(why, ", more elements than fit any file");
	}
	s->n = (int)json_array_size(shape);
	return true;
}

static bool read_offsets(const json_t *offsets, struct stored *s, uint64_t data_size, struct buf *why)
{
	const json_t *b = json_array_get(offsets, 0), *e = json_array_get(offsets, 1);
	if (json_array_size(offsets) != 2 || !json_is_integer(b) || !json_is_integer(e))
		return buf_refuse(why, "tensor '%s' has no list 'data_offsets' of two whole numbers", s->name);
	int64_t begin = json_integer_value(b), end = json_integer_value(e);
	if (begin < 0 || end < begin)
		return buf_refuse(why, "tensor '%s' claims bytes %" PRId64 " to %" PRId64 ", which is no range", s->name, begin, end);
	if ((uint64_t)end > data_size)
		return buf_refuse(why, "tensor '%s' claims bytes %" PRId64 " to %" PRId64 " but the file has %" PRIu64 " bytes of data",
		    s->name, begin, end, data_size);
	s->begin = (uint64_t)begin;
	s->end = (uint64_t)end;
	return true;
}

static bool read_entry(const json_t *entry, struct stored *s, uint64_t data_size, struct arena *a, struct buf *why)
{
	if (!json_is_object(entry))
		return buf_refuse(why, "the entry '%s' of the header is not an object with dtype, shape and data_offsets", s->name);
	const char *type = json_string_value(json_object_get(entry, "dtype"));
	if (!type)
		return buf_refuse(why, "tensor '%s' has no text 'dtype'", s->name);
	s->type = arena_strndup(a, type, strlen(type));
	uint64_t bits = read_type(type, s), count = 0, size;
	if (!read_shape(json_object_get(entry, "shape"), s, &count, why) ||
	    !read_offsets(json_object_get(entry, "data_offsets"), s, data_size, why))
		return false;
	if (!bits)                           /* a type of the future: its bytes are left alone */
		return true;
	if (__builtin_mul_overflow(count, bits, &size) || size % 8 || size / 8 != s->end - s->begin) {
		buf_refuse(why, "tensor '%s' of type %s has the shape ", s->name, s->type);
		shape_of(json_object_get(entry, "shape"), why);
		return buf_refuse(why, ", which does not fill the %" PRIu64 " bytes it claims (%" PRIu64 " to %" PRIu64 ")",
		    s->end - s->begin, s->begin, s->end);
	}
	return true;
}

static bool metadata_ok(const json_t *meta, struct buf *why)
{
	if (!json_is_object(meta) && !json_is_null(meta))
		return buf_refuse(why, "'__metadata__' in the header is not an object");
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)meta, key, value)
		if (!json_is_string(value))
			return buf_refuse(why, "'%s' in '__metadata__' is not text", key);
	return true;
}

static int by_offset(const void *a, const void *b)
{
	const struct stored *x = a, *y = b;
	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct stored *)a)->name, ((const struct stored *)b)->name);
}

/* Requires: every tensor lies inside the data.  Leaves the list sorted by name. */
static bool covers_exactly(struct stored_list *l, uint64_t data_size, struct buf *why)
{
	if (l->n)
		qsort(l->at, l->n, sizeof *l->at, by_offset);
	uint64_t reached = 0;
	for (size_t i = 0; i < l->n; reached = l->at[i++].end) {
		const struct stored *s = &l->at[i];
		if (s->begin < reached)
			return buf_refuse(why, "tensors '%s' (bytes %" PRIu64 " to %" PRIu64 ") and '%s' (bytes %" PRIu64 " to %" PRIu64 ") overlap",
			    s[-1].name, s[-1].begin, s[-1].end, s->name, s->begin, s->end);
		if (s->begin > reached)
			return buf_refuse(why, "bytes %" PRIu64 " to %" PRIu64 " of the data, before tensor '%s', belong to no tensor",
			    reached, s->begin, s->name);
	}
	if (reached != data_size)
		return buf_refuse(why, "the file has %" PRIu64 " bytes of data but its tensors end at byte %" PRIu64, data_size, reached);
	if (l->n)
		qsort(l->at, l->n, sizeof *l->at, by_name);
	return true;
}

static bool read_entries(const json_t *header, uint64_t data_size, struct arena *a, struct stored_list *l, struct buf *why)
{
	const char *key;
	json_t *entry;
	l->at = arena_array(a, json_object_size(header), sizeof *l->at);
	json_object_foreach((json_t *)(uintptr_t)header, key, entry) {
		if (strcmp(key, "__metadata__") == 0) {
			if (!metadata_ok(entry, why))
				return false;
			continue;
		}
		struct stored *s = &l->at[l->n++];
		s->name = arena_strndup(a, key, strlen(key));
		if (!read_entry(entry, s, data_size, a, why))
			return false;
	}
	return covers_exactly(l, data_size, why);
}

static json_t *parse_header(const char *text, size_t n, struct buf *why)
{
	if (n == 0 || text[0] != '{') {
		buf_refuse(why, "the header does not begin with '{'");
		return NULL;
	}
	json_error_t e;
	json_t *header = json_loadb(text, n, JSON_REJECT_DUPLICATES, &e);
	if (header)
		return header;
	if (json_error_code(&e) == json_error_out_of_memory)
		mem_fail(n);
	if (text[n - 1] == 0)
		buf_refuse(why, "the header is padded with NUL bytes, where the format asks for spaces");
	else
		buf_refuse(why, "the header is not JSON: line %d, column %d: %s", e.line, e.column, e.text);
	return NULL;
}

bool safetensors_check(const void *bytes, size_t len, struct arena *a, struct stored_list *out, struct buf *why)
{
	*out = (struct stored_list){ 0 };
	if (len < LENGTH_BYTES)
		return buf_refuse(why, "the file has %zu bytes, too few for the length of its header", len);
	const unsigned char *p = bytes;
	uint64_t n = 0;
	for (int i = LENGTH_BYTES - 1; i >= 0; i--)
		n = n << 8 | p[i];
	if (n > len - LENGTH_BYTES)
		return buf_refuse(why, "the header claims %" PRIu64 " bytes but only %zu bytes follow", n, len - LENGTH_BYTES);
	if (n > MAX_HEADER)
		return buf_refuse(why, "the header claims %" PRIu64 " bytes, more than the %d that the format allows", n, MAX_HEADER);
	json_t *header = parse_header((const char *)p + LENGTH_BYTES, (size_t)n, why);
	if (!header)
		return false;
	out->data_at = LENGTH_BYTES + n;
	bool ok = read_entries(header, len - out->data_at, a, out, why);
	json_decref(header);
	return ok;
}
