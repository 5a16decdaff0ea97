/* Results as JSON lines, through jansson.  See report.h. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/report.h"

static json_t *figure(const struct figure *f)
{
	return f->why ? json_null() : json_real(f->value);
}

static json_t *interval(const struct interval *i)
{
	return i->defined ? json_pack("[f,f]", i->lo, i->hi) : json_null();
}

static json_t *object(const struct estimate *e, bool per_pair)
{
	static const struct figure none = { 0, "a delta compares two runs" };
	const struct figure *f[] = { &e->effect, &e->effect_rel, &e->ref, &e->cf, &e->patched, &e->recovered };
	for (size_t i = 0; !e->one_run && i < 6; i++)
		f[i] = &none;
	json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I}", "kind", "evaluate", "hypothesis", e->hypothesis, "model", e->model,
	    "dataset", e->dataset, "metric", e->metric, "at", e->at, "n", (json_int_t)e->n);
	json_object_set_new(o, "aue", figure(&e->aue));
	json_object_set_new(o, "ate", figure(&e->ate));
	json_object_set_new(o, "explained", figure(&e->explained));
	json_object_set_new(o, "ci95", json_pack("{s:o,s:o,s:o,s:o}", "aue", interval(&e->ci_aue), "ate", interval(&e->ci_ate),
	    "explained", interval(&e->ci_explained), "recovered", interval(&e->ci_recovered)));
	json_object_set_new(o, "effect", figure(f[0]));
	json_object_set_new(o, "effect_rel", figure(f[1]));
	json_object_set_new(o, "n_skipped", json_integer((json_int_t)e->n_skipped));
	json_object_set_new(o, "ref", figure(f[2]));
	json_object_set_new(o, "cf", figure(f[3]));
	json_object_set_new(o, "patched", figure(f[4]));
	json_object_set_new(o, "recovered", figure(f[5]));
	json_object_set_new(o, "paths_kept", e->paths_kept ? json_string(e->paths_kept) : json_null());
	json_object_set_new(o, "paths_total", json_string(e->paths_total));
	if (per_pair) {
		json_t *a = json_array();
		for (size_t i = 0; i < e->n + e->n_skipped; i++)
			json_array_append_new(a, isfinite(e->delta[i]) ? json_real(e->delta[i]) : json_null());
		json_object_set_new(o, "per_pair", a);
	}
	const char *why = e->aue.why ? e->aue.why : e->ate.why ? e->ate.why : e->explained.why;
	if (why)
		json_object_set_new(o, "why", json_string(why));
	return o;
}

void report_json(const struct estimate *row, size_t n, bool per_pair, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		json_t *o = object(&row[i], per_pair);
		char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17));
		json_decref(o);
		if (!text)
			mem_fail(1);
		buf_printf(out, "%s\n", text);
		free(text);
	}
}

void report_value_json(const char *text, const double *number, struct buf *out)
{
	bool finite = number && isfinite(*number);
	json_t *o = json_pack("{s:s,s:o}", "kind", "value", "value", finite ? json_real(*number) : json_string(text));
	char *line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17));
	json_decref(o);
	if (!line)
		mem_fail(1);
	buf_printf(out, "%s\n", line);
	free(line);
}
