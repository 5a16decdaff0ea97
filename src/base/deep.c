/* A large stack for deep recursion: a thread that its maker waits for.  See deep.h. */
#include "base/deep.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
enum { DEEP_FRAME = 8192 };              /* its frames are padded */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { DEEP_FRAME = 8192 };
#else
enum { DEEP_FRAME = 2048 };
#endif
#else
enum { DEEP_FRAME = 2048 };
#endif
enum { SHALLOW = 1000, SPARE = 1 << 20 };

struct deep { void (*work)(void *); void *context; bool no_memory; size_t wanted; };

static void *run(void *arg)
{
	struct deep *d = arg;
	jmp_buf out;
	mem_on_failure(&out);
	if (setjmp(out)) {
		d->no_memory = true;
		d->wanted = mem_failed_size();
		return NULL;
	}
	d->work(d->context);
	return NULL;
}

void deep_call(size_t depth, void (*work)(void *context), void *context)
{
	if (depth <= SHALLOW) {
		work(context);
		return;
	}
	struct deep d = { .work = work, .context = context };
	pthread_attr_t attr;
	pthread_t thread;
	size_t size = depth * DEEP_FRAME + SPARE;
	pthread_attr_init(&attr);
	bool made = pthread_attr_setstacksize(&attr, size) == 0 && pthread_create(&thread, &attr, run, &d) == 0;
	pthread_attr_destroy(&attr);
	if (!made)
		mem_fail(size);
	pthread_join(thread, NULL);
	if (d.no_memory)
		mem_fail(d.wanted);
}
