/* pp learn LESSON --check FILE: answers from a file, for teachers and tests.
 *
 *     #? 1                the number of an exercise; its answer stands below, as it would be typed
 *     90
 *     #? 2
 *     keep a0.h0
 *
 * An exercise may be answered several times: each answer is looked at. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/learn.h"
#include "report/json.h"

struct given { int exercise; char *text; struct span at; };
typedef VEC(struct given) givens;

static bool is_mark(const char *s, size_t n)
{
	return n >= 2 && s[0] == '#' && s[1] == '?';
}

static bool take_number(const char *s, size_t n, size_t n_exercises, struct given *g)
{
	size_t i = 2;
	g->exercise = 0;
	while (i < n && isspace((unsigned char)s[i]))
		i++;
	while (i < n && isdigit((unsigned char)s[i]) && g->exercise <= (int)n_exercises)
		g->exercise = 10 * g->exercise + (s[i++] - '0');
	while (i < n && isspace((unsigned char)s[i]))
		i++;
	return i == n && g->exercise >= 1 && g->exercise <= (int)n_exercises;
}

static bool only_comment(const char *s, size_t n)
{
	size_t i = 0;
	while (i < n && isspace((unsigned char)s[i]))
		i++;
	return i == n || s[i] == '#';
}

static char *trimmed(struct buf *b)
{
	while (b->n && isspace((unsigned char)b->at[b->n - 1]))
		b->n--;
	char *text = mem_copy(buf_str(b), b->n + 1);
	text[b->n] = 0;
	b->n = 0;
	return text;
}

/* False after a report. */
static bool read_answers(const struct source *src, size_t n_exercises, givens *out, struct diags *d)
{
	struct buf text = { 0 };
	bool ok = true;
	for (size_t at = 0, n; ok && at < src->len; at += n + 1) {
		const char *s = src->text + at, *end = memchr(s, '\n', src->len - at);
		n = end ? (size_t)(end - s) : src->len - at;
		struct given g = { .at = { src->base + (uint32_t)at, (uint32_t)n } };
		if (is_mark(s, n)) {
			if (out->n)
				vec_last(out).text = trimmed(&text);
			ok = take_number(s, n, n_exercises, &g);
			if (ok)
				vec_push(out, g);
		} else if (out->n) {
			buf_add(&text, s, n);
			buf_putc(&text, '\n');
		} else {
			ok = only_comment(s, n);
		}
		if (!ok && is_mark(s, n))
			diag_at(d, E_LESSON, g.at, "there is no such exercise: the lesson has %zu", n_exercises);
		else if (!ok)
			diag_at(d, E_LESSON, g.at, "an answer before the number of its exercise");
		if (!ok)
			diag_hint(d, "#? 1 on a line of its own, and below it the answer");
	}
	if (ok && out->n)
		vec_last(out).text = trimmed(&text);
	buf_free(&text);
	return ok;
}

static void put_json(const struct lesson_run *r, const struct given *g, const struct attempt *a, struct buf *out)
{
	buf_puts(out, "{\"kind\":\"answer\",\"lesson\":");
	put_json_text(out, r->name, strlen(r->name));
	buf_printf(out, ",\"exercise\":%d,\"right\":%s,\"hint\":", g->exercise, a->verdict == 0 ? "true" : "false");
	if (a->verdict > 0)
		buf_printf(out, "%d", a->verdict);
	else
		buf_puts(out, "null");
	buf_printf(out, ",\"understood\":%s,\"said\":", a->verdict >= 0 ? "true" : "false");
	put_json_text(out, a->said.at ? a->said.at : "", a->said.n);
	buf_puts(out, "}\n");
}

static void put_text(const struct given *g, const struct attempt *a, struct buf *out)
{
	static const char *const word[] = { "cannot be read", "right", "not yet" };
	buf_printf(out, "exercise %d: %s\n", g->exercise, word[a->verdict < 0 ? 0 : a->verdict == 0 ? 1 : 2]);
	for (size_t i = 0; i < a->said.n; i++) {
		if (i == 0 || a->said.at[i - 1] == '\n')
			buf_puts(out, "    ");
		buf_putc(out, a->said.at[i]);
	}
}

/* One answer; true when it is right. */
static bool look_at(struct lesson_run *r, const struct given *g)
{
	struct attempt a = { 0 };
	struct buf out = { 0 };
	lesson_try(r, &r->lesson.exercise.at[g->exercise - 1], g->text, &a);
	if (r->c->json)
		put_json(r, g, &a, &out);
	else
		put_text(g, &a, &out);
	say(buf_str(&out));
	bool right = a.verdict == 0;
	buf_free(&out);
	attempt_free(&a);
	return right;
}

int learn_check(struct lesson_run *r, const struct source *answers, struct diags *d)
{
	givens given = { 0 };
	size_t n = r->lesson.exercise.n;
	bool *answered = mem_array(n + 1, sizeof *answered);
	int status = PP_SCRIPT_ERROR;
	if (read_answers(answers, n, &given, d) && (status = lesson_run_steps(r, r->lesson.step.n)) == PP_OK) {
		for (size_t i = 0; i < given.n && !interrupt_seen(); i++) {
			answered[given.at[i].exercise - 1] = true;
			if (!look_at(r, &given.at[i]))
				status = PP_EXPECT_FAILED;
		}
		for (size_t i = 0; i < n; i++)
			if (!answered[i]) {
				status = PP_EXPECT_FAILED;
				if (!r->c->json) {
					struct buf b = { 0 };
					buf_printf(&b, "exercise %zu: no answer\n", i + 1);
					say(b.at);
					buf_free(&b);
				}
			}
	}
	for (size_t i = 0; i < given.n; i++)
		free(given.at[i].text);
	vec_free(&given);
	free(answered);
	return interrupt_seen() ? PP_INTERRUPTED : status;
}
