/* Laying out scripts keeps what they say: standard input holds scripts with a NUL after each.
 *
 * Of every one that parses: what comes out parses to the same tree, has the same comments, and comes out of a second pass as it
 * is.  Prints what fails, then `N passed, N failed` and how many did not parse.  --least N: fails when fewer parse. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "syntax/format.h"
#include "syntax/parse.h"

/* The comments of a text, one after the other; blanks at their ends do not count. */
static void comments(const char *s, struct buf *out)
{
	bool string = false;
	for (; *s; s++) {
		if (*s == '"')
			string = !string;
		else if (string && *s == '\\' && s[1])
			s++;
		else if (*s == '\n')
			string = false;
		else if (*s == '#' && !string) {
			size_t n = strcspn(s, "\n"), kept = n;
			while (kept && (s[kept - 1] == ' ' || s[kept - 1] == '\t' || s[kept - 1] == '\r'))
				kept--;
			buf_add(out, s, kept);
			buf_putc(out, '\n');
			s += n - 1;
		}
	}
}

static bool format(struct sources *all, struct diags *d, const char *text, size_t n, struct buf *out)
{
	return format_source(source_add(all, "script", text, n), d, out);
}

static bool keeps(const char *text, size_t n, const char **why)
{
	struct sources all = { 0 };
	struct diags d = { .sources = &all };
	struct arena arena = { 0 };
	struct buf once = { 0 }, twice = { 0 }, said = { 0 }, says = { 0 };
	struct parsed before = parse_source(source_add(&all, "script", text, n), &arena, &d, false);
	bool ok = format(&all, &d, text, n, &once);
	*why = ok ? NULL : "it parses, but is not laid out";
	struct parsed after = parse_source(source_add(&all, "script", buf_str(&once), once.n), &arena, &d, false);
	if (ok && (d.n_errors || !ast_equal(before.program, after.program)))
		*why = "it says something else";
	if (!*why && (!format(&all, &d, buf_str(&once), once.n, &twice) || strcmp(buf_str(&once), buf_str(&twice)) != 0))
		*why = "a second pass changes it again";
	comments(text, &said);
	comments(buf_str(&once), &says);
	if (!*why && strcmp(buf_str(&said), buf_str(&says)) != 0)
		*why = "a comment changed";
	if (*why)
		printf("FAIL %s:\n---\n%s\n---\n%s---\n%s---\n", *why, text, buf_str(&once), buf_str(&twice));
	buf_free(&once);
	buf_free(&twice);
	buf_free(&said);
	buf_free(&says);
	arena_free(&arena);
	diags_free(&d);
	sources_free(&all);
	return !*why;
}

static bool parses(const char *text, size_t n)
{
	struct sources all = { 0 };
	struct diags d = { .sources = &all };
	struct arena arena = { 0 };
	parse_source(source_add(&all, "script", text, n), &arena, &d, false);
	bool ok = !d.n_errors;
	arena_free(&arena);
	diags_free(&d);
	sources_free(&all);
	return ok;
}

static char *everything(size_t *n)
{
	char *text = NULL;
	size_t got = 1;
	for (*n = 0; got; *n += got) {
		text = mem_grow(text, *n + (1 << 16));
		got = fread(text + *n, 1, 1 << 16, stdin);
	}
	return text;
}

int main(int argc, char **argv)
{
	size_t n, passed = 0, failed = 0, refused = 0, least = argc > 2 && strcmp(argv[1], "--least") == 0 ? (size_t)atol(argv[2]) : 1;
	char *text = everything(&n);
	for (size_t at = 0; at < n;) {
		size_t len = strlen(text + at);
		const char *why;
		if (!parses(text + at, len))
			refused++;
		else if (keeps(text + at, len, &why))
			passed++;
		else
			failed++;
		at += len + 1;
	}
	free(text);
	printf("%zu passed, %zu failed\n", passed, failed);
	fprintf(stderr, "%zu more did not parse\n", refused);
	return failed > 0 || passed < least;
}
