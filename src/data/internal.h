/* What the files of src/data share with each other and with the fuzzers; nobody else includes it. */
#ifndef PP_DATA_INTERNAL_H
#define PP_DATA_INTERNAL_H
#include <jansson.h>

#include "base/map.h"
#include "data/dataset.h"

/* Why something was refused; whether it is told is the caller's business. */
struct fault { enum code code; struct buf what, hint; };
bool refuse(struct fault *f, enum code c, const char *fmt, ...) __attribute__((format(printf, 3, 4)));  /* false */
void fault_free(struct fault *f);

/* A field that was a valid input in every pair so far.  cf and ref are the first two. */
struct candidate { const char *name; bool alive; };

/* A dataset while its pairs are read. */
struct making {
	struct dataset *set;
	const struct data_model *m;
	struct data_options o;
	struct span at;
	struct diags *d;
	VEC(struct candidate) column;
	VEC(const char *) role;          /* union over the pairs, each once */
	struct map role_seen;            /* by interned name */
	struct map spelled;              /* answers that are one token: hash of text -> struct spelled */
	int line, n_faults;
	bool stop;
	struct fault fault;
	struct buf left_out;             /* why the first one was */
};

/* ---- a record of a file is an object with our names */

/* Exchanges the names that others use for ours, and what stands for something else (years, ids as text) for that.
 * Returns a new object; NULL: f says why. */
json_t *fields_ours(const struct data_model *m, const struct data_options *o, json_t *theirs, struct fault *f);

/* {role: rows} with names that can be written after @; a new object. */
json_t *fields_roles(const json_t *theirs);

/* ---- an object is a pair */

/* Fills *p; r->fault says why when it is none.  The first pair decides which further fields may be columns. */
bool pair_read(struct making *r, const struct draft *x, struct pair *p);

/* A whole number: 3, or 3.0 as scripts have it. */
bool json_whole(const json_t *j, int64_t *out);

/* One column of a pair, under the field name of the message: fills out, one value for each input of the model, and its
 * number of rows (1 when the model has none).  Checks everything that can be checked without the other columns.  Where
 * covers is not NULL and the input is a text, it gets the tokens with the bytes they cover (the caller frees it). */
bool column_read(struct arena *a, const struct data_model *m, const json_t *j, const char *field, struct input_value *out,
    int64_t *length, struct tokens *covers, struct fault *f);
/* Some tokens from the from-th on, for a message: "When | Mary | and | ..." */
void column_show(const struct data_model *m, const struct input_value *v, int64_t from, struct buf *out);

/* As dataset_load, from a text; name is for the messages. */
struct dataset *dataset_parse(const char *text, size_t len, const char *name, const struct data_model *m,
    const struct data_options *o, struct span at, struct diags *d);
#endif
