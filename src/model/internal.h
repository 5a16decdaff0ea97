/* What the files of src/model share with each other and with the fuzzers; nobody else includes it. */
#ifndef PP_MODEL_INTERNAL_H
#define PP_MODEL_INTERNAL_H
#include <jansson.h>

#include "base/diag.h"
#include "base/vec.h"
#include "model/gguf.h"
#include "model/tokenizer.h"
#include "tensor/tensor.h"

/* As json_read, from bytes; path is for the messages. */
json_t *json_parse(const char *text, size_t len, const char *path, enum code bad, struct span at, struct diags *d);

/* How GGUF packs numbers: blocks.c. */
struct block_type {
	const char *name;
	uint32_t    number;              /* the file's */
	uint32_t    per, bytes;          /* numbers and bytes of a block */
	enum dtype  dtype;               /* what it is read as; DT_COUNT: not read */
	void      (*unpack)(const unsigned char *from, float *to, size_t n_blocks);    /* NULL: read as it lies there */
};
const struct block_type *block_type_find(uint32_t number);
void block_types_read(struct buf *out);          /* appends ", Q8_0, ...": those that are unpacked */

/* One tensor as the header of its file describes it, checked against the file. */
struct stored {
	const char *name;
	const char *type;                /* as written: "F32", "I8", "Q4_K" ... */
	enum dtype  dtype;               /* what it is read as; DT_COUNT: a type that pp does not read */
	const struct block_type *blocks; /* NULL: the bytes are the numbers */
	int         n;                   /* axes */
	int64_t     dim[MAX_DIMS];
	uint64_t    begin, end;          /* bytes of the data, which begin at data_at */
};
/* The tensors of one file, sorted by name. */
struct stored_list { struct stored *at; size_t n; uint64_t data_at; };

/* Checks a whole safetensors file in memory: nothing in out may be used when it says false, and why has a sentence then.
 * Reads the header only.  Names and the list live in the arena. */
bool safetensors_check(const void *bytes, size_t len, struct arena *a, struct stored_list *out, struct buf *why);

struct gguf { VEC(struct gguf_value) value; uint64_t alignment; };
/* The same for a whole GGUF file, and its metadata in g. */
bool gguf_check(const void *bytes, size_t len, struct arena *a, struct stored_list *out, struct gguf *g, struct buf *why);

/* Weights being opened: what says which files there are (folder.c) asks the one that has the mappings (weights.c). */
struct opening { struct weights *w; struct arena *arena; struct span at; struct diags *d; };
bool opening_world(struct opening *o, const char *path);             /* reports errno; false */
bool weights_add(struct opening *o, const char *path, bool gguf);    /* maps and checks a file; path lives in the arena */
/* Requires: all files were added.  No tensor may be in two of them. */
bool weights_sort(struct opening *o);
const char *weights_file(const struct weights *w, const char *name); /* the path of the file that has the tensor, or NULL */
/* Opens what a folder has, by weights_add and weights_sort. */
bool folder_open(struct opening *o, const char *folder);

/* The tokenizer that the text of a tokenizer.json describes; NULL after a report. */
struct tokenizer *tokenizer_parse(const char *text, size_t len, const char *path, struct span at, struct diags *d);
#endif
