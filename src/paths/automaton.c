/* States and steps of a hypothesis's automaton.  See automaton.h; machine.h has the parts.
 *
 * A state lists the bits that are set, without the machines' `start` (always on for REGEX, implied for the others). */
#include "paths/automaton.h"

#include <stdlib.h>
#include <string.h>

#include "paths/machine.h"
#include "paths/product.h"

enum status { NEVER, MAYBE, CERTAIN };           /* will a path that goes on below match? */

/* Patterns can be written whose subsets are without number: (a0.h0 | a0.h1) -> * -> * -> ... */
enum { MAX_STATES = 1 << 20, MAX_STATE_BYTES = 256 << 20 };
#define MAX_WORK UINT64_C(3000000000)

/* ---- states */

static uint64_t state_hash(const struct set_of_bits *s)
{
	return hash_bytes(s->at, s->n * sizeof *s->at, (uint64_t)(s->settled + 1));
}

static state intern_state(struct automaton *a, const struct set_of_bits *want)
{
	uint64_t h = state_hash(want), first = UINT32_MAX;
	if (map_get(&a->state_index, h, &first))
		for (uint32_t i = (uint32_t)first; i != UINT32_MAX; i = a->state_chain.at[i]) {
			const struct set_of_bits *s = &a->state[i];
			if (s->n == want->n && s->settled == want->settled && memcmp(s->at, want->at, s->n * sizeof *s->at) == 0)
				return i;
		}
	a->full |= a->n_states >= MAX_STATES || a->state_arena.total > MAX_STATE_BYTES || a->work > MAX_WORK;
	if (a->full)
		return STATE_START;
	if (a->n_states == a->cap_states) {
		a->cap_states = a->cap_states ? a->cap_states * 2 : 64;
		a->state = mem_grow(a->state, a->cap_states * sizeof *a->state);
	}
	struct set_of_bits *s = &a->state[a->n_states];
	*s = *want;
	s->at = arena_copy(&a->state_arena, want->at, want->n * sizeof *want->at);
	vec_push(&a->state_chain, (uint32_t)first);
	map_put(&a->state_index, h, a->n_states);
	return (state)a->n_states++;
}

static void forget_states(struct automaton *a)
{
	a->n_states = 0;
	a->work = 0;
	a->full = false;
	a->state_chain.n = 0;
	map_free(&a->state_index);
	map_free(&a->steps);
	arena_free(&a->state_arena);
	struct set_of_bits nothing = { .settled = -1 };
	intern_state(a, &nothing);
}

/* ---- making one */

static bool too_large(struct automaton *a, size_t r, struct diags *d)
{
	automaton_say_full(a, a->rule[r].pattern->span, d);
	return false;
}

/* Does rule r match some path?  Asked on its own, so that other rules have no say. */
static bool matches_some(struct automaton *a, size_t r, bool *some, struct diags *d)
{
	const struct machine *m = &a->machine.at[a->formula[r]->kind == PAT_STEP ? a->formula[r]->machine : 0];
	const uint64_t *top = a->live + a->graph->output->id * a->live_words;
	if (a->formula[r]->kind == PAT_STEP) {
		*some = m->kind == MACHINE_ALL || bit_get(top, m->start);
		return true;
	}
	struct rule alone = { COLUMN_REF, a->rule[r].pattern, a->rule[r].span, NULL, NULL };
	struct automaton *one = automaton_of_set(a->graph, &alone, 1, d);
	if (!one)
		return false;
	struct path_query q = { .graph = a->graph, .in = { { one, COLUMN_REF } }, .wanted = QUERY_FIRST, .any = true };
	struct product *p = product_new(&q);
	bool ok = !product_full(p) || too_large(one, 0, d);
	*some = ok && !product_empty(p);
	product_free(p);
	automaton_free(one);
	return ok;
}

static bool check_rules(struct automaton *a, struct diags *d)
{
	bool ok = true;
	for (size_t r = 0; r < a->n_rules; r++) {
		bool some;
		if (!matches_some(a, r, &some, d))
			ok = false;
		else if (!some) {
			ok = false;
			struct buf text = { 0 };
			pattern_print(a->rule[r].pattern, &text);
			diag_at(d, E_NO_PATH, a->rule[r].pattern->span, "no path of %s matches %.300s", a->graph->name, buf_str(&text));
			diag_hint(d, "paths run from an input to %s; '->' allows nothing between, '..' allows any components", a->graph->output_name);
			if (diag_heard(d))
				say_nearest_paths(a, a->rule[r].pattern, d);
			buf_free(&text);
		}
	}
	return ok;
}

struct automaton *automaton_of_set(const struct graph *g, const struct rule *rule, size_t n_rules, struct diags *d)
{
	struct automaton *a = mem_alloc(sizeof *a);
	a->graph = g;
	a->rule = arena_copy(&a->arena, rule, n_rules * sizeof *rule);
	a->n_rules = n_rules;
	a->words = (g->letter.n + 63) / 64;
	for (size_t r = 0; r < n_rules; r++)
		a->n_sets += rule[r].set != NULL;
	if (!compile_rules(a, d)) {
		automaton_free(a);
		return NULL;
	}
	live_work_out(a);
	forget_states(a);
	return a;
}

struct automaton *automaton_new(const struct graph *g, const struct rule *rule, size_t n_rules, struct diags *d)
{
	struct automaton *a = automaton_of_set(g, rule, n_rules, d);
	if (a && !check_rules(a, d)) {
		automaton_free(a);
		return NULL;
	}
	return a;
}

void automaton_free(struct automaton *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->spot.n; i++) {
		vec_free(&a->spot.at[i].follow);
		vec_free(&a->spot.at[i].before);
	}
	for (size_t l = 0; a->reads && l < a->graph->letter.n; l++)
		vec_free(&a->reads[l]);
	free(a->reads);
	free(a->live);
	free(a->member);
	free(a->state);
	vec_free(&a->machine);
	vec_free(&a->spot);
	vec_free(&a->set);
	vec_free(&a->state_chain);
	map_free(&a->state_index);
	map_free(&a->steps);
	arena_free(&a->arena);
	arena_free(&a->state_arena);
	free(a);
}

size_t automaton_position_sets(const struct automaton *a, const struct position_set **sets)
{
	*sets = a->set.at;
	return a->set.n;
}

bool automaton_has_positions(const struct automaton *a)
{
	return a->set.n > 0;
}

void automaton_bind(struct automaton *a, size_t n_classes, const bool *member)
{
	free(a->member);
	a->member = mem_copy(member, a->set.n * n_classes * sizeof *member);
	a->n_classes = n_classes;
	forget_states(a);
}

size_t automaton_bytes(const struct automaton *a)
{
	size_t lists = a->graph->letter.n * (sizeof *a->reads + 2 * sizeof(bool)) + a->spot.n * sizeof *a->spot.at;
	for (size_t l = 0; l < a->graph->letter.n; l++)
		lists += a->reads[l].cap * sizeof(uint32_t);
	return a->arena.total + a->state_arena.total + (a->state_index.cap + a->steps.cap) * sizeof(struct map_slot) + a->cap_states * sizeof *a->state
	    + a->graph->node.n * a->live_words * 8 + lists;
}

size_t automaton_states(const struct automaton *a)
{
	return a->n_states;
}

bool automaton_full(const struct automaton *a)
{
	return a->full;
}

void automaton_say_full(const struct automaton *a, struct span at, struct diags *d)
{
	diag_at(d, E_TOO_LARGE, at, "telling these paths apart takes more than pp is prepared for: %zu states so far", a->n_states);
	diag_hint(d, "long sequences of * behind a choice, and many patterns joined by and, cost most: name components, or use '..' for any number");
}

/* ---- stepping */

static bool row_fits(const struct automaton *a, const struct spot *s, uint32_t from, uint32_t to)
{
	return s->set < 0 || !a->n_classes || a->member[(size_t)s->set * a->n_classes + (s->from ? from : to)];
}

/* A machine of a rule that sets: it has matched only at the visit that completes the match. */
static bool anchored(const struct automaton *a, const struct machine *m)
{
	return a->rule[m->rule].set != NULL;
}

/* A rule that is one machine and has matched settles all rules before it. */
static int settles(const struct automaton *a, uint32_t bit)
{
	for (size_t i = 0; i < a->machine.n; i++) {
		const struct machine *m = &a->machine.at[i];
		if (m->kind == MACHINE_REGEX && m->mark == bit)
			return a->formula[m->rule]->kind == PAT_STEP && !anchored(a, m) ? m->rule : -1;
	}
	return -1;
}

struct gathering { VEC(uint32_t) bit; int settled; };

static void reach(struct automaton *a, struct gathering *g, uint32_t spot, int letter)
{
	const struct spot *s = &a->spot.at[spot];
	const struct machine *m = &a->machine.at[s->machine];
	if (m->rule < g->settled)
		return;
	/* What is set is a port only where the step names ports; else it is the component, above its ports. */
	if (s->last && (!anchored(a, m) || s->from || !a->graph->letter.at[letter].port)) {
		vec_push(&g->bit, m->mark);
		int rule = settles(a, m->mark);
		if (rule > g->settled)
			g->settled = rule;
	}
	if (s->follow.n)
		vec_push(&g->bit, spot);
}

static void step_regexes(struct automaton *a, const struct set_of_bits *s, int letter, uint32_t from, uint32_t to, struct gathering *g)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->at[i] >= a->spot.n)
			continue;
		const struct spot *at = &a->spot.at[s->at[i]];
		a->work += at->follow.n;
		for (size_t k = 0; k < at->follow.n; k++) {
			const struct spot *f = &a->spot.at[at->follow.at[k]];
			if (bit_get(f->letters, (size_t)letter) && row_fits(a, f, from, to))
				reach(a, g, at->follow.at[k], letter);
		}
	}
	a->work += a->reads[letter].n;
	for (size_t i = 0; i < a->reads[letter].n; i++) {
		uint32_t f = a->reads[letter].at[i];
		if (a->spot.at[f].first && row_fits(a, &a->spot.at[f], from, to))
			reach(a, g, f, letter);
	}
}

static bool has_bit(const struct set_of_bits *s, uint32_t bit)
{
	uint32_t lo = 0, hi = s->n;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (s->at[mid] < bit)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->at[lo] == bit;
}

/* The letter a circuit machine read last, or -1. */
static int last_letter(const struct machine *m, const struct set_of_bits *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->at[i] >= m->first_bit && s->at[i] < m->first_bit + m->n_bits)
			return (int)(s->at[i] - m->first_bit);
	return -1;
}

static bool may_pass(const struct automaton *a, int letter)
{
	return a->inner && a->graph->component.at[a->graph->letter.at[letter].component].inner;
}

/* Passing a letter over, spots stay. */
static void stay(const struct automaton *a, const struct set_of_bits *s, struct gathering *g)
{
	for (uint32_t i = 0; i < s->n && s->at[i] < a->spot.n; i++)
		vec_push(&g->bit, s->at[i]);
}

static void step_sets(struct automaton *a, const struct set_of_bits *s, int letter, uint32_t from, uint32_t to, struct gathering *g)
{
	for (size_t i = 0; i < a->machine.n; i++) {
		const struct machine *m = &a->machine.at[i];
		if (m->kind == MACHINE_REGEX || m->kind == MACHINE_ALL || m->rule < s->settled)
			continue;
		bool dead = has_bit(s, m->mark);
		if (m->kind == MACHINE_WITHIN) {
			bool in = !dead && may_pass(a, letter);
			for (size_t k = 0; k < a->reads[letter].n && !in && !dead; k++) {
				const struct spot *f = &a->spot.at[a->reads[letter].at[k]];
				in = f->member && f->machine == (int)i && row_fits(a, f, from, to);
			}
			if (!in)
				vec_push(&g->bit, m->mark);
			continue;
		}
		int up = last_letter(m, s);
		if (may_pass(a, letter) && !bit_get(m->ends, (size_t)letter)) {
			if (dead || up >= 0)
				vec_push(&g->bit, dead ? m->mark : m->first_bit + (uint32_t)up);
			continue;
		}
		if (dead || (up >= 0 && !bit_get(m->letters + (size_t)up * a->words, (size_t)letter)))
			vec_push(&g->bit, m->mark);
		else
			vec_push(&g->bit, m->first_bit + (uint32_t)letter);
	}
}

static int machine_of(const struct automaton *a, uint32_t bit)
{
	if (bit < a->spot.n)
		return a->spot.at[bit].machine;
	for (size_t i = 0; i < a->machine.n; i++) {
		const struct machine *m = &a->machine.at[i];
		if (m->mark == bit || (m->kind == MACHINE_CIRCUIT && bit >= m->first_bit && bit < m->first_bit + m->n_bits))
			return (int)i;
	}
	pp_assert(!"every bit belongs to a machine");
	return -1;
}

/* Sorted, each bit once, without machines that a settled rule has made idle and spots of machines that have matched. */
static state settle(struct automaton *a, struct gathering *g)
{
	sort_unique(g->bit.at, &g->bit.n);
	struct set_of_bits all = { g->bit.at, (uint32_t)g->bit.n, g->settled };
	size_t left = 0;
	uint32_t *out = mem_array(all.n, sizeof *out);
	for (size_t i = 0; i < all.n; i++) {
		const struct machine *m = &a->machine.at[machine_of(a, all.at[i])];
		bool idle = m->rule < g->settled;
		bool spent = m->kind == MACHINE_REGEX && all.at[i] != m->mark && !anchored(a, m) && has_bit(&all, m->mark);
		if (!idle && !spent)
			out[left++] = all.at[i];
	}
	struct set_of_bits s = { out, (uint32_t)left, g->settled };
	state r = intern_state(a, &s);
	free(out);
	vec_free(&g->bit);
	return r;
}

bool automaton_silent(const struct automaton *a, int letter)
{
	return a->silent && bit_get(a->silent, (size_t)letter);
}

state automaton_step(struct automaton *a, state s, int letter, uint32_t from, uint32_t to)
{
	if (automaton_silent(a, letter))
		return s;
	if (!a->row_from[letter])
		from = 0;
	if (!a->row_to[letter])
		to = 0;
	uint64_t rows = a->n_classes ? from * a->n_classes + to : 0;
	uint64_t key = ((uint64_t)s * a->graph->letter.n + (uint64_t)letter) * (a->n_classes ? a->n_classes * a->n_classes : 1) + rows;
	uint64_t have;
	if (map_get(&a->steps, key, &have))
		return (state)have;
	struct set_of_bits now = a->state[s];
	struct gathering g = { .settled = now.settled };
	for (uint32_t i = 0; i < now.n; i++)         /* what has matched stays matched */
		if (now.at[i] >= a->spot.n) {
			const struct machine *m = &a->machine.at[machine_of(a, now.at[i])];
			if (m->kind == MACHINE_REGEX && !anchored(a, m))
				vec_push(&g.bit, now.at[i]);
		}
	if (may_pass(a, letter))
		stay(a, &now, &g);
	step_regexes(a, &now, letter, from, to, &g);
	step_sets(a, &now, letter, from, to, &g);
	state r = settle(a, &g);
	map_put(&a->steps, key, r);
	return r;
}

/* ---- rows */

/* Some spot that can be read next asks for a row at this letter. */
static bool asks(const struct automaton *a, const struct set_of_bits *s, int letter, bool from)
{
	for (size_t i = 0; i < a->reads[letter].n; i++) {
		const struct spot *f = &a->spot.at[a->reads[letter].at[i]];
		if (f->set < 0 || f->from != from || a->machine.at[f->machine].rule < s->settled)
			continue;
		if (f->first || (f->member && !has_bit(s, a->machine.at[f->machine].mark)))
			return true;
		for (size_t k = 0; k < f->before.n; k++)
			if (has_bit(s, f->before.at[k]))
				return true;
	}
	return false;
}

bool automaton_needs_from(struct automaton *a, state s, int letter, bool alone)
{
	if (a->n_classes <= 1)
		return false;
	bool port = a->graph->letter.at[letter].port && !alone;
	return (a->row_from[letter] && asks(a, &a->state[s], letter, true)) || (!port && a->row_to[letter] && asks(a, &a->state[s], letter, false));
}

bool automaton_needs_to(struct automaton *a, state s, int component)
{
	const struct component *c = &a->graph->component.at[component];
	if (a->n_classes <= 1)
		return false;
	for (int l = c->first_letter; l < c->first_letter + c->n_letters; l++)
		if (a->row_to[l] && asks(a, &a->state[s], l, false))
			return true;
	return false;
}

uint32_t automaton_class_to(struct automaton *a, int component, uint32_t class)
{
	const struct component *c = &a->graph->component.at[component];
	for (uint32_t other = 0; other < class; other++) {
		bool alike = true;
		for (int l = c->first_letter; alike && l < c->first_letter + c->n_letters; l++)
			for (size_t i = 0; alike && i < a->reads[l].n; i++) {
				const struct spot *f = &a->spot.at[a->reads[l].at[i]];
				if (f->set >= 0 && !f->from)
					alike = a->member[(size_t)f->set * a->n_classes + class] == a->member[(size_t)f->set * a->n_classes + other];
			}
		if (alike)
			return other;
	}
	return class;
}

/* ---- deciding */

/* Can a match be begun, or gone on with, below? */
static enum status open_below(const struct machine *m, const struct set_of_bits *s, const uint64_t *live)
{
	if (bit_get(live, m->start))
		return MAYBE;
	for (uint32_t i = 0; m->kind == MACHINE_REGEX && i < s->n; i++)
		if (s->at[i] >= m->first_bit && s->at[i] < m->first_bit + m->n_bits && bit_get(live, s->at[i]))
			return MAYBE;
	return NEVER;
}

/* Can a machine of a rule that sets still match at a visit below? */
static enum status set_below(const struct machine *m, const struct set_of_bits *s, const uint64_t *live)
{
	if (m->kind == MACHINE_REGEX)
		return open_below(m, s, live);
	return m->kind == MACHINE_ALL || !has_bit(s, m->mark) ? MAYBE : NEVER;
}

/* live: the bits that can still lead to a match; NULL: the path begins here, nothing more is read. */
static enum status machine_status(const struct automaton *a, int machine, const struct set_of_bits *s, const uint64_t *live)
{
	const struct machine *m = &a->machine.at[machine];
	if (live && anchored(a, m))
		return set_below(m, s, live);
	if (m->kind == MACHINE_ALL)
		return CERTAIN;
	bool marked = has_bit(s, m->mark);
	if (m->kind == MACHINE_REGEX ? marked : !marked && !live)
		return CERTAIN;
	if (!live || (m->kind != MACHINE_REGEX && marked))
		return NEVER;
	int up = m->kind == MACHINE_CIRCUIT ? last_letter(m, s) : -1;
	if (up >= 0)
		return bit_get(live, m->first_bit + (uint32_t)up) ? MAYBE : NEVER;
	return open_below(m, s, live);
}

static enum status formula_status(const struct automaton *a, const struct formula *f, const struct set_of_bits *s, const uint64_t *live)
{
	if (f->kind == PAT_STEP)
		return machine_status(a, f->machine, s, live);
	enum status x = formula_status(a, f->kid[0], s, live);
	if (f->kind == PAT_NOT)
		return (enum status)(CERTAIN - x);
	enum status y = formula_status(a, f->kid[1], s, live);
	if (f->kind == PAT_EXCEPT)
		y = (enum status)(CERTAIN - y);
	bool least = f->kind != PAT_OR;
	return (x < y) == least ? x : y;
}

/* Can the formula match paths but not all of their suffixes?  What is not within a set, or not in a circuit, may leave it late. */
static bool late(const struct automaton *a, const struct formula *f)
{
	if (f->kind == PAT_STEP)
		return a->machine.at[f->machine].kind == MACHINE_WITHIN || a->machine.at[f->machine].kind == MACHINE_CIRCUIT;
	return late(a, f->kid[0]) || (f->kind != PAT_NOT && late(a, f->kid[1]));
}

/* May a rule before r, one that sets, cut below? */
static bool may_cut(const struct automaton *a, size_t r, const struct set_of_bits *s, const uint64_t *live)
{
	bool may = false;
	for (size_t q = r; a->n_sets && q-- > 0 && !may;)
		may = a->rule[q].set && (int)q > s->settled && formula_status(a, a->formula[q], s, live) != NEVER;
	return may;
}

/* The last rule that matches decides; a rule that may match leaves it open, unless it would say the same.  A rule that sets says
 * nothing of where a path starts, but leaves it open as long as it may cut below. */
static int outcome(const struct automaton *a, const struct set_of_bits *s, const uint64_t *live)
{
	int open = UNDECIDED;
	for (size_t r = a->n_rules; r-- > 0;) {
		enum status st = (int)r == s->settled ? CERTAIN : (int)r < s->settled ? NEVER : formula_status(a, a->formula[r], s, live);
		int column = a->rule[r].column;
		if (a->rule[r].set)
			st = live && st != NEVER ? MAYBE : NEVER;
		if (st == CERTAIN && live && late(a, a->formula[r]) && may_cut(a, r, s, live))
			return UNDECIDED;                    /* at a suffix the earlier rule decides */
		if (st == CERTAIN)
			return open == UNDECIDED || open == column ? column : UNDECIDED;
		if (st == MAYBE && open != UNDECIDED && open != column)
			return UNDECIDED;
		if (st == MAYBE)
			open = column;
	}
	return open == UNDECIDED || open == 0 ? 0 : UNDECIDED;
}

static bool idle_bit(const struct automaton *a, uint32_t bit, const uint64_t *live)
{
	if (bit < a->spot.n)
		return !bit_get(live, bit);
	if (!a->n_sets)
		return false;
	const struct machine *m = &a->machine.at[machine_of(a, bit)];
	return m->kind == MACHINE_REGEX && anchored(a, m);           /* asked for already */
}

int automaton_decide(struct automaton *a, const struct node *n, state *s)
{
	const uint64_t *live = a->live + n->id * a->live_words;
	struct set_of_bits now = a->state[*s];
	int column = outcome(a, &now, live);
	if (column != UNDECIDED)
		return column;
	uint32_t kept = 0, *out = NULL;
	for (uint32_t i = 0; i < now.n; i++)
		kept += !idle_bit(a, now.at[i], live);
	if (kept == now.n)
		return UNDECIDED;
	out = mem_array(kept, sizeof *out);
	kept = 0;
	for (uint32_t i = 0; i < now.n; i++)
		if (!idle_bit(a, now.at[i], live))
			out[kept++] = now.at[i];
	struct set_of_bits trimmed = { out, kept, now.settled };
	*s = intern_state(a, &trimmed);
	free(out);
	return UNDECIDED;
}

int automaton_accept(struct automaton *a, state s)
{
	return outcome(a, &a->state[s], NULL);
}

/* ---- cutting */

bool automaton_sets(const struct automaton *a)
{
	return a->n_sets > 0;
}

const struct setting *automaton_setting(const struct automaton *a, int rule)
{
	return a->rule[rule].set;
}

/* The last rule that matches this suffix decides, here too. */
int automaton_cut(const struct automaton *a, state s)
{
	return automaton_cut_before(a, s, a->n_rules);
}

int automaton_cut_before(const struct automaton *a, state s, size_t rule)
{
	const struct set_of_bits *now = &a->state[s];
	for (size_t r = a->n_sets ? rule : 0; r-- > 0;) {
		if ((int)r <= now->settled)
			return -1;
		if (formula_status(a, a->formula[r], now, NULL) == CERTAIN)
			return a->rule[r].set ? (int)r : -1;
	}
	return -1;
}

bool automaton_cuts(struct automaton *a, state s, int letter)
{
	if (!a->n_sets || automaton_silent(a, letter))
		return false;
	const struct component *c = &a->graph->component.at[a->graph->letter.at[letter].component];
	int whole = c->first_letter + c->n_letters - 1;
	return automaton_cut(a, automaton_step(a, s, whole, 0, 0)) >= 0 || (whole != letter && automaton_cut(a, automaton_step(a, s, letter, 0, 0)) >= 0);
}

void automaton_settable(const struct automaton *a, size_t r, bool *mark)
{
	for (size_t i = 0; i < a->machine.n; i++) {
		const struct machine *m = &a->machine.at[i];
		if (m->rule != (int)r)
			continue;
		for (size_t l = 0; l < a->graph->letter.n; l++) {
			const struct letter *x = &a->graph->letter.at[l];
			bool set = m->kind != MACHINE_REGEX && !x->port;
			for (size_t k = 0; k < a->reads[l].n && !set; k++) {
				const struct spot *s = &a->spot.at[a->reads[l].at[k]];
				set = s->machine == (int)i && s->last && (s->from || !x->port);
			}
			if (set && x->node && x->node->id != UINT32_MAX)
				mark[x->node->id] = true;
		}
	}
}

void automaton_print(struct automaton *a, struct buf *out)
{
	static const char *const kind[] = { "regex", "within", "circuit", "all" };
	for (size_t r = 0; r < a->n_rules; r++) {
		buf_printf(out, "rule %zu: %s ", r + 1, a->rule[r].set ? "set" : a->rule[r].column == COLUMN_REF ? "keep" : a->rule[r].column == COLUMN_CF ? "drop" : "feed");
		pattern_print(a->rule[r].pattern, out);
		buf_putc(out, '\n');
		for (size_t i = 0; i < a->machine.n; i++) {
			const struct machine *m = &a->machine.at[i];
			if (m->rule != (int)r)
				continue;
			buf_printf(out, "  %s\n", kind[m->kind]);
			for (uint32_t k = m->first_bit; m->kind == MACHINE_REGEX && k < m->first_bit + m->n_bits; k++) {
				const struct spot *s = &a->spot.at[k];
				size_t letters = 0, some = 0;
				for (size_t w = 0; w < a->words; w++)
					letters += (size_t)__builtin_popcountll(s->letters[w]);
				buf_printf(out, "    %u%s%s reads ", k, s->first ? " first" : "", s->last ? " last" : "");
				for (size_t l = 0; l < a->graph->letter.n && some < 4; l++)
					if (bit_get(s->letters, l)) {
						buf_puts(out, some++ ? ", " : "");
						letter_name(a->graph, (int)l, out);
					}
				buf_printf(out, "%s (%zu letter%s), then", letters > some ? " ..." : "", letters, letters == 1 ? "" : "s");
				for (size_t f = 0; f < s->follow.n; f++)
					buf_printf(out, " %u", s->follow.at[f]);
				buf_puts(out, s->last ? " or done\n" : "\n");
			}
		}
	}
}
