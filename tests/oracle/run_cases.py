"""Numbers of an independent float64 implementation (literal recursion over paths) against pp: run_cases.py PP

cases/NAME holds a small model with random weights, pairs, and what each hypothesis gives (make_cases.py); graphs.json holds graphs typed by
hand; shipped/NAME.json what torch gives on the models and pairs of examples/ (shipped/make.py).  Figures agree to 1e-4 relative or, near zero, 1e-6
absolute, per pair and in the mean; in single precision to 5e-6 of the total effect where that is more.  Path counts agree exactly."""
import json
import pathlib
import subprocess
import sys
import tempfile

pp, here = sys.argv[1], pathlib.Path(__file__).parent
passed = failed = 0


def rows_of(script, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".pp") as f:
        f.write(script)
        f.flush()
        r = subprocess.run([pp, "run", "--json", "--per-pair", "--threads", "1", *options, f.name], capture_output=True, text=True, timeout=120)
    if r.stderr:
        print(r.stderr[:500])
    return [json.loads(line) for line in r.stdout.splitlines()]


def run(script, *options):
    return {row["hypothesis"]: row for row in rows_of(script, *options)}


def figures(script, what):
    return [row[what] for row in rows_of(script)]


def close(got, want, near=1e-6):
    return got is not None and abs(got - want) <= max(near, 1e-4 * abs(want))


def check(name, ok):
    global passed, failed
    passed, failed = passed + ok, failed + (not ok)
    if not ok:
        print("FAIL", name)


for home in sorted((here / "cases").iterdir()):
    cases = json.loads((home / "cases.json").read_text())
    script = f'model m = load("{home.resolve()}/model")\ndataset d = load("{home.resolve()}/pairs.jsonl", for: m)\n'
    groups = {}
    for i, c in enumerate(cases):
        script += f"hypothesis c{i} on m {{ {'; '.join(c['rules'])} }}\n"
        groups.setdefault((c["metric"], "END" if c["positions"] == "last" else "all"), []).append(f"c{i}")
    for (metric, at), names in groups.items():
        script += f"evaluate [{', '.join(names)}] on d by {metric} at {at}\n"
    for precision in ("double", "single"):
        rows = run(script, "--precision", precision)
        for i, c in enumerate(cases):
            r = rows.get(f"c{i}")
            near = 1e-6 if precision == "double" else max(1e-6, 5e-6 * c["ate"])          # what single precision leaves of a small difference of large numbers
            ok = r is not None and all(close(r[k], c[k], near) for k in ("aue", "ate"))
            ok = ok and all(close(a, b, near) for a, b in zip(r["per_pair"], c["per_pair"], strict=True))
            ok = ok and all(c[k] is None or r[k] == c[k] for k in ("paths_kept", "paths_total"))
            check(f"{home.name} {c['name']} in {precision} precision", ok)

for g in json.loads((here / "graphs.json").read_text()):
    out = g["model"].rsplit("output", 1)[1].split("=")[0].strip()
    cases = [c for c in g["cases"] if "out" in c]
    script = "model t {\n" + "\n".join(g["model"].split(";")) + "\n}\n"
    ref, cf = (json.dumps(g["pair"][side]).replace('"', "") for side in ("ref", "cf"))
    script += f"dataset d = pair({ref}, {cf}, for: t)\ndelta gap(ref, patched) = abs(ref.{out} - patched.{out})\n"
    script += "".join(f"hypothesis c{i} on t {{ {'; '.join(c['rules'])} }}\n" for i, c in enumerate(cases))
    rows = run(script + f"evaluate [{', '.join(f'c{i}' for i in range(len(cases)))}] on d by gap\n")
    for i, c in enumerate(cases):
        check(f"{c['rules']}", close(rows[f"c{i}"]["aue"], abs(g["ref"] - c["out"])))

examples = (here / "../../examples").resolve()
for name, data in (("induction", "repeats"), ("names", "ioi")):
    torch = json.loads((here / "shipped" / f"{name}.json").read_text())
    cases = torch["cases"]
    script = f'model m = load("{examples}/models/{name}")\ndataset d = load("{examples}/data/{data}.jsonl", for: m)\n'
    script += "".join(f"hypothesis c{i} on m {{ {'; '.join(c['rules'])} }}\n" for i, c in enumerate(cases))
    rows = run(script + f"evaluate [{', '.join(f'c{i}' for i in range(len(cases)))}] on d by {cases[0]['metric']}\n")
    for i, c in enumerate(cases):
        r = rows.get(f"c{i}")
        ok = r is not None and all(close(r[k], c[k]) for k in ("aue", "ate"))
        check(f"torch on {name}: {c['rules']}", ok and all(close(a, b) for a, b in zip(r["per_pair"], c["per_pair"], strict=True)))
    pairs = [json.loads(line) for line in (examples / "data" / f"{data}.jsonl").read_text().splitlines()]
    script = script.split("\ndataset")[0] + "\nhypothesis h on m { }\n"
    for x in torch["logits"]:
        p = pairs[x["pair"]]
        script += f"dataset d{x['pair']} = pair({json.dumps(p['ref'])}, {json.dumps(p['cf'])}, for: m, answer: {json.dumps(p['answer'])})\n"
    for i in range(len(torch["logits"][0]["last"])):
        script += f"metric t{i}(run) = run.logits[END, {i}]\n"
    script += "metric t(run) = run.logits[END, answer]\n"
    for x in torch["logits"]:
        want = [*x["last"], x["answer"]]
        metrics = ", ".join([f"t{i}" for i in range(len(x["last"]))] + ["t"])
        got = figures(script + f"evaluate h on d{x['pair']} by [{metrics}]\n", "ref")
        check(f"torch's logits on {name}, pair {x['pair']}", len(got) == len(want) and all(map(close, got, want)))

# A number depends on its own hypothesis and pair only, not on what is evaluated beside it: the same bytes.
BESIDE = {"attn-only-2l": ("keep embed -> a0.h2 -> a1.h5", "keep a0.h1@S1; drop a1.h[0..3].q"), "attn-only-2l-ln": ("keep a1.h[*].v", "keep embed .. a1.h3.{q,k}"),
    "tiny-gpt2": ("keep a0.h1 .. a1.h2.k", "keep m0; drop a1.h0@S1"), "tiny-llama": ("keep embed -> a0.h[*] -> m1", "keep a1.h3.k@-1 .. logits"),
    "tiny-neox": ("keep m[*]; drop a1.h[0..2]", "keep a0.h0.q -> m1 or a1.h2")}
for name, (a, b) in BESIDE.items():
    home = (here / "cases" / name).resolve()
    model = f'model m = load("{home}/model")\nhypothesis a on m {{ {a} }}\nhypothesis b on m {{ {b} }}\n'
    head = model + f'dataset d = load("{home}/pairs.jsonl", for: m)\n'
    alone = run(head + "evaluate a on d by kl at all")["a"]
    for together in ("[a, b]", "[b, a]"):
        check(f"{name}: the same bytes in {together}", run(head + f"evaluate {together} on d by kl at all")["a"] == alone)
    with tempfile.TemporaryDirectory() as tmp:
        pairs, singly, script = (home / "pairs.jsonl").read_text().splitlines(), [], model
        for i, line in enumerate(pairs):
            (pathlib.Path(tmp) / f"{i}.jsonl").write_text(line + "\n")
            script += f'dataset d{i} = load("{tmp}/{i}.jsonl", for: m)\nevaluate a on d{i} by kl at all\n'
        singly = {row["dataset"]: row["per_pair"] for row in rows_of(script)}
        check(f"{name}: the same bytes for each pair alone", [singly[f"d{i}"][0] for i in range(len(pairs))] == alone["per_pair"])

print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0 or passed == 0)
