/* Questions to a session, for pp.h: about a text that is being written (is it complete, what could come next), and about what
 * was defined and computed. */
#include <string.h>

#include "lang/complete.h"
#include "lang/describe.h"
#include "lang/help.h"
#include "lang/session.h"
#include "syntax/parse.h"

/* ---- a text that is being written */

/* Like session_guarded, for what reports nothing; false when memory ran out. */
static bool attempted(struct pp *s, void (*work)(struct pp *s, void *context), void *context)
{
	jmp_buf out;
	jmp_buf *volatile old = mem_on_failure(&out);
	locale_t before = uselocale(s->plain);
	volatile bool ok = false;
	if (setjmp(out) == 0) {
		work(s, context);
		ok = true;
	}
	mem_on_failure(old);
	uselocale(before);
	return ok;
}

struct question { const char *text, *folder; size_t n, at; bool open; };

static void is_incomplete(struct pp *s, void *context)
{
	struct question *q = context;
	(void)s;
	q->open = parse_incomplete(q->text, q->n);
}

bool pp_incomplete(struct pp *s, const char *text, size_t n)
{
	struct question q = { .text = text, .n = n };
	return attempted(s, is_incomplete, &q) && q.open;
}

static void complete(struct pp *s, void *context)
{
	const struct question *q = context;
	complete_text(s->interp, q->text, q->n, q->at, q->folder ? q->folder : s->o.folder ? s->o.folder : "", &s->candidates, &s->completion);
}

const struct pp_completion *pp_complete(struct pp *s, const char *text, size_t n, size_t at, const char *folder)
{
	struct question q = { .text = text, .n = n, .at = at, .folder = folder };
	arena_free(&s->candidates);
	s->completion = (struct pp_completion){ .from = at, .to = at };
	attempted(s, complete, &q);
	return &s->completion;
}

static void help(struct pp *s, void *context)
{
	struct question *q = context;
	const char *near;
	s->answer.n = 0;
	q->open = help_about(q->text, &s->answer, &near);
}

const char *pp_help(struct pp *s, const char *topic)
{
	struct question q = { .text = topic };
	return attempted(s, help, &q) && q.open ? buf_str(&s->answer) : NULL;
}

/* ---- texts that leave no trace */

/* Hypotheses and models that the text shows are put aside for whoever tells of them. */
static void put_aside(void *context, const struct value *v)
{
	struct pp *s = context;
	if (v->kind == VAL_HYPOTHESIS)
		vec_push(&s->trial.hypothesis, v->hypothesis);
	if (v->kind == VAL_MODEL)
		vec_push(&s->trial.model, v->model);
	for (size_t i = 0; v->kind == VAL_LIST && i < v->list->n; i++)
		if (v->list->at[i].kind != VAL_LIST)
			put_aside(s, &v->list->at[i]);
}

static void explained(void *context, const struct explained_evaluation *e)
{
	struct pp *s = context;
	s->trial.told = true;
	session_explain(s, e);
}

static void trial_begin(struct pp *s, unsigned explain, void (*show)(void *context, const struct value *v))
{
	struct trial *t = &s->trial;
	struct interp *in = s->interp;
	t->on = true;
	t->told = false;
	t->mode = in->o.mode;
	t->hooks = in->o.hooks;
	t->explain = s->o.explain;
	t->n_declared = in->declared.n;
	t->hypothesis.n = t->model.n = t->top.n = 0;
	for (size_t i = 0; i < in->top.binding.n; i++)
		vec_push(&t->top, in->top.binding.at[i]);
	s->o.explain = explain;
	in->o.mode = INTERP_EXPLAIN;
	in->o.hooks = (struct interp_hooks){ .context = s, .show = show, .explain = explained };
}

void trial_end(struct pp *s)
{
	struct trial *t = &s->trial;
	struct interp *in = s->interp;
	if (!t->on)
		return;
	t->on = false;
	in->o.mode = t->mode;
	in->o.hooks = t->hooks;
	s->o.explain = t->explain;
	in->declared.n = t->n_declared;
	in->shadowed.n = 0;
	in->top.binding.n = 0;
	for (size_t i = 0; i < t->top.n; i++)
		vec_push(&in->top.binding, t->top.at[i]);
	scope_moved(&in->top);
}

/* ---- what something is */

static void describe(void *context, const struct value *v)
{
	struct pp *s = context;
	struct buf b = { 0 };
	s->trial.told = true;
	describe_value(v, &b);
	buf_putc(&b, '\n');
	session_out(s, &b);
}

static void describe_text(struct pp *s, const char *name, const char *text, size_t n, const char *folder)
{
	size_t before = s->diags.n_errors;
	struct buf b = { 0 };
	const struct source *src = source_add(&s->sources, name, text, n);
	struct parsed p = src ? parse_source(src, &s->arena, &s->diags, false) : (struct parsed){ 0 };
	if (!src || s->diags.n_errors > before)
		return;
	bool one = p.program->n == 1 && p.program->kid[0]->kind == AST_SHOW;
	if (one && describe_form(p.program->kid[0]->kid[0], &b)) {
		buf_putc(&b, '\n');
		session_out(s, &b);
		return;
	}
	trial_begin(s, PP_EXPLAIN, describe);
	interp_run(s->interp, p.program, folder);
	if (!s->trial.told && s->diags.n_errors == before) {
		buf_puts(&b, one ? "known when it runs, or none\n" : "this is no expression, so it has no value\n");
		session_out(s, &b);
	}
}

enum pp_status pp_describe(struct pp *s, const char *text, size_t n)
{
	return session_guarded(s, describe_text, "<type>", text, n, s->o.folder ? s->o.folder : "");
}

/* ---- stages */

/* All hypotheses of the session, where the text names none. */
static void all_hypotheses(struct pp *s)
{
	for (size_t i = 0; i < s->interp->top.binding.n; i++) {
		const struct binding *b = &s->interp->top.binding.at[i];
		if (!b->broken && b->value.kind == VAL_HYPOTHESIS)
			vec_push(&s->trial.hypothesis, b->value.hypothesis);
	}
}

static void all_models(struct pp *s)
{
	for (size_t i = 0; i < s->interp->top.binding.n; i++) {
		const struct binding *b = &s->interp->top.binding.at[i];
		if (!b->broken && b->value.kind == VAL_MODEL)
			vec_push(&s->trial.model, b->value.model);
	}
}

/* Those of one model are told together. */
static void tell_hypotheses(struct pp *s, const struct explain_style *style, struct buf *out)
{
	const struct trial *t = &s->trial;
	for (size_t i = 0, n; i < t->hypothesis.n; i += n) {
		for (n = 1; i + n < t->hypothesis.n && t->hypothesis.at[i + n]->graph == t->hypothesis.at[i]->graph; n++)
			;
		explain_hypotheses(&t->hypothesis.at[i], n, NULL, style, (struct span){ 0, 0 }, out, &s->diags);
	}
}

static void tell_models(struct pp *s, struct buf *out)
{
	struct trial *t = &s->trial;
	for (size_t i = 0; i < t->model.n; i++)
		graph_print(t->model.at[i]->graph, out);
	for (size_t i = 0; i < t->hypothesis.n && !t->model.n; i++)
		if (i == 0 || t->hypothesis.at[i]->graph != t->hypothesis.at[i - 1]->graph)
			graph_print(t->hypothesis.at[i]->graph, out);
}

static void tell_rest(struct pp *s, bool asked_for_none)
{
	struct buf b = { 0 };
	struct explain_style style = session_explain_style(s);
	bool graph = style.what & EXPLAIN_GRAPH, needs_pairs = style.what & (EXPLAIN_PLAN | EXPLAIN_TREE);
	if (asked_for_none && graph)
		all_models(s);
	else if (asked_for_none && !needs_pairs)
		all_hypotheses(s);
	if (graph)
		tell_models(s, &b);
	else if (!needs_pairs)
		tell_hypotheses(s, &style, &b);
	if (!b.n && !s->diags.n_errors)
		buf_puts(&b, needs_pairs ? "name an evaluation, such as evaluate h on pairs by kl: this depends on the pairs\n"
			: graph ? "there is no model yet\n" : "there is no hypothesis yet\n");
	session_out(s, &b);
}

static void explain_text(struct pp *s, const char *name, const char *text, size_t n, const char *folder)
{
	size_t before = s->diags.n_errors;
	bool none = n == 0 && !s->evaluated;
	const struct source *src = n || none ? source_add(&s->sources, name, text, n) : source_add(&s->sources, s->evaluated->name, s->evaluated->text, s->evaluated->len);
	if (!src)
		return;
	struct parsed p = parse_source(src, &s->arena, &s->diags, false);
	if (s->diags.n_errors > before)
		return;
	if (s->asked & PP_EXPLAIN_AST) {
		struct buf b = { 0 };
		ast_print(p.program, &b);
		session_out(s, &b);
		return;
	}
	trial_begin(s, PP_EXPLAIN | s->asked, put_aside);
	if (!(s->asked & PP_EXPLAIN_GRAPH) || n)
		interp_run(s->interp, p.program, folder);
	if (s->diags.n_errors == before && !s->trial.told)
		tell_rest(s, n == 0);
}

enum pp_status pp_explain(struct pp *s, unsigned what, const char *text, size_t n)
{
	s->asked = what;
	return session_guarded(s, explain_text, "<explain>", text, n, s->o.folder ? s->o.folder : "");
}

/* ---- what the last text did */

static void why(struct pp *s, void *context)
{
	(void)context;
	reuse_print(&s->interp->keeping.reuse, session_width(s), &s->answer);
}

const char *pp_why(struct pp *s)
{
	s->answer.n = 0;
	buf_puts(&s->answer, "");
	return attempted(s, why, NULL) ? buf_str(&s->answer) : "";
}

static void put_time(struct buf *out, const char *name, double seconds)
{
	if (seconds >= 0.00005)
		buf_printf(out, seconds < 1 ? "%s%s %.1f ms" : "%s%s %.2f s", out->n ? ", " : "", name, seconds < 1 ? seconds * 1000 : seconds);
}

static void last_times(struct pp *s, void *context)
{
	const struct stages *t = &s->seconds, *b = &s->before;
	double interp = t->interp - b->interp, lower = t->lower - b->lower, run = t->run - b->run, measure = t->measure - b->measure;
	double estimate = t->estimate - b->estimate, report = t->report - b->report;
	(void)context;
	s->answer.n = 0;
	put_time(&s->answer, "parse", t->parse - b->parse);
	put_time(&s->answer, "statements", interp - lower - run - measure - estimate - report);
	put_time(&s->answer, "lower", lower);
	put_time(&s->answer, "run", run);
	put_time(&s->answer, "metrics", measure);
	put_time(&s->answer, "intervals", estimate);
	put_time(&s->answer, "tables", report);
	buf_printf(&s->answer, s->last_seconds < 1 ? "%sin all %.1f ms" : "%sin all %.2f s", s->answer.n ? "; " : "", s->last_seconds < 1 ? s->last_seconds * 1000 : s->last_seconds);
}

const char *pp_last_times(struct pp *s)
{
	return attempted(s, last_times, NULL) ? buf_str(&s->answer) : "";
}
