/* Values as an embedding program sees them (pp.h); session.c makes them. */
#ifndef PP_LANG_TAKE_H
#define PP_LANG_TAKE_H
#include "lang/internal.h"
#include "pp/pp.h"

struct pp_value {
	struct value value;
	const struct table *table;           /* what it is as a table, or NULL */
};

/* Fills v->table for results, sweeps and tables.  False after a report. */
bool take_table(struct interp *in, const struct ast *at, struct pp_value *v);
#endif
