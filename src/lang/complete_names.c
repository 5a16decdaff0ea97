/* Candidates by what the interpreter knows: names, fields, arguments, components, roles.  See complete.h. */
#include <string.h>

#include "lang/complete.h"
#include "lang/help.h"

void candidate(struct completing *c, const char *text, const char *kind, const char *note)
{
	if (strncmp(text, c->begun, c->n_begun) != 0)
		return;
	if (!note && strcmp(kind, "word") == 0)
		note = help_form(text);
	struct pp_candidate x = { arena_strndup(c->arena, text, strlen(text)), kind, note };
	vec_push(&c->out, x);
}

/* ---- names */

static const char *signature(struct completing *c, const struct function *f)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s(", f->name);
	for (uint32_t i = 0; i < f->params->n; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", f->params->kid[i]->name);
	buf_putc(&b, ')');
	const char *t = arena_strndup(c->arena, b.at, b.n);
	buf_free(&b);
	return t;
}

static void name(struct completing *c, const struct binding *b, enum value_kind k)
{
	const struct value *v = &b->value;
	bool callable = v->kind == VAL_FN || v->kind == VAL_BUILTIN;
	if (b->broken || b->name[0] == '_' || (k != VAL_COUNT && v->kind != k))
		return;
	const char *note = v->kind == VAL_BUILTIN ? arena_printf(c->arena, "%s(%s)", v->builtin->name, v->builtin->args)
		: v->kind == VAL_FN ? signature(c, v->fn) : value_kind_name[v->kind];
	candidate(c, b->name, callable ? "function" : value_kind_word[v->kind], note);
}

void candidate_names(struct completing *c, enum value_kind k)
{
	for (struct scope *s = &c->in->top; s; s = s->up)
		for (size_t i = 0; i < s->binding.n; i++)
			name(c, &s->binding.at[i], k);
}

/* ---- behind a point */

static const char *const model_fields[] = { "name", "config", "vocab", "context", NULL };
static const char *const dataset_fields[] = { "name", "roles", "columns", "n_equal", "n_left_out", NULL };
static const char *const sweep_fields[] = { "aue", "explained", "patched", "effect", "table", NULL };
static const char *const row_fields[] = { "hypothesis", "model", "dataset", "metric", "at", "n", "n_skipped", "aue", "ate", "explained", "ref", "cf",
	"patched", "recovered", "effect", "effect_rel", "paths_kept", "paths_total", "ci95", "per_pair", "per_pair_total", "per_pair_ref", "per_pair_cf",
	"per_pair_patched", "explained_ratio_of_means", "recovered_ratio_of_means", "explained_mean_of_ratios", "recovered_mean_of_ratios", NULL };

static void fields(struct completing *c, const char *const *name)
{
	for (; *name; name++)
		candidate(c, *name, "field", NULL);
}

void candidate_fields(struct completing *c, const struct value *v)
{
	switch (v->kind) {
	case VAL_MODEL:    fields(c, model_fields); break;
	case VAL_DATASET:  fields(c, dataset_fields); break;
	case VAL_SWEEP:    fields(c, sweep_fields); break;
	case VAL_RESULTS:
		if (v->results->n_rows == 1)
			fields(c, row_fields);
		break;
	case VAL_ESTIMATE: fields(c, row_fields); break;
	case VAL_TABLE:
		for (size_t i = 0; i < v->table->n_columns; i++)
			candidate(c, v->table->column[i], "field", "a column");
		break;
	case VAL_RECORD:
		for (size_t i = 0; i < v->record->n; i++)
			candidate(c, v->record->at[i].name, "field", value_kind_name[v->record->at[i].value->kind]);
		break;
	default: break;
	}
}

void candidate_outputs(struct completing *c)
{
	candidate(c, "output", "field", "what the run gave");
	for (size_t i = 0; i < c->in->models.n; i++)
		candidate(c, c->in->models.at[i]->graph->output_name, "field", "the output of a model");
}

/* ---- arguments by name */

/* "path, for: model, columns: {ours: \"theirs\"}": the names before a colon that no bracket holds. */
static void builtin_arguments(struct completing *c, const struct builtin *b)
{
	const char *from = b->args;
	int depth = 0;
	for (const char *s = b->args; *s; s++) {
		depth += *s == '{' || *s == '[' || *s == '(';
		depth -= *s == '}' || *s == ']' || *s == ')';
		if (depth == 0 && (*s == ',' || *s == ';')) {
			from = s + 1;
		} else if (depth == 0 && *s == ':') {
			from += strspn(from, " ");
			size_t n = (size_t)(s - from);
			if (strcspn(from, " ") >= n)
				candidate(c, arena_printf(c->arena, "%.*s:", (int)n, from), "argument", b->args);
		}
	}
}

void candidate_arguments(struct completing *c, const struct value *f)
{
	if (f->kind == VAL_BUILTIN)
		builtin_arguments(c, f->builtin);
	for (uint32_t i = 0; f->kind == VAL_FN && i < f->fn->params->n; i++)
		candidate(c, arena_printf(c->arena, "%s:", f->fn->params->kid[i]->name), "argument", signature(c, f->fn));
}

/* ---- paths */

static bool allows(const struct index_set *x, int64_t i)
{
	if (!x->given || x->any)
		return x->given == (i >= 0);
	for (size_t k = 0; k < x->n; k++)
		if (i >= x->part[k].from && i < x->part[k].to)
			return true;
	return false;
}

static void ports(struct completing *c, const struct graph *g, const struct component *k)
{
	for (int l = k->first_letter; l < k->first_letter + k->n_letters; l++)
		if (g->letter.at[l].port)
			candidate(c, g->letter.at[l].port, "port", NULL);
}

static void components(struct completing *c, const struct graph *g, const struct step_segment *s, size_t n)
{
	const char *last = NULL;
	for (size_t i = 0; i < g->component.n; i++) {
		const struct component *k = &g->component.at[i];
		bool fits = (size_t)k->n_segments >= n;
		for (size_t x = 0; fits && x < n; x++)
			fits = k->segment[x].name == s[x].name && allows(&s[x].index, k->segment[x].index);
		if (!fits)
			continue;
		if ((size_t)k->n_segments == n) {
			ports(c, g, k);
			continue;
		}
		const struct segment *next = &k->segment[n];
		const char *text = next->index < 0 ? next->name : intern(arena_printf(c->arena, "%s%lld", next->name, (long long)next->index));
		if (text != last)
			candidate(c, text, "component", g->name);
		last = text;
	}
}

void candidate_components(struct completing *c, const struct graph *g, const struct step_segment *s, size_t n)
{
	if (g)
		components(c, g, s, n);
	for (size_t i = 0; !g && i < c->in->models.n; i++)
		components(c, c->in->models.at[i]->graph, s, n);
}

void candidate_roles(struct completing *c, const struct dataset *d, const struct graph *g)
{
	candidate(c, "END", "role", "the last row");
	for (size_t i = 0; d && i < d->n_roles; i++)
		candidate(c, d->role[i], "role", d->name);
	for (size_t k = 0; !d && k < c->in->datasets.n; k++) {
		const struct dataset *x = c->in->datasets.at[k];
		for (size_t i = 0; (!g || x->graph == g) && i < x->n_roles; i++)
			candidate(c, x->role[i], "role", x->name);
	}
}
