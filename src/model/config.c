/* JSON documents.  See config.h. */
#include "model/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/internal.h"

enum { MAX_JSON = 64 << 20 };

json_t *json_parse(const char *text, size_t len, const char *path, enum code bad, struct span at, struct diags *d)
{
	static const char bom[] = "\xEF\xBB\xBF";
	if (len >= 3 && memcmp(text, bom, 3) == 0) {
		text += 3;
		len -= 3;
	}
	json_error_t e;
	json_t *j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (j)
		return j;
	if (json_error_code(&e) == json_error_out_of_memory)
		mem_fail(len);
	if (len == 0)
		diag_at(d, bad, at, "%s: the file is empty", path);
	else
		diag_at(d, bad, at, "%s:%d:%d: not JSON: %s", path, e.line, e.column, e.text);
	return NULL;
}

json_t *json_read(const char *path, enum code bad, struct span at, struct diags *d)
{
	size_t len;
	char *text = file_read(path, MAX_JSON, &len);
	if (!text && errno == EFBIG) {
		diag_at(d, bad, at, "%s: larger than %d MiB, which no such file is", path, MAX_JSON >> 20);
		return NULL;
	}
	if (!text) {
		diag_at(d, E_FILE, at, "%s: %s", path, strerror(errno));
		return NULL;
	}
	json_t *j = json_parse(text, len, path, bad, at, d);
	free(text);
	return j;
}
