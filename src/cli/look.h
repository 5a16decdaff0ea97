/* What the terminal can show: colours and letters. */
#ifndef PP_CLI_LOOK_H
#define PP_CLI_LOOK_H
#include <stdbool.h>

/* Colours of figures on a stream: 0, 256 or 1 << 24.  when: --color's auto, always or never, or NULL. */
int look_colors(int stream, const char *when);
/* Does the locale (LC_ALL, LC_CTYPE, LANG) say UTF-8? */
bool look_utf8(void);
#endif
