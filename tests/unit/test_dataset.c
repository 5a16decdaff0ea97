/* Datasets: JSON Lines to checked pairs, and the sentences for what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/internal.h"
#include "model/internal.h"

static struct sources sources;

enum { TOKENS, WORDS, SCALAR, SCALARS, TABLE, N_MODELS };

/* Models of which a dataset sees only the inputs. */
static struct graph_input inputs[][2] = {
	[TOKENS]  = { { "tokens", NULL, true, { 1, { DIM_SEQ } } } },
	[WORDS]   = { { "tokens", NULL, true, { 1, { DIM_SEQ } } } },
	[SCALAR]  = { { "x", NULL, false, { 0 } } },
	[SCALARS] = { { "x0", NULL, false, { 0 } }, { "x1", NULL, false, { 1, { 2 } } } },
	[TABLE]   = { { "t", NULL, true, { 1, { DIM_SEQ } } }, { "x", NULL, false, { 2, { DIM_SEQ, 2 } } } },
};
static const size_t n_inputs[] = { 1, 1, 1, 2, 2 };
static struct graph graphs[N_MODELS];
static struct data_model models[N_MODELS];
static struct tokenizer *words;

static int make_models(void **state)
{
	(void)state;
	static const char file[] = "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"When\":0,\"Mary\":1,\"and\":2,\"John\":3,\"New\":4,"
	    "\"York\":5,\"went\":6}},\"pre_tokenizer\":{\"type\":\"Whitespace\"}}";
	struct diags d = { .sources = &sources };
	words = tokenizer_parse(file, strlen(file), "tokenizer.json", (struct span){ 0, 0 }, &d);
	for (int i = 0; i < N_MODELS; i++) {
		graphs[i].input.at = inputs[i];
		graphs[i].input.n = n_inputs[i];
		models[i] = (struct data_model){ .name = "toy", .graph = &graphs[i], .vocab = 100, .context = 10 };
	}
	models[WORDS].tokenizer = words;
	models[WORDS].vocab = 6;             /* smaller than the tokenizer's: "went" is outside */
	return words ? 0 : -1;
}

static int drop_models(void **state)
{
	(void)state;
	tokenizer_close(words);
	return 0;
}

static struct dataset *parse(const char *text, int model, struct diags *d)
{
	*d = (struct diags){ .sources = &sources };
	return dataset_parse(text, strlen(text), "p.jsonl", &models[model], NULL, (struct span){ 0, 0 }, d);
}

/* hint: part of it, or NULL. */
static const struct { int model; const char *text; enum code code; const char *message, *hint; } refused[] = {
	{ TOKENS, "", E_DATASET, "p.jsonl: there are no pairs", NULL },
	{ TOKENS, "\n  \r\n", E_DATASET, "p.jsonl: there are no pairs", NULL },
	{ TOKENS, "{\"ref\": [1", E_DATASET, "p.jsonl:1: not JSON", "one whole JSON object" },
	{ TOKENS, "\n\n[1]", E_DATASET, "p.jsonl:3: a list, where an object", NULL },
	{ TOKENS, "{\"ref\":[1],\"ref\":[1]}", E_DATASET, "duplicate", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"a\":\"\xFF\"}", E_DATASET, "p.jsonl:1: the line is not UTF-8", NULL },
	{ TOKENS, "{\"ref\":[1],\"spoiled\":[2]}", E_DATASET, "p.jsonl:1: there is no 'cf'; the fields are ref, spoiled", NULL },
	{ TOKENS, "{}", E_DATASET, "there is no 'ref'; the fields are none", NULL },
	{ TOKENS, "{\"ref\":null,\"cf\":[2]}", E_DATASET, "there is no 'ref'", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2,3]}", E_PAIR_LENGTH, "p.jsonl:1: 'ref' has 1 tokens, 'cf' has 2", "ref: 1  /  cf: 2 | 3" },
	{ TOKENS, "{\"ref\":[1,2,3,4,5,6,7],\"cf\":[1,2,3,4,5,6]}", E_PAIR_LENGTH, "", "ref: ... | 3 | 4 | 5 | 6 | 7  /  cf: ... | 3 | 4 | 5 | 6" },
	{ TOKENS, "{\"ref\":[],\"cf\":[2]}", E_PAIR, "'ref' is empty", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[]}", E_PAIR, "'cf' is empty", NULL },
	{ TOKENS, "{\"ref\":[100],\"cf\":[2]}", E_PAIR, "'ref' has the token id 100, outside the vocabulary (0 to 99)", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[-1]}", E_PAIR, "'cf' has -1, which is no token id", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[5000000000]}", E_PAIR, "'cf' has 5000000000, which is no token id", NULL },
	{ TOKENS, "{\"ref\":[1.5],\"cf\":[2]}", E_PAIR, "'ref' has a number where a token id is expected (place 0", NULL },
	{ TOKENS, "{\"ref\":[[1]],\"cf\":[2]}", E_PAIR, "'ref' has a list where a token id", NULL },
	{ TOKENS, "{\"ref\":[true],\"cf\":[2]}", E_PAIR, "'ref' has true where a token id", NULL },
	{ TOKENS, "{\"ref\":1,\"cf\":2}", E_DATASET_MODEL, "'ref' is a number where token ids are expected", "tokens: ids[seq]" },
	{ TOKENS, "{\"ref\":{\"x\":[1]},\"cf\":[2]}", E_DATASET_MODEL, "'ref' lacks the input tokens", NULL },
	{ TOKENS, "{\"ref\":{\"tokens\":[1],\"x\":2},\"cf\":[2]}", E_DATASET_MODEL, "'ref' has 'x', which is no input of toy", NULL },
	{ TOKENS, "{\"ref\":\"When\",\"cf\":[2]}", E_TOKENIZER, "'ref' is text, but toy has no tokenizer", "token ids" },
	{ TOKENS, "{\"ref\":[1,1,1,1,1,1,1,1,1,1,1],\"cf\":[2]}", E_PAIR, "'ref' has 11 tokens, but the context of toy is 10", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"positions\":3}", E_PAIR, "'positions' is not an object", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"positions\":{\"S\":1}}", E_PAIR, "the position of 'S' is row 1, but the prompt has the rows 0 to 0", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"positions\":{\"S\":[0,-2]}}", E_PAIR, "the position of 'S' is row -2", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"positions\":{\"S\":true}}", E_PAIR, "the position of 'S' is not a row number", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"positions\":{\"S\":[\"0\"]}}", E_PAIR, "the position of 'S' is not a row number", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"positions\":{\"S\":{}}}", E_PAIR, "the position of 'S' is not a row number", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"positions\":{\"S 1\":0}}", E_PAIR, "the role 'S 1' is not a name", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"positions\":{\"S\":-9223372036854775808}}", E_PAIR, "is row -9223372036854775808", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"answer\":100}", E_PAIR, "'answer' is the token id 100, outside the vocabulary (0 to 99)", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"answer\":[1,-1]}", E_PAIR, "'answer' is the token id -1", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"foil\":false}", E_ANSWER, "'foil' is not a token id", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"foil\":[[1]]}", E_ANSWER, "'foil' is not a token id", NULL },
	{ TOKENS, "{\"ref\":[1],\"cf\":[2],\"foil\":\"a\"}", E_TOKENIZER, "'foil' is text, but toy has no tokenizer", NULL },
	{ WORDS, "{\"ref\":\"When Zanzibar\",\"cf\":\"When Mary\"}", E_PAIR, "'ref': 'Zanzibar' is not in the vocabulary", NULL },
	{ WORDS, "{\"ref\":\"\",\"cf\":\"When\"}", E_PAIR, "'ref' is empty", NULL },
	{ WORDS, "{\"ref\":\"went\",\"cf\":\"When\"}", E_PAIR, "'ref' has the token id 6, outside the vocabulary (0 to 5)", NULL },
	{ WORDS, "{\"ref\":\"When Mary and John\",\"cf\":\"When John\"}", E_PAIR_LENGTH, "'ref' has 4 tokens, 'cf' has 2",
	  "ref: When | Mary | and | John  /  cf: When | John" },
	{ WORDS, "{\"ref\":\"Mary\",\"cf\":\"John\",\"answer\":\" New York\"}", E_ANSWER, "'answer' is \" New York\", which is 2 tokens: New | York", NULL },
	{ WORDS, "{\"ref\":\"Mary\",\"cf\":\"John\",\"answer\":\"\"}", E_ANSWER, "'answer' is \"\", which is 0 tokens", NULL },
	{ WORDS, "{\"ref\":\"Mary\",\"cf\":\"John\",\"answer\":\"Bob\"}", E_ANSWER, "'Bob' is not in the vocabulary", NULL },
	{ WORDS, "{\"ref\":\"Mary\",\"cf\":\"John\",\"answer\":[1,\"went\"]}", E_PAIR, "'answer' is the token id 6", NULL },
	{ SCALAR, "{\"ref\":\"a\",\"cf\":1}", E_PAIR, "'ref', input x: text where a number", NULL },
	{ SCALAR, "{\"ref\":[1],\"cf\":1}", E_PAIR, "'ref', input x: a list where a number", NULL },
	{ SCALAR, "{\"ref\":1e39,\"cf\":1}", E_PAIR, "1e+39 is too large for a single-precision number", NULL },
	{ SCALAR, "{\"ref\":1,\"cf\":2,\"positions\":{\"A\":1}}", E_PAIR, "row 1, but the prompt has the rows 0 to 0", NULL },
	{ SCALARS, "{\"ref\":1,\"cf\":1}", E_DATASET_MODEL, "'ref' is a number, but toy has 2 inputs", "x0: real, x1: real[2]" },
	{ SCALARS, "{\"ref\":{\"x0\":1},\"cf\":1}", E_DATASET_MODEL, "'ref' lacks the input x1", NULL },
	{ SCALARS, "{\"ref\":{\"x0\":1,\"x1\":[1]},\"cf\":1}", E_PAIR, "input x1 of shape (2): a list of 1 where 2 are expected", NULL },
	{ SCALARS, "{\"ref\":{\"x0\":1,\"x1\":2},\"cf\":1}", E_PAIR, "input x1 of shape (2): a number where a list", NULL },
	{ TABLE, "{\"ref\":{\"t\":[1,2],\"x\":[[1,2]]},\"cf\":1}", E_PAIR, "input x has 1 rows, the inputs before it 2", NULL },
	{ TABLE, "{\"ref\":{\"t\":[1],\"x\":[[1,2]]},\"cf\":{\"t\":[1,2],\"x\":[[1,2],[3,4]]}}", E_PAIR_LENGTH, "'ref' has 1 tokens, 'cf' has 2", NULL },
	{ TABLE, "{\"ref\":{\"t\":[1,2],\"x\":[[1,2],[1]]},\"cf\":1}", E_PAIR, "input x of shape (seq, 2): a list of 1 where 2", NULL },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct diags d;
		assert_null(parse(refused[i].text, refused[i].model, &d));
		assert_int_equal(d.n, 1);
		if (d.at[0].code != refused[i].code || !strstr(d.at[0].message, refused[i].message))
			fail_msg("%s: %s %s", refused[i].text, code_info[d.at[0].code].name, d.at[0].message);
		if (refused[i].hint && (!d.at[0].hint || !strstr(d.at[0].hint, refused[i].hint)))
			fail_msg("%s: hint: %s", refused[i].text, d.at[0].hint ? d.at[0].hint : "none");
		diags_free(&d);
	}
}

static void test_pairs(void **state)
{
	(void)state;
	struct diags d;
	struct dataset *s = parse("\xEF\xBB\xBF{\"ref\":[1,2,3],\"cf\":[4,5,6],\"answer\":7,\"foil\":[8,9,8],\"positions\":{\"S\":[-1,0,2],\"A\":1}}\r\n"
	    "\r\n{\"ref\":[1.0,2],\"cf\":[1,2],\"answer\":null,\"foil\":[],\"positions\":{\"END\":0,\"N\":[]},\"why\":\"no\"}", TOKENS, &d);
	assert_non_null(s);
	assert_int_equal(s->pair.n, 2);
	const struct pair *p = &s->pair.at[0], *q = &s->pair.at[1];
	assert_int_equal(p->line, 1);
	assert_int_equal(q->line, 3);
	assert_int_equal(p->length, 3);
	assert_int_equal(p->value[COLUMN_REF].ids[2], 3);
	assert_int_equal(p->value[COLUMN_CF].ids[0], 4);
	assert_int_equal(p->n_answer, 1);
	assert_int_equal(p->answer[0], 7);
	assert_int_equal(p->n_foil, 2);
	assert_int_equal(p->foil[1], 9);
	assert_null(q->answer);
	assert_null(q->foil);
	assert_int_equal(p->n_roles, 3);
	assert_string_equal(p->role[0].name, "A");
	assert_string_equal(p->role[1].name, "END");
	assert_int_equal(p->role[1].rows.at[0], 2);
	assert_string_equal(p->role[2].name, "S");
	assert_int_equal(p->role[2].rows.n, 2);
	assert_int_equal(p->role[2].rows.at[0], 0);
	assert_int_equal(p->role[2].rows.at[1], 2);
	assert_int_equal(q->role[0].rows.at[0], 0);
	assert_int_equal(q->role[1].rows.n, 0);
	static const char *const roles[] = { "A", "END", "N", "S" };
	assert_int_equal(s->n_roles, 4);
	for (int i = 0; i < 4; i++)
		assert_ptr_equal(s->role[i], intern(roles[i]));
	assert_int_equal(s->n_columns, 2);
	assert_int_equal(s->n_equal, 1);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.at[0].code, E_EQUAL_PAIRS);
	assert_non_null(strstr(d.at[0].message, "1 of 2 pairs"));
	dataset_free(s);
	diags_free(&d);
}

static void test_text(void **state)
{
	(void)state;
	struct diags d;
	struct dataset *s = parse("{\"ref\":\"When Mary and\",\"cf\":[0,3,2],\"answer\":\" Mary\",\"foil\":[\"John\",4]}", WORDS, &d);
	assert_non_null(s);
	const struct pair *p = &s->pair.at[0];
	static const int32_t want[] = { 0, 1, 2 };
	assert_memory_equal(p->value[COLUMN_REF].ids, want, sizeof want);
	assert_int_equal(p->answer[0], 1);
	assert_int_equal(p->foil[0], 3);
	assert_int_equal(p->foil[1], 4);
	dataset_free(s);
}

static void test_real(void **state)
{
	(void)state;
	struct diags d;
	struct dataset *s = parse("{\"ref\":1,\"cf\":{\"x\":2.5}}", SCALAR, &d);
	assert_non_null(s);
	assert_true(s->pair.at[0].value[COLUMN_REF].real[0] == 1.0f && s->pair.at[0].value[COLUMN_CF].real[0] == 2.5f);
	assert_int_equal(s->pair.at[0].length, 1);
	assert_int_equal(s->role[0] == intern("END"), 1);
	dataset_free(s);
	s = parse("{\"ref\":{\"x0\":1,\"x1\":[2,3]},\"cf\":{\"x1\":[5,6],\"x0\":4}}", SCALARS, &d);
	assert_non_null(s);
	assert_true(s->pair.at[0].value[COLUMN_CF * 2 + 1].real[1] == 6.0f);
	assert_true(s->pair.at[0].value[COLUMN_REF * 2].real[0] == 1.0f);
	dataset_free(s);
	s = parse("{\"ref\":{\"t\":[1,2],\"x\":[[1,2],[3,4]]},\"cf\":{\"t\":[3,4],\"x\":[[1,2],[3,5]]}}", TABLE, &d);
	assert_non_null(s);
	assert_int_equal(s->pair.at[0].length, 2);
	assert_int_equal(s->pair.at[0].value[COLUMN_REF * 2 + 1].n, 4);
	assert_true(s->pair.at[0].value[COLUMN_CF * 2 + 1].real[3] == 5.0f);
	dataset_free(s);
}

/* Further fields are columns where every pair has them as an input of its length. */
static const struct { const char *text; const char *columns; } columns[] = {
	{ "{\"ref\":[1,2],\"cf\":[3,4],\"b\":[5,6],\"a\":[7,8]}\n{\"a\":[1],\"ref\":[1],\"cf\":[2],\"b\":[9]}\n", "cf ref b a" },
	{ "{\"ref\":[1,2],\"cf\":[3,4],\"b\":[5,6],\"a\":[7,8]}\n{\"a\":[1],\"ref\":[1],\"cf\":[2]}\n", "cf ref a" },
	{ "{\"ref\":[1,2],\"cf\":[3,4],\"a\":[5]}\n", "cf ref" },
	{ "{\"ref\":[1,2],\"cf\":[3,4],\"a\":\"text\",\"b\":[5,200],\"c\":7,\"d\":null}\n", "cf ref" },
	{ "{\"ref\":[1,2],\"cf\":[3,4]}\n{\"ref\":[1,2],\"cf\":[3,4],\"a\":[5,6]}\n", "cf ref" },
};

static void test_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		struct diags d;
		struct dataset *s = parse(columns[i].text, TOKENS, &d);
		assert_non_null(s);
		struct buf b = { 0 };
		for (size_t c = 0; c < s->n_columns; c++)
			buf_printf(&b, "%s%s", c ? " " : "", s->column[c]);
		assert_string_equal(b.at, columns[i].columns);
		if (i == 1) {                    /* b was taken out: a is where b was */
			assert_int_equal(s->pair.at[0].value[2].ids[1], 8);
			assert_int_equal(s->pair.at[1].value[2].ids[0], 1);
		}
		buf_free(&b);
		dataset_free(s);
	}
}

static uint64_t digest(const char *text)
{
	struct diags d;
	struct dataset *s = parse(text, TOKENS, &d);
	assert_non_null(s);
	uint64_t h = s->digest;
	dataset_free(s);
	return h;
}

static void test_digest(void **state)
{
	(void)state;
	static const char *const other[] = {
		"{\"ref\":[1,2],\"cf\":[3,5],\"answer\":6}", "{\"ref\":[1,2],\"cf\":[3,4],\"answer\":7}",
		"{\"ref\":[1,2],\"cf\":[3,4],\"foil\":6}", "{\"ref\":[1,2],\"cf\":[3,4],\"answer\":6,\"positions\":{\"A\":1}}",
		"{\"ref\":[1,2],\"cf\":[3,4],\"answer\":6,\"positions\":{\"END\":0}}",
		"{\"ref\":[1,2],\"cf\":[3,4],\"answer\":6,\"a\":[1,2]}",
		"{\"ref\":[1,2],\"cf\":[3,4],\"answer\":6}\n{\"ref\":[1,2],\"cf\":[3,4],\"answer\":6}",
	};
	uint64_t h = digest("{\"ref\":[1,2],\"cf\":[3,4],\"answer\":6}");
	assert_true(h == digest("\n { \"answer\" : [6], \"cf\":[3,4], \"ref\":[1,2], \"note\":\"x\"}"));
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (h == digest(other[i]))
			fail_msg("%s", other[i]);
}

/* Every bad pair is told, up to a number. */
static void test_many(void **state)
{
	(void)state;
	struct buf b = { 0 };
	for (int i = 0; i < 30; i++)
		buf_puts(&b, i % 2 ? "{\"ref\":[1],\"cf\":[1,2]}\n" : "{\"ref\":[1],\"cf\":[2]}\n");
	struct diags d;
	assert_null(parse(b.at, TOKENS, &d));
	assert_int_equal(d.n, 15);
	assert_non_null(strstr(d.at[14].message, "p.jsonl:30:"));
	diags_free(&d);
	for (int i = 0; i < 30; i++)
		buf_puts(&b, "{\"ref\":[]}\n");
	assert_null(parse(b.at, TOKENS, &d));
	assert_int_equal(d.n, 20);
	assert_non_null(strstr(d.at[19].hint, "reading stopped here, after 20 mistakes"));
	diags_free(&d);
	buf_free(&b);
}

static void test_file(void **state)
{
	(void)state;
	char path[] = "/tmp/pp-test-dataset-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	static const char text[] = "{\"ref\":[1],\"cf\":[2]}\n";
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	close(fd);
	struct diags d = { .sources = &sources };
	struct dataset *s = dataset_load(path, &models[TOKENS], NULL, (struct span){ 0, 0 }, &d);
	assert_non_null(s);
	assert_string_equal(s->from, path);
	dataset_free(s);
	unlink(path);
	assert_null(dataset_load(path, &models[TOKENS], NULL, (struct span){ 0, 0 }, &d));
	assert_int_equal(d.at[0].code, E_FILE);
	assert_non_null(strstr(d.at[0].message, "No such file"));
	diags_free(&d);
}

static void test_one(void **state)
{
	(void)state;
	struct diags d = { .sources = &sources };
	json_t *j = json_pack("{s:{s:i,s:[ff]},s:{s:f,s:[ii]}}", "ref", "x0", 1, "x1", 2.0, 3.5, "cf", "x0", 4.0, "x1", 5, 6);
	struct dataset *s = dataset_one(j, &models[SCALARS], (struct span){ 0, 0 }, &d);
	json_decref(j);
	assert_non_null(s);
	assert_string_equal(s->from, "");
	assert_int_equal(s->pair.n, 1);
	assert_int_equal(s->pair.at[0].line, 0);
	assert_true(s->pair.at[0].value[COLUMN_REF * 2 + 1].real[1] == 3.5f);
	dataset_free(s);
	j = json_pack("{s:[i],s:[ii]}", "ref", 1, "cf", 2, 3);
	assert_null(dataset_one(j, &models[TOKENS], (struct span){ 0, 0 }, &d));
	assert_string_equal(d.at[0].message, "'ref' has 1 tokens, 'cf' has 2");
	json_decref(j);
	diags_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_pairs), cmocka_unit_test(test_text),
		cmocka_unit_test(test_real), cmocka_unit_test(test_columns), cmocka_unit_test(test_digest),
		cmocka_unit_test(test_many), cmocka_unit_test(test_file), cmocka_unit_test(test_one),
	};
	return cmocka_run_group_tests_name("dataset", tests, make_models, drop_models);
}
