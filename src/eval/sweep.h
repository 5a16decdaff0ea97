/* A sweep's results: one figure of each kind for every cell, cells in row-major order of the axes. */
#ifndef PP_EVAL_SWEEP_H
#define PP_EVAL_SWEEP_H
#include "eval/estimate.h"

struct axis_value { bool is_number; double number; const char *text; };
struct axis { const char *name; struct axis_value *at; size_t n; };

/* row: of the cells, cell * n_metrics + metric; without intervals.  What a cell has in common with the others (ref, cf, ate)
 * stands in each. */
struct sweep {
	struct axis *axis; size_t n_axes;
	size_t n_cells, n_metrics;
	struct estimate *row;
};

/* The figure of a kind, one of "aue", "explained", "patched", "effect"; why is set where it is undefined. */
struct figure sweep_figure(const struct estimate *e, const char *kind);
#endif
