/* What `pp check` has to say beside mistakes: rules that change nothing, names that nothing uses.  Only what is certain. */
#include <ctype.h>
#include <string.h>

#include "lang/internal.h"
#include "paths/idle.h"

/* About 20 ms: on every keystroke. */
#define IDLE_WORK 3e5

/* ---- rules */

static void warn_hidden(struct interp *in, const struct rule *r)
{
	diag_at(in->o.diags, E_RULE_HIDDEN, r->span, "this rule decides no path: later rules match all that it matches");
	diag_hint(in->o.diags, "the last rule that matches a path decides; move this one further down, or leave it out");
}

static void warn_nothing(struct interp *in, const struct rule *r, bool first)
{
	diag_at(in->o.diags, E_RULE_IDLE, r->span, "this rule changes nothing: the paths it decides are %s already", r->column == COLUMN_REF ? "kept" : r->column == COLUMN_CF ? "dropped" : "fed from there");
	if (first)
		diag_hint(in->o.diags, "paths start out counterfactual: drop takes back what an earlier rule keeps");
}

/* A rule in a loop is many; it is idle when all of them are. */
static bool all_idle(const struct rule *rule, const enum rule_use *use, size_t n, struct span at)
{
	for (size_t i = 0; i < n; i++)
		if (use[i] == RULE_COUNTS && rule[i].span.off == at.off)
			return false;
	return true;
}

void advise_rules(struct interp *in, const struct hypothesis *h, size_t n_inherited)
{
	enum rule_use *use = mem_array(h->n_rules + 1, sizeof *use);
	if (!in->advised)
		in->advice_left = IDLE_WORK;
	in->advised = true;
	rules_idle(h->graph, h->rule, h->n_rules, n_inherited, use, &in->advice_left);
	for (size_t i = n_inherited; i < h->n_rules; i++) {
		bool again = false;
		for (size_t k = n_inherited; k < i; k++)
			again |= h->rule[k].span.off == h->rule[i].span.off;
		if (use[i] == RULE_COUNTS || again || !all_idle(h->rule + n_inherited, use + n_inherited, h->n_rules - n_inherited, h->rule[i].span))
			continue;
		if (use[i] == RULE_HIDDEN)
			warn_hidden(in, &h->rule[i]);
		else
			warn_nothing(in, &h->rule[i], i == 0);
	}
	free(use);
}

/* ---- names */

struct mention { const char *name; uint32_t at, next; };                 /* next of the same name */
struct introduced { const char *name; struct span at, own, scope; bool top; };

struct reading {
	VEC(struct mention) mention;
	VEC(struct introduced) made;
	struct map first;                /* interned name -> its last mention */
	bool shows;                      /* something happens: the script is no module */
};

static void mention(struct reading *r, const char *name, uint32_t at)
{
	uint64_t next = UINT32_MAX;
	map_get(&r->first, (uint64_t)(uintptr_t)name, &next);
	struct mention m = { name, at, (uint32_t)next };
	vec_push(&r->mention, m);
	map_put(&r->first, (uint64_t)(uintptr_t)name, r->mention.n - 1);
}

/* Templates name their slots in braces: {IO}. */
static void names_in_text(struct reading *r, const struct ast *a)
{
	for (const char *s = a->text; (s = strchr(s, '{')); s++) {
		size_t n = 0;
		while (isalnum((unsigned char)s[1 + n]) || s[1 + n] == '_')
			n++;
		if (n)
			mention(r, intern_n(s + 1, n), a->span.off);
	}
}

static bool introduces(const struct ast *a)
{
	switch (a->kind) {
	case AST_LET: case AST_FN: case AST_METRIC: case AST_DELTA: case AST_MODEL: case AST_MODEL_DEF: case AST_DATASET: case AST_DATASET_DEF:
	case AST_PROMPT: case AST_HYPOTHESIS: case AST_USE:
		return a->name != NULL;
	default:
		return false;
	}
}

static bool happens(enum ast_kind k)
{
	return k == AST_SHOW || k == AST_EXPECT || k == AST_PLOT || k == AST_SAVE || k == AST_REPORT || k == AST_FOR || k == AST_IF;
}

static void look(struct reading *r, const struct ast *a, struct span scope, bool top)
{
	if (!a)
		return;
	if (introduces(a)) {
		struct introduced i = { a->name, a->at, a->span, scope, top };
		vec_push(&r->made, i);
	}
	r->shows |= top && happens(a->kind);
	if (a->kind == AST_NAME)
		mention(r, a->name, a->span.off);
	if (a->text)
		names_in_text(r, a);
	bool sets = a->kind == AST_ASSIGN && a->kid[0]->kind == AST_NAME;        /* being set is no use */
	for (uint32_t i = sets ? 1 : 0; i < a->n; i++)
		if (a->kid[i] && a->kid[i]->kind != AST_PARAMS)
			look(r, a->kid[i], a->kind == AST_BLOCK ? a->span : scope, false);
}

static bool inside(uint32_t at, struct span s)
{
	return at >= s.off && at < s.off + s.len;
}

static bool used(const struct reading *r, const struct introduced *i)
{
	uint64_t m = UINT32_MAX;
	map_get(&r->first, (uint64_t)(uintptr_t)i->name, &m);
	for (; m != UINT32_MAX; m = r->mention.at[m].next) {
		uint32_t at = r->mention.at[m].at;
		if (!inside(at, i->own) && (i->top || inside(at, i->scope)))
			return true;
	}
	return false;
}

void advise_names(struct interp *in, const struct ast *program)
{
	struct reading r = { 0 };
	for (uint32_t i = 0; i < program->n; i++)
		look(&r, program->kid[i], program->span, true);
	for (size_t i = 0; i < r.made.n; i++) {
		const struct introduced *x = &r.made.at[i];
		if ((x->top && !r.shows) || x->name[0] == '_' || used(&r, x))       /* who uses a module is not known */
			continue;
		diag_at(in->o.diags, E_UNUSED, x->at, "%s is not used", x->name);
		diag_hint(in->o.diags, "leave it out, or begin its name with _ to keep it");
	}
	vec_free(&r.mention);
	vec_free(&r.made);
	map_free(&r.first);
}
