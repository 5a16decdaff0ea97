/* pp without a script, at a terminal: texts are read, run, and answered, one after another. */
#ifndef PP_CLI_REPL_H
#define PP_CLI_REPL_H
#include <stdbool.h>

#include "pp/pp.h"

struct repl_options { struct pp_options o; bool color, progress, quiet; };
/* The program's exit status. */
int repl_run(const struct repl_options *o);
#endif
