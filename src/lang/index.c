/* x[i], x[a..b], x[*, i], x.name: parts of values. */
#include <string.h>

#include "lang/tables.h"

/* ---- places along an axis */

bool place(struct interp *in, const struct ast *a, struct value v, int64_t n, int64_t *out)
{
	int64_t i;
	if (!whole(in, a, v, &i))
		return false;
	*out = i < 0 ? i + n : i;
	if (i >= -n && i < n)
		return true;
	diag_at(in->o.diags, E_INDEX, a->span, "there is no index %lld here", (long long)i);
	if (n > 0)
		diag_hint(in->o.diags, "the indices are 0 to %lld; -1 is the last", (long long)n - 1);
	else
		diag_hint(in->o.diags, "there are no elements");
	return false;
}

/* a..b, half open. */
bool part(struct interp *in, const struct ast *a, struct value v, int64_t n, int64_t *from, int64_t *to)
{
	if (!whole(in, a, number(v.range.from), from) || !whole(in, a, number(v.range.to), to))
		return false;
	int64_t f = *from < 0 ? *from + n : *from, t = *to < 0 ? *to + n : *to;
	if (f < 0 || t > n || f > t)
		return FAIL(in, E_INDEX, a, "%lld..%lld is no part of 0..%lld", (long long)*from, (long long)*to, (long long)n);
	*from = f;
	*to = t;
	return true;
}

/* ---- tensors */

/* The elements that a list of indices names, copied. */
static bool pick_several(struct interp *in, const struct ast *a, struct tensor *t, int axis, const struct list *l)
{
	struct tensor r = *t;
	r.dim[axis] = (int64_t)l->n;
	if (!room(in, a, (double)tensor_count(&r) * sizeof(double)))
		return false;
	r = tensor_new(&in->arena, DT_F64, r.n, r.dim);
	for (size_t e = 0; e < l->n; e++) {
		int64_t at;
		if (!place(in, a, l->at[e], t->dim[axis], &at))
			return false;
		struct tensor one = tensor_slice(t, axis, at, at + 1), to = tensor_slice(&r, axis, (int64_t)e, (int64_t)e + 1);
		for (int64_t x = 0, count = tensor_count(&one); x < count; x++) {
			int64_t idx[MAX_DIMS], rest = x, off = 0;
			for (int d = to.n; d-- > 0; rest /= to.dim[d])
				off += (idx[d] = rest % to.dim[d]) * to.stride[d];
			((double *)to.at)[off] = tensor_get(&one, idx);
		}
	}
	*t = r;
	return true;
}

static bool index_tensor(struct interp *in, const struct ast *a, struct tensor t, struct scope *s, struct value *out)
{
	int axis = 0, axes = t.n;                    /* one number takes its axis away */
	for (uint32_t i = 1; i < a->n; i++) {
		const struct ast *k = a->kid[i];
		struct value v = { .kind = VAL_NONE };
		int64_t at, to;
		if (k->kind != AST_STAR && !eval(in, k, s, &v))
			return false;
		if (k->kind != AST_STAR && v.kind == VAL_NONE)       /* `here` of a model without rows: no index */
			continue;
		if (axis >= t.n)
			return FAIL(in, E_INDEX, k, "this tensor has %d ax%s only", axes, axes == 1 ? "is" : "es");
		if (k->kind == AST_STAR) {
			axis++;
		} else if (v.kind == VAL_RANGE) {
			if (!part(in, k, v, t.dim[axis], &at, &to))
				return false;
			t = tensor_slice(&t, axis++, at, to);
		} else if (v.kind == VAL_LIST) {
			if (!pick_several(in, k, &t, axis++, v.list))
				return false;
		} else if (place(in, k, v, t.dim[axis], &at)) {
			t = tensor_pick(&t, axis, at);
		} else {
			return false;
		}
	}
	*out = tensor_value(in, t);
	return true;
}

/* ---- nodes of a model */

static bool index_node(struct interp *in, const struct ast *a, struct node *n, struct scope *s, struct value *out)
{
	int axis = 0, axes = n->shape.n;
	*out = (struct value){ .kind = VAL_NODE, .node = n };
	for (uint32_t i = 1; i < a->n; i++) {
		const struct ast *k = a->kid[i];
		struct value v;
		int64_t from, to, size = axis < out->node->shape.n ? out->node->shape.dim[axis] : 0;
		bool drop = false;
		if (axis >= out->node->shape.n)
			return FAIL(in, E_INDEX, k, "this node has %d ax%s only", axes, axes == 1 ? "is" : "es");
		if (k->kind == AST_STAR) {
			axis++;
			continue;
		}
		if (!eval(in, k, s, &v))
			return false;
		if (v.kind == VAL_RANGE) {
			if (size == DIM_SEQ)
				return FAIL(in, E_SHAPE, k, "how many rows there are is not known here: one row can be picked, or all with *");
			if (!part(in, k, v, size, &from, &to))
				return false;
		} else {
			drop = true;
			if (size == DIM_SEQ ? !whole(in, k, v, &from) : !place(in, k, v, size, &from))
				return false;
			to = from + 1;
		}
		double attr[MAX_ATTR] = { axis, (double)from, (double)to, drop };
		out->node = build_op(in->builder, OP_SLICE, &out->node, 1, attr, a->span);
		if (!out->node)
			return false;
		axis += !drop;
	}
	return true;
}

/* ---- results */

struct row_wanted { const struct hypothesis *h; const struct metric *m; };

static bool row_index(struct interp *in, const struct ast *a, const struct results *r, struct value v, struct row_wanted *w)
{
	if (v.kind == VAL_HYPOTHESIS) {
		w->h = v.hypothesis;
		return true;
	}
	if (v.kind == VAL_METRIC) {
		w->m = v.metric;
		return true;
	}
	if (v.kind != VAL_STRING)
		return FAIL(in, E_INDEX, a, "results are indexed by hypothesis and metric, or as a table by row and column, not by %s", value_kind_name[v.kind]);
	for (size_t i = 0; i < r->n_hypotheses; i++)
		if (strcmp(r->hypothesis[i]->name, v.string.at) == 0)
			w->h = r->hypothesis[i];
	for (size_t i = 0; i < r->n_metrics; i++)
		if (strcmp(r->metric[i]->name, v.string.at) == 0)
			w->m = r->metric[i];
	return w->h || w->m || FAIL(in, E_INDEX, a, "this table has no hypothesis or metric called %s", v.string.at);
}

/* The results of one hypothesis, or of one metric. */
static struct results *some_results(struct interp *in, const struct results *r, const struct row_wanted *w)
{
	struct results *some = arena_alloc(&in->arena, sizeof *some);
	*some = *r;
	some->row = arena_array(&in->arena, r->n_rows + 1, sizeof *some->row);
	some->hypothesis = arena_array(&in->arena, r->n_hypotheses + 1, sizeof *some->hypothesis);
	some->metric = arena_array(&in->arena, r->n_metrics + 1, sizeof *some->metric);
	some->n_rows = some->n_hypotheses = some->n_metrics = 0;
	for (size_t m = 0; m < r->n_metrics; m++)
		if (!w->m || w->m == r->metric[m])
			some->metric[some->n_metrics++] = r->metric[m];
	for (size_t h = 0; h < r->n_hypotheses; h++) {
		if (w->h && w->h != r->hypothesis[h])
			continue;
		some->hypothesis[some->n_hypotheses++] = r->hypothesis[h];
		for (size_t m = 0; m < r->n_metrics; m++)
			if (!w->m || w->m == r->metric[m])
				some->row[some->n_rows++] = r->row[h * r->n_metrics + m];
	}
	return some;
}

/* r["aue"]: results by the name of a column. */
static bool names_column(const struct results *r, const struct ast *a, struct value v)
{
	bool named = a->n != 2 || v.kind != VAL_STRING;
	for (size_t i = 0; i < r->n_hypotheses; i++)
		named |= v.kind == VAL_STRING && strcmp(r->hypothesis[i]->name, v.string.at) == 0;
	for (size_t i = 0; i < r->n_metrics; i++)
		named |= v.kind == VAL_STRING && strcmp(r->metric[i]->name, v.string.at) == 0;
	return !named;
}

static bool index_results(struct interp *in, const struct ast *a, struct results *r, struct scope *s, struct value *out)
{
	struct row_wanted w = { 0 };
	for (uint32_t i = 1; i < a->n; i++) {
		struct value v, t;
		if (a->kid[i]->kind == AST_STAR)
			continue;
		if (!eval(in, a->kid[i], s, &v))
			return false;
		if (v.kind == VAL_NUMBER || v.kind == VAL_RANGE || names_column(r, a, v))
			return to_table(in, a, (struct value){ .kind = VAL_RESULTS, .results = r }, &t) && index_table(in, a, t.table, s, out);
		if (!row_index(in, a->kid[i], r, v, &w))
			return false;
	}
	struct results *some = some_results(in, r, &w);
	*out = (struct value){ .kind = VAL_RESULTS, .results = some };
	if (some->n_rows == 1)
		*out = (struct value){ .kind = VAL_ESTIMATE, .estimate = &some->row[0] };
	return some->n_rows || FAIL(in, E_INDEX, a, "this table has no such row");
}

/* ---- lists, records, weights */

static bool index_list(struct interp *in, const struct ast *a, const struct list *l, struct value i, struct value *out)
{
	int64_t at, to;
	if (i.kind == VAL_RANGE)
		return part(in, a, i, (int64_t)l->n, &at, &to) && new_list(in, a, l->at + at, (size_t)(to - at), out);
	if (i.kind != VAL_LIST) {
		if (!place(in, a, i, (int64_t)l->n, &at))
			return false;
		*out = l->at[at];
		return true;
	}
	struct value *some = arena_array(&in->arena, i.list->n, sizeof *some);
	for (size_t k = 0; k < i.list->n; k++) {
		if (!place(in, a, i.list->at[k], (int64_t)l->n, &at))
			return false;
		some[k] = l->at[at];
	}
	return new_list(in, a, some, i.list->n, out);
}

static bool no_field(struct interp *in, const struct ast *a, const struct record *r, const char *name)
{
	if (r == in->config) {
		diag_at(in->o.diags, E_CONFIG, blame(in, a), "%s has no %s", in->config_path, name);
		diag_hint(in->o.diags, "the architecture needs it");
		return false;
	}
	struct buf list = { 0 };
	for (size_t i = 0; i < r->n && i < 12; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", r->at[i].name);
	diag_at(in->o.diags, E_FIELD, a->span, "this record has no field %s", name);
	diag_hint(in->o.diags, r->n ? "it has %s" : "it has none", buf_str(&list));
	buf_free(&list);
	return false;
}

static bool index_record(struct interp *in, const struct ast *a, const struct record *r, struct value i, struct value *out)
{
	if (!want(in, a, i, VAL_STRING))
		return false;
	const struct value *v = record_get(r, i.string.at);
	if (!v)
		return no_field(in, a, r, i.string.at);
	*out = *v;
	return true;
}

static bool index_weights(struct interp *in, const struct ast *a, const struct weights *w, struct value i, struct value *out)
{
	struct tensor t;
	if (!want(in, a, i, VAL_STRING))
		return false;
	if (weights_get(w, i.string.at, &t)) {
		*out = tensor_value(in, t);
		return true;
	}
	struct buf why = { 0 };
	weights_why_not(w, i.string.at, &why);
	diag_at(in->o.diags, E_WEIGHT, a->span, "%s", buf_str(&why));
	buf_free(&why);
	return false;
}

bool index_value(struct interp *in, const struct ast *a, struct value v, struct scope *s, struct value *out)
{
	struct value i;
	switch (v.kind) {
	case VAL_LATER:   *out = v; return true;
	case VAL_TENSOR:  return index_tensor(in, a, *v.tensor, s, out);
	case VAL_NODE:    return index_node(in, a, v.node, s, out);
	case VAL_RESULTS: return index_results(in, a, v.results, s, out);
	case VAL_TABLE:   return index_table(in, a, v.table, s, out);
	case VAL_LIST:
	case VAL_STRING:
	case VAL_RECORD:
	case VAL_DATASET:
	case VAL_WEIGHTS: break;
	case VAL_NUMBER:  return FAIL(in, E_TYPE, a, "a number has no parts to index");
	default:
		diag_at(in->o.diags, E_TYPE, a->span, "%s cannot be indexed", value_kind_name[v.kind]);
		if (v.kind == VAL_RANGE)
			diag_hint(in->o.diags, "list(x) makes a list of a range");
		return false;
	}
	if (a->n != 2 || a->kid[1]->kind == AST_STAR)
		return FAIL(in, E_INDEX, a, "%s takes one index", value_kind_name[v.kind]);
	if (!eval(in, a->kid[1], s, &i))
		return false;
	if (i.kind == VAL_LATER) {
		*out = i;
		return true;
	}
	if (v.kind == VAL_STRING)
		return index_text(in, a->kid[1], v, i, out);
	if (v.kind == VAL_DATASET)
		return index_dataset(in, a->kid[1], v.dataset, i, out);
	if (v.kind == VAL_LIST)
		return index_list(in, a->kid[1], v.list, i, out);
	return v.kind == VAL_RECORD ? index_record(in, a->kid[1], v.record, i, out) : index_weights(in, a->kid[1], v.weights, i, out);
}

/* ---- fields */

static bool numbers(struct interp *in, const struct ast *a, const double *x, size_t n, struct value *out)
{
	struct value *v = arena_array(&in->arena, n, sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = x[i] == x[i] ? number(x[i]) : (struct value){ VAL_NONE, { 0 } };       /* a pair that was left out */
	return new_list(in, a, v, n, out);
}

static bool interval_value(struct interp *in, const struct ast *a, struct interval i, struct value *out)
{
	*out = (struct value){ VAL_NONE, { 0 } };
	return !i.defined || numbers(in, a, (double[]){ i.lo, i.hi }, 2, out);
}

static bool intervals(struct interp *in, const struct ast *a, const struct estimate *e, struct value *out)
{
	const struct { const char *name; struct interval i; } of[] = {
		{ "aue", e->ci_aue }, { "ate", e->ci_ate }, { "explained", e->ci_explained }, { "recovered", e->ci_recovered } };
	struct field *f = arena_array(&in->arena, 4, sizeof *f);
	for (size_t i = 0; i < 4; i++) {
		f[i].name = intern(of[i].name);
		f[i].value = arena_alloc(&in->arena, sizeof(struct value));
		if (!interval_value(in, a, of[i].i, f[i].value))
			return false;
	}
	return new_record(in, a, f, 4, out);
}

static bool estimate_field(struct interp *in, const struct ast *a, const struct estimate *e, struct value *out)
{
	const struct { const char *name; struct figure f; } figures[] = {
		{ "aue", e->aue }, { "ate", e->ate }, { "explained", e->explained }, { "ref", e->ref }, { "cf", e->cf },
		{ "patched", e->patched }, { "recovered", e->recovered }, { "effect", e->effect }, { "effect_rel", e->effect_rel },
		{ "explained_ratio_of_means", e->explained }, { "recovered_ratio_of_means", e->recovered },
		{ "explained_mean_of_ratios", estimate_mean_of_ratios(e, false) },
		{ "recovered_mean_of_ratios", e->one_run ? estimate_mean_of_ratios(e, true) : (struct figure){ 0, "" } },
		{ "n", { (double)e->n, NULL } }, { "n_skipped", { (double)e->n_skipped, NULL } },
	};
	const struct { const char *name, *text; } texts[] = {
		{ "hypothesis", e->hypothesis }, { "model", e->model }, { "dataset", e->dataset }, { "metric", e->metric }, { "at", e->at },
	};
	const struct { const char *name; const double *x; } lists[] = {
		{ "per_pair", e->delta }, { "per_pair_total", e->delta_total }, { "per_pair_ref", e->f_ref }, { "per_pair_cf", e->f_cf },
		{ "per_pair_patched", e->f_patched },
	};
	const char *count = strcmp(a->name, "paths_kept") == 0 ? e->paths_kept : strcmp(a->name, "paths_total") == 0 ? e->paths_total
		: strcmp(a->name, "paths_cut") == 0 ? e->paths_cut : NULL;
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		if (strcmp(figures[i].name, a->name) == 0) {
			bool two_runs = !e->one_run && ((i >= 3 && i < 9) || i == 10 || i == 12);
			if (two_runs)
				return FAIL(in, E_VALUE, a, "%s has no %s: it compares two runs", e->metric, a->name);
			if (figures[i].f.why)
				return FAIL(in, E_VALUE, a, "%s is undefined: %s", a->name, figures[i].f.why);
			*out = number(figures[i].f.value);
			return true;
		}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(texts[i].name, a->name) == 0) {
			*out = texts[i].text ? text(in, texts[i].text, strlen(texts[i].text)) : (struct value){ VAL_NONE, { 0 } };
			return true;
		}
	if (count || strcmp(a->name, "paths_kept") == 0 || strcmp(a->name, "paths_cut") == 0) {   /* rounded above 2^53; tables have all digits */
		*out = count ? number(strtod(count, NULL)) : (struct value){ VAL_NONE, { 0 } };
		return true;
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(lists[i].name, a->name) == 0)
			return i < 2 || e->one_run ? numbers(in, a, lists[i].x, e->n + e->n_skipped, out)
			                           : FAIL(in, E_VALUE, a, "%s has no %s: it compares two runs", e->metric, a->name);
	if (strcmp(a->name, "ci95") == 0)
		return intervals(in, a, e, out);
	diag_at(in->o.diags, E_FIELD, a->span, "a row of results has no %s", a->name);
	diag_hint(in->o.diags, "it has aue, ate, explained, ref, cf, patched, recovered, effect, effect_rel, n, n_skipped, paths_kept, paths_total, paths_cut, ci95, per_pair, "
	    "per_pair_total, per_pair_ref, per_pair_cf, per_pair_patched, explained_mean_of_ratios, recovered_mean_of_ratios");
	return false;
}

static bool run_field(struct interp *in, const struct ast *a, const struct run_view *r, struct value *out)
{
	if (a->name != r->graph->output_name && strcmp(a->name, "output") != 0)
		return FAIL(in, E_METRIC, a, "a run of %s can be asked for its output only: .%s", r->graph->name, r->graph->output_name);
	*out = tensor_value(in, *r->output);
	return true;
}

static bool model_field(struct interp *in, const struct ast *a, const struct model *m, struct value *out)
{
	const struct { const char *name; int64_t n; } sizes[] = { { "vocab", m->vocab }, { "context", m->context } };
	*out = (struct value){ VAL_NONE, { 0 } };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (strcmp(sizes[i].name, a->name) == 0) {
			if (sizes[i].n)
				*out = number((double)sizes[i].n);
			return true;
		}
	if (strcmp(a->name, "name") == 0) {
		*out = text(in, m->name, strlen(m->name));
		return true;
	}
	if (strcmp(a->name, "config") == 0) {
		if (m->config)
			*out = (struct value){ .kind = VAL_RECORD, .record = m->config };
		return true;
	}
	diag_at(in->o.diags, E_FIELD, a->span, "a model has no %s", a->name);
	diag_hint(in->o.diags, "it has name, config, vocab (how many tokens it knows), context (how many a prompt may have); none where that is not known");
	return false;
}

bool field_value(struct interp *in, const struct ast *a, struct value v, struct value *out)
{
	switch (v.kind) {
	case VAL_LATER:    *out = v; return true;
	case VAL_MODEL:    return model_field(in, a, v.model, out);
	case VAL_DATASET:  return dataset_field(in, a, v.dataset, out);
	case VAL_RUN:      return run_field(in, a, v.run, out);
	case VAL_ESTIMATE: return estimate_field(in, a, v.estimate, out);
	case VAL_SWEEP:    return sweep_field(in, a, v.sweep, out);
	case VAL_RESULTS:
		if (v.results->n_rows == 1)
			return estimate_field(in, a, &v.results->row[0], out);
		return FAIL(in, E_FIELD, a, "this table has %zu rows; name one: r[h, kl].%s", v.results->n_rows, a->name);
	case VAL_TABLE: {
		size_t c;
		return column_of(in, a, v.table, a->name, &c) && table_column(in, a, v.table, c, out);
	}
	case VAL_RECORD: {
		const struct value *x = record_get(v.record, a->name);
		if (!x)
			return no_field(in, a, v.record, a->name);
		*out = *x;
		return true;
	}
	default: return FAIL(in, E_FIELD, a, "%s has no %s", value_kind_name[v.kind], a->name);
	}
}
