/* Text on its way to being tokens: normalisation, with the way back to the bytes it came from.
 *
 * Owns what a `normalizer` of a tokenizer.json does.  Unicode is utf8proc's. */
#ifndef PP_MODEL_TEXT_H
#define PP_MODEL_TEXT_H
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"

/* UTF-8 text and, for each of its bytes, the range of bytes of the original that it stands for. */
struct text { struct buf bytes; VEC(uint32_t) from; VEC(uint32_t) to; };

bool text_valid(const char *s, size_t n);                /* is it UTF-8? */
void text_start(struct text *t, const char *s, size_t n, uint32_t base);   /* s, whose first byte is byte base of the original */
void text_free(struct text *t);

/* One step of normalisation. */
struct text_step { const char *name; bool lower; int options; };   /* options: utf8proc's; unused when lower */
/* The step of that name ("NFC", "Lowercase"), or NULL. */
const struct text_step *text_step_find(const char *name);
void text_apply(struct text *t, const struct text_step *step);
#endif
