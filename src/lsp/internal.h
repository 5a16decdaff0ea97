/* What the files of the language server share. */
#ifndef PP_LSP_INTERNAL_H
#define PP_LSP_INTERNAL_H
#include <jansson.h>

#include "base/str.h"
#include "lang/interp.h"
#include "lsp/server.h"
#include "pp/pp.h"

/* A text that is being edited. */
struct document {
	char *uri, *path, *folder;       /* path: the file, or the uri when it is none; folder: "" then */
	char *text; size_t n;
	json_t *version;                 /* as the client counts, or NULL */
	bool unchecked;
	struct pp *known;                /* the session of the last check that came as far as names, or NULL */
	json_t *found;                   /* while a check runs: its diagnostics; else NULL */
	bool bad_syntax;                 /* a diagnostic of that check was about syntax */
	bool utf8;                       /* positions count bytes, not UTF-16 units */
};

/* document.c */
struct document *document_new(const char *uri, bool utf8);
void document_free(struct document *d);
void document_set(struct document *d, const char *text, size_t n);
/* A contentChange: {"text"}, or {"range", "text"}.  False when it is none. */
bool document_change(struct document *d, const json_t *change);
/* Bytes into the text; behind the end of a line it is the line's end, behind the text its end. */
size_t document_offset(const struct document *d, const json_t *position);
json_t *lsp_range(const char *text, size_t n, size_t from, size_t to, bool utf8);
void put_uri(struct buf *out, const char *path);

/* look.c: what stands at an offset; NULL when there is nothing to say. */
json_t *look_hover(struct document *d, size_t at);
json_t *look_definition(struct document *d, size_t at);
json_t *look_symbols(const struct document *d);
#endif
