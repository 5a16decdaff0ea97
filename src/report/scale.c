/* Colours of numbers.  See scale.h. */
#include "report/scale.h"

#include <math.h>
#include <stdlib.h>

/* In OKLab: lightness 0.975 - 0.545 t, chroma 0.155 t^0.75 (less where sRGB ends), hue 252 degrees below 0, 58 - 14 t above,
 * t = |share|. */
const struct rgb scale_colors[SCALE_COLORS] = {
	{ 0x03, 0x50, 0x92 }, { 0x11, 0x64, 0xaf }, { 0x38, 0x79, 0xbd }, { 0x57, 0x8e, 0xcb }, { 0x74, 0xa3, 0xd7 }, { 0x92, 0xb8, 0xe3 },
	{ 0xb1, 0xcd, 0xee }, { 0xd1, 0xe2, 0xf6 }, { 0xf7, 0xf7, 0xf7 }, { 0xf2, 0xdb, 0xcc }, { 0xe7, 0xc1, 0xa9 }, { 0xdb, 0xa8, 0x88 },
	{ 0xce, 0x8f, 0x6a }, { 0xbf, 0x75, 0x4c }, { 0xb0, 0x5c, 0x2d }, { 0xa0, 0x42, 0x01 }, { 0x85, 0x32, 0x00 },
};

static unsigned char between(unsigned char a, unsigned char b, double t)
{
	return (unsigned char)lrint(a + (b - a) * t);
}

struct rgb scale_color(double share)
{
	double at = (fmin(fmax(share, -1), 1) + 1) / 2 * (SCALE_COLORS - 1);
	int i = (int)at < SCALE_COLORS - 1 ? (int)at : SCALE_COLORS - 2;
	struct rgb a = scale_colors[i], b = scale_colors[i + 1];
	return (struct rgb){ between(a.r, b.r, at - i), between(a.g, b.g, at - i), between(a.b, b.b, at - i) };
}

static double linear(unsigned char c)
{
	double x = c / 255.0;
	return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

/* By WCAG's relative luminance: where black and white text have the same contrast. */
bool scale_is_light(struct rgb c)
{
	return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b) > 0.179;
}

static int distance(struct rgb a, int r, int g, int b)
{
	return (a.r - r) * (a.r - r) + (a.g - g) * (a.g - g) + (a.b - b) * (a.b - b);
}

static const int level[] = { 0, 95, 135, 175, 215, 255 };    /* of the cube */

static int nearest_level(int x)
{
	int best = 0;
	for (int i = 1; i < 6; i++)
		if (abs(level[i] - x) < abs(level[best] - x))
			best = i;
	return best;
}

int scale_of_256(struct rgb c)
{
	int r = nearest_level(c.r), g = nearest_level(c.g), b = nearest_level(c.b);
	int grey = (c.r + c.g + c.b) / 3, step = grey < 8 ? 0 : grey > 238 ? 23 : (grey - 3) / 10;
	bool is_grey = distance(c, 8 + 10 * step, 8 + 10 * step, 8 + 10 * step) < distance(c, level[r], level[g], level[b]);
	return is_grey ? 232 + step : 16 + 36 * r + 6 * g + b;
}

void put_color(struct buf *out, struct rgb c)
{
	buf_printf(out, "#%02x%02x%02x", c.r, c.g, c.b);
}
