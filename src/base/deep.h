/* Work that calls itself as deeply as a graph is deep, on a stack of its own that is large enough for it. */
#ifndef PP_BASE_DEEP_H
#define PP_BASE_DEEP_H
#include <stddef.h>

/* Runs work(context), which may use DEEP_FRAME bytes of stack for each of depth levels; returns when it is done.  Shallow
 * work runs where it is.  Running out of memory in it is running out of memory here (mem.h). */
void deep_call(size_t depth, void (*work)(void *context), void *context);
#endif
