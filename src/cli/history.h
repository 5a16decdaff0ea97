/* What was typed in earlier sessions: a file with a line for each text, oldest first. */
#ifndef PP_CLI_HISTORY_H
#define PP_CLI_HISTORY_H
#include <stddef.h>

/* Calls back for the last texts of the file, oldest first. */
void history_read(const char *path, void (*each)(void *context, const char *text), void *context);
/* Adds one; several sessions may do so at a time.  A file that cannot be written is left alone. */
void history_add(const char *path, const char *text);
#endif
