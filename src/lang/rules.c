/* Hypothesis blocks: rules, and patterns from the syntax tree (paths/pattern.h). */
#include <math.h>
#include <string.h>

#include "lang/internal.h"

static bool index_part(struct interp *in, const struct ast *a, struct value v, struct index_set *x)
{
	struct index_part p = { 0 };
	if (v.kind == VAL_LIST) {
		for (size_t i = 0; i < v.list->n; i++)
			if (!index_part(in, a, v.list->at[i], x))
				return false;
		return true;
	}
	if (v.kind == VAL_RANGE)
		p = (struct index_part){ (int64_t)v.range.from, (int64_t)v.range.to, false };
	else if (want(in, a, v, VAL_NUMBER) && v.number == floor(v.number))
		p = (struct index_part){ (int64_t)v.number, (int64_t)v.number + 1, true };
	else
		return v.kind == VAL_NUMBER ? FAIL(in, E_VALUE, a, "an index is a whole number") : false;
	struct index_part *more = arena_array(&in->arena, x->n + 1, sizeof *more);
	if (x->n)
		memcpy(more, x->part, x->n * sizeof *more);
	more[x->n++] = p;
	x->part = more;
	return true;
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
	if (s.index >= 0) {
		last->index.given = true;
		index_part(in, NULL, number((double)s.index), &last->index);
	}
}

/* A step: NAME, DOT, INDEX, ports. */
static bool step(struct interp *in, const struct ast *a, struct scope *s, struct pattern *p)
{
	if (a->kind == AST_NAME) {
		add_segment(in, p, a->name, a->span);
		struct binding *b = find(s, a->name);
		if (b && b->value.kind == VAL_PATHS)
			p->otherwise = b->value.paths;
		return !b || !b->broken || b->value.kind != VAL_PATHS;
	}
	if ((a->kind != AST_DOT && a->kind != AST_INDEX && a->kind != AST_P_PORTS) || !step(in, a->kid[0], s, p))
		return a->kind == AST_DOT || a->kind == AST_INDEX || a->kind == AST_P_PORTS ? false : FAIL(in, E_SYNTAX, a, "this is no step of a path");
	p->otherwise = NULL;
	if (a->kind == AST_DOT) {
		add_segment(in, p, a->name, a->at);
		return true;
	}
	if (a->kind == AST_P_PORTS) {
		p->port = arena_array(&in->arena, a->n, sizeof *p->port);
		for (uint32_t i = 1; i < a->n; i++)
			p->port[p->n_ports++] = a->kid[i]->name;
		return true;
	}
	struct index_set *x = &p->segment[p->n_segments - 1].index;
	if (x->given)
		return FAIL(in, E_INDEX, a, "%s has an index already", p->segment[p->n_segments - 1].name);
	x->given = true;
	for (uint32_t i = 1; i < a->n; i++) {
		struct value v;
		if (a->kid[i]->kind == AST_STAR) {
			x->any = true;
			continue;
		}
		if (!eval(in, a->kid[i], s, &v) || !index_part(in, a->kid[i], v, x))
			return false;
	}
	return true;
}

bool positions_of(struct interp *in, const struct ast *a, struct scope *s, struct pattern *p)
{
	p->position = arena_array(&in->arena, a->n, sizeof *p->position);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct ast *k = a->kid[i];
		struct position q = { .at = k->span };
		struct value v = number(k->number);
		if (k->kind == AST_NAME)
			q.role = k->name;
		else if (k->kind != AST_NUMBER && !eval(in, k, s, &v))
			return false;
		if (v.kind == VAL_STRING)
			q.role = intern(v.string.at);
		else if (!q.role && (!want(in, k, v, VAL_NUMBER) || v.number != floor(v.number) || fabs(v.number) > 1e9))
			return FAIL(in, E_VALUE, k, "a position is a role or a whole number");
		else
			q.row = (int64_t)v.number;
		p->position[p->n_positions++] = q;
	}
	return true;
}

static struct pattern *called(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v;
	if (!eval(in, a, s, &v) || !want(in, a, v, VAL_PATHS))
		return NULL;
	return v.paths;
}

static struct pattern *kids(struct interp *in, enum pat_kind k, const struct ast *a, struct scope *s)
{
	VEC(struct pattern *) kid = { 0 };
	bool ok = true;
	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t ends = a->kid[i]->kind == AST_P_EDGE ? 2 : 1;
		for (uint32_t e = 0; e < ends; e++) {
			const struct ast *x = ends == 2 ? a->kid[i]->kid[e] : a->kid[i];
			if (x->kind == AST_STRING) {
				diag_at(in->o.diags, E_PLACE, x->span, "edge names as text are not in this version of pp yet");
				ok = false;
				continue;
			}
			struct pattern *p = pattern_of(in, x, s);
			ok &= p != NULL;
			vec_push(&kid, p);
		}
	}
	struct pattern *r = pattern_new(&in->arena, k, a->span, kid.n);
	if (kid.n)
		memcpy(r->kid, kid.at, kid.n * sizeof *kid.at);
	vec_free(&kid);
	return ok ? r : NULL;
}

struct pattern *pattern_of(struct interp *in, const struct ast *a, struct scope *s)
{
	struct pattern *p;
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
	case AST_P_ANY:     return pattern_new(&in->arena, PAT_ANY, a->span, 0);
	case AST_P_AT:
		p = pattern_of(in, a->kid[0], s);
		if (!p)
			return NULL;
		if (p->kind != PAT_STEP && p->kind != PAT_ANY) {
			diag_at(in->o.diags, E_WHOLE_PATH, a->span, "a position belongs to a step");
			return NULL;
		}
		p->span = a->span;
		return positions_of(in, a->kid[1], s, p) ? p : NULL;
	case AST_CALL:      return called(in, a, s);
	case AST_NAME:
		if (a->name == intern("all"))
			return pattern_new(&in->arena, PAT_ALL, a->span, 0);
		/* fall through */
	default:
		p = pattern_new(&in->arena, PAT_STEP, a->span, 0);
		return step(in, a, s, p) ? p : NULL;
	}
}

/* ---- hypotheses */

struct rules { struct interp *in; struct hypothesis *h; VEC(struct rule) rule; };

static bool rule_block(struct rules *r, const struct ast *block, struct scope *s);
struct rule_loop { struct rules *r; const struct ast *a; struct scope *s; };

static bool rule_step(void *context, struct value v)
{
	struct rule_loop *l = context;
	struct scope inner = { .up = l->s, .block = true };
	bool ok = bind(l->r->in, &inner, l->a->name, v, l->a->at, false) && rule_block(l->r, l->a->kid[1], &inner);
	vec_free(&inner.binding);
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
	case AST_DROP: {
		struct rule x = { a->kind == AST_KEEP ? COLUMN_REF : COLUMN_CF, pattern_of(in, a->kid[0], s), a->span };
		if (x.pattern)
			vec_push(&r->rule, x);
		return x.pattern != NULL;
	}
	case AST_FOR: {
		struct rule_loop l = { r, a, s };
		return each(in, a->kid[0], s, rule_step, &l);
	}
	case AST_IF: {
		if (!eval(in, a->kid[0], s, &v) || !want(in, a->kid[0], v, VAL_BOOL))
			return false;
		const struct ast *branch = v.truth ? a->kid[1] : a->kid[2];
		if (branch && branch->kind == AST_IF)
			return rule_statement(r, branch, s);
		struct scope inner = { .up = s, .block = true };
		bool ok = !branch || rule_block(r, branch, &inner);
		vec_free(&inner.binding);
		return ok;
	}
	default:
		diag_at(in->o.diags, E_PLACE, a->at, "'%s' is not in this version of pp yet", ast_kind_name[a->kind]);
		return false;
	}
}

static bool rule_block(struct rules *r, const struct ast *block, struct scope *s)
{
	bool ok = true;
	for (uint32_t i = 0; i < block->n; i++)
		ok &= rule_statement(r, block->kid[i], s);
	return ok;
}

bool declare_hypothesis(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value m = { 0 }, base = { 0 };
	struct hypothesis *h = arena_alloc(&in->arena, sizeof *h);
	struct rules r = { .in = in, .h = h };
	struct scope inner = { .up = s, .block = true };
	if (a->kid[0] && (!eval(in, a->kid[0], s, &m) || !want(in, a->kid[0], m, VAL_MODEL)))
		return false;
	if (a->kid[1] && (!eval(in, a->kid[1], s, &base) || !want(in, a->kid[1], base, VAL_HYPOTHESIS)))
		return false;
	h->name = a->name;
	h->span = a->at;
	h->graph = a->kid[0] ? m.model->graph : base.hypothesis->graph;
	for (size_t i = 0; a->kid[1] && i < base.hypothesis->n_rules; i++)
		vec_push(&r.rule, base.hypothesis->rule[i]);
	bool ok = rule_block(&r, a->kid[2], &inner);
	h->n_rules = r.rule.n;
	h->rule = arena_copy(&in->arena, r.rule.at, r.rule.n * sizeof *r.rule.at);
	vec_free(&r.rule);
	vec_free(&inner.binding);
	if (!ok)
		return false;
	struct automaton *check = automaton_new(h->graph, h->rule, h->n_rules, in->o.diags);
	automaton_free(check);
	return check && bind(in, s, a->name, (struct value){ .kind = VAL_HYPOTHESIS, .hypothesis = h }, a->at, false);
}
