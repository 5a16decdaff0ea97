/* What lexer, grammar and parse.c share; private to the front end. */
#ifndef PP_SYNTAX_INTERNAL_H
#define PP_SYNTAX_INTERNAL_H
#include "base/diag.h"
#include "base/mem.h"
#include "syntax/parse.h"

struct token { int kind; struct span span; const char *text; bool unclosed; };

enum { LEX_DEPTH = 256 };            /* brackets inside brackets; the parser gives up when there are so many */
struct lexer {
	const char *src, *cur, *lim, *mar, *tok;
	uint32_t base;               /* offset of src in the session's sources */
	int last;                    /* kind of the last token */
	int depth, braces;           /* open brackets; those of them that are '{' */
	char open[LEX_DEPTH];
	uint32_t open_at[LEX_DEPTH]; /* where in src */
};

struct token_list { struct token *at; size_t n, cap; };

/* A set of kinds of tokens. */
struct token_set { uint64_t bits[2]; };
static inline bool token_set_has(const struct token_set *s, int kind) { return s->bits[kind >> 6] >> (kind & 63) & 1; }
static inline void token_set_add(struct token_set *s, int kind) { s->bits[kind >> 6] |= UINT64_C(1) << (kind & 63); }
static inline void token_set_remove(struct token_set *s, int kind) { s->bits[kind >> 6] &= ~(UINT64_C(1) << (kind & 63)); }

struct parse {
	const struct source *source;
	const struct lexer *lexer;
	struct arena *arena;
	struct diags *diags;
	struct span at;              /* the token in hand */
	struct token before;         /* the one before it */
	struct ast *program;
	int  nerr;
	bool stuck;                  /* the parser gave up; feed it no more */
	bool probe, incomplete;
	struct token_set expected;   /* filled by the parser for a message */
	struct token_list *record;   /* every token that the parser took, or NULL */
	bool ask;                    /* at the end of the text: fill expected, and say nothing */
};

int  lex_next(struct lexer *lx, struct token *t);
/* Forgets the ( and [ that are open since the last {. */
void lex_drop_brackets(struct lexer *lx);
/* When t begins a line no further in than the line that left a ( or [ open: that bracket.  Else NULL.  Then t is probably the
 * next statement, and what is missing is the closing bracket. */
const char *lex_forgotten(const struct lexer *lx, const struct token *t);

/* Questions to the parser (grammar/pp.y): could this kind of token come next?  How many { are open?  All kinds that could come. */
bool parser_accepts(const void *parser, int kind);
int  parser_open_braces(const void *parser);
void parser_expects(const void *parser, struct token_set *all);

/* The words of the language in a set, without quotes; how many. */
size_t token_words(const struct token_set *s, const char **word, size_t most);

void parse_unexpected(struct parse *ps, struct token t);
void parse_bad_token(struct parse *ps, const struct token *t);
void parse_too_deep(struct parse *ps);

/* parse.h's parse_source, which also lists the tokens; newlines that end nothing are not among them. */
struct parsed parse_recorded(const struct source *src, struct arena *arena, struct diags *d, bool probe, struct token_list *record);

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
struct ast *ast_compare_sets(struct parse *ps, enum ast_kind k, struct token op, struct ast *a, struct ast *b, struct ast *model);
struct ast *ast_range(struct parse *ps, struct token op, struct ast *a, struct ast *b);
struct ast *ast_anything(struct parse *ps, struct token dots);                         /* (*)* */
struct ast *ast_repeat(struct parse *ps, struct token op, struct ast *a);
struct ast *ast_group(struct ast *a);                                                 /* stands in parentheses */
struct ast *ast_target(struct parse *ps, struct ast *a);                             /* checks that it can be assigned */
struct ast *ast_lambda(struct parse *ps, struct token arrow, struct ast *param, struct ast *body);
struct ast *ast_to(struct ast *a, struct token end);                                 /* stretches the span to end */
struct ast *ast_from(struct token begin, struct ast *a);                             /* ... to begin */
struct ast *ast_clause(struct parse *ps, struct ast *clauses, int which, struct token word, struct ast *value);
struct ast *ast_evaluate(struct parse *ps, enum ast_kind k, struct token word, struct ast *subject, struct ast *clauses, struct ast *block);
#endif
