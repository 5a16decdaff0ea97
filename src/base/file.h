/* Writing files so that nobody ever sees half of one. */
#ifndef PP_BASE_FILE_H
#define PP_BASE_FILE_H
#include <stdbool.h>
#include <stddef.h>

/* Writes n bytes to path: first under another name in the same folder, then, when all of it is on the disk, in the place of
 * what was there.  Devices and pipes are written to as they are.  False with errno set; what was there is still there then. */
bool file_write(const char *path, const void *text, size_t n);
#endif
