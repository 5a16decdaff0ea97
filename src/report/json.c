/* Results as JSON.  See json.h.
 *
 * Written by hand: keys have an order here, and numbers are the shortest text that reads back exactly. */
#include "report/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table.h"

void put_json_text(struct buf *out, const char *s, size_t n)
{
	buf_putc(out, '"');
	for (size_t i = 0, len; i < n; i += len ? len : 1) {
		len = utf8_length(s + i, n - i);
		if (!len)
			buf_puts(out, "\xEF\xBF\xBD");
		else if (s[i] == '"' || s[i] == '\\')
			buf_printf(out, "\\%c", s[i]);
		else if (s[i] == '\n')
			buf_puts(out, "\\n");
		else if (s[i] == '\t')
			buf_puts(out, "\\t");
		else if (len == 1 && ((unsigned char)s[i] < 0x20 || s[i] == 0x7F))
			buf_printf(out, "\\u%04x", (unsigned)s[i]);
		else
			buf_add(out, s + i, len);
	}
	buf_putc(out, '"');
}

void put_json_number(struct buf *out, double x)
{
	char text[40];
	if (!isfinite(x)) {
		buf_puts(out, "null");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	buf_puts(out, text);
}

void put_json_key(struct buf *out, const char *key)
{
	buf_printf(out, "%s\"%s\":", out->at[out->n - 1] == '{' ? "" : ",", key);
}

void put_json_field(struct buf *out, const char *key, const char *s)
{
	put_json_key(out, key);
	if (s)
		put_json_text(out, s, strlen(s));
	else
		buf_puts(out, "null");
}

static void put_figure(struct buf *out, const char *key, const struct figure *f, bool exists)
{
	put_json_key(out, key);
	if (exists && !f->why)
		put_json_number(out, f->value);
	else
		buf_puts(out, "null");
}

static void put_interval(struct buf *out, const char *key, const struct interval *i)
{
	put_json_key(out, key);
	if (!i->defined) {
		buf_puts(out, "null");
		return;
	}
	buf_putc(out, '[');
	put_json_number(out, i->lo);
	buf_putc(out, ',');
	put_json_number(out, i->hi);
	buf_putc(out, ']');
}

static void put_per_pair(struct buf *out, const struct estimate *e)
{
	put_json_key(out, "per_pair");
	buf_putc(out, '[');
	for (size_t i = 0; i < e->n + e->n_skipped; i++) {
		buf_puts(out, i ? "," : "");
		put_json_number(out, e->delta[i]);
	}
	buf_putc(out, ']');
}

void put_json_estimate(struct buf *out, const struct estimate *e, bool per_pair)
{
	buf_puts(out, "{\"kind\":\"evaluate\"");
	put_json_field(out, "hypothesis", e->variant_of ? e->variant_of : e->hypothesis);
	for (int i = 0; e->variant_of && i < 3; i++)
		put_json_field(out, estimate_variant_name[i], e->variant[i]);
	put_json_field(out, "model", e->model);
	put_json_field(out, "dataset", e->dataset);
	put_json_field(out, "metric", e->metric);
	put_json_field(out, "at", e->at);
	put_json_key(out, "n");
	buf_printf(out, "%zu", e->n);
	put_figure(out, "aue", &e->aue, true);
	put_figure(out, "ate", &e->ate, true);
	put_figure(out, "explained", &e->explained, true);
	put_json_key(out, "ci95");
	buf_putc(out, '{');
	put_interval(out, "aue", &e->ci_aue);
	put_interval(out, "ate", &e->ci_ate);
	put_interval(out, "explained", &e->ci_explained);
	put_interval(out, "recovered", &e->ci_recovered);
	buf_putc(out, '}');
	put_figure(out, "effect", &e->effect, e->one_run);
	put_figure(out, "effect_rel", &e->effect_rel, e->one_run);
	put_json_key(out, "n_skipped");
	buf_printf(out, "%zu", e->n_skipped);
	put_figure(out, "ref", &e->ref, e->one_run);
	put_figure(out, "cf", &e->cf, e->one_run);
	put_figure(out, "patched", &e->patched, e->one_run);
	put_figure(out, "recovered", &e->recovered, e->one_run);
	put_json_field(out, "paths_kept", e->paths_kept);
	put_json_field(out, "paths_total", e->paths_total);
	if (e->paths_cut)
		put_json_field(out, "paths_cut", e->paths_cut);
	if (per_pair)
		put_per_pair(out, e);
	struct buf why = { 0 };
	if (table_why(e, &why))
		put_json_field(out, "why", why.at);
	buf_free(&why);
	buf_puts(out, "}\n");
}
