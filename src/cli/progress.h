/* One line on standard error that says what is being done, how far it has come, and how long it may still take.
 *
 * A thread draws it a few times a second, so that it moves even while nothing is reported.  Whoever writes to the terminal
 * holds the line meanwhile, so that the two never mix. */
#ifndef PP_CLI_PROGRESS_H
#define PP_CLI_PROGRESS_H
#include <stdbool.h>

/* From here on something is being done.  Nothing is ever shown when wanted is false, or in the first second. */
void progress_start(bool wanted);
/* Any thread: so much of what is done. */
void progress_show(double done, double total, const char *what);
/* Around everything else that is written to the terminal: takes the line away, and lets it come back. */
void progress_hold(void);
void progress_release(void);
/* Nothing is being done any more. */
void progress_stop(void);
#endif
