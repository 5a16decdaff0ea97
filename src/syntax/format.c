/* Laying out a script.  See format.h.
 *
 * Works on the tokens, so that no word can get lost, and asks the tree what a token is where that decides about blanks: is '-'
 * between operands or before one, does '[' begin a list or an index?  Text becomes lines first, so that the comments behind
 * neighbouring lines can be brought into one column. */
#include "syntax/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "pp.h"
#include "syntax/internal.h"

enum { STEP = 2, BLANK_LINES = 2, COMMENT_GAP = 2, COMMENT_COLUMN = 100 };

/* What the tree knows about the token at an offset. */
enum role {
	ROLE_NONE,
	ROLE_BINARY,             /* an operator between its operands */
	ROLE_RANGE,              /* '..' between two plain operands */
	ROLE_REPEAT,             /* '*', '+' or '?' behind a pattern */
	ROLE_POSITION,           /* '@' of a position */
	ROLE_OPENS_CALL,         /* the '(' of arguments */
	ROLE_OPENS_LIST,         /* the '[' of a list */
	ROLE_OPENS_BLOCK,        /* the '{' of statements */
	ROLE_OPENS_SET,          /* '[' or '{' of plain indices, ports or positions in a pattern: h[2,3].{q,k}@{S1,S2} */
	ROLE_TAKES_PARAMETERS,   /* a name before the '(' of its parameters */
};

struct line { int indent; struct buf code; const char *comment; uint32_t comment_len; int blank; };   /* blank: empty lines above */
struct bracket { int indent; enum role role; };  /* indent: of the line it was opened on */

struct layout {
	const struct source *src;
	const struct token_list *token;
	uint8_t *role;           /* by offset in src */
	VEC(struct line) line;
	VEC(struct bracket) open;
	size_t last;             /* the token written last; n: none yet */
};

/* ---- what the tree knows */

static void put_role(struct layout *f, struct span at, enum role r)
{
	uint32_t off = at.off - f->src->base;
	if (off <= f->src->len)
		f->role[off] = (uint8_t)r;
}

static bool plain(const struct ast *a)
{
	if (a->kind == AST_UNARY && a->op == OPR_NEG)
		return plain(a->kid[0]);
	return a->grouped || (a->kind != AST_BINARY && a->kind != AST_UNARY);
}

static bool is_pattern(enum ast_kind k)
{
	return k == AST_KEEP || k == AST_DROP || k == AST_SET || k == AST_FEED || k == AST_PATHS || k >= AST_P_OR;
}

/* Indices that are read at a glance: numbers, names, *. */
static bool plain_indices(const struct ast *a)
{
	for (uint32_t i = 1; i < a->n; i++)
		if (a->kid[i]->kind != AST_NUMBER && a->kid[i]->kind != AST_NAME && a->kid[i]->kind != AST_STAR)
			return false;
	return true;
}

/* in_pattern: a is part of a pattern, and not of an expression inside one. */
static void learn(struct layout *f, const struct ast *a, bool in_pattern)
{
	if (!a)
		return;
	bool in = is_pattern(a->kind) || (in_pattern && (a->kind == AST_DOT || a->kind == AST_INDEX || a->kind == AST_NAME));
	switch (a->kind) {
	case AST_BINARY: put_role(f, a->at, ROLE_BINARY); break;
	case AST_RANGE:
		if (plain(a->kid[0]) && plain(a->kid[1]))
			put_role(f, a->at, ROLE_RANGE);
		break;
	case AST_P_REPEAT:   put_role(f, a->at, ROLE_REPEAT); break;
	case AST_P_AT:       put_role(f, a->at, ROLE_POSITION); break;
	case AST_CALL:       put_role(f, a->at, ROLE_OPENS_CALL); break;
	case AST_LIST:           put_role(f, a->span, ROLE_OPENS_LIST); break;
	case AST_COMPREHENSION:  put_role(f, a->at, ROLE_OPENS_LIST); break;
	case AST_POSITIONS:      put_role(f, a->span, ROLE_OPENS_SET); break;
	case AST_P_PORTS:        put_role(f, a->at, ROLE_OPENS_SET); break;
	case AST_INDEX:
		if (in && plain_indices(a))
			put_role(f, a->at, ROLE_OPENS_SET);
		break;
	case AST_BLOCK:      put_role(f, a->span, ROLE_OPENS_BLOCK); break;
	case AST_FN:
	case AST_METRIC:
	case AST_DELTA:
	case AST_MODEL_DEF:  put_role(f, a->at, ROLE_TAKES_PARAMETERS); break;
	default:             break;
	}
	for (uint32_t i = 0; i < a->n; i++)
		learn(f, a->kid[i], in);
}

static enum role role_of(const struct layout *f, const struct token *t)
{
	enum role r = (enum role)f->role[t->span.off - f->src->base];
	if (r == ROLE_OPENS_SET && t->kind != TK_LBRACE && t->kind != TK_LB)       /* one position, without brackets */
		return ROLE_NONE;
	return r;
}

/* ---- blanks */

static bool is_minus_before(const struct layout *f, const struct token *t)
{
	return t->kind == TK_MINUS && role_of(f, t) != ROLE_BINARY;
}

static bool opens(int kind)
{
	return kind == TK_LP || kind == TK_LB || kind == TK_LBRACE;
}

static bool closes(int kind)
{
	return kind == TK_RP || kind == TK_RB || kind == TK_RBRACE;
}

/* A '(' that belongs to the word before it. */
static bool belongs(const struct layout *f, const struct token *before, const struct token *t)
{
	bool set = before->kind == TK_WITHIN || before->kind == TK_CIRCUIT;
	return role_of(f, t) == ROLE_OPENS_CALL || before->kind == TK_PATHS || role_of(f, before) == ROLE_TAKES_PARAMETERS
	    || (set && role_of(f, before) == ROLE_OPENS_CALL);
}

/* Nothing between a and the token b behind it?  inside: what opened the innermost bracket. */
static bool tight(const struct layout *f, const struct token *a, const struct token *b, enum role inside)
{
	if (opens(a->kind) || closes(b->kind)) {             /* { x } around statements, else (x) [x] {x} */
		bool braces = a->kind == TK_LBRACE || b->kind == TK_RBRACE;
		if (!braces || (opens(a->kind) && a->kind != TK_LBRACE) || (closes(b->kind) && b->kind != TK_RBRACE))
			return true;
		return a->kind == TK_LBRACE ? role_of(f, a) != ROLE_OPENS_BLOCK : inside != ROLE_OPENS_BLOCK;
	}
	if (b->kind == TK_COMMA || b->kind == TK_COLON || b->kind == TK_DOT || b->kind == TK_NL || a->kind == TK_DOT || (a->kind == TK_COMMA && inside == ROLE_OPENS_SET))
		return true;
	if (is_minus_before(f, a) || role_of(f, a) == ROLE_RANGE || role_of(f, b) == ROLE_RANGE)
		return true;
	if (role_of(f, a) == ROLE_POSITION || role_of(f, b) == ROLE_POSITION)
		return true;
	if (role_of(f, b) == ROLE_REPEAT && b->kind != TK_DOTDOT)
		return true;
	if (b->kind == TK_LB)
		return role_of(f, b) != ROLE_OPENS_LIST;
	return b->kind == TK_LP && belongs(f, a, b);
}

/* ---- lines */

static const char *end_of(const struct token *t)
{
	return t->text + t->span.len;
}

static bool has_newline(const char *from, const char *to)
{
	return memchr(from, '\n', (size_t)(to - from)) != NULL;
}

static void new_line(struct layout *f, int indent, int blank)
{
	struct line l = { .indent = indent };
	if (f->line.n && blank > 0)
		l.blank = blank < BLANK_LINES ? blank : BLANK_LINES;
	vec_push(&f->line, l);
}

static int inner_indent(const struct layout *f)
{
	return f->open.n ? vec_last(&f->open).indent + 1 : 0;
}

/* A line that begins with closing brackets goes back to where the last of them was opened. */
static int indent_at(const struct layout *f, size_t i, bool goes_on)
{
	size_t depth = f->open.n;
	int indent = inner_indent(f) + goes_on;
	const char *end = i < f->token->n ? f->token->at[i].text : NULL;
	for (; depth > 0 && i < f->token->n; i++) {
		const struct token *t = &f->token->at[i];
		bool semicolon = t->kind == TK_NL && *t->text == ';';        /* "} ; }" becomes "} }" */
		if (has_newline(end, t->text) || !(closes(t->kind) || semicolon))
			break;
		if (!semicolon)
			indent = f->open.at[--depth].indent;
		end = end_of(t);
	}
	return indent;
}

static void put_comment(struct layout *f, const char *s, const char *end)
{
	while (end > s && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	vec_last(&f->line).comment = s;
	vec_last(&f->line).comment_len = (uint32_t)(end - s);
}

/* What lies between two tokens: comments and ends of lines.  Begins a new line where there was one.
 * goes_on: the statement is not at its end, and no bracket says so. */
static void cross_gap(struct layout *f, const char *from, const char *to, size_t next, bool goes_on)
{
	int newlines = 0;
	bool pending = f->line.n == 0;
	for (const char *s = from; s < to; s++) {
		if (*s == '\n') {
			newlines++;
			pending = true;
		} else if (*s == '#') {
			const char *end = memchr(s, '\n', (size_t)(to - s));
			end = end ? end : to;
			if (pending)
				new_line(f, inner_indent(f) + goes_on, newlines - 1);
			put_comment(f, s, end);
			newlines = 0;
			pending = true;
			s = end - 1;
		}
	}
	if (pending && next < f->token->n)
		new_line(f, indent_at(f, next, goes_on), newlines - 1);
}

/* "-> .. ->" is one token, with any blanks inside. */
static void put_text(struct buf *out, const struct token *t)
{
	for (uint32_t i = 0; i < t->span.len; i++) {
		char c = t->text[i];
		bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
		if (t->kind != TK_DOTDOT || !blank)
			buf_putc(out, c);
		if (t->kind == TK_DOTDOT && t->span.len > 2 && ((c == '>' && i + 1 < t->span.len) || (c == '.' && i > 0 && t->text[i - 1] == '.' && i + 1 < t->span.len)))
			buf_putc(out, ' ');
	}
}

static void keep_brackets(struct layout *f, const struct token *t)
{
	if (closes(t->kind) && f->open.n)
		(void)vec_pop(&f->open);
	if (!opens(t->kind))
		return;
	struct bracket b = { vec_last(&f->line).indent, role_of(f, t) };
	vec_push(&f->open, b);
}

/* A ';' says something between two statements of one line, and behind a '..', after which a line would go on. */
static bool says_nothing(const struct layout *f, size_t i)
{
	const struct token_list *t = f->token;
	size_t next = i + 1;
	while (next < t->n && t->at[next].kind == TK_NL)
		next++;
	const struct token *before = f->last < t->n ? &t->at[f->last] : NULL;
	bool waits = before && before->kind == TK_DOTDOT;
	bool first = !before || before->kind == TK_LBRACE || before->kind == TK_NL || (!waits && has_newline(end_of(before), t->at[i].text));
	const char *limit = next < t->n ? t->at[next].text : f->src->text + f->src->len;
	bool at_end = has_newline(end_of(&t->at[i]), limit);
	return first || next >= t->n || (at_end ? !waits : t->at[next].kind == TK_RBRACE);
}

static void put_token(struct layout *f, size_t i, bool goes_on)
{
	const struct token *t = &f->token->at[i], *before = f->last < f->token->n ? &f->token->at[f->last] : NULL;
	size_t lines = f->line.n;
	enum role inside = f->open.n ? vec_last(&f->open).role : ROLE_OPENS_BLOCK;
	cross_gap(f, before ? end_of(before) : f->src->text, t->text, i, goes_on);
	struct buf *code = &vec_last(&f->line).code;
	if (f->line.n == lines && before && !tight(f, before, t, inside))
		buf_putc(code, ' ');
	put_text(code, t);
	keep_brackets(f, t);
	f->last = i;
}

static void lay_out(struct layout *f)
{
	const struct token_list *t = f->token;
	bool ended = true;               /* a statement ended since the token written last */
	f->last = t->n;
	for (size_t i = 0; i < t->n; i++) {
		const struct token *x = &t->at[i];
		if (x->kind == TK_NL && (*x->text == '\n' || says_nothing(f, i))) {
			ended = true;
			continue;
		}
		const struct token *before = f->last < t->n ? &t->at[f->last] : NULL;
		bool inside = f->open.n && vec_last(&f->open).role != ROLE_OPENS_BLOCK;
		bool goes_on = !ended && !inside && before && before->kind != TK_LBRACE;
		put_token(f, i, goes_on);
		ended = x->kind == TK_NL;
	}
	const char *from = f->last < t->n ? end_of(&t->at[f->last]) : f->src->text;
	cross_gap(f, from, f->src->text + f->src->len, t->n, false);
}

/* ---- writing */

static int width(const struct line *l)
{
	int n = l->indent * STEP;
	for (size_t i = 0; i < l->code.n; i++)
		n += ((unsigned char)l->code.at[i] & 0xC0) != 0x80;
	return n;
}

static bool has_both(const struct line *l)
{
	return l->comment && l->code.n && width(l) < COMMENT_COLUMN;
}

/* The column of the comments behind line i and its neighbours. */
static int comment_column(const struct layout *f, size_t i)
{
	size_t from = i, to = i;
	int column = 0;
	if (!has_both(&f->line.at[i]))
		return width(&f->line.at[i]) + COMMENT_GAP;
	while (from > 0 && !f->line.at[from].blank && has_both(&f->line.at[from - 1]))
		from--;
	while (to + 1 < f->line.n && !f->line.at[to + 1].blank && has_both(&f->line.at[to + 1]))
		to++;
	for (size_t k = from; k <= to; k++)
		column = width(&f->line.at[k]) > column ? width(&f->line.at[k]) : column;
	return column + COMMENT_GAP;
}

static void write_lines(struct layout *f, struct buf *out)
{
	int column = 0;
	for (size_t i = 0; i < f->line.n; i++) {
		const struct line *l = &f->line.at[i];
		for (int k = 0; k < l->blank; k++)
			buf_putc(out, '\n');
		buf_printf(out, "%*s", l->indent * STEP, "");
		buf_add(out, l->code.n ? l->code.at : "", l->code.n);
		if (l->comment && l->code.n) {
			bool same = i > 0 && !l->blank && has_both(l) && has_both(&f->line.at[i - 1]);
			column = same ? column : comment_column(f, i);
			buf_printf(out, "%*s", column - width(l), "");
		}
		if (l->comment)
			buf_add(out, l->comment, l->comment_len);
		buf_putc(out, '\n');
	}
}

/* ---- all of it */

/* Does the text still say what the tree says? */
static bool still_says(const struct buf *text, const struct ast *program)
{
	struct source again = { .name = "", .text = text->n ? text->at : "", .len = (uint32_t)text->n, .base = 1 };
	struct sources none = { 0 };
	struct diags d = { .sources = &none };
	struct arena arena = { 0 };
	struct parsed p = parse_source(&again, &arena, &d, false);
	bool same = !d.n_errors && ast_equal(p.program, program);
	arena_free(&arena);
	diags_free(&d);
	return same;
}

bool format_source(const struct source *src, struct diags *d, struct buf *out)
{
	struct arena arena = { 0 };
	struct token_list tokens = { 0 };
	size_t before = d->n_errors;
	struct parsed p = parse_recorded(src, &arena, d, false, &tokens);
	bool ok = d->n_errors == before;
	if (ok) {
		if (tokens.n && vec_last(&tokens).kind == 0)
			tokens.n--;
		struct layout f = { .src = src, .token = &tokens, .role = mem_array(src->len + 1, 1) };
		for (uint32_t i = 0; i < p.program->n; i++)
			learn(&f, p.program->kid[i], false);
		lay_out(&f);
		write_lines(&f, out);
		pp_assert(still_says(out, p.program));
		for (size_t i = 0; i < f.line.n; i++)
			buf_free(&f.line.at[i].code);
		vec_free(&f.line);
		vec_free(&f.open);
		free(f.role);
	}
	vec_free(&tokens);
	arena_free(&arena);
	return ok;
}
