/* What the files of src/model share with each other and with the fuzzers; nobody else includes it. */
#ifndef PP_MODEL_INTERNAL_H
#define PP_MODEL_INTERNAL_H
#include <jansson.h>

#include "base/diag.h"
#include "model/tokenizer.h"
#include "tensor/tensor.h"

/* As json_read, from bytes; path is for the messages. */
json_t *json_parse(const char *text, size_t len, const char *path, enum code bad, struct span at, struct diags *d);

/* One tensor as the header of a safetensors file describes it, checked against the file. */
struct stored {
	const char *name;
	const char *type;                /* as written: "F32", "I8" ... */
	enum dtype  dtype;               /* DT_COUNT: a type that pp does not read */
	int         n;                   /* axes */
	int64_t     dim[MAX_DIMS];
	uint64_t    begin, end;          /* bytes of the data, which begin at data_at */
};
/* The tensors of one file. */
struct stored_list { struct stored *at; size_t n; uint64_t data_at; };

/* Checks a whole safetensors file in memory: nothing in out may be used when it says false, and why has a sentence then.
 * Reads the header only.  Names and the list live in the arena. */
bool safetensors_check(const void *bytes, size_t len, struct arena *a, struct stored_list *out, struct buf *why);

/* The tokenizer that the text of a tokenizer.json describes; NULL after a report. */
struct tokenizer *tokenizer_parse(const char *text, size_t len, const char *path, struct span at, struct diags *d);
#endif
