/* Text on its way to being tokens: normalisation, with the way back to the bytes it came from.
 *
 * Owns what a `normalizer` of a tokenizer.json does.  Unicode is utf8proc's (normal.c has its forms). */
#ifndef PP_MODEL_TEXT_H
#define PP_MODEL_TEXT_H
#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

/* UTF-8 text and where it came from.  As long as nothing was changed, byte i stands for byte base + i of the original, and
 * at is the caller's; after that each byte has the range of bytes of the original that it stands for, which is empty for what
 * was added. */
struct text {
	const char *at;
	size_t   n;
	uint32_t base;
	bool     changed;
	struct buf bytes;
	VEC(uint32_t) from;
	VEC(uint32_t) to;
};

bool text_valid(const char *s, size_t n);                /* is it UTF-8? */
size_t text_valid_until(const char *s, size_t n);        /* the place of the first byte that is not; n when all is well */
void text_start(struct text *t, const char *s, size_t n, uint32_t base);   /* s, whose first byte is byte base of the original */
/* A part of x, to be changed on its own; x must outlive it. */
void text_part(struct text *t, const struct text *x, size_t from, size_t to);
void text_free(struct text *t);
/* The bytes of the original, whole characters, that bytes from..to stand for; from < to. */
void text_range(const struct text *t, size_t from, size_t to, uint32_t *first, uint32_t *end);

/* A text is changed by building another in its place: add to `out`, then text_become. */
void text_put(struct text *out, const char *s, size_t n, uint32_t from, uint32_t to);    /* n bytes that stand for from..to */
void text_copy(struct text *out, const struct text *in, size_t from, size_t to);
void text_become(struct text *t, struct text *out);
void text_prepend(struct text *t, const char *s, size_t n);

/* One step of normalisation. */
struct text_step;
/* From an entry of a tokenizer.json that is no Sequence; NULL: why is appended to why. */
struct text_step *text_step_read(const json_t *j, const char *type, struct buf *why);
void text_step_free(struct text_step *s);
/* False: it cannot be done on this text; why is appended to why. */
bool text_apply(struct text *t, const struct text_step *step, struct buf *why);

/* normal.c: the forms NFC, NFKC, NFD, NFKD. */
struct normal_form;
struct normal_form *normal_form(const char *name);       /* NULL: there is none of that name */
void normal_form_free(struct normal_form *f);
void normal_form_apply(const struct normal_form *f, struct text *t);
#endif
