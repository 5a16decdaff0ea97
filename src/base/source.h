/* Script texts and places in them.
 *
 * All texts of a session share one range of offsets, one after another, so that a span is two numbers and still names its
 * file.  Texts live as long as the session. */
#ifndef PP_BASE_SOURCE_H
#define PP_BASE_SOURCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span { uint32_t off, len; };              /* off 0, len 0: no place (offset 0 is never handed out) */

struct source {
	const char *name;                            /* as the user gave it: path, "<stdin>", "stdlib/metrics.pp" */
	const char *text;                            /* NUL-terminated copy; may hold NULs inside */
	uint32_t    len, base;                       /* base: the offset of its first byte */
	const uint32_t *line;                        /* where its lines begin */
	uint32_t    n_lines;
};
struct sources { struct source **at; size_t n, cap; uint32_t next; };
struct place { const struct source *source; int line, col; };   /* 1-based; col counts characters, not bytes */

struct span span_join(struct span a, struct span b);

/* Adds a text (copied).  NULL when the 4 GiB range of offsets is used up. */
const struct source *source_add(struct sources *s, const char *name, const char *text, size_t len);
/* Which text, line and column a span begins at; source is NULL for "no place". */
struct place source_place(const struct sources *s, struct span at);
/* The bytes of a span (not NUL-terminated); NULL for "no place". */
const char *source_text(const struct sources *s, struct span at);
/* Reads a whole file of at most max bytes: malloc'd and NUL-terminated, or NULL with errno set (EFBIG, EISDIR ...).  A pipe that nobody
 * writes into is refused (EPIPE); for a file that the user himself named, patiently, a writer is waited for. */
char *file_read(const char *path, size_t max, size_t *len);
char *file_read_patiently(const char *path, size_t max, size_t *len);
void sources_free(struct sources *s);
#endif
