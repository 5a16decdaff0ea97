/* Requests over HTTP.  See http.h. */
#include "model/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"

enum { REDIRECTIONS = 10, CONNECT_SECONDS = 30, SILENT_SECONDS = 60, MAX_URL = 8192 };

struct http {
	CURL *easy;
	struct http_options o;
	char error[CURL_ERROR_SIZE];
	/* of the running request */
	struct buf *text;                /* http_get: where it goes */
	size_t max;
	struct http_head *head;
	bool linked;                     /* the head has what the hub says of a file that lies elsewhere */
	int fd, disk_error;
	bool started, stopped;
	uint64_t from, at;
};

/* ---- what curl calls */

static size_t to_text(char *bytes, size_t one, size_t n, void *context)
{
	struct http *h = context;
	(void)one;
	size_t room = h->max - h->text->n;
	buf_add(h->text, bytes, n < room ? n : room);
	return n;
}

/* The first bytes of a body: does the server go on where we asked, or begin anew? */
static bool start_file(struct http *h)
{
	long status = 0;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	h->at = status == 206 ? h->from : 0;
	h->started = true;
	return ftruncate(h->fd, (off_t)h->at) == 0 && lseek(h->fd, (off_t)h->at, SEEK_SET) >= 0;
}

static size_t to_file(char *bytes, size_t one, size_t n, void *context)
{
	struct http *h = context;
	(void)one;
	long status = 0;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200 && status != 206)
		return n;                    /* the server's excuses are not the file */
	bool ok = h->started || start_file(h);
	for (size_t done = 0; ok && done < n;) {
		ssize_t k = write(h->fd, bytes + done, n - done);
		ok = k > 0 || (k < 0 && errno == EINTR);
		done += k > 0 ? (size_t)k : 0;
	}
	if (!ok)
		h->disk_error = errno ? errno : EIO;
	h->at += ok ? n : 0;
	return ok ? n : 0;
}

/* The value of a header line when it has that name, else NULL. */
static const char *header_value(const char *line, size_t n, const char *name, size_t *len)
{
	size_t k = strlen(name);
	if (n <= k || strncasecmp(line, name, k) != 0 || line[k] != ':')
		return NULL;
	const char *s = line + k + 1, *end = line + n;
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	while (end > s && strchr(" \t\r\n", end[-1]))
		end--;
	*len = (size_t)(end - s);
	return s;
}

static void keep_etag(struct http_head *head, const char *s, size_t n)
{
	if (n > 2 && memcmp(s, "W/", 2) == 0) {
		s += 2;
		n -= 2;
	}
	if (n >= 2 && s[0] == '"' && s[n - 1] == '"') {
		s++;
		n -= 2;
	}
	n = n < sizeof head->etag - 1 ? n : 0;
	memcpy(head->etag, s, n);
	head->etag[n] = 0;
}

static int64_t size_of(const char *s, size_t n)
{
	int64_t x = 0;
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9' || __builtin_mul_overflow(x, 10, &x) || __builtin_add_overflow(x, s[i] - '0', &x))
			return -1;
	return n ? x : -1;
}

static size_t on_header(char *line, size_t one, size_t n, void *context)
{
	struct http *h = context;
	const char *v;
	size_t len;
	(void)one;
	if ((v = header_value(line, n, "x-linked-etag", &len))) {
		keep_etag(h->head, v, len);
		h->linked = true;
	} else if ((v = header_value(line, n, "x-linked-size", &len))) {
		h->head->size = size_of(v, len);
		h->linked = true;
	} else if (!h->linked && (v = header_value(line, n, "etag", &len))) {
		keep_etag(h->head, v, len);
	} else if (!h->linked && (v = header_value(line, n, "content-length", &len))) {
		h->head->size = size_of(v, len);
	}
	return n;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
	struct http *h = context;
	(void)total;
	(void)now;
	(void)up_total;
	(void)up;
	h->stopped = h->o.go_on && !h->o.go_on(h->o.context, h->at);
	return h->stopped;
}

/* ---- requests */

struct http *http_open(const struct http_options *o)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	struct http *h = mem_alloc(sizeof *h);
	h->o = *o;
	h->easy = curl_easy_init();
	if (!h->easy)
		mem_fail(sizeof *h);
	return h;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->easy);
	free(h);
	curl_global_cleanup();
}

/* What every request has in common. */
static void prepare(struct http *h, const char *url)
{
	CURL *c = h->easy;
	curl_easy_reset(c);
	h->error[0] = 0;
	h->stopped = h->started = h->linked = false;
	h->disk_error = 0;
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_USERAGENT, "pp");
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, NULL);              /* sizes and hashes are those of the file itself */
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)SILENT_SECONDS);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTIONS);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, h);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
	if (h->o.token) {                                                /* curl keeps it from other hosts */
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, h->o.token);
	}
}

static enum http_result perform(struct http *h, long *status, struct buf *why)
{
	CURLcode r = curl_easy_perform(h->easy);
	*status = 0;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, status);
	if (r == CURLE_OK)
		return HTTP_OK;
	if (h->stopped)
		return HTTP_STOPPED;
	if (h->disk_error) {
		errno = h->disk_error;
		return HTTP_DISK;
	}
	buf_puts(why, h->error[0] ? h->error : curl_easy_strerror(r));
	return HTTP_FAILED;
}

enum http_result http_get(struct http *h, const char *url, size_t max, struct buf *out, long *status, struct buf *why)
{
	prepare(h, url);
	h->text = out;
	h->max = max;
	h->at = 0;
	curl_easy_setopt(h->easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, to_text);
	return perform(h, status, why);
}

/* Do two addresses have the same scheme, host and port? */
static bool same_host(const char *a, const char *b)
{
	const char *x = strstr(a, "://"), *y = strstr(b, "://");
	if (!x || !y)
		return false;
	size_t n = (size_t)(x - a) + 3 + strcspn(x + 3, "/?#"), m = (size_t)(y - b) + 3 + strcspn(y + 3, "/?#");
	return n == m && strncasecmp(a, b, n) == 0;
}

enum http_result http_look(struct http *h, const char *url, struct http_head *head, struct buf *why)
{
	char here[MAX_URL];
	snprintf(here, sizeof here, "%s", url);
	for (int i = 0; i < REDIRECTIONS; i++) {
		char *next = NULL;
		*head = (struct http_head){ .size = -1 };
		prepare(h, here);
		h->head = head;
		h->at = 0;
		curl_easy_setopt(h->easy, CURLOPT_NOBODY, 1L);
		curl_easy_setopt(h->easy, CURLOPT_HEADERFUNCTION, on_header);
		curl_easy_setopt(h->easy, CURLOPT_HEADERDATA, h);
		enum http_result r = perform(h, &head->status, why);
		curl_easy_getinfo(h->easy, CURLINFO_REDIRECT_URL, &next);
		if (r != HTTP_OK || head->status < 300 || head->status > 399 || h->linked || !next)
			return r;
		if (!same_host(here, next) || strlen(next) >= sizeof here)
			return r;
		snprintf(here, sizeof here, "%s", next);
	}
	buf_puts(why, "too many redirections");
	return HTTP_FAILED;
}

enum http_result http_fetch(struct http *h, const char *url, int fd, uint64_t from, long *status, struct buf *why)
{
	prepare(h, url);
	h->fd = fd;
	h->from = h->at = from;
	curl_easy_setopt(h->easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, to_file);
	char range[32];
	snprintf(range, sizeof range, "%llu-", (unsigned long long)from);
	if (from)
		curl_easy_setopt(h->easy, CURLOPT_RANGE, range);
	enum http_result r = perform(h, status, why);
	if (r == HTTP_OK && *status == 200 && !h->started && !start_file(h))      /* an empty file */
		return HTTP_DISK;
	return r;
}
