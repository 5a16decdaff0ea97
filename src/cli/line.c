/* Lines as they are typed.  See line.h.
 *
 * Owns libedit.  It knows no colours in what is edited; so before each key is waited for, the line is written over once more
 * in colours, in its place: what libedit believes is on the screen stays true. */
#define _GNU_SOURCE
#include "cli/line.h"

#include <errno.h>
#include <histedit.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/history.h"
#include "cli/interrupt.h"
#include "cli/paint.h"
#include "cli/state.h"

enum { HISTORY = 1000, LISTED = 100, NOTED = 12, WIDTH = 80, PASTED = 8 /* so many keys at a time nobody types */ };

struct line_reader {
	struct line_options o;
	EditLine *el;                                /* NULL: the terminal cannot do that */
	History *history;
	FILE *out;
	char *file;                                  /* the history's; NULL: there is no place for one */
	const char *prompt;
	char shown[64];                              /* the prompt with its colours */
	bool more;
	char *line;
	size_t cap;
	mbstate_t half;                              /* of a character whose bytes come one by one */
	char held;                                   /* typed right after Ctrl-C: for the next line; 0: nothing was */
};

static volatile sig_atomic_t resized, resumed;

static void on_resize(int sig) { (void)sig; resized = 1; }
static void on_resume(int sig) { (void)sig; resumed = 1; }

static int columns(const struct line_reader *r, int *rows)
{
	struct winsize w = { 0 };
	ioctl(fileno(r->out), TIOCGWINSZ, &w);
	*rows = w.ws_row ? w.ws_row : 24;
	return w.ws_col ? w.ws_col : WIDTH;
}

/* ---- colours */

/* Where a text ends on the screen that begins behind the prompt; false when that cannot be told. */
static bool screen_place(const struct line_reader *r, const wchar_t *text, size_t n, int width, int *row, int *col)
{
	*row = 0;
	*col = (int)strlen(r->prompt);
	for (size_t i = 0; i < n; i++) {
		if (text[i] != L'\n' && wcwidth(text[i]) != 1)
			return false;
		if (text[i] == L'\n' || ++*col == width) {
			++*row;
			*col = 0;
		}
	}
	return true;
}

static void paint(struct line_reader *r)
{
	const LineInfoW *li = el_wline(r->el);
	size_t n = (size_t)(li->lastchar - li->buffer);
	int rows, width = columns(r, &rows), row, col, last_row, last_col;
	struct buf text = { 0 }, b = { 0 };
	bool ok = n > 0 && screen_place(r, li->buffer, (size_t)(li->cursor - li->buffer), width, &row, &col)
		&& screen_place(r, li->buffer, n, width, &last_row, &last_col) && last_row < rows;
	for (size_t i = 0; ok && i < n; i++) {
		char c[MB_LEN_MAX];
		int len = wctomb(c, li->buffer[i]);
		ok = len > 0;
		if (ok)
			buf_add(&text, c, (size_t)len);
	}
	if (ok) {
		buf_puts(&b, "\0337");
		if (row)
			buf_printf(&b, "\033[%dA", row);
		buf_printf(&b, "\r\033[%dC", (int)strlen(r->prompt));
		paint_text(text.at, text.n, true, &b);
		buf_puts(&b, "\0338");
		fwrite(b.at, 1, b.n, r->out);
		fflush(r->out);
	}
	buf_free(&text);
	buf_free(&b);
}

/* ---- keys */

/* Keys that wait to be read. */
static int waiting(void)
{
	int n = 0;
	return ioctl(STDIN_FILENO, FIONREAD, &n) == 0 ? n : 0;
}

/* A signal came while a key was waited for.  False: give up the line. */
static bool go_on_waiting(struct line_reader *r)
{
	if (interrupt_seen())
		return false;
	if (resized)
		el_resize(r->el);
	if (resumed) {
		el_set(r->el, EL_PREP_TERM, 1);
		el_set(r->el, EL_REFRESH);
	}
	resized = resumed = 0;
	return true;
}

static int get_key(EditLine *el, wchar_t *out)
{
	struct line_reader *r;
	char c;
	el_get(el, EL_CLIENTDATA, &r);
	if (r->o.color && !waiting())
		paint(r);
	for (;;) {
		ssize_t n = interrupt_seen() ? -1 : r->held ? 1 : read(STDIN_FILENO, &c, 1);
		if (n == 0)
			return 0;
		if (n > 0 && r->held)
			c = r->held;
		r->held = 0;
		if (n > 0 && interrupt_seen()) {
			r->held = c;
			return -1;
		}
		if (n < 0 && (interrupt_seen() || errno != EINTR || !go_on_waiting(r)))
			return -1;
		if (n < 0)
			continue;
		size_t used = mbrtowc(out, &c, 1, &r->half);
		if (used == 1 || (used == 0 && !c))
			return 1;
		if (used == (size_t)-1)                  /* no character of this terminal: it is left out */
			memset(&r->half, 0, sizeof r->half);
	}
}

static char *get_prompt(EditLine *el)
{
	struct line_reader *r;
	el_get(el, EL_CLIENTDATA, &r);
	return r->shown;
}

/* ---- completion */

static size_t shared(const struct line_candidates *c)
{
	size_t n = strlen(c->at[0].text);
	for (size_t i = 1; i < c->n; i++)
		for (size_t k = 0; k < n; k++)
			if (c->at[i].text[k] != c->at[0].text[k])
				n = k;
	return n;
}

/* What follows a name that is whole. */
static const char *behind(const struct line_candidate *c)
{
	return strcmp(c->kind, "word") == 0 || strcmp(c->kind, "argument") == 0 ? " " : strcmp(c->kind, "function") == 0 ? "(" : "";
}

static void list_in_columns(struct line_reader *r, const struct line_candidates *c, size_t shown)
{
	size_t widest = 0;
	int rows, width = columns(r, &rows);
	for (size_t i = 0; i < shown; i++)
		widest = strlen(c->at[i].text) > widest ? strlen(c->at[i].text) : widest;
	size_t across = (size_t)width / (widest + 2) ? (size_t)width / (widest + 2) : 1, lines = (shown + across - 1) / across;
	for (size_t l = 0; l < lines; l++) {
		for (size_t i = l; i < shown; i += lines)
			fprintf(r->out, "%-*s", i + lines < shown ? (int)widest + 2 : 0, c->at[i].text);
		fputc('\n', r->out);
	}
}

/* One on each line, with what it is; cut where the line ends. */
static void list_with_notes(struct line_reader *r, const struct line_candidates *c)
{
	size_t widest = 0;
	int rows, width = columns(r, &rows);
	for (size_t i = 0; i < c->n; i++)
		widest = strlen(c->at[i].text) > widest ? strlen(c->at[i].text) : widest;
	for (size_t i = 0; i < c->n; i++) {
		const char *note = c->at[i].note ? c->at[i].note : c->at[i].kind;
		int room = width - (int)widest - 3, n = (int)strlen(note);
		while (n > 0 && (n > room || ((unsigned char)note[n] & 0xC0) == 0x80))
			n--;
		fprintf(r->out, "%-*s  %s%.*s%s\n", (int)widest, c->at[i].text, r->o.color ? PAINT_QUIET : "", n, note, r->o.color ? PAINT_PLAIN : "");
	}
}

static void list(struct line_reader *r, const struct line_candidates *c)
{
	size_t shown = c->n < LISTED ? c->n : LISTED;
	fputc('\n', r->out);
	if (c->n <= NOTED)
		list_with_notes(r, c);
	else
		list_in_columns(r, c, shown);
	if (shown < c->n)
		fprintf(r->out, "... and %zu more\n", c->n - shown);
}

static bool blank(const char *s, size_t n)
{
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return n == 0;
}

static unsigned char on_tab(EditLine *el, int key)
{
	struct line_reader *r;
	struct line_candidates c = { 0 };
	const LineInfo *li = el_line(el);
	size_t n = (size_t)(li->lastchar - li->buffer), at = (size_t)(li->cursor - li->buffer);
	(void)key;
	el_get(el, EL_CLIENTDATA, &r);
	if (waiting() > PASTED || (r->more && blank(li->buffer, at)))        /* pasted, or indented */
		return el_insertstr(el, "  ") == 0 ? CC_REFRESH : CC_ERROR;
	char *line = mem_alloc(n + 1);                       /* libedit ends it with no NUL */
	memcpy(line, li->buffer, n);
	r->o.complete(r->o.context, line, n, at, &c);
	free(line);
	if (c.n == 0)
		return CC_REFRESH_BEEP;
	size_t same = shared(&c), written = c.to - c.from;
	struct buf b = { 0 };
	if (same > written)
		buf_add(&b, c.at[0].text + written, same - written);
	if (c.n == 1)
		buf_puts(&b, behind(&c.at[0]));
	if (b.n)
		el_insertstr(el, b.at);
	bool grew = b.n > 0;
	buf_free(&b);
	if (grew || c.n == 1)
		return CC_REFRESH;
	list(r, &c);
	return CC_REDISPLAY;
}

/* ---- history */

static void enter(void *context, const char *text)
{
	struct line_reader *r = context;
	HistEvent e;
	history(r->history, &e, H_ENTER, text);
}

void line_remember(struct line_reader *r, const char *text)
{
	HistEvent e;
	if (!r->el)
		return;
	bool again = history(r->history, &e, H_FIRST) == 0 && strcmp(e.str, text) == 0;
	if (again)
		return;
	enter(r, text);
	if (r->file)
		history_add(r->file, text);
}

/* ---- opening, reading */

static void open_editor(struct line_reader *r)
{
	static const char *const key[][2] = {
		{ "^I", "pp-complete" }, { "^R", "em-inc-search-prev" }, { "^W", "ed-delete-prev-word" },
		{ "\\e[H", "ed-move-to-beg" }, { "\\e[F", "ed-move-to-end" }, { "\\e[1~", "ed-move-to-beg" }, { "\\e[4~", "ed-move-to-end" },
		{ "\\e[3~", "ed-delete-next-char" }, { "\\e[1;5C", "em-next-word" }, { "\\e[1;5D", "ed-prev-word" },
	};
	HistEvent e;
	r->el = el_init("pp", stdin, r->out, stderr);
	if (!r->el)
		return;
	r->history = history_init();
	history(r->history, &e, H_SETSIZE, HISTORY);
	el_set(r->el, EL_CLIENTDATA, r);
	el_set(r->el, EL_EDITOR, "emacs");
	el_set(r->el, EL_SIGNAL, 0);
	el_set(r->el, EL_HIST, history, r->history);
	el_set(r->el, EL_PROMPT_ESC, get_prompt, '\1');
	el_set(r->el, EL_ADDFN, "pp-complete", "what could be written here", on_tab);
	for (size_t i = 0; i < sizeof key / sizeof *key; i++)
		el_set(r->el, EL_BIND, key[i][0], key[i][1], NULL);
	el_source(r->el, NULL);                      /* ~/.editrc */
	el_set(r->el, EL_GETCFN, get_key);
	sigaction(SIGWINCH, &(struct sigaction){ .sa_handler = on_resize }, NULL);
	sigaction(SIGCONT, &(struct sigaction){ .sa_handler = on_resume }, NULL);
}

struct line_reader *line_open(const struct line_options *o)
{
	struct line_reader *r = mem_alloc(sizeof *r);
	const char *term = getenv("TERM");
	r->o = *o;
	r->out = isatty(STDOUT_FILENO) ? stdout : stderr;
	if (term && *term && strcmp(term, "dumb") != 0)
		open_editor(r);
	if (r->el) {
		r->file = o->file ? state_file(o->file) : NULL;
		if (r->file)
			history_read(r->file, enter, r);
	}
	return r;
}

static const char *read_plain(struct line_reader *r)
{
	fputs(r->prompt, r->out);
	fflush(r->out);
	ssize_t n = getline(&r->line, &r->cap, stdin);
	if (n < 0) {
		clearerr(stdin);
		return NULL;
	}
	r->line[strcspn(r->line, "\n")] = 0;
	return r->line;
}

const char *line_read(struct line_reader *r, const char *prompt, bool more)
{
	int n = 0;
	r->prompt = prompt;
	r->more = more;
	if (!r->el)
		return read_plain(r);
	if (r->o.color)                              /* libedit shows an escape with the character behind it, so the blank comes last */
		snprintf(r->shown, sizeof r->shown, "\1" PAINT_PROMPT "\1%.*s\1" PAINT_PLAIN "\1 ", (int)strlen(prompt) - 1, prompt);
	else
		snprintf(r->shown, sizeof r->shown, "%s", prompt);
	const char *line = el_gets(r->el, &n);
	if (!line || n <= 0)
		return NULL;
	free(r->line);
	r->line = mem_strdup(line);
	size_t len = strlen(r->line);
	if (len && r->line[len - 1] == '\n')
		r->line[len - 1] = 0;
	return r->line;
}

void line_close(struct line_reader *r)
{
	if (r->el) {
		el_end(r->el);
		history_end(r->history);
	}
	free(r->file);
	free(r->line);
	free(r);
}
