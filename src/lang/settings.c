/* What `set P to e` puts in a value's place: zero, mean, mean(of: D, side: cf, rows: same), a number or a tensor. */
#include <stdlib.h>
#include <string.h>

#include "lang/internal.h"

static bool is_word(const struct ast *a, const char *word)
{
	return (a->kind == AST_NAME && strcmp(a->name, word) == 0) || (a->kind == AST_STRING && strcmp(a->text, word) == 0);
}

/* The builtin mean, not something that the script called so. */
static bool is_mean(const struct ast *a, struct scope *s)
{
	struct binding *b = a->kind == AST_NAME && strcmp(a->name, "mean") == 0 ? find(s, a->name) : NULL;
	return b && b->value.kind == VAL_BUILTIN;
}

static bool read_side(struct interp *in, const struct ast *a, const struct dataset *of, struct setting *x)
{
	const char *name = a->kind == AST_NAME ? a->name : a->kind == AST_STRING ? a->text : "";
	x->column = is_word(a, "ref") ? COLUMN_REF : is_word(a, "cf") ? COLUMN_CF : -1;
	for (size_t c = 0; of && c < of->n_columns && x->column < 0; c++)
		x->column = strcmp(of->column[c], name) == 0 ? (int)c : -1;
	if (x->column >= 0)
		return true;
	diag_at(in->o.diags, E_ARGUMENT, a->span, "the side of a mean is cf or ref, or with of: a column of that dataset");
	return false;
}

static bool read_of(struct interp *in, const struct ast *a, struct scope *s, const struct graph *g, struct setting *x)
{
	struct value v;
	if (!eval(in, a, s, &v))
		return false;
	if (v.kind == VAL_LATER)                     /* `pp check` */
		return true;
	if (!want(in, a, v, VAL_DATASET))
		return false;
	if (v.dataset->graph != graph_origin(g))
		return FAIL(in, E_DATASET_MODEL, a, "the dataset is for the model %s, but the hypothesis is on %s", v.dataset->graph->name, g->name);
	x->of = v.dataset;
	return true;
}

static bool read_mean(struct interp *in, const struct ast *call, struct scope *s, const struct graph *g, struct setting *x)
{
	const struct ast *side = NULL;
	x->kind = SETTING_MEAN;
	x->column = COLUMN_CF;
	for (uint32_t i = 1; i < call->n; i++) {
		const struct ast *a = call->kid[i], *v = a->kind == AST_ARG ? a->kid[0] : NULL;
		bool rows = v && strcmp(a->name, "rows") == 0;
		if (v && strcmp(a->name, "of") == 0) {
			if (!read_of(in, v, s, g, x))
				return false;
		} else if (v && strcmp(a->name, "side") == 0) {
			side = v;
		} else if (rows && (is_word(v, "all") || is_word(v, "same"))) {
			x->by_row = is_word(v, "same");
		} else {
			diag_at(in->o.diags, E_ARGUMENT, a->span, rows ? "the rows of a mean are all or same" : "a mean to set a value to has no such argument");
			diag_hint(in->o.diags, "mean(of: dataset, side: cf, rows: all); rows: same is a mean for each row");
			return false;
		}
	}
	return !side || read_side(in, side, x->of, x);
}

static bool read_value(struct interp *in, const struct ast *a, struct scope *s, struct setting *x)
{
	struct value v;
	if (!eval(in, a, s, &v))
		return false;
	x->kind = SETTING_ZERO;
	if (v.kind == VAL_LATER || (v.kind == VAL_NUMBER && v.number == 0))
		return true;
	if (v.kind != VAL_NUMBER && v.kind != VAL_TENSOR && v.kind != VAL_LIST) {
		diag_at(in->o.diags, E_TYPE, a->span, "a value is set to zero, mean, a number or a tensor, not to %s", value_kind_name[v.kind]);
		return false;
	}
	x->kind = SETTING_TENSOR;
	if (!to_tensor(in, v, a, &x->value))
		return false;
	double *at = arena_array(&in->arena, (size_t)tensor_count(&x->value) + 1, sizeof *at);
	tensor_to_f64(&x->value, at);
	x->value = tensor_over(at, DT_F64, x->value.n, x->value.dim);
	return true;
}

bool setting_of(struct interp *in, const struct ast *a, struct scope *s, const struct graph *g, const struct setting **out)
{
	struct setting *x = arena_alloc(&in->arena, sizeof *x);
	*out = x;
	if (a->kind == AST_NAME && strcmp(a->name, "zero") == 0 && !find(s, a->name))
		return true;
	if (is_mean(a, s) || (a->kind == AST_CALL && is_mean(a->kid[0], s) && (a->n == 1 || a->kid[1]->kind == AST_ARG))) {
		const struct ast plain = { .kind = AST_CALL, .n = 1 };
		return read_mean(in, a->kind == AST_CALL ? a : &plain, s, g, x);
	}
	return read_value(in, a, s, x);
}

/* ---- does it fit? */

/* One number, the axes of a row, or rows and these; an axis that counts tokens fits any number here. */
static bool tensor_fits(const struct tensor *t, const struct shape *shape)
{
	bool rows = shape_has_rows(shape);
	int missing = shape->n - t->n;
	if (t->n == 0)
		return true;
	if (missing != 0 && (missing != 1 || !rows))
		return false;
	for (int i = 0; i < t->n; i++)
		if (shape->dim[i + missing] != DIM_SEQ && shape->dim[i + missing] != t->dim[i])
			return false;
	return true;
}

bool sets_values(const struct hypothesis *h)
{
	bool some = false;
	for (size_t r = 0; r < h->n_rules; r++)
		some |= h->rule[r].set != NULL;
	return some;
}

bool settings_fit(struct interp *in, const struct hypothesis *h, const struct automaton *a)
{
	const struct graph *g = h->graph;
	bool *mark = mem_array(g->node.n + 1, sizeof *mark), ok = true;
	for (size_t r = 0; r < h->n_rules && ok; r++) {
		const struct setting *x = h->rule[r].set;
		if (!x || x->kind != SETTING_TENSOR)
			continue;
		memset(mark, 0, g->node.n * sizeof *mark);
		automaton_settable(a, r, mark);
		for (size_t i = 0; i < g->node.n && ok; i++) {
			const struct node *n = g->node.at[i];
			char want[128], have[128];
			if (!mark[i] || tensor_fits(&x->value, &n->shape))
				continue;
			struct buf name = { 0 };
			if (n->letter != NO_LETTER)
				letter_name(g, n->letter, &name);
			else
				buf_puts(&name, g->component.at[n->yields].name);
			diag_at(in->o.diags, E_SETTING, h->rule[r].span, "%s is %s, which cannot be set to a tensor %s", buf_str(&name),
			    shape_text(&n->shape, want, sizeof want), tensor_shape_text(&x->value, have, sizeof have));
			diag_hint(in->o.diags, "a number, or a tensor with the axes of one row, or of all rows");
			buf_free(&name);
			ok = false;
		}
	}
	free(mark);
	return ok;
}
