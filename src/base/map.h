/* Hash maps from 64-bit keys.  Open addressing; a key is anything, a value is 64 bits or a pointer.
 * For keys that are longer than 64 bits, hash them and chain, as str.c and lower.c do. */
#ifndef PP_BASE_MAP_H
#define PP_BASE_MAP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map { struct map_slot { uint64_t key, val, used; } *slot; size_t n, cap; };   /* all zero is empty */

bool  map_get(const struct map *m, uint64_t key, uint64_t *val);
void  map_put(struct map *m, uint64_t key, uint64_t val);            /* replaces */
/* Where key's value is, put there as `initial` when absent.  Good until the next that puts something. */
uint64_t *map_at(struct map *m, uint64_t key, uint64_t initial);
void *map_get_ptr(const struct map *m, uint64_t key);                /* NULL when absent */
void  map_put_ptr(struct map *m, uint64_t key, void *val);
void  map_clear(struct map *m);                                      /* empty, its room kept */
void  map_free(struct map *m);

uint64_t hash_u64(uint64_t x);
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);
#endif
