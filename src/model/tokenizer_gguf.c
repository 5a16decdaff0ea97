/* A tokenizer from the metadata of a GGUF file (tokenizer.ggml.*), as llama.cpp reads it:
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 *
 * One kind has merges and goes by a short name for how it cuts text into words; the other has scores and spells unknown
 * characters byte by byte.  stdlib/tokenizers.json knows the names. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/gguf.h"
#include "model/internal.h"
#include "model/tokenizer_parts.h"

enum { NORMAL = 1, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE };       /* tokenizer.ggml.token_type */

struct reading { struct tokenizer *t; const struct gguf *g; struct buf *why; };

static const struct gguf_value *find(const struct reading *r, const char *key, bool array)
{
	const struct gguf_value *v = gguf_find(r->g, key);
	return v && v->array == array ? v : NULL;
}

static bool text_of(const struct gguf_value *v, const char **s, size_t *n)
{
	size_t place = 0;
	return v && gguf_text(v, &place, s, n) && text_valid(*s, *n);
}

/* A whole number, or -1. */
static int32_t id_at(const struct reading *r, const char *key)
{
	double x;
	const struct gguf_value *v = find(r, key, false);
	return v && gguf_number(v, 0, &x) && x >= 0 && x < MAX_ID ? (int32_t)x : -1;
}

static bool flag(const struct reading *r, const char *key, bool otherwise)
{
	double x;
	const struct gguf_value *v = find(r, key, false);
	return v && gguf_number(v, 0, &x) ? x != 0 : otherwise;
}

static int type_of(const struct gguf_value *types, uint64_t i)
{
	double x;
	return types && gguf_number(types, i, &x) ? (int)x : NORMAL;
}

/* The text of every token, as the bytes it stands for.  Two of the same text are possible: the first is meant. */
static bool read_tokens(struct reading *r)
{
	const struct gguf_value *v = find(r, "tokenizer.ggml.tokens", true);
	const char *s;
	size_t place = 0, n;
	int64_t id = 0;
	if (!v || v->type != GGUF_TEXT)
		return buf_refuse(r->why, "it has no list of texts 'tokenizer.ggml.tokens'");
	for (; gguf_text(v, &place, &s, &n); id++) {
		if (!text_valid(s, n))
			return buf_refuse(r->why, "token %" PRId64 " is not UTF-8", id);
		if (n && !vocab_find(r->t, s, n) && !vocab_add(r->t, s, n, id, false, r->why))
			return false;
	}
	return true;
}

/* Control and user-defined tokens are found in a text as they are written. */
static bool read_special(struct reading *r)
{
	const struct gguf_value *v = find(r, "tokenizer.ggml.tokens", true), *types = find(r, "tokenizer.ggml.token_type", true);
	const char *s;
	size_t place = 0, n;
	for (int32_t id = 0; types && gguf_text(v, &place, &s, &n); id++) {
		int type = type_of(types, (uint64_t)id);
		struct added a = { .text = s, .len = n, .id = id, .special = type != USER_DEFINED };
		if (n && (type == CONTROL || type == USER_DEFINED || type == UNKNOWN) && vocab_find(r->t, s, n)->id == id
		    && !add_token(r->t, &a, false, r->why))
			return false;
	}
	return true;
}

static bool read_merges(struct reading *r)
{
	const struct gguf_value *v = find(r, "tokenizer.ggml.merges", true);
	const char *s;
	size_t place = 0, n;
	if (!v || v->type != GGUF_TEXT)
		return buf_refuse(r->why, "it has no list of texts 'tokenizer.ggml.merges'");
	for (uint32_t i = 0; gguf_text(v, &place, &s, &n); i++) {
		if (!text_valid(s, n))
			return buf_refuse(r->why, "merge %" PRIu32 " is not UTF-8", i);
		if (!bpe_merge_line(r->t, s, n, i, r->why))
			return false;
	}
	return true;
}

/* ---- the two kinds */

static bool byte_level(struct reading *r)
{
	const char *name = NULL;
	size_t n = 0;
	const struct gguf_value *v = find(r, "tokenizer.ggml.pre", false);
	if (v && !text_of(v, &name, &n))
		return buf_refuse(r->why, "'tokenizer.ggml.pre' is not a text");
	json_t *p = preset_new(v ? arena_strndup(&r->t->arena, name, n) : NULL);
	if (!p)
		return buf_refuse(r->why, "its pre-tokenizer is called '%.*s', and pp does not know how that cuts text into words", n > 60 ? 60 : (int)n, name);
	struct bpe_options o = { .ignore_merges = json_is_true(json_object_get(p, "ignore_merges")) };
	r->t->says = flag(r, "tokenizer.ggml.add_bos_token", json_is_true(json_object_get(p, "bos")));
	bool ok = read_preset(r->t, p, r->why) && read_tokens(r) && read_merges(r) && bpe_finish(r->t, &o, r->why) && read_special(r);
	json_decref(p);
	return ok;
}

/* Of tokens that are no text of a prompt, the score is below all others': they are in no merge. */
static bool read_scores(struct reading *r)
{
	const struct gguf_value *v = find(r, "tokenizer.ggml.scores", true), *types = find(r, "tokenizer.ggml.token_type", true);
	if (!v)
		return buf_refuse(r->why, "it has no list 'tokenizer.ggml.scores'");
	int32_t n = r->t->vocab.n_ids;
	float *score = mem_array((size_t)n, sizeof *score);
	for (int32_t i = 0; i < n; i++) {
		double x;
		int type = type_of(types, (uint64_t)i);
		score[i] = (type == NORMAL || type == USER_DEFINED) && gguf_number(v, (uint64_t)i, &x) ? (float)x : (float)NAN;
	}
	bpe_merge_by_score(r->t, score, n);
	free(score);
	return true;
}

#define SPACE "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\xE2\x96\x81\"}"
#define BACK "{\"type\":\"Replace\",\"pattern\":{\"String\":\"\xE2\x96\x81\"},\"content\":\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"}"

static bool byte_fallback(struct reading *r)
{
	bool space = flag(r, "tokenizer.ggml.add_space_prefix", true);
	int32_t unknown = id_at(r, "tokenizer.ggml.unknown_token_id");
	r->t->says = flag(r, "tokenizer.ggml.add_bos_token", true);
	if (!read_stages_text(r->t, space ? "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"\xE2\x96\x81\"}," SPACE "]}" : SPACE, NULL,
	    space ? "{\"type\":\"Sequence\",\"decoders\":[" BACK ",{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}"
	          : "{\"type\":\"Sequence\",\"decoders\":[" BACK "]}", r->why) || !read_tokens(r) || !read_scores(r))
		return false;
	const struct entry *e = vocab_at(r->t, unknown < 0 ? 0 : unknown);
	struct bpe_options o = { .byte_fallback = true, .fuse_unknown = true, .unknown = e ? e->text : NULL };
	return bpe_finish(r->t, &o, r->why) && read_special(r);
}

static bool unknown_kind(struct reading *r, const char *kind)
{
	buf_printf(r->why, "its tokenizer is of the kind '%.60s'; pp knows ", kind);
	preset_kinds(r->why);
	return false;
}

static bool read_all(struct reading *r, const char *model, size_t n)
{
	const char *kind = arena_strndup(&r->t->arena, model, n);
	r->t->bpe = bpe_new();
	r->t->kind = &model_bpe;
	r->t->said_by = flag(r, "tokenizer.ggml.add_bos_token", true) == flag(r, "tokenizer.ggml.add_bos_token", false)
	    ? "tokenizer.ggml.add_bos_token" : "the kind of tokenizer";
	bool ok = preset_kind(kind, "merges") ? byte_level(r) : preset_kind(kind, "scores") ? byte_fallback(r) : unknown_kind(r, kind);
	int32_t bos = id_at(r, "tokenizer.ggml.bos_token_id");
	if (ok && r->t->says && !vocab_at(r->t, bos))
		return buf_refuse(r->why, "a text begins with a token, but 'tokenizer.ggml.bos_token_id' is none");
	r->t->bos_id = ok && vocab_at(r->t, bos) ? bos : -1;
	return ok;
}

struct tokenizer *tokenizer_from_gguf(const struct gguf *g, const char *path, bool *none, struct span at, struct diags *d)
{
	const struct gguf_value *v = gguf_find(g, "tokenizer.ggml.model");
	const char *model;
	size_t n;
	*none = !v;
	if (!v)
		return NULL;
	struct buf why = { 0 };
	struct reading r = { tokenizer_new(path), g, &why };
	bool ok = text_of(v, &model, &n) ? read_all(&r, model, n) : buf_refuse(&why, "'tokenizer.ggml.model' is not a text");
	if (!ok) {
		diag_at(d, E_TOKENIZER_FILE, at, "%s: %s", path, buf_str(&why));
		diag_hint(d, "prompts can be given as token ids");
		tokenizer_close(r.t);
	}
	buf_free(&why);
	return ok ? tokenizer_ready(r.t) : NULL;
}
