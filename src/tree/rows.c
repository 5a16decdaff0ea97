/* Sets of rows, interned.  See rows.h. */
#include "tree/rows.h"

#include <stdlib.h>
#include <string.h>

enum what { UNION = 1, CHANGED, UNCHANGED, UPTO, CHOSEN, WITHIN };

static size_t set_words(const struct row_sets *r)
{
	return r->n_pairs * r->words;
}

static void list_members(struct row_sets *r, const uint64_t *bits)
{
	size_t n = 0;
	for (size_t w = 0; w < set_words(r); w++)
		n += (size_t)__builtin_popcountll(bits[w]);
	uint32_t *first = arena_array(&r->arena, r->n_pairs + 1, sizeof *first);
	int32_t *row = arena_array(&r->arena, n + 1, sizeof *row);
	n = 0;
	for (size_t p = 0; p < r->n_pairs; p++) {
		first[p] = (uint32_t)n;
		for (size_t w = 0; w < r->words; w++)
			for (uint64_t left = bits[p * r->words + w]; left; left &= left - 1)
				row[n++] = (int32_t)(w * 64 + (size_t)__builtin_ctzll(left));
	}
	first[r->n_pairs] = (uint32_t)n;
	struct row_list l = { n, first, row };
	vec_push(&r->list, l);
}

static void add(struct row_sets *r, const uint64_t *bits)
{
	vec_push(&r->set, arena_copy(&r->arena, bits, set_words(r) * 8));
	list_members(r, bits);
}

void rows_init(struct row_sets *r, size_t n_pairs, int64_t length, const uint32_t *class, const int64_t *differs)
{
	*r = (struct row_sets){ .n_pairs = n_pairs, .words = (size_t)(length + 63) / 64, .length = length, .class = class, .differs = differs };
	uint64_t *bits = mem_array(set_words(r) + 1, 8);
	rows_of(r, bits);
	for (size_t p = 0; p < n_pairs; p++)
		for (int64_t t = 0; t < length; t++)
			bits[p * r->words + (size_t)t / 64] |= UINT64_C(1) << t % 64;
	if (length)
		rows_of(r, bits);
	else
		add(r, bits);
	free(bits);
	uint32_t *first = arena_array(&r->arena, n_pairs + 1, sizeof *first);
	int32_t *row = arena_array(&r->arena, n_pairs + 1, sizeof *row);
	for (size_t p = 0; p <= n_pairs; p++) {
		first[p] = (uint32_t)p;
		row[p] = -1;
	}
	vec_push(&r->set, r->set.at[ROWS_NONE]);
	struct row_list l = { n_pairs, first, row };
	vec_push(&r->list, l);
}

void rows_free(struct row_sets *r)
{
	vec_free(&r->set);
	vec_free(&r->list);
	map_free(&r->by_hash);
	map_free(&r->done);
	arena_free(&r->arena);
}

/* Sets with equal hashes stand in slots h, h + 1, ... */
rows_id rows_of(struct row_sets *r, const uint64_t *bits)
{
	uint64_t h = hash_bytes(bits, set_words(r) * 8, 17), have;
	for (; map_get(&r->by_hash, h, &have); h++)
		if (memcmp(r->set.at[have], bits, set_words(r) * 8) == 0)
			return (rows_id)have;
	add(r, bits);
	map_put(&r->by_hash, h, r->set.n - 1);
	return (rows_id)r->set.n - 1;
}

static bool remembered(const struct row_sets *r, enum what w, rows_id a, rows_id b, uint64_t *have)
{
	return map_get(&r->done, (uint64_t)w << 60 ^ (uint64_t)a << 30 ^ b, have);
}

static rows_id remember(struct row_sets *r, enum what w, rows_id a, rows_id b, uint64_t value)
{
	map_put(&r->done, (uint64_t)w << 60 ^ (uint64_t)a << 30 ^ b, value);
	return (rows_id)value;
}

static uint64_t *scratch(const struct row_sets *r)
{
	return mem_array(set_words(r) + 1, 8);
}

static rows_id finish(struct row_sets *r, uint64_t *bits)
{
	rows_id id = rows_of(r, bits);
	free(bits);
	return id;
}

rows_id rows_union(struct row_sets *r, rows_id a, rows_id b)
{
	uint64_t have;
	if (a == b || b == ROWS_NONE)
		return a;
	if (a == ROWS_NONE)
		return b;
	if (remembered(r, UNION, a, b, &have))
		return (rows_id)have;
	uint64_t *bits = scratch(r);
	for (size_t w = 0; w < set_words(r); w++)
		bits[w] = r->set.at[a][w] | r->set.at[b][w];
	return remember(r, UNION, a, b, finish(r, bits));
}

/* The rows of a from, or before, the first one that differs. */
static rows_id cut(struct row_sets *r, rows_id a, bool changed)
{
	uint64_t have;
	enum what w = changed ? CHANGED : UNCHANGED;
	if (remembered(r, w, a, 0, &have))
		return (rows_id)have;
	uint64_t *bits = scratch(r);
	struct row_list l = rows_list(r, a);
	for (size_t p = 0; p < r->n_pairs; p++)
		for (uint32_t i = l.first[p]; i < l.first[p + 1]; i++)
			if ((l.row[i] >= r->differs[p]) == changed)
				bits[p * r->words + (size_t)l.row[i] / 64] |= UINT64_C(1) << l.row[i] % 64;
	return remember(r, w, a, 0, finish(r, bits));
}

rows_id rows_changed(struct row_sets *r, rows_id a)
{
	return a == ROWS_PAIRS ? a : cut(r, a, true);
}

rows_id rows_unchanged(struct row_sets *r, rows_id a)
{
	return a == ROWS_PAIRS ? ROWS_NONE : cut(r, a, false);
}

rows_id rows_upto(struct row_sets *r, rows_id a)
{
	uint64_t have;
	if (remembered(r, UPTO, a, 0, &have))
		return (rows_id)have;
	uint64_t *bits = scratch(r);
	struct row_list l = rows_list(r, a);
	for (size_t p = 0; p < r->n_pairs; p++)
		for (int64_t t = 0; l.first[p + 1] > l.first[p] && t <= l.row[l.first[p + 1] - 1]; t++)
			bits[p * r->words + (size_t)t / 64] |= UINT64_C(1) << t % 64;
	return remember(r, UPTO, a, 0, finish(r, bits));
}

rows_id rows_chosen(struct row_sets *r, rows_id a, const uint32_t *choice, uint32_t which)
{
	uint64_t *bits = scratch(r);
	struct row_list l = rows_list(r, a);
	for (size_t p = 0; p < r->n_pairs; p++)
		for (uint32_t i = l.first[p]; i < l.first[p + 1]; i++)
			if (choice[r->class[p * (size_t)r->length + (size_t)l.row[i]]] == which)
				bits[p * r->words + (size_t)l.row[i] / 64] |= UINT64_C(1) << l.row[i] % 64;
	return finish(r, bits);
}

bool rows_within(struct row_sets *r, rows_id a, rows_id b)
{
	return rows_union(r, a, b) == b;
}

struct row_list rows_list(const struct row_sets *r, rows_id a)
{
	return r->list.at[a];
}
