/* JSON documents that come with models and datasets.
 *
 * Reading is jansson's; this adds the path, the line and a sentence to what goes wrong. */
#ifndef PP_MODEL_CONFIG_H
#define PP_MODEL_CONFIG_H
#include <jansson.h>

#include "base/diag.h"

/* Reads a JSON file of at most 64 MiB; NULL after a report (E_FILE, or `bad` when it is not JSON).  Duplicate keys refused. */
json_t *json_read(const char *path, enum code bad, struct span at, struct diags *d);
#endif
