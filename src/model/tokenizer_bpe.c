/* Byte-pair encoding: a word is its characters (or bytes), and the pair whose merge has the lowest rank becomes one, the
 * leftmost first, until there is none.
 *
 * Two things make that quick.  Where two neighbouring characters stand side by side in no token, no merge can reach across, so
 * long words are cut there; and words that were seen before are remembered.  What is left goes through a heap: the time grows
 * with n log n, whatever the text. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/tokenizer_parts.h"

enum {
	PAIR_BITS = 1 << 21,             /* of the filter of neighbours */
	MOST_WORDS = 1 << 16,            /* remembered */
	LONGEST_WORD = 64,               /* bytes of a word that is remembered */
	FEW = 24,                        /* symbols that are searched without a heap */
};

/* A merge; id < 0: an empty place of the table. */
struct merge { uint64_t pair; uint32_t rank; int32_t id; };
struct symbol { int32_t id; int32_t prev, next; uint32_t len; uint32_t rank; int32_t merged; };  /* rank, merged: with the next one */
struct waiting { uint32_t rank, at; int32_t id; };
/* A word that was spelled: n pairs of id and length from `tokens` on, its bytes at `text`. */
struct known { uint64_t hash; uint32_t text, tokens; uint16_t len, n; };

struct bpe {
	struct merge *merge;
	size_t n_merges, cap;
	struct bpe_options o;
	int32_t unknown;                 /* id, or -1 */
	bool had_unknown;                /* in the word at hand */
	bool may_fuse;                   /* unknown characters side by side become one token, so must not be cut apart */
	int32_t byte[256];               /* of a byte (byte-level), or of <0x41>; -1 */
	int32_t ascii[128];              /* of a character, -1 */
	uint8_t *neighbours;             /* a bit for each hash of two characters that stand side by side in a token; NULL: no cutting */
	struct known *known;
	size_t n_known, known_cap;
	struct buf texts;
	VEC(uint32_t) tokens;
	VEC(struct symbol) symbol;
	VEC(struct waiting) heap;
};

struct bpe *bpe_new(void)
{
	struct bpe *b = mem_alloc(sizeof *b);
	b->unknown = -1;
	return b;
}

void bpe_free(struct bpe *b)
{
	if (!b)
		return;
	free(b->merge);
	free(b->neighbours);
	free(b->known);
	buf_free(&b->texts);
	vec_free(&b->tokens);
	vec_free(&b->symbol);
	vec_free(&b->heap);
	free(b);
}

/* ---- merges */

static uint64_t pair_of(int32_t left, int32_t right)
{
	return (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
}

static struct merge *place_of(const struct bpe *b, uint64_t pair)
{
	size_t i = (size_t)hash_u64(pair) & (b->cap - 1);
	while (b->merge[i].id >= 0 && b->merge[i].pair != pair)
		i = (i + 1) & (b->cap - 1);
	return &b->merge[i];
}

static void grow_merges(struct bpe *b)
{
	struct merge *old = b->merge;
	size_t n = b->cap;
	b->cap = n ? n * 2 : 64;
	b->merge = mem_array(b->cap, sizeof *b->merge);
	for (size_t i = 0; i < b->cap; i++)
		b->merge[i].id = -1;
	for (size_t i = 0; i < n; i++)
		if (old[i].id >= 0)
			*place_of(b, old[i].pair) = old[i];
	free(old);
}

/* The last of several for the same pair counts, as in the library. */
static void put_merge(struct bpe *b, int32_t left, int32_t right, uint32_t rank, int32_t id)
{
	if (b->n_merges * 2 >= b->cap)
		grow_merges(b);
	struct merge *m = place_of(b, pair_of(left, right));
	b->n_merges += m->id < 0;
	*m = (struct merge){ pair_of(left, right), rank, id };
}

static bool no_token(struct buf *why, const char *s, size_t n)
{
	return buf_refuse(why, "a merge has '%.*s', which is not in the vocabulary", n > 60 ? 60 : (int)n, s);
}

/* Requires: the vocabulary is read.  The pair becomes the token that is spelled as both together; rank: the lowest goes first. */
static bool bpe_merge(struct tokenizer *t, const char *left, size_t n_left, const char *right, size_t n_right, uint32_t rank, struct buf *why)
{
	const struct entry *l = vocab_find(t, left, n_left), *r = vocab_find(t, right, n_right);
	if (!l || !r)
		return l ? no_token(why, right, n_right) : no_token(why, left, n_left);
	struct buf both = { 0 };
	buf_add(&both, left, n_left);
	buf_add(&both, right, n_right);
	const struct entry *e = vocab_find(t, buf_str(&both), both.n);
	if (e)
		put_merge(t->bpe, l->id, r->id, rank, e->id);
	else
		no_token(why, both.at, both.n);
	buf_free(&both);
	return e != NULL;
}

bool bpe_merge_line(struct tokenizer *t, const char *line, size_t n, uint32_t rank, struct buf *why)
{
	const char *space = memchr(line, ' ', n);
	size_t k = space ? (size_t)(space - line) : 0;
	if (!space || memchr(space + 1, ' ', n - k - 1))
		return buf_refuse(why, "the merge '%.*s' is not two tokens with a space between", n > 60 ? 60 : (int)n, line);
	return bpe_merge(t, line, k, space + 1, n - k - 1, rank, why);
}

struct scored { float score; int32_t id; };

static int high_first(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;
	return x->score != y->score ? (x->score > y->score ? -1 : 1) : (x->id > y->id) - (x->id < y->id);
}

/* Every way to cut the token in two; longer ones are no words that SentencePiece makes. */
static void merges_of(struct tokenizer *t, const struct entry *e, uint32_t rank)
{
	enum { LONGEST = 256 };
	int32_t c;
	if (e->len > LONGEST)
		return;
	for (size_t k = char_at(e->text, e->len, &c); k < e->len; k += char_at(e->text + k, e->len - k, &c)) {
		const struct entry *l = vocab_find(t, e->text, k), *r = vocab_find(t, e->text + k, e->len - k);
		if (l && r)
			put_merge(t->bpe, l->id, r->id, rank, e->id);
	}
}

void bpe_merge_by_score(struct tokenizer *t, const float *score, int32_t n)
{
	VEC(struct scored) order = { 0 };
	for (int32_t id = 0; id < n; id++)
		if (vocab_at(t, id) && score[id] == score[id])
			vec_push(&order, ((struct scored){ score[id], id }));
	if (order.n)
		qsort(order.at, order.n, sizeof *order.at, high_first);
	uint32_t rank = 0;
	for (size_t i = 0; i < order.n; i++) {
		rank += i > 0 && order.at[i].score != order.at[i - 1].score;
		merges_of(t, vocab_at(t, order.at[i].id), rank);
	}
	vec_free(&order);
}

/* ---- after the last merge */

static size_t neighbour_bit(int32_t left, int32_t right)
{
	return (size_t)hash_u64(pair_of(left, right)) & (PAIR_BITS - 1);
}

/* There is a token for every byte or for none, and no merge has one: its text is not what it stands for. */
static bool bytes_stand_alone(const struct bpe *b)
{
	int n = 0;
	struct map bytes = { 0 };
	for (int c = 0; c < 256; c++)
		if (b->byte[c] >= 0) {
			map_put(&bytes, (uint64_t)b->byte[c], 1);
			n++;
		}
	bool alone = n == 0 || n == 256;
	for (size_t i = 0; alone && i < b->cap; i++)
		alone = b->merge[i].id < 0 || !(map_get(&bytes, b->merge[i].pair >> 32, NULL) || map_get(&bytes, (uint32_t)b->merge[i].pair, NULL));
	map_free(&bytes);
	return alone;
}

/* Whatever a merge makes is a token of the vocabulary, so two characters that no token has side by side stay apart. */
static void find_neighbours(struct tokenizer *t)
{
	struct bpe *b = t->bpe;
	if (b->o.byte_fallback && !bytes_stand_alone(b))
		return;
	b->neighbours = mem_alloc(PAIR_BITS / 8);
	for (int32_t id = 0; id < t->vocab.n_ids; id++) {
		const struct entry *e = t->vocab.by_id[id];
		int32_t left = 0, right;
		for (size_t i = 0, k; e && i < e->len; i += k, left = right) {
			k = char_at(e->text + i, e->len - i, &right);
			size_t bit = neighbour_bit(left, right);
			if (i > 0)
				b->neighbours[bit / 8] |= (uint8_t)(1 << bit % 8);
		}
	}
}

/* Is there a token for each of these bytes?  s NULL: for all there are. */
static bool bytes_known(const struct bpe *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (b->byte[s ? (unsigned char)s[i] : i] < 0)
			return false;
	return true;
}

static int32_t id_of(const struct tokenizer *t, const char *s, size_t n)
{
	const struct entry *e = vocab_find_bytes(t, s, n);
	return e ? e->id : -1;
}

bool bpe_finish(struct tokenizer *t, const struct bpe_options *o, struct buf *why)
{
	struct bpe *b = t->bpe;
	b->o = *o;
	b->o.unknown = NULL;                 /* the caller's */
	if (!b->cap)
		grow_merges(b);
	if (o->unknown) {
		const struct entry *e = vocab_find(t, o->unknown, strlen(o->unknown));
		b->unknown = e ? e->id : -1;
	}
	if (o->unknown && b->unknown < 0)
		return buf_refuse(why, "its unk_token '%.60s' is not in the vocabulary", o->unknown);
	for (int c = 0; c < 256; c++) {
		char one[8] = { (char)c };
		int n = t->byte_level ? 1 : snprintf(one, sizeof one, "<0x%02X>", (unsigned)c);
		b->byte[c] = id_of(t, one, (size_t)n);
	}
	for (int c = 0; c < 128; c++)
		b->ascii[c] = id_of(t, &(char){ (char)c }, 1);
	if (!t->byte_level)
		find_neighbours(t);
	b->may_fuse = o->fuse_unknown && !(o->byte_fallback && bytes_known(b, NULL, 256));
	return true;
}

/* ---- a word's symbols */

static int32_t char_id(const struct tokenizer *t, const char *s, size_t n)
{
	return (unsigned char)*s < 0x80 ? t->bpe->ascii[(unsigned char)*s] : id_of(t, s, n);
}

static void add_symbol(struct bpe *b, int32_t id, uint32_t len)
{
	int32_t n = (int32_t)b->symbol.n;
	vec_push(&b->symbol, ((struct symbol){ .id = id, .prev = n - 1, .next = n + 1, .len = len }));
}

/* Characters that are not in the vocabulary, and the unknown token that waits to be written for those before: the library
 * writes it when the next known one comes. */
struct unknowns { uint32_t len; };

static void flush(struct bpe *b, struct unknowns *u)
{
	if (u->len)
		add_symbol(b, b->unknown, u->len);
	u->len = 0;
}

static bool unknown_char(struct job *j, const char *s, size_t k, struct unknowns *u)
{
	struct bpe *b = j->t->bpe;
	if (b->o.byte_fallback && bytes_known(b, s, k)) {
		for (size_t i = 0; i < k; i++)
			add_symbol(b, b->byte[(unsigned char)s[i]], 1);
		return true;
	}
	if (!j->unknown)
		return unknown_word(j, s, k);
	b->had_unknown = true;
	if (b->unknown < 0)
		return true;
	if (!b->o.fuse_unknown)
		flush(b, u);
	u->len += (uint32_t)k;
	return true;
}

static bool add_symbols(struct job *j, const char *s, size_t n)
{
	struct bpe *b = j->t->bpe;
	struct unknowns u = { 0 };
	b->symbol.n = 0;
	b->had_unknown = false;
	for (size_t i = 0, k; i < n; i += k) {
		int32_t c = 0, id;
		k = j->t->byte_level ? 1 : char_at(s + i, n - i, &c);
		id = j->t->byte_level ? b->byte[(unsigned char)s[i]] : char_id(j->t, s + i, k);
		if (id >= 0) {
			flush(b, &u);
			add_symbol(b, id, (uint32_t)k);
		} else if (!unknown_char(j, s + i, k, &u)) {
			return false;
		}
	}
	flush(b, &u);
	if (b->symbol.n)
		vec_last(&b->symbol).next = -1;
	return true;
}

/* ---- merging */

#define NO_RANK UINT32_MAX

/* What symbol i and the next one become. */
static void find_rank(struct bpe *b, int32_t i)
{
	struct symbol *s = &b->symbol.at[i];
	s->rank = NO_RANK;
	if (s->next < 0)
		return;
	const struct merge *m = place_of(b, pair_of(s->id, b->symbol.at[s->next].id));
	if (m->id >= 0) {
		s->rank = m->rank;
		s->merged = m->id;
	}
}

/* Symbol i takes in the next one, which is left with no length. */
static void take_next(struct bpe *b, int32_t i, int32_t id)
{
	struct symbol *s = &b->symbol.at[i], *gone = &b->symbol.at[s->next];
	s->id = id;
	s->len += gone->len;
	s->next = gone->next;
	gone->len = 0;
	if (gone->next >= 0)
		b->symbol.at[gone->next].prev = i;
}

static void merge_few(struct bpe *b)
{
	for (int32_t i = 0; i < (int32_t)b->symbol.n; i++)
		find_rank(b, i);
	for (;;) {
		int32_t best = -1;
		for (int32_t i = 0; i >= 0; i = b->symbol.at[i].next)
			if (b->symbol.at[i].rank != NO_RANK && (best < 0 || b->symbol.at[i].rank < b->symbol.at[best].rank))
				best = i;
		if (best < 0)
			return;
		take_next(b, best, b->symbol.at[best].merged);
		find_rank(b, best);
		if (b->symbol.at[best].prev >= 0)
			find_rank(b, b->symbol.at[best].prev);
	}
}

static bool before(const struct waiting *x, const struct waiting *y)
{
	return x->rank != y->rank ? x->rank < y->rank : x->at < y->at;
}

static void heap_push(struct bpe *b, int32_t i)
{
	find_rank(b, i);
	const struct symbol *s = &b->symbol.at[i];
	if (s->rank == NO_RANK)
		return;
	struct waiting w = { s->rank, (uint32_t)i, s->merged };
	vec_push(&b->heap, w);
	size_t at = b->heap.n - 1;
	for (; at > 0 && before(&w, &b->heap.at[(at - 1) / 2]); at = (at - 1) / 2)
		b->heap.at[at] = b->heap.at[(at - 1) / 2];
	b->heap.at[at] = w;
}

static struct waiting heap_pop(struct bpe *b)
{
	struct waiting top = b->heap.at[0], w = vec_pop(&b->heap);
	size_t at = 0;
	for (size_t k; (k = 2 * at + 1) < b->heap.n; at = k) {
		if (k + 1 < b->heap.n && before(&b->heap.at[k + 1], &b->heap.at[k]))
			k++;
		if (!before(&b->heap.at[k], &w))
			break;
		b->heap.at[at] = b->heap.at[k];
	}
	if (b->heap.n)
		b->heap.at[at] = w;
	return top;
}

/* An entry of the heap is out of date when its pair is no longer there. */
static void merge_many(struct bpe *b)
{
	b->heap.n = 0;
	for (int32_t i = 0; i < (int32_t)b->symbol.n; i++)
		heap_push(b, i);
	while (b->heap.n) {
		struct waiting w = heap_pop(b);
		struct symbol *s = &b->symbol.at[w.at];
		if (!s->len || s->rank == NO_RANK || s->merged != w.id)
			continue;
		take_next(b, (int32_t)w.at, w.id);
		heap_push(b, (int32_t)w.at);
		if (s->prev >= 0)
			heap_push(b, s->prev);
	}
}

/* ---- words that are remembered */

static struct known *known_place(const struct bpe *b, uint64_t hash, const char *s, size_t n)
{
	size_t i = (size_t)hash & (b->known_cap - 1);
	for (; b->known[i].len; i = (i + 1) & (b->known_cap - 1)) {
		const struct known *k = &b->known[i];
		if (k->hash == hash && k->len == n && memcmp(b->texts.at + k->text, s, n) == 0)
			break;
	}
	return &b->known[i];
}

/* Makes room for one more; when there are as many as may be, all are forgotten. */
static void known_room(struct bpe *b)
{
	if (b->n_known * 2 < b->known_cap)
		return;
	size_t cap = b->known_cap ? b->known_cap * 4 : 256;
	struct known *old = b->known;
	size_t n = b->known_cap;
	if (cap > 2 * MOST_WORDS) {
		memset(b->known, 0, n * sizeof *b->known);
		b->n_known = 0;
		b->texts.n = 0;
		b->tokens.n = 0;
		return;
	}
	b->known = mem_array(cap, sizeof *b->known);
	b->known_cap = cap;
	for (size_t i = 0; i < n; i++)
		if (old[i].len)
			*known_place(b, old[i].hash, b->texts.at + old[i].text, old[i].len) = old[i];
	free(old);
}

static void remember(struct bpe *b, uint64_t hash, const char *s, size_t n)
{
	known_room(b);
	struct known *k = known_place(b, hash, s, n);
	*k = (struct known){ hash, (uint32_t)b->texts.n, (uint32_t)b->tokens.n, (uint16_t)n, 0 };
	buf_add(&b->texts, s, n);
	for (size_t i = 0; i < b->symbol.n; i++)
		if (b->symbol.at[i].len) {
			vec_push(&b->tokens, (uint32_t)b->symbol.at[i].id);
			vec_push(&b->tokens, b->symbol.at[i].len);
			k->n++;
		}
	b->n_known++;
}

/* ---- spelling */

static void push_piece(struct job *j, const struct text *x, int32_t id, size_t *at, size_t len, size_t to)
{
	size_t end = *at + len < to ? *at + len : to;
	push_range(j->out, id, x, *at, end);
	*at = end;
}

static bool spell_new(struct job *j, const char *s, size_t n)
{
	struct bpe *b = j->t->bpe;
	if (!add_symbols(j, s, n))
		return false;
	if (b->symbol.n <= FEW && b->symbol.n)
		merge_few(b);
	else
		merge_many(b);
	return true;
}

/* Bytes from..to of x: a word, or what of it the rest cannot reach. */
static bool spell_part(struct job *j, const struct text *x, size_t from, size_t to)
{
	struct bpe *b = j->t->bpe;
	const char *s = x->at + from;
	size_t n = to - from, at = from;
	bool keep = n <= LONGEST_WORD;
	uint64_t hash = keep ? hash_bytes(s, n, 0) : 0;
	const struct known *k = keep && b->known_cap ? known_place(b, hash, s, n) : NULL;
	if (k && k->len) {
		for (uint32_t i = 0; i < k->n; i++)
			push_piece(j, x, (int32_t)b->tokens.at[k->tokens + 2 * i], &at, b->tokens.at[k->tokens + 2 * i + 1], to);
		return true;
	}
	if (!spell_new(j, s, n))
		return false;
	for (size_t i = 0; i < b->symbol.n; i++)
		if (b->symbol.at[i].len)
			push_piece(j, x, b->symbol.at[i].id, &at, b->symbol.at[i].len, to);
	if (keep && !b->had_unknown)         /* whether that is refused is asked anew each time */
		remember(b, hash, s, n);
	return true;
}

static bool must_stay(const struct job *j, const struct text *x, size_t left, size_t at, size_t k)
{
	return j->t->bpe->may_fuse && char_id(j->t, x->at + left, at - left) < 0 && char_id(j->t, x->at + at, k) < 0;
}

static bool bpe_spell(struct job *j, const struct text *x, size_t from, size_t to)
{
	struct bpe *b = j->t->bpe;
	if (b->o.ignore_merges) {
		const struct entry *e = vocab_find_bytes(j->t, x->at + from, to - from);
		if (e) {
			push_range(j->out, e->id, x, from, to);
			return true;
		}
	}
	if (!b->neighbours)
		return spell_part(j, x, from, to);
	size_t begin = from, last = from;
	int32_t left = 0, right;
	for (size_t i = from, k; i < to; last = i, i += k, left = right) {
		k = char_at(x->at + i, to - i, &right);
		size_t bit = neighbour_bit(left, right);
		if (i == from || (b->neighbours[bit / 8] >> bit % 8 & 1) || must_stay(j, x, last, i, k))
			continue;
		if (!spell_part(j, x, begin, i))
			return false;
		begin = i;
	}
	return spell_part(j, x, begin, to);
}

static bool is_true(const json_t *j, const char *field)
{
	return json_is_true(json_object_get(j, field));
}

/* ---- reading it from a tokenizer.json */

static bool read_merges(struct tokenizer *t, const json_t *merges, struct buf *why)
{
	if (!json_is_array(merges))
		return buf_refuse(why, "the model has no list 'merges'");
	size_t i;
	json_t *m;
	json_array_foreach(merges, i, m) {
		const json_t *left = json_array_get(m, 0), *right = json_array_get(m, 1);
		bool pair = json_array_size(m) == 2 && json_is_string(left) && json_is_string(right);
		if (!pair && !json_is_string(m))
			return buf_refuse(why, "merge %zu of the model is neither a text nor two of them", i);
		if (!(pair ? bpe_merge(t, json_string_value(left), json_string_length(left), json_string_value(right), json_string_length(right), (uint32_t)i, why)
		           : bpe_merge_line(t, json_string_value(m), json_string_length(m), (uint32_t)i, why)))
			return false;
	}
	return true;
}

/* Options that change what a token is, and that none of the models pp knows uses. */
static bool no_others(const json_t *model, struct buf *why)
{
	static const char *const affixes[] = { "continuing_subword_prefix", "end_of_word_suffix" };
	for (size_t i = 0; i < sizeof affixes / sizeof *affixes; i++)
		if (json_string_length(json_object_get(model, affixes[i])) > 0)
			return buf_refuse(why, "its model BPE has a %s, which pp does not do", affixes[i]);
	const json_t *dropout = json_object_get(model, "dropout");
	return !json_is_number(dropout) || json_number_value(dropout) == 0 || buf_refuse(why, "its model BPE has a dropout: the tokens would be random");
}

static bool bpe_read(struct tokenizer *t, const json_t *model, struct buf *why)
{
	struct bpe_options o = {
		.unknown = json_string_value(json_object_get(model, "unk_token")),
		.fuse_unknown = is_true(model, "fuse_unk"),
		.byte_fallback = is_true(model, "byte_fallback"),
		.ignore_merges = is_true(model, "ignore_merges"),
	};
	t->bpe = bpe_new();
	return no_others(model, why) && read_vocab(t, json_object_get(model, "vocab"), why) &&
	    read_merges(t, json_object_get(model, "merges"), why) && bpe_finish(t, &o, why);
}

const struct model_kind model_bpe = { "BPE", bpe_read, bpe_spell };
