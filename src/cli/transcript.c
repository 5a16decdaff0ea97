/* A session as a script.  See transcript.h. */
#include "cli/transcript.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "syntax/parse.h"
#include "syntax/scan.h"

struct names { const char **at; size_t n, cap; };    /* interned */

/* lives: of the names, how many nobody bound again. */
struct entry { char *text; struct names binds, uses; size_t lives; bool binds_none, gone; };

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

/* The names that the statements of a text introduce. */
static void read_bound(struct entry *e)
{
	struct sources sources = { 0 };
	struct diags d = { .sources = &sources };
	struct arena arena = { 0 };
	const struct source *src = source_add(&sources, "", e->text, strlen(e->text));
	const struct ast *p = src ? parse_source(src, &arena, &d, false).program : NULL;
	for (uint32_t i = 0; p && i < p->n; i++)
		if (p->kid[i]->name && p->kid[i]->kind != AST_FOR)
			add_name(&e->binds, p->kid[i]->name);
	arena_free(&arena);
	diags_free(&d);
	sources_free(&sources);
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

void transcript_add(struct transcript *t, const char *text)
{
	struct entry e = { .text = mem_strdup(text) };
	read_bound(&e);
	read_used(&e);
	e.lives = e.binds.n;
	e.binds_none = e.binds.n == 0;
	for (size_t i = 0; i < t->entry.n; i++) {
		struct entry *old = &t->entry.at[i];
		for (size_t k = 0; k < old->binds.n; k++)
			if (has(&e.binds, old->binds.at[k])) {
				old->binds.at[k] = NULL;
				old->lives--;
			}
		old->gone |= old->binds_none ? strcmp(old->text, text) == 0 : old->lives == 0;
	}
	vec_push(&t->entry, e);
}

/* Writes what an entry needs before it. */
static void write_entry(const struct transcript *t, size_t i, bool *done, struct buf *out)
{
	const struct entry *e = &t->entry.at[i];
	if (done[i] || e->gone)
		return;
	done[i] = true;
	for (size_t k = 0; k < t->entry.n; k++)
		for (size_t b = 0; k != i && !done[k] && b < t->entry.at[k].binds.n; b++)
			if (t->entry.at[k].binds.at[b] && has(&e->uses, t->entry.at[k].binds.at[b]))
				write_entry(t, k, done, out);
	size_t len = strlen(e->text);
	buf_printf(out, "%s%s", e->text, len && e->text[len - 1] == '\n' ? "" : "\n");
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
		vec_free(&t->entry.at[i].binds);
		vec_free(&t->entry.at[i].uses);
	}
	vec_free(&t->entry);
	free(t);
}
