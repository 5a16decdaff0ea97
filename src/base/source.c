/* Script texts and places in them.  See source.h. */
#include "base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void begin_lines(struct source *f)
{
	uint32_t n = 1;
	for (uint32_t i = 0; i < f->len; i++)
		n += f->text[i] == '\n';
	uint32_t *line = mem_array(n, sizeof *line);
	for (uint32_t i = 0; i < f->len; i++)
		if (f->text[i] == '\n')
			line[++f->n_lines] = i + 1;
	f->n_lines = n;
	f->line = line;
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
	*f = (struct source){ mem_strdup(name), copy, (uint32_t)len, s->next, NULL, 0 };
	begin_lines(f);
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
	uint32_t end = at.off - f->base, lo = 0, hi = f->n_lines;
	if (end > f->len)
		end = f->len;
	while (hi - lo > 1) {                        /* line lo begins at or before the place, line hi behind it */
		uint32_t mid = lo + (hi - lo) / 2;
		if (f->line[mid] <= end)
			lo = mid;
		else
			hi = mid;
	}
	struct place p = { f, (int)lo + 1, 1 };
	for (uint32_t i = f->line[lo]; i < end; i++)
		p.col += ((unsigned char)f->text[i] & 0xC0) != 0x80;
	return p;
}

const char *source_text(const struct sources *s, struct span at)
{
	const struct source *f = holder(s, at.off);
	return f ? f->text + (at.off - f->base) : NULL;
}

static ssize_t read_some(int fd, char *to, size_t n)
{
	ssize_t got;
	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Until the end, or more than max bytes.  NULL with errno set.  The file is not waited for as long as nothing came (O_NONBLOCK):
 * then a pipe without a writer ends at once, and one whose writer is slow says EAGAIN. */
static char *read_all(int fd, size_t max, size_t *len, bool pipe)
{
	char *text = NULL;
	size_t n = 0, cap = 0;
	ssize_t got;
	do {
		if (n == cap) {
			cap = cap ? cap * 2 : 1 << 16;
			text = mem_grow(text, cap + 1);
		}
		got = read_some(fd, text + n, cap - n);
		if (n == 0 && (got > 0 || (got < 0 && errno == EAGAIN))) {
			fcntl(fd, F_SETFL, 0);
			got = got < 0 ? read_some(fd, text, cap) : got;
		} else if (n == 0 && got == 0 && pipe) {
			errno = EPIPE;
			got = -1;
		}
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0 && n <= max);
	if (got < 0 || n > max) {
		int why = got < 0 ? errno : EFBIG;
		free(text);
		errno = why;
		return NULL;
	}
	text[n] = 0;
	*len = n;
	return text;
}

static char *open_and_read(const char *path, size_t max, size_t *len, bool wait)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | (wait ? 0 : O_NONBLOCK));
	if (fd < 0)
		return NULL;
	bool known = fstat(fd, &st) == 0;
	char *text = read_all(fd, max, len, known && S_ISFIFO(st.st_mode) && !wait);
	int why = errno;
	close(fd);
	errno = why;
	return text;
}

char *file_read(const char *path, size_t max, size_t *len)
{
	return open_and_read(path, max, len, false);
}

char *file_read_patiently(const char *path, size_t max, size_t *len)
{
	return open_and_read(path, max, len, true);
}

void sources_free(struct sources *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free((void *)(uintptr_t)s->at[i]->name);
		free((void *)(uintptr_t)s->at[i]->text);
		free((void *)(uintptr_t)s->at[i]->line);
		free(s->at[i]);
	}
	vec_free(s);
	s->next = 0;
}
