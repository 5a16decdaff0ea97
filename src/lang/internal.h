/* What the files of the interpreter share. */
#ifndef PP_LANG_INTERNAL_H
#define PP_LANG_INTERNAL_H
#include "lang/interp.h"
#include "paths/count.h"

struct binding { const char *name; struct value value; struct span at; bool settable, broken; };
struct scope { struct scope *up; VEC(struct binding) binding; bool block; };

struct interp {
	struct interp_options o;
	struct arena arena;
	struct scope builtins, top;
	struct builder *builder;         /* while a model block runs */
	struct scope *component;         /* the scope of the open component block */
	struct node *yields;
	const char *folder;
	int depth;                       /* of calls and blocks */
	bool used_here;                  /* the metric that ran last looked at `here` */
	size_t failed_expectations;
	VEC(struct model *) models;
	VEC(struct dataset *) datasets;
};

struct args { size_t n; struct value *at; const char **name; const struct ast **ast; };   /* name NULL: by place */

#define FAIL(in, code, ast, ...) (diag_at((in)->o.diags, code, (ast)->span, __VA_ARGS__), false)

/* interp.c */
bool eval(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
bool run_block(struct interp *in, const struct ast *block, struct scope *s, struct value *out);
bool bind(struct interp *in, struct scope *s, const char *name, struct value v, struct span at, bool settable);
struct binding *find(struct scope *s, const char *name);
bool call_function(struct interp *in, const struct function *f, const struct value *arg, size_t n, const struct ast *at, struct value *out);
bool each(struct interp *in, const struct ast *over, struct scope *s, bool (*step)(void *, struct value), void *context);
bool want(struct interp *in, const struct ast *a, struct value v, enum value_kind k);
struct value number(double x);
struct value text(struct interp *in, const char *s, size_t n);
/* compute.c */
bool apply(struct interp *in, enum op op, struct value *arg, size_t n, const double *attr, const struct ast *at, struct value *out);
bool binary(struct interp *in, enum ast_op op, struct value a, struct value b, const struct ast *at, struct value *out);
bool index_value(struct interp *in, const struct ast *a, struct value v, struct scope *s, struct value *out);
/* model_block.c */
bool model_from_block(struct interp *in, const struct ast *def, struct scope *s, const struct value *arg, size_t n, struct model **out);
bool model_statement(struct interp *in, const struct ast *a, struct scope *s);
bool component_value(struct interp *in, const struct ast *a, struct scope *s, struct value *out, bool *found);
/* loading.c */
bool load(struct interp *in, const struct ast *at, struct args *a, struct value *out);
bool make_pair(struct interp *in, const struct ast *at, struct args *a, struct value *out);
bool use_module(struct interp *in, const char *name, struct scope *into, struct span at);
/* rules.c */
bool declare_hypothesis(struct interp *in, const struct ast *a, struct scope *s);
struct pattern *pattern_of(struct interp *in, const struct ast *a, struct scope *s);
bool positions_of(struct interp *in, const struct ast *a, struct scope *s, struct pattern *p);
/* metric.c */
bool evaluate_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
extern const struct builtin builtins[];
#endif
