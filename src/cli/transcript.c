/* A session as a script.  See transcript.h. */
#include "cli/transcript.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "syntax/parse.h"
#include "syntax/scan.h"

struct names { const char **at; size_t n, cap; };    /* interned */

/* A statement; name: what it introduces, or NULL.  gone: a later one takes its place. */
struct entry { char *text; const char *name; struct names uses; bool gone; };

struct transcript { VEC(struct entry) entry; };

static bool has(const struct names *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i] == name)
			return true;
	return false;
}

static void add_name(struct names *s, const char *name)
{
	if (!has(s, name))
		vec_push(s, name);
}

/* Every name in it that stands behind no point: more than it needs, never less. */
static void read_used(struct entry *e)
{
	struct scan all = { 0 };
	scan_text(e->text, strlen(e->text), &all);
	for (size_t i = 0; i < all.n; i++)
		if ((all.at[i].kind == SCAN_NAME || all.at[i].kind == SCAN_WORD) && !(i > 0 && scan_is(e->text, &all.at[i - 1], ".")))
			add_name(&e->uses, intern_n(e->text + all.at[i].from, all.at[i].to - all.at[i].from));
	vec_free(&all);
}

struct transcript *transcript_new(void)
{
	return mem_alloc(sizeof(struct transcript));
}

static void add_entry(struct transcript *t, const char *text, size_t n, const char *name)
{
	struct entry e = { .name = name };
	while (n && strchr(" \t\r\n;", text[n - 1]))
		n--;
	e.text = mem_copy(text, n + 1);
	e.text[n] = 0;
	read_used(&e);
	for (size_t i = 0; i < t->entry.n; i++) {
		struct entry *old = &t->entry.at[i];
		old->gone |= name ? old->name == name : !old->name && strcmp(old->text, e.text) == 0;
	}
	vec_push(&t->entry, e);
}

/* A statement's text begins where its line does, or behind a semicolon: its span may begin at the name that it introduces. */
static size_t begin_of(const char *text, size_t at)
{
	while (at > 0 && text[at - 1] != '\n' && text[at - 1] != ';')
		at--;
	return at;
}

void transcript_add(struct transcript *t, const char *text)
{
	struct sources sources = { 0 };
	struct diags d = { .sources = &sources };
	struct arena arena = { 0 };
	const struct source *src = source_add(&sources, "", text, strlen(text));
	const struct ast *p = src ? parse_source(src, &arena, &d, false).program : NULL;
	for (uint32_t i = 0; p && i < p->n; i++) {
		const struct ast *a = p->kid[i];
		size_t from = i ? begin_of(text, a->span.off - src->base) : 0;
		size_t to = i + 1 < p->n ? begin_of(text, p->kid[i + 1]->span.off - src->base) : src->len;
		add_entry(t, text + from, to > from ? to - from : 0, a->kind == AST_FOR ? NULL : a->name);
	}
	arena_free(&arena);
	diags_free(&d);
	sources_free(&sources);
}

/* Writes what an entry needs before it. */
static void write_entry(const struct transcript *t, size_t i, bool *done, struct buf *out)
{
	const struct entry *e = &t->entry.at[i];
	if (done[i] || e->gone)
		return;
	done[i] = true;
	for (size_t k = 0; k < t->entry.n; k++)
		if (k != i && !done[k] && t->entry.at[k].name && t->entry.at[k].name != e->name && has(&e->uses, t->entry.at[k].name))
			write_entry(t, k, done, out);
	buf_printf(out, "%s\n", e->text);
}

size_t transcript_write(const struct transcript *t, struct buf *out)
{
	bool *done = mem_array(t->entry.n + 1, sizeof *done);
	size_t n = 0;
	for (size_t i = 0; i < t->entry.n; i++) {
		write_entry(t, i, done, out);
		n += !t->entry.at[i].gone;
	}
	free(done);
	return n;
}

void transcript_free(struct transcript *t)
{
	for (size_t i = 0; i < t->entry.n; i++) {
		free(t->entry.at[i].text);
		vec_free(&t->entry.at[i].uses);
	}
	vec_free(&t->entry);
	free(t);
}
