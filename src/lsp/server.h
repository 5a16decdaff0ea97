/* pp lsp: the language server protocol, apart from how messages come and go.
 *
 * One message in, any number out: nothing here waits, reads or prints (cli/lsp.c does).  A text is checked when nobody asks for
 * anything, and a check that is interrupted is made again later. */
#ifndef PP_LSP_SERVER_H
#define PP_LSP_SERVER_H
#include <stdbool.h>
#include <stddef.h>

struct lsp;
typedef void lsp_send(void *context, const char *json, size_t n);

struct lsp *lsp_open(lsp_send *send, void *context);
void lsp_close(struct lsp *s);
/* One JSON-RPC message, whatever it is. */
void lsp_message(struct lsp *s, const char *json, size_t n);
/* Does a text wait to be checked?  Checks one. */
bool lsp_has_work(const struct lsp *s);
void lsp_work(struct lsp *s);
/* Stops what is running; from a signal handler.  A check is made again by the next lsp_work, unless it is given up for good: then what
 * is known by now is told. */
void lsp_interrupt(struct lsp *s, bool for_good);
/* The client said `exit`: the status to end with, else -1. */
int lsp_ended(const struct lsp *s);
#endif
