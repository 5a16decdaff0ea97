/* Ways to fill slots.  See ways.h.  Few enough ways are put into a random order at once; of more, or weighted ones, each slot is
 * drawn by itself and a way that came before is drawn again. */
#include "data/ways.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"

enum { FEW = 1 << 20, PATIENCE = 20000 };

struct ways {
	const struct choices *choices;
	size_t n;
	double count;
	bool ordered, weighted;
	uint64_t given;                  /* of those that are counted up or in a random order */
	uint32_t *order;                 /* the ways' numbers; shuffled as far as given; NULL when drawn slot by slot */
	struct random random;
	struct map seen;                 /* hashes of the ways drawn slot by slot */
};

static struct ways *ways_new(const struct choices *c, size_t n)
{
	struct ways *w = mem_alloc(sizeof *w);
	*w = (struct ways){ .choices = c, .n = n, .count = 1 };
	for (size_t i = 0; i < n; i++) {
		w->count *= c[i].n;
		w->weighted |= c[i].weight != NULL;
	}
	return w;
}

struct ways *ways_in_order(const struct choices *c, size_t n)
{
	struct ways *w = ways_new(c, n);
	w->ordered = true;
	return w;
}

struct ways *ways_drawn(const struct choices *c, size_t n, uint64_t seed)
{
	struct ways *w = ways_new(c, n);
	w->random = random_new(&seed, 1);
	if (!w->weighted && w->count <= FEW) {
		w->order = mem_array((size_t)w->count + 1, sizeof *w->order);
		for (uint32_t i = 0; i < (uint32_t)w->count; i++)
			w->order[i] = i;
	}
	return w;
}

/* The last slot changes fastest. */
static void spell_out(const struct ways *w, uint64_t number, uint32_t *choice)
{
	for (size_t i = w->n; i-- > 0; number /= w->choices[i].n)
		choice[i] = (uint32_t)(number % w->choices[i].n);
}

static uint32_t draw(struct ways *w, const struct choices *c)
{
	if (!c->weight)
		return random_below(&w->random, c->n);
	double sum = 0, at = 0;
	for (uint32_t i = 0; i < c->n; i++)
		sum += c->weight[i];
	double x = (double)(random_u64(&w->random) >> 11) * 0x1p-53 * sum;
	uint32_t last = 0;
	for (uint32_t i = 0; i < c->n; i++) {
		if (!(c->weight[i] > 0))
			continue;
		last = i;
		at += c->weight[i];
		if (x < at)
			break;
	}
	return last;
}

static bool draw_new(struct ways *w, uint32_t *choice)
{
	for (int tries = 0; tries < PATIENCE; tries++) {
		for (size_t i = 0; i < w->n; i++)
			choice[i] = draw(w, &w->choices[i]);
		uint64_t hash = hash_bytes(choice, w->n * sizeof *choice, 0);
		if (map_get(&w->seen, hash, NULL))
			continue;
		map_put(&w->seen, hash, 1);
		return true;
	}
	return false;
}

bool ways_next(struct ways *w, uint32_t *choice)
{
	if (!w->ordered && !w->order)
		return draw_new(w, choice);
	if ((double)w->given >= w->count)
		return false;
	uint64_t i = w->given++;
	if (w->ordered) {
		spell_out(w, i, choice);
		return true;
	}
	uint64_t k = i + random_below(&w->random, (uint32_t)(w->count - (double)i));
	uint32_t number = w->order[k];
	w->order[k] = w->order[i];
	w->order[i] = number;
	spell_out(w, number, choice);
	return true;
}

double ways_count(const struct ways *w)
{
	return w->count;
}

void ways_close(struct ways *w)
{
	free(w->order);
	map_free(&w->seen);
	free(w);
}
