/* What could be written at a place of a text: for prompts, editors and notebooks. */
#ifndef PP_LANG_COMPLETE_H
#define PP_LANG_COMPLETE_H
#include "lang/internal.h"
#include "pp/pp.h"

/* The candidates for the place `at` bytes into the text, by what the interpreter knows; folder: what paths are relative to
 * ("" for the working directory).  Everything lives in the arena. */
void complete_text(struct interp *in, const char *text, size_t n, size_t at, const char *folder, struct arena *arena, struct pp_completion *out);

/* complete_names.c: the candidates of each kind; those that do not begin with what is written are left out. */
struct completing {
	struct interp *in;
	struct arena *arena;
	const char *begun;                           /* what of the name is written */
	size_t n_begun;
	VEC(struct pp_candidate) out;
};
void candidate(struct completing *c, const char *text, const char *kind, const char *note);
/* Names that have a value of that kind; VAL_COUNT: any. */
void candidate_names(struct completing *c, enum value_kind k);
/* What stands behind the point in v.NAME. */
void candidate_fields(struct completing *c, const struct value *v);
void candidate_arguments(struct completing *c, const struct value *f);
/* The next segment of a component's name, of which n are written, or the ports of one.  graph NULL: of every model. */
void candidate_components(struct completing *c, const struct graph *g, const struct step_segment *s, size_t n);
/* The roles of a dataset, or of all that are for the graph, or of all. */
void candidate_roles(struct completing *c, const struct dataset *d, const struct graph *g);
void candidate_outputs(struct completing *c);
/* complete_files.c: what lies in the folder that the path begins with; modules: files of the standard library, models: of the Hugging Face
 * cache, too.  How many bytes of the path are not replaced. */
size_t candidate_files(struct completing *c, const char *folder, const char *path, size_t n, bool modules, bool models);
#endif
