"""Damaged tokenizers: mutate.py TOKENIZE [N]

N tokenizer.json files (48 without N), each one of this folder with something changed: bytes, structure, or a value for another.
Each gives tokens or a sentence, within a few seconds, and with little more memory than the sound file takes."""
import json
import pathlib
import random
import resource
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOKENIZE, N = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 48
TEXTS = [t.encode() for t in json.loads((HERE / "expected.json").read_text())["texts"]]
LIMIT = 64 << 20                                     # of a process that holds the program, the texts, and a file of 40 KB several times over
ODD = [None, True, 0, -1, 1 << 62, 1e308, "", "a", "\ud7ff", "▁", " ", [], {}, [[]], {"type": "Sequence"}, "<0x00>", "x" * 5000,
       {"String": ""}, {"Regex": ""}, {"Regex": "(a*)*b"}, {"Regex": "(?=x)"}, {"Regex": "[^\\S"}, {"Regex": "\\p{Han}+|(.)\\1"}, {"Regex": "x{1,65535}{1,9}"},
       {"type": "ByteLevel"}, {"type": "Metaspace", "replacement": "▁"}, {"type": "Fuse"}, {"type": "NFC"},
       {"type": "Split", "pattern": {"Regex": "()"}, "behavior": "MergedWithNext"}]


def paths(j, here=()):
    """All places of a document but those deep in the vocabulary, of which a few."""
    yield here
    inner = list(j.items()) if isinstance(j, dict) else list(enumerate(j)) if isinstance(j, list) else []
    if len(inner) > 60:
        inner = random.sample(inner, 6)
    for k, x in inner:
        yield from paths(x, (*here, k))


def change(j, path, rng):
    at = j
    for k in path[:-1]:
        at = at[k]
    what = rng.randrange(4)
    if what == 0 or isinstance(at, list) and what == 1:
        del at[path[-1]]
    elif what == 1:
        at[str(path[-1]) + "_"] = at.pop(path[-1])
    else:
        at[path[-1]] = rng.choice(ODD)


def mutated(raw, rng):
    kind = rng.randrange(5)
    if kind < 3:
        j = json.loads(raw)
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            places = [p for p in paths(j) if p]
            if places:
                change(j, rng.choice(places), rng)
        return json.dumps(j, ensure_ascii=rng.random() < 0.5).encode()
    b = bytearray(raw)
    if kind == 3:
        return bytes(b[:rng.randrange(len(b))])
    for _ in range(rng.choice([1, 3, 20])):
        i = rng.randrange(len(b))
        b[i:i + rng.choice([0, 1, 1, 8])] = rng.choice([b"", bytes([rng.randrange(256)]), b"\\u0000", b'"', b"[", b"9" * 30])
    return bytes(b)


def main():
    rng, faults, good = random.Random(5), 0, 0
    random.seed(5)
    sources = sorted(p for p in HERE.glob("*.json") if p.name != "expected.json")
    with tempfile.TemporaryDirectory() as where:
        folder = pathlib.Path(where)
        (folder / "texts").write_bytes(b"".join(struct.pack("<I", len(t)) + t for t in TEXTS))
        for i in range(N):
            raw = mutated(sources[i % len(sources)].read_bytes(), rng)
            (folder / "t.json").write_bytes(raw)
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            try:
                run = subprocess.run([TOKENIZE, folder / "t.json", folder / "texts"], capture_output=True, timeout=20)
                said, status = run.stderr.decode(errors="replace").strip(), run.returncode
            except subprocess.TimeoutExpired:
                said, status = "takes too long", -1
            good += status == 0
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
            if status not in (0, 2) or not said or (peak > LIMIT * (8 if "san" in TOKENIZE else 1) and peak > before * 1024 and "Sanitizer" not in said):
                faults += 1
                keep = pathlib.Path(tempfile.gettempdir()) / f"mutated-{i}.json"
                keep.write_bytes(raw)
                print(f"{keep}: status {status}, {peak >> 20} MiB: {said[-600:]}")
    print(f"{N} damaged tokenizers, at most {peak >> 20} MiB: {good} of them still usable, {N - good - faults} refused, {faults} faults")
    return bool(faults)


sys.exit(main())
