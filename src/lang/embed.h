/* The scripts of stdlib/, as stdlib/embed.py puts them into the program. */
#ifndef PP_LANG_EMBED_H
#define PP_LANG_EMBED_H
#include <stddef.h>

struct embedded { const char *name, *text; size_t len; };      /* "metrics", "models/gpt2"; ends with name NULL */
extern const struct embedded stdlib_files[];
#endif
