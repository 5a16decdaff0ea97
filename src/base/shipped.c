/* Files that come with pp.  See shipped.h. */
#include "base/shipped.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

enum { PATH_MOST = 4096 };

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A folder that has the models in it; else NULL. */
static char *with_models(const char *folder)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s/models", folder);
	char *real = is_folder(b.at) ? realpath(folder, NULL) : NULL;
	buf_free(&b);
	return real;
}

/* The folder above the program's, with something below it. */
static char *beside_program(const char *below)
{
	char exe[PATH_MOST];
	struct buf b = { 0 };
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n <= 0)
		return NULL;
	exe[n] = 0;
	char *slash = strrchr(exe, '/');
	*(slash ? slash : exe) = 0;
	buf_printf(&b, "%s/../%s", exe, below);
	char *found = with_models(b.at);
	buf_free(&b);
	return found;
}

char *shipped_folder(void)
{
	const char *set = getenv("PP_DATA");
	if (set && *set)
		return with_models(set);
	char *found = beside_program("share/pp");
	if (!found)
		found = with_models(PP_DATADIR "/pp");
	return found ? found : beside_program("examples");
}

static bool leads_out(const char *path)
{
	for (const char *s = path; (s = strstr(s, "..")); s += 2)
		if ((s == path || s[-1] == '/') && (!s[2] || s[2] == '/'))
			return true;
	return path[0] == '/' || !path[0];
}

char *shipped_find(const char *path)
{
	struct buf b = { 0 };
	char *folder = leads_out(path) ? NULL : shipped_folder();
	if (!folder)
		return NULL;
	buf_printf(&b, "%s/%s", folder, path);
	free(folder);
	if (access(b.at, R_OK) == 0)
		return b.at;
	buf_free(&b);
	return NULL;
}
