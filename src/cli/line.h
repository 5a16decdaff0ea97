/* Lines as they are typed: with editing, history and completion where the terminal can do that, else as they come. */
#ifndef PP_CLI_LINE_H
#define PP_CLI_LINE_H
#include <stdbool.h>
#include <stddef.h>

/* What could be written at a place of the line; the candidates replace its bytes from..to, and are valid until the next question. */
struct line_candidate { const char *text, *kind, *note; };
struct line_candidates { size_t from, to, n; const struct line_candidate *at; };

struct line_options {
	bool color;
	const char *file;                /* of state.h, where lines are remembered from session to session; NULL: in this session only */
	void (*complete)(void *context, const char *line, size_t n, size_t at, struct line_candidates *out);
	void *context;
};

struct line_reader;
struct line_reader *line_open(const struct line_options *o);
/* A line without its newline; valid until the next.  NULL at the end of what is typed, or when interrupted (interrupt.h).
 * more: it goes on with what was typed before. */
const char *line_read(struct line_reader *r, const char *prompt, bool more);
/* For the arrow keys. */
void line_remember(struct line_reader *r, const char *text);
void line_close(struct line_reader *r);
#endif
