/* A text of the language in colours. */
#ifndef PP_CLI_PAINT_H
#define PP_CLI_PAINT_H
#include "base/str.h"

#define PAINT_PROMPT "\033[1;34m"
#define PAINT_QUIET  "\033[90m"
#define PAINT_PLAIN  "\033[0m"

/* Appends the text with colours between; newlines become CR LF where raw is set, as a terminal wants them that edits a line. */
void paint_text(const char *text, size_t n, bool raw, struct buf *out);
#endif
