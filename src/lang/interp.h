/* Running a syntax tree: names, statements, expressions.
 *
 * Owns scopes, the calls of functions and builtins, model blocks, and the order in which an evaluate is carried out.
 * It prints nothing: what a script shows goes to hooks.  Who drives it: session.c. */
#ifndef PP_LANG_INTERP_H
#define PP_LANG_INTERP_H
#include "eval/evaluate.h"
#include "lang/value.h"

enum interp_mode { INTERP_RUN, INTERP_CHECK, INTERP_EXPLAIN };     /* CHECK and EXPLAIN evaluate nothing */

/* An evaluate or sweep that explain meets. */
struct explained_evaluation {
	const struct hypothesis *const *h;
	size_t n;
	const struct dataset *data;
	const struct asked *asked;
	struct span at;
};

struct interp_hooks {
	void *context;
	void (*show)(void *context, const struct value *v);            /* an expression on a line of its own; not none */
	void (*print)(void *context, const char *text);                /* print(...): one line, without its newline */
	/* EXPLAIN: the hypotheses of an evaluate, each time one is met; results do not exist then. */
	void (*explain)(void *context, const struct explained_evaluation *e);
	/* After every run of an evaluation: what it cost; and how long its intervals took. */
	void (*cost)(void *context, const struct eval_plan *plan);
	void (*estimated)(void *context, double seconds);
};

/* Where a script may read and write: see access.c. */
struct access { const char *const *read, *const *write; size_t n_read, n_write; };

struct interp_options {
	enum interp_mode   mode;
	bool               shapes_only;      /* models are for looking at: their numbers need not be read */
	uint64_t           seed;
	struct eval_limits limits;
	const char        *kernels;          /* whose products these are, and a precision that was asked for; goes with stored results */
	struct access      access;           /* borrowed */
	bool               prompt;           /* texts come one after another: names may be bound again, and files read again */
	struct sources    *sources;          /* borrowed */
	struct diags      *diags;            /* borrowed */
	struct interp_hooks hooks;
};

struct interp *interp_new(const struct interp_options *o);
void interp_free(struct interp *in);

/* Runs the statements of a program whose relative paths start at folder.  Goes on after a statement that failed unless
 * what follows depends on it (names whose statement failed are known to be broken and give no second message).
 * Returns false when anything was reported. */
bool interp_run(struct interp *in, const struct ast *program, const char *folder);

/* The value of an expression that stands alone as a program; LATER where results do not exist.  False after a report. */
bool interp_value(struct interp *in, const struct ast *program, const char *folder, struct value *out);

/* Values, for those who show them. */
void value_text(const struct value *v, struct buf *out, bool quoted);      /* one line as a script would write it */
#endif
