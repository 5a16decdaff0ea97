/* Names and what they mean.  See scope.h. */
#include "lang/internal.h"

struct scope *scope_open(struct scopes *all, struct scope *up)
{
	struct scope *s = all->free;
	if (s)
		all->free = s->up;
	else
		s = mem_alloc(sizeof *s);
	s->up = up;
	return s;
}

void scope_moved(struct scope *s)
{
	if (s->n_indexed)
		map_clear(&s->index);
	s->n_indexed = 0;
}

static void give_back(struct scopes *all, struct scope *s)
{
	s->binding.n = 0;
	scope_moved(s);
	s->top = s->body = s->loop = s->aloud = s->wall = s->kept = false;
	s->up = all->free;
	all->free = s;
}

void scope_close(struct scopes *all, struct scope *s)
{
	if (!s->kept)
		give_back(all, s);
}

void scope_keep(struct scopes *all, struct scope *s)
{
	for (; s && !s->kept; s = s->up) {
		s->kept = true;
		vec_push(&all->kept, s);
	}
}

void scopes_forget(struct scopes *all, size_t n)
{
	while (all->kept.n > n)
		give_back(all, vec_pop(&all->kept));
}

void scopes_free(struct scopes *all)
{
	scopes_forget(all, 0);
	while (all->free) {
		struct scope *s = all->free;
		all->free = s->up;
		vec_free(&s->binding);
		map_free(&s->index);
		free(s);
	}
	vec_free(&all->kept);
}

enum { FEW = 16 };                       /* names that are sooner looked through than looked up */

struct binding *find_local(struct scope *s, const char *name)
{
	uint64_t at;
	for (; s->binding.n > FEW && s->n_indexed < s->binding.n; s->n_indexed++)
		map_put(&s->index, (uintptr_t)s->binding.at[s->n_indexed].name, s->n_indexed);
	if (s->binding.n > FEW)
		return map_get(&s->index, (uintptr_t)name, &at) ? &s->binding.at[at] : NULL;
	for (size_t i = s->binding.n; i-- > 0;)
		if (s->binding.at[i].name == name)
			return &s->binding.at[i];
	return NULL;
}

struct binding *find(struct scope *s, const char *name)
{
	struct binding *b = NULL;
	for (; s && !b; s = s->up)
		b = find_local(s, name);
	return b;
}

const char *find_nearest(struct scope *s, const char *name)
{
	VEC(const char *) have = { 0 };
	for (; s; s = s->up)
		for (size_t i = 0; i < s->binding.n; i++)
			vec_push(&have, s->binding.at[i].name);
	const char *near = str_nearest(name, have.at, have.n);
	vec_free(&have);
	return near;
}

static void say_where(struct interp *in, const struct binding *b)
{
	struct place p = source_place(in->o.sources, b->at);
	if (p.source)
		diag_hint(in->o.diags, "it was introduced at %s:%d:%d", p.source->name, p.line, p.col);
}

/* At a prompt, and not twice in one text: there it is as much a slip as in a script. */
static bool replaces(const struct interp *in, const struct scope *s, const struct binding *old, struct span at)
{
	return in->o.prompt && s == &in->top && source_place(in->o.sources, old->at).source != source_place(in->o.sources, at).source;
}

bool bind(struct interp *in, struct scope *s, const char *name, struct value v, struct span at, bool settable)
{
	struct binding *old = find_local(s, name);
	if (old && !old->broken && !replaces(in, s, old, at)) {
		diag_at(in->o.diags, E_REBIND, at, "%s has a value already", name);
		say_where(in, old);
		return false;
	}
	struct binding b = { name, v, at, settable, false };
	if (old)
		*old = b;
	else
		vec_push(&s->binding, b);
	return true;
}

void bind_broken(struct interp *in, struct scope *s, const char *name, struct span at)
{
	struct binding b = { name, { VAL_NONE, { 0 } }, at, false, true }, *old = find_local(s, name);
	if (old && !old->broken && replaces(in, s, old, at)) {       /* what follows means the one that failed */
		vec_push(&in->shadowed, *old);
		old->broken = true;
	}
	if (!old)
		vec_push(&s->binding, b);
}

bool set(struct interp *in, struct scope *s, const struct ast *t, struct value v)
{
	struct binding *b = NULL;
	bool outside = false;
	if (t->kind != AST_NAME)
		return FAIL(in, E_PLACE, t, "only a name can be set: values never change");
	for (; s && !b; s = s->up) {
		b = find_local(s, t->name);
		outside |= !b && s->wall;
	}
	if (!b) {
		diag_at(in->o.diags, E_NAME, t->span, "%s is not known here", t->name);
		diag_hint(in->o.diags, "a new name is introduced by let: let %s = ...", t->name);
		return false;
	}
	if (b->broken)
		return false;
	if (!b->settable || outside) {
		diag_at(in->o.diags, E_REBIND, t->span, outside ? "a metric cannot set %s, which lies outside of it" : "%s cannot be set again", t->name);
		say_where(in, b);
		return false;
	}
	b->value = v;
	return true;
}
