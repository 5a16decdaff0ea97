/* Making and printing syntax nodes.  See ast.h; the constructors are for the grammar's actions (internal.h). */
#include "syntax/ast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/internal.h"
#include "pp.h"

enum { MAX_DEPTH = 1000 };

const char *const ast_kind_name[AST_COUNT] = {
#define AST(kind, name, holds) [AST_##kind] = name,
#include "syntax/ast.def"
#undef AST
};
const char *const ast_op_text[OPR_COUNT] = {
	[OPR_NONE] = "", [OPR_ADD] = "+", [OPR_SUB] = "-", [OPR_MUL] = "*", [OPR_DIV] = "/", [OPR_MOD] = "%", [OPR_POW] = "^",
	[OPR_MATMUL] = "@", [OPR_NEG] = "-", [OPR_EQ] = "==", [OPR_NE] = "!=", [OPR_LT] = "<", [OPR_LE] = "<=", [OPR_GT] = ">",
	[OPR_GE] = ">=", [OPR_AND] = "and", [OPR_OR] = "or", [OPR_NOT] = "not", [OPR_EXCEPT] = "except", [OPR_STAR] = "*",
	[OPR_PLUS] = "+", [OPR_OPTIONAL] = "?",
};

struct ast *ast_new(struct parse *ps, enum ast_kind k, struct span at)
{
	struct ast *a = arena_alloc(ps->arena, sizeof *a);
	a->kind = k;
	a->span = a->at = at;
	return a;
}

struct ast *ast_add(struct parse *ps, struct ast *list, struct ast *kid)
{
	if ((list->n & (list->n - 1)) == 0) {            /* full at every power of two */
		struct ast **more = arena_array(ps->arena, list->n ? list->n * 2 : 1, sizeof *more);
		if (list->n)
			memcpy(more, list->kid, list->n * sizeof *more);
		list->kid = more;
	}
	list->kid[list->n++] = kid;
	if (!kid)
		return list;
	list->span = span_join(list->span, kid->span);
	if (kid->depth + 1 > list->depth)
		list->depth = kid->depth + 1;
	if (list->depth > MAX_DEPTH)
		parse_too_deep(ps);
	return list;
}

struct ast *ast_join(struct parse *ps, struct ast *list, struct ast *tail)
{
	for (uint32_t i = 0; tail && i < tail->n; i++)
		ast_add(ps, list, tail->kid[i]);
	return list;
}

struct ast *ast_1(struct parse *ps, enum ast_kind k, struct span at, struct ast *a)
{
	return ast_add(ps, ast_new(ps, k, at), a);
}

struct ast *ast_2(struct parse *ps, enum ast_kind k, struct span at, struct ast *a, struct ast *b)
{
	return ast_add(ps, ast_1(ps, k, at, a), b);
}

struct ast *ast_3(struct parse *ps, enum ast_kind k, struct span at, struct ast *a, struct ast *b, struct ast *c)
{
	return ast_add(ps, ast_2(ps, k, at, a, b), c);
}

struct ast *ast_named(struct parse *ps, struct ast *a, struct token name)
{
	(void)ps;
	a->name = intern_n(name.text, name.span.len);
	a->at = name.span;
	a->span = span_join(a->span, name.span);
	return a;
}

struct ast *ast_word(struct parse *ps, struct token t)
{
	return ast_named(ps, ast_new(ps, AST_NAME, t.span), t);
}

struct ast *ast_number(struct parse *ps, struct token t, bool negative)
{
	struct ast *a = ast_new(ps, AST_NUMBER, t.span);
	char *text = arena_strndup(ps->arena, t.text, t.span.len);
	a->number = strtod(text, NULL);
	if (isinf(a->number))
		diag_at(ps->diags, E_NUMBER, t.span, "this number is too large");
	if (negative)
		a->number = -a->number;
	return a;
}

static void put_utf8(struct buf *b, unsigned long c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xC0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 0x3F)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xE0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_putc(b, (char)(0x80 | (c & 0x3F)));
	} else {
		buf_putc(b, (char)(0xF0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3F)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_putc(b, (char)(0x80 | (c & 0x3F)));
	}
}

static int hex_digit(char c)
{
	const char *all = "0123456789abcdefABCDEF", *at = c ? strchr(all, c) : NULL;
	return !at ? -1 : at - all < 16 ? (int)(at - all) : (int)(at - all) - 6;
}

/* u{hex}: one to six digits.  Returns the bytes used, 0 when it is no character's number. */
static size_t escape_number(const char *s, size_t n, struct buf *out)
{
	unsigned long c = 0;
	size_t i = 2;
	if (n < 4 || s[1] != '{')
		return 0;
	for (; i < n && i < 8 && hex_digit(s[i]) >= 0; i++)
		c = c * 16 + (unsigned long)hex_digit(s[i]);
	if (i == 2 || i == n || s[i] != '}' || c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0;
	put_utf8(out, c);
	return i + 1;
}

/* Returns how many bytes of s (after the backslash) were used; 0: not an escape. */
static size_t escape(const char *s, size_t n, struct buf *out)
{
	const char *plain = "n\nt\tr\r\"\"\\\\";
	for (const char *p = plain; *p; p += 2)
		if (n && s[0] == *p) {
			buf_putc(out, p[1]);
			return 1;
		}
	return n && s[0] == 'u' ? escape_number(s, n, out) : 0;
}

struct ast *ast_texted(struct parse *ps, struct ast *a, struct token t)
{
	struct buf b = { 0 };
	bool quoted = t.kind == TK_STRING;
	size_t from = quoted ? 1 : 0, to = t.span.len - from;
	for (size_t i = from; i < to; i++) {
		if (!quoted || t.text[i] != '\\') {
			buf_putc(&b, t.text[i]);
			continue;
		}
		size_t used = escape(t.text + i + 1, to - i - 1, &b);
		if (!used) {
			uint32_t n = 2;                              /* the backslash and a character */
			while (i + n < to && ((unsigned char)t.text[i + n] & 0xC0) == 0x80)
				n++;
			struct span at = { t.span.off + (uint32_t)i, n };
			diag_at(ps->diags, E_ESCAPE, at, "unknown escape in a string");
			diag_hint(ps->diags, "the escapes are \\n \\t \\r \\\" \\\\ and \\u{hex}");
		}
		i += used ? used : 1;
	}
	a->text = arena_strndup(ps->arena, buf_str(&b), b.n);
	if (a->kind == AST_FIELD)
		a->name = intern(a->text);
	buf_free(&b);
	return a;
}

struct ast *ast_string(struct parse *ps, struct token t)
{
	return ast_texted(ps, ast_new(ps, AST_STRING, t.span), t);
}

static enum ast_op op_of(int token)
{
	switch (token) {
	case TK_PLUS: return OPR_ADD;
	case TK_MINUS: return OPR_SUB;
	case TK_STAR: return OPR_MUL;
	case TK_SLASH: return OPR_DIV;
	case TK_PERCENT: return OPR_MOD;
	case TK_CARET: return OPR_POW;
	case TK_AT: return OPR_MATMUL;
	case TK_EQ: return OPR_EQ;
	case TK_NE: return OPR_NE;
	case TK_LT: return OPR_LT;
	case TK_LE: return OPR_LE;
	case TK_GT: return OPR_GT;
	case TK_GE: return OPR_GE;
	case TK_AND: return OPR_AND;
	case TK_OR: return OPR_OR;
	case TK_NOT: return OPR_NOT;
	case TK_EXCEPT: return OPR_EXCEPT;
	}
	return OPR_NONE;
}

struct ast *ast_unary(struct parse *ps, struct token op, struct ast *a)
{
	struct ast *r = ast_1(ps, AST_UNARY, op.span, a);
	r->op = op.kind == TK_MINUS ? OPR_NEG : OPR_NOT;
	return r;
}

static bool compares(const struct ast *a)
{
	return (a->kind == AST_BINARY && a->op >= OPR_EQ && a->op <= OPR_GE) || a->kind == AST_SUBSET || a->kind == AST_EQUALS;
}

/* The grammar takes comparisons from left to right, so a chain arrives as a left operand. */
static struct ast *no_chain(struct parse *ps, struct ast *r)
{
	if (compares(r) && compares(r->kid[0]) && !r->kid[0]->grouped) {
		diag_at(ps->diags, E_NONASSOC, r->at, "comparisons do not chain");
		diag_hint(ps->diags, "write two comparisons joined by and, or put one in parentheses");
	}
	return r;
}

struct ast *ast_binary(struct parse *ps, struct token op, struct ast *a, struct ast *b)
{
	struct ast *r = ast_2(ps, AST_BINARY, op.span, a, b);
	r->op = op_of(op.kind);
	return no_chain(ps, r);
}

struct ast *ast_compare_sets(struct parse *ps, enum ast_kind k, struct token op, struct ast *a, struct ast *b, struct ast *model)
{
	return no_chain(ps, ast_3(ps, k, op.span, a, b, model));
}

struct ast *ast_range(struct parse *ps, struct token op, struct ast *a, struct ast *b)
{
	if (a->kind == AST_RANGE && !a->grouped)
		diag_at(ps->diags, E_NONASSOC, op.span, "ranges do not chain");
	if (op.span.len != 2) {
		diag_at(ps->diags, E_SYNTAX, op.span, "an arrow in an expression");
		diag_hint(ps->diags, "a pattern is made a value by paths(...)");
	}
	return ast_2(ps, AST_RANGE, op.span, a, b);
}

struct ast *ast_group(struct ast *a)
{
	a->grouped = true;
	return a;
}

struct ast *ast_target(struct parse *ps, struct ast *a)
{
	if (a->kind != AST_NAME && a->kind != AST_DOT && a->kind != AST_INDEX) {
		diag_at(ps->diags, E_SYNTAX, a->span, "this is not something that can be set");
		if (a->kind == AST_CALL)
			diag_hint(ps->diags, "a function is written fn f(x) = x + 1");
	}
	return a;
}

struct ast *ast_lambda(struct parse *ps, struct token arrow, struct ast *param, struct ast *body)
{
	if (param->kind != AST_NAME)
		diag_at(ps->diags, E_SYNTAX, param->span, "a parameter is a name");
	struct ast *params = ast_new(ps, AST_PARAMS, param->span);
	return ast_2(ps, AST_LAMBDA, arrow.span, param->kind == AST_NAME ? ast_add(ps, params, param) : params, body);
}

struct ast *ast_repeat(struct parse *ps, struct token op, struct ast *a)
{
	struct ast *r = ast_1(ps, AST_P_REPEAT, op.span, a);
	r->op = op.kind == TK_STAR ? OPR_STAR : op.kind == TK_PLUS ? OPR_PLUS : OPR_OPTIONAL;
	return r;
}

struct ast *ast_anything(struct parse *ps, struct token dots)
{
	struct ast *r = ast_1(ps, AST_P_REPEAT, dots.span, ast_new(ps, AST_P_ANY, dots.span));
	r->op = OPR_STAR;
	return r;
}

struct ast *ast_to(struct ast *a, struct token end)
{
	a->span = span_join(a->span, end.span);
	return a;
}

struct ast *ast_from(struct token begin, struct ast *a)
{
	a->span = span_join(begin.span, a->span);
	return a;
}

struct ast *ast_clause(struct parse *ps, struct ast *c, int which, struct token word, struct ast *value)
{
	while (c->n < 7)
		ast_add(ps, c, NULL);
	if (c->kid[which])
		diag_at(ps->diags, E_SYNTAX, word.span, "'%.*s' stands twice in this statement", (int)word.span.len, word.text);
	c->kid[which] = value;
	return c;
}

struct ast *ast_evaluate(struct parse *ps, enum ast_kind k, struct token word, struct ast *subject, struct ast *c, struct ast *block)
{
	struct ast *r = ast_1(ps, k, word.span, subject);
	for (int i = 1; i < 6; i++)
		ast_add(ps, r, i < (int)c->n ? c->kid[i] : NULL);
	return block ? ast_add(ps, r, block) : r;
}

static void print(const struct ast *a, int indent, struct buf *out)
{
	buf_printf(out, "%*s%s", indent, "", a ? ast_kind_name[a->kind] : "-");
	if (a) {
		if (a->op)
			buf_printf(out, " %s", ast_op_text[a->op]);
		if (a->name)
			buf_printf(out, " %s", a->name);
		if (a->text)
			buf_printf(out, " \"%s\"", a->text);
		if (a->kind == AST_NUMBER)
			buf_printf(out, " %.17g", a->number);
	}
	buf_putc(out, '\n');
	for (uint32_t i = 0; a && i < a->n; i++)
		print(a->kid[i], indent + 2, out);
}

void ast_print(const struct ast *a, struct buf *out)
{
	print(a, 0, out);
}

bool ast_equal(const struct ast *a, const struct ast *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->op != b->op || a->name != b->name || a->n != b->n || a->number != b->number)
		return false;
	if (strcmp(a->text ? a->text : "", b->text ? b->text : "") != 0)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!ast_equal(a->kid[i], b->kid[i]))
			return false;
	return true;
}
