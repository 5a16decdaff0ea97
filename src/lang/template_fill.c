/* One way to fill the slots of a dataset block: names get values, templates become texts in which it is known where each name
 * stands, answers become tokens' texts or ids.  See template.h. */
#include <string.h>

#include "lang/template.h"

/* ---- names */

static bool name_values(struct block *b, struct side *s, const uint32_t *choice, const struct record *ref, struct filled *f)
{
	struct interp *in = b->in;
	size_t n = s->definition.n;
	struct field *field = arena_array(&in->arena, n, sizeof *field);
	struct value names;
	f->scope = scope_open(&in->scopes, b->scope);
	if (ref && !bind(in, f->scope, intern("ref"), (struct value){ .kind = VAL_RECORD, .record = (struct record *)(uintptr_t)ref }, b->at->at, false))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct definition *d = &s->definition.at[i];
		struct value v;
		if (!d->expr)
			v = b->slot.at[d->slot].values->at[choice[d->slot]];
		else if (!eval(in, d->expr, f->scope, &v))
			return false;
		b->later |= v.kind == VAL_LATER;
		field[i] = (struct field){ d->name, arena_copy(&in->arena, &v, sizeof v) };
		if (!bind(in, f->scope, d->name, v, d->at->span, false))
			return false;
	}
	if (!new_record(in, b->at, field, n, &names))
		return false;
	f->names = names.record;
	return true;
}

static bool all_distinct(const struct side *s, const struct filled *f)
{
	for (size_t i = 0; i < s->distinct.n; i++) {
		const struct ast *d = s->distinct.at[i];
		for (uint32_t k = 0; k < d->n; k++)
			for (uint32_t l = 0; l < k; l++)
				if (same_value(*record_get(f->names, d->kid[k]->name), *record_get(f->names, d->kid[l]->name)))
					return false;
	}
	return true;
}

/* ---- texts with names in braces */

struct spelling {
	struct block *b;
	const struct ast *at;
	const struct filled *own, *other;        /* {name} is of own, {cf.name} of other */
	struct buf *out;
	struct filled *marks;                    /* gets the places of the names, or NULL */
};

static bool unknown_slot(struct spelling *s, const char *name, const struct record *names)
{
	VEC(const char *) have = { 0 };
	for (size_t i = 0; i < names->n; i++)
		vec_push(&have, names->at[i].name);
	const char *near = str_nearest(name, have.at, have.n);
	diag_at(s->b->in->o.diags, E_TEMPLATE, s->at->span, "{%s} is no slot of this block", name);
	if (near)
		diag_hint(s->b->in->o.diags, "did you mean {%s}? A brace by itself is written {{", near);
	else
		diag_hint(s->b->in->o.diags, "a slot is introduced by let %s in list, or %s = value; a brace by itself is written {{", name, name);
	vec_free(&have);
	return false;
}

static bool put_slot(struct spelling *s, const char *name)
{
	bool of_other = s->other && strncmp(name, "cf.", 3) == 0;
	const struct record *names = of_other ? s->other->names : s->own->names;
	const struct value *v = record_get(names, of_other ? name + 3 : name);
	if (!v)
		return unknown_slot(s, name, names);
	if (v->kind != VAL_STRING && v->kind != VAL_NUMBER)
		return FAIL(s->b->in, E_TEMPLATE, s->at, "{%s} is %s, which cannot stand in a text", name, value_kind_name[v->kind]);
	struct mark m = { .role = intern(name), .from = (uint32_t)s->out->n };
	value_text(v, s->out, false);
	m.to = (uint32_t)s->out->n;
	if (s->marks)
		vec_push(&s->marks->mark, m);
	return true;
}

static bool put_text(struct spelling *s, const char *t)
{
	while (*t) {
		const char *end;
		char name[128];
		if (t[0] != '{' || t[1] == '{') {
			if ((t[0] == '{' || t[0] == '}') && t[1] == t[0])
				t++;
			buf_putc(s->out, *t++);
			continue;
		}
		end = strchr(t, '}');
		if (!end || (size_t)(end - t) > sizeof name - 1 || end == t + 1)
			return FAIL(s->b->in, E_TEMPLATE, s->at, "a brace that holds no name: {name} is a slot, {{ a brace");
		memcpy(name, t + 1, (size_t)(end - t - 1));
		name[end - t - 1] = '\0';
		if (!put_slot(s, name))
			return false;
		t = end + 1;
	}
	return true;
}

static bool fill_template(struct block *b, int side, const uint32_t *choice, struct filled *f)
{
	const struct side *own = &b->side[side];
	const struct list *l = own->templates ? own->templates : b->slot.at[0].values;
	const struct ast *at = own->template_at ? own->template_at : b->side[COLUMN_REF].template_at;
	struct spelling s = { .b = b, .at = at, .own = f, .out = &f->text, .marks = f };
	return put_text(&s, l->at[l->n == 1 ? 0 : choice[0]].string.at);
}

/* ---- answers */

static bool fill_answer(struct spelling *s, struct value v, struct value *out)
{
	if (v.kind == VAL_STRING) {
		struct buf b = { 0 };
		s->out = &b;
		bool ok = put_text(s, v.string.at);
		*out = text(s->b->in, buf_str(&b), b.n);
		buf_free(&b);
		return ok;
	}
	*out = v;
	if (v.kind == VAL_RANGE && !to_list(s->b->in, s->at, v, &v))
		return false;
	if (v.kind != VAL_LIST)
		return true;
	struct value *x = arena_array(&s->b->in->arena, v.list->n, sizeof *x);
	for (size_t i = 0; i < v.list->n; i++)
		if (!fill_answer(s, v.list->at[i], &x[i]))
			return false;
	return new_list(s->b->in, s->at, x, v.list->n, out);
}

static bool add_answer(struct block *b, const struct ast *a, const char *field, struct filling *f)
{
	struct value v;
	if (!a)
		return true;
	struct spelling s = { .b = b, .at = a->kid[0], .own = &f->side[COLUMN_REF], .other = &f->side[COLUMN_CF] };
	if (!eval(b->in, a->kid[0], f->side[COLUMN_REF].scope, &v))
		return false;
	if (v.kind == VAL_LATER)
		return b->later = true;
	if (!fill_answer(&s, v, &v))
		return false;
	json_t *j = to_json(b->in, a->kid[0], v);
	return j && json_object_set_new(f->pair, field, j) == 0;
}

/* ---- a pair */

static bool not_utf8(struct block *b)
{
	return FAIL(b->in, E_VALUE, b->at, "a text of this dataset is not UTF-8");
}

bool fill_block(struct block *b, const uint32_t *choice, struct filling *out, bool *fits)
{
	struct filled *ref = &out->side[COLUMN_REF], *cf = &out->side[COLUMN_CF];
	if (!name_values(b, &b->side[COLUMN_REF], choice, NULL, ref) || !name_values(b, &b->side[COLUMN_CF], choice, ref->names, cf))
		return false;
	*fits = all_distinct(&b->side[COLUMN_REF], ref) && all_distinct(&b->side[COLUMN_CF], cf);
	if (!*fits || b->later)
		return true;
	if (!fill_template(b, COLUMN_REF, choice, ref) || !fill_template(b, COLUMN_CF, choice, cf))
		return false;
	out->pair = json_object();
	if (json_object_set_new(out->pair, "ref", json_stringn(buf_str(&ref->text), ref->text.n)) != 0 ||
	    json_object_set_new(out->pair, "cf", json_stringn(buf_str(&cf->text), cf->text.n)) != 0)
		return not_utf8(b);
	struct value other = { .kind = VAL_RECORD, .record = cf->names };
	return bind(b->in, ref->scope, intern("cf"), other, b->at->at, false) && add_answer(b, b->answer, "answer", out) && add_answer(b, b->foil, "foil", out);
}

void free_filling(struct block *b, struct filling *f)
{
	for (int s = COLUMN_CF; s <= COLUMN_REF; s++) {
		if (f->side[s].scope)
			scope_close(&b->in->scopes, f->side[s].scope);
		buf_free(&f->side[s].text);
		vec_free(&f->side[s].mark);
	}
	json_decref(f->pair);
}
