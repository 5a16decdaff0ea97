/* Pre-tokenizers: text into words.
 *
 * Owns what each type of a tokenizer.json is made of: what becomes of spaces, what is put before the text, what is looked for
 * and how the text is cut there.  Words are spelled one by one as they are found; nothing keeps a list of them. */
#include <stdlib.h>
#include <string.h>

#include "model/tokenizer_parts.h"

/* ---- reading */

static const struct { const char *name; enum behaviour b; } behaviours[] = {
	{ "Isolated", ISOLATED }, { "Removed", REMOVED }, { "Contiguous", CONTIGUOUS },
	{ "MergedWithPrevious", MERGED_WITH_PREVIOUS }, { "MergedWithNext", MERGED_WITH_NEXT },
};

static bool read_behaviour(struct stage *s, const json_t *j, const char *type, struct buf *why)
{
	const char *name = json_string_value(json_object_get(j, "behavior"));
	for (size_t i = 0; name && i < sizeof behaviours / sizeof *behaviours; i++)
		if (strcmp(behaviours[i].name, name) == 0) {
			s->behaviour = behaviours[i].b;
			return true;
		}
	return buf_refuse(why, "the pre_tokenizer %s has the behavior '%.60s', which is none", type, name ? name : "");
}

static bool byte_level(struct tokenizer *t, struct stage *s, const json_t *j, struct buf *why)
{
	(void)why;
	const json_t *space = json_object_get(j, "add_prefix_space"), *regex = json_object_get(j, "use_regex");
	t->byte_level = true;
	s->prefix = mem_strdup(" ");
	s->prefixed = !space || json_is_true(space) ? PREFIX_ALWAYS : PREFIX_NEVER;
	if (!regex || json_is_true(regex))
		s->find = find_words_gpt2();
	return true;
}

static bool split(struct tokenizer *t, struct stage *s, const json_t *j, struct buf *why)
{
	(void)t;
	s->invert = json_is_true(json_object_get(j, "invert"));
	return read_behaviour(s, j, "Split", why) && (s->find = find_read(json_object_get(j, "pattern"), why));
}

static bool whitespace(struct tokenizer *t, struct stage *s, const json_t *j, struct buf *why)
{
	(void)t;
	(void)j;
	(void)why;
	s->invert = true;
	s->behaviour = REMOVED;
	return (s->find = find_runs());
}

static bool whitespace_split(struct tokenizer *t, struct stage *s, const json_t *j, struct buf *why)
{
	(void)t;
	(void)j;
	(void)why;
	s->behaviour = REMOVED;
	return (s->find = find_kind("space"));
}

static bool digits(struct tokenizer *t, struct stage *s, const json_t *j, struct buf *why)
{
	(void)t;
	(void)why;
	s->behaviour = json_is_true(json_object_get(j, "individual_digits")) ? ISOLATED : CONTIGUOUS;
	return (s->find = find_kind("number"));
}

static bool punctuation(struct tokenizer *t, struct stage *s, const json_t *j, struct buf *why)
{
	(void)t;
	s->find = find_kind("punctuation");
	return !json_object_get(j, "behavior") || read_behaviour(s, j, "Punctuation", why);
}

static bool one_character(const json_t *j, const char *field, const char *type, struct buf *why)
{
	const char *c = json_string_value(json_object_get(j, field));
	int32_t ignored;
	if (c && *c && char_at(c, strlen(c), &ignored) == strlen(c))
		return true;
	return buf_refuse(why, "the pre_tokenizer %s has no character '%s'", type, field);
}

static bool delimiter(struct tokenizer *t, struct stage *s, const json_t *j, struct buf *why)
{
	(void)t;
	if (!one_character(j, "delimiter", "CharDelimiterSplit", why))
		return false;
	const char *c = json_string_value(json_object_get(j, "delimiter"));
	s->behaviour = REMOVED;
	return (s->find = find_literal(c, strlen(c)));
}

static bool read_scheme(struct stage *s, const json_t *j, struct buf *why)
{
	const char *scheme = json_string_value(json_object_get(j, "prepend_scheme"));
	const json_t *space = json_object_get(j, "add_prefix_space");
	if (scheme && strcmp(scheme, "always") != 0 && strcmp(scheme, "first") != 0 && strcmp(scheme, "never") != 0)
		return buf_refuse(why, "the pre_tokenizer Metaspace has the prepend_scheme '%.60s', which is none", scheme);
	s->prefixed = !scheme || scheme[0] == 'a' ? PREFIX_ALWAYS : scheme[0] == 'f' ? PREFIX_FIRST : PREFIX_NEVER;
	if (json_is_false(space))
		s->prefixed = PREFIX_NEVER;
	return true;
}

static bool metaspace(struct tokenizer *t, struct stage *s, const json_t *j, struct buf *why)
{
	(void)t;
	if (!one_character(j, "replacement", "Metaspace", why) || !read_scheme(s, j, why))
		return false;
	const char *c = json_string_value(json_object_get(j, "replacement"));
	const json_t *cuts = json_object_get(j, "split");
	s->space = mem_strdup(c);
	s->prefix = mem_strdup(c);
	s->behaviour = MERGED_WITH_NEXT;
	if (!json_is_false(cuts))
		s->find = find_literal(c, strlen(c));
	return true;
}

static const struct { const char *type; bool (*read)(struct tokenizer *, struct stage *, const json_t *, struct buf *); } types[] = {
	{ "ByteLevel", byte_level }, { "Split", split }, { "Whitespace", whitespace }, { "WhitespaceSplit", whitespace_split },
	{ "Digits", digits }, { "Punctuation", punctuation }, { "CharDelimiterSplit", delimiter }, { "Metaspace", metaspace },
};
enum { N_TYPES = sizeof types / sizeof *types };

bool stage_read(struct tokenizer *t, const json_t *j, const char *type, struct buf *why)
{
	int i = 0;
	while (i < N_TYPES && strcmp(types[i].type, type) != 0)
		i++;
	if (i == N_TYPES) {
		buf_printf(why, "its pre_tokenizer is of the type %s; pp knows ", type);
		for (i = 0; i < N_TYPES; i++)
			buf_printf(why, "%s%s", i == 0 ? "" : i + 1 < N_TYPES ? ", " : " and ", types[i].type);
		return false;
	}
	if (t->byte_level)
		return buf_refuse(why, "its pre_tokenizer has %s after ByteLevel, which pp does not do", type);
	if (t->n_stages == MAX_STAGES)
		return buf_refuse(why, "more than %d pre-tokenizers", MAX_STAGES);
	return types[i].read(t, &t->stage[t->n_stages++], j, why);
}

void stage_free(struct stage *s)
{
	free(s->space);
	free(s->prefix);
	find_free(s->find);
}

/* ---- cutting */

/* A stretch that is one match, or lies between two. */
struct stretch { size_t to; bool match; };
struct stretches { struct stretch *at; size_t n, cap; };

static bool too_hard(struct job *j)
{
	return buf_refuse(j->why, "a pattern of the tokenizer's pre_tokenizer gives up on this text");
}

static size_t past(const struct text *x, size_t at, size_t to)
{
	int32_t c;
	return at < to ? at + char_at(x->at + at, to - at, &c) : at + 1;
}

/* Goes on with each stretch as it is found: what is cut off alone, or left out. */
static bool cut_each(struct job *j, const struct text *x, size_t from, size_t to, int k)
{
	const struct stage *s = &j->t->stage[k];
	bool matches = s->behaviour == ISOLATED || s->invert, between = s->behaviour == ISOLATED || !s->invert;
	size_t n = to - from, done = 0, a, b;
	const char *text = x->at + from;
	for (size_t at = 0; at <= n;) {
		enum found found = find_next(s->find, text, n, at, &a, &b);
		if (found == FOUND_TOO_HARD)
			return too_hard(j);
		if (found == FOUND_NOTHING)
			break;
		if (between && a > done && !cut(j, x, from + done, from + a, k + 1))
			return false;
		if (matches && b > a && !cut(j, x, from + a, from + b, k + 1))
			return false;
		done = b;
		at = b > a ? b : past(x, from + b, to) - from;
	}
	return !between || done == n || cut(j, x, from + done, to, k + 1);
}

static bool find_stretches(struct job *j, const struct stage *s, const char *text, size_t n, struct stretches *out)
{
	size_t done = 0, a, b, at = 0;
	int32_t c;
	for (; at <= n; at = b > a ? b : b < n ? b + char_at(text + b, n - b, &c) : n + 1) {
		enum found found = find_next(s->find, text, n, at, &a, &b);
		if (found == FOUND_TOO_HARD)
			return too_hard(j);
		if (found == FOUND_NOTHING)
			break;
		if (a > done)
			vec_push(out, ((struct stretch){ a, s->invert }));
		if (b > a || a > done || !out->n)        /* an empty match right behind another is none */
			vec_push(out, ((struct stretch){ b, !s->invert }));
		done = b;
	}
	if (done < n)
		vec_push(out, ((struct stretch){ n, s->invert }));
	return true;
}

/* Does stretch i belong to the one before it? */
static bool joined(const struct stretches *v, size_t i, enum behaviour b)
{
	bool before = v->at[i - 1].match, here = v->at[i].match;
	if (b == CONTIGUOUS)
		return here == before;
	if (b == MERGED_WITH_PREVIOUS)
		return here && !before;
	return before && !here;              /* merged with next: the last of several matches */
}

static bool cut_joined(struct job *j, const struct text *x, size_t from, size_t to, int k)
{
	const struct stage *s = &j->t->stage[k];
	struct stretches v = { 0 };
	bool ok = find_stretches(j, s, x->at + from, to - from, &v);
	size_t begin = from;
	for (size_t i = 0; ok && i < v.n; i++)
		if (i + 1 == v.n || !joined(&v, i + 1, s->behaviour)) {
			ok = cut(j, x, begin, from + v.at[i].to, k + 1);
			begin = from + v.at[i].to;
		}
	vec_free(&v);
	return ok;
}

static bool needs_prefix(const struct stage *s, const struct text *x)
{
	size_t n = s->prefix ? strlen(s->prefix) : 0;
	uint32_t first, end;
	if (s->prefixed == PREFIX_NEVER || !n || (x->n >= n && memcmp(x->at, s->prefix, n) == 0))
		return false;
	text_range(x, 0, 1, &first, &end);
	return s->prefixed == PREFIX_ALWAYS || first == 0;
}

static void replace_spaces(struct text *x, const char *with)
{
	struct text out = { 0 };
	size_t done = 0;
	uint32_t first, end;
	for (const char *p; (p = memchr(x->at + done, ' ', x->n - done)); done = (size_t)(p - x->at) + 1) {
		text_copy(&out, x, done, (size_t)(p - x->at));
		text_range(x, (size_t)(p - x->at), (size_t)(p - x->at) + 1, &first, &end);
		text_put(&out, with, strlen(with), first, end);
	}
	text_copy(&out, x, done, x->n);
	text_become(x, &out);
}

static bool find_and_cut(struct job *j, const struct text *x, size_t from, size_t to, int k)
{
	const struct stage *s = &j->t->stage[k];
	if (!s->find)
		return cut(j, x, from, to, k + 1);
	return s->behaviour == ISOLATED || s->behaviour == REMOVED ? cut_each(j, x, from, to, k) : cut_joined(j, x, from, to, k);
}

bool cut(struct job *j, const struct text *x, size_t from, size_t to, int k)
{
	if (from == to)
		return true;
	if (k == j->t->n_stages)
		return j->t->kind->spell(j, x, from, to);
	const struct stage *s = &j->t->stage[k];
	if (!s->space && s->prefixed == PREFIX_NEVER)
		return find_and_cut(j, x, from, to, k);
	struct text part;
	text_part(&part, x, from, to);
	if (s->space)
		replace_spaces(&part, s->space);
	if (needs_prefix(s, &part))
		text_prepend(&part, s->prefix, strlen(s->prefix));
	bool ok = find_and_cut(j, &part, 0, part.n, k);
	text_free(&part);
	return ok;
}
