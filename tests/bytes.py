#!/usr/bin/env python3
"""The same bytes for any number of threads, any memory and any company: bytes.py PP

A script with several hypotheses and a sweep is run with 1, 2 and 3 threads in the least memory that it can do with, in twice
that, and in as much as there is; then every cell of the sweep by itself.  All that in double and in single precision."""
import json, pathlib, subprocess, sys, tempfile

pp, here = sys.argv[1], pathlib.Path(__file__).resolve().parent.parent
passed = failed = 0
HEAD = f"""model m = load("{here}/examples/models/names")
dataset d = load("{here}/examples/data/ioi.jsonl", for: m)
let some = take(d, 24)
"""
HYPOTHESES = """hypothesis a on m { keep embed -> logits }
hypothesis b on m { keep a[*].h[*].v@S2 .. logits@END; keep embed -> m[*] -> logits }
hypothesis c on m { keep all; drop a0.h[0,1] .. (m[*])* -> logits }
evaluate [a, b, c] on some by [kl, logit_diff]
"""
SWEEP = "sweep l in 0..{layers}, h in 0..{heads} on some by [logit_diff, kl] {{ keep all; drop a[l].h[h] .. logits }}\n"


def check(name, good):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAILED {name}")


def run(text, *args):
    with tempfile.NamedTemporaryFile("w", suffix=".pp") as f:
        f.write(text)
        f.flush()
        return subprocess.run([pp, *args, f.name], capture_output=True, text=True)


config = json.loads((here / "examples/models/names/config.json").read_text())
layers, heads = config["n_layer"], config["n_head"]
script = HEAD + HYPOTHESES + SWEEP.format(layers=layers, heads=heads)


def look_at(precision):
    options = ("--json", "--precision", precision)
    whole = run(script, "run", *options, "--per-pair")
    check("it runs", whole.returncode == 0 and whole.stdout)

    low, high = 1, 1 << 20                       # kilobytes: too little, enough
    while high - low > 1:
        mid = (low + high) // 2
        r = run(script, "run", *options, "--per-pair", "--memory", f"{mid}k")
        if r.returncode == 0:
            high = mid
            check(f"{mid} kB", r.stdout == whole.stdout)
        else:
            low = mid
            check(f"too little memory is said so ({mid} kB)", r.returncode == 3 and "MB may be used" in r.stderr)
    for threads in 1, 2, 3:
        for memory in f"{high}k", f"{2 * high}k", "8g":
            r = run(script, "run", *options, "--per-pair", "--threads", str(threads), "--memory", memory)
            check(f"{threads} threads, {memory}", r.stdout == whole.stdout)
    plans = [json.loads(x) for x in run(script, "explain", "--plan", *options, "--memory", f"{high}k").stdout.splitlines()]
    check("at least 3 waves where memory is least", len(plans) == 2 and all(p["waves"] >= 3 for p in plans))
    plans = [json.loads(x) for x in run(script, "explain", "--plan", *options, "--memory", "64m").stdout.splitlines()]
    check("the plan keeps to a limit that leaves room beside the program", all(p["memory_peak"] <= p["memory_limit"] for p in plans))

    swept = {x["metric"]: x for x in map(json.loads, whole.stdout.splitlines()) if x["kind"] == "sweep"}
    for l in range(layers):
        for h in range(heads):
            one = run(HEAD + f"hypothesis x on m {{ keep all; drop a[{l}].h[{h}] .. logits }}\nevaluate x on some by [logit_diff, kl]\n", "run", *options)
            for row in map(json.loads, one.stdout.splitlines()):
                cell = {k: swept[row["metric"]][k][l][h] for k in ("aue", "explained", "patched", "effect")}
                check(f"cell {l}, {h} of {row['metric']}", all(row[k] == cell[k] for k in cell))


for precision in "double", "single":
    look_at(precision)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
