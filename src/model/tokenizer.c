/* Tokenizers.  See tokenizer.h.
 *
 * The stages of a tokenizer.json, in order: added tokens are found in the text verbatim; what lies between them is
 * normalised (text.c), cut into words by the pre-tokenizers, and each word becomes tokens by the model.  A model is a row
 * of `models` below; WordLevel is the only one so far.  A post_processor is not applied: what a prompt begins with is
 * written in the prompt. */
#include "model/tokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <errno.h>
#include <inttypes.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/vec.h"
#include "model/config.h"
#include "model/internal.h"
#include "model/text.h"

enum {
	MAX_ID = 1 << 24,                /* ids are positions in an array: a lying file must not make it huge */
	MAX_STAGES = 16,
};

/* What \w, \s mean to the Rust crate that Hugging Face tokenizers are built on; PCRE2's own \w is narrower. */
#define WORD  "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}"
#define SPACE "\\p{White_Space}"

static const struct { const char *name, *pattern; } splitters[] = {
	{ "Whitespace", "[" WORD "]+|[^" WORD SPACE "]+" },
	{ "WhitespaceSplit", "[^" SPACE "]+" },
};

struct word { const char *text; size_t len; uint32_t from, to; };    /* normalised; from, to in the original */
struct entry { const char *text; size_t len; int32_t id; struct entry *next; };
struct added { const char *text; size_t len; int32_t id; bool single_word, lstrip, rstrip, normalised; };

struct tokenizer {
	const struct model_kind *kind;
	struct map vocab;                    /* hash of text -> chain of entries */
	const char **text;                   /* by id, NULL where there is none */
	int32_t n_ids;
	VEC(struct added) added;             /* longest first */
	const struct text_step *step[MAX_STAGES];
	pcre2_code *splitter[MAX_STAGES];
	int n_steps, n_splitters;
	pcre2_code *word_char, *space_char;
	struct arena arena;
};

/* A kind of model: how it is read from "model" and how it spells one word. */
struct model_kind {
	const char *type;
	bool (*read)(struct tokenizer *t, const json_t *model, struct buf *why);
	bool (*spell)(const struct tokenizer *t, const struct word *w, struct tokens *out, struct buf *why);
};

/* ---- the vocabulary ---- */

static const struct entry *look_up(const struct tokenizer *t, const char *s, size_t n)
{
	const struct entry *e = map_get_ptr(&t->vocab, hash_bytes(s, n, 0));
	while (e && !(e->len == n && memcmp(e->text, s, n) == 0))
		e = e->next;
	return e;
}

static void grow_ids(struct tokenizer *t, int32_t n)
{
	if (n <= t->n_ids)
		return;
	const char **text = mem_array((size_t)n, sizeof *text);
	if (t->n_ids)
		memcpy(text, t->text, (size_t)t->n_ids * sizeof *text);
	free(t->text);
	t->text = text;
	t->n_ids = n;
}

/* A word and its id, both new. */
static bool add_entry(struct tokenizer *t, const char *s, size_t n, int64_t id, struct buf *why)
{
	if (id < 0 || id >= MAX_ID)
		return buf_refuse(why, "the token '%.*s' has the id %" PRId64 ", outside of 0 to %d", (int)n, s, id, MAX_ID - 1);
	if (id >= t->n_ids) {
		int32_t twice = t->n_ids < MAX_ID / 2 ? t->n_ids * 2 : MAX_ID;
		grow_ids(t, id >= twice ? (int32_t)id + 1 : twice);
	}
	if (t->text[id])
		return buf_refuse(why, "the tokens '%s' and '%.*s' have the same id, %" PRId64, t->text[id], (int)n, s, id);
	uint64_t hash = hash_bytes(s, n, 0);
	struct entry *e = arena_alloc(&t->arena, sizeof *e);
	*e = (struct entry){ arena_strndup(&t->arena, s, n), n, (int32_t)id, map_get_ptr(&t->vocab, hash) };
	map_put_ptr(&t->vocab, hash, e);
	t->text[id] = e->text;
	return true;
}

/* Ids are given out with room to grow; afterwards the vocabulary ends at its largest id. */
static void trim_ids(struct tokenizer *t)
{
	while (t->n_ids && !t->text[t->n_ids - 1])
		t->n_ids--;
}

static bool read_vocab(struct tokenizer *t, const json_t *vocab, struct buf *why)
{
	if (!json_is_object(vocab))
		return buf_refuse(why, "the model has no object 'vocab'");
	const char *word;
	json_t *id;
	json_object_foreach((json_t *)(uintptr_t)vocab, word, id) {
		if (!json_is_integer(id))
			return buf_refuse(why, "the id of the token '%s' is not a whole number", word);
		if (!add_entry(t, word, strlen(word), json_integer_value(id), why))
			return false;
	}
	return true;
}

/* ---- WordLevel: a word is a token ---- */

static bool word_level_read(struct tokenizer *t, const json_t *model, struct buf *why)
{
	return read_vocab(t, json_object_get(model, "vocab"), why);
}

static void push_token(struct tokens *t, int32_t id, uint32_t from, uint32_t to)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->id = mem_grow(t->id, t->cap * sizeof *t->id);
		t->from = mem_grow(t->from, t->cap * sizeof *t->from);
		t->to = mem_grow(t->to, t->cap * sizeof *t->to);
	}
	t->id[t->n] = id;
	t->from[t->n] = from;
	t->to[t->n++] = to;
}

/* The file's unk_token is not used for unknown words: a prompt that the model sees with holes in it would be a mistake
 * that nobody notices.  Who wants one writes it. */
static bool word_level_spell(const struct tokenizer *t, const struct word *w, struct tokens *out, struct buf *why)
{
	const struct entry *e = look_up(t, w->text, w->len);
	if (!e) {
		enum { SHOWN = 60 };
		return buf_refuse(why, "'%.*s%s' is not in the vocabulary", (int)(w->len > SHOWN ? SHOWN : w->len), w->text,
		    w->len > SHOWN ? "..." : "");
	}
	push_token(out, e->id, w->from, w->to);
	return true;
}

static const struct model_kind models[] = {
	{ "WordLevel", word_level_read, word_level_spell },
};

/* ---- reading the file ---- */

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
	(void)j;
	const struct text_step *s = text_step_find(type);
	if (!s)
		return buf_refuse(why, "its normalizer is of the type %s; pp knows NFC, NFKC, NFD, NFKD and Lowercase", type);
	if (t->n_steps == MAX_STAGES)
		return buf_refuse(why, "more than %d normalizers", MAX_STAGES);
	t->step[t->n_steps++] = s;
	return true;
}

static pcre2_code *compile(const char *pattern)
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *c = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &error, &at, NULL);
	pp_assert(c);
	return c;
}

static bool read_splitter(struct tokenizer *t, const json_t *j, const char *type, struct buf *why)
{
	(void)j;
	const char *pattern = NULL;
	for (size_t i = 0; i < sizeof splitters / sizeof *splitters; i++)
		if (strcmp(splitters[i].name, type) == 0)
			pattern = splitters[i].pattern;
	if (!pattern)
		return buf_refuse(why, "its pre_tokenizer is of the type %s; pp knows Whitespace and WhitespaceSplit", type);
	if (t->n_splitters == MAX_STAGES)
		return buf_refuse(why, "more than %d pre-tokenizers", MAX_STAGES);
	t->splitter[t->n_splitters++] = compile(pattern);
	return true;
}

static struct text normal_text(const struct tokenizer *t, const char *s, size_t n, uint32_t base)
{
	struct text x;
	text_start(&x, s, n, base);
	for (int i = 0; i < t->n_steps; i++)
		text_apply(&x, t->step[i]);
	return x;
}

static bool read_one_added(struct tokenizer *t, const json_t *j, struct buf *why)
{
	const char *content = json_string_value(json_object_get(j, "content"));
	const json_t *id = json_object_get(j, "id");
	if (!content || !*content || !json_is_integer(id))
		return buf_refuse(why, "an added token without text 'content' or whole number 'id'");
	size_t n = strlen(content);
	const struct entry *e = look_up(t, content, n);
	if (!e && !add_entry(t, content, n, json_integer_value(id), why))
		return false;
	if (e && e->id != json_integer_value(id))
		return buf_refuse(why, "the added token '%s' has the id %" JSON_INTEGER_FORMAT ", but %" PRId32 " in the vocabulary",
		    content, json_integer_value(id), e->id);
	struct added a = {
		.id = (int32_t)json_integer_value(id),
		.single_word = json_is_true(json_object_get(j, "single_word")),
		.lstrip = json_is_true(json_object_get(j, "lstrip")),
		.rstrip = json_is_true(json_object_get(j, "rstrip")),
		.normalised = json_is_true(json_object_get(j, "normalized")),
	};
	struct text x = { 0 };
	if (a.normalised) {                  /* it is looked for in normalised text, so it must be normalised itself */
		x = normal_text(t, content, n, 0);
		content = buf_str(&x.bytes);
		n = x.bytes.n;
	}
	a.text = arena_strndup(&t->arena, content, n);
	a.len = n;
	text_free(&x);
	if (n)
		vec_push(&t->added, a);
	return true;
}

static int longest_first(const void *a, const void *b)
{
	const struct added *x = a, *y = b;
	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
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
	if (t->added.n)
		qsort(t->added.at, t->added.n, sizeof *t->added.at, longest_first);
	return true;
}

static bool read_model(struct tokenizer *t, const json_t *model, struct buf *why)
{
	const char *type = type_of(model);
	if (!type && json_object_get(model, "merges"))
		type = "BPE";                    /* older files leave it out */
	if (!type)
		return buf_refuse(why, "it has no 'model' with a text 'type'");
	for (size_t i = 0; i < sizeof models / sizeof *models; i++)
		if (strcmp(models[i].type, type) == 0)
			t->kind = &models[i];
	if (!t->kind)
		return buf_refuse(why, "its model is of the type %s; only WordLevel can be read so far", type);
	return t->kind->read(t, model, why);
}

static bool read_all(struct tokenizer *t, const json_t *j, struct buf *why)
{
	if (!json_is_object(j))
		return buf_refuse(why, "it is not an object");
	return read_model(t, json_object_get(j, "model"), why) &&
	    each_stage(t, json_object_get(j, "normalizer"), "normalizer", "normalizers", 0, read_step, why) &&
	    each_stage(t, json_object_get(j, "pre_tokenizer"), "pre_tokenizer", "pretokenizers", 0, read_splitter, why) &&
	    read_added(t, json_object_get(j, "added_tokens"), why);
}

static struct tokenizer *from_json(const json_t *j, const char *path, struct span at, struct diags *d)
{
	struct tokenizer *t = mem_alloc(sizeof *t);
	t->word_char = compile("[" WORD "]");
	t->space_char = compile("[" SPACE "]");
	struct buf why = { 0 };
	bool ok = read_all(t, j, &why);
	if (!ok) {
		diag_at(d, E_TOKENIZER_FILE, at, "%s: %s", path, buf_str(&why));
		diag_hint(d, "in a folder without tokenizer.json, prompts are lists of token ids");
	}
	trim_ids(t);
	buf_free(&why);
	if (ok)
		return t;
	tokenizer_close(t);
	return NULL;
}

struct tokenizer *tokenizer_parse(const char *text, size_t len, const char *path, struct span at, struct diags *d)
{
	json_t *j = json_parse(text, len, path, E_TOKENIZER_FILE, at, d);
	struct tokenizer *t = j ? from_json(j, path, at, d) : NULL;
	json_decref(j);
	return t;
}

struct tokenizer *tokenizer_open(const char *folder, bool *none, struct span at, struct diags *d)
{
	struct buf path = { 0 };
	buf_printf(&path, "%s/tokenizer.json", folder);
	*none = access(path.at, F_OK) != 0 && errno == ENOENT;
	json_t *j = *none ? NULL : json_read(path.at, E_TOKENIZER_FILE, at, d);
	struct tokenizer *t = j ? from_json(j, path.at, at, d) : NULL;
	json_decref(j);
	buf_free(&path);
	return t;
}

/* ---- text to tokens ---- */

/* Is there a character of that class at s? */
static bool class_at(const pcre2_code *class, const char *s, size_t n)
{
	pcre2_match_data *m = pcre2_match_data_create(1, NULL);
	int r = pcre2_match(class, (PCRE2_SPTR)s, n, 0, PCRE2_ANCHORED | PCRE2_NO_UTF_CHECK, m, NULL);
	pcre2_match_data_free(m);
	return r >= 0;
}

static size_t char_before(const char *s, size_t i)
{
	do
		i--;
	while (i > 0 && ((unsigned char)s[i] & 0xC0) == 0x80);
	return i;
}

static bool stands_alone(const struct tokenizer *t, const char *s, size_t n, size_t from, size_t to)
{
	size_t before = from ? char_before(s, from) : 0;
	return !(from && class_at(t->word_char, s + before, n - before)) && !(to < n && class_at(t->word_char, s + to, n - to));
}

/* The next added token in s at or after i: leftmost, of these the longest. */
static const struct added *next_added(const struct tokenizer *t, const struct buf *b, size_t i, bool normalised, size_t *at)
{
	for (; i < b->n; i++)
		for (size_t k = 0; k < t->added.n; k++) {
			const struct added *a = &t->added.at[k];
			if (a->normalised == normalised && a->len <= b->n - i && memcmp(b->at + i, a->text, a->len) == 0 &&
			    (!a->single_word || stands_alone(t, b->at, b->n, i, i + a->len))) {
				*at = i;
				return a;
			}
		}
	return NULL;
}

/* Cuts bytes from..to of x into words, by the splitters from the k-th on, and spells them. */
static bool spell(const struct tokenizer *t, const struct text *x, size_t from, size_t to, int k, struct tokens *out,
    struct buf *why)
{
	if (from == to)
		return true;
	if (k == t->n_splitters) {
		struct word w = { x->bytes.at + from, to - from, x->from.at[from], x->to.at[to - 1] };
		return t->kind->spell(t, &w, out, why);
	}
	pcre2_match_data *m = pcre2_match_data_create(1, NULL);
	if (!m)
		mem_fail(to - from);
	const PCRE2_SIZE *found = pcre2_get_ovector_pointer(m);
	PCRE2_SPTR s = (PCRE2_SPTR)x->bytes.at + from;
	bool ok = true;
	for (size_t i = 0; ok && i < to - from; i = found[1]) {
		int r = pcre2_match(t->splitter[k], s, to - from, i, PCRE2_NO_UTF_CHECK, m, NULL);
		if (r < 0) {
			pp_assert(r == PCRE2_ERROR_NOMATCH);
			break;
		}
		ok = spell(t, x, from + found[0], from + found[1], k + 1, out, why);
	}
	pcre2_match_data_free(m);
	return ok;
}

/* A stretch of text between two added tokens, in one of two rounds: `rest` handles what lies between. */
typedef bool rest(const struct tokenizer *t, const struct text *x, size_t from, size_t to, struct tokens *out, struct buf *why);

static bool around_added(const struct tokenizer *t, const struct text *x, bool normalised, rest *between, struct tokens *out,
    struct buf *why)
{
	const struct buf *b = &x->bytes;
	for (size_t i = 0, at; i < b->n;) {
		const struct added *a = next_added(t, b, i, normalised, &at);
		if (!a)
			return between(t, x, i, b->n, out, why);
		size_t from = at, to = at + a->len;
		while (a->lstrip && from > i && class_at(t->space_char, b->at + char_before(b->at, from), b->n - char_before(b->at, from)))
			from = char_before(b->at, from);
		while (a->rstrip && to < b->n && class_at(t->space_char, b->at + to, b->n - to))
			for (to++; to < b->n && ((unsigned char)b->at[to] & 0xC0) == 0x80;)
				to++;
		if (!between(t, x, i, from, out, why))
			return false;
		push_token(out, a->id, x->from.at[from], x->to.at[to - 1]);
		i = to;
	}
	return true;
}

static bool spell_rest(const struct tokenizer *t, const struct text *x, size_t from, size_t to, struct tokens *out,
    struct buf *why)
{
	return spell(t, x, from, to, 0, out, why);
}

/* Requires: x is the text as written, so that its bytes are those of the original. */
static bool normalise_rest(const struct tokenizer *t, const struct text *x, size_t from, size_t to, struct tokens *out,
    struct buf *why)
{
	if (from == to)
		return true;
	struct text y = normal_text(t, x->bytes.at + from, to - from, (uint32_t)from);
	bool ok = around_added(t, &y, true, spell_rest, out, why);
	text_free(&y);
	return ok;
}

bool tokenizer_encode(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why)
{
	if (len > INT32_MAX)
		return buf_refuse(why, "the text is longer than 2 GiB");
	if (!text_valid(text, len))
		return buf_refuse(why, "the text is not UTF-8");
	struct text x;
	text_start(&x, text, len, 0);
	bool ok = around_added(t, &x, false, normalise_rest, out, why);
	text_free(&x);
	return ok;
}

/* ---- tokens to text ---- */

const char *tokenizer_text(const struct tokenizer *t, int32_t id)
{
	return id >= 0 && id < t->n_ids ? t->text[id] : NULL;
}

void tokenizer_decode(const struct tokenizer *t, const int32_t *id, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		const char *s = tokenizer_text(t, id[i]);
		if (i)
			buf_putc(out, ' ');
		if (s)
			buf_puts(out, s);
		else
			buf_printf(out, "<%" PRId32 ">", id[i]);
	}
}

int32_t tokenizer_vocab(const struct tokenizer *t)
{
	return t->n_ids;
}

void tokens_free(struct tokens *t)
{
	free(t->id);
	free(t->from);
	free(t->to);
	*t = (struct tokens){ 0 };
}

void tokenizer_close(struct tokenizer *t)
{
	if (!t)
		return;
	for (int i = 0; i < t->n_splitters; i++)
		pcre2_code_free(t->splitter[i]);
	pcre2_code_free(t->word_char);
	pcre2_code_free(t->space_char);
	map_free(&t->vocab);
	free(t->text);
	vec_free(&t->added);
	arena_free(&t->arena);
	free(t);
}
