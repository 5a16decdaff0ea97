/* Text.  See str.h. */
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

void buf_add(struct buf *b, const char *s, size_t n)
{
	if (b->cap - b->n <= n) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap - b->n <= n)
			cap *= 2;
		b->at = mem_grow(b->at, cap);
		b->cap = cap;
	}
	if (n)
		memcpy(b->at + b->n, s, n);
	b->n += n;
	b->at[b->n] = 0;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	pp_assert(n >= 0);
	char *tmp = mem_alloc((size_t)n + 1);
	vsnprintf(tmp, (size_t)n + 1, fmt, ap);
	buf_add(b, tmp, (size_t)n);
	free(tmp);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

bool buf_refuse(struct buf *why, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(why, fmt, ap);
	va_end(ap);
	return false;
}

const char *buf_str(struct buf *b)
{
	return b->at ? b->at : "";
}

void buf_free(struct buf *b)
{
	free(b->at);
	*b = (struct buf){ 0 };
}

size_t utf8_length(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xC2 && s[0] < 0xE0 ? 2 : s[0] >= 0xE0 && s[0] < 0xF0 ? 3 : s[0] >= 0xF0 && s[0] < 0xF5 ? 4 : 0;
	if (!len || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
	bool outside = (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF4 && s[1] > 0x8F);
	return overlong || outside ? 0 : len;
}

static struct map names;   /* hash of text -> chain of names */
struct name { struct name *next; size_t n; char text[]; };

const char *intern_n(const char *s, size_t n)
{
	uint64_t h = hash_bytes(s, n, 0);
	struct name *head = map_get_ptr(&names, h);
	for (struct name *p = head; p; p = p->next)
		if (p->n == n && memcmp(p->text, s, n) == 0)
			return p->text;
	struct name *fresh = mem_alloc(sizeof *fresh + n + 1);
	fresh->next = head;
	fresh->n = n;
	if (n)
		memcpy(fresh->text, s, n);
	map_put_ptr(&names, h, fresh);
	return fresh->text;
}

const char *intern(const char *s)
{
	return intern_n(s, strlen(s));
}

int str_distance(const char *a, const char *b)
{
	enum { CAP = 64 };
	size_t na = strlen(a), nb = strlen(b);
	if (na > CAP || nb > CAP)
		return CAP;
	int row[CAP + 1];
	for (size_t j = 0; j <= nb; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= na; i++) {
		int diag = row[0];
		row[0] = (int)i;
		for (size_t j = 1; j <= nb; j++) {
			int subst = diag + (a[i - 1] != b[j - 1]);
			int gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diag = row[j];
			row[j] = subst < gap ? subst : gap;
		}
	}
	return row[nb];
}

const char *str_nearest(const char *want, const char *const *have, size_t n)
{
	const char *best = NULL;
	int least = (int)strlen(want) / 2 + 1;
	for (size_t i = 0; i < n; i++) {
		int d = str_distance(want, have[i]);
		if (d < least) {
			least = d;
			best = have[i];
		}
	}
	return best;
}
