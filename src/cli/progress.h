/* One line on standard error that says how far something long has come. */
#ifndef PP_CLI_PROGRESS_H
#define PP_CLI_PROGRESS_H
#include <stdbool.h>

/* Nothing is ever shown when wanted is false, or in the first second. */
void progress_start(bool wanted);
void progress_show(double done, double total, const char *what);
/* Takes the line away again: before anything else is written to the terminal. */
void progress_clear(void);
#endif
