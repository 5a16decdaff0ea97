/* Patterns of tokenizer files, which are Oniguruma's, in the spelling of PCRE2. */
#ifndef PP_MODEL_REGEX_H
#define PP_MODEL_REGEX_H
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Appends the pattern that PCRE2 (PCRE2_UTF, PCRE2_MULTILINE) takes for the same.  False: it has something that means
 * another thing there; why names it. */
bool regex_translate(const char *pattern, size_t n, struct buf *out, struct buf *why);
#endif
