/* Chunked bump allocation.  See arena.h. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, cap;
	_Alignas(16) char data[];
};
enum { FIRST = 1 << 12, CHUNK = 1 << 16 };       /* bytes; chunks double from the one to the other: many arenas stay small */

void *arena_alloc(struct arena *a, size_t n)
{
	if (n > SIZE_MAX / 2)
		mem_fail(n);
	n = (n + 15) & ~(size_t)15;
	struct arena_chunk *c = a->head;
	if (!c || c->cap - c->used < n) {
		size_t usual = !c ? FIRST : c->cap < CHUNK / 2 ? 2 * c->cap : CHUNK, cap = n > usual ? n : usual;
		struct arena_chunk *fresh = mem_alloc(sizeof *fresh + cap);
		fresh->cap = cap;
		a->total += cap;
		if (c && n > usual) {            /* an outsize piece goes behind, the open chunk stays in use */
			fresh->next = c->next;
			c->next = fresh;
			fresh->used = n;
			return fresh->data;
		}
		fresh->next = c;
		a->head = c = fresh;
	}
	void *p = c->data + c->used;
	c->used += n;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		mem_fail(SIZE_MAX);
	return arena_alloc(a, n * size);
}

void *arena_copy(struct arena *a, const void *p, size_t n)
{
	void *q = arena_alloc(a, n);
	if (n)
		memcpy(q, p, n);
	return q;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);
	if (n)
		memcpy(p, s, n);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	pp_assert(n >= 0);
	char *p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void arena_free(struct arena *a)
{
	for (struct arena_chunk *c = a->head, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	*a = (struct arena){ 0 };
}
