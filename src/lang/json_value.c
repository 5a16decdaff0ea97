/* JSON documents as values of the language, and back. */
#include <string.h>

#include "lang/internal.h"

static bool record_from(struct interp *in, const struct ast *at, json_t *j, struct value *out)
{
	struct field *f = arena_array(&in->arena, json_object_size(j), sizeof *f);
	size_t n = 0;
	const char *key;
	json_t *v;
	json_object_foreach(j, key, v) {
		f[n].name = intern(key);
		f[n].value = arena_alloc(&in->arena, sizeof(struct value));
		if (!from_json(in, at, v, f[n++].value))
			return false;
	}
	return new_record(in, at, f, n, out);
}

bool from_json(struct interp *in, const struct ast *at, json_t *j, struct value *out)
{
	switch (json_typeof(j)) {
	case JSON_OBJECT: return record_from(in, at, j, out);
	case JSON_ARRAY: {
		struct value *v = arena_array(&in->arena, json_array_size(j), sizeof *v);
		for (size_t i = 0; i < json_array_size(j); i++)
			if (!from_json(in, at, json_array_get(j, i), &v[i]))
				return false;
		return new_list(in, at, v, json_array_size(j), out);
	}
	case JSON_STRING: *out = text(in, json_string_value(j), json_string_length(j)); break;
	case JSON_INTEGER:
	case JSON_REAL:   *out = number(json_number_value(j)); break;
	case JSON_TRUE:
	case JSON_FALSE:  *out = truth(json_is_true(j)); break;
	case JSON_NULL:   *out = (struct value){ VAL_NONE, { 0 } }; break;
	}
	return true;
}

json_t *to_json(struct interp *in, const struct ast *at, struct value v)
{
	json_t *j = NULL;
	bool ok = true;
	switch (v.kind) {
	case VAL_NONE:   return json_null();
	case VAL_NUMBER: j = json_real(v.number); break;         /* NULL when it is not finite */
	case VAL_STRING: j = json_stringn(v.string.at, v.string.n); break;
	case VAL_BOOL:   return json_boolean(v.truth);
	case VAL_LIST:
		j = json_array();
		for (size_t i = 0; ok && i < v.list->n; i++)
			ok = json_array_append_new(j, to_json(in, at, v.list->at[i])) == 0;
		break;
	case VAL_RECORD:
		j = json_object();
		for (size_t i = 0; ok && i < v.record->n; i++)
			ok = json_object_set_new(j, v.record->at[i].name, to_json(in, at, *v.record->at[i].value)) == 0;
		break;
	case VAL_RANGE:
		j = json_array();
		for (double x = v.range.from; ok && x < v.range.to && json_array_size(j) < MAX_ELEMENTS; x++)
			ok = json_array_append_new(j, json_real(x)) == 0;
		break;
	default: break;
	}
	if (ok && j)
		return j;
	json_decref(j);
	if (v.kind == VAL_NUMBER)
		diag_at(in->o.diags, E_VALUE, at->span, "a number of an input has to be finite");
	else if (v.kind == VAL_STRING)
		diag_at(in->o.diags, E_VALUE, at->span, "this text is not UTF-8");
	else if (ok)
		diag_at(in->o.diags, E_TYPE, at->span, "%s cannot be part of an input", value_kind_name[v.kind]);
	return NULL;
}
