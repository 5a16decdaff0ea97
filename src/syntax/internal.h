/* What lexer, grammar and parse.c share; private to the front end. */
#ifndef PP_SYNTAX_INTERNAL_H
#define PP_SYNTAX_INTERNAL_H
#include "base/diag.h"
#include "base/vec.h"
#include "syntax/ast.h"

struct token { int kind; struct span span; const char *text; bool unclosed; };

struct lexer {
	const char *src, *cur, *lim, *mar, *tok;
	uint32_t base;               /* offset of src in the session's sources */
	int last, depth;             /* last token; open brackets */
	char open[256];
};

struct parse {
	const struct source *source;
	struct arena *arena;
	struct diags *diags;
	struct span at;              /* the token in hand */
	struct ast *program;
	int  nerr;
	bool stuck;                  /* the parser gave up; feed it no more */
	bool probe, incomplete;
	VEC(int) expected;           /* filled by the parser for a message */
};

int lex_next(struct lexer *lx, struct token *t);
void parse_unexpected(struct parse *ps, struct token t);
void parse_too_deep(struct parse *ps);

/* Constructors.  NULL kids are allowed where ast.def says so; lists grow by ast_add. */
struct ast *ast_new(struct parse *ps, enum ast_kind k, struct span at);
struct ast *ast_1(struct parse *ps, enum ast_kind k, struct span at, struct ast *a);
struct ast *ast_2(struct parse *ps, enum ast_kind k, struct span at, struct ast *a, struct ast *b);
struct ast *ast_3(struct parse *ps, enum ast_kind k, struct span at, struct ast *a, struct ast *b, struct ast *c);
struct ast *ast_add(struct parse *ps, struct ast *list, struct ast *kid);            /* kid may be NULL */
/* All kids of tail (may be NULL) after those of list. */
struct ast *ast_join(struct parse *ps, struct ast *list, struct ast *tail);
struct ast *ast_named(struct parse *ps, struct ast *a, struct token name);
struct ast *ast_word(struct parse *ps, struct token t);                              /* NAME */
struct ast *ast_number(struct parse *ps, struct token t, bool negative);
struct ast *ast_string(struct parse *ps, struct token t);
struct ast *ast_texted(struct parse *ps, struct ast *a, struct token string);
struct ast *ast_unary(struct parse *ps, struct token op, struct ast *a);
struct ast *ast_binary(struct parse *ps, struct token op, struct ast *a, struct ast *b);
struct ast *ast_range(struct parse *ps, struct token op, struct ast *a, struct ast *b);
struct ast *ast_anything(struct parse *ps, struct token dots);                         /* (*)* */
struct ast *ast_repeat(struct parse *ps, struct token op, struct ast *a);
struct ast *ast_to(struct ast *a, struct token end);                                 /* stretches the span to end */
struct ast *ast_clause(struct parse *ps, struct ast *clauses, int which, struct token word, struct ast *value);
struct ast *ast_evaluate(struct parse *ps, enum ast_kind k, struct token word, struct ast *subject, struct ast *clauses, struct ast *block);
#endif
