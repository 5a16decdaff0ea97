/* A text of the language in colours.  See paint.h.  Only the 16 colours that every terminal has, so that its own scheme decides. */
#include "cli/paint.h"

#include "base/vec.h"
#include "syntax/scan.h"

static const char *const colour[] = {
	[SCAN_WORD] = "\033[1m", [SCAN_NAME] = NULL, [SCAN_NUMBER] = "\033[36m", [SCAN_STRING] = "\033[32m", [SCAN_SIGN] = NULL,
	[SCAN_COMMENT] = PAINT_QUIET, [SCAN_OPEN] = "\033[33m", [SCAN_STRAY] = "\033[31m",
};

static void put(const char *text, size_t n, bool raw, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n' && raw)
			buf_putc(out, '\r');
		buf_putc(out, text[i]);
	}
}

void paint_text(const char *text, size_t n, bool raw, struct buf *out)
{
	struct scan all = { 0 };
	size_t at = 0;
	scan_text(text, n, &all);
	for (size_t i = 0; i < all.n; i++) {
		const struct scanned *t = &all.at[i];
		put(text + at, t->from - at, raw, out);
		if (colour[t->kind])
			buf_puts(out, colour[t->kind]);
		put(text + t->from, t->to - t->from, raw, out);
		if (colour[t->kind])
			buf_puts(out, PAINT_PLAIN);
		at = t->to;
	}
	put(text + at, n - at, raw, out);
	vec_free(&all);
}
