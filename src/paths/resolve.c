/* From the names in a pattern to the letters of a graph, and what to say when there are none. */
#include <stdio.h>
#include <string.h>

#include "paths/machine.h"
#include "paths/tool_names.h"

static bool index_has(const struct index_set *x, int64_t i)
{
	if (!x->given)
		return i < 0;
	if (x->any)
		return i >= 0;
	for (size_t k = 0; k < x->n; k++)
		if (i >= x->part[k].from && i < x->part[k].to)
			return true;
	return false;
}

/* The first n segments of the step name the component, or the first parts of its name ("a9" is all of a9.h[*]). */
static bool names_segments(const struct pattern *p, size_t n, const struct segment *s, size_t n_s)
{
	if (n > n_s)
		return false;
	for (size_t i = 0; i < n; i++)
		if (p->segment[i].name != s[i].name || !index_has(&p->segment[i].index, s[i].index))
			return false;
	return true;
}

static bool names(const struct pattern *p, size_t n, const struct component *c)
{
	return names_segments(p, n, c->segment, (size_t)c->n_segments);
}

bool step_empty(const struct pattern *p)
{
	for (size_t i = 0; i < p->n_segments; i++)
		if (p->segment[i].index.given && !p->segment[i].index.any && p->segment[i].index.n == 0)
			return true;
	for (size_t i = 0; i < p->n_segments; i++) {
		const struct index_set *x = &p->segment[i].index;
		bool some = !x->given || x->any;
		for (size_t k = 0; k < x->n; k++)
			some |= x->part[k].from < x->part[k].to;
		if (!some)
			return true;
	}
	return false;
}

static size_t count_named(const struct graph *g, const struct pattern *p, size_t n)
{
	size_t found = 0;
	for (size_t c = 0; c < g->component.n; c++)
		found += names(p, n, &g->component.at[c]);
	return found;
}

/* "a1 has h0 to h3" */
static void say_range(const char *whole, const char *name, int64_t lo, int64_t hi, struct diags *d)
{
	if (lo == hi)
		diag_hint(d, "%s has only %s%lld", whole, name, (long long)lo);
	else
		diag_hint(d, "%s has %s%lld %s %s%lld", whole, name, (long long)lo, hi == lo + 1 ? "and" : "to", name, (long long)hi);
}

/* The ports of the first component that n segments of p name, as a list; empty when it has none. */
static const struct component *ports_of(const struct graph *g, const struct pattern *p, size_t n, struct buf *out)
{
	const struct component *any = NULL;
	for (size_t c = 0; c < g->component.n && !any; c++)
		if (names(p, n, &g->component.at[c]))
			any = &g->component.at[c];
	for (int l = any->first_letter; l < any->first_letter + any->n_letters; l++)
		if (g->letter.at[l].port)
			buf_printf(out, "%s%s", out->n ? ", " : "", g->letter.at[l].port);
	return any;
}

/* p goes on behind what is a component without parts. */
static void say_ports(const struct graph *g, const struct pattern *p, size_t n, struct diags *d)
{
	struct buf have = { 0 };
	const struct component *c = ports_of(g, p, n, &have);
	if (have.n)
		diag_hint(d, "%s has the port%s %s, and a step ends with its port", c->name, strchr(buf_str(&have), ',') ? "s" : "", buf_str(&have));
	else
		diag_hint(d, "%s has no ports: a path visits it as a whole", c->name);
	buf_free(&have);
}

struct indices { int64_t lo, hi; };          /* -1: none */

/* What can stand behind the first n segments of p, which are `head`: the nearest name, or all of them with their indices. */
static void say_names(const struct graph *g, const struct pattern *p, size_t n, const char *head, struct diags *d)
{
	VEC(const char *) have = { 0 };
	VEC(struct indices) range = { 0 };
	struct buf list = { 0 };
	for (size_t c = 0; c < g->component.n; c++) {
		const struct component *k = &g->component.at[c];
		if (k->n_segments <= (int)n || (n && !names(p, n, k)))
			continue;
		size_t i = 0;
		while (i < have.n && have.at[i] != k->segment[n].name)
			i++;
		if (i == have.n) {
			struct indices first = { k->segment[n].index, k->segment[n].index };
			vec_push(&have, k->segment[n].name);
			vec_push(&range, first);
		}
		struct indices *r = &range.at[i];
		r->lo = k->segment[n].index < r->lo ? k->segment[n].index : r->lo;
		r->hi = k->segment[n].index > r->hi ? k->segment[n].index : r->hi;
	}
	for (size_t i = 0; i < have.n && i < 8; i++) {
		buf_printf(&list, "%s%s", i ? ", " : "", have.at[i]);
		if (range.at[i].hi >= 0)
			buf_printf(&list, "%lld", (long long)range.at[i].lo);
		if (range.at[i].hi > range.at[i].lo)
			buf_printf(&list, " to %s%lld", have.at[i], (long long)range.at[i].hi);
	}
	const char *near = str_nearest(p->segment[n].name, have.at, have.n);
	if (!have.n)
		say_ports(g, p, n, d);
	else if (near && strlen(p->segment[n].name) > 2)
		diag_hint(d, "did you mean %s?", near);
	else
		diag_hint(d, "%s%s: %s", head, n ? " has" : "there are", buf_str(&list));
	buf_free(&list);
	vec_free(&have);
	vec_free(&range);
}

/* How many leading segments name something, whatever their indices; then what indices there are at the next. */
static void say_nearest(const struct graph *g, const struct pattern *p, struct diags *d)
{
	size_t good = 0;
	while (good < p->n_segments && count_named(g, p, good + 1))
		good++;
	if (good == p->n_segments)
		return;
	const struct step_segment *s = &p->segment[good];
	int64_t lo = INT64_MAX, hi = -1;
	bool bare = false;
	for (size_t c = 0; c < g->component.n; c++) {
		const struct component *k = &g->component.at[c];
		if (k->n_segments <= (int)good || k->segment[good].name != s->name || (good && !names(p, good, k)))
			continue;
		int64_t i = k->segment[good].index;
		bare |= i < 0;
		lo = i >= 0 && i < lo ? i : lo;
		hi = i > hi ? i : hi;
	}
	struct buf head = { 0 };
	struct pattern prefix = *p;
	prefix.n_segments = good;
	prefix.n_ports = prefix.n_positions = 0;
	pattern_print(&prefix, &head);
	if (hi >= 0)
		say_range(good ? buf_str(&head) : g->name, s->name, lo, hi, d);
	else if (bare)
		diag_hint(d, "%s%s%s has no index", buf_str(&head), good ? "." : "", s->name);
	else
		say_names(g, p, good, buf_str(&head), d);
	buf_free(&head);
}

static bool unknown(const struct graph *g, const struct pattern *p, struct diags *d)
{
	struct buf text = { 0 };
	struct pattern plain = *p;
	plain.n_positions = 0;
	pattern_print(&plain, &text);
	diag_at(d, E_COMPONENT, p->span, "the model %s has no component %s", g->name, buf_str(&text));
	buf_free(&text);
	say_nearest(g, p, d);
	return false;
}

static bool unknown_port(const struct graph *g, const struct pattern *p, const char *port, size_t n, struct diags *d)
{
	struct buf have = { 0 };
	const struct component *any = ports_of(g, p, n, &have);
	diag_at(d, E_PORT, p->span, "%s has no port %s", any->name, port);
	if (have.n)
		diag_hint(d, "its ports are %s", buf_str(&have));
	else
		diag_hint(d, "%s has no ports: a path visits it as a whole", any->name);
	buf_free(&have);
	return false;
}

/* The text of a segment before its digits were split off, when it may be a port's name. */
static const char *segment_word(const struct step_segment *s)
{
	if (!s->index.given)
		return s->name;
	if (s->index.any || s->index.n != 1 || !s->index.part[0].single)
		return NULL;
	char text[256];
	snprintf(text, sizeof text, "%s%lld", s->name, (long long)s->index.part[0].from);
	return intern(text);
}

/* Numbers written out one by one must all exist; ranges take what there is. */
static bool all_written_exist(const struct graph *g, const struct pattern *p, size_t n, struct diags *d)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < p->segment[i].index.n; k++) {
			if (!p->segment[i].index.part[k].single)
				continue;
			struct step_segment seg[MAX_SEGMENTS];
			if (n > MAX_SEGMENTS)
				return true;
			memcpy(seg, p->segment, n * sizeof *seg);
			seg[i].index.part = &p->segment[i].index.part[k];
			seg[i].index.n = 1;
			struct pattern one = *p;
			one.segment = seg;
			one.n_segments = n;
			if (!count_named(g, &one, n))
				return unknown(g, &one, d);
		}
	return true;
}

static bool put_letters(const struct graph *g, const struct pattern *p, size_t n, const char *const *port, size_t n_ports,
    uint64_t *set, struct diags *d)
{
	for (size_t i = 0; i < (n_ports ? n_ports : 1); i++) {
		bool found = false;
		for (size_t l = 0; l < g->letter.n; l++) {
			const struct letter *x = &g->letter.at[l];
			if (!names(p, n, &g->component.at[x->component]) || (n_ports && x->port != port[i]))
				continue;
			bit_put(set, l);
			found = true;
		}
		if (!found)
			return unknown_port(g, p, port[i], n, d);
	}
	return true;
}

static bool put_place(const struct graph *g, const struct pattern *p, uint64_t *set, struct diags *d)
{
	bool found = false;
	if (p->after_layer && p->after_layer != graph_largest_index(g, 0) + 1) {
		diag_at(d, E_CIRCUIT, p->span, "the residual stream behind layer %lld is no component: only behind the last is it where paths end",
		    (long long)p->after_layer - 1);
		return false;
	}
	for (size_t l = 0; l < g->letter.n; l++) {
		const struct component *c = &g->component.at[g->letter.at[l].component];
		bool in = p->place == STEP_ENDS ? c->node == g->output : c->node != g->output && begins_paths(g, (int)l);
		if (in)
			bit_put(set, l);
		found |= in;
	}
	if (!found)
		diag_at(d, E_CIRCUIT, p->span, "no component of %s stands for the tokens alone, so \"input\" means nothing here", g->name);
	return found;
}

bool resolve_step(const struct graph *g, const struct pattern *p, uint64_t *set, bool *ports, const struct pattern **instead,
    struct diags *d)
{
	*instead = NULL;
	*ports = p->n_ports > 0;
	if (step_empty(p))
		return true;
	size_t n = p->n_segments;
	if (p->place != STEP_NAMED && (p->after_layer || !count_named(g, p, n)))
		return put_place(g, p, set, d);
	if (count_named(g, p, n))
		return all_written_exist(g, p, n, d) && put_letters(g, p, n, p->port, p->n_ports, set, d);
	if (p->otherwise) {
		*instead = p->otherwise;
		return true;
	}
	const char *word = n >= 2 && !p->n_ports ? segment_word(&p->segment[n - 1]) : NULL;
	if (word && count_named(g, p, n - 1)) {
		*ports = true;
		/* "a9.h99": an index that is not there, rather than a port called h99 */
		for (size_t c = 0; c < g->component.n; c++)
			if (g->component.at[c].n_segments >= (int)n && g->component.at[c].segment[n - 1].name == p->segment[n - 1].name
			    && names(p, n - 1, &g->component.at[c]))
				return unknown(g, p, d);
		for (size_t c = 0; c < g->component.n; c++)      /* "a1.hx": a9 alone is no component that could have ports */
			if (g->component.at[c].n_segments == (int)n - 1 && names(p, n - 1, &g->component.at[c]))
				return all_written_exist(g, p, n - 1, d) && put_letters(g, p, n - 1, &word, 1, set, d);
	}
	return unknown(g, p, d);
}

bool step_names(const struct pattern *step, const struct segment *s, int n)
{
	return names_segments(step, step->n_segments < (size_t)n ? step->n_segments : (size_t)n, s, (size_t)n);
}

bool step_letters(const struct graph *g, const struct pattern *step, bool *letter, struct diags *d)
{
	uint64_t *set = mem_array((g->letter.n + 63) / 64 + 1, 8);
	bool ports;
	const struct pattern *instead;
	bool ok = resolve_step(g, step, set, &ports, &instead, d);
	for (size_t l = 0; l < g->letter.n; l++)
		letter[l] = ok && bit_get(set, l);
	free(set);
	return ok;
}
