/* The lowest floor: arena, vec, map, str, source, diag. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"
#include "base/source.h"
#include "base/str.h"
#include "base/vec.h"

static void test_arena(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 100, 65535, 65536, 65537, 1 << 20, 3 };
	enum { N = sizeof sizes / sizeof *sizes };
	struct arena a = { 0 };
	unsigned char *p[N];
	for (size_t i = 0; i < N; i++) {
		p[i] = arena_alloc(&a, sizes[i]);
		assert_int_equal((uintptr_t)p[i] % 16, 0);
		for (size_t k = 0; k < sizes[i]; k++)
			if (p[i][k])
				fail_msg("byte %zu of piece %zu is not zero", k, i);
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < N; i++)                        /* nobody wrote into another's piece */
		for (size_t k = 0; k < sizes[i]; k++)
			if (p[i][k] != i + 1)
				fail_msg("byte %zu of piece %zu was overwritten", k, i);
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	assert_memory_equal(arena_copy(&a, "abc", 4), "abc", 4);
	arena_free(&a);
	assert_int_equal(a.total, 0);
}

static void test_vec(void **state)
{
	(void)state;
	VEC(int) v = { 0 };
	for (int i = 0; i < 1000; i++)
		vec_push(&v, i * i);
	assert_int_equal(v.n, 1000);
	assert_int_equal(v.at[37], 37 * 37);
	assert_int_equal(vec_last(&v), 999 * 999);
	assert_int_equal(vec_pop(&v), 999 * 999);
	assert_int_equal(v.n, 999);
	vec_free(&v);
	assert_null(v.at);
}

static void test_map(void **state)
{
	(void)state;
	struct map m = { 0 };
	uint64_t got = 0;
	assert_false(map_get(&m, 0, &got));
	for (uint64_t i = 0; i < 5000; i++)                   /* keys that share low bits, 0 and the largest one included */
		map_put(&m, (i << 48) - (i & 1), i);
	for (uint64_t i = 0; i < 5000; i++) {
		assert_true(map_get(&m, (i << 48) - (i & 1), &got));
		assert_int_equal(got, i);
	}
	assert_int_equal(m.n, 5000);
	map_put(&m, 0, 77);
	assert_true(map_get(&m, 0, &got));
	assert_int_equal(got, 77);
	assert_int_equal(m.n, 5000);
	assert_false(map_get(&m, 12345, NULL));
	assert_null(map_get_ptr(&m, 12345));
	map_put_ptr(&m, 12345, &m);
	assert_ptr_equal(map_get_ptr(&m, 12345), &m);
	map_free(&m);
	assert_int_equal(m.n, 0);
}

static void test_buf(void **state)
{
	(void)state;
	struct buf b = { 0 };
	assert_string_equal(buf_str(&b), "");
	buf_add(&b, "", 0);
	buf_puts(&b, "ab");
	buf_putc(&b, 'c');
	buf_printf(&b, "%05d", 42);
	assert_string_equal(buf_str(&b), "abc00042");
	for (int i = 0; i < 1000; i++)
		buf_putc(&b, 'x');
	assert_int_equal(b.n, 1008);
	assert_int_equal(strlen(buf_str(&b)), 1008);
	buf_free(&b);
}

static void test_intern(void **state)
{
	(void)state;
	char a[] = "a9.h9", b[] = "a9.h9 and more";
	assert_ptr_equal(intern(a), intern_n(b, 5));
	assert_ptr_not_equal(intern("a9"), intern("a9.h9"));
	assert_string_equal(intern_n(b, 2), "a9");
	assert_ptr_equal(intern(""), intern_n("zzz", 0));
}

static void test_nearest(void **state)
{
	(void)state;
	static const struct { const char *a, *b; int distance; } pairs[] = {
		{ "", "", 0 }, { "abc", "abc", 0 }, { "", "abc", 3 }, { "kitten", "sitting", 3 }, { "a9.h9", "a9.h8", 1 }, { "ab", "ba", 2 },
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_int_equal(str_distance(pairs[i].a, pairs[i].b), pairs[i].distance);
		assert_int_equal(str_distance(pairs[i].b, pairs[i].a), pairs[i].distance);
	}
	static const char *const have[] = { "embed", "logits", "a0.h1" };
	assert_string_equal(str_nearest("logit", have, 3), "logits");
	assert_string_equal(str_nearest("embde", have, 3), "embed");
	assert_null(str_nearest("zzzz", have, 3));
	assert_null(str_nearest("x", have, 0));
}

static void test_source(void **state)
{
	(void)state;
	struct sources all = { 0 };
	const struct source *a = source_add(&all, "a.pp", "one\ntwo", 7), *b = source_add(&all, "b.pp", "h\xC3\xA9llo\n\nx", 9);
	const struct { uint32_t off; const struct source *in; int line, col; } places[] = {
		{ 0, NULL, 0, 0 },
		{ a->base, a, 1, 1 }, { a->base + 3, a, 1, 4 }, { a->base + 4, a, 2, 1 }, { a->base + 7, a, 2, 4 },
		{ b->base, b, 1, 1 }, { b->base + 3, b, 1, 3 }, { b->base + 7, b, 2, 1 }, { b->base + 8, b, 3, 1 },
	};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct place p = source_place(&all, (struct span){ places[i].off, 1 });
		assert_ptr_equal(p.source, places[i].in);
		assert_int_equal(p.line, places[i].line);
		assert_int_equal(p.col, places[i].col);
	}
	assert_memory_equal(source_text(&all, (struct span){ a->base + 4, 3 }), "two", 3);
	assert_null(source_text(&all, (struct span){ 0, 0 }));
	struct span j = span_join((struct span){ 5, 2 }, (struct span){ 9, 4 });
	assert_int_equal(j.off, 5);
	assert_int_equal(j.len, 8);
	assert_int_equal(span_join((struct span){ 0, 0 }, j).off, 5);
	assert_int_equal(span_join(j, (struct span){ 0, 0 }).len, 8);
	sources_free(&all);
}

static void test_file_read(void **state)
{
	(void)state;
	char path[] = "/tmp/pp-test-XXXXXX";
	int fd = mkstemp(path);
	size_t n = 0;
	assert_true(fd >= 0 && write(fd, "ab\0c", 4) == 4 && close(fd) == 0);
	char *text = file_read(path, 4, &n);
	assert_non_null(text);
	assert_int_equal(n, 4);
	assert_memory_equal(text, "ab\0c", 5);
	free(text);
	errno = 0;
	assert_null(file_read(path, 3, &n));
	assert_int_equal(errno, EFBIG);
	assert_null(file_read("/tmp", 3, &n));
	assert_int_equal(errno, EISDIR);
	unlink(path);
	assert_null(file_read(path, 3, &n));
	assert_int_equal(errno, ENOENT);
}

static void test_diag(void **state)
{
	(void)state;
	struct sources all = { 0 };
	struct diags d = { .sources = &all };
	const struct source *s = source_add(&all, "s.pp", "let x = 1\n\tk\xC3\xA9\x1B""ep y\n", 20);
	diag_at(&d, E_NAME, (struct span){ s->base + 19, 1 }, "no %s", "y");
	diag_hint(&d, "try %d", 1);
	diag_at(&d, E_EQUAL_PAIRS, (struct span){ 0, 0 }, "a warning");
	struct buf b = { 0 };
	diag_print(&d, &d.at[0], &b, 80);
	diag_print(&d, &d.at[1], &b, 80);
	assert_string_equal(buf_str(&b),
	    "s.pp:2:9: error E0101: no y\n"
	    "    2 |  k\xC3\xA9?ep y\n"
	    "      |         ^\n"
	    "      = hint: try 1\n"
	    "pp: warning W0401: a warning\n");
	assert_int_equal(d.n, 2);
	assert_int_equal(d.n_errors, 1);
	diags_clear(&d);
	for (int i = 0; i < 2 * DIAG_MAX; i++)
		diag_at(&d, E_NAME, (struct span){ s->base, 1 }, "again");
	assert_int_equal(d.n, DIAG_MAX);
	assert_int_equal(d.n_errors, 2 * DIAG_MAX);
	buf_free(&b);
	diags_free(&d);
	sources_free(&all);
}

static void test_codes(void **state)
{
	(void)state;
	assert_int_equal(code_find("e0203"), E_NO_PATH);
	assert_int_equal(code_find("E9999"), E_COUNT);
	for (int i = 0; i < E_COUNT; i++) {                   /* every code has its own number and an explanation */
		assert_int_equal(code_find(code_info[i].name), i);
		assert_true(strlen(code_info[i].explanation) > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena), cmocka_unit_test(test_vec), cmocka_unit_test(test_map), cmocka_unit_test(test_buf),
		cmocka_unit_test(test_intern), cmocka_unit_test(test_nearest), cmocka_unit_test(test_source), cmocka_unit_test(test_file_read),
		cmocka_unit_test(test_diag), cmocka_unit_test(test_codes),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
