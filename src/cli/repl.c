/* The prompt.  See repl.h; lines come from line.h, what they mean is the session's (pp.h). */
#include "cli/repl.h"

#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/source.h"
#include "base/vec.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/line.h"
#include "cli/progress.h"
#include "cli/transcript.h"
#include "lang/help.h"

enum { SCRIPT_MAX = 64 << 20 };
static const char FIRST[] = "pp> ", MORE[] = "... ";

struct repl {
	struct repl_options o;
	struct pp *s;
	struct line_reader *lines;
	struct transcript *transcript;
	struct buf pending;                          /* what was typed of a text that is not complete */
	struct buf name;                             /* how messages call the text that runs */
	size_t n_texts;
	char *loaded;                                /* the file of the last :load */
	bool leave;
	VEC(struct line_candidate) candidate;
};

typedef void action(struct repl *r, const char *rest);
static action do_help, do_type, do_stage_ast, do_stage_graph, do_stage_paths, do_stage_plan, do_stage_tree, do_why, do_time, do_load, do_reload, do_save, do_quit;

static const struct command { const char *name, *takes, *does; action *run; } command[] = {
	{ "help", "[TOPIC]", "this list; what a word, function or error code means", do_help },
	{ "type", "EXPRESSION", "what its value is; nothing is evaluated", do_type },
	{ "ast", "[TEXT]", "the syntax tree of a text", do_stage_ast },
	{ "graph", "[MODEL]", "the nodes of a model, one a line", do_stage_graph },
	{ "paths", "[HYPOTHESIS]", "the automaton that reads its paths", do_stage_paths },
	{ "plan", "[EVALUATION]", "what it would compute, and in which memory", do_stage_plan },
	{ "tree", "[EVALUATION]", "its treeified graph, one node a line", do_stage_tree },
	{ "why", "", "what was computed for the last evaluation, and why", do_why },
	{ "time", "[TEXT]", "how long each stage took", do_time },
	{ "load", "FILE", "run a script; its names stay", do_load },
	{ "reload", "", "run it again; only what changed is computed", do_reload },
	{ "save", "FILE", "write the session as a script", do_save },
	{ "quit", "", "leave, as Ctrl-D does", do_quit },
};
enum { N_COMMANDS = sizeof command / sizeof *command };

/* A line that is no result. */
static void warn(struct repl *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void warn(struct repl *r, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	buf_putc(&b, '\n');
	r->o.o.err(r->o.o.context, b.at, b.n);
	buf_free(&b);
}

/* ---- running */

static void begin(struct repl *r)
{
	interrupt_forget();
	pp_set_width(r->s, terminal_width());
	progress_start(r->o.progress);
	interrupt_target(r->s);
}

static void end(struct repl *r, enum pp_status status)
{
	interrupt_target(NULL);
	progress_stop();
	interrupt_forget();
	if (status == PP_INTERRUPTED)
		warn(r, "interrupted: what was computed is kept");
}

static enum pp_status run_text(struct repl *r, const char *text)
{
	r->name.n = 0;
	buf_printf(&r->name, "<%zu>", ++r->n_texts);
	begin(r);
	enum pp_status status = pp_run_text(r->s, buf_str(&r->name), text, strlen(text));
	end(r, status);
	if (status == PP_OK || status == PP_EXPECT_FAILED)
		transcript_add(r->transcript, text);
	return status;
}

static void run_file(struct repl *r, const char *path)
{
	size_t n;
	begin(r);
	enum pp_status status = pp_run_file(r->s, path);
	end(r, status);
	char *text = status == PP_OK || status == PP_EXPECT_FAILED ? file_read(path, SCRIPT_MAX, &n) : NULL;
	if (text)
		transcript_add(r->transcript, text);
	free(text);
}

/* ---- commands */

static void list_commands(void)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < N_COMMANDS; i++) {
		int n = (int)(strlen(command[i].name) + strlen(command[i].takes));
		buf_printf(&b, ":%s %s%*s  %s\n", command[i].name, command[i].takes, n < 20 ? 20 - n : 0, "", command[i].does);
	}
	buf_puts(&b, "\nWhat stands in [ ] may be left out: the last evaluation is meant then, or all there is.\n"
	    "A text that is not complete goes on in the next line. Tab completes.\n"
	    "Ctrl-C gives up a text, or stops what runs; what was computed is kept.\n"
	    "A name can be bound again; what used it stays what it was.\n");
	say(b.at);
	buf_free(&b);
}

static void do_help(struct repl *r, const char *rest)
{
	struct buf b = { 0 };
	const char *near = NULL;
	if (!*rest)
		list_commands();
	else if (strcmp(rest, "topics") == 0)
		help_topics(&b);
	else if (!help_about(*rest == ':' ? rest + 1 : rest, &b, &near))
		warn(r, near ? "there is no help about '%s'; did you mean %s?" : "there is no help about '%s'; :help topics lists what there is", rest, near);
	if (b.n)
		say(b.at);
	buf_free(&b);
}

static void do_type(struct repl *r, const char *rest)
{
	if (!*rest) {
		warn(r, ":type takes an expression");
		return;
	}
	begin(r);
	end(r, pp_describe(r->s, rest, strlen(rest)));
}

static void do_stage(struct repl *r, unsigned what, const char *rest)
{
	begin(r);
	end(r, pp_explain(r->s, what, rest, strlen(rest)));
}

static void do_stage_ast(struct repl *r, const char *rest) { do_stage(r, PP_EXPLAIN_AST, rest); }
static void do_stage_graph(struct repl *r, const char *rest) { do_stage(r, PP_EXPLAIN_GRAPH, rest); }
static void do_stage_paths(struct repl *r, const char *rest) { do_stage(r, PP_EXPLAIN_PATHS, rest); }
static void do_stage_plan(struct repl *r, const char *rest) { do_stage(r, PP_EXPLAIN_PLAN, rest); }
static void do_stage_tree(struct repl *r, const char *rest) { do_stage(r, PP_EXPLAIN_TREE, rest); }

static void do_why(struct repl *r, const char *rest)
{
	(void)rest;
	pp_set_width(r->s, terminal_width());
	const char *text = pp_why(r->s);
	if (*text)
		say(text);
	else
		warn(r, "nothing was evaluated yet");
}

static void do_time(struct repl *r, const char *rest)
{
	struct buf b = { 0 };
	if (*rest)
		run_text(r, rest);
	buf_printf(&b, "%s\n", pp_last_times(r->s));
	say(b.at);
	buf_free(&b);
}

static void do_load(struct repl *r, const char *rest)
{
	size_t n = strlen(rest);
	if (n > 1 && rest[0] == '"' && rest[n - 1] == '"') {
		rest++;
		n -= 2;
	}
	if (n == 0) {
		warn(r, ":load takes a script");
		return;
	}
	char *path = mem_copy(rest, n + 1);
	path[n] = 0;
	free(r->loaded);
	r->loaded = path;
	run_file(r, path);
}

static void do_reload(struct repl *r, const char *rest)
{
	if (*rest)
		warn(r, ":reload runs the file of the last :load; :load FILE another");
	else if (!r->loaded)
		warn(r, "nothing was loaded yet: :load FILE");
	else
		run_file(r, r->loaded);
}

/* What pp check would say: false names that are missing, order that does not work. */
static bool runs_alone(const char *path)
{
	const struct pp_options o = { .check_only = true };
	struct pp *s = pp_open(&o);
	enum pp_status status = s ? pp_run_file(s, path) : PP_OK;
	pp_close(s);
	return status == PP_OK;
}

static void do_save(struct repl *r, const char *rest)
{
	struct buf b = { 0 }, told = { 0 };
	if (!*rest) {
		warn(r, ":save takes the name of a script to write");
		return;
	}
	if (access(rest, F_OK) == 0) {
		warn(r, "%s is there already; :save writes over nothing", rest);
		return;
	}
	size_t n = transcript_write(r->transcript, &b);
	if (!file_write(rest, buf_str(&b), b.n))
		warn(r, "pp: error %s: %s cannot be written: %s", code_info[E_FILE_WRITE].name, rest, strerror(errno));
	else
		buf_printf(&told, "%s: %zu statement%s%s\n", rest, n, n == 1 ? "" : "s", runs_alone(rest) ? "" : "; pp check finds mistakes in it: names were bound step by step here");
	if (told.n)
		say(told.at);
	buf_free(&b);
	buf_free(&told);
}

static void do_quit(struct repl *r, const char *rest)
{
	(void)rest;
	r->leave = true;
}

/* The command that a line names, by any beginning that no other has; NULL after saying so. */
static const struct command *find_command(struct repl *r, const char *name, size_t n)
{
	const struct command *found = NULL;
	size_t many = 0;
	struct buf b = { 0 };
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strncmp(command[i].name, name, n) != 0)
			continue;
		buf_printf(&b, "%s:%s", many++ ? ", " : "", command[i].name);
		found = &command[i];
		if (command[i].name[n] == 0) {
			many = 1;
			break;
		}
	}
	if (many > 1)
		warn(r, ":%.*s could be %s", (int)n, name, b.at);
	else if (!found)
		warn(r, "there is no command :%.*s; :help lists them", (int)n, name);
	buf_free(&b);
	return many == 1 ? found : NULL;
}

static size_t word_length(const char *s)
{
	size_t n = 0;
	while (isalpha((unsigned char)s[n]))
		n++;
	return n;
}

static void run_command(struct repl *r, const char *line)
{
	size_t n = word_length(line + 1), blanks = strspn(line + 1 + n, " \t");
	const struct command *c = find_command(r, line + 1, n);
	if (!c)
		return;
	char *rest = mem_strdup(line + 1 + n + blanks);
	for (size_t k = strlen(rest); k > 0 && strchr(" \t\r", rest[k - 1]); k--)
		rest[k - 1] = 0;
	c->run(r, rest);
	free(rest);
}

/* ---- completion */

static void take(struct repl *r, const struct pp_completion *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct line_candidate x = { c->at[i].text, c->at[i].kind, c->at[i].note };
		vec_push(&r->candidate, x);
	}
}

static void complete_command(struct repl *r, const char *line, size_t at)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strncmp(command[i].name, line + 1, at - 1) == 0) {
			struct line_candidate x = { command[i].name, *command[i].takes ? "word" : "command", command[i].does };
			vec_push(&r->candidate, x);
		}
}

/* :load FILE: what would stand in quotes. */
static void complete_file(struct repl *r, const char *line, size_t from, size_t at, struct line_candidates *out)
{
	struct buf b = { 0 };
	buf_printf(&b, "\"%.*s", (int)(at - from), line + from);
	const struct pp_completion *c = pp_complete(r->s, b.at, b.n, b.n, NULL);
	take(r, c);
	out->from = from + c->from - 1;
	buf_free(&b);
}

static void complete(void *context, const char *line, size_t n, size_t at, struct line_candidates *out)
{
	struct repl *r = context;
	size_t from = 0, word = line[0] == ':' && !r->pending.n ? word_length(line + 1) : 0;
	r->candidate.n = 0;
	out->to = at;
	if (line[0] == ':' && !r->pending.n) {
		from = 1 + word;
		from += strspn(line + from, " \t");
	}
	if (line[0] == ':' && !r->pending.n && at <= 1 + word) {
		complete_command(r, line, at);
		out->from = 1;
	} else if (word > 1 && (strncmp(line + 1, "load", word) == 0 || strncmp(line + 1, "save", word) == 0)) {
		complete_file(r, line, from, at, out);
	} else {
		struct buf b = { 0 };
		buf_add(&b, buf_str(&r->pending), r->pending.n);
		size_t before = b.n;
		buf_add(&b, line + from, n - from);
		const struct pp_completion *c = pp_complete(r->s, b.at, b.n, before + at - from, NULL);
		take(r, c);
		out->from = c->from >= before ? c->from - before + from : at;
		buf_free(&b);
	}
	out->at = r->candidate.at;
	out->n = r->candidate.n;
}

/* ---- the loop */

static void give_up(struct repl *r)
{
	r->pending.n = 0;
	interrupt_forget();
	warn(r, "%s", "");
}

static void take_line(struct repl *r, const char *line)
{
	bool first = r->pending.n == 0;
	if (first && line[strspn(line, " \t")] == 0)
		return;
	if (first && line[0] == ':') {
		line_remember(r->lines, line);
		run_command(r, line);
		return;
	}
	buf_printf(&r->pending, "%s\n", line);
	if (pp_incomplete(r->s, r->pending.at, r->pending.n))
		return;
	r->pending.at[--r->pending.n] = 0;           /* the last newline */
	char *text = mem_strdup(r->pending.at);
	r->pending.n = 0;
	line_remember(r->lines, text);
	run_text(r, text);
	free(text);
}

static void loop(struct repl *r)
{
	while (!r->leave) {
		const char *line = line_read(r->lines, r->pending.n ? MORE : FIRST, r->pending.n > 0);
		if (line)
			take_line(r, line);
		else if (interrupt_seen())
			give_up(r);
		else
			break;
	}
	if (!r->leave)
		warn(r, "%s", "");
}

int repl_run(const struct repl_options *o)
{
	struct repl r = { .o = *o };
	r.o.o.interactive = true;
	r.s = open_session(&r.o.o);
	if (!r.s)
		return PP_WORLD_ERROR;
	setlocale(LC_CTYPE, "");
	interrupt_watch(false);
	r.transcript = transcript_new();
	r.lines = line_open(&(struct line_options){ o->color, "history", complete, &r });
	if (!o->quiet)
		warn(&r, "pp " PP_VERSION "; :help lists what there is, :quit leaves");
	loop(&r);
	line_close(r.lines);
	transcript_free(r.transcript);
	pp_close(r.s);
	buf_free(&r.pending);
	buf_free(&r.name);
	vec_free(&r.candidate);
	free(r.loaded);
	return PP_OK;
}
