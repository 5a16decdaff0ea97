/* Values of the language.
 *
 * A value is small and copied freely; what it points to lives in the interpreter's arena until the session ends (or in a
 * scratch arena while a metric runs). */
#ifndef PP_LANG_VALUE_H
#define PP_LANG_VALUE_H
#include "data/dataset.h"
#include "eval/sweep.h"
#include "graph/build.h"
#include "model/weights.h"
#include "paths/pattern.h"
#include "syntax/ast.h"

struct interp;
struct picture;
struct scope;
struct value;
struct args;

enum value_kind {
#define VALUE(kind, word, name) VAL_##kind,
#include "lang/values.def"
#undef VALUE
	VAL_COUNT
};
extern const char *const value_kind_name[VAL_COUNT];   /* "a number", "a list" ... as messages say it */
extern const char *const value_kind_word[VAL_COUNT];   /* "number", "list" ... as kind() says it */

/* depth: lists and records inside each other; size: elements in all.  Both bounded, so that passes over a value may recurse. */
struct list   { struct value *at; size_t n; uint32_t depth; size_t size; };
struct field  { const char *name; struct value *value; };
struct record { struct field *at; size_t n; uint32_t depth; size_t size; };   /* in the order written; names interned */
struct range  { double from, to; };                      /* half open */

/* Columns with names (interned), cells row after row; a cell is none where there is nothing. */
struct table { const char **column; size_t n_columns, n_rows; struct value *cell; uint32_t depth; size_t size; };

/* fn, lambda: parameters and a body in the scope they were written in. */
struct function { const char *name; const struct ast *params, *body; struct scope *scope; };
extern const char function_nameless[];   /* the name of x => e, as messages say it */

/* A loaded or declared model. */
struct model {
	const char *name, *folder;           /* folder NULL when typed in */
	struct graph *graph;
	struct weights *weights;             /* NULL when typed in */
	struct tokenizer *tokenizer;         /* NULL when there is none */
	const char *no_tokenizer;            /* why the folder's tokenizer cannot be used, or NULL */
	struct record *config;
	int64_t vocab, context;              /* 0: not known */
};

/* input p for m = ...: text or ids (or numbers) for one model. */
struct prompt { const char *name; const struct model *model; struct value *input; struct tokens tokens; };

struct metric {
	const char *name;
	bool delta;                          /* two runs (ref, patched); else one */
	const struct function *fn;
};

/* What a metric sees of one run on one pair. */
struct run_view {
	const struct graph *graph;
	const struct tensor *output;         /* (rows, ...) of floats, or (...) */
	const struct pair *pair;
	const struct dataset *data;
	const struct hypothesis *of;         /* run(h, pair): its values are found when they are asked for; NULL: a metric sees its output */
};

/* A table of results: what evaluate gives. */
struct results { struct estimate *row; size_t n_rows; const struct hypothesis **hypothesis; size_t n_hypotheses;
                 const struct metric **metric; size_t n_metrics; size_t n_equal; };

struct value;
/* A built-in function: builtins.def is the table. */
struct builtin { const char *name, *args, *doc; bool (*call)(struct interp *in, const struct ast *at, struct args *a, struct value *out); };

struct value {
	enum value_kind kind;
	union {
		double number;
		bool   truth;
		struct { const char *at; size_t n; } string;
		struct list   *list;
		struct record *record;
		struct range   range;
		struct table  *table;
		const struct function *fn;
		const struct builtin  *builtin;
		struct tensor *tensor;           /* F64 in scripts; a weight keeps its own type */
		struct node   *node;             /* while a model block runs */
		struct model  *model;
		struct weights *weights;         /* the w of an architecture */
		struct dataset *dataset;
		struct pattern *paths;
		struct hypothesis *hypothesis;
		const struct metric *metric;
		struct results *results;
		const struct sweep *sweep;
		const struct estimate *estimate;
		struct run_view *run;
		struct prompt *prompt;
		const struct picture *picture;
	};
};
#endif
