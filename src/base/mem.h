/* Memory that never comes back NULL.
 *
 * Owns the one place where running out of memory is noticed.  The session installs a way out (a jump to the end of the
 * statement); without one the program says so and aborts.  Large tensors are accounted for by eval, not here. */
#ifndef PP_BASE_MEM_H
#define PP_BASE_MEM_H
#include <setjmp.h>
#include <stddef.h>

void *mem_alloc(size_t n);                       /* zeroed */
void *mem_grow(void *p, size_t n);               /* realloc; new bytes are not zeroed */
void *mem_array(size_t n, size_t size);          /* zeroed, checks n * size for overflow */
void *mem_copy(const void *p, size_t n);
char *mem_strdup(const char *s);

/* Bytes of anonymous memory that the process holds by allocation, with what the C library keeps for itself. */
size_t mem_held(void);

/* Where to go when memory runs out; NULL: print a sentence and abort.  Returns the previous one. */
jmp_buf *mem_on_failure(jmp_buf *out);
/* The size that could not be had, for the message. */
size_t mem_failed_size(void);
_Noreturn void mem_fail(size_t n);

/* Our own mistakes: prints file:line and aborts, in release builds too. */
#define pp_assert(c) ((c) ? (void)0 : pp_assert_failed(#c, __FILE__, __LINE__))
_Noreturn void pp_assert_failed(const char *what, const char *file, int line);
#endif
