/* What is in a store.  See stored.h. */
#include "lang/stored.h"

#include <math.h>
#include <string.h>

#include "lang/tables.h"
#include "report/json.h"
#include "report/table.h"

struct stored_entry { int64_t id; struct entry e; };
struct listing { struct interp *in; VEC(struct stored_entry) entry; };

static const char *keep(struct interp *in, const char *s)
{
	return s ? arena_strndup(&in->arena, s, strlen(s)) : NULL;
}

static bool collect(void *context, int64_t id, const struct entry *e)
{
	struct listing *l = context;
	struct stored_entry x = { id, *e };
	const char **text[] = { &x.e.model, &x.e.dataset, &x.e.hypothesis, &x.e.metric, &x.e.at, &x.e.paths_kept, &x.e.paths_total, &x.e.paths_cut, &x.e.kernels,
		&x.e.version };
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		*text[i] = keep(l->in, *text[i]);
	vec_push(&l->entry, x);
	return true;
}

/* The row of an entry; false when not all of its cells are there. */
static bool fill_row(struct interp *in, struct store *s, const struct stored_entry *x, struct estimate *r)
{
	size_t n = x->e.n_pairs;
	double *at[5];
	bool *have = mem_array(n + 1, sizeof *have);
	for (size_t i = 0; i < 5; i++)
		at[i] = arena_array(&in->arena, n + 1, sizeof **at);
	*r = (struct estimate){ .hypothesis = x->e.hypothesis, .model = x->e.model, .dataset = x->e.dataset, .metric = x->e.metric, .at = x->e.at,
		.one_run = x->e.one_run, .delta = at[0], .delta_total = at[1], .f_ref = at[2], .f_cf = at[3], .f_patched = at[4],
		.paths_kept = x->e.paths_kept, .paths_total = x->e.paths_total, .paths_cut = x->e.paths_cut };
	bool all = store_read(s, x->id, n, x->e.one_run ? 2 : 1, (double *const[]){ r->delta, r->f_patched }, have) == n;
	all = all && store_read(s, x->e.base, n, x->e.one_run ? 3 : 1, (double *const[]){ r->delta_total, r->f_ref, r->f_cf }, have) == n;
	free(have);
	return all;
}

/* Entries of one statement are shown together. */
static bool together(const struct entry *a, const struct entry *b)
{
	return a->script == b->script && a->statement == b->statement && a->seed == b->seed && a->data_digest == b->data_digest
	    && a->n_pairs == b->n_pairs && strcmp(a->dataset, b->dataset) == 0 && strcmp(a->kernels, b->kernels) == 0;
}

static bool show_rows(struct interp *in, const struct estimate *row, size_t n, size_t n_equal, const struct show_style *style, struct buf *out)
{
	const struct ast nowhere = { .kind = AST_NUMBER };
	struct results r = { .row = (struct estimate *)(uintptr_t)row, .n_rows = n, .n_equal = n_equal };
	struct value v = { .kind = VAL_RESULTS, .results = &r };
	if (style->format == SHOW_CSV && !to_table(in, &nowhere, v, &v))
		return false;
	show_value(&v, style, out);
	return true;
}

static bool show_groups(struct interp *in, struct store *s, const struct listing *l, const struct show_style *style, struct buf *out, struct buf *notes)
{
	size_t partial = 0, all = 0;
	VEC(struct estimate) row = { 0 };
	bool ok = true;
	for (size_t i = 0, next; ok && i < l->entry.n; i = next) {
		const struct entry *first = &l->entry.at[i].e;
		row.n = 0;
		for (next = i; next < l->entry.n && together(first, &l->entry.at[next].e); next++) {
			struct estimate r;
			if (!l->entry.at[next].e.hypothesis)
				continue;
			if (fill_row(in, s, &l->entry.at[next], &r))
				vec_push(&row, r);
			else
				partial++;
			all++;
		}
		estimate_all(row.at, row.n, first->n_pairs, first->seed, first->data_digest);
		ok = !row.n || show_rows(in, row.at, row.n, first->n_equal, style, out);
	}
	if (ok && partial)
		buf_printf(notes, "note: %zu of %zu results are not computed to their end; running the script again with --store goes on\n", partial, all);
	vec_free(&row);
	return ok && !store_broken(s);
}

static void put_counts(struct store *s, struct buf *out)
{
	struct store_counts n = store_count(s);
	if (!store_broken(s))
		buf_printf(out, "note: %lld cells; computed %lld times, reused %lld times\n", (long long)n.cells, (long long)n.computed, (long long)n.reused);
}

bool stored_list(struct interp *in, const char *path, const struct show_style *style, struct buf *out, struct buf *notes)
{
	struct listing l = { .in = in };
	struct store *s = store_open(path, STORE_READ, in->o.diags);
	bool ok = s && store_each(s, collect, &l) && show_groups(in, s, &l, style, out, notes);
	if (ok)
		put_counts(s, notes);
	vec_free(&l.entry);
	return store_close(s) && ok;
}

bool stored_merge(struct interp *in, const char *into, const char *const *from, size_t n, struct buf *out)
{
	struct store *s = store_open(into, STORE_WRITE, in->o.diags);
	bool ok = s != NULL;
	for (size_t i = 0; ok && i < n; i++)
		ok = store_merge(s, from[i]);
	if (ok) {
		struct store_counts c = store_count(s);
		buf_printf(out, "%s: %lld results, %lld cells\n", into, (long long)c.entries, (long long)c.cells);
	}
	return store_close(s) && ok;
}

/* ---- what verifying has to run */

struct job_search { struct interp *in; struct stored_jobs *jobs; const struct listing *l; };

static bool same_job(const struct stored_job *j, const struct entry *e)
{
	return j->script == e->script && j->seed == e->seed && strcmp(j->kernels, e->kernels) == 0 && strcmp(j->version, e->version) == 0;
}

static bool add_jobs(void *context, const struct stored_script *t)
{
	struct job_search *q = context;
	struct stored_job j = { .script = t->id };
	for (size_t i = 0; i < q->l->entry.n; i++) {
		const struct entry *e = &q->l->entry.at[i].e;
		bool known = e->script != t->id;
		for (size_t k = 0; k < q->jobs->list.n && !known; k++)
			known = same_job(&q->jobs->list.at[k], e);
		if (known)
			continue;
		if (!j.text) {
			j.name = keep(q->in, t->name);
			j.text = arena_strndup(&q->in->arena, t->text ? t->text : "", t->n);
			j.n = t->n;
		}
		j.kernels = e->kernels;
		j.version = e->version;
		j.seed = e->seed;
		vec_push(&q->jobs->list, j);
	}
	return true;
}

bool stored_jobs(struct interp *in, struct store *s, struct stored_jobs *jobs)
{
	struct listing l = { .in = in };
	bool ok = store_each(s, collect, &l) && store_each_script(s, add_jobs, &(struct job_search){ in, jobs, &l });
	vec_free(&l.entry);
	return ok;
}
