/* plot x, plot x to "file": draws a figure, in the terminal or to a file, by the file's ending. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "lang/pictures.h"
#include "lang/report.h"
#include "report/page.h"

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n > m && strcmp(s + n - m, end) == 0;
}

static bool draw_to(struct interp *in, const struct ast *a, const struct picture *p, const char *name, struct buf *out)
{
	struct buf why = { 0 };
	struct page page = { 0 };
	bool ok = ends_in(name, ".svg") ? picture_svg(p, false, out, &why) : ends_in(name, ".html") ? page_picture(&page, p, &why) : picture_vega(p, out, &why);
	if (ok && ends_in(name, ".html"))
		page_end(&page, p->title, false, out);
	if (!ok)
		diag_at(in->o.diags, E_DRAWING, a->span, "%s", buf_str(&why));
	buf_free(&why);
	return ok;
}

static bool plot_to(struct interp *in, const struct ast *a, const struct picture *p, struct value to)
{
	const struct ast *where = a->kid[1];
	if (!want(in, where, to, VAL_STRING))
		return false;
	const char *name = to.string.at, *path = resolve_path(in, name, a->span);
	if (!ends_in(name, ".svg") && !ends_in(name, ".vl.json") && !ends_in(name, ".html"))
		return FAIL(in, E_VALUE, where, "plot writes .svg, .vl.json (Vega-Lite) and .html files; this name ends otherwise");
	struct buf b = { 0 };
	bool ok = may_write(in, path, where->span) && (!p || draw_to(in, where, p, name, &b));
	if (ok && p && in->o.mode == INTERP_RUN && !in->keeping.verify && !file_write(path, b.at, b.n))
		ok = FAIL(in, E_FILE_WRITE, where, "%s: %s", path, strerror(errno));
	buf_free(&b);
	return ok;
}

bool plot_statement(struct interp *in, const struct ast *a, struct scope *s, struct value *out)
{
	struct value v, to = { .kind = VAL_NONE };
	out->kind = VAL_NONE;
	if (!eval(in, a->kid[0], s, &v) || (a->kid[1] && !eval(in, a->kid[1], s, &to)))
		return false;
	bool later = v.kind == VAL_LATER;
	if (!later && !figure_of(in, a->kid[0], v, &v))
		return false;
	if (!later)
		note_shown(in, &v);
	if (a->kid[1])
		return to.kind == VAL_LATER || plot_to(in, a, later ? NULL : v.picture, to);
	if (!later && in->o.hooks.show)
		in->o.hooks.show(in->o.hooks.context, &v);
	return true;
}
