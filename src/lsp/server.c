/* Requests and notifications of the language server protocol, and checks.  See server.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "lsp/internal.h"
#include "syntax/format.h"

enum { PARSE_ERROR = -32700, INVALID_REQUEST = -32600, METHOD_NOT_FOUND = -32601, INVALID_PARAMS = -32602, NOT_INITIALIZED = -32002 };
enum severity { ERROR = 1, WARNING, INFORMATION };

struct lsp {
	lsp_send *send;
	void *context;
	bool initialized, shut_down, utf8;
	int ended;
	VEC(struct document *) document;
	struct pp *volatile running;     /* what lsp_interrupt stops */
	volatile bool given_up;          /* ... for good */
};

/* ---- messages out */

static void send_message(struct lsp *s, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	json_decref(message);
	if (text)
		s->send(s->context, text, strlen(text));
	free(text);
}

static void reply(struct lsp *s, const json_t *id, json_t *result)
{
	send_message(s, json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id, "result", result ? result : json_null()));
}

static void refuse(struct lsp *s, const json_t *id, int code, const char *why)
{
	send_message(s, json_pack("{s:s, s:O?, s:{s:i, s:s}}", "jsonrpc", "2.0", "id", id ? id : json_null(), "error", "code", code, "message", why));
}

static void notify(struct lsp *s, const char *method, json_t *params)
{
	send_message(s, json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method", method, "params", params));
}

/* ---- documents */

static struct document **find_document(struct lsp *s, const json_t *params)
{
	const char *uri = json_string_value(json_object_get(json_object_get(params, "textDocument"), "uri"));
	for (size_t i = 0; uri && i < s->document.n; i++)
		if (strcmp(s->document.at[i]->uri, uri) == 0)
			return &s->document.at[i];
	return NULL;
}

static void publish(struct lsp *s, const struct document *d, json_t *diagnostics)
{
	json_t *params = json_pack("{s:s, s:o}", "uri", d->uri, "diagnostics", diagnostics);
	if (d->version)
		json_object_set(params, "version", d->version);
	notify(s, "textDocument/publishDiagnostics", params);
}

static void forget(struct lsp *s, struct document **d)
{
	publish(s, *d, json_array());
	document_free(*d);
	*d = vec_last(&s->document);
	s->document.n--;
}

static void set_version(struct document *d, const json_t *text_document)
{
	json_t *v = json_object_get(text_document, "version");
	json_decref(d->version);
	d->version = json_is_integer(v) ? json_incref(v) : NULL;
}

static void did_open(struct lsp *s, const json_t *params)
{
	const json_t *item = json_object_get(params, "textDocument"), *text = json_object_get(item, "text");
	const char *uri = json_string_value(json_object_get(item, "uri"));
	struct document **old = find_document(s, params);
	if (!uri || !json_is_string(text))
		return;
	if (old)
		forget(s, old);
	struct document *d = document_new(uri, s->utf8);
	document_set(d, json_string_value(text), json_string_length(text));
	set_version(d, item);
	vec_push(&s->document, d);
}

static void did_change(struct lsp *s, const json_t *params)
{
	struct document **d = find_document(s, params);
	const json_t *changes = json_object_get(params, "contentChanges");
	for (size_t i = 0; d && i < json_array_size(changes); i++)
		document_change(*d, json_array_get(changes, i));
	if (d)
		set_version(*d, json_object_get(params, "textDocument"));
}

/* ---- checking */

static enum severity severity_of(const char *code)
{
	return *code == 'W' ? WARNING : ERROR;
}

/* A message of the check; one that is about another file stands at the beginning of the text, with its place. */
static void on_diagnostic(void *context, const struct pp_diagnostic *m)
{
	struct document *d = context;
	struct buf text = { 0 };
	if (!d->found)                               /* somebody only asks */
		return;
	bool here = m->file && strcmp(m->file, d->path) == 0;
	if (m->file && !here)
		buf_printf(&text, "%s:%d:%d: ", m->file, m->line, m->column);
	buf_puts(&text, m->message);
	if (m->hint)
		buf_printf(&text, "\n%s", m->hint);
	d->bad_syntax |= strncmp(m->code, "E00", 3) == 0 && (here || !m->file);
	json_t *range = lsp_range(d->text, d->n, here ? m->offset : 0, here ? m->offset + m->length : 0, d->utf8);
	json_t *one = json_pack("{s:o, s:i, s:s, s:s, s:s}", "range", range, "severity", (int)severity_of(m->code), "code", m->code, "source", "pp",
	    "message", buf_str(&text));
	if (one)
		json_array_append_new(d->found, one);
	buf_free(&text);
}

static void add_note(struct document *d, const char *text)
{
	json_array_append_new(d->found, json_pack("{s:o, s:i, s:s, s:s}", "range", lsp_range(d->text, d->n, 0, 0, d->utf8), "severity", (int)INFORMATION,
	    "source", "pp", "message", text));
}

bool lsp_has_work(const struct lsp *s)
{
	for (size_t i = 0; i < s->document.n; i++)
		if (s->document.at[i]->unchecked)
			return true;
	return false;
}

static void check(struct lsp *s, struct document *d)
{
	struct pp_options o = { .check_only = true, .threads = 1, .folder = d->folder, .diagnostic = on_diagnostic, .context = d };
	struct pp *fresh = pp_open(&o);
	if (!fresh)
		return;
	d->found = json_array();
	d->bad_syntax = false;
	s->given_up = false;
	s->running = fresh;
	bool whole = pp_run_text(fresh, d->path, d->text, d->n) != PP_INTERRUPTED;
	s->running = NULL;
	json_t *found = d->found;
	if (!whole && s->given_up)
		add_note(d, "checking this takes long; it was given up, so more may be wrong");
	d->found = NULL;
	if (whole || s->given_up) {
		publish(s, d, found);
		d->unchecked = false;
	} else {
		json_decref(found);
	}
	if (whole && !d->bad_syntax) {               /* else what was known before serves better */
		pp_close(d->known);
		d->known = fresh;
	} else {
		pp_close(fresh);
	}
}

void lsp_work(struct lsp *s)
{
	for (size_t i = 0; i < s->document.n; i++)
		if (s->document.at[i]->unchecked) {
			check(s, s->document.at[i]);
			return;
		}
}

void lsp_interrupt(struct lsp *s, bool for_good)
{
	struct pp *p = s->running;
	s->given_up |= for_good;
	if (p)
		pp_interrupt(p);
}

/* ---- requests about a place */

typedef json_t *question(struct lsp *s, struct document *d, size_t at);

static json_t *hover(struct lsp *s, struct document *d, size_t at)
{
	(void)s;
	return look_hover(d, at);
}

static json_t *definition(struct lsp *s, struct document *d, size_t at)
{
	(void)s;
	return look_definition(d, at);
}

static json_t *symbols(struct lsp *s, struct document *d, size_t at)
{
	(void)s;
	(void)at;
	return look_symbols(d);
}

/* The protocol's kinds of what completion offers. */
static int completion_kind(const char *kind)
{
	static const struct { const char *kind; int number; } row[] = {
		{ "word", 14 }, { "function", 3 }, { "metric", 3 }, { "component", 5 }, { "port", 5 }, { "role", 20 }, { "field", 5 }, { "argument", 10 },
		{ "file", 17 }, { "folder", 19 }, { "module", 9 }, { "model", 7 }, { "dataset", 22 }, { "hypothesis", 8 }, { "paths", 8 },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (strcmp(row[i].kind, kind) == 0)
			return row[i].number;
	return 6;                                    /* a variable */
}

static json_t *completion(struct lsp *s, struct document *d, size_t at)
{
	(void)s;
	json_t *items = json_array();
	struct pp_options o = { .check_only = true, .threads = 1, .folder = d->folder };
	struct pp *p = d->known ? d->known : pp_open(&o);
	const struct pp_completion *c = p ? pp_complete(p, d->text, d->n, at, d->folder) : NULL;
	for (size_t i = 0; c && i < c->n; i++) {
		const struct pp_candidate *x = &c->at[i];
		json_t *edit = json_pack("{s:o, s:s}", "range", lsp_range(d->text, d->n, c->from, c->to, d->utf8), "newText", x->text);
		struct buf order = { 0 };
		buf_printf(&order, "%05zu", i);
		json_t *item = json_pack("{s:s, s:i, s:s, s:s, s:o}", "label", x->text, "kind", completion_kind(x->kind), "detail", x->note ? x->note : x->kind,
		    "sortText", buf_str(&order), "textEdit", edit);
		buf_free(&order);
		if (item)
			json_array_append_new(items, item);
	}
	if (p != d->known)
		pp_close(p);
	return json_pack("{s:b, s:o}", "isIncomplete", 0, "items", items);
}

static json_t *formatting(struct lsp *s, struct document *d, size_t at)
{
	struct sources sources = { 0 };
	struct diags diags = { .sources = &sources };
	struct buf out = { 0 };
	const struct source *src = source_add(&sources, d->path, d->text, d->n);
	json_t *edits = NULL;
	(void)s;
	(void)at;
	if (src && format_source(src, &diags, &out)) {
		edits = json_array();
		if (out.n != d->n || memcmp(buf_str(&out), d->text, d->n) != 0)
			json_array_append_new(edits, json_pack("{s:o, s:s%}", "range", lsp_range(d->text, d->n, 0, d->n, d->utf8), "newText", buf_str(&out), out.n));
	}
	buf_free(&out);
	diags_free(&diags);
	sources_free(&sources);
	return edits;                                /* none while the syntax is wrong: diagnostics say where */
}

/* ---- messages in */

static json_t *initialize(struct lsp *s, const json_t *params)
{
	const json_t *encodings = json_object_get(json_object_get(json_object_get(params, "capabilities"), "general"), "positionEncodings"), *e;
	size_t i;
	json_array_foreach((json_t *)encodings, i, e)
		s->utf8 |= json_is_string(e) && strcmp(json_string_value(e), "utf-8") == 0;
	s->initialized = true;
	return json_pack("{s:{s:s, s:{s:b, s:i}, s:b, s:b, s:b, s:b, s:{s:[s,s,s,s,s]}}, s:{s:s, s:s}}", "capabilities", "positionEncoding",
	    s->utf8 ? "utf-8" : "utf-16", "textDocumentSync", "openClose", 1, "change", 2, "hoverProvider", 1, "definitionProvider", 1,
	    "documentFormattingProvider", 1, "documentSymbolProvider", 1, "completionProvider", "triggerCharacters", ".", "@", "\"", "/", "{", "serverInfo", "name", "pp", "version", PP_VERSION);
}

static const struct { const char *method; question *answer; bool anywhere; } questions[] = {
	{ "textDocument/hover", hover, false }, { "textDocument/definition", definition, false },
	{ "textDocument/completion", completion, false }, { "textDocument/formatting", formatting, true },
	{ "textDocument/documentSymbol", symbols, true },
};

static void ask(struct lsp *s, const json_t *id, question *answer, const json_t *params, bool anywhere)
{
	struct document **d = find_document(s, params);
	const json_t *position = json_object_get(params, "position");
	if (!d)
		refuse(s, id, INVALID_PARAMS, "this document is not open");
	else if (!anywhere && !json_is_object(position))
		refuse(s, id, INVALID_PARAMS, "a position is needed");
	else {
		s->running = (*d)->known;
		json_t *result = answer(s, *d, document_offset(*d, position));
		s->running = NULL;
		reply(s, id, result);
	}
}

static void request(struct lsp *s, const json_t *id, const char *method, const json_t *params)
{
	if (strcmp(method, "initialize") == 0) {
		reply(s, id, initialize(s, params));
		return;
	}
	if (!s->initialized || s->shut_down) {
		refuse(s, id, s->shut_down ? INVALID_REQUEST : NOT_INITIALIZED, s->shut_down ? "the server is shut down" : "initialize comes first");
		return;
	}
	if (strcmp(method, "shutdown") == 0) {
		s->shut_down = true;
		reply(s, id, NULL);
		return;
	}
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
		if (strcmp(questions[i].method, method) == 0) {
			ask(s, id, questions[i].answer, params, questions[i].anywhere);
			return;
		}
	refuse(s, id, METHOD_NOT_FOUND, method);
}

static void notification(struct lsp *s, const char *method, const json_t *params)
{
	struct document **d;
	if (strcmp(method, "exit") == 0)
		s->ended = s->shut_down ? 0 : 1;
	else if (!s->initialized || s->shut_down)
		return;
	else if (strcmp(method, "textDocument/didOpen") == 0)
		did_open(s, params);
	else if (strcmp(method, "textDocument/didChange") == 0)
		did_change(s, params);
	else if (strcmp(method, "textDocument/didClose") == 0 && (d = find_document(s, params)))
		forget(s, d);
	else if (strcmp(method, "textDocument/didSave") == 0)        /* files that the others use may have changed */
		for (size_t i = 0; i < s->document.n; i++)
			s->document.at[i]->unchecked = true;
}

void lsp_message(struct lsp *s, const char *json, size_t n)
{
	json_t *m = json_loadb(json, n, JSON_ALLOW_NUL, NULL), *params = json_object_get(m, "params"), *id = json_object_get(m, "id");
	const char *method = json_string_value(json_object_get(m, "method"));
	if (!m)
		refuse(s, NULL, PARSE_ERROR, "this is not JSON");
	else if (!method && !json_object_get(m, "result") && !json_object_get(m, "error"))
		refuse(s, id, INVALID_REQUEST, "a request has a method");
	else if (method && id)
		request(s, id, method, params);
	else if (method)
		notification(s, method, params);
	json_decref(m);
}

int lsp_ended(const struct lsp *s)
{
	return s->ended;
}

struct lsp *lsp_open(lsp_send *send, void *context)
{
	struct lsp *s = mem_alloc(sizeof *s);
	s->send = send;
	s->context = context;
	s->ended = -1;
	return s;
}

void lsp_close(struct lsp *s)
{
	for (size_t i = 0; i < s->document.n; i++)
		document_free(s->document.at[i]);
	vec_free(&s->document);
	free(s);
}
