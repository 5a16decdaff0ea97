/* Pictures as Vega-Lite specifications (version 5) with their data inside.  See picture.h.
 *
 * Labels go by their place ("3: the" where two are alike), so that words which come twice stay two; numbers in full precision. */
#include <math.h>
#include <string.h>

#include "base/map.h"
#include "report/json.h"
#include "report/layout.h"
#include "report/scale.h"

enum { STEP = 22, BARS_WIDE = 320, TOKENS_A_LINE = 12, GRAPH_WIDE = 900 };

static void put_string(struct buf *out, const char *s)
{
	put_json_text(out, s, strlen(s));
}

static void put_number(struct buf *out, double x)
{
	put_json_number(out, x);                     /* null where it is not finite */
}

/* The labels of an axis, each once: with its place before it where it comes again. */
static const char **labels_of(const struct picture_axis *x, struct arena *a)
{
	struct map count = { 0 };
	const char **label = arena_array(a, x->n + 1, sizeof *label);
	for (size_t i = 0; i < x->n; i++) {
		uint64_t n = 0, key = (uint64_t)(uintptr_t)intern(x->label[i]);
		map_get(&count, key, &n);
		map_put(&count, key, n + 1);
	}
	for (size_t i = 0; i < x->n; i++) {
		uint64_t n = 0;
		map_get(&count, (uint64_t)(uintptr_t)intern(x->label[i]), &n);
		label[i] = n > 1 ? arena_printf(a, "%zu: %s", i, x->label[i]) : x->label[i];
	}
	map_free(&count);
	return label;
}

/* ---- heads */

static void put_head(const struct picture *p, struct buf *out)
{
	struct buf words = { 0 };
	picture_legend(p, &words);
	buf_puts(out, "{\"$schema\":\"https://vega.github.io/schema/vega-lite/v5.json\",\"title\":{\"text\":");
	put_string(out, p->title);
	buf_puts(out, ",\"subtitle\":");
	put_string(out, p->note);
	buf_puts(out, ",\"anchor\":\"start\"},\"description\":");
	put_string(out, p->kind == PICTURE_GRAPH ? p->note : buf_str(&words));
	buf_free(&words);
}

/* The end of a scale: the colours that its domain is shown in. */
static void put_range(struct buf *out, const struct rgb *color, int n)
{
	buf_puts(out, "],\"range\":[");
	for (int i = 0; i < n; i++) {
		buf_puts(out, i ? ",\"" : "\"");
		put_color(out, color[i]);
		buf_putc(out, '"');
	}
	buf_puts(out, "]}");
}

static void put_color_scale(const struct picture *p, struct buf *out)
{
	double most = p->most > 0 ? p->most : 1;
	buf_puts(out, "\"scale\":{\"domain\":[");
	for (int i = 0; i < SCALE_COLORS; i++) {
		buf_puts(out, i ? "," : "");
		put_number(out, most * (2 * i - (SCALE_COLORS - 1)) / (SCALE_COLORS - 1));
	}
	put_range(out, scale_colors, SCALE_COLORS);
}

static void put_color_of(const struct picture *p, struct buf *out)
{
	struct buf title = { 0 };
	buf_printf(&title, "%s%s%s", p->quantity, *p->unit ? ", in " : "", p->unit);
	buf_puts(out, "\"color\":{\"condition\":{\"test\":\"!isValid(datum.value)\",\"value\":null},\"field\":\"value\","
	    "\"type\":\"quantitative\",\"legend\":{\"titleLimit\":0},\"title\":");
	put_string(out, buf_str(&title));
	buf_putc(out, ',');
	put_color_scale(p, out);
	buf_puts(out, "}");
	buf_free(&title);
}

/* A field of the data as an axis, in the order of the data. */
static void put_axis(const char *channel, const char *field, const char *title, struct buf *out)
{
	buf_printf(out, "\"%s\":{\"field\":\"%s\",\"type\":\"ordinal\",\"sort\":null,\"title\":", channel, field);
	if (*title)
		put_string(out, title);
	else
		buf_puts(out, "null");
	buf_putc(out, '}');
}

static void put_tip(const char *field, const char *title, bool text, struct buf *out)
{
	buf_printf(out, "{\"field\":\"%s\",\"type\":\"%s\",\"title\":", field, text ? "nominal" : "quantitative");
	put_string(out, *title ? title : field);
	buf_putc(out, '}');
}

/* ---- kinds */

static void heatmap(const struct picture *p, struct buf *out, struct arena *a)
{
	const char **row = labels_of(&p->row, a), **column = labels_of(&p->column, a);
	buf_printf(out, ",\"width\":{\"step\":%d},\"height\":{\"step\":%d},\"data\":{\"values\":[", p->numbers ? 2 * STEP : STEP, STEP);
	for (size_t i = 0; i < p->row.n * p->column.n; i++) {
		buf_puts(out, i ? ",\n{\"row\":" : "\n{\"row\":");
		put_string(out, row[i / p->column.n]);
		buf_puts(out, ",\"column\":");
		put_string(out, column[i % p->column.n]);
		buf_puts(out, ",\"value\":");
		put_number(out, p->value[i]);
		buf_putc(out, '}');
	}
	buf_puts(out, "]},\"encoding\":{");
	put_axis("y", "row", p->row.name, out);
	buf_putc(out, ',');
	put_axis("x", "column", p->column.name, out);
	buf_puts(out, ",\"tooltip\":[");
	put_tip("row", p->row.name, true, out);
	buf_putc(out, ',');
	put_tip("column", p->column.name, true, out);
	buf_putc(out, ',');
	put_tip("value", p->quantity, false, out);
	buf_puts(out, "]},\"layer\":[{\"mark\":\"rect\",\"encoding\":{");
	put_color_of(p, out);
	buf_puts(out, "}}");
	if (p->numbers)
		buf_printf(out, ",{\"mark\":{\"type\":\"text\",\"fontSize\":9},\"encoding\":{\"text\":{\"field\":\"value\",\"format\":\".3~g\"},"
		    "\"color\":{\"condition\":{\"test\":\"abs(datum.value) > %g\",\"value\":\"white\"},\"value\":\"black\"}}}", 0.6 * p->most);
	buf_puts(out, "]}");
}

static void put_end(const char *name, const double *x, size_t i, struct buf *out)
{
	put_json_key(out, name);
	put_number(out, x ? x[i] : NAN);
}

static void bars(const struct picture *p, struct buf *out, struct arena *a)
{
	const char **row = labels_of(&p->row, a);
	buf_printf(out, ",\"width\":%d,\"height\":{\"step\":%d},\"data\":{\"values\":[", BARS_WIDE, STEP);
	for (size_t i = 0; i < p->row.n; i++) {
		buf_puts(out, i ? ",\n{\"row\":" : "\n{\"row\":");
		put_string(out, row[i]);
		buf_puts(out, ",\"value\":");
		put_number(out, p->value[i]);
		if (p->low) {
			put_end("low", p->low, i, out);
			put_end("high", p->high, i, out);
		}
		buf_putc(out, '}');
	}
	buf_puts(out, "]},\"encoding\":{");
	put_axis("y", "row", p->row.name, out);
	buf_puts(out, ",\"tooltip\":[");
	put_tip("row", p->row.name, true, out);
	buf_putc(out, ',');
	put_tip("value", p->quantity, false, out);
	if (p->low)
		buf_puts(out, ",{\"field\":\"low\",\"type\":\"quantitative\"},{\"field\":\"high\",\"type\":\"quantitative\"}");
	buf_puts(out, "]},\"layer\":[{\"mark\":\"bar\",\"encoding\":{\"x\":{\"field\":\"value\",\"type\":\"quantitative\",\"title\":");
	put_string(out, p->quantity);
	buf_puts(out, "},\"color\":{\"condition\":{\"test\":\"datum.value < 0\",\"value\":\"");
	put_color(out, scale_color(-0.7));
	buf_puts(out, "\"},\"value\":\"");
	put_color(out, scale_color(0.5));
	buf_puts(out, "\"}}}");
	if (p->low)
		buf_puts(out, ",{\"mark\":\"rule\",\"encoding\":{\"x\":{\"field\":\"low\",\"type\":\"quantitative\"},\"x2\":{\"field\":\"high\"}}}");
	buf_puts(out, "]}");
}

static void tokens(const struct picture *p, struct buf *out)
{
	buf_printf(out, ",\"width\":{\"step\":%d},\"height\":{\"step\":%d},\"data\":{\"values\":[", 3 * STEP, STEP);
	for (size_t i = 0; i < p->row.n; i++) {
		buf_printf(out, "%s\n{\"line\":%zu,\"place\":%zu,\"token\":", i ? "," : "", i / TOKENS_A_LINE, i % TOKENS_A_LINE);
		put_string(out, p->row.label[i]);
		buf_puts(out, ",\"value\":");
		put_number(out, p->value[i]);
		buf_putc(out, '}');
	}
	buf_puts(out, "]},\"encoding\":{\"y\":{\"field\":\"line\",\"type\":\"ordinal\",\"axis\":null},"
	    "\"x\":{\"field\":\"place\",\"type\":\"ordinal\",\"axis\":null},\"tooltip\":[");
	put_tip("token", "token", true, out);
	buf_putc(out, ',');
	put_tip("value", p->quantity, false, out);
	buf_puts(out, "]},\"layer\":[{\"mark\":\"rect\",\"encoding\":{");
	put_color_of(p, out);
	buf_printf(out, "}},{\"mark\":\"text\",\"encoding\":{\"text\":{\"field\":\"token\"},\"color\":{\"condition\":{\"test\":\"abs(datum.value) > %g\",\"value\":\"white\"},"
	    "\"value\":\"black\"}}}]}", 0.6 * p->most);
}

static void put_looks(struct buf *out)
{
	buf_puts(out, "\"scale\":{\"domain\":[");
	for (int k = 0; k < N_LOOKS; k++)
		buf_printf(out, "%s\"%s\"", k ? "," : "", look_name[k]);
	put_range(out, look_color, N_LOOKS);
	buf_puts(out, ",\"title\":\"carries\"");
}

/* Boxes and straight arrows where Graphviz put the nodes. */
static bool graph(const struct picture *p, struct buf *out, struct buf *why)
{
	const struct drawing *d = p->drawing;
	struct layout l;
	if (!layout_make(&l, d, why)) {
		layout_free(&l);
		return false;
	}
	buf_printf(out, ",\"width\":%.0f,\"height\":%.0f,\"encoding\":{\"x\":{\"field\":\"x\",\"type\":\"quantitative\",\"axis\":null,\"scale\":{\"nice\":false}},"
	    "\"y\":{\"field\":\"y\",\"type\":\"quantitative\",\"axis\":null,\"scale\":{\"reverse\":true,\"nice\":false}}},\"layer\":[{\"data\":{\"values\":[",
	    l.wide < GRAPH_WIDE ? l.wide : GRAPH_WIDE, l.high);
	for (size_t i = 0; i < d->n_edges; i++) {
		const struct layout_node *a = &l.node[d->edge[i].from], *b = &l.node[d->edge[i].to];
		buf_puts(out, i ? ",\n{\"from\":" : "\n{\"from\":");
		put_string(out, d->node[d->edge[i].from].label);
		buf_puts(out, ",\"to\":");
		put_string(out, d->node[d->edge[i].to].label);
		buf_puts(out, ",\"port\":");
		put_string(out, d->edge[i].label);
		buf_printf(out, ",\"carries\":\"%s\",\"x\":%.6g,\"y\":%.6g,\"x2\":%.6g,\"y2\":%.6g}", look_name[d->edge[i].look], a->x, a->y, b->x, b->y);
	}
	buf_puts(out, "]},\"mark\":\"rule\",\"encoding\":{\"x2\":{\"field\":\"x2\"},\"y2\":{\"field\":\"y2\"},\"color\":{\"field\":\"carries\",\"type\":\"nominal\",");
	put_looks(out);
	buf_puts(out, "},\"tooltip\":[{\"field\":\"from\"},{\"field\":\"to\"},{\"field\":\"port\"},{\"field\":\"carries\"}]}},{\"data\":{\"values\":[");
	for (size_t i = 0; i < d->n_nodes; i++) {
		buf_puts(out, i ? ",\n{\"node\":" : "\n{\"node\":");
		put_string(out, d->node[i].label);
		buf_printf(out, ",\"carries\":\"%s\",\"x\":%.6g,\"y\":%.6g}", look_name[d->node[i].look], l.node[i].x, l.node[i].y);
	}
	buf_puts(out, "]},\"layer\":[{\"mark\":{\"type\":\"square\",\"size\":900,\"opacity\":1,\"fill\":\"#f4f4f4\"},"
	    "\"encoding\":{\"stroke\":{\"field\":\"carries\",\"type\":\"nominal\",");
	put_looks(out);
	buf_puts(out, "}}},{\"mark\":\"text\",\"encoding\":{\"text\":{\"field\":\"node\"}}}]}]}");
	layout_free(&l);
	return true;
}

bool picture_vega(const struct picture *p, struct buf *out, struct buf *why)
{
	bool ok = true;
	struct arena arena = { 0 };
	put_head(p, out);
	switch (p->kind) {
	case PICTURE_HEATMAP: heatmap(p, out, &arena); break;
	case PICTURE_BARS:    bars(p, out, &arena); break;
	case PICTURE_TOKENS:  tokens(p, out); break;
	case PICTURE_GRAPH:   ok = graph(p, out, why); break;
	}
	buf_putc(out, '\n');
	arena_free(&arena);
	return ok;
}
