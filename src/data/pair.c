/* One object becomes one pair: its columns (column.c), then roles, answer and foil.  The first thing that is wrong is told. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "data/internal.h"

static const char *const known_fields[] = { "cf", "ref", "answer", "foil", "positions" };

static bool is_known(const char *field)
{
	for (size_t i = 0; i < sizeof known_fields / sizeof *known_fields; i++)
		if (strcmp(known_fields[i], field) == 0)
			return true;
	return false;
}

static size_t n_inputs(const struct making *r)
{
	return r->m->graph->input.n;
}

/* ---- roles */

/* The lexer's names; others could not be written after @. */
static bool is_name(const char *s)
{
	if (!(*s == '_' || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z')))
		return false;
	while (*s == '_' || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9'))
		s++;
	return !*s;
}

/* before: rows that the tokenizer put before the text, which are not counted. */
static bool read_row(const json_t *j, const char *role, int64_t length, int64_t before, int64_t *out, struct fault *f)
{
	int64_t row;
	if (!json_whole(j, &row))
		return refuse(f, E_PAIR, "the position of '%s' is not a row number or a list of them", role);
	if (row < -length || row >= length - before)
		return refuse(f, E_PAIR, "the position of '%s' is row %" PRId64 ", but the prompt has the rows 0 to %" PRId64, role, row,
		    length - before - 1);
	*out = row < 0 ? row + length : row + before;
	return true;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static bool read_rows(struct arena *a, const json_t *j, const char *role, int64_t length, int64_t before, struct rows *out, struct fault *f)
{
	size_t n = json_is_array(j) ? json_array_size(j) : 1, kept = 0;
	out->at = arena_array(a, n, sizeof *out->at);
	for (size_t i = 0; i < n; i++)
		if (!read_row(json_is_array(j) ? json_array_get(j, i) : j, role, length, before, &out->at[i], f))
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

/* ---- roles as bytes of the text */

static bool covers(const struct tokens *t, size_t token, const struct mark *m)
{
	return t->from[token] < m->to && t->to[token] > m->from;
}

/* All rows that some mark of that role covers. */
static struct rows marked_rows(struct arena *a, const struct tokens *t, const struct draft *x, int side, const char *role)
{
	struct rows r = { arena_array(a, t->n, sizeof *r.at), 0 };
	for (size_t i = 0; i < t->n; i++) {
		bool in = false;
		for (size_t k = 0; k < x->n_marks[side]; k++)
			in |= x->mark[side][k].role == role && covers(t, i, &x->mark[side][k]);
		if (in)
			r.at[r.n++] = (int64_t)i;
	}
	return r;
}

static bool marks_role(const struct draft *x, int side, const char *role)
{
	for (size_t k = 0; k < x->n_marks[side]; k++)
		if (x->mark[side][k].role == role)
			return true;
	return false;
}

static void put_rows(struct buf *out, const struct rows *r)
{
	buf_puts(out, r->n == 0 ? "no row" : r->n == 1 ? "row " : "rows ");
	for (size_t i = 0; i < r->n && i < 8; i++)
		buf_printf(out, "%s%" PRId64, i ? ", " : "", r->at[i]);
	buf_puts(out, r->n > 8 ? " ..." : "");
}

/* Both sides from a little before a row. */
static void put_sides(struct making *r, const struct pair *p, int64_t row)
{
	const struct input_value *cf = &p->value[COLUMN_CF * n_inputs(r)], *ref = &p->value[COLUMN_REF * n_inputs(r)];
	int64_t from = row > 4 ? row - 4 : 0;
	struct buf *hint = &r->fault.hint;
	buf_puts(hint, "ref: ");
	column_show(r->m, ref, from, hint);
	buf_puts(hint, "  /  cf: ");
	column_show(r->m, cf, from, hint);
}

static bool moved(struct making *r, const struct pair *p, const char *role, const struct rows *ref, const struct rows *cf)
{
	refuse(&r->fault, E_ROLE_MOVES, "%s is at ", role);
	put_rows(&r->fault.what, ref);
	buf_puts(&r->fault.what, " of 'ref', but at ");
	put_rows(&r->fault.what, cf);
	buf_puts(&r->fault.what, " of 'cf'");
	int64_t a = ref->n ? ref->at[0] : 0, b = cf->n ? cf->at[0] : 0;
	put_sides(r, p, a < b ? a : b);
	return false;
}

/* Adds the marked roles, which p->role has room for. */
static bool add_marked(struct making *r, const struct draft *x, const struct tokens side[2], struct pair *p)
{
	for (int s = COLUMN_REF; s >= COLUMN_CF; s--)
		for (size_t k = 0; k < x->n_marks[s]; k++) {
			const char *name = x->mark[s][k].role;
			bool done = false;
			for (size_t i = 0; i < p->n_roles; i++)
				done |= p->role[i].name == name;
			if (done)
				continue;
			struct role *role = &p->role[p->n_roles++];
			role->name = name;
			role->rows = marked_rows(&r->set->arena, &side[s], x, s, name);
			if (s == COLUMN_CF || !marks_role(x, COLUMN_CF, name))
				continue;
			struct rows cf = marked_rows(&r->set->arena, &side[COLUMN_CF], x, COLUMN_CF, name);
			if (cf.n != role->rows.n || memcmp(cf.at, role->rows.at, cf.n * sizeof *cf.at) != 0)
				return moved(r, p, name, &role->rows, &cf);
		}
	return true;
}

/* ---- all roles */

static bool read_positions(struct making *r, const json_t *j, struct pair *p)
{
	int64_t before = n_inputs(r) == 1 ? p->value[COLUMN_REF].n_before : 0;
	if (j && !json_is_null(j) && !json_is_object(j))
		return refuse(&r->fault, E_PAIR, "'positions' is not an object such as {\"S1\": 3, \"S2\": [7, 8]}");
	const char *key;
	json_t *rows;
	json_object_foreach((json_t *)(uintptr_t)j, key, rows) {
		struct role *role = &p->role[p->n_roles++];
		if (!is_name(key))
			return refuse(&r->fault, E_PAIR, "the role '%s' is not a name: letters, digits and _, a letter first", key);
		role->name = intern(key);
		if (!read_rows(&r->set->arena, rows, key, p->length, before, &role->rows, &r->fault))
			return false;
	}
	return true;
}

/* Fills p->role, sorted by name; END is the last row when the pair does not say. */
static bool read_roles(struct making *r, const struct draft *x, const struct tokens side[2], struct pair *p)
{
	const json_t *j = json_object_get(x->json, "positions");
	struct arena *a = &r->set->arena;
	p->role = arena_array(a, json_object_size(j) + x->n_marks[0] + x->n_marks[1] + 1, sizeof *p->role);
	if (!read_positions(r, j, p) || !add_marked(r, x, side, p))
		return false;
	bool end = false;
	for (size_t i = 0; i < p->n_roles; i++)
		end |= strcmp(p->role[i].name, "END") == 0;
	if (!end) {
		int64_t last = p->length - 1;
		p->role[p->n_roles++] = (struct role){ intern("END"), { arena_copy(a, &last, sizeof last), 1 } };
	}
	qsort(p->role, p->n_roles, sizeof *p->role, by_role);
	return true;
}

/* ---- answers */

/* How many tokens an answer can be: as many as the output has columns. */
static int64_t n_answers(const struct data_model *m)
{
	const struct node *o = m->graph->output;
	int64_t last = o && o->shape.n ? o->shape.dim[o->shape.n - 1] : 0;
	return m->vocab && (last <= 0 || m->vocab < last) ? m->vocab : last > 0 ? last : 0;
}

/* An answer that was spelled before; most pairs share theirs with others. */
struct spelled { const char *text; size_t len; int32_t id; struct spelled *next; };

static struct spelled *spelled_before(struct making *r, const char *text, size_t len)
{
	struct spelled *s = map_get_ptr(&r->spelled, hash_bytes(text, len, 0));
	while (s && !(s->len == len && memcmp(s->text, text, len) == 0))
		s = s->next;
	return s;
}

static void remember(struct making *r, const char *text, size_t len, int32_t id)
{
	uint64_t hash = hash_bytes(text, len, 0);
	struct spelled *s = arena_alloc(&r->set->arena, sizeof *s);
	*s = (struct spelled){ arena_strndup(&r->set->arena, text, len), len, id, map_get_ptr(&r->spelled, hash) };
	map_put_ptr(&r->spelled, hash, s);
}

static bool too_many(struct making *r, const char *field, const char *text, const struct tokens *t)
{
	refuse(&r->fault, E_ANSWER, "'%s' is \"%.60s\", which is %zu tokens", field, text, t->n);
	struct input_value v = { .ids = t->id, .n = (int64_t)t->n };
	if (t->n)
		buf_puts(&r->fault.what, ": ");
	column_show(r->m, &v, 0, &r->fault.what);
	return false;
}

static bool text_answer(struct making *r, const json_t *j, const char *field, int32_t *out)
{
	const char *text = json_string_value(j);
	size_t len = json_string_length(j);
	struct fault *f = &r->fault;
	if (!r->m->tokenizer) {
		refuse(f, E_TOKENIZER, "'%s' is text, but %s has no tokenizer", field, r->m->name);
		buf_puts(&f->hint, "give answers as token ids");
		return false;
	}
	const struct spelled *before = spelled_before(r, text, len);
	if (before) {
		*out = before->id;
		return true;
	}
	struct tokens t = { 0 };
	struct buf why = { 0 };
	bool ok = dataset_spell(r->m->tokenizer, text, len, &t, &why);
	if (!ok)
		refuse(f, E_ANSWER, "'%s' is \"%.60s\": %s", field, text, buf_str(&why));
	else if (t.n != 1)
		ok = too_many(r, field, text, &t);
	if (ok) {
		*out = t.id[0];
		remember(r, text, len, *out);
	}
	buf_free(&why);
	tokens_free(&t);
	return ok;
}

static bool one_answer(struct making *r, const json_t *j, const char *field, int32_t *out)
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

static bool read_answers(struct making *r, const json_t *pair, const char *field, int32_t **out, size_t *n)
{
	const json_t *j = json_object_get(pair, field);
	if (!j || json_is_null(j) || (json_is_array(j) && json_array_size(j) == 0))
		return true;                     /* a pair without answer; the metrics that need one say so */
	size_t written = json_is_array(j) ? json_array_size(j) : 1;
	*out = arena_array(&r->set->arena, written, sizeof **out);
	struct map seen = { 0 };                     /* a token that is written twice is one answer: its probability counts once */
	bool ok = true;
	for (size_t i = 0; i < written && ok; i++) {
		int32_t *id = &(*out)[*n];
		ok = one_answer(r, json_is_array(j) ? json_array_get(j, i) : j, field, id);
		*n += ok && *map_at(&seen, (uint64_t)*id, i) == i;
	}
	map_free(&seen);
	return ok;
}

/* ---- columns */

static bool missing(struct making *r, const json_t *j, const char *field)
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

static bool unequal(struct making *r, const struct pair *p, int64_t len_cf)
{
	refuse(&r->fault, E_PAIR_LENGTH, "'ref' has %" PRId64 " tokens, 'cf' has %" PRId64, p->length, len_cf);
	const struct input_value *cf = &p->value[COLUMN_CF * n_inputs(r)], *ref = &p->value[COLUMN_REF * n_inputs(r)];
	if (n_inputs(r) != 1 || !ref->ids)
		return false;
	int64_t first = 0;
	while (first < ref->n && first < cf->n && ref->ids[first] == cf->ids[first])
		first++;
	put_sides(r, p, first);
	return false;
}

/* A further field that may be a feed column; nothing is told when it is none. */
static bool read_candidate(struct making *r, const json_t *j, size_t column, struct pair *p)
{
	const char *name = r->column.at[column].name;
	const json_t *x = json_object_get(j, name);
	struct fault quiet = { 0 };
	int64_t length = 0;
	bool ok = x && column_read(&r->set->arena, r->m, x, name, &p->value[column * n_inputs(r)], &length, NULL, &quiet) &&
	    length == p->length;
	fault_free(&quiet);
	return ok;
}

/* The first pair says which further fields can be columns. */
static void find_candidates(struct making *r, const json_t *j)
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

/* covers: the tokens of the two sides and the bytes they cover, by COLUMN_CF and COLUMN_REF. */
static bool read_columns(struct making *r, const json_t *j, struct tokens covers[2], struct pair *p)
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
	if (!column_read(a, r->m, ref, "ref", &p->value[COLUMN_REF * k], &p->length, &covers[COLUMN_REF], &r->fault) ||
	    !column_read(a, r->m, cf, "cf", &p->value[COLUMN_CF * k], &len_cf, &covers[COLUMN_CF], &r->fault))
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

static bool equal_sides(const struct making *r, const struct pair *p)
{
	for (size_t k = 0; k < n_inputs(r); k++)
		if (!same_value(&p->value[COLUMN_CF * n_inputs(r) + k], &p->value[COLUMN_REF * n_inputs(r) + k]))
			return false;
	return true;
}

/* ---- pairs */

bool pair_read(struct making *r, const struct draft *x, struct pair *p)
{
	const json_t *j = x->json;
	struct tokens covers[2] = { { 0 }, { 0 } };
	if (!json_is_object(j))
		return refuse(&r->fault, E_DATASET, "%s, where an object such as {\"ref\": ..., \"cf\": ...} is expected",
		    json_is_array(j) ? "a list" : "a single value");
	bool ok = read_columns(r, j, covers, p) && read_roles(r, x, covers, p) &&
	    read_answers(r, j, "answer", &p->answer, &p->n_answer) && read_answers(r, j, "foil", &p->foil, &p->n_foil);
	p->equal = ok && equal_sides(r, p);
	tokens_free(&covers[0]);
	tokens_free(&covers[1]);
	return ok;
}
