/* Tables as values.  See tables.c. */
#ifndef PP_LANG_TABLES_H
#define PP_LANG_TABLES_H
#include "lang/internal.h"

/* Column names are interned; the cells (row after row) are kept, not copied. */
bool new_table(struct interp *in, const struct ast *a, const char *const *column, size_t n_columns, struct value *cell, size_t n_rows, struct value *out);
/* Room for cells in the arena, all none; NULL after a report. */
struct value *new_cells(struct interp *in, const struct ast *a, size_t n_columns, size_t n_rows);
/* A table, results or one row of them: what the functions of tables take. */
bool is_tabular(struct value v);
/* ... and a list of records or a record of lists. */
bool to_table(struct interp *in, const struct ast *a, struct value v, struct value *out);

bool column_of(struct interp *in, const struct ast *a, const struct table *t, const char *name, size_t *out);
bool table_column(struct interp *in, const struct ast *a, const struct table *t, size_t c, struct value *out);      /* a list */
bool table_row(struct interp *in, const struct ast *a, const struct table *t, size_t row, struct value *out);       /* a record */
bool table_rows(struct interp *in, const struct ast *a, const struct table *t, const size_t *row, size_t n, struct value *out);
bool index_table(struct interp *in, const struct ast *a, const struct table *t, struct scope *s, struct value *out);
#endif
