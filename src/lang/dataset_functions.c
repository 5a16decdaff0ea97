/* Parts of datasets: a pair as a record, some of the pairs as a dataset.  Loading and making them is datasets.c's. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "lang/builtins.h"

/* ---- a pair as a record */

static const char *const id_fields[][2] = { { "ref", "ref_ids" }, { "cf", "cf_ids" }, { "answer", "answer_ids" }, { "foil", "foil_ids" } };

bool pair_record(struct interp *in, const struct ast *at, const struct dataset *d, size_t i, struct value *out)
{
	const struct pair *p = &d->pair.at[i];
	json_t *j = dataset_json(d, p, false), *ids = dataset_json(d, p, true);
	for (size_t k = 0; k < sizeof id_fields / sizeof *id_fields; k++) {
		json_t *x = json_object_get(ids, id_fields[k][0]);
		if (x && !json_is_real(x) && !json_is_object(x))
			json_object_set(j, id_fields[k][1], x);
	}
	if (p->line)
		json_object_set_new(j, "line", json_integer(p->line));
	bool ok = from_json(in, at, j, out);
	json_decref(j);
	json_decref(ids);
	return ok;
}

/* ---- some of the pairs */

static bool some(struct interp *in, const struct ast *at, const struct dataset *d, const size_t *which, size_t n, const char *name, struct value *out)
{
	if (!n)
		return FAIL(in, E_VALUE, at, "no pairs would be left in the dataset");
	struct dataset *s = dataset_pick(d, which, n, name);
	vec_push(&in->datasets, s);
	*out = (struct value){ .kind = VAL_DATASET, .dataset = s };
	return true;
}

static size_t *in_order(struct interp *in, const struct dataset *d)
{
	size_t *which = arena_array(&in->arena, d->pair.n, sizeof *which);
	for (size_t i = 0; i < d->pair.n; i++)
		which[i] = i;
	return which;
}

/* By a seed and the pairs themselves: numpy.random.default_rng([seed, digest]), Fisher and Yates from the front. */
static size_t *shuffled(struct interp *in, const struct dataset *d, uint64_t seed)
{
	struct random g = random_new((uint64_t[]){ seed, d->digest }, 2);
	size_t *which = in_order(in, d);
	for (size_t i = 0; i + 1 < d->pair.n; i++) {
		size_t k = i + random_below(&g, (uint32_t)(d->pair.n - i)), x = which[i];
		which[i] = which[k];
		which[k] = x;
	}
	return which;
}

static bool seed_arg(struct interp *in, const struct ast *at, struct args *a, uint64_t *out)
{
	struct value v;
	int64_t x;
	*out = in->o.seed;
	if (!named(a, "seed", &v))
		return true;
	if (!whole(in, at, v, &x))
		return false;
	*out = (uint64_t)x;
	return x >= 0 || FAIL(in, E_VALUE, at, "a seed is not negative");
}

DEFINE(take)
{
	int64_t n;
	if (!at_top(in, at, "take()") || !takes(in, at, a, 2, 2) || !want(in, a->ast[0], a->at[0], VAL_DATASET) || !whole(in, a->ast[1], a->at[1], &n))
		return false;
	const struct dataset *d = a->at[0].dataset;
	if (n < 1 || (uint64_t)n > d->pair.n)
		return FAIL(in, E_VALUE, a->ast[1], "%s has %zu pair%s, so %lld cannot be taken", d->name, d->pair.n, d->pair.n == 1 ? "" : "s", (long long)n);
	return some(in, at, d, in_order(in, d), (size_t)n, arena_printf(&in->arena, "take(%s, %lld)", d->name, (long long)n), out);
}

bool shuffle_dataset(struct interp *in, const struct ast *at, struct args *a, size_t most, struct value *out)
{
	uint64_t seed;
	size_t n = most == SIZE_MAX ? 1 : 2;         /* sample() has a number, too */
	if (!at_top(in, at, "a dataset") || !seed_arg(in, at, a, &seed) || !takes(in, at, a, n, n))
		return false;
	const struct dataset *d = a->at[0].dataset;
	if (most != SIZE_MAX && most > d->pair.n)
		return FAIL(in, E_VALUE, at, "%s has %zu pairs, so %zu cannot be drawn", d->name, d->pair.n, most);
	return some(in, at, d, shuffled(in, d, seed), most < d->pair.n ? most : d->pair.n,
	    arena_printf(&in->arena, "%s(%s)", a->fn->name, d->name), out);
}

/* How many pairs the first part gets. */
static bool first_part(struct interp *in, const struct ast *at, const struct dataset *d, struct value v, size_t *out)
{
	if (!want(in, at, v, VAL_NUMBER))
		return false;
	double n = v.number > 0 && v.number < 1 ? nearbyint(v.number * (double)d->pair.n) : v.number;
	if (!(n >= 1 && n < (double)d->pair.n && n == floor(n))) {
		diag_at(in->o.diags, E_VALUE, at->span, "%s has %zu pair%s, which cannot be split so that both parts have some", d->name, d->pair.n,
		    d->pair.n == 1 ? "" : "s");
		diag_hint(in->o.diags, "split(d, 0.5) or split(d, 100): a fraction of the pairs, or how many of them");
		return false;
	}
	*out = (size_t)n;
	return true;
}

bool split_dataset(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	uint64_t seed;
	size_t n;
	if (!at_top(in, at, "a dataset") || !seed_arg(in, at, a, &seed) || !takes(in, at, a, 2, 2))
		return false;
	const struct dataset *d = a->at[0].dataset;
	if (!first_part(in, a->ast[1], d, a->at[1], &n))
		return false;
	const size_t *which = shuffled(in, d, seed);
	struct value part[2];
	return some(in, at, d, which, n, arena_printf(&in->arena, "split(%s)[0]", d->name), &part[0])
	    && some(in, at, d, which + n, d->pair.n - n, arena_printf(&in->arena, "split(%s)[1]", d->name), &part[1])
	    && new_list(in, at, part, 2, out);
}

bool filter_dataset(struct interp *in, const struct ast *at, const struct dataset *d, struct value keep, struct value *out)
{
	size_t n = 0, *which = arena_array(&in->arena, d->pair.n, sizeof *which);
	if (!at_top(in, at, "a dataset"))
		return false;
	for (size_t i = 0; i < d->pair.n; i++) {
		struct value p, yes;
		if (!go_on(in, at) || !pair_record(in, at, d, i, &p) || !call_value(in, keep, &p, 1, at, &yes))
			return false;
		if (yes.kind == VAL_LATER) {
			*out = yes;
			return true;
		}
		if (!want(in, at, yes, VAL_BOOL))
			return false;
		if (yes.truth)
			which[n++] = i;
	}
	return some(in, at, d, which, n, arena_printf(&in->arena, "filter(%s)", d->name), out);
}

/* ---- d[3], d[0..10], d[[1, 4]], d.roles */

bool index_dataset(struct interp *in, const struct ast *a, const struct dataset *d, struct value i, struct value *out)
{
	int64_t from, to;
	if (i.kind == VAL_RANGE) {
		if (!part(in, a, i, (int64_t)d->pair.n, &from, &to))
			return false;
		return some(in, a, d, in_order(in, d) + from, (size_t)(to - from),
		    arena_printf(&in->arena, "%s[%lld..%lld]", d->name, (long long)from, (long long)to), out);
	}
	if (i.kind != VAL_LIST)
		return place(in, a, i, (int64_t)d->pair.n, &from) && pair_record(in, a, d, (size_t)from, out);
	size_t *which = arena_array(&in->arena, i.list->n, sizeof *which);
	for (size_t k = 0; k < i.list->n; k++) {
		if (!place(in, a, i.list->at[k], (int64_t)d->pair.n, &from))
			return false;
		which[k] = (size_t)from;
	}
	return some(in, a, d, which, i.list->n, arena_printf(&in->arena, "%s[...]", d->name), out);
}

static bool names(struct interp *in, const struct ast *a, const char *const *name, size_t n, struct value *out)
{
	struct value *v = arena_array(&in->arena, n, sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = text(in, name[i], strlen(name[i]));
	return new_list(in, a, v, n, out);
}

bool dataset_field(struct interp *in, const struct ast *a, const struct dataset *d, struct value *out)
{
	if (strcmp(a->name, "roles") == 0)
		return names(in, a, d->role, d->n_roles, out);
	if (strcmp(a->name, "columns") == 0)
		return names(in, a, d->column, d->n_columns, out);
	if (strcmp(a->name, "name") == 0)
		*out = text(in, d->name, strlen(d->name));
	else if (strcmp(a->name, "n_equal") == 0)
		*out = number((double)d->n_equal);
	else if (strcmp(a->name, "n_left_out") == 0)
		*out = number((double)d->n_left_out);
	else {
		diag_at(in->o.diags, E_FIELD, a->span, "a dataset has no %s", a->name);
		diag_hint(in->o.diags, "it has roles, columns, name, n_equal, n_left_out; len(d) is the number of pairs, d[0] the first");
		return false;
	}
	return true;
}

/* ---- tokens of texts */

/* The model that is meant, for a function of one value of that kind. */
static const struct model *with_tokenizer(struct interp *in, const struct ast *at, struct args *a, enum value_kind k)
{
	const struct model *m = model_meant(in, at, a, NULL);
	if (!m || !takes(in, at, a, 1, 1) || !want(in, a->ast[0], a->at[0], k))
		return NULL;
	if (m->tokenizer)
		return m;
	diag_at(in->o.diags, E_TOKENIZER, at->span, "%s has no tokenizer", m->name);
	if (m->no_tokenizer)
		diag_hint(in->o.diags, "its tokenizer cannot be used: %s", m->no_tokenizer);
	return NULL;
}

bool text_tokens(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	struct tokens t = { 0 };
	struct buf why = { 0 };
	const struct model *m = with_tokenizer(in, at, a, VAL_STRING);
	if (!m)
		return false;
	bool ok = tokenizer_prompt(m->tokenizer, a->at[0].string.at, a->at[0].string.n, &t, &why) || FAIL(in, E_VALUE, a->ast[0], "%s", buf_str(&why));
	struct value *v = arena_array(&in->arena, t.n, sizeof *v);
	for (size_t i = 0; i < t.n; i++)
		v[i] = number(t.id[i]);
	ok = ok && new_list(in, at, v, t.n, out);
	tokens_free(&t);
	buf_free(&why);
	return ok;
}

DEFINE(n_tokens)
{
	struct tokens t = { 0 };
	struct buf why = { 0 };
	const struct model *m = with_tokenizer(in, at, a, VAL_STRING);
	if (!m)
		return false;
	bool ok = dataset_spell(m->tokenizer, a->at[0].string.at, a->at[0].string.n, &t, &why);
	*out = number(ok ? (double)t.n : 0);
	tokens_free(&t);
	buf_free(&why);
	return true;
}

DEFINE(text_of)
{
	struct buf b = { 0 };
	const struct model *m = with_tokenizer(in, at, a, VAL_LIST);
	if (!m)
		return false;
	const struct list *l = a->at[0].list;
	int32_t *id = mem_array(l->n, sizeof *id);
	bool ok = true;
	for (size_t i = 0; ok && i < l->n; i++) {
		int64_t x;
		ok = whole(in, a->ast[0], l->at[i], &x) && ((x >= 0 && x < tokenizer_vocab(m->tokenizer)) ||
		    FAIL(in, E_VALUE, a->ast[0], "there is no token %" PRId64 "; the tokenizer of %s has 0 to %" PRId32, x, m->name, tokenizer_vocab(m->tokenizer) - 1));
		id[i] = ok ? (int32_t)x : 0;
	}
	if (ok)
		tokenizer_decode(m->tokenizer, id, l->n, &b);
	if (ok)
		*out = text(in, buf_str(&b), b.n);
	buf_free(&b);
	free(id);
	return ok;
}
