"""Writes categories.re and regex_late.def: kinds of characters as the `tokenizers` library has them.

    pip install tokenizers; python3 grammar/categories.py > grammar/categories.re
    python3.11 grammar/categories.py late > src/model/regex_late.def

re2c comes with categories of its own, but of Unicode 7; the library's are of several newer ones, by what it asks for (patterns,
Rust, a table), and a tokenizer has to cut as the library does.  Each character is in one class, whose name says all kinds
that it has: l letter, n number, w white space (as patterns have them), d numeric (for Digits), p punctuation, m mark, a word
character (for Whitespace, and tokens that are single words), f foreign to the normal forms, which the library has of Unicode 9
(told by what Python makes of it, whose Unicode has to be a newer one; what is not assigned there is foreign, too).

late: for each property that patterns name, the characters that the library knows and Unicode 14 does not, which is what PCRE2
may be built with; so it takes a Python that has Unicode 14."""
import sys
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


# What is not in Unicode 14 by these names is refused, and so are C and Cn, from which later characters are gone.
PROPERTIES = ("L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp Cc Cf Co Alphabetic White_Space Emoji "
              "Ideographic Uppercase Lowercase Arabic Balinese Common Cyrillic Devanagari Egyptian_Hieroglyphs Han Hiragana Kannada Katakana "
              "Khojki Lao Latin Myanmar").split()
# characters that were there already and came to a property later
CAME = {"Mc": [0x1171E], "Lowercase": [0x10FC, *range(0xA7F2, 0xA7F5), 0xAB69],
        "Alphabetic": [*range(0x363, 0x370), 0xC04, 0xF82, 0xF83, *range(0x1DD3, 0x1DE7), 0x11080, 0x11081]}


def late():
    """[property, ranges] of those that have any."""
    assert unicodedata.unidata_version.startswith("14."), f"Python has Unicode {unicodedata.unidata_version}"
    new = "".join(c for c in map(chr, range(1, 0x110000)) if unicodedata.category(c) == "Cn")
    for name in PROPERTIES:
        cut = pre_tokenizers.Split(Regex(rf"\p{{{name}}}+"), "removed", invert=True)
        ranges = []
        for c in CAME.get(name, []) + [ord(c) for _, (a, b) in cut.pre_tokenize_str(new) for c in new[a:b]]:
            if ranges and ranges[-1][1] == c - 1:
                ranges[-1][1] = c
            else:
                ranges.append([c, c])
        if ranges:
            yield name, ranges


def print_late():
    print(f"/* Made by grammar/categories.py from tokenizers {tokenizers.__version__}; not edited by hand. */")
    for name, ranges in late():
        parts = [f"\\\\x{{{a:X}}}" + (f"-\\\\x{{{b:X}}}" if a < b else "") for a, b in ranges]
        lines = ["".join(parts[i:i + 6]) for i in range(0, len(parts), 6)]
        print(f'LATE("{name}", "' + '"\n\t"'.join(lines) + '")')


if sys.argv[1:] == ["late"]:
    print_late()
else:
    print(f"// Made by categories.py from tokenizers {tokenizers.__version__}; not edited by hand.\n/*!rules:re2c:kinds")
    found = sorted(classes().items())
    for name, ranges in found:
        parts = [f"\\U{a:08X}-\\U{b:08X}" for a, b in ranges]
        lines = ["".join(parts[i:i + 6]) for i in range(0, len(parts), 6)]
        print(f"{name} = [" + "]\n     | [".join(lines) + "];")
    for name, _ in found:
        print(f"{name} {{ return {' | '.join(WORDS[k] for k in name)}; }}")
    print("*  { return 0; }\n*/")
