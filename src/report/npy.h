/* NumPy's file format, version 1.0 or 2.0 (numpy.lib.format): a header that says shape and type, then the numbers. */
#ifndef PP_REPORT_NPY_H
#define PP_REPORT_NPY_H
#include <stdint.h>

#include "base/str.h"

/* descr as Python text: "'<f8'", or a list of fields "[('a', '<f8'), ('b', '<U5')]". */
void put_npy_header(struct buf *out, const char *descr, const int64_t *dim, int n);
/* The characters of UTF-8 text as UTF-32, filled up with zeros to width. */
void put_npy_text(struct buf *out, const char *s, size_t n, size_t width);
#endif
