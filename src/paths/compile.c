/* From rules to machines: Glushkov's construction (one spot for each step that is written), turned round.
 *
 * Requires: a graph with letters.  Fills: machine, spot, set, formula, reads, n_bits. */
#include <stdlib.h>
#include <string.h>

#include "paths/machine.h"

enum { MAX_SPOTS = 100000, MAX_LINKS = 4000000 };

/* A part of a pattern: can it be empty, which spots begin and end it, reading forward. */
struct part { bool empty; VEC(uint32_t) first, last; };

struct compiler { struct automaton *a; struct diags *d; int machine; size_t links; bool failed; };

static void part_free(struct part *p)
{
	vec_free(&p->first);
	vec_free(&p->last);
}

static struct part failed(struct compiler *c)
{
	c->failed = true;
	return (struct part){ .empty = true };
}

static int position_set(struct automaton *a, const struct pattern *p)
{
	for (size_t k = 0; k < a->set.n; k++) {
		const struct position_set *s = &a->set.at[k];
		bool same = s->n == p->n_positions;
		for (size_t i = 0; same && i < s->n; i++)
			same = s->at[i].role == p->position[i].role && s->at[i].row == p->position[i].row;
		if (same)
			return (int)k;
	}
	struct position_set s = { p->position, p->n_positions };
	vec_push(&a->set, s);
	return (int)a->set.n - 1;
}

/* The row that a step's position is about: of the port, when the step names ports, else of what the component yields. */
static bool has_rows(const struct graph *g, const struct letter *l, bool ports)
{
	const struct node *n = ports ? l->node : g->component.at[l->component].node;
	return shape_has_rows(&n->shape);
}

/* A position leaves of a step's letters those that have rows; there must be some. */
static bool only_with_rows(struct compiler *c, const struct pattern *p, uint64_t *letters, bool ports)
{
	const struct graph *g = c->a->graph;
	size_t some = 0, without = g->letter.n;
	for (size_t l = 0; l < g->letter.n; l++) {
		if (!bit_get(letters, l))
			continue;
		if (has_rows(g, &g->letter.at[l], ports)) {
			some++;
			continue;
		}
		letters[l / 64] &= ~(UINT64_C(1) << l % 64);
		without = l;
	}
	if (some || without == g->letter.n)
		return true;
	struct buf name = { 0 };
	if (ports)
		letter_name(g, (int)without, &name);
	else
		buf_puts(&name, g->component.at[g->letter.at[without].component].name);
	diag_at(c->d, E_NO_ROWS, p->span, "%s has no rows, so no visit to it has a position", buf_str(&name));
	buf_free(&name);
	return false;
}

static struct part one_spot(struct compiler *c, const struct pattern *p, uint64_t *letters, bool ports)
{
	struct automaton *a = c->a;
	struct spot s = { .letters = letters, .machine = c->machine, .set = -1, .from = ports };
	if (p->n_positions) {
		s.set = position_set(a, p);
		if (!only_with_rows(c, p, letters, ports))
			return failed(c);
	}
	uint32_t id = (uint32_t)a->spot.n;
	vec_push(&a->spot, s);
	struct part r = { 0 };
	vec_push(&r.first, id);
	vec_push(&r.last, id);
	return r;
}

static struct part compile(struct compiler *c, const struct pattern *p);

/* Resolves a step, and notes the inner nodes that it spells out. */
static bool resolve(struct compiler *c, const struct pattern *p, uint64_t *letters, bool *ports, const struct pattern **instead)
{
	struct automaton *a = c->a;
	if (!resolve_step(a->graph, p, letters, ports, instead, c->d))
		return false;
	for (size_t l = 0; l < a->graph->letter.n && !*instead; l++) {
		const struct component *x = &a->graph->component.at[a->graph->letter.at[l].component];
		if (x->inner && bit_get(letters, l) && p->n_segments == (size_t)x->n_segments)
			bit_put(a->named, l);
	}
	return true;
}

static struct part compile_step(struct compiler *c, const struct pattern *p)
{
	struct automaton *a = c->a;
	uint64_t *letters = arena_array(&a->arena, a->words, 8);
	if (p->kind == PAT_ANY) {
		for (size_t l = 0; l < a->graph->letter.n; l++)
			bit_put(letters, l);
		return one_spot(c, p, letters, false);
	}
	bool ports;
	const struct pattern *instead;
	if (!resolve(c, p, letters, &ports, &instead))
		return failed(c);
	if (!instead)
		return one_spot(c, p, letters, ports);
	if (p->n_positions) {
		diag_at(c->d, E_WHOLE_PATH, p->span, "a position belongs to a step, not to a named set of paths");
		return failed(c);
	}
	return compile(c, instead);
}

static void link_up(struct compiler *c, const struct part *from, const struct part *to)
{
	c->links += from->last.n * to->first.n;
	if (c->links > MAX_LINKS)
		return;                                  /* compile() says so */
	for (size_t i = 0; i < from->last.n; i++)
		for (size_t k = 0; k < to->first.n; k++)
			/* backward: what is read after `to` is `from` */
			vec_push(&c->a->spot.at[to->first.at[k]].follow, from->last.at[i]);
}

#define append(to, from) do { for (size_t i_ = 0; i_ < (from).n; i_++) vec_push(&(to), (from).at[i_]); } while (0)

static struct part then(struct compiler *c, struct part a, struct part b)
{
	link_up(c, &a, &b);
	struct part r = { .empty = a.empty && b.empty };
	append(r.first, a.first);
	if (a.empty)
		append(r.first, b.first);
	append(r.last, b.last);
	if (b.empty)
		append(r.last, a.last);
	part_free(&a);
	part_free(&b);
	return r;
}

static struct part any_visits(struct compiler *c)
{
	struct pattern any = { .kind = PAT_ANY };
	struct part p = compile_step(c, &any);
	link_up(c, &p, &p);
	p.empty = true;
	return p;
}

static struct part compile_kids(struct compiler *c, const struct pattern *p)
{
	struct part r = compile(c, p->kid[0]);
	for (size_t i = 1; i < p->n && !c->failed; i++) {
		if (p->kind == PAT_GAP)
			r = then(c, r, any_visits(c));
		struct part k = compile(c, p->kid[i]);
		if (p->kind != PAT_ALT) {
			r = then(c, r, k);
			continue;
		}
		r.empty |= k.empty;
		append(r.first, k.first);
		append(r.last, k.last);
		part_free(&k);
	}
	return r;
}

static struct part compile(struct compiler *c, const struct pattern *p)
{
	if (c->failed)
		return failed(c);
	/* Paths values can refer to each other any number of times, so a small script can describe a huge pattern. */
	if (c->a->spot.n > MAX_SPOTS || c->links > MAX_LINKS) {
		diag_at(c->d, E_TOO_LARGE, p->span, "this pattern is too large once its names are worked out (%zu steps, %zu links)",
		    c->a->spot.n, c->links);
		return failed(c);
	}
	switch (p->kind) {
	case PAT_STEP:
	case PAT_ANY:
		return compile_step(c, p);
	case PAT_THEN:
	case PAT_GAP:
	case PAT_ALT:
		return compile_kids(c, p);
	case PAT_STAR:
	case PAT_PLUS:
	case PAT_OPTIONAL: {
		struct part r = compile(c, p->kid[0]);
		if (p->kind != PAT_OPTIONAL)
			link_up(c, &r, &r);
		r.empty |= p->kind != PAT_PLUS;
		return r;
	}
	default:
		diag_at(c->d, E_WHOLE_PATH, p->span, "this is about whole paths and cannot be a step of a sequence");
		diag_hint(c->d, "combine whole patterns with and, or, not, except instead");
		return failed(c);
	}
}

static bool compile_regex(struct compiler *c, const struct pattern *p, struct machine *m)
{
	m->first_bit = (uint32_t)c->a->spot.n;
	struct part r = compile(c, p);
	m->n_bits = (uint32_t)c->a->spot.n - m->first_bit;
	if (!c->failed && r.empty) {
		diag_at(c->d, E_EMPTY_PATTERN, p->span, "this pattern also matches the empty spelling, so it fits every path");
		diag_hint(c->d, "write all if every path is meant, + instead of * if at least one visit is");
		c->failed = true;
	}
	for (size_t i = 0; i < r.last.n && !c->failed; i++)
		c->a->spot.at[r.last.at[i]].first = true;
	for (size_t i = 0; i < r.first.n && !c->failed; i++)
		c->a->spot.at[r.first.at[i]].last = true;
	part_free(&r);
	if (!c->failed && c->links > MAX_LINKS) {
		diag_at(c->d, E_TOO_LARGE, p->span, "this pattern is too large (%zu links between its steps)", c->links);
		c->failed = true;
	}
	return !c->failed;
}

static bool end_letters(struct compiler *c, const struct pattern *p, uint64_t *set)
{
	bool ports;
	const struct pattern *instead;
	memset(set, 0, c->a->words * 8);
	if (!resolve(c, p, set, &ports, &instead))
		return false;
	if (!instead && !p->n_positions)
		return true;
	diag_at(c->d, E_WHOLE_PATH, p->span, "only components and ports can stand here");
	return false;
}

/* within {...}: a visit is in the set when one of its members reads it. */
static bool compile_within(struct compiler *c, const struct pattern *p, struct machine *m)
{
	struct automaton *a = c->a;
	bool ok = true;
	m->letters = arena_array(&a->arena, a->words, 8);
	for (size_t i = 0; i < p->n; i++) {
		uint64_t *letters = arena_array(&a->arena, a->words, 8);
		bool ports;
		const struct pattern *instead;
		if (!resolve(c, p->kid[i], letters, &ports, &instead) || instead) {
			if (instead)
				diag_at(c->d, E_WHOLE_PATH, p->kid[i]->span, "only components and ports can stand here");
			ok = false;
			continue;
		}
		struct part one = one_spot(c, p->kid[i], letters, ports);
		if (!c->failed)
			a->spot.at[one.first.at[0]].member = true;
		part_free(&one);
		for (size_t k = 0; k < a->words; k++)
			m->letters[k] |= letters[k];
	}
	c->failed |= !ok;
	return !c->failed;
}

/* The letters of an edge's end.  A circuit from a file has few names and many edges: each name is looked up once. */
static const uint64_t *end_of_edge(struct compiler *c, const struct pattern *p, struct map *known)
{
	uint64_t *set = map_get_ptr(known, (uint64_t)(uintptr_t)p);
	if (set)
		return set == c->a->none ? NULL : set;
	set = arena_array(&c->a->arena, c->a->words, 8);
	bool ok = end_letters(c, p, set);
	map_put_ptr(known, (uint64_t)(uintptr_t)p, ok ? set : c->a->none);
	return ok ? set : NULL;
}

static bool compile_circuit(struct compiler *c, const struct pattern *p, struct machine *m)
{
	struct automaton *a = c->a;
	size_t n = a->graph->letter.n, w = a->words;
	bool ok = true;
	struct map known = { 0 };
	m->letters = arena_array(&a->arena, n * w, 8);
	m->ends = arena_array(&a->arena, w, 8);
	for (size_t i = 0; i < p->n; i += 2) {
		const uint64_t *from = end_of_edge(c, p->kid[i], &known), *to = end_of_edge(c, p->kid[i + 1], &known);
		ok &= from && to;
		for (size_t k = 0; from && to && k < w; k++)
			m->ends[k] |= from[k] | to[k];
		for (size_t l = 0; from && to && l < n; l++)
			for (size_t k = 0; k < w && bit_get(to, l); k++)
				m->letters[l * w + k] |= from[k];
	}
	map_free(&known);
	c->failed |= !ok;
	return ok;
}

static struct formula *leaf(struct compiler *c, const struct pattern *p, int rule)
{
	struct automaton *a = c->a;
	struct machine m = { .rule = rule };
	c->machine = (int)a->machine.n;
	vec_push(&a->machine, m);
	switch (p->kind) {
	case PAT_ALL:     m.kind = MACHINE_ALL; break;
	case PAT_WITHIN:  m.kind = MACHINE_WITHIN; compile_within(c, p, &m); break;
	case PAT_CIRCUIT: m.kind = MACHINE_CIRCUIT; compile_circuit(c, p, &m); break;
	default:          m.kind = MACHINE_REGEX; compile_regex(c, p, &m); break;
	}
	struct formula *f = arena_alloc(&a->arena, sizeof *f);
	*f = (struct formula){ .kind = PAT_STEP, .machine = c->machine };
	a->machine.at[c->machine] = m;
	return f;
}

/* A plain name that stands for a paths value is that value, whole-path patterns included. */
static const struct pattern *named_value(struct compiler *c, const struct pattern *p)
{
	while (p->kind == PAT_STEP && p->otherwise && !p->n_positions) {
		uint64_t *set = mem_array(c->a->words, 8);
		bool ports;
		const struct pattern *instead;
		resolve_step(c->a->graph, p, set, &ports, &instead, c->d);
		free(set);
		if (!instead)
			break;
		p = instead;
	}
	return p;
}

static struct formula *formula(struct compiler *c, const struct pattern *p, int rule)
{
	p = named_value(c, p);
	if (p->kind < PAT_AND)
		return leaf(c, p, rule);
	struct formula *f = arena_alloc(&c->a->arena, sizeof *f);
	f->kind = p->kind;
	f->kid[0] = formula(c, p->kid[0], rule);
	if (p->kind != PAT_NOT)
		f->kid[1] = formula(c, p->kid[1], rule);
	return f;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

void sort_unique(uint32_t *at, size_t *n)
{
	if (*n)
		qsort(at, *n, sizeof *at, by_number);
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++)
		if (i == 0 || at[i] != at[kept - 1])
			at[kept++] = at[i];
	*n = kept;
}

static void number_bits(struct automaton *a)
{
	a->n_bits = (uint32_t)a->spot.n;
	for (size_t i = 0; i < a->machine.n; i++) {
		struct machine *m = &a->machine.at[i];
		if (m->kind == MACHINE_CIRCUIT) {
			m->first_bit = a->n_bits;
			m->n_bits = (uint32_t)a->graph->letter.n;
			a->n_bits += m->n_bits;
		}
		m->mark = a->n_bits++;
		m->start = a->n_bits++;
	}
}

/* Inner nodes that no rule names are not there for these rules: `*` does not read them either. */
static void leave_out_silent(struct automaton *a)
{
	for (size_t l = 0; l < a->graph->letter.n; l++) {
		if (!a->graph->component.at[a->graph->letter.at[l].component].inner)
			continue;
		a->inner |= bit_get(a->named, l);
		if (bit_get(a->named, l))
			continue;
		if (!a->silent)
			a->silent = arena_array(&a->arena, a->words, 8);
		bit_put(a->silent, l);
		for (size_t i = 0; i < a->spot.n; i++)
			a->spot.at[i].letters[l / 64] &= ~(UINT64_C(1) << l % 64);
	}
}

bool compile_rules(struct automaton *a, struct diags *d)
{
	struct compiler c = { .a = a, .d = d };
	bool ok = true;
	a->named = arena_array(&a->arena, a->words, 8);
	a->formula = arena_array(&a->arena, a->n_rules, sizeof *a->formula);
	for (size_t r = 0; r < a->n_rules; r++) {
		c.failed = false;
		a->formula[r] = formula(&c, a->rule[r].pattern, (int)r);
		ok &= !c.failed;
	}
	if (!ok)
		return false;
	leave_out_silent(a);
	size_t n_letters = a->graph->letter.n;
	a->reads = mem_array(n_letters, sizeof *a->reads);
	a->row_from = arena_array(&a->arena, n_letters, sizeof *a->row_from);
	a->row_to = arena_array(&a->arena, n_letters, sizeof *a->row_to);
	for (size_t i = 0; i < a->spot.n; i++) {
		struct spot *s = &a->spot.at[i];
		sort_unique(s->follow.at, &s->follow.n);
		for (size_t k = 0; k < s->follow.n; k++)
			vec_push(&a->spot.at[s->follow.at[k]].before, (uint32_t)i);
		for (size_t l = 0; l < n_letters; l++)
			if (bit_get(s->letters, l)) {
				vec_push(&a->reads[l], (uint32_t)i);
				a->row_from[l] |= s->set >= 0 && s->from;
				a->row_to[l] |= s->set >= 0 && !s->from;
			}
	}
	number_bits(a);
	return true;
}
