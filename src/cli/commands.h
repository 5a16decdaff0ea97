/* What the files of the program share: its commands beside running scripts, which are in main.c. */
#ifndef PP_CLI_COMMANDS_H
#define PP_CLI_COMMANDS_H
#include <stdbool.h>
#include <stddef.h>

#include "pp/pp.h"

/* All of standard input: malloc'd; NULL after saying why, or when interrupted. */
char *read_stdin(size_t *n);
/* Writes a text to standard output; the exit status. */
int say(const char *text);
/* Columns of the terminal, at least 40; 0 where results go elsewhere. */
int terminal_width(void);
/* NULL after saying that there is no room for one. */
struct pp *open_session(const struct pp_options *o);
/* Says what is wrong with the command line; the exit status. */
int complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* pp fmt: each file in place, "-" from standard input to standard output.  check: nothing is written, 1 when one would change. */
int cli_format(int n, char *const *path, bool check);
/* pp new: writes a starter script, never over a file. */
int cli_new(const char *name);
/* pp lsp: answers an editor until it says exit, or its end of the pipe is closed. */
int cli_lsp(void);
/* pp jupyter --install: writes the kernel below a prefix, or where the user's own kernels are when it is NULL. */
int cli_jupyter(const char *prefix);
#endif
