/* pp: path patching as a language.  All that an embedding program sees.
 *
 *     struct pp_options o = { .err = print_it };
 *     struct pp *s = pp_open(&o);
 *     if (pp_run_file(s, "induction.pp") == PP_OK)
 *             printf("%g\n", pp_number(pp_take(s, "r[refined, kl].explained")));
 *     pp_close(s);
 *
 * pkg-config names it pp.  There can be several sessions, which know nothing of each other, and calls may come from any thread, but one
 * at a time in a process: only pp_interrupt may come while another runs.  Nothing is printed and no signal is handled; what is written
 * goes to the functions in struct pp_options.  docs/embedding.md tells more. */
#ifndef PP_PP_H
#define PP_PP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define PP_VERSION "0.1.0"

/* Exit statuses of the program, and what the functions below return. */
enum pp_status { PP_OK = 0, PP_EXPECT_FAILED = 1, PP_SCRIPT_ERROR = 2, PP_WORLD_ERROR = 3, PP_INTERRUPTED = 130 };

enum pp_format { PP_TEXT, PP_JSON, PP_CSV };

/* What pp explain prints; a script is then lowered, not evaluated. */
enum { PP_EXPLAIN = 1, PP_EXPLAIN_AST = 2, PP_EXPLAIN_GRAPH = 4, PP_EXPLAIN_PATHS = 8, PP_EXPLAIN_TREE = 16, PP_EXPLAIN_PLAN = 32,
       PP_EXPLAIN_EDGES = 64, PP_EXPLAIN_DOT = 128 };

/* What is shown, in every form that it has, valid during the call: a figure has svg and vega_lite (NULL where a graph could not be
 * laid out), a table html (an element without style or script).  text: as it would be written to out. */
struct pp_figure { const char *title, *text, *svg, *vega_lite, *html; };

/* A message in its parts.  The texts are there as long as the call to `diagnostic`. */
struct pp_diagnostic {
	const char *code;              /* "E0203"; a warning's begins with W */
	const char *message, *hint;    /* what is wrong; what to do about it, or NULL */
	const char *file;              /* the script's name as it was given; NULL where the message is about no place in one */
	int      line, column;         /* of its beginning, both from 1; columns count characters */
	size_t   offset, length;       /* in bytes of the script's text */
};

/* By size: models of up to four million weights in double precision, larger ones in single. */
enum pp_precision { PP_PRECISION_BY_SIZE, PP_PRECISION_SINGLE, PP_PRECISION_DOUBLE };

/* All zero gives the defaults.  Strings are copied.  (examples/embed/pp.py has these fields in the same order.) */
struct pp_options {
	enum pp_format format;         /* how results are written */
	bool     per_pair;             /* JSON results carry the delta of each pair */
	bool     check_only;           /* parse, resolve, build models, check patterns; evaluate nothing */
	unsigned explain;              /* 0, or PP_EXPLAIN with what else to print */
	const char *compare[2];        /* with PP_EXPLAIN: names of two hypotheses whose difference is told; NULL for none */
	uint64_t seed;                 /* of the bootstrap */
	int      threads;              /* 0: as many as the machine has */
	size_t   memory;               /* bytes for values; 0: half of what is free */
	enum pp_precision precision;   /* what numbers of a model are computed in */
	/* Where a script may read and write; none: scripts from its folder and the working one, models and data from anywhere,
	 * files into its folder.  With some: from its folder and these only, or into these only. */
	const char *const *read, *const *write;
	size_t   n_read, n_write;
	/* For prompts and notebooks: a name can be bound again by a later text (what used it stays what it was), `use` reads its file
	 * again, and without a store results are kept in memory, so that what was computed is not computed again. */
	bool     interactive;
	const char *store;             /* a file that keeps every result from run to run, made when it is not there; NULL: none */
	size_t   shard, n_shards;      /* of n_shards parts of the hypotheses only part `shard` (from 0) is computed, into the store; 0: all */
	const char *folder;            /* what paths in the texts of pp_run_text and pp_take are relative to; NULL: the working directory */
	int      width;                /* columns for tables and messages; 0: 100 */
	int      colors;               /* of figures in text: 0 for none (signs and sizes instead), 256, or 1 << 24 */
	bool     utf8;                 /* text goes where UTF-8 can be read: figures use more than ASCII */
	/* Where results (out) and messages (err) go; NULL: nowhere. */
	void   (*out)(void *context, const char *text, size_t n);
	void   (*err)(void *context, const char *text, size_t n);
	/* What figures, tables and sweeps that are shown are handed to, instead of being written to out; NULL: they are written.  With
	 * another format than text only figures. */
	void   (*figure)(void *context, const struct pp_figure *f);
	/* Each message in its parts, in the order of err; NULL: not. */
	void   (*diagnostic)(void *context, const struct pp_diagnostic *d);
	/* Called now and then while something long runs; NULL: not. */
	void   (*progress)(void *context, double done, double total, const char *what);
	void    *context;
};

struct pp;

/* A session: definitions made in one call are there in the next.  NULL when memory runs out. */
struct pp *pp_open(const struct pp_options *o);
void       pp_close(struct pp *s);

/* Runs a script.  Paths inside it are relative to its folder. */
enum pp_status pp_run_file(struct pp *s, const char *path);
/* Runs text under a name for messages ("<line>"). */
enum pp_status pp_run_text(struct pp *s, const char *name, const char *text, size_t n);
/* Writes what a model is made of: architecture, tensors, parameters, memory, and the components that paths are spelled with.
 * path: a folder, a GGUF file, or a name in the Hugging Face cache.  No numbers of it are read. */
enum pp_status pp_inspect(struct pp *s, const char *path);
/* Writes the results that a store has. */
enum pp_status pp_results(struct pp *s, const char *store);
/* Puts what n stores have into one, which is made when it is not there. */
enum pp_status pp_merge(struct pp *s, const char *into, const char *const *from, size_t n);
/* Computes cells of a store again, by the scripts it came from: all pairs, or a sample of so many for each evaluation.
 * PP_EXPECT_FAILED when numbers differ. */
enum pp_status pp_verify(struct pp *s, const char *store, size_t sample);
/* True when the text ends inside a statement, so that more lines could complete it. */
bool pp_incomplete(struct pp *s, const char *text, size_t n);

/* What could be written at a place of a text.  kind: "word", "function", "component", "port", "role", "field", "argument", "file",
 * "folder", "module", or what a name's value is: "model", "dataset", "hypothesis", "metric", "paths", "number" ... ("name" where
 * there is none yet).  note: how it is written, or what it is; may be NULL. */
struct pp_candidate { const char *text, *kind, *note; };
/* The candidates replace the bytes from..to of the text; in order, each once. */
struct pp_completion { size_t from, to, n; const struct pp_candidate *at; };
/* The place is `at` bytes into the text; what was defined in this session is known, and what stands before in the text.
 * folder: what paths in the text are relative to; NULL: as in pp_run_text.  Valid until the next call.  Not while something runs. */
const struct pp_completion *pp_complete(struct pp *s, const char *text, size_t n, size_t at, const char *folder);

/* What there is to say about a word of the language, a function, a metric, a component or an error code; NULL: nothing.  Valid until
 * the next call. */
const char *pp_help(struct pp *s, const char *topic);

/* ---- results */

/* What a value is.  PP_VALUE_OTHER: models, datasets, hypotheses, functions and what else scripts only pass around. */
enum pp_value_kind { PP_VALUE_NONE, PP_VALUE_NUMBER, PP_VALUE_BOOL, PP_VALUE_STRING, PP_VALUE_LIST, PP_VALUE_TENSOR, PP_VALUE_TABLE, PP_VALUE_OTHER };
struct pp_value;

/* The value of an expression of the language: a name that a script has bound, or r[refined, kl].explained, effect.aue, t.column,
 * w["embed.W_E"].  The results of evaluate and sweeps are tables.  Nothing is shown.  NULL after a message to err, and after
 * pp_interrupt.  Values are there until pp_close; those of an expression are as large in memory as the expression makes them. */
const struct pp_value *pp_take(struct pp *s, const char *expression);

/* The functions below take NULL, too, as a value that is none. */
enum pp_value_kind pp_kind(const struct pp_value *v);
/* NAN when it is no number. */
double pp_number(const struct pp_value *v);
/* False when it is not true. */
bool pp_truth(const struct pp_value *v);
/* UTF-8 with a NUL behind it, n bytes; n may be NULL.  NULL when it is no text. */
const char *pp_string(const struct pp_value *v, size_t *n);

enum pp_type { PP_F32, PP_F64, PP_BF16, PP_F16, PP_I32, PP_I64 };
/* Numbers where they lie in the session: read them, do not write.  The element i, k, ... is at
 * (const char *)at + i * stride[0] + k * stride[1] ...; strides are in bytes. */
struct pp_array { enum pp_type type; int n_axes; int64_t shape[6], stride[6]; const void *at; };
/* Fills out for a tensor of any axes, or a list of numbers (one axis, F64).  Nothing is copied.  False for anything else. */
bool pp_array(const struct pp_value *v, struct pp_array *out);

/* Of a table; 0 and NULL for anything else, and behind its end. */
size_t pp_rows(const struct pp_value *table);
size_t pp_columns(const struct pp_value *table);
const char *pp_column_name(const struct pp_value *table, size_t column);
/* The column called name as one axis of F64, NAN where there is none (an undefined figure); nothing is copied.  False when there is
 * no such column or something else than numbers is in it. */
bool pp_column(const struct pp_value *table, const char *name, struct pp_array *out);
/* A text in a table; NULL when there is none. */
const char *pp_cell(const struct pp_value *table, const char *column, size_t row);

/* ---- a session's life */

/* Stops what is running, from another thread or a signal handler. */
void pp_interrupt(struct pp *s);
/* Time of each stage so far, as one JSON object (in seconds); of "run", "products" is what matrix products with weights took. */
const char *pp_times(struct pp *s);
/* Columns for tables and messages from now on; 0: 100. */
void pp_set_width(struct pp *s, int width);

/* The following are for sessions that are interactive.  They run a text and leave no trace of it: names are afterwards what they were. */
/* Writes what the value of an expression is: "a tensor (12, 64)".  Nothing is evaluated. */
enum pp_status pp_describe(struct pp *s, const char *text, size_t n);
/* Writes what a stage (PP_EXPLAIN_GRAPH, ...) makes of the evaluations, hypotheses and models in a text; of the text that evaluated
 * something last when n is 0. */
enum pp_status pp_explain(struct pp *s, unsigned what, const char *text, size_t n);
/* What the last evaluations found and what they had to compute, and why; empty when there was none.  Valid until the next call. */
const char *pp_why(struct pp *s);
/* How long the stages of the last text took, a line for people.  Valid until the next call. */
const char *pp_last_times(struct pp *s);
/* PP_VERSION of the library that is linked. */
const char *pp_version(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
