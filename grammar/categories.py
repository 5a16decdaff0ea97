"""Writes categories.re: kinds of characters as the `tokenizers` library has them.

    pip install tokenizers; python3 grammar/categories.py > grammar/categories.re

re2c comes with categories of its own, but of Unicode 7; the library's are of several newer ones, by what it asks for (patterns,
Rust, a table), and a tokenizer has to cut as the library does.  Each character is in one class, whose name says all kinds
that it has: l letter, n number, w white space (as patterns have them), d numeric (for Digits), p punctuation, m mark, a word
character (for Whitespace, and tokens that are single words), f foreign to the normal forms, which the library has of Unicode 9
(told by what Python makes of it, whose Unicode has to be a newer one; what is not assigned there is foreign, too)."""
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers


def cut_off(p):
    """Is the character cut off from the NUL behind it?"""
    return lambda c: len(p.pre_tokenize_str(c + "\0")) == 2


def by_pattern(pattern):
    return cut_off(pre_tokenizers.Split(Regex(pattern), "isolated"))


def foreign(c):
    return unicodedata.category(c) == "Cn" or any(
        getattr(normalizers, form)().normalize_str(s) != unicodedata.normalize(form, s)
        for form in ("NFC", "NFKC", "NFD", "NFKD") for s in (c, f"a{c}\u0301", f"a{c}\u0323"))


KINDS = {"l": by_pattern(r"\p{L}"), "n": by_pattern(r"\p{N}"), "w": by_pattern(r"\s"), "d": cut_off(pre_tokenizers.Digits(True)),
         "p": cut_off(pre_tokenizers.Punctuation()), "m": lambda c: normalizers.StripAccents().normalize_str(c) == "",
         "a": lambda c: len(pre_tokenizers.Whitespace().pre_tokenize_str(c + "a")) == 1 and not KINDS["w"](c),
         "f": foreign}
WORDS = {"l": "CHAR_LETTER", "n": "CHAR_NUMBER", "w": "CHAR_WHITE", "d": "CHAR_NUMERIC", "p": "CHAR_PUNCTUATION", "m": "CHAR_MARK", "a": "CHAR_WORD",
         "f": "CHAR_FOREIGN"}


def classes():
    out = {}
    for c in range(1, 0x110000):
        if 0xD800 <= c < 0xE000:
            continue
        name = "".join(k for k, is_one in KINDS.items() if is_one(chr(c)))
        if not name:
            continue
        ranges = out.setdefault(name, [])
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return out


print(f"// Made by categories.py from tokenizers {tokenizers.__version__}; not edited by hand.\n/*!rules:re2c:kinds")
found = sorted(classes().items())
for name, ranges in found:
    parts = [f"\\U{a:08X}-\\U{b:08X}" for a, b in ranges]
    lines = ["".join(parts[i:i + 6]) for i in range(0, len(parts), 6)]
    print(f"{name} = [" + "]\n     | [".join(lines) + "];")
for name, _ in found:
    print(f"{name} {{ return {' | '.join(WORDS[k] for k in name)}; }}")
print("*  { return 0; }\n*/")
