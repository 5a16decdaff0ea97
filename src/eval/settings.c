/* Values that rules set.  See settings.h. */
#include "eval/settings.h"

#include <stdlib.h>
#include <string.h>

/* rows 0: every row is alike; width 1 and `spread`: one number everywhere. */
struct set_value { const double *at; int64_t rows, width; bool spread; };

struct set_values {
	struct map index;                /* (class, setting) -> place in value */
	VEC(struct set_value) value;
	struct arena arena;
};

static uint64_t key_of(const struct tree_node *n)
{
	return (uint64_t)n->cls << 32 | (uint32_t)n->column;
}

static void put(struct set_values *s, const struct tree_node *n, struct set_value v)
{
	vec_push(&s->value, v);
	map_put(&s->index, key_of(n), s->value.n - 1);
}

void set_values_row(const struct set_values *s, const struct tree_node *n, int64_t row, enum dtype type, void *to, int64_t width)
{
	uint64_t at = 0;
	pp_assert(s && map_get(&s->index, key_of(n), &at));
	const struct set_value *v = &s->value.at[at];
	struct tensor x = { DT_F64, 1, { width }, { v->spread ? 0 : 1 }, (void *)(uintptr_t)v->at };
	pp_assert(v->spread || (v->width == width && (!v->rows || row < v->rows)));
	if (v->rows && row > 0)
		x.at = (double *)x.at + row * width;
	tensor_to(&x, type, to);
}

void set_values_free(struct set_values *s)
{
	if (!s)
		return;
	map_free(&s->index);
	vec_free(&s->value);
	arena_free(&s->arena);
	free(s);
}

/* ---- what fits */

static const char *name_of(const struct graph *g, const struct node *n, struct buf *b)
{
	if (n->letter != NO_LETTER)
		return letter_name(g, n->letter, b);
	buf_puts(b, n->yields != NO_COMPONENT ? g->component.at[n->yields].name : "this value");
	return buf_str(b);
}

/* Is some axis beside the rows as long as the prompt? */
static bool square(const struct shape *s)
{
	for (int i = shape_has_rows(s) ? 1 : 0; i < s->n; i++)
		if (s->dim[i] == DIM_SEQ)
			return true;
	return false;
}

/* The one length of all pairs, or -1. */
static int64_t one_length(const struct dataset *d)
{
	for (size_t p = 1; p < d->pair.n; p++)
		if (d->pair.at[p].length != d->pair.at[0].length)
			return -1;
	return d->pair.n ? d->pair.at[0].length : -1;
}

static bool refuse(const struct tree *t, const struct node *n, struct span at, const char *why, struct diags *d)
{
	struct buf b = { 0 };
	diag_at(d, E_SETTING, at, "%s cannot be set to this: %s", name_of(t->graph, n, &b), why);
	buf_free(&b);
	return false;
}

/* ---- tensors */

static bool put_tensor(struct set_values *s, const struct tree *t, const struct tree_node *n, const struct eval_request *q, struct diags *d)
{
	const struct tensor *x = &t->setting.at[n->column]->value;
	const struct shape *shape = &tree_unit(t, n)->node->shape;
	int64_t count = tensor_count(x), length = one_length(q->data);
	bool by_row = shape_has_rows(shape) && x->n == shape->n;
	double *at = arena_array(&s->arena, (size_t)count + 1, sizeof *at);
	tensor_to_f64(x, at);
	if (by_row && x->dim[0] != length)
		return refuse(t, tree_unit(t, n)->node, q->at, "it has rows, so every prompt has to have as many", d);
	if (square(shape) && x->n > 0 && x->dim[x->n - 1] != length)
		return refuse(t, tree_unit(t, n)->node, q->at, "it has an element for each token, so every prompt has to have as many", d);
	int64_t rows = by_row ? x->dim[0] : 0;
	put(s, n, (struct set_value){ at, rows, by_row && rows ? count / rows : count, x->n == 0 });
	return true;
}

/* ---- means */

/* The nodes of one dataset and side: their sums, a row for every row of the prompt when asked for by row. */
struct sum { const struct tree_node *node; double *at; int64_t rows, width, n; };
struct means {
	const struct tree *t;
	const struct setting *set;
	VEC(struct sum) sum;
	struct arena arena;
};

static void mean_roots(void *context, struct tree *t, const struct tree_runs *runs, struct tree_ids *out)
{
	struct means *m = context;
	(void)runs;
	for (size_t i = 0; i < m->sum.n; i++)
		vec_push(out, tree_base_of(t, tree_unit(m->t, m->sum.at[i].node)->node, m->set->column));
}

static bool add_values(void *context, size_t pair, size_t which, const double *x, int64_t rows, int64_t width)
{
	struct means *m = context;
	struct sum *s = &m->sum.at[which];
	(void)pair;
	if (!s->at) {
		s->rows = m->set->by_row ? rows : 1;
		s->width = width;
		s->at = arena_array(&m->arena, (size_t)(s->rows * width) + 1, sizeof *s->at);
	}
	for (int64_t r = 0; r < rows; r++)
		for (int64_t i = 0; i < width; i++)
			s->at[(m->set->by_row ? r * width : 0) + i] += x[r * width + i];
	s->n += m->set->by_row ? 1 : rows;
	return true;
}

/* Every axis but the rows has to be there in all prompts, and with rows: same the rows, too, here and where it is set. */
static bool lengths_fit(const struct means *m, const struct dataset *of, const struct eval_request *q, struct diags *d)
{
	for (size_t i = 0; i < m->sum.n; i++) {
		const struct node *n = tree_unit(m->t, m->sum.at[i].node)->node;
		bool by_row = m->set->by_row && shape_has_rows(&n->shape), wide = square(&n->shape);
		if ((by_row || wide) && (one_length(of) < 0 || one_length(of) != one_length(q->data)))
			return refuse(m->t, n, q->at, by_row ? "a mean for each row needs prompts of one length, here and where it is taken"
			    : "its rows are as wide as the prompt, so a mean needs prompts of one length", d);
	}
	return true;
}

static bool take_means(struct set_values *s, struct means *m, const struct eval_request *q, const struct eval_limits *limits,
    struct eval_plan *plan, struct diags *d)
{
	struct dataset of = m->set->of ? *m->set->of : *q->data;
	struct eval_plan mine = { 0 };
	of.graph = m->t->graph;
	if (m->set->column >= (int)of.n_columns)
		return refuse(m->t, tree_unit(m->t, m->sum.at[0].node)->node, q->at, "the dataset has no such column", d);
	struct eval_request look = { .data = &of, .at = q->at, .look = mean_roots, .value = add_values, .looked_context = m };
	bool ok = lengths_fit(m, &of, q, d) && evaluate(&look, limits, NULL, NULL, &mine, d);
	plan->seconds_run += mine.seconds_run + mine.seconds_lower;
	for (size_t i = 0; i < m->sum.n && ok; i++) {
		struct sum *x = &m->sum.at[i];
		double *at = arena_array(&s->arena, (size_t)(x->rows * x->width) + 1, sizeof *at);
		for (int64_t k = 0; k < x->rows * x->width; k++)
			at[k] = x->at[k] / (double)x->n;
		put(s, x->node, (struct set_value){ at, m->set->by_row ? x->rows : 0, x->width, false });
	}
	return ok;
}

bool set_values_fill(struct set_values **made, const struct tree *t, const struct eval_request *q, const struct eval_limits *limits,
    struct eval_plan *plan, struct diags *d)
{
	bool ok = true;
	if (!t->setting.n)
		return true;
	struct set_values *s = *made ? *made : (*made = mem_alloc(sizeof *s));
	for (size_t k = 0; k < t->setting.n && ok; k++) {
		struct means m = { .t = t, .set = t->setting.at[k] };
		for (size_t i = t->n_base; i < t->node.n && ok; i++) {
			const struct tree_node *n = &t->node.at[i];
			uint64_t have;
			if (n->kind != TREE_SET || n->column != (int)k || map_get(&s->index, key_of(n), &have))
				continue;
			if (m.set->kind == SETTING_ZERO)
				put(s, n, (struct set_value){ arena_array(&s->arena, 1, sizeof(double)), 0, 1, true });
			else if (m.set->kind == SETTING_TENSOR)
				ok = put_tensor(s, t, n, q, d);
			else
				vec_push(&m.sum, ((struct sum){ .node = n }));
		}
		if (ok && m.sum.n)
			ok = take_means(s, &m, q, limits, plan, d);
		vec_free(&m.sum);
		arena_free(&m.arena);
	}
	return ok;
}
