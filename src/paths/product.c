/* The product of a graph's letters with automata.  See product.h.
 *
 * A stop is a letter that is about to be read and the state of each automaton then.  Letters are gone through from the output
 * down, so every stop of a letter is known before it is read; a stop below which all paths are wanted, or none is, is not
 * followed further.  Numbers and shortest ways then come in one pass back up, ways from the output in one pass down. */
#include "paths/product.h"

#include <stdlib.h>
#include <string.h>

#include "paths/big.h"
#include "paths/machine.h"

enum verdict { OPEN, NONE_WANTED, ALL_WANTED };
#define NOWHERE UINT32_MAX
#define BEGINS  (UINT32_MAX - 1)             /* a wanted path begins here */
#define FAR     INT32_MAX
/* States that stand for a set in which every path below is, or none. */
#define ALL_IN  (UINT32_MAX)
#define ALL_OUT (UINT32_MAX - 1)

struct stop {
	int letter;
	enum verdict verdict;
	state s[2];
	uint32_t chain, sibling;         /* the next stop with the same hash; of the same letter */
	uint32_t first_step;             /* OPEN: below[letter].n steps, each a stop, NOWHERE or BEGINS */
	int32_t shortest;                /* letters of the shortest wanted path from here down, this one included; FAR: none */
};

struct product {
	struct path_query q;
	const struct graph *g;
	VEC(int) order;                  /* letters that paths visit, the output's first; the virtual one above it is order.at[0] */
	uint32_t *of_letter;             /* letter -> its first stop */
	VEC(struct stop) stop;
	VEC(uint32_t) sequence;          /* stops in the order they were read */
	VEC(uint32_t) step;
	struct map index;                /* (letter, states) -> stop */
	struct map decided[2];           /* (letter, state) -> the state without what cannot matter, or ALL_IN, ALL_OUT */
	bool full, found;                /* found: a wanted path is known */
	size_t searched;                 /* steps looked at by search() */
	uint32_t width;                  /* 0: nothing was counted yet */
	uint64_t *total;                 /* letter * width: all paths from it down */
	int32_t *least;                  /* letter -> letters of the shortest path from it down */
	uint64_t *ways;                  /* stop * width: wanted paths from it down; filled when first asked for */
};

/* ---- the graph alone */

static int by_node(const void *x, const void *y)
{
	const struct letter *a = *(const struct letter *const *)x, *b = *(const struct letter *const *)y;
	return (a->node->id < b->node->id) - (a->node->id > b->node->id);
}

static void put_in_order(struct product *p)
{
	const struct graph *g = p->g;
	const struct letter **l = mem_array(g->letter.n + 1, sizeof *l);
	size_t n = 0;
	for (size_t i = 0; i < g->letter.n; i++)
		if (g->letter.at[i].node && g->letter.at[i].node->id != UINT32_MAX)      /* else pruned: on no path */
			l[n++] = &g->letter.at[i];
	if (n)
		qsort(l, n, sizeof *l, by_node);
	vec_push(&p->order, (int)g->letter.n);
	for (size_t i = 0; i < n; i++)
		vec_push(&p->order, (int)(l[i] - g->letter.at));
	free(l);
}

static bool totals(struct product *p)
{
	const struct graph *g = p->g;
	size_t n = g->letter.n, w = p->width;
	uint64_t *one = mem_array(w, 8);
	bool fits = true;
	one[0] = 1;
	p->total = mem_array((n + 1) * w, 8);
	for (size_t i = p->order.n; i-- > 0 && fits;) {
		size_t l = (size_t)p->order.at[i];
		for (size_t k = 0; k < g->below[l].n && fits; k++) {
			size_t b = (size_t)g->below[l].at[k];
			fits = big_add(p->total + l * w, b >= n ? one : p->total + b * w, p->width);
		}
	}
	free(one);
	return fits;
}

/* All paths from each letter down, in a power of two of limbs that the largest of them fits in. */
static void count_graph(struct product *p)
{
	if (p->width)
		return;
	for (p->width = 1; !totals(p); p->width *= 2)
		free(p->total);
}

static void find_least(struct product *p)
{
	size_t n = p->g->letter.n;
	p->least = mem_array(n + 1, sizeof *p->least);
	for (size_t i = p->order.n; i-- > 0;) {
		int l = p->order.at[i];
		const struct letters_below *below = &p->g->below[l];
		int32_t least = FAR;
		for (size_t k = 0; k < below->n; k++) {
			int32_t x = below->at[k] >= (int)n ? 0 : p->least[below->at[k]];
			least = x < least ? x : least;
		}
		p->least[l] = least == FAR ? FAR : least + 1;
	}
}

/* ---- stops */

/* Is every outcome that the states allow wanted?  None of them? */
static enum verdict judge(const struct product *p, state s0, state s1)
{
	bool some = false, all = true;
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < 2; k++) {
			if (s0 == (i ? ALL_OUT : ALL_IN) || s1 == (k ? ALL_OUT : ALL_IN))
				continue;                        /* cannot be */
			bool want = p->q.wanted >> (i + 2 * k) & 1;
			some |= want;
			all &= want;
		}
	return all ? ALL_WANTED : some ? OPEN : NONE_WANTED;
}

/* s without what cannot matter for a path that goes on with the letter. */
static state simplest(struct product *p, int k, int letter, state s)
{
	const struct path_set *set = &p->q.in[k];
	uint64_t key = (uint64_t)letter << 32 | s, have;
	if (s >= ALL_OUT || !set->m)
		return set->m ? s : ALL_IN;
	if (map_get(&p->decided[k], key, &have))
		return (state)have;
	int column = automaton_decide(set->m, p->g->letter.at[letter].node, &s);
	if (column != UNDECIDED)
		s = column == set->column ? ALL_IN : ALL_OUT;
	map_put(&p->decided[k], key, s);
	return s;
}

static state after(struct product *p, int k, int letter, state s)
{
	const struct path_set *set = &p->q.in[k];
	if (s >= ALL_OUT)
		return s;
	if (automaton_cuts(set->m, s, letter))
		return set->column == COLUMN_SET ? ALL_IN : ALL_OUT;
	return automaton_step(set->m, s, letter, 0, 0);
}

static state at_beginning(struct product *p, int k, state s)
{
	const struct path_set *set = &p->q.in[k];
	if (s >= ALL_OUT)
		return s;
	return automaton_accept(set->m, s) == set->column ? ALL_IN : ALL_OUT;
}

static uint32_t reach(struct product *p, int letter, state s0, state s1)
{
	s0 = simplest(p, 0, letter, s0);
	s1 = simplest(p, 1, letter, s1);
	enum verdict v = judge(p, s0, s1);
	if (v == NONE_WANTED)
		return NOWHERE;
	if (v == ALL_WANTED)
		s0 = s1 = ALL_IN;
	p->found |= v == ALL_WANTED;
	uint64_t h = hash_u64((uint64_t)letter) ^ ((uint64_t)s0 << 32 | s1), first = NOWHERE;
	map_get(&p->index, h, &first);
	for (uint32_t i = (uint32_t)first; i != NOWHERE; i = p->stop.at[i].chain) {
		const struct stop *x = &p->stop.at[i];
		if (x->letter == letter && x->verdict == v && x->s[0] == s0 && x->s[1] == s1)
			return i;
	}
	struct stop x = { letter, v, { s0, s1 }, (uint32_t)first, p->of_letter[letter], 0, FAR };
	vec_push(&p->stop, x);
	p->of_letter[letter] = (uint32_t)p->stop.n - 1;
	map_put(&p->index, h, p->stop.n - 1);
	return (uint32_t)p->stop.n - 1;
}

static bool too_large(const struct product *p)
{
	size_t limit = p->q.limit ? p->q.limit : PRODUCT_LIMIT;
	size_t decided = p->decided[0].n + p->decided[1].n;          /* what takes time */
	return p->step.n > limit || decided > limit / 24 || (p->q.in[0].m && automaton_full(p->q.in[0].m)) || (p->q.in[1].m && automaton_full(p->q.in[1].m));
}

static void read_stop(struct product *p, uint32_t at)
{
	struct stop x = p->stop.at[at];
	const struct letters_below *below = &p->g->below[x.letter];
	size_t n = p->g->letter.n;
	bool top = x.letter == (int)n;
	p->stop.at[at].first_step = (uint32_t)p->step.n;
	vec_push(&p->sequence, at);
	if (x.verdict != OPEN)
		return;
	state s[2] = { top ? x.s[0] : after(p, 0, x.letter, x.s[0]), top ? x.s[1] : after(p, 1, x.letter, x.s[1]) };
	bool begins = judge(p, at_beginning(p, 0, s[0]), at_beginning(p, 1, s[1])) == ALL_WANTED;
	for (size_t k = 0; k < below->n; k++) {
		p->found |= begins && below->at[k] >= (int)n;
		uint32_t next = below->at[k] < (int)n ? reach(p, below->at[k], s[0], s[1]) : begins ? BEGINS : NOWHERE;
		vec_push(&p->step, next);
	}
}

static void put_top(struct product *p)
{
	size_t n = p->g->letter.n;
	p->of_letter = mem_array(n + 1, sizeof *p->of_letter);
	for (size_t l = 0; l <= n; l++)
		p->of_letter[l] = NOWHERE;
	state s0 = p->q.in[0].m ? STATE_START : ALL_IN, s1 = p->q.in[1].m ? STATE_START : ALL_IN;
	struct stop top = { (int)n, judge(p, s0, s1), { s0, s1 }, NOWHERE, NOWHERE, 0, FAR };
	vec_push(&p->stop, top);
	p->of_letter[n] = 0;
	p->found = top.verdict == ALL_WANTED;
}

/* Letter by letter from the output down. */
static void explore(struct product *p)
{
	for (size_t i = 0; i < p->order.n && !p->full; i++)
		for (uint32_t k = p->of_letter[p->order.at[i]]; k != NOWHERE && !p->full; k = p->stop.at[k].sibling) {
			read_stop(p, k);
			p->full = too_large(p);
		}
}

/* A stop that search() is at: what was read up to it, and which letter below is next. */
struct frame { int letter; size_t next; state s[2]; };

static struct frame frame_at(struct product *p, uint32_t at)
{
	struct stop x = p->stop.at[at];
	if (x.letter == (int)p->g->letter.n)
		return (struct frame){ x.letter, 0, { x.s[0], x.s[1] } };
	return (struct frame){ x.letter, 0, { after(p, 0, x.letter, x.s[0]), after(p, 1, x.letter, x.s[1]) } };
}

/* Straight down, until a wanted path is known. */
static void search(struct product *p)
{
	VEC(struct frame) path = { 0 };
	size_t limit = p->q.limit ? p->q.limit : PRODUCT_LIMIT;
	vec_push(&path, frame_at(p, 0));
	while (path.n && !p->found && !p->full) {
		struct frame *f = &vec_last(&path);
		const struct letters_below *below = &p->g->below[f->letter];
		if (f->next == below->n) {
			path.n--;
			continue;
		}
		int b = below->at[f->next++];
		size_t known = p->stop.n;
		if (b >= (int)p->g->letter.n) {
			p->found = judge(p, at_beginning(p, 0, f->s[0]), at_beginning(p, 1, f->s[1])) == ALL_WANTED;
			continue;
		}
		uint32_t to = reach(p, b, f->s[0], f->s[1]);
		if (to != NOWHERE && to >= known && !p->found)
			vec_push(&path, frame_at(p, to));
		p->full = ++p->searched > limit || too_large(p);
	}
	vec_free(&path);
}

/* Below a stop where everything is wanted the graph's own numbers hold. */
static void find_shortest(struct product *p)
{
	for (size_t i = p->sequence.n; i-- > 0;) {
		struct stop *x = &p->stop.at[p->sequence.at[i]];
		int32_t least = FAR;
		for (size_t k = 0; x->verdict == OPEN && k < p->g->below[x->letter].n; k++) {
			uint32_t to = p->step.at[x->first_step + k];
			int32_t far = to == NOWHERE ? FAR : to == BEGINS ? 0 : p->stop.at[to].shortest;
			least = far < least ? far : least;
		}
		x->shortest = x->verdict == ALL_WANTED ? p->least[x->letter] : least == FAR ? FAR : least + 1;
	}
}

struct product *product_new(const struct path_query *q)
{
	struct product *p = mem_alloc(sizeof *p);
	p->q = *q;
	p->g = q->graph;
	put_top(p);
	if (q->any) {
		search(p);
		return p;
	}
	put_in_order(p);
	explore(p);
	if (!p->full) {
		find_least(p);
		find_shortest(p);
	}
	return p;
}

void product_free(struct product *p)
{
	if (!p)
		return;
	vec_free(&p->order);
	vec_free(&p->stop);
	vec_free(&p->sequence);
	vec_free(&p->step);
	map_free(&p->index);
	map_free(&p->decided[0]);
	map_free(&p->decided[1]);
	free(p->of_letter);
	free(p->total);
	free(p->least);
	free(p->ways);
	free(p);
}

bool product_full(const struct product *p)
{
	return p->full;
}

size_t product_work(const struct product *p)
{
	return p->step.n + p->searched;
}

/* ---- answers */

bool product_empty(const struct product *p)
{
	return !p->found;
}

static void count_stops(struct product *p)
{
	if (p->ways)
		return;
	count_graph(p);
	size_t w = p->width;
	uint64_t *one = mem_array(w, 8);
	one[0] = 1;
	p->ways = mem_array(p->stop.n * w, 8);
	for (size_t i = p->sequence.n; i-- > 0;) {
		uint32_t at = p->sequence.at[i];
		const struct stop *x = &p->stop.at[at];
		uint64_t *sum = p->ways + at * w;
		if (x->verdict == ALL_WANTED)
			memcpy(sum, p->total + (size_t)x->letter * w, w * 8);
		for (size_t k = 0; x->verdict == OPEN && k < p->g->below[x->letter].n; k++) {
			uint32_t to = p->step.at[x->first_step + k];
			if (to != NOWHERE)
				pp_assert(big_add(sum, to == BEGINS ? one : p->ways + to * w, p->width));
		}
	}
	free(one);
}

const char *product_count(struct product *p, struct arena *a)
{
	count_stops(p);
	return big_text(p->ways, p->width, a);
}

/* From a letter below which everything is wanted: the letters of a shortest path, it included. */
static void follow_graph(const struct product *p, int letter, path_letters *out)
{
	int n = (int)p->g->letter.n;
	while (letter < n) {
		const struct letters_below *below = &p->g->below[letter];
		vec_push(out, letter);
		int next = n;
		for (size_t k = 0; k < below->n && p->least[letter] > 1 && next == n; k++)
			if (below->at[k] < n && p->least[below->at[k]] == p->least[letter] - 1)
				next = below->at[k];
		letter = next;
	}
}

bool product_shortest(struct product *p, path_letters *out)
{
	const struct stop *x = &p->stop.at[0];
	int n = (int)p->g->letter.n;
	out->n = 0;
	if (product_empty(p))
		return false;
	while (x && x->verdict == OPEN) {
		const struct stop *from = x;
		if (x->letter < n)
			vec_push(out, x->letter);
		x = NULL;
		for (size_t k = 0; k < p->g->below[from->letter].n && !x; k++) {
			uint32_t to = p->step.at[from->first_step + k];
			if (to < BEGINS && p->stop.at[to].shortest == from->shortest - 1)
				x = &p->stop.at[to];
		}
	}
	if (x && x->letter < n)
		follow_graph(p, x->letter, out);
	else if (x)                                  /* all paths of the graph are wanted */
		for (size_t k = 0; k < p->g->below[n].n && !out->n; k++)
			if (p->least[p->g->below[n].at[k]] == p->least[n] - 1)
				follow_graph(p, p->g->below[n].at[k], out);
	for (size_t i = 0; i < out->n / 2; i++) {
		int t = out->at[i];
		out->at[i] = out->at[out->n - 1 - i];
		out->at[out->n - 1 - i] = t;
	}
	return true;
}

/* ---- what goes through each letter and edge */

/* Ways from the output to each letter, times what there is below: plain and, where everything below is wanted, wanted. */
static void flow_of_graph(const struct product *p, const uint64_t *from, uint64_t *letter, uint64_t *edge, const size_t *edge_at)
{
	size_t n = p->g->letter.n, w = p->width;
	uint64_t *ways = mem_copy(from, (n + 1) * w * 8), *one = mem_array(w, 8);
	one[0] = 1;
	for (size_t i = 0; i < p->order.n; i++) {
		size_t l = (size_t)p->order.at[i];
		if (big_is_zero(ways + l * w, p->width))
			continue;
		big_add_product(letter + l * w, ways + l * w, p->total + l * w, p->width);
		for (size_t k = 0; k < p->g->below[l].n; k++) {
			size_t b = (size_t)p->g->below[l].at[k];
			big_add_product(edge + (edge_at[l] + k) * w, ways + l * w, b < n ? p->total + b * w : one, p->width);
			if (b < n)
				big_add(ways + b * w, ways + l * w, p->width);
		}
	}
	free(ways);
	free(one);
}

static void flow_of_stops(struct product *p, struct flow *f, uint64_t *whole)
{
	size_t w = p->width;
	uint64_t *ways = mem_array(p->stop.n * w, 8), *one = mem_array(w, 8);
	one[0] = ways[0] = 1;
	for (size_t i = 0; i < p->sequence.n; i++) {
		uint32_t at = p->sequence.at[i];
		const struct stop *x = &p->stop.at[at];
		size_t l = (size_t)x->letter;
		if (x->verdict == ALL_WANTED) {
			big_add(whole + l * w, ways + at * w, p->width);
			continue;
		}
		big_add_product(f->letter + l * w, ways + at * w, p->ways + at * w, p->width);
		for (size_t k = 0; x->verdict == OPEN && k < p->g->below[l].n; k++) {
			uint32_t to = p->step.at[x->first_step + k];
			if (to == NOWHERE)
				continue;
			big_add_product(f->edge + (f->edge_at[l] + k) * w, ways + at * w, to == BEGINS ? one : p->ways + to * w, p->width);
			if (to != BEGINS)
				big_add(ways + to * w, ways + at * w, p->width);
		}
	}
	free(ways);
	free(one);
}

void product_flow(struct product *p, struct flow *out)
{
	count_stops(p);
	size_t n = p->g->letter.n, w = p->width;
	*out = (struct flow){ .width = p->width, .edge_at = mem_array(n + 2, sizeof *out->edge_at) };
	for (size_t l = 0; l <= n; l++)
		out->edge_at[l + 1] = out->edge_at[l] + p->g->below[l].n;
	size_t edges = out->edge_at[n + 1];
	uint64_t **array[] = { &out->letter, &out->letter_all, &out->edge, &out->edge_all, &out->count, &out->count_all };
	for (size_t i = 0; i < sizeof array / sizeof *array; i++)
		*array[i] = mem_array((i < 2 ? n + 1 : i < 4 ? edges + 1 : 1) * w, 8);
	memcpy(out->count, p->ways, w * 8);
	memcpy(out->count_all, p->total + n * w, w * 8);
	uint64_t *whole = mem_array((n + 1) * w, 8), *start = mem_array((n + 1) * w, 8);
	start[n * w] = 1;
	flow_of_stops(p, out, whole);
	flow_of_graph(p, whole, out->letter, out->edge, out->edge_at);
	flow_of_graph(p, start, out->letter_all, out->edge_all, out->edge_at);
	free(whole);
	free(start);
}

/* Paths from each letter down that avoid some. */
static uint64_t *totals_avoiding(const struct product *p, const bool *avoid, const uint64_t *one)
{
	size_t n = p->g->letter.n, w = p->width;
	uint64_t *total = mem_array((n + 1) * w, 8);
	for (size_t i = p->order.n; i-- > 0;) {
		size_t l = (size_t)p->order.at[i];
		for (size_t k = 0; k < p->g->below[l].n && !(l < n && avoid[l]); k++) {
			size_t b = (size_t)p->g->below[l].at[k];
			big_add(total + l * w, b >= n ? one : total + b * w, p->width);
		}
	}
	return total;
}

void product_take_away_avoiding(struct product *p, const bool *avoid, uint64_t *kept, uint64_t *all)
{
	size_t n = p->g->letter.n, w = p->width;
	uint64_t *one = mem_array(w, 8), *ways = mem_array(p->stop.n * w, 8);
	one[0] = 1;
	uint64_t *total = totals_avoiding(p, avoid, one);
	for (size_t i = p->sequence.n; i-- > 0;) {
		uint32_t at = p->sequence.at[i];
		const struct stop *x = &p->stop.at[at];
		if (x->letter < (int)n && avoid[x->letter])
			continue;
		if (x->verdict == ALL_WANTED)
			memcpy(ways + at * w, total + (size_t)x->letter * w, w * 8);
		for (size_t k = 0; x->verdict == OPEN && k < p->g->below[x->letter].n; k++) {
			uint32_t to = p->step.at[x->first_step + k];
			if (to != NOWHERE)
				big_add(ways + at * w, to == BEGINS ? one : ways + to * w, p->width);
		}
	}
	big_sub(kept, ways, p->width);
	big_sub(all, total + n * w, p->width);
	free(one);
	free(ways);
	free(total);
}

void flow_free(struct flow *f)
{
	free(f->letter);
	free(f->letter_all);
	free(f->edge);
	free(f->edge_all);
	free(f->count);
	free(f->count_all);
	free(f->edge_at);
	*f = (struct flow){ 0 };
}
