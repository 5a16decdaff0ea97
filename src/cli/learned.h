/* What somebody has done of the lessons, kept from one pp learn to the next: in XDG_STATE_HOME/pp/learn, or ~/.local/state/pp/learn. */
#ifndef PP_CLI_LEARNED_H
#define PP_CLI_LEARNED_H
#include <stdbool.h>

#include "base/vec.h"

enum learned_what {
	LEARNED_READ,                    /* exercise 0: n steps of the lesson were read */
	LEARNED_SOLVED, LEARNED_SKIPPED, /* an exercise, after n answers */
	LEARNED_TRIED,                   /* n answers, none of them right yet */
};

struct learned_row { char *lesson; int exercise; enum learned_what what; int n; };
struct learned {
	char *path;                      /* NULL: there is no place to keep it */
	bool  told;                      /* that it could not be kept: once is enough */
	VEC(struct learned_row) row;
};

void learned_open(struct learned *k);
/* What is known of an exercise (from 1), or of the lesson itself (0); NULL when nothing is. */
const struct learned_row *learned_find(const struct learned *k, const char *lesson, int exercise);
/* Notes it and writes the file; false with errno when that is not possible.  What was solved stays solved. */
bool learned_note(struct learned *k, const char *lesson, int exercise, enum learned_what what, int n);
void learned_close(struct learned *k);
#endif
