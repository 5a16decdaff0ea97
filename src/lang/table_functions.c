/* Built-in functions of tables: filter, sort, top, join, group and their like.  What takes a table takes results, too;
 * filter, sort and top take lists as well. */
#include <math.h>
#include <string.h>

#include "lang/builtins.h"
#include "lang/tables.h"

DEFINE(table)
{
	return takes(in, at, a, 1, 1) && to_table(in, at, a->at[0], out);
}

/* The first argument as a list or table: a range becomes a list, results a table. */
static bool rows_or_list(struct interp *in, const struct ast *at, struct value v, struct value *out)
{
	*out = v;
	if (is_tabular(v))
		return to_table(in, at, v, out);
	if (v.kind == VAL_RANGE || v.kind == VAL_TENSOR)
		return to_list(in, at, v, out);
	return v.kind == VAL_LIST || FAIL(in, E_TYPE, at, "a table or a list is needed, this is %s", value_kind_name[v.kind]);
}

static size_t elements(struct value v)
{
	return v.kind == VAL_TABLE ? v.table->n_rows : v.list->n;
}

static bool element_of(struct interp *in, const struct ast *at, struct value v, size_t i, struct value *out)
{
	if (v.kind == VAL_TABLE)
		return table_row(in, at, v.table, i, out);
	*out = v.list->at[i];
	return true;
}

/* The elements of v that row names, in that order. */
static bool pick(struct interp *in, const struct ast *at, struct value v, const size_t *row, size_t n, struct value *out)
{
	if (v.kind == VAL_TABLE)
		return table_rows(in, at, v.table, row, n, out);
	struct value *x = arena_array(&in->arena, n + 1, sizeof *x);
	for (size_t i = 0; i < n; i++)
		x[i] = v.list->at[row[i]];
	return new_list(in, at, x, n, out);
}

DEFINE(filter)
{
	struct value v, keep, e;
	if (!takes(in, at, a, 2, 2))
		return false;
	if (a->at[0].kind == VAL_DATASET)
		return filter_dataset(in, at, a->at[0].dataset, a->at[1], out);
	if (!rows_or_list(in, at, a->at[0], &v))
		return false;
	size_t n = 0, *row = arena_array(&in->arena, elements(v) + 1, sizeof *row);
	for (size_t i = 0; i < elements(v); i++) {
		if (!go_on(in, at) || !element_of(in, at, v, i, &e) || !call_value(in, a->at[1], &e, 1, at, &keep) || !want(in, at, keep, VAL_BOOL))
			return false;
		if (keep.truth)
			row[n++] = i;
	}
	return pick(in, at, v, row, n, out);
}

/* ---- order */

struct keyed { struct value key; size_t i; };

static bool has_order(struct interp *in, const struct ast *at, struct value v)
{
	if (v.kind == VAL_NONE || v.kind == VAL_NUMBER || v.kind == VAL_STRING || v.kind == VAL_BOOL)
		return true;
	if (v.kind != VAL_LIST)
		return FAIL(in, E_TYPE, at, "only numbers, texts and lists of them have an order, not %s", value_kind_name[v.kind]);
	for (size_t i = 0; i < v.list->n; i++)
		if (!has_order(in, at, v.list->at[i]))
			return false;
	return true;
}

static int order(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return a.kind < b.kind ? -1 : 1;
	if (a.kind == VAL_NUMBER)                    /* what is not a number comes last */
		return isnan(a.number) || isnan(b.number) ? isnan(a.number) - isnan(b.number) : (a.number > b.number) - (a.number < b.number);
	if (a.kind == VAL_STRING)
		return strcmp(a.string.at, b.string.at);
	if (a.kind == VAL_BOOL)
		return a.truth - b.truth;
	for (size_t i = 0; a.kind == VAL_LIST && i < a.list->n && i < b.list->n; i++) {
		int c = order(a.list->at[i], b.list->at[i]);
		if (c)
			return c;
	}
	return a.kind == VAL_LIST ? (a.list->n > b.list->n) - (a.list->n < b.list->n) : 0;
}

static int ends(const struct keyed *x, const struct keyed *y)      /* none is last, whatever the direction */
{
	return (x->key.kind == VAL_NONE) - (y->key.kind == VAL_NONE);
}

static int ascending(const void *p, const void *q)
{
	const struct keyed *x = p, *y = q;
	int c = ends(x, y) ? ends(x, y) : order(x->key, y->key);
	return c ? c : (x->i > y->i) - (x->i < y->i);
}

static int descending(const void *p, const void *q)
{
	const struct keyed *x = p, *y = q;
	int c = ends(x, y) ? ends(x, y) : order(y->key, x->key);
	return c ? c : (x->i > y->i) - (x->i < y->i);
}

/* What `by` gives for an element: a column, several, a function's value, or without it the element. */
static bool key_of(struct interp *in, const struct ast *at, struct value v, size_t i, const struct value *by, struct value *out)
{
	struct value e;
	size_t c;
	if (by && by->kind == VAL_STRING && v.kind == VAL_TABLE) {
		if (!column_of(in, at, v.table, by->string.at, &c))
			return false;
		*out = v.table->cell[i * v.table->n_columns + c];
		return true;
	}
	if (!element_of(in, at, v, i, &e))
		return false;
	*out = e;
	if (by && by->kind == VAL_STRING) {
		if (!want(in, at, e, VAL_RECORD))
			return false;
		const struct value *x = record_get(e.record, by->string.at);
		*out = x ? *x : (struct value){ .kind = VAL_NONE };
		return true;
	}
	if (by && by->kind == VAL_LIST) {
		struct value *key = arena_array(&in->arena, by->list->n + 1, sizeof *key);
		for (size_t k = 0; k < by->list->n; k++)
			if (!want(in, at, by->list->at[k], VAL_STRING) || !key_of(in, at, v, i, &by->list->at[k], &key[k]))
				return false;
		return new_list(in, at, key, by->list->n, out);
	}
	if (!by && v.kind == VAL_TABLE)
		return FAIL(in, E_ARGUMENT, at, "say what to order a table by: by: \"aue\"");
	return !by || call_value(in, *by, &e, 1, at, out);
}

static bool ordered(struct interp *in, const struct ast *at, struct value v, const struct value *by, bool down, size_t most, struct value *out)
{
	size_t n = elements(v), *row = arena_array(&in->arena, n + 1, sizeof *row);
	struct keyed *k = arena_array(&in->arena, n + 1, sizeof *k);
	for (size_t i = 0; i < n; i++) {
		k[i].i = i;
		if (!go_on(in, at) || !key_of(in, at, v, i, by, &k[i].key) || !has_order(in, at, k[i].key))
			return false;
	}
	qsort(k, n, sizeof *k, down ? descending : ascending);
	for (size_t i = 0; i < n; i++)
		row[i] = k[i].i;
	return pick(in, at, v, row, n < most ? n : most, out);
}

DEFINE(sort)
{
	struct value v, by;
	bool down, has_by = named(a, "by", &by);
	return truth_arg(in, at, a, "descending", &down) && takes(in, at, a, 1, 1) && rows_or_list(in, at, a->at[0], &v)
	    && ordered(in, at, v, has_by ? &by : NULL, down, SIZE_MAX, out);
}

DEFINE(top)
{
	struct value v, by;
	int64_t n;
	bool has_by = named(a, "by", &by);
	if (!takes(in, at, a, 2, 2) || !rows_or_list(in, at, a->at[0], &v) || !whole(in, at, a->at[1], &n))
		return false;
	return n >= 0 ? ordered(in, at, v, has_by ? &by : NULL, true, (size_t)n, out) : FAIL(in, E_VALUE, at, "top takes how many, not %lld", (long long)n);
}

/* ---- columns */

DEFINE(with_column)
{
	struct value v, e;
	if (!takes(in, at, a, 3, 3) || !to_table(in, at, a->at[0], &v) || !want(in, at, a->at[1], VAL_STRING))
		return false;
	const struct table *t = v.table;
	struct value what = a->at[2];
	const char *name = intern(a->at[1].string.at), **column = arena_array(&in->arena, t->n_columns + 1, sizeof *column);
	size_t c = 0;
	while (c < t->n_columns && t->column[c] != name)
		c++;
	size_t n = t->n_columns + (c == t->n_columns);
	memcpy(column, t->column, t->n_columns * sizeof *column);
	column[c] = name;
	if (what.kind == VAL_LIST && what.list->n != t->n_rows)
		return FAIL(in, E_SHAPE, at, "the table has %zu rows, the new column %zu", t->n_rows, what.list->n);
	struct value *cell = new_cells(in, at, n, t->n_rows);
	for (size_t i = 0; cell && i < t->n_rows; i++) {
		memcpy(cell + i * n, t->cell + i * t->n_columns, t->n_columns * sizeof *cell);
		cell[i * n + c] = what;
		if (what.kind == VAL_LIST)
			cell[i * n + c] = what.list->at[i];
		else if ((what.kind == VAL_FN || what.kind == VAL_BUILTIN)
		    && !(go_on(in, at) && table_row(in, at, t, i, &e) && call_value(in, what, &e, 1, at, &cell[i * n + c])))
			return false;
	}
	return cell && new_table(in, at, column, n, cell, t->n_rows, out);
}

/* A list of names: one text, or a list of texts. */
static bool names_of(struct interp *in, const struct ast *at, struct value v, const struct list **out)
{
	struct value l = v;
	if (v.kind == VAL_STRING && !new_list(in, at, &v, 1, &l))
		return false;
	if (!want(in, at, l, VAL_LIST))
		return false;
	*out = l.list;
	for (size_t i = 0; i < l.list->n; i++)
		if (!want(in, at, l.list->at[i], VAL_STRING))
			return false;
	return l.list->n || FAIL(in, E_ARGUMENT, at, "at least one column has to be named");
}

static bool columns_of(struct interp *in, const struct ast *at, const struct table *t, const struct list *names, size_t *c)
{
	for (size_t i = 0; i < names->n; i++)
		if (!column_of(in, at, t, names->at[i].string.at, &c[i]))
			return false;
	return true;
}

/* ---- join and group: rows whose keys are the same, by hash */

static uint64_t hash_value(struct value v, uint64_t seed)
{
	seed = hash_u64(seed ^ (uint64_t)v.kind);
	if (v.kind == VAL_NUMBER) {
		double x = v.number == 0 ? 0 : v.number; /* -0 == 0 */
		return hash_bytes(&x, sizeof x, seed);
	}
	if (v.kind == VAL_STRING)
		return hash_bytes(v.string.at, v.string.n, seed);
	if (v.kind == VAL_BOOL)
		return hash_u64(seed ^ v.truth);
	return seed;                                 /* others are told apart by same_value */
}

static uint64_t hash_key(const struct table *t, size_t row, const size_t *c, size_t n)
{
	uint64_t h = 0;
	for (size_t i = 0; i < n; i++)
		h = hash_value(t->cell[row * t->n_columns + c[i]], h);
	return h;
}

static bool same_key(const struct table *t, size_t row, const size_t *c, const struct table *u, size_t other, const size_t *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!same_value(t->cell[row * t->n_columns + c[i]], u->cell[other * u->n_columns + d[i]]))
			return false;
	return true;
}

/* The rows of a table by key: next[row] is the next row of the same hash, or NONE. */
struct rows_by_key { struct map first; size_t *next; };
#define NONE SIZE_MAX

static void index_rows(struct interp *in, const struct table *t, const size_t *c, size_t n, struct rows_by_key *k)
{
	k->next = arena_array(&in->arena, t->n_rows + 1, sizeof *k->next);
	for (size_t row = t->n_rows; row-- > 0;) {
		uint64_t h = hash_key(t, row, c, n), first = NONE;
		map_get(&k->first, h, &first);
		k->next[row] = first;
		map_put(&k->first, h, row);
	}
}

/* The column names of u that are not keys; one that t has, too, gets the suffix. */
static size_t other_columns(const struct table *t, const struct table *u, const size_t *d, size_t n, const char *suffix, const char **column, size_t *from)
{
	size_t count = 0;
	for (size_t c = 0; c < u->n_columns; c++) {
		bool key = false, taken = false;
		for (size_t i = 0; i < n; i++)
			key |= d[i] == c;
		for (size_t i = 0; i < t->n_columns; i++)
			taken |= t->column[i] == u->column[c];
		if (key)
			continue;
		struct buf name = { 0 };
		buf_printf(&name, "%s%s", u->column[c], taken ? suffix : "");
		column[count] = intern(buf_str(&name));
		from[count++] = c;
		buf_free(&name);
	}
	return count;
}

struct joining { const struct table *t, *u; size_t n, *c, *d, n_more, *from; const char **column; bool all; };

static bool join_rows(struct interp *in, const struct ast *at, const struct joining *j, struct value *out)
{
	struct rows_by_key k = { 0 };
	VEC(size_t) left = { 0 }, right = { 0 };
	bool ok = true;
	index_rows(in, j->u, j->d, j->n, &k);
	for (size_t row = 0; ok && row < j->t->n_rows; row++) {
		uint64_t first = NONE;
		size_t before = left.n;
		map_get(&k.first, hash_key(j->t, row, j->c, j->n), &first);
		for (size_t other = first; other != NONE && left.n <= MAX_ELEMENTS; other = k.next[other])
			if (same_key(j->t, row, j->c, j->u, other, j->d, j->n)) {
				vec_push(&left, row);
				vec_push(&right, other);
			}
		if (left.n == before && j->all) {
			vec_push(&left, row);
			vec_push(&right, NONE);
		}
		ok = go_on(in, at);
	}
	size_t n = j->t->n_columns + j->n_more;
	struct value *cell = ok ? new_cells(in, at, n, left.n) : NULL;
	for (size_t i = 0; cell && i < left.n; i++) {
		memcpy(cell + i * n, j->t->cell + left.at[i] * j->t->n_columns, j->t->n_columns * sizeof *cell);
		for (size_t m = 0; m < j->n_more && right.at[i] != NONE; m++)
			cell[i * n + j->t->n_columns + m] = j->u->cell[right.at[i] * j->u->n_columns + j->from[m]];
	}
	ok = cell && new_table(in, at, j->column, n, cell, left.n, out);
	map_free(&k.first);
	vec_free(&left);
	vec_free(&right);
	return ok;
}

static bool join_tables(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	struct value v, u, on, suffix;
	const struct list *names;
	struct joining j = { 0 };
	bool has_on = named(a, "on", &on), has_suffix = named(a, "suffix", &suffix);
	if (!truth_arg(in, at, a, "all", &j.all) || !takes(in, at, a, 2, 2))
		return false;
	if (!has_on)
		return FAIL(in, E_ARGUMENT, at, "join needs the columns to join on: on: \"hypothesis\"");
	if (has_suffix && !want(in, at, suffix, VAL_STRING))
		return false;
	if (!to_table(in, at, a->at[0], &v) || !to_table(in, at, a->at[1], &u) || !names_of(in, at, on, &names))
		return false;
	j.t = v.table;
	j.u = u.table;
	j.n = names->n;
	j.c = arena_array(&in->arena, j.n, sizeof *j.c);
	j.d = arena_array(&in->arena, j.n, sizeof *j.d);
	j.column = arena_array(&in->arena, j.t->n_columns + j.u->n_columns + 1, sizeof *j.column);
	j.from = arena_array(&in->arena, j.u->n_columns + 1, sizeof *j.from);
	memcpy(j.column, j.t->column, j.t->n_columns * sizeof *j.column);
	if (!columns_of(in, at, j.t, names, j.c) || !columns_of(in, at, j.u, names, j.d))
		return false;
	j.n_more = other_columns(j.t, j.u, j.d, j.n, has_suffix ? suffix.string.at : "_2", j.column + j.t->n_columns, j.from);
	return join_rows(in, at, &j, out);
}

static bool join_texts(struct interp *in, const struct ast *at, const struct list *l, const char *between, struct value *out)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < l->n; i++) {
		buf_puts(&b, i ? between : "");
		value_text(&l->at[i], &b, false);
	}
	bool ok = room(in, at, (double)b.n);
	if (ok)
		*out = text(in, buf_str(&b), b.n);
	buf_free(&b);
	return ok;
}

DEFINE(join)
{
	if (a->n == 2 && !a->name[1] && a->at[0].kind == VAL_LIST && a->at[1].kind == VAL_STRING)
		return takes(in, at, a, 2, 2) && join_texts(in, at, a->at[0].list, a->at[1].string.at, out);
	return join_tables(in, at, a, out);
}

/* The number of each row's group, in order of first appearance; first[g] is its first row. */
static size_t find_groups(struct interp *in, const struct table *t, const size_t *c, size_t n, size_t *group, size_t *first)
{
	struct map seen = { 0 };
	size_t n_groups = 0, *next = arena_array(&in->arena, t->n_rows + 1, sizeof *next);
	for (size_t row = 0; row < t->n_rows; row++) {
		uint64_t h = hash_key(t, row, c, n), g = NONE;
		map_get(&seen, h, &g);
		size_t head = g;
		while (g != NONE && !same_key(t, row, c, t, first[g], c, n))
			g = next[g];
		if (g == NONE) {
			g = n_groups++;
			first[g] = row;
			next[g] = head;
			map_put(&seen, h, g);
		}
		group[row] = g;
	}
	map_free(&seen);
	return n_groups;
}

/* row: all rows, group after group; those of group g begin at from[g]. */
struct grouping { const struct table *t; size_t n, *c, n_groups, *group, *first, *row, *from; const struct record *what; };

static void sort_into_groups(struct interp *in, struct grouping *q)
{
	size_t *next = arena_array(&in->arena, q->n_groups + 1, sizeof *next);
	q->row = arena_array(&in->arena, q->t->n_rows + 1, sizeof *q->row);
	q->from = arena_array(&in->arena, q->n_groups + 1, sizeof *q->from);
	for (size_t i = 0; i < q->t->n_rows; i++)
		q->from[q->group[i] + 1]++;
	for (size_t g = 0; g < q->n_groups; g++) {
		q->from[g + 1] += q->from[g];
		next[g] = q->from[g];
	}
	for (size_t i = 0; i < q->t->n_rows; i++)
		q->row[next[q->group[i]]++] = i;
}

static bool group_cells(struct interp *in, const struct ast *at, const struct grouping *q, size_t g, struct value *cell)
{
	struct value rows;
	for (size_t i = 0; i < q->n; i++)
		cell[i] = q->t->cell[q->first[g] * q->t->n_columns + q->c[i]];
	if (!go_on(in, at) || !table_rows(in, at, q->t, q->row + q->from[g], q->from[g + 1] - q->from[g], &rows))
		return false;
	if (!q->what) {
		cell[q->n] = rows;
		return true;
	}
	for (size_t i = 0; i < q->what->n; i++)
		if (!call_value(in, *q->what->at[i].value, &rows, 1, at, &cell[q->n + i]))
			return false;
	return true;
}

DEFINE(group)
{
	struct value v, by;
	const struct list *names;
	struct grouping q = { 0 };
	bool has_by = named(a, "by", &by);
	if (!takes(in, at, a, has_by ? 1 : 2, has_by ? 2 : 3))
		return false;
	if (!has_by)
		by = a->at[1];
	if (!to_table(in, at, a->at[0], &v) || !names_of(in, at, by, &names))
		return false;
	if (a->n > (has_by ? 1 : 2)) {
		if (!want(in, at, a->at[a->n - 1], VAL_RECORD))
			return false;
		q.what = a->at[a->n - 1].record;
	}
	q.t = v.table;
	q.n = names->n;
	q.c = arena_array(&in->arena, q.n, sizeof *q.c);
	if (!columns_of(in, at, q.t, names, q.c))
		return false;
	q.group = arena_array(&in->arena, q.t->n_rows + 1, sizeof *q.group);
	q.first = arena_array(&in->arena, q.t->n_rows + 1, sizeof *q.first);
	q.n_groups = find_groups(in, q.t, q.c, q.n, q.group, q.first);
	sort_into_groups(in, &q);
	size_t n = q.n + (q.what ? q.what->n : 1);
	const char **column = arena_array(&in->arena, n, sizeof *column);
	for (size_t i = 0; i < n; i++)
		column[i] = i < q.n ? q.t->column[q.c[i]] : q.what ? q.what->at[i - q.n].name : intern("rows");
	struct value *cell = new_cells(in, at, n, q.n_groups);
	for (size_t g = 0; cell && g < q.n_groups; g++)
		if (!group_cells(in, at, &q, g, cell + g * n))
			return false;
	return cell && new_table(in, at, column, n, cell, q.n_groups, out);
}

DEFINE(unique)
{
	struct value v;
	if (!takes(in, at, a, 1, 1) || !rows_or_list(in, at, a->at[0], &v))
		return false;
	struct table one = { .n_columns = 1 }, *t = &one;
	size_t zero = 0, *c = &zero, n_keys = 1;
	if (v.kind == VAL_TABLE) {
		t = v.table;
		n_keys = t->n_columns;
		c = arena_array(&in->arena, n_keys + 1, sizeof *c);
		for (size_t i = 0; i < n_keys; i++)
			c[i] = i;
	} else {
		one.cell = v.list->at;
		one.n_rows = v.list->n;
	}
	size_t *group = arena_array(&in->arena, t->n_rows + 1, sizeof *group), *first = arena_array(&in->arena, t->n_rows + 1, sizeof *first);
	size_t n = find_groups(in, t, c, n_keys, group, first);
	return pick(in, at, v, first, n, out);
}
