/* GGUF files: what is read, what is refused with which sentence, and what the blocks hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/internal.h"

/* ---- files, written as words: GGUF; 4:n and 8:n numbers of so many bytes; f:x a float; s:text with its length;
 * r:text without; z:n zeros; a:n zeros up to a multiple of n. */

static void put_number(struct buf *b, uint64_t x, int size)
{
	for (int i = 0; i < size; i++)
		buf_putc(b, (char)(x >> 8 * i));
}

static void put_word(struct buf *b, const char *w, size_t n)
{
	const char *arg = w + 2;
	uint64_t x = n > 2 ? strtoull(arg, NULL, 0) : 0;
	float f = n > 2 ? strtof(arg, NULL) : 0;
	uint32_t bits;
	memcpy(&bits, &f, 4);
	if (w[1] != ':')
		buf_add(b, w, n);
	else if (w[0] == '4' || w[0] == '8' || w[0] == '1')
		put_number(b, x, w[0] - '0');
	else if (w[0] == 'f')
		put_number(b, bits, 4);
	else if (w[0] == 's')
		put_number(b, n - 2, 8);
	if (w[0] == 's' || w[0] == 'r')
		buf_add(b, arg, n - 2);
	for (uint64_t i = 0; w[0] == 'z' && i < x; i++)
		buf_putc(b, 0);
	while (w[0] == 'a' && b->n % x)
		buf_putc(b, 0);
}

static void put_file(struct buf *b, const char *words)
{
	for (const char *s = words; *s; s += *s == ' ') {
		size_t n = strcspn(s, " ");
		put_word(b, s, n);
		s += n;
	}
}

#define START(tensors, values) "GGUF 4:3 8:" #tensors " 8:" #values " "
#define W "s:w 4:2 8:3 8:2 4:0 8:0 "                                  /* (2, 3) floats at 0: 24 bytes */

/* why: a part of the sentence; NULL: the file is sound. */
static const struct { const char *words, *why; } checks[] = {
	{ START(0, 0), NULL },
	{ "GGUF 4:2 8:0 8:0", NULL },
	{ START(1, 0) W "a:32 z:24", NULL },
	{ START(1, 0) "s:w 4:0 4:0 8:0 a:32 z:4", NULL },
	{ START(2, 0) W "s:v 4:1 8:32 4:8 8:32 a:32 z:66", NULL },
	{ START(2, 0) "s:v 4:1 8:32 4:8 8:64 " W "a:32 z:98", NULL },      /* a gap is nobody's */
	{ START(0, 1) "s:general.alignment 4:4 4:64", NULL },
	{ START(1, 1) "s:general.alignment 4:4 4:8 s:w 4:1 8:1 4:0 8:0 a:8 z:4", NULL },
	{ START(0, 1) "s:k 4:9 4:8 8:2 s:one s:two", NULL },
	{ START(0, 1) "s:k 4:9 4:9 8:2 4:0 8:3 z:3 4:4 8:0", NULL },       /* arrays in an array */
	{ START(1, 0) "s:w 4:1 8:256 4:10 8:0 a:32 z:84", NULL },          /* of a type that is not read */
	{ "", "not a GGUF file" },
	{ "GGU", "not a GGUF file" },
	{ "GGML 4:3 8:0 8:0", "not a GGUF file" },
	{ "GGUF", "ends at byte 4, inside its version" },
	{ "GGUF 4:1 4:0 4:0", "version 1; pp reads versions 2 and 3" },
	{ "GGUF 4:4 8:0 8:0", "version 4" },
	{ "GGUF 4:0x03000000 8:0 8:0", "big-endian" },
	{ "GGUF 4:3 8:0", "inside its start" },
	{ START(18446744073709551615, 0), "claims 18446744073709551615 tensors" },
	{ START(0, 18446744073709551615), "and 18446744073709551615 metadata values, more than its 0 bytes can hold" },
	{ START(2, 0) "s:w z:30", "claims 2 tensors" },
	{ START(0, 1) "8:100 r:x z:20", "the name of a metadata key claims 100 bytes, but only 21 follow" },
	{ START(0, 1) "8:18446744073709551615 z:20", "claims 18446744073709551615 bytes" },
	{ START(0, 1) "s:k 4:13 z:20", "'k' has the type 13, which is none" },
	{ START(0, 1) "s:kk 4:4 1:0", "claims 1 values, more than the file can hold" },
	{ START(0, 1) "s:k 4:4 1:0 1:0", "claims 1 values, more than the file can hold" },
	{ START(0, 1) "s:k 4:9 4:4 8:4611686018427387904", "claims 4611686018427387904 values" },
	{ START(0, 1) "s:k 4:9 4:8 8:4611686018427387904", "ends at byte" },
	{ START(0, 1) "s:k 4:9 4:99 8:0 z:1", "has the type 99" },
	{ START(0, 1) "s:k 4:9 4:9 8:1 4:9 8:1 4:9 8:1 4:9 8:1 4:9 8:1 4:0 8:0", "inside each other more than 4 deep" },
	{ START(0, 2) "s:k 4:0 1:1 s:k 4:0 1:1", "has 'k' twice" },
	{ START(0, 1) "8:2 r:k 1:0 4:0 1:1", "is not UTF-8 text, or has a NUL byte" },
	{ START(0, 1) "s:\xFF 4:0 1:1 z:9", "is not UTF-8 text" },
	{ START(0, 1) "s:general.alignment 4:4 4:0", "not a power of two" },
	{ START(0, 1) "s:general.alignment 4:4 4:48", "not a power of two" },
	{ START(0, 1) "s:general.alignment 4:4 4:0x80000000", "not a power of two" },
	{ START(0, 1) "s:general.alignment 4:8 s:32", "not a power of two" },
	{ START(0, 1) "s:general.alignment 4:9 4:4 8:0", "not a power of two" },
	{ START(1, 0) "s:w 4:5 8:1 8:1 8:1 8:1 8:1 4:0 8:0 a:32 z:4", "'w' has 5 axes, more than the 4" },
	{ START(1, 0) "s:w 4:1 8:0 4:0 8:0 a:32 z:4", "'w' has an axis of length 0" },
	{ START(1, 0) "s:w 4:2 8:4294967296 8:4294967296 4:0 8:0", "[4294967296, 4294967296], more elements than fit" },
	{ START(1, 0) "s:w 4:1 8:18446744073709551615 4:0 8:0", "more elements than fit" },
	{ START(1, 0) "s:w 4:1 8:1 4:5 8:0 a:32 z:4", "the type 5, which pp does not know" },
	{ START(1, 0) "s:w 4:1 8:1 4:0xFFFFFFFF 8:0 a:32 z:4", "the type 4294967295" },
	{ START(1, 0) "s:w 4:1 8:33 4:8 8:0 a:32 z:68", "rows of 33 numbers, which is no multiple of its blocks of 32" },
	{ START(1, 0) "s:w 4:2 8:16 8:2 4:8 8:0 a:32 z:34", "rows of 16 numbers" },
	{ START(1, 0) "s:w 4:0 4:8 8:0 a:32 z:34", "rows of 1 numbers" },
	{ START(1, 0) "s:w 4:2 8:3 8:2 4:0 8:8 a:32 z:64", "begins at byte 8 of the data, which is no multiple of the alignment 32" },
	{ START(1, 0) "s:w 4:2 8:4 8:3 4:0 8:18446744073709551584 a:32 z:64", "beyond any file" },
	{ START(1, 0) W "a:32 z:23", "claims bytes 0 to 24 but the file has 23 bytes of data" },
	{ START(1, 0) W, "claims bytes 0 to 24 but the file has 0 bytes of data" },
	{ START(2, 0) W "s:v 4:2 8:3 8:2 4:0 8:0 a:32 z:24", "'v' (bytes 0 to 24) and 'w' (bytes 0 to 24) overlap" },
	{ START(2, 0) "s:v 4:2 8:3 8:3 4:0 8:0 s:w 4:1 8:1 4:0 8:32 a:32 z:64", "'v' (bytes 0 to 36) and 'w' (bytes 32 to 36) overlap" },
	{ START(2, 0) W "s:w 4:2 8:3 8:2 4:0 8:32 a:32 z:56", "there are two tensors 'w'" },
	{ START(1, 0) "s:w 4:2 8:3 8:2", "ends at byte" },
};

static void test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct buf b = { 0 }, why = { 0 };
		struct arena a = { 0 };
		struct stored_list l;
		struct gguf g = { 0 };
		put_file(&b, checks[i].words);
		bool ok = gguf_check(b.at, b.n, &a, &l, &g, &why);
		if (ok != !checks[i].why || (!ok && !strstr(buf_str(&why), checks[i].why)))
			fail_msg("%s: %s", checks[i].words, buf_str(&why));
		buf_free(&b);
		buf_free(&why);
		vec_free(&g.value);
		arena_free(&a);
	}
}

/* A file that ends anywhere inside its header is refused, and read not one byte further (the sanitizer build sees to that). */
static void test_cut(void **state)
{
	(void)state;
	struct buf b = { 0 };
	put_file(&b, START(2, 3) "s:general.alignment 4:4 4:32 s:list 4:9 4:8 8:2 s:a s:bc s:x 4:6 f:1.5 " W "s:v 4:1 8:32 4:8 8:32 a:32 z:66");
	for (size_t n = 0; n <= b.n; n++) {
		struct buf why = { 0 };
		struct arena a = { 0 };
		struct stored_list l;
		struct gguf g = { 0 };
		char *exact = mem_copy(b.at, n ? n : 1);
		assert_int_equal(gguf_check(exact, n, &a, &l, &g, &why), n == b.n);
		free(exact);
		buf_free(&why);
		vec_free(&g.value);
		arena_free(&a);
	}
	buf_free(&b);
}

static void test_metadata(void **state)
{
	(void)state;
	struct buf b = { 0 }, why = { 0 };
	struct arena a = { 0 };
	struct stored_list l;
	struct gguf g = { 0 };
	double x;
	size_t place = 0, len;
	const char *s;
	put_file(&b, START(0, 6) "s:z 4:5 4:0xFFFFFFFE s:b 4:7 1:1 s:list 4:9 4:8 8:2 s:one s: s:text 4:8 s:hello s:f 4:6 f:1.5 s:bytes 4:9 4:1 8:2 1:0xFF 1:2");
	assert_true(gguf_check(b.at, b.n, &a, &l, &g, &why));
	assert_int_equal(gguf_count(&g), 6);
	assert_string_equal(gguf_at(&g, 0)->key, "b");
	assert_true(gguf_number(gguf_find(&g, "z"), 0, &x) && x == -2);
	assert_true(gguf_number(gguf_find(&g, "b"), 0, &x) && x == 1);
	assert_true(gguf_number(gguf_find(&g, "f"), 0, &x) && x == 1.5);
	assert_true(gguf_number(gguf_find(&g, "bytes"), 0, &x) && x == -1);
	assert_true(gguf_number(gguf_find(&g, "bytes"), 1, &x) && x == 2);
	assert_false(gguf_number(gguf_find(&g, "bytes"), 2, &x));
	assert_false(gguf_number(gguf_find(&g, "text"), 0, &x));
	assert_true(gguf_text(gguf_find(&g, "list"), &place, &s, &len) && len == 3 && memcmp(s, "one", 3) == 0);
	assert_true(gguf_text(gguf_find(&g, "list"), &place, &s, &len) && len == 0);
	assert_false(gguf_text(gguf_find(&g, "list"), &place, &s, &len));
	place = 0;
	assert_true(gguf_text(gguf_find(&g, "text"), &place, &s, &len) && len == 5);
	assert_false(gguf_text(gguf_find(&g, "f"), &(size_t){ 0 }, &s, &len));
	assert_null(gguf_find(&g, "nothing"));
	buf_free(&b);
	vec_free(&g.value);
	arena_free(&a);
}

/* One block of each type whose bytes are 1, 2, 3 ...; the numbers at the places below, computed by the gguf package. */
#include "blocks.inc"

static void test_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		const struct block_type *t = block_type_find(blocks[i].number);
		assert_non_null(t);
		assert_string_equal(t->name, blocks[i].name);
		float out[256];
		unsigned char in[256];
		for (uint32_t k = 0; k < t->bytes; k++)
			in[k] = (unsigned char)(k * 7 + 1);
		for (int k = 0; k < blocks[i].n_halves; k++) {       /* scales that are numbers of ordinary size */
			in[blocks[i].half[k]] = 0x34;
			in[blocks[i].half[k] + 1] = 0x2C;
		}
		t->unpack(in, out, 1);
		for (uint32_t k = 0; k < t->per; k++)
			if (memcmp(&out[k], &blocks[i].want[k], 4) != 0)
				fail_msg("%s: number %u is %.9g, should be %.9g", t->name, k, (double)out[k], (double)blocks[i].want[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check), cmocka_unit_test(test_cut), cmocka_unit_test(test_metadata), cmocka_unit_test(test_blocks),
	};
	return cmocka_run_group_tests_name("gguf", tests, NULL, NULL);
}
