/* `use`: other scripts and the standard library.
 *
 * A file is read once, in a scope of its own; who uses it gets its names, or a record of them under an alias. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/embed.h"
#include "lang/internal.h"
#include "syntax/parse.h"

enum { SCRIPT_MAX = 64 << 20 };

/* A path in a script is relative to the script it stands in. */
static const char *folder_at(const struct interp *in, struct span at)
{
	const struct source *src = source_place(in->o.sources, at).source;
	for (size_t i = 0; src && i < in->modules.n; i++)
		if (in->modules.at[i]->source == src)
			return in->modules.at[i]->folder;
	return in->folder;
}

const char *resolve_path(struct interp *in, const char *path, struct span at)
{
	const char *folder = folder_at(in, at);
	return path[0] == '/' || !folder[0] ? path : arena_printf(&in->arena, "%s/%s", folder, path);
}

static const char *folder_of(struct interp *in, const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? arena_strndup(&in->arena, path, slash == path ? 1 : (size_t)(slash - path)) : "";
}

static struct module *known(struct interp *in, const char *key)
{
	for (size_t i = 0; i < in->modules.n; i++)
		if (strcmp(in->modules.at[i]->key, key) == 0)
			return in->modules.at[i];
	return NULL;
}

static const struct embedded *in_stdlib(const char *name)
{
	for (const struct embedded *e = stdlib_files; e->name; e++)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

/* PP_PATH names a folder whose files stand in for those of the standard library, or add to it. */
static const char *override(struct interp *in, const char *name)
{
	const char *folder = getenv("PP_PATH");
	const char *path = folder && folder[0] && name[0] != '/' ? arena_printf(&in->arena, "%s/%s.pp", folder, name) : NULL;
	return path && access(path, R_OK) == 0 ? path : NULL;
}

static char *stdlib_text(struct interp *in, const char *name, const char **label, size_t *len)
{
	const struct embedded *e = in_stdlib(name);
	*label = override(in, name);
	if (*label)
		return file_read(*label, SCRIPT_MAX, len);
	*label = arena_printf(&in->arena, "stdlib/%s.pp", name);
	*len = e->len;
	return mem_copy(e->text, e->len + 1);
}

/* The file's text, or NULL after a report.  key tells whether it was read before. */
static char *module_text(struct interp *in, const char *name, struct span at, const char **key, const char **label, size_t *len)
{
	*len = 0;
	char *t = NULL;
	if (in_stdlib(name) || override(in, name)) {
		*key = arena_printf(&in->arena, "stdlib:%s", name);
		if (!known(in, *key))
			t = stdlib_text(in, name, label, len);
	} else {
		*label = resolve_path(in, name, at);
		char *real = realpath(*label, NULL);
		*key = real ? arena_strndup(&in->arena, real, strlen(real)) : NULL;
		free(real);
		if (*key && !may_use(in, *label, at)) {
			*key = NULL;
			return NULL;
		}
		if (*key && !known(in, *key))
			t = file_read(*label, SCRIPT_MAX, len);
	}
	if (*key && known(in, *key))
		return NULL;
	if (!t) {
		diag_at(in->o.diags, E_FILE, at, "%s: %s", *label, strerror(errno));
		*key = NULL;
	}
	return t;
}

static bool run_module(struct interp *in, struct module *m)
{
	size_t before = in->o.diags->n_errors;
	struct parsed p = parse_source(m->source, &in->arena, in->o.diags, false);
	struct value last;
	m->scope = scope_open(&in->scopes, &in->builtins);
	scope_keep(&in->scopes, m->scope);
	m->scope->top = true;
	return in->o.diags->n_errors == before && run_block(in, p.program, m->scope, &last);
}

struct module *read_module(struct interp *in, const char *name, struct span at)
{
	const char *key = NULL, *label = NULL;
	size_t len;
	if (stack_low(in)) {
		diag_at(in->o.diags, E_USE_CYCLE, at, "files use each other too deeply");
		return NULL;
	}
	char *t = module_text(in, name, at, &key, &label, &len);
	if (!key)
		return NULL;
	struct module *m = known(in, key);
	if (m && m->state == MODULE_READING)
		diag_at(in->o.diags, E_USE_CYCLE, at, "%s is being read, so what it uses cannot use it", name);
	if (m)
		return m->state == MODULE_READY ? m : NULL;
	m = arena_alloc(&in->arena, sizeof *m);
	*m = (struct module){ key, folder_of(in, label), source_add(in->o.sources, label, t, len), NULL, MODULE_READING };
	free(t);
	vec_push(&in->modules, m);
	if (!m->source)
		diag_at(in->o.diags, E_TOO_LARGE, at, "%s is too long", label);
	bool ok = m->source && run_module(in, m);
	m->state = ok ? MODULE_READY : MODULE_FAILED;
	return ok ? m : NULL;
}

/* A name that begins with _ is its file's own. */
static bool stays(const char *name)
{
	return name[0] == '_';
}

/* The names of m in another scope.  One that came there another way already is no clash. */
static bool import(struct interp *in, const struct module *m, struct scope *into, struct span at)
{
	bool ok = true;
	for (size_t i = 0; i < m->scope->binding.n; i++) {
		const struct binding b = m->scope->binding.at[i];
		if (stays(b.name))
			continue;
		const struct binding *old = find_local(into, b.name);
		if (old && old->at.off == b.at.off && old->at.len == b.at.len)
			continue;
		ok &= bind(in, into, b.name, b.value, old ? at : b.at, false);
	}
	return ok;
}

bool use_module(struct interp *in, const char *name, struct scope *into, const char *alias, struct span at)
{
	const struct module *m = read_module(in, name, at);
	if (!m || !alias)
		return m && import(in, m, into, at);
	size_t n = 0;
	struct field *f = arena_array(&in->arena, m->scope->binding.n, sizeof *f);
	struct value v;
	for (size_t i = 0; i < m->scope->binding.n; i++) {
		const struct binding *b = &m->scope->binding.at[i];
		if (!stays(b->name))
			f[n++] = (struct field){ b->name, arena_copy(&in->arena, &b->value, sizeof v) };
	}
	struct ast here = { .span = at };
	return new_record(in, &here, f, n, &v) && bind(in, into, alias, v, at, false);
}
