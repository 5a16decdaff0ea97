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
	const char *text;                /* the prompt as it was written, or NULL */
	int64_t  n_before;               /* ids that the tokenizer put before the text: the beginning-of-text token */
};

struct rows { int64_t *at; size_t n; };              /* row numbers, ascending, each once, from 0 */
struct role { const char *name; struct rows rows; }; /* name interned; rows may be empty */

struct pair {
	struct input_value *value;       /* [column * n_inputs + input]; columns as in graph/graph.h */
	int64_t  length;                 /* tokens (rows); 1 when the model has no rows */
	struct role *role; size_t n_roles;
	int32_t *answer, *foil;          /* token ids, or NULL */
	size_t   n_answer, n_foil;
	bool     equal;                  /* its two sides are */
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
	size_t n_left_out;               /* pairs that were not aligned and left out (on_misaligned: skip) */
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

/* How a file is read. */
struct field_name { const char *ours, *theirs; };
struct data_options {
	const struct field_name *field; size_t n_fields; /* `columns:`, ours as fields.c names them */
	bool skip;                       /* pairs that are not aligned are left out and counted, not refused */
};

/* The fields that `columns:` can map; is there such a one? */
bool dataset_knows_field(const char *ours, struct buf *all);

/* A file of pairs; what is inside decides what it is:
 * - JSON Lines, a pair a line: {"ref": input, "cf": input, "answer": id | text | list, "foil": ..., "positions": {role: row |
 *   [rows]}}.  An input is a text or a list of ids, for real inputs a number or nested lists; for a model with several an
 *   object {name: input} (allowed with one, too).
 * - CSV (RFC 4180, a name ending in .csv): the same fields in columns.
 * - one JSON document, {"prompts": [pairs], "word_idxs": {role: row}}, as AutoCircuit writes them.
 * The names that EAP-IG, MIB, AutoCircuit and feature-circuits give the fields are known (fields.c).
 * Rows of a text are counted from its own first token, negative ones from the end.  The role END is the last row unless the pair says otherwise.  A further field is a
 * column when every pair has it as an input of its own length, else ignored.
 * o may be NULL.  NULL after reports (each with file:line; goes on to find more, at most 20).  Warns once of pairs with
 * equal sides, once of pairs left out. */
struct dataset *dataset_load(const char *path, const struct data_model *m, const struct data_options *o, struct span at, struct diags *d);

/* A dataset of one pair, from JSON-like values: one object as in a JSON Lines file.  json is a json_t *. */
struct dataset *dataset_one(const void *json, const struct data_model *m, struct span at, struct diags *d);

/* Tokens of a text as it stands inside a prompt: those of the text alone, when that is one token or nothing else is shorter.
 * Only ids are filled in.  False: it cannot be spelled, why is appended. */
bool dataset_spell(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why);

/* ---- made pair by pair */

/* A role as bytes of a prompt's text: all tokens that cover some of them. */
struct mark { const char *role; uint32_t from, to; };
/* An object as in a JSON Lines file, and the roles of its two sides (by COLUMN_CF, COLUMN_REF), which must come out equal;
 * number: of the pair, from 1, for messages (0: none). */
struct draft { const void *json; const struct mark *mark[2]; size_t n_marks[2]; int number; };

struct making;
enum made { MADE, MADE_LEFT_OUT, MADE_FAULT };       /* a fault was reported */

struct making *dataset_begin(const char *from, const struct data_model *m, const struct data_options *o, struct span at, struct diags *d);
enum made dataset_add(struct making *k, const struct draft *x);
/* False: so much is wrong that going on is of no use. */
bool dataset_going(const struct making *k);
/* NULL when a fault was reported, there is no pair (which is reported), or it is not wanted any more. */
struct dataset *dataset_end(struct making *k, bool wanted);

/* ---- made of another; the other must outlive it */

/* Some of its pairs, in the order given. */
struct dataset *dataset_pick(const struct dataset *s, const size_t *which, size_t n, const char *name);

/* JSON Lines that dataset_load reads as the same pairs: prompts as they were written, or as ids. */
void dataset_put_lines(const struct dataset *s, struct buf *out);
/* One pair as such an object, a json_t *; where ids is set, everything as ids. */
void *dataset_json(const struct dataset *s, const struct pair *p, bool ids);

void dataset_free(struct dataset *d);
#endif
