/* One line on standard error that says how far something long has come.  See progress.h. */
#include "base/clock.h"
#include "cli/progress.h"

#include <stdio.h>

#define QUIET_SECONDS 1.0
#define PAUSE_SECONDS 0.1                            /* between two updates */

static struct { bool wanted, shown; double began, last; } line;

void progress_start(bool wanted)
{
	line.wanted = wanted;
	line.shown = false;
	line.began = line.last = clock_seconds();
}

void progress_show(double done, double total, const char *what)
{
	double t = clock_seconds();
	if (!line.wanted || total <= 0 || t - line.began < QUIET_SECONDS || t - line.last < PAUSE_SECONDS)
		return;
	line.last = t;
	line.shown = true;
	fprintf(stderr, "\r\033[Kpp: %s: %.0f of %.0f (%.0f %%)", what, done, total, 100 * done / total);
	fflush(stderr);
}

void progress_clear(void)
{
	if (!line.shown)
		return;
	line.shown = false;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}
