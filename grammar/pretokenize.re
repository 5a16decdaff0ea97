/* Text into words, the three ways that most models' tokenizers do it; model/find.c uses other patterns through PCRE2.
 *
 *     GPT-2          's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *     Llama 3, Qwen  (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 *
 * A pattern takes the first alternative that fits, re2c the longest.  They differ in two places, mended in C below: in a run
 * of white space, and where letters follow a contraction.  Requires: UTF-8 text, n > 0.  Gives the bytes of the first word. */
#include "model/words.h"

#include <stdbool.h>
#include <string.h>

int char_kinds(const char *s, size_t n)
{
	const char *cur = s, *end = s + n;
	/*!include:re2c "categories.re" */
	/*!use:re2c:kinds
	re2c:api             = custom;
	re2c:api:style       = free-form;
	re2c:define:YYCTYPE  = "unsigned char";
	re2c:define:YYPEEK   = "(cur < end ? (unsigned char)*cur : 0xFF)";
	re2c:define:YYSKIP   = "++cur;";
	re2c:define:YYBACKUP = "";
	re2c:define:YYRESTORE = "";
	re2c:yyfill:enable   = 0;
	re2c:encoding:utf8   = 1;
	re2c:sentinel        = 255;
	*/
}

/* A character by one of ASCII that is of its kind: the rules below then need no others, which keeps what re2c makes of them
 * small. */
static unsigned char peek(const char *s, const char *end)
{
	if (s == end)
		return 0xFF;
	if ((unsigned char)*s < 0x80)
		return (unsigned char)*s;
	int k = char_kinds(s, (size_t)(end - s));
	return k & CHAR_LETTER ? 'A' : k & CHAR_NUMBER ? '0' : k & CHAR_WHITE ? '\t' : '!';
}

static size_t char_length(unsigned char first)
{
	return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static size_t last_char(const char *s, size_t n)
{
	size_t i = n - 1;
	while (i > 0 && ((unsigned char)s[i] & 0xC0) == 0x80)
		i--;
	return n - i;
}

/* \s+(?!\S)|\s+ on a run of n bytes of white space, s[n] being none. */
static size_t space_word(const char *s, size_t n, bool at_end)
{
	size_t last = last_char(s, n);
	return at_end || last == n ? n : n - last;
}

/* \s*[\r\n]+ before that. */
static size_t line_word(const char *s, size_t n, bool at_end)
{
	for (size_t i = n; i-- > 0;)
		if (s[i] == '\n' || s[i] == '\r')
			return i + 1;
	return space_word(s, n, at_end);
}

/* The n bytes at s are a ' and letters, or letters with something else before them. */
static size_t contraction(const char *s, size_t n)
{
	static const char two[][3] = { "re", "ve", "ll" };
	if (n < 2 || s[0] != '\'')
		return n;
	if (strchr("stmdSTMD", s[1]))
		return 2;
	if (n > 2 && memcmp(s + 1, "\xC5\xBF", 2) == 0)          /* the long s: the pattern does not tell capitals apart */
		return 3;
	for (size_t i = 0; n > 2 && i < sizeof two / sizeof *two; i++)
		if ((s[1] | 0x20) == two[i][0] && (s[2] | 0x20) == two[i][1])
			return 3;
	return n;
}

/*!re2c
	re2c:api             = custom;
	re2c:api:style       = free-form;
	re2c:define:YYCTYPE  = "unsigned char";
	re2c:yyfill:enable   = 0;
	re2c:sentinel        = 255;
	re2c:define:YYPEEK   = "peek(cur, end)";
	re2c:define:YYSKIP   = "cur += char_length((unsigned char)*cur);";
	re2c:define:YYBACKUP = "mark = cur;";
	re2c:define:YYRESTORE = "cur = mark;";
	re2c:encoding:utf8   = 0;

	l = [A-Za-z];
	n = [0-9];
	w = [\t-\r ];
	o = [\x00-\x7F] \ (l | n | w);
*/

size_t words_gpt2(const char *s, size_t n)
{
	const char *cur = s, *end = s + n, *mark = s;
	/*!re2c
	"'" ("s" | "t" | "re" | "ve" | "m" | "ll" | "d") { return (size_t)(cur - s); }
	" "? (l+ | n+ | o+)                              { return (size_t)(cur - s); }
	w+                                               { return space_word(s, (size_t)(cur - s), cur == end); }
	*                                                { return n; }
	*/
}

size_t words_llama3(const char *s, size_t n, int digits)
{
	const char *cur = s, *end = s + n;
	/*!re2c
	(o | w \ [\r\n])? l+ { return contraction(s, (size_t)(cur - s)); }
	n                    { goto number; }
	" "? o+ [\r\n]*      { return (size_t)(cur - s); }
	w+                   { return line_word(s, (size_t)(cur - s), cur == end); }
	*                    { return n; }
	*/
number:
	while (--digits > 0) {
		const char *before = cur;
		/*!re2c
		n { continue; }
		* { return (size_t)(before - s); }
		*/
	}
	return (size_t)(cur - s);
}
