/* Which files make up a model folder: model.safetensors, the parts of an index, or one .gguf; and what to say about a
 * folder that has none of them.  The files themselves are weights.c's. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/config.h"
#include "model/internal.h"
#include "model/weights.h"

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
	*files = arena_array(o->arena, json_object_size(map), sizeof **files);
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
		const char *said = json_string_value(value), *path = weights_file(o->w, key);
		if (!path || strcmp(strrchr(path, '/') + 1, said) != 0) {
			diag_at(o->d, E_SAFETENSORS, o->at, "%s says that tensor '%s' is in %s, but it is not", index, key, said);
			return false;
		}
	}
	return true;
}

static bool there(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;        /* a dangling link is to be told as such, not as a folder without weights */
}

static bool add_part(struct opening *o, const char *index, const char *path)
{
	bool ok = weights_add(o, path, false);
	if (!ok && !there(path))
		diag_hint(o->d, "%s lists it: was the whole model downloaded?", index);
	return ok;
}

static bool open_sharded(struct opening *o, const char *folder, const char *index)
{
	json_t *j = json_read(index, E_SAFETENSORS, o->at, o->d);
	if (!j)
		return false;
	const json_t *map = json_object_get(j, "weight_map");
	const char **files;
	size_t n;
	bool ok = list_parts(o, map, index, &files, &n);
	for (size_t i = 0; ok && i < n; i++)
		ok = add_part(o, index, arena_printf(o->arena, "%s/%s", folder, files[i]));
	ok = ok && weights_sort(o) && check_index(o, map, index);
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
static void hint_folder(struct opening *o, const char *folder)
{
	struct dirent **entry;
	int n = scandir(folder, &entry, not_hidden, alphasort);
	if (n < 0)
		return;
	const char *torch = NULL, *other = NULL, *gguf = NULL;
	struct buf names = { 0 };
	for (int i = 0; i < n; i++) {
		const char *s = entry[i]->d_name;
		if (ends_in(s, ".bin") || ends_in(s, ".pt") || ends_in(s, ".pth") || ends_in(s, ".h5"))
			torch = s;
		else if (ends_in(s, ".safetensors"))
			other = s;
		else if (ends_in(s, ".gguf"))
			gguf = s;
		if (i < 8)
			buf_printf(&names, i ? ", %s" : "%s", s);
	}
	if (gguf)
		diag_hint(o->d, "the folder has several GGUF files; give one of them: %s/%s", folder, gguf);
	else if (other)
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

static bool no_weights(struct opening *o, const char *folder)
{
	struct stat st;
	if (stat(folder, &st) != 0)
		return opening_world(o, folder);
	if (!S_ISDIR(st.st_mode)) {
		diag_at(o->d, E_FILE, o->at, "%s is not a folder", folder);
		diag_hint(o->d, "give the folder that has config.json and model.safetensors");
		return false;
	}
	diag_at(o->d, E_FILE, o->at, "%s has no model.safetensors", folder);
	hint_folder(o, folder);
	return false;
}

bool folder_open(struct opening *o, const char *folder)
{
	const char *whole = arena_printf(o->arena, "%s/model.safetensors", folder);
	const char *index = arena_printf(o->arena, "%s/model.safetensors.index.json", folder);
	return there(whole) ? weights_add(o, whole, false) && weights_sort(o)
	    : there(index) ? open_sharded(o, folder, index)
	    : no_weights(o, folder);
}

/* ---- GGUF */

static char *joined(const char *folder, const char *file)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s/%s", folder, file);
	return b.at;
}

static int is_gguf(const struct dirent *e)
{
	return e->d_name[0] != '.' && ends_in(e->d_name, ".gguf");
}

char *weights_gguf_path(const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return ends_in(path, ".gguf") ? mem_strdup(path) : NULL;
	struct dirent **entry;
	int n = scandir(path, &entry, is_gguf, alphasort);
	char *one = n == 1 ? joined(path, entry[0]->d_name) : NULL;
	for (int i = 0; i < n; i++)
		free(entry[i]);
	if (n >= 0)
		free(entry);
	char *safetensors = joined(path, "model.safetensors"), *index = joined(path, "model.safetensors.index.json");
	if (there(safetensors) || there(index)) {
		free(one);
		one = NULL;
	}
	free(safetensors);
	free(index);
	return one;
}
