/* A SQLite file of results.  See store.h. */
#include "store/store.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

enum { FORMAT = 2, APPLICATION = 0x70707273 /* "pprs" */, WAIT_MS = 3000, CELLS_PER_COMMIT = 20000 };
#define SECONDS_PER_COMMIT 0.5

enum query { FIND_ENTRY, ADD_ENTRY, READ_CELLS, PUT_CELL, ADD_COUNT, FIND_SCRIPT, ADD_SCRIPT, LIST_ENTRIES, LIST_SCRIPTS, N_QUERIES };

static const char schema[] =
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, model TEXT, dataset TEXT, hypothesis TEXT, metric TEXT, at TEXT,"
    " one_run INTEGER, seed TEXT, data_digest TEXT, n_pairs INTEGER, n_equal INTEGER, paths_kept TEXT, paths_total TEXT, kernels TEXT,"
    " version TEXT, base INTEGER, script INTEGER, statement INTEGER, row INTEGER, paths_cut TEXT);"
    "CREATE TABLE cell (entry INTEGER NOT NULL, pair INTEGER NOT NULL, numbers BLOB NOT NULL, computed INTEGER NOT NULL DEFAULT 1,"
    " PRIMARY KEY (entry, pair)) WITHOUT ROWID;"
    "CREATE TABLE script (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT, text BLOB);"
    "CREATE TABLE counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL);"
    "INSERT INTO counter VALUES ('computed', 0), ('reused', 0);";

static const char *const sql[N_QUERIES] = {
	[FIND_ENTRY] = "SELECT id FROM entry WHERE key = ?1",
	[ADD_ENTRY] = "INSERT INTO entry (key, model, dataset, hypothesis, metric, at, one_run, seed, data_digest, n_pairs, n_equal, paths_kept,"
		" paths_total, kernels, version, base, script, statement, row, paths_cut)"
		" VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)",
	[READ_CELLS] = "SELECT pair, numbers FROM cell WHERE entry = ?1",
	[PUT_CELL] = "INSERT INTO cell (entry, pair, numbers) VALUES (?1, ?2, ?3)"
		" ON CONFLICT DO UPDATE SET numbers = excluded.numbers, computed = computed + 1",
	[ADD_COUNT] = "UPDATE counter SET n = n + ?2 WHERE name = ?1",
	[FIND_SCRIPT] = "SELECT id FROM script WHERE key = ?1",
	[ADD_SCRIPT] = "INSERT INTO script (key, name, text) VALUES (?1, ?2, ?3)",
	[LIST_ENTRIES] = "SELECT id, key, model, dataset, hypothesis, metric, at, one_run, seed, data_digest, n_pairs, n_equal, paths_kept,"
		" paths_total, kernels, version, base, script, statement, row, paths_cut FROM entry ORDER BY (SELECT key FROM script WHERE script.id = entry.script),"
		" statement, row, key",
	[LIST_SCRIPTS] = "SELECT id, name, text FROM script ORDER BY key",
};

struct store {
	char *path;
	sqlite3 *db;
	sqlite3_stmt *query[N_QUERIES];
	struct diags *d;
	bool broken, writing;                        /* a transaction is open */
	int64_t computed, reused;                    /* in this transaction */
	double began;
};

/* ---- what goes wrong */

static void report(struct store *s, const char *what, const char *hint)
{
	if (s->broken)
		return;
	s->broken = true;
	diag_at(s->d, E_STORE, (struct span){ 0, 0 }, "the store %s %s", s->path, what);
	diag_hint(s->d, "%s", hint);
}

/* Tells what SQLite says; false, for the caller to return. */
static bool failed(struct store *s, int code)
{
	switch (code & 0xFF) {
	case SQLITE_FULL:
		report(s, "could not be written: the disk is full", "what was stored before is kept, and what is computed now is shown but not stored");
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		report(s, "is locked by another program", "nothing was changed in it; run the script again when the other has ended, or use another store");
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		report(s, "is damaged, or is no store at all", "nothing was changed in it; move it away to begin a new one");
		break;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		report(s, "cannot be opened: it is not there, or may not be read or written", "its folder has to be there and to be writable");
		break;
	default: {
		struct buf b = { 0 };
		buf_printf(&b, "could not be used: %s", s->db ? sqlite3_errmsg(s->db) : "out of memory");
		report(s, buf_str(&b), "what was stored before is kept, and results go on without it");
		buf_free(&b);
	}
	}
	return false;
}

static bool run(struct store *s, const char *text)
{
	int code = sqlite3_exec(s->db, text, NULL, NULL, NULL);
	return code == SQLITE_OK || failed(s, code);
}

/* ---- statements */

static sqlite3_stmt *prepare(struct store *s, enum query q)
{
	if (s->broken)
		return NULL;
	if (!s->query[q]) {
		int code = sqlite3_prepare_v3(s->db, sql[q], -1, SQLITE_PREPARE_PERSISTENT, &s->query[q], NULL);
		if (code != SQLITE_OK) {
			failed(s, code);
			return NULL;
		}
	}
	return s->query[q];
}

/* The next row: true; the end or a failure: false.  The statement is ready for another time after the end. */
static bool step(struct store *s, enum query q)
{
	int code = sqlite3_step(s->query[q]);
	if (code == SQLITE_ROW)
		return true;
	sqlite3_reset(s->query[q]);
	sqlite3_clear_bindings(s->query[q]);
	if (code != SQLITE_DONE)
		failed(s, code);
	return false;
}

static void done(struct store *s, enum query q)
{
	sqlite3_reset(s->query[q]);
	sqlite3_clear_bindings(s->query[q]);
}

static void bind_text(sqlite3_stmt *q, int at, const char *text)
{
	sqlite3_bind_text(q, at, text, -1, SQLITE_TRANSIENT);
}

static void bind_digits(sqlite3_stmt *q, int at, uint64_t x)     /* SQLite has no unsigned numbers */
{
	char text[32];
	snprintf(text, sizeof text, "%llu", (unsigned long long)x);
	bind_text(q, at, text);
}

static int64_t one_number(struct store *s, const char *text)
{
	sqlite3_stmt *q;
	int64_t x = 0;
	int code = s->broken ? SQLITE_OK : sqlite3_prepare_v2(s->db, text, -1, &q, NULL);
	if (s->broken || code != SQLITE_OK)
		return s->broken ? 0 : failed(s, code);
	code = sqlite3_step(q);
	if (code == SQLITE_ROW)
		x = sqlite3_column_int64(q, 0);
	else if (code != SQLITE_DONE)
		failed(s, code);
	sqlite3_finalize(q);
	return x;
}

/* ---- opening and closing */

static bool is_ours(struct store *s)
{
	int64_t application = one_number(s, "PRAGMA application_id"), format = one_number(s, "PRAGMA user_version");
	if (s->broken)
		return false;
	if (application != APPLICATION) {
		report(s, "is a database of another program", "nothing was changed in it; use another name");
		return false;
	}
	struct buf b = { 0 };
	buf_printf(&b, "has format %lld, but this pp reads format %d", (long long)format, FORMAT);
	if (format != FORMAT)
		report(s, buf_str(&b), "it was written by another version of pp; nothing was changed in it");
	buf_free(&b);
	return format == FORMAT;
}

/* A new file gets its tables in one transaction; two programs may try at once, and one of them finds them there. */
static bool set_up(struct store *s, enum store_use use)
{
	char marks[80];
	if (one_number(s, "SELECT count(*) FROM sqlite_schema") || s->broken)
		return !s->broken && is_ours(s);
	if (use == STORE_READ) {
		report(s, "is empty", "a store is filled by running a script with --store");
		return false;
	}
	snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION, FORMAT);
	if (!run(s, "PRAGMA journal_mode = WAL") || !run(s, "BEGIN IMMEDIATE"))
		return false;
	if (one_number(s, "SELECT count(*) FROM sqlite_schema"))
		return run(s, "COMMIT") && is_ours(s);
	if (run(s, schema) && run(s, marks) && run(s, "COMMIT"))
		return true;
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

struct store *store_open(const char *path, enum store_use use, struct diags *d)
{
	struct store *s = mem_alloc(sizeof *s);
	int flags = use == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	s->path = mem_strdup(path);
	s->d = d;
	int code = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		failed(s, code);
	else
		sqlite3_busy_timeout(s->db, WAIT_MS);
	if (!s->broken && set_up(s, use) && run(s, "PRAGMA synchronous = NORMAL"))
		return s;
	s->broken = true;
	store_close(s);
	return NULL;
}

bool store_close(struct store *s)
{
	if (!s)
		return true;
	store_commit(s);
	bool ok = !s->broken;
	for (int q = 0; q < N_QUERIES; q++)
		sqlite3_finalize(s->query[q]);
	sqlite3_close(s->db);
	free(s->path);
	free(s);
	return ok;
}

bool store_broken(const struct store *s)
{
	return s->broken;
}

/* ---- writing */

static bool begin(struct store *s)
{
	if (s->broken || s->writing)
		return !s->broken;
	s->writing = run(s, "BEGIN IMMEDIATE");
	s->began = clock_seconds();
	s->computed = s->reused = 0;
	return s->writing;
}

static void count(struct store *s, const char *name, int64_t n)
{
	sqlite3_stmt *q = n ? prepare(s, ADD_COUNT) : NULL;
	if (!q)
		return;
	bind_text(q, 1, name);
	sqlite3_bind_int64(q, 2, n);
	step(s, ADD_COUNT);
}

void store_commit(struct store *s)
{
	if (!s->writing)
		return;
	count(s, "computed", s->computed);
	count(s, "reused", s->reused);
	s->writing = false;
	if (s->broken || !run(s, "COMMIT"))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static void commit_now_and_then(struct store *s)
{
	if (s->computed >= CELLS_PER_COMMIT || clock_seconds() - s->began > SECONDS_PER_COMMIT)
		store_commit(s);
}

void store_reused(struct store *s, size_t n_cells)
{
	if (n_cells && begin(s)) {
		s->reused += (int64_t)n_cells;
		commit_now_and_then(s);
	}
}

/* The row that q finds or 0. */
static int64_t find(struct store *s, enum query q, const char *key)
{
	sqlite3_stmt *find = prepare(s, q);
	int64_t id = 0;
	if (!find)
		return 0;
	bind_text(find, 1, key);
	if (step(s, q)) {
		id = sqlite3_column_int64(find, 0);
		done(s, q);
	}
	return id;
}

int64_t store_find(struct store *s, struct digest key)
{
	char text[DIGEST_TEXT];
	return find(s, FIND_ENTRY, digest_spell(key, text));
}

int64_t store_entry(struct store *s, const struct entry *e)
{
	char key[DIGEST_TEXT];
	int64_t id = find(s, FIND_ENTRY, digest_spell(e->key, key));
	if (id || !begin(s))
		return id;
	id = find(s, FIND_ENTRY, key);               /* another program may have made it meanwhile */
	sqlite3_stmt *q = id ? NULL : prepare(s, ADD_ENTRY);
	if (!q)
		return id;
	const char *const text[] = { key, e->model, e->dataset, e->hypothesis, e->metric, e->at };
	for (int i = 0; i < 6; i++)
		bind_text(q, i + 1, text[i]);
	sqlite3_bind_int(q, 7, e->one_run);
	bind_digits(q, 8, e->seed);
	bind_digits(q, 9, e->data_digest);
	sqlite3_bind_int64(q, 10, (int64_t)e->n_pairs);
	sqlite3_bind_int64(q, 11, (int64_t)e->n_equal);
	const char *const more[] = { e->paths_kept, e->paths_total, e->kernels, e->version };
	for (int i = 0; i < 4; i++)
		bind_text(q, i + 12, more[i]);
	const int64_t number[] = { e->base, e->script, e->statement, e->row };
	for (int i = 0; i < 4; i++)
		sqlite3_bind_int64(q, i + 16, number[i]);
	bind_text(q, 20, e->paths_cut);
	step(s, ADD_ENTRY);
	return s->broken ? 0 : sqlite3_last_insert_rowid(s->db);
}

int64_t store_script(struct store *s, const char *name, const char *text, size_t n)
{
	struct digest d = { 0 };
	char key[DIGEST_TEXT];
	digest_text(&d, name);
	digest_bytes(&d, text, n);
	int64_t id = find(s, FIND_SCRIPT, digest_spell(d, key));
	if (id || !begin(s) || (id = find(s, FIND_SCRIPT, key)))
		return id;
	sqlite3_stmt *q = prepare(s, ADD_SCRIPT);
	if (!q)
		return 0;
	bind_text(q, 1, key);
	bind_text(q, 2, name);
	sqlite3_bind_blob64(q, 3, text, n, SQLITE_TRANSIENT);
	step(s, ADD_SCRIPT);
	id = s->broken ? 0 : sqlite3_last_insert_rowid(s->db);
	store_commit(s);
	return id;
}

/* ---- cells: n doubles and 4 bytes of a hash of these and of where they belong, so that a flipped bit is noticed */

static uint32_t check_of(int64_t pair, const void *bytes, size_t n)
{
	return (uint32_t)hash_bytes(bytes, n, (uint64_t)pair);
}

void store_put(struct store *s, int64_t entry, size_t pair, const double *number, size_t n_numbers)
{
	unsigned char bytes[CELL_NUMBERS * sizeof *number + 4];
	size_t n = n_numbers * sizeof *number;
	pp_assert(n_numbers <= CELL_NUMBERS);
	if (!entry || !begin(s))
		return;
	sqlite3_stmt *q = prepare(s, PUT_CELL);
	if (!q)
		return;
	memcpy(bytes, number, n);
	uint32_t check = check_of((int64_t)pair, bytes, n);
	memcpy(bytes + n, &check, sizeof check);
	sqlite3_bind_int64(q, 1, entry);
	sqlite3_bind_int64(q, 2, (int64_t)pair);
	sqlite3_bind_blob(q, 3, bytes, (int)(n + sizeof check), SQLITE_TRANSIENT);
	step(s, PUT_CELL);
	s->computed++;
	commit_now_and_then(s);
}

static bool read_cell(struct store *s, sqlite3_stmt *q, size_t n_pairs, size_t n_numbers, double *const *number, bool *have)
{
	int64_t pair = sqlite3_column_int64(q, 0);
	const unsigned char *bytes = sqlite3_column_blob(q, 1);
	size_t n = n_numbers * sizeof **number;
	uint32_t check;
	bool fits = pair >= 0 && (size_t)pair < n_pairs && bytes && (size_t)sqlite3_column_bytes(q, 1) == n + sizeof check;
	if (fits)
		memcpy(&check, bytes + n, sizeof check);
	if (!fits || check != check_of(pair, bytes, n)) {
		report(s, "is damaged: a cell is not what was written", "nothing was changed in it; results go on without it");
		return false;
	}
	for (size_t k = 0; k < n_numbers; k++)
		memcpy(&number[k][pair], bytes + k * sizeof **number, sizeof **number);
	have[pair] = true;
	return true;
}

size_t store_read(struct store *s, int64_t entry, size_t n_pairs, size_t n_numbers, double *const *number, bool *have)
{
	sqlite3_stmt *q = entry ? prepare(s, READ_CELLS) : NULL;
	size_t n = 0;
	memset(have, 0, n_pairs * sizeof *have);
	if (!q)
		return 0;
	sqlite3_bind_int64(q, 1, entry);
	while (!s->broken && step(s, READ_CELLS))
		n += read_cell(s, q, n_pairs, n_numbers, number, have);
	done(s, READ_CELLS);
	if (s->broken) {
		memset(have, 0, n_pairs * sizeof *have);
		return 0;
	}
	return n;
}

/* ---- lists */

struct store_counts store_count(struct store *s)
{
	return (struct store_counts){ one_number(s, "SELECT count(*) FROM entry"), one_number(s, "SELECT count(*) FROM cell"),
		one_number(s, "SELECT n FROM counter WHERE name = 'computed'"), one_number(s, "SELECT n FROM counter WHERE name = 'reused'"),
		one_number(s, "SELECT count(*) FROM cell WHERE computed > 1") };
}

static const char *text_at(sqlite3_stmt *q, int column)
{
	return (const char *)sqlite3_column_text(q, column);
}

static uint64_t digits_at(sqlite3_stmt *q, int column)
{
	return text_at(q, column) ? strtoull(text_at(q, column), NULL, 10) : 0;
}

static struct digest digest_at(sqlite3_stmt *q, int column)
{
	struct digest d = { 0 };
	char half[17] = "";
	const char *text = text_at(q, column);
	if (text && strlen(text) == DIGEST_TEXT - 1) {
		memcpy(half, text, 16);
		d.a = strtoull(half, NULL, 16);
		d.b = strtoull(text + 16, NULL, 16);
	}
	return d;
}

bool store_each(struct store *s, bool (*call)(void *context, int64_t id, const struct entry *e), void *context)
{
	sqlite3_stmt *q = prepare(s, LIST_ENTRIES);
	bool ok = q != NULL;
	while (ok && step(s, LIST_ENTRIES)) {
		struct entry e = { digest_at(q, 1), text_at(q, 2), text_at(q, 3), text_at(q, 4), text_at(q, 5), text_at(q, 6), sqlite3_column_int(q, 7),
			digits_at(q, 8), digits_at(q, 9), (size_t)sqlite3_column_int64(q, 10), (size_t)sqlite3_column_int64(q, 11), text_at(q, 12),
			text_at(q, 13), text_at(q, 20), text_at(q, 14), text_at(q, 15), sqlite3_column_int64(q, 16), sqlite3_column_int64(q, 17), sqlite3_column_int64(q, 18), sqlite3_column_int64(q, 19) };
		ok = call(context, sqlite3_column_int64(q, 0), &e);
	}
	if (q)
		done(s, LIST_ENTRIES);
	return ok && !s->broken;
}

bool store_each_script(struct store *s, bool (*call)(void *context, const struct stored_script *t), void *context)
{
	sqlite3_stmt *q = prepare(s, LIST_SCRIPTS);
	bool ok = q != NULL;
	while (ok && step(s, LIST_SCRIPTS)) {
		struct stored_script t = { sqlite3_column_int64(q, 0), text_at(q, 1), sqlite3_column_blob(q, 2), (size_t)sqlite3_column_bytes(q, 2) };
		ok = call(context, &t);
	}
	if (q)
		done(s, LIST_SCRIPTS);
	return ok && !s->broken;
}

/* ---- merging: the other file is attached, so that SQLite copies */

static bool attach(struct store *s, const char *path)
{
	struct store *other = store_open(path, STORE_READ, s->d);    /* is it a store? */
	if (!other)
		return false;
	store_close(other);
	char *text = sqlite3_mprintf("ATTACH %Q AS other", path);
	bool ok = text && run(s, text);
	sqlite3_free(text);
	return ok;
}

/* Entries of base runs come first, so that the others find theirs. */
#define COPY_ENTRIES(which) \
    "INSERT OR IGNORE INTO entry (key, model, dataset, hypothesis, metric, at, one_run, seed, data_digest, n_pairs, n_equal, paths_kept," \
    " paths_total, kernels, version, base, script, statement, row, paths_cut) SELECT o.key, o.model, o.dataset, o.hypothesis, o.metric, o.at," \
    " o.one_run, o.seed, o.data_digest, o.n_pairs, o.n_equal, o.paths_kept, o.paths_total, o.kernels, o.version, ifnull(x.id, 0)," \
    " m.id, o.statement, o.row, o.paths_cut FROM other.entry o LEFT JOIN other.script t ON t.id = o.script" \
    " LEFT JOIN main.script m ON m.key = t.key LEFT JOIN other.entry b ON b.id = o.base LEFT JOIN main.entry x ON x.key = b.key" \
    " WHERE o.base " which " 0 ORDER BY o.id;"

bool store_merge(struct store *s, const char *path)
{
	static const char copy[] =
	    "INSERT OR IGNORE INTO script (key, name, text) SELECT key, name, text FROM other.script;"
	    COPY_ENTRIES("=")
	    COPY_ENTRIES("!=")
	    "INSERT OR IGNORE INTO cell (entry, pair, numbers, computed) SELECT m.id, pair, numbers, computed FROM other.cell c"
	    " JOIN other.entry o ON o.id = c.entry JOIN main.entry m ON m.key = o.key;"
	    "UPDATE counter SET n = (SELECT total(computed) FROM main.cell) WHERE name = 'computed';";
	store_commit(s);
	if (s->broken || !attach(s, path))
		return false;
	bool ok = run(s, "BEGIN IMMEDIATE");
	if (ok && one_number(s, "SELECT count(*) FROM other.cell c JOIN other.entry o ON o.id = c.entry JOIN main.entry m ON m.key = o.key"
	    " JOIN main.cell d ON d.entry = m.id AND d.pair = c.pair WHERE d.numbers != c.numbers")) {
		diag_at(s->d, E_STORE, (struct span){ 0, 0 }, "the stores %s and %s have different numbers for the same cell", s->path, path);
		diag_hint(s->d, "nothing was merged; pp verify says which of them is right");
		ok = false;
	}
	ok = ok && run(s, copy) && run(s, "COMMIT");
	if (!ok)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_exec(s->db, "DETACH other", NULL, NULL, NULL);
	return ok;
}
