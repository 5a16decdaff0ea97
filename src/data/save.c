/* Pairs back to JSON: what dataset_load reads as the same pair. */
#include <string.h>

#include "data/internal.h"

static json_t *ids_json(const int32_t *id, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_integer(id[i]));
	return list;
}

/* Numbers in the nested lists of a shape; *x runs over them. */
static json_t *real_json(const struct shape *s, int axis, int64_t rows, const float **x)
{
	if (axis == s->n)
		return json_real((double)*(*x)++);
	json_t *list = json_array();
	int64_t n = s->dim[axis] == DIM_SEQ ? rows : s->dim[axis];
	for (int64_t i = 0; i < n; i++)
		json_array_append_new(list, real_json(s, axis + 1, rows, x));
	return list;
}

static json_t *input_json(const struct graph_input *in, const struct input_value *v, int64_t rows, bool ids)
{
	const float *x = v->real;
	if (v->text && !ids)
		return json_string(v->text);
	return v->ids ? ids_json(v->ids, (size_t)v->n) : real_json(&in->shape, 0, rows, &x);
}

static json_t *column_json(const struct dataset *s, const struct pair *p, size_t column, bool ids)
{
	const struct graph *g = s->graph;
	const struct input_value *v = &p->value[column * g->input.n];
	if (g->input.n == 1)
		return input_json(&g->input.at[0], v, p->length, ids);
	json_t *j = json_object();
	for (size_t k = 0; k < g->input.n; k++)
		json_object_set_new(j, g->input.at[k].name, input_json(&g->input.at[k], &v[k], p->length, ids));
	return j;
}

/* Its text, where that is read as the same token again. */
static json_t *answer_json(const struct dataset *s, int32_t id, bool ids)
{
	const char *text = ids || !s->tokenizer ? NULL : tokenizer_text(s->tokenizer, id);
	struct tokens t = { 0 };
	struct buf why = { 0 };
	bool same = text && dataset_spell(s->tokenizer, text, strlen(text), &t, &why) && t.n == 1 && t.id[0] == id;
	tokens_free(&t);
	buf_free(&why);
	json_t *j = same ? json_string(text) : NULL;     /* NULL: a part of a character */
	return j ? j : json_integer(id);
}

static json_t *answers_json(const struct dataset *s, const int32_t *id, size_t n, bool ids)
{
	if (n == 1)
		return answer_json(s, id[0], ids);
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, answer_json(s, id[i], ids));
	return list;
}

/* before: rows that are not counted; one of these is counted from the end. */
static json_t *roles_json(const struct pair *p, int64_t before)
{
	json_t *roles = json_object();
	for (size_t i = 0; i < p->n_roles; i++) {
		const struct rows *r = &p->role[i].rows;
		bool usual_end = strcmp(p->role[i].name, "END") == 0 && r->n == 1 && r->at[0] == p->length - 1;
		json_t *rows = json_array();
		for (size_t k = 0; k < r->n; k++)
			json_array_append_new(rows, json_integer(r->at[k] < before ? r->at[k] - p->length : r->at[k] - before));
		if (usual_end)
			json_decref(rows);
		else
			json_object_set_new(roles, p->role[i].name, rows);
	}
	return roles;
}

void *dataset_json(const struct dataset *s, const struct pair *p, bool ids)
{
	json_t *j = json_object();
	json_object_set_new(j, "ref", column_json(s, p, COLUMN_REF, ids));
	json_object_set_new(j, "cf", column_json(s, p, COLUMN_CF, ids));
	if (p->n_answer)
		json_object_set_new(j, "answer", answers_json(s, p->answer, p->n_answer, ids));
	if (p->n_foil)
		json_object_set_new(j, "foil", answers_json(s, p->foil, p->n_foil, ids));
	json_t *roles = roles_json(p, ids || s->graph->input.n != 1 ? 0 : p->value[COLUMN_REF].n_before);
	if (json_object_size(roles))
		json_object_set(j, "positions", roles);
	json_decref(roles);
	for (size_t c = 2; c < s->n_columns; c++)
		json_object_set_new(j, s->column[c], column_json(s, p, c, ids));
	return j;
}

static int put_bytes(const char *s, size_t n, void *out)
{
	buf_add(out, s, n);
	return 0;
}

void dataset_put_lines(const struct dataset *s, struct buf *out)
{
	for (size_t i = 0; i < s->pair.n; i++) {
		json_t *j = dataset_json(s, &s->pair.at[i], false);
		json_dump_callback(j, put_bytes, out, 0);
		json_decref(j);
		buf_putc(out, '\n');
	}
}
