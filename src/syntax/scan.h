/* A text as its tokens, whether it can be parsed or not: for colours and for completion. */
#ifndef PP_SYNTAX_SCAN_H
#define PP_SYNTAX_SCAN_H
#include <stdbool.h>
#include <stddef.h>

enum scan_kind {
	SCAN_WORD,           /* of the language; many can be names, too */
	SCAN_NAME, SCAN_NUMBER, SCAN_STRING, SCAN_SIGN, SCAN_COMMENT,
	SCAN_OPEN,           /* a string that is not closed, up to the end of its line */
	SCAN_STRAY,          /* what means nothing */
};

struct scanned { enum scan_kind kind; size_t from, to; };       /* bytes of the text */
struct scan    { struct scanned *at; size_t n, cap; };

/* Appends the tokens and comments of a text; newlines are not among them. */
void scan_text(const char *text, size_t n, struct scan *out);
/* Is the token spelled so? */
bool scan_is(const char *text, const struct scanned *t, const char *spelled);
#endif
