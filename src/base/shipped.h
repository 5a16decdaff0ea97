/* Where the models and data that come with pp lie: the folders models/ and data/ of the examples. */
#ifndef PP_BASE_SHIPPED_H
#define PP_BASE_SHIPPED_H

/* The folder, malloc'd; NULL when it is nowhere.  PP_DATA names it; else it is share/pp beside the program's bin, the place it was
 * built to be installed in, or, for a program that still lies in its build folder, examples/ of the sources around that. */
char *shipped_folder(void);
/* What a relative path means there, malloc'd; NULL when there is no such thing, or the path leads out of it. */
char *shipped_find(const char *path);
#endif
