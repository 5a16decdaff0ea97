/* Memory that never comes back NULL.  See mem.h. */
#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local jmp_buf *way_out;
static _Thread_local size_t   failed_size;

jmp_buf *mem_on_failure(jmp_buf *out)
{
	jmp_buf *old = way_out;
	way_out = out;
	return old;
}

size_t mem_failed_size(void)
{
	return failed_size;
}

_Noreturn void mem_fail(size_t n)
{
	failed_size = n;
	if (way_out)
		longjmp(*way_out, 1);
	fprintf(stderr, "pp: out of memory (%zu bytes wanted)\n", n);
	abort();
}

void *mem_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);
	if (!p)
		mem_fail(n);
	return p;
}

void *mem_grow(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		mem_fail(n);
	return p;
}

void *mem_array(size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		mem_fail(SIZE_MAX);
	return mem_alloc(n * size);
}

void *mem_copy(const void *p, size_t n)
{
	void *q = mem_alloc(n);
	if (n)
		memcpy(q, p, n);
	return q;
}

char *mem_strdup(const char *s)
{
	return mem_copy(s, strlen(s) + 1);
}

_Noreturn void pp_assert_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "pp: internal error at %s:%d: %s does not hold. Please report this with the script that caused it.\n",
	    file, line, what);
	abort();
}

size_t mem_held(void)
{
	struct mallinfo2 m = mallinfo2();
	return m.arena + m.hblkhd;
}
