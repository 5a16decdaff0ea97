/* Tasks on threads that stay alive between calls (OpenMP's pool).  See parallel.h. */
#include "tensor/parallel.h"

static int n_threads = 1;

void parallel_init(int threads)
{
	n_threads = threads > 0 ? threads : 1;
}

int parallel_threads(void)
{
	return n_threads;
}

void parallel_for(size_t n, void (*do_task)(void *context, size_t i), void *context)
{
	if (n < 2 || n_threads < 2) {
		for (size_t i = 0; i < n; i++)
			do_task(context, i);
		return;
	}
#pragma omp parallel for schedule(dynamic, 1) num_threads(n_threads)
	for (size_t i = 0; i < n; i++)
		do_task(context, i);
}
