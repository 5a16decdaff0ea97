/* load(): model folders and datasets; use: other scripts and the standard library. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/embed.h"
#include "lang/internal.h"
#include "model/config.h"
#include "syntax/parse.h"

static const char *resolve_path(struct interp *in, const char *path)
{
	return path[0] == '/' || !in->folder[0] ? path : arena_printf(&in->arena, "%s/%s", in->folder, path);
}

/* ---- scripts */

static char *module_text(struct interp *in, const char *name, const char **label, size_t *len)
{
	const char *over = getenv("PP_PATH");
	for (const struct embedded *e = stdlib_files; e->name; e++)
		if (strcmp(e->name, name) == 0) {
			*label = arena_printf(&in->arena, "stdlib/%s.pp", name);
			char *file = over ? file_read(arena_printf(&in->arena, "%s/%s.pp", over, name), 16 << 20, len) : NULL;
			if (file)
				return file;
			*len = e->len;
			return mem_copy(e->text, e->len + 1);
		}
	*label = resolve_path(in, name);
	return file_read(*label, 16 << 20, len);
}

bool use_module(struct interp *in, const char *name, struct scope *into, struct span at)
{
	size_t len;
	const char *label;
	char *t = module_text(in, name, &label, &len);
	if (!t) {
		diag_at(in->o.diags, E_FILE, at, "%s: %s", label, strerror(errno));
		return false;
	}
	for (size_t i = 0; i < in->o.sources->n; i++)
		if (strcmp(in->o.sources->at[i]->name, label) == 0) {
			free(t);
			return true;
		}
	const struct source *src = source_add(in->o.sources, label, t, len);
	free(t);
	if (!src || in->depth > 50)
		return false;
	size_t before = in->o.diags->n_errors;
	struct parsed p = parse_source(src, &in->arena, in->o.diags, false);
	struct value last;
	const char *old = in->folder, *slash = strrchr(label, '/');
	in->folder = slash ? intern_n(label, (size_t)(slash - label)) : in->folder;
	in->depth++;
	bool ok = in->o.diags->n_errors == before && run_block(in, p.program, into, &last);
	in->depth--;
	in->folder = old;
	return ok;
}

/* ---- JSON as values */

static bool from_json(struct interp *in, json_t *j, struct value *out)
{
	switch (json_typeof(j)) {
	case JSON_OBJECT: {
		struct record *r = arena_alloc(&in->arena, sizeof *r);
		const char *key;
		json_t *v;
		r->at = arena_array(&in->arena, json_object_size(j), sizeof *r->at);
		json_object_foreach(j, key, v) {
			r->at[r->n].name = intern(key);
			r->at[r->n].value = arena_alloc(&in->arena, sizeof(struct value));
			from_json(in, v, r->at[r->n++].value);
		}
		*out = (struct value){ .kind = VAL_RECORD, .record = r };
		return true;
	}
	case JSON_ARRAY: {
		struct list *l = arena_alloc(&in->arena, sizeof *l);
		l->n = json_array_size(j);
		l->at = arena_array(&in->arena, l->n, sizeof *l->at);
		for (size_t i = 0; i < l->n; i++)
			from_json(in, json_array_get(j, i), &l->at[i]);
		*out = (struct value){ .kind = VAL_LIST, .list = l };
		return true;
	}
	case JSON_STRING:  *out = text(in, json_string_value(j), json_string_length(j)); return true;
	case JSON_INTEGER:
	case JSON_REAL:    *out = number(json_number_value(j)); return true;
	case JSON_TRUE:
	case JSON_FALSE:   *out = (struct value){ .kind = VAL_BOOL, .truth = json_is_true(j) }; return true;
	case JSON_NULL:    out->kind = VAL_NONE; return true;
	}
	return false;
}

static json_t *to_json(struct value v)
{
	json_t *j;
	switch (v.kind) {
	case VAL_NUMBER: return json_real(v.number);
	case VAL_STRING: return json_stringn(v.string.at, v.string.n);
	case VAL_BOOL:   return json_boolean(v.truth);
	case VAL_LIST:
		j = json_array();
		for (size_t i = 0; i < v.list->n; i++)
			json_array_append_new(j, to_json(v.list->at[i]));
		return j;
	case VAL_RECORD:
		j = json_object();
		for (size_t i = 0; i < v.record->n; i++)
			json_object_set_new(j, v.record->at[i].name, to_json(*v.record->at[i].value));
		return j;
	default: return json_null();
	}
}

/* ---- models */

static struct value *entry(struct value r, const char *name)
{
	for (size_t i = 0; r.kind == VAL_RECORD && i < r.record->n; i++)
		if (strcmp(r.record->at[i].name, name) == 0)
			return r.record->at[i].value;
	return NULL;
}

/* stdlib/models/index.pp: model_type to the file and function that builds it, and where its config counts things. */
static bool architecture(struct interp *in, struct value config, const char *folder, const struct ast *at, struct value *info, struct value *fn)
{
	struct scope *s = arena_alloc(&in->arena, sizeof *s);
	s->up = &in->builtins;
	struct value *type = entry(config, "model_type");
	if (!type || type->kind != VAL_STRING)
		return FAIL(in, E_CONFIG, at, "%s/config.json has no model_type", folder);
	struct binding *index = find(&in->builtins, intern("architectures"));
	if (!index && (!use_module(in, "models/index", &in->builtins, at->span) || !(index = find(&in->builtins, intern("architectures")))))
		return false;
	struct value *found = entry(index->value, type->string.at);
	if (!found) {
		struct buf have = { 0 };
		for (size_t i = 0; i < index->value.record->n; i++)
			buf_printf(&have, "%s%s", i ? ", " : "", index->value.record->at[i].name);
		diag_at(in->o.diags, E_MODEL_TYPE, at->span, "pp knows no architecture called %s", type->string.at);
		diag_hint(in->o.diags, "it knows %s", buf_str(&have));
		buf_free(&have);
		return false;
	}
	*info = *found;
	const char *file = entry(*found, "file")->string.at, *slash = strrchr(file, '/');
	const char *name = intern(slash ? slash + 1 : file);
	if (!find(&in->builtins, name) && !use_module(in, file, &in->builtins, at->span))
		return false;
	struct binding *b = find(&in->builtins, name);
	if (!b || b->value.kind != VAL_FN)
		return FAIL(in, E_MODEL_TYPE, at, "%s does not define a model %s(cfg, w)", file, name);
	*fn = b->value;
	return true;
}

static int64_t counted(struct value config, struct value info, const char *what)
{
	struct value *key = entry(info, what), *v = key && key->kind == VAL_STRING ? entry(config, key->string.at) : NULL;
	return v && v->kind == VAL_NUMBER ? (int64_t)v->number : 0;
}

static bool load_model(struct interp *in, const struct ast *at, const char *folder, struct value *out)
{
	struct value config, info, fn, arg[2];
	json_t *j = json_read(arena_printf(&in->arena, "%s/config.json", folder), E_CONFIG, at->span, in->o.diags);
	if (!j)
		return false;
	from_json(in, j, &config);
	json_decref(j);
	if (!architecture(in, config, folder, at, &info, &fn))
		return false;
	struct weights *w = weights_open(folder, at->span, in->o.diags);
	if (!w)
		return false;
	struct model *m;
	arg[0] = config;
	arg[1] = (struct value){ .kind = VAL_WEIGHTS, .weights = w };
	if (!model_from_block(in, fn.fn->body, fn.fn->scope, arg, 2, &m)) {
		diag_hint(in->o.diags, "while building the model in %s", folder);
		weights_close(w);
		return false;
	}
	m->folder = folder;
	m->weights = w;
	m->config = config.record;
	m->vocab = counted(config, info, "vocab");
	m->context = counted(config, info, "context");
	bool none = false;
	struct diags quiet = { .sources = in->o.sources };   /* a tokenizer pp cannot read yet matters only when there is text */
	m->tokenizer = tokenizer_open(folder, &none, at->span, &quiet);
	diags_free(&quiet);
	*out = (struct value){ .kind = VAL_MODEL, .model = m };
	return true;
}

static bool keep_dataset(struct interp *in, struct dataset *d, const struct ast *at, struct value *out)
{
	if (!d)
		return false;
	vec_push(&in->datasets, d);
	*out = (struct value){ .kind = VAL_DATASET, .dataset = d };
	return d->pair.n || FAIL(in, E_DATASET, at, "the dataset has no pairs");
}

static bool data_model_arg(struct interp *in, const struct ast *at, struct args *a, struct data_model *m)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->name[i] && strcmp(a->name[i], "for") == 0) {
			if (!want(in, a->ast[i], a->at[i], VAL_MODEL))
				return false;
			const struct model *x = a->at[i].model;
			*m = (struct data_model){ x->name, x->graph, x->tokenizer, x->vocab, x->context };
			return true;
		}
	return FAIL(in, E_ARGUMENT, at, "say for which model: for: m");
}

bool load(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	if (a->n < 1 || !want(in, at, a->at[0], VAL_STRING))
		return a->n < 1 ? FAIL(in, E_ARGUMENT, at, "load(path) takes a path") : false;
	const char *path = resolve_path(in, a->at[0].string.at);
	struct stat st;
	if (stat(path, &st) != 0) {
		diag_at(in->o.diags, E_FILE, at->span, "%s: %s", path, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode))
		return load_model(in, at, path, out);
	struct data_model m;
	if (!data_model_arg(in, at, a, &m))
		return false;
	struct dataset *d = dataset_load(path, &m, at->span, in->o.diags);
	return keep_dataset(in, d, at, out);
}

bool make_pair(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	struct data_model m;
	if (a->n < 3 || a->name[0] || a->name[1])
		return FAIL(in, E_ARGUMENT, at, "pair(reference, counterfactual, for: model)");
	if (!data_model_arg(in, at, a, &m))
		return false;
	json_t *j = json_object();
	json_object_set_new(j, "ref", to_json(a->at[0]));
	json_object_set_new(j, "cf", to_json(a->at[1]));
	struct dataset *d = dataset_one(j, &m, at->span, in->o.diags);
	json_decref(j);
	return keep_dataset(in, d, at, out);
}
