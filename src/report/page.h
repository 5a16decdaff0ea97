/* One HTML page that needs nothing else: no network, style and script inside (stdlib/page.css, page.js).
 *
 *     struct page p = { 0 };
 *     page_heading(&p, "Results"); page_table(&p, &t); page_picture(&p, &picture, &why) ...
 *     page_end(&p, "induction.pp", true, &out);
 *
 * Parts come in the order they are added.  Tables sort by their heads; figures have tooltips for mouse and keyboard. */
#ifndef PP_REPORT_PAGE_H
#define PP_REPORT_PAGE_H
#include "report/picture.h"

/* plain: without what the page's style and script are for, as elements of other pages. */
struct page { struct buf body; bool plain; };

/* A cell: its text, and the number that it is sorted by where is_number (NAN: undefined, sorted last). */
struct page_cell { const char *text; double number; bool is_number; };
/* head: may have line breaks; a column of numbers stands to the right. */
struct page_table { const char *caption; const char *const *head; size_t n_columns, n_rows; const struct page_cell *cell; };

void page_heading(struct page *p, const char *text);
void page_note(struct page *p, const char *text);
void page_pre(struct page *p, const char *text);
void page_table(struct page *p, const struct page_table *t);
/* The figure, and its numbers as a table that can be opened.  False, with why, as picture_svg says. */
bool page_picture(struct page *p, const struct picture *picture, struct buf *why);
/* The whole document, under its title as a heading where that is not said inside; p is empty afterwards. */
void page_end(struct page *p, const char *title, bool heading, struct buf *out);
#endif
