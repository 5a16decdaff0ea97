/* pp pull NAME [FILE.gguf]. */
#ifndef PP_CLI_PULL_H
#define PP_CLI_PULL_H
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct pull_command {
	const char *name, *file;         /* file may be NULL */
	bool quiet;
	void (*out)(void *context, const char *text, size_t n);
	void (*err)(void *context, const char *text, size_t n);
};
/* The program's exit status. */
int pull_command(const struct pull_command *c);
#endif
