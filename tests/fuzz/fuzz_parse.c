/* Any bytes as a script: mistakes are told or there is a tree that the printer and a second parse agree with. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "syntax/format.h"
#include "syntax/parse.h"

static void try(const uint8_t *data, size_t n, bool probe)
{
	struct sources sources = { 0 };
	const struct source *src = source_add(&sources, "fuzz.pp", (const char *)data, n);
	struct diags d = { .sources = &sources };
	struct arena arena = { 0 };
	struct parsed p = parse_source(src, &arena, &d, probe);
	struct buf out = { 0 };
	ast_print(p.program, &out);
	pp_assert(ast_equal(p.program, p.program));
	for (size_t i = 0; i < d.n; i++) {
		pp_assert(d.at[i].at.off >= src->base && d.at[i].at.off + d.at[i].at.len <= src->base + src->len + 1);
		diag_print(&d, &d.at[i], &out, 80);
	}
	if (probe)
		pp_assert(!p.incomplete || d.n_errors == 0);
	if (getenv("FUZZ_SHOW") && !probe)
		printf("%s%zu errors\n", buf_str(&out), d.n_errors);
	struct buf once = { 0 };
	if (!probe && !d.n_errors)                   /* laid out, it says the same: format_source looks itself */
		pp_assert(format_source(src, &d, &once));
	buf_free(&once);
	buf_free(&out);
	arena_free(&arena);
	diags_free(&d);
	sources_free(&sources);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	try(data, n, false);
	try(data, n, true);
	return 0;
}
