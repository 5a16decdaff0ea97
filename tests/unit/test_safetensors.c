/* Safetensors files: what is read, and what is refused with which sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/internal.h"
#include "model/weights.h"

static char folder[] = "/tmp/pp-test-safetensors-XXXXXX";
static struct sources sources;

static const char *in_folder(const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const void *bytes, size_t n)
{
	FILE *f = fopen(in_folder(name), "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

/* Header, its length before it and n_data bytes 0, 1, 2 ... after it. */
static void put_file(struct buf *b, const char *header, size_t n_data)
{
	uint64_t n = strlen(header);
	for (int i = 0; i < 8; i++)
		buf_putc(b, (char)(n >> 8 * i));
	buf_puts(b, header);
	for (size_t i = 0; i < n_data; i++)
		buf_putc(b, (char)i);
}

static void write_safetensors(const char *name, const char *header, size_t n_data)
{
	struct buf b = { 0 };
	put_file(&b, header, n_data);
	write_file(name, b.at, b.n);
	buf_free(&b);
}

static void remove_file(const char *name)
{
	unlink(in_folder(name));
}

#define ENTRY(name, type, shape, offsets) "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

/* why: a part of the sentence; NULL: the file is sound. */
static const struct { const char *header; size_t n_data; const char *why; } checks[] = {
	{ "{}", 0, NULL },
	{ "{}   ", 0, NULL },
	{ "{\"__metadata__\":{\"format\":\"pt\"}}", 0, NULL },
	{ "{" ENTRY("a", "F32", "[2,3]", "[0,24]") "}", 24, NULL },
	{ "{" ENTRY("a", "F32", "[]", "[0,4]") "}", 4, NULL },
	{ "{" ENTRY("a", "F32", "[0,5]", "[0,0]") "," ENTRY("b", "F16", "[2]", "[0,4]") "}", 4, NULL },
	{ "{" ENTRY("b", "I8", "[3]", "[4,7]") "," ENTRY("a", "F32", "[1]", "[0,4]") "}", 7, NULL },
	{ "{" ENTRY("a", "F4", "[3,2]", "[0,3]") "}", 3, NULL },
	{ "{" ENTRY("a", "Q9_Z", "[3]", "[0,5]") "}", 5, NULL },
	{ "", 0, "does not begin with '{'" },
	{ " {}", 0, "does not begin with '{'" },
	{ "[1]", 0, "does not begin with '{'" },
	{ "{\"a\":", 0, "not JSON" },
	{ "{} x", 0, "not JSON" },
	{ "{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("a", "F32", "[1]", "[4,8]") "}", 8, "duplicate" },
	{ "{\"__metadata__\":{\"n\":1}}", 0, "'n' in '__metadata__' is not text" },
	{ "{\"__metadata__\":7}", 0, "'__metadata__' in the header is not an object" },
	{ "{\"a\":3}", 0, "entry 'a' of the header is not an object" },
	{ "{\"a\":{\"shape\":[],\"data_offsets\":[0,4]}}", 4, "tensor 'a' has no text 'dtype'" },
	{ "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "tensor 'a' has no list 'shape'" },
	{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4, "has no list 'data_offsets'" },
	{ "{" ENTRY("a", "F32", "[1.5]", "[0,4]") "}", 4, "axis 0 of its shape is not a whole number" },
	{ "{" ENTRY("a", "F32", "[1,-1]", "[0,4]") "}", 4, "negative length -1" },
	{ "{" ENTRY("a", "F32", "[1,1,1,1,1,1,1]", "[0,4]") "}", 4, "has 7 axes, pp reads at most 6" },
	{ "{" ENTRY("a", "F32", "[4294967296,4294967296]", "[0,4]") "}", 4, "[4294967296, 4294967296], more elements than fit" },
	{ "{" ENTRY("a", "F32", "[0,4294967296,4294967296]", "[0,0]") "}", 0, "more elements than fit" },
	{ "{" ENTRY("a", "F64", "[1152921504606846975]", "[0,4]") "}", 4, "does not fill the 4 bytes" },
	{ "{" ENTRY("a", "F32", "[99999999999999999999]", "[0,4]") "}", 4, "not JSON" },
	{ "{" ENTRY("a", "F32", "[1]", "[4,0]") "}", 4, "claims bytes 4 to 0, which is no range" },
	{ "{" ENTRY("a", "F32", "[1]", "[-4,0]") "}", 4, "claims bytes -4 to 0, which is no range" },
	{ "{" ENTRY("a", "F32", "[1]", "[0,4,8]") "}", 4, "two whole numbers" },
	{ "{" ENTRY("wte.weight", "F32", "[250000]", "[0,1000000]") "}", 5000,
	  "tensor 'wte.weight' claims bytes 0 to 1000000 but the file has 5000 bytes of data" },
	{ "{" ENTRY("a", "F32", "[2]", "[0,4]") "}", 4, "of type F32 has the shape [2], which does not fill the 4 bytes it claims (0 to 4)" },
	{ "{" ENTRY("a", "F4", "[3]", "[0,1]") "}", 1, "does not fill" },
	{ "{" ENTRY("a", "F32", "[2]", "[0,8]") "," ENTRY("b", "F32", "[2]", "[4,12]") "}", 12,
	  "tensors 'a' (bytes 0 to 8) and 'b' (bytes 4 to 12) overlap" },
	{ "{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]", "[8,12]") "}", 12,
	  "bytes 4 to 8 of the data, before tensor 'b', belong to no tensor" },
	{ "{" ENTRY("a", "F32", "[1]", "[0,4]") "}", 6, "has 6 bytes of data but its tensors end at byte 4" },
	{ "{}", 1, "has 1 bytes of data but its tensors end at byte 0" },
};

static void test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct buf b = { 0 }, why = { 0 };
		struct arena a = { 0 };
		struct stored_list l;
		put_file(&b, checks[i].header, checks[i].n_data);
		bool ok = safetensors_check(b.at, b.n, &a, &l, &why);
		if (ok != !checks[i].why || (!ok && !strstr(buf_str(&why), checks[i].why)))
			fail_msg("%s: %s", checks[i].header, buf_str(&why));
		buf_free(&b);
		buf_free(&why);
		arena_free(&a);
	}
}

static const struct { const char *bytes; size_t n; const char *why; } starts[] = {
	{ "", 0, "the file has 0 bytes, too few" },
	{ "\2\0\0\0\0\0\0", 7, "the file has 7 bytes, too few" },
	{ "\3\0\0\0\0\0\0\0{}", 10, "claims 3 bytes but only 2 bytes follow" },
	{ "\377\377\377\377\377\377\377\377{}", 10, "claims 18446744073709551615 bytes but only 2" },
	{ "\4\0\0\0\0\0\0\0{}\0\0", 12, "padded with NUL bytes" },
	{ "\4\0\0\0\0\0\0\0{\"\377}", 12, "not JSON" },
};

static void test_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		struct buf why = { 0 };
		struct arena a = { 0 };
		struct stored_list l;
		assert_false(safetensors_check(starts[i].bytes, starts[i].n, &a, &l, &why));
		if (!strstr(buf_str(&why), starts[i].why))
			fail_msg("%s", buf_str(&why));
		buf_free(&why);
		arena_free(&a);
	}
}

static void test_deep(void **state)
{
	(void)state;
	struct buf header = { 0 }, b = { 0 }, why = { 0 };
	struct arena a = { 0 };
	struct stored_list l;
	buf_puts(&header, "{\"a\":");
	for (int i = 0; i < 10000; i++)
		buf_putc(&header, '[');
	put_file(&b, header.at, 0);
	assert_false(safetensors_check(b.at, b.n, &a, &l, &why));
	assert_non_null(strstr(why.at, "depth"));
	buf_free(&header);
	buf_free(&b);
	buf_free(&why);
	arena_free(&a);
}

static struct weights *open_quietly(struct diags *d)
{
	*d = (struct diags){ .sources = &sources };
	return weights_open(folder, (struct span){ 0, 0 }, d);
}

static uint64_t bytes_of(const struct weights *w)
{
	uint64_t n = 0;
	for (size_t i = 0; i < weights_count(w); i++)
		n += weights_info(w, i).bytes;
	return n;
}

/* b lies at an odd place in the file: it must be readable all the same. */
static void test_read(void **state)
{
	(void)state;
	write_safetensors("model.safetensors",
	    "{" ENTRY("c", "U8", "[1]", "[0,1]") "," ENTRY("b", "I32", "[2]", "[1,9]") "," ENTRY("a", "I64", "[1,1]", "[9,17]") "}", 17);
	struct diags d;
	struct weights *w = open_quietly(&d);
	assert_non_null(w);
	assert_int_equal(weights_count(w), 3);
	assert_int_equal(bytes_of(w), 17);
	assert_string_equal(weights_name(w, 0), "a");
	assert_string_equal(weights_name(w, 2), "c");
	struct tensor t;
	assert_true(weights_get(w, "b", &t));
	assert_int_equal((uintptr_t)t.at % 4, 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.dim[0], 2);
	assert_int_equal(((int32_t *)t.at)[0], 0x04030201);
	assert_int_equal(((int32_t *)t.at)[1], 0x08070605);
	assert_true(weights_get(w, "a", &t));
	assert_true(*(int64_t *)t.at == 0x100f0e0d0c0b0a09);
	assert_false(weights_get(w, "c", &t));
	assert_false(weights_get(w, "aa", &t));
	struct buf why = { 0 };
	weights_why_not(w, "c", &why);
	assert_string_equal(why.at, "tensor 'c' has the type U8; pp reads F32, F64, BF16, F16, I32, I64");
	buf_free(&why);
	weights_why_not(w, "ab", &why);
	assert_non_null(strstr(why.at, "there is no tensor 'ab'; the nearest is"));
	buf_free(&why);
	weights_close(w);
	diags_free(&d);
	remove_file("model.safetensors");
}

static void test_sharded(void **state)
{
	(void)state;
	static const struct { const char *index, *message; } cases[] = {
		{ "{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}", NULL },
		{ "{\"weight_map\":{\"a\":\"one.safetensors\"}}", NULL },
		{ "{\"weight_map\":{\"a\":\"two.safetensors\",\"b\":\"one.safetensors\"}}", "but it is not" },
		{ "{\"weight_map\":{\"x\":\"one.safetensors\"}}", "tensor 'x' is in one.safetensors, but it is not" },
		{ "{\"weight_map\":{\"a\":\"../one.safetensors\"}}", "not the name of a file in this folder" },
		{ "{\"weight_map\":{\"a\":\"/etc/passwd\"}}", "not the name of a file in this folder" },
		{ "{\"weight_map\":{\"a\":\"..\"}}", "not the name of a file in this folder" },
		{ "{\"weight_map\":{\"a\":3}}", "not the name of a file in this folder" },
		{ "{\"weight_map\":{\"a\":\"gone.safetensors\"}}", "gone.safetensors: No such file" },
		{ "{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"same.safetensors\"}}", "tensor 'a' is in two files" },
		{ "{\"weight_map\":[]}", "has no object 'weight_map'" },
		{ "{\"weight_map\":", "not JSON" },
	};
	write_safetensors("one.safetensors", "{" ENTRY("a", "F32", "[1]", "[0,4]") "}", 4);
	write_safetensors("same.safetensors", "{" ENTRY("a", "F32", "[1]", "[0,4]") "}", 4);
	write_safetensors("two.safetensors", "{" ENTRY("b", "F32", "[2]", "[0,8]") "}", 8);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_file("model.safetensors.index.json", cases[i].index, strlen(cases[i].index));
		struct diags d;
		struct weights *w = open_quietly(&d);
		if ((w != NULL) != !cases[i].message || (!w && !strstr(d.at[0].message, cases[i].message)))
			fail_msg("%s: %s", cases[i].index, d.n ? d.at[0].message : "accepted");
		if (w && i == 0)
			assert_int_equal(bytes_of(w), 12);
		weights_close(w);
		diags_free(&d);
	}
	remove_file("one.safetensors");
	remove_file("two.safetensors");
	remove_file("same.safetensors");
	remove_file("model.safetensors.index.json");
}

static void test_missing(void **state)
{
	(void)state;
	struct diags d;
	assert_null(open_quietly(&d));
	assert_int_equal(d.at[0].code, E_FILE);
	assert_string_equal(d.at[0].hint, "the folder is empty");
	diags_free(&d);
	write_file("pytorch_model.bin", "x", 1);
	assert_null(open_quietly(&d));
	assert_non_null(strstr(d.at[0].message, "has no model.safetensors"));
	assert_non_null(strstr(d.at[0].hint, "pytorch_model.bin"));
	diags_free(&d);
	remove_file("pytorch_model.bin");
	assert_null(weights_open("/no/such/folder", (struct span){ 0, 0 }, &d));
	assert_int_equal(d.at[0].code, E_FILE);
	assert_non_null(strstr(d.at[0].message, "No such file"));
	diags_free(&d);
	mkdir(in_folder("model.safetensors"), 0700);
	assert_null(open_quietly(&d));
	assert_non_null(strstr(d.at[0].message, "is not a file"));
	diags_free(&d);
	rmdir(in_folder("model.safetensors"));
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check), cmocka_unit_test(test_start), cmocka_unit_test(test_deep),
		cmocka_unit_test(test_read), cmocka_unit_test(test_sharded), cmocka_unit_test(test_missing),
	};
	return cmocka_run_group_tests_name("safetensors", tests, make_folder, remove_folder);
}
