/* pp learn: lists the lessons, walks through one, asks its exercises.  The format of a lesson is lesson.c's, what is remembered
 * learned.c's, answers from a file learn_check.c's. */
#include "cli/learn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/file.h"
#include "base/shipped.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/learned.h"
#include "cli/line.h"
#include "report/grid.h"

enum { LESSON_MAX = 1 << 20, MANY_TRIES = 3 };

static const char *const dim[] = { "", "\033[2m" }, *const bold[] = { "", "\033[1m" }, *const blue[] = { "", "\033[36m" }, *const plain[] = { "", "\033[0m" };

/* ---- streams */

static void put_out(struct lesson_run *r, const char *text, size_t n)
{
	r->c->o.out(r->c->o.context, text, n);
	bool ends = n && text[n - 1] == '\n';
	r->gap = ends && (n > 1 ? text[n - 2] == '\n' : r->line_ended);
	r->line_ended = ends;
}

static void on_out(void *context, const char *text, size_t n)
{
	struct lesson_run *r = context;
	if (r->heard)
		buf_add(r->heard, text, n);
	else
		put_out(r, text, n);
}

static void on_err(void *context, const char *text, size_t n)
{
	struct lesson_run *r = context;
	if (r->wrong)
		buf_add(r->wrong, text, n);
	else
		r->c->o.err(r->c->o.context, text, n);
}

static void tell(struct lesson_run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void tell(struct lesson_run *r, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	if (b.n)
		put_out(r, b.at, b.n);
	buf_free(&b);
}

/* An empty line, unless there is one already. */
static void tell_gap(struct lesson_run *r)
{
	if (!r->gap)
		tell(r, "\n");
}

static void tell_diags(struct lesson_run *r, const struct diags *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct buf b = { 0 };
		diag_print(d, &d->at[i], &b, r->c->o.width > 0 ? r->c->o.width : 100);
		r->c->o.err(r->c->o.context, b.at, b.n);
		buf_free(&b);
	}
}

/* ---- running */

/* A part of the lesson's text, on the lines it has there, so that messages name them. */
static enum pp_status run_part(struct lesson_run *r, struct span at, const char *before)
{
	struct buf b = { 0 };
	for (int line = lesson_line_number(&r->lesson, at); line > 1; line--)
		buf_putc(&b, '\n');
	buf_puts(&b, before);
	if (*before)
		lesson_line(&r->lesson, at, &b);
	else
		buf_add(&b, lesson_text(&r->lesson, at), at.len);
	enum pp_status status = pp_run_text(r->session, r->file, b.at, b.n);
	buf_free(&b);
	return status;
}

/* Runs the statements of one step, and what the prose claims about them.  PP_OK when all of it is as the lesson says. */
static enum pp_status run_step(struct lesson_run *r, const struct lesson_step *step)
{
	enum pp_status status = step->code.len ? run_part(r, step->code, "") : PP_OK;
	for (size_t i = 0; i < step->claim.n && status == PP_OK; i++)
		status = run_part(r, step->claim.at[i], "expect ");
	return status;
}

enum pp_status lesson_run_steps(struct lesson_run *r, size_t n)
{
	struct buf nowhere = { 0 };
	enum pp_status status = PP_OK;
	r->heard = &nowhere;
	for (size_t i = 0; i < n && status == PP_OK; i++)
		status = run_step(r, &r->lesson.step.at[i]);
	r->heard = NULL;
	buf_free(&nowhere);
	return status;
}

/* The first line of a message, without the place and the code. */
static void put_gist(const char *message, struct buf *out)
{
	const char *error = strstr(message, "error E"), *colon = error ? strchr(error, ':') : NULL, *at = colon ? colon + 2 : message;
	buf_add(out, at, strcspn(at, "\n"));
}

/* What the check printed: the verdict behind VERDICT, on the next lines what is said. */
static bool take_verdict(const struct buf *heard, struct attempt *out)
{
	const char *mark = heard->n ? memchr(heard->at, VERDICT, heard->n) : NULL;
	if (!mark)
		return false;
	char *rest;
	out->verdict = (int)strtol(mark + 1, &rest, 10);
	buf_puts(&out->said, rest + (*rest == '\n'));
	return true;
}

void lesson_try(struct lesson_run *r, const struct lesson_exercise *e, const char *answer, struct attempt *out)
{
	struct buf text = { 0 }, heard = { 0 }, wrong = { 0 };
	*out = (struct attempt){ .verdict = -1 };
	r->heard = &out->shown;
	r->wrong = &wrong;
	lesson_answer(&r->lesson, e, answer, &text);         /* by itself: its messages must not show what it is compared with */
	if (pp_run_text(r->session, "<answer>", text.at, text.n) != PP_OK) {
		buf_puts(&out->said, buf_str(&wrong));
	} else {
		r->heard = &heard;
		text.n = wrong.n = 0;
		lesson_check(&r->lesson, e, &text);
		pp_run_text(r->session, "<check>", text.at, text.n);
		if (!take_verdict(&heard, out)) {
			buf_puts(&out->said, "This cannot be compared with what was asked for: ");
			put_gist(buf_str(&wrong), &out->said);
			buf_putc(&out->said, '\n');
		}
	}
	r->heard = r->wrong = NULL;
	buf_free(&text);
	buf_free(&heard);
	buf_free(&wrong);
}

void attempt_free(struct attempt *a)
{
	buf_free(&a->said);
	buf_free(&a->shown);
}

/* ---- the list */

static int n_lessons(void)
{
	int n = 0;
	while (lesson_files[n].name)
		n++;
	return n;
}

static int n_solved(const struct learned *k, const char *name, size_t n)
{
	int solved = 0;
	for (size_t i = 0; i < n; i++) {
		const struct learned_row *row = learned_find(k, name, (int)i + 1);
		solved += row && row->what == LEARNED_SOLVED;
	}
	return solved;
}

static void put_row(const struct learned *k, int number, const char *name, const struct lesson *l, struct buf *out)
{
	struct buf title = { 0 };
	const struct learned_row *read = learned_find(k, name, 0);
	size_t steps = l->step.n, exercises = l->exercise.n;
	lesson_prose(l, l->title, "", &title);
	buf_printf(out, "  %d  %-58.*s", number, (int)title.n - 1, title.at);
	if (read && (size_t)read->n < steps)
		buf_printf(out, "step %d of %zu", read->n, steps);
	else if (read)
		buf_printf(out, "%d of %zu exercises", n_solved(k, name, exercises), exercises);
	put_line_end(out);
	buf_free(&title);
}

static int list(void)
{
	struct learned k;
	struct sources sources = { 0 };
	struct diags d = { .sources = &sources };
	struct buf b = { 0 };
	learned_open(&k);
	for (int i = 0; i < n_lessons(); i++) {
		struct lesson l;
		const struct embedded *f = &lesson_files[i];
		if (lesson_read(source_add(&sources, f->name, f->text, f->len), &l, &d))
			put_row(&k, i + 1, f->name, &l, &b);
		lesson_free(&l);
	}
	buf_puts(&b, "\npp learn 1 begins the first lesson; each takes about ten minutes.\n");
	int status = say(b.at);
	buf_free(&b);
	diags_free(&d);
	sources_free(&sources);
	learned_close(&k);
	return status;
}

/* ---- a lesson at the terminal, or printed */

struct walk {
	struct lesson_run *r;
	struct learned known;
	bool asks;                       /* somebody sits there */
	bool color;
	char *line;                      /* typed last */
	size_t size;
	struct line_reader *answers;     /* where answers are typed; opened with the first exercise */
	struct buf before, answer;       /* what stands before ___, and what was typed for it so far */
	VEC(struct line_candidate) candidate;
};

/* Its end was echoed. */
static void line_was_typed(struct walk *w)
{
	w->r->line_ended = true;
	w->r->gap = false;
}

/* A line typed behind a prompt, without its end; NULL at the end of input. */
static char *ask(struct walk *w, const char *prompt)
{
	tell(w->r, "%s%s%s", dim[w->color], prompt, plain[w->color]);
	ssize_t n = interrupt_seen() ? -1 : getline(&w->line, &w->size, stdin);
	if (n < 0) {
		tell(w->r, "\n");
		return NULL;
	}
	w->line[strcspn(w->line, "\n")] = 0;
	line_was_typed(w);
	return w->line + strspn(w->line, " \t");
}

static bool is_word(const char *line, const char *word)
{
	size_t n = strlen(word);
	line += *line == ':';
	return strncmp(line, word, n) == 0 && !line[n + strspn(line + n, " \t\r")];
}

static bool wants_out(const char *line)
{
	return !line || is_word(line, "q") || is_word(line, "quit");
}

static void remember(struct walk *w, int exercise, enum learned_what what, int n)
{
	if (!w->asks || learned_note(&w->known, w->r->name, exercise, what, n) || w->known.told)
		return;
	w->known.told = true;
	struct buf b = { 0 };
	buf_printf(&b, "pp: progress cannot be kept: %s: %s\n", w->known.path ? w->known.path : "no HOME", strerror(errno));
	w->r->c->o.err(w->r->c->o.context, b.at, b.n);
	buf_free(&b);
}

static void show_text(struct walk *w, struct span prose, const char *before)
{
	struct buf b = { 0 };
	lesson_prose(&w->r->lesson, prose, before, &b);
	tell(w->r, "%s", buf_str(&b));
	buf_free(&b);
}

static void show_code(struct walk *w, struct span code)
{
	struct buf b = { 0 };
	lesson_prose(&w->r->lesson, code, "    ", &b);
	tell(w->r, "\n%s%s%s\n", blue[w->color], buf_str(&b), plain[w->color]);
	buf_free(&b);
}

static enum pp_status show_step(struct walk *w, const struct lesson_step *step)
{
	tell_gap(w->r);
	if (step->prose.len)
		show_text(w, step->prose, "");
	if (step->code.len)
		show_code(w, step->code);
	return run_step(w->r, step);
}

/* Where to begin: at the first step, or where it was left. */
static bool choose_start(struct walk *w, size_t *from)
{
	const struct learned_row *read = w->asks ? learned_find(&w->known, w->r->name, 0) : NULL;
	size_t n = w->r->lesson.step.n;
	*from = 0;
	if (!read || read->n < 1)
		return true;
	size_t at = (size_t)read->n < n ? (size_t)read->n : n;
	tell(w->r, at < n ? "\nYou have read %zu of its %zu steps.\n" : "\nYou have read all of it: %zu of %zu steps.\n", at, n);
	const char *line = ask(w, at < n ? "Enter goes on there, b begins again, q quits " : "Enter goes to the exercises, b begins again, q quits ");
	if (wants_out(line))
		return false;
	*from = is_word(line, "b") ? 0 : at;
	return true;
}

/* False when the student leaves or the lesson fails. */
static bool walk_steps(struct walk *w, enum pp_status *status)
{
	const struct lesson *l = &w->r->lesson;
	size_t from;
	if (!choose_start(w, &from))
		return false;
	*status = lesson_run_steps(w->r, from);      /* their names are needed, their results were seen */
	for (size_t i = from; i < l->step.n && *status == PP_OK; i++) {
		char prompt[80];
		*status = show_step(w, &l->step.at[i]);
		if (*status != PP_OK)
			break;
		remember(w, 0, LEARNED_READ, (int)i + 1);
		tell_gap(w->r);
		snprintf(prompt, sizeof prompt, "(%zu of %zu) Enter goes on%s ", i + 1, l->step.n, i + 1 == l->step.n ? " to the exercises" : "");
		if (w->asks && wants_out(ask(w, prompt)))
			return false;
	}
	return *status == PP_OK;
}

/* ---- exercises */

/* Does the answer take several lines?  Rules in a hypothesis do. */
static bool takes_lines(const char *form)
{
	const char *place = strstr(form, "___");
	while (place > form && place[-1] == ' ')
		place--;
	return place > form && place[-1] == '{';
}

/* What could be written in an answer, with what stands before it; or behind ! in a statement. */
static void complete(void *context, const char *line, size_t n, size_t at, struct line_candidates *out)
{
	struct walk *w = context;
	struct buf text = { 0 };
	size_t skipped = line[0] == '!';
	if (!skipped)
		buf_printf(&text, "%s%s%s", buf_str(&w->before), w->answer.n ? w->answer.at : "", w->answer.n ? "\n" : "");
	size_t front = text.n;
	buf_add(&text, line + skipped, n - skipped);
	*out = (struct line_candidates){ .from = at, .to = at };
	if (at < skipped)
		return;
	const struct pp_completion *c = pp_complete(w->r->session, buf_str(&text), text.n, front + at - skipped, NULL);
	w->candidate.n = 0;
	for (size_t i = 0; i < c->n && c->from >= front; i++)
		vec_push(&w->candidate, ((struct line_candidate){ c->at[i].text, c->at[i].kind, c->at[i].note }));
	if (w->candidate.n)
		*out = (struct line_candidates){ c->from - front + skipped, c->to - front + skipped, w->candidate.n, w->candidate.at };
	buf_free(&text);
}

/* A line behind the prompt for answers; NULL at the end of input. */
static const char *ask_answer(struct walk *w, const char *prompt, bool more)
{
	if (!w->answers)
		w->answers = line_open(&(struct line_options){ w->color, NULL, complete, w });
	const char *line = interrupt_seen() ? NULL : line_read(w->answers, prompt, more);
	line_was_typed(w);
	if (!line)
		tell(w->r, "\n");
	else if (*line)
		line_remember(w->answers, line);
	return line ? line + strspn(line, " \t") : NULL;
}

/* A statement of the student's own, in the lesson's session. */
static void run_aside(struct walk *w, const char *text)
{
	pp_run_text(w->r->session, "<line>", text, strlen(text));
	tell_gap(w->r);
}

enum reply { LEAVES, ANSWERS, SKIPS, TASK };

/* An answer as it is typed: one line, or several up to an empty one; or a command in its place. */
static enum reply read_answer(struct walk *w, bool lines)
{
	struct buf *answer = &w->answer;
	answer->n = 0;
	for (const char *line; (line = ask_answer(w, answer->n ? "     .. " : "answer> ", answer->n > 0));) {
		if (!answer->n && wants_out(line))
			return LEAVES;
		if (!answer->n && is_word(line, "skip"))
			return SKIPS;
		if (!answer->n && (is_word(line, "task") || is_word(line, "help")))
			return TASK;
		if (!answer->n && *line == '!') {
			run_aside(w, line + 1);
			continue;
		}
		if (*line)
			buf_printf(answer, "%s%s", answer->n ? "\n" : "", line);
		if (answer->n && (!lines || !*line))
			return ANSWERS;
	}
	return LEAVES;
}

static void show_task(struct walk *w, size_t i)
{
	const struct lesson *l = &w->r->lesson;
	const struct lesson_exercise *e = &l->exercise.at[i];
	struct buf title = { 0 }, form = { 0 };
	lesson_line(l, e->title, &title);
	lesson_line(l, e->form, &form);
	tell_gap(w->r);
	tell(w->r, "%sExercise %zu of %zu: %s%s\n\n", bold[w->color], i + 1, l->exercise.n, title.at, plain[w->color]);
	show_text(w, e->task, "");
	tell(w->r, "\n    %s%s%s\n\n", blue[w->color], form.at, plain[w->color]);
	if (w->asks)
		tell(w->r, "%sType what stands for ___%s.  ! 1 + 1 runs a statement.\nskip leaves the exercise, task shows it again, quit ends.%s\n\n",
		    dim[w->color], takes_lines(form.at) ? "; an empty line ends it" : "", plain[w->color]);
	buf_free(&title);
	buf_free(&form);
}

static void show_attempt(struct walk *w, struct attempt *a, int tries)
{
	if (a->shown.n)
		tell(w->r, "%s", a->shown.at);
	tell_gap(w->r);
	tell(w->r, "%s%s%s\n%s\n", bold[w->color], a->verdict == 0 ? "Right." : a->verdict > 0 ? "Not yet." : "pp cannot use that answer.", plain[w->color],
	    buf_str(&a->said));
	if (a->verdict > 0 && tries == MANY_TRIES)
		tell(w->r, "%sskip leaves it for later; pp learn %s comes back to it.%s\n\n", dim[w->color], w->r->c->which, plain[w->color]);
}

/* One answer: what comes of it is shown and remembered.  True when it is right. */
static bool answered(struct walk *w, size_t i, const char *answer, int tries)
{
	struct attempt a;
	lesson_try(w->r, &w->r->lesson.exercise.at[i], answer, &a);
	show_attempt(w, &a, tries);
	bool right = a.verdict == 0;
	remember(w, (int)i + 1, right ? LEARNED_SOLVED : LEARNED_TRIED, tries);
	attempt_free(&a);
	return right;
}

/* False when the student leaves. */
static bool ask_exercise(struct walk *w, size_t i)
{
	const struct learned_row *before = learned_find(&w->known, w->r->name, (int)i + 1);
	struct buf form = { 0 };
	int tries = before && before->what != LEARNED_SOLVED ? before->n : 0;
	bool done = false;
	enum reply reply = TASK;
	lesson_line(&w->r->lesson, w->r->lesson.exercise.at[i].form, &form);
	w->before.n = 0;
	buf_add(&w->before, form.at, (size_t)(strstr(form.at, "___") - form.at));
	do {
		if (reply == TASK)
			show_task(w, i);
		reply = read_answer(w, takes_lines(form.at));
		if (reply == ANSWERS)
			done = answered(w, i, w->answer.at, ++tries);
		if (reply == SKIPS)
			remember(w, (int)i + 1, LEARNED_SKIPPED, tries);
	} while (!done && reply != LEAVES && reply != SKIPS && !interrupt_seen());
	buf_free(&form);
	return done || reply == SKIPS;
}

static bool is_solved(const struct walk *w, size_t i)
{
	const struct learned_row *row = learned_find(&w->known, w->r->name, (int)i + 1);
	return w->asks && row && row->what == LEARNED_SOLVED;
}

static void walk_exercises(struct walk *w)
{
	const struct lesson *l = &w->r->lesson;
	bool again = (size_t)n_solved(&w->known, w->r->name, l->exercise.n) == l->exercise.n;
	for (size_t i = 0; i < l->exercise.n; i++) {
		if (!again && is_solved(w, i)) {
			tell(w->r, "\nExercise %zu of %zu is solved.\n", i + 1, l->exercise.n);
			continue;
		}
		if (!w->asks)
			show_task(w, i);
		else if (!ask_exercise(w, i))
			return;
	}
	if (w->asks)
		tell(w->r, "\n%s: %d of %zu exercises solved.  pp learn lists the lessons.\n", w->r->name, n_solved(&w->known, w->r->name, l->exercise.n), l->exercise.n);
}

static int walk(struct lesson_run *r)
{
	struct walk w = { .r = r, .asks = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO), .color = r->c->color };
	enum pp_status status = PP_OK;
	learned_open(&w.known);
	tell(r, "%s", bold[w.color]);
	show_text(&w, r->lesson.title, "");
	tell(r, "%s\n", plain[w.color]);
	r->gap = true;
	if (walk_steps(&w, &status))
		walk_exercises(&w);
	learned_close(&w.known);
	if (w.answers)
		line_close(w.answers);
	vec_free(&w.candidate);
	buf_free(&w.before);
	buf_free(&w.answer);
	free(w.line);
	return interrupt_seen() ? PP_INTERRUPTED : (int)status;
}

/* ---- finding and opening one */

/* "3", or a file that ends in .pp. */
static const struct embedded *numbered(const char *which)
{
	char *end;
	long n = strtol(which, &end, 10);
	return *which && !*end && n >= 1 && n <= n_lessons() ? &lesson_files[n - 1] : NULL;
}

static const struct source *read_file(struct sources *sources, const char *path)
{
	size_t n;
	bool piped = strcmp(path, "-") == 0;
	char *text = piped ? read_stdin(&n) : file_read(path, LESSON_MAX, &n);
	if (!text && !piped)
		fprintf(stderr, "pp: error %s: %s cannot be read: %s\n", code_info[E_FILE].name, path, strerror(errno));
	const struct source *src = text ? source_add(sources, piped ? "<stdin>" : path, text, n) : NULL;
	free(text);
	return src;
}

/* A lesson's paths begin where its models and data are: those of our own in the folder that comes with pp. */
static void go_to_data(const char *file)
{
	char *folder = file ? mem_strdup(file) : shipped_folder(), *slash = file ? strrchr(folder, '/') : NULL;
	if (file && slash)
		slash[slash == folder] = 0;
	if (folder && (!file || slash) && chdir(folder) != 0)
		fprintf(stderr, "pp: warning: %s cannot be entered: %s\n", folder, strerror(errno));
	free(folder);
}

static int run_lesson(struct lesson_run *r, const struct source *answers, struct diags *d)
{
	struct pp_options o = r->c->o;
	o.out = on_out;
	o.err = on_err;
	o.context = r;
	o.progress = NULL;
	o.interactive = true;                    /* what is tried out with ! may be tried again under the same name */
	r->session = open_session(&o);
	if (!r->session)
		return PP_WORLD_ERROR;
	interrupt_target(r->session);
	int status = answers ? learn_check(r, answers, d) : walk(r);
	interrupt_target(NULL);
	pp_close(r->session);
	return status;
}

/* "docs/lessons/1-paths.pp" is known as 1-paths. */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = mem_strdup(slash ? slash + 1 : path), *dot = strrchr(name, '.');
	if (dot)
		*dot = 0;
	return name;
}

int learn_command(const struct learn_command *c)
{
	if (!c->which)
		return list();
	const struct embedded *own = numbered(c->which);
	const char *dot = strrchr(c->which, '.');
	if (!own && (!dot || strcmp(dot, ".pp") != 0))
		return complain("there is no lesson '%s': they are numbered from 1 to %d, and pp learn lists them; a lesson of your own is a file that ends in .pp", c->which,
		    n_lessons());
	struct sources sources = { 0 };
	struct diags d = { .sources = &sources };
	struct lesson_run r = { .c = c, .file = own ? own->name : c->which };
	const struct source *answers = c->answers ? read_file(&sources, c->answers) : NULL, *src = NULL;
	if (answers || !c->answers)
		src = own ? source_add(&sources, own->name, own->text, own->len) : read_file(&sources, c->which);
	char *name = name_of(r.file);
	r.name = name;
	int status = PP_WORLD_ERROR;
	if (src) {
		status = PP_SCRIPT_ERROR;
		if (lesson_read(src, &r.lesson, &d)) {
			go_to_data(own ? NULL : c->which);
			status = run_lesson(&r, answers, &d);
		}
		tell_diags(&r, &d);
		lesson_free(&r.lesson);
	}
	free(name);
	diags_free(&d);
	sources_free(&sources);
	return status;
}
