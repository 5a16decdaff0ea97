/* Names to folders of the Hugging Face cache.  See hub.h. */
#include "model/hub.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/source.h"
#include "base/vec.h"

enum { MAX_NAME = 96, MAX_REF = 4096 };

static bool part_ok(const char *s, size_t n)
{
	if (n == 0 || n > MAX_NAME || s[0] == '.' || s[0] == '-' || s[n - 1] == '.' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("-_.", s[i]))
			return false;
	return true;
}

bool hub_is_name(const char *s)
{
	const char *slash = strchr(s, '/');
	if (strstr(s, "..") || strstr(s, "--"))
		return false;
	return slash ? part_ok(s, (size_t)(slash - s)) && part_ok(slash + 1, strlen(slash + 1)) : part_ok(s, strlen(s));
}

static char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *text(const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return b.at;
}

/* An environment variable that is set and not empty. */
static const char *variable(const char *name)
{
	const char *s = getenv(name);
	return s && *s ? s : NULL;
}

char *hub_cache(void)
{
	const char *hub = variable("HF_HUB_CACHE"), *home = variable("HF_HOME"), *cache = variable("XDG_CACHE_HOME"), *user = variable("HOME");
	const char *set = hub ? hub : home;
	if (set && strncmp(set, "~/", 2) == 0 && user)
		return text("%s%s%s", user, set + 1, hub ? "" : "/hub");
	if (set)
		return text("%s%s", set, hub ? "" : "/hub");
	return cache ? text("%s/huggingface/hub", cache) : text("%s/.cache/huggingface/hub", user ? user : "");
}

char *hub_folder(const char *name)
{
	char *cache = hub_cache();
	const char *slash = strchr(name, '/');
	char *r = slash ? text("%s/models--%.*s--%s", cache, (int)(slash - name), name, slash + 1) : text("%s/models--%s", cache, name);
	free(cache);
	return r;
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "models--org--name" as a name, malloc'd; NULL when it is none. */
static char *name_of(const char *entry)
{
	static const char prefix[] = "models--";
	if (strncmp(entry, prefix, sizeof prefix - 1) != 0)
		return NULL;
	const char *s = entry + sizeof prefix - 1, *split = strstr(s, "--");
	return split ? text("%.*s/%s", (int)(split - s), s, split + 2) : text("%s", s);
}

static bool same_end(const char *name, const char *want)
{
	const char *a = strrchr(name, '/'), *b = strrchr(want, '/');
	return strcmp(a ? a + 1 : name, b ? b + 1 : want) == 0;
}

/* Appends what the cache has that is like name. */
static void say_nearest(const char *cache, const char *name, struct buf *why)
{
	VEC(char *) have = { 0 };
	DIR *d = opendir(cache);
	const char *near = NULL;
	for (const struct dirent *e; d && (e = readdir(d));) {
		char *s = name_of(e->d_name);
		if (s)
			vec_push(&have, s);
	}
	if (d)
		closedir(d);
	for (size_t i = 0; i < have.n; i++)
		if (same_end(have.at[i], name) && (!near || strcmp(have.at[i], near) < 0))
			near = have.at[i];
	if (!near)
		near = str_nearest(name, (const char *const *)have.at, have.n);
	if (near)
		buf_printf(why, "; it has %s", near);
	for (size_t i = 0; i < have.n; i++)
		free(have.at[i]);
	vec_free(&have);
}

/* The revision that refs/main names, malloc'd, or NULL. */
static char *revision(const char *folder)
{
	char *path = text("%s/refs/main", folder);
	size_t n;
	char *s = file_read(path, MAX_REF, &n);
	free(path);
	if (!s)
		return NULL;
	n = strcspn(s, " \t\r\n");
	s[n] = 0;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]))
			n = 0;
	if (n)
		return s;
	free(s);
	return NULL;
}

char *hub_find(const char *name, struct buf *why)
{
	char *cache = hub_cache(), *folder = hub_folder(name);
	char *main = revision(folder), *found = main ? text("%s/snapshots/%s", folder, main) : NULL;
	bool ok = found && is_folder(found);
	if (!is_folder(cache)) {
		buf_printf(why, "there is no Hugging Face cache at %s", cache);
	} else if (!is_folder(folder)) {
		buf_printf(why, "the Hugging Face cache %s has no %s", cache, name);
		say_nearest(cache, name, why);
	} else if (!main) {
		buf_printf(why, "%s has no refs/main, so its download is not complete", folder);
	} else if (!ok) {
		buf_printf(why, "%s/refs/main names the snapshot %s, which is not there", folder, main);
	}
	free(cache);
	free(folder);
	free(main);
	if (ok)
		return found;
	free(found);
	return NULL;
}
