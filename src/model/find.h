/* What is looked for in a text: a literal, a kind of character, a regular expression as tokenizer files write them, or the
 * words of words.h.
 *
 * Owns PCRE2, and the differences between its patterns and those of the library that the files are written for. */
#ifndef PP_MODEL_FIND_H
#define PP_MODEL_FIND_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct finder;
enum found { FOUND_NOTHING, FOUND, FOUND_TOO_HARD };        /* too hard: a pattern that tries too many ways */

struct finder *find_literal(const char *s, size_t n);
/* Characters of a kind; NULL when there is no such: "number", "space", "punctuation", "mark". */
struct finder *find_kind(const char *kind);
/* {"String": ...} or {"Regex": ...}. */
struct finder *find_read(const json_t *pattern, struct buf *why);
struct finder *find_runs(void);              /* of word characters, or of others that are no space */
struct finder *find_words_gpt2(void);
void find_free(struct finder *f);

/* The first match in s[at..n), s being all of the text; an empty one is possible.  Requires: UTF-8. */
enum found find_next(const struct finder *f, const char *s, size_t n, size_t at, size_t *from, size_t *to);
/* One match after another, from { 0 } on, as the library counts them: none in an empty text, and no empty one right behind
 * another. */
struct finds { size_t at, end; bool some; };
enum found find_each(const struct finder *f, const char *s, size_t n, struct finds *all, size_t *from, size_t *to);

/* A character of UTF-8 text and its bytes. */
size_t  char_at(const char *s, size_t n, int32_t *c);
size_t  char_before(const char *s, size_t i);               /* where the character before s[i] begins; i > 0 */
bool    char_is_space(int32_t c);
#endif
