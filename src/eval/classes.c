/* Sorting rows into classes.  See classes.h. */
#include "eval/classes.h"

#include <stdlib.h>
#include <string.h>

static bool in_set(const struct position_set *s, const struct pair *p, int64_t row)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct position *q = &s->at[i];
		if (!q->role) {
			if ((q->row < 0 ? q->row + p->length : q->row) == row)
				return true;
			continue;
		}
		for (size_t r = 0; r < p->n_roles; r++)
			for (size_t k = 0; p->role[r].name == q->role && k < p->role[r].rows.n; k++)
				if (p->role[r].rows.at[k] == row)
					return true;
	}
	return false;
}

bool positions_known(const struct position_set *s, const struct dataset *data, struct diags *d)
{
	bool ok = true;
	for (size_t i = 0; i < s->n; i++) {
		const struct position *q = &s->at[i];
		bool found = false;
		for (size_t r = 0; q->role && r < data->n_roles; r++)
			found |= data->role[r] == q->role;
		for (size_t p = 0; !q->role && p < data->pair.n; p++)
			found |= q->row < 0 ? -q->row <= data->pair.at[p].length : q->row < data->pair.at[p].length;
		if (found)
			continue;
		ok = false;
		if (q->role) {
			diag_at(d, E_ROLE, q->at, "the dataset %s has no position %s", data->name, q->role);
			struct buf have = { 0 };
			for (size_t r = 0; r < data->n_roles; r++)
				buf_printf(&have, "%s%s", r ? ", " : "", data->role[r]);
			diag_hint(d, "its positions are %s", buf_str(&have));
			buf_free(&have);
		} else {
			diag_at(d, E_ROLE, q->at, "no pair of %s has a row %lld", data->name, (long long)q->row);
		}
	}
	return ok;
}

static uint32_t class_of(struct classes *c, const struct pair *p, int64_t row)
{
	bool *mine = mem_array(c->set.n, sizeof *mine);
	for (size_t k = 0; k < c->set.n; k++)
		mine[k] = in_set(&c->set.at[k], p, row);
	uint32_t found = 0;
	while (found < c->n && memcmp(&c->member.at[found * c->set.n], mine, c->set.n * sizeof *mine) != 0)
		found++;
	if (found == c->n) {
		c->n++;
		for (size_t k = 0; k < c->set.n; k++)
			vec_push(&c->member, mine[k]);
	}
	free(mine);
	return found;
}

static bool same_set(const struct position_set *a, const struct position_set *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = a->at[i].role == b->at[i].role && a->at[i].row == b->at[i].row;
	return same;
}

bool classes_add(struct classes *c, const struct automaton *a, const struct dataset *data, struct diags *d)
{
	const struct position_set *s;
	size_t n = automaton_position_sets(a, &s);
	bool ok = true;
	vec_push(&c->first, c->index.n);
	for (size_t i = 0; i < n; i++) {
		uint32_t k = 0;
		while (k < c->set.n && !same_set(&c->set.at[k], &s[i]))
			k++;
		if (k == c->set.n) {
			struct position_set mine = { arena_copy(&c->arena, s[i].at, s[i].n * sizeof *s[i].at), s[i].n };
			ok &= positions_known(&mine, data, d);
			vec_push(&c->set, mine);
		}
		vec_push(&c->index, k);
	}
	return ok;
}

void classes_skip(struct classes *c)
{
	vec_push(&c->first, c->index.n);
}

void classes_sort(struct classes *c, const struct dataset *data)
{
	c->n_pairs = data->pair.n;
	c->of_row = mem_array(data->pair.n, sizeof *c->of_row);
	for (size_t p = 0; p < data->pair.n; p++) {
		int64_t len = data->pair.at[p].length;
		c->of_row[p] = mem_array((size_t)len, sizeof **c->of_row);
		for (int64_t row = 0; row < len; row++)
			c->of_row[p][row] = c->set.n ? class_of(c, &data->pair.at[p], row) : 0;
	}
	if (!c->n)
		c->n = 1;
}

void classes_bind(const struct classes *c, size_t h, struct automaton *a)
{
	const struct position_set *s;
	size_t k = automaton_position_sets(a, &s);
	const uint32_t *index = c->index.at + c->first.at[h];
	bool *member = mem_array(k * c->n, sizeof *member);
	for (size_t i = 0; i < k; i++)
		for (size_t x = 0; x < c->n; x++)
			member[i * c->n + x] = c->member.at[x * c->set.n + index[i]];
	automaton_bind(a, c->n, member);
	free(member);
}

void classes_free(struct classes *c)
{
	for (size_t p = 0; c->of_row && p < c->n_pairs; p++)
		free(c->of_row[p]);
	free(c->of_row);
	vec_free(&c->set);
	vec_free(&c->member);
	vec_free(&c->index);
	vec_free(&c->first);
	arena_free(&c->arena);
}
