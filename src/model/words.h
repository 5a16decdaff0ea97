/* Kinds of characters, and text into words as GPT-2, Llama 3 and Qwen have it: grammar/pretokenize.re. */
#ifndef PP_MODEL_WORDS_H
#define PP_MODEL_WORDS_H
#include <stddef.h>
#include <stdint.h>

/* What the `tokenizers` library takes a character for; letter, number and white as patterns have them, numeric for Digits,
 * foreign: its normal forms leave it alone. */
enum { CHAR_LETTER = 1, CHAR_NUMBER = 2, CHAR_WHITE = 4, CHAR_NUMERIC = 8, CHAR_PUNCTUATION = 16, CHAR_MARK = 32, CHAR_WORD = 64, CHAR_FOREIGN = 128 };
int char_kinds(const char *s, size_t n);     /* of the character at s; n > 0 */

/* The bytes of the first word of n bytes of UTF-8, n > 0. */
size_t words_gpt2(const char *s, size_t n);
size_t words_llama3(const char *s, size_t n, int digits);        /* digits: at most so many stay together */
#endif
