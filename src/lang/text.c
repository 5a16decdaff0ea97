/* Built-in functions of text: format, and the usual parts, searches and replacements.  Places in a text count characters. */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <utf8proc.h>

#include "lang/builtins.h"

/* ---- format: {} and {:spec} as in Python */

enum { WIDTH_MAX = 1000, DIGITS_MAX = 100 };

struct spec { char fill[5], align, sign, type; bool comma; int width, digits; };      /* align 0, digits -1: not said */

static bool bad_spec(struct interp *in, const struct ast *at, const char *from)
{
	diag_at(in->o.diags, E_VALUE, at->span, "format() cannot read what stands in {%.*s}", (int)strcspn(from, "}"), from);
	diag_hint(in->o.diags, "{} is a value as text, {:.3f} a number with 3 decimals, {:.3g} with 3 digits, {:.1%%} in percent, {:>8} to the right in 8 columns, {{ a brace");
	return false;
}

static bool spec_number(const char **s, int most, int *out)
{
	*out = 0;
	for (; isdigit((unsigned char)**s); (*s)++)
		if ((*out = *out * 10 + (**s - '0')) > most)
			return false;
	return true;
}

/* [[fill]align][sign][0][width][,][.digits][type] up to the brace. */
static bool read_spec(const char **at, struct spec *f)
{
	const char *s = *at;
	*f = (struct spec){ .fill = " ", .digits = -1 };
	size_t len = (size_t)utf8proc_utf8class[(unsigned char)*s];
	if (*s && len && len <= 4 && strnlen(s, len + 1) > len && strchr("<>^", s[len]) && s[len]) {
		memcpy(f->fill, s, len);
		f->fill[len] = 0;
		f->align = s[len];
		s += len + 1;
	} else if (*s && strchr("<>^", *s)) {
		f->align = *s++;
	}
	if (*s == '+' || *s == ' ' || *s == '-')
		f->sign = *s++;
	if (*s == '0' && isdigit((unsigned char)s[1]) && !f->align) {
		strcpy(f->fill, "0");
		f->align = '=';
		s++;
	}
	if (!spec_number(&s, WIDTH_MAX, &f->width))
		return false;
	f->comma = *s == ',';
	s += f->comma;
	if (*s == '.') {
		s++;
		if (!isdigit((unsigned char)*s) || !spec_number(&s, DIGITS_MAX, &f->digits))
			return false;
	}
	if (*s && strchr("sdfFeEgG%", *s))
		f->type = *s++;
	*at = s;
	return *s == '}';
}

static void put_number_as(struct buf *b, double x, const struct spec *f)
{
	char type = f->type, how[8];
	int digits = f->digits;
	if (!type)
		type = digits < 0 ? 0 : 'g';
	if (type == 'd') {
		type = 'f';
		digits = 0;
	}
	if (f->sign && f->sign != '-' && !signbit(x))
		buf_putc(b, f->sign);
	if (!type && f->comma) {
		buf_printf(b, "%.15g", x);
	} else if (!type) {
		struct value v = number(x);
		value_text(&v, b, false);
	} else if (type == '%') {
		buf_printf(b, "%.*f%%", digits < 0 ? 6 : digits, x * 100);
	} else {
		snprintf(how, sizeof how, "%%.*%c", type);
		char text[400 + DIGITS_MAX];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof text, how, digits < 0 ? 6 : digits, x);
#pragma GCC diagnostic pop
		buf_puts(b, text);
	}
}

/* 1234567.5 as 1,234,567.5 */
static void add_commas(struct buf *b)
{
	const char *t = buf_str(b);
	size_t start = strcspn(t, "0123456789"), n = strspn(t + start, "0123456789");
	struct buf out = { 0 };
	buf_add(&out, t, start);
	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			buf_putc(&out, ',');
		buf_putc(&out, t[start + i]);
	}
	buf_puts(&out, t + start + n);
	buf_free(b);
	*b = out;
}

static size_t characters(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

static bool put_formatted(struct interp *in, const struct ast *at, struct buf *out, const struct value *v, const struct spec *f)
{
	struct buf b = { 0 };
	bool is_number = v->kind == VAL_NUMBER;
	if ((f->type && f->type != 's' && !is_number) || (f->type == 's' && is_number) || (f->comma && !is_number))
		return FAIL(in, E_TYPE, at, "{:%c} is for %s, this is %s", f->type ? f->type : ',', is_number ? "text" : "numbers", value_kind_name[v->kind]);
	if (is_number)
		put_number_as(&b, v->number, f);
	else
		value_text(v, &b, false);
	if (!is_number && f->digits >= 0) {          /* {:.5} cuts text */
		size_t n = 0, keep = 0;
		while (keep < b.n && (n < (size_t)f->digits || ((unsigned char)b.at[keep] & 0xC0) == 0x80))
			n += ((unsigned char)b.at[++keep] & 0xC0) != 0x80;
		b.n = keep < b.n ? keep : b.n;
		if (b.at)
			b.at[b.n] = 0;
	}
	if (f->comma)
		add_commas(&b);
	size_t have = characters(buf_str(&b)), pad = (size_t)f->width > have ? (size_t)f->width - have : 0;
	char align = f->align ? f->align : is_number ? '>' : '<';
	size_t signs = align == '=' && b.n && strchr("+- ", b.at[0]) ? 1 : 0;
	size_t before = align == '>' || align == '=' ? pad : align == '^' ? pad / 2 : 0;
	buf_add(out, buf_str(&b), signs);
	for (size_t i = 0; i < before; i++)
		buf_puts(out, f->fill);
	buf_puts(out, buf_str(&b) + signs);
	for (size_t i = before; i < pad; i++)
		buf_puts(out, f->fill);
	buf_free(&b);
	return true;
}

static bool put_format(struct interp *in, const struct ast *at, const struct args *a, struct buf *out)
{
	size_t next = 1;
	for (const char *s = a->at[0].string.at; *s; s++) {
		struct spec f = { .fill = " ", .digits = -1 };
		if ((*s == '{' || *s == '}') && s[1] == *s) {
			buf_putc(out, *s++);
			continue;
		}
		if (*s == '}')
			return FAIL(in, E_VALUE, at, "a } stands alone in the text of format(); }} is a brace");
		if (*s != '{') {
			buf_putc(out, *s);
			continue;
		}
		const char *from = ++s;
		if (*s == ':' && (s++, !read_spec(&s, &f)))
			return bad_spec(in, at, from);
		if (*s != '}')
			return bad_spec(in, at, from);
		if (next == a->n)
			return FAIL(in, E_ARGUMENT, at, "the text of format() has more {} than there are values (%zu)", a->n - 1);
		if (!put_formatted(in, a->ast[next], out, &a->at[next], &f) || !room(in, at, (double)out->n))
			return false;
		next++;
	}
	return next == a->n || FAIL(in, E_ARGUMENT, at, "format() has %zu values, but its text has %zu {}", a->n - 1, next - 1);
}

static bool take_text(struct interp *in, const struct ast *at, struct buf *b, bool ok, struct value *out)
{
	ok = ok && room(in, at, (double)b->n);
	if (ok)
		*out = text(in, buf_str(b), b->n);
	buf_free(b);
	return ok;
}

DEFINE(format)
{
	struct buf b = { 0 };
	if (!takes(in, at, a, 1, SIZE_MAX) || !want(in, at, a->at[0], VAL_STRING))
		return false;
	return take_text(in, at, &b, put_format(in, at, a, &b), out);
}

DEFINE(str)
{
	struct buf b = { 0 };
	if (!takes(in, at, a, 1, 1))
		return false;
	value_text(&a->at[0], &b, false);
	return take_text(in, at, &b, true, out);
}

DEFINE(number)
{
	if (!takes(in, at, a, 1, 1) || !want(in, at, a->at[0], VAL_STRING))
		return false;
	const char *s = a->at[0].string.at;
	char *end;
	*out = number(strtod(s, &end));
	while (isspace((unsigned char)*end))
		end++;
	return (*s && !*end && !isspace((unsigned char)*s)) || FAIL(in, E_VALUE, at, "\"%.40s\" is not a number", s);
}

/* ---- parts */

static bool all_texts(struct interp *in, const struct ast *at, const struct args *a, size_t n)
{
	if (!takes(in, at, a, n, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!want(in, at, a->at[i], VAL_STRING))
			return false;
	return true;
}

DEFINE(split)
{
	VEC(struct value) part = { 0 };
	if (a->n && !a->name[0] && a->at[0].kind == VAL_DATASET)
		return split_dataset(in, at, a, out);
	bool words = a->n == 1;                      /* without a separator: at white space, nothing empty */
	if (!all_texts(in, at, a, words ? 1 : 2))
		return false;
	const char *s = a->at[0].string.at, *by = words ? " \t\r\n" : a->at[1].string.at;
	if (!*by)
		return FAIL(in, E_VALUE, at, "split() needs a text to split at that is not empty");
	for (bool last = false; !last;) {
		s += words ? strspn(s, by) : 0;
		const char *end = words ? s + strcspn(s, by) : strstr(s, by);
		last = words ? !*s : !end;
		end = end ? end : s + strlen(s);
		if (!words || end > s)
			vec_push(&part, text(in, s, (size_t)(end - s)));
		s = last ? end : end + (words ? 0 : strlen(by));
	}
	bool ok = new_list(in, at, part.at, part.n, out);
	vec_free(&part);
	return ok;
}

DEFINE(replace)
{
	struct buf b = { 0 };
	if (!all_texts(in, at, a, 3))
		return false;
	const char *s = a->at[0].string.at, *what = a->at[1].string.at;
	if (!*what)
		return FAIL(in, E_VALUE, at, "replace() needs a text to look for that is not empty");
	for (const char *hit; (hit = strstr(s, what)); s = hit + a->at[1].string.n) {
		buf_add(&b, s, (size_t)(hit - s));
		buf_puts(&b, a->at[2].string.at);
		if (b.n > MAX_VALUES)
			return take_text(in, at, &b, true, out);     /* reports */
	}
	buf_puts(&b, s);
	return take_text(in, at, &b, true, out);
}

DEFINE(strip)
{
	if (!all_texts(in, at, a, 1))
		return false;
	const char *s = a->at[0].string.at, *end = s + a->at[0].string.n;
	while (isspace((unsigned char)*s))
		s++;
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*out = text(in, s, (size_t)(end - s));
	return true;
}

static bool each_letter(struct interp *in, const struct ast *at, struct args *a, utf8proc_int32_t (*how)(utf8proc_int32_t), struct value *out)
{
	struct buf b = { 0 };
	utf8proc_int32_t c;
	if (!all_texts(in, at, a, 1))
		return false;
	const char *s = a->at[0].string.at;
	for (size_t i = 0, n = a->at[0].string.n; i < n;) {
		utf8proc_uint8_t spelled[4];
		utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(n - i), &c);
		if (len > 0)
			buf_add(&b, (const char *)spelled, (size_t)utf8proc_encode_char(how(c), spelled));
		else
			buf_putc(&b, s[i]);
		i += len > 0 ? (size_t)len : 1;
	}
	return take_text(in, at, &b, true, out);
}
DEFINE(lower) { return each_letter(in, at, a, utf8proc_tolower, out); }
DEFINE(upper) { return each_letter(in, at, a, utf8proc_toupper, out); }

DEFINE(starts_with)
{
	if (!all_texts(in, at, a, 2))
		return false;
	*out = truth(strncmp(a->at[0].string.at, a->at[1].string.at, a->at[1].string.n) == 0);
	return true;
}

DEFINE(ends_with)
{
	if (!all_texts(in, at, a, 2))
		return false;
	size_t n = a->at[0].string.n, k = a->at[1].string.n;
	*out = truth(k <= n && memcmp(a->at[0].string.at + n - k, a->at[1].string.at, k) == 0);
	return true;
}

/* ---- t[i], t[a..b] */

size_t text_length(struct value v)
{
	return characters(v.string.at);
}

static const char *skip(const char *s, int64_t n)
{
	while (n && *s)
		n -= ((unsigned char)*++s & 0xC0) != 0x80;
	return s;
}

bool index_text(struct interp *in, const struct ast *a, struct value v, struct value i, struct value *out)
{
	int64_t from, to, n = (int64_t)text_length(v);
	if (i.kind == VAL_RANGE ? !part(in, a, i, n, &from, &to) : !place(in, a, i, n, &from))
		return false;
	if (i.kind != VAL_RANGE)
		to = from + 1;
	const char *s = skip(v.string.at, from);
	*out = text(in, s, (size_t)(skip(s, to - from) - s));
	return true;
}
