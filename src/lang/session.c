/* A session: the stages in order, for pp.h.
 *
 *   text -> parse -> interp (builds models, checks patterns, evaluates) -> results to out, messages to err */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/vec.h"
#include "lang/interp.h"
#include "paths/count.h"
#include "pp/pp.h"
#include "report/report.h"
#include "syntax/parse.h"

struct pp {
	struct pp_options o;
	struct sources sources;
	struct diags diags;
	struct arena arena;
	struct interp *interp;
	atomic_bool interrupted;
	double t_parse, t_lower, t_run, t_estimate, t_all;
	struct buf times;
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void emit(struct pp *s, struct buf *b)
{
	if (s->o.out && b->n)
		s->o.out(s->o.context, b->at, b->n);
	buf_free(b);
}

static void show(void *context, const struct value *v)
{
	struct pp *s = context;
	struct buf b = { 0 };
	const struct estimate *row = v->kind == VAL_RESULTS ? v->results->row : v->estimate;
	size_t n = v->kind == VAL_RESULTS ? v->results->n_rows : v->kind == VAL_ESTIMATE;
	if (v->kind == VAL_RESULTS || v->kind == VAL_ESTIMATE) {
		if (s->o.format == PP_JSON)
			report_json(row, n, s->o.per_pair, &b);
		else
			report_table(row, n, v->kind == VAL_RESULTS ? v->results->n_equal : 0, &b);
	} else {
		struct buf t = { 0 };
		value_text(v, &t, true);
		if (s->o.format == PP_JSON)
			report_value_json(buf_str(&t), v->kind == VAL_NUMBER ? &v->number : NULL, &b);
		else
			buf_printf(&b, "%s\n", buf_str(&t));
		buf_free(&t);
	}
	emit(s, &b);
}

static void print_line(void *context, const char *text)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s\n", text);
	emit(context, &b);
}

static void explain(void *context, const struct hypothesis *const *h, size_t n, const struct dataset *data, struct span at)
{
	struct pp *s = context;
	struct buf b = { 0 };
	struct eval_plan plan = { 0 };
	tree_id *root = mem_array(n, sizeof *root);
	struct tree *t = evaluate_lower(h, n, data, &plan, root, at, &s->diags);
	for (size_t i = 0; t && i < n; i++) {
		struct automaton *a = automaton_new(h[i]->graph, h[i]->rule, h[i]->n_rules, &s->diags);
		const char *kept = automaton_has_positions(a) ? "(by position)" : count_column(h[i]->graph, a, COLUMN_REF, &s->arena);
		buf_printf(&b, "%s keeps %s of %s paths\n", h[i]->name, kept, count_all(h[i]->graph, &s->arena));
		if (s->o.explain & PP_EXPLAIN_PATHS)
			automaton_print(a, &b);
		automaton_free(a);
	}
	if (t) {
		buf_printf(&b, "treeified graph: %zu nodes, %zu of them shared with the two base runs; %.4g multiply-adds for all pairs, %.2f plain passes\n",
		    plan.n_nodes, plan.n_base_nodes, plan.madds, plan.madds_plain > 0 ? plan.madds / plan.madds_plain : 0);
		if (s->o.explain & PP_EXPLAIN_GRAPH)
			graph_print(data->graph, &b);
		if (s->o.explain & PP_EXPLAIN_TREE)
			tree_print(t, &b);
	}
	tree_free(t);
	free(root);
	emit(s, &b);
}

static void cost(void *context, const struct eval_plan *plan, double estimate)
{
	struct pp *s = context;
	s->t_lower += plan->seconds_lower;
	s->t_run += plan->seconds_run;
	s->t_estimate += estimate;
}

struct pp *pp_open(const struct pp_options *o)
{
	struct pp *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	if (o)
		s->o = *o;
	s->diags.sources = &s->sources;
	struct interp_options io = { .seed = s->o.seed, .sources = &s->sources, .diags = &s->diags,
		.limits = { .memory = s->o.memory, .threads = s->o.threads, .interrupted = &s->interrupted, .progress = s->o.progress,
			.progress_context = s->o.context },
		.hooks = { s, show, print_line, explain, cost } };
	io.mode = s->o.check_only ? INTERP_CHECK : s->o.explain ? INTERP_EXPLAIN : INTERP_RUN;
	if (io.limits.threads <= 0)
		io.limits.threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
	s->interp = interp_new(&io);
	return s;
}

void pp_close(struct pp *s)
{
	if (!s)
		return;
	interp_free(s->interp);
	sources_free(&s->sources);
	diags_free(&s->diags);
	arena_free(&s->arena);
	buf_free(&s->times);
	free(s);
}

/* Tells what was reported, and what it means for the exit status. */
static enum pp_status settle(struct pp *s)
{
	enum pp_status st = PP_OK;
	for (size_t i = 0; i < s->diags.n; i++) {
		struct buf b = { 0 };
		const struct diag *g = &s->diags.at[i];
		enum code_kind k = code_info[g->code].kind;
		diag_print(&s->diags, g, &b, s->o.width ? s->o.width : 100);
		if (s->o.err)
			s->o.err(s->o.context, b.at, b.n);
		buf_free(&b);
		enum pp_status mine = k == CODE_WARNING ? PP_OK : g->code == E_EXPECT ? PP_EXPECT_FAILED : g->code == E_INTERRUPTED ? PP_INTERRUPTED
		    : k == CODE_WORLD ? PP_WORLD_ERROR : PP_SCRIPT_ERROR;
		bool worse = st == PP_OK || st == PP_EXPECT_FAILED || (st == PP_WORLD_ERROR && mine == PP_SCRIPT_ERROR) || mine == PP_INTERRUPTED;
		if (mine != PP_OK && worse && !(st != PP_OK && mine == PP_EXPECT_FAILED))
			st = mine;
	}
	diags_clear(&s->diags);
	return st;
}

static enum pp_status run(struct pp *s, const char *name, const char *text, size_t n, const char *folder)
{
	jmp_buf out, *old = NULL;
	double t0 = seconds();
	if (setjmp(out)) {
		mem_on_failure(old);
		diag_at(&s->diags, E_MEMORY, (struct span){ 0, 0 }, "not enough memory: %zu bytes could not be had", mem_failed_size());
		return settle(s);
	}
	old = mem_on_failure(&out);
	const struct source *src = source_add(&s->sources, name, text, n);
	if (!src) {
		diag_at(&s->diags, E_TOO_LARGE, (struct span){ 0, 0 }, "%s is too long", name);
	} else {
		struct parsed p = parse_source(src, &s->arena, &s->diags, false);
		s->t_parse += seconds() - t0;
		if (s->o.explain & PP_EXPLAIN_AST) {
			struct buf b = { 0 };
			ast_print(p.program, &b);
			emit(s, &b);
		}
		if (!s->diags.n_errors)
			interp_run(s->interp, p.program, folder);
	}
	mem_on_failure(old);
	s->t_all += seconds() - t0;
	return settle(s);
}

enum pp_status pp_run_text(struct pp *s, const char *name, const char *text, size_t n)
{
	return run(s, name, text, n, "");
}

enum pp_status pp_run_file(struct pp *s, const char *path)
{
	size_t n;
	char *text = file_read(path, (size_t)64 << 20, &n);
	if (!text) {
		diag_at(&s->diags, E_FILE, (struct span){ 0, 0 }, "%s: %s", path, strerror(errno));
		return settle(s);
	}
	const char *slash = strrchr(path, '/');
	char *folder = slash ? arena_strndup(&s->arena, path, (size_t)(slash - path)) : arena_strndup(&s->arena, "", 0);
	enum pp_status st = run(s, path, text, n, folder);
	free(text);
	return st;
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

const char *pp_times(struct pp *s)
{
	s->times.n = 0;
	buf_printf(&s->times, "{\"parse\":%.6f,\"lower\":%.6f,\"run_and_metric\":%.6f,\"estimate\":%.6f,\"all\":%.6f}", s->t_parse, s->t_lower,
	    s->t_run, s->t_estimate, s->t_all);
	return buf_str(&s->times);
}
