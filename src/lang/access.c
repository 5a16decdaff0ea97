/* Where a script may read and write.
 *
 * A script of somebody else should not be able to look around.  Scripts are read (`use`) from the main script's folder, the
 * working folder and what --read names; models and data from anywhere, unless --read was given: then from the same places.
 * Files are written in and below the main script's folder, or where --write says, and then only there.  What came with pp
 * is for every script; a file of the same name beside the script goes before it. */
#include <errno.h>
#include <string.h>

#include "base/shipped.h"
#include "lang/internal.h"

/* Is path, which need not exist yet, in folder or below it?  Both are looked at without links and dots.  Where there is not
 * even a folder for it, nothing can be read or written either, and who tries says so better. */
static bool is_below(const char *path, const char *folder)
{
	char *root = realpath(*folder ? folder : ".", NULL), *real = realpath(path, NULL);
	if (!real) {                                 /* a new file: its folder decides */
		char *parent = mem_strdup(path), *slash = strrchr(parent, '/');
		if (slash)
			slash[slash == parent] = 0;
		real = realpath(slash ? parent : ".", NULL);
		free(parent);
	}
	if (!real && errno == ENOENT) {
		free(root);
		return true;
	}
	size_t n = root ? strlen(root) : 0;
	bool below = root && real && strncmp(real, root, n) == 0 && (real[n] == 0 || real[n] == '/' || n == 1);
	free(root);
	free(real);
	return below;
}

static bool below_any(const char *path, const char *const *folder, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_below(path, folder[i]))
			return true;
	return false;
}

bool may_use(struct interp *in, const char *path, struct span at)
{
	const struct access *a = &in->o.access;
	if (is_below(path, in->folder) || (!a->n_read && is_below(path, "")) || below_any(path, a->read, a->n_read))
		return true;
	diag_at(in->o.diags, E_ACCESS, at, "%s lies outside of the script's folder", path);
	diag_hint(in->o.diags, "--read FOLDER lets a script use what is there");
	return false;
}

bool may_read(struct interp *in, const char *path, struct span at)
{
	const struct access *a = &in->o.access;
	if (!a->n_read || is_below(path, in->folder) || below_any(path, a->read, a->n_read))
		return true;
	diag_at(in->o.diags, E_ACCESS, at, "%s lies outside of the script's folder and of what --read names", path);
	return false;
}

bool may_write(struct interp *in, const char *path, struct span at)
{
	const struct access *a = &in->o.access;
	if (a->n_write ? below_any(path, a->write, a->n_write) : is_below(path, in->folder))
		return true;
	diag_at(in->o.diags, E_ACCESS, at, "%s lies outside of %s", path, a->n_write ? "what --write names" : "the script's folder");
	diag_hint(in->o.diags, "--write FOLDER lets a script write there");
	return false;
}

const char *came_with_pp(struct interp *in, const char *name)
{
	char *found = shipped_find(name);
	const char *path = found ? arena_strndup(&in->arena, found, strlen(found)) : NULL;
	free(found);
	return path;
}
