/* Threads that wait for tasks.  See parallel.h.
 *
 * OpenMP would do, but its threads spin while they wait: on a machine that is busy with something else they take the time
 * that the work needs.  These look for work for some microseconds and then sleep. */
#define _GNU_SOURCE
#include "tensor/parallel.h"

#include <pthread.h>
#include <signal.h>

enum { MAX_THREADS = 256, LOOKS = 2000 };        /* looks for work before a thread sleeps */

/* Who comes in time takes part: a thread that wakes up when all tasks are given out is not waited for. */
struct pool {
	pthread_mutex_t user;            /* one caller at a time; another works alone */
	pthread_mutex_t lock;            /* guards what follows, but for what is atomic */
	pthread_cond_t  work, done;
	int n;                           /* threads that were started */
	int allowed;                     /* of these, how many may take part */
	bool open;                       /* threads may join */
	atomic_uint round;               /* goes up when there is work */
	atomic_int  joined;              /* threads that may be at a task */
	atomic_size_t next;
	size_t n_tasks;
	void (*do_task)(void *context, size_t i);
	void *context;
};

static struct pool pool = { .user = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER,
	.done = PTHREAD_COND_INITIALIZER };
static int n_threads = 1;
static const atomic_bool *_Atomic stop;

static inline void pause_a_little(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

void parallel_stop_when(const atomic_bool *when)
{
	atomic_store(&stop, when);
}

bool parallel_stopped(void)
{
	const atomic_bool *s = atomic_load_explicit(&stop, memory_order_relaxed);
	return s && atomic_load_explicit(s, memory_order_relaxed);
}

static void do_tasks(void)
{
	for (size_t i; (i = atomic_fetch_add(&pool.next, 1)) < pool.n_tasks && !parallel_stopped();)
		pool.do_task(pool.context, i);
}

/* Waits for the next round after `seen`; does the caller take part in it? */
static bool join(int me, unsigned *seen)
{
	for (int i = 0; i < LOOKS && atomic_load(&pool.round) == *seen; i++)
		pause_a_little();
	pthread_mutex_lock(&pool.lock);
	while (atomic_load(&pool.round) == *seen)
		pthread_cond_wait(&pool.work, &pool.lock);
	*seen = atomic_load(&pool.round);
	bool in = pool.open && me < pool.allowed;
	if (in)
		atomic_fetch_add(&pool.joined, 1);
	pthread_mutex_unlock(&pool.lock);
	return in;
}

static void *thread_main(void *argument)
{
	unsigned seen = 0;
	for (;;) {
		if (!join((int)(size_t)argument, &seen))
			continue;
		do_tasks();
		pthread_mutex_lock(&pool.lock);
		if (atomic_fetch_sub(&pool.joined, 1) == 1)
			pthread_cond_signal(&pool.done);
		pthread_mutex_unlock(&pool.lock);
	}
	return NULL;
}

/* Signals are for the thread that called us. */
static void start_threads(int n)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_t t;
	for (; pool.n < n && pthread_create(&t, NULL, thread_main, (void *)(size_t)pool.n) == 0; pool.n++)
		pthread_detach(t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void parallel_init(int threads)
{
	n_threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
}

int parallel_threads(void)
{
	return n_threads;
}

static void wait_for_threads(void)
{
	pthread_mutex_lock(&pool.lock);
	pool.open = false;
	pthread_mutex_unlock(&pool.lock);
	for (int i = 0; i < LOOKS && atomic_load(&pool.joined) > 0; i++)
		pause_a_little();
	pthread_mutex_lock(&pool.lock);
	while (atomic_load(&pool.joined) > 0)
		pthread_cond_wait(&pool.done, &pool.lock);
	pthread_mutex_unlock(&pool.lock);
}

void parallel_for(size_t n, void (*do_task)(void *context, size_t i), void *context)
{
	if (n < 2 || n_threads < 2 || pthread_mutex_trylock(&pool.user) != 0) {
		for (size_t i = 0; i < n && !parallel_stopped(); i++)
			do_task(context, i);
		return;
	}
	pthread_mutex_lock(&pool.lock);
	pool.do_task = do_task;
	pool.context = context;
	pool.n_tasks = n;
	atomic_store(&pool.next, 0);
	if (pool.n < n_threads - 1)
		start_threads(n_threads - 1);
	pool.allowed = n_threads - 1;
	pool.open = true;
	atomic_fetch_add(&pool.round, 1);
	pthread_cond_broadcast(&pool.work);
	pthread_mutex_unlock(&pool.lock);
	do_tasks();
	wait_for_threads();
	pthread_mutex_unlock(&pool.user);
}
