/* Patterns.  See regex.h.
 *
 * Most is spelled alike.  What differs is replaced where PCRE2 has a way to say it, and refused by name where it has none:
 * a text that is cut a little differently would give other tokens, and nobody would notice. */
#include "model/regex.h"

#include <stdio.h>
#include <string.h>

struct reading { const char *at, *end; struct buf *out, *why; };

static bool refuse(struct reading *r, const char *what, size_t n)
{
	return buf_refuse(r->why, "a pattern has '%.*s', which pp cannot use", n > 40 ? 40 : (int)n, what);
}

/* The characters of a property that came after Unicode 14, which is what PCRE2 may be built with; the library knows 16. */
static const char *late(const char *property, size_t n)
{
	static const struct { const char *property, *ranges; } known[] = {
#define LATE(property, ranges) { property, ranges },
#include "model/regex_late.def"
#undef LATE
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i].property) == n && memcmp(known[i].property, property, n) == 0)
			return known[i].ranges;
	return NULL;
}

/* ours, which is a part of a class, and what came late to it. */
static bool put_class(struct reading *r, bool negated, const char *ours, const char *more, bool inside)
{
	if (inside && negated && more)
		return false;
	if (inside || !more)
		buf_printf(r->out, negated && !more ? "\\P%s%s" : "\\p%s%s", ours, more ? more : "");
	else
		buf_printf(r->out, negated ? "[^\\p%s%s]" : "[\\p%s%s]", ours, more);
	return true;
}

/* A property by the name PCRE2 knows it by: general categories and a few others are spelled alike, the rest are scripts,
 * which PCRE2 alone would take with characters that they share with others. */
static bool put_property(struct reading *r, char p, const char *name, size_t n, bool inside)
{
	static const struct { const char *theirs, *ours; } longer[] = {
		{ "Letter", "L" }, { "Mark", "M" }, { "Number", "N" }, { "Punctuation", "P" }, { "Symbol", "S" }, { "Separator", "Z" }, { "Other", "C" },
		{ "Alphabetic", "Alphabetic" }, { "White_Space", "White_Space" }, { "Any", "Any" }, { "Emoji", "Emoji" }, { "Ideographic", "Ideographic" },
		{ "Uppercase", "Uppercase" }, { "Lowercase", "Lowercase" },
	};
	const char *ours = NULL;
	char spelled[64];
	for (size_t i = 0; i < sizeof longer / sizeof *longer; i++)
		if (strlen(longer[i].theirs) == n && strncmp(longer[i].theirs, name, n) == 0)
			ours = longer[i].ours;
	if (ours) {
		name = ours;
		n = strlen(ours);
	}
	if (n > 40 || (n == 1 && *name == 'C') || (n == 2 && strncmp(name, "Cn", 2) == 0))        /* later characters are gone from these */
		return false;
	snprintf(spelled, sizeof spelled, ours || n <= 2 ? "{%.*s}" : "{sc:%.*s}", (int)n, name);
	return put_class(r, p == 'P', spelled, late(name, n), inside);
}

/* \p{...}: r->at is behind the p. */
static bool property(struct reading *r, char p, bool inside)
{
	const char *close = r->at < r->end && *r->at == '{' ? memchr(r->at, '}', (size_t)(r->end - r->at)) : NULL;
	if (!close)
		return refuse(r, "\\p without { }", 11);
	const char *name = r->at + 1;
	if (name < close && *name == '^') {
		name++;
		p = p == 'p' ? 'P' : 'p';
	}
	for (const char *c = name; c < close; c++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_&", *c) || !*c)
			return refuse(r, r->at - 2, (size_t)(close + 1 - (r->at - 2)));
	if (!put_property(r, p, name, (size_t)(close - name), inside))
		return refuse(r, r->at - 2, (size_t)(close + 1 - (r->at - 2)));
	r->at = close + 1;
	return true;
}

/* \x41, \x{4e00}, \u4e00: r->at is behind the letter. */
static bool code_point(struct reading *r, char letter)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	size_t left = (size_t)(r->end - r->at), n = letter == 'u' ? 4 : 2;
	if (letter == 'x' && left && *r->at == '{') {
		const char *close = memchr(r->at, '}', left);
		size_t k = close ? (size_t)(close - r->at - 1) : 0;
		if (!close || !k || k > 6 || strspn(r->at + 1, hex) < k)
			return refuse(r, r->at - 2, left + 2 > 12 ? 12 : left + 2);
		buf_printf(r->out, "\\x%.*s", (int)k + 2, r->at);
		r->at = close + 1;
		return true;
	}
	if (left < n || strspn(r->at, hex) < n || (letter == 'x' && *r->at > '7'))
		return refuse(r, r->at - 2, left < n ? left + 2 : n + 2);
	buf_printf(r->out, "\\x{%.*s}", (int)n, r->at);
	r->at += n;
	return true;
}

/* \w as it is there: PCRE2's own is narrower, and outside [ ] the superscripts and fractions of Latin-1 are words, oddly. */
static bool put_word(struct reading *r, bool negated, bool inside)
{
	if (inside && negated)
		return false;
	buf_printf(r->out, "%s\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}%s%s%s%s", inside ? "" : negated ? "[^" : "[",
	    late("Alphabetic", 10), late("M", 1), late("Nd", 2), inside ? "" : "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}]");
	return true;
}

/* Classes that are spelled by a letter; inside [ ] the brackets go.  1: it is one, 0: another escape, -1: it cannot be said. */
static int put_letter(struct reading *r, char c, bool inside)
{
	bool ok = true;
	switch (c) {
	case 's':
	case 'S': ok = put_class(r, c == 'S', "{White_Space}", NULL, inside); break;
	case 'd':
	case 'D': ok = put_class(r, c == 'D', "{Nd}", late("Nd", 2), inside); break;
	case 'w':
	case 'W': ok = put_word(r, c == 'W', inside); break;
	case 'h': buf_puts(r->out, inside ? "0-9a-fA-F" : "[0-9a-fA-F]"); break;
	case 'v': buf_puts(r->out, "\\x0B"); break;
	default: return 0;
	}
	return ok ? 1 : -1;
}

/* r->at is at the backslash. */
static bool escape(struct reading *r, bool inside)
{
	const char *from = r->at++;
	if (r->at == r->end)
		return refuse(r, "\\", 1);
	char c = *r->at++;
	int letter = put_letter(r, c, inside);
	if (letter)
		return letter > 0 || refuse(r, from, 2);
	if (c == 'p' || c == 'P')
		return property(r, c, inside);
	if (c == 'x' || c == 'u')
		return code_point(r, c);
	bool plain = strchr("rntfae", c) || (!inside && strchr("Az", c)) || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
	if (!c || !plain)
		return refuse(r, from, 2);
	buf_add(r->out, from, 2);
	return true;
}

/* [...]: no sets inside it, and no && between them. */
static bool class(struct reading *r)
{
	const char *first = r->at + 1 + (r->at + 1 < r->end && r->at[1] == '^');
	if (first < r->end && *first == ']')
		return refuse(r, "[]", 2);
	buf_add(r->out, r->at, (size_t)(first - r->at));
	for (r->at = first; r->at < r->end && *r->at != ']';) {
		if (*r->at == '[' || (*r->at == '&' && r->at + 1 < r->end && r->at[1] == '&'))
			return refuse(r, *r->at == '[' ? "[ inside [ ]" : "&&", *r->at == '[' ? 12 : 2);
		if (*r->at == '\\') {
			if (!escape(r, true))
				return false;
		} else {
			buf_putc(r->out, *r->at++);
		}
	}
	if (r->at == r->end)
		return refuse(r, "[ without ]", 11);
	buf_putc(r->out, *r->at++);
	return true;
}

/* ( and what may follow it. */
static bool group(struct reading *r)
{
	static const char *const known[] = { "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?i)", "(?-i:" };
	size_t left = (size_t)(r->end - r->at), n = 1;
	if (left > 1 && r->at[1] == '*')
		return refuse(r, "(*", 2);
	if (left > 1 && r->at[1] == '?') {
		n = 0;
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			if (left >= strlen(known[i]) && strncmp(r->at, known[i], strlen(known[i])) == 0)
				n = strlen(known[i]);
		if (!n)
			return refuse(r, r->at, left > 4 ? 4 : left);
	}
	buf_add(r->out, r->at, n);
	r->at += n;
	return true;
}

/* {n,m}, which is a literal when it is none.  A + behind it would mean another thing. */
static bool braces(struct reading *r)
{
	const char *close = memchr(r->at, '}', (size_t)(r->end - r->at));
	size_t n = close ? (size_t)(close + 1 - r->at) : 0;
	if (!n || n == 2 || strspn(r->at + 1, "0123456789,") != n - 2 || (n == 3 && r->at[1] == ',')) {
		buf_puts(r->out, "\\{");
		r->at++;
		return true;
	}
	if (close + 1 < r->end && (close[1] == '+' || (close[1] == '?' && !memchr(r->at, ',', n))))
		return refuse(r, r->at, n + 1);
	buf_puts(r->out, r->at[1] == ',' ? "{0" : "{");
	buf_add(r->out, r->at + 1, n - 1);
	r->at = close + 1;
	return true;
}

bool regex_translate(const char *pattern, size_t n, struct buf *out, struct buf *why)
{
	struct reading r = { pattern, pattern + n, out, why };
	bool ok = true;
	while (ok && r.at < r.end)
		switch (*r.at) {
		case '\\': ok = escape(&r, false); break;
		case '[': ok = class(&r); break;
		case '(': ok = group(&r); break;
		case '{': ok = braces(&r); break;
		default: buf_putc(out, *r.at++);
		}
	return ok;
}
