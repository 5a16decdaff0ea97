"""Every row of src/graph/ops.def, against the same operation in plain Python: run_ops.py PP

Each row is computed in a model (float32, three pairs, prompts of different lengths), at once on tensors (double) where the
language has it as a function, and refused where its shapes do not fit.  A row without a test fails."""
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "oracle"))
from kernels import KERNEL as K              # noqa: E402  (float64 on nested lists; no code in common with pp)

W32 = [[0.5, -1.25], [2.0, 0.75], [-0.5, 1.5]]
W3, B3 = [0.5, -1.5, 2.0], [0.25, 1.0, -2.0]
TABLE = [[0.5, 1.0, -1.5], [2.0, 0.25, 0.125], [-3.0, 1.5, 0.75], [0.1, 0.2, -0.3]]
M234 = [[[((i * 7 + j * 3 + k * 5) % 11 - 5) / 4 for k in range(4)] for j in range(3)] for i in range(2)]

# The inputs of every model here: x, y (rows, 3), p positive, v, u (3), w (2), n (a number), t (token ids).
INPUTS = {"x": "real[seq, 3]", "y": "real[seq, 3]", "p": "real[seq, 3]", "e": "real[seq, 4]", "v": "real[3]", "u": "real[3]", "w": "real[2]", "n": "real", "t": "ids[seq]"}


def text(v):
    return "[" + ", ".join(map(text, v)) + "]" if isinstance(v, list) else repr(v)


def lit(v):
    return f"tensor({text(v)})"


def on(op, *names, **attr):
    """What the operation gives on these inputs of a pair."""
    return lambda i: K[op](*(i[n] if isinstance(n, str) else n for n in names), **attr)


def unary(f, of="x"):
    return [(f"{f}({of})", on(f, of))], [(f"{f}(t)", "E0107")]


def pairwise(op, sign):
    say = (lambda a, b: f"{a} {sign} {b}") if sign else (lambda a, b: f"{op}({a}, {b})")
    good = [(say("x", "p"), on(op, "x", "p")), (say("p", "v"), on(op, "p", "v")), (say("x", "n"), on(op, "x", "n")), (say("v", "p"), on(op, "v", "p")),
        (say("n", lit(W3)), on(op, "n", W3)), (say("p", "1.5"), on(op, "p", 1.5))]
    if op == "pow":                              # a negative number to a fraction is not a number
        good = [(say("p", "y"), on(op, "p", "y")), (say("p", "v"), on(op, "p", "v")), (say("p", "n"), on(op, "p", "n")), (say("p", "1.5"), on(op, "p", 1.5))]
    return good, [(say("x", "w"), "E0107"), (say("x", "t"), "E0107")]


def scores(x, y):
    return K["matmul"](x, K["transpose"](y))


# row of ops.def: ([(expression, its value)], [(expression that is refused, code)])
OPS = {
    "INPUT": ([("x", lambda i: i["x"]), ("v", lambda i: i["v"]), ("n", lambda i: i["n"])], []),
    "PARAM": ([(f"{lit(TABLE)} + n", on("add", TABLE, "n")), ("2.5 + n * 0", lambda i: 2.5)], [("x + tensor([[1, 2], [3]])", "E0107")]),
    "IDENTITY": ([("named", lambda i: i["x"])], [("named + w", "E0107")]),
    "ROWS": ([(f"rows({lit(TABLE)}) + x", lambda i: K["add"](TABLE[:len(i["x"])], i["x"]))], [("rows(x)", "E0107"), ("rows(2) + x", "E0107")]),
    "GATHER": ([(f"gather({lit(TABLE)}, t)", on("gather", TABLE, "t"))],
        [("gather(x, t)", "E0107"), (f"gather({lit(TABLE)}, x)", "E0107"), (f"gather({lit(W3)}, t)", "E0107")]),
    "ADD": pairwise("add", "+"), "SUB": pairwise("sub", "-"), "MUL": pairwise("mul", "*"), "DIV": pairwise("div", "/"), "POW": pairwise("pow", "^"),
    "MINIMUM": pairwise("minimum", ""), "MAXIMUM": pairwise("maximum", ""),
    "TOTAL": ([("sum([x, y, p])", on("total", "x", "y", "p")), ("sum([x, v, n])", on("total", "x", "v", "n")), ("sum([v, x])", on("total", "v", "x"))],
        [("sum([x, w])", "E0107")]),
    "NEG": ([("-x", on("neg", "x")), ("-n", on("neg", "n"))], [("-t", "E0107")]),
    "EXP": unary("exp"), "LOG": unary("log", "p"), "SQRT": unary("sqrt", "p"), "ABS": unary("abs"), "TANH": unary("tanh"), "SIGMOID": unary("sigmoid"),
    "RELU": unary("relu"), "GELU": unary("gelu"), "GELU_TANH": unary("gelu_tanh"), "SILU": unary("silu"), "SQUARE": unary("square"), "SIN": unary("sin"),
    "COS": unary("cos"), "ERF": unary("erf"), "SIGN": unary("sign"),
    "MATMUL": ([(f"x @ {lit(W32)}", on("matmul", "x", W32)), (f"v @ {lit(W32)}", on("matmul", "v", W32)), ("x @ transpose(y)", lambda i: scores(i["x"], i["y"])),
            ("v @ transpose(x)", lambda i: K["matmul"](i["v"], K["transpose"](i["x"]))),
            (f"{lit(K['transpose'](W32))} @ transpose(x)", lambda i: K["matmul"](K["transpose"](W32), K["transpose"](i["x"]))),
            (f"x @ {lit(M234)}", lambda i: [K["matmul"](i["x"], m) for m in M234]), (f"v @ {lit(M234)}", lambda i: [K["matmul"](i["v"], m) for m in M234])],
        [(f"w @ {lit(W32)}", "E0107"), ("x @ y", "E0107"), ("x @ v", "E0107"), ("n @ x", "E0107")]),
    "TRANSPOSE": ([("transpose(x)", on("transpose", "x")), ("transpose(transpose(x)) * y", on("mul", "x", "y"))], [("transpose(v)", "E0107"), ("transpose(n)", "E0107")]),
    "SOFTMAX": ([("softmax(x)", on("softmax", "x")), ("softmax(v)", on("softmax", "v")), ("softmax(x * 300)", lambda i: K["softmax"](K["mul"](i["x"], 300.0)))], []),
    "LOG_SOFTMAX": ([("log_softmax(x)", on("log_softmax", "x")), ("log_softmax(v * 300)", lambda i: K["log_softmax"](K["mul"](i["v"], 300.0)))], []),
    "CAUSAL": ([("softmax(causal(x @ transpose(y)))", lambda i: K["softmax"](K["causal"](scores(i["x"], i["y"])))),
            ("softmax(causal(x @ transpose(y), window: 2))", lambda i: K["softmax"](K["causal"](scores(i["x"], i["y"]), window=2)))],
        [("causal(x)", "E0107"), ("causal(v)", "E0107"), ("causal(x @ transpose(y), window: -1)", "E0108")]),
    "LAYER_NORM": ([("layer_norm(x)", on("layer_norm", "x")), (f"layer_norm(x, {lit(W3)})", on("layer_norm", "x", W3)), (f"layer_norm(v, {lit(W3)}, {lit(B3)})", on("layer_norm", "v", W3, B3)),
            ("layer_norm(x, v, u, eps: 0.5)", on("layer_norm", "x", "v", "u", eps=0.5))],
        [("layer_norm(x, w)", "E0107"), ("layer_norm(n)", "E0107"), (f"layer_norm(x, {lit(W3)}, w)", "E0107"), ("layer_norm(x, v, v, v)", "E0104")]),
    "RMS_NORM": ([("rms_norm(x)", on("rms_norm", "x")), (f"rms_norm(x, {lit(W3)}, eps: 0.25, offset: 1)", on("rms_norm", "x", W3, eps=0.25, offset=1)), ("rms_norm(x, v)", on("rms_norm", "x", "v"))],
        [("rms_norm(x, w)", "E0107"), ("rms_norm(n)", "E0107")]),
    "CENTRE": ([("center(x)", on("center", "x")), ("center(v)", on("center", "v"))], []),
    "NORM_SCALE": ([("norm_scale(x)", on("norm_scale", "x")), ("norm_scale(v, eps: 0.5, center: false)", on("norm_scale", "v", eps=0.5, centered=False)),
            ("x * norm_scale(x)", lambda i: [[a * b for a in r] for r, (b,) in zip(i["x"], K["norm_scale"](i["x"]))])], [("norm_scale(n)", "E0107")]),
    "ROTARY": ([("rotary(e)", on("rotary", "e")), ("rotary(x, dims: 2, base: 50)", on("rotary", "x", dims=2, base=50)), ("rotary(e, interleaved: true)", on("rotary", "e", interleaved=True)),
            ("rotary(e, tensor([0.5, 0.125]), scale: 1.5)", on("rotary", "e", [0.5, 0.125], scale=1.5)), ("rotary(e, w)", on("rotary", "e", "w"))],
        [("rotary(x)", "E0107"), ("rotary(x, dims: 4)", "E0107"), ("rotary(e, dims: 3)", "E0107"), ("rotary(v, dims: 2)", "E0107"), ("rotary(e, v)", "E0107")]),
    "SUM_LAST": ([("sum(x)", on("sum", "x")), ("sum(v)", on("sum", "v"))], [("sum(n)", "E0107")]),
    "MEAN_LAST": ([("mean(x)", on("mean", "x")), ("mean(v)", on("mean", "v"))], [("mean(n)", "E0107")]),
    "MAX_LAST": ([("max(x)", on("max", "x")), ("max(v)", on("max", "v"))], [("max(n)", "E0107")]),
    "MIN_LAST": ([("min(x)", on("min", "x")), ("min(v)", on("min", "v"))], [("min(n)", "E0107")]),
    "SLICE": ([("x[*, 0..2]", on("slice", "x", axis=1, start=0, stop=2)), ("x[-1]", lambda i: i["x"][-1]), ("x[0, 1]", lambda i: i["x"][0][1]), ("v[1..3]", lambda i: i["v"][1:3]),
            ("v[-1]", lambda i: i["v"][-1]), ("x[*, 2]", lambda i: [r[2] for r in i["x"]]), ("transpose(x)[1]", lambda i: [r[1] for r in i["x"]])],
        [("x[0..2]", "E0107"), ("v[3]", "E0105"), ("v[2..5]", "E0105"), ("n[0]", "E0105"), ("x[*, *, 0]", "E0105")]),
    "CONCAT": ([("concat([x, e])", on("concat", "x", "e")), ("concat([v, w])", on("concat", "v", "w")), (f"concat([v, {lit(W3)}, w])", on("concat", "v", W3, "w"))],
        [("concat([x, v])", "E0107"), ("concat([n, n])", "E0107"), ("concat([x, transpose(x)])", "E0107")]),
}
# What the language computes at once when an operand is no node: the same expression on literals.
NODES_ONLY = {"INPUT", "PARAM", "IDENTITY", "ROWS", "GATHER", "CONCAT", "TOTAL", "SLICE", "SUM_LAST", "MEAN_LAST", "MAX_LAST", "MIN_LAST", "CAUSAL"}


def index_of(v, at=()):
    return [i for k, x in enumerate(v) for i in index_of(x, at + (k,))] if isinstance(v, list) else [at]


def pick(v, at):
    for k in at:
        v = v[k]
    return v


def random_inputs(rng, rows):
    def some(lo, *shape):
        return [some(lo, *shape[1:]) for _ in range(shape[0])] if shape else rng.randint(lo, 24) / 8
    return {"x": some(-24, rows, 3), "y": some(-24, rows, 3), "p": some(2, rows, 3), "e": some(-24, rows, 4), "v": some(-24, 3), "u": some(-24, 3), "w": some(-24, 2),
        "n": some(-24), "t": [rng.randrange(4) for _ in range(rows)]}


class Suite:
    def __init__(self, pp, folder):
        self.pp, self.folder, self.passed, self.failed = pp, folder, 0, 0
        rng = random.Random(5)
        self.pairs = [random_inputs(rng, rows) for rows in (2, 3, 2)]

    def check(self, what, ok, why=""):
        self.passed, self.failed = self.passed + ok, self.failed + (not ok)
        if not ok:
            print("FAIL", what, why)

    def run(self, name, script):
        path = self.folder / name
        path.write_text(script)
        r = subprocess.run([self.pp, "run", "--json", "--per-pair", "--threads", "1", path], capture_output=True, text=True, timeout=120)
        return [json.loads(line) for line in r.stdout.splitlines()], r.stderr

    def model(self, name, expression):
        used = [i for i in INPUTS if re.search(rf"\b{i}\b", expression) or (i == "x" and "named" in expression)]
        lines = [f"  input {i}: {INPUTS[i]}" for i in used] + ["  named = x"] * ("named" in expression) + [f"  output out = {expression}"]
        return used, f"model {name} {{\n" + "\n".join(lines) + "\n}\n"

    def values(self, good):
        """In a model: every element that all pairs have, of every pair."""
        script, wanted = "", []
        for k, (op, expression, value) in enumerate(good):
            used, block = self.model(f"m{k}", expression)
            (self.folder / f"m{k}.jsonl").write_text("".join(json.dumps({"ref": {i: p[i] for i in used}, "cf": {i: p[i] for i in used}}) + "\n" for p in self.pairs))
            values = [value(p) for p in self.pairs]
            places = sorted(set.intersection(*(set(index_of(v)) for v in values)))
            script += block + f'dataset d{k} = load("m{k}.jsonl", for: m{k})\nhypothesis h{k} on m{k} {{ keep all }}\n'
            for j, at in enumerate(places):
                script += f"delta m{k}e{j}(ref, patched) = patched.out{[*at] if at else ''}\n"
                wanted.append((f"m{k}e{j}", f"{op}: {expression} at {at}", [pick(v, at) for v in values], [max(abs(pick(v, i)) for i in index_of(v)) for v in values]))
            script += f"evaluate h{k} on d{k} by [{', '.join(f'm{k}e{j}' for j in range(len(places)))}]\n"
        rows, errors = self.run("values.pp", script)
        rows = {r["metric"]: r["per_pair"] for r in rows}
        if " error " in errors:
            print(errors[:1000])
        for metric, what, values, sizes in wanted:
            got = rows.get(metric, [None] * len(values))
            ok = all(g is not None and abs(g - v) <= 2e-6 * max(s, 1e-3) for g, v, s in zip(got, values, sizes, strict=True))
            self.check(what, ok, f"gives {got}, not {values}")

    def at_once(self, good):
        """On tensors, in double."""
        script, wanted = "model m { input z: real; output out = z }\ndataset d = pair(1, 2, for: m)\nhypothesis h on m { keep all }\n", []
        for k, (op, expression, value) in enumerate(good):
            if op in NODES_ONLY or re.search(r"\bt\b", expression):
                continue
            p = self.pairs[1]
            filled = re.sub(r"\b[xypevuwn]\b", lambda m: text(p[m[0]]) if m[0] == "n" else lit(p[m[0]]), expression)
            v = value(p)
            for j, at in enumerate(index_of(v)):
                script += f"delta k{k}e{j}(ref, patched) = ({filled}){[*at] if at else ''}\n"
                wanted.append((f"k{k}e{j}", f"{op} at once: {expression} at {at}", pick(v, at)))
        rows, errors = self.run("at_once.pp", script + f"evaluate h on d by [{', '.join(w[0] for w in wanted)}]\n")
        rows = {r["metric"]: r["per_pair"][0] for r in rows}
        if errors:
            print(errors[:1000])
        for metric, what, v in wanted:
            got = rows.get(metric)
            self.check(what, got is not None and math.isclose(got, v, rel_tol=1e-12, abs_tol=1e-13), f"gives {got}, not {v}")

    def refused(self, bad):
        script, places = "", []
        for k, (op, expression, code) in enumerate(bad):
            _, block = self.model(f"m{k}", expression)
            script += block
            places.append((script.count("\n") - 1, op, expression, code))
        _, errors = self.run("refused.pp", script)
        found = {int(line): code for line, code in re.findall(r"refused\.pp:(\d+):\d+: error (E\d+)", errors)}
        for line, op, expression, code in places:
            self.check(f"{op}: {expression} is refused", found.get(line) == code, f"{found.get(line)} instead of {code}")


def main():
    table = (here.parents[1] / "src" / "graph" / "ops.def").read_text()
    rows = re.findall(r"^OP\((\w+),", table, re.M)
    with tempfile.TemporaryDirectory() as tmp:
        s = Suite(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(tmp))
        for op in rows:
            s.check(f"{op} has a test", op in OPS and len(OPS[op][0]) > 0)
        for op in OPS:
            s.check(f"{op} is a row of ops.def", op in rows)
        good = [(op, *g) for op, (gs, _) in OPS.items() for g in gs]
        s.values(good)
        s.at_once(good)
        s.refused([(op, *b) for op, (_, bs) in OPS.items() for b in bs])
    print(f"{s.passed} passed, {s.failed} failed")
    sys.exit(s.failed != 0 or s.passed == 0)


main()
