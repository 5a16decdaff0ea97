/* Pairs before they are run.  See order.h. */
#include "eval/order.h"

#include <stdlib.h>
#include <string.h>

struct place_in_order { int64_t length; size_t pair; };

static int by_length(const void *a, const void *b)
{
	const struct place_in_order *x = a, *y = b;
	return x->length != y->length ? (x->length > y->length) - (x->length < y->length) : (x->pair > y->pair) - (x->pair < y->pair);
}

size_t *pairs_by_length(const struct eval_request *q, size_t *n)
{
	const struct dataset *data = q->data;
	size_t *order = mem_array(data->pair.n, sizeof *order);
	struct place_in_order *p = mem_array(data->pair.n, sizeof *p);
	*n = 0;
	for (size_t i = 0; i < data->pair.n; i++)
		if (!q->pair || q->pair[i])
			p[(*n)++] = (struct place_in_order){ data->pair.at[i].length, i };
	qsort(p, *n, sizeof *p, by_length);
	for (size_t i = 0; i < *n; i++)
		order[i] = p[i].pair;
	free(p);
	return order;
}

int64_t pair_differs(const struct dataset *d, const struct pair *p)
{
	int64_t first = p->length;
	size_t n_in = d->graph->input.n;
	for (size_t c = 1; c < d->n_columns; c++)
		for (size_t i = 0; i < n_in; i++) {
			const struct input_value *a = &p->value[i], *b = &p->value[c * n_in + i];
			bool rows = shape_has_rows(&d->graph->input.at[i].shape);
			int64_t n = a->n < b->n ? a->n : b->n, per_row = rows && p->length ? a->n / p->length : 1, at = 0;
			while (at < n && (a->ids ? a->ids[at] == b->ids[at] : memcmp(&a->real[at], &b->real[at], sizeof(float)) == 0))
				at++;
			int64_t row = at == n ? p->length : rows ? at / (per_row ? per_row : 1) : 0;
			first = row < first ? row : first;
		}
	return first;
}
