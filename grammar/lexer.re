/* The tokens of pp.  One call, one token; syntax/parse.c feeds them to the parser. */
#include "syntax/internal.h"
#include "pp.h"

/* A line that ends in one of these goes on.  '*' and '+' are not here: they also end patterns, so syntax/parse.c asks the
 * parser.  After a newline another one says nothing. */
static int goes_on(int k)
{
	switch (k) {
	case TK_COMMA: case TK_DOT: case TK_COLON: case TK_ASSIGN: case TK_FATARROW: case TK_ARROW: case TK_DOTDOT: case TK_PIPE:
	case TK_MINUS: case TK_SLASH: case TK_PERCENT: case TK_AT: case TK_CARET: case TK_EQ: case TK_NE: case TK_LT: case TK_LE:
	case TK_GT: case TK_GE: case TK_AND: case TK_OR: case TK_NOT: case TK_EXCEPT: case TK_LBRACE: case TK_NL:
		return 1;
	}
	return 0;
}

static void push(struct lexer *lx, char c)
{
	if (lx->depth == LEX_DEPTH)              /* the driver gives up here */
		return;
	lx->open_at[lx->depth] = (uint32_t)(lx->tok - lx->src);
	lx->open[lx->depth++] = c;
	lx->braces += c == '{';
}

/* A '}' closes whatever was left open inside its block, a ')' or ']' never closes a block: so a missing bracket spoils one
 * statement and not the rest of the script. */
static void pop(struct lexer *lx, char c)
{
	bool in_brackets = lx->depth > 0 && lx->open[lx->depth - 1] != '{';
	if (c != '{') {
		lx->depth -= in_brackets;
	} else if (lx->braces > 0) {
		lex_drop_brackets(lx);
		lx->depth--;
		lx->braces--;
	}
}

void lex_drop_brackets(struct lexer *lx)
{
	while (lx->depth > 0 && lx->open[lx->depth - 1] != '{')
		lx->depth--;
}

int lex_next(struct lexer *lx, struct token *t)
{
	t->unclosed = false;
again:
	lx->tok = lx->cur;
	/*!re2c
	re2c:define:YYCTYPE  = "unsigned char";
	re2c:define:YYCURSOR = lx->cur;
	re2c:define:YYLIMIT  = lx->lim;
	re2c:define:YYMARKER = lx->mar;
	re2c:yyfill:enable   = 0;
	re2c:eof             = 0;

	name   = [A-Za-z_][A-Za-z0-9_]*;
	digits = [0-9]+;
	number = digits ("." digits)? ([eE] [+-]? digits)?;
	space  = [ \t\r\n];
	unclosed = ["] ([^"\\\n] | "\\" [^\n])*;
	string = unclosed ["];

	$                 { t->kind = 0; goto done; }
	[ \t\r]+          { goto again; }
	"#" [^\n]*        { goto again; }
	"\n"              {
		if (lx->depth > 0 && lx->open[lx->depth - 1] != '{') goto again;
		if (goes_on(lx->last)) goto again;
		t->kind = TK_NL; goto done;
	}
	";"               { t->kind = TK_NL; goto done; }
	"model"           { t->kind = TK_MODEL; goto done; }
	"dataset"         { t->kind = TK_DATASET; goto done; }
	"hypothesis"      { t->kind = TK_HYPOTHESIS; goto done; }
	"metric"          { t->kind = TK_METRIC; goto done; }
	"delta"           { t->kind = TK_DELTA; goto done; }
	"use"             { t->kind = TK_USE; goto done; }
	"as"              { t->kind = TK_AS; goto done; }
	"plot"            { t->kind = TK_PLOT; goto done; }
	"save"            { t->kind = TK_SAVE; goto done; }
	"report"          { t->kind = TK_REPORT; goto done; }
	"to"              { t->kind = TK_TO; goto done; }
	"expect"          { t->kind = TK_EXPECT; goto done; }
	"split"           { t->kind = TK_SPLIT; goto done; }
	"input"           { t->kind = TK_INPUT; goto done; }
	"output"          { t->kind = TK_OUTPUT; goto done; }
	"component"       { t->kind = TK_COMPONENT; goto done; }
	"inner"           { t->kind = TK_INNER; goto done; }
	"yield"           { t->kind = TK_YIELD; goto done; }
	"template"        { t->kind = TK_TEMPLATE; goto done; }
	"counterfactual"  { t->kind = TK_COUNTERFACTUAL; goto done; }
	"distinct"        { t->kind = TK_DISTINCT; goto done; }
	"sample"          { t->kind = TK_SAMPLE; goto done; }
	"seed"            { t->kind = TK_SEED; goto done; }
	"answer"          { t->kind = TK_ANSWER; goto done; }
	"foil"            { t->kind = TK_FOIL; goto done; }
	"keep"            { t->kind = TK_KEEP; goto done; }
	"drop"            { t->kind = TK_DROP; goto done; }
	"set"             { t->kind = TK_SET; goto done; }
	"feed"            { t->kind = TK_FEED; goto done; }
	"from"            { t->kind = TK_FROM; goto done; }
	"on"              { t->kind = TK_ON; goto done; }
	"extends"         { t->kind = TK_EXTENDS; goto done; }
	"evaluate"        { t->kind = TK_EVALUATE; goto done; }
	"sweep"           { t->kind = TK_SWEEP; goto done; }
	"counterexamples" { t->kind = TK_COUNTEREXAMPLES; goto done; }
	"prune"           { t->kind = TK_PRUNE; goto done; }
	"refine"          { t->kind = TK_REFINE; goto done; }
	"until"           { t->kind = TK_UNTIL; goto done; }
	"by"              { t->kind = TK_BY; goto done; }
	"across"          { t->kind = TK_ACROSS; goto done; }
	"top"             { t->kind = TK_TOP; goto done; }
	"within"          { t->kind = TK_WITHIN; goto done; }
	"circuit"         { t->kind = TK_CIRCUIT; goto done; }
	"subset"          { t->kind = TK_SUBSET; goto done; }
	"of"              { t->kind = TK_OF; goto done; }
	"equals"          { t->kind = TK_EQUALS; goto done; }
	"let"             { t->kind = TK_LET; goto done; }
	"fn"              { t->kind = TK_FN; goto done; }
	"for"             { t->kind = TK_FOR; goto done; }
	"in"              { t->kind = TK_IN; goto done; }
	"if"              { t->kind = TK_IF; goto done; }
	"else"            { t->kind = TK_ELSE; goto done; }
	"and"             { t->kind = TK_AND; goto done; }
	"or"              { t->kind = TK_OR; goto done; }
	"not"             { t->kind = TK_NOT; goto done; }
	"except"          { t->kind = TK_EXCEPT; goto done; }
	"paths"           { t->kind = TK_PATHS; goto done; }
	"at"              { t->kind = TK_AT_KW; goto done; }
	name              { t->kind = TK_NAME; goto done; }
	number            { t->kind = TK_NUMBER; goto done; }
	string            { t->kind = TK_STRING; goto done; }
	/* "p -> .. -> q" is "p .. q" */
	("->" space*)? ".." (space* "->")? { t->kind = TK_DOTDOT; goto done; }
	unclosed "\\"?     { t->kind = TK_INVALID; t->unclosed = true; goto done; }
	"->"              { t->kind = TK_ARROW; goto done; }
	"=>"              { t->kind = TK_FATARROW; goto done; }
	"=="              { t->kind = TK_EQ; goto done; }
	"!="              { t->kind = TK_NE; goto done; }
	"<="              { t->kind = TK_LE; goto done; }
	">="              { t->kind = TK_GE; goto done; }
	"<"               { t->kind = TK_LT; goto done; }
	">"               { t->kind = TK_GT; goto done; }
	"="               { t->kind = TK_ASSIGN; goto done; }
	"+"               { t->kind = TK_PLUS; goto done; }
	"-"               { t->kind = TK_MINUS; goto done; }
	"*"               { t->kind = TK_STAR; goto done; }
	"/"               { t->kind = TK_SLASH; goto done; }
	"%"               { t->kind = TK_PERCENT; goto done; }
	"@"               { t->kind = TK_AT; goto done; }
	"^"               { t->kind = TK_CARET; goto done; }
	"|"               { t->kind = TK_PIPE; goto done; }
	"?"               { t->kind = TK_QUEST; goto done; }
	","               { t->kind = TK_COMMA; goto done; }
	":"               { t->kind = TK_COLON; goto done; }
	"."               { t->kind = TK_DOT; goto done; }
	"("               { push(lx, '('); t->kind = TK_LP; goto done; }
	"["               { push(lx, '['); t->kind = TK_LB; goto done; }
	"{"               { push(lx, '{'); t->kind = TK_LBRACE; goto done; }
	")"               { pop(lx, '('); t->kind = TK_RP; goto done; }
	"]"               { pop(lx, '['); t->kind = TK_RB; goto done; }
	"}"               { pop(lx, '{'); t->kind = TK_RBRACE; goto done; }
	"&&" | "||"       { t->kind = TK_INVALID; goto done; }
	[\xC0-\xFF] [\x80-\xBF]* { t->kind = TK_INVALID; goto done; }
	*                 { t->kind = TK_INVALID; goto done; }
	*/
done:
	t->text = lx->tok;
	t->span.off = lx->base + (uint32_t)(lx->tok - lx->src);
	t->span.len = (uint32_t)(lx->cur - lx->tok);
	return lx->last = t->kind;
}
