/* Circuits as files: circuit("file.json") reads the graph JSON of EAP-IG and MIB, or a list of edges as AutoCircuit and ACDC name
 * them; save writes a circuit, or the edges of a hypothesis, as EAP-IG does.  Names: paths/tool_names.h. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/source.h"
#include "lang/builtins.h"
#include "paths/tool_names.h"

enum { CIRCUIT_MAX = 1 << 30 };

/* One edge of a file: is it in the circuit, and how did it score? */
struct scored { struct pattern *from, *to; double score; bool in, has_in; };

struct reading {
	struct interp *in;
	const struct ast *at;
	const char *path;
	struct map steps;                /* interned name -> struct pattern */
	VEC(struct scored) edge;
	size_t n_steps;
	json_t *nodes;                   /* of EAP-IG; else NULL */
};

/* ---- names */

static struct pattern *step_named(struct reading *r, const char *name, size_t n)
{
	const char *key = intern_n(name, n);
	struct pattern *p = map_get_ptr(&r->steps, (uint64_t)(uintptr_t)key);
	struct buf why = { 0 };
	if (p)
		return p;
	p = tool_step(&r->in->arena, key, n, r->at->span, &why);
	if (p)
		map_put_ptr(&r->steps, (uint64_t)(uintptr_t)key, p);
	else
		diag_at(r->in->o.diags, E_CIRCUIT, r->at->span, "%s: \"%.80s\" is no component: %s", r->path, key, buf_str(&why));
	r->n_steps += p != NULL;
	buf_free(&why);
	return p;
}

/* A step of `circuit {"A5.2.Q" -> "MLP 2"}`. */
struct pattern *circuit_end(struct interp *in, const struct ast *a)
{
	struct buf why = { 0 };
	struct pattern *p = tool_step(&in->arena, a->text, strlen(a->text), a->span, &why);
	if (!p)
		diag_at(in->o.diags, E_CIRCUIT, a->span, "\"%.80s\" is no component: %s", a->text, buf_str(&why));
	buf_free(&why);
	return p;
}

/* ---- reading */

/* EAP-IG leaves edges of nodes outside in the file; it does not run them. */
static bool node_is_out(const struct reading *r, const char *name, size_t n)
{
	char *key = mem_alloc(n + 1);
	memcpy(key, name, n);
	char *port = strchr(key, '<');
	if (port)
		*port = 0;
	json_t *node = r->nodes ? json_object_get(r->nodes, key) : NULL, *in = json_is_object(node) ? json_object_get(node, "in_graph") : node;
	free(key);
	return in && json_is_false(in);
}

static bool add_edge(struct reading *r, const char *edge, struct scored e)
{
	const char *from, *to;
	size_t n_from, n_to;
	if (!tool_edge(edge, &from, &n_from, &to, &n_to)) {
		diag_at(r->in->o.diags, E_CIRCUIT, r->at->span, "%s: \"%.80s\" is no edge: edges are written a0.h1->m2", r->path, edge);
		return false;
	}
	if (node_is_out(r, from, n_from) || node_is_out(r, to, n_to)) {
		e.in = false;
		e.has_in = true;
		e.score = 0;
	}
	e.from = step_named(r, from, n_from);
	e.to = e.from ? step_named(r, to, n_to) : NULL;
	if (e.to && !tool_same_component(e.from, e.to))      /* what happens inside a component is no edge */
		vec_push(&r->edge, e);
	return e.to != NULL;
}

static bool bad_edge(struct reading *r, const char *name)
{
	diag_at(r->in->o.diags, E_CIRCUIT, r->at->span, "%s: the edge %.80s is neither {\"in_graph\": ..., \"score\": ...} nor true, false or a number", r->path, name);
	return false;
}

static bool read_value(struct reading *r, const char *name, json_t *v)
{
	struct scored e = { .score = 0 };
	if (json_is_object(v)) {
		json_t *in = json_object_get(v, "in_graph"), *score = json_object_get(v, "score");
		if ((in && !json_is_boolean(in) && !json_is_number(in)) || (score && !json_is_number(score) && !json_is_null(score)))
			return bad_edge(r, name);
		e.has_in = in != NULL;
		e.in = in && (json_is_true(in) || (json_is_number(in) && json_number_value(in) != 0));
		e.score = json_number_value(score);
	} else if (json_is_boolean(v)) {
		e.has_in = true;
		e.in = json_is_true(v);
	} else if (json_is_number(v)) {
		e.score = json_number_value(v);
	} else {
		return bad_edge(r, name);
	}
	return add_edge(r, name, e);
}

/* "a->b", or ["a", "b"] */
static bool read_listed(struct reading *r, json_t *v)
{
	struct scored e = { .in = true, .has_in = true, .score = 1 };
	if (json_is_string(v))
		return add_edge(r, json_string_value(v), e);
	const char *from = json_string_value(json_array_get(v, 0)), *to = json_string_value(json_array_get(v, 1));
	if (from && to && json_array_size(v) == 2)
		return add_edge(r, arena_printf(&r->in->arena, "%s->%s", from, to), e);
	diag_at(r->in->o.diags, E_CIRCUIT, r->at->span, "%s: a list of edges holds texts such as \"a0.h1->m2\", or pairs of names", r->path);
	return false;
}

static bool whole_nodes(struct reading *r)
{
	const char *name;
	json_t *node, *x;
	size_t i;
	json_object_foreach(r->nodes, name, node)
		json_array_foreach(json_object_get(node, "neurons"), i, x)
			if (json_is_false(x) || (json_is_number(x) && json_number_value(x) == 0)) {
				diag_at(r->in->o.diags, E_CIRCUIT, r->at->span, "%s: of %.80s only some neurons are in the circuit; a path goes through a component as a whole",
				    r->path, name);
				return false;
			}
	return true;
}

static bool read_edges(struct reading *r, json_t *doc)
{
	json_t *edges = json_is_object(doc) && json_object_get(doc, "edges") ? json_object_get(doc, "edges") : doc, *v;
	const char *name;
	size_t i;
	if (json_is_object(doc) && json_is_object(json_object_get(doc, "nodes")))
		r->nodes = json_object_get(doc, "nodes");
	if (r->nodes && !whole_nodes(r))
		return false;
	if (json_is_object(edges)) {
		json_object_foreach(edges, name, v)
			if (!read_value(r, name, v))
				return false;
		return true;
	}
	if (!json_is_array(edges)) {
		diag_at(r->in->o.diags, E_CIRCUIT, r->at->span, "%s has no edges: neither an object nor a list of them", r->path);
		return false;
	}
	json_array_foreach(edges, i, v)
		if (!read_listed(r, v))
			return false;
	return true;
}

/* Python writes NaN and Infinity, which JSON does not have; scores that are none are 0 here. */
static void mend_numbers(char *s, size_t n)
{
	bool string = false;
	for (size_t i = 0; i < n; i++) {
		if (string && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			string = !string;
		else if (!string && n - i >= 3 && memcmp(s + i, "NaN", 3) == 0)
			memcpy(s + i, "0.0", 3);
		else if (!string && n - i >= 8 && memcmp(s + i, "Infinity", 8) == 0)
			memcpy(s + i, "1.0e+308", 8);
	}
}

static json_t *read_document(struct interp *in, const struct ast *at, const char *path)
{
	size_t n;
	json_error_t e;
	char *text = file_read(path, CIRCUIT_MAX, &n);
	if (!text) {
		diag_at(in->o.diags, E_FILE, at->span, "%s: %s", path, strerror(errno));
		return NULL;
	}
	mend_numbers(text, n);
	json_t *j = json_loadb(text, n, 0, &e);
	if (!j)
		diag_at(in->o.diags, E_CIRCUIT, at->span, "%s is not JSON: line %d, column %d: %s", path, e.line, e.column, e.text);
	free(text);
	return j;
}

/* ---- which edges */

static int by_score(const void *x, const void *y)
{
	double a = fabs(((const struct scored *)x)->score), b = fabs(((const struct scored *)y)->score);
	return (a < b) - (a > b);
}

static bool choose(struct reading *r, double above, double top)
{
	bool by_rule = above >= 0 || top > 0, undecided = false;
	if (top > 0 && r->edge.n)
		qsort(r->edge.at, r->edge.n, sizeof *r->edge.at, by_score);
	for (size_t i = 0; i < r->edge.n; i++) {
		struct scored *e = &r->edge.at[i];
		undecided |= !by_rule && !e->has_in;
		if (by_rule)
			e->in = fabs(e->score) > 0 && (above < 0 || fabs(e->score) >= above) && (top <= 0 || (double)i < top);
	}
	if (!undecided)
		return true;
	diag_at(r->in->o.diags, E_CIRCUIT, r->at->span, "%s has scores, but does not say which edges are in the circuit", r->path);
	diag_hint(r->in->o.diags, "circuit(file, top: 200) takes the 200 edges with the largest scores, circuit(file, above: 0.01) those of at least 0.01, signs aside");
	return false;
}

static struct pattern *pattern_of_edges(struct reading *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->edge.n; i++)
		n += r->edge.at[i].in;
	if (!n) {
		diag_at(r->in->o.diags, E_CIRCUIT, r->at->span, "%s: no edge is in the circuit", r->path);
		return NULL;
	}
	struct pattern *p = pattern_new(&r->in->arena, PAT_CIRCUIT, r->at->span, 2 * n);
	p->size = r->n_steps + 1;
	p->depth = 2;
	n = 0;
	for (size_t i = 0; i < r->edge.n; i++)
		if (r->edge.at[i].in) {
			p->kid[n++] = r->edge.at[i].from;
			p->kid[n++] = r->edge.at[i].to;
		}
	return p;
}

DEFINE(circuit)
{
	double above, top;
	bool given = false;
	for (size_t i = 0; i < a->n; i++)
		given |= a->name[i] && strcmp(a->name[i], "above") == 0;
	if (!at_top(in, at, "circuit()") || !number_arg(in, at, a, "above", 0, &above) || !whole_arg(in, at, a, "top", &top))
		return false;
	if (!takes(in, at, a, 1, 1) || !want(in, a->ast[0], a->at[0], VAL_STRING))
		return false;
	const char *path = resolve_path(in, a->at[0].string.at, at->span);
	if (!may_read(in, path, at->span))
		return false;
	json_t *j = read_document(in, at, path);
	struct reading r = { .in = in, .at = at, .path = path };
	*out = (struct value){ .kind = VAL_PATHS };
	out->paths = j && read_edges(&r, j) && choose(&r, given ? fabs(above) : -1, top) ? pattern_of_edges(&r) : NULL;
	map_free(&r.steps);
	vec_free(&r.edge);
	json_decref(j);
	return out->paths != NULL;
}
