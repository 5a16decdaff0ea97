/* Files of pairs, whatever their format.  See records.h. */
#include "data/records.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "data/csv.h"
#include "data/document.h"
#include "data/jsonl.h"

enum format { LINES, TABLE, DOCUMENT };

struct records {
	enum format format;
	struct jsonl lines;
	struct csv *table;
	struct document document;
	bool any, over;                  /* something was read; nothing more can be */
};

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);
	return n >= k && strcasecmp(name + n - k, end) == 0;
}

struct records *records_open(const char *text, size_t len, const char *name, struct buf *why)
{
	if (ends_in(name, ".parquet") || (len >= 4 && memcmp(text, "PAR1", 4) == 0)) {
		buf_puts(why, "this is a Parquet file, which pp does not read");
		return NULL;
	}
	struct records *r = mem_alloc(sizeof *r);
	*r = (struct records){ .format = LINES, .lines = { .text = text, .len = len } };
	if (ends_in(name, ".csv")) {
		r->format = TABLE;
		r->table = csv_open(text, len);
	} else if (document_open(text, len, &r->document)) {
		r->format = DOCUMENT;
	}
	return r;
}

static bool next_line(struct records *r, json_t **out, int *line, struct buf *why)
{
	enum jsonl_step step = jsonl_next(&r->lines, out);
	*line = r->lines.line;
	if (step == JSONL_END)
		*out = NULL;
	if (step != JSONL_BAD)
		return true;
	r->over = !r->any;                       /* not JSON Lines at all: one message is enough */
	if (json_error_code(&r->lines.error) == json_error_invalid_utf8)
		return buf_refuse(why, "the line is not UTF-8 text");
	return buf_refuse(why, "not JSON: %s", r->lines.error.text);
}

enum records_step records_next(struct records *r, json_t **out, int *line, struct buf *why)
{
	bool ok = false;
	*out = NULL;
	if (r->over)
		return RECORDS_END;
	switch (r->format) {
	case LINES:    ok = next_line(r, out, line, why); break;
	case TABLE:    ok = csv_next(r->table, out, line, &r->over, why); break;
	case DOCUMENT:
		ok = document_next(&r->document, out, line, why);
		r->over = !ok;
		break;
	}
	r->any = true;
	return !ok ? RECORDS_BAD : *out ? RECORDS_VALUE : RECORDS_END;
}

const char *records_hint(const struct records *r)
{
	static const char *const hint[] = {
		[LINES] = "every line is one whole JSON object, without commas between lines; jq -c writes such files",
		[TABLE] = "the first row names the columns, every other row has as many fields",
		[DOCUMENT] = "the file is one JSON document: {\"prompts\": [{\"clean\": ..., \"corrupt\": ..., \"answers\": [...]}, ...]}",
	};
	return hint[r->format];
}

const json_t *records_positions(const struct records *r)
{
	return r->document.positions;
}

void records_close(struct records *r)
{
	if (r->table)
		csv_close(r->table);
	document_close(&r->document);
	free(r);
}
