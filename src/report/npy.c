/* NumPy's file format.  See npy.h.  The machine has to be little-endian, as BLIS and the weights are read that way, too. */
#include "report/npy.h"

#include <string.h>
#include <utf8proc.h>

enum { ALIGN = 64, SHORT_HEADER = 65535 };

void put_npy_header(struct buf *out, const char *descr, const int64_t *dim, int n)
{
	struct buf h = { 0 };
	buf_printf(&h, "{'descr': %s, 'fortran_order': False, 'shape': (", descr);
	for (int i = 0; i < n; i++)
		buf_printf(&h, "%lld%s", (long long)dim[i], n == 1 ? "," : i + 1 < n ? ", " : "");
	buf_puts(&h, "), }");
	bool two = h.n + ALIGN + 12 > SHORT_HEADER;
	size_t before = two ? 12 : 10;
	while ((before + h.n + 1) % ALIGN)
		buf_putc(&h, ' ');
	buf_putc(&h, '\n');
	buf_add(out, "\x93NUMPY", 6);
	buf_add(out, two ? "\x02\x00" : "\x01\x00", 2);
	for (size_t i = 0; i < (two ? 4u : 2u); i++)
		buf_putc(out, (char)(h.n >> (8 * i) & 0xFF));
	buf_add(out, h.at, h.n);
	buf_free(&h);
}

void put_npy_text(struct buf *out, const char *s, size_t n, size_t width)
{
	utf8proc_int32_t c;
	for (size_t i = 0, k = 0; k < width; k++) {
		uint32_t code = 0;
		if (i < n) {
			utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(n - i), &c);
			code = len > 0 ? (uint32_t)c : 0xFFFD;
			i += len > 0 ? (size_t)len : 1;
		}
		buf_add(out, (const char *)&code, sizeof code);
	}
}
