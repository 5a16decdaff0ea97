/* What the files that evaluate metrics share. */
#ifndef PP_LANG_METRIC_H
#define PP_LANG_METRIC_H
#include "lang/kept.h"

struct evaluation {
	struct interp *in;
	const struct ast *ast;
	const struct hypothesis **h;
	const struct metric **m;
	size_t n_h, n_m;
	size_t n_hidden;                 /* the last hypotheses, which are not shown: total effects of `across` */
	struct dataset *data;
	struct pattern at;               /* positions of `at`; none: the last row */
	bool all;                        /* at all */
	bool moved;                      /* `at` asks for something else than the last row */
	bool rows;                       /* the model's output has rows */
	struct estimate *row;
	struct kept *kept;               /* which numbers are there from earlier runs */
	struct kept_part part;           /* what is being computed */
	bool complete;                   /* every number is there, which it is not in a shard */
	struct asked *asked;             /* by pair: what the metrics look at */
	struct canvas *canvas;           /* what they are shown: the reference run, the other */
	struct known_ref { size_t pair; double *row; } *known;       /* by metric: what it said about rows of ref of the latest pair; NAN: nothing yet */
};

/* metric.c: names that a metric's body finds beside its parameters; the rows that `at` asks for (-1 alone where there are none). */
void   metric_names(const struct evaluation *e, struct scope *names, const struct pair *p, int64_t here);
size_t metric_rows(const struct evaluation *e, const struct pair *p, int64_t *row);
int64_t metric_longest(const struct evaluation *e);      /* tokens of the longest pair, at least 1 */

/* Reads `on`, `by`, `at` into e (evaluate: the hypotheses, too).  False after a report. */
bool   metric_clauses(struct evaluation *e, const struct ast *a, struct scope *s);
/* A row of estimates for every hypothesis and metric.  counts: how many paths each keeps. */
void   metric_new_rows(struct evaluation *e, bool counts);
/* Hypotheses that derive graphs of their own from the model's are run apart from the others: calls back once for every graph, with
 * which hypotheses of e these are.  A group's dataset is for its graph. */
bool   metric_groups(const struct evaluation *e, bool (*call)(struct evaluation *group, const size_t *h, void *context), void *context);
void   metric_explain(const struct evaluation *e);       /* under `pp explain`; `pp check` looks for positions that the dataset lacks */
/* Fills what the rows have for each pair: from the store, or by running hypotheses over pairs. */
bool   metric_run(struct evaluation *e);

/* across.c: hypotheses become their variants; and, when these have run, those that keep nothing say what the total effects are. */
bool   across_variants(struct evaluation *e, const struct ast *a);
void   across_totals(struct evaluation *e);

/* asked.c: what of the output the metrics look at, for every pair: read off their bodies.  An output that is indexed with a
 * row, or a row and columns, that can be told without running anything is asked for these only; any other use asks for all. */
struct asked *asked_work_out(struct evaluation *e);

/* A tensor of the output's size of which only what was asked for is filled in. */
struct canvas { struct tensor t; void *at; size_t bytes; };
struct canvas *canvas_new(const struct evaluation *e);           /* two, for the longest pair */
void canvas_free(struct canvas *c);
/* Shows the rows and columns of a pair's output; the tensor is valid until the next call. */
const struct tensor *canvas_show(struct canvas *c, const struct evaluation *e, const struct pair *p, const struct asked *a,
    enum dtype type, const void *x);
#endif
