/* Random numbers.  See random.h. */
#include "base/random.h"

#include "base/mem.h"

enum { POOL = 4 };

/* numpy's SeedSequence mixes its entropy, 32 bits at a time, into a pool of four words.  The constants are its. */
struct mixer { uint32_t pool[POOL], by; };

static uint32_t hash_mix(struct mixer *m, uint32_t x)
{
	x ^= m->by;
	m->by *= UINT32_C(0x931e8875);
	x *= m->by;
	return x ^ x >> 16;
}

static uint32_t join(uint32_t a, uint32_t b)
{
	uint32_t x = a * UINT32_C(0xca01f9dd) - b * UINT32_C(0x4973f715);
	return x ^ x >> 16;
}

static void mix_entropy(struct mixer *m, const uint32_t *word, size_t n)
{
	m->by = UINT32_C(0x43b0d7e5);
	for (size_t i = 0; i < POOL; i++)
		m->pool[i] = hash_mix(m, i < n ? word[i] : 0);
	for (size_t from = 0; from < POOL; from++)
		for (size_t to = 0; to < POOL; to++)
			if (from != to)
				m->pool[to] = join(m->pool[to], hash_mix(m, m->pool[from]));
	for (size_t i = POOL; i < n; i++)
		for (size_t to = 0; to < POOL; to++)
			m->pool[to] = join(m->pool[to], hash_mix(m, word[i]));
}

static uint64_t draw_seed(struct mixer *m, size_t i)
{
	uint64_t x = 0;
	for (size_t half = 0; half < 2; half++) {
		uint32_t w = m->pool[(2 * i + half) % POOL] ^ m->by;
		m->by *= UINT32_C(0x58f38ded);
		w *= m->by;
		x |= (uint64_t)(w ^ w >> 16) << (32 * half);
	}
	return x;
}

static void step(struct random *g)
{
	const random_word multiplier = (random_word)UINT64_C(2549297995355413924) << 64 | UINT64_C(4865540595714422341);
	g->state = g->state * multiplier + g->increment;
}

struct random random_new(const uint64_t *key, size_t n)
{
	pp_assert(n <= RANDOM_KEYS);
	uint32_t word[2 * RANDOM_KEYS];
	size_t n_words = 0;
	for (size_t i = 0; i < n; i++) {
		word[n_words++] = (uint32_t)key[i];
		if (key[i] >> 32)
			word[n_words++] = (uint32_t)(key[i] >> 32);
	}
	struct mixer m;
	mix_entropy(&m, word, n_words);
	m.by = UINT32_C(0x8b51f9dd);
	uint64_t seed[4];
	for (size_t i = 0; i < 4; i++)
		seed[i] = draw_seed(&m, i);
	struct random g = { .increment = ((random_word)seed[2] << 64 | seed[3]) << 1 | 1 };
	step(&g);
	g.state += (random_word)seed[0] << 64 | seed[1];
	step(&g);
	return g;
}

uint64_t random_u64(struct random *g)
{
	step(g);
	uint64_t x = (uint64_t)(g->state >> 64) ^ (uint64_t)g->state;
	unsigned turn = (unsigned)(g->state >> 122);
	return x >> turn | x << (-turn & 63);
}

static inline uint32_t random_u32(struct random *g)
{
	if (g->has_half) {
		g->has_half = false;
		return g->half;
	}
	uint64_t x = random_u64(g);
	g->half = (uint32_t)(x >> 32);
	g->has_half = true;
	return (uint32_t)x;
}

/* Lemire, "Fast random integer generation in an interval" (2019). */
static inline uint32_t below(struct random *g, uint32_t n)
{
	uint64_t m = (uint64_t)random_u32(g) * n;
	if ((uint32_t)m < n) {
		uint32_t unfair = (uint32_t)-n % n;
		while ((uint32_t)m < unfair)
			m = (uint64_t)random_u32(g) * n;
	}
	return (uint32_t)(m >> 32);
}

uint32_t random_below(struct random *g, uint32_t n)
{
	pp_assert(n > 0);
	return n == 1 ? 0 : below(g, n);
}

void random_fill_below(struct random *g, uint32_t n, uint32_t *out, size_t count)
{
	pp_assert(n > 0);
	struct random local = *g;            /* kept in registers, which g could not be */
	for (size_t i = 0; i < count; i++)
		out[i] = n == 1 ? 0 : below(&local, n);
	*g = local;
}
