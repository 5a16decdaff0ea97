/* Dataset blocks: what template.c reads from one, and template_fill.c makes pairs of. */
#ifndef PP_LANG_TEMPLATE_H
#define PP_LANG_TEMPLATE_H
#include "base/map.h"
#include "data/ways.h"
#include "lang/internal.h"

/* let NAME in list: what can be chosen.  The templates are such a list, too. */
struct slot { const char *name; const struct ast *at; struct list *values; double *weight; };

/* A name of one side: drawn from a slot, or an expression. */
struct definition { const char *name; const struct ast *at, *expr; size_t slot; bool placed, open; };

/* One side of a pair.  Definitions stand in the order of their evaluation: each after those it mentions. */
struct side {
	VEC(struct definition) definition;
	VEC(const struct ast *) distinct;
	struct list *templates;          /* of the counterfactual: its own, or NULL */
	const struct ast *template_at;
};

struct block {
	struct interp *in;
	const struct ast *at;            /* the whole of it */
	struct scope *scope;             /* functions that the block defines */
	VEC(struct slot) slot;           /* the first is the template */
	struct side side[2];             /* by COLUMN_CF, COLUMN_REF */
	const struct ast *answer, *foil;
	struct map seen;                 /* hashes of the texts of pairs there are */
	bool later;                      /* something in it is known only when the script runs */
};

/* A side filled in: names and what they stand for, the text, the roles in it. */
struct filled { struct scope *scope; struct record *names; struct buf text; VEC(struct mark) mark; };

/* One way to fill the slots as a draft of a pair.  *fits: what has to be distinct is.  The caller frees it.  False after a report. */
struct filling { struct filled side[2]; json_t *pair; };
bool fill_block(struct block *b, const uint32_t *choice, struct filling *out, bool *fits);
void free_filling(struct block *b, struct filling *f);
#endif
