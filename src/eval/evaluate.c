/* Running hypotheses over a dataset: lowering in waves, batches, and what fits into memory.  See evaluate.h.
 *
 * Pairs of one length make a batch.  Where everything fits, all hypotheses are one wave and share one plan with the base
 * runs.  Otherwise batches get smaller, and then waves: the base runs are computed once, what copies may read of them is
 * kept, and each wave is lowered, run and dropped.  Whether something fits is found out by a run that only pretends. */
#include "eval/evaluate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "eval/bases.h"
#include "eval/classes.h"
#include "eval/order.h"
#include "eval/outputs.h"
#include "tensor/blas.h"
#include "tensor/parallel.h"

enum {
	BATCH_ROWS = 8192,                       /* rows of a batch, about: more make products no faster */
	WAVE_NODES = 300000,                     /* nodes that a wave adds to the tree, about */
	NODE_BYTES = 256,                        /* that a node takes with its inputs, its place in maps and in the plan, about */
	SOME       = 256,                        /* hypotheses whose automata are kept, if a sixteenth of the memory is enough for them */
};
#define OWN_STEP ((size_t)4 << 20)
#define BASE_BATCH ((size_t)512 << 20)           /* bytes that the base runs of a batch take at most, where they are kept */
#define COMFORT ((size_t)256 << 20)               /* bytes beyond which a batch is made smaller, if it can be: new pages cost more than it saves */

struct job {
	const struct eval_request *q;
	const struct eval_limits *limits;
	on_outputs *call;
	void *context;
	struct eval_plan *plan;
	struct diags *d;
	const struct hypothesis **h;             /* with the columns of this dataset */
	struct arena arena;
	struct tree *tree;
	struct classes classes;
	struct set_values *set;
	struct automaton **automaton;            /* by hypothesis, the first SOME; others are made when their wave comes */
	tree_id ref, cf, *root;                  /* root: of the hypotheses of the wave in the tree */
	size_t wave_from, wave_to;               /* the hypotheses that are lowered now */
	struct space space;
	size_t room;                             /* bytes that values may take */
	size_t held;                             /* bytes that the process held before */
	size_t own;                              /* bytes that the program takes by itself, as far as the limit counts them */
	size_t handing;                          /* bytes that handing out what runs gave takes, of this batch */
	size_t most_nodes;                       /* of a wave so far, if only planned */
	size_t lowered;                          /* bytes that were allocated before the first wave */
	size_t packing, packing_one;             /* bytes that products and attention take, at most, so far: on all threads, on one */
	double done, total;                      /* for progress: pairs times hypotheses */
};

/* ---- lowering */

/* Bytes beyond which a piece of work is made smaller, if it can be. */
static size_t comfort_of(const struct job *j)
{
	return j->limits->comfort ? j->limits->comfort : COMFORT;
}

/* Bytes that base runs may take which are kept for evaluations to come. */
static size_t bases_most(const struct job *j)
{
	return j->plan->memory_limit / 4;
}

static bool stopped(const struct job *j)
{
	return j->limits->interrupted && atomic_load_explicit(j->limits->interrupted, memory_order_relaxed);
}

static struct automaton *new_automaton(struct job *j, size_t h)
{
	const struct hypothesis *x = j->h[h];
	return automaton_new(j->q->data->graph, x->rule, x->n_rules, j->d);
}

static bool find_column(struct job *j, struct rule *r)
{
	const struct dataset *d = j->q->data;
	for (size_t c = 0; c < d->n_columns; c++)
		if (strcmp(d->column[c], r->from) == 0) {
			r->column = (int)c;
			return true;
		}
	struct buf have = { 0 };
	for (size_t c = 0; c < d->n_columns; c++)
		buf_printf(&have, "%s%s", c ? ", " : "", d->column[c]);
	diag_at(j->d, E_COLUMN, r->span, "the dataset %s has no column %s to feed from", d->name, r->from);
	diag_hint(j->d, "its columns are %s", buf_str(&have));
	buf_free(&have);
	return false;
}

/* Hypotheses say by name which columns they feed from; here the dataset is known. */
static bool find_columns(struct job *j)
{
	bool ok = true;
	j->h = arena_array(&j->arena, j->q->n + 1, sizeof *j->h);
	for (size_t h = 0; h < j->q->n; h++) {
		const struct hypothesis *x = j->q->h[h];
		bool feeds = false;
		for (size_t r = 0; r < x->n_rules; r++)
			feeds |= x->rule[r].from != NULL;
		struct hypothesis *mine = feeds ? arena_copy(&j->arena, x, sizeof *x) : NULL;
		if (mine)
			mine->rule = arena_copy(&j->arena, x->rule, x->n_rules * sizeof *x->rule);
		for (size_t r = 0; mine && r < x->n_rules; r++)
			ok &= !mine->rule[r].from || find_column(j, &mine->rule[r]);
		j->h[h] = mine ? mine : x;
	}
	return ok;
}

static bool has_positions(const struct pattern *p)
{
	bool some = p->n_positions > 0 || (p->otherwise && has_positions(p->otherwise));
	for (size_t i = 0; i < p->n && !some; i++)
		some = has_positions(p->kid[i]);
	return some;
}

static bool names_positions(const struct hypothesis *h)
{
	bool some = false;
	for (size_t r = 0; r < h->n_rules; r++)
		some |= has_positions(h->rule[r].pattern);
	return some;
}

static bool sort_rows(struct job *j)
{
	bool ok = true;
	size_t kept = 0;                         /* bytes */
	j->automaton = mem_array(SOME, sizeof *j->automaton);
	for (size_t h = 0; h < j->q->n; h++) {
		if (h >= SOME && !names_positions(j->h[h])) {
			classes_skip(&j->classes);           /* compiled when its wave comes */
			continue;
		}
		struct automaton *a = new_automaton(j, h);
		ok &= a && classes_add(&j->classes, a, j->q->data, j->d);
		kept += a ? automaton_bytes(a) : 0;
		if (h < SOME && (!j->room || kept < j->room / 16))
			j->automaton[h] = a;
		else
			automaton_free(a);
	}
	if (ok)
		classes_sort(&j->classes, j->q->data);
	return ok;
}

static bool lower_base(struct job *j)
{
	if (!find_columns(j) || !sort_rows(j))
		return false;
	j->tree = tree_new(j->q->data->graph, j->classes.n);
	if (j->limits && j->limits->precision != PRECISION_BY_SIZE)
		j->tree->units.type = j->limits->precision == PRECISION_DOUBLE ? DT_F64 : DT_F32;
	j->ref = tree_base(j->tree, COLUMN_REF);
	j->cf = tree_base(j->tree, COLUMN_CF);
	for (size_t h = 0; h < j->q->n; h++)
		for (size_t r = 0; r < j->h[h]->n_rules; r++)
			if (!j->h[h]->rule[r].set)
				tree_base(j->tree, j->h[h]->rule[r].column);
	j->tree->n_base = j->tree->node.n;
	j->root = mem_array(j->q->n + 1, sizeof *j->root);
	j->plan->n_nodes = j->plan->n_base_nodes = j->tree->n_base;
	j->plan->n_classes = j->classes.n;
	return true;
}

/* Nodes that a wave may add: what is planned and found too large takes memory, too. */
static size_t wave_nodes(const struct job *j)
{
	size_t fit = j->room / 8 / NODE_BYTES;
	return fit < WAVE_NODES ? fit : WAVE_NODES;
}

/* Lowers hypotheses from j->wave_from on: at most n, and no more than a wave may have. */
static bool lower_wave(struct job *j, size_t n)
{
	double t0 = clock_seconds();
	bool ok = true;
	tree_drop_wave(j->tree);
	j->wave_to = j->wave_from;
	while (ok && !stopped(j) && j->wave_to < j->q->n && j->wave_to - j->wave_from < n
	    && (j->wave_to == j->wave_from || j->tree->node.n - j->tree->n_base < wave_nodes(j))) {
		size_t h = j->wave_to++;
		struct automaton *kept = h < SOME ? j->automaton[h] : NULL, *a = kept ? kept : new_automaton(j, h);
		if (!a)
			return false;
		classes_bind(&j->classes, h, a);
		j->root[h - j->wave_from] = tree_lower(j->tree, a, j->h[h]->ablation, j->q->at, j->d);
		ok = j->root[h - j->wave_from] != TREE_NONE;
		j->plan->n_states += automaton_states(a);
		if (!kept)
			automaton_free(a);
	}
	size_t nodes = j->tree->node.n - j->tree->n_base;
	j->most_nodes = nodes > j->most_nodes ? nodes : j->most_nodes;
	j->plan->n_steps = j->tree->n_steps;
	j->plan->seconds_lower += clock_seconds() - t0;
	return ok && !stopped(j) && (j->q->plan_only || set_values_fill(&j->set, j->tree, j->q, j->limits, j->plan, j->d));
}

/* ---- one batch */

struct batch_work {
	struct job *j;
	struct batch b;
	struct row_sets rows;
	struct constants *constants;
	uint32_t *class;
	int64_t *differs;
	rows_id out;                             /* what metrics look at */
	bool by_column;
	struct plan base_plan;
	struct run base;
};

static rows_id asked_rows(struct batch_work *w)
{
	if (w->j->q->look)
		return ROWS_ALL;
	if (!shape_has_rows(&w->j->q->data->graph->output->shape))
		return ROWS_PAIRS;
	uint64_t *bits = mem_array(w->b.n * w->rows.words + 1, 8);
	for (size_t p = 0; p < w->b.n; p++) {
		const struct asked *a = &w->j->q->asked[w->b.pair[p]];
		for (size_t i = 0; i < a->n_rows; i++)
			bits[p * w->rows.words + (size_t)a->row[i] / 64] |= UINT64_C(1) << a->row[i] % 64;
	}
	rows_id id = rows_of(&w->rows, bits);
	free(bits);
	return id;
}

static void batch_begin(struct batch_work *w, struct job *j, const size_t *pair, size_t n, int64_t length)
{
	*w = (struct batch_work){ .j = j, .b = { j->q->data, pair, n, length } };
	w->class = mem_array(n * (size_t)length + 1, sizeof *w->class);
	w->differs = mem_array(n, sizeof *w->differs);
	for (size_t p = 0; p < n; p++) {
		memcpy(w->class + p * (size_t)length, j->classes.of_row[pair[p]], (size_t)length * sizeof *w->class);
		w->differs[p] = pair_differs(j->q->data, &j->q->data->pair.at[pair[p]]);
	}
	rows_init(&w->rows, n, length, w->class, w->differs);
	w->constants = constants_new(&j->tree->units, length);
	w->out = asked_rows(w);
	w->by_column = !j->q->look && outputs_by_column(j->tree, j->q->asked, &w->b);
	j->handing = j->q->look ? 0 : outputs_bytes(j->tree, j->q->asked, &w->b, w->by_column, j->q->n);
}

static void batch_end(struct batch_work *w)
{
	rows_free(&w->rows);
	constants_free(w->constants);
	free(w->class);
	free(w->differs);
}

/* The values that have to be there in the end: of the base runs, and of the wave. */
static struct tree_ids wanted(struct batch_work *w)
{
	struct job *j = w->j;
	struct tree_ids roots = { 0 };
	if (j->q->look) {
		j->q->look(j->q->looked_context, j->tree, &(struct tree_runs){ j->ref, j->cf, j->root, j->wave_to - j->wave_from }, &roots);
		return roots;
	}
	outputs_roots(j->tree, j->ref, w->by_column, &roots);
	outputs_roots(j->tree, j->cf, w->by_column, &roots);
	for (size_t h = 0; h < j->wave_to - j->wave_from; h++)
		outputs_roots(j->tree, j->root[h], w->by_column, &roots);
	return roots;
}

static void say_progress(const struct job *j, double done)
{
	if (j->limits->progress)
		j->limits->progress(j->limits->progress_context, done, j->total, "evaluate");
}

static void level_done(void *context, double share)
{
	const struct batch_work *w = context;
	const struct job *j = w->j;
	say_progress(j, j->done + share * (double)w->b.n * (double)(j->wave_to - j->wave_from));
}

static struct run new_run(struct batch_work *w, const struct plan *p, struct space *s, bool pretend)
{
	return (struct run){ .plan = p, .tree = w->j->tree, .rows = &w->rows, .batch = &w->b, .constants = w->constants, .space = s,
		.pretend = pretend, .seconds_products = &w->j->plan->seconds_products, .level_done = level_done, .context = w, .set = w->j->set };
}

/* Multiply-adds of what a value needs, base nodes aside unless it is one of a base run itself. */
static double cost_alone(const struct run *r, tree_id root, uint8_t *seen, bool base)
{
	VEC(tree_id) left = { 0 }, all = { 0 };
	const struct tree *t = r->tree;
	double sum = 0;
	vec_push(&left, root);
	while (left.n) {
		tree_id id = vec_pop(&left);
		if (seen[id] || (!base && id < t->n_base))
			continue;
		seen[id] = 1;
		vec_push(&all, id);
		const struct tree_node *n = &t->node.at[id];
		sum += n->kind == TREE_UNIT ? unit_cost(tree_unit(t, n), (double)run_rows(r, id), r->batch->length) : 0;
		for (uint32_t k = 0; k < n->n_in; k++)
			vec_push(&left, n->in[k]);
	}
	for (size_t i = 0; i < all.n; i++)
		seen[all.at[i]] = 0;
	vec_free(&left);
	vec_free(&all);
	return sum;
}

static void add_costs(struct batch_work *w, const struct run *r, const struct tree_ids *root, bool base)
{
	struct job *j = w->j;
	double last = w->by_column ? outputs_cost(j->tree, j->q->asked, &w->b) * (double)(j->wave_to - j->wave_from + (base ? 2 : 0)) : 0;
	j->plan->madds += r->madds + last;
	j->plan->n_products += r->n_products;
	j->plan->madds_all += last;
	if (!j->q->plan_only)
		return;
	uint8_t *seen = mem_array(j->tree->node.n, 1);
	for (size_t i = 0; i < root->n; i++)
		if (root->at[i] >= j->tree->n_base || (base && i < 2))
			j->plan->madds_all += cost_alone(r, root->at[i], seen, root->at[i] < j->tree->n_base);
	free(seen);
}

/* The caller's call, timed. */
static bool measured(void *context, const struct pair_outputs *o)
{
	struct job *j = context;
	double t0 = clock_seconds();
	bool ok = j->call(j->context, o);
	j->plan->seconds_measure += clock_seconds() - t0;
	return ok;
}

/* All rows of the values that were looked at, pair by pair. */
static bool hand_values(struct batch_work *w, const struct run *r, const struct tree_ids *root)
{
	bool ok = !stopped(w->j);
	for (size_t k = 0; k < root->n && ok; k++) {
		const struct unit *u = tree_unit(w->j->tree, &w->j->tree->node.at[root->at[k]]);
		int64_t width = run_width(r, u), rows = unit_has_rows(u) ? w->b.length : 1;
		rows_id all = unit_has_rows(u) ? ROWS_ALL : ROWS_PAIRS;
		size_t one = (size_t)(rows * width);
		char *x = mem_array(w->b.n * one + 1, r->space->number);
		double *of_pair = mem_array(one + 1, sizeof *of_pair);
		run_fetch(r, root->at[k], all, x, width);
		for (size_t p = 0; p < w->b.n && ok; p++) {
			struct tensor t = tensor_over(x + p * one * r->space->number, run_type(r), 1, (int64_t[]){ (int64_t)one });
			tensor_to_f64(&t, of_pair);
			ok = w->j->q->value(w->j->q->looked_context, w->b.pair[p], k, of_pair, rows, width);
		}
		free(of_pair);
		free(x);
	}
	return ok;
}

static bool hand_out(struct batch_work *w, const struct run *r, bool base)
{
	struct job *j = w->j;
	struct outputs o = { r, j->tree, w->by_column, j->ref, j->cf, j->root, j->wave_to - j->wave_from, j->wave_from, base, j->q->asked, w->out };
	bool ok = !stopped(j) && outputs_hand_out(&o, measured, j);
	j->done += (double)w->b.n * (double)(o.n + base);
	say_progress(j, j->done);
	return ok;
}

/* What became of an attempt to run a wave. */
enum attempt { TOO_LARGE, DONE, STOPPED };

static bool fits(const struct job *j, size_t bytes, size_t comfort);
static void map_space(struct job *j, size_t bytes);
static void note_peak(struct job *j, size_t bytes);

/* A space to pretend in. */
static struct space pretended_space(const struct job *j)
{
	return (struct space){ .number = dtype_size[j->tree->units.type] };
}

static size_t peak_bytes(const struct space *s)
{
	return s->peak * s->number;
}

static void account(struct job *j, const struct run *r)
{
	size_t all = r->packing + r->scratch * (size_t)parallel_threads(), one = r->packing_one + r->scratch;
	j->packing = all > j->packing ? all : j->packing;
	j->packing_one = one > j->packing_one ? one : j->packing_one;
}

/* Base runs and all hypotheses under one plan.  comfort: bytes that it may take. */
static enum attempt run_together(struct batch_work *w, size_t comfort, size_t *peak)
{
	struct job *j = w->j;
	struct plan plan;
	struct tree_ids root = wanted(w);
	struct space pretended = pretended_space(j);
	plan_make(&plan, j->tree, &w->rows, root.at, root.n, w->out, &(struct plan_options){ 0 });
	struct run trial = new_run(w, &plan, &pretended, true);
	run_plan(&trial, NULL, j->limits->interrupted);
	account(j, &trial);
	*peak = peak_bytes(&pretended);
	enum attempt result = fits(j, *peak, comfort) ? DONE : TOO_LARGE;
	if (result == DONE) {
		note_peak(j, *peak);
		add_costs(w, &trial, &root, true);
	}
	run_free(&trial);
	if (result == DONE && !j->q->plan_only) {
		struct run r = new_run(w, &plan, &j->space, false);
		space_reset(&j->space);
		map_space(j, *peak);
		run_plan(&r, NULL, j->limits->interrupted);
		result = (j->q->look ? hand_values(w, &r, &root) : hand_out(w, &r, true)) ? DONE : STOPPED;
		run_free(&r);
	}
	plan_free(&plan);
	space_free(&pretended);
	vec_free(&root);
	return result;
}

/* A run that only pretends lays out the space as a real one does: what an earlier evaluation kept of it fits into it. */
static bool base_from_before(struct batch_work *w, struct space *space, struct digest *key)
{
	struct job *j = w->j;
	w->base = new_run(w, &w->base_plan, space, true);
	space_reset(space);
	run_plan(&w->base, NULL, j->limits->interrupted);
	*key = bases_key(&w->base);
	w->base.pretend = false;
	w->base.madds = 0;
	if (!stopped(j) && bases_take(j->limits->bases, *key, space->memory, space->end * space->number)) {
		j->plan->n_bases_found++;
		return true;
	}
	run_free(&w->base);
	return false;
}

/* The base runs alone, kept for waves. */
static void run_base(struct batch_work *w, struct space *space, bool pretend)
{
	struct job *j = w->j;
	struct digest key;
	bool keep = j->limits->bases && !pretend;
	j->wave_to = j->wave_from;
	struct tree_ids root = wanted(w);
	plan_make(&w->base_plan, j->tree, &w->rows, root.at, root.n, w->out, &(struct plan_options){ .base = true });
	if (!keep || !base_from_before(w, space, &key)) {
		w->base = new_run(w, &w->base_plan, space, pretend);
		space_reset(space);
		run_plan(&w->base, NULL, j->limits->interrupted);
		account(j, &w->base);
		if (keep && !stopped(j))
			bases_keep(j->limits->bases, key, space->memory, space->end * space->number, bases_most(j));
	}
	vec_free(&root);
}

static void base_end(struct batch_work *w)
{
	run_free(&w->base);
	plan_free(&w->base_plan);
}

static void space_copy(struct space *to, const struct space *from)
{
	*to = (struct space){ .number = from->number, .end = from->end, .peak = from->end };
	for (size_t i = 0; i < from->hole.n; i++)
		vec_push(&to->hole, from->hole.at[i]);
}

/* One wave beside base runs that are there, in the space that they are in. */
static enum attempt run_wave(struct batch_work *w, struct space *space, size_t comfort, size_t *peak)
{
	struct job *j = w->j;
	struct plan plan;
	struct tree_ids root = wanted(w);
	struct space pretended;
	space_copy(&pretended, space);
	plan_make(&plan, j->tree, &w->rows, root.at, root.n, w->out, &(struct plan_options){ .given = &w->base_plan });
	struct run trial = new_run(w, &plan, &pretended, true);
	run_plan(&trial, &w->base, j->limits->interrupted);
	account(j, &trial);
	*peak = peak_bytes(&pretended);
	enum attempt result = fits(j, *peak, comfort) ? DONE : TOO_LARGE;
	if (result == DONE) {
		note_peak(j, *peak);
		add_costs(w, &trial, &root, j->wave_from == 0);
	}
	run_free(&trial);
	if (result == DONE && !j->q->plan_only) {
		struct run r = new_run(w, &plan, space, false);
		run_plan(&r, &w->base, j->limits->interrupted);
		result = hand_out(w, &r, j->wave_from == 0) ? DONE : STOPPED;
		for (size_t i = 0; i < r.buffer.n; i++)              /* what was read by metrics only */
			if (r.buffer.at[i].uses)
				space_give(space, r.buffer.at[i].at, r.buffer.at[i].n);
		run_free(&r);
	}
	plan_free(&plan);
	space_free(&pretended);
	vec_free(&root);
	return result;
}

/* ---- what fits */

/* Bytes that were allocated for this evaluation: automata, the tree, plans. */
static size_t allocated(const struct job *j)
{
	size_t now = mem_held();
	return now > j->held ? now - j->held : 0;
}

/* What has to have room beside values: automata and base nodes, a wave's nodes (the allocator keeps the room of the largest),
 * what products pack, and what is handed out.
 * The allocator is asked before anything runs only, so that what fits once fits again. */
static size_t bytes_beside(const struct job *j, size_t packing)
{
	return packing + j->handing + j->lowered + j->most_nodes * NODE_BYTES;
}

static size_t memory_limit(const struct eval_limits *l)
{
	long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	size_t freely = pages > 0 && size > 0 ? (size_t)pages * (size_t)size / 2 : (size_t)1 << 30;
	return l->memory ? l->memory : freely;
}

static bool too_much(struct job *j, size_t need, int64_t length)
{
	diag_at(j->d, E_MEMORY, j->q->at, "one pair of %lld tokens needs %zu MB for its values, but %zu MB may be used", (long long)length,
	    (need >> 20) + 1, j->plan->memory_limit >> 20);
	diag_hint(j->d, "allow more with --memory");
	return false;
}

/* Predicted: the program itself, what it allocated for this evaluation, packing, values, what is handed out.  Several threads
 * may pack more than one does: where there is no room for that, one has to do. */
static void note_peak(struct job *j, size_t values)
{
	size_t bytes = j->own + allocated(j) + values + j->handing, packing = j->packing;
	if (bytes + packing > j->plan->memory_limit) {
		parallel_init(1);
		packing = j->packing_one;
	}
	j->plan->memory_peak = bytes + packing > j->plan->memory_peak ? bytes + packing : j->plan->memory_peak;
}

/* What can still be made smaller has to leave room for all threads. */
static bool fits(const struct job *j, size_t bytes, size_t comfort)
{
	size_t beside = bytes_beside(j, comfort < SIZE_MAX ? j->packing : j->packing_one);
	return bytes + beside <= j->room && bytes <= comfort;
}

static void map_space(struct job *j, size_t bytes)
{
	if (!j->q->plan_only && !space_map(&j->space, bytes))
		mem_fail(bytes);
}

/* All waves of a batch, beside one base run. */
static bool run_waves(struct batch_work *w)
{
	struct job *j = w->j;
	struct space pretended = pretended_space(j);
	size_t peak = 0, n = j->q->n;
	j->wave_from = 0;
	run_base(w, &pretended, true);
	peak = peak_bytes(&pretended);
	base_end(w);
	if (!fits(j, peak, SIZE_MAX)) {
		space_free(&pretended);
		return too_much(j, peak + bytes_beside(j, j->packing_one), w->b.length);
	}
	note_peak(j, peak);
	map_space(j, j->room);
	size_t beside = j->limits->bases ? pretended.end * pretended.number : 0;
	struct space *space = j->q->plan_only ? &pretended : &j->space;
	run_base(w, space, j->q->plan_only);
	j->plan->madds += w->base.madds;
	j->plan->n_products += w->base.n_products;
	bool ok = true;
	while (ok && !stopped(j) && j->wave_from < j->q->n) {
		ok = lower_wave(j, n);
		if (!ok)
			break;
		size_t wave = j->wave_to - j->wave_from;
		enum attempt result = run_wave(w, space, wave > 1 ? beside + comfort_of(j) : SIZE_MAX, &peak);
		if (result == TOO_LARGE) {
			ok = wave > 1 || too_much(j, peak + bytes_beside(j, j->packing_one), w->b.length);
			n = wave / 2 ? wave / 2 : 1;
			continue;
		}
		j->plan->n_waves++;
		j->plan->n_nodes += j->tree->node.n - j->tree->n_base;
		ok = result == DONE;
		j->wave_from = j->wave_to;
	}
	base_end(w);
	space_free(&pretended);
	return ok && !stopped(j);
}

/* Will the base runs of so many pairs, of which the batch is a part, be there for the next evaluation?  Then they are computed
 * by themselves. */
static bool worth_keeping(struct batch_work *w, size_t n_pairs)
{
	struct job *j = w->j;
	struct space pretended = pretended_space(j);
	if (!j->limits->bases || j->q->look || j->q->plan_only)
		return false;
	run_base(w, &pretended, true);
	base_end(w);
	double bytes = (double)(pretended.end * pretended.number);
	bool ok = fits(j, peak_bytes(&pretended), SIZE_MAX) && bytes <= (double)BASE_BATCH && bytes / (double)w->b.n * (double)n_pairs <= (double)bases_most(j);
	space_free(&pretended);
	return ok;
}

/* ---- all batches */

/* Runs up to *n pairs of one length; *n becomes how many were. */
static bool run_batch(struct job *j, const size_t *pair, size_t *n, int64_t length, size_t n_pairs)
{
	struct batch_work w;
	size_t peak = 0;
	bool ok = true, done = false;
	while (ok && !done) {
		batch_begin(&w, j, pair, *n, length);
		if (worth_keeping(&w, n_pairs)) {
			ok = run_waves(&w);
			batch_end(&w);
			return ok;
		}
		if (j->wave_from != 0 || j->wave_to != j->q->n) {
			j->wave_from = 0;
			ok = lower_wave(j, j->q->n);
		}
		enum attempt result = TOO_LARGE;
		if (ok && j->wave_to == j->q->n)
			result = run_together(&w, *n > 1 ? comfort_of(j) : SIZE_MAX, &peak);
		if (ok && result != TOO_LARGE) {
			j->plan->n_waves++;
			j->plan->n_nodes = j->tree->node.n;
			ok = result == DONE;
			done = true;
		} else if (ok && *n > 1) {
			*n = (*n + 1) / 2;
		} else if (ok) {
			ok = j->q->look ? too_much(j, peak + bytes_beside(j, j->packing_one), length) : run_waves(&w);
			done = true;
		}
		batch_end(&w);
	}
	return ok;
}

static bool run_batches(struct job *j)
{
	const struct dataset *data = j->q->data;
	size_t n, *order = pairs_by_length(j->q, &n);
	bool ok = true;
	j->lowered = allocated(j);
	j->total = (double)n * (double)(j->q->n + 1);
	for (size_t i = 0, m; i < n && ok; i += m) {
		int64_t length = data->pair.at[order[i]].length;
		for (m = 1; i + m < n && (int64_t)m * length < BATCH_ROWS && data->pair.at[order[i + m]].length == length; m++)
			;
		ok = run_batch(j, order + i, &m, length, n);
		j->plan->n_batches++;
	}
	free(order);
	return ok;
}

static bool lengths_fit(const struct job *j)
{
	const struct graph *g = j->q->data->graph;
	const struct dataset *data = j->q->data;
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		for (size_t p = 0; n->op == OP_ROWS && p < data->pair.n; p++)
			if (data->pair.at[p].length > n->in[0]->param.dim[0]) {
				diag_at(j->d, E_PAIR, j->q->at, "pair %zu has %lld tokens, but %s has positions for %lld only", p + 1,
				    (long long)data->pair.at[p].length, g->name, (long long)n->in[0]->param.dim[0]);
				return false;
			}
	}
	return true;
}

/* One pass over all reference prompts, all rows and columns. */
static double plain_cost(const struct job *j)
{
	double sum = 0;
	struct map by_length = { 0 };
	for (size_t p = 0; p < j->q->data->pair.n; p++) {
		uint64_t n = 0, length = (uint64_t)j->q->data->pair.at[p].length;
		map_get(&by_length, length, &n);
		map_put(&by_length, length, n + 1);
	}
	for (size_t s = 0; s < by_length.cap; s++)
		for (size_t i = 0; by_length.slot[s].used && i < j->tree->n_base; i++)
			if (j->tree->node.at[i].ref == i)
				sum += tree_cost(j->tree, (tree_id)i, (int64_t)by_length.slot[s].key) * (double)by_length.slot[s].val;
	map_free(&by_length);
	return sum;
}

static void job_free(struct job *j)
{
	set_values_free(j->set);
	tree_free(j->tree);
	classes_free(&j->classes);
	for (size_t h = 0; j->automaton && h < j->q->n && h < SOME; h++)
		automaton_free(j->automaton[h]);
	free(j->automaton);
	free(j->root);
	arena_free(&j->arena);
	(j->limits && !j->limits->memory ? space_keep : space_free)(&j->space);
}

bool evaluate(const struct eval_request *q, const struct eval_limits *limits, on_outputs *call, void *context, struct eval_plan *plan,
    struct diags *d)
{
	struct job j = { .q = q, .limits = limits, .call = call, .context = context, .plan = plan, .d = d };
	blas_init();
	parallel_init(limits->threads);
	double t0 = clock_seconds(), before = plan->seconds_lower + plan->seconds_measure;
	plan->memory_limit = memory_limit(limits);
	j.held = mem_held();
	/* A limit that leaves no room beside the program is one on what an evaluation adds to it. */
	j.own = (j.held / OWN_STEP + 1) * OWN_STEP;
	j.own = j.own < plan->memory_limit / 4 ? j.own : plan->memory_limit / 4;
	j.room = plan->memory_limit - j.own - (limits->bases ? bases_most(&j) : 0);
	bool ok = lengths_fit(&j) && lower_base(&j);
	if (ok) {
		j.space.number = dtype_size[j.tree->units.type];
		plan->seconds_lower += clock_seconds() - t0;
		plan->madds_plain = plain_cost(&j);
		ok = run_batches(&j);
	}
	plan->seconds_run += clock_seconds() - t0 - (plan->seconds_lower + plan->seconds_measure - before);
	if (!ok && limits->interrupted && atomic_load(limits->interrupted))
		diag_at(d, E_INTERRUPTED, q->at, "interrupted");
	job_free(&j);
	return ok;
}

struct tree *evaluate_lower(const struct hypothesis *const *h, size_t n, const struct dataset *data, struct eval_plan *plan,
    tree_id *roots, struct span at, struct diags *d)
{
	struct eval_request q = { .h = h, .n = n, .data = data, .at = at };
	struct job j = { .q = &q, .plan = plan, .d = d };
	bool ok = lower_base(&j);
	for (size_t i = 0; i < n && ok; i++) {
		struct automaton *a = new_automaton(&j, i);
		classes_bind(&j.classes, i, a);
		roots[i] = tree_lower(j.tree, a, h[i]->ablation, at, d);
		ok = roots[i] != TREE_NONE;
		plan->n_states += automaton_states(a);
		automaton_free(a);
	}
	struct tree *t = ok ? j.tree : NULL;
	if (ok) {
		plan->n_nodes = t->node.n;
		plan->n_steps = t->n_steps;
		plan->madds_plain = plain_cost(&j);
		for (size_t p = 0; p < data->pair.n; p++)
			for (size_t i = 0; i < t->node.n; i++)
				plan->madds += tree_cost(t, (tree_id)i, data->pair.at[p].length);
		j.tree = NULL;
	}
	job_free(&j);
	return t;
}
