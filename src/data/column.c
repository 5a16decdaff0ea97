/* One side of a pair: JSON to the values of the model's inputs.
 *
 * Owns what a prompt may look like: text, token ids, a number or nested lists of numbers, or an object of these by the
 * inputs' names.  Comparing the sides is dataset.c's. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "data/internal.h"

bool refuse(struct fault *f, enum code c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	f->code = c;
	buf_vprintf(&f->what, fmt, ap);
	va_end(ap);
	return false;
}

void fault_free(struct fault *f)
{
	buf_free(&f->what);
	buf_free(&f->hint);
	f->code = E_COUNT;
}

bool json_whole(const json_t *j, int64_t *out)
{
	if (json_is_integer(j)) {
		*out = json_integer_value(j);
		return true;
	}
	double x = json_real_value(j);
	if (!json_is_real(j) || x != floor(x) || fabs(x) > 9007199254740992.0)
		return false;
	*out = (int64_t)x;
	return true;
}

static const char *kind_of(const json_t *j)
{
	static const char *const name[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list", [JSON_STRING] = "text", [JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number", [JSON_TRUE] = "true", [JSON_FALSE] = "false", [JSON_NULL] = "null",
	};
	return name[json_typeof(j)];
}

/* "x0: real, tokens: ids[seq]" */
static void describe_inputs(const struct graph *g, struct buf *out)
{
	for (size_t i = 0; i < g->input.n; i++) {
		const struct graph_input *in = &g->input.at[i];
		buf_printf(out, "%s%s: %s", i ? ", " : "", in->name, in->ids ? "ids" : "real");
		for (int k = 0; k < in->shape.n; k++) {
			buf_puts(out, k ? ", " : "[");
			if (in->shape.dim[k] == DIM_SEQ)
				buf_puts(out, "seq");
			else
				buf_printf(out, "%" PRId64, in->shape.dim[k]);
		}
		if (in->shape.n)
			buf_putc(out, ']');
	}
}

static bool other_model(struct fault *f, const struct data_model *m, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static bool other_model(struct fault *f, const struct data_model *m, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	refuse(f, E_DATASET_MODEL, "%s", "");
	buf_vprintf(&f->what, fmt, ap);
	va_end(ap);
	buf_printf(&f->hint, "the inputs of %s are ", m->name);
	describe_inputs(m->graph, &f->hint);
	return false;
}

/* ---- token ids ---- */

/* covers gets the tokens, when it is not NULL. */
static bool text_ids(struct arena *a, const struct data_model *m, const json_t *j, const char *field, struct input_value *v,
    struct tokens *covers, struct fault *f)
{
	if (!m->tokenizer) {
		refuse(f, E_TOKENIZER, "'%s' is text, but %s has no tokenizer", field, m->name);
		buf_puts(&f->hint, "give prompts and answers as token ids: \"ref\": [15, 46, 68], \"answer\": 7");
		return false;
	}
	struct tokens t = { 0 };
	struct buf why = { 0 };
	bool ok = tokenizer_prompt(m->tokenizer, json_string_value(j), json_string_length(j), &t, &why);
	if (ok) {
		v->ids = arena_copy(a, t.id, t.n * sizeof *t.id);
		v->n = (int64_t)t.n;
		while (v->n_before < v->n && t.from[v->n_before] == t.to[v->n_before])
			v->n_before++;
		v->text = arena_strndup(a, json_string_value(j), json_string_length(j));
	} else {
		refuse(f, E_PAIR, "'%s': %s", field, buf_str(&why));
	}
	buf_free(&why);
	if (covers) {
		tokens_free(covers);
		*covers = t;
	} else {
		tokens_free(&t);
	}
	return ok;
}

static bool list_ids(struct arena *a, const json_t *j, const char *field, struct input_value *v, struct fault *f)
{
	size_t i;
	json_t *x;
	v->n = (int64_t)json_array_size(j);
	v->ids = arena_array(a, (size_t)v->n, sizeof *v->ids);
	json_array_foreach(j, i, x) {
		int64_t id;
		if (!json_whole(x, &id))
			return refuse(f, E_PAIR, "'%s' has %s where a token id is expected (place %zu of the list)", field, kind_of(x), i);
		if (id < 0 || id > INT32_MAX)
			return refuse(f, E_PAIR, "'%s' has %" PRId64 ", which is no token id (place %zu of the list)", field, id, i);
		v->ids[i] = (int32_t)id;
	}
	return true;
}

static bool read_ids(struct arena *a, const struct data_model *m, const json_t *j, const char *field, struct input_value *v,
    struct tokens *covers, struct fault *f)
{
	if (!json_is_string(j) && !json_is_array(j))
		return other_model(f, m, "'%s' is %s where token ids%s are expected", field, kind_of(j),
		    m->tokenizer ? " or a text" : "");
	if (!(json_is_string(j) ? text_ids(a, m, j, field, v, covers, f) : list_ids(a, j, field, v, f)))
		return false;
	for (int64_t i = 0; i < v->n; i++)
		if (m->vocab && v->ids[i] >= m->vocab)
			return refuse(f, E_PAIR, "'%s' has the token id %" PRId32 ", outside the vocabulary (0 to %" PRId64 ")", field,
			    v->ids[i], m->vocab - 1);
	return true;
}

/* ---- numbers ---- */

struct filling { const struct graph_input *in; const char *field; VEC(float) x; int64_t rows; struct fault *f; };

static bool fill_one(struct filling *s, const json_t *j)
{
	if (!json_is_number(j))
		return refuse(s->f, E_PAIR, "'%s', input %s: %s where a number is expected", s->field, s->in->name, kind_of(j));
	double x = json_number_value(j);
	if (!(fabs(x) <= FLT_MAX))
		return refuse(s->f, E_PAIR, "'%s', input %s: %g is too large for a single-precision number", s->field, s->in->name, x);
	vec_push(&s->x, (float)x);
	return true;
}

static bool fill(struct filling *s, const json_t *j, int axis)
{
	if (axis == s->in->shape.n)
		return fill_one(s, j);
	char shape[128];
	shape_text(&s->in->shape, shape, sizeof shape);
	if (!json_is_array(j))
		return refuse(s->f, E_PAIR, "'%s', input %s of shape %s: %s where a list is expected", s->field, s->in->name, shape,
		    kind_of(j));
	int64_t n = (int64_t)json_array_size(j), want = s->in->shape.dim[axis];
	if (want == DIM_SEQ) {
		if (s->rows < 0)
			s->rows = n;
		want = s->rows;
	}
	if (n != want)
		return refuse(s->f, E_PAIR, "'%s', input %s of shape %s: a list of %" PRId64 " where %" PRId64 " are expected",
		    s->field, s->in->name, shape, n, want);
	size_t i;
	json_t *x;
	json_array_foreach(j, i, x)
		if (!fill(s, x, axis + 1))
			return false;
	return true;
}

static bool read_real(struct arena *a, const struct graph_input *in, const json_t *j, const char *field,
    struct input_value *v, int64_t *rows, struct fault *f)
{
	struct filling s = { .in = in, .field = field, .rows = -1, .f = f };
	bool ok = fill(&s, j, 0);
	if (ok) {
		v->real = arena_copy(a, s.x.at, s.x.n * sizeof *s.x.at);
		v->n = (int64_t)s.x.n;
		*rows = s.rows;
	}
	vec_free(&s.x);
	return ok;
}

/* ---- all inputs of a column ---- */

static bool has_rows(const struct shape *s)
{
	for (int i = 0; i < s->n; i++)
		if (s->dim[i] == DIM_SEQ)
			return true;
	return false;
}

/* *length is -1 until an input with rows was read. */
static bool read_input(struct arena *a, const struct data_model *m, size_t k, const json_t *j, const char *field,
    struct input_value *v, int64_t *length, struct tokens *covers, struct fault *f)
{
	const struct graph_input *in = &m->graph->input.at[k];
	int64_t rows = -1;
	if (in->ids) {
		if (!read_ids(a, m, j, field, v, covers, f))
			return false;
		if (has_rows(&in->shape))
			rows = v->n;
		else if (v->n != shape_count(&in->shape, 1))
			return refuse(f, E_PAIR, "'%s', input %s: %" PRId64 " token ids where %" PRId64 " are expected", field, in->name,
			    v->n, shape_count(&in->shape, 1));
	} else if (!read_real(a, in, j, field, v, &rows, f)) {
		return false;
	}
	if (!has_rows(&in->shape))
		return true;
	if (rows <= 0)
		return refuse(f, E_PAIR, "'%s' is empty", field);
	if (*length >= 0 && rows != *length)
		return refuse(f, E_PAIR, "'%s': input %s has %" PRId64 " rows, the inputs before it %" PRId64, field, in->name, rows,
		    *length);
	*length = rows;
	return true;
}

/* An object must name every input, and nothing else. */
static bool read_object(struct arena *a, const struct data_model *m, const json_t *j, const char *field,
    struct input_value *out, int64_t *length, struct fault *f)
{
	const struct graph *g = m->graph;
	for (size_t k = 0; k < g->input.n; k++) {
		const json_t *x = json_object_get(j, g->input.at[k].name);
		if (!x)
			return other_model(f, m, "'%s' lacks the input %s", field, g->input.at[k].name);
		if (!read_input(a, m, k, x, field, &out[k], length, NULL, f))
			return false;
	}
	const char *key;
	json_t *x;
	json_object_foreach((json_t *)(uintptr_t)j, key, x) {
		bool known = false;
		for (size_t k = 0; k < g->input.n; k++)
			known |= strcmp(g->input.at[k].name, key) == 0;
		if (!known)
			return other_model(f, m, "'%s' has '%s', which is no input of %s", field, key, m->name);
	}
	return true;
}

bool column_read(struct arena *a, const struct data_model *m, const json_t *j, const char *field, struct input_value *out,
    int64_t *length, struct tokens *covers, struct fault *f)
{
	*length = -1;
	if (json_is_object(j)) {
		if (!read_object(a, m, j, field, out, length, f))
			return false;
	} else if (m->graph->input.n != 1) {
		return other_model(f, m, "'%s' is %s, but %s has %zu inputs", field, kind_of(j), m->name, m->graph->input.n);
	} else if (!read_input(a, m, 0, j, field, out, length, covers, f)) {
		return false;
	}
	if (*length < 0)
		*length = 1;
	if (m->context && *length > m->context)
		return refuse(f, E_PAIR, "'%s' has %" PRId64 " tokens, but the context of %s is %" PRId64, field, *length, m->name,
		    m->context);
	return true;
}

void column_show(const struct data_model *m, const struct input_value *v, int64_t from, struct buf *out)
{
	enum { SHOWN = 12 };
	if (from > 0)
		buf_puts(out, "... | ");
	for (int64_t i = from; i < v->n && i < from + SHOWN; i++) {
		buf_puts(out, i > from ? " | " : "");
		if (m->tokenizer)
			tokenizer_show(m->tokenizer, v->ids[i], out);
		else
			buf_printf(out, "%" PRId32, v->ids[i]);
	}
	if (v->n > from + SHOWN)
		buf_puts(out, " | ...");
}
