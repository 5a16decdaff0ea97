/* What the files of the interpreter share. */
#ifndef PP_LANG_INTERNAL_H
#define PP_LANG_INTERNAL_H
#include <jansson.h>

#include "lang/interp.h"
#include "lang/keeping.h"
#include "lang/scope.h"
#include "paths/count.h"

enum { MAX_CALLS = 400, MAX_DEPTH = 200, MAX_ARGS = 64, MAX_FIELDS = 4096, MAX_ELEMENTS = 20000000 };
#define MAX_VALUES ((size_t)2 << 30)             /* bytes that the values of a script may take */

/* A script that was read by `use`, or the main one. */
struct module {
	const char *key, *folder;
	const struct source *source;
	struct scope *scope;
	enum { MODULE_READING, MODULE_READY, MODULE_FAILED } state;
};

/* What was shown: a value, or a printed line. */
struct shown_part { struct value value; char *line; };
/* A graph that hypotheses derived from a model's. */
struct derived { struct graph *graph; const struct derivation *of; size_t n; };
struct splits { struct derivation *at; size_t n, cap; };

struct interp {
	struct interp_options o;
	struct arena arena;              /* of values; the scratch arena of a metric while one runs */
	struct arena outer;              /* the arena of values then */
	struct scopes scopes;
	struct scope builtins, top;
	struct builder *builder;         /* while a model block runs */
	struct scope *component;         /* the scope of the open component block */
	struct node *yields;
	const struct record *config;     /* while a model is loaded: its config.json, or what a GGUF file says */
	const char *config_path;
	struct span config_at;          /* the load() that reads it */
	const char *folder;              /* of the main script */
	char *stack;                     /* where the C stack began, and how much of it may be used */
	size_t stack_limit;
	int depth;                       /* of calls */
	const struct pair *measured;     /* the pair a metric is called for; NULL outside of metrics */
	const struct dataset *measured_of;
	struct scope *measured_names;
	bool used_here;                  /* the metric that ran last looked at `here` */
	const char *here;                /* interned */
	struct keeping keeping;          /* the store that results go to */
	VEC(struct shown_part) shown;         /* for `report to` */
	bool advised;                    /* advice_left: the work that warnings may still take */
	double advice_left;
	bool names_missing;              /* a `use` failed: unknown names are no news */
	VEC(struct binding) shadowed;    /* at a prompt: what the names of failed statements were before */
	VEC(struct module *) modules;
	VEC(struct model *) models;
	VEC(struct derived) derived;
	VEC(struct weights *) weights;
	VEC(struct tokenizer *) tokenizers;
	VEC(struct dataset *) datasets;
	VEC(const void *) declared;      /* models and datasets that have the name their script gave them */
};

struct args { size_t n; struct value *at; const char **name; const struct ast **ast; const struct builtin *fn; };   /* name NULL: by place */

#define FAIL(in, code, ast, ...) (diag_at((in)->o.diags, code, (ast)->span, __VA_ARGS__), false)

/* value.c */
struct value number(double x);
struct value truth(bool x);
struct value text(struct interp *in, const char *s, size_t n);
bool new_list(struct interp *in, const struct ast *a, const struct value *at, size_t n, struct value *out);
/* Adds n elements to the depth and size of what holds them; false, with a report, when that is too much. */
bool measure_elements(struct interp *in, const struct ast *a, const struct value *at, size_t n, uint32_t *depth, size_t *size);
bool new_record(struct interp *in, const struct ast *a, struct field *at, size_t n, struct value *out);
struct value *record_get(const struct record *r, const char *name);
bool same_value(struct value a, struct value b);
/* The branch of an if that is taken, NULL for none; *later: the condition is known when there are results. */
bool branch_taken(struct interp *in, const struct ast *a, struct scope *s, const struct ast **branch, bool *later);
bool want(struct interp *in, const struct ast *a, struct value v, enum value_kind k);
bool whole(struct interp *in, const struct ast *a, struct value v, int64_t *out);        /* a whole number of modest size */
bool room(struct interp *in, const struct ast *a, double bytes);                         /* may so much more be held? */
bool go_on(struct interp *in, const struct ast *a);                                      /* not interrupted, values within limits */
/* interp.c */
void interp_at_rest(struct interp *in);          /* before something begins, after running out of memory in the middle of it, too */
void interp_settle(struct interp *in);           /* at a prompt, after each text: names of failed statements are what they were before */
bool run_block(struct interp *in, const struct ast *block, struct scope *s, struct value *out);
bool run_branch(struct interp *in, const struct ast *branch, struct scope *s, struct value *out);
bool misplaced(struct interp *in, const struct ast *a);
bool at_top(struct interp *in, const struct ast *a, const char *what);                   /* false, with a report, inside a metric */
/* expr.c */
bool eval(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
bool stack_low(const struct interp *in);
/* Where to say what is wrong with a config or the weights: at load() when the standard library found it. */
struct span blame(const struct interp *in, const struct ast *at);
bool call_function(struct interp *in, const struct function *f, const struct value *arg, size_t n, const struct ast *at, struct value *out);
/* A function of the script, or a built-in one. */
bool call_value(struct interp *in, struct value f, const struct value *arg, size_t n, const struct ast *at, struct value *out);
struct value function(struct interp *in, const char *name, const struct ast *params, const struct ast *body, struct scope *s);
/* Goes through a list or range; step returns false to stop. */
bool each(struct interp *in, const struct ast *over, struct value v, bool (*step)(void *, struct value), void *context);
/* lists.c */
bool to_list(struct interp *in, const struct ast *at, struct value v, struct value *out);   /* range, tensor, table, results */
/* text.c */
size_t text_length(struct value v);          /* in characters */
bool index_text(struct interp *in, const struct ast *a, struct value v, struct value i, struct value *out);
/* compute.c */
bool apply(struct interp *in, enum op op, struct value *arg, size_t n, const double *attr, const struct ast *at, struct value *out);
bool binary(struct interp *in, enum ast_op op, struct value a, struct value b, const struct ast *at, struct value *out);
bool to_tensor(struct interp *in, struct value v, const struct ast *at, struct tensor *out);
struct value tensor_value(struct interp *in, struct tensor t);
/* index.c */
/* A place along an axis of n elements, and a part of it; negative ones count from the end. */
bool place(struct interp *in, const struct ast *a, struct value v, int64_t n, int64_t *out);
bool part(struct interp *in, const struct ast *a, struct value v, int64_t n, int64_t *from, int64_t *to);
bool index_value(struct interp *in, const struct ast *a, struct value v, struct scope *s, struct value *out);
bool field_value(struct interp *in, const struct ast *a, struct value v, struct value *out);
/* model_block.c */
bool model_from_block(struct interp *in, const struct ast *def, struct scope *s, const struct value *arg, size_t n, struct model **out);
bool model_statement(struct interp *in, const struct ast *a, struct scope *s);
/* The value of a component built so far, when a spells one; *found says whether it does. */
bool component_value(struct interp *in, const struct ast *a, struct scope *s, struct value *out, bool *found);
/* Is this a name that lies in the model block, or in a function of it? */
bool bound_inside(const struct interp *in, struct scope *s, const char *name);
/* json_value.c */
bool from_json(struct interp *in, const struct ast *at, json_t *j, struct value *out);
json_t *to_json(struct interp *in, const struct ast *at, struct value v);                /* NULL after a report */
/* loading.c */
const char *resolve_path(struct interp *in, const char *path, struct span at);
bool load(struct interp *in, const struct ast *at, struct args *a, struct value *out);
/* datasets.c */
bool load_dataset(struct interp *in, const struct ast *at, struct args *a, const char *path, struct value *out);
struct data_model data_model(const struct model *m);
/* The session owns it from now on; d may be NULL, when it was reported. */
const struct model *model_meant(struct interp *in, const struct ast *at, struct args *a, const struct model *own);
bool keep_dataset(struct interp *in, struct dataset *d, const struct ast *at, const struct model *m, struct value *out);
bool misaligned_rule(struct interp *in, const struct ast *at, struct value v, bool *skip);
bool make_pair(struct interp *in, const struct ast *at, struct args *a, struct value *out);
bool declare_prompt(struct interp *in, const struct ast *a, struct scope *s);
/* template.c */
bool declare_template(struct interp *in, const struct ast *a, struct scope *s);
/* dataset_functions.c */
bool pair_record(struct interp *in, const struct ast *at, const struct dataset *d, size_t i, struct value *out);
bool text_tokens(struct interp *in, const struct ast *at, struct args *a, struct value *out);
bool shuffle_dataset(struct interp *in, const struct ast *at, struct args *a, size_t most, struct value *out);     /* SIZE_MAX: all */
bool split_dataset(struct interp *in, const struct ast *at, struct args *a, struct value *out);
bool filter_dataset(struct interp *in, const struct ast *at, const struct dataset *d, struct value keep, struct value *out);
bool index_dataset(struct interp *in, const struct ast *a, const struct dataset *d, struct value i, struct value *out);
bool dataset_field(struct interp *in, const struct ast *a, const struct dataset *d, struct value *out);
/* What a module of the standard library calls name. */
bool library_value(struct interp *in, const struct ast *at, const char *file, const char *name, enum value_kind k, struct value *out);
struct model_file;
/* What a config says that the model is, or must be by its fields: a text; none when it is nothing known. */
bool model_type(struct interp *in, const struct ast *at, const struct value *config, struct value *out);
/* The model of a file whose config is there: by its architecture, or by the function `as`. */
bool build_model(struct interp *in, const struct ast *at, const char *path, struct model_file *file, const struct value *as, struct value *out);
/* model_file.c */
struct model_file {
	const char *config_path;         /* config.json, or the GGUF file */
	struct value config, weights;    /* a record; weights, or a record of tensors by name */
	struct weights *mapped;          /* NULL until they are needed */
};
/* What name stands for: a path (from: the place in the script it is relative to), or a model in the Hugging Face cache. */
bool model_path(struct interp *in, const struct ast *at, const char *name, struct span from, const char **path);
bool open_weights(struct interp *in, const struct ast *at, const char *path, struct weights **out);
bool open_model_file(struct interp *in, const struct ast *at, const char *path, struct model_file *m);        /* fills config */
bool open_model_weights(struct interp *in, const struct ast *at, const char *path, struct model_file *m);     /* then weights */
/* modules.c */
bool use_module(struct interp *in, const char *name, struct scope *into, const char *alias, struct span at);
struct module *read_module(struct interp *in, const char *name, struct span at);         /* NULL after a report */
/* access.c: may a script do this with the file?  False after a report. */
bool may_use(struct interp *in, const char *path, struct span at);       /* as a script */
bool may_read(struct interp *in, const char *path, struct span at);      /* as a model or data */
bool may_write(struct interp *in, const char *path, struct span at);
/* The path of a model or file of pairs that came with pp ("models/induction"), which every script may read; NULL: it is none. */
const char *came_with_pp(struct interp *in, const char *name);
/* save.c */
bool save_statement(struct interp *in, const struct ast *a, struct scope *s);
/* plot.c */
bool plot_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
/* report.c */
bool report_statement(struct interp *in, const struct ast *a, struct scope *s);
/* builtins.c */
extern const struct builtin builtins[];
bool no_more_names(struct interp *in, const struct args *a);
bool named(struct args *a, const char *name, struct value *out);
/* advice.c: warnings of `pp check` */
void advise_rules(struct interp *in, const struct hypothesis *h, size_t n_inherited);
void advise_names(struct interp *in, const struct ast *program);
/* sets.c */
bool compare_sets(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
/* After a report: a path that is in one set and not in the other, as its hint. */
void hint_difference(struct interp *in, const struct ast *a, struct scope *s);
/* Does the operator combine sets of paths when its first operand is x? */
bool takes_sets(enum ast_op op, struct value x);
bool combine_sets(struct interp *in, enum ast_op op, struct value x, struct value y, const struct ast *at, struct value *out);
/* circuit_save.c: the JSON of EAP-IG */
bool put_circuit(struct interp *in, const struct ast *a, struct value v, struct buf *out);
/* circuits.c */
struct pattern *circuit_end(struct interp *in, const struct ast *a);                     /* a name of another tool; NULL after a report */
/* settings.c: what a rule sets values to; do its tensors have the shapes of what they stand for? */
bool setting_of(struct interp *in, const struct ast *a, struct scope *s, const struct graph *g, const struct setting **out);
bool sets_values(const struct hypothesis *h);
bool settings_fit(struct interp *in, const struct hypothesis *h, const struct automaton *a);
/* runs.c: a chain of names and indices above a run that run() gave, run.a9.h9.q[0] */
bool part_of_run(struct interp *in, const struct ast *a, struct scope *s, struct value *out, bool *handled);
/* derived.c: graphs of hypotheses, shared by those that derive the same.  False, or NULL, after a report. */
bool split_of(struct interp *in, const struct ast *a, struct scope *s, const struct graph *g, struct splits *out);
bool derive_graph(struct interp *in, struct hypothesis *h);                              /* sets h->graph */
bool derive_together(struct interp *in, struct hypothesis *const *h, size_t n);          /* one graph for all, unless they split differently */
/* rules.c */
/* Takes a part into account in the size and depth of p; false, with a report, when that is too much. */
bool pattern_measure(struct interp *in, struct pattern *p, const struct pattern *part);
/* The hypothesis that a block of rules is, under a name; NULL after a report. */
struct hypothesis *rules_of_block(struct interp *in, const struct ast *block, struct scope *s, const struct graph *g, const char *name, struct span at);
bool hypothesis_fits(struct interp *in, const struct hypothesis *h);                     /* are its patterns about things that the model has? */
bool declare_hypothesis(struct interp *in, const struct ast *a, struct scope *s);
struct pattern *pattern_of(struct interp *in, const struct ast *a, struct scope *s);
bool positions_of(struct interp *in, const struct ast *a, struct scope *s, struct pattern *p);
/* sweep.c */
bool sweep_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
bool sweep_table(struct interp *in, const struct ast *a, const struct sweep *s, struct value *out);
bool sweep_field(struct interp *in, const struct ast *a, const struct sweep *s, struct value *out);
/* search.c: prune and refine */
bool search_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
/* counterexamples.c */
bool counterexamples_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
/* metric.c */
bool evaluate_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out);
#endif
