/* Where things are kept.  See state.h. */
#include "cli/state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

static void make_folders(char *path)
{
	for (char *s = path + 1; (s = strchr(s, '/')); s++) {
		*s = 0;
		mkdir(path, 0700);
		*s = '/';
	}
}

char *state_file(const char *name)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct buf b = { 0 };
	if (state && state[0] == '/')            /* the specification: a relative one does not count */
		buf_printf(&b, "%s/pp/%s", state, name);
	else if (home && home[0] == '/')
		buf_printf(&b, "%s/.local/state/pp/%s", home, name);
	else
		return NULL;
	make_folders(b.at);
	return b.at;
}
