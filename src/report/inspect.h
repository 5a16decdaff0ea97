/* What a model is made of, for people and as JSON: pp inspect. */
#ifndef PP_REPORT_INSPECT_H
#define PP_REPORT_INSPECT_H
#include "base/str.h"
#include "graph/graph.h"
#include "model/tokenizer.h"
#include "model/weights.h"

struct inspection {
	const char *path, *type;         /* type: the config's model_type, or NULL */
	const struct weights *weights;
	const struct graph *graph;       /* NULL when it could not be built */
	int64_t context, vocab;          /* tokens; 0: not known */
	const struct tokenizer *tokenizer;       /* or NULL */
	const char *no_tokenizer;        /* why there is none that can be used, or NULL */
};

void inspect_text(const struct inspection *x, int width, struct buf *out);
/* One object on one line. */
void inspect_json(const struct inspection *x, struct buf *out);
#endif
