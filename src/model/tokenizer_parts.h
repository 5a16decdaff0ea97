/* What the files tokenizer*.c share; nobody else includes it.
 *
 *     tokenizer.c        text to tokens: added tokens, normalizers, pre-tokenizers, then the model; bos
 *     tokenizer_json.c   reading a tokenizer.json
 *     tokenizer_files.c  which files a folder has; vocab.json and merges.txt; tokenizer_config.json
 *     tokenizer_gguf.c   reading the metadata of a GGUF file
 *     tokenizer_vocab.c  the vocabulary and the added tokens
 *     tokenizer_split.c  pre-tokenizers
 *     tokenizer_bpe.c    the model BPE
 *     tokenizer_decode.c tokens to text */
#ifndef PP_MODEL_TOKENIZER_PARTS_H
#define PP_MODEL_TOKENIZER_PARTS_H
#include <jansson.h>

#include "base/arena.h"
#include "base/map.h"
#include "model/find.h"
#include "model/text.h"
#include "model/tokenizer.h"

enum {
	MAX_ID = 1 << 24,                /* ids are positions in an array: a lying file must not make it huge */
	MAX_STAGES = 16,
	MAX_FIRST = 4,                   /* tokens that a template puts before a text */
};

/* ---- vocabulary */

/* bytes: text has the bytes that a word of a byte-level model has; else it is spelled as in the file.  added: the model does
 * not know it.  normal: what is looked for in normalised text, and decoded, in its place, or NULL. */
struct entry { const char *text; size_t len; int32_t id; bool bytes, added; const char *normal; struct entry *next; };
struct vocab { struct map by_text; struct entry **by_id; int32_t n_ids; };
/* At most one entry for an id.  byte_level: text is spelled in GPT-2's alphabet, and kept as the bytes it means. */
bool vocab_add(struct tokenizer *t, const char *s, size_t n, int64_t id, bool added, struct buf *why);
const struct entry *vocab_find(const struct tokenizer *t, const char *s, size_t n);       /* as spelled in the file */
const struct entry *vocab_find_bytes(const struct tokenizer *t, const char *s, size_t n); /* as a piece of a word */
bool read_vocab(struct tokenizer *t, const json_t *vocab, struct buf *why);                 /* {text: id, ...} */
const struct entry *vocab_at(const struct tokenizer *t, int32_t id);                      /* NULL: there is none */
void vocab_trim(struct tokenizer *t);            /* ids are given out with room to grow; it ends at the largest afterwards */

/* GPT-2's alphabet: a printable character for each byte. */
void bytes_spell(const char *s, size_t n, struct buf *out);        /* bytes to the alphabet */
bool bytes_unspell(const char *s, size_t n, struct buf *out);      /* back; false: a character that is not in it */

/* ---- added tokens */

struct added { const char *text; size_t len; int32_t id; bool single_word, lstrip, rstrip, special; };
/* Those that are looked for in one of two rounds, sorted by their bytes. */
struct added_set { VEC(struct added) token; uint32_t first[257]; };
void added_sort(struct added_set *s);
/* The leftmost of the longest in s[i..n), and where; NULL: none. */
const struct added *added_next(const struct added_set *s, const char *text, size_t n, size_t i, size_t *at);

/* ---- pre-tokenizers */

enum behaviour { ISOLATED, REMOVED, CONTIGUOUS, MERGED_WITH_PREVIOUS, MERGED_WITH_NEXT };
enum prefix { PREFIX_NEVER, PREFIX_ALWAYS, PREFIX_FIRST };

struct stage {
	char *space;                     /* what each space becomes, NULL: it stays */
	char *prefix;                    /* what is put before a text that does not begin with it */
	enum prefix prefixed;
	struct finder *find;             /* NULL: nothing is cut */
	bool invert;
	enum behaviour behaviour;
};
bool stage_read(struct tokenizer *t, const json_t *j, const char *type, struct buf *why);
void stage_free(struct stage *s);

/* ---- encoding */

struct job { const struct tokenizer *t; struct tokens *out; struct buf *why; bool unknown; };
/* Bytes from..to of x, cut into words by the pre-tokenizers from the k-th on and spelled. */
bool cut(struct job *j, const struct text *x, size_t from, size_t to, int k);
/* A token for bytes from..to of x; where they are none, it covers nothing. */
void push_range(struct tokens *t, int32_t id, const struct text *x, size_t from, size_t to);
bool unknown_word(const struct job *j, const char *s, size_t n);                          /* refuses it; false */

/* A kind of model: how it is read from "model" and how it spells bytes from..to of a text, which are one word. */
struct model_kind {
	const char *type;
	bool (*read)(struct tokenizer *t, const json_t *model, struct buf *why);
	bool (*spell)(struct job *j, const struct text *x, size_t from, size_t to);
};
extern const struct model_kind model_bpe;

/* ---- BPE */

struct bpe;
struct bpe *bpe_new(void);
void bpe_free(struct bpe *b);
struct bpe_options { const char *unknown; bool fuse_unknown, byte_fallback, ignore_merges; };
bool bpe_merge_line(struct tokenizer *t, const char *line, size_t n, uint32_t rank, struct buf *why);    /* "left right" */
/* By scores, as SentencePiece has them: every token that is two others is a merge, the higher score first. */
void bpe_merge_by_score(struct tokenizer *t, const float *score, int32_t n);
bool bpe_finish(struct tokenizer *t, const struct bpe_options *o, struct buf *why);       /* after the last merge */

/* ---- decoders */

struct decoder;
bool decoder_read(struct tokenizer *t, const json_t *j, const char *type, struct buf *why);
void decoder_free(struct decoder *d);

/* ---- all of it */

struct tokenizer {
	const struct model_kind *kind;
	const char *source;                  /* the file it is from, for tokenizer_describe */
	struct vocab vocab;
	bool byte_level;                     /* words are bytes */
	struct text_step *step[MAX_STAGES];
	struct stage stage[MAX_STAGES];
	struct decoder *decoder[MAX_STAGES];
	int n_steps, n_stages, n_decoders;
	struct added_set added, added_normal;    /* looked for in the text as written, in normalised text */
	struct bpe *bpe;
	int32_t unknown;                     /* WordLevel's unk_token, or -1 */
	int32_t first[MAX_FIRST];            /* what a template puts before a text */
	int n_first;
	int32_t bos_id;                      /* of the token that the files name, or -1 */
	const char *said_by;                 /* what says whether it begins a text: "tokenizer_config.json"; NULL: nothing does */
	bool says;
	enum bos policy;
	struct buf shown;                    /* tokenizer_text's */
	struct arena arena;
};

struct tokenizer *tokenizer_new(const char *source);
struct tokenizer *tokenizer_ready(struct tokenizer *t);  /* after the last of what is read; t */
struct tokenizer *tokenizer_from_json(const json_t *j, const char *path, struct span at, struct diags *d);
/* t when it is ok; else reports why what path holds is refused, closes t: NULL.  why is freed. */
struct tokenizer *tokenizer_unless_refused(struct tokenizer *t, bool ok, const char *path, struct buf *why, struct span at, struct diags *d);
bool add_token(struct tokenizer *t, const struct added *a, bool normalised, struct buf *why);
/* Normalizers, pre-tokenizers and decoders from text as a tokenizer.json has it, which must be sound. */
bool read_stages_text(struct tokenizer *t, const char *normalizer, const char *pre_tokenizer, const char *decoder, struct buf *why);

/* tokenizer_files.c: what stdlib/tokenizers.json says of tokenizers that go by a short name.  How the one of that name cuts
 * text into words, a new reference; NULL: not known.  name NULL: one that has none. */
json_t *preset_new(const char *name);
bool read_preset(struct tokenizer *t, const json_t *preset, struct buf *why);        /* its stages, and a byte-level decoder */
bool preset_kind(const char *kind, const char *what);    /* of a GGUF file's tokenizer.ggml.model: does it have "merges", "scores"? */
void preset_kinds(struct buf *out);                      /* appends their names */
#endif
