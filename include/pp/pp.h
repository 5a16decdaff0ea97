/* pp: path patching as a language.  All that an embedding program sees.
 *
 *     struct pp *s = pp_open(NULL);
 *     pp_run_file(s, "induction.pp");
 *     pp_close(s);
 */
#ifndef PP_PP_H
#define PP_PP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PP_VERSION "0.1.0"

/* Exit statuses of the program, and what the functions below return. */
enum pp_status { PP_OK = 0, PP_EXPECT_FAILED = 1, PP_SCRIPT_ERROR = 2, PP_WORLD_ERROR = 3, PP_INTERRUPTED = 130 };

enum pp_format { PP_TEXT, PP_JSON, PP_CSV };

/* What pp explain prints; a script is then lowered, not evaluated. */
enum { PP_EXPLAIN = 1, PP_EXPLAIN_AST = 2, PP_EXPLAIN_GRAPH = 4, PP_EXPLAIN_PATHS = 8, PP_EXPLAIN_TREE = 16, PP_EXPLAIN_PLAN = 32,
       PP_EXPLAIN_EDGES = 64, PP_EXPLAIN_DOT = 128 };

/* A figure in every form, valid during the call; svg and vega_lite are NULL where a graph could not be laid out. */
struct pp_figure { const char *title, *text, *svg, *vega_lite; };

/* All zero gives the defaults.  Strings are copied. */
struct pp_options {
	enum pp_format format;         /* how results are written */
	bool     per_pair;             /* JSON results carry the delta of each pair */
	bool     check_only;           /* parse, resolve, build models, check patterns; evaluate nothing */
	unsigned explain;              /* 0, or PP_EXPLAIN with what else to print */
	const char *compare[2];        /* with PP_EXPLAIN: names of two hypotheses whose difference is told; NULL for none */
	uint64_t seed;                 /* of the bootstrap */
	int      threads;              /* 0: as many as the machine has */
	size_t   memory;               /* bytes for values; 0: half of what is free */
	/* Where a script may read and write; none: scripts from its folder and the working one, models and data from anywhere,
	 * files into its folder.  With some: from its folder and these only, or into these only. */
	const char *const *read, *const *write;
	size_t   n_read, n_write;
	const char *store;             /* a file that keeps every result from run to run, made when it is not there; NULL: none */
	size_t   shard, n_shards;      /* of n_shards parts of the hypotheses only part `shard` (from 0) is computed, into the store; 0: all */
	int      width;                /* columns for tables and messages; 0: 100 */
	int      colors;               /* of figures in text: 0 for none (signs and sizes instead), 256, or 1 << 24 */
	bool     utf8;                 /* text goes where UTF-8 can be read: figures use more than ASCII */
	/* Where results (out) and messages (err) go; NULL: nowhere. */
	void   (*out)(void *context, const char *text, size_t n);
	void   (*err)(void *context, const char *text, size_t n);
	/* What figures that are shown are handed to, instead of being written to out as text; NULL: they are written. */
	void   (*figure)(void *context, const struct pp_figure *f);
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
/* Runs text under a name for messages ("<line>").  Paths inside it are relative to the working directory. */
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
/* Stops what is running, from another thread or a signal handler. */
void pp_interrupt(struct pp *s);
/* Time of each stage so far, as one JSON object (in seconds). */
const char *pp_times(struct pp *s);

#ifdef __cplusplus
}
#endif
#endif
