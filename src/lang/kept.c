/* Between an evaluation and its store.  See kept.h.
 *
 * An entry of the store is a metric's numbers for one hypothesis, or for the two base runs; its key is the digest of all that
 * they depend on.  The base runs' numbers are stored once for all hypotheses. */
#include "lang/kept.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/evaluate.h"
#include "lang/metric_identity.h"
#include "pp/pp.h"
#include "store/identity.h"
#include "tensor/blas.h"

enum { BASE_NUMBERS = 3, TWO_RUN_NUMBERS = 1, ONE_RUN_NUMBERS = 2 };

struct kept {
	struct interp *in;
	struct kept_question q;
	struct digest *metric;                       /* by metric */
	bool *storable;                              /* by metric */
	int64_t *entry;                              /* (n_h + 1) * n_m; the last hypothesis stands for the base runs; 0: none */
	bool *have;                                  /* ((n_h + 1) * n_m + m) * pairs + pair */
	bool *sampled;                               /* verifying: by pair */
	double *stored;                              /* verifying: what the store has, laid out as `have`, BASE_NUMBERS each */
	bool *done;                                  /* by hypothesis: was in a part */
	size_t *found;                               /* by hypothesis, the base runs last: cells that were there; NULL: nobody asks */
	struct account cost;
	bool *wanted, *other;                        /* by pair: of the part; scratch */
	size_t *part;
};

static size_t cell(const struct kept *k, size_t h, size_t m)
{
	return (h == NO_HYPOTHESIS ? k->q.n_h : h) * k->q.n_m + m;
}

/* Where the numbers of a cell stand in the rows. */
static size_t numbers(const struct kept *k, size_t h, size_t m, double *at[CELL_NUMBERS])
{
	bool base = h == NO_HYPOTHESIS;
	const struct estimate *r = &k->q.row[(base ? 0 : h) * k->q.n_m + m];
	at[0] = base ? r->delta_total : r->delta;
	at[1] = base ? r->f_ref : r->f_patched;
	at[2] = r->f_cf;
	return !r->one_run ? TWO_RUN_NUMBERS : base ? BASE_NUMBERS : ONE_RUN_NUMBERS;
}

/* ---- keys */

/* Where weights were mapped from, so that their bytes need not be read. */
static bool mapped_from(void *context, const void *at, struct digest *d)
{
	struct interp *in = context;
	struct weight_place x;
	for (size_t i = 0; i < in->weights.n; i++)
		if (weights_place(in->weights.at[i], at, &x)) {
			digest_bytes(d, &x, sizeof x);
			return true;
		}
	return false;
}

static struct digest of_graph(struct interp *in, const void *g) { (void)in; return digest_graph(g, NULL, NULL); }
static struct digest of_graph_by_place(struct interp *in, const void *g) { return digest_graph(g, mapped_from, in); }

static struct digest known(struct interp *in, const void *of, bool by_place, struct digest (*work_out)(struct interp *in, const void *))
{
	struct keeping *g = &in->keeping;
	for (size_t i = 0; i < g->known.n; i++)
		if (g->known.at[i].of == of && g->known.at[i].by_place == by_place)
			return g->known.at[i].digest;
	struct model_key x = { of, by_place, work_out(in, of) };
	vec_push(&g->known, x);
	return x.digest;
}

struct digest known_graph(struct interp *in, const struct graph *g) { return known(in, g, false, of_graph); }

/* Told by its pairs: for graphs that hypotheses derive there are short-lived copies of a dataset (metric_groups). */
struct digest known_dataset(struct interp *in, const struct dataset *s)
{
	struct keeping *g = &in->keeping;
	for (size_t i = 0; i < g->known.n; i++)
		if (g->known.at[i].of == s->pair.at)
			return g->known.at[i].digest;
	struct model_key x = { s->pair.at, false, digest_dataset(s) };
	vec_push(&g->known, x);
	return x.digest;
}

/* Of a store that ends with the session a key may be about files where they lie; others go by content. */
static struct digest key_of_graph(struct interp *in, const struct graph *g)
{
	return in->keeping.in_memory ? known(in, g, true, of_graph_by_place) : known_graph(in, g);
}

static struct digest key_of(const struct kept *k, size_t h, size_t m)
{
	struct keeping *g = &k->in->keeping;
	struct digest d = { 0 };
	digest_text(&d, g->verify ? g->verify->version : PP_VERSION);
	digest_text(&d, g->verify ? g->verify->kernels : k->in->o.kernels);
	digest_number(&d, k->in->o.seed);
	digest_add(&d, key_of_graph(k->in, k->q.data->graph));
	digest_add(&d, known_dataset(k->in, k->q.data));
	digest_add(&d, k->metric[m]);
	digest_text(&d, k->q.row[m].at);
	digest_number(&d, h != NO_HYPOTHESIS);
	if (h != NO_HYPOTHESIS)
		digest_add(&d, digest_hypothesis(k->q.h[h]));
	if (h != NO_HYPOTHESIS && k->q.h[h]->graph != k->q.data->graph)      /* split by a subspace */
		digest_add(&d, key_of_graph(k->in, k->q.h[h]->graph));
	return d;
}

static int64_t find_entry(struct kept *k, size_t h, size_t m)
{
	struct keeping *g = &k->in->keeping;
	bool base = h == NO_HYPOTHESIS;
	const struct estimate *r = &k->q.row[(base ? 0 : h) * k->q.n_m + m];
	if (g->verify)
		return store_find(g->store, key_of(k, h, m));
	const struct entry e = { .key = key_of(k, h, m), .model = r->model, .dataset = r->dataset, .hypothesis = base ? NULL : r->hypothesis,
		.metric = r->metric, .at = r->at, .one_run = r->one_run, .seed = k->in->o.seed, .data_digest = k->q.data->digest,
		.n_pairs = k->q.data->pair.n, .n_equal = k->q.data->n_equal, .paths_kept = base ? NULL : r->paths_kept, .paths_total = r->paths_total,
		.paths_cut = base ? NULL : r->paths_cut,
		.kernels = k->in->o.kernels, .version = PP_VERSION, .base = base ? 0 : k->entry[cell(k, NO_HYPOTHESIS, m)], .script = g->script,
		.statement = g->statement, .row = base ? -1 - (int64_t)m : (int64_t)cell(k, h, m) };
	return store_entry(g->store, &e);
}

/* ---- reading */

static bool has(const struct kept *k, size_t h, size_t m, size_t pair)
{
	return k->have[cell(k, h, m) * k->q.data->pair.n + pair];
}

static bool mine(const struct kept *k, size_t h)
{
	const struct keeping *g = &k->in->keeping;
	return !g->n_shards || h == NO_HYPOTHESIS || h % g->n_shards == g->shard;
}

static void read_cells(struct kept *k, size_t h, size_t m)
{
	size_t c = cell(k, h, m), n_pairs = k->q.data->pair.n;
	double *at[CELL_NUMBERS];
	size_t n = numbers(k, h, m, at), got;
	bool ablated = h != NO_HYPOTHESIS && k->q.h[h]->ablation;        /* its total effect is not that of the stored base runs */
	k->entry[c] = k->storable[m] && !ablated ? find_entry(k, h, m) : 0;
	got = store_read(k->in->keeping.store, k->entry[c], n_pairs, n, at, &k->have[c * n_pairs]);
	if (k->in->keeping.verify) {
		for (size_t i = 0; i < n; i++)
			memcpy(&k->stored[(c * BASE_NUMBERS + i) * n_pairs], at[i], n_pairs * sizeof **at);
		return;
	}
	store_reused(k->in->keeping.store, got);
}

/* The base runs' numbers are in the rows of every hypothesis. */
static void spread_base(struct kept *k, size_t m, size_t pair)
{
	const struct estimate *from = &k->q.row[m];
	for (size_t h = 1; h < k->q.n_h; h++) {
		struct estimate *to = &k->q.row[h * k->q.n_m + m];
		to->delta_total[pair] = from->delta_total[pair];
		to->f_ref[pair] = from->f_ref[pair];
		to->f_cf[pair] = from->f_cf[pair];
	}
}

static void read_all(struct kept *k)
{
	size_t n_pairs = k->q.data->pair.n;
	for (size_t m = 0; m < k->q.n_m; m++) {
		k->storable[m] = digest_metric(k->in, k->q.m[m], &k->metric[m]);
		read_cells(k, NO_HYPOTHESIS, m);
		for (size_t p = 0; p < n_pairs; p++)
			if (has(k, NO_HYPOTHESIS, m, p))
				spread_base(k, m, p);
		for (size_t h = 0; h < k->q.n_h; h++)
			if (mine(k, h))
				read_cells(k, h, m);
	}
}

/* Pairs spread evenly over the dataset. */
static void choose_sample(struct kept *k)
{
	const struct verifying *v = k->in->keeping.verify;
	size_t n = k->q.data->pair.n, take = !v->sample || v->sample > n ? n : v->sample;
	for (size_t i = 0; i < take; i++)
		k->sampled[i * n / take] = true;
}

/* Cells that are there; h may be n_h: of the base runs. */
static size_t count_cells(const struct kept *k, size_t h)
{
	size_t n = 0, n_pairs = k->q.data->pair.n;
	for (size_t i = h * k->q.n_m * n_pairs; i < (h + 1) * k->q.n_m * n_pairs; i++)
		n += k->have[i];
	return n;
}

struct kept *kept_open(struct interp *in, const struct kept_question *q)
{
	struct kept *k = mem_alloc(sizeof *k);
	size_t n_cells = (q->n_h + 1) * q->n_m, n_pairs = q->data->pair.n;
	k->in = in;
	k->q = *q;
	k->done = mem_array(q->n_h + 1, sizeof *k->done);
	k->part = mem_array(q->n_h + 1, sizeof *k->part);
	k->wanted = mem_array(n_pairs + 1, sizeof *k->wanted);
	k->other = mem_array(n_pairs + 1, sizeof *k->other);
	k->have = mem_array(n_cells * n_pairs + 1, sizeof *k->have);
	if (!in->keeping.store)
		return k;
	blas_init();
	k->metric = mem_array(q->n_m, sizeof *k->metric);
	k->storable = mem_array(q->n_m, sizeof *k->storable);
	k->entry = mem_array(n_cells, sizeof *k->entry);
	if (in->keeping.verify) {
		k->sampled = mem_array(n_pairs + 1, sizeof *k->sampled);
		k->stored = mem_array(n_cells * BASE_NUMBERS * n_pairs + 1, sizeof *k->stored);
		choose_sample(k);
	}
	in->keeping.statement++;
	read_all(k);
	if (in->keeping.reuse.on) {
		k->found = mem_array(q->n_h + 1, sizeof *k->found);
		for (size_t h = 0; h <= q->n_h; h++)
			k->found[h] = count_cells(k, h);
	}
	return k;
}

/* ---- what is missing */

/* A stored cell that is to be verified is computed again. */
static bool again(const struct kept *k, size_t h, size_t m, size_t pair)
{
	return k->sampled && k->sampled[pair] && has(k, h, m, pair);
}

bool kept_wants(const struct kept *k, size_t h, size_t m, size_t pair)
{
	return !has(k, h, m, pair) || again(k, h, m, pair);
}

/* The base runs are computed with any hypothesis: a pair that lacks them is missing for all that are computed here. */
static bool missing(const struct kept *k, size_t h, bool *pair)
{
	bool any = false;
	for (size_t p = 0; p < k->q.data->pair.n; p++) {
		pair[p] = false;
		for (size_t m = 0; m < k->q.n_m; m++)
			pair[p] |= kept_wants(k, h, m, p) || kept_wants(k, NO_HYPOTHESIS, m, p);
		any |= pair[p];
	}
	return any;
}

bool kept_next(struct kept *k, struct kept_part *part)
{
	size_t n_pairs = k->q.data->pair.n, n = 0;
	for (size_t h = 0; h < k->q.n_h; h++) {
		if (k->done[h] || !mine(k, h))
			continue;
		if (!missing(k, h, n ? k->other : k->wanted)) {
			k->done[h] = true;
		} else if (!n || memcmp(k->wanted, k->other, n_pairs * sizeof *k->wanted) == 0) {
			k->done[h] = true;
			k->part[n++] = h;
		}
	}
	*part = (struct kept_part){ k->part, n, k->wanted };
	return n > 0;
}

/* ---- writing */

static bool near(double x, double y)
{
	return x == y || (isnan(x) && isnan(y)) || fabs(x - y) <= 1e-4 * fmax(fabs(x), fabs(y)) || fabs(x - y) <= 1e-6;
}

static void compare(struct kept *k, size_t h, size_t m, size_t pair)
{
	struct verifying *v = k->in->keeping.verify;
	double *at[CELL_NUMBERS];
	size_t n = numbers(k, h, m, at), n_pairs = k->q.data->pair.n;
	bool same = true, close = true;
	for (size_t i = 0; i < n; i++) {
		double was = k->stored[(cell(k, h, m) * BASE_NUMBERS + i) * n_pairs + pair];
		same &= memcmp(&was, &at[i][pair], sizeof was) == 0 || (isnan(was) && isnan(at[i][pair]));
		close &= near(was, at[i][pair]);
		if ((v->exact ? !same : !close) && v->n_wrong < 20)
			buf_printf(&v->wrong, "%s by %s, pair %zu: stored %.9g, computed %.9g\n", h == NO_HYPOTHESIS ? "base runs" : k->q.h[h]->name,
			    k->q.m[m]->name, pair, was, at[i][pair]);
	}
	bool wrong = v->exact ? !same : !close;
	v->n_same += same;
	v->n_close += !same && !wrong;
	v->n_wrong += wrong;
}

void kept_put(struct kept *k, size_t h, size_t m, size_t pair)
{
	struct keeping *g = &k->in->keeping;
	double *at[CELL_NUMBERS], x[CELL_NUMBERS];
	size_t n = numbers(k, h, m, at);
	bool *have = &k->have[cell(k, h, m) * k->q.data->pair.n + pair];
	if (again(k, h, m, pair))
		compare(k, h, m, pair);
	else if (g->store && !g->verify && !*have) {
		for (size_t i = 0; i < n; i++)
			x[i] = at[i][pair];
		store_put(g->store, k->entry[cell(k, h, m)], pair, x, n);
	}
	*have = true;
	if (h == NO_HYPOTHESIS)
		spread_base(k, m, pair);
}

bool kept_complete(const struct kept *k)
{
	size_t n = (k->q.n_h + 1) * k->q.n_m * k->q.data->pair.n;
	for (size_t i = 0; i < n; i++)
		if (!k->have[i])
			return false;
	return true;
}

/* ---- what was found and what was computed */

void kept_cost(struct kept *k, const struct eval_plan *plan)
{
	k->cost.n_nodes += plan->n_nodes;
	k->cost.n_base_nodes += plan->n_base_nodes;
	k->cost.bases_found = plan->n_bases_found > 0 && plan->n_bases_found == plan->n_batches;
	k->cost.madds += plan->madds;
	k->cost.madds_plain = plan->madds_plain;
}

static struct identity identity_of(const struct kept *k)
{
	struct identity x = { .model = key_of_graph(k->in, k->q.data->graph), .pairs = known_dataset(k->in, k->q.data) };
	for (size_t m = 0; m < k->q.n_m; m++)
		digest_add(&x.metrics, k->metric[m]);
	digest_text(&x.at, k->q.row[0].at);
	return x;
}

static void account_for(const struct kept *k)
{
	struct reuse *r = &k->in->keeping.reuse;
	struct account a = k->cost;
	size_t n_pairs = k->q.data->pair.n, each = k->q.n_m * n_pairs, whole = 0;
	a.model = k->q.data->graph->name;
	a.dataset = k->q.data->name;
	a.n_pairs = n_pairs;
	a.n_metrics = k->q.n_m;
	a.n_hypotheses = k->q.n_h;
	struct account *to = reuse_account(r, &a);
	struct identity now = identity_of(k);
	to->base = (struct reused){ "base runs", NULL, k->found[k->q.n_h], count_cells(k, k->q.n_h) - k->found[k->q.n_h] };
	for (size_t h = 0; h < k->q.n_h; h++) {
		struct reused x = { k->q.h[h]->name, NULL, k->found[h], count_cells(k, h) - k->found[h] };
		to->all.found += x.found;
		to->all.computed += x.computed;
		whole += x.found == each;
		if (to->row) {
			x.name = arena_strndup(&r->arena, x.name, strlen(x.name));
			x.why = reuse_why(r, k->q.h[h], &now, x.found == each);
			to->row[h] = x;
		}
	}
	to->all.name = arena_printf(&r->arena, "all %zu hypotheses", k->q.n_h);
	to->all.why = arena_printf(&r->arena, "%zu of them found whole", whole);
}

void kept_close(struct kept *k)
{
	if (k->found)
		account_for(k);
	free(k->found);
	if (k->in->keeping.store)
		store_commit(k->in->keeping.store);
	free(k->metric);
	free(k->storable);
	free(k->entry);
	free(k->have);
	free(k->sampled);
	free(k->stored);
	free(k->done);
	free(k->wanted);
	free(k->other);
	free(k->part);
	free(k);
}
