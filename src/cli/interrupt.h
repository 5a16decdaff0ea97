/* Ctrl-C. */
#ifndef PP_CLI_INTERRUPT_H
#define PP_CLI_INTERRUPT_H
#include <stdbool.h>

#include "pp/pp.h"

/* From now on an interruption stops what runs.  once: the second one ends the program. */
void interrupt_watch(bool once);
/* What it stops; NULL: nothing, it is only remembered. */
void interrupt_target(struct pp *s);
/* As if the user had asked for it. */
void interrupt_now(void);
/* Was there one, since the last time it was forgotten? */
bool interrupt_seen(void);
void interrupt_forget(void);
#endif
