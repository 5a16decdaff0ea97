/* pp new NAME: a script to start from.  It runs as it is: its model is typed in, so it needs no files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "cli/commands.h"
#include "pp/pp.h"

static const char starter[] =
    "# %s: which paths through a model carry its behaviour?\n"
    "#\n"
    "#   pp %s           runs it\n"
    "#   pp check %s     reads it and says what is wrong or unused\n"
    "#   pp explain %s   counts paths and what evaluating costs; --edges says what each edge carries\n"
    "#   pp help keep    explains a word; pp help count a function, pp help E0203 a message\n"
    "\n"
    "# A model small enough to check by hand.  Of your own: model m = load(\"folder or name in the Hugging Face cache\")\n"
    "model m {\n"
    "  input x: real\n"
    "  h0 = 2 * x  # a name on the left is a component: a step of paths\n"
    "  h1 = 3 * (x + h0)\n"
    "  output y = x + h0 + 5 * h1  # paths: x -> y, x -> h0 -> y, x -> h1 -> y, x -> h0 -> h1 -> y\n"
    "}\n"
    "\n"
    "# Pairs of a reference and a counterfactual input.  Of prompts: dataset pairs = load(\"pairs.jsonl\", for: m)\n"
    "dataset pairs = pair(1, 0)\n"
    "\n"
    "# How far apart two runs are.  For language models kl, nll, logit_diff and others are there: pp help kl\n"
    "delta gap(ref, patched) = abs(ref.y - patched.y)\n"
    "\n"
    "# The paths that are claimed to matter start at the reference, all others at the counterfactual.\n"
    "hypothesis direct on m {\n"
    "  \"Only the way past both h0 and h1.\"\n"
    "  keep x -> y\n"
    "}\n"
    "hypothesis by_h1 on m {\n"
    "  \"Whatever goes through h1.\"\n"
    "  keep h1\n"
    "}\n"
    "\n"
    "# Sets of paths are compared without running anything.\n"
    "print(\"by_h1 keeps\", count(by_h1), \"of\", count(paths(all), m), \"paths, such as\", witness(by_h1))\n"
    "expect paths(x -> h1) subset of by_h1 on m\n"
    "\n"
    "let r = evaluate [direct, by_h1] on pairs by gap\n"
    "r\n"
    "expect r[by_h1, gap].explained > r[direct, gap].explained\n";

/* The name of the file: with .pp behind it, unless it has that. */
static const char *file_name(const char *name, struct buf *b)
{
	size_t n = strlen(name);
	buf_puts(b, name);
	if (n < 3 || strcmp(name + n - 3, ".pp") != 0)
		buf_puts(b, ".pp");
	return buf_str(b);
}

int cli_new(const char *name)
{
	struct buf file = { 0 }, text = { 0 };
	const char *path = file_name(name, &file), *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	int status = PP_OK;
	buf_printf(&text, starter, base, base, base, base);
	int f = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	bool whole = f >= 0 && write(f, text.at, text.n) == (ssize_t)text.n;
	if (f >= 0 && close(f) != 0)
		whole = false;
	if (f < 0 && errno == EEXIST) {
		status = complain("%s exists already; pp new never writes over a file", path);
	} else if (!whole) {
		fprintf(stderr, "pp: error %s: %s cannot be written: %s\n", code_info[E_FILE_WRITE].name, path, strerror(errno));
		status = PP_WORLD_ERROR;
	} else {
		fprintf(stderr, "pp: wrote %s; pp %s runs it\n", path, path);
	}
	buf_free(&file);
	buf_free(&text);
	return status;
}
