/* A lesson: a script with prose and exercises in its comments, taken apart.
 *
 *     #: prose                shown before the statements that follow it; the first line of all is the title
 *     #? expect CONDITION     what the prose says about the statements above; looked at, not shown
 *
 *     #? exercise TITLE       then prose: the task.  Exercises stand at the end
 *     #? answer STATEMENT     with ___ where the student's words go: let answer = ___
 *     #? given STATEMENT      what the conditions below need
 *     #? right CONDITION      then prose, said when it holds
 *     #? hint CONDITION       then prose; of several the first that holds is said
 *     #? otherwise            then prose, said when none holds
 *     #?    more              goes on with the mark above
 *
 * Owns this format and nothing of what is done with it.  Spans are places in the lesson's text. */
#ifndef PP_CLI_LESSON_H
#define PP_CLI_LESSON_H
#include "base/diag.h"
#include "base/vec.h"

typedef VEC(struct span) spans;

struct lesson_step { struct span prose, code; spans claim; };
struct lesson_hint { struct span when, text; };              /* when.len 0: otherwise */
struct lesson_exercise {
	struct span title, task, form, right, praise;
	spans given;
	VEC(struct lesson_hint) hint;
};
struct lesson {
	const struct source *source;
	struct span title;
	VEC(struct lesson_step) step;
	VEC(struct lesson_exercise) exercise;
};

/* False after a report to d. */
bool lesson_read(const struct source *src, struct lesson *l, struct diags *d);
void lesson_free(struct lesson *l);

/* Prose without its marks, each line with `before` in front. */
void lesson_prose(const struct lesson *l, struct span prose, const char *before, struct buf *out);
/* A statement or condition as one line. */
void lesson_line(const struct lesson *l, struct span mark, struct buf *out);
/* The bytes of a span, and the line it begins on (from 1). */
const char *lesson_text(const struct lesson *l, struct span at);
int lesson_line_number(const struct lesson *l, struct span at);

/* The answer as the statement it makes. */
void lesson_answer(const struct lesson *l, const struct lesson_exercise *e, const char *answer, struct buf *out);
/* The script that looks at it: it prints, after VERDICT, 0 for a right answer or the number of the hint, and on the lines
 * after that what is to be said. */
#define VERDICT '\001'
void lesson_check(const struct lesson *l, const struct lesson_exercise *e, struct buf *out);
#endif
