/* Hypothesis blocks: rules, and patterns from the syntax tree (paths/pattern.h). */
#include <string.h>

#include "lang/internal.h"

enum { MAX_PATTERN_DEPTH = 1000, MAX_PATTERN_SIZE = 200000, MAX_RULES = 100000 };

/* ---- steps */

typedef VEC(struct index_part) index_parts;

static bool index_part(struct interp *in, const struct ast *a, struct value v, index_parts *x)
{
	struct index_part p = { 0 };
	if (v.kind == VAL_LIST) {
		for (size_t i = 0; i < v.list->n; i++)
			if (!index_part(in, a, v.list->at[i], x))
				return false;
		return true;
	}
	if (v.kind == VAL_RANGE) {
		if (!whole(in, a, number(v.range.from), &p.from) || !whole(in, a, number(v.range.to), &p.to))
			return false;
	} else {
		if (!whole(in, a, v, &p.from))
			return false;
		p.to = p.from + 1;
		p.single = true;
		if (p.from < 0)
			return FAIL(in, E_VALUE, a, "the indices of components begin at 0; there is no %lld", (long long)p.from);
	}
	vec_push(x, p);
	return x->n <= MAX_PATTERN_SIZE || FAIL(in, E_TOO_LARGE, a, "more than %d indices", MAX_PATTERN_SIZE);
}

static void add_segment(struct interp *in, struct pattern *p, const char *name, struct span at)
{
	struct segment s = segment_of(name);
	struct step_segment *more = arena_array(&in->arena, p->n_segments + 1, sizeof *more);
	if (p->n_segments)
		memcpy(more, p->segment, p->n_segments * sizeof *more);
	p->segment = more;
	struct step_segment *last = &p->segment[p->n_segments++];
	*last = (struct step_segment){ .name = s.name, .at = at };
	if (s.index < 0)
		return;
	const struct index_part one = { s.index, s.index + 1, true };
	last->index = (struct index_set){ true, false, 1, arena_copy(&in->arena, &one, sizeof one) };
}

static bool add_indices(struct interp *in, const struct ast *a, struct scope *s, struct pattern *p)
{
	struct index_set *x = &p->segment[p->n_segments - 1].index;
	index_parts parts = { 0 };
	bool ok = true;
	if (x->given)
		return FAIL(in, E_INDEX, a, "%s has an index already", p->segment[p->n_segments - 1].name);
	x->given = true;
	for (uint32_t i = 1; i < a->n && ok; i++) {
		struct value v;
		if (a->kid[i]->kind == AST_STAR) {
			x->any = true;
			continue;
		}
		ok = eval(in, a->kid[i], s, &v);
		if (ok && v.kind == VAL_LATER)           /* `pp check`: any that there is */
			x->any = true;
		else
			ok = ok && index_part(in, a->kid[i], v, &parts);
	}
	x->n = parts.n;
	x->part = arena_copy(&in->arena, parts.at, parts.n * sizeof *parts.at);
	vec_free(&parts);
	return ok;
}

/* The paths value that a script's name or field has, if any: p, lib.p. */
static struct pattern *paths_value(const struct ast *a, struct scope *s)
{
	const struct value *v = NULL;
	if (a->kind == AST_NAME) {
		struct binding *b = find(s, a->name);
		v = b ? &b->value : NULL;
	} else if (a->kind == AST_DOT && a->kid[0]->kind == AST_NAME) {
		struct binding *b = find(s, a->kid[0]->name);
		v = b && b->value.kind == VAL_RECORD ? record_get(b->value.record, a->name) : NULL;
	}
	return v && v->kind == VAL_PATHS ? v->paths : NULL;
}

/* A step: NAME, DOT, INDEX, ports. */
static bool step(struct interp *in, const struct ast *a, struct scope *s, struct pattern *p)
{
	if (a->kind == AST_NAME) {
		struct binding *b = find(s, a->name);
		add_segment(in, p, a->name, a->span);
		p->otherwise = paths_value(a, s);
		return !b || !b->broken;                 /* a broken name said so already */
	}
	if (a->kind != AST_DOT && a->kind != AST_INDEX && a->kind != AST_P_PORTS)
		return FAIL(in, E_SYNTAX, a, "this is no step of a path");
	if (!step(in, a->kid[0], s, p))
		return false;
	p->otherwise = paths_value(a, s);
	if (a->kind == AST_DOT)
		add_segment(in, p, a->name, a->at);
	if (a->kind == AST_P_PORTS) {
		p->port = arena_array(&in->arena, a->n, sizeof *p->port);
		for (uint32_t i = 1; i < a->n; i++)
			p->port[p->n_ports++] = a->kid[i]->name;
	}
	return a->kind != AST_INDEX || add_indices(in, a, s, p);
}

/* @(i) is the value of i, @i the role i: parentheses leave no node, so they are seen in the text. */
static bool in_parentheses(const struct interp *in, const struct ast *a)
{
	const char *t = source_text(in->o.sources, a->span);
	while (t && (t[-1] == ' ' || t[-1] == '\t' || t[-1] == '\n'))
		t--;
	return t && t[-1] == '(';
}

bool positions_of(struct interp *in, const struct ast *a, struct scope *s, struct pattern *p)
{
	p->position = arena_array(&in->arena, a->n, sizeof *p->position);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct ast *k = a->kid[i];
		struct position q = { .at = k->span };
		struct value v = number(k->number);
		if (k->kind == AST_NAME && !in_parentheses(in, k))
			q.role = k->name;
		else if (k->kind != AST_NUMBER && !eval(in, k, s, &v))
			return false;
		if (v.kind == VAL_STRING)
			q.role = intern(v.string.at);
		else if (!q.role && v.kind != VAL_NUMBER)
			return FAIL(in, E_TYPE, k, "a position is a role or a whole number, not %s", value_kind_name[v.kind]);
		else if (!q.role && !whole(in, k, v, &q.row))
			return false;
		p->position[p->n_positions++] = q;
	}
	return true;
}

/* ---- patterns */

static struct pattern *called(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v;
	if (!eval(in, a, s, &v) || !want(in, a, v, VAL_PATHS))
		return NULL;
	return v.paths;
}

bool pattern_measure(struct interp *in, struct pattern *p, const struct pattern *part)
{
	p->size += part->size;
	p->depth = part->depth >= p->depth ? part->depth + 1 : p->depth;
	if (p->size <= MAX_PATTERN_SIZE && p->depth <= MAX_PATTERN_DEPTH)
		return true;
	diag_at(in->o.diags, E_TOO_LARGE, p->span, "this set of paths is put together from more than %d patterns, or more than %d deep", MAX_PATTERN_SIZE,
	    MAX_PATTERN_DEPTH);
	return false;
}

static struct pattern *kids(struct interp *in, enum pat_kind k, const struct ast *a, struct scope *s)
{
	VEC(struct pattern *) kid = { 0 };
	bool ok = true;
	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t ends = a->kid[i]->kind == AST_P_EDGE ? 2 : 1;
		for (uint32_t e = 0; e < ends; e++) {
			const struct ast *x = ends == 2 ? a->kid[i]->kid[e] : a->kid[i];
			struct pattern *p = x->kind == AST_STRING ? circuit_end(in, x) : pattern_of(in, x, s);
			ok &= p != NULL;
			vec_push(&kid, p);
		}
	}
	struct pattern *r = pattern_new(&in->arena, k, a->span, kid.n);
	r->size = r->depth = 1;
	for (size_t i = 0; i < kid.n && ok; i++) {
		r->kid[i] = kid.at[i];
		ok = pattern_measure(in, r, kid.at[i]);
	}
	vec_free(&kid);
	return ok ? r : NULL;
}

static struct pattern *leaf(struct interp *in, enum pat_kind k, const struct ast *a)
{
	struct pattern *p = pattern_new(&in->arena, k, a->span, 0);
	p->size = p->depth = 1;
	return p;
}

static struct pattern *at_positions(struct interp *in, const struct ast *a, struct scope *s)
{
	struct pattern *of = pattern_of(in, a->kid[0], s);
	if (!of)
		return NULL;
	if (of->kind != PAT_STEP && of->kind != PAT_ANY) {
		diag_at(in->o.diags, E_WHOLE_PATH, a->span, "a position belongs to a step");
		return NULL;
	}
	struct pattern *p = arena_copy(&in->arena, of, sizeof *of);      /* a value keeps what it was */
	p->span = a->span;
	p->otherwise = NULL;
	p->position = NULL;
	p->n_positions = 0;
	return positions_of(in, a->kid[1], s, p) ? p : NULL;
}

struct pattern *pattern_of(struct interp *in, const struct ast *a, struct scope *s)
{
	if (stack_low(in)) {
		diag_at(in->o.diags, E_RECURSION, a->span, "this pattern is nested too deeply");
		return NULL;
	}
	switch (a->kind) {
	case AST_P_OR:      return kids(in, PAT_OR, a, s);
	case AST_P_AND:     return kids(in, PAT_AND, a, s);
	case AST_P_EXCEPT:  return kids(in, PAT_EXCEPT, a, s);
	case AST_P_NOT:     return kids(in, PAT_NOT, a, s);
	case AST_P_ALT:     return kids(in, PAT_ALT, a, s);
	case AST_P_ARROW:   return kids(in, PAT_THEN, a, s);
	case AST_P_GAP:     return kids(in, PAT_GAP, a, s);
	case AST_P_WITHIN:  return kids(in, PAT_WITHIN, a, s);
	case AST_P_CIRCUIT: return kids(in, PAT_CIRCUIT, a, s);
	case AST_P_REPEAT:  return kids(in, a->op == OPR_STAR ? PAT_STAR : a->op == OPR_PLUS ? PAT_PLUS : PAT_OPTIONAL, a, s);
	case AST_P_ANY:     return leaf(in, PAT_ANY, a);
	case AST_P_AT:      return at_positions(in, a, s);
	case AST_CALL:      return called(in, a, s);
	default:            break;
	}
	if (a->kind == AST_NAME && strcmp(a->name, "all") == 0)
		return leaf(in, PAT_ALL, a);
	struct pattern *p = leaf(in, PAT_STEP, a);
	return step(in, a, s, p) && (!p->otherwise || pattern_measure(in, p, p->otherwise)) ? p : NULL;
}

/* ---- hypotheses */

struct rules { struct interp *in; struct hypothesis *h; VEC(struct rule) rule; struct splits split; };

static bool rule_block(struct rules *r, const struct ast *block, struct scope *s);
struct rule_loop { struct rules *r; const struct ast *a; struct scope *s; };

static bool rule_step(void *context, struct value v)
{
	struct rule_loop *l = context;
	struct interp *in = l->r->in;
	struct scope *inner = scope_open(&in->scopes, l->s);
	bool ok = bind(in, inner, l->a->name, v, l->a->at, false) && rule_block(l->r, l->a->kid[1], inner);
	scope_close(&in->scopes, inner);
	return ok;
}

/* feed P from c: c is a column's name, or an expression that gives one as text. */
static bool read_column(struct rules *r, const struct ast *a, struct scope *s, struct rule *x)
{
	struct value v;
	if (a->kind == AST_NAME) {
		x->from = a->name;
	} else {
		if (!eval(r->in, a, s, &v) || !want(r->in, a, v, VAL_STRING))
			return false;
		x->from = intern(v.string.at);
	}
	x->column = COLUMN_REF + 1;
	if (strcmp(x->from, "ref") == 0 || strcmp(x->from, "cf") == 0) {
		x->column = x->from[0] == 'r' ? COLUMN_REF : COLUMN_CF;
		x->from = NULL;
	}
	for (size_t i = 0; x->from && i < r->rule.n; i++) {      /* one number for each name */
		const struct rule *y = &r->rule.at[i];
		if (y->from == x->from) {
			x->column = y->column;
			return true;
		}
		x->column = y->from && y->column >= x->column ? y->column + 1 : x->column;
	}
	return true;
}

static bool add_rule(struct rules *r, const struct ast *a, struct scope *s)
{
	struct interp *in = r->in;
	struct rule x = { a->kind == AST_KEEP ? COLUMN_REF : a->kind == AST_SET ? COLUMN_SET : COLUMN_CF, pattern_of(in, a->kid[0], s), a->span, NULL, NULL };
	if (!x.pattern || (a->kind == AST_FEED && !read_column(r, a->kid[1], s, &x)))
		return false;
	if (a->kind == AST_SET && !setting_of(in, a->kid[1], s, r->h->graph, &x.set))
		return false;
	vec_push(&r->rule, x);
	return r->rule.n <= MAX_RULES || FAIL(in, E_TOO_LARGE, a, "a hypothesis has at most %d rules", MAX_RULES);
}

static bool rule_if(struct rules *r, const struct ast *a, struct scope *s)
{
	const struct ast *branch;
	bool later;
	if (!branch_taken(r->in, a, s, &branch, &later))
		return false;
	if (!branch)
		return true;
	if (branch->kind == AST_IF)
		return rule_if(r, branch, s);
	struct scope *inner = scope_open(&r->in->scopes, s);
	bool ok = rule_block(r, branch, inner);
	scope_close(&r->in->scopes, inner);
	return ok;
}

static bool rule_statement(struct rules *r, const struct ast *a, struct scope *s)
{
	struct interp *in = r->in;
	struct value v;
	switch (a->kind) {
	case AST_DOC:  r->h->doc = a->text; return true;
	case AST_LET:  return eval(in, a->kid[0], s, &v) && bind(in, s, a->name, v, a->at, false);
	case AST_KEEP:
	case AST_FEED:
	case AST_SET:
	case AST_DROP: return add_rule(r, a, s);
	case AST_SPLIT: return split_of(in, a, s, graph_origin(r->h->graph), &r->split);
	case AST_IF:   return rule_if(r, a, s);
	case AST_FOR: {
		struct rule_loop l = { r, a, s };
		return eval(in, a->kid[0], s, &v) && each(in, a->kid[0], v, rule_step, &l);
	}
	default:       return misplaced(in, a);
	}
}

static bool rule_block(struct rules *r, const struct ast *block, struct scope *s)
{
	bool ok = true;
	for (uint32_t i = 0; i < block->n; i++) {
		if (rule_statement(r, block->kid[i], s))
			continue;
		ok = false;
		if (block->kid[i]->kind == AST_LET)
			bind_broken(r->in, s, block->kid[i]->name, block->kid[i]->at);
	}
	return ok;
}

/* Are its patterns about things that the model has?  Reports what is not. */
bool hypothesis_fits(struct interp *in, const struct hypothesis *h)
{
	struct automaton *a = automaton_new(h->graph, h->rule, h->n_rules, in->o.diags);
	bool ok = a && settings_fit(in, h, a);
	automaton_free(a);
	return ok;
}

/* What the blocks said goes into the hypothesis. */
static bool rules_end(struct rules *r, bool ok)
{
	struct hypothesis *h = r->h;
	h->n_rules = r->rule.n;
	h->rule = arena_copy(&r->in->arena, r->rule.at, r->rule.n * sizeof *r->rule.at);
	h->n_splits = r->split.n;
	h->split = arena_copy(&r->in->arena, r->split.at, r->split.n * sizeof *r->split.at);
	vec_free(&r->rule);
	vec_free(&r->split);
	return ok;
}

struct hypothesis *rules_of_block(struct interp *in, const struct ast *block, struct scope *s, const struct graph *g, const char *name, struct span at)
{
	struct hypothesis *h = arena_alloc(&in->arena, sizeof *h);
	struct rules r = { .in = in, .h = h };
	*h = (struct hypothesis){ .name = name, .graph = g, .span = at };
	return rules_end(&r, rule_block(&r, block, s)) ? h : NULL;
}

bool declare_hypothesis(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value m = { 0 }, base = { 0 };
	struct hypothesis *h = arena_alloc(&in->arena, sizeof *h);
	struct rules r = { .in = in, .h = h };
	if (a->kid[0] && (!eval(in, a->kid[0], s, &m) || !want(in, a->kid[0], m, VAL_MODEL)))
		return false;
	if (a->kid[1] && (!eval(in, a->kid[1], s, &base) || !want(in, a->kid[1], base, VAL_HYPOTHESIS)))
		return false;
	h->name = a->name;
	h->span = a->at;
	h->graph = a->kid[0] ? m.model->graph : graph_origin(base.hypothesis->graph);
	for (size_t i = 0; a->kid[1] && i < base.hypothesis->n_rules; i++)
		vec_push(&r.rule, base.hypothesis->rule[i]);
	for (size_t i = 0; a->kid[1] && i < base.hypothesis->n_splits; i++)
		vec_push(&r.split, base.hypothesis->split[i]);
	struct scope *inner = scope_open(&in->scopes, s);
	bool ok = rules_end(&r, rule_block(&r, a->kid[2], inner));
	scope_close(&in->scopes, inner);
	ok = ok && derive_graph(in, h) && hypothesis_fits(in, h);
	if (ok && in->o.mode == INTERP_CHECK && s == &in->top)
		advise_rules(in, h, a->kid[1] ? base.hypothesis->n_rules : 0);
	return ok && bind(in, s, a->name, (struct value){ .kind = VAL_HYPOTHESIS, .hypothesis = h }, a->at, false);
}
