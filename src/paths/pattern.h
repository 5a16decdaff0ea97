/* Sets of paths as patterns, and hypotheses as ordered rules over them.
 *
 * A pattern here is what a script's pattern means once index contents, calls and `for` are worked out; it does not know a
 * model yet: names become components when an automaton is made for a graph (automaton.h). */
#ifndef PP_PATHS_PATTERN_H
#define PP_PATHS_PATTERN_H
#include "base/arena.h"
#include "base/diag.h"
#include "graph/derive.h"

enum pat_kind {
	PAT_STEP,        /* one visit */
	PAT_ANY,         /* * any one visit */
	PAT_THEN,        /* kids after each other, nothing between */
	PAT_GAP,         /* kid 0, any visits, kid 1 */
	PAT_ALT,         /* any of the kids */
	PAT_STAR, PAT_PLUS, PAT_OPTIONAL,
	/* whole paths */
	PAT_ALL,
	PAT_WITHIN,      /* kids: steps */
	PAT_CIRCUIT,     /* kids: steps, from and to alternating */
	PAT_AND, PAT_OR, PAT_NOT, PAT_EXCEPT,
};

/* Which indices a segment of a step allows. */
struct index_part { int64_t from, to; bool single; };        /* half open; single: one number written out */
struct index_set  { bool given, any; size_t n; struct index_part *part; };

struct step_segment { const char *name; struct index_set index; struct span at; };   /* trailing digits already split off */

/* A position: a role, or a row when role is NULL (negative from the end). */
struct position { const char *role; int64_t row; struct span at; };

/* A step that other tools name and a model need not: where paths begin, where they end. */
enum step_place { STEP_NAMED, STEP_BEGINS, STEP_ENDS };

struct pattern {
	enum pat_kind kind;
	struct span   span;
	size_t        n;
	struct pattern **kid;
	/* PAT_STEP.  The last segment may turn out to be a port ("a9.h9.q").  PAT_ANY uses position only. */
	size_t        n_segments;  struct step_segment *segment;
	size_t        n_ports;     const char **port;              /* from .{q,k}; empty: none given */
	size_t        n_positions; struct position *position;
	enum step_place place;                                     /* a component that is called so comes first */
	int64_t       after_layer;                                 /* STEP_ENDS, when not 0: the stream after so many layers */
	struct pattern *otherwise; /* a paths value of the same name, used when the model has no such component; or NULL */
	uint32_t depth;            /* patterns inside each other, and patterns in all, values used inside counted each time: set and */
	size_t   size;             /* bounded by whoever makes patterns (lang/rules.c), so that passes over a pattern may recurse */
};

/* What `set` puts in a value's place: the same for every pair. */
enum setting_kind { SETTING_ZERO, SETTING_MEAN, SETTING_TENSOR, SETTING_WATCH /* nothing: copies that match are noted */ };
struct dataset;
struct setting {
	enum setting_kind kind;
	const struct dataset *of;        /* MEAN: over its pairs; NULL: those of the dataset under evaluation */
	int column;                      /* MEAN: of the runs on this column */
	bool by_row;                     /* MEAN: one for each row, instead of one over all rows */
	struct tensor value;             /* TENSOR: (), the axes of a row, or rows and these; F64 */
};

/* Where a path that a rule matches starts: a column of the dataset (COLUMN_CF, COLUMN_REF ...).  A rule with a setting cuts
 * instead: the value of a copy whose suffix its pattern matches, anchored there, is the setting; its column is COLUMN_SET. */
struct rule {
	int column;                      /* a fed one: 2 or more, until evaluate finds the column called `from` */
	const struct pattern *pattern;
	struct span span;
	const char *from;                /* feed ... from: a column's name, interned; else NULL */
	const struct setting *set;       /* set ... to; else NULL */
};
enum { COLUMN_SET = -2 };                /* of paths that are cut: they start nowhere */

struct hypothesis {
	const char *name, *doc;
	const struct graph *graph;       /* its model's, or what it derives from that */
	struct rule *rule; size_t n_rules;
	const struct setting *ablation;  /* a path that is not kept is cut at the first visit, reading backward, below which none is; NULL: it
	                                  * starts at the counterfactual */
	const char *variant[3];          /* of evaluate ... across: ablation, level, direction; else NULL */
	const char *variant_of;          /* the name of the hypothesis that this is a variant of, or NULL */
	const struct derivation *split; size_t n_splits;     /* of the model's own graph; DERIVE_SPLIT */
	struct span span;
};

struct pattern *pattern_new(struct arena *a, enum pat_kind k, struct span at, size_t n_kids);
/* Would both put the same in a value's place, on any dataset? */
bool setting_same(const struct setting *a, const struct setting *b);
/* Does the step name these segments, or are its own the first of them? */
bool step_names(const struct pattern *step, const struct segment *s, int n);
/* letter[l]: the step reads letter l of g.  False after a report. */
bool step_letters(const struct graph *g, const struct pattern *step, bool *letter, struct diags *d);
/* The pattern as a script would write it. */
void pattern_print(const struct pattern *p, struct buf *out);
void rule_print(const struct rule *r, struct buf *out);       /* keep PATTERN, feed PATTERN from column ... */
#endif
