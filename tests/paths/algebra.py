"""Sets of paths against enumeration: algebra.py PP [ROUNDS [SEED]]

Random small graphs and patterns.  Every path of a graph is written out here and matched letter by letter; count, witness,
subset of, equals, coverage, their combinations and what hypotheses keep have to agree exactly."""
import json
import random
import subprocess
import sys

PP, ROUNDS, SEED = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 40, int(sys.argv[3]) if len(sys.argv) > 3 else 1
QUERIES = 12


class Graph:
    """Components in order; each reads some earlier ones.  A component with ports reads a set for each port."""

    def __init__(self, rng):
        self.reads, self.ports, lines = {"x0": [set()]}, {}, ["input x0: real"]
        if rng.random() < 0.3:
            self.reads["x1"] = [set()]
            lines.append("input x1: real")
        names = [f"c{i}" for i in range(rng.randint(1, 3))] + [f"a{l}.h{h}" for l in range(2) for h in range(2)]
        rng.shuffle(names)
        for name in names[: rng.randint(2, 6)]:
            lines.append(self.component(name, rng))
        lines.append("output y = " + " + ".join(self.some("y", rng)))
        self.text = "model g {\n" + "\n".join(lines) + "\n}\n"
        self.letters = [(n, p) for n in self.reads for p in self.ports.get(n, [None])]
        self.paths = [path for path in self.above("y")]

    def some(self, name, rng):
        have = sorted(self.reads)
        chosen = rng.sample(have, rng.randint(1, len(have)))
        self.reads.setdefault(name, []).append(set(chosen))
        return [f"{rng.randint(2, 9)} * {c}" for c in chosen]

    def component(self, name, rng):
        if rng.random() < 0.6:
            have = self.some(name, rng)
            return f"{name} = " + " + ".join(have) + f" + {rng.randint(1, 99)}"
        self.ports[name] = ["q", "k", "v"][: rng.randint(1, 3)]
        before, text = dict(self.reads), []
        for port in self.ports[name]:
            have = sorted(before)
            chosen = rng.sample(have, rng.randint(1, len(have)))
            self.reads.setdefault(name, []).append(set(chosen))
            text.append(f"  {port} = " + " + ".join(f"{rng.randint(2, 9)} * {c}" for c in chosen) + f" + {rng.randint(1, 99)}")
        return f"component {name} {{\n" + "\n".join(text) + f"\n  yield {' * '.join(self.ports[name])}\n}}"

    def above(self, name):
        """All paths that end with a visit to name."""
        if name.startswith("x"):
            return [((name, None),)]
        out = []
        for port, reads in zip(self.ports.get(name, [None]), self.reads[name]):
            for r in reads:
                out += [p + ((name, port),) for p in self.above(r)]
        return out


# A pattern is (text, kind, ...).  Sequences are matched by sets of places where a match that begins at i can end.


def spell(letter):
    return letter[0] + ("." + letter[1] if letter[1] else "")


def step(g, rng):
    if rng.random() < 0.2:
        return "*", lambda l: True
    name, port = rng.choice(g.letters)
    if port and rng.random() < 0.6:
        if rng.random() < 0.4:
            ports = rng.sample(g.ports[name], rng.randint(1, len(g.ports[name])))
            return f"{name}.{{{', '.join(ports)}}}", lambda l: l[0] == name and l[1] in ports
        return f"{name}.{port}", lambda l: l == (name, port)
    return name, lambda l: l[0] == name


def sequence(g, rng, depth):
    """text, function(path, i) -> places where a match from i ends"""
    kind = rng.choice(["step", "step", "then", "gap", "alt", "repeat"]) if depth else "step"
    if kind == "step":
        text, fits = step(g, rng)
        return text, lambda p, i: {i + 1} if i < len(p) and fits(p[i]) else set()
    (ta, a), (tb, b) = sequence(g, rng, depth - 1), sequence(g, rng, depth - 1)
    if kind == "then":
        return f"({ta}) -> ({tb})", lambda p, i: {e for m in a(p, i) for e in b(p, m)}
    if kind == "gap":
        return f"({ta}) .. ({tb})", lambda p, i: {e for m in a(p, i) for s in range(m, len(p) + 1) for e in b(p, s)}
    if kind == "alt":
        return f"(({ta}) | ({tb}))", lambda p, i: a(p, i) | b(p, i)
    op = rng.choice("*+?")

    def repeat(p, i):
        ends, new = ({i} if op != "+" else set()), a(p, i)
        while not new <= ends:
            ends |= new
            new = set().union(*(a(p, e) for e in new)) if op != "?" else set()
        return ends

    return f"({ta}){op}", repeat


def whole(g, rng, depth):
    """text, function(path) -> bool, is it sure not to match the empty spelling"""
    kind = rng.choice(["sequence"] * 5 + ["within", "circuit", "all"] + (["and", "or", "except", "not"] if depth else []))
    if kind == "sequence":
        while True:
            text, ends = sequence(g, rng, 2)
            if 0 not in ends((), 0):
                return text, lambda p: any(ends(p, i) for i in range(len(p)))
    if kind == "all":
        return "all", lambda p: True
    if kind == "within":
        steps = [step(g, rng) for _ in range(rng.randint(1, 6))]
        steps = [s for s in steps if s[0] != "*"] + [("y", lambda l: l[0] == "y"), ("x0", lambda l: l[0] == "x0")]
        return f"within {{{', '.join(t for t, _ in steps)}}}", lambda p: all(any(f(l) for _, f in steps) for l in p)
    if kind == "circuit":
        ends = [s for s in (step(g, rng) for _ in range(24)) if s[0] != "*"]
        pairs = list(zip(ends[::2], ends[1::2])) or [((("x0"), lambda l: l[0] == "x0"), ("y", lambda l: l[0] == "y"))]
        return ("circuit {" + ", ".join(f"{a[0]} -> {b[0]}" for a, b in pairs) + "}",
                lambda p: all(any(a[1](u) and b[1](v) for a, b in pairs) for u, v in zip(p, p[1:])))
    ta, a = whole(g, rng, depth - 1)
    if kind == "not":
        return f"(not ({ta}))", lambda p: not a(p)
    tb, b = whole(g, rng, depth - 1)
    combine = {"and": lambda p: a(p) and b(p), "or": lambda p: a(p) or b(p), "except": lambda p: a(p) and not b(p)}[kind]
    return f"(({ta}) {kind} ({tb}))", combine


def rules(g, rng):
    """A hypothesis: text of its rules, which paths it keeps.  Rules that match nothing would be errors."""
    out, kept = [], {p: False for p in g.paths}
    while len(out) < 4:
        text, member = whole(g, rng, 1)
        if not any(map(member, g.paths)):
            continue
        keep = rng.random() < 0.6
        out.append(f"{'keep' if keep else 'drop'} {text}")
        kept.update({p: keep for p in g.paths if member(p)})
    return "; ".join(out), {p for p in g.paths if kept[p]}


def number(v):
    return int(v)


def coverage(g, chosen):
    out = {}
    for p in chosen:
        for name in dict.fromkeys(l[0] for l in p):
            out[name] = out.get(name, 0) + 1
    return out


def edges(g, kept):
    """What `explain --edges` has to say: paths kept and in all through each edge, and what it carries."""
    count = {}
    for p in g.paths:
        for u, v in zip(p, p[1:]):
            c = count.setdefault((u[0], spell(v)), [0, 0])
            c[0] += p in kept
            c[1] += 1
    return {e: ("reference" if k == n else "mixed" if k else "counterfactual", k, n) for e, (k, n) in count.items()}


passed = failed = 0


def check(ok, what, script):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok and failed < 4:
        print("FAIL", what, script, sep="\n")


def parse_path(text, g):
    letters = []
    for s in text.split(" -> "):
        name, _, port = s.rpartition(".")
        letters.append((name, port) if name in g.ports and port in g.ports[name] else (s, None))
    return tuple(letters)


for round_ in range(ROUNDS):
    rng = random.Random(SEED * 1000003 + round_)
    g = Graph(rng)
    script, wants, hypotheses, want_edges = g.text, [], g.text, {}
    for i in range(QUERIES):
        (tp, p), (tq, q) = whole(g, rng, 2), whole(g, rng, 2)
        ps, qs = {x for x in g.paths if p(x)}, {x for x in g.paths if q(x)}
        hypothesis, hs = rules(g, rng)
        script += f"let p{i} = paths({tp})\nlet q{i} = paths({tq})\nhypothesis h{i} on g {{ {hypothesis} }}\n"
        hypotheses += f"hypothesis h{i} on g {{ {hypothesis} }}\n"
        want_edges[f"h{i}"] = edges(g, hs)
        for text, want in [
            (f"[count(p{i}, g)]", len(ps)), (f"[count(p{i} and not q{i}, g)]", len(ps - qs)), (f"[count(p{i} or q{i}, g)]", len(ps | qs)),
            (f"[p{i} subset of q{i} on g]", ps <= qs), (f"[p{i} equals q{i} on g]", ps == qs), (f"[count(h{i})]", len(hs)),
            (f"[h{i} subset of p{i} on g]", hs <= ps), (f"[count(p{i} except h{i}, g)]", len(ps - hs)),
            (f"[(p{i} and q{i}) subset of p{i} on g]", True), (f"[not not p{i} equals p{i} on g]", True),
            (f"[witness(p{i} except q{i}, g)]", ps - qs), (f"[witness(h{i})]", hs),
            (f"[[[r.component, r.kept, r.in_all] for r in list(coverage(h{i}))]]", (coverage(g, hs), coverage(g, g.paths)))]:
            script += text + "\n"
            wants.append((text, want))
    r = subprocess.run([PP, "run", "--json", "-"], input=script, capture_output=True, text=True, timeout=120)
    rows = [json.loads(line)["value"][0] for line in r.stdout.splitlines()]
    check(r.returncode == 0 and len(rows) == len(wants), r.stderr[:2000] or f"exit {r.returncode}", script)
    for got, (text, want) in zip(rows, wants):
        if isinstance(want, set):                        # witness: a member, and none is shorter
            least = min(map(len, want), default=None)
            path = parse_path(got, g) if got is not None else None
            ok = (path is None) == (least is None) and (path is None or (path in want and len(path) == least))
        elif isinstance(want, tuple):
            ok = {n: (number(k), number(a)) for n, k, a in got} == {n: (k, want[1][n]) for n, k in want[0].items()}
        else:
            ok = (got if isinstance(want, bool) else number(got)) == want
        check(ok, f"{text}: {got}, should be {want if not isinstance(want, set) else len(want)}", script)
    r = subprocess.run([PP, "explain", "--json", "--edges", "-"], input=hypotheses, capture_output=True, text=True, timeout=120)
    have = {}
    for row in map(json.loads, r.stdout.splitlines()):
        have.setdefault(row["hypothesis"], {})[row["from"], row["to"]] = (row["carries"], int(row["paths_kept"]), int(row["paths_total"]))
    for name, want in want_edges.items():
        check(have.get(name, {}) == want, f"edges of {name}: {have.get(name)}, should be {want} {r.stderr[:300]}", hypotheses)

print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0 or passed == 0)
