/* What the files that implement pp.h share. */
#ifndef PP_LANG_SESSION_H
#define PP_LANG_SESSION_H
#include <locale.h>
#include <stdatomic.h>

#include "lang/internal.h"
#include "pp/pp.h"
#include "report/explain.h"

struct stages { double parse, interp, lower, run, products, measure, estimate, report; };

/* What is put aside while a text runs that leaves no trace. */
struct trial {
	bool on;
	enum interp_mode mode;
	struct interp_hooks hooks;
	unsigned explain;
	VEC(struct binding) top;
	size_t n_declared;
	VEC(const struct hypothesis *) hypothesis;   /* shown by the text */
	VEC(const struct model *) model;
	bool told;                       /* something came out */
};

struct pp {
	struct pp_options o;
	struct sources sources;
	struct diags   diags;
	struct arena   arena;            /* syntax trees */
	struct interp *interp;
	struct bases  *bases;            /* interactive: base runs of evaluations before */
	struct store  *store;            /* opened when a script runs; NULL: nothing is kept */
	atomic_bool    interrupted;
	locale_t       plain;            /* numbers are read and written with a point, whatever the program around us uses */
	void          *reserve;          /* given back when memory ends, so that there is some to say so */
	size_t         n_told;           /* of diags: printed already */
	bool           script, world, expect;        /* kinds of mistakes seen in this call */
	VEC(const struct hypothesis *) explained;
	struct pp_value *taken;          /* what pp_take gives */
	double         opened, first_result, first_evaluated;
	struct stages  seconds, before;  /* before: when the last text began */
	double         last_seconds;     /* that the last text took */
	struct trial   trial;
	const struct source *evaluated;  /* the text that evaluated something last */
	struct buf     times, answer;    /* of pp_times; of pp_why and pp_last_times */
	unsigned       asked;            /* PP_EXPLAIN_...: of the pp_explain that runs */
	struct pp_completion completion; /* the last that was asked for; its candidates are in the arena */
	struct arena   candidates;
};

/* session.c */
int session_width(const struct pp *s);
void session_out(struct pp *s, struct buf *b);                   /* after the messages that came before; b is freed */
struct explain_style session_explain_style(const struct pp *s);
void session_explain(void *context, const struct explained_evaluation *e);
/* Anything that a call may do and that may run out of memory on the way. */
typedef void session_job(struct pp *s, const char *name, const char *text, size_t n, const char *folder);
enum pp_status session_guarded(struct pp *s, session_job *j, const char *name, const char *text, size_t n, const char *folder);
/* session_ask.c: everything is again as it was before the trial. */
void trial_end(struct pp *s);
#endif
