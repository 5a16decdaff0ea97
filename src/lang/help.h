/* What `pp help` knows: error codes, words of the language, built-in functions, what the standard library defines, components. */
#ifndef PP_LANG_HELP_H
#define PP_LANG_HELP_H
#include "base/str.h"

/* Text about the topic.  False when there is none; *near is then the nearest thing there is, or NULL. */
bool help_about(const char *topic, struct buf *out, const char **near);
/* The words, functions and codes there is help for, a few a line. */
void help_topics(struct buf *out);
/* How a word of the language is written ("keep PATTERN"), or NULL. */
const char *help_form(const char *word);
#endif
