/* pp fmt: scripts in their usual layout, in place; or, from standard input, to standard output. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/commands.h"
#include "pp/pp.h"
#include "syntax/format.h"

enum { SCRIPT_MAX = 64 << 20 };

static int world_error(const char *name, const char *what, enum code c)
{
	fprintf(stderr, "pp: error %s: %s %s: %s\n", code_info[c].name, name, what, strerror(errno));
	return PP_WORLD_ERROR;
}

static void tell(const struct diags *d)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < d->n; i++)
		diag_print(d, &d->at[i], &b, 100);
	if (b.n)
		fwrite(b.at, 1, b.n, stderr);
	buf_free(&b);
}

/* What to do with one text; name is "-" for standard input. */
static int format_text(const char *name, const char *text, size_t n, bool check)
{
	struct sources sources = { 0 };
	struct diags d = { .sources = &sources };
	struct buf out = { 0 };
	bool piped = strcmp(name, "-") == 0;
	const struct source *src = source_add(&sources, piped ? "<stdin>" : name, text, n);
	int status = src && format_source(src, &d, &out) ? PP_OK : PP_SCRIPT_ERROR;
	tell(&d);
	bool same = status == PP_OK && out.n == n && (!n || memcmp(out.at, text, n) == 0);
	if (status == PP_OK && check && !same) {
		fprintf(stderr, "pp: %s is not in the usual layout; pp fmt changes that\n", src->name);
		status = PP_EXPECT_FAILED;
	} else if (status == PP_OK && piped && !check) {
		if (fwrite(buf_str(&out), 1, out.n, stdout) != out.n || fflush(stdout) != 0)
			status = world_error("the script", "cannot be written", E_FILE_WRITE);
	} else if (status == PP_OK && !piped && !check && !same && !file_write(name, buf_str(&out), out.n)) {
		status = world_error(name, "cannot be written", E_FILE_WRITE);
	}
	buf_free(&out);
	diags_free(&d);
	sources_free(&sources);
	return status;
}

static int format_file(const char *path, bool check)
{
	size_t n;
	char *text = strcmp(path, "-") == 0 ? read_stdin(&n) : file_read(path, SCRIPT_MAX, &n);
	if (!text)
		return strcmp(path, "-") == 0 ? PP_WORLD_ERROR : world_error(path, "cannot be read", E_FILE);
	int status = format_text(path, text, n, check);
	free(text);
	return status;
}

int cli_format(int n, char *const *path, bool check)
{
	int worst = PP_OK;
	for (int i = 0; i < n; i++) {
		int status = format_file(path[i], check);
		worst = status > worst ? status : worst;
	}
	return worst;
}
