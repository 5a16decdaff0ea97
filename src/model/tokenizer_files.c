/* Which files of a model folder make its tokenizer: tokenizer.json, or vocab.json and merges.txt; and what
 * tokenizer_config.json says besides. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embed.h"
#include "model/config.h"
#include "model/internal.h"
#include "model/tokenizer_parts.h"

enum { MAX_MERGES = 64 << 20 };

/* ---- what a name stands for: stdlib/tokenizers.json */

static json_t *presets(void)
{
	const struct embedded *e = stdlib_files;
	while (strcmp(e->name, "tokenizers.json") != 0)
		e++;
	json_t *j = json_loadb(e->text, e->len, 0, NULL);
	pp_assert(j);
	return j;
}

json_t *preset_new(const char *name)
{
	json_t *all = presets(), *found = NULL, *cut, *one;
	size_t i, k;
	if (!name)
		name = json_string_value(json_object_get(all, "unnamed"));
	json_array_foreach(json_object_get(all, "cuts"), i, cut)
		json_array_foreach(json_object_get(cut, "names"), k, one)
			if (!found && strcmp(json_string_value(one), name) == 0)
				found = json_incref(cut);
	json_decref(all);
	return found;
}

bool preset_kind(const char *kind, const char *what)
{
	json_t *all = presets();
	const char *is = json_string_value(json_object_get(json_object_get(all, "kinds"), kind));
	bool same = is && strcmp(is, what) == 0;
	json_decref(all);
	return same;
}

void preset_kinds(struct buf *out)
{
	json_t *all = presets(), *what;
	const char *kind;
	size_t before = out->n;
	json_object_foreach(json_object_get(all, "kinds"), kind, what)
		buf_printf(out, "%s%s", out->n > before ? ", " : "", kind);
	json_decref(all);
}

/* ---- tokenizer_config.json */

/* A token is written as text, or as an object with its content. */
static const char *token_text(const json_t *j)
{
	return json_is_string(j) ? json_string_value(j) : json_string_value(json_object_get(j, "content"));
}

/* Whether a text begins with a token, and with which. */
static bool heed_config(struct tokenizer *t, const json_t *config, struct buf *why)
{
	const json_t *adds = json_object_get(config, "add_bos_token");
	const char *bos = token_text(json_object_get(config, "bos_token"));
	const struct entry *e = bos ? vocab_find(t, bos, strlen(bos)) : NULL;
	t->bos_id = e ? e->id : -1;
	if (json_is_boolean(adds)) {
		t->said_by = "tokenizer_config.json";
		t->says = json_is_true(adds);
	}
	if (t->said_by && t->says && !t->n_first && !e)
		return buf_refuse(why, "tokenizer_config.json says that a text begins with its bos_token, '%.60s', which is no token", bos ? bos : "");
	return true;
}

/* A space before a text: the config is about byte-level tokenizers that cut in one way, and must not say another thing than
 * tokenizer.json, since who reads both then takes one or the other.  alone: there is no tokenizer.json. */
static bool heed_prefix(struct tokenizer *t, const json_t *config, bool alone, struct buf *why)
{
	const json_t *space = json_object_get(config, "add_prefix_space");
	if (!json_is_boolean(space) || !t->byte_level || t->n_stages != 1)
		return true;
	bool told = json_is_true(space), has = t->stage[0].prefixed != PREFIX_NEVER;
	if (alone)
		t->stage[0].prefixed = told ? PREFIX_ALWAYS : PREFIX_NEVER;
	return alone || told == has || buf_refuse(why, "it says add_prefix_space: %s, and tokenizer.json %s; make them say the same",
	    told ? "true" : "false", has ? "true" : "false");
}

/* Is it looked for already, since tokenizer.json says so? */
static bool is_added(const struct tokenizer *t, int32_t id)
{
	for (size_t i = 0; i < t->added.token.n; i++)
		if (t->added.token.at[i].id == id)
			return true;
	for (size_t i = 0; i < t->added_normal.token.n; i++)
		if (t->added_normal.token.at[i].id == id)
			return true;
	return false;
}

/* The special tokens that the file names; and, where there is no tokenizer.json, the one that such tokenizers have without
 * being told. */
static bool add_named(struct tokenizer *t, const json_t *config, bool untold, struct buf *why)
{
	static const char *const names[] = { "bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token" };
	for (size_t i = 0; i < sizeof names / sizeof *names + untold; i++) {
		const char *s = i < sizeof names / sizeof *names ? token_text(json_object_get(config, names[i])) : "<|endoftext|>";
		const struct entry *e = s && *s ? vocab_find(t, s, strlen(s)) : NULL;
		struct added a = { .text = s, .len = s ? strlen(s) : 0, .id = e ? e->id : -1, .special = true };
		if (e && !is_added(t, e->id) && !add_token(t, &a, false, why))
			return false;
	}
	return true;
}

static bool add_decoder(struct tokenizer *t, const json_t *config, struct buf *why)
{
	const char *key;
	json_t *j;
	json_object_foreach(json_object_get(config, "added_tokens_decoder"), key, j) {
		char *end;
		long id = strtol(key, &end, 10);
		const char *content = token_text(j);
		if (*end || id < 0 || id >= MAX_ID || !content || !*content)
			return buf_refuse(why, "'added_tokens_decoder' has '%.60s', which is no token", key);
		struct added a = { .text = content, .len = strlen(content), .id = (int32_t)id,
			.single_word = json_is_true(json_object_get(j, "single_word")), .lstrip = json_is_true(json_object_get(j, "lstrip")),
			.rstrip = json_is_true(json_object_get(j, "rstrip")), .special = json_is_true(json_object_get(j, "special")) };
		const struct entry *e = vocab_find(t, content, a.len);
		if (!(e && is_added(t, e->id)) && !add_token(t, &a, json_is_true(json_object_get(j, "normalized")), why))
			return false;
	}
	return true;
}

/* What tokenizer_config.json has that tokenizer.json has not. */
static bool add_missing(struct tokenizer *t, const json_t *config, struct buf *why)
{
	return heed_prefix(t, config, false, why) && add_decoder(t, config, why) && add_named(t, config, false, why) && tokenizer_ready(t) && heed_config(t, config, why);
}

/* ---- vocab.json and merges.txt */

static bool read_lines(struct tokenizer *t, const char *s, size_t n, struct buf *why)
{
	uint32_t rank = 0;
	size_t bad = text_valid_until(s, n);
	if (bad < n)
		return buf_refuse(why, "merges.txt is not UTF-8: byte %zu is 0x%02X", bad, (unsigned char)s[bad]);
	for (const char *end = s + n, *next; s < end; s = next) {
		const char *line = memchr(s, '\n', (size_t)(end - s));
		next = line ? line + 1 : end;
		size_t len = (size_t)((line ? line : end) - s);
		len -= len && s[len - 1] == '\r';
		if (len == 0 || (len >= 8 && memcmp(s, "#version", 8) == 0))
			continue;
		if (!bpe_merge_line(t, s, len, rank++, why))
			return false;
	}
	return true;
}

static bool read_pieces(struct tokenizer *t, const json_t *vocab, const char *merges, size_t n, const json_t *config, struct buf *why)
{
	const char *class = json_string_value(json_object_get(config, "tokenizer_class"));
	json_t *p = preset_new(class);
	struct bpe_options o = { 0 };
	if (!p)
		return buf_refuse(why, "its tokenizer_class is %s, and pp does not know how that cuts text into words; its tokenizer.json would say", class);
	t->bpe = bpe_new();
	t->kind = &model_bpe;
	bool ok = read_preset(t, p, why) && read_vocab(t, vocab, why) && read_lines(t, merges, n, why) && bpe_finish(t, &o, why) &&
	    heed_prefix(t, config, true, why) && add_decoder(t, config, why) && add_named(t, config, true, why);
	json_decref(p);
	return ok;
}

struct files { char *json, *vocab, *merges, *config; };

static char *joined(const char *folder, const char *file)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s/%s", folder, file);
	return b.at;
}

static bool there(const char *path)
{
	return access(path, F_OK) == 0 || errno != ENOENT;
}

static struct tokenizer *open_pieces(const struct files *f, const json_t *config, struct span at, struct diags *d)
{
	size_t n;
	json_t *vocab = json_read(f->vocab, E_TOKENIZER_FILE, at, d);
	char *merges = vocab ? file_read(f->merges, MAX_MERGES, &n) : NULL;
	if (vocab && !merges)
		diag_at(d, E_FILE, at, "%s: %s", f->merges, strerror(errno));
	struct tokenizer *t = merges ? tokenizer_new(f->vocab) : NULL;
	struct buf why = { 0 };
	if (t)
		t = tokenizer_unless_refused(t, read_pieces(t, vocab, merges, n, config, &why), f->vocab, &why, at, d);
	free(merges);
	json_decref(vocab);
	return t ? tokenizer_ready(t) : NULL;
}

static struct tokenizer *open_files(const struct files *f, struct span at, struct diags *d)
{
	json_t *config = there(f->config) ? json_read(f->config, E_TOKENIZER_FILE, at, d) : json_object(), *j = NULL;
	struct tokenizer *t = NULL;
	if (config && !there(f->json))
		t = open_pieces(f, config, at, d);
	else if (config && (j = json_read(f->json, E_TOKENIZER_FILE, at, d)))
		t = tokenizer_from_json(j, f->json, at, d);
	struct buf why = { 0 };
	if (t)
		t = tokenizer_unless_refused(t, add_missing(t, config, &why), f->config, &why, at, d);
	json_decref(j);
	json_decref(config);
	return t;
}

struct tokenizer *tokenizer_open(const char *folder, bool *none, struct span at, struct diags *d)
{
	struct files f = { joined(folder, "tokenizer.json"), joined(folder, "vocab.json"), joined(folder, "merges.txt"),
		joined(folder, "tokenizer_config.json") };
	*none = !there(f.json) && !(there(f.vocab) && there(f.merges));
	struct tokenizer *t = *none ? NULL : open_files(&f, at, d);
	free(f.json);
	free(f.vocab);
	free(f.merges);
	free(f.config);
	return t;
}
