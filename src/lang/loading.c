/* load(): models and their architectures.  Where they lie is model_file.c's, files of pairs are datasets.c's. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "graph/norms.h"
#include "lang/internal.h"

/* ---- architectures */

struct span blame(const struct interp *in, const struct ast *at)
{
	const struct source *s = source_place(in->o.sources, at->span).source;
	return in->config && s && strncmp(s->name, "stdlib/", 7) == 0 ? in->config_at : at->span;
}

/* type NULL: the config says none. */
static bool unknown_type(struct interp *in, const struct ast *at, const struct record *index, const char *path, const char *type)
{
	VEC(const char *) have = { 0 };
	struct buf list = { 0 };
	for (size_t i = 0; i < index->n; i++) {
		vec_push(&have, index->at[i].name);
		buf_printf(&list, "%s%s", i ? ", " : "", index->at[i].name);
	}
	const char *near = type ? str_nearest(type, have.at, have.n) : NULL;
	if (type)
		diag_at(in->o.diags, E_MODEL_TYPE, at->span, "no file in stdlib/models describes the model_type \"%s\" of %s", type, path);
	else
		diag_at(in->o.diags, E_CONFIG, at->span, "%s has no model_type", path);
	if (near)
		diag_hint(in->o.diags, "did you mean %s? There are %s", near, buf_str(&list));
	else if (!type)
		diag_hint(in->o.diags, "it says which file of stdlib/models describes the model; there are %s", buf_str(&list));
	else
		diag_hint(in->o.diags, "there are %s; an architecture of your own is used by load(folder, as: name)", buf_str(&list));
	buf_free(&list);
	vec_free(&have);
	return false;
}

bool library_value(struct interp *in, const struct ast *at, const char *file, const char *name, enum value_kind k, struct value *out)
{
	const struct module *m = read_module(in, file, at->span);
	const struct binding *b = m ? find_local(m->scope, intern(name)) : NULL;
	if (m && (!b || b->value.kind != k))
		return FAIL(in, E_MODEL_TYPE, at, "%s.pp does not define %s", file, name);
	if (m)
		*out = b->value;
	return m != NULL;
}

bool model_type(struct interp *in, const struct ast *at, const struct value *config, struct value *out)
{
	struct value type_of;
	return library_value(in, at, "models/index", "type_of", VAL_FN, &type_of) && call_function(in, type_of.fn, config, 1, at, out);
}

/* The architecture that config.json names, by way of stdlib/models/index.pp, and how long a prompt may be. */
static bool architecture(struct interp *in, const struct ast *at, const struct value *config, const char *path, struct value *fn, int64_t *context)
{
	struct value index, type;
	if (!library_value(in, at, "models/index", "architectures", VAL_RECORD, &index) || !model_type(in, at, config, &type))
		return false;
	if (type.kind != VAL_STRING)
		return unknown_type(in, at, index.record, path, NULL);
	const struct value *entry = record_get(index.record, type.string.at);
	if (!entry)
		return unknown_type(in, at, index.record, path, type.string.at);
	const struct value *file = entry->kind == VAL_RECORD ? record_get(entry->record, "file") : NULL;
	const struct value *key = file ? record_get(entry->record, "context") : NULL;
	const struct value *n = key && key->kind == VAL_STRING ? record_get(config->record, key->string.at) : NULL;
	if (!file || file->kind != VAL_STRING)
		return FAIL(in, E_MODEL_TYPE, at, "models/index.pp names no file for %s", type.string.at);
	if (n && n->kind == VAL_NUMBER && n->number >= 1 && n->number < 1e15)
		*context = (int64_t)n->number;
	const char *slash = strrchr(file->string.at, '/');
	return library_value(in, at, file->string.at, slash ? slash + 1 : file->string.at, VAL_FN, fn);
}

static void open_tokenizer(struct interp *in, const struct ast *at, struct model *m)
{
	bool none = false;
	struct diags quiet = { .sources = in->o.sources };       /* what is wrong with it matters only when there is text */
	const struct gguf *g = weights_gguf(m->weights);
	m->tokenizer = g ? tokenizer_from_gguf(g, m->folder, &none, at->span, &quiet) : tokenizer_open(m->folder, &none, at->span, &quiet);
	if (m->tokenizer)
		vec_push(&in->tokenizers, m->tokenizer);
	if (!m->tokenizer && !none && quiet.n)
		m->no_tokenizer = arena_strndup(&in->arena, quiet.at[0].message, strlen(quiet.at[0].message));
	diags_free(&quiet);
}

/* bos: "auto", "yes" or "no".  v NULL: nothing was said. */
static bool read_bos(struct interp *in, const struct ast *at, const struct value *v, enum bos *out)
{
	static const char *const names[] = { [BOS_AUTO] = "auto", [BOS_YES] = "yes", [BOS_NO] = "no" };
	*out = BOS_AUTO;
	if (!v)
		return true;
	for (int i = 0; v->kind == VAL_STRING && i < 3; i++)
		if (strcmp(v->string.at, names[i]) == 0) {
			*out = (enum bos)i;
			return true;
		}
	return FAIL(in, E_ARGUMENT, at, "bos is \"auto\", \"yes\" or \"no\": does a prompt begin with the tokenizer's beginning-of-text token?");
}

static bool set_bos(struct interp *in, const struct ast *at, struct model *m, enum bos policy)
{
	struct buf why = { 0 };
	bool ok = m->tokenizer ? tokenizer_bos(m->tokenizer, policy, &why) || FAIL(in, E_ARGUMENT, at, "bos: \"yes\", but %s", buf_str(&why))
	        : policy == BOS_AUTO || FAIL(in, E_TOKENIZER, at, "'bos:' is about texts, but this model has no tokenizer");
	buf_free(&why);
	return ok;
}

/* ---- models */

bool build_model(struct interp *in, const struct ast *at, const char *path, struct model_file *file, const struct value *as, struct value *out)
{
	struct value fn, arg[2];
	int64_t context = 0;
	if (as)
		fn = *as;
	if (as ? !want(in, at, fn, VAL_FN) : !architecture(in, at, &file->config, file->config_path, &fn, &context))
		return false;
	if (fn.fn->body->kind != AST_MODEL_DEF || fn.fn->params->n != 2)
		return FAIL(in, E_TYPE, at, "%s is no architecture: model name(cfg, w) { ... }", fn.fn->name);
	if (!open_model_weights(in, at, path, file))
		return false;
	arg[0] = file->config;
	arg[1] = file->weights;
	in->config = file->config.record;
	in->config_path = file->config_path;
	in->config_at = at->span;
	size_t before = in->o.diags->n_errors;
	bool ok = call_function(in, fn.fn, arg, 2, at, out);
	in->config = NULL;
	if (!ok && in->o.diags->n_errors > before && !in->o.diags->at[in->o.diags->n - 1].hint)
		diag_hint(in->o.diags, "while building the model in %s", path);
	if (!ok)
		return false;
	struct model *m = out->model;
	m->folder = path;
	m->weights = file->mapped;
	m->config = file->config.record;
	m->context = context && (!m->context || context < m->context) ? context : m->context;
	open_tokenizer(in, at, m);
	return true;
}

static bool load_model(struct interp *in, const struct ast *at, const char *path, const struct value *as, struct value *out)
{
	struct model_file file;
	return open_model_file(in, at, path, &file) && build_model(in, at, path, &file, as, out);
}

/* norms: "split" */
static bool read_norms(struct interp *in, const struct ast *at, const struct value *v, bool *split)
{
	*split = v && v->kind == VAL_STRING && strcmp(v->string.at, "split") == 0;
	return !v || *split || (v->kind == VAL_STRING && strcmp(v->string.at, "whole") == 0)
	    || FAIL(in, E_ARGUMENT, at, "norms is \"whole\" or \"split\": is the scale of a norm a component of its own?");
}

static bool split_norms(struct interp *in, const struct ast *at, struct model *m)
{
	struct graph *g = graph_split_norms(m->graph, at->span, in->o.diags);
	if (g)
		m->graph = g;
	return g != NULL;
}

/* The file or folder that is meant, and whether it is a model's: with `for` it holds pairs, and is no name of the hub. */
static bool find_file(struct interp *in, const struct ast *at, const struct args *a, const char **path, bool *model)
{
	struct stat st = { 0 };
	bool pairs = false;
	for (size_t i = 0; i < a->n; i++)
		pairs |= a->name[i] && strcmp(a->name[i], "for") == 0;
	*path = resolve_path(in, a->at[0].string.at, at->span);
	*model = false;
	if (pairs && stat(*path, &st) == 0)
		return may_read(in, *path, a->ast[0]->span);
	if (pairs) {
		int why = errno;
		const char *ours = came_with_pp(in, a->at[0].string.at);
		if (!ours)
			return FAIL(in, E_FILE, a->ast[0], "%s: %s", *path, strerror(why));
		*path = ours;
		return true;
	}
	if (!model_path(in, a->ast[0], a->at[0].string.at, at->span, path))
		return false;
	char *gguf = weights_gguf_path(*path);
	*model = gguf || (stat(*path, &st) == 0 && S_ISDIR(st.st_mode));
	free(gguf);
	return true;
}

bool load(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	struct value as, bos, scales;
	bool split;
	const char *path;
	bool model;
	enum bos policy;
	const struct value *arch = named(a, "as", &as) ? &as : NULL, *begins = named(a, "bos", &bos) ? &bos : NULL,
		*norms = named(a, "norms", &scales) ? &scales : NULL;
	if (!at_top(in, at, "load()"))
		return false;
	if (a->n < 1 || a->name[0])
		return FAIL(in, E_ARGUMENT, at, "load() takes a path: load(\"models/induction\")");
	if (!want(in, a->ast[0], a->at[0], VAL_STRING) || !find_file(in, at, a, &path, &model))
		return false;
	if (!model)
		return !begins && !norms ? load_dataset(in, at, a, path, out)
		               : FAIL(in, E_ARGUMENT, at, "'%s:' is for the model: load(folder, %s: ...)", begins ? "bos" : "norms", begins ? "bos" : "norms");
	if (!no_more_names(in, a) || !read_bos(in, at, begins, &policy) || !read_norms(in, at, norms, &split))
		return false;
	if (a->n != 1)
		return FAIL(in, E_ARGUMENT, at, "load(folder) takes nothing but `as`, `bos` and `norms`");
	return load_model(in, a->ast[0], path, arch, out) && set_bos(in, at, out->model, policy) && (!split || split_norms(in, at, out->model));
}
