/* A session: the stages in order, for pp.h.
 *
 *   text -> parse -> interp (builds models, checks patterns, evaluates) -> results to out, messages to err
 *
 * Owns what lives as long as definitions do (texts, trees, values), the order of what is written, the exit status, and the
 * way out when memory ends. */
#include <errno.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "lang/inspect.h"
#include "lang/internal.h"
#include "lang/show.h"
#include "pp/pp.h"
#include "report/explain.h"
#include "report/json.h"
#include "syntax/parse.h"

enum { SCRIPT_MAX = 64 << 20, RESERVE = 256 << 10, WIDTH = 100 };

struct stages { double parse, interp, lower, run, estimate, report; };

struct pp {
	struct pp_options o;
	struct sources sources;
	struct diags   diags;
	struct arena   arena;            /* syntax trees */
	struct interp *interp;
	atomic_bool    interrupted;
	locale_t       plain;            /* numbers are read and written with a point, whatever the program around us uses */
	void          *reserve;          /* given back when memory ends, so that there is some to say so */
	size_t         n_told;           /* of diags: printed already */
	bool           script, world, expect;        /* kinds of mistakes seen in this call */
	VEC(const struct hypothesis *) explained;
	double         opened, first_result, first_evaluated;
	struct stages  seconds;
	struct buf     times;
};

/* ---- what is written */

static int width_of(const struct pp *s)
{
	return s->o.width > 0 ? s->o.width : WIDTH;
}

static void to_err(struct pp *s, struct buf *b)
{
	if (s->o.err && b->n)
		s->o.err(s->o.context, b->at, b->n);
	buf_free(b);
}

static void note_kind(struct pp *s, enum code c)
{
	if (c == E_EXPECT)
		s->expect = true;
	else if (code_info[c].kind == CODE_SCRIPT)
		s->script = true;
	else if (code_info[c].kind == CODE_WORLD)
		s->world = true;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Was that said already?  A pattern that is evaluated twice is as wrong the second time, and what comes after an
 * interruption is interrupted, too. */
static bool said(const struct pp *s, const struct diag *g)
{
	for (size_t i = 0; i < s->n_told; i++) {
		const struct diag *k = &s->diags.at[i];
		if (k->code == g->code && (g->code == E_INTERRUPTED || (g->at.len && k->at.off == g->at.off && k->at.len == g->at.len &&
		    same_text(k->message, g->message) && same_text(k->hint, g->hint))))
			return true;
	}
	return false;
}

/* Prints what was reported since the last time. */
static void tell(struct pp *s)
{
	for (; s->n_told < s->diags.n; s->n_told++) {
		const struct diag *g = &s->diags.at[s->n_told];
		struct buf b = { 0 };
		note_kind(s, g->code);
		if (said(s, g))
			continue;
		diag_print(&s->diags, g, &b, width_of(s));
		to_err(s, &b);
	}
}

static void to_out(struct pp *s, struct buf *b)
{
	tell(s);                                 /* messages that came before a result are read before it */
	if (!s->first_result && b->n) {
		s->first_result = clock_seconds() - s->opened;
		s->first_evaluated = s->seconds.run;
	}
	if (s->o.out && b->n)
		s->o.out(s->o.context, b->at, b->n);
	buf_free(b);
}

/* ---- what the interpreter calls */

static void show(void *context, const struct value *v)
{
	struct pp *s = context;
	struct buf b = { 0 };
	struct show_style style = { s->o.format == PP_JSON ? SHOW_JSON : SHOW_TEXT, s->o.per_pair, width_of(s) };
	double t0 = clock_seconds();
	show_value(v, &style, &b);
	to_out(s, &b);
	s->seconds.report += clock_seconds() - t0;
}

static void print_line(void *context, const char *text)
{
	struct pp *s = context;
	struct buf b = { 0 };
	if (s->o.format == PP_JSON) {
		buf_puts(&b, "{\"kind\":\"print\",\"text\":");
		put_json_text(&b, text, strlen(text));
		buf_puts(&b, "}\n");
	} else {
		buf_printf(&b, "%s\n", text);
	}
	to_out(s, &b);
}

static struct explain_style explain_style(const struct pp *s)
{
	static const struct { unsigned asked, what; } row[] = {
		{ PP_EXPLAIN_AST, EXPLAIN_AST }, { PP_EXPLAIN_GRAPH, EXPLAIN_GRAPH }, { PP_EXPLAIN_PATHS, EXPLAIN_PATHS },
		{ PP_EXPLAIN_TREE, EXPLAIN_TREE }, { PP_EXPLAIN_PLAN, EXPLAIN_PLAN },
	};
	struct explain_style style = { .json = s->o.format == PP_JSON, .width = width_of(s) };
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (s->o.explain & row[i].asked)
			style.what |= row[i].what;
	if (!style.what)
		style.what = EXPLAIN_COST;
	return style;
}

enum { EXPLAINED_MAX = 256 };                    /* hypotheses of one statement that are told one by one */

static void explain(void *context, const struct explained_evaluation *e)
{
	struct pp *s = context;
	struct buf b = { 0 };
	struct explain_style style = explain_style(s);
	for (size_t i = 0; i < e->n; i++)
		vec_push(&s->explained, e->h[i]);
	if (style.what & EXPLAIN_PLAN) {
		struct eval_plan plan = { 0 };
		struct eval_request q = { e->h, e->n, e->data, e->asked, e->at, true };
		if (evaluate(&q, &s->interp->o.limits, NULL, NULL, &plan, &s->diags))
			explain_plan(&plan, e->n, e->data, &style, &b);
	}
	if (style.what & ~(unsigned)EXPLAIN_PLAN) {
		explain_hypotheses(e->h, e->n < EXPLAINED_MAX ? e->n : EXPLAINED_MAX, e->data, &style, e->at, &b, &s->diags);
		if (e->n > EXPLAINED_MAX && !style.json)
			buf_printf(&b, "... and %zu more\n", e->n - EXPLAINED_MAX);
	}
	to_out(s, &b);
}

static void cost(void *context, const struct eval_plan *plan)
{
	struct pp *s = context;
	s->seconds.lower += plan->seconds_lower;
	s->seconds.run += plan->seconds_run;
}

static void estimated(void *context, double seconds)
{
	((struct pp *)context)->seconds.estimate += seconds;
}

/* ---- explain: what no evaluation of the script met */

static bool met(const struct pp *s, const struct hypothesis *h)
{
	for (size_t i = 0; i < s->explained.n; i++)
		if (s->explained.at[i] == h)
			return true;
	return false;
}

static void explain_rest(struct pp *s)
{
	struct buf b = { 0 };
	struct explain_style style = explain_style(s);
	for (size_t i = 0; style.what & EXPLAIN_GRAPH && i < s->interp->models.n; i++)
		graph_print(s->interp->models.at[i]->graph, &b);
	VEC(const struct hypothesis *) rest = { 0 };
	for (size_t i = 0; i <= s->interp->top.binding.n; i++) {
		const struct binding *x = i < s->interp->top.binding.n ? &s->interp->top.binding.at[i] : NULL;
		const struct hypothesis *h = x && !x->broken && x->value.kind == VAL_HYPOTHESIS ? x->value.hypothesis : NULL;
		if (x && (!h || met(s, h)))
			continue;
		if (rest.n && (!h || h->graph != rest.at[0]->graph)) {       /* those of one model are told together */
			explain_hypotheses(rest.at, rest.n, NULL, &style, (struct span){ 0, 0 }, &b, &s->diags);
			rest.n = 0;
		}
		if (h)
			vec_push(&rest, h);
	}
	vec_free(&rest);
	to_out(s, &b);
}

/* ---- a call */

static enum pp_status finish(struct pp *s)
{
	tell(s);
	if (s->diags.n_errors > DIAG_MAX) {
		struct buf b = { 0 };
		buf_printf(&b, "pp: %zu more errors are not shown\n", s->diags.n_errors - DIAG_MAX);
		to_err(s, &b);
	}
	diags_clear(&s->diags);
	s->n_told = 0;
	if (atomic_exchange(&s->interrupted, false))
		return PP_INTERRUPTED;
	return s->script ? PP_SCRIPT_ERROR : s->world ? PP_WORLD_ERROR : s->expect ? PP_EXPECT_FAILED : PP_OK;
}

static void stages(struct pp *s, const char *name, const char *text, size_t n, const char *folder)
{
	double t0 = clock_seconds();
	const struct source *src = source_add(&s->sources, name, text, n);
	if (!src) {
		diag_at(&s->diags, E_TOO_LARGE, (struct span){ 0, 0 }, "%s is too long", name);
		return;
	}
	size_t before = s->diags.n_errors;
	struct parsed p = parse_source(src, &s->arena, &s->diags, false);
	s->seconds.parse += clock_seconds() - t0;
	unsigned what = s->o.explain ? explain_style(s).what : 0;
	if (what & EXPLAIN_AST) {
		struct buf b = { 0 };
		ast_print(p.program, &b);
		to_out(s, &b);
	}
	if (s->diags.n_errors > before || what == EXPLAIN_AST)
		return;
	t0 = clock_seconds();
	interp_run(s->interp, p.program, folder);
	if (what)
		explain_rest(s);
	s->seconds.interp += clock_seconds() - t0;
}

/* Anything that a call may do and that may run out of memory on the way. */
typedef void job(struct pp *s, const char *name, const char *text, size_t n, const char *folder);

static enum pp_status guarded(struct pp *s, job *j, const char *name, const char *text, size_t n, const char *folder)
{
	jmp_buf out;
	jmp_buf *volatile old = mem_on_failure(&out);
	locale_t before = uselocale(s->plain);
	s->script = s->world = s->expect = false;
	if (!s->reserve)
		s->reserve = malloc(RESERVE);
	if (setjmp(out) == 0) {
		j(s, name, text, n, folder);
	} else {
		free(s->reserve);
		s->reserve = NULL;
		diag_at(&s->diags, E_MEMORY, (struct span){ 0, 0 }, "not enough memory: %zu bytes could not be had", mem_failed_size());
		diag_hint(&s->diags, "what was shown or saved before stays; --memory bounds what values may take");
	}
	mem_on_failure(old);
	enum pp_status status = finish(s);
	uselocale(before);
	return status;
}

static void run_file(struct pp *s, const char *path, const char *text, size_t n, const char *folder)
{
	(void)text;
	(void)folder;
	char *script = file_read(path, SCRIPT_MAX, &n);
	if (!script) {
		if (errno == EFBIG)
			diag_at(&s->diags, E_FILE, (struct span){ 0, 0 }, "%s is larger than %d MB, which is too long for a script", path, SCRIPT_MAX >> 20);
		else
			diag_at(&s->diags, E_FILE, (struct span){ 0, 0 }, "%s cannot be read: %s", path, strerror(errno));
		return;
	}
	const char *slash = strrchr(path, '/');
	size_t len = !slash ? 0 : slash == path ? 1 : (size_t)(slash - path);
	stages(s, path, script, n, arena_strndup(&s->arena, path, len));
	free(script);
}

static void inspect(struct pp *s, const char *path, const char *text, size_t n, const char *folder)
{
	struct inspection x;
	struct buf b = { 0 };
	(void)text;
	(void)n;
	(void)folder;
	if (!inspect_model(s->interp, path, &x))
		return;
	if (s->o.format == PP_JSON)
		inspect_json(&x, &b);
	else
		inspect_text(&x, width_of(s), &b);
	to_out(s, &b);
}

enum pp_status pp_inspect(struct pp *s, const char *path)
{
	return guarded(s, inspect, path, NULL, 0, NULL);
}

enum pp_status pp_run_text(struct pp *s, const char *name, const char *text, size_t n)
{
	return guarded(s, stages, name, text, n, "");
}

enum pp_status pp_run_file(struct pp *s, const char *path)
{
	return guarded(s, run_file, path, NULL, 0, NULL);
}

bool pp_incomplete(struct pp *s, const char *text, size_t n)
{
	const struct source *src = source_add(&s->sources, "<probe>", text, n);
	bool open = src && parse_source(src, &s->arena, &s->diags, true).incomplete;
	diags_clear(&s->diags);
	return open;
}

void pp_interrupt(struct pp *s)
{
	atomic_store(&s->interrupted, true);
}

/* own: from pp_open to the first result, less the passes over the model and the metrics. */
const char *pp_times(struct pp *s)
{
	const struct stages *t = &s->seconds;
	double build = t->interp - t->lower - t->run - t->estimate - t->report;
	s->times.n = 0;
	buf_printf(&s->times, "{\"parse\":%.6f,\"build\":%.6f,\"lower\":%.6f,\"run\":%.6f,\"estimate\":%.6f,\"report\":%.6f,", t->parse,
	    build > 0 ? build : 0, t->lower, t->run, t->estimate, t->report);
	if (s->first_result)
		buf_printf(&s->times, "\"first_result\":%.6f,\"own\":%.6f,", s->first_result, s->first_result - s->first_evaluated);
	buf_printf(&s->times, "\"total\":%.6f}", clock_seconds() - s->opened);
	return buf_str(&s->times);
}

/* ---- opening and closing */

static const char *const *copy_texts(struct pp *s, const char *const *text, size_t n)
{
	const char **copy = arena_array(&s->arena, n + 1, sizeof *copy);
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strndup(&s->arena, text[i], strlen(text[i]));
	return copy;
}

static struct interp *new_interp(struct pp *s)
{
	int threads = s->o.threads > 0 ? s->o.threads : (int)sysconf(_SC_NPROCESSORS_ONLN);
	struct interp_options o = {
		.mode = s->o.check_only ? INTERP_CHECK : s->o.explain ? INTERP_EXPLAIN : INTERP_RUN,
		.seed = s->o.seed, .sources = &s->sources, .diags = &s->diags,
		.limits = { .memory = s->o.memory, .threads = threads > 0 ? threads : 1, .interrupted = &s->interrupted,
			.progress = s->o.progress, .progress_context = s->o.context },
		.access = { copy_texts(s, s->o.read, s->o.n_read), copy_texts(s, s->o.write, s->o.n_write), s->o.n_read, s->o.n_write },
		.hooks = { s, show, print_line, explain, cost, estimated },
	};
	if (o.mode != INTERP_RUN)                /* no results but what explain says */
		o.hooks = (struct interp_hooks){ .context = s, .explain = explain };
	return interp_new(&o);
}

struct pp *pp_open(const struct pp_options *o)
{
	double opened = clock_seconds();
	struct pp *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	if (o)
		s->o = *o;
	s->opened = opened;
	s->diags.sources = &s->sources;
	s->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	jmp_buf out;
	jmp_buf *volatile old = mem_on_failure(&out);
	bool ok = s->plain && setjmp(out) == 0;
	if (ok) {
		locale_t before = uselocale(s->plain);
		s->interp = new_interp(s);
		uselocale(before);
	}
	mem_on_failure(old);
	if (!s->interp) {
		pp_close(s);
		return NULL;
	}
	return s;
}

void pp_close(struct pp *s)
{
	if (!s)
		return;
	if (s->interp)
		interp_free(s->interp);
	sources_free(&s->sources);
	diags_free(&s->diags);
	arena_free(&s->arena);
	vec_free(&s->explained);
	buf_free(&s->times);
	free(s->reserve);
	if (s->plain)
		freelocale(s->plain);
	free(s);
}
