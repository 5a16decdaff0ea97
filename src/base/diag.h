/* What went wrong, told to people.
 *
 * A stage reports as many mistakes as it finds and goes on; the session stops after the stage.  Every message has a code
 * (codes.def; `pp help E0203` explains it), usually a place, and at most one hint that says what to do. */
#ifndef PP_BASE_DIAG_H
#define PP_BASE_DIAG_H
#include <stdarg.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/source.h"
#include "base/str.h"

enum code {
#define CODE(id, number, kind, title, explanation) E_##id,
#include "base/codes.def"
#undef CODE
	E_COUNT
};

/* Whose mistake it is; it decides the exit status (language.md): a script's 2, a file's or the machine's 3. */
enum code_kind { CODE_SCRIPT, CODE_WORLD, CODE_WARNING };

struct code_info { const char *name /* "E0203" */; enum code_kind kind; const char *title, *explanation; };
extern const struct code_info code_info[E_COUNT];

struct diag {
	enum code   code;
	struct span at;              /* {0,0}: no place in a script */
	const char *message, *hint;  /* hint may be NULL */
};

/* The diagnostics of a session.  sources is borrowed. */
struct diags {
	const struct sources *sources;
	struct arena          arena;
	struct diag          *at;
	size_t                n, cap;
	size_t                n_errors;      /* warnings not counted */
};

enum { DIAG_MAX = 100 };                     /* after so many errors the rest is not told */

void diag_at(struct diags *d, enum code c, struct span at, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Would the next error be told?  Hints that take work to find are not looked for when it would not. */
bool diag_heard(const struct diags *d);
/* Sets the hint of the diagnostic reported last. */
void diag_hint(struct diags *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One diagnostic as text: place, message, the line, a caret, the hint.  width 0: lines are not cut. */
void diag_print(const struct diags *d, const struct diag *g, struct buf *out, int width);
void diags_clear(struct diags *d);           /* forgets what was reported (the session has printed it) */
/* Unsays what was reported since there were n diagnostics, n_errors of them errors: it was a trial. */
void diags_forget(struct diags *d, size_t n, size_t n_errors);
void diags_free(struct diags *d);
/* The code called name ("E0203"), or E_COUNT. */
enum code code_find(const char *name);
#endif
