"""Mixed text, and kinds of tokenizers to train on it with the `tokenizers` library: for make.py and ../slow/same_tokens.py."""
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

# ---- text

WORDS = ("the of and to in is was he for it with as his on be at by I this had not are but from or have an they which one you were her all "
         "she there would their we him been has when who will more no if out so said what up its about into than them can only other new "
         "Mary John don't I'll you're WE'VE it'S lawyer's naïve café São Zürich œuvre Đặng ﬁne ſtate İstanbul ΣΊΣΥΦΟΣ Straße").split()
CODE = ('def f(x):\n\treturn {k: v**2 for k, v in x.items()}  # comment\n', 'for (int i = 0; i < n; i++) {\n        a[i] += b[i] << 3;\n    }\n',
        'SELECT * FROM "t" WHERE a >= 10.5e-3;\r\n', '<p class="x">&nbsp;</p>\n', '{"a": [1, 2, 3], "b": null}\n\n\n', '$ ls -la /usr/bin | grep "^d"\n',
        '\\begin{equation} \\frac{1}{2} \\end{equation}', 'https://example.org/a?b=c&d=%20#e', '0x1F 1_000_000 3.14159265358979 ½ ² ٣ 五 Ⅷ')
SPACES = (" ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", " \n", "\u00a0", "\u2003", "\u3000", "\u200b", "\u200d", "\u0085", "\u2028", "\u202f", "\u180e",
          "\ufeff", "\v", "\f", "                ", "\t\t\t", " \t ", "\u1680")
SPECIAL = ("<s>", "</s>", "<unk>", "<|endoftext|>", "<|im_start|>", "<bos>", "<0x41>", "▁", "Ġ", "<|padding|>", "<mask>", "[SEP]", "<|begin_of_text|>")


def blocks(rng):
    """Characters of every script, in runs."""
    first = rng.choice([0x20, 0xA0, 0x100, 0x370, 0x400, 0x530, 0x590, 0x600, 0x700, 0x900, 0x980, 0xA00, 0xB00, 0xC00, 0xD00, 0xE00, 0xF00, 0x1000, 0x10A0,
                        0x1100, 0x1200, 0x13A0, 0x1400, 0x1680, 0x1780, 0x1800, 0x1E00, 0x1F00, 0x2000, 0x20A0, 0x2100, 0x2200, 0x2460, 0x2E80, 0x3040, 0x30A0,
                        0x3100, 0x4E00, 0x5E00, 0x6E00, 0x7E00, 0x8E00, 0x9E00, 0xA000, 0xAC00, 0xB000, 0xC000, 0xD000, 0xF900, 0xFB00, 0xFE20, 0xFF00, 0x10000,
                        0x10330, 0x10400, 0x11000, 0x12000, 0x1D400, 0x1F300, 0x1F600, 0x1F900, 0x20000, 0x2A700, 0xE000])
    return "".join(chr(min(first + int(abs(rng.gauss(0, 60))), 0x10FFFF)) for _ in range(rng.randint(1, 12)))


def anything(rng):
    c = rng.randrange(0x110000)
    return chr(c if not 0xD800 <= c < 0xE000 else 0x4E00)


def emoji(rng):
    return rng.choice(["😀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "❤️", "🇩🇪", "1️⃣", "🤷‍♀️", "☕", "🫠", "🧑‍🚀"])


def combined(rng):
    return rng.choice("aeiouAEIOUnsЕекবक가ᄀ") + "".join(rng.choice("\u0301\u0300\u0308\u0323\u0327\u0338\u1161\u11a8\u09be\u093c\u0345")
                                                      for _ in range(rng.randint(1, 3)))


def control(rng):
    return chr(rng.choice([*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x200E, 0x202E, 0xFFFD, 0xFFFE, 0x10FFFF]))


def mixed(size, seed):
    rng, out, n = random.Random(seed), [], 0
    kinds = [(lambda r: " ".join(r.choice(WORDS) for _ in range(r.randint(1, 20))), 40), (blocks, 20), (lambda r: r.choice(CODE), 8), (emoji, 4), (combined, 4),
             (lambda r: r.choice(SPACES), 12), (control, 3), (anything, 3), (lambda r: r.choice(SPECIAL), 2),
             (lambda r: str(r.randrange(10 ** r.randint(1, 12))), 4), (lambda r: r.choice("!?.,;:-_'\"()[]{}/*+=<>|~^`#@&%$\\") * r.randint(1, 9), 5)]
    pick = [f for f, w in kinds for _ in range(w)]
    while n < size:
        s = rng.choice(pick)(rng) + rng.choice(["", " ", " ", ""])
        out.append(s)
        n += len(s.encode())
    return "".join(out)


# ---- tokenizers

VOCAB = 2000

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BYTES = [f"<0x{i:02X}>" for i in range(256)]


def byte_level(pre, normalizer=None, special=("<|endoftext|>",), **model):
    t = Tokenizer(models.BPE(**model))
    t.pre_tokenizer, t.decoder = pre, decoders.ByteLevel()
    if normalizer:
        t.normalizer = normalizer
    return t, trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=list(special), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)


def byte_fallback(normalizer, pre, decoder, special=("<unk>", "<s>", "</s>")):
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.decoder = decoder
    if normalizer:
        t.normalizer = normalizer
    if pre:
        t.pre_tokenizer = pre
    return t, trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=[*special, *BYTES], limit_alphabet=VOCAB // 5, show_progress=False)


def split_bytes(pattern, **kw):
    return byte_level(pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]), **kw)


def back(*more):
    return decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *more])


def configurations():
    pt, nm = pre_tokenizers, normalizers
    llama = nm.Sequence([nm.Prepend("▁"), nm.Replace(" ", "▁")])
    yield "gpt2", *byte_level(pt.ByteLevel(False))
    yield "gpt2, space before", *byte_level(pt.ByteLevel(True))
    yield "neox", *byte_level(pt.ByteLevel(False), nm.NFC())
    yield "llama2", *byte_fallback(llama, None, back(decoders.Strip(" ", 1, 0)))
    yield "llama2, metaspace", *byte_fallback(None, pt.Metaspace(prepend_scheme="first", split=False), back(decoders.Strip(" ", 1, 0)))
    yield "mistral, metaspace split", *byte_fallback(None, pt.Metaspace(), decoders.Metaspace())
    yield "gemma", *byte_fallback(nm.Replace(" ", "▁"), pt.Split(" ", "merged_with_previous"), back())
    yield "llama3", *split_bytes(LLAMA3, ignore_merges=True)
    yield "qwen", *split_bytes(LLAMA3.replace("{1,3}", ""), normalizer=nm.NFC())
    yield "o200k", *split_bytes(O200K)
    yield "starcoder", *byte_level(pt.Sequence([pt.Digits(True), pt.ByteLevel(False)]))
    yield "digits, punctuation", *byte_level(pt.Sequence([pt.Punctuation("contiguous"), pt.Digits(False), pt.ByteLevel(False, use_regex=False)]))
    yield "nfkc, lower, accents", *byte_level(pt.ByteLevel(False), nm.Sequence([nm.NFKD(), nm.StripAccents(), nm.Lowercase(), nm.NFKC(), nm.Strip()]))
    for behaviour in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        yield f"split {behaviour}", *byte_level(pt.Sequence([pt.Split(Regex(r"[aeiou]+|\d"), behaviour), pt.ByteLevel(False, use_regex=False)]))
        yield f"split {behaviour}, inverted", *byte_level(
            pt.Sequence([pt.Split(Regex(r"\w+|\s"), behaviour, invert=True), pt.ByteLevel(False, use_regex=False)]))
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    t.pre_tokenizer = pt.Whitespace()
    yield "unknown, fused", t, trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=["<unk>"], limit_alphabet=VOCAB // 10, show_progress=False)
    t = Tokenizer(models.BPE(unk_token="<unk>"))
    t.pre_tokenizer = pt.Sequence([pt.WhitespaceSplit(), pt.Punctuation()])
    yield "unknown", t, trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=["<unk>"], limit_alphabet=VOCAB // 10, show_progress=False)


def added(t, i):
    if i % 4 == 0:
        t.add_tokens([AddedToken("lawyer", single_word=True), AddedToken("<mask>", lstrip=True), AddedToken("[SEP]", rstrip=True, normalized=False),
                      AddedToken("the", single_word=True, lstrip=True, normalized=False), AddedToken("café", normalized=True)])
    elif i % 4 == 1:
        t.add_tokens([AddedToken(" " * n, normalized=True) for n in range(2, 20)] + [AddedToken("\n\n"), AddedToken("Mary", single_word=True)])
