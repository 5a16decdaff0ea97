/* The program: arguments, streams, signals, exit status.  Only this folder prints to the terminal or exits. */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/learn.h"
#include "cli/limits.h"
#include "cli/look.h"
#include "cli/progress.h"
#include "cli/pull.h"
#include "cli/repl.h"
#include "lang/help.h"
#include "pp/pp.h"
#include "tensor/blas.h"

enum { MAX_THREADS = 1024, SAMPLE = 8 /* pairs of each evaluation that pp verify looks at */ };

static const char usage[] =
    "usage: pp                         a prompt, where texts are run as they are typed (from a pipe: a script)\n"
    "       pp [run] SCRIPT.pp         run a script (- is standard input)\n"
    "       pp check SCRIPT.pp         read it, build its models, check its patterns; evaluate nothing\n"
    "       pp explain SCRIPT.pp       count paths, and what evaluating would cost\n"
    "           [--ast] [--graph] [--paths] [--tree] [--plan]   print these stages instead\n"
    "           [--edges] [--dot]      what each edge carries: reference, counterfactual or both; as a Graphviz drawing\n"
    "           [--diff H1 H2]         the paths that only one of two hypotheses keeps, and the edges that differ\n"
    "       pp fmt [--check] SCRIPT.pp...  the usual layout, in place (- from standard input to standard output)\n"
    "       pp -e 'TEXT'               run a line, any number of times (after check or explain, too)\n"
    "       pp inspect MODEL           what a model is made of: a folder, a GGUF file or a name in the Hugging Face cache\n"
    "       pp pull NAME [FILE.gguf]   fetch a model of the Hugging Face hub into its cache (HF_ENDPOINT, HF_TOKEN, HF_HOME)\n"
    "       pp results STORE           list what a store has; --json or --csv export it\n"
    "       pp results --merge STORE PART...   put the parts of a sharded run into one store\n"
    "       pp verify STORE            compute a sample of it again and compare: [--all] or [--sample PAIRS] of each evaluation\n"
    "       pp learn [LESSON]          lessons, and how far you are; a number, or a lesson of your own (a file)\n"
    "           [--check ANSWERS]      look at the answers in a file (docs/lessons/teachers.md)\n"
    "       pp new NAME                a commented script to start from\n"
    "       pp lsp                     a language server for editors, on standard input and output\n"
    "       pp jupyter --install [PREFIX]   a kernel for Jupyter: for this user, or into an environment such as /opt/venv\n"
    "       pp help TOPIC              an error code (E0203), a word (keep), a function (count), a metric (kl), a component (a9.h9);\n"
    "                                  pp help topics and pp help codes list what there is\n"
    "\n"
    "  --json           results as JSON, one object a line\n"
    "  --csv            results and tables as comma-separated values\n"
    "  --per-pair       with --json: the delta of each pair as well\n"
    "  --quiet          no results, no progress: messages and the exit status only\n"
    "  --seed N         of the bootstrap (default 0)\n"
    "  --threads N      default: as many as there are processors; results do not depend on it\n"
    "  --memory SIZE    for values, such as 500m or 2g (default: half of what is free)\n"
    "  --precision WHAT single or double (default: double for models of up to four million weights)\n"
    "  --store FILE     keep every result; what is there already is not computed again\n"
    "  --shard I/N      compute part I of N of the hypotheses into the store, and show nothing\n"
    "  --max-memory SIZE, --max-time SECONDS      for scripts that one does not know: the program ends there\n"
    "  --read FOLDER    models, data and scripts from this folder and the script's own only (any number of times)\n"
    "  --write FOLDER   save into this folder only (any number of times; default: the script's own)\n"
    "  --time           the time of each stage as JSON, on standard error\n"
    "  --color WHEN     auto (default), always or never\n"
    "  --help, --version\n"
    "\n"
    "Results go to standard output, everything else to standard error.\n"
    "Exit status: 0 fine, 1 an expect failed, 2 the script is wrong, 3 a file or the machine is, 130 interrupted.\n";

enum { OPT_JSON = 256, OPT_PAIR, OPT_SEED, OPT_THREADS, OPT_MEMORY, OPT_QUIET, OPT_TIME, OPT_COLOR, OPT_VERSION, OPT_READ, OPT_WRITE, OPT_CSV,
       OPT_STORE, OPT_SHARD, OPT_MERGE, OPT_SAMPLE, OPT_ALL, OPT_MAX_MEMORY, OPT_MAX_TIME, OPT_AST, OPT_GRAPH, OPT_PATHS, OPT_TREE, OPT_PLAN,
       OPT_CHECK, OPT_EDGES, OPT_DOT, OPT_DIFF, OPT_INSTALL, OPT_PRECISION };

static const struct option options[] = {
	{ "json", no_argument, 0, OPT_JSON }, { "per-pair", no_argument, 0, OPT_PAIR }, { "seed", required_argument, 0, OPT_SEED },
	{ "threads", required_argument, 0, OPT_THREADS }, { "memory", required_argument, 0, OPT_MEMORY },
	{ "precision", required_argument, 0, OPT_PRECISION },
	{ "csv", no_argument, 0, OPT_CSV }, { "store", required_argument, 0, OPT_STORE }, { "shard", required_argument, 0, OPT_SHARD },
	{ "merge", no_argument, 0, OPT_MERGE }, { "sample", required_argument, 0, OPT_SAMPLE }, { "all", no_argument, 0, OPT_ALL },
	{ "max-memory", required_argument, 0, OPT_MAX_MEMORY }, { "max-time", required_argument, 0, OPT_MAX_TIME },
	{ "read", required_argument, 0, OPT_READ }, { "write", required_argument, 0, OPT_WRITE },
	{ "quiet", no_argument, 0, OPT_QUIET }, { "time", no_argument, 0, OPT_TIME }, { "color", required_argument, 0, OPT_COLOR },
	{ "help", no_argument, 0, 'h' }, { "version", no_argument, 0, OPT_VERSION }, { "ast", no_argument, 0, OPT_AST },
	{ "edges", no_argument, 0, OPT_EDGES }, { "dot", no_argument, 0, OPT_DOT }, { "diff", required_argument, 0, OPT_DIFF },
	{ "check", no_argument, 0, OPT_CHECK }, { "install", no_argument, 0, OPT_INSTALL }, { "graph", no_argument, 0, OPT_GRAPH }, { "paths", no_argument, 0, OPT_PATHS }, { "tree", no_argument, 0, OPT_TREE }, { "plan", no_argument, 0, OPT_PLAN },
	{ 0, 0, 0, 0 },
};
enum { N_OPTIONS = sizeof options / sizeof *options - 1 };

enum command { RUN, CHECK, EXPLAIN, INSPECT, PULL, FMT, NEW, LEARN, RESULTS, VERIFY, LSP, JUPYTER, HELP, N_COMMANDS };
static const char *const command_name[N_COMMANDS] = { "run", "check", "explain", "inspect", "pull", "fmt", "new", "learn", "results", "verify", "lsp", "jupyter", "help" };

struct arguments {
	struct pp_options o;
	enum command command;
	const char *line, *file;                     /* -e's text; the script, model or code */
	struct buf lines;                            /* of several -e */
	const char *second;                          /* pull: a file of the model */
	const char *color;
	bool time, quiet, check_layout, install;
	bool merge, sampled, all;                    /* results --merge; verify --sample, --all */
	size_t sample, max_memory;
	double max_time;
	char *const *word; int n_words;              /* what follows the command */
	VEC(const char *) read, write;               /* folders */
};

/* ---- streams */

static bool color, show_progress;

static void to_stdout(void *context, const char *text, size_t n)
{
	(void)context;
	progress_hold();
	bool ok = fwrite(text, 1, n, stdout) == n && fflush(stdout) == 0;
	progress_release();
	if (ok)
		return;
	/* A reader that went away is no mistake (SIGPIPE ends us without a word); a full disk is, and what follows is lost too. */
	fprintf(stderr, "pp: error %s: the results cannot be written: %s\n", code_info[E_FILE_WRITE].name, strerror(errno));
	_exit(PP_WORLD_ERROR);
}

/* "error E0203" or "warning W0401" in the first line of a message. */
static const char *find_code(const char *text, size_t n, size_t *len)
{
	static const char *const word[] = { "error E", "warning W" };
	const char *end = memchr(text, '\n', n);
	for (const char *at = text; end && at < end; at++)
		for (size_t k = 0; k < 2; k++) {
			size_t w = strlen(word[k]);
			if ((size_t)(end - at) > w + 4 && memcmp(at, word[k], w) == 0 && strspn(at + w, "0123456789") == 4 && at[w + 4] == ':') {
				*len = w + 4;
				return at;
			}
		}
	return NULL;
}

static void to_stderr(void *context, const char *text, size_t n)
{
	(void)context;
	size_t len, before = 0;
	const char *code = color ? find_code(text, n, &len) : NULL;
	progress_hold();
	if (code) {
		before = (size_t)(code - text);
		fwrite(text, 1, before, stderr);
		fprintf(stderr, "\033[1;%dm%.*s\033[0m", *code == 'e' ? 31 : 33, (int)len, code);
		before += len;
	}
	fwrite(text + before, 1, n - before, stderr);
	progress_release();
}

static void on_progress(void *context, double done, double total, const char *what)
{
	(void)context;
	progress_show(done, total, what);
}

int complain(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("pp: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\npp --help lists what there is.\n", stderr);
	return PP_SCRIPT_ERROR;
}

struct pp *open_session(const struct pp_options *o)
{
	struct pp *s = pp_open(o);
	if (!s)
		fprintf(stderr, "pp: error %s: there is not enough memory to start\n", code_info[E_MEMORY].name);
	return s;
}

int say(const char *text)
{
	to_stdout(NULL, text, strlen(text));
	return PP_OK;
}

/* ---- arguments */

static bool whole_number(const char *text, unsigned long long *out)
{
	char *end;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* "500m", "1.5G", "2gb", "1000000" */
static bool byte_size(const char *text, size_t *out)
{
	static const char unit[] = "kmgt";
	size_t digits = strspn(text, "0123456789.");
	char *end;
	double x = strtod(text, &end);
	if (!digits || end != text + digits)
		return false;
	const char *u = *end ? strchr(unit, *end | 0x20) : NULL;
	if (u) {
		x = ldexp(x, 10 * (int)(u - unit + 1));
		end++;
	}
	if (*end && (*end | 0x20) == 'b')
		end++;
	if (*end || x < 1 || x > 0x1p62)
		return false;
	*out = (size_t)x;
	return true;
}

/* "2/4": part 2 of 4, which is part 1 counted from 0 */
static bool shard(const char *text, size_t *part, size_t *n)
{
	unsigned long long p, of;
	char first[24];
	size_t len = strcspn(text, "/");
	if (len >= sizeof first || text[len] != '/')
		return false;
	memcpy(first, text, len);
	first[len] = 0;
	if (!whole_number(first, &p) || !whole_number(text + len + 1, &of) || p < 1 || p > of)
		return false;
	*part = (size_t)p - 1;
	*n = (size_t)of;
	return true;
}

static bool seconds(const char *text, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return strspn(text, "0123456789.") == strlen(text) && *text && !*end && *out > 0 && *out < 1e9;
}

static int unknown_option(char *const *argv)
{
	const char *given = argv[optind - 1], *names[N_OPTIONS];
	if (optopt >= OPT_JSON)
		return complain("%.*s takes no value", (int)strcspn(given, "="), given);
	if (optopt)
		return complain("there is no option -%c", optopt);
	for (size_t i = 0; i < N_OPTIONS; i++)
		names[i] = options[i].name;
	const char *near = str_nearest(given + strspn(given, "-"), names, N_OPTIONS);
	return near ? complain("there is no option %s; did you mean --%s?", given, near) : complain("there is no option %s", given);
}

/* An option whose value is more than a text; its exit status when it is wrong, else PP_OK. */
static int take_checked(struct arguments *a, int c)
{
	unsigned long long n;
	switch (c) {
	case OPT_SEED:
		if (!whole_number(optarg, &n))
			return complain("--seed takes a whole number of at most 64 bits, not '%s'", optarg);
		a->o.seed = n;
		break;
	case OPT_THREADS:
		if (!whole_number(optarg, &n) || n < 1 || n > MAX_THREADS)
			return complain("--threads takes a number from 1 to %d, not '%s'", MAX_THREADS, optarg);
		a->o.threads = (int)n;
		break;
	case OPT_MEMORY:
		if (!byte_size(optarg, &a->o.memory))
			return complain("--memory takes a size such as 500m or 2g, not '%s'", optarg);
		break;
	case OPT_PRECISION:
		a->o.precision = strcmp(optarg, "single") == 0 ? PP_PRECISION_SINGLE : strcmp(optarg, "double") == 0 ? PP_PRECISION_DOUBLE : PP_PRECISION_BY_SIZE;
		if (a->o.precision == PP_PRECISION_BY_SIZE)
			return complain("--precision takes single or double, not '%s'", optarg);
		break;
	case OPT_SHARD:
		if (!shard(optarg, &a->o.shard, &a->o.n_shards))
			return complain("--shard takes a part such as 1/4, not '%s'", optarg);
		break;
	case OPT_SAMPLE:
		if (!whole_number(optarg, &n) || n < 1)
			return complain("--sample takes how many pairs of each evaluation, not '%s'", optarg);
		a->sampled = true;
		a->sample = (size_t)n;
		break;
	case OPT_MAX_MEMORY:
		if (!byte_size(optarg, &a->max_memory))
			return complain("--max-memory takes a size such as 500m or 2g, not '%s'", optarg);
		break;
	case OPT_MAX_TIME:
		if (!seconds(optarg, &a->max_time))
			return complain("--max-time takes a number of seconds, not '%s'", optarg);
		break;
	}
	return PP_OK;
}

/* Takes one option; its exit status when it is wrong, else PP_OK. */
static int take(struct arguments *a, int c, char *const *argv)
{
	switch (c) {
	case 'e':         buf_printf(&a->lines, a->line ? "\n%s" : "%s", optarg); a->line = buf_str(&a->lines); break;
	case OPT_JSON:    a->o.format = PP_JSON; break;
	case OPT_PAIR:    a->o.per_pair = true; break;
	case OPT_CSV:     a->o.format = PP_CSV; break;
	case OPT_STORE:   a->o.store = optarg; break;
	case OPT_MERGE:   a->merge = true; break;
	case OPT_ALL:     a->all = true; break;
	case OPT_READ:    vec_push(&a->read, optarg); break;
	case OPT_WRITE:   vec_push(&a->write, optarg); break;
	case OPT_QUIET:   a->quiet = true; break;
	case OPT_TIME:    a->time = true; break;
	case OPT_CHECK:   a->check_layout = true; break;
	case OPT_INSTALL: a->install = true; break;
	case OPT_COLOR:   a->color = optarg; break;
	case OPT_AST:     a->o.explain |= PP_EXPLAIN_AST; break;
	case OPT_GRAPH:   a->o.explain |= PP_EXPLAIN_GRAPH; break;
	case OPT_PATHS:   a->o.explain |= PP_EXPLAIN_PATHS; break;
	case OPT_TREE:    a->o.explain |= PP_EXPLAIN_TREE; break;
	case OPT_PLAN:    a->o.explain |= PP_EXPLAIN_PLAN; break;
	case OPT_EDGES:   a->o.explain |= PP_EXPLAIN_EDGES; break;
	case OPT_DOT:     a->o.explain |= PP_EXPLAIN_DOT; break;
	case OPT_DIFF:    a->o.compare[0] = optarg; break;
	case OPT_SEED: case OPT_THREADS: case OPT_MEMORY: case OPT_PRECISION: case OPT_SHARD: case OPT_SAMPLE: case OPT_MAX_MEMORY: case OPT_MAX_TIME:
		return take_checked(a, c);
	case ':':         return complain("%s needs a value", argv[optind - 1]);
	default:          return unknown_option(argv);
	}
	return PP_OK;
}

/* What follows pp results and pp verify. */
static int take_stores(struct arguments *a, int n, char *const *word)
{
	const char *name = command_name[a->command];
	if (a->line || a->o.store)
		return complain("%s does not belong to pp %s", a->line ? "-e" : "--store", name);
	if (a->command == VERIFY && a->merge)
		return complain("--merge belongs to pp results");
	if (a->command == RESULTS && (a->all || a->sampled))
		return complain("--all and --sample belong to pp verify");
	if (a->all && a->sampled)
		return complain("--all and --sample exclude each other");
	if (a->merge && n < 2)
		return complain("pp results --merge takes the store to fill and the stores to put into it");
	if (!a->merge && n != 1)
		return complain(n ? "one store at a time: '%s' is one too many" : "pp %s takes a store", n ? word[1] : name);
	a->file = word[0];
	a->word = word + 1;
	a->n_words = n - 1;
	return PP_OK;
}

/* Of the words behind `explain` the one that is a name, and what is left: the script, if any. */
static bool second_name(struct arguments *a, int n, char *const *word, const char **rest)
{
	rest[0] = NULL;
	for (int i = 0; i < n && i < 2; i++) {
		bool name = strcmp(word[i], "-") != 0 && !strpbrk(word[i], "./");
		if (name && !a->o.compare[1])
			a->o.compare[1] = word[i];
		else
			rest[0] = word[i];
	}
	return a->command == EXPLAIN && a->o.compare[1] && n <= 2;
}

/* What follows pp learn: nothing, a lesson, or with --check a lesson and a file of answers. */
static int take_lesson(struct arguments *a, int n, char *const *word)
{
	if (a->line || a->o.explain || a->o.per_pair || a->o.format == PP_CSV || a->quiet || a->time || a->read.n || a->write.n)
		return complain("pp learn takes --check, --json, --seed, --threads, --memory, --max-memory, --max-time and --color, and nothing else");
	if (a->o.format == PP_JSON && !a->check_layout)
		return complain("--json is for pp learn LESSON --check ANSWERS");
	if (n != (a->check_layout ? 2 : n > 0))
		return complain(a->check_layout ? "pp learn LESSON --check ANSWERS takes a lesson and a file" : "one lesson at a time: pp learn 3");
	a->file = n ? word[0] : NULL;
	a->second = a->check_layout ? word[1] : NULL;
	return PP_OK;
}

static int take_words(struct arguments *a, int n, char *const *word)
{
	for (int c = 0; n && c < N_COMMANDS; c++)
		if (strcmp(word[0], command_name[c]) == 0) {
			a->command = (enum command)c;
			n--;
			word++;
			break;
		}
	if (a->command == RESULTS || a->command == VERIFY)
		return take_stores(a, n, word);
	if (a->merge || a->all || a->sampled)
		return complain("%s belongs to pp %s", a->merge ? "--merge" : a->all ? "--all" : "--sample", a->merge ? "results" : "verify");
	if (a->o.n_shards && !a->o.store)
		return complain("--shard needs --store FILE, where its part goes");
	if (a->o.store && a->command != RUN)
		return complain("--store belongs to pp run");
	if (a->command == LEARN)
		return take_lesson(a, n, word);
	bool model = a->command == INSPECT || a->command == PULL;
	if (a->command == PULL && n == 2)
		a->second = word[--n];
	if (model && n != 1)
		return complain(n ? "one model at a time: pp %s MODEL" : "pp %s takes the name of a model", command_name[a->command]);
	if (model && a->line)
		return complain("-e does not belong to pp %s", command_name[a->command]);
	if (a->command == PULL && a->o.format == PP_JSON)
		return complain("--json does not belong to pp pull");
	const char *rest[2];                         /* --diff H1 H2: the second name stands among the words */
	if (a->o.compare[0] && !second_name(a, n, word, rest))
		return complain("--diff takes the names of two hypotheses: pp explain --diff H1 H2 SCRIPT.pp");
	if (a->o.compare[0]) {
		a->file = rest[0];
		return a->line && a->file ? complain("-e and the script '%s' exclude each other", a->file) : PP_OK;
	}
	a->word = word;
	a->n_words = n;
	if (a->install && a->command != JUPYTER)
		return complain("--install belongs to pp jupyter");
	if (a->check_layout && a->command != FMT)
		return complain("--check belongs to pp fmt; pp check SCRIPT.pp checks a script");
	if (n > 1 && a->command != FMT)
		return complain("one script at a time: '%s' is one too many", word[1]);
	a->file = n ? word[0] : NULL;
	if (a->line && a->file && a->command != HELP)
		return complain("-e and the script '%s' exclude each other", a->file);
	if (a->o.explain && a->command != EXPLAIN)
		return complain("--ast, --graph, --paths, --tree, --plan, --edges and --dot belong to pp explain");
	if (a->color && strcmp(a->color, "auto") && strcmp(a->color, "always") && strcmp(a->color, "never"))
		return complain("--color takes auto, always or never, not '%s'", a->color);
	return PP_OK;
}

/* ---- help */

static int help(const char *topic)
{
	struct buf b = { 0 };
	const char *near = NULL;
	int status;
	if (strcmp(topic, "codes") == 0) {
		for (int c = 0; c < E_COUNT; c++)
			buf_printf(&b, "%s  %s\n", code_info[c].name, code_info[c].title);
		status = say(b.at);
	} else if (strcmp(topic, "topics") == 0) {
		help_topics(&b);
		status = say(b.at);
	} else if (help_about(topic, &b, &near)) {
		status = say(b.at);
	} else if ((topic[0] == 'E' || topic[0] == 'W') && strspn(topic + 1, "0123456789") == strlen(topic) - 1) {
		status = complain("there is no error code '%s'; pp help codes lists all", topic);
	} else {
		status = near ? complain("there is no help about '%s'; did you mean %s?", topic, near)
		              : complain("there is no help about '%s'; pp help topics lists what there is, pp help codes the error codes", topic);
	}
	buf_free(&b);
	return status;
}

static int version(void)
{
	struct buf b = { 0 };
	buf_printf(&b, "pp %s\nBLIS kernels: %s\n", PP_VERSION, blas_kernels());
	say(b.at);
	buf_free(&b);
	return PP_OK;
}

/* ---- running */

char *read_stdin(size_t *n)
{
	char *text = NULL;
	ssize_t got = 1;
	for (*n = 0; got > 0 && !interrupt_seen(); *n += got > 0 ? (size_t)got : 0) {
		text = mem_grow(text, *n + (1 << 16));
		got = read(STDIN_FILENO, text + *n, 1 << 16);
	}
	if (got >= 0 && !interrupt_seen())
		return text;
	if (!interrupt_seen())
		fprintf(stderr, "pp: error %s: standard input cannot be read: %s\n", code_info[E_FILE].name, strerror(errno));
	free(text);
	return NULL;
}

static enum pp_status run_stdin(struct pp *s)
{
	size_t n;
	char *text = read_stdin(&n);
	if (!text)
		return interrupt_seen() ? PP_INTERRUPTED : PP_WORLD_ERROR;
	progress_start(show_progress);
	enum pp_status status = pp_run_text(s, "<stdin>", text, n);
	free(text);
	return status;
}

static int run(const struct arguments *a)
{
	struct pp *s = open_session(&a->o);
	if (!s)
		return PP_WORLD_ERROR;
	interrupt_target(s);
	enum pp_status status;
	bool from_stdin = !a->line && a->command != INSPECT && (!a->file || strcmp(a->file, "-") == 0);
	progress_start(show_progress && !from_stdin);                /* while a script is typed in nothing is being done */
	if (a->line)
		status = pp_run_text(s, "<line>", a->line, strlen(a->line));
	else if (a->command == INSPECT)
		status = pp_inspect(s, a->file);
	else if (a->command == RESULTS)
		status = a->merge ? pp_merge(s, a->file, (const char *const *)a->word, (size_t)a->n_words) : pp_results(s, a->file);
	else if (a->command == VERIFY)
		status = pp_verify(s, a->file, a->all ? 0 : a->sampled ? a->sample : SAMPLE);
	else if (from_stdin)
		status = run_stdin(s);
	else
		status = pp_run_file(s, a->file);
	progress_stop();
	if (limit_reached()) {
		fprintf(stderr, "pp: error %s: the time that --max-time gives, %g s, has run out\n", code_info[E_TIME].name, a->max_time);
		status = PP_WORLD_ERROR;
	}
	if (a->time)
		fprintf(stderr, "%s\n", pp_times(s));
	interrupt_target(NULL);
	pp_close(s);
	return status;
}

static int pull(const struct arguments *a)
{
	progress_start(show_progress);
	int status = pull_command(&(struct pull_command){ a->file, a->second, a->quiet, to_stdout, to_stderr });
	progress_stop();
	return status;
}

static int learn(const struct arguments *a)
{
	struct learn_command c = { .o = a->o, .which = a->file, .answers = a->second, .json = a->o.format == PP_JSON, .color = a->o.colors > 0 };
	c.o.format = PP_TEXT;
	return learn_command(&c);
}

int terminal_width(void)
{
	struct winsize w;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || !w.ws_col)
		return 0;
	return w.ws_col < 40 ? 40 : w.ws_col;
}

static void set_streams(struct arguments *a)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool capable = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
	color = capable && !(no_color && *no_color);
	if (a->color && strcmp(a->color, "auto"))
		color = strcmp(a->color, "always") == 0;
	show_progress = capable && !a->quiet;
	a->o.out = a->quiet ? NULL : to_stdout;
	a->o.err = to_stderr;
	a->o.progress = on_progress;
	a->o.width = terminal_width();
	a->o.colors = look_colors(STDOUT_FILENO, a->color);
	a->o.utf8 = look_utf8();
}

/* A metric makes arrays of a vocabulary's size and drops them for every pair: their pages are kept for the next, where memory is
 * not limited. */
static void keep_pages(bool limited)
{
	int bytes = limited ? 2 << 20 : 8 << 20;
	mallopt(M_MMAP_THRESHOLD, bytes);
	mallopt(M_TRIM_THRESHOLD, bytes);
}

int main(int argc, char **argv)
{
	struct arguments a = { .command = RUN };
	int c, wrong;
	if (argc == 3 && strcmp(argv[1], "help") == 0 && strcmp(argv[2], "->") == 0)
		return help(argv[2]);                    /* no option */
	opterr = 0;
	interrupt_watch(true);
	signal(SIGPIPE, SIG_DFL);
	while ((c = getopt_long(argc, argv, ":e:h", options, NULL)) != -1) {
		if (c == 'h')
			return say(usage);
		if (c == OPT_VERSION)
			return version();
		if ((wrong = take(&a, c, argv)))
			return wrong;
	}
	if ((wrong = take_words(&a, argc - optind, argv + optind)))
		return wrong;
	if (a.command == HELP)
		return a.file ? help(a.file) : say(usage);
	if (a.command == NEW)
		return a.n_words == 1 ? cli_new(a.word[0]) : complain("pp new takes the name of a script to write");
	if (a.command == JUPYTER)
		return a.install ? cli_jupyter(a.n_words ? a.word[0] : NULL) : complain("pp jupyter --install writes the kernel");
	if (a.command == LSP)
		return a.n_words ? complain("pp lsp takes no script: the editor sends texts") : cli_lsp();
	if (a.command == FMT)
		return a.n_words ? cli_format(a.n_words, a.word, a.check_layout) : complain("pp fmt takes scripts, or - for standard input");
	bool prompt = a.command == RUN && !a.line && !a.file && isatty(STDIN_FILENO);
	if (!a.line && !a.file && !prompt && a.command != LEARN && isatty(STDIN_FILENO)) {
		fputs(usage, stderr);
		return PP_SCRIPT_ERROR;
	}
	a.o.check_only = a.command == CHECK;
	if (a.command == EXPLAIN)
		a.o.explain |= PP_EXPLAIN;
	set_streams(&a);
	keep_pages(a.o.memory > 0);
	if (a.max_memory && !limit_memory(a.max_memory))
		return complain("--max-memory is not possible here");
	if (a.max_time > 0)
		limit_time(a.max_time, interrupt_now);
	a.o.read = a.read.at;
	a.o.n_read = a.read.n;
	a.o.write = a.write.at;
	a.o.n_write = a.write.n;
	int status = prompt ? repl_run(&(struct repl_options){ a.o, color, show_progress, a.quiet }) : a.command == PULL ? pull(&a) : a.command == LEARN ? learn(&a) : run(&a);
	vec_free(&a.read);
	vec_free(&a.write);
	buf_free(&a.lines);
	return status;
}
