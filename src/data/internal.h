/* What the files of src/data share with each other and with the fuzzers; nobody else includes it. */
#ifndef PP_DATA_INTERNAL_H
#define PP_DATA_INTERNAL_H
#include <jansson.h>

#include "data/dataset.h"

/* Why something was refused; whether it is told is the caller's business. */
struct fault { enum code code; struct buf what, hint; };
bool refuse(struct fault *f, enum code c, const char *fmt, ...) __attribute__((format(printf, 3, 4)));  /* false */
void fault_free(struct fault *f);

/* A whole number: 3, or 3.0 as scripts have it. */
bool json_whole(const json_t *j, int64_t *out);

/* One column of a pair, under the field name of the message: fills out, one value for each input of the model, and its
 * number of rows (1 when the model has none).  Checks everything that can be checked without the other columns. */
bool column_read(struct arena *a, const struct data_model *m, const json_t *j, const char *field, struct input_value *out,
    int64_t *length, struct fault *f);
/* Some tokens from the from-th on, for a message: "When | Mary | and | ..." */
void column_show(const struct data_model *m, const struct input_value *v, int64_t from, struct buf *out);

/* As dataset_load, from a text; name is for the messages. */
struct dataset *dataset_parse(const char *text, size_t len, const char *name, const struct data_model *m, struct span at,
    struct diags *d);
#endif
