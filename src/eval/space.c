/* Giving out places in one stretch of memory: best fit, neighbours joined.  See space.h. */
#define _GNU_SOURCE
#include "eval/space.h"

#include <string.h>
#include <sys/mman.h>

#define LARGE ((size_t)64 << 20)

static size_t rounded(size_t n)
{
	return (n + 15) / 16 * 16;
}

size_t space_take(struct space *s, size_t numbers)
{
	size_t n = rounded(numbers), best = s->hole.n;
	for (size_t i = 0; i < s->hole.n; i++)
		if (s->hole.at[i].n >= n && (best == s->hole.n || s->hole.at[i].n < s->hole.at[best].n))
			best = i;
	if (best < s->hole.n) {
		struct hole *h = &s->hole.at[best];
		size_t at = h->at;
		h->at += n;
		h->n -= n;
		if (!h->n) {
			memmove(h, h + 1, (s->hole.n - best - 1) * sizeof *h);
			s->hole.n--;
		}
		return at;
	}
	size_t at = s->end;
	s->end += n;
	s->peak = s->end > s->peak ? s->end : s->peak;
	pp_assert(!s->memory || s->end * s->number <= s->mapped);
	return at;
}

void space_give(struct space *s, size_t at, size_t numbers)
{
	size_t n = rounded(numbers), lo = 0, hi = s->hole.n;
	if (!n)
		return;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->hole.at[mid].at < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	struct hole here = { at, n };
	bool left = lo > 0 && s->hole.at[lo - 1].at + s->hole.at[lo - 1].n == at;
	bool right = lo < s->hole.n && s->hole.at[lo].at == at + n;
	if (left && right) {
		s->hole.at[lo - 1].n += n + s->hole.at[lo].n;
		memmove(&s->hole.at[lo], &s->hole.at[lo + 1], (s->hole.n - lo - 1) * sizeof here);
		s->hole.n--;
	} else if (left) {
		s->hole.at[lo - 1].n += n;
	} else if (right) {
		s->hole.at[lo].at = at;
		s->hole.at[lo].n += n;
	} else {
		vec_push(&s->hole, here);
		memmove(&s->hole.at[lo + 1], &s->hole.at[lo], (s->hole.n - 1 - lo) * sizeof here);
		s->hole.at[lo] = here;
	}
	if (s->hole.n && vec_last(&s->hole).at + vec_last(&s->hole).n == s->end) {
		s->end = vec_last(&s->hole).at;
		s->hole.n--;
	}
}

void space_reset(struct space *s)
{
	s->hole.n = 0;
	s->end = s->peak = 0;
}

/* What the last evaluation left: its pages need not be cleared again, unless the system has taken them in the meantime. */
static struct { char *at; size_t bytes; } spare;

/* A stretch that is there, made larger or smaller, or a new one. */
static char *map(char *at, size_t mapped, size_t bytes)
{
	at = at ? mremap(at, mapped, bytes, MREMAP_MAYMOVE) : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at != MAP_FAILED && bytes >= LARGE)  /* fewer page faults; where little is used, small pages take less */
		madvise(at, bytes, MADV_HUGEPAGE);
	return at == MAP_FAILED ? NULL : at;
}

bool space_map(struct space *s, size_t bytes)
{
	bytes += !bytes;
	if (!s->memory) {
		s->memory = spare.at;
		s->mapped = spare.bytes;
		spare.at = NULL;
	} else if (s->mapped >= bytes) {
		return true;
	}
	char *at = map(s->memory, s->mapped, bytes);
	if (!at)
		return false;
	s->memory = at;
	s->mapped = bytes;
	return true;
}

void space_keep(struct space *s)
{
	if (s->memory && !spare.at) {
		madvise(s->memory, s->mapped, MADV_FREE);
		spare.at = s->memory;
		spare.bytes = s->mapped;
		s->memory = NULL;
	}
	space_free(s);
}

void space_free(struct space *s)
{
	if (s->memory)
		munmap(s->memory, s->mapped);
	vec_free(&s->hole);
	*s = (struct space){ 0 };
}
