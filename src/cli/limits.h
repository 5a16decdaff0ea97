/* Limits for scripts that one does not know. */
#ifndef PP_CLI_LIMITS_H
#define PP_CLI_LIMITS_H
#include <stdbool.h>
#include <stddef.h>

/* Memory beyond so many bytes cannot be had any more: what asks for it fails and says so.  Mapped weights do not count. */
bool limit_memory(size_t bytes);
/* After so many seconds stop() is called from a signal handler, and the program ends soon after, whether it listens or not. */
void limit_time(double seconds, void (*stop)(void));
/* Has the time run out? */
bool limit_reached(void);
#endif
