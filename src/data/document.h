/* One JSON document that holds many pairs: a list of objects, or {"prompts": [objects], ...} as AutoCircuit writes it. */
#ifndef PP_DATA_DOCUMENT_H
#define PP_DATA_DOCUMENT_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct document {
	const char *text;
	size_t len, at;                  /* at: in the list */
	size_t counted;                  /* bytes whose lines are in line */
	int line;
	json_t *positions;               /* "word_idxs", or NULL */
	bool first;                      /* the next element is the list's first */
};

/* Is the text such a document?  Then *d is ready for document_next.  The text must outlive it. */
bool document_open(const char *text, size_t len, struct document *d);
/* The next object, the caller's; *line is where it begins.  *out is NULL at the end.  False: why has a sentence part, and
 * nothing after it can be read. */
bool document_next(struct document *d, json_t **out, int *line, struct buf *why);
void document_close(struct document *d);
#endif
