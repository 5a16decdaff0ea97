/* The number formats of GGUF tensors, and how quantised blocks become floats.
 *
 * A block holds 32 or 256 numbers of a row as small integers with one or more scales; the layouts are those of
 * ggml (https://github.com/ggml-org/ggml, ggml-common.h).  Each number is computed in float from its own block: scale times
 * integer, plus or minus an offset. */
#include <string.h>

#include "model/internal.h"

static float f16(const unsigned char *p)
{
	return half_to_float((uint16_t)(p[0] | p[1] << 8));
}

/* ---- 32 numbers.  Number j is in the low half of byte j, number j + 16 in the high half. */

/* scale 2, integers 16 */
static void unpack_q4_0(const unsigned char *b, float *y, size_t n)
{
	for (; n--; b += 18, y += 32) {
		float d = f16(b);
		for (int j = 0; j < 16; j++) {
			y[j] = d * (float)((b[2 + j] & 15) - 8);
			y[j + 16] = d * (float)((b[2 + j] >> 4) - 8);
		}
	}
}

/* scale 2, offset 2, integers 16 */
static void unpack_q4_1(const unsigned char *b, float *y, size_t n)
{
	for (; n--; b += 20, y += 32) {
		float d = f16(b), m = f16(b + 2);
		for (int j = 0; j < 16; j++) {
			y[j] = d * (float)(b[4 + j] & 15) + m;
			y[j + 16] = d * (float)(b[4 + j] >> 4) + m;
		}
	}
}

static uint32_t u32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The fifth bits of the numbers j and j + 16, in their place. */
static int fifth(uint32_t bits, int j)
{
	return (int)(bits >> j & 1) << 4;
}

/* scale 2, fifth bits 4, integers 16 */
static void unpack_q5_0(const unsigned char *b, float *y, size_t n)
{
	for (; n--; b += 22, y += 32) {
		float d = f16(b);
		uint32_t high = u32(b + 2);
		for (int j = 0; j < 16; j++) {
			y[j] = d * (float)(((b[6 + j] & 15) | fifth(high, j)) - 16);
			y[j + 16] = d * (float)((b[6 + j] >> 4 | fifth(high, j + 16)) - 16);
		}
	}
}

/* scale 2, offset 2, fifth bits 4, integers 16 */
static void unpack_q5_1(const unsigned char *b, float *y, size_t n)
{
	for (; n--; b += 24, y += 32) {
		float d = f16(b), m = f16(b + 2);
		uint32_t high = u32(b + 4);
		for (int j = 0; j < 16; j++) {
			y[j] = d * (float)((b[8 + j] & 15) | fifth(high, j)) + m;
			y[j + 16] = d * (float)(b[8 + j] >> 4 | fifth(high, j + 16)) + m;
		}
	}
}

/* scale 2, signed integers 32 */
static void unpack_q8_0(const unsigned char *b, float *y, size_t n)
{
	for (; n--; b += 34, y += 32) {
		float d = f16(b);
		for (int j = 0; j < 32; j++)
			y[j] = d * (float)(signed char)b[2 + j];
	}
}

/* ---- 256 numbers, with a small scale for each 32 (or 16) of them */

/* Scale and offset of group j, 6 bits each, out of 12 bytes. */
static void group_scale(const unsigned char *s, int j, int *scale, int *offset)
{
	if (j < 4) {
		*scale = s[j] & 63;
		*offset = s[j + 4] & 63;
	} else {
		*scale = (s[j + 4] & 15) | s[j - 4] >> 6 << 4;
		*offset = s[j + 4] >> 4 | s[j] >> 6 << 4;
	}
}

/* A block of 8 groups: scale 2, offset scale 2, group scales 12; groups 2i and 2i + 1 share 32 bytes of q, and bit g of byte j of
 * `fifth`, where there is one, belongs to number j of group g. */
static void unpack_groups(const unsigned char *b, const unsigned char *fifth, const unsigned char *q, float *y)
{
	for (int g = 0; g < 8; g++, y += 32) {
		int scale, offset, shift = g % 2 * 4;
		group_scale(b + 4, g, &scale, &offset);
		float d = f16(b) * (float)scale, m = f16(b + 2) * (float)offset;
		for (int j = 0; j < 32; j++)
			y[j] = d * (float)((q[g / 2 * 32 + j] >> shift & 15) | (fifth ? (fifth[j] >> g & 1) << 4 : 0)) - m;
	}
}

/* what all groups have, integers 128 */
static void unpack_q4_k(const unsigned char *b, float *y, size_t n)
{
	for (; n--; b += 144, y += 256)
		unpack_groups(b, NULL, b + 16, y);
}

/* what all groups have, fifth bits 32, integers 128 */
static void unpack_q5_k(const unsigned char *b, float *y, size_t n)
{
	for (; n--; b += 176, y += 256)
		unpack_groups(b, b + 16, b + 48, y);
}

/* low 4 bits 128, high 2 bits 64, scales of 16 numbers 16 (signed), scale 2.  Each half of the block: row r of 32 numbers has
 * its low bits in byte j + 32 (r % 2), low or high half by r / 2, its high bits at 2 r of byte j. */
static void unpack_q6_k(const unsigned char *b, float *y, size_t n)
{
	for (; n--; b += 210)
		for (int r = 0; r < 8; r++, y += 32) {
			const unsigned char *low = b + r / 4 * 64 + r % 2 * 32, *high = b + 128 + r / 4 * 32;
			int shift = r % 4 / 2 * 4;
			for (int j = 0; j < 32; j++) {
				float d = f16(b + 208) * (float)(signed char)b[192 + 2 * r + j / 16];
				y[j] = d * (float)(((low[j] >> shift & 15) | (high[j] >> r % 4 * 2 & 3) << 4) - 32);
			}
		}
}

/* ---- the table.  Types that are not read are here for their sizes and names. */

static const struct block_type types[] = {
	{ "F32", 0, 1, 4, DT_F32, NULL }, { "F16", 1, 1, 2, DT_F16, NULL }, { "BF16", 30, 1, 2, DT_BF16, NULL }, { "F64", 28, 1, 8, DT_F64, NULL },
	{ "I32", 26, 1, 4, DT_I32, NULL }, { "I64", 27, 1, 8, DT_I64, NULL },
	{ "Q8_0", 8, 32, 34, DT_F32, unpack_q8_0 }, { "Q4_0", 2, 32, 18, DT_F32, unpack_q4_0 }, { "Q4_1", 3, 32, 20, DT_F32, unpack_q4_1 },
	{ "Q5_0", 6, 32, 22, DT_F32, unpack_q5_0 }, { "Q5_1", 7, 32, 24, DT_F32, unpack_q5_1 }, { "Q4_K", 12, 256, 144, DT_F32, unpack_q4_k },
	{ "Q5_K", 13, 256, 176, DT_F32, unpack_q5_k }, { "Q6_K", 14, 256, 210, DT_F32, unpack_q6_k },
	{ "Q8_1", 9, 32, 36, DT_COUNT, NULL }, { "Q2_K", 10, 256, 84, DT_COUNT, NULL }, { "Q3_K", 11, 256, 110, DT_COUNT, NULL },
	{ "Q8_K", 15, 256, 292, DT_COUNT, NULL }, { "IQ2_XXS", 16, 256, 66, DT_COUNT, NULL }, { "IQ2_XS", 17, 256, 74, DT_COUNT, NULL },
	{ "IQ3_XXS", 18, 256, 98, DT_COUNT, NULL }, { "IQ1_S", 19, 256, 50, DT_COUNT, NULL }, { "IQ4_NL", 20, 32, 18, DT_COUNT, NULL },
	{ "IQ3_S", 21, 256, 110, DT_COUNT, NULL }, { "IQ2_S", 22, 256, 82, DT_COUNT, NULL }, { "IQ4_XS", 23, 256, 136, DT_COUNT, NULL },
	{ "I8", 24, 1, 1, DT_COUNT, NULL }, { "I16", 25, 1, 2, DT_COUNT, NULL }, { "IQ1_M", 29, 256, 56, DT_COUNT, NULL },
	{ "TQ1_0", 34, 256, 54, DT_COUNT, NULL }, { "TQ2_0", 35, 256, 66, DT_COUNT, NULL }, { "MXFP4", 39, 32, 17, DT_COUNT, NULL },
};

const struct block_type *block_type_find(uint32_t number)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].number == number)
			return &types[i];
	return NULL;
}

void block_types_read(struct buf *out)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].unpack)
			buf_printf(out, ", %s", types[i].name);
}
