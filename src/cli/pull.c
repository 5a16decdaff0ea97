/* pp pull NAME [FILE.gguf]: fetches a model of the hub into its cache.  What comes goes to standard error as it comes, the folder it is in
 * then to standard output. */
#include "cli/pull.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "model/pull.h"
#include "pp/pp.h"

enum { MEGABYTE = 1000000 };

static void put_bytes(struct buf *out, uint64_t bytes)
{
	if (bytes < 1000)
		buf_printf(out, "%d bytes", (int)bytes);
	else if (bytes < MEGABYTE)
		buf_printf(out, "%.1f kB", (double)bytes / 1000);
	else
		buf_printf(out, "%.1f MB", (double)bytes / MEGABYTE);
}

static void on_progress(void *context, double done, double total, const char *file)
{
	struct buf what = { 0 };
	(void)context;
	buf_printf(&what, "%s, megabytes in all", file);
	progress_show(done / MEGABYTE, total / MEGABYTE, what.at);
	buf_free(&what);
}

static void on_done(void *context, const char *file, uint64_t bytes, bool was_there)
{
	const struct pull_command *c = context;
	struct buf b = { 0 };
	if (c->quiet)
		return;
	buf_printf(&b, "%s: ", file);
	put_bytes(&b, bytes);
	buf_puts(&b, was_there ? ", is there already\n" : "\n");
	c->err(NULL, b.at, b.n);
	buf_free(&b);
}

static bool stopped(void *context)
{
	(void)context;
	return interrupt_seen();
}

int pull_command(const struct pull_command *c)
{
	struct sources none = { 0 };
	struct diags d = { .sources = &none };
	struct pull_options o = { .name = c->name, .file = c->file, .endpoint = getenv("HF_ENDPOINT"), .token = getenv("HF_TOKEN"),
		.progress = on_progress, .done = on_done, .stop = stopped, .context = (void *)(uintptr_t)c };
	char *folder = pull_model(&o, &d);
	struct buf b = { 0 };
	for (size_t i = 0; i < d.n; i++)
		diag_print(&d, &d.at[i], &b, 0);
	if (b.n)
		c->err(NULL, b.at, b.n);
	b.n = 0;
	if (folder && !c->quiet) {
		buf_printf(&b, "%s\n", folder);
		c->out(NULL, b.at, b.n);
	}
	int status = folder ? PP_OK : interrupt_seen() ? PP_INTERRUPTED : d.n && code_info[d.at[0].code].kind == CODE_SCRIPT ? PP_SCRIPT_ERROR : PP_WORLD_ERROR;
	buf_free(&b);
	diags_free(&d);
	free(folder);
	return status;
}
