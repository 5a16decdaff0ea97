"""Token for token as the `tokenizers` library, and faster: same_tokens.py TOKENIZE [FILE ...]

On 5 MB of mixed text: every script, emoji, code, odd spaces, control characters.  Compares ids and the text they decode to, of
tokenizers trained here in the configurations of GPT-2, NeoX, Llama 2, Llama 3, Qwen, Gemma and others, of those in
../shared/real where that folder is; or of FILEs alone.  Skipped, saying so, without the library: pip install tokenizers."""
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tokens"))
try:
    import tokenizers
    from kinds import added, configurations, mixed
    from tokenizers import Tokenizer
except ImportError as e:
    print(f"skipped: {e} (pip install tokenizers)")
    sys.exit(77)

TOKENIZE, GIVEN = sys.argv[1], sys.argv[2:]
ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared/real"
SIZE = 5_000_000


def all_of(folder):
    if GIVEN:
        yield from ((path, pathlib.Path(path)) for path in GIVEN)
        return
    train = [mixed(4000, seed) for seed in range(200)]
    for i, (name, t, trainer) in enumerate(configurations()):
        t.train_from_iterator(train, trainer)
        added(t, i)
        path = folder / f"{i}.json"
        t.save(str(path))
        yield name, path
    for path in [*sorted((REAL / "models").glob("*/tokenizer.json")), *sorted((REAL / "tokenizers").rglob("*tokenizer.json"))]:
        yield str(path.relative_to(REAL)), path


# ---- comparing

def ours(path, texts, folder):
    data = folder / "texts"
    data.write_bytes(b"".join(struct.pack("<I", len(t)) + t for t in texts))
    run = subprocess.run([TOKENIZE, path, data], capture_output=True)
    if run.returncode:
        return run.stderr.decode().strip(), None, None
    seconds, loaded = map(float, run.stderr.split()[:2])
    out, at = [], 0
    for _ in texts:
        (n,) = struct.unpack_from("<I", run.stdout, at)
        ids = struct.unpack_from(f"<{n}i", run.stdout, at + 4)
        at += 4 + 12 * n
        (k,) = struct.unpack_from("<I", run.stdout, at)
        out.append((ids, run.stdout[at + 4:at + 4 + k].decode()))
        at += 4 + k
    return out, seconds, loaded


def differ(t, theirs, mine):
    i = next((i for i, (a, b) in enumerate(zip(theirs, mine)) if a != b), min(len(theirs), len(mine)))
    return (f"token {i} of {len(theirs)} and {len(mine)}: {[t.id_to_token(x) for x in theirs[max(i - 2, 0):i + 4]]} here "
            f"{[t.id_to_token(x) for x in mine[max(i - 2, 0):i + 4]]}")


def compare(name, path, texts, folder):
    t = Tokenizer.from_file(str(path))
    got, seconds, loaded = ours(path, [x.encode() for x in texts], folder)
    if seconds is None:
        return print(f"  {name}: {got}") or 1
    start, faults = time.perf_counter(), 0
    theirs = [t.encode(x, add_special_tokens=False).ids for x in texts]
    took = time.perf_counter() - start
    for x, a, (b, back) in zip(texts, theirs, got):
        if list(a) != list(b):
            faults += 1
            if faults < 4:
                print(f"  {name}: {differ(t, list(a), list(b))}")
        elif t.decode(list(a), skip_special_tokens=False) != back:
            faults += 1
            if faults < 4:
                want = t.decode(list(a), skip_special_tokens=False)
                i = next((i for i, (p, q) in enumerate(zip(want, back)) if p != q), min(len(want), len(back)))
                print(f"  {name}: decodes to {back[max(i - 5, 0):i + 20]!r}, the library to {want[max(i - 5, 0):i + 20]!r}")
    print(f"{name}: {sum(map(len, theirs))} tokens, {faults} of {len(texts)} texts differ; {took:.3f} s, here {seconds:.3f} s: "
          f"{took / seconds:.1f} times as fast (loads in {loaded:.3f} s)", flush=True)
    return faults or seconds > took


def main():
    print(f"tokenizers {tokenizers.__version__}, one thread")
    small = [mixed(1000, 1000 + i) for i in range(2000)] + ["", " ", "\n", "a", " a", "  ", "<s>", "<s> a", "a<s>", "\u0301", "▁", "'s", "'ſ", "it'S 'LL"]
    texts = [mixed(SIZE - 2_000_000, 7), *small]
    print(f"{sum(len(x.encode()) for x in texts)} bytes in {len(texts)} texts")
    with tempfile.TemporaryDirectory() as folder:
        results = [compare(name, path, texts, pathlib.Path(folder)) for name, path in all_of(pathlib.Path(folder))]
    print(f"{sum(not r for r in results)} passed, {sum(bool(r) for r in results)} failed")
    return any(results)


sys.exit(main())
