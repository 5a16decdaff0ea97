/* A model for looking at: opened, and built where its architecture is known; its numbers are not read. */
#include "lang/internal.h"
#include "lang/inspect.h"

bool inspect_model(struct interp *in, const char *name, struct inspection *out)
{
	const struct ast nowhere = { .kind = AST_BLOCK };
	const char *path;
	struct model_file file;
	struct value v, type;
	*out = (struct inspection){ 0 };
	interp_at_rest(in);
	in->folder = "";
	in->o.shapes_only = true;
	if (!model_path(in, &nowhere, name, nowhere.span, &path))
		return false;
	out->path = path;
	bool known = open_model_file(in, &nowhere, path, &file);
	bool mapped = open_model_weights(in, &nowhere, path, &file);         /* without a config the tensors can still be told */
	out->weights = file.mapped;
	if (known && model_type(in, &nowhere, &file.config, &type) && type.kind == VAL_STRING)
		out->type = type.string.at;
	bool built = known && mapped && build_model(in, &nowhere, path, &file, NULL, &v);
	if (built) {
		out->graph = v.model->graph;
		out->context = v.model->context;
		out->vocab = v.model->vocab;
		out->tokenizer = v.model->tokenizer;
		out->no_tokenizer = v.model->no_tokenizer;
	}
	in->o.shapes_only = false;
	return mapped;
}
