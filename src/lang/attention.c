/* attention(x, head): the attention pattern of a component on a prompt, for figures and as numbers.
 *
 * The pattern is the softmax between the component's ports and its value.  It is computed like any output: the graph with that node
 * as its output is evaluated on one pair. */
#include <string.h>

#include "lang/pictures.h"

struct looking { double *ref, *cf; size_t n; };

static bool take_pattern(void *context, const struct pair_outputs *o)
{
	struct looking *l = context;
	for (size_t i = 0; o->hypothesis == NO_HYPOTHESIS && i < l->n; i++) {
		l->ref[i] = output_number(o, o->ref, i);
		l->cf[i] = output_number(o, o->cf, i);
	}
	return true;
}

/* ---- which component, and which node of it */

/* "a1.h5" as segments; 0 when it is not spelled like a component. */
static int segments_in(const char *name, struct segment *s)
{
	int n = 0;
	while (*name && n < MAX_SEGMENTS) {
		size_t len = strcspn(name, ".");
		if (!len)
			return 0;
		s[n++] = segment_of(intern_n(name, len));
		name += len + (name[len] == '.');
	}
	return *name ? 0 : n;
}

static int component_meant(struct interp *in, const struct ast *at, const struct graph *g, struct value v)
{
	struct segment s[MAX_SEGMENTS];
	int n = v.kind == VAL_STRING ? segments_in(v.string.at, s) : 0, c = NO_COMPONENT;
	if (v.kind == VAL_STRING) {
		c = n ? graph_find(g, s, n) : NO_COMPONENT;
		if (c == NO_COMPONENT)
			diag_at(in->o.diags, E_COMPONENT, at->span, "%s is no component of %s", v.string.at, g->name);
		return c;
	}
	if (v.kind != VAL_PATHS || v.paths->kind != PAT_STEP) {
		diag_at(in->o.diags, E_TYPE, at->span, "a component is named by a text or a pattern of one step: \"a1.h5\", paths(a[l].h[h])");
		return NO_COMPONENT;
	}
	bool *letter = mem_array(g->letter.n + 1, sizeof *letter), several = false;
	bool known = step_letters(g, v.paths, letter, in->o.diags);
	for (size_t i = 0; known && i < g->letter.n; i++)
		if (letter[i]) {
			several |= c != NO_COMPONENT && c != g->letter.at[i].component;
			c = g->letter.at[i].component;
		}
	free(letter);
	if (several) {
		diag_at(in->o.diags, E_VALUE, at->span, "this names several components; a pattern is of one");
		return NO_COMPONENT;
	}
	return c;
}

static struct node *pattern_node(struct interp *in, const struct ast *at, const struct graph *g, int c)
{
	struct node *found = NULL;
	for (size_t i = 0; i < g->node.n; i++) {
		struct node *n = g->node.at[i];
		if (n->op == OP_SOFTMAX && n->varies && n->shape.n == 2 && n->shape.dim[0] == DIM_SEQ && n->shape.dim[1] == DIM_SEQ && node_in_component(g, n, c))
			found = n;
	}
	if (!found)
		diag_at(in->o.diags, E_VALUE, at->span, "%s has no attention pattern: there is no softmax over tokens inside it", g->component.at[c].name);
	return found;
}

/* ---- on which pair */

/* An input as a pair whose sides are both it. */
static struct dataset *dataset_of_prompt(struct interp *in, const struct prompt *p)
{
	static const char *columns[] = { "cf", "ref" };
	struct dataset *d = arena_alloc(&in->arena, sizeof *d);
	struct pair *pair = arena_alloc(&in->arena, sizeof *pair);
	struct input_value *v = arena_array(&in->arena, 2, sizeof *v);
	v[0] = v[1] = (struct input_value){ .ids = p->tokens.id, .n = (int64_t)p->tokens.n };
	*pair = (struct pair){ .value = v, .length = (int64_t)p->tokens.n, .equal = true };
	*d = (struct dataset){ .name = p->name, .from = "", .graph = p->model->graph, .tokenizer = p->model->tokenizer, .column = columns, .n_columns = 2, .n_equal = 1 };
	d->pair.at = pair;
	d->pair.n = 1;
	return d;
}

static bool data_meant(struct interp *in, const struct ast *at, struct value v, double place, const struct dataset **d, size_t *pair)
{
	if (v.kind == VAL_PROMPT && v.prompt->tokens.n)
		*d = dataset_of_prompt(in, v.prompt);
	else if (v.kind == VAL_DATASET)
		*d = v.dataset;
	else
		return FAIL(in, E_TYPE, at, "attention() looks at an input of tokens or a pair of a dataset, not at %s", value_kind_name[v.kind]);
	*pair = (size_t)place;
	if (*pair >= (*d)->pair.n)
		return FAIL(in, E_INDEX, at, "%s has %zu pairs; there is no pair %.0f", (*d)->name, (*d)->pair.n, place);
	return (*d)->graph->input.n == 1 && (*d)->graph->input.at[0].ids ? true
	    : FAIL(in, E_TYPE, at, "the model %s does not read one row of tokens", (*d)->graph->name);
}

/* ---- computing it */

static bool compute(struct interp *in, const struct ast *at, const struct dataset *d, size_t pair, struct node *output, struct looking *l)
{
	struct graph g = *d->graph;
	struct dataset data = *d;
	struct eval_plan plan = { 0 };
	int64_t n = d->pair.at[pair].length, *row = arena_array(&in->arena, (size_t)n + 1, sizeof *row);
	struct asked asked = { .row = row, .n_rows = (size_t)n };
	const struct hypothesis nothing = { .name = "", .graph = &g, .span = at->span }, *h = &nothing;
	g.output = output;
	data.graph = &g;
	data.pair.at = &d->pair.at[pair];
	data.pair.n = data.pair.cap = 1;
	for (int64_t i = 0; i < n; i++)
		row[i] = i;
	l->n = (size_t)(n * n);
	l->ref = arena_array(&in->arena, l->n + 1, sizeof *l->ref);
	l->cf = arena_array(&in->arena, l->n + 1, sizeof *l->cf);
	struct eval_request q = { .h = &h, .n = 1, .data = &data, .asked = &asked, .at = at->span };
	return evaluate(&q, &in->o.limits, take_pattern, l, &plan, in->o.diags);
}

/* {name: [token, ...]} */
static bool tokens_of_side(struct interp *in, const struct ast *at, const struct dataset *d, const struct input_value *v, const char *name, struct value *out)
{
	struct value *label = arena_array(&in->arena, (size_t)v->n + 1, sizeof *label), *words = arena_alloc(&in->arena, sizeof *words);
	struct field *f = arena_alloc(&in->arena, sizeof *f);
	for (int64_t i = 0; i < v->n; i++) {
		const char *s = d->tokenizer ? tokenizer_text(d->tokenizer, v->ids[i]) : NULL;
		label[i] = s ? text(in, s, strlen(s)) : number(v->ids[i]);
	}
	*f = (struct field){ intern(name), words };
	return new_list(in, at, label, (size_t)v->n, words) && new_record(in, at, f, 1, out);
}

/* What heatmap() draws: x is (rows, rows) of the side v. */
static bool pattern_record(struct interp *in, const struct ast *at, const struct dataset *d, const struct input_value *v, double *x, const char *title,
    struct value *out)
{
	static const char *const name[] = { "values", "rows", "columns", "title", "note", "quantity" };
	static const char quantity[] = "attention: how much a row reads from each column";
	int64_t dim[] = { v->n, v->n };
	struct field *f = arena_array(&in->arena, 6, sizeof *f);
	struct value *part = arena_array(&in->arena, 6, sizeof *part);
	part[0] = tensor_value(in, tensor_over(x, DT_F64, 2, dim));
	part[3] = text(in, title, strlen(title));
	part[4] = text(in, d->name, strlen(d->name));
	part[5] = text(in, quantity, strlen(quantity));
	for (size_t i = 0; i < 6; i++)
		f[i] = (struct field){ intern(name[i]), &part[i] };
	return tokens_of_side(in, at, d, v, "from", &part[1]) && tokens_of_side(in, at, d, v, "to", &part[2]) && new_record(in, at, f, 6, out);
}

DEFINE(attention)
{
	double place;
	struct value side = { .kind = VAL_NONE };
	const struct dataset *d;
	size_t pair;
	struct looking l;
	named(a, "side", &side);
	bool cf = side.kind == VAL_STRING && strcmp(side.string.at, "cf") == 0;
	if (!at_top(in, at, "attention()") || !whole_arg(in, at, a, "pair", &place) || !takes(in, at, a, 2, 2))
		return false;
	if (side.kind != VAL_NONE && !cf && !(side.kind == VAL_STRING && strcmp(side.string.at, "ref") == 0))
		return FAIL(in, E_VALUE, at, "side: is \"ref\" or \"cf\"");
	if (!data_meant(in, a->ast[0], a->at[0], place, &d, &pair))
		return false;
	int c = component_meant(in, a->ast[1], d->graph, a->at[1]);
	struct node *n = c == NO_COMPONENT ? NULL : pattern_node(in, a->ast[1], d->graph, c);
	*out = (struct value){ .kind = VAL_LATER };
	if (n && in->o.mode != INTERP_RUN)
		return true;
	if (!n || !compute(in, at, d, pair, n, &l))
		return false;
	const char *name = d->graph->component.at[c].name;
	const char *title = arena_printf(&in->arena, d->pair.n > 1 ? "attention of %s, pair %zu" : "attention of %s", name, pair);
	return pattern_record(in, at, d, &d->pair.at[pair].value[cf ? COLUMN_CF : COLUMN_REF], cf ? l.cf : l.ref, title, out);
}
