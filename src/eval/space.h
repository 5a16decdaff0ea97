/* Where values are put: one stretch of memory, given out and taken back in the order of the schedule.
 *
 * The same requests give the same places, so a run that only pretends (no memory behind it) finds the exact peak of the
 * real one.  The stretch is mapped once and used again by later batches. */
#ifndef PP_EVAL_SPACE_H
#define PP_EVAL_SPACE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct hole { size_t at, n; };

struct space {
	char *memory;                    /* NULL while pretending */
	size_t mapped;                   /* bytes behind memory */
	size_t number;                   /* bytes of a number; places count numbers */
	size_t end, peak;                /* numbers in use up to here; the most so far */
	VEC(struct hole) hole;           /* by place, never adjacent, all below end */
};

size_t space_take(struct space *s, size_t n);                    /* a place for n numbers, aligned to 64 bytes */
void   space_give(struct space *s, size_t at, size_t n);
void   space_reset(struct space *s);                             /* all taken back; the memory stays */
/* Room for so many bytes; false: it cannot be had. */
bool   space_map(struct space *s, size_t bytes);
void   space_free(struct space *s);
/* The same, but the memory is kept for the next space that is mapped; until then the system may have it. */
void   space_keep(struct space *s);
#endif
