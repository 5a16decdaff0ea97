/* Figures as values: from sweeps, results, tables and numbers to what report/picture.h draws.
 *
 * pictures.c has the built-in functions, picture_data.c what they draw from. */
#ifndef PP_LANG_PICTURES_H
#define PP_LANG_PICTURES_H
#include "lang/builtins.h"
#include "report/picture.h"

/* What a call says beside its first argument; NULL, none or 0 where it does not. */
struct wish {
	const struct ast *at;            /* the call, for messages */
	const char *title, *unit, *of, *metric;
	const struct record *fixed;      /* values of axes that are not drawn */
	struct value rows, columns, low, high;
	double scale;
	bool numbers;
};

/* How many axes the figure has: a sweep's other ones have to be fixed. */
enum drawn_axes { DRAWN_BARS = 1, DRAWN_CELLS = 2 };

/* Fill title, note, quantity, unit, what either side of 0 means, axes and numbers.  False after a report. */
bool picture_of_sweep(struct interp *in, const struct wish *w, const struct sweep *s, enum drawn_axes axes, struct picture *p);
bool picture_of_results(struct interp *in, const struct wish *w, const struct results *r, enum drawn_axes axes, struct picture *p);
bool picture_of_table(struct interp *in, const struct wish *w, const struct table *t, enum drawn_axes axes, struct picture *p);
bool picture_of_numbers(struct interp *in, const struct wish *w, struct value v, enum drawn_axes axes, struct picture *p);

/* A value as a label: one line, control characters spelled out. */
const char *label_of(struct interp *in, struct value v);
/* What `plot x` draws of a value that is no figure: heatmaps of two axes, bars of one.  False after a report. */
bool figure_of(struct interp *in, const struct ast *at, struct value v, struct value *out);
/* The same of a sweep with one or two axes and several metrics. */
bool figure_of_sweep(struct interp *in, const struct ast *at, const struct sweep *s, const char *metric, struct value *out);
struct value picture_value(struct interp *in, const struct picture *p);
#endif
