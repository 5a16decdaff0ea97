/* Candidates inside a text in quotes: files, modules, models of the cache.  See complete.h. */
#define _GNU_SOURCE
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/embed.h"
#include "lang/complete.h"
#include "model/hub.h"

enum { MOST = 5000 };                                /* entries of a folder that are looked at */

static bool is_folder(struct completing *c, const char *folder, const char *name)
{
	struct stat st;
	return stat(arena_printf(c->arena, "%s/%s", folder, name), &st) == 0 && S_ISDIR(st.st_mode);
}

/* What cannot stand in quotes as it is, or would change the terminal, is left out. */
static bool plain(const char *name)
{
	for (const unsigned char *s = (const unsigned char *)name; *s; s++)
		if (*s < 0x20 || *s == 0x7F || *s == '"' || *s == '\\')
			return false;
	return true;
}

static void in_folder(struct completing *c, const char *folder)
{
	DIR *dir = opendir(folder);
	int n = 0;
	for (struct dirent *e; dir && n < MOST && (e = readdir(dir)); n++) {
		bool hidden = e->d_name[0] == '.' && (c->n_begun == 0 || c->begun[0] != '.');
		if (hidden || strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || !plain(e->d_name) || strncmp(e->d_name, c->begun, c->n_begun) != 0)
			continue;
		if (is_folder(c, folder, e->d_name))
			candidate(c, arena_printf(c->arena, "%s/", e->d_name), "folder", NULL);
		else
			candidate(c, e->d_name, "file", NULL);
	}
	if (dir)
		closedir(dir);
}

static void of_library(struct completing *c)
{
	for (const struct embedded *e = stdlib_files; e->name; e++)
		if (!strchr(e->name, '.') && strcmp(e->name, "prelude") != 0)
			candidate(c, e->name, "module", "of the standard library");
}

/* models--ORG--NAME as ORG/NAME */
static void of_cache(struct completing *c)
{
	char *cache = hub_cache();
	DIR *dir = cache ? opendir(cache) : NULL;
	int n = 0;
	for (struct dirent *e; dir && n < MOST && (e = readdir(dir)); n++) {
		if (strncmp(e->d_name, "models--", 8) != 0 || !plain(e->d_name))
			continue;
		char *name = arena_strndup(c->arena, e->d_name + 8, strlen(e->d_name + 8)), *cut = strstr(name, "--");
		if (cut) {
			*cut = '/';
			memmove(cut + 1, cut + 2, strlen(cut + 2) + 1);
		}
		candidate(c, name, "model", "in the Hugging Face cache");
	}
	if (dir)
		closedir(dir);
	free(cache);
}

size_t candidate_files(struct completing *c, const char *folder, const char *path, size_t n, bool modules, bool models)
{
	const char *slash = memrchr(path, '/', n);
	size_t kept = slash ? (size_t)(slash - path) + 1 : 0;
	c->begun = path;
	c->n_begun = n;
	if (modules)
		of_library(c);
	if (models)
		of_cache(c);
	for (size_t i = 0; i < c->out.n; i++)        /* these are whole paths; what is given begins behind the last slash */
		c->out.at[i].text += kept;
	c->begun = path + kept;
	c->n_begun = n - kept;
	bool absolute = n && path[0] == '/';
	in_folder(c, absolute ? arena_printf(c->arena, "%.*s", (int)kept, path)
		: arena_printf(c->arena, "%s/%.*s", *folder ? folder : ".", (int)kept, path));
	return kept;
}
