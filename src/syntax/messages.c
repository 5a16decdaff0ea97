/* What to say when a token does not fit: what stands there, what could have stood there, and the likeliest slip. */
#include <string.h>

#include "pp.h"
#include "syntax/internal.h"

struct token_group { const char *text; int key[8], more[32]; };
static const struct token_group groups[] = {
#define LIST(...) { __VA_ARGS__ }
#define GROUP(spelling, keys, others) { spelling, keys, others },
#define TOKEN(code, spelling)
#include "tokens.def"
#undef GROUP
#undef TOKEN
};
static const struct { int kind; const char *text; } tokens[] = {
#define GROUP(spelling, keys, others)
#define TOKEN(code, spelling) { TK_##code, spelling },
#include "tokens.def"
#undef GROUP
#undef TOKEN
#undef LIST
};
enum { N_GROUPS = sizeof groups / sizeof *groups, N_TOKENS = sizeof tokens / sizeof *tokens, MOST = 6 };

static bool expects(const struct parse *ps, int kind)
{
	return token_set_has(&ps->expected, kind);
}

static bool all_in(const struct token_set *s, const int *kind)
{
	for (; *kind; kind++)
		if (!token_set_has(s, *kind))
			return false;
	return true;
}

static void remove_all(struct token_set *s, const int *kind)
{
	for (; *kind; kind++)
		token_set_remove(s, *kind);
}

static void say_expected(const struct parse *ps, struct buf *out)
{
	const char *say[N_GROUPS + N_TOKENS];
	size_t n = 0;
	struct token_set left = ps->expected;
	for (size_t g = 0; g < N_GROUPS; g++)
		if (all_in(&left, groups[g].key)) {
			say[n++] = groups[g].text;
			remove_all(&left, groups[g].key);
			remove_all(&left, groups[g].more);
		}
	for (size_t i = 0; i < N_TOKENS; i++)
		if (token_set_has(&left, tokens[i].kind))
			say[n++] = tokens[i].text;
	for (size_t i = 0; i < n && i < MOST; i++)
		buf_printf(out, "%s%s", i == 0 ? (n > MOST ? ", expected one of " : ", expected ") : i + 1 == n ? " or " : ", ", say[i]);
	if (n > MOST)
		buf_puts(out, ", ...");
}

/* Words of other languages, and what they are here. */
static const struct { const char *word, *hint; } foreign[] = {
	{ "def", "a function is written fn f(x) = x + 1" }, { "function", "a function is written fn f(x) = x + 1" },
	{ "lambda", "a function without a name is written x => x + 1" }, { "return", "a block's value is its last expression, without a word before it" },
	{ "elif", "write else if" }, { "import", "write use \"file\"" }, { "var", "write let" }, { "const", "write let" },
};

static const char *foreign_hint(const struct token *t)
{
	for (size_t i = 0; t->kind == TK_NAME && i < sizeof foreign / sizeof *foreign; i++)
		if (strlen(foreign[i].word) == t->span.len && memcmp(foreign[i].word, t->text, t->span.len) == 0)
			return foreign[i].hint;
	return NULL;
}

static bool joins(int kind)
{
	static const int infix[] = { TK_PLUS, TK_MINUS, TK_STAR, TK_SLASH, TK_PERCENT, TK_AT, TK_CARET, TK_AND, TK_OR, TK_EXCEPT, TK_ARROW,
		TK_DOTDOT, TK_PIPE, TK_DOT, TK_EQ, TK_NE, TK_LT, TK_LE, TK_GT, TK_GE };
	for (size_t i = 0; i < sizeof infix / sizeof *infix; i++)
		if (infix[i] == kind)
			return true;
	return false;
}

static const char *hint(const struct parse *ps, const struct token *t)
{
	const char *h = foreign_hint(&ps->before);
	int before = ps->before.kind;
	if (!h)
		h = foreign_hint(t);
	if (h)
		return h;
	if (before == TK_NL && joins(t->kind))
		return "a line goes on when it ends in an operator, not when the next begins with one";
	if ((before == TK_KEEP || before == TK_DROP || before == TK_FEED || before == TK_SET) && expects(ps, TK_FATARROW))
		return "rules stand in a hypothesis or a sweep";
	if ((before == TK_EVALUATE || before == TK_SWEEP || before == TK_COUNTEREXAMPLES) && expects(ps, TK_PLUS))
		return "inside of an expression it stands in parentheses: (evaluate h on pairs by kl)";
	if (t->kind == TK_ELSE)
		return "else stands on the line of the } before it";
	if (t->kind == TK_ASSIGN && expects(ps, TK_EXTENDS) && expects(ps, TK_LBRACE))
		return "rules stand in braces: hypothesis h on m { keep embed -> logits }";
	if (t->kind == TK_ASSIGN && expects(ps, TK_EQ))
		return "to compare, write ==";
	if (t->kind == TK_ASSIGN && expects(ps, TK_LP))
		return "what is computed from stands in parentheses: metric f(run) = ..., delta d(ref, patched) = ...";
	if (before == TK_NAME && (t->kind == TK_STRING || t->kind == TK_NUMBER) && expects(ps, TK_LP))
		return "a function's arguments stand in parentheses: print(\"text\")";
	if (t->kind == TK_COMMA && expects(ps, TK_NL))
		return "several stand in a list: [a, b]";
	if (t->kind == TK_NAME && expects(ps, TK_LBRACE) && !expects(ps, TK_NL) && expects(ps, TK_PLUS))
		return "what is done stands in braces: for x in xs { ... }";
	if (expects(ps, TK_NL) && (t->kind == TK_LET || t->kind == TK_FN || t->kind == TK_FOR || t->kind == TK_EVALUATE || t->kind == TK_EXPECT))
		return "a statement ends at the end of its line, or at a ;";
	if (t->kind == TK_LBRACE && expects(ps, TK_ON) && expects(ps, TK_EXTENDS))
		return "say which model the hypothesis is about: on m";
	if (t->kind == TK_ARROW && expects(ps, TK_PLUS))
		return "a pattern is made a value by paths(...)";
	if ((t->kind == TK_STAR || t->kind == TK_PLUS || t->kind == TK_QUEST) && expects(ps, TK_ARROW))
		return "what is repeated stands in parentheses: (p)*";
	if (t->kind == TK_LP && expects(ps, TK_ASSIGN) && !expects(ps, TK_PLUS))
		return "a function is written fn f(x) = x + 1";
	return NULL;
}

size_t token_words(const struct token_set *s, const char **word, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < N_TOKENS && n < most; i++) {
		const char *text = tokens[i].text;
		if (token_set_has(s, tokens[i].kind) && *text == '\'' && text[1] >= 'a' && text[1] <= 'z')
			word[n++] = intern_n(text + 1, strlen(text) - 2);
	}
	return n;
}

/* The word that could stand here and that t may be a slip of the pen for. */
static const char *near_word(const struct parse *ps, const struct token *t)
{
	char written[32], word[32];
	size_t n = t->span.len;
	if (t->kind != TK_NAME || n < 3 || n >= sizeof written)
		return NULL;
	memcpy(written, t->text, n);
	written[n] = 0;
	for (size_t i = 0; i < N_TOKENS; i++) {
		size_t len = strlen(tokens[i].text) - 2;                       /* without its quotes */
		if (!expects(ps, tokens[i].kind) || tokens[i].text[1] < 'a' || tokens[i].text[1] > 'z' || *tokens[i].text != '\'')
			continue;
		memcpy(word, tokens[i].text + 1, len);
		word[len] = 0;
		if (str_distance(written, word) <= (n < 6 ? 1 : 2))
			return tokens[i].text;
	}
	return NULL;
}

static bool reserved(int kind)
{
	switch (kind) {
	case TK_LET: case TK_FN: case TK_FOR: case TK_IN: case TK_IF: case TK_ELSE: case TK_AND: case TK_OR: case TK_NOT: case TK_EXCEPT:
	case TK_PATHS:
		return true;
	}
	return false;
}

static int line_of(const struct parse *ps, const char *at)
{
	int n = 1;
	for (const char *s = ps->source->text; s < at; s++)
		n += *s == '\n';
	return n;
}

static void give_hint(struct parse *ps, const struct token *t)
{
	const char *h = hint(ps, t), *word = near_word(ps, t), *bracket = lex_forgotten(ps->lexer, t);
	if (t->kind == 0 && ps->lexer->depth > 0)
		bracket = ps->lexer->src + ps->lexer->open_at[ps->lexer->depth - 1];
	if (bracket)
		diag_hint(ps->diags, "the '%c' of line %d is not closed, or a comma is missing", *bracket, line_of(ps, bracket));
	else if (h)
		diag_hint(ps->diags, "%s", h);
	else if (word)
		diag_hint(ps->diags, "did you mean %s?", word);
	else if (reserved(t->kind) && expects(ps, TK_NAME) && !expects(ps, TK_NUMBER))
		diag_hint(ps->diags, "'%.*s' is a word of the language and cannot be a name", (int)t->span.len, t->text);
}

/* As much of a token as a message has room for, cut between characters. */
static int shown(const struct token *t)
{
	uint32_t n = t->span.len;
	if (n > 40)
		for (n = 40; n > 0 && ((unsigned char)t->text[n] & 0xC0) == 0x80;)
			n--;
	return (int)n;
}

/* Behind the last thing that is not blank. */
static struct span end_of_text(const struct parse *ps)
{
	uint32_t n = ps->source->len;
	while (n > 0 && strchr(" \t\r\n", ps->source->text[n - 1]))
		n--;
	return (struct span){ ps->source->base + n, 1 };
}

void parse_unexpected(struct parse *ps, struct token t)
{
	ps->nerr++;
	bool end = t.kind == 0;
	if (end && ps->nerr == 1)
		ps->incomplete = true;
	if (t.kind == TK_INVALID || (ps->probe && end))
		return;
	struct buf want = { 0 };
	say_expected(ps, &want);
	if (end)
		diag_at(ps->diags, E_SYNTAX, end_of_text(ps), "the text ends too soon%s", buf_str(&want));
	else if (t.kind == TK_NL)
		diag_at(ps->diags, E_SYNTAX, t.span, "the statement ends too soon%s", buf_str(&want));
	else if (t.kind == TK_STRING)
		diag_at(ps->diags, E_SYNTAX, t.span, "unexpected text%s", buf_str(&want));
	else
		diag_at(ps->diags, E_SYNTAX, t.span, "unexpected '%.*s'%s", shown(&t), t.text, buf_str(&want));
	give_hint(ps, &t);
	buf_free(&want);
}

/* Characters that mean nothing, and what was probably meant. */
static const struct { const char *begins, *hint; } strays[] = {
	{ "'", "text stands in double quotes" }, { "`", "text stands in double quotes" },
	{ "\u201C", "text stands in plain double quotes: \"" }, { "\u201D", "text stands in plain double quotes: \"" },
	{ "\u2018", "text stands in plain double quotes: \"" }, { "\u2019", "text stands in plain double quotes: \"" },
	{ "&", "write and" }, { "||", "write or" }, { "!", "write not" }, { "\u2192", "write ->" }, { "\u2026", "write .." },
	{ "\u21D2", "write =>" }, { "\u2212", "write -" }, { "\u00D7", "write *" }, { "\u00B7", "write *" }, { "\u2264", "write <=" },
	{ "\u2265", "write >=" }, { "\u2260", "write !=" }, { "\u00A0", "this is a no-break space; write a plain one" },
};

void parse_bad_token(struct parse *ps, const struct token *t)
{
	if (t->unclosed) {
		diag_at(ps->diags, E_STRING_OPEN, (struct span){ t->span.off, 1 }, "this string is not closed");
		diag_hint(ps->diags, "a string ends on its line, with a double quote; \\n stands for a new line");
		return;
	}
	unsigned char c = (unsigned char)*t->text;
	if (c < 0x20 || c == 0x7F)
		diag_at(ps->diags, E_TOKEN, t->span, "a control character (%d) means nothing here", c);
	else
		diag_at(ps->diags, E_TOKEN, t->span, "'%.*s' means nothing here", (int)t->span.len, t->text);
	for (size_t i = 0; i < sizeof strays / sizeof *strays; i++)
		if (strncmp(t->text, strays[i].begins, strlen(strays[i].begins)) == 0) {
			diag_hint(ps->diags, "%s", strays[i].hint);
			return;
		}
}

void parse_too_deep(struct parse *ps)
{
	if (!ps->stuck) {
		diag_at(ps->diags, E_NESTING, ps->at, "nested too deeply");
		diag_hint(ps->diags, "give parts of it a name with let, or make a list of it");
	}
	ps->stuck = true;
}
