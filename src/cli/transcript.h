/* What a session defined and showed, as a script that says the same: for :save. */
#ifndef PP_CLI_TRANSCRIPT_H
#define PP_CLI_TRANSCRIPT_H
#include "base/str.h"

struct transcript;
struct transcript *transcript_new(void);
/* A text that ran without a mistake. */
void transcript_add(struct transcript *t, const char *text);
/* A script binds a name once: of the statements that bound one the last is written, before those that use it.  How many there are. */
size_t transcript_write(const struct transcript *t, struct buf *out);
void transcript_free(struct transcript *t);
#endif
