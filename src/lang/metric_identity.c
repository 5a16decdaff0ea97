/* What a metric is, as a digest: its body and everything it names, through all functions it calls.
 *
 * Names of the body are looked up where the metric was written.  One that the pair gives (answer, a role) may be found there as
 * something else: then the digest depends on more than it has to, never on less. */
#include <string.h>

#include "lang/metric_identity.h"
#include "store/identity.h"

/* Functions that were met, so that recursion ends: the place of each says which is meant. */
struct meeting { struct interp *in; struct digest d; VEC(const struct function *) met; bool unknown; };

static void add_function(struct meeting *m, const struct function *f);

static void add_value(struct meeting *m, const struct value *v)
{
	struct digest *d = &m->d;
	digest_number(d, (uint64_t)v->kind);
	switch (v->kind) {
	case VAL_NONE:    break;
	case VAL_NUMBER:  digest_bytes(d, &v->number, sizeof v->number); break;
	case VAL_BOOL:    digest_number(d, v->truth); break;
	case VAL_STRING:  digest_bytes(d, v->string.at, v->string.n); break;
	case VAL_RANGE:   digest_bytes(d, &v->range.from, sizeof v->range.from); digest_bytes(d, &v->range.to, sizeof v->range.to); break;
	case VAL_TENSOR:  digest_tensor(d, v->tensor); break;
	case VAL_PATHS:   digest_pattern(d, v->paths); break;
	case VAL_BUILTIN: digest_text(d, v->builtin->name); break;
	case VAL_FN:      add_function(m, v->fn); break;
	case VAL_METRIC:  digest_number(d, v->metric->delta); add_function(m, v->metric->fn); break;
	case VAL_MODEL:   digest_add(d, digest_graph(v->model->graph, NULL, NULL)); break;
	case VAL_DATASET: digest_add(d, digest_dataset(v->dataset)); break;
	case VAL_HYPOTHESIS: digest_add(d, digest_hypothesis(v->hypothesis)); break;
	case VAL_LIST:
		digest_number(d, v->list->n);
		for (size_t i = 0; i < v->list->n; i++)
			add_value(m, &v->list->at[i]);
		break;
	case VAL_RECORD:
		digest_number(d, v->record->n);
		for (size_t i = 0; i < v->record->n; i++) {
			digest_text(d, v->record->at[i].name);
			add_value(m, v->record->at[i].value);
		}
		break;
	case VAL_TABLE:
		digest_number(d, v->table->n_columns);
		digest_number(d, v->table->n_rows);
		for (size_t i = 0; i < v->table->n_columns; i++)
			digest_text(d, v->table->column[i]);
		for (size_t i = 0; i < v->table->n_columns * v->table->n_rows; i++)
			add_value(m, &v->table->cell[i]);
		break;
	default:          m->unknown = true; break;
	}
}

static void add_tree(struct meeting *m, const struct ast *a, struct scope *s)
{
	digest_number(&m->d, a != NULL);
	if (!a)
		return;
	digest_number(&m->d, (uint64_t)a->kind);
	digest_number(&m->d, (uint64_t)a->op);
	digest_text(&m->d, a->name);
	digest_text(&m->d, a->text);
	digest_bytes(&m->d, &a->number, sizeof a->number);
	digest_number(&m->d, a->n);
	for (uint32_t i = 0; i < a->n; i++)
		add_tree(m, a->kid[i], s);
	const struct binding *b = a->kind == AST_NAME ? find(s, a->name) : NULL;
	if (b && !b->broken)
		add_value(m, &b->value);
}

static void add_function(struct meeting *m, const struct function *f)
{
	for (size_t i = 0; i < m->met.n; i++)
		if (m->met.at[i] == f) {
			digest_number(&m->d, i);
			return;
		}
	digest_number(&m->d, m->met.n);
	vec_push(&m->met, f);
	if (stack_low(m->in)) {
		m->unknown = true;
		return;
	}
	digest_number(&m->d, f->params->n);
	for (uint32_t i = 0; i < f->params->n; i++)
		digest_text(&m->d, f->params->kid[i]->name);
	add_tree(m, f->body, f->scope);
}

bool digest_metric(struct interp *in, const struct metric *metric, struct digest *out)
{
	struct meeting m = { .in = in };
	struct value v = { .kind = VAL_METRIC, .metric = metric };
	add_value(&m, &v);
	*out = m.d;
	vec_free(&m.met);
	return !m.unknown;
}
