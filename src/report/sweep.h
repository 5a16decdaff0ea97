/* Sweeps for people and for programs. */
#ifndef PP_REPORT_SWEEP_H
#define PP_REPORT_SWEEP_H
#include "base/str.h"
#include "eval/sweep.h"

/* One object a line for each metric: {"kind":"sweep","axes":[...],"metric","n","ref","cf","ate","aue":[...],"explained":[...],
 * "patched":[...],"effect":[...]}, arrays nested by axis; null where a figure is undefined, and then "why" with the reasons. */
void put_json_sweep(struct buf *out, const struct sweep *s);
/* One or two axes as a grid of the signed effect (of a two-run metric: of AUE); more axes as a list of cells. */
void sweep_print(const struct sweep *s, int width, struct buf *out);
#endif
