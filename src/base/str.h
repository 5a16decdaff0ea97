/* Text: a builder, and interned names that compare by pointer. */
#ifndef PP_BASE_STR_H
#define PP_BASE_STR_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A string that grows.  All zero is empty; at is NUL-terminated once anything was added. */
struct buf { char *at; size_t n, cap; };
void buf_add(struct buf *b, const char *s, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);
/* Appends why something is refused; false, for the caller to return. */
bool buf_refuse(struct buf *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_str(struct buf *b);              /* never NULL */
void buf_free(struct buf *b);

/* Length of the UTF-8 sequence at s (RFC 3629: no surrogates, nothing overlong), which has n bytes; 0 when it is none. */
size_t utf8_length(const char *s, size_t n);

/* Interned names: equal texts give the same pointer for the life of the process.  The table is the program's only
 * shared state; names are few and small. */
const char *intern(const char *s);
const char *intern_n(const char *s, size_t n);

/* How unlike two names are (Levenshtein, capped at 64 characters): for "did you mean". */
int str_distance(const char *a, const char *b);
/* The nearest of n candidates, or NULL when none is near enough to be worth saying. */
const char *str_nearest(const char *want, const char *const *have, size_t n);
#endif
