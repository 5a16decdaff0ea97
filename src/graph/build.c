/* Building a model graph.  See build.h.
 *
 * Nodes are interned as they are made.  A named node is never shared with an unnamed one: naming a value makes a copy of
 * its node that carries the letter, so that components which compute the same thing keep their letters. */
#include "graph/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/letters.h"

enum { MAX_DEPTH = 300000 };     /* operations on one walk */

struct builder {
	struct graph *g;
	struct diags *diags;
	struct map index;            /* hash -> first node of a chain */
	struct map number;           /* the bits of a number -> its node */
	VEC(uint32_t) chain;         /* by node id: next node with the same hash, or 0xffffffff */
	int open;                    /* the component whose block is open, or NO_COMPONENT */
	uint32_t open_from;          /* nodes made since */
	bool failed;
};

struct builder *build_new(const char *model_name, struct diags *d)
{
	struct builder *b = mem_alloc(sizeof *b);
	b->g = mem_alloc(sizeof *b->g);
	b->g->name = intern(model_name);
	b->diags = d;
	b->open = NO_COMPONENT;
	return b;
}

const struct graph *build_graph(const struct builder *b)
{
	return b->g;
}

bool build_inside(const struct builder *b)
{
	return b->open != NO_COMPONENT;
}

static uint64_t node_hash(const struct node *n)
{
	uint64_t h = hash_u64((uint64_t)n->op * 31 + (uint64_t)(n->letter + 1) * 1000003 + (uint64_t)(n->yields + 1) + ((uint64_t)n->inner << 40));
	h = hash_bytes(n->attr, sizeof n->attr, h);
	for (uint32_t i = 0; i < n->n_in; i++)
		h = hash_u64(h ^ n->in[i]->id);
	if (n->op == OP_PARAM)
		h ^= hash_u64((uint64_t)(uintptr_t)n->param.at + (uint64_t)n->param.n);
	return h;
}

static bool node_same(const struct node *a, const struct node *b)
{
	if (a->op != b->op || a->letter != b->letter || a->yields != b->yields || a->inner != b->inner || a->n_in != b->n_in)
		return false;
	if (memcmp(a->attr, b->attr, sizeof a->attr) != 0)
		return false;
	for (uint32_t i = 0; i < a->n_in; i++)
		if (a->in[i] != b->in[i])
			return false;
	return a->op != OP_PARAM || tensor_same(&a->param, &b->param);
}

static struct node *intern_node(struct builder *b, const struct node *want)
{
	uint64_t h = node_hash(want), first = UINT32_MAX;
	if (map_get(&b->index, h, &first))
		for (uint32_t i = (uint32_t)first; i != UINT32_MAX; i = b->chain.at[i])
			if (node_same(b->g->node.at[i], want))
				return b->g->node.at[i];
	struct node *n = arena_copy(&b->g->arena, want, sizeof *want);
	n->in = arena_copy(&b->g->arena, want->in, want->n_in * sizeof *want->in);
	n->id = (uint32_t)b->g->node.n;
	vec_push(&b->g->node, n);
	vec_push(&b->chain, (uint32_t)first);
	map_put(&b->index, h, n->id);
	return n;
}

static struct node *fail(struct builder *b)
{
	b->failed = true;
	return NULL;
}

static struct node blank(enum op op, struct span at)
{
	return (struct node){ .op = op, .letter = NO_LETTER, .yields = NO_COMPONENT, .span = at };
}

struct node *build_param(struct builder *b, const struct tensor *t, struct span at)
{
	struct node n = blank(OP_PARAM, at);
	n.param = *t;
	op_info[OP_PARAM].shape(&n, &n.shape, NULL);
	return intern_node(b, &n);
}

struct node *build_number(struct builder *b, double x, struct span at)
{
	uint64_t bits, have;
	memcpy(&bits, &x, sizeof bits);
	if (map_get(&b->number, bits, &have))                /* equal numbers are one node */
		return b->g->node.at[have];
	struct tensor t = tensor_over(arena_copy(&b->g->arena, &x, sizeof x), DT_F64, 0, NULL);
	struct node *n = build_param(b, &t, at);
	map_put(&b->number, bits, n->id);
	return n;
}

struct node *build_op(struct builder *b, enum op op, struct node *const *in, uint32_t n_in, const double *attr, struct span at)
{
	struct node n = blank(op, at);
	n.in = in;
	n.n_in = n_in;
	if (attr)
		memcpy(n.attr, attr, sizeof n.attr);
	for (uint32_t i = 0; i < n_in; i++) {
		if (!in[i])
			return fail(b);
		n.varies |= in[i]->varies;
		if (in[i]->ids && op != OP_GATHER && op != OP_IDENTITY) {
			diag_at(b->diags, E_SHAPE, at, "token ids cannot be computed with");
			diag_hint(b->diags, "look them up in a table first: gather(table, %s)", b->g->input.at[(int)in[i]->attr[0]].name);
			return fail(b);
		}
	}
	pp_assert(op_info[op].arity < 0 || op_info[op].arity == (int)n_in);
	struct buf why = { 0 };
	bool ok = op_info[op].shape(&n, &n.shape, &why);
	if (ok && n.varies && n.shape.n >= MAX_DIMS) {       /* one more is for the pairs */
		char text[128];
		buf_printf(&why, "%s has more than %d axes", shape_text(&n.shape, text, sizeof text), MAX_DIMS - 1);
		ok = false;
	}
	if (!ok)
		diag_at(b->diags, E_SHAPE, at, "these shapes do not fit: %s", buf_str(&why));
	buf_free(&why);
	return ok ? intern_node(b, &n) : fail(b);
}

/* ---- names */

static const char *full_name(struct builder *b, const struct segment *s, int n)
{
	struct buf t = { 0 };
	segments_print(s, n, &t);
	const char *name = arena_strndup(&b->g->arena, buf_str(&t), t.n);
	buf_free(&t);
	return name;
}

static int new_component(struct builder *b, const struct segment *s, int n, struct span at)
{
	if (n > MAX_SEGMENTS) {
		diag_at(b->diags, E_VALUE, at, "a component's name has at most %d parts", MAX_SEGMENTS);
		return fail(b), NO_COMPONENT;
	}
	int have = graph_find(b->g, s, n);
	if (have != NO_COMPONENT) {
		struct place p = source_place(b->diags->sources, b->g->component.at[have].span);
		diag_at(b->diags, E_COMPONENT_TWICE, at, "there is a component %s already", b->g->component.at[have].name);
		if (p.source)
			diag_hint(b->diags, "the first one is at %s:%d:%d", p.source->name, p.line, p.col);
		return fail(b), NO_COMPONENT;
	}
	struct component c = { .name = full_name(b, s, n), .n_segments = n, .first_letter = (int)b->g->letter.n, .span = at };
	memcpy(c.segment, s, (size_t)n * sizeof *s);
	uint64_t h = segments_hash(s, n), other;
	if (!map_get(&b->g->by_name, h, &other))
		map_put(&b->g->by_name, h, b->g->component.n);
	vec_push(&b->g->component, c);
	return (int)b->g->component.n - 1;
}

static int new_letter(struct builder *b, int component, const char *port)
{
	struct letter l = { .component = component, .port = port };
	vec_push(&b->g->letter, l);
	b->g->component.at[component].n_letters++;
	return (int)b->g->letter.n - 1;
}

/* A copy of v's node that carries a letter, or is a component's value.  What has a name already keeps it: the new name
 * goes on a node above. */
static struct node *named(struct builder *b, struct node *v, int letter, int yields, struct span at)
{
	bool taken = v->letter != NO_LETTER || v->yields != NO_COMPONENT || v->inner || op_info[v->op].flags & OPF_LEAF;
	struct node n = taken ? blank(OP_IDENTITY, at) : *v;
	if (taken) {
		n.in = &v;
		n.n_in = 1;
		n.shape = v->shape;
		n.varies = v->varies;
	}
	n.letter = letter;
	n.yields = yields;
	struct node *made = intern_node(b, &n);
	if (letter != NO_LETTER)
		b->g->letter.at[letter].node = made;
	return made;
}

struct node *build_input(struct builder *b, const char *name, bool ids, struct shape shape, struct span at)
{
	struct node n = blank(OP_INPUT, at);
	n.shape = shape;
	n.ids = ids;
	n.varies = true;
	n.attr[0] = (double)b->g->input.n;
	for (size_t i = 0; i < b->g->input.n; i++)
		if (strcmp(b->g->input.at[i].name, name) == 0) {
			diag_at(b->diags, E_COMPONENT_TWICE, at, "there is an input %s already", name);
			return fail(b);
		}
	int c = NO_COMPONENT;
	if (!ids) {
		struct segment s = segment_of(name);
		c = new_component(b, &s, 1, at);
		if (c == NO_COMPONENT)
			return NULL;
		n.letter = new_letter(b, c, NULL);
	}
	struct node *made = intern_node(b, &n);
	if (c != NO_COMPONENT) {
		b->g->component.at[c].node = made;
		b->g->letter.at[n.letter].node = made;
	}
	struct graph_input in = { intern(name), made, ids, shape };
	vec_push(&b->g->input, in);
	return made;
}

struct node *build_component(struct builder *b, const struct segment *s, int n, struct node *v, struct span at)
{
	if (!v)
		return fail(b);
	int c = new_component(b, s, n, at);
	if (c == NO_COMPONENT)
		return NULL;
	return b->g->component.at[c].node = named(b, v, new_letter(b, c, NULL), NO_COMPONENT, at);
}

bool build_begin(struct builder *b, const struct segment *s, int n, struct span at)
{
	if (b->open != NO_COMPONENT) {
		diag_at(b->diags, E_PLACE, at, "a component cannot stand inside another component");
		return fail(b), false;
	}
	int c = new_component(b, s, n, at);
	if (c == NO_COMPONENT)
		return false;
	b->open = c;
	b->open_from = (uint32_t)b->g->node.n;
	return true;
}

struct node *build_port(struct builder *b, const char *name, struct node *v, struct span at)
{
	if (!v)
		return fail(b);
	struct component *c = &b->g->component.at[b->open];
	for (int l = c->first_letter; l < c->first_letter + c->n_letters; l++)
		if (b->g->letter.at[l].port == name) {
			diag_at(b->diags, E_COMPONENT_TWICE, at, "%s has a port %s already", c->name, name);
			return fail(b);
		}
	return named(b, v, new_letter(b, b->open, name), NO_COMPONENT, at);
}

static int find_inner(const struct graph *g, const struct segment *s, int n)
{
	for (size_t i = 0; i < g->inner.n; i++)
		if (segments_same(g->inner.at[i].segment, g->inner.at[i].n_segments, s, n))
			return (int)i;
	return -1;
}

struct node *build_inner(struct builder *b, const struct segment *s, int n, struct node *v, struct span at)
{
	struct segment mine[MAX_SEGMENTS];
	int before = b->open == NO_COMPONENT ? 0 : b->g->component.at[b->open].n_segments;
	if (!v)
		return fail(b);
	if (before + n > MAX_SEGMENTS) {
		diag_at(b->diags, E_VALUE, at, "an inner node's name has at most %d parts", MAX_SEGMENTS);
		return fail(b);
	}
	if (before)
		memcpy(mine, b->g->component.at[b->open].segment, (size_t)before * sizeof *mine);
	memcpy(mine + before, s, (size_t)n * sizeof *s);
	struct inner in = { full_name(b, mine, before + n), before + n, { { 0 } }, NULL };
	memcpy(in.segment, mine, (size_t)in.n_segments * sizeof *mine);
	if (find_inner(b->g, mine, in.n_segments) >= 0 || graph_find(b->g, mine, in.n_segments) != NO_COMPONENT || mine[in.n_segments - 1].index >= 0) {
		diag_at(b->diags, E_COMPONENT_TWICE, at, mine[in.n_segments - 1].index >= 0 ? "%s ends in a number, which would name a column of it"
		    : "there is something called %s already", in.name);
		return fail(b);
	}
	struct node copy = *v;
	bool taken = v->letter != NO_LETTER || v->yields != NO_COMPONENT || v->inner || op_info[v->op].flags & OPF_LEAF;
	if (taken) {
		copy = blank(OP_IDENTITY, at);
		copy.in = &v;
		copy.n_in = 1;
		copy.shape = v->shape;
		copy.varies = v->varies;
	}
	copy.inner = (uint32_t)b->g->inner.n + 1;
	in.node = intern_node(b, &copy);
	vec_push(&b->g->inner, in);
	return in.node;
}

/* A walk may pass one port of a component at most.  Only nodes made inside the block can lie between two of its ports. */
static bool one_port_a_walk(struct builder *b, const struct component *c, struct span at)
{
	size_t n = b->g->node.n - b->open_from;
	int *port = mem_array(n + 1, sizeof *port);          /* a port at or below the node, plus one */
	bool ok = true;
	for (size_t i = 0; i < n && ok; i++) {
		const struct node *m = b->g->node.at[b->open_from + i];
		for (uint32_t k = 0; k < m->n_in; k++)
			if (m->in[k]->id >= b->open_from && port[m->in[k]->id - b->open_from])
				port[i] = port[m->in[k]->id - b->open_from];
		if (m->letter < c->first_letter)
			continue;
		if (port[i]) {
			const char *above = b->g->letter.at[m->letter].port, *under = b->g->letter.at[port[i] - 1].port;
			diag_at(b->diags, E_TWO_PORTS, m->span, "a walk through %s passes two of its ports, %s and %s", c->name, under, above);
			diag_hint(b->diags, "give one of them a let, so that it has no name on paths");
			ok = false;
		}
		port[i] = m->letter + 1;
	}
	(void)at;
	free(port);
	return ok;
}

struct node *build_end(struct builder *b, struct node *yields, struct span at)
{
	int c = b->open;
	b->open = NO_COMPONENT;
	if (!yields || c == NO_COMPONENT)
		return fail(b);
	struct node *made;
	if (b->g->component.at[c].n_letters == 0) {
		made = named(b, yields, new_letter(b, c, NULL), NO_COMPONENT, at);
	} else {
		if (!one_port_a_walk(b, &b->g->component.at[c], at))
			return fail(b);
		made = named(b, yields, NO_LETTER, c, at);
		int none = new_letter(b, c, NULL);       /* may move the letters, so it comes first */
		b->g->letter.at[none].node = made;
	}
	return b->g->component.at[c].node = made;
}

struct node *build_output(struct builder *b, const char *name, struct node *v, struct span at)
{
	if (b->g->output) {
		diag_at(b->diags, E_MODEL_BLOCK, at, "a model has one output; there is %s already", b->g->output_name);
		return fail(b);
	}
	struct segment s = segment_of(name);
	struct node *n = build_component(b, &s, 1, v, at);
	b->g->output = n;
	b->g->output_name = intern(name);
	return n;
}

struct node *build_lookup(const struct builder *b, const struct segment *s, int n)
{
	int c = graph_find(b->g, s, n);
	return c == NO_COMPONENT ? NULL : b->g->component.at[c].node;
}

struct node *build_lookup_inner(const struct builder *b, const struct segment *s, int n)
{
	int i = find_inner(b->g, s, n);
	return i < 0 ? NULL : b->g->inner.at[i].node;
}

struct node *build_lookup_port(const struct builder *b, const struct segment *s, int n, const char *port)
{
	int c = graph_find(b->g, s, n);
	for (size_t l = 0; c != NO_COMPONENT && l < b->g->letter.n; l++)
		if (b->g->letter.at[l].component == c && b->g->letter.at[l].port == port)
			return b->g->letter.at[l].node;
	return NULL;
}

static int by_last_index(const void *a, const void *b)
{
	const struct component *x = *(const struct component *const *)a, *y = *(const struct component *const *)b;
	int64_t i = x->segment[x->n_segments - 1].index, j = y->segment[y->n_segments - 1].index;
	return (i > j) - (i < j);
}

size_t build_lookup_all(const struct builder *b, const struct segment *s, int n, struct node **out, size_t cap)
{
	VEC(const struct component *) found = { 0 };
	for (size_t c = 0; c < b->g->component.n; c++) {
		const struct component *k = &b->g->component.at[c];
		bool same = k->node && k->n_segments == n;
		for (int i = 0; same && i < n; i++)
			same = k->segment[i].name == s[i].name && (i == n - 1 ? k->segment[i].index >= 0 : k->segment[i].index == s[i].index);
		if (same)
			vec_push(&found, k);
	}
	if (found.n)
		qsort(found.at, found.n, sizeof *found.at, by_last_index);
	size_t total = found.n;
	for (size_t i = 0; i < total && i < cap; i++)
		out[i] = found.at[i]->node;
	vec_free(&found);
	return total;
}

/* ---- the end */

static bool measure_depth(struct graph *g, struct span at, struct diags *d)
{
	graph_measure_depth(g);
	if (g->depth <= MAX_DEPTH)
		return true;
	diag_at(d, E_TOO_LARGE, at, "the model %s is %u operations deep; at most %d are possible", g->name, g->depth, MAX_DEPTH);
	return false;
}

static bool complete(struct builder *b, struct span at)
{
	struct graph *g = b->g;
	if (b->failed)
		return false;
	if (!g->input.n || !g->output) {
		diag_at(b->diags, E_MODEL_BLOCK, at, "the model %s has no %s", g->name, g->output ? "input" : "output");
		diag_hint(b->diags, "%s", g->output ? "input x: real, or input tokens: ids[seq]" : "output logits = ...");
		return false;
	}
	if (!g->output->varies) {
		diag_at(b->diags, E_MODEL_BLOCK, g->output->span, "the output %s does not depend on any input", g->output_name);
		return false;
	}
	return true;
}

struct graph *build_finish(struct builder *b, bool whole, struct span at)
{
	struct graph *g = b->g;
	bool ok = whole && complete(b, at);
	if (ok) {
		graph_prune(g);
		ok = measure_depth(g, at, b->diags) && letters_work_out(g, at, b->diags);
	}
	map_free(&b->index);
	map_free(&b->number);
	vec_free(&b->chain);
	free(b);
	if (!ok) {
		graph_free(g);
		return NULL;
	}
	return g;
}
