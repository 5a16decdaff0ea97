/* Looking at a finished model graph: names, letters, printing.  See graph.h; build.c makes it. */
#include "graph/graph.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct segment segment_of(const char *name)
{
	size_t n = strlen(name), k = n;
	while (k > 0 && isdigit((unsigned char)name[k - 1]))
		k--;
	size_t digits = n - k;
	if (k == 0 || digits == 0 || digits > 9 || (digits > 1 && name[k] == '0'))
		return (struct segment){ intern(name), -1 };
	return (struct segment){ intern_n(name, k), atoll(name + k) };
}

uint64_t segments_hash(const struct segment *s, int n)
{
	uint64_t h = (uint64_t)n;
	for (int i = 0; i < n; i++)
		h = hash_u64(h ^ (uint64_t)(uintptr_t)s[i].name ^ hash_u64((uint64_t)s[i].index));
	return h;
}

void segments_print(const struct segment *s, int n, struct buf *out)
{
	for (int i = 0; i < n; i++) {
		buf_printf(out, "%s%s", i ? "." : "", s[i].name);
		if (s[i].index >= 0)
			buf_printf(out, "%lld", (long long)s[i].index);
	}
}

bool segments_same(const struct segment *a, int n, const struct segment *b, int n_b)
{
	bool same = n == n_b;
	for (int i = 0; same && i < n; i++)
		same = a[i].name == b[i].name && a[i].index == b[i].index;
	return same;
}

void graph_prune(struct graph *g)
{
	bool *needed = mem_array(g->node.n, sizeof *needed);
	needed[g->output->id] = true;
	for (size_t i = 0; i < g->input.n; i++)
		needed[g->input.at[i].node->id] = true;
	for (size_t i = g->node.n; i-- > 0;)
		for (uint32_t k = 0; needed[i] && k < g->node.at[i]->n_in; k++)
			needed[g->node.at[i]->in[k]->id] = true;
	size_t kept = 0;
	for (size_t i = 0; i < g->node.n; i++)
		if (needed[i]) {
			g->node.at[kept] = g->node.at[i];
			g->node.at[kept]->id = (uint32_t)kept;
			kept++;
		} else {
			g->node.at[i]->id = UINT32_MAX;
		}
	g->node.n = kept;
	free(needed);
}

void graph_measure_depth(struct graph *g)
{
	uint32_t *depth = mem_array(g->node.n, sizeof *depth);
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		for (uint32_t k = 0; k < n->n_in; k++)
			depth[i] = depth[n->in[k]->id] > depth[i] ? depth[n->in[k]->id] : depth[i];
		depth[i]++;
		g->depth = depth[i] > g->depth ? depth[i] : g->depth;
	}
	free(depth);
}

static bool is_called(const struct component *c, const struct segment *s, int n)
{
	return segments_same(c->segment, c->n_segments, s, n);
}

int graph_find(const struct graph *g, const struct segment *s, int n)
{
	uint64_t c;
	if (!map_get(&g->by_name, segments_hash(s, n), &c))
		return NO_COMPONENT;
	if (is_called(&g->component.at[c], s, n))
		return (int)c;
	for (c = 0; c < g->component.n; c++)             /* another name with the same hash came first */
		if (is_called(&g->component.at[c], s, n))
			return (int)c;
	return NO_COMPONENT;
}

const char *letter_name(const struct graph *g, int letter, struct buf *b)
{
	const struct letter *l = &g->letter.at[letter];
	buf_puts(b, g->component.at[l->component].name);
	if (l->port)
		buf_printf(b, ".%s", l->port);
	return buf_str(b);
}

void graph_print(const struct graph *g, struct buf *out)
{
	char shape[128];
	for (size_t i = 0; i < g->node.n; i++) {
		const struct node *n = g->node.at[i];
		buf_printf(out, "%%%u = %s", n->id, op_info[n->op].name);
		for (uint32_t k = 0; k < n->n_in; k++)
			buf_printf(out, " %%%u", n->in[k]->id);
		buf_printf(out, "  %s", shape_text(&n->shape, shape, sizeof shape));
		if (n->letter != NO_LETTER) {
			buf_puts(out, "  ");
			letter_name(g, n->letter, out);
		} else if (n->yields != NO_COMPONENT) {
			buf_printf(out, "  %s (its value)", g->component.at[n->yields].name);
		}
		buf_putc(out, '\n');
	}
}

int64_t graph_largest_index(const struct graph *g, int segment)
{
	int64_t last = -1;
	for (size_t c = 0; c < g->component.n; c++)
		if (g->component.at[c].n_segments > segment && g->component.at[c].segment[segment].index > last)
			last = g->component.at[c].segment[segment].index;
	return last;
}

void graph_free(struct graph *g)
{
	if (!g)
		return;
	free(g->inside_of);
	map_free(&g->by_name);
	vec_free(&g->walk);
	vec_free(&g->walk_input);
	vec_free(&g->node);
	vec_free(&g->component);
	vec_free(&g->letter);
	vec_free(&g->input);
	vec_free(&g->inner);
	graph_free(g->made_of);
	arena_free(&g->arena);
	free(g);
}
