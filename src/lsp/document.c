/* Texts as an editor has them: lines and UTF-16 units outside, bytes inside. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lsp/internal.h"

/* ---- uris */

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* file:///a%20b -> /a b, malloc'd; NULL when it is no file. */
static char *uri_path(const char *uri)
{
	static const char scheme[] = "file://";
	if (strncmp(uri, scheme, sizeof scheme - 1) != 0)
		return NULL;
	const char *s = strchr(uri + sizeof scheme - 1, '/');        /* behind the host, which is empty or this one */
	struct buf out = { 0 };
	for (; s && *s; s++) {
		bool coded = *s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0 && (hex(s[1]) || hex(s[2]));
		buf_putc(&out, coded ? (char)(hex(s[1]) * 16 + hex(s[2])) : *s);
		s += coded ? 2 : 0;
	}
	return out.at;
}

void put_uri(struct buf *out, const char *path)
{
	buf_puts(out, "file://");
	for (const char *s = path; *s; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("/-._~", *s))
			buf_putc(out, *s);
		else
			buf_printf(out, "%%%02X", (unsigned char)*s);
}

/* ---- documents */

struct document *document_new(const char *uri, bool utf8)
{
	struct document *d = mem_alloc(sizeof *d);
	d->uri = mem_copy(uri, strlen(uri) + 1);
	d->path = uri_path(uri);
	d->utf8 = utf8;
	const char *slash = d->path ? strrchr(d->path, '/') : NULL;
	if (!d->path)
		d->path = mem_copy(uri, strlen(uri) + 1);
	size_t len = !slash ? 0 : slash == d->path ? 1 : (size_t)(slash - d->path);
	d->folder = mem_copy(d->path, len + 1);
	d->folder[len] = 0;
	document_set(d, "", 0);
	return d;
}

void document_free(struct document *d)
{
	if (!d)
		return;
	pp_close(d->known);
	json_decref(d->version);
	json_decref(d->found);
	free(d->uri);
	free(d->path);
	free(d->folder);
	free(d->text);
	free(d);
}

void document_set(struct document *d, const char *text, size_t n)
{
	char *copy = mem_alloc(n + 1);
	memcpy(copy, text, n);
	free(d->text);
	d->text = copy;
	d->n = n;
	d->unchecked = true;
}

/* ---- positions */

/* Units of the protocol in the character that begins with this byte; 0 inside of a character. */
static size_t units(unsigned char c, bool utf8)
{
	if (utf8)
		return 1;
	return (c & 0xC0) == 0x80 ? 0 : c >= 0xF0 ? 2 : 1;
}

static size_t whole_number(const json_t *object, const char *key)
{
	const json_t *x = json_object_get(object, key);
	return json_is_integer(x) && json_integer_value(x) > 0 ? (size_t)json_integer_value(x) : 0;
}

size_t document_offset(const struct document *d, const json_t *position)
{
	size_t line = whole_number(position, "line"), column = whole_number(position, "character"), at = 0;
	for (; line && at < d->n; line--) {
		const char *end = memchr(d->text + at, '\n', d->n - at);
		at = end ? (size_t)(end - d->text) + 1 : d->n;
	}
	if (line)
		return d->n;
	for (size_t seen = 0; at < d->n && d->text[at] != '\n'; at++) {
		seen += units((unsigned char)d->text[at], d->utf8);
		if (seen > column)
			break;
	}
	return at;
}

static json_t *position(const char *text, size_t n, size_t offset, bool utf8)
{
	size_t line = 0, column = 0;
	for (size_t i = 0; i < n && i < offset; i++)
		if (text[i] == '\n') {
			line++;
			column = 0;
		} else {
			column += units((unsigned char)text[i], utf8);
		}
	return json_pack("{s:I, s:I}", "line", (json_int_t)line, "character", (json_int_t)column);
}

json_t *lsp_range(const char *text, size_t n, size_t from, size_t to, bool utf8)
{
	return json_pack("{s:o, s:o}", "start", position(text, n, from, utf8), "end", position(text, n, to, utf8));
}

bool document_change(struct document *d, const json_t *change)
{
	const json_t *text = json_object_get(change, "text"), *range = json_object_get(change, "range");
	if (!json_is_string(text))
		return false;
	size_t n = json_string_length(text);
	if (!json_is_object(range)) {
		document_set(d, json_string_value(text), n);
		return true;
	}
	size_t from = document_offset(d, json_object_get(range, "start")), to = document_offset(d, json_object_get(range, "end"));
	struct buf b = { 0 };
	buf_add(&b, d->text, from);
	buf_add(&b, json_string_value(text), n);
	if (to < from)
		to = from;
	buf_add(&b, d->text + to, d->n - to);
	document_set(d, buf_str(&b), b.n);
	buf_free(&b);
	return true;
}
