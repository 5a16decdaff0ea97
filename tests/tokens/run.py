"""Tokens as the `tokenizers` library makes them: run.py TOKENIZE

The tokenizers of this folder and expected.json are make.py's.  The same tokenizers are also read as vocab.json + merges.txt and
from GGUF metadata, as far as those can say the same."""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE, TOKENIZE = pathlib.Path(__file__).resolve().parent, sys.argv[1]
sys.path.insert(0, str(HERE.parent))
from model_files import gguf

EXPECTED = json.loads((HERE / "expected.json").read_text())
TEXTS = EXPECTED["texts"]
PRE = {"gpt2": "gpt-2", "llama3": "llama-bpe", "qwen": "qwen2", "digits": "smollm"}
CLASS = {"gpt2": None, "qwen": "Qwen2Tokenizer"}


def tokens(path, texts, folder):
    """[(ids, from, to, decoded)] or what was said instead."""
    data = folder / "texts"
    data.write_bytes(b"".join(struct.pack("<I", len(t)) + t for t in texts))
    run = subprocess.run([TOKENIZE, path, data], capture_output=True)
    if run.returncode:
        return f"status {run.returncode}: {run.stderr.decode(errors='replace').strip()}"
    out, at, raw = [], 0, run.stdout
    for _ in texts:
        (n,) = struct.unpack_from("<I", raw, at)
        x = struct.unpack_from(f"<{3 * n}i", raw, at + 4)
        at += 4 + 12 * n
        (k,) = struct.unpack_from("<I", raw, at)
        out.append((list(x[:n]), x[n:2 * n], x[2 * n:], raw[at + 4:at + 4 + k].decode()))
        at += 4 + k
    return out


def check(what, path, expected, folder):
    got = tokens(path, [t.encode() for t in TEXTS], folder)
    if isinstance(got, str):
        return [f"{what}: {got}"]
    faults = []
    for text, (ids, decoded), (mine, begin, end, back) in zip(TEXTS, expected, got):
        if mine != ids:
            i = next((i for i, (a, b) in enumerate(zip(ids, mine)) if a != b), min(len(ids), len(mine)))
            faults.append(f"{what}: {text[:60]!r}: token {i} is {mine[i:i + 4]}, the library has {ids[i:i + 4]}")
        elif back != decoded:
            faults.append(f"{what}: {text[:60]!r}: decodes to {back[:80]!r}, the library to {decoded[:80]!r}")
        if any(not 0 <= a <= b <= len(text.encode()) for a, b in zip(begin, end)):
            faults.append(f"{what}: {text[:60]!r}: a token lies outside the text")
    return faults


def array(kind, form, xs):
    return struct.pack("<IIQ", 9, kind, len(xs)) + struct.pack(f"<{len(xs)}{form}", *xs)


def special(j):
    """Ids of tokens that are found in a text as written; None: with rules that only tokenizer.json has."""
    plain = all(not (a["single_word"] or a["lstrip"] or a["rstrip"] or a["normalized"]) for a in j["added_tokens"])
    return {a["id"] for a in j["added_tokens"]} if plain else None


def as_gguf(name, j, folder):
    vocab = {**j["model"]["vocab"], **{a["content"]: a["id"] for a in j["added_tokens"]}}
    by_id = sorted(vocab, key=vocab.get)
    types = [3 if i in special(j) else 6 if w.startswith("<0x") else 1 for i, w in enumerate(by_id)]
    meta = {"general.architecture": "test", "tokenizer.ggml.tokens": by_id, "tokenizer.ggml.token_type": array(5, "i", types)}
    if name in PRE:
        meta |= {"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": PRE[name], "tokenizer.ggml.add_bos_token": False,
                 "tokenizer.ggml.merges": [" ".join(m) for m in j["model"]["merges"]]}
    else:
        meta |= {"tokenizer.ggml.model": "llama", "tokenizer.ggml.scores": array(6, "f", [-float(i) for i in range(len(by_id))]),
                 "tokenizer.ggml.add_space_prefix": name == "llama2", "tokenizer.ggml.bos_token_id": ("u32", 1)}
    path = folder / f"{name}.gguf"
    path.write_bytes(gguf(meta, {}))
    return path


def as_files(name, j, folder):
    path = folder / name
    path.mkdir(parents=True)
    (path / "vocab.json").write_text(json.dumps(j["model"]["vocab"]))
    (path / "merges.txt").write_text("#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in j["model"]["merges"]))
    if CLASS[name]:
        (path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": CLASS[name]}))
    return path


def as_config(name, j, folder):
    """What tokenizer.json leaves out stands in tokenizer_config.json."""
    path = folder / f"{name}-config"
    path.mkdir()
    (path / "tokenizer.json").write_text(json.dumps(j | {"added_tokens": []}))
    (path / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": {str(a["id"]): {k: v for k, v in a.items() if k != "id"} for a in j["added_tokens"]}}))
    return path


def prefixed(folder, j, says):
    """tokenizer_config.json about the space before a text: beside a tokenizer.json that has none, and instead of one."""
    both, alone = folder / f"both-{says}", as_files("gpt2", j, folder / f"alone-{says}")
    both.mkdir()
    (both / "tokenizer.json").write_text(json.dumps(j))
    for path in (both, alone):
        (path / "tokenizer_config.json").write_text(json.dumps({"add_prefix_space": says}))
    return [tokens(path, [b"Mary", b" Mary"], folder) for path in (both, alone)]


def main():
    faults, n = [], 0
    with tempfile.TemporaryDirectory() as where:
        folder = pathlib.Path(where)
        for name, expected in EXPECTED["tokenizers"].items():
            path = HERE / f"{name}.json"
            j = json.loads(path.read_text())
            ways = [(f"{name}.json", path)]
            if special(j) is not None and (name in PRE or name in ("llama2", "gemma")):
                ways.append((f"{name} as GGUF", as_gguf(name, j, folder)))
            if special(j) is not None and name in CLASS:
                ways.append((f"{name} as vocab.json and merges.txt", as_files(name, j, folder)))
            ways.append((f"{name} with its added tokens in tokenizer_config.json", as_config(name, j, folder)))
            for what, path in ways:
                faults += check(what, path, expected, folder)
                n += 1
        gpt2 = json.loads((HERE / "gpt2.json").read_text())
        (agreed, without), (refused, with_space) = (prefixed(folder, gpt2, says) for says in (False, True))
        n += 4
        if agreed != without or agreed[0][0] == agreed[1][0] or "it says add_prefix_space: true, and tokenizer.json false" not in refused:
            faults.append(f"add_prefix_space: {agreed} {without} {refused}")
        if with_space[0][0] != with_space[1][0] or with_space[1][0] != agreed[1][0]:
            faults.append(f"add_prefix_space: true alone: {with_space}")
        for bad, where in ((b"ab\xff", 2), (b"\xc3(", 0), (b"a\xed\xa0\x80", 1), (b"\xf4\x90\x80\x80", 0), (b"abc\xe2\x82", 3)):
            said = tokens(HERE / "gpt2.json", [bad], folder)
            n += 1
            if not isinstance(said, str) or f"not UTF-8: byte {where} is" not in said:
                faults.append(f"{bad}: {said}")
    print(*faults, sep="\n")
    print(f"{n} ways, {len(TEXTS)} texts each, {len(faults)} faults")
    return bool(faults)


sys.exit(main())
