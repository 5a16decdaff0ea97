/* Components as other circuit tools spell them.  See tool_names.h. */
#include "paths/tool_names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Text that is taken apart from its front. */
struct reader { const char *at, *end; };

static bool eat(struct reader *r, const char *word)
{
	size_t n = strlen(word);
	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

static bool eat_number(struct reader *r, int64_t *x)
{
	const char *from = r->at;
	for (*x = 0; r->at < r->end && isdigit((unsigned char)*r->at) && r->at - from < 9; r->at++)
		*x = *x * 10 + (*r->at - '0');
	return r->at > from;
}

static bool at_end(const struct reader *r)
{
	return r->at == r->end;
}

/* ---- steps */

static struct pattern *new_step(struct arena *a, struct span at)
{
	struct pattern *p = pattern_new(a, PAT_STEP, at, 0);
	p->size = p->depth = 1;
	return p;
}

static struct pattern *end_step(struct arena *a, struct span at, enum step_place place, const char *name)
{
	struct pattern *p = new_step(a, at);
	struct step_segment s = { .name = intern(name), .at = at };
	p->place = place;
	p->segment = arena_copy(a, &s, sizeof s);
	p->n_segments = 1;
	return p;
}

static void add_segment(struct arena *a, struct pattern *p, const char *name, int64_t index)
{
	struct step_segment *more = arena_array(a, p->n_segments + 1, sizeof *more);
	if (p->n_segments)
		memcpy(more, p->segment, p->n_segments * sizeof *more);
	p->segment = more;
	struct index_part one = { index, index + 1, true };
	struct step_segment s = { .name = intern(name), .at = p->span };
	if (index >= 0)
		s.index = (struct index_set){ true, false, 1, arena_copy(a, &one, sizeof one) };
	more[p->n_segments++] = s;
}

static struct pattern *head(struct arena *a, struct span at, int64_t layer, int64_t h, char port)
{
	struct pattern *p = new_step(a, at);
	char name[2] = { (char)tolower((unsigned char)port), 0 };
	add_segment(a, p, "a", layer);
	add_segment(a, p, "h", h);
	if (port) {
		const char *one = intern(name);
		p->port = arena_copy(a, &one, sizeof one);
		p->n_ports = 1;
	}
	return p;
}

static struct pattern *mlp(struct arena *a, struct span at, int64_t layer)
{
	struct pattern *p = new_step(a, at);
	add_segment(a, p, "m", layer);
	return p;
}

static bool is_port(char c)
{
	return c && strchr("qkvQKV", c);
}

static struct pattern *refuse(struct buf *why, const char *text)
{
	buf_puts(why, text);
	return NULL;
}

static const char *const residual = "it is the residual stream; an edge joins heads, MLPs, the input and the output";

/* ---- each tool's names */

static struct pattern *of_autocircuit(struct arena *a, struct reader r, struct span at, struct buf *why)
{
	int64_t layer, h;
	if (eat(&r, "Resid Start") && at_end(&r))
		return end_step(a, at, STEP_BEGINS, "input");
	if (eat(&r, "Resid End") && at_end(&r))
		return end_step(a, at, STEP_ENDS, "logits");
	if (eat(&r, "Resid "))
		return refuse(why, residual);
	if (eat(&r, "MLP ") && eat_number(&r, &layer) && at_end(&r))
		return mlp(a, at, layer);
	if (!eat(&r, "A") || !eat_number(&r, &layer) || !eat(&r, ".") || !eat_number(&r, &h))
		return NULL;
	if (at_end(&r))
		return head(a, at, layer, h, 0);
	return eat(&r, ".") && r.end - r.at == 1 && is_port(*r.at) ? head(a, at, layer, h, *r.at) : NULL;
}

/* [:, :, 2], [COL, COL, 2], [None, None, 2]: the head is the third; [:] and nothing: none. */
static bool hook_index(struct reader *r, int64_t *h)
{
	*h = -1;
	if (at_end(r))
		return true;
	if (!eat(r, "[") || r->end == r->at || r->end[-1] != ']')
		return false;
	int commas = 0;
	for (; r->at < r->end - 1; r->at++) {
		commas += *r->at == ',';
		if (commas == 2 && isdigit((unsigned char)*r->at))
			return eat_number(r, h) && r->at == r->end - 1;
	}
	return true;
}

static struct pattern *of_hooks(struct arena *a, struct reader r, struct span at, struct buf *why)
{
	static const struct { const char *hook; enum { IS_HEAD, IS_MLP, IS_BEGIN, IS_END, IS_STREAM } what; char port; } row[] = {
		{ "attn.hook_result", IS_HEAD, 0 }, { "hook_q_input", IS_HEAD, 'q' }, { "hook_k_input", IS_HEAD, 'k' }, { "hook_v_input", IS_HEAD, 'v' },
		{ "attn.hook_q", IS_HEAD, 'q' }, { "attn.hook_k", IS_HEAD, 'k' }, { "attn.hook_v", IS_HEAD, 'v' }, { "hook_attn_in", IS_HEAD, 0 },
		{ "hook_mlp_in", IS_MLP, 0 }, { "hook_mlp_out", IS_MLP, 0 }, { "hook_resid_pre", IS_BEGIN, 0 }, { "hook_resid_post", IS_END, 0 },
		{ "hook_resid_mid", IS_STREAM, 0 },
	};
	int64_t layer, h;
	if (eat(&r, "hook_embed") && hook_index(&r, &h))
		return end_step(a, at, STEP_BEGINS, "input");
	if (eat(&r, "hook_pos_embed"))
		return refuse(why, "position embeddings do not depend on the tokens, so no path passes through them");
	if (!eat(&r, "blocks.") || !eat_number(&r, &layer) || !eat(&r, "."))
		return NULL;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct reader rest = r;
		if (!eat(&rest, row[i].hook) || !(at_end(&rest) || *rest.at == '[') || !hook_index(&rest, &h))
			continue;
		switch (row[i].what) {
		case IS_HEAD:   return h >= 0 ? head(a, at, layer, h, row[i].port) : refuse(why, "which head? A hook of heads is written blocks.5.attn.hook_result[:, :, 2]");
		case IS_MLP:    return mlp(a, at, layer);
		case IS_BEGIN:  return layer == 0 ? end_step(a, at, STEP_BEGINS, "input") : refuse(why, residual);
		case IS_END: {                           /* of the last layer: resolve_step looks */
			struct pattern *p = end_step(a, at, STEP_ENDS, "logits");
			p->after_layer = layer + 1;
			return p;
		}
		case IS_STREAM: return refuse(why, residual);
		}
	}
	return NULL;
}

/* As pp spells it, with EAP-IG's <q> for a port. */
static struct pattern *plainly(struct arena *a, struct reader r, struct span at)
{
	struct pattern *p = new_step(a, at);
	if (r.end - r.at > 3 && r.end[-1] == '>' && r.end[-3] == '<' && is_port(r.end[-2])) {
		char port[2] = { r.end[-2], 0 };
		const char *one = intern(port);
		p->port = arena_copy(a, &one, sizeof one);
		p->n_ports = 1;
		r.end -= 3;
	}
	while (!at_end(&r)) {
		const char *from = r.at;
		while (!at_end(&r) && (isalnum((unsigned char)*r.at) || *r.at == '_'))
			r.at++;
		if (r.at == from || isdigit((unsigned char)*from) || p->n_segments > MAX_SEGMENTS)
			return NULL;
		struct segment s = segment_of(intern_n(from, (size_t)(r.at - from)));
		add_segment(a, p, s.name, s.index);
		if (!at_end(&r) && (!eat(&r, ".") || at_end(&r)))
			return NULL;
	}
	if (p->n_segments == 1 && !p->n_ports && p->segment[0].name == intern("input"))
		p->place = STEP_BEGINS;
	if (p->n_segments == 1 && !p->n_ports && p->segment[0].name == intern("logits"))
		p->place = STEP_ENDS;
	return p->n_segments ? p : NULL;
}

struct pattern *tool_step(struct arena *a, const char *name, size_t n, struct span at, struct buf *why)
{
	struct reader r = { name, name + n };
	struct pattern *p = of_autocircuit(a, r, at, why);
	if (!p && !why->n)
		p = of_hooks(a, r, at, why);
	if (!p && !why->n)
		p = plainly(a, r, at);
	if (!p && !why->n)
		buf_puts(why, "names are written a5.h2, m3, input, logits (EAP-IG), A5.2.Q, MLP 3, Resid Start, Resid End (AutoCircuit) or "
		    "blocks.5.hook_q_input[:, :, 2] (ACDC)");
	return p;
}

/* ---- edges */

bool tool_edge(const char *edge, const char **from, size_t *n_from, const char **to, size_t *n_to)
{
	const char *arrow = strstr(edge, "->");
	if (!arrow)
		return false;
	const char *end = arrow;
	*from = edge + strspn(edge, " \t");
	while (end > *from && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*n_from = (size_t)(end - *from);
	*to = arrow + 2 + strspn(arrow + 2, " \t");
	*n_to = strlen(*to);
	while (*n_to && ((*to)[*n_to - 1] == ' ' || (*to)[*n_to - 1] == '\t'))
		--*n_to;
	return true;
}

bool tool_same_component(const struct pattern *from, const struct pattern *to)
{
	if (from->n_segments != to->n_segments || from->place != to->place)
		return false;
	for (size_t i = 0; i < from->n_segments; i++) {
		const struct index_set *x = &from->segment[i].index, *y = &to->segment[i].index;
		if (from->segment[i].name != to->segment[i].name || x->n != y->n || (x->n && x->part[0].from != y->part[0].from))
			return false;
	}
	return true;
}

/* ---- a graph in their words */

bool begins_paths(const struct graph *g, int letter)
{
	const struct letters_below *b = &g->below[letter];
	for (size_t i = 0; i < b->n; i++)
		if (b->at[i] < (int)g->letter.n)
			return false;
	return b->n > 0;
}

const char *tool_component(const struct graph *g, int component)
{
	const struct component *c = &g->component.at[component];
	if (c->node == g->output)
		return "logits";
	return begins_paths(g, c->first_letter) ? "input" : c->name;
}
