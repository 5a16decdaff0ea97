/* Limits for scripts.  See limits.h. */
#include "cli/limits.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "pp/pp.h"

enum { GRACE_SECONDS = 2 };

static void (*on_time)(void);
static volatile sig_atomic_t reached;

static void start_timer(double seconds)
{
	double whole = floor(seconds);
	struct itimerval t = { .it_value = { (time_t)whole, (suseconds_t)((seconds - whole) * 1e6) } };
	if (!t.it_value.tv_sec && !t.it_value.tv_usec)
		t.it_value.tv_usec = 1;
	setitimer(ITIMER_REAL, &t, NULL);
}

static void on_alarm(int sig)
{
	static const char late[] = "pp: error E0722: the time that --max-time gives has run out\n";
	(void)sig;
	if (reached) {
		(void)!write(STDERR_FILENO, late, sizeof late - 1);
		_exit(PP_WORLD_ERROR);
	}
	reached = 1;
	on_time();
	start_timer(GRACE_SECONDS);
}

bool limit_memory(size_t bytes)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_DATA, &r) != 0)
		return false;
	if (r.rlim_max == RLIM_INFINITY || bytes < r.rlim_max)
		r.rlim_cur = bytes;
	return setrlimit(RLIMIT_DATA, &r) == 0;
}

void limit_time(double seconds, void (*stop)(void))
{
	struct sigaction act = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	on_time = stop;
	sigaction(SIGALRM, &act, NULL);
	start_timer(seconds);
}

bool limit_reached(void)
{
	return reached;
}
