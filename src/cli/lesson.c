/* The format of lessons.  See lesson.h. */
#include "cli/lesson.h"

#include <string.h>

enum mark { NO_MARK, EXPECT, EXERCISE, ANSWER, GIVEN, RIGHT, HINT, OTHERWISE, N_MARKS };
static const char *const mark_word[N_MARKS] = { "", "expect", "exercise", "answer", "given", "right", "hint", "otherwise" };
static const char blank[] = "___";

enum line_kind { EMPTY, PROSE, MARK, COMMENT, CODE };

struct reading {
	struct lesson *l;
	struct diags  *d;
	enum line_kind last;             /* of the line before */
	struct span   *prose;            /* of an exercise: where prose belongs now; NULL: nowhere */
	struct span   *mark;             /* what the last mark was given, for lines that go on with it */
};

const char *lesson_text(const struct lesson *l, struct span at)
{
	return l->source->text + (at.off - l->source->base);
}

int lesson_line_number(const struct lesson *l, struct span at)
{
	int line = 1;
	for (const char *s = l->source->text, *end = lesson_text(l, at); s < end; s++)
		line += *s == '\n';
	return line;
}

static bool report(struct reading *r, struct span at, const char *what, const char *hint)
{
	diag_at(r->d, E_LESSON, at, "%s", what);
	diag_hint(r->d, "%s", hint);
	return false;
}

/* ---- lines */

static enum line_kind kind_of(const char *s, size_t n)
{
	size_t space = 0;
	while (space < n && (s[space] == ' ' || s[space] == '\t' || s[space] == '\r'))
		space++;
	if (space == n)
		return EMPTY;
	if (n >= 2 && s[0] == '#' && s[1] == ':')
		return PROSE;
	if (n >= 2 && s[0] == '#' && s[1] == '?')
		return MARK;
	return s[space] == '#' ? COMMENT : CODE;
}

/* Makes a span of lines reach to the end of another one. */
static void reach(struct span *s, struct span line)
{
	*s = s->len ? span_join(*s, line) : line;
}

static struct lesson_exercise *exercise(struct reading *r)
{
	return r->l->exercise.n ? &vec_last(&r->l->exercise) : NULL;
}

static struct lesson_step *new_step(struct reading *r)
{
	static const struct lesson_step empty;
	vec_push(&r->l->step, empty);
	return &vec_last(&r->l->step);
}

static bool take_prose(struct reading *r, struct span line)
{
	if (!r->l->title.len) {
		r->l->title = line;
		return true;
	}
	if (exercise(r)) {
		if (!r->prose)
			return report(r, line, "prose that belongs to nothing", "it stands after exercise, right, hint or otherwise");
		reach(r->prose, line);
		return true;
	}
	bool goes_on = r->last == PROSE && r->l->step.n;
	if (!goes_on && kind_of(lesson_text(r->l, line) + 2, line.len - 2) == EMPTY)
		return true;                         /* an empty line in front of a step */
	reach(&(goes_on ? &vec_last(&r->l->step) : new_step(r))->prose, line);
	return true;
}

static bool take_code(struct reading *r, struct span line, enum line_kind kind)
{
	if (exercise(r))
		return kind == COMMENT || report(r, line, "a statement after an exercise", "exercises stand at the end; what one needs is: #? given STATEMENT");
	if (!r->l->title.len)
		return kind == COMMENT || report(r, line, "a lesson begins with its title", "#: What a path is");
	reach(&(r->l->step.n ? &vec_last(&r->l->step) : new_step(r))->code, line);
	return true;
}

/* ---- marks */

static size_t count_of(const char *s, size_t n, const char *what)
{
	size_t found = 0, len = strlen(what);
	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(s + i, what, len) == 0) {
			found++;
			i += len - 1;
		}
	return found;
}

/* Is all there that an exercise needs? */
static bool whole(struct reading *r)
{
	const struct lesson_exercise *e = exercise(r);
	if (!e)
		return true;
	if (!e->task.len)
		return report(r, e->title, "an exercise without a task", "the task is prose after the line with #? exercise");
	if (!e->form.len || count_of(lesson_text(r->l, e->form), e->form.len, blank) != 1)
		return report(r, e->form.len ? e->form : e->title, "an exercise has one place for the answer", "#? answer let answer = ___");
	if (!e->right.len)
		return report(r, e->title, "an exercise that nothing can solve", "#? right answer == 5");
	if (!e->praise.len)
		return report(r, e->right, "a right answer that nothing is said to", "prose after the line with #? right says why it is right");
	for (size_t i = 0; i < e->hint.n; i++)
		if (!e->hint.at[i].text.len)
			return report(r, e->hint.at[i].when.len ? e->hint.at[i].when : e->title, "a hint that says nothing", "prose after the mark is what is said");
	if (!e->hint.n || vec_last(&e->hint).when.len)
		return report(r, e->title, "an exercise needs a hint for what no other hint is for", "#? otherwise, and prose after it");
	return true;
}

static bool repeated(struct reading *r, struct span *where, struct span rest)
{
	if (where->len)
		return report(r, rest, "there is one already", "an exercise has one answer and one right");
	*where = rest;
	return true;
}

static bool take_hint(struct reading *r, struct lesson_exercise *e, struct span when)
{
	if (e->hint.n && !vec_last(&e->hint).when.len)
		return report(r, when, "a hint after #? otherwise", "of several hints the first that holds is said; otherwise stands last");
	vec_push(&e->hint, ((struct lesson_hint){ when, { 0, 0 } }));
	r->mark = when.len ? &vec_last(&e->hint).when : NULL;
	r->prose = &vec_last(&e->hint).text;
	return true;
}

static bool in_exercise(struct reading *r, enum mark m, struct span rest)
{
	struct lesson_exercise *e = exercise(r);
	if (!e)
		return report(r, rest, "a mark that belongs to an exercise", "#? exercise TITLE stands before it");
	r->prose = NULL;
	switch (m) {
	case ANSWER:
		r->mark = &e->form;
		return repeated(r, &e->form, rest);
	case RIGHT:
		r->mark = &e->right;
		r->prose = &e->praise;
		return repeated(r, &e->right, rest);
	case GIVEN:
		vec_push(&e->given, rest);
		r->mark = &vec_last(&e->given);
		return true;
	default:
		rest.len = m == OTHERWISE ? 0 : rest.len;
		return take_hint(r, e, rest);
	}
}

static bool take_mark(struct reading *r, struct span line)
{
	const char *s = lesson_text(r->l, line), *end = s + line.len, *word = s + 2;
	word += strspn(word, " \t");
	if (word - s > 4 && r->mark) {                           /* #?    more */
		reach(r->mark, line);
		return true;
	}
	size_t len = strcspn(word, " \t\r\n"), m = 1;
	while (m < N_MARKS && (strlen(mark_word[m]) != len || memcmp(mark_word[m], word, len) != 0))
		m++;
	const char *rest = word + len;
	while (rest < end && (*rest == ' ' || *rest == '\t' || *rest == '\r'))
		rest++;
	struct span at = { line.off + (uint32_t)(rest - s), (uint32_t)(end - rest) };
	if (m == N_MARKS || word >= end)
		return report(r, line, "a mark that lessons do not have", "the marks are expect, exercise, answer, given, right, hint and otherwise");
	if (!at.len && m != OTHERWISE)
		return report(r, line, "a mark with nothing behind it", "#? expect CONDITION, #? exercise TITLE, #? answer let answer = ___");
	if (m == EXPECT) {
		if (exercise(r) || !r->l->step.n)
			return report(r, line, "there are no results that this could be about", "#? expect CONDITION stands after the statements it is about");
		vec_push(&vec_last(&r->l->step).claim, at);
		r->mark = &vec_last(&vec_last(&r->l->step).claim);
		return true;
	}
	if (m != EXERCISE)
		return in_exercise(r, (enum mark)m, at);
	if (!whole(r))
		return false;
	vec_push(&r->l->exercise, (struct lesson_exercise){ .title = at });
	r->prose = &vec_last(&r->l->exercise).task;
	r->mark = NULL;
	return true;
}

bool lesson_read(const struct source *src, struct lesson *l, struct diags *d)
{
	struct reading r = { .l = l, .d = d };
	*l = (struct lesson){ .source = src };
	bool ok = true;
	for (size_t at = 0; ok && at < src->len;) {
		const char *s = src->text + at, *end = memchr(s, '\n', src->len - at);
		size_t n = end ? (size_t)(end - s) : src->len - at;
		struct span line = { src->base + (uint32_t)at, (uint32_t)n };
		enum line_kind kind = kind_of(s, n);
		ok = kind == EMPTY ? true : kind == PROSE ? take_prose(&r, line) : kind == MARK ? take_mark(&r, line) : take_code(&r, line, kind);
		if (kind != MARK)
			r.mark = NULL;
		r.last = kind;
		at += n + 1;
	}
	if (ok && !l->step.n)
		return report(&r, (struct span){ src->base, src->len != 0 }, "a lesson without prose or statements", "#: What a path is");
	return ok && whole(&r);
}

void lesson_free(struct lesson *l)
{
	for (size_t i = 0; i < l->step.n; i++)
		vec_free(&l->step.at[i].claim);
	for (size_t i = 0; i < l->exercise.n; i++) {
		vec_free(&l->exercise.at[i].given);
		vec_free(&l->exercise.at[i].hint);
	}
	vec_free(&l->step);
	vec_free(&l->exercise);
}

/* ---- what was read, as text */

/* The next line of a span, without its mark. */
static bool next_line(const char **at, const char *end, const char **line, size_t *n)
{
	if (*at >= end)
		return false;
	const char *stop = memchr(*at, '\n', (size_t)(end - *at));
	*line = *at;
	*n = (size_t)((stop ? stop : end) - *at);
	*at = stop ? stop + 1 : end;
	if (*n && (*line)[*n - 1] == '\r')
		--*n;
	if (*n >= 2 && (*line)[0] == '#' && ((*line)[1] == ':' || (*line)[1] == '?')) {
		size_t mark = *n > 2 && (*line)[2] == ' ' ? 3 : 2;
		*line += mark;
		*n -= mark;
	}
	return true;
}

void lesson_prose(const struct lesson *l, struct span prose, const char *before, struct buf *out)
{
	const char *at = lesson_text(l, prose), *end = at + prose.len, *line;
	size_t n;
	while (next_line(&at, end, &line, &n)) {
		if (n)
			buf_puts(out, before);
		buf_add(out, line, n);
		buf_putc(out, '\n');
	}
}

void lesson_line(const struct lesson *l, struct span mark, struct buf *out)
{
	const char *at = lesson_text(l, mark), *end = at + mark.len, *line;
	size_t n;
	for (bool first = true; next_line(&at, end, &line, &n); first = false) {
		for (; !first && n && *line == ' '; n--)
			line++;
		if (!first)
			buf_putc(out, ' ');
		buf_add(out, line, n);
	}
}

/* ---- looking at an answer */

void lesson_answer(const struct lesson *l, const struct lesson_exercise *e, const char *answer, struct buf *out)
{
	struct buf form = { 0 };
	lesson_line(l, e->form, &form);
	const char *place = strstr(buf_str(&form), blank);
	buf_add(out, form.at, (size_t)(place - form.at));
	buf_printf(out, "%s\n%s\n", answer, place + sizeof blank - 1);     /* on a line of its own: an answer may end in a comment */
	buf_free(&form);
}

/* Prose as print("..."); {expression} in it is filled in, {{ and }} are braces. */
static void put_print(const struct lesson *l, struct span prose, struct buf *out)
{
	struct buf text = { 0 }, values = { 0 };
	lesson_prose(l, prose, "", &text);
	buf_puts(out, "print(format(\"");
	size_t last = text.n && text.at[text.n - 1] == '\n' ? text.n - 1 : text.n;
	for (size_t i = 0; i < last; i++) {
		bool brace = (text.at[i] == '{' || text.at[i] == '}') && text.at[i + 1] == text.at[i];
		const char *close = text.at[i] == '{' && !brace ? memchr(text.at + i, '}', last - i) : NULL;
		if (brace) {
			buf_printf(out, "%c%c", text.at[i], text.at[i]);
			i++;
		} else if (close) {
			buf_puts(&values, ", ");
			buf_add(&values, text.at + i + 1, (size_t)(close - text.at) - i - 1);
			buf_puts(out, "{}");
			i = (size_t)(close - text.at);
		} else if (text.at[i] == '"' || text.at[i] == '\\') {
			buf_printf(out, "\\%c", text.at[i]);
		} else if (text.at[i] == '{' || text.at[i] == '}') {
			buf_printf(out, "%c%c", text.at[i], text.at[i]);
		} else if (text.at[i] == '\n') {
			buf_puts(out, "\\n");
		} else {
			buf_putc(out, text.at[i]);
		}
	}
	buf_printf(out, "\"%s))", buf_str(&values));
	buf_free(&text);
	buf_free(&values);
}

static void put_verdict(const struct lesson *l, size_t verdict, struct span prose, struct buf *out)
{
	buf_printf(out, "{\nprint(\"\\u{%x}%zu\")\n", VERDICT, verdict);
	put_print(l, prose, out);
	buf_puts(out, "\n}");
}

void lesson_check(const struct lesson *l, const struct lesson_exercise *e, struct buf *out)
{
	buf_puts(out, "if true {\n");            /* the names that are given stay inside */
	for (size_t i = 0; i < e->given.n; i++) {
		lesson_line(l, e->given.at[i], out);
		buf_putc(out, '\n');
	}
	buf_puts(out, "if (");
	lesson_line(l, e->right, out);
	buf_puts(out, ") ");
	put_verdict(l, 0, e->praise, out);
	for (size_t i = 0; i < e->hint.n; i++) {
		buf_puts(out, " else ");
		if (e->hint.at[i].when.len) {
			buf_puts(out, "if (");
			lesson_line(l, e->hint.at[i].when, out);
			buf_puts(out, ") ");
		}
		put_verdict(l, i + 1, e->hint.at[i].text, out);
	}
	buf_puts(out, "\n}\n");
}
