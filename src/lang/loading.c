/* load(): model folders and datasets; pair() and input declarations. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/internal.h"
#include "model/config.h"

/* ---- JSON as values */

static bool from_json(struct interp *in, const struct ast *at, json_t *j, struct value *out);

static bool record_from(struct interp *in, const struct ast *at, json_t *j, struct value *out)
{
	struct field *f = arena_array(&in->arena, json_object_size(j), sizeof *f);
	size_t n = 0;
	const char *key;
	json_t *v;
	json_object_foreach(j, key, v) {
		f[n].name = intern(key);
		f[n].value = arena_alloc(&in->arena, sizeof(struct value));
		if (!from_json(in, at, v, f[n++].value))
			return false;
	}
	return new_record(in, at, f, n, out);
}

static bool from_json(struct interp *in, const struct ast *at, json_t *j, struct value *out)
{
	switch (json_typeof(j)) {
	case JSON_OBJECT: return record_from(in, at, j, out);
	case JSON_ARRAY: {
		struct value *v = arena_array(&in->arena, json_array_size(j), sizeof *v);
		for (size_t i = 0; i < json_array_size(j); i++)
			if (!from_json(in, at, json_array_get(j, i), &v[i]))
				return false;
		return new_list(in, at, v, json_array_size(j), out);
	}
	case JSON_STRING: *out = text(in, json_string_value(j), json_string_length(j)); break;
	case JSON_INTEGER:
	case JSON_REAL:   *out = number(json_number_value(j)); break;
	case JSON_TRUE:
	case JSON_FALSE:  *out = truth(json_is_true(j)); break;
	case JSON_NULL:   *out = (struct value){ VAL_NONE, { 0 } }; break;
	}
	return true;
}

/* NULL after a report. */
static json_t *to_json(struct interp *in, const struct ast *at, struct value v)
{
	json_t *j = NULL;
	bool ok = true;
	switch (v.kind) {
	case VAL_NONE:   return json_null();
	case VAL_NUMBER: j = json_real(v.number); break;         /* NULL when it is not finite */
	case VAL_STRING: j = json_stringn(v.string.at, v.string.n); break;
	case VAL_BOOL:   return json_boolean(v.truth);
	case VAL_LIST:
		j = json_array();
		for (size_t i = 0; ok && i < v.list->n; i++)
			ok = json_array_append_new(j, to_json(in, at, v.list->at[i])) == 0;
		break;
	case VAL_RECORD:
		j = json_object();
		for (size_t i = 0; ok && i < v.record->n; i++)
			ok = json_object_set_new(j, v.record->at[i].name, to_json(in, at, *v.record->at[i].value)) == 0;
		break;
	case VAL_RANGE:
		j = json_array();
		for (double x = v.range.from; ok && x < v.range.to && json_array_size(j) < MAX_ELEMENTS; x++)
			ok = json_array_append_new(j, json_real(x)) == 0;
		break;
	default: break;
	}
	if (ok && j)
		return j;
	json_decref(j);
	if (v.kind == VAL_NUMBER)
		diag_at(in->o.diags, E_VALUE, at->span, "a number of an input has to be finite");
	else if (v.kind == VAL_STRING)
		diag_at(in->o.diags, E_VALUE, at->span, "this text is not UTF-8");
	else if (ok)
		diag_at(in->o.diags, E_TYPE, at->span, "%s cannot be part of an input", value_kind_name[v.kind]);
	return NULL;
}

/* ---- model folders */

bool read_config(struct interp *in, const struct ast *at, const char *folder, struct value *out)
{
	const char *path = arena_printf(&in->arena, "%s/config.json", folder);
	json_t *j = json_read(path, E_CONFIG, at->span, in->o.diags);
	if (!j)
		return false;
	bool ok = from_json(in, at, j, out);
	json_decref(j);
	return ok && (out->kind == VAL_RECORD || FAIL(in, E_CONFIG, at, "%s is not a JSON object", path));
}

bool open_weights(struct interp *in, const struct ast *at, const char *folder, struct weights **out)
{
	*out = weights_open(folder, at->span, in->o.diags);
	if (*out)
		vec_push(&in->weights, *out);
	return *out != NULL;
}

static bool unknown_type(struct interp *in, const struct ast *at, const struct record *index, const char *type)
{
	VEC(const char *) have = { 0 };
	struct buf list = { 0 };
	for (size_t i = 0; i < index->n; i++) {
		vec_push(&have, index->at[i].name);
		buf_printf(&list, "%s%s", i ? ", " : "", index->at[i].name);
	}
	const char *near = str_nearest(type, have.at, have.n);
	diag_at(in->o.diags, E_MODEL_TYPE, at->span, "no file in stdlib/models describes the model_type \"%s\"", type);
	if (near)
		diag_hint(in->o.diags, "did you mean %s? There are %s", near, buf_str(&list));
	else
		diag_hint(in->o.diags, "there are %s; an architecture of your own is used by load(folder, as: name)", buf_str(&list));
	buf_free(&list);
	vec_free(&have);
	return false;
}

/* What a module of the standard library calls name. */
static bool library_value(struct interp *in, const struct ast *at, const char *file, const char *name, enum value_kind k, struct value *out)
{
	const struct module *m = read_module(in, file, at->span);
	const struct binding *b = m ? find_local(m->scope, intern(name)) : NULL;
	if (m && (!b || b->value.kind != k))
		return FAIL(in, E_MODEL_TYPE, at, "%s.pp does not define %s", file, name);
	if (m)
		*out = b->value;
	return m != NULL;
}

/* The architecture that config.json names, by way of stdlib/models/index.pp, and how long a prompt may be. */
static bool architecture(struct interp *in, const struct ast *at, const struct record *config, const char *folder, struct value *fn, int64_t *context)
{
	struct value index;
	const struct value *type = record_get(config, "model_type");
	if (!type || type->kind != VAL_STRING)
		return FAIL(in, E_CONFIG, at, "%s/config.json has no model_type", folder);
	if (!library_value(in, at, "models/index", "architectures", VAL_RECORD, &index))
		return false;
	const struct value *entry = record_get(index.record, type->string.at);
	if (!entry)
		return unknown_type(in, at, index.record, type->string.at);
	const struct value *file = entry->kind == VAL_RECORD ? record_get(entry->record, "file") : NULL;
	const struct value *key = file ? record_get(entry->record, "context") : NULL;
	const struct value *n = key && key->kind == VAL_STRING ? record_get(config, key->string.at) : NULL;
	if (!file || file->kind != VAL_STRING)
		return FAIL(in, E_MODEL_TYPE, at, "models/index.pp names no file for %s", type->string.at);
	if (n && n->kind == VAL_NUMBER && n->number >= 1 && n->number < 1e15)
		*context = (int64_t)n->number;
	const char *slash = strrchr(file->string.at, '/');
	return library_value(in, at, file->string.at, slash ? slash + 1 : file->string.at, VAL_FN, fn);
}

static void open_tokenizer(struct interp *in, const struct ast *at, struct model *m)
{
	bool none = false;
	struct diags quiet = { .sources = in->o.sources };       /* what is wrong with it matters only when there is text */
	m->tokenizer = tokenizer_open(m->folder, &none, at->span, &quiet);
	if (m->tokenizer)
		vec_push(&in->tokenizers, m->tokenizer);
	if (!m->tokenizer && !none && quiet.n)
		m->no_tokenizer = arena_strndup(&in->arena, quiet.at[0].message, strlen(quiet.at[0].message));
	diags_free(&quiet);
}

static bool load_model(struct interp *in, const struct ast *at, const char *folder, const struct value *as, struct value *out)
{
	struct value config, fn, arg[2];
	struct weights *w;
	int64_t context = 0;
	if (!read_config(in, at, folder, &config))
		return false;
	if (as)
		fn = *as;
	if (as ? !want(in, at, fn, VAL_FN) : !architecture(in, at, config.record, folder, &fn, &context))
		return false;
	if (fn.fn->body->kind != AST_MODEL_DEF || fn.fn->params->n != 2)
		return FAIL(in, E_TYPE, at, "%s is no architecture: model name(cfg, w) { ... }", fn.fn->name);
	if (!open_weights(in, at, folder, &w))
		return false;
	arg[0] = config;
	arg[1] = (struct value){ .kind = VAL_WEIGHTS, .weights = w };
	in->config = config.record;
	in->config_folder = folder;
	size_t before = in->o.diags->n_errors;
	struct model *m;
	bool ok = call_function(in, fn.fn, arg, 2, at, out);
	in->config = NULL;
	if (!ok && in->o.diags->n_errors > before && !in->o.diags->at[in->o.diags->n - 1].hint)
		diag_hint(in->o.diags, "while building the model in %s", folder);
	if (!ok)
		return false;
	m = out->model;
	m->folder = folder;
	m->weights = w;
	m->config = config.record;
	m->context = context && (!m->context || context < m->context) ? context : m->context;
	open_tokenizer(in, at, m);
	return true;
}

/* ---- datasets */

static bool keep_dataset(struct interp *in, struct dataset *d, const struct ast *at, const struct model *m, struct value *out)
{
	if (!d && m->no_tokenizer && in->o.diags->n && in->o.diags->at[in->o.diags->n - 1].code == E_TOKENIZER)
		diag_hint(in->o.diags, "its tokenizer cannot be used: %s", m->no_tokenizer);
	if (!d)
		return false;
	vec_push(&in->datasets, d);
	*out = (struct value){ .kind = VAL_DATASET, .dataset = d };
	return d->pair.n || FAIL(in, E_DATASET, at, "%s has no pairs", d->from[0] ? d->from : "the dataset");
}

/* The model that is meant: `for: m`, an input's own, or the only one there is. */
static const struct model *model_meant(struct interp *in, const struct ast *at, struct args *a, const struct model *own)
{
	struct value v;
	if (named(a, "for", &v))
		return want(in, at, v, VAL_MODEL) ? v.model : NULL;
	if (own || in->models.n == 1)
		return own ? own : in->models.at[0];
	diag_at(in->o.diags, E_ARGUMENT, at->span, in->models.n ? "there are several models, so say which one is meant" : "a dataset is for a model, and there is none yet");
	diag_hint(in->o.diags, "for: m");
	return NULL;
}

static struct data_model data_model(const struct model *m)
{
	return (struct data_model){ m->name, m->graph, m->tokenizer, m->vocab, m->context };
}

/* Arguments that belong to the language but not to this version. */
static bool no_later_arguments(struct interp *in, const struct ast *at, const struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->name[i] && (strcmp(a->name[i], "norms") == 0 || strcmp(a->name[i], "columns") == 0))
			return FAIL(in, E_PLACE, a->ast[i], "'%s:' is not in this version of pp yet", a->name[i]);
	return no_more_names(in, at, a);
}

bool load(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	struct value as;
	struct stat st;
	const struct value *arch = named(a, "as", &as) ? &as : NULL;
	if (!at_top(in, at, "load()"))
		return false;
	if (a->n < 1 || a->name[0])
		return FAIL(in, E_ARGUMENT, at, "load() takes a path: load(\"models/induction\")");
	if (!want(in, a->ast[0], a->at[0], VAL_STRING))
		return false;
	const struct ast *path_at = a->ast[0];
	const char *path = resolve_path(in, a->at[0].string.at, at->span);
	if (stat(path, &st) != 0)
		return FAIL(in, E_FILE, path_at, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		if (!no_later_arguments(in, at, a))
			return false;
		return a->n == 1 ? load_model(in, path_at, path, arch, out) : FAIL(in, E_ARGUMENT, at, "load(folder) takes nothing but `as`");
	}
	const struct model *m = model_meant(in, at, a, NULL);
	if (!m || !no_later_arguments(in, at, a))
		return false;
	if (a->n != 1)
		return FAIL(in, E_ARGUMENT, at, "load(file, for: m) takes one path");
	struct data_model dm = data_model(m);
	return keep_dataset(in, dataset_load(path, &dm, path_at->span, in->o.diags), path_at, m, out);
}

/* An input by name, or its value. */
static bool add_side(struct interp *in, const struct ast *at, json_t *j, const char *field, struct value v)
{
	json_t *side = to_json(in, at, v.kind == VAL_PROMPT ? *v.prompt->input : v);
	return side && json_object_set_new(j, field, side) == 0;
}

bool make_pair(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	static const char *const more[] = { "answer", "foil", "positions" };
	const struct model *own = NULL;
	for (size_t i = 0; i < a->n; i++)
		own = a->at[i].kind == VAL_PROMPT ? a->at[i].prompt->model : own;
	const struct model *m = model_meant(in, at, a, own);
	if (!m)
		return false;
	json_t *j = json_object();
	struct value v;
	bool ok = true;
	for (size_t i = 0; i < sizeof more / sizeof *more && ok; i++)
		if (named(a, more[i], &v))
			ok = add_side(in, at, j, more[i], v);
	ok = ok && no_more_names(in, at, a);
	if (ok && a->n != 2)
		ok = FAIL(in, E_ARGUMENT, at, "pair(reference, counterfactual) takes two inputs");
	ok = ok && add_side(in, a->ast[0], j, "ref", a->at[0]) && add_side(in, a->ast[1], j, "cf", a->at[1]);
	struct data_model dm = data_model(m);
	struct dataset *d = ok ? dataset_one(j, &dm, at->span, in->o.diags) : NULL;
	json_decref(j);
	return ok && keep_dataset(in, d, at, m, out);
}

/* ---- inputs */

static bool spell_prompt(struct interp *in, const struct ast *at, struct prompt *p)
{
	struct value v = *p->input;
	struct buf why = { 0 };
	struct tokens t = { 0 };
	bool ok = true;
	if (v.kind == VAL_STRING && !p->model->tokenizer) {
		diag_at(in->o.diags, E_TOKENIZER, at->span, "this is text, but %s has no tokenizer", p->model->name);
		if (p->model->no_tokenizer)
			diag_hint(in->o.diags, "its tokenizer cannot be used: %s", p->model->no_tokenizer);
		else
			diag_hint(in->o.diags, "give token ids: [15, 46, 68]");
		return false;
	}
	if (v.kind == VAL_STRING)
		ok = tokenizer_encode(p->model->tokenizer, v.string.at, v.string.n, &t, &why) || FAIL(in, E_PAIR, at, "%s", buf_str(&why));
	if (ok && v.kind == VAL_STRING)
		p->tokens = (struct tokens){ .id = arena_copy(&in->arena, t.id, t.n * sizeof *t.id), .n = t.n };
	buf_free(&why);
	tokens_free(&t);
	return ok;
}

/* input p for m = text | ids | numbers: checked against the model when a pair is made of it. */
bool declare_prompt(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v, model;
	struct args none = { 0 };
	struct prompt *p = arena_alloc(&in->arena, sizeof *p);
	if (a->kid[1] && (!eval(in, a->kid[1], s, &model) || !want(in, a->kid[1], model, VAL_MODEL)))
		return false;
	p->name = a->name;
	p->model = model_meant(in, a, &none, a->kid[1] ? model.model : NULL);
	if (!p->model || !eval(in, a->kid[0], s, &v))
		return false;
	if (v.kind != VAL_STRING && v.kind != VAL_LIST && v.kind != VAL_NUMBER && v.kind != VAL_RECORD)
		return FAIL(in, E_TYPE, a->kid[0], "an input is text, a list of ids, numbers, or a record of these; this is %s", value_kind_name[v.kind]);
	p->input = arena_copy(&in->arena, &v, sizeof v);
	if (v.kind == VAL_LIST && p->model->graph->input.n == 1 && p->model->graph->input.at[0].ids) {
		p->tokens.id = arena_array(&in->arena, v.list->n, sizeof *p->tokens.id);
		for (; p->tokens.n < v.list->n; p->tokens.n++) {
			int64_t id;
			if (!whole(in, a->kid[0], v.list->at[p->tokens.n], &id))
				return false;
			p->tokens.id[p->tokens.n] = (int32_t)id;
		}
	}
	return spell_prompt(in, a->kid[0], p) && bind(in, s, a->name, (struct value){ .kind = VAL_PROMPT, .prompt = p }, a->at, false);
}
