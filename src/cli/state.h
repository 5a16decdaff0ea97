/* Files that pp keeps for a user from one run to the next. */
#ifndef PP_CLI_STATE_H
#define PP_CLI_STATE_H

/* Where the file of that name lies: pp/NAME in XDG_STATE_HOME, or in ~/.local/state; malloc'd.  The folders are made.
 * NULL when there is no such place. */
char *state_file(const char *name);
#endif
