/* The store: what is put in comes out to the bit, also after a program was killed; other files are refused and left alone. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "store/store.h"

enum { PAIRS = 50 };
static char path[64], other[64];
static struct diags d;

static int fresh(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "/tmp/pp_test_store_%d.db", (int)getpid());
	snprintf(other, sizeof other, "/tmp/pp_test_other_%d.db", (int)getpid());
	diags_clear(&d);
	return 0;
}

static void remove_all(const char *name)
{
	static const char *const end[] = { "", "-wal", "-shm", "-journal" };
	char text[80];
	for (size_t i = 0; i < 4; i++) {
		snprintf(text, sizeof text, "%s%s", name, end[i]);
		unlink(text);
	}
}

static int gone(void **state)
{
	(void)state;
	remove_all(path);
	remove_all(other);
	return 0;
}

static struct entry an_entry(uint64_t key, const char *hypothesis)
{
	return (struct entry){ .key = { key, ~key }, .model = "m", .dataset = "d", .hypothesis = hypothesis, .metric = "kl", .at = "END", .seed = UINT64_MAX,
		.data_digest = UINT64_C(1) << 63, .n_pairs = PAIRS, .n_equal = 2, .paths_kept = "12345678901234567890", .kernels = "haswell", .version = "0",
		.statement = 1, .row = (int64_t)key };
}

static double number_of(uint64_t key, size_t pair, size_t k)
{
	static const double odd[] = { -0.0, NAN, INFINITY, 5e-324, 0.1, -1.7976931348623157e308 };
	return pair < 6 ? odd[pair] : (double)key * 1000 + (double)pair + (double)k / 3;
}

static void put(struct store *s, uint64_t key, size_t from, size_t to, size_t n)
{
	struct entry e = an_entry(key, "h");
	int64_t id = store_entry(s, &e);
	for (size_t p = from; p < to; p++) {
		double x[CELL_NUMBERS];
		for (size_t k = 0; k < n; k++)
			x[k] = number_of(key, p, k);
		store_put(s, id, p, x, n);
	}
}

/* How many cells of an entry there are; each has to be what was put. */
static size_t get(struct store *s, uint64_t key, size_t n)
{
	double at[CELL_NUMBERS][PAIRS], *number[CELL_NUMBERS] = { at[0], at[1], at[2] };
	bool have[PAIRS];
	struct entry e = an_entry(key, "h");
	size_t got = store_read(s, store_entry(s, &e), PAIRS, n, number, have), count = 0;
	for (size_t p = 0; p < PAIRS; p++)
		for (size_t k = 0; have[p] && k < n; k++) {
			double want = number_of(key, p, k);
			assert_memory_equal(&at[k][p], &want, sizeof want);
			count += k == 0;
		}
	assert_int_equal(got, count);
	return got;
}

static void test_there_and_back(void **state)
{
	(void)state;
	struct store *s = store_open(path, STORE_WRITE, &d);
	assert_non_null(s);
	put(s, 1, 0, PAIRS, 2);
	put(s, 2, 10, 20, 3);
	assert_int_equal(get(s, 1, 2), PAIRS);
	assert_true(store_close(s));
	s = store_open(path, STORE_WRITE, &d);
	assert_int_equal(get(s, 1, 2), PAIRS);
	assert_int_equal(get(s, 2, 3), 10);
	store_reused(s, 60);
	put(s, 2, 19, 22, 3);
	store_commit(s);
	struct store_counts n = store_count(s);
	assert_int_equal(n.entries, 2);
	assert_int_equal(n.cells, PAIRS + 12);
	assert_int_equal(n.computed, PAIRS + 13);
	assert_int_equal(n.reused, 60);
	assert_int_equal(n.twice, 1);
	assert_true(store_close(s));
	assert_int_equal(d.n, 0);
}

static bool check_entry(void *context, int64_t id, const struct entry *e)
{
	int *n = context;
	struct entry want = an_entry((uint64_t)(3 - *n), *n == 1 ? NULL : "h");      /* by statement, then row */
	assert_true(id > 0 && digest_same(e->key, want.key));
	assert_true(want.hypothesis ? strcmp(e->hypothesis, want.hypothesis) == 0 : !e->hypothesis);
	assert_true(e->seed == want.seed && e->data_digest == want.data_digest && e->n_pairs == want.n_pairs && e->n_equal == want.n_equal);
	assert_string_equal(e->paths_kept, want.paths_kept);
	assert_null(e->paths_total);
	assert_string_equal(e->kernels, "haswell");
	(*n)++;
	return true;
}

static void test_lists(void **state)
{
	(void)state;
	struct store *s = store_open(path, STORE_WRITE, &d);
	int n = 0;
	for (uint64_t k = 1; k <= 3; k++) {
		struct entry e = an_entry(k, k == 2 ? NULL : "h");
		e.row = -(int64_t)k;
		e.script = store_script(s, "s.pp", "text\0more", 9);
		assert_true(store_entry(s, &e) > 0);
	}
	assert_int_equal(store_script(s, "s.pp", "text\0more", 9), store_script(s, "s.pp", "text\0more", 9));
	assert_true(store_each(s, check_entry, &n));
	assert_int_equal(n, 3);
	store_close(s);
}

/* A program is killed in the middle of writing, many times: what it had committed is there, whole. */
static void test_killed(void **state)
{
	(void)state;
	size_t before = 0;
	for (int i = 0; i < 15; i++) {
		pid_t child = fork();
		if (!child) {
			struct store *s = store_open(path, STORE_WRITE, &d);
			if (!s)
				_exit(1);
			for (uint64_t key = 1 + (uint64_t)i;; key += 100) {
				put(s, key, 0, PAIRS, 3);
				if (key % 300 == 0 || key % 7 == 0)
					store_commit(s);
			}
		}
		usleep(20000 + 3000 * (useconds_t)i);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		struct store *s = store_open(path, STORE_WRITE, &d);
		assert_non_null(s);
		struct store_counts n = store_count(s);
		assert_true(n.cells >= (int64_t)before);
		before = (size_t)n.cells;
		for (uint64_t key = 1 + (uint64_t)i; key < 3000; key += 100)
			get(s, key, 3);
		n = store_count(s);
		assert_int_equal(n.cells, n.computed);
		assert_true(store_close(s));
	}
	assert_true(before > PAIRS);
	assert_int_equal(d.n, 0);
}

static void write_file(const char *name, const char *text, size_t n)
{
	FILE *f = fopen(name, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void is_refused(const char *name, enum store_use use, const char *why)
{
	diags_clear(&d);
	assert_null(store_open(name, use, &d));
	assert_int_equal(d.n, 1);
	if (!strstr(d.at[0].message, why))
		fail_msg("\"%s\" does not say \"%s\"", d.at[0].message, why);
}

static void make_database(const char *text)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_refused(void **state)
{
	(void)state;
	static char junk[10000];
	memset(junk, 'x', sizeof junk);
	write_file(path, junk, sizeof junk);
	is_refused(path, STORE_WRITE, "damaged, or is no store");
	char back[sizeof junk];
	FILE *f = fopen(path, "rb");
	assert_int_equal(fread(back, 1, sizeof back, f), sizeof junk);       /* nothing was changed */
	fclose(f);
	assert_memory_equal(back, junk, sizeof junk);
	remove_all(path);
	make_database("CREATE TABLE t (x)");
	is_refused(path, STORE_WRITE, "another program");
	remove_all(path);
	store_close(store_open(path, STORE_WRITE, &d));
	make_database("PRAGMA user_version = 99");
	is_refused(path, STORE_WRITE, "has format 99, but this pp reads format 2");
	remove_all(path);
	is_refused(path, STORE_READ, "cannot be opened");
	write_file(path, "", 0);
	is_refused(path, STORE_READ, "is empty");
	is_refused("/nowhere/at/all.db", STORE_WRITE, "cannot be opened");
	is_refused("/tmp", STORE_WRITE, "cannot be opened");
}

static void test_locked(void **state)
{
	(void)state;
	sqlite3 *db;
	struct store *s = store_open(path, STORE_WRITE, &d);
	put(s, 1, 0, PAIRS, 1);
	store_commit(s);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	put(s, 2, 0, PAIRS, 1);                      /* waits, then gives up */
	put(s, 3, 0, PAIRS, 1);
	assert_true(store_broken(s));
	assert_int_equal(d.n, 1);
	assert_non_null(strstr(d.at[0].message, "locked by another program"));
	assert_int_equal(get(s, 1, 1), 0);
	assert_false(store_close(s));
	sqlite3_close(db);
	s = store_open(path, STORE_WRITE, &d);
	assert_int_equal(get(s, 1, 1), PAIRS);
	assert_int_equal(store_count(s).cells, PAIRS);
	store_close(s);
}

static void test_full_disk(void **state)
{
	(void)state;
	struct store *s = store_open(path, STORE_WRITE, &d);
	put(s, 1, 0, PAIRS, 3);
	store_commit(s);
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit old, small = { 60000, RLIM_INFINITY };
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	for (uint64_t key = 2; key < 3000 && !store_broken(s); key++) {
		put(s, key, 0, PAIRS, 3);
		store_commit(s);
	}
	assert_true(store_broken(s));
	assert_int_equal(d.n, 1);
	assert_false(store_close(s));
	setrlimit(RLIMIT_FSIZE, &old);
	diags_clear(&d);
	s = store_open(path, STORE_WRITE, &d);
	assert_int_equal(get(s, 1, 3), PAIRS);
	struct store_counts n = store_count(s);
	assert_int_equal(n.cells, n.computed);
	assert_true(store_close(s));
}

/* A bit that flips in a cell is noticed, and nothing of that entry is believed. */
static void test_flipped(void **state)
{
	(void)state;
	struct store *s = store_open(path, STORE_WRITE, &d);
	put(s, 1, 0, PAIRS, 2);
	put(s, 2, 0, PAIRS, 2);
	store_close(s);
	make_database("UPDATE cell SET numbers = x'00000000000000000000000000000000ffffffff' WHERE entry = 1 AND pair = 7");
	s = store_open(path, STORE_WRITE, &d);
	assert_int_equal(get(s, 1, 2), 0);
	assert_true(store_broken(s));
	assert_int_equal(d.n, 1);
	assert_non_null(strstr(d.at[0].message, "damaged"));
	assert_int_equal(get(s, 2, 2), 0);
	put(s, 3, 0, 1, 1);
	store_close(s);
	s = store_open(path, STORE_WRITE, &d);
	assert_int_equal(store_count(s).cells, 2 * PAIRS);
	store_close(s);
}

static void test_merge(void **state)
{
	(void)state;
	struct store *s = store_open(other, STORE_WRITE, &d);
	put(s, 2, 0, PAIRS, 2);
	put(s, 3, 5, 9, 2);
	store_close(s);
	s = store_open(path, STORE_WRITE, &d);
	put(s, 1, 0, PAIRS, 2);
	put(s, 3, 8, 20, 2);
	assert_true(store_merge(s, other));
	assert_true(store_merge(s, other));
	assert_int_equal(get(s, 1, 2), PAIRS);
	assert_int_equal(get(s, 2, 2), PAIRS);
	assert_int_equal(get(s, 3, 2), 15);
	assert_int_equal(store_count(s).entries, 3);
	store_close(s);
	s = store_open(other, STORE_WRITE, &d);
	struct entry e = an_entry(1, "h");
	store_put(s, store_entry(s, &e), 7, (double[]){ 1, 2 }, 2);
	store_close(s);
	s = store_open(path, STORE_WRITE, &d);
	assert_false(store_merge(s, other));
	assert_non_null(strstr(d.at[0].message, "different numbers"));
	assert_int_equal(get(s, 1, 2), PAIRS);
	assert_true(store_close(s));
}

static void test_digest(void **state)
{
	(void)state;
	struct digest x = { 0 }, y = { 0 };
	char text[DIGEST_TEXT];
	digest_text(&x, "ab");
	digest_text(&x, "c");
	digest_text(&y, "a");
	digest_text(&y, "bc");
	assert_false(digest_same(x, y));
	struct digest none = { 0 }, empty = { 0 };
	digest_text(&none, NULL);
	digest_text(&empty, "");
	assert_false(digest_same(none, empty));
	assert_int_equal(strlen(digest_spell(x, text)), 32);
	assert_true(x.a != x.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, fresh, gone)
		T(test_there_and_back), T(test_lists), T(test_killed), T(test_refused), T(test_locked), T(test_full_disk), T(test_flipped),
		T(test_merge), T(test_digest),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
