/* Work on all cores.
 *
 * What a task computes may not depend on how many threads there are; then results do not, either. */
#ifndef PP_TENSOR_PARALLEL_H
#define PP_TENSOR_PARALLEL_H
#include <stddef.h>

/* Threads to use from now on, this one included. */
void parallel_init(int threads);
int  parallel_threads(void);
/* do_task(context, i) for i in 0..n, in any order, several at a time.  A task may not call this, nor leave by a jump. */
void parallel_for(size_t n, void (*do_task)(void *context, size_t i), void *context);
#endif
