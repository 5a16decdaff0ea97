/* JSON Lines.  See jsonl.h. */
#include "data/jsonl.h"

#include <string.h>

#include "base/mem.h"

static int blank(const char *s, size_t n)
{
	size_t i = 0;
	while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r'))
		i++;
	return i == n;
}

enum jsonl_step jsonl_next(struct jsonl *l, json_t **out)
{
	if (l->at == 0 && l->len >= 3 && memcmp(l->text, "\xEF\xBB\xBF", 3) == 0)
		l->at = 3;
	while (l->at < l->len) {
		const char *s = l->text + l->at, *end = memchr(s, '\n', l->len - l->at);
		size_t n = end ? (size_t)(end - s) : l->len - l->at;
		l->at += n + (end != NULL);
		l->line++;
		if (blank(s, n))
			continue;
		*out = json_loadb(s, n, JSON_REJECT_DUPLICATES, &l->error);
		if (*out)
			return JSONL_VALUE;
		if (json_error_code(&l->error) == json_error_out_of_memory)
			mem_fail(n);
		return JSONL_BAD;
	}
	return JSONL_END;
}
