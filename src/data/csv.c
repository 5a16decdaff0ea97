/* CSV.  See csv.h.  Quotes, commas and line ends are libcsv's, in its strict mode; it is given a line at a time, so that it is
 * known on which line a row begins. */
#include "data/csv.h"

#include <csv.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

struct piece { size_t at, n; };      /* a field's bytes in row_text */

struct csv {
	struct csv_parser parser;
	const char *text;
	size_t len, at;
	int line;                        /* that the next byte is on */
	struct buf row_text;
	VEC(struct piece) row;
	bool row_ended;
	VEC(char *) name;                /* of the columns; "" is none */
};

static int no_space(unsigned char c)
{
	(void)c;
	return 0;
}

/* libcsv leaves failing to its caller. */
static void *grow(void *p, size_t n)
{
	return mem_grow(p, n);
}

struct csv *csv_open(const char *text, size_t len)
{
	struct csv *c = mem_alloc(sizeof *c);
	*c = (struct csv){ .text = text, .len = len, .line = 1 };
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		c->at = 3;
	csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI);
	csv_set_space_func(&c->parser, no_space);        /* spaces around a field belong to it */
	csv_set_realloc_func(&c->parser, grow);
	csv_set_blk_size(&c->parser, 4096);
	return c;
}

void csv_close(struct csv *c)
{
	for (size_t i = 0; i < c->name.n; i++)
		free(c->name.at[i]);
	vec_free(&c->name);
	vec_free(&c->row);
	buf_free(&c->row_text);
	csv_free(&c->parser);
	free(c);
}

static void take_field(void *s, size_t n, void *context)
{
	struct csv *c = context;
	struct piece p = { c->row_text.n, n };
	if (n)
		buf_add(&c->row_text, s, n);
	vec_push(&c->row, p);
}

static void take_row(int end, void *context)
{
	(void)end;
	((struct csv *)context)->row_ended = true;
}

/* Feeds lines until a row is complete; false at the end of the text. */
static bool next_row(struct csv *c, int *line, bool *bad)
{
	c->row.n = c->row_text.n = 0;
	c->row_ended = *bad = false;
	bool begun = false;
	*line = c->line;
	while (c->at < c->len && !c->row_ended) {
		const char *s = c->text + c->at;
		size_t n = 0, rest = c->len - c->at;
		while (n < rest && s[n] != '\n' && s[n] != '\r')
			n++;
		n += n < rest;                       /* with its end */
		if (csv_parse(&c->parser, s, n, take_field, take_row, c) != n) {
			*bad = true;
			return true;
		}
		begun |= s[0] != '\n' && s[0] != '\r';
		bool ends_line = s[n - 1] == '\n' || (s[n - 1] == '\r' && !(n < rest && s[n] == '\n'));
		c->at += n;
		c->line += ends_line;
		if (!begun)
			*line = c->line;                 /* after an empty line */
	}
	if (!c->row_ended && csv_fini(&c->parser, take_field, take_row, c) != 0)
		*bad = true;
	return c->row_ended || *bad;
}

static const char *field(const struct csv *c, size_t i)
{
	return c->row_text.n ? c->row_text.at + c->row.at[i].at : "";
}

static bool read_header(struct csv *c, struct buf *why)
{
	for (size_t i = 0; i < c->row.n; i++) {
		size_t n = c->row.at[i].n;
		char *name = mem_alloc(n + 1);
		memcpy(name, field(c, i), n);
		vec_push(&c->name, name);
		for (size_t k = 0; k < i; k++)
			if (n && strcmp(c->name.at[k], name) == 0)
				return buf_refuse(why, "two columns are called '%.60s'", name);
	}
	return true;
}

static bool row_object(struct csv *c, json_t **out, struct buf *why)
{
	if (c->row.n != c->name.n)
		return buf_refuse(why, "the row has %zu field%s, the first row %zu", c->row.n, c->row.n == 1 ? "" : "s", c->name.n);
	json_t *j = json_object();
	for (size_t i = 0; i < c->row.n; i++) {
		json_t *x = json_stringn(field(c, i), c->row.at[i].n);
		if (!x) {
			json_decref(j);
			return buf_refuse(why, "the row is not UTF-8 text");
		}
		if (!*c->name.at[i])                     /* the row numbers that pandas writes */
			json_decref(x);
		else if (json_object_set_new(j, c->name.at[i], x) != 0) {
			json_decref(j);
			return buf_refuse(why, "the first row is not UTF-8 text");
		}
	}
	*out = j;
	return true;
}

static bool bad_row(const struct csv *c, struct buf *why)
{
	if (csv_error((struct csv_parser *)&c->parser) == CSV_EPARSE || c->at >= c->len)
		return buf_refuse(why, "the quotes of this row do not fit: a field with a quote in it is quoted as a whole, and the quote doubled");
	return buf_refuse(why, "the row cannot be held");
}

bool csv_next(struct csv *c, json_t **out, int *line, bool *over, struct buf *why)
{
	bool bad;
	*out = NULL;
	*over = false;
	if (!c->name.n) {
		*over = true;
		if (!next_row(c, line, &bad))
			return true;
		if (bad ? !bad_row(c, why) : !read_header(c, why))
			return false;
		*over = false;
	}
	if (!next_row(c, line, &bad))
		return true;
	*over = bad;
	return bad ? bad_row(c, why) : row_object(c, out, why);
}
