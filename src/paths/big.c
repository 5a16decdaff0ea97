/* Natural numbers of a fixed width.  See big.h. */
#include "paths/big.h"

#include "base/mem.h"
#include "base/str.h"

#define BASE UINT64_C(1000000000000000000)
__extension__ typedef unsigned __int128 wide;

bool big_add(uint64_t *x, const uint64_t *y, uint32_t width)
{
	uint64_t carry = 0;
	for (uint32_t i = 0; i < width; i++) {
		uint64_t d = x[i] + y[i] + carry;
		carry = d >= BASE;
		x[i] = carry ? d - BASE : d;
	}
	return !carry;
}

void big_add_product(uint64_t *x, const uint64_t *y, const uint64_t *z, uint32_t width)
{
	for (uint32_t i = 0; i < width; i++) {
		uint64_t carry = 0;
		for (uint32_t k = 0; y[i] && k + i < width; k++) {
			wide d = (wide)y[i] * z[k] + x[i + k] + carry;
			x[i + k] = (uint64_t)(d % BASE);
			carry = (uint64_t)(d / BASE);
		}
		pp_assert(!carry);
	}
}

void big_sub(uint64_t *x, const uint64_t *y, uint32_t width)
{
	uint64_t borrow = 0;
	for (uint32_t i = 0; i < width; i++) {
		uint64_t take = y[i] + borrow;
		borrow = x[i] < take;
		x[i] = borrow ? x[i] + BASE - take : x[i] - take;
	}
	pp_assert(!borrow);
}

bool big_is_zero(const uint64_t *x, uint32_t width)
{
	for (uint32_t i = 0; i < width; i++)
		if (x[i])
			return false;
	return true;
}

int big_compare(const uint64_t *x, const uint64_t *y, uint32_t width)
{
	for (uint32_t i = width; i-- > 0;)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

const char *big_text(const uint64_t *x, uint32_t width, struct arena *a)
{
	struct buf b = { 0 };
	while (width > 1 && !x[width - 1])
		width--;
	buf_printf(&b, "%llu", (unsigned long long)x[width - 1]);
	for (uint32_t i = width - 1; i-- > 0;)
		buf_printf(&b, "%018llu", (unsigned long long)x[i]);
	const char *s = arena_strndup(a, buf_str(&b), b.n);
	buf_free(&b);
	return s;
}

/* Both scaled down to the limbs that y has, so that neither overflows. */
double big_ratio(const uint64_t *x, const uint64_t *y, uint32_t width)
{
	long double p = 0, q = 0;
	uint32_t top = width;
	while (top > 0 && !x[top - 1] && !y[top - 1])
		top--;
	for (uint32_t i = top; i-- > 0 && i + 4 > top;) {
		p = p * (long double)BASE + (long double)x[i];
		q = q * (long double)BASE + (long double)y[i];
	}
	return q > 0 ? (double)(p / q) : 0;
}
