/* Weights in mapped files, by name.  See weights.h.
 *
 * Owns the mappings and the copies of tensors that cannot be used where they lie.  Which files make up a model: folder.c;
 * what a sound file is: safetensors_check.c and gguf.c. */
#include "model/weights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "model/internal.h"

enum { HUGE_PAGE = 2 << 20 };

struct part { const char *path; void *map; size_t len; uint64_t file[3]; /* device, number, nanosecond of its last change */ };
struct weight {
	struct stored stored;
	size_t part;
	unsigned char *from;             /* in the mapping */
	void *at;                        /* the numbers: in the mapping, or a copy; NULL until asked for */
};

struct weights {
	VEC(struct part) part;
	VEC(struct weight) weight;       /* sorted by name */
	VEC(void *) copy;
	struct gguf gguf;
	bool has_gguf, shapes_only;
	void *zeros;                     /* shapes_only: pages that are never written */
	size_t n_zeros;
	struct arena arena;              /* names and paths */
};

/* ---- opening */

bool opening_world(struct opening *o, const char *path)
{
	diag_at(o->d, E_FILE, o->at, "%s: %s", path, strerror(errno));
	return false;
}

/* Maps a regular file; an empty one is not mapped. */
static bool map_file(struct opening *o, struct part *p)
{
	int fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);   /* never wait for a pipe's writer */
	if (fd < 0)
		return opening_world(o, p->path);
	struct stat st;
	bool ok = false;
	if (fstat(fd, &st) != 0) {
		opening_world(o, p->path);
	} else if (!S_ISREG(st.st_mode)) {
		diag_at(o->d, E_FILE, o->at, "%s is not a file", p->path);
	} else {
		p->len = (size_t)st.st_size;
		p->file[0] = st.st_dev;
		p->file[1] = st.st_ino;
		p->file[2] = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
		p->map = p->len ? mmap(NULL, p->len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
		ok = p->map != MAP_FAILED || opening_world(o, p->path);
		if (!ok)
			p->map = NULL;
	}
	close(fd);
	return ok;
}

bool weights_add(struct opening *o, const char *path, bool gguf)
{
	struct weights *w = o->w;
	struct part part = { .path = path };
	if (!map_file(o, &part))
		return false;
	vec_push(&w->part, part);
	struct stored_list l;
	struct buf why = { 0 };
	w->has_gguf |= gguf;
	bool ok = gguf ? gguf_check(part.map, part.len, &w->arena, &l, &w->gguf, &why)
	    : safetensors_check(part.map, part.len, &w->arena, &l, &why);
	if (!ok)
		diag_at(o->d, gguf ? E_GGUF : E_SAFETENSORS, o->at, "%s: %s", path, buf_str(&why));
	buf_free(&why);
	for (size_t i = 0; ok && i < l.n; i++) {
		struct weight x = { l.at[i], w->part.n - 1, (unsigned char *)part.map + l.data_at + l.at[i].begin, NULL };
		vec_push(&w->weight, x);
	}
	return ok;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct weight *)a)->stored.name, ((const struct weight *)b)->stored.name);
}

bool weights_sort(struct opening *o)
{
	struct weights *w = o->w;
	if (w->weight.n)
		qsort(w->weight.at, w->weight.n, sizeof *w->weight.at, by_name);
	for (size_t i = 1; i < w->weight.n; i++) {
		const struct weight *x = &w->weight.at[i];
		if (strcmp(x[-1].stored.name, x->stored.name) == 0) {
			diag_at(o->d, E_SAFETENSORS, o->at, "tensor '%s' is in two files, %s and %s", x->stored.name,
			    w->part.at[x[-1].part].path, w->part.at[x->part].path);
			return false;
		}
	}
	return true;
}

struct weights *weights_open(const char *path, struct span at, struct diags *d)
{
	struct weights *w = mem_alloc(sizeof *w);
	struct opening o = { w, &w->arena, at, d };
	char *gguf = weights_gguf_path(path);
	bool ok = gguf ? weights_add(&o, arena_strndup(&w->arena, gguf, strlen(gguf)), true) && weights_sort(&o) : folder_open(&o, path);
	free(gguf);
	if (ok)
		return w;
	weights_close(w);
	return NULL;
}

const struct gguf *weights_gguf(const struct weights *w)
{
	return w->has_gguf ? &w->gguf : NULL;
}

/* ---- a tensor */

static struct weight *find(const struct weights *w, const char *name)
{
	if (!w->weight.n)
		return NULL;
	struct weight key = { .stored = { .name = name } };
	return bsearch(&key, w->weight.at, w->weight.n, sizeof key, by_name);
}

static uint64_t count(const struct stored *s)
{
	uint64_t n = 1;
	for (int i = 0; i < s->n; i++)
		n *= (uint64_t)s->dim[i];
	return n;
}

/* Can the numbers be used where they lie?  Reading floats at an odd address is undefined. */
static bool in_place(const struct weight *x)
{
	return !(x->stored.blocks && x->stored.blocks->unpack) && (uintptr_t)x->from % dtype_size[x->stored.dtype] == 0;
}

/* Pages of zeros that cost no memory, as many as any tensor needs. */
static void *zeros(struct weights *w)
{
	if (w->zeros)
		return w->zeros;
	for (size_t i = 0; i < w->weight.n; i++) {
		const struct stored *s = &w->weight.at[i].stored;
		size_t size = s->dtype == DT_COUNT ? 0 : (size_t)count(s) * dtype_size[s->dtype];
		w->n_zeros = size > w->n_zeros ? size : w->n_zeros;
	}
	void *p = w->n_zeros ? mmap(NULL, w->n_zeros, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) : MAP_FAILED;
	if (p == MAP_FAILED && w->n_zeros)
		mem_fail(w->n_zeros);
	return w->zeros = p == MAP_FAILED ? NULL : p;
}

/* In huge pages where there is enough of it: a model has many gigabytes, and its first touch costs time page by page. */
static void *room(size_t size)
{
	void *p = NULL;
	if (size < HUGE_PAGE)
		return mem_alloc(size ? size : 1);
	if (posix_memalign(&p, HUGE_PAGE, size) != 0)
		mem_fail(size);
	madvise(p, size, MADV_HUGEPAGE);             /* advice: nothing is lost when it is not taken */
	return p;
}

static void *copy(struct weights *w, const struct weight *x)
{
	const struct stored *s = &x->stored;
	size_t n = (size_t)count(s), size = n * dtype_size[s->dtype];
	void *to = room(size);
	vec_push(&w->copy, to);
	if (s->blocks && s->blocks->unpack)
		s->blocks->unpack(x->from, to, n / s->blocks->per);
	else if (size)
		memcpy(to, x->from, size);
	return to;
}

bool weights_get(const struct weights *w, const char *name, struct tensor *out)
{
	struct weight *x = find(w, name);
	if (!x || x->stored.dtype == DT_COUNT)
		return false;
	struct weights *keeper = (struct weights *)(uintptr_t)w;     /* what it holds stays the same; where changes */
	if (!x->at)
		x->at = in_place(x) ? x->from : w->shapes_only ? zeros(keeper) : copy(keeper, x);
	*out = tensor_over(x->at, x->stored.dtype, x->stored.n, x->stored.dim);
	return true;
}

bool weights_has(const struct weights *w, const char *name)
{
	const struct weight *x = find(w, name);
	return x && x->stored.dtype != DT_COUNT;
}

void weights_shapes_only(struct weights *w)
{
	w->shapes_only = true;
}

void weights_why_not(const struct weights *w, const char *name, struct buf *why)
{
	const struct weight *x = find(w, name);
	if (x && x->stored.dtype == DT_COUNT) {
		buf_printf(why, "tensor '%s' has the type %s; pp reads", name, x->stored.type);
		for (int t = 0; t < DT_COUNT; t++)
			buf_printf(why, "%s %s", t ? "," : "", dtype_name[t]);
		if (w->has_gguf)
			block_types_read(why);
		return;
	}
	const char **names = mem_array(w->weight.n, sizeof *names);
	for (size_t i = 0; i < w->weight.n; i++)
		names[i] = w->weight.at[i].stored.name;
	const char *near = str_nearest(name, names, w->weight.n);
	buf_printf(why, "there is no tensor '%s'", name);
	if (near)
		buf_printf(why, "; the nearest is '%s'", near);
	free(names);
}

const char *weights_file(const struct weights *w, const char *name)
{
	const struct weight *x = find(w, name);
	return x ? w->part.at[x->part].path : NULL;
}

/* ---- all of them */

size_t weights_count(const struct weights *w)
{
	return w->weight.n;
}

const char *weights_name(const struct weights *w, size_t i)
{
	pp_assert(i < w->weight.n);
	return w->weight.at[i].stored.name;
}

struct weight_info weights_info(const struct weights *w, size_t i)
{
	pp_assert(i < w->weight.n);
	const struct weight *x = &w->weight.at[i];
	const struct stored *s = &x->stored;
	struct weight_info r = { .name = s->name, .type = s->type, .n = s->n, .bytes = s->end - s->begin, .read = s->dtype != DT_COUNT };
	memcpy(r.dim, s->dim, sizeof r.dim);
	r.held = !r.read || in_place(x) ? r.bytes : count(s) * dtype_size[s->dtype];
	return r;
}

bool weights_place(const struct weights *w, const void *at, struct weight_place *out)
{
	uintptr_t x = (uintptr_t)at;
	for (size_t i = 0; i < w->part.n; i++) {
		const struct part *p = &w->part.at[i];
		uintptr_t begin = (uintptr_t)p->map;
		if (!p->map || x < begin || x - begin >= p->len)
			continue;
		*out = (struct weight_place){ { p->file[0], p->file[1], p->file[2] }, p->len, x - begin };
		return true;
	}
	return false;
}

void weights_close(struct weights *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->part.n; i++)
		if (w->part.at[i].map)
			munmap(w->part.at[i].map, w->part.at[i].len);
	if (w->zeros)
		munmap(w->zeros, w->n_zeros);
	for (size_t i = 0; i < w->copy.n; i++)
		free(w->copy.at[i]);
	vec_free(&w->part);
	vec_free(&w->weight);
	vec_free(&w->copy);
	vec_free(&w->gguf.value);
	arena_free(&w->arena);
	free(w);
}
