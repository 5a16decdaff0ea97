/* JSON documents of many pairs.  See document.h.  The list is read element by element, so that a large file is never held as a
 * tree, and messages can name a line. */
#include "data/document.h"

#include <string.h>

#include "base/mem.h"

static void skip_space(struct document *d)
{
	while (d->at < d->len && strchr(" \t\r\n", d->text[d->at]) && d->text[d->at])
		d->at++;
}

static bool take(struct document *d, char c)
{
	skip_space(d);
	if (d->at == d->len || d->text[d->at] != c)
		return false;
	d->at++;
	return true;
}

/* One JSON value from here on; NULL when there is none. */
static json_t *take_value(struct document *d, json_error_t *e)
{
	json_t *j = json_loadb(d->text + d->at, d->len - d->at, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, e);
	if (j)
		d->at += (size_t)e->position;
	else if (json_error_code(e) == json_error_out_of_memory)
		mem_fail(d->len - d->at);
	return j;
}

/* Passes over the elements of "prompts" without keeping them: what stands after the list is needed first. */
static bool pass_over(struct document *d)
{
	json_error_t e;
	if (take(d, ']'))
		return true;
	do {
		json_t *j = take_value(d, &e);
		if (!j)
			return false;
		json_decref(j);
	} while (take(d, ','));
	return take(d, ']');
}

/* One "key": value of the document; *list is where the list of prompts begins. */
static bool take_field(struct document *d, size_t *list)
{
	json_error_t e;
	skip_space(d);
	json_t *key = take_value(d, &e);
	bool ok = json_is_string(key) && take(d, ':');
	const char *name = ok ? json_string_value(key) : "";
	if (ok && strcmp(name, "prompts") == 0 && take(d, '[')) {
		*list = d->at;
		ok = pass_over(d);
	} else if (ok) {
		json_t *j = take_value(d, &e);
		ok = j != NULL;
		if (ok && strcmp(name, "word_idxs") == 0 && !d->positions && json_is_object(j))
			d->positions = json_incref(j);
		json_decref(j);
	}
	json_decref(key);
	return ok;
}

bool document_open(const char *text, size_t len, struct document *d)
{
	size_t list = 0;
	*d = (struct document){ .text = text, .len = len, .line = 1, .first = true };
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		d->at = 3;
	if (take(d, '[')) {
		skip_space(d);
		if (d->at < len && d->text[d->at] == '{')
			return true;
	} else if (take(d, '{')) {
		while (take_field(d, &list) && take(d, ','))
			;
		d->at = list;
		if (list)                            /* what is wrong with the list is told when it is read */
			return true;
	}
	document_close(d);
	return false;
}

static int line_here(struct document *d)
{
	for (; d->counted < d->at; d->counted++)
		d->line += d->text[d->counted] == '\n';
	return d->line;
}

bool document_next(struct document *d, json_t **out, int *line, struct buf *why)
{
	json_error_t e;
	*out = NULL;
	bool comma = !d->first && take(d, ',');
	skip_space(d);
	*line = line_here(d);
	if (!comma && take(d, ']'))
		return true;
	if (!comma && !d->first)
		return buf_refuse(why, "not JSON: ',' or ']' is expected after an element of the list");
	d->first = false;
	*out = take_value(d, &e);
	return *out || buf_refuse(why, "not JSON: %s", e.text);
}

void document_close(struct document *d)
{
	json_decref(d->positions);
	d->positions = NULL;
}
