/* Digests.  See digest.h: two runs of the hash of map.h from different seeds, chained. */
#include "base/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"

#define SECOND UINT64_C(0x6a09e667f3bcc908)          /* the fractional part of the square root of 2 */

void digest_bytes(struct digest *d, const void *p, size_t n)
{
	d->a = hash_bytes(p, n, d->a);
	d->b = hash_bytes(p, n, d->b ^ SECOND);
}

void digest_text(struct digest *d, const char *s)
{
	digest_number(d, s != NULL);
	if (s)
		digest_bytes(d, s, strlen(s));
}

void digest_number(struct digest *d, uint64_t x)
{
	digest_bytes(d, &x, sizeof x);
}

void digest_add(struct digest *d, struct digest other)
{
	digest_number(d, other.a);
	digest_number(d, other.b);
}

bool digest_same(struct digest x, struct digest y)
{
	return x.a == y.a && x.b == y.b;
}

const char *digest_spell(struct digest d, char *text)
{
	snprintf(text, DIGEST_TEXT, "%016" PRIx64 "%016" PRIx64, d.a, d.b);
	return text;
}
