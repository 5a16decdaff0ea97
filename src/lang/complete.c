/* What could be written at a place of a text.  See complete.h.
 *
 * The parser says what may come next: words of the language, a name, a pattern, a position.  The tokens before the place say
 * which names are meant: `on` wants a model or a dataset, a point the fields of what stands before it. */
#include "lang/complete.h"

#include <stdlib.h>
#include <string.h>

#include "syntax/parse.h"
#include "syntax/scan.h"

/* a1.h5.q: what is completed, and what stands before its last point. */
struct chain {
	size_t n;
	struct step_segment segment[MAX_SEGMENTS + 1];
	bool simple;                                 /* names, and indices with one number; else fields cannot be told */
	size_t first;                                /* its first token */
};

struct spot {
	struct completing c;
	const char *text;
	struct scan scan;                            /* up to the place, without comments */
	size_t i;                                    /* of scan: tokens before what is completed */
	size_t from;                                 /* where what is completed begins */
	struct chain chain;
	bool ports;                                  /* inside a9.h9.{ */
};

static bool is(const struct spot *s, size_t i, const char *spelled)
{
	return i < s->scan.n && scan_is(s->text, &s->scan.at[i], spelled);
}

static bool is_name(const struct spot *s, size_t i)
{
	return i < s->scan.n && (s->scan.at[i].kind == SCAN_NAME || s->scan.at[i].kind == SCAN_WORD);
}

static const char *name_at(const struct spot *s, size_t i)
{
	return intern_n(s->text + s->scan.at[i].from, s->scan.at[i].to - s->scan.at[i].from);
}

/* ---- what is being written */

/* The bracket that closes at token i - 1 opens at ...; i when it does not. */
static size_t opens(const struct spot *s, size_t i)
{
	int depth = 0;
	for (size_t k = i; k-- > 0;) {
		depth += is(s, k, ")") || is(s, k, "]") || is(s, k, "}");
		depth -= is(s, k, "(") || is(s, k, "[") || is(s, k, "{");
		if (depth == 0)
			return k;
	}
	return i;
}

/* The innermost bracket that is open before token i; false when there is none. */
static bool inside(const struct spot *s, size_t i, size_t *at)
{
	int depth = 0;
	for (size_t k = i; k-- > 0;) {
		depth += is(s, k, ")") || is(s, k, "]") || is(s, k, "}");
		depth -= is(s, k, "(") || is(s, k, "[") || is(s, k, "{");
		if (depth < 0) {
			*at = k;
			return true;
		}
	}
	return false;
}

/* Reads backward from the point before token i. */
static void read_chain(struct spot *s, size_t i)
{
	struct chain *h = &s->chain;
	*h = (struct chain){ .simple = true, .first = i };
	while (i > 1 && is(s, i - 1, ".")) {
		struct step_segment g = { 0 };
		size_t k = i - 1;
		if (is(s, k - 1, "]")) {
			size_t b = opens(s, k);
			bool number = b + 3 == k && s->scan.at[b + 1].kind == SCAN_NUMBER;
			g.index = (struct index_set){ .given = true, .any = !number };
			if (number) {
				struct index_part *p = arena_alloc(s->c.arena, sizeof *p);
				p->from = strtoll(s->text + s->scan.at[b + 1].from, NULL, 10);
				p->to = p->from + 1;
				g.index.n = 1;
				g.index.part = p;
			}
			k = b;
		}
		if (k == 0 || !is_name(s, k - 1) || h->n > MAX_SEGMENTS) {
			h->simple = false;
			h->first = k;
			return;
		}
		g.name = name_at(s, k - 1);
		if (!g.index.given && segment_of(g.name).index >= 0) {
			struct index_part *p = arena_alloc(s->c.arena, sizeof *p);
			*p = (struct index_part){ segment_of(g.name).index, segment_of(g.name).index + 1, true };
			g.index = (struct index_set){ .given = true, .n = 1, .part = p };
			g.name = segment_of(g.name).name;
		}
		memmove(h->segment + 1, h->segment, h->n * sizeof *h->segment);
		h->segment[0] = g;
		h->n++;
		h->first = i = k - 1;
	}
}

static void find_spot(struct spot *s, size_t at)
{
	size_t n = s->scan.n, open;
	s->i = n;
	s->from = at;
	if (n && is_name(s, n - 1) && s->scan.at[n - 1].to == at) {
		s->i = n - 1;
		s->from = s->scan.at[n - 1].from;
	}
	s->c.begun = s->text + s->from;
	s->c.n_begun = at - s->from;
	read_chain(s, s->i);
	if (s->chain.n == 0 && inside(s, s->i, &open) && is(s, open, "{") && open > 0 && is(s, open - 1, ".")) {
		read_chain(s, open);
		s->ports = true;
	}
}

/* ---- what is meant */

static const struct value *bound(const struct spot *s, const char *name)
{
	const struct binding *b = find(&s->c.in->top, name);
	return b && !b->broken ? &b->value : NULL;
}

/* The last of these words before token i; n when there is none. */
static size_t last_word(const struct spot *s, size_t i, const char *const *word, size_t n_words)
{
	while (i-- > 0)
		for (size_t w = 0; w < n_words; w++)
			if (is(s, i, word[w]) && !is(s, i - 1, "."))
				return i;
	return s->scan.n;
}

/* The statement with rules that the place is in: its model and dataset, as far as they are known. */
static void subject(const struct spot *s, const struct graph **g, const struct dataset **d)
{
	static const char *const heads[] = { "hypothesis", "sweep", "evaluate", "counterexamples" };
	size_t k = last_word(s, s->i, heads, 4);
	*g = NULL;
	*d = NULL;
	for (size_t i = k; i + 1 < s->scan.n && i < s->i; i++) {
		bool named = is(s, i, "on") || is(s, i, "extends") || i == k;
		const struct value *v = named && is_name(s, i + 1) ? bound(s, name_at(s, i + 1)) : NULL;
		if (v && v->kind == VAL_MODEL)
			*g = v->model->graph;
		if (v && v->kind == VAL_HYPOTHESIS && i != k)
			*g = v->hypothesis->graph;
		if (v && v->kind == VAL_DATASET) {
			*d = v->dataset;
			*g = v->dataset->graph;
		}
	}
}

/* What the word before the name wants; VAL_COUNT: anything. */
static enum value_kind wanted_kind(const struct spot *s)
{
	static const char *const heads[] = { "hypothesis", "subset", "equals", "evaluate", "sweep", "counterexamples" };
	size_t i = s->i, open;
	if (inside(s, i, &open) && is(s, open, "["))
		i = open;                                /* by [kl, ... */
	if (i == 0)
		return VAL_COUNT;
	size_t head = last_word(s, i, heads, 6), word = i - 1;
	if (is(s, word, "on"))
		return head < s->scan.n && (is(s, head, "hypothesis") || is(s, head, "subset") || is(s, head, "equals")) ? VAL_MODEL : VAL_DATASET;
	if (is(s, word, "by") && head < s->scan.n && !is(s, head, "hypothesis"))
		return VAL_METRIC;
	if (is(s, word, "extends") || is(s, word, "evaluate") || is(s, word, "counterexamples"))
		return VAL_HYPOTHESIS;
	if (is(s, word, "for") && word > 1 && (is(s, word - 2, "dataset") || is(s, word - 2, "input")))
		return VAL_MODEL;
	return is(s, word, ":") && word > 0 && is(s, word - 1, "for") ? VAL_MODEL : VAL_COUNT;
}

/* ---- candidates */

/* Names of a kind that the text itself introduces: they have no value yet.  VAL_COUNT: of any. */
static void names_of_text(struct spot *s, enum value_kind k)
{
	static const struct { const char *word; enum value_kind k; } before[] = { { "model", VAL_MODEL }, { "dataset", VAL_DATASET },
		{ "hypothesis", VAL_HYPOTHESIS }, { "metric", VAL_METRIC }, { "delta", VAL_METRIC }, { "let", VAL_COUNT }, { "fn", VAL_COUNT }, { "for", VAL_COUNT },
		{ "input", VAL_COUNT }, { "component", VAL_COUNT } };
	for (size_t i = 0; i < s->i; i++) {
		if (!is_name(s, i) || (i > 0 && is(s, i - 1, ".")))
			continue;
		bool introduced = k == VAL_COUNT && (is(s, i + 1, "=") || is(s, i + 1, "=>"));
		for (size_t w = 0; i > 0 && w < sizeof before / sizeof *before; w++)
			introduced |= (k == VAL_COUNT || k == before[w].k) && is(s, i - 1, before[w].word);
		size_t open;                             /* fn f(x, y) */
		if (!introduced && k == VAL_COUNT && i > 1 && (is(s, i - 1, "(") || is(s, i - 1, ",")) && inside(s, i, &open) && open > 1 && is(s, open, "("))
			introduced = is(s, open - 2, "fn") || is(s, open - 2, "metric") || is(s, open - 2, "delta") || is(s, open - 2, "model");
		if (introduced && s->scan.at[i].kind == SCAN_NAME)
			candidate(&s->c, name_at(s, i), "name", NULL);
	}
}

/* Is the place inside the body of a metric?  It then sees the row asked for, roles, the answer. */
static bool in_metric(const struct spot *s)
{
	static const char *const heads[] = { "metric", "delta", "let", "fn", "model", "dataset", "hypothesis", "evaluate", "sweep", "expect", "save" };
	size_t i = last_word(s, s->i, heads, sizeof heads / sizeof *heads);
	return i < s->scan.n && (is(s, i, "metric") || is(s, i, "delta")) && is_name(s, i + 1);
}

static void words(struct spot *s, const struct parse_next *next)
{
	bool argument = s->i > 0 && (is(s, s->i - 1, "(") || is(s, s->i - 1, ","));          /* for: is one of its own */
	for (size_t i = 0; i < next->n_words; i++)
		if (!argument || strcmp(next->word[i], "for") != 0)
			candidate(&s->c, next->word[i], "word", NULL);
	if (next->pattern)
		candidate(&s->c, "all", "word", NULL);
}

static void after_point(struct spot *s, bool pattern)
{
	const struct graph *g;
	const struct dataset *d;
	const struct chain *h = &s->chain;
	subject(s, &g, &d);
	if (pattern)
		candidate_components(&s->c, g, h->segment, h->n);
	if (!h->simple || s->ports)
		return;
	const struct value *v = NULL;
	for (size_t i = 0; i < h->n; i++) {
		bool plain = !h->segment[i].index.given || h->segment[i].index.part;      /* x1 is a name with an index */
		const char *name = !plain ? NULL : !h->segment[i].index.given ? h->segment[i].name
			: intern(arena_printf(s->c.arena, "%s%lld", h->segment[i].name, (long long)h->segment[i].index.part->from));
		if (i == 0)
			v = name ? bound(s, name) : NULL;
		else
			v = v && name && v->kind == VAL_RECORD ? record_get(v->record, name) : NULL;
		if ((!v || v->kind == VAL_BUILTIN) && i == 0 && h->n == 1 && in_metric(s))       /* a parameter may be called run */
			candidate_outputs(&s->c);
		if (!v)
			return;
	}
	if (v)
		candidate_fields(&s->c, v);
}

static void arguments(struct spot *s)
{
	size_t open;
	if (!inside(s, s->i, &open) || !is(s, open, "(") || open == 0 || !is_name(s, open - 1) || !(is(s, s->i - 1, "(") || is(s, s->i - 1, ",")))
		return;
	const struct value *f = bound(s, name_at(s, open - 1));
	if (f)
		candidate_arguments(&s->c, f);
}

static void plain_name(struct spot *s, const struct parse_next *next)
{
	const struct graph *g;
	const struct dataset *d;
	subject(s, &g, &d);
	bool operand = next->name && next->number && next->string && !next->pattern;
	enum value_kind k = operand ? wanted_kind(s) : VAL_COUNT;
	if (k == VAL_COUNT)
		words(s, next);
	if (next->name && next->number && !next->string && !next->pattern) {         /* at, @ */
		candidate_roles(&s->c, d, g);
		if (s->i > 0 && is(s, s->i - 1, "at"))
			candidate(&s->c, "all", "word", NULL);
		return;
	}
	if (next->name && next->pattern) {
		candidate_components(&s->c, g, NULL, 0);
		candidate_names(&s->c, VAL_PATHS);
	}
	if (!operand)
		return;                                  /* a name that is being introduced, or none */
	candidate_names(&s->c, k);
	names_of_text(s, k);
	if (k != VAL_COUNT)
		return;
	arguments(s);
	if (in_metric(s)) {
		candidate(&s->c, "here", "role", "the row that is asked for");
		candidate(&s->c, "answer", "name", NULL);
		candidate(&s->c, "foil", "name", NULL);
		candidate_roles(&s->c, d, NULL);
	}
}

static void in_string(struct spot *s, const struct scanned *t, size_t at, const char *folder)
{
	size_t from = t->from + 1, i = s->scan.n - 1;
	bool modules = i > 0 && is(s, i - 1, "use"), models = i > 1 && is(s, i - 1, "(") && (is(s, i - 2, "load") || is(s, i - 2, "config") || is(s, i - 2, "weights"));
	s->from = from + candidate_files(&s->c, folder, s->text + from, at - from, modules, models);
}

/* ---- in order, each once */

static int by_text(const void *a, const void *b)
{
	const struct pp_candidate *x = a, *y = b;
	const char *p = x->text, *q = y->text;
	for (; *p && *q; p++, q++) {                 /* a2 before a10 */
		size_t m = strspn(p, "0123456789"), n = strspn(q, "0123456789");
		if (m && n && m != n)
			return m < n ? -1 : 1;
		if (*p != *q)
			break;
	}
	int c = (unsigned char)*p - (unsigned char)*q;
	return c ? c : (x->note == NULL) - (y->note == NULL);
}

static void give(struct spot *s, size_t at, struct pp_completion *out)
{
	size_t n = 0;
	struct pp_candidate *c = s->c.out.at;
	if (s->c.out.n)
		qsort(c, s->c.out.n, sizeof *c, by_text);
	for (size_t i = 0; i < s->c.out.n; i++)
		if (!n || strcmp(c[n - 1].text, c[i].text) != 0)
			c[n++] = c[i];
	*out = (struct pp_completion){ s->from, at, n, arena_copy(s->c.arena, c, n * sizeof *c) };
}

void complete_text(struct interp *in, const char *text, size_t n, size_t at, const char *folder, struct arena *arena, struct pp_completion *out)
{
	struct spot s = { .c = { .in = in, .arena = arena } };
	struct scan all = { 0 };
	at = at > n ? n : at;
	s.text = arena_strndup(arena, text, at);
	scan_text(s.text, at, &all);
	bool comment = all.n && vec_last(&all).kind == SCAN_COMMENT && vec_last(&all).to == at;
	for (size_t i = 0; i < all.n; i++)
		if (all.at[i].kind != SCAN_COMMENT)
			vec_push(&s.scan, all.at[i]);
	find_spot(&s, at);
	const struct scanned *last = s.scan.n ? &vec_last(&s.scan) : NULL;
	if (last && last->kind == SCAN_OPEN && !memchr(text + last->from, '\n', at - last->from)) {
		in_string(&s, last, at, folder);
	} else if (!comment && !(last && last->to == at && last->kind == SCAN_NUMBER)) {
		size_t first = s.chain.n || !s.chain.simple ? s.chain.first : s.i;
		struct parse_next next = parse_next(s.text, first < s.scan.n ? s.scan.at[first].from : s.from);
		if (s.chain.n || !s.chain.simple)
			after_point(&s, next.pattern);
		else
			plain_name(&s, &next);
	}
	give(&s, at, out);
	vec_free(&all);
	vec_free(&s.scan);
	vec_free(&s.c.out);
}
