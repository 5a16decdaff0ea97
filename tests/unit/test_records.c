/* Files of pairs, object by object: what each format gives, on which line, and what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/records.h"

/* A line of `want` is LINE: the object, or LINE! what is wrong. */
static const struct { const char *name, *text, *want; } cases[] = {
	{ "a.csv", "a,b\n1,2\n3,4\n", "2: {\"a\": \"1\", \"b\": \"2\"}\n3: {\"a\": \"3\", \"b\": \"4\"}\n" },
	{ "a.csv", "a,b\r\n1,2\r\n\r\n3,4", "2: {\"a\": \"1\", \"b\": \"2\"}\n4: {\"a\": \"3\", \"b\": \"4\"}\n" },
	{ "a.csv", "a,b\r1,2\r3,4\r", "2: {\"a\": \"1\", \"b\": \"2\"}\n3: {\"a\": \"3\", \"b\": \"4\"}\n" },
	{ "a.csv", "\xEF\xBB\xBF\"a\",b\n \"1\" ,2\n", "2! the quotes of this row do not fit: a field with a quote in it is quoted as a whole, and the quote doubled\n" },
	{ "a.csv", "a,b\n 1 , 2\n", "2: {\"a\": \" 1 \", \"b\": \" 2\"}\n" },
	{ "A.CSV", "a,b\n\"1\n\n1\",\"say \"\"x\"\", y\"\n3,4\n", "2: {\"a\": \"1\\n\\n1\", \"b\": \"say \\\"x\\\", y\"}\n5: {\"a\": \"3\", \"b\": \"4\"}\n" },
	{ "a.csv", ",a\n7,x\n8,\n", "2: {\"a\": \"x\"}\n3: {\"a\": \"\"}\n" },
	{ "a.csv", "a,b\n1\n1,2,3\n4,5\n", "2! the row has 1 field, the first row 2\n3! the row has 3 fields, the first row 2\n4: {\"a\": \"4\", \"b\": \"5\"}\n" },
	{ "a.csv", "a,b\nx\"y,2\n3,4\n", "2! the quotes of this row do not fit: a field with a quote in it is quoted as a whole, and the quote doubled\n" },
	{ "a.csv", "a,b\n1,\"2\n", "2! the quotes of this row do not fit: a field with a quote in it is quoted as a whole, and the quote doubled\n" },
	{ "a.csv", "a,a\n1,2\n", "1! two columns are called 'a'\n" },
	{ "a.csv", "a\n\xFF\nx\n", "2! the row is not UTF-8 text\n3: {\"a\": \"x\"}\n" },
	{ "a.csv", "", "" },
	{ "a.csv", "a,b", "" },
	{ "a.jsonl", "{\"a\": 1}\n\n{\"a\":\n[2]\n", "1: {\"a\": 1}\n3! not JSON: unexpected token near end of file\n4: [2]\n" },
	{ "a.json", "{\"a\": 1}\n{\"a\": 2}\n", "1: {\"a\": 1}\n2: {\"a\": 2}\n" },
	{ "a.json", "nothing\n{\"a\": 2}\n", "1! not JSON: '[' or '{' expected near 'nothing'\n" },
	{ "a.json", "[\n {\"a\": 1},\n\n {\"a\": 2}]", "2: {\"a\": 1}\n4: {\"a\": 2}\n" },
	{ "a.json", " {\"x\": [1],\n\"prompts\" : [ {\"a\": 1}\n , {\"a\": 2} ] ,\n\"word_idxs\": {\"IO\": 3}}", "2: {\"a\": 1}\n3: {\"a\": 2}\n{\"IO\": 3}\n" },
	{ "a.json", "{\"prompts\": []}", "" },
	{ "a.json", "{\"prompts\": [{\"a\": 1},\n]}", "1: {\"a\": 1}\n2! not JSON: unexpected token near ']'\n" },
	{ "a.json", "{\"prompts\": [{\"a\": 1}\n{\"a\": 2}]}", "1: {\"a\": 1}\n2! not JSON: ',' or ']' is expected after an element of the list\n" },
	{ "a.parquet", "x", "! this is a Parquet file, which pp does not read\n" },
	{ "a.csv", "PAR1x", "! this is a Parquet file, which pp does not read\n" },
};

static void put_json(struct buf *out, const json_t *j)
{
	char *text = json_dumps(j, 0);
	buf_printf(out, "%s\n", text);
	free(text);
}

static void read_all(const char *name, const char *text, struct buf *out)
{
	struct buf why = { 0 };
	json_t *j;
	int line;
	struct records *r = records_open(text, strlen(text), name, &why);
	enum records_step step = r ? RECORDS_VALUE : RECORDS_END;
	if (!r)
		buf_printf(out, "! %s\n", buf_str(&why));
	while (step != RECORDS_END) {
		buf_free(&why);
		step = records_next(r, &j, &line, &why);
		if (step == RECORDS_BAD)
			buf_printf(out, "%d! %s\n", line, buf_str(&why));
		if (step != RECORDS_VALUE)
			continue;
		buf_printf(out, "%d: ", line);
		put_json(out, j);
		json_decref(j);
	}
	if (r && records_positions(r))
		put_json(out, records_positions(r));
	if (r)
		records_close(r);
	buf_free(&why);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf got = { 0 };
		read_all(cases[i].name, cases[i].text, &got);
		if (strcmp(buf_str(&got), cases[i].want) != 0)
			fail_msg("%s: %s\ngives %s", cases[i].name, cases[i].text, buf_str(&got));
		buf_free(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };
	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
