/* pp lsp: messages of an editor on standard input, answers on standard output, each behind its Content-Length.
 *
 * Texts are checked while the editor is quiet.  A timer looks up during a check: when a message has come meanwhile the check is
 * stopped, and made again after it, so that nobody who types waits for it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/commands.h"
#include "lsp/server.h"
#include "pp/pp.h"

enum { QUIET_MS = 150, LOOK_UP_US = 50000, MESSAGE_MAX = 256 << 20 };
static const double ANSWER_SECONDS = 2, CHECK_SECONDS = 20;

static struct lsp *server;
static volatile double give_up;                  /* when what runs takes too long */
static volatile sig_atomic_t checking;

static void look_up(int sig)
{
	int before = errno;
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	(void)sig;
	if (clock_seconds() > give_up)
		lsp_interrupt(server, true);
	else if (checking && poll(&in, 1, 0) > 0)
		lsp_interrupt(server, false);
	errno = before;
}

/* look_up() is called now and then from here on; seconds 0: not any more. */
static void watch(double seconds)
{
	struct itimerval t = { 0 };
	if (seconds > 0)
		t.it_interval.tv_usec = t.it_value.tv_usec = LOOK_UP_US;
	give_up = clock_seconds() + seconds;
	setitimer(ITIMER_REAL, &t, NULL);
}

static void send_framed(void *context, const char *json, size_t n)
{
	(void)context;
	printf("Content-Length: %zu\r\n\r\n", n);
	fwrite(json, 1, n, stdout);
	fflush(stdout);
}

/* ---- messages in */

/* What has been read and not used. */
static struct buf in;

/* False at the end. */
static bool read_more(void)
{
	char chunk[1 << 16];
	ssize_t got;
	do
		got = read(STDIN_FILENO, chunk, sizeof chunk);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		buf_add(&in, chunk, (size_t)got);
	return got > 0;
}

/* The length of the header with its empty line, 0 when it is not there yet; *body: what it announces, SIZE_MAX for nothing sensible. */
static size_t header(size_t *body)
{
	const char *end = in.n ? strstr(in.at, "\r\n\r\n") : NULL;
	*body = SIZE_MAX;
	if (!end)
		return 0;
	for (const char *line = in.at; line < end; line = strstr(line, "\r\n") + 2)
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			*body = strtoull(line + 15, NULL, 10);
	return (size_t)(end - in.at) + 4;
}

static void answer(const char *json, size_t n)
{
	watch(ANSWER_SECONDS);
	lsp_message(server, json, n);
	watch(0);
}

/* Answers the messages that are there whole.  False: what comes is no protocol. */
static bool use_messages(void)
{
	size_t head, body;
	while (lsp_ended(server) < 0 && (head = header(&body))) {
		if (body > MESSAGE_MAX)
			return false;
		if (in.n < head + body)
			return true;
		answer(in.at + head, body);
		in.n -= head + body;
		memmove(in.at, in.at + head + body, in.n);
		in.at[in.n] = 0;
	}
	return in.n < 1 << 16 || header(&body);
}

static bool is_quiet(int ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int n = poll(&p, 1, ms);
	return n == 0 || (n < 0 && errno == EINTR);
}

static void check(void)
{
	checking = 1;
	watch(CHECK_SECONDS);
	lsp_work(server);
	watch(0);
	checking = 0;
}

int cli_lsp(void)
{
	struct sigaction up = { .sa_handler = look_up, .sa_flags = SA_RESTART };
	server = lsp_open(send_framed, NULL);
	sigaction(SIGALRM, &up, NULL);
	bool sensible = true;
	while (sensible && lsp_ended(server) < 0) {
		if (lsp_has_work(server) && is_quiet(QUIET_MS)) {
			check();
			continue;
		}
		if (!read_more())
			break;
		sensible = use_messages();
	}
	int status = lsp_ended(server);
	if (!sensible)
		fprintf(stderr, "pp: this is not the language server protocol: every message begins with Content-Length: N and an empty line\n");
	lsp_close(server);
	buf_free(&in);
	return !sensible ? PP_SCRIPT_ERROR : status >= 0 ? status : PP_EXPECT_FAILED;
}
