/* Any bytes as JSON Lines, one JSON document or CSV, for models of several kinds: refused with messages, or every pair is as dataset.h says. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/internal.h"
#include "model/internal.h"

static struct sources sources;

static void check_pair(const struct dataset *s, const struct pair *p, const struct data_model *m)
{
	size_t n_inputs = m->graph->input.n;
	pp_assert(p->length > 0 && (!m->context || p->length <= m->context));
	for (size_t i = 0; i < s->n_columns * n_inputs; i++) {
		const struct graph_input *in = &m->graph->input.at[i % n_inputs];
		const struct input_value *v = &p->value[i];
		pp_assert(v->n == shape_count(&in->shape, p->length) && (in->ids ? v->ids != NULL : v->real != NULL));
		for (int64_t k = 0; k < v->n; k++)
			pp_assert(in->ids ? v->ids[k] >= 0 && v->ids[k] < m->vocab : v->real[k] - v->real[k] == 0);
	}
	for (size_t i = 0; i < p->n_roles; i++)
		for (size_t k = 0; k < p->role[i].rows.n; k++) {
			int64_t row = p->role[i].rows.at[k];
			pp_assert(row >= 0 && row < p->length && (k == 0 || row > p->role[i].rows.at[k - 1]));
		}
	for (size_t i = 0; i < p->n_answer; i++)
		pp_assert(p->answer[i] >= 0 && p->answer[i] < m->vocab);
	for (size_t i = 0; i < p->n_foil; i++)
		pp_assert(p->foil[i] >= 0 && p->foil[i] < m->vocab);
}

static void try(const char *text, size_t n, const char *name, bool skip, const struct data_model *m)
{
	struct diags d = { .sources = &sources };
	struct data_options o = { .skip = skip };
	struct dataset *s = dataset_parse(text, n, name, m, &o, (struct span){ 0, 0 }, &d);
	pp_assert((s == NULL) == (d.n_errors > 0));
	for (size_t i = 0; s && i < s->pair.n; i++)
		check_pair(s, &s->pair.at[i], m);
	struct buf b = { 0 };
	for (size_t i = 0; i < d.n; i++)
		diag_print(&d, &d.at[i], &b, 80);
	buf_free(&b);
	dataset_free(s);
	diags_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char file[] = "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"When\":0,\"Mary\":1,\"and\":2,\"John\":3}},"
	    "\"normalizer\":{\"type\":\"NFC\"},\"pre_tokenizer\":{\"type\":\"Whitespace\"}}";
	static struct graph_input token[] = { { "tokens", NULL, true, { 1, { DIM_SEQ } } } };
	static struct graph_input real[] = { { "x", NULL, false, { 2, { DIM_SEQ, 2 } } } };
	static struct graph_input several[] = { { "x0", NULL, false, { 0 } }, { "x1", NULL, false, { 1, { 2 } } } };
	struct diags d = { .sources = &sources };
	struct tokenizer *t = tokenizer_parse(file, strlen(file), "tokenizer.json", (struct span){ 0, 0 }, &d);
	struct graph g[] = { { .input = { token, 1, 1 } }, { .input = { real, 1, 1 } }, { .input = { several, 2, 2 } } };
	for (size_t i = 0; i < sizeof g / sizeof *g; i++) {
		struct data_model m = { "toy", &g[i], t, 50, 16 };
		try((const char *)data, n, "fuzz.jsonl", false, &m);
		try((const char *)data, n, "fuzz.csv", true, &m);
		m.tokenizer = NULL;
		try((const char *)data, n, "fuzz.jsonl", true, &m);
		try((const char *)data, n, "fuzz.csv", false, &m);
	}
	tokenizer_close(t);
	return 0;
}
