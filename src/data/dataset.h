/* Pairs of a reference and a counterfactual input.
 *
 * Owns the checked pairs: equal lengths, ids inside the vocabulary, roles inside the prompt.  Where a pair came from
 * (file and line) is kept for messages.  Everything lives in the dataset's arena. */
#ifndef PP_DATA_DATASET_H
#define PP_DATA_DATASET_H
#include "base/arena.h"
#include "base/diag.h"
#include "base/vec.h"
#include "graph/graph.h"
#include "model/tokenizer.h"

/* One value of one model input in one column of a pair. */
struct input_value {
	int32_t *ids;                    /* token inputs: n ids */
	float   *real;                   /* real inputs: n numbers, row-major */
	int64_t  n;
};

struct rows { int64_t *at; size_t n; };              /* row numbers, ascending, each once, from 0 */
struct role { const char *name; struct rows rows; }; /* name interned; rows may be empty */

enum { COLUMN_CF, COLUMN_REF };                      /* the first two columns; others follow */

struct pair {
	struct input_value *value;       /* [column * n_inputs + input] */
	int64_t  length;                 /* tokens (rows); 1 when the model has no rows */
	struct role *role; size_t n_roles;
	int32_t *answer, *foil;          /* token ids, or NULL */
	size_t   n_answer, n_foil;
	int      line;                   /* of the file it came from, 0 if typed in */
};

struct dataset {
	const char *name;                /* the file's, until whoever declares it says otherwise */
	const char *from;                /* file, or "" */
	const struct graph *graph;       /* the model it was checked against */
	const struct tokenizer *tokenizer;   /* may be NULL */
	const char **column; size_t n_columns;           /* "cf", "ref", then feed sources */
	VEC(struct pair) pair;
	const char **role; size_t n_roles;               /* every role that some pair has, sorted; END is always there */
	size_t n_equal;                  /* pairs whose two sides are equal */
	uint64_t digest;                 /* of all ids, numbers, answers and roles, in order */
	struct arena arena;
};

/* What datasets need to know of a model. */
struct data_model {
	const char *name;
	const struct graph *graph;
	const struct tokenizer *tokenizer;   /* NULL: prompts must be ids */
	int64_t vocab, context;              /* 0: not known */
};

/* JSON Lines, a pair a line: {"ref": input, "cf": input, "answer": id | text | list, "foil": ..., "positions": {role: row |
 * [rows]}}.  An input is a text or a list of ids, for real inputs a number or nested lists; for a model with several an
 * object {name: input} (allowed with one, too).  Negative rows count from the end.  The role END is the last row unless the
 * pair says otherwise.  A further field is a column when every pair has it as an input of its own length, else ignored.
 * NULL after reports (each with file:line; goes on to find more, at most 20).  Warns once of pairs with equal sides. */
struct dataset *dataset_load(const char *path, const struct data_model *m, struct span at, struct diags *d);

/* A dataset of one pair, from JSON-like values: one object as in a JSON Lines file.  json is a json_t *. */
struct dataset *dataset_one(const void *json, const struct data_model *m, struct span at, struct diags *d);

void dataset_free(struct dataset *d);
#endif
