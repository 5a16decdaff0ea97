/* Text to tokens.  See tokenizer.h; tokenizer_parts.h says which file does what.
 *
 * The stages, in order: added tokens that are not normalised are found in the text as written; what lies between is
 * normalised, the other added tokens are found in that; what lies between these is cut into words by the pre-tokenizers, and
 * each word becomes tokens by the model. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/tokenizer_parts.h"
#include "model/words.h"

/* ---- tokens */

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

void push_range(struct tokens *t, int32_t id, const struct text *x, size_t from, size_t to)
{
	uint32_t first = t->n ? t->to[t->n - 1] : 0, end = first;
	if (to > from)
		text_range(x, from, to, &first, &end);
	push_token(t, id, first, end);
}

void tokens_free(struct tokens *t)
{
	free(t->id);
	free(t->from);
	free(t->to);
	*t = (struct tokens){ 0 };
}

/* ---- around added tokens */

static bool word_at(const char *s, size_t n)
{
	return n && (char_kinds(s, n) & CHAR_WORD);
}

static bool stands_alone(const struct text *x, size_t from, size_t to)
{
	size_t before = from ? char_before(x->at, from) : 0;
	return !word_at(x->at + before, from - before) && !word_at(x->at + to, x->n - to);
}

/* Takes in the white space beside the token, but none before `least`. */
static void take_space(const struct text *x, const struct added *a, size_t least, size_t *from, size_t *to)
{
	int32_t c;
	for (size_t k; a->lstrip && *from > least; *from = k) {
		k = char_before(x->at, *from);
		char_at(x->at + k, *from - k, &c);
		if (!char_is_space(c))
			break;
	}
	for (size_t k; a->rstrip && *to < x->n; *to += k) {
		k = char_at(x->at + *to, x->n - *to, &c);
		if (!char_is_space(c))
			break;
	}
}

typedef bool rest(struct job *j, const struct text *x, size_t from, size_t to);

/* The added tokens of a set in x; `between` handles what lies between.  As in the library, one that must be a word of its own
 * and is none here is passed over as a whole, and one that takes in the space behind it keeps no other from being found there. */
static bool around_added(struct job *j, const struct text *x, const struct added_set *set, rest *between)
{
	size_t done = 0, at = 0;
	for (const struct added *a; (a = added_next(set, x->at, x->n, at, &at));) {
		size_t from = at, to = at + a->len;
		at = to;
		if (a->single_word && !stands_alone(x, from, to))
			continue;
		take_space(x, a, done, &from, &to);
		if (a->lstrip && from < done)
			from = done;
		if (done < from && !between(j, x, done, from))
			return false;
		if (from < to)
			push_range(j->out, a->id, x, from, to);
		done = to;
	}
	return between(j, x, done, x->n);
}

static bool spell_rest(struct job *j, const struct text *x, size_t from, size_t to)
{
	return cut(j, x, from, to, 0);
}

static bool spell_normal(struct job *j, struct text *part)
{
	for (int i = 0; i < j->t->n_steps; i++)
		if (!text_apply(part, j->t->step[i], j->why))
			return false;
	return around_added(j, part, &j->t->added_normal, spell_rest);
}

static bool normalise_rest(struct job *j, const struct text *x, size_t from, size_t to)
{
	if (from == to)
		return true;
	struct text part;
	text_part(&part, x, from, to);
	bool ok = spell_normal(j, &part);
	text_free(&part);
	return ok;
}

static bool encode(const struct tokenizer *t, const char *text, size_t len, bool unknown, struct tokens *out, struct buf *why)
{
	if (len > INT32_MAX)
		return buf_refuse(why, "the text is longer than 2 GiB");
	size_t bad = text_valid_until(text, len);
	if (bad < len)
		return buf_refuse(why, "the text is not UTF-8: byte %zu is 0x%02X", bad, (unsigned char)text[bad]);
	struct text x;
	struct job j = { t, out, why, unknown };
	text_start(&x, text, len, 0);
	return around_added(&j, &x, &t->added, normalise_rest);
}

bool tokenizer_encode(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why)
{
	return encode(t, text, len, false, out, why);
}

bool tokenizer_encode_unknown(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why)
{
	return encode(t, text, len, true, out, why);
}

/* ---- what a prompt begins with */

static bool begins_text(const struct tokenizer *t)
{
	return t->policy == BOS_YES || (t->policy == BOS_AUTO && (t->said_by ? t->says : t->n_first > 0));
}

/* The tokens that go first: the template's, or the one that the files name. */
static int first_tokens(const struct tokenizer *t, const int32_t **first)
{
	if (!begins_text(t))
		return 0;
	*first = t->n_first ? t->first : &t->bos_id;
	return t->n_first ? t->n_first : t->bos_id >= 0;
}

bool tokenizer_bos(struct tokenizer *t, enum bos policy, struct buf *why)
{
	if (policy == BOS_YES && !t->n_first && t->bos_id < 0)
		return buf_refuse(why, "%s names no token that a text begins with", t->source);
	t->policy = policy;
	return true;
}

bool tokenizer_prompt(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why)
{
	size_t before = out->n;
	const int32_t *first = NULL;
	int n = first_tokens(t, &first);
	for (int i = 0; i < n; i++)
		push_token(out, first[i], 0, 0);
	size_t own = out->n;
	if (!tokenizer_encode(t, text, len, out, why))
		return false;
	if (n == 0 || out->n - own < (size_t)n || memcmp(out->id + own, first, (size_t)n * sizeof *first) != 0)
		return true;
	memmove(out->id + before, out->id + own, (out->n - own) * sizeof *out->id);     /* the text says it already */
	memmove(out->from + before, out->from + own, (out->n - own) * sizeof *out->from);
	memmove(out->to + before, out->to + own, (out->n - own) * sizeof *out->to);
	out->n -= (size_t)n;
	return true;
}

void tokenizer_describe_prompt(const struct tokenizer *t, struct buf *out)
{
	const int32_t *first = NULL;
	int n = first_tokens(t, &first);
	buf_puts(out, n ? "begin with" : "begin with nothing of their own");
	for (int i = 0; i < n; i++)
		buf_printf(out, " %s", tokenizer_text(t, first[i]));
	if (t->policy != BOS_AUTO)
		buf_printf(out, " (bos: \"%s\")", t->policy == BOS_YES ? "yes" : "no");
	else if (t->said_by || n)
		buf_printf(out, " (%s says so)", t->said_by ? t->said_by : "the post_processor");
}

void tokenizer_describe(const struct tokenizer *t, struct buf *out)
{
	size_t n = 0;
	for (int32_t id = 0; id < t->vocab.n_ids; id++)
		n += t->vocab.by_id[id] != NULL;
	buf_printf(out, "%s%s, %zu tokens, from %s", t->byte_level ? "byte-level " : "", t->kind->type, n, t->source);
}

/* ---- the whole */

struct tokenizer *tokenizer_new(const char *source)
{
	struct tokenizer *t = mem_alloc(sizeof *t);
	const char *slash = strrchr(source, '/');
	t->source = arena_printf(&t->arena, "%s", slash ? slash + 1 : source);
	t->bos_id = t->unknown = -1;
	return t;
}

struct tokenizer *tokenizer_ready(struct tokenizer *t)
{
	added_sort(&t->added);
	added_sort(&t->added_normal);
	vocab_trim(t);
	return t;
}

int32_t tokenizer_vocab(const struct tokenizer *t)
{
	return t->vocab.n_ids;
}

void tokenizer_close(struct tokenizer *t)
{
	if (!t)
		return;
	for (int i = 0; i < t->n_steps; i++)
		text_step_free(t->step[i]);
	for (int i = 0; i < t->n_stages; i++)
		stage_free(&t->stage[i]);
	for (int i = 0; i < t->n_decoders; i++)
		decoder_free(t->decoder[i]);
	bpe_free(t->bpe);
	map_free(&t->vocab.by_text);
	free(t->vocab.by_id);
	vec_free(&t->added.token);
	vec_free(&t->added_normal.token);
	buf_free(&t->shown);
	arena_free(&t->arena);
	free(t);
}
