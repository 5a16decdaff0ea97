/* Names and what they mean.
 *
 * Owns the scopes of a session: opened when a block begins, closed when it ends, and kept when a function was made inside
 * that remembers them. */
#ifndef PP_LANG_SCOPE_H
#define PP_LANG_SCOPE_H
#include "base/map.h"
#include "lang/value.h"

/* broken: its statement failed and said so; who uses it fails without another word. */
struct binding { const char *name; struct value value; struct span at; bool settable, broken; };

struct scope {
	struct scope *up;
	VEC(struct binding) binding;
	struct map index;                /* name -> place in binding, of the first n_indexed, where there are many */
	size_t n_indexed;
	bool top;                        /* of a script: `let` is for good, and statements go on after one that failed */
	bool body;                       /* of a model block: its components can be named, too */
	bool loop;                       /* the body of a `for` */
	bool aloud;                      /* of loops that stand at the top: what stands alone in them is shown */
	bool wall;                       /* of a metric: what lies outside cannot be set */
	bool kept;                       /* a function remembers it */
};

struct scopes { VEC(struct scope *) kept; struct scope *free; };

struct scope *scope_open(struct scopes *all, struct scope *up);
void scope_close(struct scopes *all, struct scope *s);
/* To be called where bindings were taken out or moved. */
void scope_moved(struct scope *s);
/* A function remembers s: it and what lies outside of it stay. */
void scope_keep(struct scopes *all, struct scope *s);
/* Gives back the scopes kept since there were n of them. */
void scopes_forget(struct scopes *all, size_t n);
void scopes_free(struct scopes *all);

struct binding *find(struct scope *s, const char *name);
struct binding *find_local(struct scope *s, const char *name);           /* in s alone */
/* The nearest thing to a name that is not known, or NULL. */
const char *find_nearest(struct scope *s, const char *name);
/* Reports a name that is taken, with the place of its first introduction.  At a prompt a name of the top can be bound again. */
bool bind(struct interp *in, struct scope *s, const char *name, struct value v, struct span at, bool settable);
/* The name's statement failed. */
void bind_broken(struct interp *in, struct scope *s, const char *name, struct span at);
/* x = e: sets a name that let introduced in a block. */
bool set(struct interp *in, struct scope *s, const struct ast *target, struct value v);
#endif
