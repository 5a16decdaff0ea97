/* Fetching a model.  See pull.h.
 *
 * Owns which files are wanted, the retries, and the order in which things appear in the cache: blobs, then links to them in a
 * snapshot, then refs/main.  The requests are http.c's. */
#include "model/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/vec.h"
#include "model/checksum.h"
#include "model/config.h"
#include "model/http.h"
#include "model/hub.h"
#include "model/internal.h"

enum { MAX_INFO = 64 << 20, TRIES = 5, FIRST_PAUSE_MS = 200, MAX_REVISION = 64, MAX_HEX = 65 };

static const char *const wanted[] = { "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
	"added_tokens.json", "vocab.json", "merges.txt", "vocab.txt", "tokenizer.model" };
static const char whole[] = "model.safetensors", index_file[] = "model.safetensors.index.json";

struct remote { const char *name, *etag; uint64_t size; bool looked; };

struct pull {
	const struct pull_options *o;
	struct diags *d;
	struct http *http;
	struct arena arena;
	const char *endpoint, *folder, *revision, *snapshot;
	json_t *info;                    /* what the hub says of the model */
	VEC(struct remote) file;
	uint64_t total, before;          /* bytes of all files; of those that are complete */
	const char *current;
};

#define ARENA(p, ...) arena_printf(&(p)->arena, __VA_ARGS__)
#define NOWHERE ((struct span){ 0, 0 })
#define SAY(p, code, ...) diag_at((p)->d, code, NOWHERE, __VA_ARGS__)
#define TELL(p, code, ...) (SAY(p, code, __VA_ARGS__), false)

/* ---- reports */

static bool go_on(void *context, uint64_t bytes)
{
	struct pull *p = context;
	if (p->o->progress && p->current)
		p->o->progress(p->o->context, (double)(p->before + bytes), (double)p->total, p->current);
	return !p->o->stop || !p->o->stop(p->o->context);
}

static bool interrupted(struct pull *p)
{
	SAY(p, E_INTERRUPTED, "interrupted: what was received of %s is kept", p->o->name);
	diag_hint(p->d, "pp pull %s goes on from there", p->o->name);
	return false;
}

static bool cannot_write(struct pull *p, const char *path)
{
	return TELL(p, E_FILE_WRITE, "%s: %s", path, strerror(errno));
}

static bool failed(struct pull *p, enum http_result r, const char *what, struct buf *why)
{
	if (r == HTTP_STOPPED)
		return interrupted(p);
	if (r == HTTP_DISK)
		return cannot_write(p, p->folder);
	SAY(p, E_DOWNLOAD, "%s from %s: %s", what, p->endpoint, buf_str(why));
	if (p->o->endpoint && *p->o->endpoint)
		diag_hint(p->d, "HF_ENDPOINT is %s", p->o->endpoint);
	return false;
}

/* An answer that is not the one hoped for. */
static bool refused(struct pull *p, long status, const char *what)
{
	bool token = p->o->token && *p->o->token;
	SAY(p, E_DOWNLOAD, "%s: %s answered %ld", what, p->endpoint, status);
	if (status == 401 || status == 403)
		diag_hint(p->d, token ? "the token in HF_TOKEN does not open %s, or there is no such model" :
		    "%s is private, asks for its terms to be accepted, or does not exist; HF_TOKEN is a token that may read it", p->o->name);
	else if (status == 404)
		diag_hint(p->d, "is the name right? Models are called ORGANISATION/NAME");
	else if (status == 429)
		diag_hint(p->d, "too many requests: wait a little; what was received is kept");
	return false;
}

/* ---- the hub's list of files */

static bool answered(long status)
{
	return status == 200 || status == 206;
}

static bool pause_before(struct pull *p, int tries)
{
	struct timespec t = { 0, 1000000L * 50 };
	for (int ms = 0; ms < FIRST_PAUSE_MS << tries; ms += 50) {
		if (p->o->stop && p->o->stop(p->o->context))
			return false;
		nanosleep(&t, NULL);
	}
	return true;
}

/* Is it worth asking again? */
static bool passing(enum http_result r, long status)
{
	return r == HTTP_FAILED || (r == HTTP_OK && (status >= 500 || status == 429));
}

/* Is there something to ask, for the first time or again?  Waits between; *r is HTTP_STOPPED when it was interrupted meanwhile. */
static bool asks_again(struct pull *p, int tries, enum http_result *r, long status)
{
	if (tries == TRIES || !passing(*r, status))
		return false;
	if (tries == 0 || pause_before(p, tries - 1))
		return true;
	*r = HTTP_STOPPED;
	return false;
}

static bool read_info(struct pull *p)
{
	struct buf text = { 0 }, why = { 0 };
	long status = 0;
	const char *url = ARENA(p, "%s/api/models/%s/revision/main", p->endpoint, p->o->name);
	enum http_result r = HTTP_FAILED;
	for (int tries = 0; asks_again(p, tries, &r, status); tries++) {
		text.n = why.n = 0;
		r = http_get(p->http, url, MAX_INFO, &text, &status, &why);
	}
	bool ok = r != HTTP_OK ? failed(p, r, p->o->name, &why) : answered(status) || refused(p, status, p->o->name);
	p->info = ok ? json_parse(buf_str(&text), text.n, url, E_DOWNLOAD, NOWHERE, p->d) : NULL;
	buf_free(&text);
	buf_free(&why);
	const char *sha = json_string_value(json_object_get(p->info, "sha"));
	if (!p->info)
		return false;
	if (!sha || strlen(sha) > MAX_REVISION || !*sha || strspn(sha, "0123456789abcdef") != strlen(sha))
		return TELL(p, E_DOWNLOAD, "%s: what %s says of it names no revision", p->o->name, p->endpoint);
	p->revision = sha;
	return true;
}

static bool has_file(const struct pull *p, const char *name)
{
	size_t i;
	json_t *x;
	json_array_foreach(json_object_get(p->info, "siblings"), i, x) {
		const char *s = json_string_value(json_object_get(x, "rfilename"));
		if (s && strcmp(s, name) == 0)
			return true;
	}
	return false;
}

static void want_file(struct pull *p, const char *name)
{
	struct remote f = { .name = arena_strndup(&p->arena, name, strlen(name)) };
	vec_push(&p->file, f);
}

/* How many GGUF files the model has, and the name of one. */
static size_t gguf_files(const struct pull *p, const char **one)
{
	size_t i, n = 0;
	json_t *x;
	json_array_foreach(json_object_get(p->info, "siblings"), i, x) {
		const char *s = json_string_value(json_object_get(x, "rfilename")), *end = s ? strrchr(s, '.') : NULL;
		if (!end || strcmp(end, ".gguf") != 0 || strchr(s, '/'))
			continue;
		*one = s;
		n++;
	}
	return n;
}

/* Names of the model's files, the first few; with only: those that end so. */
static void put_names(const struct pull *p, const char *only, struct buf *out)
{
	size_t i, n = 0;
	json_t *x;
	json_array_foreach(json_object_get(p->info, "siblings"), i, x) {
		const char *s = json_string_value(json_object_get(x, "rfilename"));
		if (!s || s[0] == '.' || (only && !strstr(s, only)))
			continue;
		if (n++ < 12)
			buf_printf(out, "%s%s", out->n ? ", " : "", s);
	}
	buf_puts(out, n > 12 ? ", ..." : n ? "" : "no files");
}

static bool no_weights(struct pull *p, size_t n_gguf)
{
	struct buf names = { 0 };
	put_names(p, n_gguf ? ".gguf" : NULL, &names);
	SAY(p, E_DOWNLOAD, "%s has no %s", p->o->name, whole);
	if (n_gguf)
		diag_hint(p->d, "pp pull %s FILE fetches one of %s", p->o->name, names.at);
	else
		diag_hint(p->d, "it has %s", names.at);
	buf_free(&names);
	return false;
}

/* The GGUF file that was asked for: it needs no others. */
static bool choose_file(struct pull *p, const char *file)
{
	struct buf names = { 0 };
	const char *end = strrchr(file, '.');
	bool ok = has_file(p, file) && !strchr(file, '/') && end && strcmp(end, ".gguf") == 0;
	if (ok) {
		want_file(p, file);
		return true;
	}
	put_names(p, ".gguf", &names);
	SAY(p, E_DOWNLOAD, "%s has no GGUF file %s", p->o->name, file);
	diag_hint(p->d, "it has %s", names.at);
	buf_free(&names);
	return false;
}

static bool choose_files(struct pull *p)
{
	const char *gguf = NULL;
	if (p->o->file)
		return choose_file(p, p->o->file);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (has_file(p, wanted[i]))
			want_file(p, wanted[i]);
	size_t n = gguf_files(p, &gguf);
	bool safetensors = has_file(p, whole) || has_file(p, index_file);
	if (!safetensors && n != 1)
		return no_weights(p, n);
	want_file(p, has_file(p, whole) ? whole : safetensors ? index_file : gguf);
	return true;
}

/* ---- one file */

static const char *url_of(struct pull *p, const struct remote *f)
{
	return ARENA(p, "%s/%s/resolve/%s/%s", p->endpoint, p->o->name, p->revision, f->name);
}

/* How large is it, and what is its hash? */
static bool look(struct pull *p, struct remote *f)
{
	struct http_head head = { 0 };
	struct buf why = { 0 };
	enum http_result r = HTTP_FAILED;
	if (f->looked)
		return true;
	for (int tries = 0; asks_again(p, tries, &r, head.status); tries++) {
		why.n = 0;
		r = http_look(p->http, url_of(p, f), &head, &why);
	}
	bool found = head.status >= 200 && head.status < 400;
	bool ok = r != HTTP_OK ? failed(p, r, f->name, &why) : found || refused(p, head.status, f->name);
	buf_free(&why);
	if (ok && (!checksum_known(head.etag) || head.size < 0))
		ok = TELL(p, E_DOWNLOAD, "%s: %s says no %s that it could be checked against", f->name, p->endpoint,
		    head.size < 0 ? "size" : "hash (ETag)");
	f->etag = arena_strndup(&p->arena, head.etag, strlen(head.etag));
	f->size = ok ? (uint64_t)head.size : 0;
	f->looked = ok;
	p->total += f->size;
	return ok;
}

static uint64_t size_of(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Asks until the file has its size, and gives up when nothing more comes. */
static bool receive(struct pull *p, const struct remote *f, int fd)
{
	struct buf why = { 0 };
	long status = 0;
	bool anew = false;
	enum http_result r = HTTP_OK;
	if (size_of(fd) > f->size && ftruncate(fd, 0) != 0)          /* what was there before is not its beginning */
		return cannot_write(p, f->name);
	for (int tries = 0; tries < TRIES && size_of(fd) != f->size; tries++) {
		uint64_t from = size_of(fd);
		if (tries && !pause_before(p, tries - 1)) {
			r = HTTP_STOPPED;
			break;
		}
		why.n = 0;
		r = http_fetch(p->http, url_of(p, f), fd, from, &status, &why);
		if (r == HTTP_OK && status == 416 && !anew && ftruncate(fd, 0) == 0) {      /* these bytes cannot be its beginning */
			anew = true;
			continue;
		}
		if (r == HTTP_STOPPED || r == HTTP_DISK || (r == HTTP_OK && !answered(status) && !passing(r, status)))
			break;
		if (size_of(fd) > f->size)
			break;
		if (size_of(fd) > from)
			tries = 0;
	}
	uint64_t got = size_of(fd);
	bool ok = got == f->size;
	if (!ok && r == HTTP_OK && (answered(status) || status == 416))
		SAY(p, E_DOWNLOAD, "%s: %" PRIu64 " bytes came where %s said %" PRIu64, f->name, got, p->endpoint, f->size);
	else if (!ok)
		r == HTTP_OK ? refused(p, status, f->name) : failed(p, r, f->name, &why);
	buf_free(&why);
	return ok;
}

/* Receives into fd, which may have a beginning already, until size and hash are right. */
static bool receive_checked(struct pull *p, const struct remote *f, int fd, const char *path)
{
	char sum[MAX_HEX];
	for (bool again = size_of(fd) > 0;; again = false) {
		if (!receive(p, f, fd))
			return false;
		if (!checksum_file(fd, f->etag, sum))
			return TELL(p, E_FILE, "%s: %s", path, strerror(errno));
		if (strcmp(sum, f->etag) == 0)
			return true;
		if (ftruncate(fd, 0) != 0)
			return cannot_write(p, path);
		if (!again)                      /* what was there before may have been of another file: once more from the start */
			break;
	}
	unlink(path);
	SAY(p, E_DOWNLOAD, "%s: the hash of what came is %s, it should be %s", f->name, sum, f->etag);
	diag_hint(p->d, "it was changed or damaged on the way, and was thrown away");
	return false;
}

/* The blob's content under its final name; what is there is complete, since it came there by renaming. */
static bool fetch_blob(struct pull *p, const struct remote *f, const char *blob)
{
	const char *part = ARENA(p, "%s.incomplete", blob);
	int fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return cannot_write(p, part);
	bool ok = flock(fd, LOCK_EX | LOCK_NB) == 0 || TELL(p, E_DOWNLOAD, "%s is being fetched by another program (%s is locked)", f->name, part);
	ok = ok && receive_checked(p, f, fd, part);
	if (ok && (fsync(fd) != 0 || rename(part, blob) != 0))
		ok = cannot_write(p, blob);
	close(fd);
	return ok;
}

/* Makes the folders above a path. */
static bool folders(struct pull *p, const char *path)
{
	char *s = arena_strndup(&p->arena, path, strlen(path));
	for (char *slash = strchr(s + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(s, 0755) != 0 && errno != EEXIST)
			return cannot_write(p, s);
		*slash = '/';
	}
	return true;
}

/* A link or a file that appears at once, in place of what was there. */
static bool put_link(struct pull *p, const char *to, const char *path)
{
	const char *fresh = ARENA(p, "%s.%d.new", path, (int)getpid());
	unlink(fresh);
	return (folders(p, path) && symlink(to, fresh) == 0 && rename(fresh, path) == 0) || cannot_write(p, path);
}

static bool put_text(struct pull *p, const char *text, const char *path)
{
	const char *fresh = ARENA(p, "%s.%d.new", path, (int)getpid());
	if (!folders(p, path))
		return false;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	return (ok && rename(fresh, path) == 0) || cannot_write(p, path);
}

static bool fetch(struct pull *p, struct remote *f)
{
	struct stat st;
	const char *blob = ARENA(p, "%s/blobs/%s", p->folder, f->etag);
	bool was_there = stat(blob, &st) == 0 && (uint64_t)st.st_size == f->size;
	p->current = f->name;
	if (!folders(p, blob) || (!was_there && !fetch_blob(p, f, blob)))
		return false;
	if (!put_link(p, ARENA(p, "../../blobs/%s", f->etag), ARENA(p, "%s/%s", p->snapshot, f->name)))
		return false;
	p->before += f->size;
	p->current = NULL;
	if (p->o->done)
		p->o->done(p->o->context, f->name, f->size, was_there);
	return true;
}

/* ---- all of them */

/* The parts that the index, which is there now, lists. */
static bool choose_parts(struct pull *p)
{
	const char *path = ARENA(p, "%s/%s", p->snapshot, index_file), *key;
	json_t *j = json_read(path, E_SAFETENSORS, NOWHERE, p->d), *value;
	bool ok = j != NULL;
	json_object_foreach(json_object_get(j, "weight_map"), key, value) {
		const char *s = json_string_value(value);
		bool known = false;
		for (size_t i = 0; s && i < p->file.n; i++)
			known |= strcmp(p->file.at[i].name, s) == 0;
		if (known)
			continue;
		ok = s && !strchr(s, '/') && has_file(p, s);
		if (!ok) {
			SAY(p, E_DOWNLOAD, "%s lists %s, which is not among the files of %s", index_file, s ? s : "something", p->o->name);
			break;
		}
		want_file(p, s);
	}
	json_decref(j);
	return ok;
}

static bool fetch_all(struct pull *p)
{
	size_t last = p->file.n - 1;
	bool sharded = strcmp(p->file.at[last].name, index_file) == 0;       /* it says what else there is */
	if (sharded && (!look(p, &p->file.at[last]) || !fetch(p, &p->file.at[last]) || !choose_parts(p)))
		return false;
	for (size_t i = 0; i < p->file.n; i++)
		if (!look(p, &p->file.at[i]))
			return false;
	for (size_t i = 0; i < p->file.n; i++)
		if (!(sharded && i == last) && !fetch(p, &p->file.at[i]))
			return false;
	return true;
}

static bool pull(struct pull *p)
{
	if (!hub_is_name(p->o->name)) {
		SAY(p, E_ARGUMENT, "'%s' is not the name of a model", p->o->name);
		diag_hint(p->d, "models are called ORGANISATION/NAME, as in the addresses of the hub");
		return false;
	}
	if (!read_info(p) || !choose_files(p))
		return false;
	p->snapshot = ARENA(p, "%s/snapshots/%s", p->folder, p->revision);
	return fetch_all(p) && put_text(p, p->revision, ARENA(p, "%s/refs/main", p->folder));
}

char *pull_model(const struct pull_options *o, struct diags *d)
{
	struct pull p = { .o = o, .d = d };
	bool token = o->token && *o->token;
	p.http = http_open(&(struct http_options){ token ? o->token : NULL, go_on, &p });
	char *folder = hub_folder(o->name);
	p.folder = folder;
	p.endpoint = ARENA(&p, "%s", o->endpoint && *o->endpoint ? o->endpoint : "https://huggingface.co");
	size_t n = strlen(p.endpoint);
	if (n && p.endpoint[n - 1] == '/')
		p.endpoint = arena_strndup(&p.arena, p.endpoint, n - 1);
	char *found = pull(&p) ? mem_strdup(p.snapshot) : NULL;
	http_close(p.http);
	json_decref(p.info);
	vec_free(&p.file);
	arena_free(&p.arena);
	free(folder);
	return found;
}
