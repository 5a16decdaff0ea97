/* Text to token ids and back, as the tokenizer that comes with a model has it.
 *
 * Reads tokenizer.json (the format of Hugging Face `tokenizers`: models BPE and WordLevel, with the normalizers, pre-tokenizers
 * and decoders that these use), vocab.json with merges.txt, and the metadata of GGUF files.  Gives the tokens that that
 * library gives, with two differences: what is not in the vocabulary is refused instead of becoming an unknown token, and
 * what a prompt begins with is a policy of its own (enum bos).  A tokenizer is used by one thread at a time. */
#ifndef PP_MODEL_TOKENIZER_H
#define PP_MODEL_TOKENIZER_H
#include "base/diag.h"

struct tokenizer;
struct gguf;

/* From folder/tokenizer.json, or folder/vocab.json and merges.txt; tokenizer_config.json beside them is heeded.  Sets *none
 * when the folder has neither (no report then); NULL after a report (E_TOKENIZER_FILE, E_FILE) otherwise. */
struct tokenizer *tokenizer_open(const char *folder, bool *none, struct span at, struct diags *d);
/* From the metadata of a GGUF file, whose path is for the messages; NULL after a report.  *none: it says nothing of a tokenizer. */
struct tokenizer *tokenizer_from_gguf(const struct gguf *g, const char *path, bool *none, struct span at, struct diags *d);

struct tokens { int32_t *id; uint32_t *from, *to; size_t n, cap; };    /* from, to: the bytes of the text a token covers */
void tokens_free(struct tokens *t);

/* Appends the tokens of text; none is put before them.  False: the text cannot be spelled (a word that is not in the
 * vocabulary, invalid UTF-8); why is appended to `why` as a sentence part ("'Zanzibar' is not in the vocabulary"), and out has
 * the tokens before it.  An unknown word never becomes the unknown token by itself; the text can say it. */
bool tokenizer_encode(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why);
/* As the library does it: what is unknown becomes the unknown token, or is left out when there is none. */
bool tokenizer_encode_unknown(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why);

/* What a prompt begins with: the beginning-of-text token if the tokenizer's files say so (auto, the default), always, or never. */
enum bos { BOS_AUTO, BOS_YES, BOS_NO };
/* False, with why: `yes`, but the files name no such token. */
bool tokenizer_bos(struct tokenizer *t, enum bos policy, struct buf *why);
/* As tokenizer_encode, with the beginning-of-text token before it, unless the text begins with it.  It covers no bytes. */
bool tokenizer_prompt(const struct tokenizer *t, const char *text, size_t len, struct tokens *out, struct buf *why);
/* Appends what it is: "byte-level BPE, 50257 tokens, from tokenizer.json". */
void tokenizer_describe(const struct tokenizer *t, struct buf *out);
/* Appends what a prompt begins with, and why: "begin with <s> (tokenizer_config.json says so)". */
void tokenizer_describe_prompt(const struct tokenizer *t, struct buf *out);

/* The bytes of the text that the token stands for, by the decoder of the file but for what it does at the start of a text
 * (" Mary", not "Mary" or "\xC4\xA0Mary"): NUL-terminated, not always UTF-8, NULL for an id outside the vocabulary.  Valid until
 * the next call. */
const char *tokenizer_text(const struct tokenizer *t, int32_t id);
/* The same for people to read: in quotes where spaces begin or end it, bytes that are no text as \x41. */
void tokenizer_show(const struct tokenizer *t, int32_t id, struct buf *out);
/* The text of a sequence, appended to out: UTF-8, with U+FFFD for bytes that are none; special tokens are not left out.
 * <7> for an id outside the vocabulary. */
void tokenizer_decode(const struct tokenizer *t, const int32_t *id, size_t n, struct buf *out);
/* One more than the largest id. */
int32_t tokenizer_vocab(const struct tokenizer *t);
void tokenizer_close(struct tokenizer *t);
#endif
