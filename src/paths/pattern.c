/* Patterns: making them, and printing them as a script would write them.  See pattern.h. */
#include "paths/pattern.h"

#include <string.h>

bool setting_same(const struct setting *a, const struct setting *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == SETTING_MEAN)
		return a->of == b->of && a->column == b->column && a->by_row == b->by_row;
	if (a->kind == SETTING_ZERO)
		return true;
	const struct tensor *x = &a->value, *y = &b->value;
	bool same = x->n == y->n;
	for (int i = 0; same && i < x->n; i++)
		same = x->dim[i] == y->dim[i];
	for (int64_t i = 0; same && i < tensor_count(x); i++) {
		double p = tensor_get_flat(x, i), q = tensor_get_flat(y, i);
		same = memcmp(&p, &q, sizeof p) == 0;
	}
	return same;
}

struct pattern *pattern_new(struct arena *a, enum pat_kind k, struct span at, size_t n_kids)
{
	struct pattern *p = arena_alloc(a, sizeof *p);
	p->kind = k;
	p->span = at;
	p->n = n_kids;
	p->kid = arena_array(a, n_kids, sizeof *p->kid);
	return p;
}

static void print_index(const struct index_set *x, struct buf *out)
{
	if (x->any) {
		buf_puts(out, "[*]");
	} else if (x->n == 1 && x->part[0].single) {
		buf_printf(out, "%lld", (long long)x->part[0].from);
	} else {
		for (size_t i = 0; i < x->n; i++) {
			buf_puts(out, i ? ", " : "[");
			if (x->part[i].single)
				buf_printf(out, "%lld", (long long)x->part[i].from);
			else
				buf_printf(out, "%lld..%lld", (long long)x->part[i].from, (long long)x->part[i].to);
		}
		buf_puts(out, x->n ? "]" : "[0..0]");
	}
}

static void print_positions(const struct pattern *p, struct buf *out)
{
	if (!p->n_positions)
		return;
	buf_puts(out, p->n_positions > 1 ? "@{" : "@");
	for (size_t i = 0; i < p->n_positions; i++) {
		if (i)
			buf_puts(out, ", ");
		if (p->position[i].role)
			buf_puts(out, p->position[i].role);
		else
			buf_printf(out, "%lld", (long long)p->position[i].row);
	}
	if (p->n_positions > 1)
		buf_putc(out, '}');
}

static void print_step(const struct pattern *p, struct buf *out)
{
	if (p->place != STEP_NAMED) {                /* as text: a name that is no component of the model */
		buf_puts(out, p->place == STEP_BEGINS ? "\"input\"" : "\"logits\"");
		return;
	}
	for (size_t i = 0; i < p->n_segments; i++) {
		buf_printf(out, "%s%s", i ? "." : "", p->segment[i].name);
		if (p->segment[i].index.given)
			print_index(&p->segment[i].index, out);
	}
	for (size_t i = 0; i < p->n_ports; i++)
		buf_printf(out, "%s%s", i ? ", " : p->n_ports > 1 ? ".{" : ".", p->port[i]);
	if (p->n_ports > 1)
		buf_putc(out, '}');
	print_positions(p, out);
}

/* What binds least has the largest number. */
static int tightness(enum pat_kind k)
{
	switch (k) {
	case PAT_THEN:
	case PAT_GAP:    return 1;
	case PAT_ALT:    return 2;
	case PAT_NOT:    return 3;
	case PAT_AND:
	case PAT_EXCEPT: return 4;
	case PAT_OR:     return 5;
	default:         return 0;
	}
}

static void print_infix(const struct pattern *p, const char *op, struct buf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		if (i)
			buf_puts(out, op);
		int mine = tightness(p->kind), kids = tightness(p->kid[i]->kind);
		bool bare = kids < mine || (kids == mine && i == 0);     /* a -> b -> c is (a -> b) -> c */
		if (!bare)
			buf_putc(out, '(');
		pattern_print(p->kid[i], out);
		if (!bare)
			buf_putc(out, ')');
	}
}

static void print_set(const struct pattern *p, struct buf *out)
{
	bool circuit = p->kind == PAT_CIRCUIT;
	buf_puts(out, circuit ? "circuit {" : "within {");
	for (size_t i = 0; i < p->n; i++) {
		buf_puts(out, i == 0 ? "" : circuit && i % 2 ? " -> " : ", ");
		pattern_print(p->kid[i], out);
	}
	buf_putc(out, '}');
}

void pattern_print(const struct pattern *p, struct buf *out)
{
	switch (p->kind) {
	case PAT_STEP:     print_step(p, out); break;
	case PAT_ANY:      buf_putc(out, '*'); print_positions(p, out); break;
	case PAT_THEN:     print_infix(p, " -> ", out); break;
	case PAT_GAP:      print_infix(p, " .. ", out); break;
	case PAT_ALT:      print_infix(p, " | ", out); break;
	case PAT_AND:      print_infix(p, " and ", out); break;
	case PAT_OR:       print_infix(p, " or ", out); break;
	case PAT_EXCEPT:   print_infix(p, " except ", out); break;
	case PAT_ALL:      buf_puts(out, "all"); break;
	case PAT_WITHIN:
	case PAT_CIRCUIT:  print_set(p, out); break;
	case PAT_NOT:
		buf_puts(out, tightness(p->kid[0]->kind) < 3 ? "not " : "not (");
		pattern_print(p->kid[0], out);
		buf_puts(out, tightness(p->kid[0]->kind) < 3 ? "" : ")");
		break;
	case PAT_STAR:
	case PAT_PLUS:
	case PAT_OPTIONAL:
		buf_putc(out, '(');
		pattern_print(p->kid[0], out);
		buf_puts(out, p->kind == PAT_STAR ? ")*" : p->kind == PAT_PLUS ? ")+" : ")?");
		break;
	}
}

void rule_print(const struct rule *r, struct buf *out)
{
	const struct setting *set = r->set;
	buf_puts(out, set ? "set " : r->from ? "feed " : r->column == COLUMN_REF ? "keep " : "drop ");
	pattern_print(r->pattern, out);
	if (r->from)
		buf_printf(out, " from %s", r->from);
	if (set)
		buf_puts(out, set->kind == SETTING_ZERO ? " to zero" : set->kind == SETTING_MEAN ? " to a mean" : " to a tensor");
}
