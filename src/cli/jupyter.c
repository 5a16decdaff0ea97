/* pp jupyter --install: a kernel for Jupyter's notebooks, written into the folder where Jupyter looks for them.
 *
 * The kernel is a small Python program around libpp (stdlib/jupyter/kernel.py): Jupyter brings Python and ipykernel, which speak its
 * protocol. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/diag.h"
#include "base/embed.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/commands.h"
#include "pp/pp.h"

static const char library_name[] = "libpp.so.0";

/* Where libpp is: beside the program, as in the folder it was built in, or where it was installed.  malloc'd; NULL: nowhere. */
static char *find_library(void)
{
	char self[4096];
	struct buf b = { 0 };
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = 0;
	char *slash = strrchr(self, '/');
	if (slash)
		*slash = 0;
	const char *const folder[] = { self, PP_LIBDIR };
	for (size_t i = 0; i < 2; i++) {
		b.n = 0;
		buf_printf(&b, "%s/%s", folder[i], library_name);
		if (access(b.at, R_OK) == 0)
			return b.at;
	}
	buf_free(&b);
	return NULL;
}

/* Where Jupyter looks for kernels: below a prefix, or the user's own.  NULL: nobody knows. */
static char *kernels_folder(const char *prefix)
{
	const char *own = getenv("JUPYTER_DATA_DIR"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	struct buf b = { 0 };
	if (prefix)
		buf_printf(&b, "%s/share/jupyter", prefix);
	else if (own && *own)
		buf_puts(&b, own);
	else if (data && *data)
		buf_printf(&b, "%s/jupyter", data);
	else if (home && *home)
		buf_printf(&b, "%s/.local/share/jupyter", home);
	else
		return NULL;
	buf_puts(&b, "/kernels/pp");
	return b.at;
}

static bool make_folders(char *path)
{
	for (char *s = path + 1; (s = strchr(s, '/')); s++) {
		*s = 0;
		mkdir(path, 0777);
		*s = '/';
	}
	return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static bool put_file(const char *folder, const char *name, const char *text, size_t n)
{
	struct buf path = { 0 };
	buf_printf(&path, "%s/%s", folder, name);
	bool ok = file_write(path.at, text, n);
	buf_free(&path);
	return ok;
}

static bool put_embedded(const char *folder, const char *name, const char *embedded)
{
	const struct embedded *e = stdlib_files;
	while (e->name && strcmp(e->name, embedded) != 0)
		e++;
	pp_assert(e->name);
	return put_file(folder, name, e->text, e->len);
}

static bool put_description(const char *folder, const char *library)
{
	json_t *j = json_pack("{s:[s,s,s,s], s:s, s:s, s:s, s:{s:s}}", "argv", "python3", "{resource_dir}/kernel.py", "-f", "{connection_file}",
	    "display_name", "pp", "language", "pp", "interrupt_mode", "signal", "env", "PP_LIBRARY", library);
	char *text = json_dumps(j, JSON_INDENT(2));
	bool ok = text && put_file(folder, "kernel.json", text, strlen(text));
	free(text);
	json_decref(j);
	return ok;
}

int cli_jupyter(const char *prefix)
{
	char *library = find_library(), *folder = kernels_folder(prefix);
	int status = PP_WORLD_ERROR;
	if (!library)
		fprintf(stderr, "pp: error %s: %s is neither beside pp nor in %s\n    build it (ninja -C build) or install it (meson install -C build)\n",
		    code_info[E_FILE].name, library_name, PP_LIBDIR);
	else if (!folder)
		fprintf(stderr, "pp: error %s: HOME is not set\n    name a folder: pp jupyter --install PREFIX\n", code_info[E_FILE_WRITE].name);
	else if (!make_folders(folder) || !put_embedded(folder, "kernel.py", "jupyter/kernel.py") || !put_embedded(folder, "pp.py", "examples/embed/pp.py") ||
	         !put_description(folder, library))
		fprintf(stderr, "pp: error %s: the kernel cannot be written into %s: %s\n", code_info[E_FILE_WRITE].name, folder, strerror(errno));
	else
		status = PP_OK;
	if (status == PP_OK)
		fprintf(stderr, "pp: wrote the kernel to %s; jupyter lab, jupyter notebook and others offer it as pp\n", folder);
	free(library);
	free(folder);
	return status;
}
