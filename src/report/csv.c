/* Comma-separated values.  See csv.h. */
#include "report/csv.h"

void put_csv_text(struct buf *out, const char *s, size_t n, bool first)
{
	bool quotes = n == 0 ? first : s[0] == ' ' || s[n - 1] == ' ';       /* an empty line would be no record */
	for (size_t i = 0; i < n; i++)
		quotes |= s[i] == '"' || s[i] == ',' || s[i] == '\n' || s[i] == '\r';
	buf_puts(out, first ? "" : ",");
	if (!quotes) {
		buf_add(out, s, n);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, s[i]);
	}
	buf_putc(out, '"');
}
