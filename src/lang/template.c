/* dataset NAME for M { template ... }: reads the block, and makes a dataset of the ways to fill its slots.
 *
 * Owns the statements of a dataset block.  Each side of a pair is a set of definitions; the counterfactual has those of the
 * reference but for what its own block defines anew.  They are evaluated in the order in which they need each other, so it does not
 * matter in which order they were written.  Filling in one way is template_fill.c's. */
#include <math.h>
#include <string.h>

#include "lang/template.h"

enum { REF = COLUMN_REF, CF = COLUMN_CF };

/* ---- choices */

static bool check_weight(struct interp *in, const struct ast *at, struct value v, double *out)
{
	if (!want(in, at, v, VAL_NUMBER))
		return false;
	*out = v.number;
	return (v.number >= 0 && isfinite(v.number)) || FAIL(in, E_VALUE, at, "a weight is a number that is not negative");
}

/* A record gives each of its names a weight. */
static bool weighted(struct block *b, const struct ast *at, const struct record *r, struct slot *s)
{
	struct value *name = arena_array(&b->in->arena, r->n, sizeof *name), v;
	double sum = 0;
	s->weight = arena_array(&b->in->arena, r->n, sizeof *s->weight);
	for (size_t i = 0; i < r->n; i++) {
		name[i] = text(b->in, r->at[i].name, strlen(r->at[i].name));
		if (!check_weight(b->in, at, *r->at[i].value, &s->weight[i]))
			return false;
		sum += s->weight[i];
	}
	if (!(sum > 0) || !isfinite(sum))
		return FAIL(b->in, E_VALUE, at, "some weight has to be above 0");
	if (!new_list(b->in, at, name, r->n, &v))
		return false;
	s->values = v.list;
	return true;
}

/* What an expression offers: a list, a range, a record of weights; *later when it is not known yet. */
static bool choices_of(struct block *b, const struct ast *at, struct value v, struct slot *s)
{
	if (v.kind == VAL_LATER) {
		b->later = true;
		return true;
	}
	if (v.kind == VAL_RECORD)
		return weighted(b, at, v.record, s);
	if (!to_list(b->in, at, v, &v))
		return false;
	s->values = v.list;
	if (v.list->n > UINT32_MAX)
		return FAIL(b->in, E_TOO_LARGE, at, "this list is too long");
	return v.list->n || FAIL(b->in, E_TEMPLATE, at, "%s has nothing to choose from: the list is empty", s->name);
}

static bool add_slot(struct block *b, const struct ast *a, const struct ast *from, size_t *out)
{
	struct slot s = { .name = a->name, .at = a };
	struct value v;
	if (!eval(b->in, from, b->scope, &v) || !choices_of(b, from, v, &s))
		return false;
	*out = b->slot.n;
	vec_push(&b->slot, s);
	return true;
}

/* ---- definitions */

static struct definition *find_definition(struct side *s, const char *name)
{
	for (size_t i = 0; i < s->definition.n; i++)
		if (s->definition.at[i].name == name)
			return &s->definition.at[i];
	return NULL;
}

static bool reserved(const char *name)
{
	return name == intern("ref") || name == intern("cf") || name == intern("END");
}

/* into: the side; own: where the names of this block begin, which may be defined once. */
static bool define(struct block *b, struct side *into, size_t *n_own, const char **own, struct definition d)
{
	if (reserved(d.name))
		return FAIL(b->in, E_TEMPLATE, d.at, "%s cannot be a slot: END is the last token, ref and cf are the two sides", d.name);
	for (size_t i = 0; i < *n_own; i++)
		if (own[i] == d.name)
			return FAIL(b->in, E_REBIND, d.at, "%s is defined twice in this block", d.name);
	own[(*n_own)++] = d.name;
	struct definition *old = find_definition(into, d.name);
	if (old)
		*old = d;
	else
		vec_push(&into->definition, d);
	return true;
}

/* Does the expression name it?  A parameter of the same name is taken for it, too: that only asks for an order more. */
static bool mentions(const struct ast *a, const char *name)
{
	if (!a)
		return false;
	if (a->kind == AST_NAME && a->name == name)
		return true;
	for (uint32_t i = 0; i < a->n; i++)
		if (mentions(a->kid[i], name))
			return true;
	return false;
}

struct ordering { struct block *b; struct side *s; VEC(struct definition) done; };

static bool place_definition(struct ordering *o, struct definition *d)
{
	if (d->placed)
		return true;
	if (d->open) {
		diag_at(o->b->in->o.diags, E_TEMPLATE, d->at->span, "%s is defined by itself", d->name);
		if (o->s == &o->b->side[CF])
			diag_hint(o->b->in->o.diags, "ref.%s is what it is in the reference", d->name);
		return false;
	}
	d->open = true;
	for (size_t i = 0; d->expr && i < o->s->definition.n; i++)
		if (mentions(d->expr, o->s->definition.at[i].name) && !place_definition(o, &o->s->definition.at[i]))
			return false;
	d->placed = true;
	vec_push(&o->done, *d);
	return true;
}

static bool order_definitions(struct block *b, struct side *s)
{
	struct ordering o = { b, s, { 0 } };
	bool ok = true;
	for (size_t i = 0; ok && i < s->definition.n; i++)
		ok = place_definition(&o, &s->definition.at[i]);
	vec_free(&s->definition);
	s->definition.at = o.done.at;
	s->definition.n = o.done.n;
	s->definition.cap = o.done.cap;
	return ok;
}

static bool check_distinct(struct block *b, struct side *s)
{
	for (size_t i = 0; i < s->distinct.n; i++)
		for (uint32_t k = 0; k < s->distinct.at[i]->n; k++) {
			const struct ast *name = s->distinct.at[i]->kid[k];
			if (!find_definition(s, name->name))
				return FAIL(b->in, E_NAME, name, "%s is no name of this block", name->name);
		}
	return true;
}

/* ---- the statements */

struct reading {
	struct block *b;
	int side;
	size_t n_own;
	const char **own;                /* names defined by this block */
	const struct ast *template_at, *sample, *counterfactual;
	bool skip;
};

static bool once(struct reading *r, const struct ast *a, const struct ast **seen)
{
	if (*seen)
		return FAIL(r->b->in, E_TEMPLATE, a, "'%s' stands twice in this block", ast_kind_name[a->kind]);
	*seen = a;
	return true;
}

static bool reference_only(struct reading *r, const struct ast *a)
{
	return r->side == REF || FAIL(r->b->in, E_PLACE, a, "'%s' does not belong into a counterfactual block", ast_kind_name[a->kind]);
}

static bool template_values(struct reading *r, const struct ast *a, struct value v)
{
	struct block *b = r->b;
	struct slot s = { .name = intern("template"), .at = a };
	struct value one;
	if (v.kind == VAL_STRING && !new_list(b->in, a, &v, 1, &one))
		return false;
	if (!choices_of(b, a, v.kind == VAL_STRING ? one : v, &s) || b->later)
		return b->later;
	for (size_t i = 0; i < s.values->n; i++)
		if (!want(b->in, a, s.values->at[i], VAL_STRING))
			return false;
	if (r->side == REF)
		b->slot.at[0] = s;
	else
		b->side[CF].templates = s.values;
	b->side[r->side].template_at = a;
	return true;
}

static bool read_template(struct reading *r, const struct ast *a, const struct ast *from)
{
	struct value v;
	return once(r, a, &r->template_at) && eval(r->b->in, from, r->b->scope, &v) && template_values(r, from, v);
}

static bool read_slot(struct reading *r, const struct ast *a)
{
	struct definition d = { .name = a->name, .at = a };
	if (a->name == intern("template"))
		return read_template(r, a, a->kid[0]);
	return add_slot(r->b, a, a->kid[0], &d.slot) && define(r->b, &r->b->side[r->side], &r->n_own, r->own, d);
}

static bool read_option(struct reading *r, const struct ast *a)
{
	struct value v;
	if (strcmp(a->name, "on_misaligned") != 0)
		return FAIL(r->b->in, E_TEMPLATE, a, "a dataset block knows the option on_misaligned, not %s", a->name);
	return reference_only(r, a) && eval(r->b->in, a->kid[0], r->b->scope, &v) && misaligned_rule(r->b->in, a->kid[0], v, &r->skip);
}

static bool read_statement(struct reading *r, const struct ast *a)
{
	struct block *b = r->b;
	switch (a->kind) {
	case AST_TEMPLATE: return read_template(r, a, a->kid[0]);
	case AST_SLOT:     return read_slot(r, a);
	case AST_LET:
	case AST_ASSIGN: {
		const struct ast *name = a->kind == AST_LET ? a : a->kid[0];
		struct definition d = { .name = name->name, .at = name, .expr = a->kid[a->kind == AST_LET ? 0 : 1] };
		return define(b, &b->side[r->side], &r->n_own, r->own, d);
	}
	case AST_FN:       return bind(b->in, b->scope, a->name, function(b->in, a->name, a->kid[0], a->kid[1], b->scope), a->at, false);
	case AST_DISTINCT: vec_push(&b->side[r->side].distinct, a); return true;
	case AST_ANSWER:   return reference_only(r, a) && once(r, a, &b->answer);
	case AST_FOIL:     return reference_only(r, a) && once(r, a, &b->foil);
	case AST_SAMPLE:   return reference_only(r, a) && once(r, a, &r->sample);
	case AST_OPTION:   return read_option(r, a);
	case AST_COUNTERFACTUAL: return reference_only(r, a) && once(r, a, &r->counterfactual);
	default:           return misplaced(b->in, a);
	}
}

static bool read_statements(struct reading *r, const struct ast *block)
{
	r->own = arena_array(&r->b->in->arena, block->n, sizeof *r->own);
	for (uint32_t i = 0; i < block->n; i++)
		if (!read_statement(r, block->kid[i]))
			return false;
	return true;
}

/* The counterfactual begins with what the reference has. */
static bool read_counterfactual(struct block *b, const struct ast *block)
{
	struct side *cf = &b->side[CF], *ref = &b->side[REF];
	struct reading r = { .b = b, .side = CF };
	for (size_t i = 0; i < ref->definition.n; i++)
		vec_push(&cf->definition, ref->definition.at[i]);
	if (block && !read_statements(&r, block))
		return false;
	if (b->later || !cf->templates || cf->templates->n == 1 || cf->templates->n == b->slot.at[0].values->n)
		return true;
	return FAIL(b->in, E_TEMPLATE, cf->template_at, "the counterfactual has %zu templates, the reference %zu: one for all, or as many", cf->templates->n,
	    b->slot.at[0].values->n);
}

static bool read_block(struct block *b, struct reading *r)
{
	struct slot none = { .name = intern("template") };
	vec_push(&b->slot, none);
	if (!read_statements(r, b->at->kid[1]))
		return false;
	if (!r->template_at)
		return FAIL(b->in, E_TEMPLATE, b->at, "a dataset block needs a template: template \"When {IO} and {S1} went home, {S1} saw\"");
	return read_counterfactual(b, r->counterfactual ? r->counterfactual->kid[0] : NULL) && check_distinct(b, &b->side[REF]) &&
	    check_distinct(b, &b->side[CF]) && order_definitions(b, &b->side[REF]) && order_definitions(b, &b->side[CF]);
}

/* ---- the pairs */

struct sampling { bool all; int64_t n; uint64_t seed; };

static bool read_sample(struct block *b, const struct ast *a, struct sampling *out)
{
	struct value v;
	int64_t seed;
	*out = (struct sampling){ .all = a == NULL, .seed = b->in->o.seed };
	if (!a)
		return true;
	if (!eval(b->in, a->kid[0], b->scope, &v))
		return false;
	if (v.kind == VAL_LATER)
		return b->later = true;
	if (!whole(b->in, a->kid[0], v, &out->n) || (out->n < 1 && !FAIL(b->in, E_VALUE, a->kid[0], "at least one pair has to be drawn")))
		return false;
	if (!a->kid[1])
		return true;
	if (!eval(b->in, a->kid[1], b->scope, &v))
		return false;
	if (v.kind == VAL_LATER)
		return b->later = true;
	if (!whole(b->in, a->kid[1], v, &seed) || (seed < 0 && !FAIL(b->in, E_VALUE, a->kid[1], "a seed is not negative")))
		return false;
	out->seed = (uint64_t)seed;
	return true;
}

enum { MOST_IN_ALL = 100000, MOST_TRIES = 20000 };

/* Slots that the template at hand does not have make no other pair. */
static bool is_new(struct block *b, const struct filling *f)
{
	uint64_t hash = 0;
	for (int s = CF; s <= REF; s++)
		hash = hash_bytes(f->side[s].text.at, f->side[s].text.n, hash);
	if (map_get(&b->seen, hash, NULL))
		return false;
	map_put(&b->seen, hash, 1);
	return true;
}

static enum made make_one(struct block *b, struct making *k, const uint32_t *choice)
{
	struct filling f = { 0 };
	bool fits = true, ok = fill_block(b, choice, &f, &fits);
	enum made made = ok ? MADE_LEFT_OUT : MADE_FAULT;
	if (ok && fits && !b->later && is_new(b, &f)) {
		struct draft x = { .json = f.pair };
		for (int s = CF; s <= REF; s++) {
			x.mark[s] = f.side[s].mark.at;
			x.n_marks[s] = f.side[s].mark.n;
		}
		made = dataset_add(k, &x);
	}
	free_filling(b, &f);
	return made;
}

/* Fills the slots until there are enough pairs.  False after a report. */
static bool make_pairs(struct block *b, struct making *k, struct ways *w, const struct sampling *s, int64_t *made)
{
	uint32_t *choice = arena_array(&b->in->arena, b->slot.n, sizeof *choice);
	int64_t rejected = 0;                /* in a row */
	*made = 0;
	while ((s->all || (*made < s->n && rejected < MOST_TRIES)) && !b->later && ways_next(w, choice)) {
		if (!go_on(b->in, b->at))
			return false;
		enum made m = make_one(b, k, choice);
		if (m == MADE_FAULT)
			return false;
		rejected = m == MADE ? 0 : rejected + 1;
		*made += m == MADE;
	}
	return true;
}

static void warn_few(struct block *b, const struct ast *at, const struct sampling *s, int64_t made, double ways)
{
	diag_at(b->in->o.diags, E_SAMPLE, at->span, "%lld pair%s, not the %lld asked for", (long long)made, made == 1 ? "" : "s", (long long)s->n);
	diag_hint(b->in->o.diags, "there are %.15g ways to fill the slots, and no others were found that are distinct and aligned", ways);
}

static bool open_ways(struct block *b, const struct sampling *s, struct ways **out)
{
	struct choices *c = arena_array(&b->in->arena, b->slot.n, sizeof *c);
	for (size_t i = 0; i < b->slot.n; i++)
		c[i] = (struct choices){ (uint32_t)b->slot.at[i].values->n, b->slot.at[i].weight };
	*out = s->all ? ways_in_order(c, b->slot.n) : ways_drawn(c, b->slot.n, s->seed);
	if (!s->all || ways_count(*out) <= MOST_IN_ALL)
		return true;
	diag_at(b->in->o.diags, E_TEMPLATE, b->at->at, "there are %.15g ways to fill the slots", ways_count(*out));
	diag_hint(b->in->o.diags, "say how many are wanted: sample 256 seed 0");
	return false;
}

static bool make_dataset(struct block *b, const struct model *m, const struct reading *r, struct value *out)
{
	struct sampling s;
	struct ways *w = NULL;
	if (!read_sample(b, r->sample, &s) || b->later)
		return b->later;
	struct data_model dm = data_model(m);
	struct data_options o = { .skip = r->skip };
	int64_t made = 0;
	bool ok = open_ways(b, &s, &w);
	double ways = ways_count(w);
	struct dataset *d = NULL;
	if (ok) {
		struct making *k = dataset_begin("", &dm, &o, b->at->at, b->in->o.diags);
		ok = make_pairs(b, k, w, &s, &made);
		d = dataset_end(k, ok && !b->later);
	}
	ways_close(w);
	if (!ok || b->later)
		return ok;
	if (d && !s.all && made < s.n)
		warn_few(b, r->sample, &s, made, ways);
	if (d)
		d->name = b->at->name;
	return keep_dataset(b->in, d, b->at, m, out);
}

bool declare_template(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value model, v = { .kind = VAL_LATER };
	if (!eval(in, a->kid[0], s, &model) || !want(in, a->kid[0], model, VAL_MODEL))
		return false;
	struct block b = { .in = in, .at = a, .scope = scope_open(&in->scopes, s) };
	struct reading r = { .b = &b, .side = REF };
	bool ok = read_block(&b, &r) && (b.later || make_dataset(&b, model.model, &r, &v));
	scope_close(&in->scopes, b.scope);
	map_free(&b.seen);
	vec_free(&b.slot);
	for (int i = CF; i <= REF; i++) {
		vec_free(&b.side[i].definition);
		vec_free(&b.side[i].distinct);
	}
	return ok && bind(in, s, a->name, v, a->at, false);
}
