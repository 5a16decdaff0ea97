/* Help, from the tables that the program itself uses: codes.def, words.def, builtins.def, and the scripts of the standard library
 * as they are parsed.  See help.h. */
#include "lang/help.h"

#include <string.h>

#include "base/embed.h"
#include "lang/internal.h"
#include "syntax/parse.h"

static const struct word { const char *word, *form, *doc; } words[] = {
#define WORD(word, form, doc) { word, form, doc },
#include "lang/words.def"
#undef WORD
};
enum { N_WORDS = sizeof words / sizeof *words };

/* ---- codes, words, functions */

static bool about_code(const char *topic, struct buf *out)
{
	enum code c = code_find(topic);
	if (c == E_COUNT)
		return false;
	buf_printf(out, "%s: %s\n\n%s\n", code_info[c].name, code_info[c].title, code_info[c].explanation);
	return true;
}

static bool about_word(const char *topic, struct buf *out)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (strcmp(words[i].word, topic) == 0) {
			buf_printf(out, "%s\n\n%s\n", words[i].form, words[i].doc);
			return true;
		}
	return false;
}

const char *help_form(const char *word)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].form;
	return NULL;
}

static bool about_builtin(const char *topic, struct buf *out)
{
	for (const struct builtin *b = builtins; b->name; b++)
		if (strcmp(b->name, topic) == 0) {
			buf_printf(out, "%s(%s)\n\nA built-in function: %s\n", b->name, b->args, b->doc);
			return true;
		}
	return false;
}

/* ---- the standard library */

/* A script of it, parsed. */
struct shelf { const struct embedded *file; struct sources sources; struct diags diags; struct arena arena; const struct ast *program; };

static void shelf_open(struct shelf *s, const struct embedded *file)
{
	*s = (struct shelf){ .file = file };
	s->diags.sources = &s->sources;
	struct buf name = { 0 };
	buf_printf(&name, "stdlib/%s.pp", file->name);
	const struct source *src = source_add(&s->sources, buf_str(&name), file->text, file->len);
	s->program = parse_source(src, &s->arena, &s->diags, false).program;
	buf_free(&name);
}

static void shelf_close(struct shelf *s)
{
	arena_free(&s->arena);
	diags_free(&s->diags);
	sources_free(&s->sources);
}

static int line_of(const struct shelf *s, const struct ast *a)
{
	return source_place(&s->sources, a->at).line;
}

/* The comment lines right above line n of the script, without their marks. */
static void put_comment_above(const struct shelf *s, int n, struct buf *out)
{
	VEC(const char *) line = { 0 };
	const char *at = s->file->text, *end = at + s->file->len;
	for (; at < end && (int)line.n < n - 1; at++) {
		vec_push(&line, at);
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at)
			break;
	}
	size_t from = line.n;
	while (from > 0 && *line.at[from - 1] == '#')
		from--;
	for (size_t i = from; i < line.n; i++) {
		const char *text = line.at[i] + 1 + (line.at[i][1] == ' ');
		buf_printf(out, "%.*s\n", (int)strcspn(text, "\n"), text);
	}
	vec_free(&line);
}

static void put_definition(const struct shelf *s, const struct ast *a, struct buf *out)
{
	buf_printf(out, "%s%s %s", out->n ? "\n" : "", a->kind == AST_MODEL_DEF ? "model" : ast_kind_name[a->kind], a->name);
	if (a->kind != AST_LET) {
		buf_putc(out, '(');
		for (uint32_t i = 0; i < a->kid[0]->n; i++)
			buf_printf(out, "%s%s", i ? ", " : "", a->kid[0]->kid[i]->name);
		buf_putc(out, ')');
	}
	buf_printf(out, "   (stdlib/%s.pp, line %d)\n\n", s->file->name, line_of(s, a));
	put_comment_above(s, line_of(s, a), out);
}

static bool about_library(const char *topic, struct buf *out)
{
	size_t before = out->n;
	for (const struct embedded *f = stdlib_files; f->name; f++) {
		struct shelf s;
		if (strchr(f->name, '.'))                /* no script */
			continue;
		shelf_open(&s, f);
		for (uint32_t i = 0; i < s.program->n; i++) {
			const struct ast *a = s.program->kid[i];
			bool defines = a->kind == AST_FN || a->kind == AST_METRIC || a->kind == AST_DELTA || a->kind == AST_MODEL_DEF || a->kind == AST_LET;
			if (defines && strcmp(a->name, topic) == 0)
				put_definition(&s, a, out);
		}
		shelf_close(&s);
	}
	return out->n > before;
}

/* ---- components */

/* "a9.h9.q" as names without indices: { "a", "h", "q" }.  0 when it is not spelled like a component. */
static size_t spelled(const char *topic, const char *name[MAX_SEGMENTS + 1])
{
	size_t n = 0;
	for (const char *s = topic; *s && n <= MAX_SEGMENTS;) {
		size_t len = strcspn(s, ".[");
		if (!len)
			return 0;
		name[n++] = segment_of(intern_n(s, len)).name;
		s += len;
		if (*s == '[')
			s += strcspn(s, "]") + (strchr(s, ']') != NULL);
		if (*s == '.')
			s++;
		else if (*s)
			return 0;
	}
	return n;
}

/* The names in the target of a component: a[l].h[h] has a and h. */
static size_t target_names(const struct ast *a, const char *name[MAX_SEGMENTS + 1])
{
	size_t n;
	switch (a->kind) {
	case AST_NAME:  name[0] = a->name; return 1;
	case AST_INDEX: return target_names(a->kid[0], name);
	case AST_DOT:
		n = target_names(a->kid[0], name);
		if (n && n <= MAX_SEGMENTS)
			name[n++] = a->name;
		return n;
	default:        return 0;
	}
}

static bool let_bound(const struct ast *block, const char *name)
{
	for (uint32_t i = 0; i < block->n; i++)
		if (block->kid[i]->kind == AST_LET && block->kid[i]->name == name)
			return true;
	return false;
}

struct finding { const struct shelf *shelf; const struct ast *model; const char *const *name; size_t n; struct buf *out; };

static void put_finding(struct finding *f, const struct ast *at, const struct ast *ports)
{
	struct span name = at->kind == AST_OUTPUT ? at->at : at->span;
	const char *text = source_text(&f->shelf->sources, name);
	buf_printf(f->out, "  %s (stdlib/%s.pp, line %d): ", f->model->name, f->shelf->file->name, line_of(f->shelf, at));
	buf_printf(f->out, "%.*s", (int)name.len, text);
	bool first = true;
	for (uint32_t i = 0; ports && i < ports->n; i++) {
		const struct ast *a = ports->kid[i];
		if (a->kind != AST_ASSIGN || a->kid[0]->kind != AST_NAME || let_bound(ports, a->kid[0]->name))
			continue;
		buf_printf(f->out, "%s%s", first ? " with ports " : ", ", a->kid[0]->name);
		first = false;
	}
	buf_putc(f->out, '\n');
}

static bool is_port_of(const struct ast *block, const char *name)
{
	for (uint32_t i = 0; i < block->n; i++)
		if (block->kid[i]->kind == AST_ASSIGN && block->kid[i]->kid[0]->kind == AST_NAME && block->kid[i]->kid[0]->name == name)
			return !let_bound(block, name);
	return false;
}

static void find_component(struct finding *f, const struct ast *a, const struct ast *model_block)
{
	const char *name[MAX_SEGMENTS + 1];
	const struct ast *target = a && (a->kind == AST_COMPONENT || a->kind == AST_ASSIGN) ? a->kid[0] : NULL;
	size_t n = target ? target_names(target, name) : 0;
	if (!a)
		return;
	if (a->kind == AST_OUTPUT && f->n == 1 && a->name == f->name[0])
		put_finding(f, a, NULL);
	bool same = n && n <= f->n && memcmp(name, f->name, n * sizeof *name) == 0 && !(n == 1 && let_bound(model_block, name[0]));
	bool port = same && n + 1 == f->n && a->kind == AST_COMPONENT && is_port_of(a->kid[1], f->name[n]);
	if (same && (n == f->n || port))
		put_finding(f, target, a->kind == AST_COMPONENT ? a->kid[1] : NULL);
	if (a->kind == AST_COMPONENT)
		return;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->kind == AST_BLOCK || a->kind == AST_FOR || a->kind == AST_IF)
			find_component(f, a->kid[i], model_block);
}

static bool about_component(const char *topic, struct buf *out)
{
	const char *name[MAX_SEGMENTS + 1];
	size_t n = spelled(topic, name);
	struct buf found = { 0 };
	for (const struct embedded *file = stdlib_files; n && file->name; file++) {
		struct shelf s;
		if (strncmp(file->name, "models/", 7) != 0)
			continue;
		shelf_open(&s, file);
		for (uint32_t i = 0; i < s.program->n; i++)
			if (s.program->kid[i]->kind == AST_MODEL_DEF) {
				struct finding f = { &s, s.program->kid[i], name, n, &found };
				find_component(&f, s.program->kid[i]->kid[1], s.program->kid[i]->kid[1]);
			}
		shelf_close(&s);
	}
	bool some = found.n > 0;
	if (some)
		buf_printf(out, "%s: a component of models, a step of paths. In the standard library's architectures:\n\n%s\n"
		    "pp explain --graph SCRIPT.pp lists the components of a script's models.\n", topic, buf_str(&found));
	buf_free(&found);
	return some;
}

/* ---- all of it */

static const char *nearest(const char *topic)
{
	VEC(const char *) have = { 0 };
	for (size_t i = 0; i < N_WORDS; i++)
		vec_push(&have, words[i].word);
	for (const struct builtin *b = builtins; b->name; b++)
		vec_push(&have, b->name);
	const char *near = strlen(topic) > 1 ? str_nearest(topic, have.at, have.n) : NULL;
	vec_free(&have);
	return near;
}

bool help_about(const char *topic, struct buf *out, const char **near)
{
	*near = NULL;
	if (about_code(topic, out))
		return true;
	bool word = about_word(topic, out);
	struct buf more = { 0 };
	bool function = about_builtin(topic, &more) || (!word && about_library(topic, &more)) || (!word && about_component(topic, &more));
	if (word && function)                        /* circuit, count ... */
		buf_putc(out, '\n');
	buf_add(out, buf_str(&more), more.n);
	buf_free(&more);
	if (!word && !function)
		*near = nearest(topic);
	return word || function;
}

static void put_names(struct buf *out, const char *const *name, size_t n)
{
	size_t column = 0;
	for (size_t i = 0; i < n; i++) {
		if (column + strlen(name[i]) > 90) {
			buf_putc(out, '\n');
			column = 0;
		}
		column += strlen(name[i]) + 2;
		buf_printf(out, "%s%s", column == strlen(name[i]) + 2 ? "  " : " ", name[i]);
	}
	buf_putc(out, '\n');
}

void help_topics(struct buf *out)
{
	VEC(const char *) name = { 0 };
	for (size_t i = 0; i < N_WORDS; i++)
		vec_push(&name, words[i].word);
	buf_puts(out, "words and signs:\n");
	put_names(out, name.at, name.n);
	name.n = 0;
	for (const struct builtin *b = builtins; b->name; b++)
		vec_push(&name, b->name);
	buf_puts(out, "\nbuilt-in functions:\n");
	put_names(out, name.at, name.n);
	vec_free(&name);
	buf_puts(out, "\nalso: error codes (pp help codes), metrics (pp help kl), components (pp help a9.h9.q)\n");
}
