/* Requests over HTTP, one at a time, on one connection that is kept open: libcurl (https://curl.se/libcurl) with the manners
 * of this program.  The one file that includes curl is http.c. */
#ifndef PP_MODEL_HTTP_H
#define PP_MODEL_HTTP_H
#include <stdint.h>

#include "base/str.h"

struct http;
struct http_options {
	const char *token;               /* sent as a bearer token, to the host asked and to no other; NULL: none */
	/* Asked a few times a second, with the bytes of the running http_fetch so far; false stops what is running. */
	bool      (*go_on)(void *context, uint64_t bytes);
	void       *context;
};

/* What the head of an answer says. */
struct http_head {
	long     status;
	char     etag[132];              /* without quotes; X-Linked-ETag when there is one */
	int64_t  size;                   /* X-Linked-Size, or Content-Length; -1: not said */
};

/* HTTP_STOPPED: go_on said false.  HTTP_FAILED: the connection, and why has a sentence part.  HTTP_DISK: errno of a write. */
enum http_result { HTTP_OK, HTTP_STOPPED, HTTP_FAILED, HTTP_DISK };

struct http *http_open(const struct http_options *o);
/* The answer's text, at most max bytes of it, whatever the status. */
enum http_result http_get(struct http *h, const char *url, size_t max, struct buf *out, long *status, struct buf *why);
/* Follows redirections that stay on the host, as far as one that says X-Linked-ETag. */
enum http_result http_look(struct http *h, const char *url, struct http_head *head, struct buf *why);
/* Writes the body to fd from byte `from` on, cutting off what is there when the server begins anew; nothing is written when
 * the status is not 200 or 206.  A body that breaks off is HTTP_FAILED, and what came of it is kept. */
enum http_result http_fetch(struct http *h, const char *url, int fd, uint64_t from, long *status, struct buf *why);
void http_close(struct http *h);
#endif
