/* An arena: many small allocations that die together.  Owns its chunks; everything in it is zeroed and 16-byte aligned. */
#ifndef PP_BASE_ARENA_H
#define PP_BASE_ARENA_H
#include <stddef.h>

struct arena_chunk;
struct arena { struct arena_chunk *head; size_t total; };   /* all zero is an empty arena; total = bytes held */

void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t n, size_t size);  /* checks n * size for overflow */
void *arena_copy(struct arena *a, const void *p, size_t n);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void  arena_free(struct arena *a);                          /* back to empty */
#endif
