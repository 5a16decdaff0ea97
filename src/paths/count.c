/* Counting paths.  See count.h. */
#include "paths/count.h"

#include "paths/machine.h"
#include "paths/product.h"

static const char *count(const struct path_query *q, struct arena *a)
{
	struct product *p = product_new(q);
	const char *n = product_full(p) ? NULL : product_count(p, a);
	product_free(p);
	return n;
}

const char *count_all(const struct graph *g, struct arena *a)
{
	struct path_query q = { .graph = g, .wanted = QUERY_ALL };
	return count(&q, a);
}

const char *count_column(const struct graph *g, struct automaton *m, int column, struct arena *a)
{
	pp_assert(m->n_classes == 0);                /* rows are erased by not binding any */
	struct path_query q = { .graph = g, .in = { { m, column } }, .wanted = QUERY_FIRST };
	return count(&q, a);
}
