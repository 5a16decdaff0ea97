/* Ctrl-C.  See interrupt.h. */
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static struct pp *volatile target;
static volatile sig_atomic_t seen;

static void on_interrupt(int sig)
{
	struct pp *s = target;
	(void)sig;
	seen = 1;
	if (s)
		pp_interrupt(s);
}

void interrupt_watch(bool once)
{
	struct sigaction stop = { .sa_handler = on_interrupt, .sa_flags = once ? (int)SA_RESETHAND : 0 };
	sigaction(SIGINT, &stop, NULL);
}

void interrupt_target(struct pp *s)
{
	target = s;
	if (s && seen)                               /* before there was something to interrupt */
		pp_interrupt(s);
}

void interrupt_now(void)
{
	on_interrupt(0);
}

bool interrupt_seen(void)
{
	return seen;
}

void interrupt_forget(void)
{
	seen = 0;
}
