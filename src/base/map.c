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

static struct map_slot *find(const struct map *m, uint64_t key)
{
	size_t i = (size_t)hash_u64(key) & (m->cap - 1);
	while (m->slot[i].used && m->slot[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return &m->slot[i];
}

bool map_get(const struct map *m, uint64_t key, uint64_t *val)
{
	if (!m->n)
		return false;
	const struct map_slot *s = find(m, key);
	if (s->used && val)
		*val = s->val;
	return s->used;
}

static void grow(struct map *m)
{
	struct map old = *m;
	m->cap = old.cap ? old.cap * 2 : 16;
	m->slot = mem_array(m->cap, sizeof *m->slot);
	for (size_t i = 0; i < old.cap; i++)
		if (old.slot[i].used)
			*find(m, old.slot[i].key) = old.slot[i];
	free(old.slot);
}

uint64_t *map_at(struct map *m, uint64_t key, uint64_t initial)
{
	if ((m->n + 1) * 3 > m->cap * 2)
		grow(m);
	struct map_slot *s = find(m, key);
	if (!s->used) {
		*s = (struct map_slot){ key, initial, 1 };
		m->n++;
	}
	return &s->val;
}

void map_put(struct map *m, uint64_t key, uint64_t val)
{
	*map_at(m, key, val) = val;
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

void map_clear(struct map *m)
{
	if (m->n)
		memset(m->slot, 0, m->cap * sizeof *m->slot);
	m->n = 0;
}

void map_free(struct map *m)
{
	free(m->slot);
	*m = (struct map){ 0 };
}
