/* Digests: 128 bits that stand for any amount of data.  Good against accidents, not against somebody who wants two things to
 * have the same. */
#ifndef PP_BASE_DIGEST_H
#define PP_BASE_DIGEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest { uint64_t a, b; };                    /* all zero: of nothing yet */

enum { DIGEST_TEXT = 33 };

/* Each takes what came before into account, and where one ends and the next begins. */
void digest_bytes(struct digest *d, const void *p, size_t n);
void digest_text(struct digest *d, const char *s);           /* NULL is not "" */
void digest_number(struct digest *d, uint64_t x);
void digest_add(struct digest *d, struct digest other);
bool digest_same(struct digest x, struct digest y);
/* 32 hexadecimal digits into text (DIGEST_TEXT bytes); returns text. */
const char *digest_spell(struct digest d, char *text);
#endif
