/* Normalisation.  See text.h. */
#include "model/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "model/find.h"

/* ---- UTF-8 */

size_t text_valid_until(const char *s, size_t n)
{
	utf8proc_int32_t c;
	for (size_t i = 0; i < n;) {
		if ((unsigned char)s[i] < 0x80) {
			i++;
			continue;
		}
		utf8proc_ssize_t k = utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(n - i), &c);
		if (k <= 0)
			return i;
		i += (size_t)k;
	}
	return n;
}

bool text_valid(const char *s, size_t n)
{
	return text_valid_until(s, n) == n;
}

/* ---- where it came from */

void text_start(struct text *t, const char *s, size_t n, uint32_t base)
{
	*t = (struct text){ .at = s, .n = n, .base = base };
}

void text_free(struct text *t)
{
	buf_free(&t->bytes);
	vec_free(&t->from);
	vec_free(&t->to);
}

static bool goes_on(const struct text *t, size_t i)
{
	return i < t->n && ((unsigned char)t->at[i] & 0xC0) == 0x80;
}

void text_range(const struct text *t, size_t from, size_t to, uint32_t *first, uint32_t *end)
{
	if (t->changed) {
		*first = t->from.at[from];
		*end = t->to.at[to - 1];
		return;
	}
	while (from > 0 && goes_on(t, from))
		from--;
	while (goes_on(t, to))
		to++;
	*first = t->base + (uint32_t)from;
	*end = t->base + (uint32_t)to;
}

void text_put(struct text *out, const char *s, size_t n, uint32_t from, uint32_t to)
{
	buf_add(&out->bytes, s, n);
	vec_reserve(&out->from, out->from.n + n);
	vec_reserve(&out->to, out->to.n + n);
	for (size_t i = 0; i < n; i++) {
		out->from.at[out->from.n++] = from;
		out->to.at[out->to.n++] = to;
	}
}

void text_copy(struct text *out, const struct text *in, size_t from, size_t to)
{
	if (in->changed) {
		buf_add(&out->bytes, in->at + from, to - from);
		vec_reserve(&out->from, out->from.n + to - from);
		vec_reserve(&out->to, out->to.n + to - from);
		for (size_t i = from; i < to; i++) {
			out->from.at[out->from.n++] = in->from.at[i];
			out->to.at[out->to.n++] = in->to.at[i];
		}
		return;
	}
	for (size_t i = from, k; i < to; i += k) {
		for (k = 1; i + k < to && goes_on(in, i + k);)
			k++;
		text_put(out, in->at + i, k, in->base + (uint32_t)i, in->base + (uint32_t)(i + k));
	}
}

void text_part(struct text *t, const struct text *x, size_t from, size_t to)
{
	text_start(t, x->at + from, to - from, x->base + (uint32_t)from);
	if (!x->changed)
		return;
	struct text out = { 0 };
	text_copy(&out, x, from, to);
	text_become(t, &out);
}

void text_become(struct text *t, struct text *out)
{
	text_free(t);
	*t = *out;
	t->at = buf_str(&t->bytes);
	t->n = t->bytes.n;
	t->changed = true;
	*out = (struct text){ 0 };
}

void text_prepend(struct text *t, const char *s, size_t n)
{
	struct text out = { 0 };
	uint32_t first = t->base, end;
	if (t->n)
		text_range(t, 0, 1, &first, &end);
	text_put(&out, s, n, first, first);
	text_copy(&out, t, 0, t->n);
	text_become(t, &out);
}

/* ---- steps */

struct text_step {
	bool (*apply)(struct text *t, const struct text_step *s, struct buf *why);
	struct normal_form *form;
	struct finder *find;
	char *content;
	bool left, right;
};

static bool apply_form(struct text *t, const struct text_step *s, struct buf *why)
{
	(void)why;
	normal_form_apply(s->form, t);
	return true;
}

/* Lower case as Rust's char::to_lowercase has it: character by character; one character becomes two. */
static bool apply_lowercase(struct text *t, const struct text_step *s, struct buf *why)
{
	(void)s;
	(void)why;
	struct text out = { 0 };
	int32_t c;
	for (size_t i = 0, k; i < t->n; i += k) {
		k = char_at(t->at + i, t->n - i, &c);
		utf8proc_uint8_t low[8];
		utf8proc_ssize_t n = utf8proc_encode_char(utf8proc_tolower(c), low);
		if (c == 0x130)                  /* capital I with dot: i and a combining dot */
			n = (utf8proc_ssize_t)(memcpy(low, "i\xCC\x87", 3), 3);
		uint32_t first, end;
		text_range(t, i, i + k, &first, &end);
		text_put(&out, (const char *)low, (size_t)n, first, end);
	}
	text_become(t, &out);
	return true;
}

static bool apply_replace(struct text *t, const struct text_step *s, struct buf *why)
{
	struct text out = { 0 };
	size_t done = 0, from, to, n = strlen(s->content);
	enum found found;
	struct finds all = { 0 };
	while ((found = find_each(s->find, t->at, t->n, &all, &from, &to)) == FOUND) {
		uint32_t first = t->base, end = t->base;
		text_copy(&out, t, done, from);
		if (to > from)
			text_range(t, from, to, &first, &end);
		else if (out.bytes.n)
			first = end = vec_last(&out.to);
		text_put(&out, s->content, n, first, end);
		done = to;
	}
	if (found == FOUND_TOO_HARD) {
		text_free(&out);
		return buf_refuse(why, "the pattern of the tokenizer's Replace gives up on this text");
	}
	if (!done && !out.bytes.n)
		return true;                     /* nothing was found */
	text_copy(&out, t, done, t->n);
	text_become(t, &out);
	return true;
}

static bool apply_prepend(struct text *t, const struct text_step *s, struct buf *why)
{
	(void)why;
	if (t->n)
		text_prepend(t, s->content, strlen(s->content));
	return true;
}

static bool apply_strip(struct text *t, const struct text_step *s, struct buf *why)
{
	(void)why;
	size_t from = 0, to = t->n, k;
	int32_t c;
	while (s->left && from < to && (k = char_at(t->at + from, to - from, &c), char_is_space(c)))
		from += k;
	while (s->right && to > from && (k = char_before(t->at, to), char_at(t->at + k, to - k, &c), char_is_space(c)))
		to = k;
	if (from == 0 && to == t->n)
		return true;
	struct text out = { 0 };
	text_copy(&out, t, from, to);
	text_become(t, &out);
	return true;
}

static void read_nothing(struct text_step *s, const json_t *j)
{
	(void)s;
	(void)j;
}

static void read_strip(struct text_step *s, const json_t *j)
{
	s->left = json_is_true(json_object_get(j, "strip_left"));
	s->right = json_is_true(json_object_get(j, "strip_right"));
}

static void read_content(struct text_step *s, const json_t *j)
{
	const char *content = json_string_value(json_object_get(j, "content"));
	s->content = content ? mem_strdup(content) : NULL;
}

static void read_prepend(struct text_step *s, const json_t *j)
{
	const char *content = json_string_value(json_object_get(j, "prepend"));
	s->content = content ? mem_strdup(content) : NULL;
}

static void read_marks(struct text_step *s, const json_t *j)
{
	(void)j;
	s->find = find_kind("mark");
	s->content = mem_strdup("");
}

/* needs: the field that must be text. */
static const struct { const char *name; bool (*apply)(struct text *, const struct text_step *, struct buf *);
                      void (*read)(struct text_step *, const json_t *); const char *needs; } steps[] = {
	{ "Lowercase", apply_lowercase, read_nothing, NULL },
	{ "Replace", apply_replace, read_content, "content" },
	{ "Prepend", apply_prepend, read_prepend, "prepend" },
	{ "Strip", apply_strip, read_strip, NULL },
	{ "StripAccents", apply_replace, read_marks, NULL },
};
enum { N_STEPS = sizeof steps / sizeof *steps };

void text_step_free(struct text_step *s)
{
	if (!s)
		return;
	normal_form_free(s->form);
	find_free(s->find);
	free(s->content);
	free(s);
}

static struct text_step *refuse(struct text_step *s, struct buf *why, const char *type, const char *needs)
{
	text_step_free(s);
	if (needs)
		buf_refuse(why, "the normalizer %s has no text '%s'", type, needs);
	else
		buf_refuse(why, "its normalizer is of the type %s; pp knows NFC, NFKC, NFD, NFKD, Lowercase, Replace, Prepend, Strip and StripAccents", type);
	return NULL;
}

struct text_step *text_step_read(const json_t *j, const char *type, struct buf *why)
{
	struct text_step *s = mem_alloc(sizeof *s);
	s->form = normal_form(type);
	if (s->form) {
		s->apply = apply_form;
		return s;
	}
	for (int i = 0; i < N_STEPS; i++) {
		if (strcmp(steps[i].name, type) != 0)
			continue;
		s->apply = steps[i].apply;
		steps[i].read(s, j);
		if (steps[i].needs && !s->content)
			return refuse(s, why, type, steps[i].needs);
		if (steps[i].apply == apply_replace && !s->find && !(s->find = find_read(json_object_get(j, "pattern"), why))) {
			text_step_free(s);
			return NULL;
		}
		return s;
	}
	return refuse(s, why, type, NULL);
}

bool text_apply(struct text *t, const struct text_step *step, struct buf *why)
{
	return step->apply(t, step, why);
}
