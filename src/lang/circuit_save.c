/* save circuit to "file.json": the graph JSON of EAP-IG and MIB (cfg, nodes, edges), for a circuit or what a hypothesis keeps.
 *
 * An edge there goes from a component to a component, or to a head's q, k or v; it is in the graph when the circuit has it, or
 * when a kept path takes it. */
#include <string.h>

#include "lang/sets.h"
#include "paths/big.h"
#include "paths/tool_names.h"
#include "report/json.h"

/* in[letter * n + c]: the edge from component c to the letter is in the circuit; all: the model has it. */
struct edges { const struct graph *g; size_t n; bool *all, *in; };

static void model_edges(struct edges *e)
{
	const struct graph *g = e->g;
	for (size_t l = 0; l < g->letter.n; l++)
		for (size_t k = 0; k < g->below[l].n; k++)
			if (g->below[l].at[k] < (int)g->letter.n)
				e->all[l * e->n + (size_t)g->letter.at[g->below[l].at[k]].component] = true;
}

/* A circuit has the edges it lists, whether or not a path can take them. */
static bool listed_edges(struct interp *in, struct edges *e, const struct pattern *p)
{
	size_t n = e->g->letter.n;
	bool *from = mem_array(n + 1, 1), *to = mem_array(n + 1, 1), ok = true;
	for (size_t i = 0; i + 1 < p->n && ok; i += 2) {
		ok = step_letters(e->g, p->kid[i], from, in->o.diags) && step_letters(e->g, p->kid[i + 1], to, in->o.diags);
		for (size_t t = 0; ok && t < n; t++)
			for (size_t f = 0; to[t] && f < n; f++)
				if (from[f])
					e->in[t * e->n + (size_t)e->g->letter.at[f].component] = true;
	}
	free(from);
	free(to);
	return ok;
}

/* How many paths the circuit of these edges has beside the set's own: the file says less than the set does. */
static void warn_of_more(struct interp *in, const struct ast *a, const struct edges *e, struct value set)
{
	struct pattern *c = pattern_new(&in->arena, PAT_CIRCUIT, a->span, 0);
	size_t n = 0;
	for (size_t i = 0; i < e->n * e->g->letter.n; i++)
		n += e->in[i];
	c->kid = arena_array(&in->arena, 2 * n + 1, sizeof *c->kid);
	struct pattern **step = arena_array(&in->arena, e->n + e->g->letter.n, sizeof *step);
	for (size_t l = 0; l < e->g->letter.n; l++)
		for (size_t k = 0; k < e->n; k++) {
			if (!e->in[l * e->n + k])
				continue;
			if (!step[k])
				step[k] = step_of_component(in, e->g, (int)k, a->span);
			if (!step[e->n + l])
				step[e->n + l] = step_of_letter(in, e->g, (int)l, a->span);
			c->kid[c->n++] = step[k];
			c->kid[c->n++] = step[e->n + l];
		}
	const char *more = paths_beyond(in, e->g, c, set, a);
	if (more && strcmp(more, "0") != 0) {
		diag_at(in->o.diags, E_MORE_PATHS, a->span, "the file's circuit has %s paths that are not in this set", more);
		diag_hint(in->o.diags, "an edge list cannot say which edges go together; each edge that a path of the set takes is in the file");
	}
}

static bool taken_edges(struct interp *in, const struct ast *a, struct value v, struct edges *e)
{
	struct set_product q;
	struct flow f;
	if (!set_product_new(in, a, v, e->g, &q))
		return false;
	product_flow(q.product, &f);
	for (size_t l = 0; l < e->g->letter.n; l++)
		for (size_t k = 0; k < e->g->below[l].n; k++) {
			int from = e->g->below[l].at[k];
			if (from < (int)e->g->letter.n && !big_is_zero(f.edge + (f.edge_at[l] + k) * f.width, f.width))
				e->in[l * e->n + (size_t)e->g->letter.at[from].component] = true;
		}
	flow_free(&f);
	set_product_free(&q);
	warn_of_more(in, a, e, v);
	return true;
}

/* ---- writing */

/* Do the MLPs read the heads of their own layer? */
static bool parallel(const struct edges *e)
{
	const struct graph *g = e->g;
	for (size_t l = 0; l < g->letter.n; l++)
		for (size_t c = 0; c < e->n; c++) {
			const struct component *to = &g->component.at[g->letter.at[l].component], *from = &g->component.at[c];
			if (e->all[l * e->n + c] && to->n_segments == 1 && from->n_segments == 2 && to->segment[0].index >= 0
			    && to->segment[0].index == from->segment[0].index)
				return false;
		}
	return true;
}

static void put_cfg(const struct edges *e, struct buf *out)
{
	const struct graph *g = e->g;
	int64_t width = 1;
	for (size_t l = 0; l < g->letter.n; l++) {
		const struct shape *s = &g->letter.at[l].node->shape;
		if (begins_paths(g, (int)l) && s->n)
			width = s->dim[s->n - 1] > 0 ? s->dim[s->n - 1] : width;
	}
	buf_printf(out, "{\"cfg\": {\"n_layers\": %lld, \"n_heads\": %lld, \"parallel_attn_mlp\": %s, \"d_model\": %lld}, ", (long long)graph_largest_index(g, 0) + 1,
	    (long long)graph_largest_index(g, 1) + 1, parallel(e) ? "true" : "false", (long long)width);
}

static void put_nodes(const struct edges *e, struct buf *out)
{
	const struct graph *g = e->g;
	buf_puts(out, "\"nodes\": {");
	for (size_t c = 0; c < e->n; c++) {
		bool in = g->component.at[c].node == g->output;
		for (size_t l = 0; l < g->letter.n && !in; l++)
			in = e->in[l * e->n + c] || (g->letter.at[l].component == (int)c && memchr(e->in + l * e->n, 1, e->n));
		buf_puts(out, c ? ", " : "");
		put_json_text(out, tool_component(g, (int)c), strlen(tool_component(g, (int)c)));
		buf_printf(out, ": {\"in_graph\": %s}", in ? "true" : "false");
	}
	buf_puts(out, "}, ");
}

static void put_edges(const struct edges *e, struct buf *out)
{
	const struct graph *g = e->g;
	bool first = true;
	buf_puts(out, "\"edges\": {");
	for (size_t c = 0; c < e->n; c++)
		for (size_t l = 0; l < g->letter.n; l++) {
			if (!e->all[l * e->n + c])
				continue;
			struct buf name = { 0 };
			const struct letter *to = &g->letter.at[l];
			buf_printf(&name, "%s->%s", tool_component(g, (int)c), tool_component(g, to->component));
			if (to->port)
				buf_printf(&name, "<%s>", to->port);
			buf_puts(out, first ? "" : ", ");
			put_json_text(out, buf_str(&name), name.n);
			buf_printf(out, ": {\"score\": %s, \"in_graph\": %s}", e->in[l * e->n + c] ? "1.0" : "0.0", e->in[l * e->n + c] ? "true" : "false");
			buf_free(&name);
			first = false;
		}
	buf_puts(out, "}}\n");
}

/* Whose edges? */
static const struct graph *model_of(struct interp *in, const struct ast *a, struct value v)
{
	if (v.kind == VAL_HYPOTHESIS)
		return v.hypothesis->graph;
	if (in->models.n == 1)
		return in->models.at[0]->graph;
	diag_at(in->o.diags, E_VALUE, a->span, "this set of paths belongs to no model, and the script has %zu", in->models.n);
	diag_hint(in->o.diags, "make it a hypothesis first: hypothesis h on m { keep ... }, then save h");
	return NULL;
}

bool put_circuit(struct interp *in, const struct ast *a, struct value v, struct buf *out)
{
	struct edges e = { .g = model_of(in, a, v) };
	if (!e.g)
		return false;
	e.n = e.g->component.n;
	e.all = mem_array(e.n * e.g->letter.n + 1, sizeof *e.all);
	e.in = mem_array(e.n * e.g->letter.n + 1, sizeof *e.in);
	model_edges(&e);
	bool lists = v.kind == VAL_PATHS && v.paths->kind == PAT_CIRCUIT;
	bool ok = lists ? listed_edges(in, &e, v.paths) : taken_edges(in, a, v, &e);
	if (ok) {
		put_cfg(&e, out);
		put_nodes(&e, out);
		put_edges(&e, out);
	}
	free(e.all);
	free(e.in);
	return ok;
}
