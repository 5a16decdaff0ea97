/* What a value is, in a sentence.  See describe.h. */
#include "lang/describe.h"

#include "lang/internal.h"
#include "paths/count.h"
#include "report/grid.h"

enum { LISTED = 12 };                                /* names of one kind that are told */

static void put_more(struct buf *out, size_t n)
{
	if (n > LISTED)
		buf_printf(out, ", ... (%zu in all)", n);
}

static void put_parameters(struct buf *out, const struct function *f)
{
	for (uint32_t i = 0; i < f->params->n; i++)
		buf_printf(out, "%s%s", i ? ", " : "", f->params->kid[i]->name);
}

static void put_dims(struct buf *out, const int64_t *dim, int n)
{
	buf_putc(out, '(');
	for (int i = 0; i < n; i++)
		buf_printf(out, "%s%lld", i ? ", " : "", (long long)dim[i]);
	buf_putc(out, ')');
}

static void list(const struct list *l, struct buf *out)
{
	bool alike = true;
	for (size_t i = 1; i < l->n && alike; i++)
		alike = l->at[i].kind == l->at[0].kind;
	buf_printf(out, "a list of %zu element%s", l->n, l->n == 1 ? "" : "s");
	if (l->n)
		buf_printf(out, "%s %s%s", l->n == 1 ? ":" : alike ? ", each" : ", the first", value_kind_name[l->at[0].kind], alike ? "" : ", others of other kinds");
}

static void record(const struct record *r, struct buf *out)
{
	buf_printf(out, "a record of %zu field%s", r->n, r->n == 1 ? "" : "s");
	for (size_t i = 0; i < r->n && i < LISTED; i++)
		buf_printf(out, "%s%s (%s)", i ? ", " : ": ", r->at[i].name, value_kind_word[r->at[i].value->kind]);
	put_more(out, r->n);
}

static void model(const struct model *m, struct buf *out)
{
	const struct graph *g = m->graph;
	struct arena a = { 0 };
	const char *last = NULL;
	size_t n = 0;
	buf_printf(out, "a model%s%s: ", m->folder ? " loaded from " : "", m->folder ? m->folder : "");
	for (size_t i = 0; i < g->component.n; i++) {
		const char *name = g->component.at[i].segment[0].name;
		if (name == last)
			continue;
		last = name;
		if (n++ < 6)
			buf_printf(out, "%s%s%s", n > 1 ? ", " : "", g->component.at[i].name, g->component.at[i].segment[0].index >= 0 ? " ..." : "");
	}
	buf_printf(out, " (%zu components), ", g->component.n);
	put_count(out, count_all(g, &a));
	buf_puts(out, " paths; input");
	for (size_t i = 0; i < g->input.n; i++)
		buf_printf(out, "%s %s (%s)", i ? "," : "", g->input.at[i].name, g->input.at[i].ids ? "token ids" : "numbers");
	buf_printf(out, "; output %s", g->output_name);
	arena_free(&a);
}

static void dataset(const struct dataset *d, struct buf *out)
{
	int64_t lo = INT64_MAX, hi = 0;
	for (size_t i = 0; i < d->pair.n; i++) {
		lo = d->pair.at[i].length < lo ? d->pair.at[i].length : lo;
		hi = d->pair.at[i].length > hi ? d->pair.at[i].length : hi;
	}
	buf_printf(out, "a dataset for %s: %zu pair%s", d->graph->name, d->pair.n, d->pair.n == 1 ? "" : "s");
	if (shape_has_rows(&d->graph->output->shape))
		buf_printf(out, lo == hi ? " of %lld tokens" : " of %lld to %lld tokens", (long long)lo, (long long)hi);
	buf_puts(out, "; columns");
	for (size_t i = 0; i < d->n_columns; i++)
		buf_printf(out, "%s %s", i ? "," : "", d->column[i]);
	for (size_t i = 0; i < d->n_roles && i < LISTED; i++)
		buf_printf(out, "%s%s", i ? ", " : "; positions ", d->role[i]);
	put_more(out, d->n_roles);
}

static void hypothesis(const struct hypothesis *h, struct buf *out)
{
	buf_printf(out, "a hypothesis on %s: %zu rule%s", h->graph->name, h->n_rules, h->n_rules == 1 ? "" : "s");
	for (size_t i = 0; i < h->n_rules && i < LISTED; i++) {
		buf_puts(out, i ? "; " : ": ");
		rule_print(&h->rule[i], out);
	}
	if (h->doc)
		buf_printf(out, " (%s)", h->doc);
}

static void table(const struct table *t, struct buf *out)
{
	buf_printf(out, "a table of %zu row%s; columns", t->n_rows, t->n_rows == 1 ? "" : "s");
	for (size_t i = 0; i < t->n_columns && i < LISTED; i++)
		buf_printf(out, "%s %s", i ? "," : "", t->column[i]);
	put_more(out, t->n_columns);
}

static void sweep(const struct sweep *s, struct buf *out)
{
	buf_puts(out, "a sweep over");
	for (size_t i = 0; i < s->n_axes; i++)
		buf_printf(out, "%s %s (%zu)", i ? "," : "", s->axis[i].name, s->axis[i].n);
	buf_printf(out, ": %zu cells by", s->n_cells);
	for (size_t i = 0; i < s->n_metrics; i++)
		buf_printf(out, "%s %s", i ? "," : "", s->row[i].metric);
	buf_puts(out, "; .aue, .explained, .patched, .effect are tensors, .table has all");
}

static void results(const struct results *r, struct buf *out)
{
	buf_printf(out, "a table of results: %zu hypothes%s by %zu metric%s; r[h, metric] is a row", r->n_hypotheses, r->n_hypotheses == 1 ? "is" : "es",
	    r->n_metrics, r->n_metrics == 1 ? "" : "s");
}

void describe_value(const struct value *v, struct buf *out)
{
	switch (v->kind) {
	case VAL_LIST:    list(v->list, out); break;
	case VAL_RECORD:  record(v->record, out); break;
	case VAL_TENSOR:
		buf_puts(out, "a tensor ");
		put_dims(out, v->tensor->dim, v->tensor->n);
		break;
	case VAL_STRING:  buf_printf(out, "text of %zu bytes", v->string.n); break;
	case VAL_FN:
		buf_printf(out, "%s: %s(", v->fn->body->kind == AST_MODEL_DEF ? "an architecture" : "a function", v->fn->name);
		put_parameters(out, v->fn);
		buf_putc(out, ')');
		break;
	case VAL_BUILTIN: buf_printf(out, "a built-in function: %s(%s)\n%s", v->builtin->name, v->builtin->args, v->builtin->doc); break;
	case VAL_METRIC:
		buf_printf(out, "%s: %s(", v->metric->delta ? "a delta, which compares two runs" : "a metric of one run", v->metric->name);
		put_parameters(out, v->metric->fn);
		buf_putc(out, ')');
		break;
	case VAL_MODEL:   model(v->model, out); break;
	case VAL_DATASET: dataset(v->dataset, out); break;
	case VAL_HYPOTHESIS: hypothesis(v->hypothesis, out); break;
	case VAL_PATHS:
		buf_puts(out, "a set of paths: ");
		pattern_print(v->paths, out);
		break;
	case VAL_TABLE:   table(v->table, out); break;
	case VAL_RESULTS: results(v->results, out); break;
	case VAL_SWEEP:   sweep(v->sweep, out); break;
	default:          buf_puts(out, value_kind_name[v->kind]); break;
	}
}

bool describe_form(const struct ast *a, struct buf *out)
{
	if (a->kind == AST_EVALUATE)
		buf_puts(out, "a table of results, a row for each hypothesis and metric; it is not computed to tell this");
	else if (a->kind == AST_SWEEP)
		buf_puts(out, "a sweep; it is not computed to tell this");
	else if (a->kind == AST_COUNTEREXAMPLES)
		buf_puts(out, "a table of pairs; it is not computed to tell this");
	else if (a->kind == AST_PRUNE || a->kind == AST_REFINE)
		buf_puts(out, "a hypothesis; it is not searched for to tell this");
	return a->kind == AST_PRUNE || a->kind == AST_REFINE || a->kind == AST_EVALUATE || a->kind == AST_SWEEP || a->kind == AST_COUNTEREXAMPLES;
}
