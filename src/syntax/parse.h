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

/* Does the text end inside a statement, so that more lines could complete it? */
bool parse_incomplete(const char *text, size_t n);

/* What could come next after a text. */
struct parse_next {
	bool name, number, string;   /* these tokens; a number and no string: a position */
	bool pattern;                /* a step of a path */
	const char *word[80];        /* words of the language, as such */
	size_t n_words;
};
struct parse_next parse_next(const char *text, size_t n);
#endif
