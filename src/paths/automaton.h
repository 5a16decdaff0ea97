/* A hypothesis as an automaton that reads a path backward, from the output.
 *
 * All rules of a hypothesis form one automaton.  A state is a set of positions inside the patterns; states are made when
 * they are first reached and interned, so equal states have equal numbers.  Rows: a step with a position (a9.h9@S1) reads
 * only letters whose row is in a class of rows that has the position; classes are given by automaton_bind. */
#ifndef PP_PATHS_AUTOMATON_H
#define PP_PATHS_AUTOMATON_H
#include "paths/pattern.h"

struct automaton;

/* Resolves names against the graph.  Reports unknown components and ports, empty patterns, patterns that match no path.
 * NULL after a report. */
struct automaton *automaton_new(const struct graph *g, const struct rule *rule, size_t n_rules, struct diags *d);
/* The same, but rules may match nothing: for questions to which "none" is an answer. */
struct automaton *automaton_of_set(const struct graph *g, const struct rule *rule, size_t n_rules, struct diags *d);
void automaton_free(struct automaton *a);

/* The sets of positions that steps ask for.  A set is matched by a row that has any of its positions. */
struct position_set { const struct position *at; size_t n; };
size_t automaton_position_sets(const struct automaton *a, const struct position_set **sets);
/* member[k * n_classes + c]: rows of class c have a position of set k.  Needed before stepping when there are sets;
 * forgets all states. */
void automaton_bind(struct automaton *a, size_t n_classes, const bool *member);

typedef uint32_t state;
enum { STATE_START = 0, UNDECIDED = -1 };

/* The state after a visit.  from, to: classes of the row that is read and the row that is written. */
state automaton_step(struct automaton *a, state s, int letter, uint32_t from, uint32_t to);
/* Paths pass this letter without visiting it: it is an inner node that the rules do not name. */
bool automaton_silent(const struct automaton *a, int letter);
/* Does the class of the row read or written matter for a visit to this letter in this state?  alone: of a visit to a port that is
 * read from outside of its component, where the row written is the row read. */
bool automaton_needs_from(struct automaton *a, state s, int letter, bool alone);
bool automaton_needs_to(struct automaton *a, state s, int component);
/* Two classes of written row that no step on this component tells apart have the same number here. */
uint32_t automaton_class_to(struct automaton *a, int component, uint32_t class);
/* The column that every path beginning below node n gets, having read *s above it; or UNDECIDED.  *s becomes a state
 * without what cannot matter below n, so that states which differ in nothing else meet. */
int automaton_decide(struct automaton *a, const struct node *n, state *s);
/* The column of a path that begins here. */
int automaton_accept(struct automaton *a, state s);
/* The rule that sets the value where the suffix that was read begins, when s was reached by the step that begins it; or -1.
 * Asked of a component with ports in the state after its no-port letter: what that step reads is the component as a whole. */
int automaton_cut(const struct automaton *a, state s);
int automaton_cut_before(const struct automaton *a, state s, size_t rule);           /* asking the rules before this one only */
/* The same along a path: is it cut at this visit?  Rows erased. */
bool automaton_cuts(struct automaton *a, state s, int letter);
bool automaton_sets(const struct automaton *a);
const struct setting *automaton_setting(const struct automaton *a, int rule);
/* The nodes whose values rule r can set: mark[id] becomes true. */
void automaton_settable(const struct automaton *a, size_t r, bool *mark);
/* Memory that it takes, about. */
size_t automaton_bytes(const struct automaton *a);
size_t automaton_states(const struct automaton *a);
/* It has more states, or took more work, than pp is prepared for: what it said since means nothing. */
bool automaton_full(const struct automaton *a);
/* Reports that, with what can be done about it. */
void automaton_say_full(const struct automaton *a, struct span at, struct diags *d);
bool automaton_has_positions(const struct automaton *a);
void automaton_print(struct automaton *a, struct buf *out);
#endif
