/* Progress through the lessons.  See learned.h.
 *
 * The file is text, a line for each lesson and exercise: the number of the exercise, what, how many, the lesson's name.  A line that is not
 * understood is left out: whoever edits the file loses that line and nothing else. */
#include "cli/learned.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/source.h"
#include "base/str.h"
#include "cli/state.h"

enum { FILE_MAX = 1 << 20, NAME_MAX_LEN = 80 };

static const char *const word[] = { [LEARNED_READ] = "read", [LEARNED_SOLVED] = "solved", [LEARNED_SKIPPED] = "skipped", [LEARNED_TRIED] = "tried" };
enum { N_WORDS = sizeof word / sizeof *word };

static struct learned_row *find_row(const struct learned *k, const char *lesson, int exercise)
{
	for (size_t i = 0; i < k->row.n; i++)
		if (k->row.at[i].exercise == exercise && strcmp(k->row.at[i].lesson, lesson) == 0)
			return &k->row.at[i];
	return NULL;
}

const struct learned_row *learned_find(const struct learned *k, const char *lesson, int exercise)
{
	return find_row(k, lesson, exercise);
}

static void put_row(struct learned *k, const char *lesson, int exercise, enum learned_what what, int n)
{
	struct learned_row *old = find_row(k, lesson, exercise);
	if (!old)
		vec_push(&k->row, ((struct learned_row){ mem_strdup(lesson), exercise, what, n }));
	else if (old->what != LEARNED_SOLVED && !(what == LEARNED_READ && old->n > n))
		*old = (struct learned_row){ old->lesson, exercise, what, n };
}

static void read_line(struct learned *k, const char *line)
{
	char name[NAME_MAX_LEN + 1], what[16];
	int exercise, n;
	if (sscanf(line, "%d %15s %d %80[^\n]", &exercise, what, &n, name) != 4 || exercise < 0 || n < 0)
		return;
	for (int w = 0; w < N_WORDS; w++)
		if (strcmp(word[w], what) == 0)
			put_row(k, name, exercise, (enum learned_what)w, n);
}

void learned_open(struct learned *k)
{
	*k = (struct learned){ .path = state_file("learn") };
	size_t n;
	char *text = k->path ? file_read(k->path, FILE_MAX, &n) : NULL, *next = text;
	for (char *line; (line = strsep(&next, "\n"));)
		read_line(k, line);
	free(text);
}

bool learned_note(struct learned *k, const char *lesson, int exercise, enum learned_what what, int n)
{
	struct buf b = { 0 };
	put_row(k, lesson, exercise, what, n);
	for (size_t i = 0; i < k->row.n; i++)
		buf_printf(&b, "%d %s %d %s\n", k->row.at[i].exercise, word[k->row.at[i].what], k->row.at[i].n, k->row.at[i].lesson);
	errno = ENOENT;
	bool ok = k->path && file_write(k->path, b.at, b.n);
	int why = errno;
	buf_free(&b);
	errno = why;
	return ok;
}

void learned_close(struct learned *k)
{
	for (size_t i = 0; i < k->row.n; i++)
		free(k->row.at[i].lesson);
	vec_free(&k->row);
	free(k->path);
}
