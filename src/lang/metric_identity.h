/* What a metric is, as a digest.  See metric_identity.c. */
#ifndef PP_LANG_METRIC_IDENTITY_H
#define PP_LANG_METRIC_IDENTITY_H
#include "base/digest.h"
#include "lang/internal.h"

/* False when it depends on something that has no digest, such as earlier results: then nothing of it is kept. */
bool digest_metric(struct interp *in, const struct metric *metric, struct digest *out);
#endif
