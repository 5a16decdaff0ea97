"""Writes the tokenizers of this folder and expected.json, what the `tokenizers` library makes of some texts with them.

    pip install tokenizers; python3 tests/tokens/make.py"""
import json
import pathlib

import kinds
import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

HERE = pathlib.Path(__file__).resolve().parent
KEEP = {"gpt2": "gpt2", "neox": "neox", "llama2": "llama2", "mistral, metaspace split": "metaspace", "gemma": "gemma", "llama3": "llama3", "qwen": "qwen",
        "starcoder": "digits", "nfkc, lower, accents": "forms", "split merged_with_next": "split", "unknown, fused": "unknown"}
TEXTS = ["", " ", "\n", "When Mary and John went to the store, John gave a drink to", " Mary", "Mary's don't I'LL you'Re '", "naïve café cafe\u0301 Đặng ﬁne İstanbul",
         "a  b   c\t\td\n\ne \n f\r\n", "12345 67,890.12 ½ ٣ 五", "汉字かな한국어ᄀ\u1161 ไทย हिन्दी עברית العربية", "😀👨‍👩‍👧‍👦🏳️‍🌈", "for (int i = 0; i < n; i++) { a[i] += b[i]; }",
         "<s>Mary</s> <|endoftext|>x<unk>", " <mask> lawyer lawyers [SEP]  the mask", "\0\x01\x7f\x85\xa0\u2028\ufeff\U0010ffff", "▁Ġ <0x41>", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "x" * 200 + " " * 50 + "!" * 70, "\u0c3c\u0301\u0323a\u0323\u0301", "'ſ 'S"]


def all_ways(t):
    """As converted SentencePiece models have it: a merge for every way to make a token of two, in the order of the tokens."""
    j = json.loads(t.to_str())
    vocab = j["model"]["vocab"]
    j["model"]["merges"] = [[w[:i], w[i:]] for w in sorted(vocab, key=vocab.get) if not w.startswith("<") for i in range(1, len(w))
                            if w[:i] in vocab and w[i:] in vocab]
    return Tokenizer.from_str(json.dumps(j))


def words():
    t = Tokenizer(models.WordLevel({w: i for i, w in enumerate(["[UNK]", "[CLS]", "when", "mary", "john", "went", "to", "the", "store", ",", "gave", "a", "drink"])},
                                   unk_token="[UNK]"))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    return t


def made():
    kinds.VOCAB = 420                                  # byte fallback alone takes 256
    train = [kinds.mixed(2000, seed) for seed in range(60)]
    for i, (name, t, trainer) in enumerate(kinds.configurations()):
        if name not in KEEP:
            continue
        t.train_from_iterator(train, trainer)
        if KEEP[name] in ("llama2", "gemma"):
            t = all_ways(t)
            t.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", t.token_to_id("<s>"))])
        elif KEEP[name] not in ("gpt2", "qwen"):         # run.py writes these as files that cannot say what added tokens ask for
            kinds.added(t, i)
        yield KEEP[name], t
    yield "words", words()


def main():
    expected = {"made with": f"tokenizers {tokenizers.__version__}", "texts": TEXTS + [kinds.mixed(300, seed) for seed in range(100, 110)], "tokenizers": {}}
    for name, t in made():
        j = json.loads(t.to_str())
        (HERE / f"{name}.json").write_text(json.dumps(j, ensure_ascii=False, separators=(",", ":")) + "\n")
        rows = expected["tokenizers"][name] = []
        for text in expected["texts"]:
            ids = t.encode(text, add_special_tokens=False).ids
            rows.append([ids, t.decode(ids, skip_special_tokens=False)])
    (HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


main()
