/* What the files that hold built-in functions share.  builtins.def names them all; builtin_NAME is in
 *
 *     builtins.c           models, operations of the graph
 *     datasets.c           pairs(); dataset_functions.c  parts of datasets, their texts as tokens
 *     tensors.c            tensors and numbers, at once
 *     lists.c              lists, records
 *     text.c               text
 *     table_functions.c    tables
 *     statistics.c         tests on results
 *     sets.c, circuits.c   sets of paths; circuits as files
 *     runs.c               looking at runs
 *     pictures.c, graphs.c, attention.c  figures */
#ifndef PP_LANG_BUILTINS_H
#define PP_LANG_BUILTINS_H
#include "lang/internal.h"

#define DEFINE(name) bool builtin_##name(struct interp *in, const struct ast *at, struct args *a, struct value *out)
#define BUILTIN(name, takes, doc) DEFINE(name);
#define ELEMENTWISE(name, op, takes, doc) DEFINE(name);
#include "lang/builtins.def"
#undef BUILTIN
#undef ELEMENTWISE

/* The arguments by place are least to most, and none by name is left. */
bool takes(struct interp *in, const struct ast *at, const struct args *a, size_t least, size_t most);
bool number_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, double otherwise, double *out);
bool whole_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, double *out);   /* not negative, 0 without it */
bool truth_arg(struct interp *in, const struct ast *at, struct args *a, const char *name, bool *out);     /* false without it */
#endif
