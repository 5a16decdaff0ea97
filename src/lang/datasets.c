/* Datasets as scripts see them: loading, pair(), input declarations. */
#include <string.h>

#include "lang/builtins.h"

bool keep_dataset(struct interp *in, struct dataset *d, const struct ast *at, const struct model *m, struct value *out)
{
	if (!d && m->no_tokenizer && in->o.diags->n && in->o.diags->at[in->o.diags->n - 1].code == E_TOKENIZER)
		diag_hint(in->o.diags, "its tokenizer cannot be used: %s", m->no_tokenizer);
	if (!d)
		return false;
	vec_push(&in->datasets, d);
	*out = (struct value){ .kind = VAL_DATASET, .dataset = d };
	return d->pair.n || FAIL(in, E_DATASET, at, "%s has no pairs", d->from[0] ? d->from : "the dataset");
}

/* The model that is meant: `for: m`, an input's own, or the only one there is. */
const struct model *model_meant(struct interp *in, const struct ast *at, struct args *a, const struct model *own)
{
	struct value v;
	if (named(a, "for", &v))
		return want(in, at, v, VAL_MODEL) ? v.model : NULL;
	if (own || in->models.n == 1)
		return own ? own : in->models.at[0];
	diag_at(in->o.diags, E_ARGUMENT, at->span, in->models.n ? "there are several models, so say which one is meant" : "a dataset is for a model, and there is none yet");
	diag_hint(in->o.diags, "for: m");
	return NULL;
}

struct data_model data_model(const struct model *m)
{
	return (struct data_model){ m->name, m->graph, m->tokenizer, m->vocab, m->context };
}

/* columns: {ours: "theirs", ...} */
static bool column_names(struct interp *in, const struct ast *at, struct args *a, struct data_options *o)
{
	struct value v;
	if (!named(a, "columns", &v))
		return true;
	if (!want(in, at, v, VAL_RECORD))
		return false;
	struct field_name *f = arena_array(&in->arena, v.record->n, sizeof *f);
	for (size_t i = 0; i < v.record->n; i++) {
		const struct field *x = &v.record->at[i];
		struct buf all = { 0 };
		bool known = dataset_knows_field(x->name, &all);
		if (!known) {
			diag_at(in->o.diags, E_ARGUMENT, at->span, "columns: a pair has no field '%s'", x->name);
			diag_hint(in->o.diags, "the fields are %s", buf_str(&all));
		}
		buf_free(&all);
		if (!known || !want(in, at, *x->value, VAL_STRING))
			return false;
		f[i] = (struct field_name){ x->name, x->value->string.at };
	}
	o->field = f;
	o->n_fields = v.record->n;
	return true;
}

/* skip or refuse, which the prelude gives names to. */
bool misaligned_rule(struct interp *in, const struct ast *at, struct value v, bool *skip)
{
	*skip = v.kind == VAL_STRING && strcmp(v.string.at, "skip") == 0;
	return *skip || (v.kind == VAL_STRING && strcmp(v.string.at, "refuse") == 0)
	    || FAIL(in, E_VALUE, at, "on_misaligned is skip or refuse");
}

/* load() of a file. */
bool load_dataset(struct interp *in, const struct ast *at, struct args *a, const char *path, struct value *out)
{
	const struct ast *path_at = a->ast[0];
	const struct model *m = model_meant(in, at, a, NULL);
	struct data_options o = { 0 };
	struct value v;
	if (!m || !column_names(in, at, a, &o) || (named(a, "on_misaligned", &v) && !misaligned_rule(in, at, v, &o.skip)) || !no_more_names(in, a))
		return false;
	if (a->n != 1)
		return FAIL(in, E_ARGUMENT, at, "load(file, for: m) takes one path");
	struct data_model dm = data_model(m);
	return keep_dataset(in, dataset_load(path, &dm, &o, path_at->span, in->o.diags), path_at, m, out);
}

/* An input by name, or its value. */
static bool add_side(struct interp *in, const struct ast *at, json_t *j, const char *field, struct value v)
{
	json_t *side = to_json(in, at, v.kind == VAL_PROMPT ? *v.prompt->input : v);
	return side && json_object_set_new(j, field, side) == 0;
}

/* Names that pair() does not know have become columns, or are a mistake. */
static bool are_columns(struct interp *in, const struct ast *at, const struct dataset *d, const char *const *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool found = false;
		for (size_t c = 2; c < d->n_columns; c++)
			found |= d->column[c] == name[i];
		if (found)
			continue;
		diag_at(in->o.diags, E_ARGUMENT, at->span, "'%s' is no input as long as the two sides", name[i]);
		diag_hint(in->o.diags, "pair() knows for, answer, foil and positions; another name is a column to feed from");
		return false;
	}
	return true;
}

bool make_pair(struct interp *in, const struct ast *at, struct args *a, struct value *out)
{
	static const char *const more[] = { "answer", "foil", "positions" };
	const struct model *own = NULL;
	for (size_t i = 0; i < a->n; i++)
		own = a->at[i].kind == VAL_PROMPT ? a->at[i].prompt->model : own;
	const struct model *m = model_meant(in, at, a, own);
	if (!m)
		return false;
	json_t *j = json_object();
	struct value v;
	bool ok = true;
	for (size_t i = 0; i < sizeof more / sizeof *more && ok; i++)
		if (named(a, more[i], &v))
			ok = add_side(in, at, j, more[i], v);
	VEC(const char *) further = { 0 };
	while (ok && a->n && a->name[a->n - 1]) {
		vec_push(&further, a->name[a->n - 1]);
		ok = add_side(in, a->ast[a->n - 1], j, a->name[a->n - 1], a->at[a->n - 1]);
		a->n--;
	}
	ok = ok && no_more_names(in, a);
	if (ok && a->n != 2)
		ok = FAIL(in, E_ARGUMENT, at, "pair(reference, counterfactual) takes two inputs");
	ok = ok && add_side(in, a->ast[0], j, "ref", a->at[0]) && add_side(in, a->ast[1], j, "cf", a->at[1]);
	struct data_model dm = data_model(m);
	struct dataset *d = ok ? dataset_one(j, &dm, at->span, in->o.diags) : NULL;
	json_decref(j);
	ok = ok && keep_dataset(in, d, at, m, out) && are_columns(in, at, d, further.at, further.n);
	vec_free(&further);
	return ok;
}

/* pairs([{ref: ..., cf: ...}, ...]) */
DEFINE(pairs)
{
	struct data_options o = { 0 };
	struct value v, list;
	const struct model *m = at_top(in, at, "a dataset") ? model_meant(in, at, a, NULL) : NULL;
	if (!m || (named(a, "on_misaligned", &v) && !misaligned_rule(in, at, v, &o.skip)) || !takes(in, at, a, 1, 1) ||
	    !to_list(in, a->ast[0], a->at[0], &list))
		return false;
	struct data_model dm = data_model(m);
	struct making *k = dataset_begin("", &dm, &o, at->span, in->o.diags);
	bool ok = true;
	for (size_t i = 0; ok && i < list.list->n && dataset_going(k); i++) {
		json_t *j = go_on(in, at) && want(in, a->ast[0], list.list->at[i], VAL_RECORD) ? to_json(in, a->ast[0], list.list->at[i]) : NULL;
		struct draft x = { .json = j, .number = (int)i + 1 };
		ok = j != NULL;
		if (ok)
			dataset_add(k, &x);
		json_decref(j);
	}
	struct dataset *d = dataset_end(k, ok);
	if (d)
		d->name = "pairs";
	return ok && keep_dataset(in, d, at, m, out);
}

/* ---- inputs */

static bool spell_prompt(struct interp *in, const struct ast *at, struct prompt *p)
{
	struct value v = *p->input;
	struct buf why = { 0 };
	struct tokens t = { 0 };
	bool ok = true;
	if (v.kind == VAL_STRING && !p->model->tokenizer) {
		diag_at(in->o.diags, E_TOKENIZER, at->span, "this is text, but %s has no tokenizer", p->model->name);
		if (p->model->no_tokenizer)
			diag_hint(in->o.diags, "its tokenizer cannot be used: %s", p->model->no_tokenizer);
		else
			diag_hint(in->o.diags, "give token ids: [15, 46, 68]");
		return false;
	}
	if (v.kind == VAL_STRING)
		ok = tokenizer_prompt(p->model->tokenizer, v.string.at, v.string.n, &t, &why) || FAIL(in, E_PAIR, at, "%s", buf_str(&why));
	if (ok && v.kind == VAL_STRING)
		p->tokens = (struct tokens){ .id = arena_copy(&in->arena, t.id, t.n * sizeof *t.id), .n = t.n };
	buf_free(&why);
	tokens_free(&t);
	return ok;
}

/* Ids in place of text: those of the vocabulary. */
static bool prompt_ids(struct interp *in, const struct ast *at, const struct list *l, struct prompt *p)
{
	int64_t id, vocab = p->model->vocab;
	p->tokens.id = arena_array(&in->arena, l->n + 1, sizeof *p->tokens.id);
	for (; p->tokens.n < l->n; p->tokens.n++) {
		if (!whole(in, at, l->at[p->tokens.n], &id))
			return false;
		if (id < 0 || id > INT32_MAX || (vocab && id >= vocab))
			return FAIL(in, E_PAIR, at, "%lld is no token id of %s%s", (long long)id, p->model->name,
			    vocab ? arena_printf(&in->arena, " (0 to %lld)", (long long)vocab - 1) : "");
		p->tokens.id[p->tokens.n] = (int32_t)id;
	}
	return true;
}

/* input p for m = text | ids | numbers.  Numbers are checked against the model when a pair is made of it. */
bool declare_prompt(struct interp *in, const struct ast *a, struct scope *s)
{
	struct value v, model;
	struct args none = { 0 };
	struct prompt *p = arena_alloc(&in->arena, sizeof *p);
	if (a->kid[1] && (!eval(in, a->kid[1], s, &model) || !want(in, a->kid[1], model, VAL_MODEL)))
		return false;
	p->name = a->name;
	p->model = model_meant(in, a, &none, a->kid[1] ? model.model : NULL);
	if (!p->model || !eval(in, a->kid[0], s, &v))
		return false;
	if (v.kind != VAL_STRING && v.kind != VAL_LIST && v.kind != VAL_NUMBER && v.kind != VAL_RECORD)
		return FAIL(in, E_TYPE, a->kid[0], "an input is text, a list of ids, numbers, or a record of these; this is %s", value_kind_name[v.kind]);
	p->input = arena_copy(&in->arena, &v, sizeof v);
	bool ids = p->model->graph->input.n == 1 && p->model->graph->input.at[0].ids;
	if ((v.kind == VAL_LIST && ids && !prompt_ids(in, a->kid[0], v.list, p)) || !spell_prompt(in, a->kid[0], p))
		return false;
	if (ids && (v.kind == VAL_LIST || v.kind == VAL_STRING) && !p->tokens.n)
		return FAIL(in, E_PAIR, a->kid[0], "the prompt is empty");
	if (p->model->context && (int64_t)p->tokens.n > p->model->context)
		return FAIL(in, E_PAIR, a->kid[0], "the prompt has %zu tokens, but the context of %s is %lld", p->tokens.n, p->model->name,
		    (long long)p->model->context);
	return bind(in, s, a->name, (struct value){ .kind = VAL_PROMPT, .prompt = p }, a->at, false);
}
