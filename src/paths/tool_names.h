/* Components as other circuit tools spell them.
 *
 *     EAP-IG, MIB   input   a5.h2   m3   logits     edges  a0.h1->a5.h2<q>
 *     AutoCircuit   Resid Start   A5.2   A5.2.Q   MLP 3   Resid End           Resid Start->A5.2.Q
 *     ACDC          blocks.5.attn.hook_result[:, :, 2]   blocks.5.hook_q_input[:, :, 2]   blocks.3.hook_mlp_in ...
 *
 * and as pp does: a5.h2.q.  Which letters a name stands for is found out when an automaton is made for a graph. */
#ifndef PP_PATHS_TOOL_NAMES_H
#define PP_PATHS_TOOL_NAMES_H
#include "paths/pattern.h"

/* The step of one name; NULL, with the reason in why, when it is none. */
struct pattern *tool_step(struct arena *a, const char *name, size_t n, struct span at, struct buf *why);
/* The two names of an edge "from->to", without the blanks around them.  False when there is no arrow. */
bool tool_edge(const char *edge, const char **from, size_t *n_from, const char **to, size_t *n_to);
/* Is it inside of one component, as ACDC's edges from hook_q_input to hook_q are? */
bool tool_same_component(const struct pattern *from, const struct pattern *to);

/* How EAP-IG calls a component: "input" where paths begin, "logits" where they end, else its own name. */
const char *tool_component(const struct graph *g, int component);
/* The letters with which paths begin, and no others: what "input" stands for. */
bool begins_paths(const struct graph *g, int letter);
#endif
