/* What a GGUF file says about its model besides the tensors: the metadata, key by key.
 *
 * Values stay where they are in the mapped file; they live as long as the weights. */
#ifndef PP_MODEL_GGUF_H
#define PP_MODEL_GGUF_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gguf;

/* In the file's own numbering. */
enum gguf_type { GGUF_U8, GGUF_I8, GGUF_U16, GGUF_I16, GGUF_U32, GGUF_I32, GGUF_F32, GGUF_BOOL, GGUF_TEXT, GGUF_ARRAY, GGUF_U64,
                 GGUF_I64, GGUF_F64, GGUF_TYPES };

struct gguf_value {
	const char    *key;              /* UTF-8 without NUL */
	bool           array;
	enum gguf_type type;             /* of the elements, for an array */
	uint64_t       n;                /* elements; 1 when it is no array */
	const unsigned char *at, *end;   /* its bytes */
};

size_t gguf_count(const struct gguf *g);
const struct gguf_value *gguf_at(const struct gguf *g, size_t i);               /* sorted by key */
const struct gguf_value *gguf_find(const struct gguf *g, const char *key);      /* NULL: there is none */
/* Element i as a number (true is 1); false when there is no such element or it is no number. */
bool gguf_number(const struct gguf_value *v, uint64_t i, double *out);
/* Goes through texts, one or an array of them, in order: *place begins at 0.  False after the last, or when v is no text.
 * The text is not NUL-terminated and need not be UTF-8. */
bool gguf_text(const struct gguf_value *v, size_t *place, const char **text, size_t *len);
#endif
