/* What went wrong, told to people.  See diag.h. */
#include "base/diag.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/vec.h"

const struct code_info code_info[E_COUNT] = {
#define CODE(id, number, kind, title, explanation) [E_##id] = { number, CODE_##kind, title, explanation },
#include "base/codes.def"
#undef CODE
};

static const char *format(struct diags *d, const char *fmt, va_list ap)
{
	struct buf b = { 0 };
	buf_vprintf(&b, fmt, ap);
	const char *s = arena_strndup(&d->arena, buf_str(&b), b.n);
	buf_free(&b);
	return s;
}

void diag_at(struct diags *d, enum code c, struct span at, const char *fmt, ...)
{
	bool error = code_info[c].kind != CODE_WARNING;
	if (error && d->n_errors++ >= DIAG_MAX)
		return;
	va_list ap;
	va_start(ap, fmt);
	struct diag g = { .code = c, .at = at, .message = format(d, fmt, ap) };
	va_end(ap);
	vec_push(d, g);
}

bool diag_heard(const struct diags *d)
{
	return d->n_errors < DIAG_MAX;
}

void diag_hint(struct diags *d, const char *fmt, ...)
{
	if (!d->n || d->n_errors > DIAG_MAX)
		return;
	va_list ap;
	va_start(ap, fmt);
	vec_last(d).hint = format(d, fmt, ap);
	va_end(ap);
}

/* Bytes that a terminal must not see (controls, broken UTF-8) are shown as '?', tabs as one space, so carets line up. */
static void put_clean(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)s[i];
		size_t len = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;
		bool ok = len && i + len <= n && !(c < 0x20 || c == 0x7F);
		for (size_t k = 1; ok && k < len; k++)
			ok = ((unsigned char)s[i + k] & 0xC0) == 0x80;
		if (ok)
			buf_add(out, s + i, len);
		else
			buf_putc(out, c == '\t' ? ' ' : '?');
		i += ok ? len : 1;
	}
}

static size_t columns(const char *s, size_t n)
{
	size_t w = 0;
	for (size_t i = 0; i < n; i++)
		w += ((unsigned char)s[i] & 0xC0) != 0x80;
	return w;
}

static void print_line(const struct place *p, struct span at, struct buf *out, int width)
{
	const struct source *f = p->source;
	uint32_t off = at.off - f->base;
	if (off > f->len)
		off = f->len;
	uint32_t bol = off, eol = off;
	while (bol > 0 && f->text[bol - 1] != '\n')
		bol--;
	while (eol < f->len && f->text[eol] != '\n')
		eol++;
	/* A line that is too long is cut to a window around the mistake, "..." where something is missing. */
	uint32_t room = width > 40 ? (uint32_t)width - 12 : 200;
	uint32_t from = bol, end = at.len < room / 2 ? off + at.len : off;
	if (eol - bol > room && end - bol > room)
		from = off - (off - bol < room / 2 ? off - bol : room / 2);
	while (from > bol && ((unsigned char)f->text[from] & 0xC0) == 0x80)
		from--;
	uint32_t to = eol - from > room ? from + room : eol;
	while (to < eol && to > off && ((unsigned char)f->text[to] & 0xC0) == 0x80)
		to--;
	const char *cut = from > bol ? "..." : "";
	buf_printf(out, "%5d | %s", p->line, cut);
	put_clean(out, f->text + from, to - from);
	buf_puts(out, to < eol ? "..." : "");
	uint32_t len = at.len;
	if (len > to - off)
		len = to - off;
	size_t mark = columns(f->text + off, len);
	buf_printf(out, "\n      | %*s^", (int)(strlen(cut) + columns(f->text + from, off - from)), "");
	for (size_t i = 1; i < mark; i++)
		buf_putc(out, '~');
	buf_putc(out, '\n');
}

void diag_print(const struct diags *d, const struct diag *g, struct buf *out, int width)
{
	struct place p = source_place(d->sources, g->at);
	const struct code_info *info = &code_info[g->code];
	if (p.source)
		buf_printf(out, "%s:%d:%d: ", p.source->name, p.line, p.col);
	else
		buf_puts(out, "pp: ");
	buf_printf(out, "%s %s: ", info->kind == CODE_WARNING ? "warning" : "error", info->name);
	put_clean(out, g->message, strlen(g->message));
	buf_putc(out, '\n');
	if (p.source)
		print_line(&p, g->at, out, width);
	if (g->hint) {
		buf_puts(out, "      = hint: ");
		put_clean(out, g->hint, strlen(g->hint));
		buf_putc(out, '\n');
	}
}

void diags_clear(struct diags *d)
{
	d->n = d->n_errors = 0;
	arena_free(&d->arena);
}

void diags_forget(struct diags *d, size_t n, size_t n_errors)
{
	d->n = n;
	d->n_errors = n_errors;
}

void diags_free(struct diags *d)
{
	diags_clear(d);
	vec_free(d);
}

enum code code_find(const char *name)
{
	for (int c = 0; c < E_COUNT; c++)
		if (strcasecmp(code_info[c].name, name) == 0)
			return (enum code)c;
	return E_COUNT;
}
