/* Script texts and places in them.  See source.h. */
#include "base/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/vec.h"

struct span span_join(struct span a, struct span b)
{
	if (!a.off)
		return b;
	if (!b.off)
		return a;
	uint32_t from = a.off < b.off ? a.off : b.off;
	uint32_t ea = a.off + a.len, eb = b.off + b.len;
	return (struct span){ from, (ea > eb ? ea : eb) - from };
}

const struct source *source_add(struct sources *s, const char *name, const char *text, size_t len)
{
	if (s->next == 0)
		s->next = 1;
	if (len > UINT32_MAX - 2 - s->next)
		return NULL;
	struct source *f = mem_alloc(sizeof *f);
	char *copy = mem_alloc(len + 1);
	memcpy(copy, text, len);
	*f = (struct source){ mem_strdup(name), copy, (uint32_t)len, s->next };
	s->next += (uint32_t)len + 1;                /* +1: the end of a text is a place of its own */
	vec_push(s, f);
	return f;
}

static const struct source *holder(const struct sources *s, uint32_t off)
{
	size_t lo = 0, hi = s->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->at[mid]->base <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return off && lo ? s->at[lo - 1] : NULL;
}

struct place source_place(const struct sources *s, struct span at)
{
	const struct source *f = holder(s, at.off);
	if (!f)
		return (struct place){ 0 };
	struct place p = { f, 1, 1 };
	uint32_t end = at.off - f->base;
	if (end > f->len)
		end = f->len;
	for (uint32_t i = 0; i < end; i++) {
		if (f->text[i] == '\n') {
			p.line++;
			p.col = 1;
		} else if (((unsigned char)f->text[i] & 0xC0) != 0x80) {
			p.col++;
		}
	}
	return p;
}

const char *source_text(const struct sources *s, struct span at)
{
	const struct source *f = holder(s, at.off);
	return f ? f->text + (at.off - f->base) : NULL;
}

char *file_read(const char *path, size_t max, size_t *len)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	struct stat st;
	if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
		fclose(f);
		errno = EISDIR;
		return NULL;
	}
	char *text = NULL;
	size_t n = 0, cap = 0, got;
	do {
		cap = cap ? cap * 2 : 1 << 16;
		text = mem_grow(text, cap + 1);
		got = fread(text + n, 1, cap - n, f);
		n += got;
	} while (n == cap && n <= max);
	int bad = ferror(f) ? EIO : n > max ? EFBIG : 0;
	fclose(f);
	if (bad) {
		free(text);
		errno = bad;
		return NULL;
	}
	text[n] = 0;
	*len = n;
	return text;
}

void sources_free(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free((void *)(uintptr_t)s->at[i]->name);
		free((void *)(uintptr_t)s->at[i]->text);
		free(s->at[i]);
	}
	vec_free(s);
	s->next = 0;
}
