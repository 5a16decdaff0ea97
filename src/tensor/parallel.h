/* Work on all cores.
 *
 * What a task computes may not depend on how many threads there are; then results do not, either. */
#ifndef PP_TENSOR_PARALLEL_H
#define PP_TENSOR_PARALLEL_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Threads to use from now on, this one included. */
void parallel_init(int threads);
int  parallel_threads(void);
/* do_task(context, i) for i in 0..n, in any order, several at a time.  A task may not call this, nor leave by a jump. */
void parallel_for(size_t n, void (*do_task)(void *context, size_t i), void *context);
/* While *stop is true, tasks that have not begun are left out: for who throws the results away then, and soon.  NULL: none are. */
void parallel_stop_when(const atomic_bool *stop);
bool parallel_stopped(void);         /* for tasks that take long, to end early */
#endif
