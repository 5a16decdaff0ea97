/* The program: arguments, streams, exit status.  Only this folder prints to the terminal or exits. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "pp/pp.h"
#include "tensor/blas.h"

static struct pp *running;

static void on_interrupt(int sig)
{
	(void)sig;
	if (running)
		pp_interrupt(running);
	signal(SIGINT, SIG_DFL);                     /* a second one ends the program */
}

static void to_stdout(void *context, const char *text, size_t n)
{
	(void)context;
	fwrite(text, 1, n, stdout);
	fflush(stdout);
}

static void to_stderr(void *context, const char *text, size_t n)
{
	(void)context;
	fwrite(text, 1, n, stderr);
}

static const char usage[] =
    "usage: pp [run] SCRIPT.pp        run a script (- for standard input)\n"
    "       pp check SCRIPT.pp        parse, build models, check patterns; evaluate nothing\n"
    "       pp explain SCRIPT.pp      paths kept and in all, size and cost of the treeified graph\n"
    "                                 [--ast] [--graph] [--paths] [--tree]: print these stages\n"
    "       pp -e 'TEXT'              run a line\n"
    "       pp help CODE              explain an error code such as E0203\n"
    "options:\n"
    "  --json          results as one JSON object a line     --per-pair   with the delta of each pair\n"
    "  --seed N        seed of the bootstrap (0)             --threads N  (all processors)\n"
    "  --memory SIZE   bytes for values, as 500M or 2G       --quiet      results are not printed\n"
    "  --time          time of each stage, as JSON on standard error\n"
    "  --help          --version\n"
    "exit status: 0 fine, 1 an expect failed, 2 the script is wrong, 3 a file or the machine is, 130 interrupted\n";

enum { OPT_JSON = 256, OPT_PAIR, OPT_SEED, OPT_THREADS, OPT_MEMORY, OPT_QUIET, OPT_TIME, OPT_HELP, OPT_VERSION, OPT_AST, OPT_GRAPH, OPT_PATHS, OPT_TREE };

static const struct option options[] = {
	{ "json", no_argument, 0, OPT_JSON }, { "per-pair", no_argument, 0, OPT_PAIR }, { "seed", required_argument, 0, OPT_SEED },
	{ "threads", required_argument, 0, OPT_THREADS }, { "memory", required_argument, 0, OPT_MEMORY }, { "quiet", no_argument, 0, OPT_QUIET },
	{ "time", no_argument, 0, OPT_TIME }, { "help", no_argument, 0, OPT_HELP }, { "version", no_argument, 0, OPT_VERSION },
	{ "ast", no_argument, 0, OPT_AST }, { "graph", no_argument, 0, OPT_GRAPH }, { "paths", no_argument, 0, OPT_PATHS },
	{ "tree", no_argument, 0, OPT_TREE }, { 0, 0, 0, 0 },
};

static bool read_number(const char *text, unsigned long long *out)
{
	char *end;
	errno = 0;
	*out = strtoull(text, &end, 10);
	if (end == text || errno || *text == '-')
		return false;
	const char *unit = "kKmMgG", *u = *end ? strchr(unit, *end) : NULL;
	if (u && !end[1]) {
		*out <<= 10 * ((u - unit) / 2 + 1);
		return true;
	}
	return *end == 0;
}

static int explain_code(const char *name)
{
	enum code c = code_find(name);
	if (c == E_COUNT) {
		fprintf(stderr, "pp: there is no error code %s\n", name);
		return PP_SCRIPT_ERROR;
	}
	printf("%s: %s\n\n%s\n", code_info[c].name, code_info[c].title, code_info[c].explanation);
	return PP_OK;
}

static int finish(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "pp: results could not be written: %s\n", strerror(errno));
		return PP_WORLD_ERROR;
	}
	return status;
}

static char *read_stdin(size_t *n)
{
	size_t cap = 1 << 16;
	char *text = malloc(cap);
	for (*n = 0; text; ) {
		*n += fread(text + *n, 1, cap - *n, stdin);
		if (*n < cap)
			break;
		char *more = realloc(text, cap *= 2);
		if (!more)
			free(text);
		text = more;
	}
	return text;
}

static int run(struct pp_options *o, const char *file, const char *line, bool time)
{
	enum pp_status st;
	running = pp_open(o);
	if (!running)
		return PP_WORLD_ERROR;
	signal(SIGINT, on_interrupt);
	if (line) {
		st = pp_run_text(running, "<line>", line, strlen(line));
	} else if (strcmp(file, "-") == 0) {
		size_t n = 0;
		char *text = read_stdin(&n);
		st = text ? pp_run_text(running, "<stdin>", text, n) : PP_WORLD_ERROR;
		free(text);
	} else {
		st = pp_run_file(running, file);
	}
	if (time)
		fprintf(stderr, "%s\n", pp_times(running));
	pp_close(running);
	running = NULL;
	return finish(st);
}

int main(int argc, char **argv)
{
	struct pp_options o = { .out = to_stdout, .err = to_stderr };
	const char *line = NULL, *command = "run";
	bool time = false;
	unsigned long long n = 0;
	int c;
	while ((c = getopt_long(argc, argv, "e:h", options, NULL)) != -1) {
		bool number = c == OPT_SEED || c == OPT_THREADS || c == OPT_MEMORY;
		if (number && !read_number(optarg, &n)) {
			fprintf(stderr, "pp: %s is not a number\n", optarg);
			return PP_SCRIPT_ERROR;
		}
		switch (c) {
		case 'e':         line = optarg; break;
		case OPT_JSON:    o.format = PP_JSON; break;
		case OPT_PAIR:    o.per_pair = true; break;
		case OPT_SEED:    o.seed = n; break;
		case OPT_THREADS: o.threads = n > 256 ? 256 : (int)n; break;
		case OPT_MEMORY:  o.memory = n; break;
		case OPT_QUIET:   o.out = NULL; break;
		case OPT_TIME:    time = true; break;
		case OPT_AST:     o.explain |= PP_EXPLAIN_AST; break;
		case OPT_GRAPH:   o.explain |= PP_EXPLAIN_GRAPH; break;
		case OPT_PATHS:   o.explain |= PP_EXPLAIN_PATHS; break;
		case OPT_TREE:    o.explain |= PP_EXPLAIN_TREE; break;
		case 'h':
		case OPT_HELP:    fputs(usage, stdout); return finish(PP_OK);
		case OPT_VERSION: printf("pp %s, BLIS kernels: %s\n", PP_VERSION, blas_kernels()); return finish(PP_OK);
		default:          fputs("pp --help lists the options\n", stderr); return PP_SCRIPT_ERROR;
		}
	}
	static const char *const commands[] = { "run", "check", "explain", "help" };
	for (size_t i = 0; optind < argc && i < 4; i++)
		if (strcmp(argv[optind], commands[i]) == 0) {
			command = commands[i];
			optind++;
			break;
		}
	if (strcmp(command, "help") == 0 && optind < argc)
		return finish(explain_code(argv[optind]));
	if (!line && optind >= argc && isatty(STDIN_FILENO)) {
		fputs(usage, stderr);
		return PP_SCRIPT_ERROR;
	}
	o.check_only = strcmp(command, "check") == 0;
	if (strcmp(command, "explain") == 0)
		o.explain |= PP_EXPLAIN;
	return run(&o, optind < argc ? argv[optind] : "-", line, time);
}
