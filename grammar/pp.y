// The grammar of pp.  Four kinds of block (general, model, dataset, rules) and two expression languages (values:
// simple/expr, path patterns: pat) that meet only at [..], (..) and paths(..).  Actions only build nodes (syntax/ast.c).
%name          pp_parser
%token_prefix  TK_
%token_type    {struct token}
%default_type  {struct ast *}
%extra_context {struct parse *ps}
%token         INVALID.
%start_symbol  program
%stack_size    1000
%include {
#include <assert.h>
#include "syntax/internal.h"
#include "pp.h"
struct yyParser;
static void syntax_error(struct yyParser *p, struct parse *ps, struct token t);
#define NEW(kind, at) ast_new(ps, AST_##kind, at)
#define N1(kind, at, a) ast_1(ps, AST_##kind, at, a)
#define N2(kind, at, a, b) ast_2(ps, AST_##kind, at, a, b)
#define N3(kind, at, a, b, c) ast_3(ps, AST_##kind, at, a, b, c)
#define NAMED(a, name) ast_named(ps, a, name)
#define ADD(list, kid) ast_add(ps, list, kid)
}
%syntax_error   { (void)yymajor; syntax_error(yypParser, ps, TOKEN); }
%stack_overflow { parse_too_deep(ps); }

// Soft keywords: a name wherever the grammar wants a name and not the keyword.
%fallback NAME MODEL DATASET HYPOTHESIS METRIC DELTA USE AS PLOT SAVE REPORT TO EXPECT SPLIT
  INPUT OUTPUT COMPONENT YIELD INNER TEMPLATE COUNTERFACTUAL DISTINCT SAMPLE SEED ANSWER FOIL
  KEEP DROP SET FEED FROM ON EXTENDS EVALUATE SWEEP COUNTEREXAMPLES PRUNE REFINE UNTIL BY AT_KW ACROSS TOP
  WITHIN CIRCUIT SUBSET OF EQUALS.

%left     OR.
%left     AND EXCEPT.
%right    NOT.
%left     EQ NE LT LE GT GE SUBSET EQUALS.      // chains are refused in the actions, which can say why
%left     PIPE.
%left     DOTDOT ARROW.
%left     PLUS MINUS.
%left     STAR SLASH PERCENT AT.
%right    NEG.
%right    CARET.

program ::= stmts(A).                          { ps->program = A; }
program ::= stmts(A) stmt(B).                  { ps->program = ADD(A, B); }

// ---- blocks: a list of terminated statements, the last may do without
stmts(R)  ::= .                                { R = NEW(BLOCK, ps->at); }
stmts(R)  ::= stmts(A) NL.                     { R = A; }
stmts(R)  ::= stmts(A) stmt(B) NL.             { R = ADD(A, B); }
stmts(R)  ::= stmts(A) error NL.               { R = A; yypParser->yyerrcnt = -1; }
block(R)  ::= LBRACE(O) stmts(A) RBRACE(E).    { R = ast_from(O, ast_to(A, E)); }
block(R)  ::= LBRACE(O) stmts(A) stmt(B) RBRACE(E). { R = ast_from(O, ast_to(ADD(A, B), E)); }
mstmts(R) ::= .                                { R = NEW(BLOCK, ps->at); }
mstmts(R) ::= mstmts(A) NL.                    { R = A; }
mstmts(R) ::= mstmts(A) mstmt(B) NL.           { R = ADD(A, B); }
mstmts(R) ::= mstmts(A) error NL.              { R = A; yypParser->yyerrcnt = -1; }
mblock(R) ::= LBRACE(O) mstmts(A) RBRACE(E).   { R = ast_from(O, ast_to(A, E)); }
mblock(R) ::= LBRACE(O) mstmts(A) mstmt(B) RBRACE(E). { R = ast_from(O, ast_to(ADD(A, B), E)); }
dstmts(R) ::= .                                { R = NEW(BLOCK, ps->at); }
dstmts(R) ::= dstmts(A) NL.                    { R = A; }
dstmts(R) ::= dstmts(A) dstmt(B) NL.           { R = ADD(A, B); }
dstmts(R) ::= dstmts(A) error NL.              { R = A; yypParser->yyerrcnt = -1; }
dblock(R) ::= LBRACE(O) dstmts(A) RBRACE(E).   { R = ast_from(O, ast_to(A, E)); }
dblock(R) ::= LBRACE(O) dstmts(A) dstmt(B) RBRACE(E). { R = ast_from(O, ast_to(ADD(A, B), E)); }
hstmts(R) ::= .                                { R = NEW(BLOCK, ps->at); }
hstmts(R) ::= hstmts(A) NL.                    { R = A; }
hstmts(R) ::= hstmts(A) hstmt(B) NL.           { R = ADD(A, B); }
hstmts(R) ::= hstmts(A) error NL.              { R = A; yypParser->yyerrcnt = -1; }
hblock(R) ::= LBRACE(O) hstmts(A) RBRACE(E).   { R = ast_from(O, ast_to(A, E)); }
hblock(R) ::= LBRACE(O) hstmts(A) hstmt(B) RBRACE(E). { R = ast_from(O, ast_to(ADD(A, B), E)); }
// what may stand before a closing bracket
tail   ::= .
tail   ::= NL.
tail   ::= COMMA.

// ---- general statements
stmt(R) ::= let(A).                            { R = A; }
stmt(R) ::= expr(A).                           { R = N1(SHOW, A->span, A); }
stmt(R) ::= post(A) ASSIGN(O) expr(B).         { R = N2(ASSIGN, O.span, ast_target(ps, A), B); }
stmt(R) ::= fn(A).                             { R = A; }
stmt(R) ::= METRIC NAME(N) LP params(P) RP body(B). { R = NAMED(N2(METRIC, N.span, P, B), N); }
stmt(R) ::= DELTA NAME(N) LP params(P) RP body(B). { R = NAMED(N2(DELTA, N.span, P, B), N); }
stmt(R) ::= FOR NAME(N) IN simple(A) block(B). { R = NAMED(N2(FOR, N.span, A, B), N); }
stmt(R) ::= USE STRING(S).                     { R = ast_texted(ps, NEW(USE, S.span), S); }
stmt(R) ::= USE STRING(S) AS NAME(N).          { R = NAMED(ast_texted(ps, NEW(USE, S.span), S), N); }
stmt(R) ::= MODEL NAME(N) ASSIGN expr(A).      { R = NAMED(N1(MODEL, N.span, A), N); }
stmt(R) ::= MODEL NAME(N) LP params(P) RP mblock(B). { R = NAMED(N2(MODEL_DEF, N.span, P, B), N); }
stmt(R) ::= MODEL NAME(N) mblock(B).           { R = NAMED(N2(MODEL_DEF, N.span, NEW(PARAMS, N.span), B), N); }
stmt(R) ::= DATASET NAME(N) ASSIGN expr(A).    { R = NAMED(N1(DATASET, N.span, A), N); }
stmt(R) ::= DATASET NAME(N) FOR simple(A) dblock(B). { R = NAMED(N2(DATASET_DEF, N.span, A, B), N); }
stmt(R) ::= INPUT NAME(N) ASSIGN expr(A).      { R = NAMED(N2(PROMPT, N.span, A, NULL), N); }
stmt(R) ::= INPUT NAME(N) FOR simple(M) ASSIGN expr(A). { R = NAMED(N2(PROMPT, N.span, A, M), N); }
stmt(R) ::= HYPOTHESIS NAME(N) ON simple(M) hblock(B). { R = NAMED(N3(HYPOTHESIS, N.span, M, NULL, B), N); }
stmt(R) ::= HYPOTHESIS NAME(N) EXTENDS simple(X) hblock(B). { R = NAMED(N3(HYPOTHESIS, N.span, NULL, X, B), N); }
stmt(R) ::= HYPOTHESIS NAME(N) ON simple(M) EXTENDS simple(X) hblock(B). { R = NAMED(N3(HYPOTHESIS, N.span, M, X, B), N); }
stmt(R) ::= HYPOTHESIS NAME(N) EXTENDS simple(X) ON simple(M) hblock(B). { R = NAMED(N3(HYPOTHESIS, N.span, M, X, B), N); }
stmt(R) ::= PLOT(O) expr(A).                   { R = N2(PLOT, O.span, A, NULL); }
stmt(R) ::= PLOT(O) expr(A) TO simple(B).      { R = N2(PLOT, O.span, A, B); }
stmt(R) ::= SAVE(O) expr(A) TO simple(B).      { R = N2(SAVE, O.span, A, B); }
stmt(R) ::= REPORT(O) TO simple(A).            { R = N1(REPORT, O.span, A); }
stmt(R) ::= EXPECT(O) expr(A).                 { R = N1(EXPECT, O.span, A); }
let(R)  ::= LET NAME(N) ASSIGN expr(A).        { R = NAMED(N1(LET, N.span, A), N); }
fn(R)   ::= FN NAME(N) LP params(P) RP body(B). { R = NAMED(N2(FN, N.span, P, B), N); }
body(R) ::= ASSIGN expr(A).                    { R = A; }
body(R) ::= block(A).                          { R = A; }
params(R) ::= .                                { R = NEW(PARAMS, ps->at); }
params(R) ::= names(A).                        { R = A; }
params(R) ::= names(A) COMMA.                  { R = A; }
names(R)  ::= NAME(N).                         { R = ADD(NEW(PARAMS, N.span), ast_word(ps, N)); }
names(R)  ::= names(A) COMMA NAME(N).          { R = ADD(A, ast_word(ps, N)); }

// ---- model blocks
mstmt(R) ::= fn(A).                            { R = A; }
mstmt(R) ::= let(A).                           { R = A; }
mstmt(R) ::= post(A) ASSIGN(O) expr(B).        { R = N2(ASSIGN, O.span, ast_target(ps, A), B); }
mstmt(R) ::= INNER(O) post(A) ASSIGN expr(B).  { R = N2(INNER, O.span, ast_target(ps, A), B); }
mstmt(R) ::= INPUT NAME(N) COLON NAME(T).      { R = ast_texted(ps, NAMED(NEW(INPUT, N.span), N), T); }
mstmt(R) ::= INPUT NAME(N) COLON NAME(T) LB idxs(D) RB. { R = ast_join(ps, ast_texted(ps, NAMED(NEW(INPUT, N.span), N), T), D); }
mstmt(R) ::= COMPONENT post(A) mblock(B).      { R = N2(COMPONENT, A->span, ast_target(ps, A), B); }
mstmt(R) ::= YIELD(O) expr(A).                 { R = N1(YIELD, O.span, A); }
mstmt(R) ::= OUTPUT NAME(N) ASSIGN expr(A).    { R = NAMED(N1(OUTPUT, N.span, A), N); }
mstmt(R) ::= FOR NAME(N) IN simple(A) mblock(B). { R = NAMED(N2(FOR, N.span, A, B), N); }
mstmt(R) ::= mif(A).                           { R = A; }
mif(R)   ::= IF(O) simple(C) mblock(A).        { R = N3(IF, O.span, C, A, NULL); }
mif(R)   ::= IF(O) simple(C) mblock(A) ELSE mblock(B). { R = N3(IF, O.span, C, A, B); }
mif(R)   ::= IF(O) simple(C) mblock(A) ELSE mif(B). { R = N3(IF, O.span, C, A, B); }

// ---- dataset blocks
dstmt(R) ::= TEMPLATE(O) expr(A).              { R = N1(TEMPLATE, O.span, A); }
dstmt(R) ::= LET NAME(N) IN expr(A).           { R = NAMED(N1(SLOT, N.span, A), N); }
dstmt(R) ::= let(A).                           { R = A; }
dstmt(R) ::= fn(A).                            { R = A; }
dstmt(R) ::= NAME(N) ASSIGN(O) expr(A).        { R = N2(ASSIGN, O.span, ast_word(ps, N), A); }
dstmt(R) ::= NAME(N) COLON expr(A).            { R = NAMED(N1(OPTION, N.span, A), N); }
dstmt(R) ::= DISTINCT(O) names(A).             { R = ast_join(ps, NEW(DISTINCT, O.span), A); }
dstmt(R) ::= COUNTERFACTUAL(O) dblock(A).      { R = N1(COUNTERFACTUAL, O.span, A); }
dstmt(R) ::= ANSWER(O) expr(A).                { R = N1(ANSWER, O.span, A); }
dstmt(R) ::= FOIL(O) expr(A).                  { R = N1(FOIL, O.span, A); }
dstmt(R) ::= SAMPLE(O) simple(A).              { R = N2(SAMPLE, O.span, A, NULL); }
dstmt(R) ::= SAMPLE(O) simple(A) SEED simple(B). { R = N2(SAMPLE, O.span, A, B); }

// ---- rules: hypothesis blocks and sweep bodies
hstmt(R) ::= STRING(S).                        { R = ast_texted(ps, NEW(DOC, S.span), S); }
hstmt(R) ::= let(A).                           { R = A; }
hstmt(R) ::= fn(A).                            { R = A; }
hstmt(R) ::= KEEP(O) pat(A).                   { R = N1(KEEP, O.span, A); }
hstmt(R) ::= DROP(O) pat(A).                   { R = N1(DROP, O.span, A); }
hstmt(R) ::= SET(O) pat(A) TO expr(B).         { R = N2(SET, O.span, A, B); }
hstmt(R) ::= FEED(O) pat(A) FROM expr(B).      { R = N2(FEED, O.span, A, B); }
hstmt(R) ::= SPLIT(O) comp(A) BY simple(B) AS names(C). { R = N3(SPLIT, O.span, A, B, C); }
hstmt(R) ::= FOR NAME(N) IN simple(A) hblock(B). { R = NAMED(N2(FOR, N.span, A, B), N); }
hstmt(R) ::= hif(A).                           { R = A; }
hif(R)   ::= IF(O) simple(C) hblock(A).        { R = N3(IF, O.span, C, A, NULL); }
hif(R)   ::= IF(O) simple(C) hblock(A) ELSE hblock(B). { R = N3(IF, O.span, C, A, B); }
hif(R)   ::= IF(O) simple(C) hblock(A) ELSE hif(B). { R = N3(IF, O.span, C, A, B); }

// ---- expressions
expr(R) ::= simple(A).                         { R = A; }
expr(R) ::= NAME(N) FATARROW(O) expr(A).       { R = N2(LAMBDA, O.span, ADD(NEW(PARAMS, N.span), ast_word(ps, N)), A); }
expr(R) ::= LP RP FATARROW(O) expr(A).         { R = N2(LAMBDA, O.span, NEW(PARAMS, O.span), A); }
expr(R) ::= LP expr(P) RP FATARROW(O) expr(A). { R = ast_lambda(ps, O, P, A); }
expr(R) ::= LP NAME(N) COMMA names(P) RP FATARROW(O) expr(A).
    { R = N2(LAMBDA, O.span, ast_join(ps, ADD(NEW(PARAMS, N.span), ast_word(ps, N)), P), A); }
expr(R) ::= EVALUATE(O) simple(A) clauses(C).  { R = ast_evaluate(ps, AST_EVALUATE, O, A, C, NULL); }
expr(R) ::= COUNTEREXAMPLES(O) simple(A) clauses(C). { R = ast_evaluate(ps, AST_COUNTEREXAMPLES, O, A, C, NULL); }
expr(R) ::= PRUNE(O) pat(A) clauses(C) UNTIL simple(B). { R = ast_evaluate(ps, AST_PRUNE, O, A, C, B); }
expr(R) ::= REFINE(O) simple(A) clauses(C) UNTIL simple(B). { R = ast_evaluate(ps, AST_REFINE, O, A, C, B); }
expr(R) ::= SWEEP(O) binds(A) clauses(C) hblock(B). { R = ast_evaluate(ps, AST_SWEEP, O, A, C, B); }
expr(R) ::= ifx(A).                            { R = A; }
ifx(R)  ::= IF(O) simple(C) block(A).          { R = N3(IF, O.span, C, A, NULL); }
ifx(R)  ::= IF(O) simple(C) block(A) ELSE block(B). { R = N3(IF, O.span, C, A, B); }
ifx(R)  ::= IF(O) simple(C) block(A) ELSE ifx(B). { R = N3(IF, O.span, C, A, B); }

binds(R) ::= NAME(N) IN simple(A).             { R = ADD(NEW(AXES, N.span), NAMED(N1(EACH, N.span, A), N)); }
binds(R) ::= binds(B) COMMA NAME(N) IN simple(A). { R = ADD(B, NAMED(N1(EACH, N.span, A), N)); }
clauses(R) ::= .                               { R = NEW(EVALUATE, ps->at); }
clauses(R) ::= clauses(C) ON(O) simple(A).     { R = ast_clause(ps, C, 1, O, A); }
clauses(R) ::= clauses(C) BY(O) simple(A).     { R = ast_clause(ps, C, 2, O, A); }
clauses(R) ::= clauses(C) AT_KW(O) pos(A).     { R = ast_clause(ps, C, 3, O, A); }
clauses(R) ::= clauses(C) ACROSS(O) simple(A). { R = ast_clause(ps, C, 4, O, A); }
clauses(R) ::= clauses(C) TOP(O) simple(A).    { R = ast_clause(ps, C, 5, O, A); }

simple(R) ::= post(A).                         { R = A; }
simple(R) ::= simple(A) OR(O) simple(B).       { R = ast_binary(ps, O, A, B); }
simple(R) ::= simple(A) AND|EXCEPT(O) simple(B). { R = ast_binary(ps, O, A, B); }
simple(R) ::= NOT(O) simple(A).                { R = ast_unary(ps, O, A); }
simple(R) ::= simple(A) EQ|NE|LT|LE|GT|GE(O) simple(B). { R = ast_binary(ps, O, A, B); }
simple(R) ::= simple(A) SUBSET(O) OF simple(B) ON simple(C). [SUBSET] { R = ast_compare_sets(ps, AST_SUBSET, O, A, B, C); }
simple(R) ::= simple(A) EQUALS(O) simple(B) ON simple(C). [EQUALS] { R = ast_compare_sets(ps, AST_EQUALS, O, A, B, C); }
simple(R) ::= simple(A) DOTDOT(O) simple(B).   { R = ast_range(ps, O, A, B); }
simple(R) ::= simple(A) PLUS|MINUS(O) simple(B). { R = ast_binary(ps, O, A, B); }
simple(R) ::= simple(A) STAR|SLASH|PERCENT|AT(O) simple(B). { R = ast_binary(ps, O, A, B); }
simple(R) ::= MINUS(O) simple(A). [NEG]        { R = ast_unary(ps, O, A); }
simple(R) ::= simple(A) CARET(O) simple(B).    { R = ast_binary(ps, O, A, B); }

post(R) ::= NAME(T).                           { R = ast_word(ps, T); }
post(R) ::= NUMBER(T).                         { R = ast_number(ps, T, false); }
post(R) ::= STRING(T).                         { R = ast_string(ps, T); }
post(R) ::= LP expr(A) RP.                     { R = ast_group(A); }
post(R) ::= LB(O) RB(E).                       { R = ast_to(NEW(LIST, O.span), E); }
post(R) ::= LB(O) list(A) RB(E).               { R = ast_from(O, ast_to(A, E)); }
post(R) ::= LB(O) list(A) COMMA RB(E).         { R = ast_from(O, ast_to(A, E)); }
post(R) ::= LB(O) expr(A) comps(B) RB(E).      { R = ast_to(ast_join(ps, N1(COMPREHENSION, O.span, A), B), E); }
post(R) ::= LBRACE(O) RBRACE(E).               { R = ast_to(NEW(RECORD, O.span), E); }
post(R) ::= LBRACE(O) fields(A) tail RBRACE(E). { R = ast_from(O, ast_to(A, E)); }
post(R) ::= PATHS(O) LP pat(A) RP(E).          { R = ast_to(N1(PATHS, O.span, A), E); }
post(R) ::= post(A) DOT NAME(N).               { R = NAMED(N1(DOT, N.span, A), N); }
post(R) ::= post(A) LB(O) idxs(B) RB(E).       { R = ast_to(ast_join(ps, N1(INDEX, O.span, A), B), E); }
post(R) ::= post(A) LP(O) args(B) RP(E).       { R = ast_to(ast_join(ps, N1(CALL, O.span, A), B), E); }

list(R) ::= expr(A).                           { R = ADD(NEW(LIST, A->span), A); }
list(R) ::= list(L) COMMA expr(A).             { R = ADD(L, A); }
comps(R) ::= comp1(A).                         { R = ADD(NEW(LIST, A->span), A); }
comps(R) ::= comps(L) comp1(A).                { R = ADD(L, A); }
comp1(R) ::= FOR NAME(N) IN simple(A).         { R = NAMED(N1(EACH, N.span, A), N); }
comp1(R) ::= IF(O) simple(A).                  { R = N1(WHEN, O.span, A); }
fields(R) ::= field(A).                        { R = ADD(NEW(RECORD, A->span), A); }
fields(R) ::= fields(L) COMMA field(A).        { R = ADD(L, A); }
field(R) ::= NAME(N) COLON expr(A).            { R = NAMED(N1(FIELD, N.span, A), N); }
field(R) ::= STRING(S) COLON expr(A).          { R = ast_texted(ps, N1(FIELD, S.span, A), S); }
args(R) ::= .                                  { R = NULL; }
args(R) ::= arglist(A).                        { R = A; }
args(R) ::= arglist(A) COMMA.                  { R = A; }
arglist(R) ::= arg(A).                         { R = ADD(NEW(LIST, A->span), A); }
arglist(R) ::= arglist(L) COMMA arg(A).        { R = ADD(L, A); }
arg(R) ::= expr(A).                            { R = A; }
arg(R) ::= NAME(N) COLON expr(A).              { R = NAMED(N1(ARG, N.span, A), N); }
arg(R) ::= FOR(N) COLON expr(A).               { R = NAMED(N1(ARG, N.span, A), N); }
idxs(R) ::= idx(A).                            { R = ADD(NEW(LIST, A->span), A); }
idxs(R) ::= idxs(L) COMMA idx(A).              { R = ADD(L, A); }
idx(R) ::= expr(A).                            { R = A; }
idx(R) ::= STAR(O).                            { R = NEW(STAR, O.span); }

// ---- path patterns
pat(R) ::= pat(A) OR(O) pat(B).                { R = N2(P_OR, O.span, A, B); }
pat(R) ::= pat(A) AND|EXCEPT(O) pat(B).        { R = O.kind == TK_AND ? N2(P_AND, O.span, A, B) : N2(P_EXCEPT, O.span, A, B); }
pat(R) ::= NOT(O) pat(A).                      { R = N1(P_NOT, O.span, A); }
pat(R) ::= pat(A) PIPE(O) pat(B).              { R = N2(P_ALT, O.span, A, B); }
pat(R) ::= pat(A) ARROW(O) pat(B).             { R = N2(P_ARROW, O.span, A, B); }
pat(R) ::= pat(A) DOTDOT(O) pat(B).            { R = N2(P_GAP, O.span, A, B); }
pat(R) ::= DOTDOT(O) pat(A).                    { R = N2(P_ARROW, O.span, ast_anything(ps, O), A); }
pat(R) ::= pat(A) DOTDOT(O).                    { R = N2(P_ARROW, O.span, A, ast_anything(ps, O)); }
pat(R) ::= patom(A).                           { R = A; }
patom(R) ::= LP pat(A) RP.                     { R = ast_group(A); }
patom(R) ::= LP pat(A) RP STAR|PLUS|QUEST(O).  { R = ast_repeat(ps, O, A); }
patom(R) ::= STAR(O).                          { R = NEW(P_ANY, O.span); }
patom(R) ::= STAR(O) AT(T) pos(P).             { R = N2(P_AT, T.span, NEW(P_ANY, O.span), P); }
patom(R) ::= comp(A).                          { R = A; }
patom(R) ::= comp(A) AT(O) pos(P).             { R = N2(P_AT, O.span, A, P); }
patom(R) ::= WITHIN(O) LBRACE nodes(A) tail RBRACE(E). { R = ast_to(ast_join(ps, NEW(P_WITHIN, O.span), A), E); }
patom(R) ::= CIRCUIT(O) LBRACE edges(A) tail RBRACE(E). { R = ast_to(ast_join(ps, NEW(P_CIRCUIT, O.span), A), E); }
comp(R) ::= NAME(T).                           { R = ast_word(ps, T); }
comp(R) ::= WITHIN(T) LP args(B) RP(E).        { R = ast_to(ast_join(ps, N1(CALL, T.span, ast_word(ps, T)), B), E); }
comp(R) ::= CIRCUIT(T) LP args(B) RP(E).       { R = ast_to(ast_join(ps, N1(CALL, T.span, ast_word(ps, T)), B), E); }
comp(R) ::= comp(A) DOT NAME(N).               { R = NAMED(N1(DOT, N.span, A), N); }
comp(R) ::= comp(A) DOT LBRACE(O) names(B) tail RBRACE(E). { R = ast_to(ast_join(ps, N1(P_PORTS, O.span, A), B), E); }
comp(R) ::= comp(A) LB(O) idxs(B) RB(E).       { R = ast_to(ast_join(ps, N1(INDEX, O.span, A), B), E); }
comp(R) ::= comp(A) LP(O) args(B) RP(E).       { R = ast_to(ast_join(ps, N1(CALL, O.span, A), B), E); }
nodes(R) ::= member(A).                        { R = ADD(NEW(LIST, A->span), A); }
nodes(R) ::= nodes(L) COMMA member(A).         { R = ADD(L, A); }
member(R) ::= comp(A).                         { R = A; }
member(R) ::= comp(A) AT(O) pos(P).            { R = N2(P_AT, O.span, A, P); }
edges(R) ::= edge(A).                          { R = ADD(NEW(LIST, A->span), A); }
edges(R) ::= edges(L) COMMA edge(A).           { R = ADD(L, A); }
edge(R)  ::= end(A) ARROW(O) end(B).           { R = N2(P_EDGE, O.span, A, B); }
end(R)   ::= comp(A).                          { R = A; }
end(R)   ::= STRING(S).                        { R = ast_string(ps, S); }
pos(R) ::= pos1(A).                            { R = ADD(NEW(POSITIONS, A->span), A); }
pos(R) ::= LBRACE(O) poss(A) tail RBRACE(E).   { R = ast_from(O, ast_to(A, E)); }
poss(R) ::= pos1(A).                           { R = ADD(NEW(POSITIONS, A->span), A); }
poss(R) ::= poss(L) COMMA pos1(A).             { R = ADD(L, A); }
pos1(R) ::= NAME(T).                           { R = ast_word(ps, T); }
pos1(R) ::= NUMBER(T).                         { R = ast_number(ps, T, false); }
pos1(R) ::= MINUS NUMBER(T).                   { R = ast_number(ps, T, true); }
pos1(R) ::= LP expr(A) RP.                     { R = A; }

%code {
/* What the tables say to token in a state, without falling back to NAME; YY_ERROR_ACTION when it would be taken as a name. */
static int action(int state, int token)
{
	if (state > YY_MAX_SHIFT)
		return state;                                 /* a reduction that is due */
	int i = yy_shift_ofst[state];
	if (yy_lookahead[i + token] == token)
		return yy_action[i + token];
	int fallback = (size_t)token < sizeof yyFallback / sizeof *yyFallback ? yyFallback[token] : 0;
	return fallback && yy_lookahead[i + fallback] == fallback ? YY_ERROR_ACTION : yy_default[state];
}

/* Could token come next, as itself?  Plays it on a copy of the stack: reduce while the tables say reduce, stop at shift or
 * error.  Asking only the state on top would lie, since default reductions hide errors. */
bool parser_accepts(const void *parser, int token)
{
	const yyParser *p = parser;
	YYACTIONTYPE st[YYSTACKDEPTH + 1];
	int top = (int)(p->yytos - p->yystack);
	for (int i = 0; i <= top; i++)
		st[i] = p->yystack[i].stateno;
	while (top < YYSTACKDEPTH) {
		int act = action(st[top], token);
		if (act <= YY_MAX_SHIFTREDUCE || act == YY_ACCEPT_ACTION)
			return true;
		if (act < YY_MIN_REDUCE)
			return false;
		top += yyRuleInfoNRhs[act - YY_MIN_REDUCE];          /* stored negated */
		act = yy_find_reduce_action(st[top], yyRuleInfoLhs[act - YY_MIN_REDUCE]);
		if (act == YY_ACCEPT_ACTION)
			return true;
		st[++top] = (YYACTIONTYPE)act;
	}
	return false;
}

int parser_open_braces(const void *parser)
{
	const yyParser *p = parser;
	int n = 0;
	for (const yyStackEntry *e = p->yystack; e <= p->yytos; e++)
		n += e->major == TK_LBRACE;
	return n;
}

/* A '}' on top waits for the next token before its block is reduced.  Recovery must not find the block's inside: it would
 * be open again.  Its state knows one rule, whatever comes next. */
static void close_block(yyParser *p, struct parse *ps, struct token t)
{
	for (int k = 0; k < YYNTOKEN && p->yytos->major == TK_RBRACE; k++) {
		int act = action(p->yytos->stateno, k);
		if (act >= YY_MIN_REDUCE)
			yy_reduce(p, (unsigned)(act - YY_MIN_REDUCE), k, t, ps);
	}
}

void parser_expects(const void *p, struct token_set *all)
{
	_Static_assert(YYNTOKEN <= 8 * sizeof *all, "struct token_set holds all tokens");
	*all = (struct token_set){ 0 };
	for (int k = 1; k < YYNTOKEN; k++)
		if (k != TK_INVALID && parser_accepts(p, k))
			token_set_add(all, k);
}

static void syntax_error(yyParser *p, struct parse *ps, struct token t)
{
	ps->expected = (struct token_set){ 0 };
	if (ps->diags->n_errors < DIAG_MAX)
		parser_expects(p, &ps->expected);
	parse_unexpected(ps, t);
	close_block(p, ps, t);
}
}
