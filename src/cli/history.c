/* What was typed in earlier sessions.  See history.h. */
#include "cli/history.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/source.h"
#include "base/str.h"
#include "base/vec.h"

enum { KEPT = 1000, FILE_MAX = 16 << 20, TEXT_MAX = 64 << 10 };

/* A text with several lines takes one: a newline is \n, a backslash two. */
static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n' || *text == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *text == '\n' ? 'n' : *text);
	}
	buf_putc(out, '\n');
}

static void put_plain(struct buf *out, const char *line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool escaped = line[i] == '\\' && i + 1 < n;
		i += escaped;
		buf_putc(out, escaped && line[i] == 'n' ? '\n' : line[i]);
	}
}

void history_read(const char *path, void (*each)(void *context, const char *text), void *context)
{
	size_t n;
	char *all = file_read(path, FILE_MAX, &n);
	VEC(const char *) line = { 0 };
	struct buf b = { 0 };
	for (char *s = all, *end; all && (end = memchr(s, '\n', (size_t)(all + n - s))); s = end + 1) {
		*end = 0;
		vec_push(&line, s);
	}
	size_t first = line.n > KEPT ? line.n - KEPT : 0;
	for (size_t i = first; i < line.n; i++) {
		b.n = 0;
		put_plain(&b, line.at[i], strlen(line.at[i]));
		if (b.n)
			each(context, buf_str(&b));
	}
	if (first > KEPT) {                          /* now and then the file is made shorter */
		b.n = 0;
		for (size_t i = first; i < line.n; i++)
			buf_printf(&b, "%s\n", line.at[i]);
		file_write(path, b.at, b.n);
	}
	buf_free(&b);
	vec_free(&line);
	free(all);
}

void history_add(const char *path, const char *text)
{
	struct buf b = { 0 };
	int fd = strlen(text) <= TEXT_MAX ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	put_escaped(&b, text);
	if (fd >= 0) {
		if (write(fd, b.at, b.n) != (ssize_t)b.n)        /* half a line is a line of its own */
			(void)!write(fd, "\n", 1);
		close(fd);
	}
	buf_free(&b);
}
