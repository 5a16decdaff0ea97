/* Files that stdlib/embed.py puts into the program: those of stdlib/, and the lessons of docs/lessons/. */
#ifndef PP_BASE_EMBED_H
#define PP_BASE_EMBED_H
#include <stddef.h>

struct embedded { const char *name, *text; size_t len; };      /* "metrics", "models/index", "tokenizers.json"; ends with name NULL */
extern const struct embedded stdlib_files[], lesson_files[];
#endif
