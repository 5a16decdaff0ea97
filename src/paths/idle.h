/* Rules that change nothing, found without running anything: what `pp check` warns about.  Exact over the model's paths, so
 * there are no false alarms; a rule that would take too long to look at is taken to count. */
#ifndef PP_PATHS_IDLE_H
#define PP_PATHS_IDLE_H
#include "paths/pattern.h"

enum rule_use {
	RULE_COUNTS,
	RULE_HIDDEN,             /* later rules match every path it matches, and the last that matches decides */
	RULE_CHANGES_NOTHING,    /* the paths it decides would get the same column without it */
};

/* use[i] for each of n rules; the first n_inherited belong to another hypothesis and always count.  All idle rules may go at once:
 * of two equal rules only one is idle.  *work is what may be spent (about one for each step that a question looks at) and gets
 * less. */
void rules_idle(const struct graph *g, const struct rule *rule, size_t n, size_t n_inherited, enum rule_use *use, double *work);
#endif
