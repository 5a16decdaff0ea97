/* Tokenizers: files that are read or refused, and text to ids and places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/internal.h"

static struct sources sources;

#define VOCAB "{\"[UNK]\":0,\"When\":1,\"Mary\":2,\"mary\":3,\",\":4,\"..\":5,\"caf\\u00e9\":6,\"[PAD]\":7,\"s\":8,\"'\":9,\"fi\":10," \
	"\"a_b1\":11,\"\\u4e2d\\u6587\":12,\"i\\u0307\":13,\" Mary\":14,\"\\uac00\":15,\"a\":16,\"b\":17,\"x y\":18}"
#define MODEL "\"model\":{\"type\":\"WordLevel\",\"vocab\":" VOCAB ",\"unk_token\":\"[UNK]\"}"
#define ADDED "\"added_tokens\":[{\"id\":0,\"content\":\"[UNK]\"},{\"id\":7,\"content\":\"[PAD]\",\"lstrip\":true,\"rstrip\":true}," \
	"{\"id\":20,\"content\":\"sep\",\"single_word\":true},{\"id\":21,\"content\":\"[PAD]x\"}," \
	"{\"id\":22,\"content\":\"Norm\",\"normalized\":true}]"
#define SPACES "\"added_tokens\":[{\"id\":23,\"content\":\"[R]\",\"rstrip\":true},{\"id\":20,\"content\":\" \"},{\"id\":21,\"content\":\"\\t\",\"lstrip\":true}]"
#define WS "\"pre_tokenizer\":{\"type\":\"Whitespace\"}"
#define SPLIT "\"pre_tokenizer\":{\"type\":\"WhitespaceSplit\"}"

#define SPLIT_BY(pattern) "\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Isolated\",\"pattern\":{\"Regex\":\"" pattern "\"}}"

#define CUT_AT(pattern) "\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Removed\",\"pattern\":{\"Regex\":\"" pattern "\"}}"

static struct tokenizer *parse(const char *text, struct diags *d)
{
	*d = (struct diags){ .sources = &sources };
	return tokenizer_parse(text, strlen(text), "tokenizer.json", (struct span){ 0, 0 }, d);
}

/* ids end with -1; why: part of the refusal instead. */
static const struct { const char *file, *text; int ids[8]; const char *why; } cases[] = {
	{ "{" WS "," MODEL "}", "When Mary,", { 1, 2, 4, -1 }, NULL },
	{ "{" WS "," MODEL "}", " Mary", { 2, -1 }, NULL },
	{ "{" WS "," MODEL "}", "  \t\n", { -1 }, NULL },
	{ "{" WS "," MODEL "}", "", { -1 }, NULL },
	{ "{" WS "," MODEL "}", "Mary's..", { 2, 9, 8, 5, -1 }, NULL },
	{ "{" WS "," MODEL "}", "a_b1\xE3\x80\x80\xE4\xB8\xAD\xE6\x96\x87", { 11, 12, -1 }, NULL },   /* ideographic space */
	{ "{" WS "," MODEL "}", "cafe\xCC\x81", { -1 }, "is not in the vocabulary" },
	{ "{" WS "," MODEL "}", "When Zanzibar", { -1 }, "'Zanzibar' is not in the vocabulary" },
	{ "{" WS "," MODEL "}", "Mary\xFF", { -1 }, "not UTF-8" },
	{ "{" WS "," MODEL "}", "[UNK]", { -1 }, "'[' is not in the vocabulary" },
	{ "{" WS "," ADDED "," MODEL "}", "Mary[UNK] Mary", { 2, 0, 2, -1 }, NULL },
	{ "{" WS "," ADDED "," MODEL "}", "a sep b", { 16, 20, 17, -1 }, NULL },
	{ "{" WS "," ADDED "," MODEL "}", "asep b", { -1 }, "'asep'" },
	{ "{" WS "," ADDED "," MODEL "}", "[PAD]x[PAD]", { 21, 7, -1 }, NULL },
	/* the space that one takes in is found all the same, but not where nothing of it is left */
	{ "{" WS "," SPACES "," MODEL "}", "a[R]  b", { 16, 23, 20, 20, 17, -1 }, NULL },
	{ "{" WS "," SPACES "," MODEL "}", "a[R]\tb", { 16, 23, 17, -1 }, NULL },
	{ "{" SPLIT "," MODEL "}", "Mary, s", { -1 }, "'Mary,'" },
	{ "{" SPLIT "," MODEL "}", "Mary , s", { 2, 4, 8, -1 }, NULL },
	{ "{" SPLIT "," MODEL "}", "Mary\xC2\xA0s", { 2, 8, -1 }, NULL },
	{ "{" MODEL "}", " Mary", { 14, -1 }, NULL },
	{ "{\"pre_tokenizer\":null,\"normalizer\":null," MODEL "}", "x y", { 18, -1 }, NULL },
	{ "{" ADDED "," MODEL "}", "x y [PAD]  x y", { 18, 7, 18, -1 }, NULL },
	{ "{\"normalizer\":{\"type\":\"Lowercase\"}," WS "," MODEL "}", "MARY \xC4\xB0", { 3, 13, -1 }, NULL },
	{ "{\"normalizer\":{\"type\":\"Lowercase\"}," WS "," ADDED "," MODEL "}", "MARY nORM [PAD]", { 3, 22, 7, -1 }, NULL },
	{ "{\"normalizer\":{\"type\":\"NFC\"}," WS "," MODEL "}", "cafe\xCC\x81 Mary", { 6, 2, -1 }, NULL },
	{ "{\"normalizer\":{\"type\":\"NFKC\"}," WS "," MODEL "}", "\xEF\xAC\x81", { 10, -1 }, NULL },
	{ "{\"normalizer\":{\"type\":\"NFKC\"}," WS "," MODEL "}", "\xEF\xBE\xA1\xEF\xBF\x82", { 15, -1 }, NULL },   /* halfwidth Hangul */
	{ "{\"normalizer\":{\"type\":\"NFC\"}," WS "," MODEL "}", "\xE1\x84\x80\xE1\x85\xA1", { 15, -1 }, NULL },
	{ "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKC\"},{\"type\":\"Lowercase\"}]}," WS "," MODEL "}",
	  "\xEF\xBC\xAD" "ary", { 3, -1 }, NULL },
	{ "{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},{\"type\":\"Whitespace\"}]}," MODEL "}",
	  "Mary, Mary", { 2, 4, 2, -1 }, NULL },
	/* an empty match right behind another is none */
	{ "{\"normalizer\":{\"type\":\"Replace\",\"content\":\"'\",\"pattern\":{\"Regex\":\"s*\"}}," SPLIT_BY(".") "," MODEL "}", "asb", { 9, 16, 9, 17, 9, -1 }, NULL },
	/* characters that are younger than PCRE2's tables may be */
	{ "{" CUT_AT("\\\\p{Lo}") "," MODEL "}", "a\xF0\xAE\xAF\xB0" "b", { 16, 17, -1 }, NULL },
	{ "{" CUT_AT("[\\\\p{Han}]") "," MODEL "}", "a\xF0\xAE\xAF\xB0" "b", { 16, 17, -1 }, NULL },
	{ "{" CUT_AT("\\\\d") "," MODEL "}", "a\xF0\x96\xB5\xB0" "b", { 16, 17, -1 }, NULL },
	{ "{" CUT_AT("\\\\p{P}") "," MODEL "}", "a\xF0\x9E\x97\xBF" "b", { 16, 17, -1 }, NULL },
	{ "{" CUT_AT("[^\\\\w]") "," MODEL "}", "a\xC2\xB2" "b", { 16, 17, -1 }, NULL },
};

static void test_encode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct diags d;
		struct tokenizer *t = parse(cases[i].file, &d);
		if (!t)
			fail_msg("%zu: %s", i, d.at[0].message);
		struct tokens out = { 0 };
		struct buf why = { 0 };
		bool ok = tokenizer_encode(t, cases[i].text, strlen(cases[i].text), &out, &why);
		if (ok != !cases[i].why || (!ok && !strstr(buf_str(&why), cases[i].why)))
			fail_msg("%zu, '%s': %s", i, cases[i].text, buf_str(&why));
		for (size_t k = 0; ok && k < out.n + 1; k++)
			if ((k < out.n ? out.id[k] : -1) != cases[i].ids[k])
				fail_msg("%zu, '%s': token %zu is %d", i, cases[i].text, k, k < out.n ? out.id[k] : -1);
		tokens_free(&out);
		buf_free(&why);
		tokenizer_close(t);
		diags_free(&d);
	}
}

/* Places are those of the text as it was written, whatever normalisation made of it. */
static void test_places(void **state)
{
	(void)state;
	struct diags d;
	struct tokenizer *t = parse("{\"normalizer\":{\"type\":\"NFC\"}," WS "," ADDED "," MODEL "}", &d);
	assert_non_null(t);
	struct tokens out = { 0 };
	struct buf why = { 0 };
	const char *text = "Mary cafe\xCC\x81, [UNK] s";
	assert_true(tokenizer_encode(t, text, strlen(text), &out, &why));
	static const struct { uint32_t from, to; } want[] = { { 0, 4 }, { 5, 11 }, { 11, 12 }, { 13, 18 }, { 19, 20 } };
	assert_int_equal(out.n, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(out.from[i], want[i].from);
		assert_int_equal(out.to[i], want[i].to);
	}
	assert_true(tokenizer_encode(t, "s", 1, &out, &why));        /* appends */
	assert_int_equal(out.n, 6);
	tokens_free(&out);
	tokenizer_close(t);
}

static void test_decode(void **state)
{
	(void)state;
	struct diags d;
	struct tokenizer *t = parse("{" WS "," ADDED "," MODEL "}", &d);
	assert_int_equal(tokenizer_vocab(t), 23);
	assert_string_equal(tokenizer_text(t, 2), "Mary");
	assert_string_equal(tokenizer_text(t, 22), "Norm");
	assert_null(tokenizer_text(t, 19));
	assert_null(tokenizer_text(t, -1));
	assert_null(tokenizer_text(t, 23));
	struct buf b = { 0 };
	tokenizer_decode(t, (int32_t[]){ 1, 2, 19 }, 3, &b);
	assert_string_equal(b.at, "When Mary <19>");
	buf_free(&b);
	tokenizer_close(t);
}

static const struct { const char *file, *message; } refused[] = {
	{ "", "the file is empty" },
	{ "{", "not JSON" },
	{ "[]", "it is not an object" },
	{ "{}", "no 'model' with a text 'type'" },
	{ "{\"model\":{\"type\":\"Unigram\"}}", "of the type Unigram; pp knows BPE and WordLevel" },
	{ "{\"model\":{\"type\":\"BPE\",\"vocab\":{}}}", "no list 'merges'" },
	{ "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}", "a merge has 'b', which is not in the vocabulary" },
	{ "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a a\"]}}", "a merge has 'aa', which is not" },
	{ "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a\"]}}", "'a' is not two tokens" },
	{ "{\"model\":{\"vocab\":{\"a\":0},\"merges\":[[\"a\"]]}}", "merge 0 of the model is neither" },
	{ "{\"model\":{\"vocab\":{},\"merges\":[],\"unk_token\":\"?\"}}", "its unk_token '?' is not in the vocabulary" },
	{ "{\"model\":{\"vocab\":{},\"merges\":[],\"dropout\":0.1}}", "dropout" },
	{ "{\"model\":{\"vocab\":{},\"merges\":[],\"end_of_word_suffix\":\"</w>\"}}", "end_of_word_suffix" },
	{ "{\"normalizer\":{\"type\":\"Replace\"}," MODEL "}", "Replace has no text 'content'" },
	{ "{\"normalizer\":{\"type\":\"Replace\",\"content\":\"\"}," MODEL "}", "'pattern' is neither" },
	{ "{\"normalizer\":{\"type\":\"Replace\",\"content\":\"\",\"pattern\":{\"Regex\":\"(\"}}," MODEL "}", "not one that pp can use" },
	{ "{" SPLIT_BY("\\\\b") "," MODEL "}", "a pattern has '\\b', which pp cannot use" },
	{ "{" SPLIT_BY("\\\\p{C}") "," MODEL "}", "a pattern has '\\p{C}', which pp cannot use" },
	{ "{" SPLIT_BY("[^\\\\P{L}]") "," MODEL "}", "a pattern has '\\P{L}'" },
	{ "{" SPLIT_BY("[\\\\D]") "," MODEL "}", "a pattern has '\\D'" },
	{ "{" SPLIT_BY("[a&&b]") "," MODEL "}", "a pattern has '&&'" },
	{ "{" SPLIT_BY("(?m:a)") "," MODEL "}", "a pattern has '(?m:'" },
	{ "{\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Twice\"}," MODEL "}", "behavior 'Twice'" },
	{ "{\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"ab\"}," MODEL "}", "Metaspace has no character 'replacement'" },
	{ "{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\"},{\"type\":\"Digits\"}]}," MODEL "}", "Digits after ByteLevel" },
	{ "{\"decoder\":{\"type\":\"CTC\"}," MODEL "}", "its decoder is of the type CTC" },
	{ "{\"post_processor\":{\"type\":\"BertProcessing\"}," MODEL "}", "its post_processor is of the type BertProcessing" },
	{ "{\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"x\"}}],"
	  "\"special_tokens\":{\"x\":{\"ids\":[99]}}}," MODEL "}", "puts 'x' before a text, which is no token" },
	{ "{\"model\":{\"type\":\"WordLevel\"}}", "no object 'vocab'" },
	{ "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":\"b\"}}}", "id of the token 'a' is not a whole number" },
	{ "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":-1}}}", "'a' has the id -1" },
	{ "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":4000000000}}}", "'a' has the id 4000000000" },
	{ "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":1,\"b\":1}}}", "'a' and 'b' have the same id, 1" },
	{ "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":1,\"a\":2}}}", "duplicate" },
	{ "{\"normalizer\":{\"type\":\"Precompiled\"}," MODEL "}", "normalizer is of the type Precompiled" },
	{ "{\"normalizer\":3," MODEL "}", "normalizer has no text 'type'" },
	{ "{\"pre_tokenizer\":{\"type\":\"UnicodeScripts\"}," MODEL "}", "pre_tokenizer is of the type UnicodeScripts" },
	{ "{\"pre_tokenizer\":{\"type\":\"Sequence\"}," MODEL "}", "'Sequence' has no list 'pretokenizers'" },
	{ "{\"added_tokens\":3," MODEL "}", "'added_tokens' is not a list" },
	{ "{\"added_tokens\":[{\"id\":1}]," MODEL "}", "added token without" },
	{ "{\"added_tokens\":[{\"id\":5,\"content\":\"Mary\"}]," MODEL "}", "'Mary' has the id 5, but 2 in the vocabulary" },
	{ "{\"added_tokens\":[{\"id\":5,\"content\":\"new\"}]," MODEL "}", "same id, 5" },
	{ "{\"normalizer\":{\"type\":\"Lowercase\"},\"added_tokens\":[{\"id\":20,\"content\":\"Q\",\"normalized\":true},{\"id\":21,\"content\":\"q\",\"normalized\":true}],"
	  MODEL "}", "the same of the added tokens 20 and 21" },
	{ "{\"normalizer\":{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":true},\"added_tokens\":[{\"id\":20,\"content\":\"  \",\"normalized\":true}]," MODEL "}",
	  "leaves nothing of the added token '  '" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct diags d;
		assert_null(parse(refused[i].file, &d));
		assert_int_equal(d.n, 1);
		assert_int_equal(d.at[0].code, E_TOKENIZER_FILE);
		if (!strstr(d.at[0].message, refused[i].message))
			fail_msg("%s: %s", refused[i].file, d.at[0].message);
		diags_free(&d);
	}
}

#define BPE(more) "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2,\"abab\":3,\"<s>\":4,\" \":5,\"?\":6}," \
	"\"merges\":[\"a b\",\"ab ab\"]" more "},\"added_tokens\":[{\"id\":4,\"content\":\"<s>\"}]"
#define BEGINS "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\"}},{\"Sequence\":{\"id\":\"A\"}}]," \
	"\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[4]}}}"

/* What a prompt begins with; ids end with -1. */
static const struct { const char *file; enum bos policy; const char *text; int ids[6]; } prompts[] = {
	{ "{" BPE("") "," BEGINS "}", BOS_AUTO, "ab", { 4, 2, -1 } },
	{ "{" BPE("") "," BEGINS "}", BOS_AUTO, "", { 4, -1 } },
	{ "{" BPE("") "," BEGINS "}", BOS_AUTO, "<s>ab", { 4, 2, -1 } },
	{ "{" BPE("") "," BEGINS "}", BOS_AUTO, "<s><s>ab", { 4, 4, 2, -1 } },
	{ "{" BPE("") "," BEGINS "}", BOS_AUTO, "ab<s>", { 4, 2, 4, -1 } },
	{ "{" BPE("") "," BEGINS "}", BOS_NO, "ab", { 2, -1 } },
	{ "{" BPE("") "," BEGINS "}", BOS_YES, "abab", { 4, 3, -1 } },
	{ "{" BPE("") "}", BOS_AUTO, "ab", { 2, -1 } },
};

static void test_prompt(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
		struct diags d;
		struct tokens out = { 0 };
		struct buf why = { 0 };
		struct tokenizer *t = parse(prompts[i].file, &d);
		assert_non_null(t);
		assert_true(tokenizer_bos(t, prompts[i].policy, &why));
		assert_true(tokenizer_prompt(t, prompts[i].text, strlen(prompts[i].text), &out, &why));
		for (size_t k = 0; k < out.n + 1; k++)
			if ((k < out.n ? out.id[k] : -1) != prompts[i].ids[k])
				fail_msg("%zu: token %zu is %d", i, k, k < out.n ? out.id[k] : -1);
		tokens_free(&out);
		tokenizer_close(t);
	}
	struct diags d;
	struct buf why = { 0 };
	struct tokenizer *t = parse("{" BPE("") "}", &d);
	assert_false(tokenizer_bos(t, BOS_YES, &why));
	assert_string_equal(why.at, "tokenizer.json names no token that a text begins with");
	buf_free(&why);
	tokenizer_describe(t, &why);
	assert_string_equal(why.at, "BPE, 7 tokens, from tokenizer.json");
	buf_free(&why);
	tokenizer_close(t);
}

/* Unknown characters are refused, unless one asks for what the library does. */
static void test_unknown(void **state)
{
	(void)state;
	static const struct { const char *file; size_t n; } cases[] = {
		{ "{" BPE("") "}", 3 }, { "{" BPE(",\"unk_token\":\"?\"") "}", 5 }, { "{" BPE(",\"unk_token\":\"?\",\"fuse_unk\":true") "}", 4 },
	};
	for (size_t i = 0; i < 3; i++) {
		struct diags d;
		struct tokens out = { 0 };
		struct buf why = { 0 };
		struct tokenizer *t = parse(cases[i].file, &d);
		assert_true(tokenizer_encode_unknown(t, "ab\xC3\xA9z a", 7, &out, &why));
		assert_int_equal(out.n, cases[i].n);
		assert_false(tokenizer_encode(t, "ab\xC3\xA9z a", 7, &out, &why));      /* again: it must not have been remembered */
		assert_string_equal(why.at, "'\xC3\xA9' is not in the vocabulary");
		tokens_free(&out);
		buf_free(&why);
		tokenizer_close(t);
	}
}

/* A million characters that are one word: what merges takes n log n. */
static void test_long_word(void **state)
{
	(void)state;
	enum { N = 1000000 };
	struct diags d;
	struct tokens out = { 0 };
	struct buf why = { 0 }, text = { 0 };
	struct tokenizer *t = parse("{" BPE("") "}", &d);
	for (int i = 0; i < N / 2; i++)
		buf_puts(&text, "ab");
	assert_true(tokenizer_encode(t, text.at, text.n, &out, &why));
	assert_int_equal(out.n, N / 4);
	for (size_t i = 0; i < out.n; i++)
		assert_true(out.id[i] == 3 && out.from[i] == 4 * i && out.to[i] == 4 * i + 4);
	tokens_free(&out);
	buf_free(&text);
	tokenizer_close(t);
}

static void test_show(void **state)
{
	(void)state;
	struct diags d;
	struct tokenizer *t = parse("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"\\u0120the\":0,\"\\u00e2\":1,\"\\u010a\":2,\"x\\\"\":3,\"ok\":4},\"merges\":[]}," \
		"\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"decoder\":{\"type\":\"ByteLevel\"}}", &d);
	static const char *const want[] = { "\" the\"", "\"\\xE2\"", "\"\\n\"", "\"x\\\"\"", "ok", "5" };
	assert_non_null(t);
	for (int32_t i = 0; i < 6; i++) {
		struct buf b = { 0 };
		tokenizer_show(t, i, &b);
		assert_string_equal(b.at, want[i]);
		buf_free(&b);
	}
	assert_string_equal(tokenizer_text(t, 0), " the");
	assert_string_equal(tokenizer_text(t, 1), "\xE2");
	tokenizer_close(t);
}

static void test_none(void **state)
{
	(void)state;
	struct diags d = { .sources = &sources };
	bool none = false;
	assert_null(tokenizer_open("/no/such/folder", &none, (struct span){ 0, 0 }, &d));
	assert_true(none);
	assert_int_equal(d.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode), cmocka_unit_test(test_places), cmocka_unit_test(test_decode),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_none),
		cmocka_unit_test(test_prompt), cmocka_unit_test(test_unknown), cmocka_unit_test(test_long_word), cmocka_unit_test(test_show),
	};
	return cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
