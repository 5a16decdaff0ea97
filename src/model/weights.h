/* The weights of a model, memory-mapped: safetensors (https://huggingface.co/docs/safetensors, format section), one file or
 * sharded, or GGUF (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 *
 * Owns the mappings and the copies.  A header is trusted only after all of it was checked: length, types, shapes, offsets
 * inside the file, sizes that fit shape and type, no overlap, no duplicate names.  Opening reads no numbers. */
#ifndef PP_MODEL_WEIGHTS_H
#define PP_MODEL_WEIGHTS_H
#include "base/diag.h"
#include "base/str.h"
#include "tensor/tensor.h"

struct weights;
struct gguf;

/* Maps the weights at path: a .gguf file, or a model folder with model.safetensors, the parts that
 * model.safetensors.index.json lists, or a single .gguf.  NULL after a report (E_FILE, E_SAFETENSORS, E_GGUF). */
struct weights *weights_open(const char *path, struct span at, struct diags *d);
/* The only .gguf of a folder that has no safetensors, or path itself when it ends in .gguf: malloc'd; NULL: neither. */
char *weights_gguf_path(const char *path);
/* What a GGUF file says besides its tensors (gguf.h); NULL for safetensors. */
const struct gguf *weights_gguf(const struct weights *w);
/* From here on no numbers are read: tensors have their shapes, and zeros in the place of blocks.  For those who only look
 * at how a model is made. */
void weights_shapes_only(struct weights *w);

/* The tensor called name, a view of the mapped bytes, or of a copy made when it is first asked for: F32 for a tensor stored
 * in quantised blocks, its own type for one that lies unaligned in its file.  False when there is none, or when it has a
 * type that pp does not read. */
bool   weights_get(const struct weights *w, const char *name, struct tensor *out);
bool   weights_has(const struct weights *w, const char *name);        /* would weights_get say true? */
/* Appends why weights_get said false, as a sentence part: the type, or the nearest name. */
void   weights_why_not(const struct weights *w, const char *name, struct buf *why);

/* A tensor as it is stored. */
struct weight_info {
	const char *name, *type;         /* "F32", "Q4_K" ... */
	int         n;                   /* axes */
	int64_t     dim[MAX_DIMS];
	uint64_t    bytes;               /* in the file */
	uint64_t    held;                /* in memory once it was asked for: that of the mapping, or of the copy */
	bool        read;                /* pp reads this type */
};
size_t weights_count(const struct weights *w);
const char *weights_name(const struct weights *w, size_t i);         /* sorted */
struct weight_info weights_info(const struct weights *w, size_t i);
/* Where in which file numbers lie that are used where they were mapped; false for copies.  A file that changes is another one. */
struct weight_place { uint64_t file[3], length, offset; };
bool weights_place(const struct weights *w, const void *at, struct weight_place *out);
void weights_close(struct weights *w);
#endif
