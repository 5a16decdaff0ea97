/* Growable arrays.
 *
 *     VEC(int) v = { 0 };
 *     vec_push(&v, 3);           v.at[0] == 3, v.n == 1
 *     vec_free(&v);
 */
#ifndef PP_BASE_VEC_H
#define PP_BASE_VEC_H
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

#define VEC(T) struct { T *at; size_t n, cap; }

#define vec_reserve(v, want)                                                               \
	do {                                                                                   \
		if ((v)->cap < (size_t)(want)) {                                                   \
			size_t c_ = (v)->cap ? (v)->cap : 8;                                           \
			while (c_ < (size_t)(want))                                                    \
				c_ *= 2;                                                                   \
			(v)->at = mem_grow((v)->at, c_ * sizeof *(v)->at);                             \
			(v)->cap = c_;                                                                 \
		}                                                                                  \
	} while (0)
#define vec_push(v, x) do { vec_reserve(v, (v)->n + 1); (v)->at[(v)->n++] = (x); } while (0)
#define vec_pop(v)     ((v)->at[--(v)->n])
#define vec_last(v)    ((v)->at[(v)->n - 1])
#define vec_free(v)    do { free((v)->at); (v)->at = NULL; (v)->n = (v)->cap = 0; } while (0)
#endif
