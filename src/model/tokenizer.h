/* Text to token ids and back, from a tokenizer.json of type WordLevel.
 *
 * The file format is that of Hugging Face `tokenizers`: model.vocab, normalizer (NFC, NFKC, NFD, NFKD,
 * Lowercase), pre_tokenizer (Whitespace, WhitespaceSplit), Sequences of these or none, added_tokens.  A post_processor is not
 * applied: a prompt that begins with a special token is written with it. */
#ifndef PP_MODEL_TOKENIZER_H
#define PP_MODEL_TOKENIZER_H
#include "base/diag.h"

struct tokenizer;

/* From folder/tokenizer.json.  Sets *none when the folder has no such file (no report then); NULL after a report otherwise. */
struct tokenizer *tokenizer_open(const char *folder, bool *none, struct span at, struct diags *d);

struct tokens { int32_t *id; uint32_t *from, *to; size_t n, cap; };    /* from, to: the bytes of the text a token covers */
void tokens_free(struct tokens *t);

/* Appends the tokens of text.  False: the text cannot be spelled (a word that is not in the vocabulary, invalid UTF-8); why
 * is appended to `why` as a sentence part ("'Zanzibar' is not in the vocabulary"), and out has the tokens before it.  An
 * unknown word never becomes model.unk_token by itself; the text can say it. */
bool tokenizer_encode(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why);
/* The text of one token, or NULL for an id outside the vocabulary.  Valid as long as the tokenizer. */
const char *tokenizer_text(const struct tokenizer *t, int32_t id);
/* The readable text of a sequence, appended to out: the words with a space between; <7> for an id without a text. */
void tokenizer_decode(const struct tokenizer *t, const int32_t *id, size_t n, struct buf *out);
/* One more than the largest id. */
int32_t tokenizer_vocab(const struct tokenizer *t);
void tokenizer_close(struct tokenizer *t);
#endif
