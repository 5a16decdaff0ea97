/* Tokens to text: the decoders of a tokenizer.json, each of which makes a list of pieces of another. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "model/tokenizer_parts.h"

struct pieces { struct buf bytes; struct { size_t *at; size_t n, cap; } end; };

struct decoder {
	/* start: the first piece begins the text. */
	void (*apply)(const struct decoder *d, const struct pieces *in, bool start, struct pieces *out);
	struct finder *find;
	char  *content;
	size_t first, last;                  /* Strip's */
	bool   prefixed;                     /* Metaspace's */
};

static void end_piece(struct pieces *p)
{
	vec_push(&p->end, p->bytes.n);
}

static const char *piece(const struct pieces *p, size_t i, size_t *n)
{
	size_t from = i ? p->end.at[i - 1] : 0;
	*n = p->end.at[i] - from;
	return p->bytes.at ? p->bytes.at + from : "";
}

static void free_pieces(struct pieces *p)
{
	buf_free(&p->bytes);
	vec_free(&p->end);
}

#define REPLACEMENT "\xEF\xBF\xBD"

/* Bytes as UTF-8, with U+FFFD for each longest beginning of a character that does not go on. */
static void put_lossy(struct buf *out, const char *s, size_t n)
{
	while (n) {
		size_t good = text_valid_until(s, n);
		buf_add(out, s, good);
		s += good;
		n -= good;
		if (!n)
			return;
		unsigned char c = (unsigned char)*s, low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80, high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
		size_t most = c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 1, k = 1;
		for (; k < most && k < n && (unsigned char)s[k] >= low && (unsigned char)s[k] <= high; k++) {
			low = 0x80;
			high = 0xBF;
		}
		buf_puts(out, REPLACEMENT);
		s += k;
		n -= k;
	}
}

/* ---- the decoders */

static void byte_level(const struct decoder *d, const struct pieces *in, bool start, struct pieces *out)
{
	(void)d;
	struct buf bytes = { 0 };
	for (size_t i = 0, n; i < in->end.n; i++) {
		const char *s = piece(in, i, &n);
		size_t before = bytes.n;
		if (!bytes_unspell(s, n, &bytes)) {
			bytes.n = before;
			buf_add(&bytes, s, n);
		}
	}
	if (start)
		put_lossy(&out->bytes, buf_str(&bytes), bytes.n);
	else
		buf_add(&out->bytes, buf_str(&bytes), bytes.n);
	end_piece(out);
	buf_free(&bytes);
}

static int byte_of(const char *s, size_t n)
{
	char *end;
	if (n != 6 || memcmp(s, "<0x", 3) != 0 || s[5] != '>' || !strchr("0123456789abcdefABCDEF", s[3]))
		return -1;
	char hex[3] = { s[3], s[4], 0 };
	long x = strtol(hex, &end, 16);
	return *end ? -1 : (int)x;
}

static void put_bytes(const struct buf *bytes, bool start, struct pieces *out)
{
	if (!start || text_valid(bytes->at, bytes->n)) {
		buf_add(&out->bytes, bytes->at, bytes->n);
		end_piece(out);
		return;
	}
	for (size_t i = 0; i < bytes->n; i++) {
		buf_puts(&out->bytes, REPLACEMENT);
		end_piece(out);
	}
}

static void byte_fallback(const struct decoder *d, const struct pieces *in, bool start, struct pieces *out)
{
	(void)d;
	struct buf bytes = { 0 };
	for (size_t i = 0, n; i < in->end.n; i++) {
		const char *s = piece(in, i, &n);
		int byte = byte_of(s, n);
		if (byte >= 0) {
			buf_putc(&bytes, (char)byte);
			continue;
		}
		if (bytes.n)
			put_bytes(&bytes, start, out);
		bytes.n = 0;
		buf_add(&out->bytes, s, n);
		end_piece(out);
	}
	if (bytes.n)
		put_bytes(&bytes, start, out);
	buf_free(&bytes);
}

static void fuse(const struct decoder *d, const struct pieces *in, bool start, struct pieces *out)
{
	(void)d;
	(void)start;
	buf_add(&out->bytes, in->bytes.at ? in->bytes.at : "", in->bytes.n);
	end_piece(out);
}

static void replace(const struct decoder *d, const struct pieces *in, bool start, struct pieces *out)
{
	(void)start;
	for (size_t i = 0, n; i < in->end.n; i++) {
		const char *s = piece(in, i, &n);
		size_t done = 0, from, to;
		struct finds all = { 0 };
		while (find_each(d->find, s, n, &all, &from, &to) == FOUND) {
			buf_add(&out->bytes, s + done, from - done);
			buf_puts(&out->bytes, d->content);
			done = to;
		}
		buf_add(&out->bytes, s + done, n - done);
		end_piece(out);
	}
}

static void strip(const struct decoder *d, const struct pieces *in, bool start, struct pieces *out)
{
	size_t len = strlen(d->content);
	for (size_t i = 0, n; i < in->end.n; i++) {
		const char *s = piece(in, i, &n);
		for (size_t k = 0; start && k < d->first && n >= len && memcmp(s, d->content, len) == 0; k++) {
			s += len;
			n -= len;
		}
		for (size_t k = 0; start && k < d->last && n >= len && memcmp(s + n - len, d->content, len) == 0; k++)
			n -= len;
		buf_add(&out->bytes, s, n);
		end_piece(out);
	}
}

static void metaspace(const struct decoder *d, const struct pieces *in, bool start, struct pieces *out)
{
	size_t len = strlen(d->content);
	for (size_t i = 0, n; i < in->end.n; i++) {
		const char *s = piece(in, i, &n);
		while (n) {
			bool space = n >= len && memcmp(s, d->content, len) == 0;
			size_t k = space ? len : 1;
			if (!space)
				buf_putc(&out->bytes, *s);
			else if (i > 0 || !start || !d->prefixed)
				buf_putc(&out->bytes, ' ');
			s += k;
			n -= k;
		}
		end_piece(out);
	}
}

/* ---- reading */

static bool read_nothing(struct decoder *d, const json_t *j, struct buf *why)
{
	(void)d;
	(void)j;
	(void)why;
	return true;
}

static bool read_text(struct decoder *d, const json_t *j, const char *type, const char *field, struct buf *why)
{
	const char *s = json_string_value(json_object_get(j, field));
	d->content = s ? mem_strdup(s) : NULL;
	return s || buf_refuse(why, "the decoder %s has no text '%s'", type, field);
}

static bool read_replace(struct decoder *d, const json_t *j, struct buf *why)
{
	return read_text(d, j, "Replace", "content", why) && (d->find = find_read(json_object_get(j, "pattern"), why));
}

static bool read_strip(struct decoder *d, const json_t *j, struct buf *why)
{
	json_int_t first = json_integer_value(json_object_get(j, "start")), last = json_integer_value(json_object_get(j, "stop"));
	d->first = first > 0 ? (size_t)first : 0;
	d->last = last > 0 ? (size_t)last : 0;
	return read_text(d, j, "Strip", "content", why) && (*d->content || buf_refuse(why, "the decoder Strip has an empty 'content'"));
}

static bool read_metaspace(struct decoder *d, const json_t *j, struct buf *why)
{
	const char *scheme = json_string_value(json_object_get(j, "prepend_scheme"));
	d->prefixed = !(scheme && strcmp(scheme, "never") == 0) && !json_is_false(json_object_get(j, "add_prefix_space"));
	return read_text(d, j, "Metaspace", "replacement", why) && (*d->content || buf_refuse(why, "the decoder Metaspace has an empty 'replacement'"));
}

static const struct { const char *type; void (*apply)(const struct decoder *, const struct pieces *, bool, struct pieces *);
                      bool (*read)(struct decoder *, const json_t *, struct buf *); } types[] = {
	{ "ByteLevel", byte_level, read_nothing }, { "ByteFallback", byte_fallback, read_nothing }, { "Fuse", fuse, read_nothing },
	{ "Replace", replace, read_replace }, { "Strip", strip, read_strip }, { "Metaspace", metaspace, read_metaspace },
};
enum { N_TYPES = sizeof types / sizeof *types };

void decoder_free(struct decoder *d)
{
	find_free(d->find);
	free(d->content);
	free(d);
}

bool decoder_read(struct tokenizer *t, const json_t *j, const char *type, struct buf *why)
{
	if (t->n_decoders == MAX_STAGES)
		return buf_refuse(why, "more than %d decoders", MAX_STAGES);
	for (int i = 0; i < N_TYPES; i++)
		if (strcmp(types[i].type, type) == 0) {
			struct decoder *d = mem_alloc(sizeof *d);
			d->apply = types[i].apply;
			t->decoder[t->n_decoders++] = d;
			return types[i].read(d, j, why);
		}
	buf_printf(why, "its decoder is of the type %s; pp knows ", type);
	for (int i = 0; i < N_TYPES; i++)
		buf_printf(why, "%s%s", i == 0 ? "" : i + 1 < N_TYPES ? ", " : " and ", types[i].type);
	return false;
}

/* ---- decoding */

/* The token as the file spells it. */
static void put_spelling(const struct tokenizer *t, int32_t id, struct pieces *p)
{
	const struct entry *e = vocab_at(t, id);
	if (!e)
		buf_printf(&p->bytes, "<%" PRId32 ">", id);
	else if (e->normal)
		buf_puts(&p->bytes, e->normal);
	else if (e->bytes)
		bytes_spell(e->text, e->len, &p->bytes);
	else
		buf_add(&p->bytes, e->text, e->len);
	end_piece(p);
}

static void decode(const struct tokenizer *t, struct pieces *p, bool start)
{
	for (int i = 0; i < t->n_decoders; i++) {
		struct pieces out = { 0 };
		t->decoder[i]->apply(t->decoder[i], p, start, &out);
		free_pieces(p);
		*p = out;
	}
}

void tokenizer_decode(const struct tokenizer *t, const int32_t *id, size_t n, struct buf *out)
{
	struct pieces p = { 0 };
	for (size_t i = 0; i < n; i++)
		put_spelling(t, id[i], &p);
	decode(t, &p, true);
	for (size_t i = 0; i < p.end.n; i++) {
		size_t k;
		const char *s = piece(&p, i, &k);
		if (i && !t->n_decoders)
			buf_putc(out, ' ');
		put_lossy(out, s, k);
	}
	free_pieces(&p);
}

const char *tokenizer_text(const struct tokenizer *t, int32_t id)
{
	struct buf *shown = &((struct tokenizer *)(uintptr_t)t)->shown;
	if (!vocab_at(t, id))
		return NULL;
	struct pieces p = { 0 };
	put_spelling(t, id, &p);
	decode(t, &p, false);
	shown->n = 0;
	buf_add(shown, buf_str(&p.bytes), p.bytes.n);
	free_pieces(&p);
	return buf_str(shown);
}

static bool plain_char(const char *s, size_t n)
{
	int32_t c;
	char_at(s, n, &c);
	return c >= 0x20 && (c < 0x7F || c > 0x9F) && c != '"' && c != '\\' && c != 0x2028 && c != 0x2029;
}

void tokenizer_show(const struct tokenizer *t, int32_t id, struct buf *out)
{
	enum { LONGEST = 40 };
	const char *s = tokenizer_text(t, id);
	size_t n = s ? t->shown.n : 0;
	if (!s) {
		buf_printf(out, "%" PRId32, id);
		return;
	}
	bool quoted = !n || s[0] == ' ' || s[n - 1] == ' ' || !text_valid(s, n);
	for (size_t i = 0; !quoted && i < n; i = i + 1)
		quoted = ((unsigned char)s[i] & 0xC0) != 0x80 && !plain_char(s + i, n - i);
	if (quoted)
		buf_putc(out, '"');
	for (size_t i = 0, k; i < n && i < LONGEST; i += k) {
		int32_t c;
		bool whole = text_valid_until(s + i, n - i) > 0;
		k = whole ? char_at(s + i, n - i, &c) : 1;
		if (whole && plain_char(s + i, n - i))
			buf_add(out, s + i, k);
		else if (s[i] == '\n' || s[i] == '\t' || s[i] == '"' || s[i] == '\\')
			buf_printf(out, "\\%c", s[i] == '\n' ? 'n' : s[i] == '\t' ? 't' : s[i]);
		else
			for (size_t b = 0; b < k; b++)
				buf_printf(out, "\\x%02X", (unsigned char)s[i + b]);
	}
	buf_puts(out, n > LONGEST ? "..." : "");
	if (quoted)
		buf_putc(out, '"');
}
