/* pp learn: the lessons, at a terminal or from a file of answers. */
#ifndef PP_CLI_LEARN_H
#define PP_CLI_LEARN_H
#include "cli/lesson.h"
#include "pp/pp.h"

struct learn_command {
	struct pp_options o;             /* of the session: threads, memory, seed, width; what it writes goes where out and err say */
	const char *which;               /* a number, or a file; NULL: list the lessons */
	const char *answers;             /* a file of answers to look at, "-" standard input; NULL: none */
	bool json;                       /* with answers: an object a line */
	bool color;                      /* of standard output */
};
int learn_command(const struct learn_command *c);

/* ---- what learn.c and learn_check.c share */

/* A lesson with the session it runs in. */
struct lesson_run {
	const struct learn_command *c;
	struct lesson lesson;
	const char *name;                /* "1-paths" */
	const char *file;                /* as messages call it */
	struct pp *session;
	bool line_ended, gap;            /* what was written last ended a line; ended with an empty one */
	struct buf *heard, *wrong;       /* where results and messages go instead of to the user; NULL: to the user */
};

/* What came of an answer. */
struct attempt {
	int verdict;                     /* 0: right; n: the n-th hint; -1: it could not be looked at, and `said` tells why */
	struct buf said;                 /* to the student */
	struct buf shown;                /* what the answer itself printed */
};

/* The first n, showing nothing. */
enum pp_status lesson_run_steps(struct lesson_run *r, size_t n);
void lesson_try(struct lesson_run *r, const struct lesson_exercise *e, const char *answer, struct attempt *out);
void attempt_free(struct attempt *a);

/* Looks at the answers in a text; d and sources are the lesson's. */
int learn_check(struct lesson_run *r, const struct source *answers, struct diags *d);
#endif
