/* Where a model lies on disk, and its config and weights as an architecture takes them.
 *
 * A folder's config.json and safetensors are handed over as they are.  What a GGUF file says is put in the same terms by
 * stdlib/gguf.pp: this file knows no architecture and none of their names. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/internal.h"
#include "model/config.h"
#include "model/gguf.h"
#include "model/hub.h"
#include "model/text.h"

enum { LONGEST_LIST = 4096 };            /* of the metadata that becomes a record; vocabularies are left to the tokenizer */

/* ---- paths and names */

/* A name on the hub, and not that of a file? */
static bool is_model_name(const char *s)
{
	static const char *const ends[] = { ".jsonl", ".json", ".csv", ".tsv", ".parquet", ".pp", ".gguf", ".safetensors" };
	size_t n = strlen(s);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (n >= strlen(ends[i]) && strcmp(s + n - strlen(ends[i]), ends[i]) == 0)
			return false;
	return hub_is_name(s);
}

static bool not_found(struct interp *in, const struct ast *at, const char *name, const char *path, struct buf *why)
{
	if (!is_model_name(name))
		return FAIL(in, E_FILE, at, "%s: %s", path, strerror(ENOENT));
	diag_at(in->o.diags, E_FILE, at->span, "%s: there is no such file or folder here, and no model of that name in the Hugging Face cache", name);
	diag_hint(in->o.diags, "looked for %s; %s; pp pull %s fetches a model of the hub", path, buf_str(why), name);
	return false;
}

bool model_path(struct interp *in, const struct ast *at, const char *name, struct span from, const char **path)
{
	struct stat st;
	struct buf why = { 0 };
	*path = resolve_path(in, name, from);
	if (stat(*path, &st) == 0)
		return may_read(in, *path, at->span);
	if (errno != ENOENT)
		return FAIL(in, E_FILE, at, "%s: %s", *path, strerror(errno));
	if ((*path = came_with_pp(in, name)))
		return true;
	*path = resolve_path(in, name, from);
	char *found = is_model_name(name) ? hub_find(name, &why) : NULL;
	if (found)
		*path = arena_strndup(&in->arena, found, strlen(found));
	bool ok = found ? may_read(in, *path, at->span) : not_found(in, at, name, *path, &why);
	free(found);
	buf_free(&why);
	return ok;
}

/* ---- GGUF */

static bool number_list(struct interp *in, const struct ast *at, const struct gguf_value *v, struct value *out)
{
	struct value *x = arena_array(&in->arena, v->n, sizeof *x);
	for (size_t i = 0; i < v->n; i++) {
		double d;
		gguf_number(v, i, &d);
		x[i] = v->type == GGUF_BOOL ? truth(d != 0) : number(d);
	}
	return new_list(in, at, x, v->n, out);
}

static bool text_list(struct interp *in, const struct ast *at, const struct gguf_value *v, struct value *out)
{
	struct value *x = arena_array(&in->arena, v->n, sizeof *x);
	size_t n = 0, place = 0, len;
	for (const char *s; gguf_text(v, &place, &s, &len); n++)
		x[n] = text_valid(s, len) ? text(in, s, len) : (struct value){ .kind = VAL_NONE };
	return new_list(in, at, x, n, out);
}

/* One value of the metadata; none for what is long or has no counterpart. */
static bool metadata_value(struct interp *in, const struct ast *at, const struct gguf_value *v, struct value *out)
{
	double d;
	size_t place = 0, len;
	const char *s;
	*out = (struct value){ .kind = VAL_NONE };
	if (v->type == GGUF_ARRAY || (v->array && v->n > LONGEST_LIST))
		return true;
	if (v->array)
		return v->type == GGUF_TEXT ? text_list(in, at, v, out) : number_list(in, at, v, out);
	if (gguf_number(v, 0, &d))
		*out = v->type == GGUF_BOOL ? truth(d != 0) : number(d);
	else if (gguf_text(v, &place, &s, &len) && text_valid(s, len))
		*out = text(in, s, len);
	return true;
}

static bool metadata_record(struct interp *in, const struct ast *at, const struct gguf *g, struct value *out)
{
	struct field *f = arena_array(&in->arena, gguf_count(g), sizeof *f);
	for (size_t i = 0; i < gguf_count(g); i++) {
		f[i].name = arena_strndup(&in->arena, gguf_at(g, i)->key, strlen(gguf_at(g, i)->key));
		f[i].value = arena_alloc(&in->arena, sizeof *f[i].value);
		if (!metadata_value(in, at, gguf_at(g, i), f[i].value))
			return false;
	}
	return new_record(in, at, f, gguf_count(g), out);
}

/* gguf.pp's model(metadata, weights): {config: {...}, weights: {name: tensor, ...}}. */
static bool from_gguf(struct interp *in, const struct ast *at, struct model_file *m)
{
	struct value fn, arg[2], made;
	arg[1] = m->weights;
	if (!library_value(in, at, "gguf", "gguf_model", VAL_FN, &fn) || !metadata_record(in, at, weights_gguf(m->mapped), &arg[0]))
		return false;
	in->config = arg[0].record;
	in->config_path = m->config_path;
	in->config_at = at->span;
	bool ok = call_function(in, fn.fn, arg, 2, at, &made);
	in->config = NULL;
	if (!ok)
		return false;
	const struct value *config = made.kind == VAL_RECORD ? record_get(made.record, "config") : NULL;
	const struct value *weights = config ? record_get(made.record, "weights") : NULL;
	if (!weights || config->kind != VAL_RECORD || weights->kind != VAL_RECORD)
		return FAIL(in, E_TYPE, at, "gguf_model() of gguf.pp did not give {config: {...}, weights: {...}}");
	m->config = *config;
	m->weights = *weights;
	return true;
}

/* ---- config and weights */

bool open_weights(struct interp *in, const struct ast *at, const char *path, struct weights **out)
{
	*out = weights_open(path, at->span, in->o.diags);
	if (*out)
		vec_push(&in->weights, *out);
	if (*out && in->o.shapes_only)
		weights_shapes_only(*out);
	return *out != NULL;
}

static bool read_json_config(struct interp *in, const struct ast *at, const char *path, struct value *out)
{
	json_t *j = json_read(path, E_CONFIG, at->span, in->o.diags);
	if (!j)
		return false;
	bool ok = from_json(in, at, j, out);
	json_decref(j);
	return ok && (out->kind == VAL_RECORD || FAIL(in, E_CONFIG, at, "%s is not a JSON object", path));
}

bool open_model_file(struct interp *in, const struct ast *at, const char *path, struct model_file *m)
{
	char *gguf = weights_gguf_path(path);
	*m = (struct model_file){ .weights = { .kind = VAL_WEIGHTS } };
	m->config_path = gguf ? arena_strndup(&in->arena, gguf, strlen(gguf)) : arena_printf(&in->arena, "%s/config.json", path);
	free(gguf);
	if (!gguf)
		return read_json_config(in, at, m->config_path, &m->config);
	return open_model_weights(in, at, path, m) && from_gguf(in, at, m);
}

bool open_model_weights(struct interp *in, const struct ast *at, const char *path, struct model_file *m)
{
	if (!m->mapped && !open_weights(in, at, path, &m->mapped))
		return false;
	if (m->weights.kind == VAL_WEIGHTS)
		m->weights.weights = m->mapped;
	return true;
}
