/* Hash maps.  See map.h. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The finaliser of MurmurHash3 (public domain, A. Appleby). */
uint64_t hash_u64(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	const unsigned char *s = p;
	uint64_t h = hash_u64(seed ^ n * UINT64_C(0x9e3779b97f4a7c15));
	for (; n >= 8; n -= 8, s += 8) {
		uint64_t w;
		memcpy(&w, s, 8);
		h = hash_u64(h ^ w) + UINT64_C(0x9e3779b97f4a7c15);
	}
	uint64_t tail = 0;
	if (n)
		memcpy(&tail, s, n);
	return hash_u64(h ^ tail);
}

static size_t slot(const struct map *m, uint64_t key)
{
	size_t i = (size_t)hash_u64(key) & (m->cap - 1);
	while (m->used[i] && m->key[i] != key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

bool map_get(const struct map *m, uint64_t key, uint64_t *val)
{
	if (!m->n)
		return false;
	size_t i = slot(m, key);
	if (m->used[i] && val)
		*val = m->val[i];
	return m->used[i];
}

static void grow(struct map *m)
{
	struct map old = *m;
	m->cap = old.cap ? old.cap * 2 : 16;
	m->key = mem_array(m->cap, sizeof *m->key);
	m->val = mem_array(m->cap, sizeof *m->val);
	m->used = mem_array(m->cap, sizeof *m->used);
	for (size_t i = 0; i < old.cap; i++)
		if (old.used[i]) {
			size_t j = slot(m, old.key[i]);
			m->used[j] = 1;
			m->key[j] = old.key[i];
			m->val[j] = old.val[i];
		}
	free(old.key);
	free(old.val);
	free(old.used);
}

void map_put(struct map *m, uint64_t key, uint64_t val)
{
	if ((m->n + 1) * 3 > m->cap * 2)
		grow(m);
	size_t i = slot(m, key);
	if (!m->used[i]) {
		m->used[i] = 1;
		m->key[i] = key;
		m->n++;
	}
	m->val[i] = val;
}

void *map_get_ptr(const struct map *m, uint64_t key)
{
	uint64_t v = 0;
	return map_get(m, key, &v) ? (void *)(uintptr_t)v : NULL;
}

void map_put_ptr(struct map *m, uint64_t key, void *val)
{
	map_put(m, key, (uint64_t)(uintptr_t)val);
}

void map_free(struct map *m)
{
	free(m->key);
	free(m->val);
	free(m->used);
	*m = (struct map){ 0 };
}
