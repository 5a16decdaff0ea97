/* What stands at a place of a text: for hovering, and where it comes from.
 *
 * Names are looked up in the session of the last check, names of blocks and parameters in the syntax tree of the text as it is now.
 * Questions about paths are asked in the language itself, through pp_take. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lang/help.h"
#include "lang/internal.h"
#include "lang/session.h"
#include "lsp/internal.h"
#include "syntax/parse.h"

/* a1.h5.k up to the segment under the cursor; name: that segment. */
struct word { size_t from, to; char *chain; const char *name; bool dotted, indexed; };

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* In a comment or a text? */
static bool is_prose(const struct document *d, size_t at)
{
	size_t line = at;
	bool text = false;
	while (line > 0 && d->text[line - 1] != '\n')
		line--;
	for (size_t i = line; i < at; i++) {
		if (d->text[i] == '#' && !text)
			return true;
		if (d->text[i] == '\\' && text)
			i++;
		else if (d->text[i] == '"')
			text = !text;
	}
	return text;
}

/* Where the brackets that close before `at` open; `at` when they do not, on this line. */
static size_t opening(const struct document *d, size_t at)
{
	int depth = 0;
	for (size_t i = at; i > 0 && d->text[i - 1] != '\n'; i--) {
		depth += d->text[i - 1] == ']';
		depth -= d->text[i - 1] == '[';
		if (depth == 0)
			return i - 1;
	}
	return at;
}

static size_t begin_of_name(const struct document *d, size_t at)
{
	while (at > 0 && letter(d->text[at - 1]))
		at--;
	return at;
}

static bool word_at(const struct document *d, size_t at, struct word *w)
{
	size_t from = begin_of_name(d, at), to = at;
	while (to < d->n && letter(d->text[to]))
		to++;
	if (from == to || is_prose(d, from) || (d->text[from] >= '0' && d->text[from] <= '9'))
		return false;
	*w = (struct word){ .from = from, .name = intern_n(d->text + from, to - from) };
	if (to < d->n && d->text[to] == '[') {               /* an index belongs to its name */
		const char *end = d->text + to + strcspn(d->text + to, "]\n");
		w->indexed = *end == ']';
		to = w->indexed ? (size_t)(end - d->text) + 1 : to;
	}
	while (w->from > 1 && d->text[w->from - 1] == '.') {
		size_t end = w->from - 1, open = d->text[end - 1] == ']' ? opening(d, end) : end, name = begin_of_name(d, open);
		if (name == open)
			break;
		w->from = name;
		w->dotted = true;
	}
	w->to = to;
	w->chain = mem_copy(d->text + w->from, to - w->from + 1);
	w->chain[to - w->from] = 0;
	return true;
}

static struct interp *known(const struct document *d)
{
	return d->known ? d->known->interp : NULL;
}

static struct binding *binding_of(const struct document *d, const char *name)
{
	struct interp *in = known(d);
	struct binding *b = in ? find(&in->top, name) : NULL;
	return b && !b->broken ? b : NULL;
}

/* ---- models */

/* The component, or the one whose port it is, that a chain names in a graph; -1: none.  Indices have to be numbers, so of a1.h[2,3]
 * the first. */
static int component_of(const struct graph *g, const char *chain)
{
	struct segment s[MAX_SEGMENTS + 1] = { 0 };
	int n = 0;
	for (const char *at = chain; *at && n <= MAX_SEGMENTS; n++) {
		size_t len = strcspn(at, ".[");
		s[n] = segment_of(intern_n(at, len));
		at += len;
		if (*at == '[') {
			s[n].index = strtoll(at + 1, NULL, 10);
			at += strcspn(at, "]");
			at += *at == ']';
		}
		at += *at == '.';
	}
	int c = graph_find(g, s, n <= MAX_SEGMENTS ? n : MAX_SEGMENTS);
	return c >= 0 || n < 2 ? c : graph_find(g, s, n - 1);
}

/* The rules' own model comes first, where the place lies in a hypothesis. */
static const char *model_around(const struct ast *a, size_t at, uint32_t base)
{
	const char *found = NULL;
	for (uint32_t i = 0; i < a->n && !found; i++) {
		const struct ast *k = a->kid[i];
		if (k && k->kind == AST_HYPOTHESIS && k->kid[0] && k->kid[0]->kind == AST_NAME && at >= k->span.off - base && at <= k->span.off - base + k->span.len)
			found = k->kid[0]->name;
	}
	return found;
}

struct parsed_text { struct sources sources; struct arena arena; struct diags diags; const struct source *source; const struct ast *program; };

static void program_open(struct parsed_text *t, const struct document *d)
{
	*t = (struct parsed_text){ 0 };
	t->diags.sources = &t->sources;
	t->source = source_add(&t->sources, d->path, d->text, d->n);
	t->program = parse_source(t->source, &t->arena, &t->diags, false).program;
}

static void program_close(struct parsed_text *t)
{
	arena_free(&t->arena);
	diags_free(&t->diags);
	sources_free(&t->sources);
}

/* The name of a model that has such a component, and which it is. */
static const struct binding *model_with(const struct document *d, const struct parsed_text *t, size_t at, const char *chain, int *component)
{
	struct interp *in = known(d);
	const char *own = model_around(t->program, at, t->source->base);
	const struct binding *b = own ? binding_of(d, own) : NULL;
	if (b && b->value.kind == VAL_MODEL && (*component = component_of(b->value.model->graph, chain)) >= 0)
		return b;
	for (size_t i = 0; in && i < in->top.binding.n; i++) {
		b = &in->top.binding.at[i];
		if (!b->broken && b->value.kind == VAL_MODEL && (*component = component_of(b->value.model->graph, chain)) >= 0)
			return b;
	}
	return NULL;
}

/* ---- hover */

/* The value of a question in the language, as text; "" when it has no answer. */
static void put_answer(struct document *d, struct buf *out, const char *form, const char *a, const char *b)
{
	struct buf q = { 0 };
	buf_printf(&q, form, a, b);
	const struct pp_value *v = pp_take(d->known, buf_str(&q));
	if (pp_kind(v) == PP_VALUE_NUMBER)
		buf_printf(out, "%.0f", pp_number(v));
	else if (pp_string(v, NULL))
		buf_puts(out, pp_string(v, NULL));
	buf_free(&q);
}

static void put_share(struct document *d, struct buf *out, const char *before, const char *form, const char *what, const char *model)
{
	struct buf some = { 0 }, all = { 0 };
	put_answer(d, &some, form, what, model);
	put_answer(d, &all, "count(paths(all), %s)", model, "");
	if (some.n && all.n)
		buf_printf(out, "%s%s of %s paths", before, some.at, all.at);
	buf_free(&some);
	buf_free(&all);
}

static void put_component(struct document *d, struct buf *out, const char *chain, const struct binding *model, int component)
{
	const struct graph *g = model->value.model->graph;
	const struct component *c = &g->component.at[component];
	buf_printf(out, "```pp\n%s\n```\ncomponent of %s", chain, model->name);
	for (int i = 0, n = 0; i < c->n_letters; i++)
		if (g->letter.at[c->first_letter + i].port)
			buf_printf(out, "%s%s", n++ ? ", " : ", with ports ", g->letter.at[c->first_letter + i].port);
	put_share(d, out, ": on ", "count(paths(%s), %s)", chain, model->name);
	buf_putc(out, '\n');
}

/* The lines of comment right above the line of a place, and that line. */
static void put_written(struct buf *out, const struct source *src, size_t at)
{
	size_t line = at, above;
	struct buf comment = { 0 };
	while (line > 0 && src->text[line - 1] != '\n')
		line--;
	for (above = line; above > 0;) {
		size_t up = above - 1;
		while (up > 0 && src->text[up - 1] != '\n')
			up--;
		if (src->text[up] != '#')
			break;
		above = up;
	}
	for (size_t i = above; i < line; i += strcspn(src->text + i, "\n") + 1) {
		const char *text = src->text + i + 1;
		buf_printf(&comment, "%.*s\n", (int)strcspn(text, "\n"), text + (*text == ' '));
	}
	buf_printf(out, "```pp\n%.*s\n```\n%s", (int)strcspn(src->text + line, "\n"), src->text + line, buf_str(&comment));
	buf_free(&comment);
}

/* The only model of a script, or NULL. */
static const char *only_model(const struct document *d)
{
	struct interp *in = known(d);
	const char *name = NULL;
	size_t n = 0;
	for (size_t i = 0; i < in->top.binding.n; i++)
		if (!in->top.binding.at[i].broken && in->top.binding.at[i].value.kind == VAL_MODEL) {
			name = in->top.binding.at[i].name;
			n++;
		}
	return n == 1 ? name : NULL;
}

static void put_dataset(struct buf *out, const struct dataset *x)
{
	buf_printf(out, "%zu pairs", x->pair.n);
	for (size_t i = 0; i < x->n_roles; i++)
		buf_printf(out, "%s%s", i ? ", " : "; positions ", x->role[i]);
}

static void put_value(struct document *d, struct buf *out, const struct binding *b)
{
	const struct value *v = &b->value;
	const char *model = only_model(d);
	switch (v->kind) {
	case VAL_HYPOTHESIS:
		if (v->hypothesis->doc)
			buf_printf(out, "%s\n\n", v->hypothesis->doc);
		put_share(d, out, "keeps ", "count(%s, %s)", b->name, v->hypothesis->graph->name);
		break;
	case VAL_PATHS:
		if (model)
			put_share(d, out, "", "count(%s, %s)", b->name, model);
		break;
	case VAL_MODEL:
		buf_printf(out, "%zu components, ", v->model->graph->component.n);
		put_answer(d, out, "count(paths(all), %s)%s", b->name, "");
		buf_puts(out, " paths");
		break;
	case VAL_DATASET:
		put_dataset(out, v->dataset);
		break;
	case VAL_NUMBER: case VAL_BOOL: case VAL_STRING: case VAL_LIST: case VAL_RANGE:
		buf_puts(out, "= ");
		value_text(v, out, true);
		if (out->n > 400)
			out->n = 400;
		break;
	default:
		buf_puts(out, value_kind_name[v->kind]);
	}
	buf_putc(out, '\n');
}

static bool put_binding(struct document *d, struct buf *out, const char *name)
{
	const struct binding *b = binding_of(d, name);
	if (!b || b->value.kind == VAL_BUILTIN)
		return false;
	struct place p = source_place(known(d)->o.sources, b->at);
	if (!p.source)
		return false;
	put_written(out, p.source, b->at.off - p.source->base);
	buf_putc(out, '\n');
	put_value(d, out, b);
	return true;
}

/* Behind @: a position, and which datasets have it where. */
static bool put_role(const struct document *d, struct buf *out, const struct word *w)
{
	struct interp *in = known(d);
	size_t before = w->from;
	while (before > 0 && (letter(d->text[before - 1]) || strchr(", {-", d->text[before - 1])))
		before--;
	for (size_t i = 0; in && before > 0 && d->text[before - 1] == '@' && i < in->top.binding.n; i++) {
		const struct binding *b = &in->top.binding.at[i];
		size_t pairs = 0, row = 0;
		if (b->broken || b->value.kind != VAL_DATASET)
			continue;
		const struct dataset *x = b->value.dataset;
		for (size_t k = 0; k < x->pair.n; k++)
			for (size_t r = 0; r < x->pair.at[k].n_roles; r++)
				if (x->pair.at[k].role[r].name == w->name && x->pair.at[k].role[r].rows.n && !pairs++)
					row = (size_t)x->pair.at[k].role[r].rows.at[0];
		if (pairs)
			buf_printf(out, "%s: position in %zu of %zu pairs of %s, the first time row %zu\n\n", w->name, pairs, x->pair.n, b->name, row);
	}
	return out->n > 0;
}

/* What pp help says, its first line as code. */
static bool put_help(struct buf *out, const char *topic)
{
	struct buf b = { 0 };
	const char *near;
	bool some = help_about(topic, &b, &near);
	size_t first = some ? strcspn(b.at, "\n") : 0;
	if (some)
		buf_printf(out, "```pp\n%.*s\n```\n%s", (int)first, b.at, b.at + first + strspn(b.at + first, "\n"));
	buf_free(&b);
	return some;
}

json_t *look_hover(struct document *d, size_t at)
{
	struct word w;
	struct parsed_text t;
	struct buf out = { 0 };
	int c;
	if (!word_at(d, at, &w))
		return NULL;
	program_open(&t, d);
	bool plain = !w.dotted && !w.indexed;
	const struct binding *model = plain && binding_of(d, w.name) && binding_of(d, w.name)->value.kind != VAL_BUILTIN ? NULL
	                                                                                                     : model_with(d, &t, at, w.chain, &c);
	if (model)
		put_component(d, &out, w.chain, model, c);
	bool some = model || (plain && (put_role(d, &out, &w) || put_binding(d, &out, w.name) || put_help(&out, w.name)));
	json_t *hover = some ? json_pack("{s:{s:s, s:o}, s:o}", "contents", "kind", "markdown", "value", json_stringn_nocheck(out.at, out.n), "range",
	                           lsp_range(d->text, d->n, w.from, w.to, d->utf8)) : NULL;
	program_close(&t);
	buf_free(&out);
	free(w.chain);
	return hover;
}

/* ---- where it comes from */

/* A file that a client can open for a text that the session read, malloc'd; NULL: it is only inside the program. */
static char *file_of(const struct source *src)
{
	char *real = realpath(src->name, NULL);
	if (!real && strncmp(src->name, "stdlib/", 7) == 0) {
		struct buf b = { 0 };
		buf_printf(&b, "%s/pp/%s", PP_DATADIR, src->name);
		real = realpath(buf_str(&b), NULL);
		buf_free(&b);
	}
	return real;
}

static json_t *location(const struct document *d, const struct source *src, size_t from, size_t len)
{
	struct buf uri = { 0 };
	bool here = strcmp(src->name, d->path) == 0;
	char *file = here ? NULL : file_of(src);
	if (!here && !file)
		return NULL;
	if (here)
		buf_puts(&uri, d->uri);
	else
		put_uri(&uri, file);
	free(file);
	json_t *out = json_pack("{s:s, s:o}", "uri", buf_str(&uri), "range", lsp_range(src->text, src->len, from, from + len, d->utf8));
	buf_free(&uri);
	return out;
}

/* The innermost definition of a name whose scope holds the place. */
struct search { const char *name; uint32_t at; const struct ast *found; uint32_t scope; };

static bool inside(const struct ast *a, uint32_t at)
{
	return at >= a->span.off && at <= a->span.off + a->span.len;
}

static void consider(struct search *s, const struct ast *definition, const struct ast *scope)
{
	bool later = s->found && definition->at.off > s->at;             /* of several in one block the last before the place */
	if (inside(scope, s->at) && (!s->found || scope->span.len <= s->scope) && !later) {
		s->found = definition;
		s->scope = scope->span.len;
	}
}

static void search(struct search *s, const struct ast *a, const struct ast *scope)
{
	if (!a)
		return;
	switch (a->kind) {
	case AST_LET: case AST_FN: case AST_METRIC: case AST_DELTA: case AST_MODEL: case AST_MODEL_DEF: case AST_DATASET: case AST_DATASET_DEF:
	case AST_PROMPT: case AST_HYPOTHESIS: case AST_INPUT: case AST_OUTPUT: case AST_SLOT: case AST_USE:
		if (a->name == s->name)
			consider(s, a, scope);
		break;
	case AST_FOR: case AST_EACH:
		if (a->name == s->name)
			consider(s, a, a->kind == AST_FOR ? a : scope);
		break;
	case AST_PARAMS:
		for (uint32_t i = 0; i < a->n; i++)
			if (a->kid[i]->name == s->name)
				consider(s, a->kid[i], scope);
		break;
	case AST_ASSIGN:                             /* in a model: a component */
		if (a->kid[0]->kind == AST_NAME && a->kid[0]->name == s->name && !s->found)
			consider(s, a->kid[0], scope);
		break;
	default:
		break;
	}
	bool opens = a->kind == AST_BLOCK || a->kind == AST_FN || a->kind == AST_METRIC || a->kind == AST_DELTA || a->kind == AST_MODEL_DEF ||
	             a->kind == AST_LAMBDA || a->kind == AST_COMPREHENSION ||
	             a->kind == AST_SWEEP;
	for (uint32_t i = 0; i < a->n; i++)
		search(s, a->kid[i], opens ? a : scope);
}

/* The name itself, of which `at` or the statement around it is known. */
static void name_place(const struct source *src, struct span at, const char *name, size_t *from)
{
	*from = at.off - src->base;
	for (size_t i = *from, n = strlen(name); i + n <= src->len && src->text[i] != '\n'; i++)
		if (memcmp(src->text + i, name, n) == 0 && !letter(src->text[i + n]) && (i == 0 || !letter(src->text[i - 1]))) {
			*from = i;
			return;
		}
}

static json_t *at_name(const struct document *d, const struct source *src, struct span at, const char *name)
{
	size_t from;
	name_place(src, at, name, &from);
	return location(d, src, from, strlen(name));
}

json_t *look_definition(struct document *d, size_t at)
{
	struct word w;
	struct parsed_text t;
	json_t *out = NULL;
	int c;
	if (!word_at(d, at, &w))
		return NULL;
	program_open(&t, d);
	struct search s = { .name = w.name, .at = t.source->base + (uint32_t)at };
	if (!w.dotted && !w.indexed)
		search(&s, t.program, t.program);
	const struct binding *b = s.found || w.dotted || w.indexed ? NULL : binding_of(d, w.name), *model;
	if (s.found) {
		out = at_name(d, t.source, s.found->span, w.name);
	} else if (b && source_place(known(d)->o.sources, b->at).source) {
		out = at_name(d, source_place(known(d)->o.sources, b->at).source, b->at, w.name);
	} else if ((model = model_with(d, &t, at, w.chain, &c))) {
		struct span span = model->value.model->graph->component.at[c].span;
		struct place p = source_place(known(d)->o.sources, span);
		out = p.source ? location(d, p.source, span.off - p.source->base, span.len) : NULL;
	}
	program_close(&t);
	free(w.chain);
	return out;
}

/* ---- the outline of a text */

/* The protocol's kinds of symbols; 0: no part of an outline. */
static int symbol_kind(enum ast_kind k)
{
	switch (k) {
	case AST_MODEL: case AST_MODEL_DEF:     return 5;
	case AST_DATASET: case AST_DATASET_DEF: return 18;
	case AST_PROMPT: case AST_LET:          return 13;
	case AST_HYPOTHESIS:                    return 23;
	case AST_METRIC: case AST_DELTA: case AST_FN: return 12;
	default:                                return 0;
	}
}

json_t *look_symbols(const struct document *d)
{
	struct parsed_text t;
	json_t *out = json_array();
	program_open(&t, d);
	for (uint32_t i = 0; i < t.program->n; i++) {
		const struct ast *a = t.program->kid[i];
		size_t from = a->span.off - t.source->base, name;
		if (!a->name || !symbol_kind(a->kind))
			continue;
		name_place(t.source, a->span, a->name, &name);
		json_array_append_new(out, json_pack("{s:s, s:s, s:i, s:o, s:o}", "name", a->name, "detail", ast_kind_name[a->kind], "kind", symbol_kind(a->kind), "range",
		    lsp_range(d->text, d->n, from, from + a->span.len, d->utf8), "selectionRange",
		    lsp_range(d->text, d->n, name, name + strlen(a->name), d->utf8)));
	}
	program_close(&t);
	return out;
}
