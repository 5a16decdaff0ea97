/* One line on standard error that says how far something long has come.  See progress.h. */
#include "cli/progress.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define QUIET_SECONDS 1.0
#define DRAW_SECONDS  0.2
#define RATE_SECONDS  0.5                            /* before that a rate would only be a guess */
enum { WHAT_MAX = 80, LINE_MAX_BYTES = 256, WIDTH = 80 };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t  wake;
	pthread_t       thread;
	bool   running, stop, shown;
	double began, since;                             /* the work; this part of it */
	double first, done, total;                       /* of this part: what was done when it was first heard of */
	char   what[WHAT_MAX];                           /* empty: nothing was reported yet */
} line = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

/* ---- what is drawn */

/* Memory of our own, files that are mapped left out; 0 where the system does not say. */
static double own_bytes(void)
{
	long all, resident, shared;
	FILE *f = fopen("/proc/self/statm", "r");
	int n = f ? fscanf(f, "%ld %ld %ld", &all, &resident, &shared) : 0;
	if (f)
		fclose(f);
	return n == 3 ? (double)(resident - shared) * (double)sysconf(_SC_PAGESIZE) : 0;
}

static int put_time(char *out, size_t cap, double seconds)
{
	if (seconds < 60)
		return snprintf(out, cap, "%.0f s", seconds);
	if (seconds < 3600)
		return snprintf(out, cap, "%d min %02d s", (int)seconds / 60, (int)seconds % 60);
	return snprintf(out, cap, "%.0f h %02d min", seconds / 3600, (int)(seconds / 60) % 60);
}

static size_t room(void)
{
	struct winsize w;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1 ? w.ws_col : WIDTH;
}

#define ADD(...) (n += n < cap ? (size_t)snprintf(out + n, cap - n, __VA_ARGS__) : 0)

static void describe(char *out, size_t cap, double now)
{
	char time[40];
	size_t n = 0;
	if (!*line.what) {
		put_time(time, sizeof time, now - line.began);
		ADD("pp: working, %s", time);
	} else {
		double spent = now - line.since, rate = spent > RATE_SECONDS ? (line.done - line.first) / spent : 0;
		ADD("pp: %s: %.0f of %.0f (%.0f %%)", line.what, line.done, line.total, 100 * line.done / line.total);
		if (rate > 0) {
			put_time(time, sizeof time, (line.total - line.done) / rate);
			ADD(rate < 10 ? ", %.1f/s, %s left" : ", %.0f/s, %s left", rate, time);
		}
	}
	double bytes = own_bytes();
	if (bytes > 0)
		ADD(bytes < 1e9 ? ", %.0f MB" : ", %.1f GB", bytes / (bytes < 1e9 ? 1e6 : 1e9));
}

static void erase(void)
{
	if (line.shown)
		fputs("\r\033[K", stderr);
	line.shown = false;
	fflush(stderr);
}

static void draw(double now)
{
	char text[LINE_MAX_BYTES];
	describe(text, sizeof text, now);
	size_t most = room() - 1;                        /* a line that is full would wrap */
	fprintf(stderr, "\r\033[K%.*s", (int)(most < sizeof text ? most : sizeof text), text);
	fflush(stderr);
	line.shown = true;
}

static void *run(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&line.lock);
	while (!line.stop) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += (long)(DRAW_SECONDS * 1e9);
		if (until.tv_nsec >= 1000000000) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
		pthread_cond_timedwait(&line.wake, &line.lock, &until);
		double now = clock_seconds();
		if (!line.stop && now - line.began >= QUIET_SECONDS)
			draw(now);
	}
	erase();
	pthread_mutex_unlock(&line.lock);
	return NULL;
}

/* ---- what is reported */

void progress_start(bool wanted)
{
	sigset_t all, before;
	if (!wanted || line.running)
		return;
	line.stop = line.shown = false;
	line.began = clock_seconds();
	*line.what = 0;
	sigfillset(&all);                                /* signals are for the thread that works */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	line.running = pthread_create(&line.thread, NULL, run, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_show(double done, double total, const char *what)
{
	if (!line.running || total <= 0)
		return;
	pthread_mutex_lock(&line.lock);
	if (strncmp(line.what, what, WHAT_MAX - 1) != 0 || done < line.done || total != line.total) {
		snprintf(line.what, sizeof line.what, "%s", what);
		line.first = done;
		line.since = clock_seconds();
	}
	line.done = done;
	line.total = total;
	pthread_mutex_unlock(&line.lock);
}

void progress_hold(void)
{
	if (!line.running)
		return;
	pthread_mutex_lock(&line.lock);
	erase();
	*line.what = 0;                                  /* something came out: what follows is another piece of work */
}

void progress_release(void)
{
	if (line.running)
		pthread_mutex_unlock(&line.lock);
}

void progress_stop(void)
{
	if (!line.running)
		return;
	pthread_mutex_lock(&line.lock);
	line.stop = true;
	pthread_cond_signal(&line.wake);
	pthread_mutex_unlock(&line.lock);
	pthread_join(line.thread, NULL);
	line.running = false;
}
