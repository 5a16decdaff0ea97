/* A session: the stages in order, for pp.h.
 *
 *   text -> parse -> interp (builds models, checks patterns, evaluates) -> results to out, messages to err
 *
 * Owns what lives as long as definitions do (texts, trees, values), the order of what is written, the exit status, and the
 * way out when memory ends. */
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "eval/bases.h"
#include "lang/inspect.h"
#include "lang/pictures.h"
#include "lang/report.h"
#include "lang/session.h"
#include "lang/show.h"
#include "lang/stored.h"
#include "lang/tables.h"
#include "lang/take.h"
#include "report/edges.h"
#include "report/explain.h"
#include "report/json.h"
#include "syntax/parse.h"
#include "tensor/blas.h"

enum { SCRIPT_MAX = 64 << 20, RESERVE = 256 << 10, WIDTH = 100,
       SOON = 128 << 20 /* at a prompt: smaller pieces, so that more is kept when somebody interrupts */ };

/* ---- what is written */

int session_width(const struct pp *s)
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

static void to_diagnostic(struct pp *s, const struct diag *g)
{
	struct place p = source_place(&s->sources, g->at);
	struct pp_diagnostic d = { .code = code_info[g->code].name, .message = g->message, .hint = g->hint };
	if (p.source) {
		d.file = p.source->name;
		d.line = p.line;
		d.column = p.col;
		d.offset = g->at.off - p.source->base;
		d.length = g->at.len;
	}
	if (s->o.diagnostic)
		s->o.diagnostic(s->o.context, &d);
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
		diag_print(&s->diags, g, &b, session_width(s));
		to_err(s, &b);
		to_diagnostic(s, g);
	}
}

void session_out(struct pp *s, struct buf *b)
{
	tell(s);                                 /* messages that came before a result are read before it */
	if (!s->first_result && b->n) {
		s->first_result = clock_seconds() - s->opened;
		s->first_evaluated = s->seconds.run + s->seconds.measure;
	}
	if (s->o.out && b->n)
		s->o.out(s->o.context, b->at, b->n);
	buf_free(b);
}

/* ---- what the interpreter calls */

static struct show_style show_style(const struct pp *s)
{
	return (struct show_style){ s->o.format == PP_JSON ? SHOW_JSON : s->o.format == PP_CSV ? SHOW_CSV : SHOW_TEXT, s->o.per_pair, session_width(s),
		{ session_width(s), s->o.colors, s->o.utf8 } };
}

static void hand_figure(struct pp *s, const struct picture *p)
{
	struct buf text = { 0 }, svg = { 0 }, vega = { 0 }, why = { 0 };
	const struct show_style style = show_style(s);
	picture_text(p, &style.look, &text);
	bool drawn = picture_svg(p, false, &svg, &why) && picture_vega(p, &vega, &why);
	tell(s);
	s->o.figure(s->o.context, &(struct pp_figure){ p->title, buf_str(&text), drawn ? buf_str(&svg) : NULL, drawn ? buf_str(&vega) : NULL, NULL });
	buf_free(&text);
	buf_free(&svg);
	buf_free(&vega);
	buf_free(&why);
}

static void hand_table(struct pp *s, const struct value *v)
{
	struct buf text = { 0 }, html = { 0 };
	const struct show_style style = show_style(s);
	put_html(s->interp, v, &html);
	show_value(v, &style, &text);
	tell(s);
	s->o.figure(s->o.context, &(struct pp_figure){ .title = "", .text = buf_str(&text), .html = buf_str(&html) });
	buf_free(&text);
	buf_free(&html);
}

/* A sweep along one or two axes is drawn, once for each metric. */
static bool hand_sweep(struct pp *s, const struct sweep *x)
{
	const struct ast nowhere = { .kind = AST_NUMBER };
	struct value figure;
	if (x->n_axes > 2)
		return false;
	for (size_t m = 0; m < x->n_metrics; m++)
		if (figure_of_sweep(s->interp, &nowhere, x, x->row[m].metric, &figure))
			hand_figure(s, figure.picture);
	return true;
}

/* Gives what is shown to the program around us, if it takes such things. */
static bool hand_over(struct pp *s, const struct value *v)
{
	if (!s->o.figure || (v->kind != VAL_FIGURE && s->o.format != PP_TEXT))
		return false;
	switch (v->kind) {
	case VAL_FIGURE: hand_figure(s, v->picture); return true;
	case VAL_TABLE: case VAL_RESULTS: case VAL_ESTIMATE: hand_table(s, v); return true;
	case VAL_SWEEP: return hand_sweep(s, v->sweep);
	default:        return false;
	}
}

static void show(void *context, const struct value *v)
{
	struct pp *s = context;
	struct buf b = { 0 };
	struct show_style style = show_style(s);
	double t0 = clock_seconds();
	struct value table = *v;
	const struct ast nowhere = { .kind = AST_NUMBER };
	if (hand_over(s, v))
		return;
	bool results = v->kind == VAL_RESULTS || v->kind == VAL_ESTIMATE || v->kind == VAL_SWEEP;
	if (style.format != SHOW_CSV || !results || to_table(s->interp, &nowhere, *v, &table))
		show_value(&table, &style, &b);
	session_out(s, &b);
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
	session_out(s, &b);
}

struct explain_style session_explain_style(const struct pp *s)
{
	static const struct { unsigned asked, what; } row[] = {
		{ PP_EXPLAIN_AST, EXPLAIN_AST }, { PP_EXPLAIN_GRAPH, EXPLAIN_GRAPH }, { PP_EXPLAIN_PATHS, EXPLAIN_PATHS },
		{ PP_EXPLAIN_TREE, EXPLAIN_TREE }, { PP_EXPLAIN_PLAN, EXPLAIN_PLAN },
		{ PP_EXPLAIN_EDGES, EXPLAIN_EDGES }, { PP_EXPLAIN_DOT, EXPLAIN_DOT },
	};
	struct explain_style style = { .json = s->o.format == PP_JSON, .width = session_width(s) };
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (s->o.explain & row[i].asked)
			style.what |= row[i].what;
	if (!style.what)
		style.what = EXPLAIN_COST;
	return style;
}

enum { EXPLAINED_MAX = 256 };                    /* hypotheses of one statement that are told one by one */

void session_explain(void *context, const struct explained_evaluation *e)
{
	struct pp *s = context;
	struct buf b = { 0 };
	struct explain_style style = session_explain_style(s);
	for (size_t i = 0; i < e->n; i++)
		vec_push(&s->explained, e->h[i]);
	if (s->o.compare[0])
		return;
	if (style.what & EXPLAIN_PLAN) {
		struct eval_plan plan = { 0 };
		struct eval_request q = { .h = e->h, .n = e->n, .data = e->data, .asked = e->asked, .at = e->at, .plan_only = true };
		if (evaluate(&q, &s->interp->o.limits, NULL, NULL, &plan, &s->diags))
			explain_plan(&plan, e->n, e->data, &style, &b);
	}
	if (style.what & ~(unsigned)EXPLAIN_PLAN) {
		explain_hypotheses(e->h, e->n < EXPLAINED_MAX ? e->n : EXPLAINED_MAX, e->data, &style, e->at, &b, &s->diags);
		if (e->n > EXPLAINED_MAX && !style.json)
			buf_printf(&b, "... and %zu more\n", e->n - EXPLAINED_MAX);
	}
	session_out(s, &b);
}

static void cost(void *context, const struct eval_plan *plan)
{
	struct pp *s = context;
	s->seconds.lower += plan->seconds_lower;
	s->seconds.run += plan->seconds_run;
	s->seconds.products += plan->seconds_products;
	s->seconds.measure += plan->seconds_measure;
}

static void estimated(void *context, double seconds)
{
	((struct pp *)context)->seconds.estimate += seconds;
}

/* ---- explain: two hypotheses side by side */

static const struct hypothesis *hypothesis_called(struct pp *s, const char *name)
{
	const struct binding *b = find(&s->interp->top, intern(name));
	if (b && !b->broken && b->value.kind == VAL_HYPOTHESIS)
		return b->value.hypothesis;
	VEC(const char *) have = { 0 };
	for (size_t i = 0; i < s->interp->top.binding.n; i++)
		if (s->interp->top.binding.at[i].value.kind == VAL_HYPOTHESIS)
			vec_push(&have, s->interp->top.binding.at[i].name);
	const char *near = str_nearest(name, have.at, have.n);
	diag_at(&s->diags, E_NAME, (struct span){ 0, 0 }, "the script has no hypothesis %s", name);
	if (near)
		diag_hint(&s->diags, "did you mean %s?", near);
	vec_free(&have);
	return NULL;
}

static void explain_difference(struct pp *s)
{
	struct buf b = { 0 };
	struct explain_style style = session_explain_style(s);
	const struct hypothesis *x = hypothesis_called(s, s->o.compare[0]), *y = hypothesis_called(s, s->o.compare[1]);
	if (x && y && x->graph != y->graph)
		diag_at(&s->diags, E_VALUE, y->span, "%s is a hypothesis on %s, %s on %s: paths of different models cannot be compared", y->name, y->graph->name,
		    x->name, x->graph->name);
	else if (x && y)
		edges_compare(x, y, &style, &b, &s->diags);
	session_out(s, &b);
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
	struct explain_style style = session_explain_style(s);
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
	session_out(s, &b);
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

/* The store that --store names, and who fills it from now on.  A script does not begin to compute what could not be kept. */
static bool open_store(struct pp *s, const char *name, const char *text, size_t n)
{
	struct keeping *g = &s->interp->keeping;
	if ((!s->o.store && !s->o.interactive) || s->o.check_only || s->o.explain || g->verify)
		return true;
	if (!s->store)
		s->store = store_open(s->o.store ? s->o.store : STORE_IN_MEMORY, STORE_WRITE, &s->diags);
	if (!s->store)
		return false;
	g->store = s->store;
	g->in_memory = !s->o.store;
	g->shard = s->o.shard;
	g->n_shards = s->o.n_shards;
	if (s->o.interactive)                    /* a text that needs those before it cannot be run again by itself */
		return !store_broken(s->store);
	char *real = realpath(name, NULL);
	g->statement = 0;
	g->script = store_script(s->store, real ? real : name, text, n);
	free(real);
	return !store_broken(s->store);
}

static void run_stages(struct pp *s, const struct source *src, const char *text, size_t n, const char *folder)
{
	double t0 = clock_seconds();
	size_t before = s->diags.n_errors;
	struct parsed p = parse_source(src, &s->arena, &s->diags, false);
	s->seconds.parse += clock_seconds() - t0;
	unsigned what = s->o.explain ? session_explain_style(s).what : 0;
	if (what & EXPLAIN_AST) {
		struct buf b = { 0 };
		ast_print(p.program, &b);
		session_out(s, &b);
	}
	if (s->diags.n_errors > before || what == EXPLAIN_AST)
		return;
	if (!open_store(s, src->name, text, n))
		return;
	t0 = clock_seconds();
	interp_run(s->interp, p.program, folder);
	if (s->o.compare[0] && s->diags.n_errors == before)
		explain_difference(s);
	else if (what)
		explain_rest(s);
	if (s->store && s->o.n_shards && !store_broken(s->store)) {
		struct buf b = { 0 };
		buf_printf(&b, "pp: part %zu of %zu is in %s; pp results --merge puts the parts into one store\n", s->o.shard + 1, s->o.n_shards, s->o.store);
		to_err(s, &b);
	}
	s->seconds.interp += clock_seconds() - t0;
}

static void stages(struct pp *s, const char *name, const char *text, size_t n, const char *folder)
{
	double t0 = clock_seconds();
	const struct source *src = source_add(&s->sources, name, text, n);
	s->before = s->seconds;
	s->interp->keeping.reuse.fresh = true;
	if (src)
		run_stages(s, src, text, n, folder);
	else
		diag_at(&s->diags, E_TOO_LARGE, (struct span){ 0, 0 }, "%s is too long", name);
	s->last_seconds = clock_seconds() - t0;
	if (!s->interp->keeping.reuse.fresh)
		s->evaluated = src;
}

enum pp_status session_guarded(struct pp *s, session_job *j, const char *name, const char *text, size_t n, const char *folder)
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
	trial_end(s);
	if (s->o.interactive)
		interp_settle(s->interp);
	enum pp_status status = finish(s);
	uselocale(before);
	return status;
}

/* The folder that a file lies in; what its paths are relative to. */
static const char *folder_of(struct pp *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	return arena_strndup(&s->arena, path, !slash ? 0 : slash == path ? 1 : (size_t)(slash - path));
}

static void run_file(struct pp *s, const char *path, const char *text, size_t n, const char *folder)
{
	(void)text;
	(void)folder;
	char *script = file_read_patiently(path, SCRIPT_MAX, &n);
	if (!script) {
		if (errno == EFBIG)
			diag_at(&s->diags, E_FILE, (struct span){ 0, 0 }, "%s is larger than %d MB, which is too long for a script", path, SCRIPT_MAX >> 20);
		else
			diag_at(&s->diags, E_FILE, (struct span){ 0, 0 }, "%s cannot be read: %s", path, strerror(errno));
		return;
	}
	stages(s, path, script, n, folder_of(s, path));
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
		inspect_text(&x, session_width(s), &b);
	session_out(s, &b);
}

/* ---- an interpreter */

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
	enum precision precision = s->o.precision == PP_PRECISION_SINGLE ? PRECISION_SINGLE : s->o.precision == PP_PRECISION_DOUBLE ? PRECISION_DOUBLE : PRECISION_BY_SIZE;
	const char *asked = precision == PRECISION_SINGLE ? ", single precision" : precision == PRECISION_DOUBLE ? ", double precision" : "";
	struct interp_options o = {
		.mode = s->o.check_only ? INTERP_CHECK : s->o.explain ? INTERP_EXPLAIN : INTERP_RUN,
		.seed = s->o.seed, .sources = &s->sources, .diags = &s->diags,
		.limits = { .memory = s->o.memory, .comfort = s->o.interactive ? SOON : 0, .bases = s->bases, .threads = threads > 0 ? threads : 1,
			.precision = precision, .interrupted = &s->interrupted,
			.progress = s->o.progress, .progress_context = s->o.context },
		.kernels = arena_printf(&s->arena, "%s%s", blas_kernels(), asked), .prompt = s->o.interactive,
		.access = { copy_texts(s, s->o.read, s->o.n_read), copy_texts(s, s->o.write, s->o.n_write), s->o.n_read, s->o.n_write },
		.hooks = { s, show, print_line, session_explain, cost, estimated },
	};
	if (o.mode != INTERP_RUN)                /* no results but what explain says */
		o.hooks = (struct interp_hooks){ .context = s, .explain = session_explain };
	struct interp *in = interp_new(&o);
	in->keeping.reuse.on = s->o.interactive;
	return in;
}

/* ---- stores */

static void results(struct pp *s, const char *path, const char *text, size_t n, const char *folder)
{
	struct buf b = { 0 }, notes = { 0 };
	struct show_style style = show_style(s);
	(void)text;
	(void)n;
	(void)folder;
	if (stored_list(s->interp, path, &style, &b, &notes)) {
		session_out(s, &b);
		to_err(s, &notes);
	}
	buf_free(&b);
	buf_free(&notes);
}

enum pp_status pp_results(struct pp *s, const char *store)
{
	return session_guarded(s, results, store, NULL, 0, NULL);
}

/* text: n paths, each ended by a NUL. */
static void merge(struct pp *s, const char *into, const char *text, size_t n, const char *folder)
{
	struct buf b = { 0 };
	const char **from = arena_array(&s->arena, n + 1, sizeof *from);
	(void)folder;
	for (size_t i = 0; i < n; i++, text += strlen(text) + 1)
		from[i] = text;
	if (stored_merge(s->interp, into, from, n, &b))
		to_err(s, &b);
	buf_free(&b);
}

enum pp_status pp_merge(struct pp *s, const char *into, const char *const *from, size_t n)
{
	struct buf paths = { 0 };
	for (size_t i = 0; i < n; i++)
		buf_add(&paths, from[i], strlen(from[i]) + 1);
	enum pp_status status = session_guarded(s, merge, into, buf_str(&paths), n, NULL);
	buf_free(&paths);
	return status;
}

/* Runs a script as it was run, but for the results: they are compared, not shown. */
static void run_again(struct pp *s, struct store *store, const struct stored_job *j, struct verifying *v)
{
	struct interp *mine = s->interp;
	struct pp_options o = s->o;
	v->kernels = j->kernels;
	v->version = j->version;
	s->o.seed = j->seed;
	s->o.out = NULL;
	s->interp = new_interp(s);
	v->exact = strcmp(v->kernels, s->interp->o.kernels) == 0 && strcmp(v->version, PP_VERSION) == 0;
	s->interp->keeping.store = store;
	s->interp->keeping.verify = v;
	stages(s, j->name, j->text, j->n, folder_of(s, j->name));
	tell(s);
	interp_free(s->interp);
	s->interp = mine;
	s->o = o;
}

static void verified(struct pp *s, const char *path, const struct verifying *v, int64_t n_cells)
{
	struct buf b = { 0 };
	if (s->o.format == PP_JSON)
		buf_printf(&b, "{\"kind\":\"verify\",\"cells\":%lld,\"same\":%zu,\"close\":%zu,\"wrong\":%zu}\n", (long long)n_cells, v->n_same, v->n_close, v->n_wrong);
	else
		buf_printf(&b, "%s%s: %zu of %lld cells computed again: %zu the same to the byte, %zu within 1e-4 (other kernels or version), %zu wrong\n",
		    v->wrong.n ? v->wrong.at : "", path, v->n_same + v->n_close + v->n_wrong, (long long)n_cells, v->n_same, v->n_close, v->n_wrong);
	session_out(s, &b);
}

static void verify(struct pp *s, const char *path, const char *text, size_t sample, const char *folder)
{
	struct stored_jobs jobs = { 0 };
	struct verifying v = { .sample = sample };
	struct store *store = store_open(path, STORE_READ, &s->diags);
	(void)text;
	(void)folder;
	blas_init();
	bool ok = store && stored_jobs(s->interp, store, &jobs);
	for (size_t i = 0; ok && i < jobs.list.n && !atomic_load(&s->interrupted); i++)
		run_again(s, store, &jobs.list.at[i], &v);
	int64_t n = ok ? store_count(store).cells : 0;
	if (ok && !s->script && n && v.n_same + v.n_close + v.n_wrong == 0)
		diag_at(&s->diags, E_STORE, (struct span){ 0, 0 }, "nothing in the store %s could be computed again: its scripts, models or data are others now", path);
	else if (ok)
		verified(s, path, &v, n);
	s->expect |= v.n_wrong > 0;
	store_close(store);
	vec_free(&jobs.list);
	buf_free(&v.wrong);
}

enum pp_status pp_verify(struct pp *s, const char *store, size_t sample)
{
	return session_guarded(s, verify, store, NULL, sample, NULL);
}

enum pp_status pp_inspect(struct pp *s, const char *path)
{
	return session_guarded(s, inspect, path, NULL, 0, NULL);
}

enum pp_status pp_run_text(struct pp *s, const char *name, const char *text, size_t n)
{
	return session_guarded(s, stages, name, text, n, s->o.folder ? s->o.folder : "");
}

static void take(struct pp *s, const char *expression, const char *text, size_t n, const char *folder)
{
	struct pp_value *v = arena_alloc(&s->arena, sizeof *v);
	(void)text;
	const struct source *src = source_add(&s->sources, "<expression>", expression, n);
	size_t before = s->diags.n_errors;
	if (!src) {
		diag_at(&s->diags, E_TOO_LARGE, (struct span){ 0, 0 }, "the session has no room for more text");
		return;
	}
	struct parsed p = parse_source(src, &s->arena, &s->diags, false);
	if (s->diags.n_errors == before && interp_value(s->interp, p.program, folder, &v->value) && take_table(s->interp, p.program, v))
		s->taken = v;
}

const struct pp_value *pp_take(struct pp *s, const char *expression)
{
	s->taken = NULL;
	enum pp_status status = session_guarded(s, take, expression, NULL, strlen(expression), s->o.folder ? s->o.folder : "");
	return status == PP_OK ? s->taken : NULL;
}

enum pp_status pp_run_file(struct pp *s, const char *path)
{
	return session_guarded(s, run_file, path, NULL, 0, NULL);
}

void pp_interrupt(struct pp *s)
{
	atomic_store(&s->interrupted, true);
}

/* own: from pp_open to the first result, less the passes over the model and the metrics. */
const char *pp_times(struct pp *s)
{
	const struct stages *t = &s->seconds;
	double build = t->interp - t->lower - t->run - t->measure - t->estimate - t->report;
	s->times.n = 0;
	buf_printf(&s->times, "{\"parse\":%.6f,\"build\":%.6f,\"lower\":%.6f,\"run\":%.6f,\"products\":%.6f,\"measure\":%.6f,\"estimate\":%.6f,\"report\":%.6f,", t->parse,
	    build > 0 ? build : 0, t->lower, t->run, t->products, t->measure, t->estimate, t->report);
	if (s->first_result)
		buf_printf(&s->times, "\"first_result\":%.6f,\"own\":%.6f,", s->first_result, s->first_result - s->first_evaluated);
	buf_printf(&s->times, "\"total\":%.6f}", clock_seconds() - s->opened);
	return buf_str(&s->times);
}

const char *pp_version(void)
{
	return PP_VERSION;
}

void pp_set_width(struct pp *s, int width)
{
	s->o.width = width;
}

/* ---- opening and closing */

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
		if (s->o.store)
			s->o.store = arena_strndup(&s->arena, s->o.store, strlen(s->o.store));
		for (size_t i = 0; i < 2; i++)
			if (s->o.compare[i])
				s->o.compare[i] = arena_strndup(&s->arena, s->o.compare[i], strlen(s->o.compare[i]));
		if (s->o.folder)
			s->o.folder = arena_strndup(&s->arena, s->o.folder, strlen(s->o.folder));
		s->bases = s->o.interactive ? bases_new() : NULL;
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
	store_close(s->store);
	bases_free(s->bases);
	if (s->interp)
		interp_free(s->interp);
	sources_free(&s->sources);
	diags_free(&s->diags);
	arena_free(&s->arena);
	arena_free(&s->candidates);
	vec_free(&s->explained);
	buf_free(&s->times);
	buf_free(&s->answer);
	vec_free(&s->trial.top);
	vec_free(&s->trial.hypothesis);
	vec_free(&s->trial.model);
	free(s->reserve);
	if (s->plain)
		freelocale(s->plain);
	free(s);
}
