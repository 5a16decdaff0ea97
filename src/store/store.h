/* Results that last: a file of cells, one for every hypothesis, metric and pair.
 *
 * The file is a SQLite database (write-ahead log), so that whoever wants can look into it:
 *
 *     entry   what a cell belongs to: model, dataset, hypothesis (NULL: the two base runs), metric ..., found by its digest
 *     cell    by entry and pair: the numbers, as little-endian doubles and a check; how often they were computed
 *     script  the texts that gave them, for `pp verify`
 *     counter cells computed and cells reused, ever
 *
 * What is written is in the file for good about twice a second and at the end; a process that is killed loses what it computed
 * since.  When something goes wrong with the file, one sentence is reported, the file is left alone from then on, and whoever
 * asks is told that it holds nothing: results go on without it. */
#ifndef PP_STORE_STORE_H
#define PP_STORE_STORE_H
#include "base/diag.h"
#include "base/digest.h"

struct store;
enum store_use { STORE_READ, STORE_WRITE };          /* WRITE makes the file when it is not there */
enum { CELL_NUMBERS = 3 };                           /* at most so many in a cell */

struct entry {
	struct digest key;                           /* of all that the numbers depend on */
	const char *model, *dataset, *hypothesis, *metric, *at;
	bool        one_run;
	uint64_t    seed, data_digest;               /* what the intervals are drawn from */
	size_t      n_pairs, n_equal;
	const char *paths_kept, *paths_total, *paths_cut;    /* decimal or NULL */
	const char *kernels, *version;               /* of the processor's matrix products; of pp */
	int64_t     base;                            /* the entry of the base runs' numbers; 0: it is one */
	int64_t     script, statement, row;          /* where it was asked for first: the order of lists */
};

#define STORE_IN_MEMORY ":memory:"                   /* in place of a path: gone when it is closed */

/* NULL after a report.  d is borrowed: later reports go there, too. */
struct store *store_open(const char *path, enum store_use use, struct diags *d);
/* Writes what is left; false after a report. */
bool store_close(struct store *s);
bool store_broken(const struct store *s);

int64_t store_find(struct store *s, struct digest key);         /* the entry of that key; 0 when it is not there */
/* ... made when it is not there; 0 when the store is broken.  Texts are copied. */
int64_t store_entry(struct store *s, const struct entry *e);
/* The cells of an entry: number[k][pair] for k < n_numbers, have[pair] where there is one.  Returns how many there are. */
size_t store_read(struct store *s, int64_t entry, size_t n_pairs, size_t n_numbers, double *const *number, bool *have);
void store_put(struct store *s, int64_t entry, size_t pair, const double *number, size_t n_numbers);
void store_reused(struct store *s, size_t n_cells);
void store_commit(struct store *s);

/* A script's text and where it lies; the number that entries refer to. */
int64_t store_script(struct store *s, const char *name, const char *text, size_t n);

struct store_counts { int64_t entries, cells, computed, reused, twice; };     /* twice: cells computed more than once */
struct store_counts store_count(struct store *s);
/* Goes through the entries in the order of lists; step returns false to stop.  Texts live during the call. */
bool store_each(struct store *s, bool (*step)(void *context, int64_t id, const struct entry *e), void *context);
struct stored_script { int64_t id; const char *name, *text; size_t n; };
bool store_each_script(struct store *s, bool (*step)(void *context, const struct stored_script *t), void *context);
/* Adds what the store at path has.  False after a report: it cannot be read, or has other numbers for a cell. */
bool store_merge(struct store *s, const char *path);
#endif
