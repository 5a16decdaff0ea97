/* What a model is made of.  See inspect.h.
 *
 * Tensors that differ in a number of their name only are told once; components are told as the patterns that match them. */
#include "report/inspect.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "report/grid.h"
#include "report/json.h"

/* ---- sizes */

static uint64_t elements(const struct weight_info *t)
{
	uint64_t n = 1;
	for (int i = 0; i < t->n; i++)
		n *= (uint64_t)t->dim[i];
	return n;
}

struct totals { uint64_t parameters, bytes, memory; size_t unread; };

static struct totals total(const struct weights *w)
{
	struct totals t = { 0 };
	for (size_t i = 0; i < weights_count(w); i++) {
		struct weight_info x = weights_info(w, i);
		t.parameters += x.read ? elements(&x) : 0;
		t.bytes += x.bytes;
		t.memory += x.held;
		t.unread += !x.read;
	}
	return t;
}

static void put_bytes(struct buf *out, uint64_t n)
{
	static const char *const unit[] = { "kB", "MB", "GB", "TB" };
	double x = (double)n / 1000;
	int i = 0;
	for (; x >= 999.95 && i < 3; i++)
		x /= 1000;
	if (n < 1000)
		buf_printf(out, "%d bytes", (int)n);
	else
		buf_printf(out, "%.1f %s", x, unit[i]);
}

/* ---- tensors */

/* "blk.*.attn_q.weight": parts of the name that are numbers become stars. */
static void put_kind(struct buf *out, const char *name)
{
	for (const char *s = name; *s;) {
		size_t n = strcspn(s, "."), digits = strspn(s, "0123456789");
		if (n && digits == n)
			buf_putc(out, '*');
		else
			buf_add(out, s, n);
		s += n;
		if (*s)
			buf_putc(out, *s++);
	}
}

struct kind { char *name; struct weight_info first; uint64_t n, parameters; };

static bool same_kind(const struct kind *k, const char *name, const struct weight_info *t)
{
	return strcmp(k->name, name) == 0 && strcmp(k->first.type, t->type) == 0 && k->first.n == t->n
	    && memcmp(k->first.dim, t->dim, (size_t)t->n * sizeof *t->dim) == 0;
}

static void put_shape(struct buf *out, const struct weight_info *t, const char *open, const char *close)
{
	buf_puts(out, open);
	for (int i = 0; i < t->n; i++)
		buf_printf(out, "%s%" PRId64, i ? ", " : "", t->dim[i]);
	buf_puts(out, close);
}

static void put_tensors(const struct weights *w, int width, struct buf *out)
{
	static const struct column columns[] = { { { "tensor" }, true }, { { "how many" }, false }, { { "type" }, true }, { { "shape" }, true },
		{ { "parameters" }, false } };
	VEC(struct kind) kind = { 0 };
	for (size_t i = 0; i < weights_count(w); i++) {
		struct weight_info t = weights_info(w, i);
		struct buf name = { 0 };
		size_t k = 0;
		put_kind(&name, t.name);
		while (k < kind.n && !same_kind(&kind.at[k], buf_str(&name), &t))
			k++;
		if (k == kind.n)
			vec_push(&kind, ((struct kind){ mem_strdup(buf_str(&name)), t, 0, 0 }));
		kind.at[k].n++;
		kind.at[k].parameters += elements(&t);
		buf_free(&name);
	}
	struct grid g = { .column = columns, .n_columns = sizeof columns / sizeof *columns };
	for (size_t k = 0; k < kind.n; k++) {
		struct buf shape = { 0 };
		put_shape(&shape, &kind.at[k].first, "(", ")");
		grid_add(&g, "%s", kind.at[k].n == 1 ? kind.at[k].first.name : kind.at[k].name);
		grid_add(&g, "%" PRIu64, kind.at[k].n);
		grid_add(&g, "%s%s", kind.at[k].first.type, kind.at[k].first.read ? "" : " (not read)");
		grid_add(&g, "%s", shape.at);
		grid_add(&g, "%" PRIu64, kind.at[k].parameters);
		buf_free(&shape);
		free(kind.at[k].name);
	}
	grid_print(&g, out, width);
	grid_free(&g);
	vec_free(&kind);
}

/* ---- components */

/* Components with the same names and ports, whose indices are lo to hi in each segment. */
struct family { const struct component *first; int64_t lo[MAX_SEGMENTS], hi[MAX_SEGMENTS]; uint64_t n; };

static bool same_ports(const struct graph *g, const struct component *a, const struct component *b)
{
	if (a->n_letters != b->n_letters)
		return false;
	for (int i = 0; i < a->n_letters; i++)
		if (g->letter.at[a->first_letter + i].port != g->letter.at[b->first_letter + i].port)
			return false;
	return true;
}

static bool in_family(const struct graph *g, const struct family *f, const struct component *c)
{
	if (f->first->n_segments != c->n_segments || !same_ports(g, f->first, c))
		return false;
	for (int i = 0; i < c->n_segments; i++)
		if (f->first->segment[i].name != c->segment[i].name || (f->first->segment[i].index < 0) != (c->segment[i].index < 0))
			return false;
	return true;
}

static void widen(struct family *f, const struct component *c)
{
	for (int i = 0; i < c->n_segments; i++) {
		int64_t x = c->segment[i].index;
		f->lo[i] = f->n == 0 || x < f->lo[i] ? x : f->lo[i];
		f->hi[i] = f->n == 0 || x > f->hi[i] ? x : f->hi[i];
	}
	f->n++;
}

/* Are there as many as lo to hi in every segment would give?  Names are unique, so then there are exactly those. */
static bool full(const struct family *f)
{
	uint64_t n = 1;
	for (int i = 0; i < f->first->n_segments; i++)
		if (__builtin_mul_overflow(n, (uint64_t)(f->hi[i] - f->lo[i]) + 1, &n))
			return false;
	return n == f->n;
}

static void put_ports(const struct graph *g, const struct component *c, struct buf *out)
{
	size_t n = 0;
	for (int i = 0; i < c->n_letters; i++)
		n += g->letter.at[c->first_letter + i].port != NULL;
	if (!n)
		return;
	buf_puts(out, n > 1 ? ".{" : ".");
	for (int i = 0, k = 0; i < c->n_letters; i++)
		if (g->letter.at[c->first_letter + i].port)
			buf_printf(out, "%s%s", k++ ? "," : "", g->letter.at[c->first_letter + i].port);
	buf_puts(out, n > 1 ? "}" : "");
}

static void put_pattern(const struct graph *g, const struct family *f, struct buf *out)
{
	for (int i = 0; i < f->first->n_segments; i++) {
		buf_printf(out, "%s%s", i ? "." : "", f->first->segment[i].name);
		if (f->lo[i] >= 0 && f->lo[i] == f->hi[i])
			buf_printf(out, "%" PRId64, f->lo[i]);
		else if (f->lo[i] >= 0)
			buf_printf(out, "[%" PRId64 "..%" PRId64 "]", f->lo[i], f->hi[i] + 1);
	}
	put_ports(g, f->first, out);
}

/* Calls each with the patterns that together match every component, in the order of the graph. */
static void each_pattern(const struct graph *g, void (*each)(void *, const char *, uint64_t), void *context)
{
	VEC(struct family) all = { 0 };
	for (size_t c = 0; c < g->component.n; c++) {
		size_t k = 0;
		while (k < all.n && !in_family(g, &all.at[k], &g->component.at[c]))
			k++;
		if (k == all.n)
			vec_push(&all, ((struct family){ .first = &g->component.at[c] }));
		widen(&all.at[k], &g->component.at[c]);
	}
	for (size_t k = 0; k < all.n; k++) {
		struct buf b = { 0 };
		if (full(&all.at[k])) {
			put_pattern(g, &all.at[k], &b);
			each(context, b.at, all.at[k].n);
		}
		for (size_t c = 0; c < g->component.n && !full(&all.at[k]); c++)
			if (in_family(g, &all.at[k], &g->component.at[c])) {
				b.n = 0;
				buf_puts(&b, g->component.at[c].name);
				put_ports(g, &g->component.at[c], &b);
				each(context, b.at, 1);
			}
		buf_free(&b);
	}
	vec_free(&all);
}

static void pattern_row(void *context, const char *pattern, uint64_t n)
{
	struct grid *g = context;
	grid_add(g, "%s", pattern);
	grid_add(g, "%" PRIu64, n);
}

static void put_components(const struct graph *graph, int width, struct buf *out)
{
	static const struct column columns[] = { { { "component" }, true }, { { "how many" }, false } };
	struct grid g = { .column = columns, .n_columns = 2 };
	each_pattern(graph, pattern_row, &g);
	grid_print(&g, out, width);
	grid_free(&g);
}

/* ---- the whole */

static const char *format_of(const struct inspection *x)
{
	return weights_gguf(x->weights) ? "gguf" : "safetensors";
}

static void put_tokenizer(const struct inspection *x, struct buf *out)
{
	buf_puts(out, "tokenizer     ");
	if (!x->tokenizer) {
		buf_printf(out, "none%s%s\n", x->no_tokenizer ? ": " : "", x->no_tokenizer ? x->no_tokenizer : "");
		return;
	}
	tokenizer_describe(x->tokenizer, out);
	buf_puts(out, "\nprompts       ");
	tokenizer_describe_prompt(x->tokenizer, out);
	buf_putc(out, '\n');
}

void inspect_text(const struct inspection *x, int width, struct buf *out)
{
	struct totals t = total(x->weights);
	buf_printf(out, "%s\n", x->path);
	buf_printf(out, "architecture  %s, from %s\n", x->type ? x->type : "not known", format_of(x));
	buf_printf(out, "parameters    %" PRIu64 " in %zu tensors\n", t.parameters, weights_count(x->weights));
	buf_puts(out, "memory        ");
	put_bytes(out, t.bytes);
	buf_puts(out, " in the file, ");
	put_bytes(out, t.memory);
	buf_puts(out, t.memory > t.bytes ? " when loaded (blocks are unpacked to F32)\n" : " when loaded (mapped)\n");
	if (x->context || x->vocab)
		buf_printf(out, "tokens        %" PRId64 " in the vocabulary, at most %" PRId64 " in a prompt\n", x->vocab, x->context);
	put_tokenizer(x, out);
	if (t.unread)
		buf_printf(out, "%zu tensor%s a type that pp does not read\n", t.unread, t.unread == 1 ? " has" : "s have");
	buf_putc(out, '\n');
	put_tensors(x->weights, width, out);
	if (!x->graph)
		return;
	buf_putc(out, '\n');
	put_components(x->graph, width, out);
}

static void pattern_json(void *context, const char *pattern, uint64_t n)
{
	struct buf *out = context;
	buf_puts(out, out->at[out->n - 1] == '[' ? "{\"pattern\":" : ",{\"pattern\":");
	put_json_text(out, pattern, strlen(pattern));
	buf_printf(out, ",\"count\":%" PRIu64 "}", n);
}

static void count_or_null(struct buf *out, const char *key, int64_t n)
{
	if (n)
		buf_printf(out, ",\"%s\":%" PRId64, key, n);
	else
		buf_printf(out, ",\"%s\":null", key);
}

static void tokenizer_json(const struct inspection *x, struct buf *out)
{
	struct buf what = { 0 }, prompts = { 0 };
	if (x->tokenizer) {
		tokenizer_describe(x->tokenizer, &what);
		tokenizer_describe_prompt(x->tokenizer, &prompts);
	}
	put_json_field(out, "tokenizer", what.at);
	put_json_field(out, "prompts", prompts.at);
	buf_free(&what);
	buf_free(&prompts);
}

void inspect_json(const struct inspection *x, struct buf *out)
{
	struct totals t = total(x->weights);
	buf_puts(out, "{\"kind\":\"inspect\"");
	put_json_field(out, "path", x->path);
	put_json_field(out, "architecture", x->type);
	buf_printf(out, ",\"format\":\"%s\",\"parameters\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"memory\":%" PRIu64, format_of(x), t.parameters, t.bytes, t.memory);
	count_or_null(out, "vocabulary", x->vocab);
	count_or_null(out, "context", x->context);
	tokenizer_json(x, out);
	buf_puts(out, ",\"tensors\":[");
	for (size_t i = 0; i < weights_count(x->weights); i++) {
		struct weight_info w = weights_info(x->weights, i);
		buf_puts(out, i ? ",{" : "{");
		put_json_field(out, "name", w.name);
		put_json_field(out, "type", w.type);
		put_shape(out, &w, ",\"shape\":[", "]");
		buf_printf(out, ",\"bytes\":%" PRIu64 "}", w.bytes);
	}
	buf_puts(out, "],\"components\":");
	if (x->graph) {
		buf_putc(out, '[');
		each_pattern(x->graph, pattern_json, out);
		buf_putc(out, ']');
	} else {
		buf_puts(out, "null");
	}
	buf_puts(out, "}\n");
}
