/* Datasets.  See dataset.h.
 *
 * One object becomes one pair: its columns (column.c), then roles, answer and foil.  The first thing that is wrong with a
 * pair is told, and reading goes on with the next. */
#include "data/dataset.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "data/internal.h"
#include "data/jsonl.h"

enum { MAX_FILE = 1 << 30, MAX_FAULTS = 20 };

/* A field that was a valid input in every pair so far.  cf and ref are the first two. */
struct candidate { const char *name; bool alive; };

struct reader {
	struct dataset *set;
	const struct data_model *m;
	struct span at;
	struct diags *d;
	VEC(struct candidate) column;
	VEC(const char *) role;          /* union over the pairs, each once */
	struct map role_seen;            /* by interned name */
	int line, n_faults;
	bool stop;
	struct fault fault;
};

static const char *const known_fields[] = { "cf", "ref", "answer", "foil", "positions" };

static bool is_known(const char *field)
{
	for (size_t i = 0; i < sizeof known_fields / sizeof *known_fields; i++)
		if (strcmp(known_fields[i], field) == 0)
			return true;
	return false;
}

/* ---- roles ---- */

/* The lexer's names; others could not be written after @. */
static bool is_name(const char *s)
{
	if (!(*s == '_' || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z')))
		return false;
	while (*s == '_' || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9'))
		s++;
	return !*s;
}

static bool read_row(const json_t *j, const char *role, int64_t length, int64_t *out, struct fault *f)
{
	int64_t row;
	if (!json_whole(j, &row))
		return refuse(f, E_PAIR, "the position of '%s' is not a row number or a list of them", role);
	if (row < -length || row >= length)
		return refuse(f, E_PAIR, "the position of '%s' is row %" PRId64 ", but the prompt has the rows 0 to %" PRId64, role, row,
		    length - 1);
	*out = row < 0 ? row + length : row;
	return true;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static bool read_rows(struct arena *a, const json_t *j, const char *role, int64_t length, struct rows *out, struct fault *f)
{
	size_t n = json_is_array(j) ? json_array_size(j) : 1, kept = 0;
	out->at = arena_array(a, n, sizeof *out->at);
	for (size_t i = 0; i < n; i++)
		if (!read_row(json_is_array(j) ? json_array_get(j, i) : j, role, length, &out->at[i], f))
			return false;
	qsort(out->at, n, sizeof *out->at, by_number);
	for (size_t i = 0; i < n; i++)
		if (!kept || out->at[kept - 1] != out->at[i])
			out->at[kept++] = out->at[i];
	out->n = kept;
	return true;
}

static int by_role(const void *a, const void *b)
{
	return strcmp(((const struct role *)a)->name, ((const struct role *)b)->name);
}

/* Fills p->role, sorted by name; END is the last row when the pair does not say. */
static bool read_roles(struct reader *r, const json_t *j, struct pair *p)
{
	if (j && !json_is_null(j) && !json_is_object(j))
		return refuse(&r->fault, E_PAIR, "'positions' is not an object such as {\"S1\": 3, \"S2\": [7, 8]}");
	struct arena *a = &r->set->arena;
	p->role = arena_array(a, json_object_size(j) + 1, sizeof *p->role);
	const char *key;
	json_t *rows;
	json_object_foreach((json_t *)(uintptr_t)j, key, rows) {
		struct role *role = &p->role[p->n_roles++];
		if (!is_name(key))
			return refuse(&r->fault, E_PAIR, "the role '%s' is not a name: letters, digits and _, a letter first", key);
		role->name = intern(key);
		if (!read_rows(a, rows, key, p->length, &role->rows, &r->fault))
			return false;
	}
	if (!json_object_get(j, "END")) {
		int64_t last = p->length - 1;
		p->role[p->n_roles++] = (struct role){ intern("END"), { arena_copy(a, &last, sizeof last), 1 } };
	}
	qsort(p->role, p->n_roles, sizeof *p->role, by_role);
	return true;
}

static void note_roles(struct reader *r, const struct pair *p)
{
	for (size_t i = 0; i < p->n_roles; i++) {
		const char *name = p->role[i].name;
		if (map_get(&r->role_seen, (uint64_t)(uintptr_t)name, NULL))
			continue;
		map_put(&r->role_seen, (uint64_t)(uintptr_t)name, 1);
		vec_push(&r->role, name);
	}
}

/* ---- answers ---- */

/* How many tokens an answer can be: as many as the output has columns. */
static int64_t n_answers(const struct data_model *m)
{
	const struct node *o = m->graph->output;
	int64_t last = o && o->shape.n ? o->shape.dim[o->shape.n - 1] : 0;
	return m->vocab && (last <= 0 || m->vocab < last) ? m->vocab : last > 0 ? last : 0;
}

static bool text_answer(struct reader *r, const json_t *j, const char *field, int32_t *out)
{
	const char *text = json_string_value(j);
	struct fault *f = &r->fault;
	if (!r->m->tokenizer) {
		refuse(f, E_TOKENIZER, "'%s' is text, but %s has no tokenizer", field, r->m->name);
		buf_puts(&f->hint, "give answers as token ids");
		return false;
	}
	struct tokens t = { 0 };
	struct buf why = { 0 };
	bool ok = tokenizer_encode(r->m->tokenizer, text, json_string_length(j), &t, &why);
	if (!ok) {
		refuse(f, E_ANSWER, "'%s' is \"%.60s\": %s", field, text, buf_str(&why));
	} else if (t.n != 1) {
		ok = refuse(f, E_ANSWER, "'%s' is \"%.60s\", which is %zu tokens", field, text, t.n);
		struct input_value v = { .ids = t.id, .n = (int64_t)t.n };
		if (t.n)
			buf_puts(&f->what, ": ");
		column_show(r->m, &v, 0, &f->what);
	} else {
		*out = t.id[0];
	}
	buf_free(&why);
	tokens_free(&t);
	return ok;
}

static bool one_answer(struct reader *r, const json_t *j, const char *field, int32_t *out)
{
	int64_t id, limit = n_answers(r->m);
	if (json_is_string(j)) {
		if (!text_answer(r, j, field, out))
			return false;
		id = *out;
	} else if (!json_whole(j, &id)) {
		return refuse(&r->fault, E_ANSWER, "'%s' is not a token id, a text of one token, or a list of these", field);
	}
	if (id < 0 || id > INT32_MAX || (limit && id >= limit)) {
		refuse(&r->fault, E_PAIR, "'%s' is the token id %" PRId64 ", outside the vocabulary", field, id);
		if (limit)
			buf_printf(&r->fault.what, " (0 to %" PRId64 ")", limit - 1);
		return false;
	}
	*out = (int32_t)id;
	return true;
}

static bool read_answers(struct reader *r, const json_t *j, const char *field, int32_t **out, size_t *n)
{
	if (!j || json_is_null(j) || (json_is_array(j) && json_array_size(j) == 0))
		return true;                     /* a pair without answer; the metrics that need one say so */
	*n = json_is_array(j) ? json_array_size(j) : 1;
	*out = arena_array(&r->set->arena, *n, sizeof **out);
	for (size_t i = 0; i < *n; i++)
		if (!one_answer(r, json_is_array(j) ? json_array_get(j, i) : j, field, &(*out)[i]))
			return false;
	return true;
}

/* ---- columns ---- */

static size_t n_inputs(const struct reader *r)
{
	return r->m->graph->input.n;
}

static bool missing(struct reader *r, const json_t *j, const char *field)
{
	refuse(&r->fault, E_DATASET, "there is no '%s'; the fields are", field);
	const char *key;
	json_t *x;
	size_t n = 0;
	json_object_foreach((json_t *)(uintptr_t)j, key, x)
		if (n++ < 12)
			buf_printf(&r->fault.what, "%s %.40s", n > 1 ? "," : "", key);
	buf_puts(&r->fault.what, n > 12 ? ", ..." : n ? "" : " none");
	buf_puts(&r->fault.hint, "a pair is {\"ref\": ..., \"cf\": ..., \"answer\": ..., \"positions\": {...}}; the first two are needed");
	return false;
}

/* Both sides from a little before the first token that differs. */
static bool unequal(struct reader *r, const struct pair *p, int64_t len_cf)
{
	refuse(&r->fault, E_PAIR_LENGTH, "'ref' has %" PRId64 " tokens, 'cf' has %" PRId64, p->length, len_cf);
	const struct input_value *cf = &p->value[COLUMN_CF * n_inputs(r)], *ref = &p->value[COLUMN_REF * n_inputs(r)];
	if (n_inputs(r) != 1 || !ref->ids)
		return false;
	int64_t first = 0;
	while (first < ref->n && first < cf->n && ref->ids[first] == cf->ids[first])
		first++;
	int64_t from = first > 4 ? first - 4 : 0;
	struct buf *hint = &r->fault.hint;
	buf_puts(hint, "ref: ");
	column_show(r->m, ref, from, hint);
	buf_puts(hint, "  /  cf: ");
	column_show(r->m, cf, from, hint);
	return false;
}

/* A further field that may be a feed column; nothing is told when it is none. */
static bool read_candidate(struct reader *r, const json_t *j, size_t column, struct pair *p)
{
	const char *name = r->column.at[column].name;
	const json_t *x = json_object_get(j, name);
	struct fault quiet = { 0 };
	int64_t length = 0;
	bool ok = x && column_read(&r->set->arena, r->m, x, name, &p->value[column * n_inputs(r)], &length, &quiet) &&
	    length == p->length;
	fault_free(&quiet);
	return ok;
}

/* The first pair says which further fields can be columns. */
static void find_candidates(struct reader *r, const json_t *j)
{
	for (size_t i = 0; i < 2; i++) {
		struct candidate c = { known_fields[i], true };
		vec_push(&r->column, c);
	}
	const char *key;
	json_t *x;
	json_object_foreach((json_t *)(uintptr_t)j, key, x)
		if (!is_known(key)) {
			struct candidate c = { intern(key), true };
			vec_push(&r->column, c);
		}
}

static bool read_columns(struct reader *r, const json_t *j, struct pair *p)
{
	const json_t *ref = json_object_get(j, "ref"), *cf = json_object_get(j, "cf");
	if (!ref || json_is_null(ref))
		return missing(r, j, "ref");
	if (!cf || json_is_null(cf))
		return missing(r, j, "cf");
	if (!r->column.n)
		find_candidates(r, j);
	struct arena *a = &r->set->arena;
	size_t k = n_inputs(r);
	p->value = arena_array(a, r->column.n * k, sizeof *p->value);
	int64_t len_cf;
	if (!column_read(a, r->m, ref, "ref", &p->value[COLUMN_REF * k], &p->length, &r->fault) ||
	    !column_read(a, r->m, cf, "cf", &p->value[COLUMN_CF * k], &len_cf, &r->fault))
		return false;
	if (p->length != len_cf)
		return unequal(r, p, len_cf);
	for (size_t c = 2; c < r->column.n; c++)
		if (r->column.at[c].alive)
			r->column.at[c].alive = read_candidate(r, j, c, p);
	return true;
}

static bool same_value(const struct input_value *a, const struct input_value *b)
{
	if (a->n != b->n)
		return false;
	for (int64_t i = 0; i < a->n; i++)
		if (a->ids ? a->ids[i] != b->ids[i] : a->real[i] != b->real[i])
			return false;
	return true;
}

static bool equal_sides(const struct reader *r, const struct pair *p)
{
	for (size_t k = 0; k < n_inputs(r); k++)
		if (!same_value(&p->value[COLUMN_CF * n_inputs(r) + k], &p->value[COLUMN_REF * n_inputs(r) + k]))
			return false;
	return true;
}

/* ---- pairs ---- */

static bool read_pair(struct reader *r, const json_t *j, struct pair *p)
{
	if (!json_is_object(j)) {
		refuse(&r->fault, E_DATASET, "a list, where an object such as {\"ref\": ..., \"cf\": ...} is expected");
		return false;
	}
	return read_columns(r, j, p) && read_roles(r, json_object_get(j, "positions"), p) &&
	    read_answers(r, json_object_get(j, "answer"), "answer", &p->answer, &p->n_answer) &&
	    read_answers(r, json_object_get(j, "foil"), "foil", &p->foil, &p->n_foil);
}

/* Tells the fault of the pair in hand, and decides whether it is worth going on. */
static void tell(struct reader *r)
{
	struct fault *f = &r->fault;
	r->n_faults++;
	r->stop = r->n_faults >= MAX_FAULTS || f->code == E_TOKENIZER;
	if (r->n_faults == MAX_FAULTS)
		buf_printf(&f->hint, "%sreading stopped here, after %d mistakes", f->hint.n ? "; " : "", MAX_FAULTS);
	if (r->line)
		diag_at(r->d, f->code, r->at, "%s:%d: %s", r->set->from, r->line, buf_str(&f->what));
	else
		diag_at(r->d, f->code, r->at, "%s", buf_str(&f->what));
	if (f->hint.n)
		diag_hint(r->d, "%s", f->hint.at);
	fault_free(f);
}

static void add_pair(struct reader *r, const json_t *j)
{
	struct pair p = { .line = r->line };
	if (!read_pair(r, j, &p)) {
		tell(r);
		return;
	}
	note_roles(r, &p);
	r->set->n_equal += equal_sides(r, &p);
	vec_push(&r->set->pair, p);
}

/* ---- the whole ---- */

/* Candidates that some pair lacks are taken out of every pair. */
static void settle_columns(struct reader *r)
{
	struct dataset *s = r->set;
	size_t k = n_inputs(r);
	s->column = arena_array(&s->arena, r->column.n, sizeof *s->column);
	for (size_t c = 0; c < r->column.n; c++) {
		if (!r->column.at[c].alive)
			continue;
		for (size_t i = 0; i < s->pair.n && c != s->n_columns; i++)
			memcpy(&s->pair.at[i].value[s->n_columns * k], &s->pair.at[i].value[c * k], k * sizeof *s->pair.at[i].value);
		s->column[s->n_columns++] = r->column.at[c].name;
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void settle_roles(struct reader *r)
{
	qsort(r->role.at, r->role.n, sizeof *r->role.at, by_text);
	r->set->role = arena_copy(&r->set->arena, r->role.at, r->role.n * sizeof *r->role.at);
	r->set->n_roles = r->role.n;
}

static uint64_t hash_ids(const int32_t *ids, size_t n, uint64_t h)
{
	return hash_bytes(ids, n * sizeof *ids, h);      /* the length is part of the hash */
}

static uint64_t hash_pair(const struct reader *r, const struct pair *p, uint64_t h)
{
	for (size_t i = 0; i < r->set->n_columns * n_inputs(r); i++) {
		const struct input_value *v = &p->value[i];
		h = v->ids ? hash_ids(v->ids, (size_t)v->n, h) : hash_bytes(v->real, (size_t)v->n * sizeof *v->real, h);
	}
	h = hash_ids(p->foil, p->n_foil, hash_ids(p->answer, p->n_answer, h));
	for (size_t i = 0; i < p->n_roles; i++) {
		const struct role *role = &p->role[i];
		h = hash_bytes(role->name, strlen(role->name), h);
		h = hash_bytes(role->rows.at, role->rows.n * sizeof *role->rows.at, h);
	}
	return h;
}

static void settle_digest(struct reader *r)
{
	struct dataset *s = r->set;
	for (size_t c = 0; c < s->n_columns; c++)
		s->digest = hash_bytes(s->column[c], strlen(s->column[c]), s->digest);
	for (size_t i = 0; i < s->pair.n; i++)
		s->digest = hash_pair(r, &s->pair.at[i], s->digest);
}

static void warn_equal(struct reader *r)
{
	struct dataset *s = r->set;
	if (!s->n_equal)
		return;
	if (s->pair.n == 1)
		diag_at(r->d, E_EQUAL_PAIRS, r->at, "the two sides of the pair are equal");
	else
		diag_at(r->d, E_EQUAL_PAIRS, r->at, "%s: the two sides are equal in %zu of %zu pairs", s->from, s->n_equal, s->pair.n);
}

static struct reader begin(const char *name, const struct data_model *m, struct span at, struct diags *d)
{
	struct dataset *s = mem_alloc(sizeof *s);
	s->from = arena_strndup(&s->arena, name, strlen(name));
	s->name = *name ? s->from : "pair";
	s->graph = m->graph;
	s->tokenizer = m->tokenizer;
	return (struct reader){ .set = s, .m = m, .at = at, .d = d };
}

static struct dataset *end(struct reader *r)
{
	struct dataset *s = r->set;
	if (!r->n_faults && !s->pair.n) {
		diag_at(r->d, E_DATASET, r->at, "%s: there are no pairs in it", s->from);
		r->n_faults++;
	}
	if (!r->n_faults) {
		settle_columns(r);
		settle_roles(r);
		settle_digest(r);
		warn_equal(r);
	}
	vec_free(&r->column);
	vec_free(&r->role);
	map_free(&r->role_seen);
	if (!r->n_faults)
		return s;
	dataset_free(s);
	return NULL;
}

static void tell_bad_line(struct reader *r, const json_error_t *e, bool first)
{
	if (json_error_code(e) == json_error_invalid_utf8)
		refuse(&r->fault, E_DATASET, "the line is not UTF-8 text");
	else
		refuse(&r->fault, E_DATASET, "not JSON: %s", e->text);
	buf_puts(&r->fault.hint, "every line is one whole JSON object, without commas between lines; jq -c writes such files");
	tell(r);
	r->stop |= first;                    /* not JSON Lines at all: one message is enough */
}

struct dataset *dataset_parse(const char *text, size_t len, const char *name, const struct data_model *m, struct span at,
    struct diags *d)
{
	struct reader r = begin(name, m, at, d);
	struct jsonl lines = { .text = text, .len = len };
	json_t *j;
	enum jsonl_step step;
	bool first = true;
	while (!r.stop && (step = jsonl_next(&lines, &j)) != JSONL_END) {
		r.line = lines.line;
		if (step == JSONL_BAD) {
			tell_bad_line(&r, &lines.error, first);
		} else {
			add_pair(&r, j);
			json_decref(j);
		}
		first = false;
	}
	return end(&r);
}

struct dataset *dataset_load(const char *path, const struct data_model *m, struct span at, struct diags *d)
{
	size_t len;
	char *text = file_read(path, MAX_FILE, &len);
	if (!text) {
		if (errno == EFBIG)
			diag_at(d, E_DATASET, at, "%s is larger than %d MiB; split it", path, MAX_FILE >> 20);
		else
			diag_at(d, E_FILE, at, "%s: %s", path, strerror(errno));
		return NULL;
	}
	struct dataset *s = dataset_parse(text, len, path, m, at, d);
	free(text);
	return s;
}

struct dataset *dataset_one(const void *json, const struct data_model *m, struct span at, struct diags *d)
{
	struct reader r = begin("", m, at, d);
	add_pair(&r, json);
	return end(&r);
}

void dataset_free(struct dataset *d)
{
	if (!d)
		return;
	vec_free(&d->pair);
	arena_free(&d->arena);
	free(d);
}
