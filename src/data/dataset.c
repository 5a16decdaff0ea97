/* Datasets.  See dataset.h.
 *
 * Objects become pairs (pair.c) one after another; the first thing that is wrong with a pair is told, and reading goes on with
 * the next. */
#include "data/dataset.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "data/internal.h"
#include "data/records.h"

enum { MAX_FILE = 1 << 30, MAX_FAULTS = 20 };

/* Tells the fault of the pair in hand, and decides whether it is worth going on. */
static void tell(struct making *r)
{
	struct fault *f = &r->fault;
	r->n_faults++;
	r->stop = r->n_faults >= MAX_FAULTS || f->code == E_TOKENIZER;
	if (f->code == E_PAIR_LENGTH || f->code == E_ROLE_MOVES)
		buf_printf(&f->hint, "%son_misaligned: skip leaves such pairs out", f->hint.n ? "; " : "");
	if (r->n_faults == MAX_FAULTS)
		buf_printf(&f->hint, "%sreading stopped here, after %d mistakes", f->hint.n ? "; " : "", MAX_FAULTS);
	if (r->line)
		diag_at(r->d, f->code, r->at, *r->set->from ? "%s:%d: %s" : "%spair %d: %s", r->set->from, r->line, buf_str(&f->what));
	else
		diag_at(r->d, f->code, r->at, "%s", buf_str(&f->what));
	if (f->hint.n)
		diag_hint(r->d, "%s", f->hint.at);
	fault_free(f);
}

static void note_roles(struct making *r, const struct pair *p)
{
	for (size_t i = 0; i < p->n_roles; i++) {
		const char *name = p->role[i].name;
		if (map_get(&r->role_seen, (uint64_t)(uintptr_t)name, NULL))
			continue;
		map_put(&r->role_seen, (uint64_t)(uintptr_t)name, 1);
		vec_push(&r->role, name);
	}
}

static void tell_left_out(struct making *r)
{
	struct fault *f = &r->fault;
	if (!r->set->n_left_out++) {
		if (r->line)
			buf_printf(&r->left_out, *r->set->from ? "line %d: " : "pair %d: ", r->line);
		buf_printf(&r->left_out, "%s%s%s", buf_str(&f->what), f->hint.n ? "; " : "", buf_str(&f->hint));
	}
	fault_free(f);
}

enum made dataset_add(struct making *r, const struct draft *x)
{
	if (x->number)
		r->line = x->number;
	struct pair p = { .line = r->line };
	if (!pair_read(r, x, &p)) {
		bool misaligned = r->fault.code == E_PAIR_LENGTH || r->fault.code == E_ROLE_MOVES;
		if (misaligned && r->o.skip)
			tell_left_out(r);
		else
			tell(r);
		return misaligned && r->o.skip ? MADE_LEFT_OUT : MADE_FAULT;
	}
	note_roles(r, &p);
	r->set->n_equal += p.equal;
	vec_push(&r->set->pair, p);
	return MADE;
}

bool dataset_going(const struct making *k)
{
	return !k->stop;
}

/* One object of a file, in its own names; positions: of every pair that says nothing itself, or NULL. */
static void add_record(struct making *r, json_t *theirs, const json_t *positions)
{
	json_t *ours = json_is_object(theirs) ? fields_ours(r->m, &r->o, theirs, &r->fault) : json_incref(theirs);
	if (!ours) {
		bool all = r->fault.code == E_DATASET;       /* a column that is not there is missing in every pair */
		tell(r);
		r->stop |= all;
		return;
	}
	if (positions && json_is_object(ours) && !json_object_get(ours, "positions"))
		json_object_set(ours, "positions", (json_t *)(uintptr_t)positions);
	struct draft x = { .json = ours };
	dataset_add(r, &x);
	json_decref(ours);
}

/* ---- the whole */

/* Candidates that some pair lacks are taken out of every pair. */
static void settle_columns(struct making *r)
{
	struct dataset *s = r->set;
	size_t k = s->graph->input.n;
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

static void settle_roles(struct making *r)
{
	qsort(r->role.at, r->role.n, sizeof *r->role.at, by_text);
	r->set->role = arena_copy(&r->set->arena, r->role.at, r->role.n * sizeof *r->role.at);
	r->set->n_roles = r->role.n;
}

static uint64_t hash_ids(const int32_t *ids, size_t n, uint64_t h)
{
	return hash_bytes(ids, n * sizeof *ids, h);      /* the length is part of the hash */
}

static uint64_t hash_pair(const struct dataset *s, const struct pair *p, uint64_t h)
{
	for (size_t i = 0; i < s->n_columns * s->graph->input.n; i++) {
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

static void settle_digest(struct dataset *s)
{
	for (size_t c = 0; c < s->n_columns; c++)
		s->digest = hash_bytes(s->column[c], strlen(s->column[c]), s->digest);
	for (size_t i = 0; i < s->pair.n; i++)
		s->digest = hash_pair(s, &s->pair.at[i], s->digest);
}

static void warn_equal(struct making *r)
{
	struct dataset *s = r->set;
	if (!s->n_equal)
		return;
	if (s->pair.n == 1)
		diag_at(r->d, E_EQUAL_PAIRS, r->at, "the two sides of the pair are equal");
	else
		diag_at(r->d, E_EQUAL_PAIRS, r->at, "%s%sthe two sides are equal in %zu of %zu pairs", s->from, *s->from ? ": " : "", s->n_equal, s->pair.n);
}

static void warn_left_out(struct making *r)
{
	struct dataset *s = r->set;
	if (!s->n_left_out)
		return;
	diag_at(r->d, E_MISALIGNED, r->at, "%s%s%zu of %zu pairs are not aligned and were left out", s->from, *s->from ? ": " : "",
	    s->n_left_out, s->n_left_out + s->pair.n);
	diag_hint(r->d, "the first: %s", buf_str(&r->left_out));
}

struct making *dataset_begin(const char *from, const struct data_model *m, const struct data_options *o, struct span at, struct diags *d)
{
	struct dataset *s = mem_alloc(sizeof *s);
	struct making *r = mem_alloc(sizeof *r);
	s->from = arena_strndup(&s->arena, from, strlen(from));
	s->name = *from ? s->from : "pair";
	s->graph = m->graph;
	s->tokenizer = m->tokenizer;
	*r = (struct making){ .set = s, .m = m, .at = at, .d = d };
	if (o)
		r->o = *o;
	return r;
}

static void no_pairs(struct making *r)
{
	const char *from = r->set->from;
	if (!r->set->n_left_out) {
		diag_at(r->d, E_DATASET, r->at, "%s%sthere are no pairs%s", from, *from ? ": " : "", *from ? " in it" : "");
		return;
	}
	diag_at(r->d, E_DATASET, r->at, "%s%snone of the %zu pairs is aligned", from, *from ? ": " : "", r->set->n_left_out);
	diag_hint(r->d, "the first: %s", buf_str(&r->left_out));
}

struct dataset *dataset_end(struct making *r, bool wanted)
{
	struct dataset *s = r->set;
	if (!wanted)
		r->n_faults++;
	if (!r->n_faults && !s->pair.n) {
		no_pairs(r);
		r->n_faults++;
	}
	if (!r->n_faults) {
		settle_columns(r);
		settle_roles(r);
		settle_digest(s);
		warn_equal(r);
		warn_left_out(r);
	}
	bool ok = !r->n_faults;
	vec_free(&r->column);
	vec_free(&r->role);
	map_free(&r->role_seen);
	map_free(&r->spelled);
	buf_free(&r->left_out);
	fault_free(&r->fault);
	free(r);
	if (ok)
		return s;
	dataset_free(s);
	return NULL;
}

/* ---- files and values */

static void tell_bad_record(struct making *r, const struct records *f)
{
	r->fault.code = E_DATASET;
	buf_puts(&r->fault.hint, records_hint(f));
	tell(r);
}

static bool unreadable(const char *name, struct buf *why, struct span at, struct diags *d)
{
	diag_at(d, E_DATASET, at, "%s: %s", name, buf_str(why));
	diag_hint(d, "Python writes it as JSON Lines: pandas.read_parquet(\"x.parquet\").to_json(\"x.jsonl\", orient=\"records\", lines=True)");
	buf_free(why);
	return false;
}

struct dataset *dataset_parse(const char *text, size_t len, const char *name, const struct data_model *m,
    const struct data_options *o, struct span at, struct diags *d)
{
	struct buf why = { 0 };
	struct records *f = records_open(text, len, name, &why);
	if (!f) {
		unreadable(name, &why, at, d);
		return NULL;
	}
	struct making *r = dataset_begin(name, m, o, at, d);
	json_t *j, *positions = NULL;
	enum records_step step = RECORDS_VALUE;
	if (records_positions(f))
		positions = fields_roles(records_positions(f));
	while (!r->stop && (step = records_next(f, &j, &r->line, &r->fault.what)) != RECORDS_END) {
		if (step == RECORDS_BAD) {
			tell_bad_record(r, f);
		} else {
			add_record(r, j, positions);
			json_decref(j);
		}
	}
	json_decref(positions);
	records_close(f);
	return dataset_end(r, true);
}

struct dataset *dataset_load(const char *path, const struct data_model *m, const struct data_options *o, struct span at, struct diags *d)
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
	struct dataset *s = dataset_parse(text, len, path, m, o, at, d);
	free(text);
	return s;
}

struct dataset *dataset_one(const void *json, const struct data_model *m, struct span at, struct diags *d)
{
	struct making *r = dataset_begin("", m, NULL, at, d);
	struct draft x = { .json = json };
	dataset_add(r, &x);
	return dataset_end(r, true);
}

/* ---- some pairs of a dataset */

static void note_some(struct dataset *s, const struct pair *p, struct map *seen)
{
	for (size_t i = 0; i < p->n_roles; i++)
		if (!map_get(seen, (uint64_t)(uintptr_t)p->role[i].name, NULL)) {
			map_put(seen, (uint64_t)(uintptr_t)p->role[i].name, 1);
			s->role[s->n_roles++] = p->role[i].name;
		}
}

struct dataset *dataset_pick(const struct dataset *of, const size_t *which, size_t n, const char *name)
{
	struct dataset *s = mem_alloc(sizeof *s);
	struct map seen = { 0 };
	*s = (struct dataset){ .from = of->from, .graph = of->graph, .tokenizer = of->tokenizer, .column = of->column, .n_columns = of->n_columns };
	s->name = arena_strndup(&s->arena, name, strlen(name));
	s->role = arena_array(&s->arena, of->n_roles, sizeof *s->role);
	for (size_t i = 0; i < n; i++) {
		const struct pair *p = &of->pair.at[which[i]];
		vec_push(&s->pair, *p);
		s->n_equal += p->equal;
		note_some(s, p, &seen);
	}
	map_free(&seen);
	qsort(s->role, s->n_roles, sizeof *s->role, by_text);
	settle_digest(s);
	return s;
}

void dataset_free(struct dataset *d)
{
	if (!d)
		return;
	vec_free(&d->pair);
	arena_free(&d->arena);
	free(d);
}
