/* What of a model's output metrics look at, and showing them that.  See metric.h. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lang/metric.h"

/* ---- reading a body */

/* An index of the output: 0 row, 1? columns.  all: the output is used in some other way. */
struct uses { VEC(const struct ast *) index; bool all; const struct graph *graph; const struct ast *params; };

static bool is_run(const struct uses *u, const struct ast *a)
{
	for (uint32_t i = 0; a->kind == AST_NAME && i < u->params->n; i++)
		if (u->params->kid[i]->name == a->name)
			return true;
	return false;
}

static bool is_output(const struct uses *u, const struct ast *a)
{
	return a->kind == AST_DOT && is_run(u, a->kid[0]) && (a->name == u->graph->output_name || strcmp(a->name, "output") == 0);
}

/* Can it be worked out from names of the pair and numbers alone? */
static bool is_plain(const struct uses *u, const struct ast *a)
{
	switch (a->kind) {
	case AST_NAME:   return !is_run(u, a);
	case AST_NUMBER: return true;
	case AST_UNARY:  return is_plain(u, a->kid[0]);
	case AST_BINARY: return is_plain(u, a->kid[0]) && is_plain(u, a->kid[1]);
	case AST_LIST:
		for (uint32_t i = 0; i < a->n; i++)
			if (!is_plain(u, a->kid[i]))
				return false;
		return true;
	default:         return false;
	}
}

static bool is_builtin_question(const struct ast *a)             /* tokens(run) does not look at the output */
{
	return a->kind == AST_CALL && a->kid[0]->kind == AST_NAME && strcmp(a->kid[0]->name, "tokens") == 0;
}

static void read_body(struct uses *u, const struct ast *a)
{
	if (!a || u->all || is_builtin_question(a))
		return;
	if (a->kind == AST_INDEX && is_output(u, a->kid[0])) {
		bool plain = a->n == 2 || a->n == 3;
		for (uint32_t i = 1; i < a->n; i++) {
			plain = plain && is_plain(u, a->kid[i]);
			read_body(u, a->kid[i]);
		}
		vec_push(&u->index, a);
		u->all |= !plain;
		return;
	}
	u->all |= is_output(u, a) || is_run(u, a);
	for (uint32_t i = 0; i < a->n; i++)
		read_body(u, a->kid[i]);
}

/* Names that the body makes itself may hide those of the pair. */
static bool makes(const struct ast *a, const char *name)
{
	if (!a)
		return false;
	if (a->name == name && (a->kind == AST_LET || a->kind == AST_FN || a->kind == AST_FOR || a->kind == AST_EACH || a->kind == AST_ASSIGN))
		return true;
	if (a->kind == AST_LAMBDA)
		for (uint32_t i = 0; i < a->kid[0]->n; i++)
			if (a->kid[0]->kid[i]->name == name)
				return true;
	for (uint32_t i = 0; i < a->n; i++)
		if (makes(a->kid[i], name))
			return true;
	return false;
}

static bool hides(const struct ast *body, const struct ast *index)
{
	if (index->kind == AST_NAME)
		return makes(body, index->name);
	for (uint32_t i = 0; i < index->n; i++)
		if (hides(body, index->kid[i]))
			return true;
	return false;
}

/* ---- for one pair */

struct numbers { int64_t *at; size_t n, cap; };

static bool add(struct numbers *x, struct value v, int64_t size)
{
	if (v.kind == VAL_LIST) {
		for (size_t i = 0; i < v.list->n; i++)
			if (!add(x, v.list->at[i], size))
				return false;
		return true;
	}
	int64_t i = v.kind == VAL_NUMBER ? (int64_t)v.number : -size - 1;
	if (v.kind != VAL_NUMBER || v.number != (double)i || i < -size || i >= size)
		return false;                            /* the metric will say what is wrong with it */
	i += i < 0 ? size : 0;
	vec_push(x, i);
	return true;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void sort_once(struct numbers *x)
{
	size_t n = 0;
	if (x->n)
		qsort(x->at, x->n, sizeof *x->at, by_number);
	for (size_t i = 0; i < x->n; i++)
		if (!n || x->at[n - 1] != x->at[i])
			x->at[n++] = x->at[i];
	x->n = n;
}

struct looked_at { struct numbers row, column; bool all_rows, all_columns; };

/* The indices that a body gives for one row asked for; what cannot be evaluated asks for everything. */
static void look(struct evaluation *e, const struct metric *m, const struct uses *u, const struct pair *p, int64_t here, struct looked_at *l)
{
	struct interp *in = e->in;
	int64_t columns = e->data->graph->output->shape.n > 1 ? e->data->graph->output->shape.dim[1] : 0;
	struct scope *names = scope_open(&in->scopes, m->fn->scope);
	size_t before = in->o.diags->n, errors = in->o.diags->n_errors, kept = in->scopes.kept.n;
	names->wall = true;
	metric_names(e, names, p, here);
	for (size_t i = 0; i < u->index.n; i++) {
		const struct ast *a = u->index.at[i];
		struct value v;
		if (hides(m->fn->body, a->kid[1]) || !eval(in, a->kid[1], names, &v) || !add(&l->row, v, p->length))
			l->all_rows = true;
		if (a->n < 3 || hides(m->fn->body, a->kid[2]) || !eval(in, a->kid[2], names, &v) || !add(&l->column, v, columns))
			l->all_columns = true;
	}
	scope_close(&in->scopes, names);
	scopes_forget(&in->scopes, kept);
	diags_forget(in->o.diags, before, errors);
}

static void copy_numbers(struct interp *in, const struct numbers *from, bool all, int64_t size, const int64_t **at, size_t *n)
{
	int64_t *mine = arena_array(&in->arena, (all ? (size_t)size : from->n) + 1, sizeof *mine);
	*n = all ? (size_t)size : from->n;
	for (size_t i = 0; i < *n; i++)
		mine[i] = all ? (int64_t)i : from->at[i];
	*at = mine;
}

static void work_out(struct evaluation *e, const struct uses *u, size_t pair)
{
	const struct pair *p = &e->data->pair.at[pair];
	struct looked_at l = { 0 };
	int64_t *row = mem_array((size_t)p->length + 1, sizeof *row);
	size_t n = metric_rows(e, p, row);
	l.all_columns = e->data->graph->output->shape.n != 2;
	for (size_t k = 0; k < e->n_m; k++) {
		l.all_rows |= u[k].all;
		l.all_columns |= u[k].all;
		for (size_t i = 0; i < n && !u[k].all && !(l.all_rows && l.all_columns); i++)
			look(e, e->m[k], &u[k], p, row[i], &l);
	}
	sort_once(&l.row);
	sort_once(&l.column);
	struct asked *a = &e->asked[pair];
	copy_numbers(e->in, &l.row, l.all_rows, p->length, &a->row, &a->n_rows);
	a->n_columns = 0;
	if (!l.all_columns)
		copy_numbers(e->in, &l.column, false, 0, &a->column, &a->n_columns);
	vec_free(&l.row);
	vec_free(&l.column);
	free(row);
}

struct asked *asked_work_out(struct evaluation *e)
{
	struct interp *in = e->in;
	e->asked = arena_array(&in->arena, e->data->pair.n, sizeof *e->asked);
	if (!e->rows)
		return e->asked;
	struct uses *u = mem_array(e->n_m, sizeof *u);
	bool used = in->used_here;
	for (size_t k = 0; k < e->n_m; k++) {
		u[k].graph = e->data->graph;
		u[k].params = e->m[k]->fn->params;
		read_body(&u[k], e->m[k]->fn->body);
	}
	for (size_t p = 0; p < e->data->pair.n; p++)
		work_out(e, u, p);
	for (size_t k = 0; k < e->n_m; k++)
		vec_free(&u[k].index);
	free(u);
	in->used_here = used;
	return e->asked;
}

/* ---- showing it */

/* Numbers in a row of the output, or in all of it when it has no rows; other axes may count tokens too. */
static int64_t width(const struct evaluation *e, int64_t length)
{
	struct shape s = e->data->graph->output->shape;
	if (e->rows)
		s.dim[0] = 1;
	return shape_count(&s, length);
}

struct canvas *canvas_new(const struct evaluation *e)
{
	int64_t longest = metric_longest(e);
	struct canvas *c = arena_array(&e->in->arena, 2, sizeof *c);
	for (int i = 0; i < 2; i++) {
		c[i].bytes = (size_t)(longest * width(e, longest)) * sizeof(double) + 1;
		/* Pages that nothing is written to take no memory. */
		c[i].at = mmap(NULL, c[i].bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (c[i].at == MAP_FAILED)
			mem_fail(c[i].bytes);
	}
	return c;
}

void canvas_free(struct canvas *c)
{
	for (int i = 0; i < 2; i++)
		munmap(c[i].at, c[i].bytes);
}

const struct tensor *canvas_show(struct canvas *c, const struct evaluation *e, const struct pair *p, const struct asked *a, enum dtype type, const void *x)
{
	const struct shape *s = &e->data->graph->output->shape;
	int64_t dim[MAX_DIMS], w = width(e, p->length);
	size_t size = dtype_size[type];
	for (int i = 0; i < s->n; i++)
		dim[i] = s->dim[i] == DIM_SEQ ? p->length : s->dim[i];
	bool whole = !e->rows || (!a->n_columns && a->n_rows == (size_t)p->length);
	c->t = tensor_over(whole ? (void *)(uintptr_t)x : c->at, type, s->n, dim);
	if (whole)
		return &c->t;
	char *to = c->at;
	const char *from = x;
	for (size_t i = 0; i < a->n_rows; i++) {
		char *row = to + (size_t)(a->row[i] * w) * size;
		if (!a->n_columns)
			memcpy(row, from + i * (size_t)w * size, (size_t)w * size);
		for (size_t j = 0; j < a->n_columns; j++)
			memcpy(row + (size_t)a->column[j] * size, from + (i * a->n_columns + j) * size, size);
	}
	return &c->t;
}
