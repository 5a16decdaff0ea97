/* Pictures of results: what is drawn, apart from how.
 *
 * A picture is a plain description (numbers, labels, what they mean).  Each of the functions below puts it into text of one
 * kind, so that a program around pp can have the string as well as a file.  Everything that a picture points to belongs to
 * whoever made it. */
#ifndef PP_REPORT_PICTURE_H
#define PP_REPORT_PICTURE_H
#include <stddef.h>

#include "base/str.h"
#include "report/scale.h"

enum picture_kind {
	PICTURE_HEATMAP,                 /* row.n * column.n numbers as colours */
	PICTURE_BARS,                    /* row.n numbers as lengths, with their intervals */
	PICTURE_TOKENS,                  /* row.n words of a text, each coloured by its number */
	PICTURE_GRAPH,                   /* nodes and arrows */
};

struct picture_axis { const char *name; const char *const *label; size_t n; };       /* name may be "" */

/* What a node or an arrow carries.  Each has its colour and its line, so that neither has to be told from the other by colour alone. */
enum cargo_look { LOOK_PLAIN, LOOK_REFERENCE, LOOK_COUNTERFACTUAL, LOOK_MIXED, LOOK_OTHER, LOOK_CUT, N_LOOKS };
extern const char *const look_name[N_LOOKS];         /* "", "reference" ... */
extern const struct rgb look_color[N_LOOKS];         /* blue, grey and orange differ for every kind of colour blindness */

struct drawn_node { const char *label, *tip; enum cargo_look look; };
struct drawn_edge { size_t from, to; const char *label, *tip; enum cargo_look look; };      /* label: the port, or "" */
struct drawing {
	struct drawn_node *node; size_t n_nodes;
	struct drawn_edge *edge; size_t n_edges;
	bool tree;                       /* every node but the first has one arrow out, to the node it is read by */
};

struct picture {
	enum picture_kind kind;
	const char *title, *note;        /* what it shows; of what (model, dataset, how many pairs), or "" */
	const char *quantity;            /* what the numbers are: "effect, mean of patched - ref" */
	const char *unit;                /* "nats", or "" */
	const char *below, *above;       /* what numbers below and above 0 mean, or "" */
	struct picture_axis row, column;
	const double *value;             /* NAN: undefined */
	const double *low, *high;        /* BARS: ends of intervals, NAN for none; or NULL */
	const char *interval;            /* what they are, or "" */
	double most;                     /* the colours go from -most to most; 0: nothing differs from 0 */
	bool numbers;                    /* HEATMAP: written into the cells */
	const struct drawing *drawing;   /* GRAPH */
};

/* A terminal: how wide, how many colours (0, 256, or more for 24 bits), and whether it shows UTF-8. */
struct picture_look { int width, colors; bool utf8; };

/* The largest size of any number, for `most`. */
double picture_most(const double *value, size_t n);
/* What share a number is of the one that has the strongest colour; NAN for NAN. */
double picture_share(const struct picture *p, double x);
/* A number as figures show it: whole ones as they are, others to 4 digits, "undefined" for NAN. */
void put_shown(struct buf *out, double x);
/* The same inside the cells of a heatmap: all with as many decimals as the largest number needs, or -1: as put_shown has it; "?" for NAN. */
int picture_decimals(const struct picture *p);
void put_in_cell(struct buf *out, double x, int decimals);
/* "l 1, h 4" and "-2.288 logits": what a cell is, for tooltips and screen readers. */
void picture_place(const struct picture *p, size_t cell, struct buf *out);
void picture_number(const struct picture *p, size_t cell, struct buf *out);
/* "effect, mean of patched - ref; in logits; below 0: ..., above 0: ...": the words of the legend. */
void picture_legend(const struct picture *p, struct buf *out);
/* The ends of what the scale shows: 0 instead of an end where no number lies on that side. */
void picture_ends(const struct picture *p, double *low, double *high);

/* For a terminal; ends with a newline. */
void picture_text(const struct picture *p, const struct picture_look *look, struct buf *out);
/* A document of its own, or with `inside` an element for a page with the style and script of report/page.h.  False where a graph
 * could not be laid out: why is then a sentence. */
bool picture_svg(const struct picture *p, bool inside, struct buf *out, struct buf *why);
/* A Vega-Lite 5 specification with its data, one JSON object and a newline. */
bool picture_vega(const struct picture *p, struct buf *out, struct buf *why);
/* The numbers, one a line. */
void picture_csv(const struct picture *p, struct buf *out);
#endif
