/* Weights in safetensors files (https://huggingface.co/docs/safetensors, format section), memory-mapped.
 *
 * Owns the mappings.  A header is trusted only after all of it was checked: length, JSON, types, shapes, offsets inside
 * the file, sizes that fit shape and type, no overlap, no hole, no duplicate names. */
#ifndef PP_MODEL_SAFETENSORS_H
#define PP_MODEL_SAFETENSORS_H
#include "base/diag.h"
#include "base/str.h"
#include "tensor/tensor.h"

struct weights;

/* Maps the weights of a model folder: model.safetensors, or the parts that model.safetensors.index.json lists.
 * NULL after a report. */
struct weights *weights_open(const char *folder, struct span at, struct diags *d);
/* The tensor called name, a view of the mapped bytes (of a copy, when they lie unaligned in the file); false when there is
 * none, or when it has a type that pp does not read. */
bool   weights_get(const struct weights *w, const char *name, struct tensor *out);
/* Appends why weights_get said false, as a sentence part: the type, or the nearest name. */
void   weights_why_not(const struct weights *w, const char *name, struct buf *why);
size_t weights_count(const struct weights *w);
const char *weights_name(const struct weights *w, size_t i);         /* sorted */
uint64_t weights_bytes(const struct weights *w);                     /* of all tensors */
/* A digest of the headers' bytes: names, types, shapes and places (not of the data). */
uint64_t weights_digest(const struct weights *w);
void weights_close(struct weights *w);
#endif
