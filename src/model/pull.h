/* Fetching a model from the Hugging Face hub into its cache (hub.h), as pp pull does.
 *
 * What is fetched: config.json, the safetensors with their index, the tokenizer's files; or one GGUF file.  Every file is checked against the
 * size and the hash that the hub says, and appears under its name only then; the revision is named (refs/main) when all are
 * there.  What came of a file that broke off is kept and gone on with. */
#ifndef PP_MODEL_PULL_H
#define PP_MODEL_PULL_H
#include <stdint.h>

#include "base/diag.h"

struct pull_options {
	const char *name;                /* "gpt2", "org/name" */
	const char *file;                /* the GGUF file to fetch, or NULL: the safetensors, or the only GGUF file there is */
	const char *endpoint, *token;    /* HF_ENDPOINT, HF_TOKEN; NULL or "": the hub itself, no token */
	void (*progress)(void *context, double done, double total, const char *file);    /* bytes of all files */
	void (*done)(void *context, const char *file, uint64_t bytes, bool was_there);   /* a file is complete */
	bool (*stop)(void *context);     /* true: end now */
	void *context;
};

/* The folder with the model's files, malloc'd; NULL after a report: E_ARGUMENT for a name that is none, E_DOWNLOAD, E_FILE,
 * E_FILE_WRITE, E_INTERRUPTED. */
char *pull_model(const struct pull_options *o, struct diags *d);
#endif
