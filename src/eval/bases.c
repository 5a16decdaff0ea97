/* Base runs that are kept.  See bases.h. */
#include "eval/bases.h"

#include <stdlib.h>
#include <string.h>

#include "eval/internal.h"

struct kept_base { struct digest key; void *at; size_t bytes; uint64_t asked; };

struct bases { VEC(struct kept_base) base; size_t bytes; uint64_t clock; };

struct bases *bases_new(void)
{
	return mem_alloc(sizeof(struct bases));
}

static void drop(struct bases *b, size_t i)
{
	b->bytes -= b->base.at[i].bytes;
	free(b->base.at[i].at);
	b->base.at[i] = vec_pop(&b->base);
}

void bases_free(struct bases *b)
{
	while (b && b->base.n)
		drop(b, b->base.n - 1);
	if (b)
		vec_free(&b->base);
	free(b);
}

/* ---- keys */

static void add_node(struct digest *d, const struct run *r, tree_id id)
{
	const struct tree_node *n = &r->tree->node.at[id];
	const struct value *v = &r->value[id];
	digest_number(d, (uint64_t)n->kind | (uint64_t)r->deferred[id] << 8);
	digest_number(d, (uint64_t)(int64_t)n->column);
	digest_number(d, n->cls);
	digest_number(d, n->ref);
	digest_bytes(d, n->in, n->n_in * sizeof *n->in);
	digest_number(d, r->plan->stored[id]);
	digest_number(d, v->at);
	digest_number(d, (uint64_t)v->ld);
}

struct digest bases_key(const struct run *r)
{
	struct digest d = { 0 };
	const struct batch *b = r->batch;
	const struct row_sets *rows = r->rows;
	digest_number(&d, (uint64_t)(uintptr_t)r->tree->graph);      /* graphs and datasets live as long as we do, and never change */
	digest_number(&d, (uint64_t)(uintptr_t)b->data);
	digest_bytes(&d, b->pair, b->n * sizeof *b->pair);
	digest_number(&d, (uint64_t)b->length);
	digest_number(&d, (uint64_t)run_type(r));
	digest_number(&d, r->space->end);
	digest_number(&d, r->tree->n_base);
	for (tree_id i = 0; i < r->tree->n_base; i++)
		add_node(&d, r, i);
	for (size_t i = 0; i < rows->set.n; i++)                 /* a set of rows goes by its number above */
		if (rows->set.at[i])
			digest_bytes(&d, rows->set.at[i], rows->n_pairs * rows->words * sizeof **rows->set.at);
	return d;
}

/* ---- copies */

static struct kept_base *find(struct bases *b, struct digest key)
{
	for (size_t i = 0; i < b->base.n; i++)
		if (digest_same(b->base.at[i].key, key))
			return &b->base.at[i];
	return NULL;
}

bool bases_take(struct bases *b, struct digest key, void *to, size_t bytes)
{
	struct kept_base *k = find(b, key);
	if (!k || k->bytes != bytes)
		return false;
	memcpy(to, k->at, bytes);
	k->asked = ++b->clock;
	return true;
}

void bases_keep(struct bases *b, struct digest key, const void *from, size_t bytes, size_t most)
{
	if (bytes > most || find(b, key))
		return;
	while (b->bytes + bytes > most) {
		size_t oldest = 0;
		for (size_t i = 1; i < b->base.n; i++)
			oldest = b->base.at[i].asked < b->base.at[oldest].asked ? i : oldest;
		drop(b, oldest);
	}
	struct kept_base k = { key, malloc(bytes ? bytes : 1), bytes, ++b->clock };
	if (!k.at)                                               /* then the next evaluation computes it again */
		return;
	memcpy(k.at, from, bytes);
	vec_push(&b->base, k);
	b->bytes += bytes;
}
