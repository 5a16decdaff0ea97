#!/usr/bin/env python3
"""Times pp beside the tools people use, on a model of GPT-2 small's shape: run.py PP PRODUCTS [--short] [--venv DIR] [--model DIR]

One table of ratios of medians.  The model and its pairs are made by make_gpt2_small.py where they are not there yet.  DIR is a
virtual environment with torch, transformers, transformer_lens 2.18 and auto_circuit 1.0.1 (`--install` makes it); without it
only pp's own columns are printed.  PRODUCTS is the program of products.c: the matrix products of a pass alone, the ceiling.
Rounds go through all programs in turn, so that a machine whose speed drifts treats them alike."""
import argparse, json, pathlib, random, statistics, subprocess, sys, tempfile

ap = argparse.ArgumentParser()
ap.add_argument("pp")
ap.add_argument("products")
ap.add_argument("--short", action="store_true")
ap.add_argument("--install", action="store_true")
ap.add_argument("--venv", default="bench-venv")
ap.add_argument("--model", default="bench-gpt2-small")
ap.add_argument("--threads", type=int, default=2)
args = ap.parse_args()
here = pathlib.Path(__file__).resolve().parent
model = pathlib.Path(args.model).resolve()
python = pathlib.Path(args.venv) / "bin/python"
rounds = 3 if args.short else 7

if not (model / "model.safetensors").exists():
    subprocess.run([sys.executable, here / "make_gpt2_small.py", model], check=True)
if args.install and not python.exists():
    subprocess.run([sys.executable, "-m", "venv", args.venv], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "torch", "transformers", "transformer-lens==2.18.0", "numpy<2", "datasets<4",
        "pyarrow<18", "word2word", "vscode-tqdm", "plotly", "ordered-set", "blobfile"], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "auto-circuit==1.0.1"], check=True)

long_row = json.loads((model / "pairs_long.jsonl").read_text().splitlines()[0])       # a pair of equal sides is one run
(model / "same_long.jsonl").write_text(json.dumps(long_row | {"cf": long_row["ref"]}) + "\n")

HEAD = f'model gpt = load("{model}")\ndataset d = load("{model}/pairs.jsonl", for: gpt)\ndataset one = load("{model}/pair_15.jsonl", for: gpt)\n'
LONG = f'dataset long = load("{model}/same_long.jsonl", for: gpt)\n'


def edges():
    nodes = ["embed"] + [x for l in range(12) for x in [f"a{l}.h{h}" for h in range(12)] + [f"m{l}"]]
    rank = lambda x: -1 if x == "embed" else 99 if x == "logits" else 2 * int(x[1:].split(".")[0]) + (x[0] == "m")
    return [f"{a} -> {b}{p}" for a in nodes for b in nodes + ["logits"] if rank(b) > rank(a)
            for p in ((".q", ".k", ".v") if b[0] == "a" else ("",))]


def circuit(n):
    """A circuit of n edges that hang together: walks from embed to logits, until there are enough."""
    below = {}
    for e in edges():
        a, b = e.split(" -> ")
        below.setdefault(b.rsplit(".", 1)[0] if b.count(".") == 2 else b, []).append(e)
    chosen = []
    while len(chosen) < n:
        at = "logits"
        while at != "embed" and len(chosen) < n:
            e = random.choice(below[at])
            if e not in chosen:
                chosen.append(e)
            at = e.split(" -> ")[0]
    return chosen


random.seed(1)
all_edges = edges()
sample = random.sample(all_edges, 100 if args.short else 500)
KEEP = "hypothesis none on gpt { keep all }\n"
# name: script, how many runs of the model it stands for elsewhere, and on which prompts
CASES = {
    "two base runs, 8 pairs, logit_diff": KEEP + "evaluate none on d by logit_diff\n",
    "plain, 8x16 (4 pairs, all rows)": KEEP + "evaluate none on take(d, 4) by kl at all\n",
    "plain, 1x512 (all rows)": LONG + KEEP + "evaluate none on long by next_nll at all\n",
    "144 heads -> logits": "sweep l in 0..12, h in 0..12 on d by logit_diff { keep all; drop a[l].h[h] -> logits }\n",
    "144 nodes": "sweep l in 0..12, h in 0..12 on d by logit_diff { keep all; drop a[l].h[h] }\n",
    "144 senders -> a9.h9.q": "sweep l in 0..9, h in 0..12 on d by logit_diff { keep all; drop a[l].h[h] -> a9.h9.q }\n",
    "circuit of 200 edges, 1 pair": "hypothesis c on gpt { keep circuit {" + ", ".join(circuit(200)) + "} }\nevaluate c on one by logit_diff\n",
    f"{len(sample)} single edges, 1 pair": "let ps = [" + ", ".join(f"paths({e})" for e in sample) + "]\nsweep p in ps on one by logit_diff { keep all; drop p }\n",
}


def seconds(script):
    with tempfile.NamedTemporaryFile("w", suffix=".pp") as f:
        f.write(HEAD + script)
        f.flush()
        r = subprocess.run([args.pp, "run", "--json", "--time", "--threads", str(args.threads), f.name], capture_output=True, text=True)
        plan = subprocess.run([args.pp, "explain", "--plan", "--json", f.name], capture_output=True, text=True)
    if r.returncode:
        sys.exit(r.stderr)
    t, p = json.loads(r.stderr.strip().splitlines()[-1]), json.loads(plan.stdout.splitlines()[-1])
    return t["lower"] + t["run"], t["measure"], p, t["products"]


def ours(script):
    """The last statement of a script, once the weights have been read: as the third differs from the first of three."""
    lines = script.strip().split("\n")
    one, three = seconds(script), seconds("\n".join(lines + 2 * lines[-1:]) + "\n")
    return (three[0] - one[0]) / 2, (three[1] - one[1]) / 2, one[2], (three[3] - one[3]) / 2


def alone(rows, all_rows):
    return float(subprocess.run([args.products, str(rows), str(args.threads), "5", str(all_rows)], capture_output=True, text=True, check=True).stdout)


def peers():
    r = subprocess.run([python, here / "peers.py", str(model), str(args.threads)] + (["--short"] if args.short else []), capture_output=True, text=True)
    return json.loads(r.stdout.splitlines()[-1]) if r.returncode == 0 else {"error": r.stderr.strip().splitlines()[-1:]}


times = {name: [] for name in CASES}
products = {(128, 1): [], (512, 1): []}
others = []
for i in range(rounds):
    for name, script in CASES.items():
        if i and name.endswith(("144 nodes", "single edges, 1 pair")) and i > 1:
            continue                             # long ones twice
        times[name].append(ours(script))
    for key in products:
        products[key].append(alone(*key))
    if python.exists():
        others.append(peers())
median = lambda xs: statistics.median(xs)
plain = median([t[0] for t in times["plain, 8x16 (4 pairs, all rows)"]])
work = times["144 nodes"][0][2]["multiply_adds_plain"]             # of a pass
print(f"{rounds} rounds, {args.threads} threads; a pass: a plain forward pass over 8 prompts of 16 tokens, all rows and columns\n")
print(f"{'':36}{'passes':>10}{'predicted':>11}{'metrics':>10}")
for name, t in times.items():
    print(f"{name:36}{median([x[0] for x in t]) / plain:10.2f}{t[0][2]['multiply_adds_computed'] / work:11.2f}{median([x[1] for x in t]) / plain:10.2f}")
print(f"\n{'matrix products of a plain pass':36}{'share of it':>12}{'BLIS alone over them':>22}")
for name, key in (("plain, 8x16 (4 pairs, all rows)", (128, 1)), ("plain, 1x512 (all rows)", (512, 1))):
    mine = median([t[3] for t in times[name]])
    print(f"{name:36}{mine / median([t[0] for t in times[name]]):12.2f}{median(products[key]) / mine:22.2f}")
if others and "error" in others[0]:
    print("peers: not run:", *others[0]["error"])
elif others:
    print(f"\n{'others, over pp on the same question':52}{'ratio':>8}")
    for key, (case, runs) in {"torch plain 8x16": ("plain, 8x16 (4 pairs, all rows)", 1), "torch plain 1x512": ("plain, 1x512 (all rows)", 1),
                              "TransformerLens hooks, a node": ("144 nodes", 144), "TransformerLens path patching, head -> logits": ("144 heads -> logits", 144),
                              "TransformerLens path patching, sender -> query": ("144 senders -> a9.h9.q", 108),
                              "AutoCircuit, a circuit of 200 edges": ("circuit of 200 edges, 1 pair", 1),
                              "AutoCircuit, single edges": (f"{len(sample)} single edges, 1 pair", len(sample)),
                              "torch forward pass each, single edges": (f"{len(sample)} single edges, 1 pair", len(sample))}.items():
        base = "TransformerLens, the two base runs" if key.startswith("TransformerLens") else None         # pp's times have them, too
        seconds = [o[key] * runs + o.get(base, 0) for o in others if key in o]
        if seconds:
            ours_here = median([t[0] + (0 if case.startswith("plain") else t[1]) for t in times[case]])      # a plain pass has no metric
            print(f"{key:52}{median(seconds) / ours_here:8.2f}")
else:
    print("peers: no virtual environment (--install makes one); pp's columns only")
