/* What others call the fields of a pair.
 *
 * Owns the names known without `columns:`, and the two things that stand for something else: ids written as text in a table,
 * and a year that stands for the years after it.  Gives an object with the names of dataset.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "data/internal.h"

enum kind { INPUT, ANSWERS, IDS, YEAR, ROLES };

/* Ours, what it becomes, and what others call it: EAP-IG and MIB (clean, corrupted, ..._idx, label), AutoCircuit (corrupt, answers,
 * wrong_answers), feature-circuits (clean_prefix, patch_prefix, ...).  The first that an object has is taken. */
static const struct field { const char *ours, *becomes; enum kind kind; const char *theirs[6]; } fields[] = {
	{ "ref",        "ref",       INPUT,   { "clean", "clean_prefix" } },
	{ "cf",         "cf",        INPUT,   { "corrupted", "corrupt", "patch_prefix" } },
	{ "answer",     "answer",    ANSWERS, { "answers", "clean_answer" } },
	{ "answer_ids", "answer",    IDS,     { "correct_idx", "clean_answer_idx", "answers_idx", "country_idx" } },
	{ "foil",       "foil",      ANSWERS, { "wrong_answers", "patch_answer" } },
	{ "foil_ids",   "foil",      IDS,     { "incorrect_idx", "corrupted_answer_idx", "corrupted_answers_idx", "corrupted_country_idx" } },
	{ "positions",  "positions", ROLES,   { NULL } },
	{ "label",      NULL,        YEAR,    { NULL } },
};
enum { N_FIELDS = sizeof fields / sizeof *fields };

bool dataset_knows_field(const char *ours, struct buf *all)
{
	bool known = false;
	for (size_t i = 0; i < N_FIELDS; i++) {
		known |= strcmp(fields[i].ours, ours) == 0;
		if (all)
			buf_printf(all, "%s%s", i ? ", " : "", fields[i].ours);
	}
	return known;
}

/* ---- finding a field */

static const char *asked_for(const struct data_options *o, const char *ours)
{
	for (size_t i = 0; i < o->n_fields; i++)
		if (strcmp(o->field[i].ours, ours) == 0)
			return o->field[i].theirs;
	return NULL;
}

static const char *name_in(const struct field *f, const json_t *j)
{
	if (json_object_get(j, f->ours))
		return f->ours;
	for (const char *const *n = f->theirs; n < f->theirs + 6 && *n; n++)
		if (json_object_get(j, *n))
			return *n;
	return NULL;
}

static bool no_column(const json_t *j, const char *ours, const char *theirs, struct fault *f)
{
	refuse(f, E_DATASET, "there is no column '%.60s', which `columns:` names as %s; the columns are", theirs, ours);
	const char *key;
	json_t *x;
	size_t n = 0;
	json_object_foreach((json_t *)(uintptr_t)j, key, x)
		if (n++ < 12)
			buf_printf(&f->what, "%s %.40s", n > 1 ? "," : "", key);
	buf_puts(&f->what, n > 12 ? ", ..." : n ? "" : " none");
	return false;
}

/* ---- what stands for something else */

/* A text as the JSON value that it spells, or NULL. */
static json_t *spelled_out(const json_t *text)
{
	return json_loadb(json_string_value(text), json_string_length(text), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
}

/* The years from `from` to before `to`, as the two digits a prompt would end in. */
static json_t *years(int from, int to)
{
	json_t *list = json_array();
	for (int y = from; y < to; y++)
		json_array_append_new(list, json_sprintf("%02d", y));
	return list;
}

static int year_of(const json_t *label)
{
	int64_t x;
	const char *s = json_string_value(label);
	if (s && isdigit((unsigned char)s[0]) && (!s[1] || (isdigit((unsigned char)s[1]) && !s[2])))
		x = strtol(s, NULL, 10);
	else if (s || !json_whole(label, &x))
		return -1;
	return x >= 0 && x <= 99 ? (int)x : -1;
}

/* EAP-IG's greater-than: the prompt ends in a century, the label is a year of it; later years are right. */
static bool add_years(json_t *ours, const json_t *label, bool asked, struct fault *f)
{
	const json_t *ref = json_object_get(ours, "ref");
	const char *s = json_string_value(ref);
	size_t n = json_string_length(ref);
	bool century = n >= 2 && isdigit((unsigned char)s[n - 1]) && isdigit((unsigned char)s[n - 2]);
	int year = year_of(label);
	if (!asked && (!century || year < 0))
		return true;                         /* a label of something else */
	if (year < 0) {
		refuse(f, E_ANSWER, "the label is no year of two digits, 0 to 99");
		buf_puts(&f->hint, "for another kind of answer: columns: {answer: \"name of the column\"}");
		return false;
	}
	json_object_set_new(ours, "answer", years(year + 1, 100));
	json_object_set_new(ours, "foil", years(0, year + 1));
	return true;
}

static bool is_ids(const json_t *j)
{
	bool ok = json_is_array(j) || json_is_number(j);
	for (size_t i = 0; ok && json_is_array(j) && i < json_array_size(j); i++)
		ok = json_is_number(json_array_get(j, i));
	return ok;
}

/* What a text of a table stands for: ids as numbers, lists and roles as JSON. */
static bool convert(const struct data_model *m, enum kind k, const char *name, json_t **x, struct fault *f)
{
	if (!json_is_string(*x))
		return k != IDS || json_is_null(*x) || is_ids(*x) || refuse(f, E_ANSWER, "'%s' is not a token id or a list of them", name);
	bool list = json_string_value(*x)[0] == '[';
	if ((k == INPUT && m->tokenizer) || (k == ANSWERS && !list) || k == YEAR)
		return true;
	json_t *j = spelled_out(*x);
	if (k == IDS && !is_ids(j)) {
		json_decref(j);
		return refuse(f, E_ANSWER, "'%s' is not a token id or a list of them: \"%.60s\"", name, json_string_value(*x));
	}
	if (k == ROLES && json_string_length(*x) == 0)
		j = json_null();
	if (k == ROLES && !j)
		return refuse(f, E_PAIR, "'%s' is not JSON such as {\"S1\": 3, \"S2\": [7, 8]}", name);
	if (k == INPUT && !json_is_array(j) && !json_is_object(j)) {
		json_decref(j);                      /* a text, which needs a tokenizer */
		j = NULL;
	}
	if (j) {
		json_decref(*x);
		*x = j;
	}
	return true;
}

/* ---- all of them */

struct taking { const struct data_model *m; const struct data_options *o; json_t *left, *ours; struct fault *f; };

static bool take(struct taking *t, const struct field *f, bool only_asked)
{
	const char *asked = asked_for(t->o, f->ours), *name = asked ? asked : name_in(f, t->left);
	if (only_asked != (asked != NULL))
		return true;
	json_t *x = name ? json_object_get(t->left, name) : NULL;
	if (asked && !x)
		return no_column(t->left, f->ours, asked, t->f);
	if (!x || (f->becomes && json_object_get(t->ours, f->becomes)))
		return true;
	if (f->kind == YEAR && (json_object_get(t->ours, "answer") || json_object_get(t->ours, "foil")))
		return true;
	json_incref(x);
	bool ok = convert(t->m, f->kind, name, &x, t->f);
	if (ok && f->kind == YEAR)
		ok = add_years(t->ours, x, asked != NULL, t->f);
	else if (ok)
		json_object_set(t->ours, f->becomes, x);
	if (ok && f->becomes)
		json_object_del(t->left, name);
	json_decref(x);
	return ok;
}

json_t *fields_ours(const struct data_model *m, const struct data_options *o, json_t *theirs, struct fault *f)
{
	struct taking t = { m, o, json_copy(theirs), json_object(), f };
	bool ok = true;
	for (size_t i = 0; i < 2 * N_FIELDS && ok; i++)
		ok = take(&t, &fields[i % N_FIELDS], i < N_FIELDS);
	if (ok)                                      /* further fields: columns, perhaps */
		json_object_update_missing(t.ours, t.left);
	json_decref(t.left);
	if (ok)
		return t.ours;
	json_decref(t.ours);
	return NULL;
}

/* ---- roles by names that are none here */

/* "IO-1" as IO_minus_1, ",_B" as _comma__B: what can be written after @. */
static void put_role(struct buf *out, const char *s)
{
	static const struct { char c; const char *word; } words[] = {
		{ '-', "_minus_" }, { '+', "_plus_" }, { ',', "_comma_" }, { ':', "_colon_" }, { '.', "_dot_" }, { ' ', "_" },
	};
	if (isdigit((unsigned char)*s))
		buf_putc(out, '_');
	for (; *s; s++) {
		const char *word = isalnum((unsigned char)*s) || *s == '_' ? NULL : "_";
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (words[i].c == *s)
				word = words[i].word;
		if (word)
			buf_puts(out, word);
		else
			buf_putc(out, *s);
	}
}

/* Some of AutoCircuit's files count a beginning-of-text token that the texts do not have: "starts", the first token, is 1 there. */
static json_t *counted_from(const json_t *rows, const json_t *starts)
{
	int64_t row, first;
	if (!json_whole(starts, &first) || first <= 0 || !json_whole(rows, &row) || row < first)
		return json_incref((json_t *)(uintptr_t)rows);
	return json_integer(row - first);
}

json_t *fields_roles(const json_t *theirs)
{
	json_t *ours = json_object();
	const json_t *starts = json_object_get(theirs, "starts");
	const char *key;
	json_t *rows;
	json_object_foreach((json_t *)(uintptr_t)theirs, key, rows) {
		struct buf name = { 0 };
		put_role(&name, key);
		while (json_object_get(ours, buf_str(&name)))            /* two that look alike now */
			buf_putc(&name, '_');
		json_object_set_new(ours, *buf_str(&name) ? buf_str(&name) : "_", counted_from(rows, starts));
		buf_free(&name);
	}
	return ours;
}
