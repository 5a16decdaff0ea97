/* What the terminal can show.  See look.h. */
#include "cli/look.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool says(const char *name, const char *what)
{
	const char *value = getenv(name);
	return value && strcmp(value, what) == 0;
}

int look_colors(int stream, const char *when)
{
	const char *no_color = getenv("NO_COLOR");
	bool asked = when && strcmp(when, "auto") != 0;
	bool some = asked ? strcmp(when, "always") == 0 : isatty(stream) && !says("TERM", "dumb") && !(no_color && *no_color);
	return !some ? 0 : says("COLORTERM", "truecolor") || says("COLORTERM", "24bit") ? 1 << 24 : 256;
}

bool look_utf8(void)
{
	static const char *const name[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		const char *value = getenv(name[i]), *set = value ? strchr(value, '.') : NULL;
		if (value && *value)
			return set && (strncasecmp(set, ".utf-8", 6) == 0 || strncasecmp(set, ".utf8", 5) == 0);
	}
	return false;
}
