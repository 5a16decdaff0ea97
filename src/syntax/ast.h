/* The syntax tree.
 *
 * Owns the shape of a parsed script and nothing about its meaning.  One struct serves all kinds; ast.def says what each
 * holds.  Nodes live in an arena; names are interned; spans point into the session's sources. */
#ifndef PP_SYNTAX_AST_H
#define PP_SYNTAX_AST_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/source.h"
#include "base/str.h"

enum ast_kind {
#define AST(kind, name, holds) AST_##kind,
#include "syntax/ast.def"
#undef AST
	AST_COUNT
};

/* Operators of UNARY, BINARY and P_REPEAT. */
enum ast_op {
	OPR_NONE, OPR_ADD, OPR_SUB, OPR_MUL, OPR_DIV, OPR_MOD, OPR_POW, OPR_MATMUL, OPR_NEG,
	OPR_EQ, OPR_NE, OPR_LT, OPR_LE, OPR_GT, OPR_GE, OPR_AND, OPR_OR, OPR_NOT, OPR_EXCEPT,
	OPR_STAR, OPR_PLUS, OPR_OPTIONAL,
	OPR_COUNT
};
extern const char *const ast_op_text[OPR_COUNT];     /* "+", "and", ... */
extern const char *const ast_kind_name[AST_COUNT];

struct ast {
	enum ast_kind kind;
	enum ast_op   op;
	bool          grouped;       /* stands in parentheses, which leave no node */
	struct span   span;          /* all of it */
	struct span   at;            /* the word or operator a message points to */
	const char   *name;          /* interned */
	const char   *text;          /* strings: escapes resolved, NUL-terminated, no NUL inside */
	double        number;
	uint32_t      depth;         /* of the tree below; bounded, so passes over it may recurse */
	uint32_t      n;
	struct ast  **kid;
};

/* Prints a tree as indented text, one node a line: kind, op or name or text or number, then its kids. */
void ast_print(const struct ast *a, struct buf *out);
/* True when the two trees are alike but for spans. */
bool ast_equal(const struct ast *a, const struct ast *b);
#endif
