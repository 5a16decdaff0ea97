/* Reading a tokenizer.json, the format of Hugging Face `tokenizers`. */
#include <inttypes.h>
#include <string.h>

#include "model/internal.h"
#include "model/tokenizer_parts.h"

static const char *type_of(const json_t *j)
{
	return json_string_value(json_object_get(j, "type"));
}

/* Calls one() for j, or for each member of the list under `list` when j is a Sequence.  null: nothing to do. */
static bool each_stage(struct tokenizer *t, const json_t *j, const char *what, const char *list, int depth,
    bool (*one)(struct tokenizer *, const json_t *, const char *type, struct buf *), struct buf *why)
{
	if (!j || json_is_null(j))
		return true;
	const char *type = type_of(j);
	if (!type)
		return buf_refuse(why, "the %s has no text 'type'", what);
	if (strcmp(type, "Sequence") != 0)
		return one(t, j, type, why);
	const json_t *members = json_object_get(j, list);
	if (!json_is_array(members))
		return buf_refuse(why, "the %s 'Sequence' has no list '%s'", what, list);
	if (depth == MAX_STAGES)
		return buf_refuse(why, "Sequences stand inside each other more than %d deep", MAX_STAGES);
	size_t i;
	json_t *member;
	json_array_foreach(members, i, member)
		if (!each_stage(t, member, what, list, depth + 1, one, why))
			return false;
	return true;
}

static bool read_step(struct tokenizer *t, const json_t *j, const char *type, struct buf *why)
{
	if (t->n_steps == MAX_STAGES)
		return buf_refuse(why, "more than %d normalizers", MAX_STAGES);
	t->step[t->n_steps] = text_step_read(j, type, why);
	return t->step[t->n_steps] && ++t->n_steps;
}

/* The pre-tokenizers first, since they decide how the vocabulary is spelled. */
static bool read_stages(struct tokenizer *t, const json_t *normalizer, const json_t *pre_tokenizer, const json_t *decoder, struct buf *why)
{
	return each_stage(t, pre_tokenizer, "pre_tokenizer", "pretokenizers", 0, stage_read, why) &&
	    each_stage(t, normalizer, "normalizer", "normalizers", 0, read_step, why) &&
	    each_stage(t, decoder, "decoder", "decoders", 0, decoder_read, why);
}

static json_t *parsed(const char *s)
{
	json_t *j = s ? json_loads(s, JSON_DECODE_ANY, NULL) : NULL;
	pp_assert(!s || j);
	return j;
}

bool read_stages_text(struct tokenizer *t, const char *normalizer, const char *pre_tokenizer, const char *decoder, struct buf *why)
{
	json_t *n = parsed(normalizer), *p = parsed(pre_tokenizer), *d = parsed(decoder);
	bool ok = read_stages(t, n, p, d, why);
	json_decref(n);
	json_decref(p);
	json_decref(d);
	return ok;
}

bool read_preset(struct tokenizer *t, const json_t *preset, struct buf *why)
{
	json_t *decoder = parsed("{\"type\":\"ByteLevel\"}");
	bool ok = read_stages(t, json_object_get(preset, "normalizer"), json_object_get(preset, "pre_tokenizer"), decoder, why);
	json_decref(decoder);
	return ok;
}

/* ---- added tokens */

static bool normal_text(const struct tokenizer *t, struct text *x, struct buf *why)
{
	for (int i = 0; i < t->n_steps; i++)
		if (!text_apply(x, t->step[i], why))
			return false;
	return true;
}

bool add_token(struct tokenizer *t, const struct added *given, bool normalised, struct buf *why)
{
	struct added a = *given;
	const struct entry *e = vocab_find(t, a.text, a.len);
	if (!e && !vocab_add(t, a.text, a.len, a.id, true, why))
		return false;
	if (e && e->id != a.id)
		return buf_refuse(why, "the added token '%.60s' has the id %" PRId32 ", but %" PRId32 " in the vocabulary", a.text, a.id, e->id);
	struct text x;
	text_start(&x, a.text, a.len, 0);
	bool ok = !normalised || normal_text(t, &x, why);    /* it is looked for in normalised text, so it must be normalised itself */
	a.text = arena_strndup(&t->arena, x.at, x.n);
	a.len = x.n;
	if (normalised && x.changed)
		t->vocab.by_id[a.id]->normal = a.text;
	text_free(&x);
	if (ok && !a.len)
		return buf_refuse(why, "the normalizer leaves nothing of the added token '%.60s'", given->text);     /* the library finds that everywhere */
	if (ok) {
		struct added_set *s = normalised ? &t->added_normal : &t->added;
		vec_push(&s->token, a);
	}
	return ok;
}

static bool read_one_added(struct tokenizer *t, const json_t *j, struct buf *why)
{
	const char *content = json_string_value(json_object_get(j, "content"));
	const json_t *id = json_object_get(j, "id");
	if (!content || !*content || !json_is_integer(id))
		return buf_refuse(why, "an added token without text 'content' or whole number 'id'");
	json_int_t number = json_integer_value(id);
	if (number < 0 || number >= MAX_ID)
		return buf_refuse(why, "the added token '%.60s' has the id %" JSON_INTEGER_FORMAT ", outside of 0 to %d", content, number, MAX_ID - 1);
	struct added a = {
		.text = content,
		.len = strlen(content),
		.id = (int32_t)number,
		.single_word = json_is_true(json_object_get(j, "single_word")),
		.lstrip = json_is_true(json_object_get(j, "lstrip")),
		.rstrip = json_is_true(json_object_get(j, "rstrip")),
		.special = json_is_true(json_object_get(j, "special")),
	};
	return add_token(t, &a, json_is_true(json_object_get(j, "normalized")), why);
}

static bool read_added(struct tokenizer *t, const json_t *list, struct buf *why)
{
	if (list && !json_is_null(list) && !json_is_array(list))
		return buf_refuse(why, "'added_tokens' is not a list");
	size_t i;
	json_t *j;
	json_array_foreach(list, i, j)
		if (!read_one_added(t, j, why))
			return false;
	added_sort(&t->added_normal);
	const struct added *a = t->added_normal.token.at;
	for (i = 1; i < t->added_normal.token.n; i++)        /* the library finds now one, now the other */
		if (strcmp(a[i - 1].text, a[i].text) == 0)
			return buf_refuse(why, "the normalizer makes the same of the added tokens %" PRId32 " and %" PRId32, a[i - 1].id, a[i].id);
	return true;
}

/* ---- what stands before a text */

/* The special tokens before the text in a TemplateProcessing's "single". */
static bool read_template(struct tokenizer *t, const json_t *j, struct buf *why)
{
	size_t i;
	json_t *piece;
	json_array_foreach(json_object_get(j, "single"), i, piece) {
		const char *name = json_string_value(json_object_get(json_object_get(piece, "SpecialToken"), "id"));
		if (!name)
			break;
		const json_t *ids = json_object_get(json_object_get(json_object_get(j, "special_tokens"), name), "ids");
		size_t k;
		json_t *id;
		json_array_foreach(ids, k, id) {
			if (!json_is_integer(id) || !vocab_at(t, json_integer_value(id) > MAX_ID ? -1 : (int32_t)json_integer_value(id)))
				return buf_refuse(why, "its post_processor puts '%.60s' before a text, which is no token", name);
			if (t->n_first == MAX_FIRST)
				return buf_refuse(why, "its post_processor puts more than %d tokens before a text", MAX_FIRST);
			t->first[t->n_first++] = (int32_t)json_integer_value(id);
		}
	}
	return true;
}

static bool read_processor(struct tokenizer *t, const json_t *j, const char *type, struct buf *why)
{
	if (strcmp(type, "TemplateProcessing") == 0)
		return read_template(t, j, why);
	return strcmp(type, "ByteLevel") == 0 ||     /* it mends the library's offsets, and no tokens */
	    buf_refuse(why, "its post_processor is of the type %s; pp knows TemplateProcessing and ByteLevel", type);
}

/* ---- all of it */

/* The file's unk_token is not used for unknown words: a prompt that the model sees with holes in it would be a mistake
 * that nobody notices.  Who wants one writes it. */
bool unknown_word(const struct job *j, const char *s, size_t n)
{
	enum { SHOWN = 60 };
	size_t k = n;
	if (k > SHOWN)
		k = char_before(s, SHOWN + 1);
	return buf_refuse(j->why, "'%.*s%s' is not in the vocabulary", (int)k, s, n > SHOWN ? "..." : "");
}

static bool word_level_read(struct tokenizer *t, const json_t *model, struct buf *why)
{
	const char *unknown = json_string_value(json_object_get(model, "unk_token"));
	if (!read_vocab(t, json_object_get(model, "vocab"), why))
		return false;
	const struct entry *e = unknown ? vocab_find(t, unknown, strlen(unknown)) : NULL;
	t->unknown = e ? e->id : -1;
	return true;
}

static bool word_level_spell(struct job *j, const struct text *x, size_t from, size_t to)
{
	const struct entry *e = vocab_find_bytes(j->t, x->at + from, to - from);
	if (!e && !(j->unknown && j->t->unknown >= 0))
		return unknown_word(j, x->at + from, to - from);
	push_range(j->out, e ? e->id : j->t->unknown, x, from, to);
	return true;
}

/* A word is a token. */
static const struct model_kind model_word_level = { "WordLevel", word_level_read, word_level_spell };

static bool read_model(struct tokenizer *t, const json_t *model, struct buf *why)
{
	static const struct model_kind *const models[] = { &model_word_level, &model_bpe };
	const char *type = type_of(model);
	if (!type && json_object_get(model, "merges"))
		type = "BPE";                    /* older files leave it out */
	if (!type)
		return buf_refuse(why, "it has no 'model' with a text 'type'");
	for (size_t i = 0; i < sizeof models / sizeof *models; i++)
		if (strcmp(models[i]->type, type) == 0)
			t->kind = models[i];
	if (!t->kind)
		return buf_refuse(why, "its model is of the type %s; pp knows BPE and WordLevel", type);
	return t->kind->read(t, model, why);
}

static bool read_all(struct tokenizer *t, const json_t *j, struct buf *why)
{
	if (!json_is_object(j))
		return buf_refuse(why, "it is not an object");
	return read_stages(t, json_object_get(j, "normalizer"), json_object_get(j, "pre_tokenizer"), json_object_get(j, "decoder"), why) &&
	    read_model(t, json_object_get(j, "model"), why) && read_added(t, json_object_get(j, "added_tokens"), why) &&
	    each_stage(t, json_object_get(j, "post_processor"), "post_processor", "processors", 0, read_processor, why);
}

struct tokenizer *tokenizer_unless_refused(struct tokenizer *t, bool ok, const char *path, struct buf *why, struct span at, struct diags *d)
{
	if (!ok) {
		diag_at(d, E_TOKENIZER_FILE, at, "%s: %s", path, buf_str(why));
		diag_hint(d, "in a folder without tokenizer.json, prompts are lists of token ids");
		tokenizer_close(t);
	}
	buf_free(why);
	return ok ? t : NULL;
}

struct tokenizer *tokenizer_from_json(const json_t *j, const char *path, struct span at, struct diags *d)
{
	struct tokenizer *t = tokenizer_new(path);
	struct buf why = { 0 };
	t = tokenizer_unless_refused(t, read_all(t, j, &why), path, &why, at, d);
	return t ? tokenizer_ready(t) : NULL;
}

struct tokenizer *tokenizer_parse(const char *text, size_t len, const char *path, struct span at, struct diags *d)
{
	json_t *j = json_parse(text, len, path, E_TOKENIZER_FILE, at, d);
	struct tokenizer *t = j ? tokenizer_from_json(j, path, at, d) : NULL;
	json_decref(j);
	return t;
}
