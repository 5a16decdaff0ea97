/* The vocabulary: texts and ids, GPT-2's alphabet of bytes, and the added tokens that are looked for in a text. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/tokenizer_parts.h"

/* ---- GPT-2's alphabet: printable bytes stand for themselves, the others for the characters from U+0100 on */

static bool printable(int c)
{
	return (c >= '!' && c <= '~') || (c >= 0xA1 && c <= 0xAC) || (c >= 0xAE && c <= 0xFF);
}

struct alphabet { int16_t byte[0x200]; int16_t character[256]; };

static const struct alphabet *alphabet(void)
{
	static struct alphabet a;
	if (a.character[0])
		return &a;
	int next = 0x100;
	memset(a.byte, -1, sizeof a.byte);
	for (int b = 0; b < 256; b++) {
		a.character[b] = (int16_t)(printable(b) ? b : next++);
		a.byte[a.character[b]] = (int16_t)b;
	}
	return &a;
}

static int32_t byte_char(unsigned char byte)
{
	return alphabet()->character[byte];
}

/* -1: not in the alphabet */
static int char_byte(int32_t c)
{
	return c < 0x200 ? alphabet()->byte[c] : -1;
}

void bytes_spell(const char *s, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		int32_t c = byte_char((unsigned char)s[i]);
		if (c >= 0x80)
			buf_putc(out, (char)(0xC0 | c >> 6));
		buf_putc(out, (char)(c < 0x80 ? c : (0x80 | (c & 0x3F))));
	}
}

bool bytes_unspell(const char *s, size_t n, struct buf *out)
{
	int32_t c;
	for (size_t i = 0; i < n; i += char_at(s + i, n - i, &c)) {
		char_at(s + i, n - i, &c);
		if (char_byte(c) < 0)
			return false;
		buf_putc(out, (char)char_byte(c));
	}
	return true;
}

/* ---- texts and ids */

static const struct entry *look_up(const struct tokenizer *t, const char *s, size_t n, bool bytes)
{
	const struct entry *e = map_get_ptr(&t->vocab.by_text, hash_bytes(s, n, bytes));
	while (e && !(e->len == n && e->bytes == bytes && memcmp(e->text, s, n) == 0))
		e = e->next;
	return e;
}

const struct entry *vocab_find_bytes(const struct tokenizer *t, const char *s, size_t n)
{
	const struct entry *e = look_up(t, s, n, t->byte_level);
	return e && !e->added ? e : NULL;
}

const struct entry *vocab_find(const struct tokenizer *t, const char *s, size_t n)
{
	struct buf bytes = { 0 };
	bool spelled = t->byte_level && bytes_unspell(s, n, &bytes);
	const struct entry *e = spelled ? look_up(t, buf_str(&bytes), bytes.n, true) : look_up(t, s, n, false);
	buf_free(&bytes);
	return e;
}

const struct entry *vocab_at(const struct tokenizer *t, int32_t id)
{
	return id >= 0 && id < t->vocab.n_ids ? t->vocab.by_id[id] : NULL;
}

static void grow_ids(struct vocab *v, int32_t n)
{
	if (n <= v->n_ids)
		return;
	struct entry **by_id = mem_array((size_t)n, sizeof *by_id);
	if (v->n_ids)
		memcpy(by_id, v->by_id, (size_t)v->n_ids * sizeof *by_id);
	free(v->by_id);
	v->by_id = by_id;
	v->n_ids = n;
}

bool vocab_add(struct tokenizer *t, const char *s, size_t n, int64_t id, bool added, struct buf *why)
{
	struct vocab *v = &t->vocab;
	if (id < 0 || id >= MAX_ID)
		return buf_refuse(why, "the token '%.*s' has the id %" PRId64 ", outside of 0 to %d", n > 60 ? 60 : (int)n, s, id, MAX_ID - 1);
	if (id >= v->n_ids) {
		int32_t twice = v->n_ids < MAX_ID / 2 ? v->n_ids * 2 : MAX_ID;
		grow_ids(v, id >= twice ? (int32_t)id + 1 : twice);
	}
	if (v->by_id[id])
		return buf_refuse(why, "the tokens '%.60s' and '%.*s' have the same id, %" PRId64, v->by_id[id]->text, n > 60 ? 60 : (int)n, s, id);
	struct buf bytes = { 0 };
	struct entry *e = arena_alloc(&t->arena, sizeof *e);
	e->bytes = t->byte_level && bytes_unspell(s, n, &bytes);
	e->len = e->bytes ? bytes.n : n;
	e->text = arena_strndup(&t->arena, e->bytes ? buf_str(&bytes) : s, e->len);
	e->id = (int32_t)id;
	e->added = added;
	buf_free(&bytes);
	uint64_t hash = hash_bytes(e->text, e->len, e->bytes);
	e->next = map_get_ptr(&v->by_text, hash);
	map_put_ptr(&v->by_text, hash, e);
	v->by_id[id] = e;
	return true;
}

bool read_vocab(struct tokenizer *t, const json_t *vocab, struct buf *why)
{
	if (!json_is_object(vocab))
		return buf_refuse(why, "the model has no object 'vocab'");
	const char *word;
	json_t *id;
	json_object_foreach((json_t *)(uintptr_t)vocab, word, id) {
		if (!json_is_integer(id))
			return buf_refuse(why, "the id of the token '%.60s' is not a whole number", word);
		if (!vocab_add(t, word, strlen(word), json_integer_value(id), false, why))
			return false;
	}
	return true;
}

void vocab_trim(struct tokenizer *t)
{
	while (t->vocab.n_ids && !t->vocab.by_id[t->vocab.n_ids - 1])
		t->vocab.n_ids--;
}

/* ---- added tokens */

static int by_bytes(const void *a, const void *b)
{
	const struct added *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = memcmp(x->text, y->text, n);
	return c ? c : x->len != y->len ? (x->len < y->len ? -1 : 1) : (x->id > y->id) - (x->id < y->id);
}

void added_sort(struct added_set *s)
{
	if (s->token.n)
		qsort(s->token.at, s->token.n, sizeof *s->token.at, by_bytes);
	uint32_t k = 0;
	for (int c = 0; c <= 256; c++) {
		while (k < s->token.n && (unsigned char)s->token.at[k].text[0] < c)
			k++;
		s->first[c] = k;
	}
}

/* The first of tokens lo..hi, which agree in their first d bytes, whose byte d is not below c. */
static uint32_t lower(const struct added_set *s, uint32_t lo, uint32_t hi, size_t d, int c)
{
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct added *a = &s->token.at[mid];
		int byte = d < a->len ? (unsigned char)a->text[d] : -1;
		if (byte < c)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The longest token at s, or NULL: the tokens that agree with it so far are a range that narrows byte by byte. */
static const struct added *longest_at(const struct added_set *set, const char *s, size_t n)
{
	const struct added *found = NULL;
	uint32_t lo = set->first[(unsigned char)s[0]], hi = set->first[(unsigned char)s[0] + 1];
	for (size_t d = 1; lo < hi; d++) {
		if (set->token.at[lo].len == d)
			found = &set->token.at[lo];
		if (d == n)
			break;
		int c = (unsigned char)s[d];
		lo = lower(set, lo, hi, d, c);
		hi = lower(set, lo, hi, d, c + 1);
	}
	return found;
}

const struct added *added_next(const struct added_set *s, const char *text, size_t n, size_t i, size_t *at)
{
	if (!s->token.n)
		return NULL;
	for (; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		const struct added *a = s->first[c] < s->first[c + 1] ? longest_at(s, text + i, n - i) : NULL;
		if (a) {
			*at = i;
			return a;
		}
	}
	return NULL;
}
