/* From text to syntax tree.
 *
 * Owns the loop that feeds tokens (grammar/lexer.re) to the parser (grammar/pp.y), recovery after a mistake, and the
 * question whether more input could mend what is there.  The tree goes into the caller's arena. */
#ifndef PP_SYNTAX_PARSE_H
#define PP_SYNTAX_PARSE_H
#include "base/diag.h"
#include "syntax/ast.h"

struct parsed {
	struct ast *program;         /* a BLOCK of the statements that parsed; never NULL */
	bool        incomplete;      /* the only mistake is that the text ends too soon (the REPL prompts for more) */
};

/* Reports every mistake to d.  d->n_errors tells whether there were any.
 * With probe set, an unfinished text is not reported, only noted in incomplete. */
struct parsed parse_source(const struct source *src, struct arena *arena, struct diags *d, bool probe);
#endif
