/* Is this a sound GGUF file, and what does it say?
 *
 * Owns the format, versions 2 and 3, little-endian: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.  Numbers and
 * texts of the metadata stay where they are; nothing of the tensors' data is looked at.  No files here, only bytes. */
#include "model/gguf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/internal.h"
#include "model/text.h"

/* A name is bounded so that a message can show it; real ones have at most 64 bytes. */
enum { MAX_NAME = 1024, MAX_AXES = 4, MAX_NESTING = 4, ALIGNMENT = 32, MAX_ALIGNMENT = 1 << 20 };

/* Bytes of a value; 0: it says its own length. */
static const uint8_t type_size[GGUF_TYPES] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };

struct cursor { const unsigned char *start, *at, *end; struct arena *arena; struct buf *why; };

/* ---- bytes */

static bool cut(struct cursor *c, const char *what)
{
	return buf_refuse(c->why, "the file ends at byte %zu, inside %s", (size_t)(c->end - c->start), what);
}

static uint64_t little(const unsigned char *p, size_t size)
{
	uint64_t x = 0;
	while (size--)
		x = x << 8 | p[size];
	return x;
}

static bool read_uint(struct cursor *c, size_t size, uint64_t *out, const char *what)
{
	*out = 0;
	if ((size_t)(c->end - c->at) < size)
		return cut(c, what);
	*out = little(c->at, size);
	c->at += size;
	return true;
}

/* A length and that many bytes. */
static bool skip_text(struct cursor *c, const char *what)
{
	uint64_t n;
	if (!read_uint(c, 8, &n, what))
		return false;
	if (n > (uint64_t)(c->end - c->at))
		return buf_refuse(c->why, "%s claims %" PRIu64 " bytes, but only %zu follow", what, n, (size_t)(c->end - c->at));
	c->at += n;
	return true;
}

/* The name of a key or tensor: UTF-8 without NUL, a copy in the arena. */
static bool read_name(struct cursor *c, const char **name, const char *what)
{
	const unsigned char *before = c->at;
	if (!skip_text(c, what))
		return false;
	const char *s = (const char *)before + 8;
	size_t n = (size_t)(c->at - before) - 8;
	if (n > MAX_NAME)
		return buf_refuse(c->why, "%s has %zu bytes, more than the %d that pp reads", what, n, MAX_NAME);
	if (memchr(s, 0, n) || !text_valid(s, n))
		return buf_refuse(c->why, "%s is not UTF-8 text, or has a NUL byte", what);
	*name = arena_strndup(c->arena, s, n);
	return true;
}

/* ---- metadata */

/* Goes past n values of a type. */
static bool skip_values(struct cursor *c, uint64_t type, uint64_t n, const char *what, int depth)
{
	if (type >= GGUF_TYPES)
		return buf_refuse(c->why, "%s has the type %" PRIu64 ", which is none", what, type);
	if (depth > MAX_NESTING)
		return buf_refuse(c->why, "%s has arrays inside each other more than %d deep", what, MAX_NESTING);
	if (type_size[type]) {
		if (n > (uint64_t)(c->end - c->at) / type_size[type])
			return buf_refuse(c->why, "%s claims %" PRIu64 " values, more than the file can hold", what, n);
		c->at += n * type_size[type];
		return true;
	}
	for (uint64_t i = 0; i < n; i++) {           /* each takes 8 bytes at least, so this ends with the file */
		uint64_t inner = 0, count = 0;
		if (type == GGUF_TEXT ? !skip_text(c, what)
		    : !read_uint(c, 4, &inner, what) || !read_uint(c, 8, &count, what) || !skip_values(c, inner, count, what, depth + 1))
			return false;
	}
	return true;
}

static bool read_value(struct cursor *c, struct gguf_value *v)
{
	uint64_t type, n = 1;
	char what[MAX_NAME + 16];
	if (!read_name(c, &v->key, "the name of a metadata key") || !read_uint(c, 4, &type, "a metadata value"))
		return false;
	snprintf(what, sizeof what, "metadata '%s'", v->key);
	v->array = type == GGUF_ARRAY;
	if (v->array && (!read_uint(c, 4, &type, what) || !read_uint(c, 8, &n, what)))
		return false;
	v->at = c->at;
	if (!skip_values(c, type, n, what, v->array))
		return false;
	v->type = (enum gguf_type)type;
	v->n = n;
	v->end = c->at;
	return true;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct gguf_value *)a)->key, ((const struct gguf_value *)b)->key);
}

static bool read_metadata(struct cursor *c, uint64_t n, struct gguf *g)
{
	for (uint64_t i = 0; i < n; i++) {
		struct gguf_value v;
		if (!read_value(c, &v))
			return false;
		vec_push(&g->value, v);
	}
	if (g->value.n)
		qsort(g->value.at, g->value.n, sizeof *g->value.at, by_key);
	for (size_t i = 1; i < g->value.n; i++)
		if (strcmp(g->value.at[i - 1].key, g->value.at[i].key) == 0)
			return buf_refuse(c->why, "the metadata has '%s' twice", g->value.at[i].key);
	const struct gguf_value *align = gguf_find(g, "general.alignment");
	double x = ALIGNMENT;
	if (align && (align->type != GGUF_U32 || !gguf_number(align, 0, &x) || x < 1 || x > MAX_ALIGNMENT || ((uint64_t)x & ((uint64_t)x - 1))))
		return buf_refuse(c->why, "'general.alignment' is not a power of two of at most %d", MAX_ALIGNMENT);
	g->alignment = (uint64_t)x;
	return true;
}

/* ---- tensors */

static void shape_of(const struct stored *s, struct buf *out)
{
	for (int i = 0; i < s->n; i++)
		buf_printf(out, "%s%" PRIu64, i ? ", " : "[", (uint64_t)s->dim[i]);
	buf_puts(out, s->n ? "]" : "[]");
}

/* The file has the last axis first. */
static bool read_shape(struct cursor *c, struct stored *s, uint64_t *count)
{
	uint64_t n, dim;
	bool fits = true;
	*count = 1;
	if (!read_uint(c, 4, &n, "the tensors' table"))
		return false;
	if (n > MAX_AXES)
		return buf_refuse(c->why, "tensor '%s' has %" PRIu64 " axes, more than the %d of the format", s->name, n, MAX_AXES);
	s->n = (int)n;
	for (int i = s->n; i-- > 0;) {
		if (!read_uint(c, 8, &dim, "the tensors' table"))
			return false;
		if (dim == 0)
			return buf_refuse(c->why, "tensor '%s' has an axis of length 0", s->name);
		fits &= dim <= INT64_MAX && !__builtin_mul_overflow(*count, dim, count);
		s->dim[i] = (int64_t)dim;
	}
	if (fits && *count <= INT64_MAX / 8)
		return true;
	buf_printf(c->why, "tensor '%s' has the shape ", s->name);
	shape_of(s, c->why);
	return buf_refuse(c->why, ", more elements than fit any file");
}

/* Requires: s has its shape.  Fills type, dtype, blocks and size: bytes of count numbers. */
static bool read_type(struct cursor *c, struct stored *s, uint64_t count, uint64_t *size)
{
	uint64_t number;
	*size = 0;
	if (!read_uint(c, 4, &number, "the tensors' table"))
		return false;
	const struct block_type *b = block_type_find((uint32_t)number);
	if (!b)
		return buf_refuse(c->why, "tensor '%s' has the type %" PRIu64 ", which pp does not know", s->name, number);
	int64_t row = s->n ? s->dim[s->n - 1] : 1;
	if (row % b->per)
		return buf_refuse(c->why, "tensor '%s' of type %s has rows of %" PRId64 " numbers, which is no multiple of its blocks of %" PRIu32,
		    s->name, b->name, row, b->per);
	s->type = b->name;
	s->dtype = b->dtype;
	s->blocks = b;
	if (!__builtin_mul_overflow(count / b->per, b->bytes, size))
		return true;
	return buf_refuse(c->why, "tensor '%s' is larger than any file", s->name);
}

static bool read_tensor(struct cursor *c, struct stored *s, uint64_t alignment)
{
	uint64_t count, size;
	if (!read_name(c, &s->name, "the name of a tensor") || !read_shape(c, s, &count) || !read_type(c, s, count, &size)
	    || !read_uint(c, 8, &s->begin, "the tensors' table"))
		return false;
	if (s->begin % alignment)
		return buf_refuse(c->why, "tensor '%s' begins at byte %" PRIu64 " of the data, which is no multiple of the alignment %" PRIu64,
		    s->name, s->begin, alignment);
	if (!__builtin_add_overflow(s->begin, size, &s->end))
		return true;
	return buf_refuse(c->why, "tensor '%s' claims bytes beyond any file", s->name);
}

static int by_offset(const void *a, const void *b)
{
	const struct stored *x = a, *y = b;
	return x->begin != y->begin ? (x->begin < y->begin ? -1 : 1) : strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct stored *)a)->name, ((const struct stored *)b)->name);
}

/* Every tensor inside the data, none over another, no name twice.  Padding between them is as the format wants it, and what
 * else lies there is read by nobody.  Leaves the list sorted by name. */
static bool lie_well(struct stored_list *l, uint64_t data_size, struct buf *why)
{
	if (l->n)
		qsort(l->at, l->n, sizeof *l->at, by_offset);
	for (size_t i = 0; i < l->n; i++) {
		const struct stored *s = &l->at[i];
		if (s->end > data_size)
			return buf_refuse(why, "tensor '%s' claims bytes %" PRIu64 " to %" PRIu64 " but the file has %" PRIu64 " bytes of data",
			    s->name, s->begin, s->end, data_size);
		if (i && s->begin < s[-1].end)
			return buf_refuse(why, "tensors '%s' (bytes %" PRIu64 " to %" PRIu64 ") and '%s' (bytes %" PRIu64 " to %" PRIu64 ") overlap",
			    s[-1].name, s[-1].begin, s[-1].end, s->name, s->begin, s->end);
	}
	if (l->n)
		qsort(l->at, l->n, sizeof *l->at, by_name);
	for (size_t i = 1; i < l->n; i++)
		if (strcmp(l->at[i - 1].name, l->at[i].name) == 0)
			return buf_refuse(why, "there are two tensors '%s'", l->at[i].name);
	return true;
}

static bool read_tensors(struct cursor *c, uint64_t n, uint64_t alignment, struct stored_list *l)
{
	VEC(struct stored) all = { 0 };              /* grown as they are met: the file may lie about their number */
	bool ok = true;
	for (uint64_t i = 0; ok && i < n; i++) {
		struct stored s = { 0 };
		ok = read_tensor(c, &s, alignment);
		if (ok)
			vec_push(&all, s);
	}
	l->n = all.n;
	l->at = arena_copy(c->arena, all.at, all.n * sizeof *all.at);
	vec_free(&all);
	uint64_t head = (uint64_t)(c->at - c->start), size = (uint64_t)(c->end - c->start);
	l->data_at = (head + alignment - 1) / alignment * alignment;
	return ok && lie_well(l, l->data_at < size ? size - l->data_at : 0, c->why);
}

/* ---- the file */

static bool read_start(struct cursor *c, uint64_t *n_tensors, uint64_t *n_values)
{
	uint64_t version;
	if (c->end - c->at < 4 || memcmp(c->at, "GGUF", 4) != 0)
		return buf_refuse(c->why, "this is not a GGUF file: it does not begin with the letters GGUF");
	c->at += 4;
	if (!read_uint(c, 4, &version, "its version"))
		return false;
	if (version && !(version & 0xffff))
		return buf_refuse(c->why, "the file is big-endian, which pp does not read");
	if (version != 2 && version != 3)
		return buf_refuse(c->why, "the file is of version %" PRIu64 "; pp reads versions 2 and 3", version);
	if (!read_uint(c, 8, n_tensors, "its start") || !read_uint(c, 8, n_values, "its start"))
		return false;
	uint64_t rest = (uint64_t)(c->end - c->at);          /* a tensor takes 24 bytes at least, a value 13 */
	if (*n_tensors > rest / 24 || *n_values > rest / 13)
		return buf_refuse(c->why, "the header claims %" PRIu64 " tensors and %" PRIu64 " metadata values, more than its %" PRIu64 " bytes can hold",
		    *n_tensors, *n_values, rest);
	return true;
}

bool gguf_check(const void *bytes, size_t len, struct arena *a, struct stored_list *out, struct gguf *g, struct buf *why)
{
	static const unsigned char nothing;
	const unsigned char *p = bytes ? bytes : &nothing;
	struct cursor c = { p, p, p + len, a, why };
	uint64_t n_tensors = 0, n_values = 0;
	*out = (struct stored_list){ 0 };
	g->value.n = 0;
	return read_start(&c, &n_tensors, &n_values) && read_metadata(&c, n_values, g) && read_tensors(&c, n_tensors, g->alignment, out);
}

/* ---- what the metadata says */

size_t gguf_count(const struct gguf *g)
{
	return g->value.n;
}

const struct gguf_value *gguf_at(const struct gguf *g, size_t i)
{
	pp_assert(i < g->value.n);
	return &g->value.at[i];
}

const struct gguf_value *gguf_find(const struct gguf *g, const char *key)
{
	struct gguf_value want = { .key = key };
	return g->value.n ? bsearch(&want, g->value.at, g->value.n, sizeof want, by_key) : NULL;
}

bool gguf_number(const struct gguf_value *v, uint64_t i, double *out)
{
	if (i >= v->n || !type_size[v->type])
		return false;
	size_t size = type_size[v->type];
	uint64_t bits = little(v->at + i * size, size);
	float f;
	switch (v->type) {
	case GGUF_I8:  *out = (int8_t)bits; break;
	case GGUF_I16: *out = (int16_t)bits; break;
	case GGUF_I32: *out = (int32_t)bits; break;
	case GGUF_I64: *out = (double)(int64_t)bits; break;
	case GGUF_F32: memcpy(&f, &(uint32_t){ (uint32_t)bits }, 4); *out = f; break;
	case GGUF_F64: memcpy(out, &bits, 8); break;
	case GGUF_BOOL: *out = bits != 0; break;
	default:       *out = (double)bits; break;
	}
	return true;
}

bool gguf_text(const struct gguf_value *v, size_t *place, const char **text, size_t *len)
{
	if (v->type != GGUF_TEXT || *place >= (size_t)(v->end - v->at))
		return false;
	*len = (size_t)little(v->at + *place, 8);
	*text = (const char *)v->at + *place + 8;
	*place += 8 + *len;
	return true;
}
