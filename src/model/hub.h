/* Models by their names on the Hugging Face hub, as the hub's own programs keep them on disk
 * (https://huggingface.co/docs/huggingface_hub, "Understand caching"): CACHE/models--ORG--NAME with refs/main, snapshots and
 * blobs.  Fetching them is pull.c's. */
#ifndef PP_MODEL_HUB_H
#define PP_MODEL_HUB_H
#include "base/str.h"

/* Could this be the name of a model: "gpt2", "org/name"? */
bool  hub_is_name(const char *s);
/* The folder of the cache: HF_HUB_CACHE, or hub in HF_HOME, or ~/.cache/huggingface/hub.  malloc'd. */
char *hub_cache(void);
/* Where the cache keeps a model, whether it is there or not: CACHE/models--ORG--NAME.  malloc'd. */
char *hub_folder(const char *name);
/* The folder with the model's files, malloc'd; NULL when the cache does not have it whole, and then why has a sentence. */
char *hub_find(const char *name, struct buf *why);
#endif
