"""Models that nobody on this project made: their stored logits, and for those compiled by tracr what every path is for: real.py PP

They lie in shared/real/models beside the project (or where PP_REAL says) and are not part of it; without them nothing is tested."""
import ast
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

PP, ROOT = sys.argv[1], pathlib.Path(__file__).resolve().parent.parent.parent
FOLDERS = [pathlib.Path(os.environ["PP_REAL"])] if "PP_REAL" in os.environ else [p / "shared/real/models" for p in ROOT.parents]
passed = failed = 0


def check(what, ok):
    global passed, failed
    passed, failed = passed + ok, failed + (not ok)
    if not ok:
        print("FAIL", what)


def npy(path):
    """A numpy array as nested lists."""
    data = path.read_bytes()
    n = struct.unpack("<H", data[8:10])[0]
    head = ast.literal_eval(data[10:10 + n].decode())
    size = {"<i4": "i", "<i8": "q", "<f4": "f", "<f8": "d"}[head["descr"]]
    assert not head["fortran_order"]
    out = [x[0] for x in struct.iter_unpack("<" + size, data[10 + n:])]
    for d in reversed(head["shape"][1:]):
        out = [out[i:i + d] for i in range(0, len(out), d)]
    return out


def rows(script):
    with tempfile.NamedTemporaryFile("w", suffix=".pp") as f:
        f.write(script)
        f.flush()
        r = subprocess.run([PP, "run", "--json", f.name], capture_output=True, text=True, timeout=300)
    if r.returncode:
        print(r.stderr[:2000])
    return [json.loads(line) for line in r.stdout.splitlines()] if r.returncode == 0 else []


def logits(home, folder):
    for side in ("", "_cf"):
        ids, want = npy(home / f"inputs{side}.npy"), npy(home / f"logits64{side}.npy")
        script = f'model m = load("{folder}")\nhypothesis h on m {{ }}\n'
        for i, x in enumerate(ids):
            script += f"dataset d{i} = pair({x}, {x}, for: m)\nlet t{i} = tensor({json.dumps(want[i])})\n"
            script += f"metric off{i}(run) = max(abs(run.logits - t{i}))\nevaluate h on d{i} by off{i}\n"
        got = rows(script)
        check(f"logits of {folder}{side}", len(got) == len(ids) and all(r["ref"] < 1e-4 for r in got))


# What each compiled program computes where (labels.json: the meaning of every dimension that a component reads or writes).
# whole: paths that carry all of it; nothing: paths that carry none of it; part: paths that carry some, but not all.
TRACR = {
    # a0.h0 weighs how many tokens are the same as this one, m0 makes a number of the weight
    "tracr_hist": {"whole": ["embed -> (a0.h0)? -> m0 -> logits"], "nothing": ["embed -> (a0.h0)? -> logits", "embed -> m0"], "part": ["a0.h0.k -> m0", "a0.h0.q -> m0"]},
    # m0 puts token and place together; a1.h0 and m1 count how many are smaller; a2.h0 fetches each token to its place
    "tracr_sort": {"whole": ["circuit {embed -> m0, embed -> a1.h0, m0 -> a1.h0.q, m0 -> a1.h0.k, embed -> m1, a1.h0 -> m1, m1 -> a2.h0.k, embed -> a2.h0, a2.h0 -> logits}"],
                   "nothing": ["a0.h0", "m2 -> logits", "m1 -> logits", "a2.h0.q", "m1 -> a2.h0.v"], "part": ["m1 -> a2.h0.k", "embed -> a2.h0.v -> logits"]},
    # a0.h0, m0: the length; m1, m2: the opposite place; a3.h0 fetches the token there.  All prompts here are of one length
    "tracr_reverse": {"whole": ["embed -> a3.h0.v -> logits"], "nothing": ["a3.h0.q", "a1.h0", "m3", "embed -> logits", "a2.h0"], "part": []},
    # m0: is it an opening, a closing bracket; a1.h0 and a1.h1 their shares so far; m1 subtracts
    "tracr_pair_balance": {"whole": ["embed -> m0 -> a1.h[0,1].v -> m1 -> logits"], "nothing": ["a0.h[*]", "a1.h[*] -> logits", "a1.h[*].q", "embed -> m1"],
                           "part": ["m0 -> a1.h0.v -> m1", "m0 -> a1.h1.v -> m1"]},
    # m0: is it the token that is counted; a1.h0: its share so far
    "tracr_frac_prevs": {"whole": ["embed -> m0 -> a1.h0.v -> logits"], "nothing": ["a0.h0", "m1", "a1.h0.q", "embed -> a1.h0.v"], "part": []},
}


def labels(home, folder, known):
    pairs = [{"ref": a, "cf": b} for a, b in zip(npy(home / "inputs.npy"), npy(home / "inputs_cf.npy"))]
    if home.name == "tracr_sort":                            # stored are permutations, which all come out the same
        pairs = [{"ref": [5] + [(7 * i + 3 * k) * k % 5 for k in range(1, 6)], "cf": [5] + [(4 * i + k * k + i * k) % 5 for k in range(5)]} for i in range(8)]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as data:
        data.write("".join(json.dumps(p) + "\n" for p in pairs))
        data.flush()
        script = f'model m = load("{folder}")\ndataset d = load("{data.name}", for: m)\ndelta off(ref, patched) = mean(square(ref.logits - patched.logits))\n'
        cases = [(kind, p) for kind in known for p in known[kind]]
        for i, (kind, p) in enumerate(cases):
            script += f"hypothesis h{i} on m {{ keep {p} }}\nhypothesis n{i} on m {{ keep all; drop {p} }}\n"
        got = rows(script + "evaluate [" + ", ".join(f"h{i}, n{i}" for i in range(len(cases))) + "] on d by off\n")
    check(f"{folder}: evaluated", len(got) == 2 * len(cases))
    for (kind, p), kept, dropped in zip(cases, got[::2], got[1::2]):
        a, b = kept["explained"], dropped["explained"]
        ok = {"whole": a > 0.9999, "nothing": abs(a) < 1e-4 and b > 0.9999, "part": a < 0.99 and b < 0.99}[kind]
        check(f"{folder}: {p} carries the {kind}; kept alone it explains {a}, dropped {b}", ok)


home = next((p for p in FOLDERS if p.is_dir()), None)
if not home:
    print("skipped: there is no shared/real/models beside the project")
    sys.exit(77)
for m in sorted(p for p in home.iterdir() if p.is_dir()):
    for folder in [m] if (m / "config.json").exists() else [m / "gpt2", m / "tl"]:
        logits(m, folder)
        if m.name in TRACR:
            labels(m, folder, TRACR[m.name])
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0 or passed == 0)
