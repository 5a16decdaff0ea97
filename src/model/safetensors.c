/* Weights on disk.  See safetensors.h.
 *
 * Which files make up a model folder, their mappings, and names to tensors; what a sound file is says
 * safetensors_check.c. */
#include "model/safetensors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "base/vec.h"
#include "model/config.h"
#include "model/internal.h"

struct part { const char *path; void *map; size_t len; };
struct weight { struct stored stored; size_t part; void *at; };

struct weights {
	VEC(struct part) part;
	VEC(struct weight) weight;       /* sorted by name */
	uint64_t bytes, digest;
	struct arena arena;              /* names, paths, and copies of tensors that lie unaligned in their file */
};

/* What an open in progress needs to know. */
struct opening { struct weights *w; const char *folder; struct span at; struct diags *d; };

static bool world(struct opening *o, const char *path)
{
	diag_at(o->d, E_FILE, o->at, "%s: %s", path, strerror(errno));
	return false;
}

/* Maps a regular file; an empty one is not mapped. */
static bool map_file(struct opening *o, struct part *p)
{
	int fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);   /* never wait for a pipe's writer */
	if (fd < 0)
		return world(o, p->path);
	struct stat st;
	bool ok = false;
	if (fstat(fd, &st) != 0) {
		world(o, p->path);
	} else if (!S_ISREG(st.st_mode)) {
		diag_at(o->d, E_FILE, o->at, "%s is not a file", p->path);
	} else {
		p->len = (size_t)st.st_size;
		p->map = p->len ? mmap(NULL, p->len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
		ok = p->map != MAP_FAILED || world(o, p->path);
		if (!ok)
			p->map = NULL;
	}
	close(fd);
	return ok;
}

/* Where the tensor's numbers are: in the mapping, or in a copy when the file has them at an odd place, where reading
 * floats is undefined. */
static void *aligned(struct weights *w, const struct part *p, uint64_t data_at, const struct stored *s)
{
	char *at = (char *)p->map + data_at + s->begin;
	size_t size = s->dtype == DT_COUNT ? 1 : dtype_size[s->dtype];
	if ((uintptr_t)at % size == 0)
		return at;
	return arena_copy(&w->arena, at, s->end - s->begin);
}

static bool open_part(struct opening *o, const char *file)
{
	struct weights *w = o->w;
	struct part part = { .path = arena_printf(&w->arena, "%s/%s", o->folder, file) };
	if (!map_file(o, &part))
		return false;
	vec_push(&w->part, part);
	struct stored_list l;
	struct buf why = { 0 };
	bool ok = safetensors_check(part.map, part.len, &w->arena, &l, &why);
	if (!ok)
		diag_at(o->d, E_SAFETENSORS, o->at, "%s: %s", part.path, buf_str(&why));
	buf_free(&why);
	for (size_t i = 0; ok && i < l.n; i++) {
		struct weight x = { l.at[i], w->part.n - 1, aligned(w, &part, l.data_at, &l.at[i]) };
		vec_push(&w->weight, x);
		w->bytes += l.at[i].end - l.at[i].begin;
	}
	if (ok)
		w->digest = hash_bytes(part.map, (size_t)l.data_at, w->digest);
	return ok;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct weight *)a)->stored.name, ((const struct weight *)b)->stored.name);
}

/* Requires: all parts are open. */
static bool sort_weights(struct opening *o)
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

static const struct weight *find(const struct weights *w, const char *name)
{
	if (!w->weight.n)
		return NULL;
	struct weight key = { .stored = { .name = name } };
	return bsearch(&key, w->weight.at, w->weight.n, sizeof key, by_name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A part must be a plain name: a downloaded index must not make us read other people's files. */
static bool plain_name(const char *s)
{
	return s && *s && !strchr(s, '/') && strcmp(s, ".") != 0 && strcmp(s, "..") != 0;
}

/* The file names in weight_map, each once, sorted. */
static bool list_parts(struct opening *o, const json_t *map, const char *index, const char ***files, size_t *n)
{
	if (!json_is_object(map)) {
		diag_at(o->d, E_SAFETENSORS, o->at, "%s has no object 'weight_map'", index);
		return false;
	}
	const char *key;
	json_t *value;
	size_t all = 0;
	*files = arena_array(&o->w->arena, json_object_size(map), sizeof **files);
	json_object_foreach((json_t *)(uintptr_t)map, key, value) {
		const char *file = json_string_value(value);
		if (!plain_name(file)) {
			diag_at(o->d, E_SAFETENSORS, o->at, "%s: tensor '%s' is said to be in '%s', which is not the name of a file in this folder",
			    index, key, file ? file : "(not text)");
			return false;
		}
		(*files)[all++] = file;
	}
	if (all)
		qsort(*files, all, sizeof **files, by_text);
	*n = 0;
	for (size_t i = 0; i < all; i++)
		if (i == 0 || strcmp((*files)[i], (*files)[i - 1]) != 0)
			(*files)[(*n)++] = (*files)[i];
	return true;
}

/* Every tensor must be where the index says. */
static bool check_index(struct opening *o, const json_t *map, const char *index)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)map, key, value) {
		const struct weight *x = find(o->w, key);
		const char *said = json_string_value(value), *path = x ? o->w->part.at[x->part].path : NULL;
		if (!x || strcmp(strrchr(path, '/') + 1, said) != 0) {
			diag_at(o->d, E_SAFETENSORS, o->at, "%s says that tensor '%s' is in %s, but it is not", index, key, said);
			return false;
		}
	}
	return true;
}

static bool open_sharded(struct opening *o, const char *index)
{
	json_t *j = json_read(index, E_SAFETENSORS, o->at, o->d);
	if (!j)
		return false;
	const json_t *map = json_object_get(j, "weight_map");
	const char **files;
	size_t n;
	bool ok = list_parts(o, map, index, &files, &n);
	for (size_t i = 0; ok && i < n; i++)
		ok = open_part(o, files[i]);
	ok = ok && sort_weights(o) && check_index(o, map, index);
	json_decref(j);
	return ok;
}

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), k = strlen(tail);
	return n >= k && strcmp(s + n - k, tail) == 0;
}

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* What to do about a folder without weights: say what is there. */
static void hint_folder(struct opening *o)
{
	struct dirent **entry;
	int n = scandir(o->folder, &entry, not_hidden, alphasort);
	if (n < 0)
		return;
	const char *torch = NULL, *other = NULL;
	struct buf names = { 0 };
	for (int i = 0; i < n; i++) {
		const char *s = entry[i]->d_name;
		if (ends_in(s, ".bin") || ends_in(s, ".pt") || ends_in(s, ".pth") || ends_in(s, ".h5"))
			torch = s;
		else if (ends_in(s, ".safetensors"))
			other = s;
		if (i < 8)
			buf_printf(&names, i ? ", %s" : "%s", s);
	}
	if (other)
		diag_hint(o->d, "the folder has %s; rename it to model.safetensors", other);
	else if (torch)
		diag_hint(o->d, "the folder has %s, which pp does not read: save the weights again as safetensors, "
		    "for instance with save_pretrained(..., safe_serialization=True)", torch);
	else
		diag_hint(o->d, n ? "in the folder: %s%s" : "the folder is empty", buf_str(&names), n > 8 ? ", ..." : "");
	buf_free(&names);
	for (int i = 0; i < n; i++)
		free(entry[i]);
	free(entry);
}

static bool no_weights(struct opening *o)
{
	struct stat st;
	if (stat(o->folder, &st) != 0)
		return world(o, o->folder);
	if (!S_ISDIR(st.st_mode)) {
		diag_at(o->d, E_FILE, o->at, "%s is not a folder", o->folder);
		diag_hint(o->d, "give the folder that has config.json and model.safetensors");
		return false;
	}
	diag_at(o->d, E_FILE, o->at, "%s has no model.safetensors", o->folder);
	hint_folder(o);
	return false;
}

static bool there(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;        /* a dangling link is to be told as such, not as a folder without weights */
}

struct weights *weights_open(const char *folder, struct span at, struct diags *d)
{
	struct weights *w = mem_alloc(sizeof *w);
	struct opening o = { w, folder, at, d };
	const char *whole = arena_printf(&w->arena, "%s/model.safetensors", folder);
	const char *index = arena_printf(&w->arena, "%s/model.safetensors.index.json", folder);
	bool ok = there(whole) ? open_part(&o, "model.safetensors") && sort_weights(&o)
	    : there(index) ? open_sharded(&o, index)
	    : no_weights(&o);
	if (ok)
		return w;
	weights_close(w);
	return NULL;
}

bool weights_get(const struct weights *w, const char *name, struct tensor *out)
{
	const struct weight *x = find(w, name);
	if (!x || x->stored.dtype == DT_COUNT)
		return false;
	*out = tensor_over(x->at, x->stored.dtype, x->stored.n, x->stored.dim);
	return true;
}

void weights_why_not(const struct weights *w, const char *name, struct buf *why)
{
	const struct weight *x = find(w, name);
	if (x && x->stored.dtype == DT_COUNT) {
		buf_printf(why, "tensor '%s' has the type %s; pp reads", name, x->stored.type);
		for (int t = 0; t < DT_COUNT; t++)
			buf_printf(why, "%s %s", t ? "," : "", dtype_name[t]);
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

size_t weights_count(const struct weights *w)
{
	return w->weight.n;
}

const char *weights_name(const struct weights *w, size_t i)
{
	pp_assert(i < w->weight.n);
	return w->weight.at[i].stored.name;
}

uint64_t weights_bytes(const struct weights *w)
{
	return w->bytes;
}

uint64_t weights_digest(const struct weights *w)
{
	return w->digest;
}

void weights_close(struct weights *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->part.n; i++)
		if (w->part.at[i].map)
			munmap(w->part.at[i].map, w->part.at[i].len);
	vec_free(&w->part);
	vec_free(&w->weight);
	arena_free(&w->arena);
	free(w);
}
