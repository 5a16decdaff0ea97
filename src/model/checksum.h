/* Is a file what its name in the hub's cache says?  A blob is named by a hash of its content. */
#ifndef PP_MODEL_CHECKSUM_H
#define PP_MODEL_CHECKSUM_H
#include <stdbool.h>
#include <stddef.h>

/* Could this be such a name: 64 hexadecimal digits (SHA-256), or 40 (SHA-1 of a git blob)? */
bool checksum_known(const char *hex);
/* Reads fd from its start and says in hex (65 bytes) what a file with that content is named, by the kind of hash that
 * `like` is.  False when it cannot be read (errno). */
bool checksum_file(int fd, const char *like, char *hex);
#endif
