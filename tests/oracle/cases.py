"""Random models with pairs and hypotheses, and what the literal expansion gives for each."""
import json
import math
import random

import models
import patterns
from expand import Expansion, Words, plain_run

D = models.D


class Pair:
    def __init__(self, rng, model, length):
        self.length = length

        def some(shape):
            return [some(shape[1:]) for _ in range(length if shape[0] == "T" else shape[0])] if shape else rng.randint(-12, 12) / 8
        self.columns = [{}, {}]                  # counterfactual, reference
        for n in model.inputs:
            for column in self.columns:
                column[n.attr["name"]] = [rng.randrange(5) for _ in range(length)] if n.attr["ids"] else some(n.shape)
        self.roles = {"S": sorted(rng.sample(range(length), rng.randint(0, 2))), "R": [rng.randrange(length)]} if model.out.has_rows() else {}

    def row(self, json_of_one):
        ref, cf = self.columns[1], self.columns[0]
        if json_of_one:
            (ref,), (cf,) = ref.values(), cf.values()
        return json.dumps({"ref": ref, "cf": cf, "positions": self.roles})

    def at(self, atoms, row):
        """Is the row at one of these positions: roles, numbers, numbers from the end?"""
        return any(row in (self.roles | {"END": [self.length - 1]})[a] if isinstance(a, str) else row in (a, a + self.length) for a in atoms)


class Hypothesis:
    def __init__(self, name, rules, asked, text):
        self.name, self.rules, self.asked, self.text = name, rules, asked, text
        self.rowed = [s for _, p in rules for s in steps(p) if s.position is not None]
        self.asks = {}
        self.sets = any(isinstance(c, Setting) for c, _ in rules)

    def seen(self, component, port):
        """The positions that steps ask of the row read by this port; of the row written, when port is None."""
        key = component, port
        if key not in self.asks:
            self.asks[key] = {s.position for s in self.rowed if bool(s.ports) == (port is not None) and s.reads((component, port, None, None), False)}
        return self.asks[key]

    def column(self, word, rows=True):
        """Of a path, the input first: the last rule that matches decides."""
        for column, p in reversed(self.rules):
            if not isinstance(column, Setting) and patterns.matches(p, word, rows):
                return column
        return 0

    def cut(self, word, port, rows=True):
        """What a value is set to whose copy belongs to this suffix, the visit to it first; or None."""
        for column, p in reversed(self.rules):
            if isinstance(column, Setting):
                if patterns.anchored(p, word, port, rows):
                    return column
            elif patterns.matches(p, word, rows):
                return None
        return None

    def is_cut(self, word):
        """Of a path whose rows do not matter: is some value on it set?"""
        for i, (component, port, _, _) in enumerate(word):
            whole = ((component, None, None, None),) + word[i + 1:]
            if self.cut(whole if component.ports else word[i:], None, False) or (port and self.cut(word[i:], port, False)):
                return True
        return False


class Setting:
    """What `set` puts in a value's place: text in a script; value(n, length) a nested list."""

    def __init__(self, kind, text, value=None, means=None):
        self.kind, self.text, self.number, self.means = kind, text, value, means

    def value(self, n, length):
        def fill(shape, x):
            return [fill(shape[1:], x[i] if isinstance(x, list) else x) for i in range(length if shape[0] == "T" else shape[0])] if shape else x
        x = self.means(n) if self.means else self.number
        if isinstance(x, list) and n.has_rows() and not isinstance(x, ByRow):
            return [fill(n.shape[1:], x) for _ in range(length)]
        return fill(n.shape, x)


class Case:
    """One model with its pairs and hypotheses; text is its part of a script."""

    def __init__(self, seed, name, folder):
        self.rng = rng = random.Random(seed)
        self.seed, self.name, self.folder = seed, name, folder
        self.hypotheses = []
        while not self.hypotheses:
            self.model, self.shape = models.random_model(rng, name)
            self.splits = self.make_splits() if rng.random() < 0.3 else ""
            try:
                words = Words(self.model, 80)
                self.words, self.alone = words.all, words.alone
            except OverflowError:
                continue
            if len(self.words) >= 4:
                self.make()

    def make(self):
        rng = self.rng
        lengths = [rng.randint(2, 3) if len(self.words) < 25 else 2 for _ in range(2)]
        self.pairs = [Pair(rng, self.model, n) for n in lengths]
        one = len(self.model.inputs) == 1 and rng.random() < 0.7
        (self.folder / f"{self.name}.jsonl").write_text("".join(p.row(one) + "\n" for p in self.pairs))
        self.runs = {0: [], 1: []}
        self.paths = sorted({tuple((c, p) for c, p in w[::-1]) for w, _ in self.words}, key=str_of)
        self.make_hypotheses()

    def make_splits(self):
        """A subspace of some component's value as a component, in every hypothesis: the rule that says so."""
        rng, m = self.rng, self.model
        needed, left = set(), [m.out]            # a component that is on no path cannot be split
        while left:
            n = left.pop()
            left += [i for i in n.ins if i not in needed]
            needed.add(n)
        some = [c for c in m.components if c.node.shape[-1:] == (D,) and c.node is not m.out and c.node in needed]
        if not some:
            return ""
        c = rng.choice(some)
        directions = rng.sample([[1.0, 0.5, -0.25], [0.0, 1.0, 0.75], [-0.5, 0.25, 1.0]], rng.randint(1, 2))
        rest = rng.choice(["other", None])
        models.split(m, c, directions, "part", rest)
        by = directions[0] if len(directions) == 1 else [list(column) for column in zip(*directions)]
        return f"split {models.spelled(rng, c.segments)} by {rng.choice([str, models.literal])(by)} as part{', ' + rest if rest else ''}; "

    # ---- hypotheses

    def positions(self):
        n, rng = max(p.length for p in self.pairs), self.rng
        if self.shape != ("T", D) or rng.random() < 0.2:
            return []
        k = rng.randrange(n)
        return [("S", ("S",)), ("R", ("R",)), ("END", ("END",)), ("-1", (-1,)), (f"{k}", (k,)), ("{S, R}", ("S", "R")), ("{S, -1}", ("S", -1)),
            (f"(one * {k})", (k,)), ("{R, 0}", ("R", 0))]

    def maker(self):
        return patterns.Maker(self.rng, self.model, self.paths, self.positions())

    def random_rules(self, maker, n):
        rng, rules = self.rng, []
        for i in range(n):
            for _ in range(20):
                p = maker.whole()
                if any(patterns.matches(p, plain(w), False) for w in self.paths):
                    break
            else:
                p = ("all",)
            rules.append((1 if i == 0 or rng.random() < 0.6 else 0, p))
        if rng.random() < 0.35:                  # some set values, and some rules after that undo it here and there
            rules.insert(rng.randint(0, len(rules)), (self.setting(), rules[0][1] if rng.random() < 0.2 else maker.sequence(1)))
            if rng.random() < 0.3:
                rules.append((self.setting(), maker.whole(1)))
        return [r for r in rules if not patterns.empty_fits(r[1]) and any(patterns.matches(r[1], plain(w), False) for w in self.paths)] or [(1, ("all",))]

    def setting(self):
        rng = self.rng
        nodes = [c.node for c in self.model.components] + [n for c in self.model.components for n in c.port_node.values()]
        square = any("T" in n.shape[1:] for n in nodes) and len({p.length for p in self.pairs}) > 1
        kind = rng.choice(["zero", "number", "mean", "mean", "mean", "mean ref", "mean ref", "rows", "rows"])
        if kind == "zero" or (square and "mean" in kind):
            return Setting(kind, rng.choice(["zero", "0"]), 0.0)
        if kind == "rows" and all(n.shape[-1:] == (D,) for n in nodes):
            x = [rng.randint(-8, 8) / 8 for _ in range(D)]
            return Setting(kind, models.literal(x), x)
        if kind in ("number", "rows"):
            x = rng.randint(-8, 8) / 8
            return Setting(kind, repr(x), x)
        by_row = len({p.length for p in self.pairs}) == 1 and rng.random() < 0.4
        side = 1 if kind == "mean ref" else 0
        of = rng.choice([f"of: {self.name}d", ""])
        args = ", ".join(a for a in [of, f"side: {'ref' if side else 'cf'}" if side or rng.random() < 0.3 else "", f"rows: {'same' if by_row else 'all'}" if by_row or rng.random() < 0.3 else ""] if a)
        return Setting("by row" if by_row else "mean", f"mean({args})" if args or rng.random() < 0.5 else "mean", means=lambda n: self.mean(n, side, by_row))

    def mean(self, n, side, by_row):
        """Over pairs and, unless by row, rows."""
        if not self.runs[side]:
            self.runs[side] = [plain_run(self.model, p.columns[side], p.length) for p in self.pairs]
        values = [run[n] for run in self.runs[side]]
        if not n.has_rows():
            return average(values)
        if by_row:
            return ByRow(average(values))
        return average([row for v in values for row in v])

    def candidate(self, name, base):
        rng, maker, head = self.rng, self.maker(), ""
        for i in range(rng.choice([0, 0, 1, 2])):                  # path values of the script's own
            whole, called = rng.random() < 0.4, f"{name}part{'abc'[i]}"
            p = maker.whole() if whole else maker.sequence()
            if patterns.empty_fits(p):
                continue
            if rng.random() < 0.4:
                head += f"fn {called}(one) = paths({patterns.text(p, rng)})\n"
                called += "(1)"
            else:
                head += f"let {called} = paths({patterns.text(p, rng)})\n"
            (maker.named_whole if whole else maker.named).append(("named", called, p))
        rules = self.random_rules(maker, rng.choice([1, 2, 2, 3, 4]))
        lines = [rng.choice(["{}"] * 8 + ["if one == 1 {{ {} }}", "for i in 0..1 {{ {} }}"]).format(rule_text(c, p, rng)) for c, p in rules]
        asked = maker.asked
        if base:
            shift = len(base.asked)
            rules = base.rules + [(c, moved(p, shift)) for c, p in rules]
            asked = base.asked + asked
            opening = f"hypothesis {name} extends {base.name} {{"
        else:
            opening = f"hypothesis {name} on {self.name} {{ {self.splits}"
        return Hypothesis(name, rules, asked, head + opening + " " + "; ".join(lines) + " }\n")

    def elsewhere(self, name, h):
        """The same rules at other positions."""
        rng, choices = self.rng, self.positions() or [("S", ("S",)), ("R", ("R",))]
        asked = []

        def step(s):
            if s.position is None:
                return s
            asked.append(rng.choice(choices))
            return patterns.Step(s.names, s.ports, len(asked) - 1, s.text[:s.text.rindex("@")] + "@" + asked[-1][0])
        rules = [(c, changed(without_names(p), step)) for c, p in h.rules]
        lines = "; ".join(rule_text(c, p, rng) for c, p in rules)
        return Hypothesis(name, rules, asked, f"hypothesis {name} on {self.name} {{ {self.splits}{lines} }}\n")

    def make_hypotheses(self):
        for _ in range(self.rng.choice([1, 1, 1, 2])):
            base = self.hypotheses[0] if self.hypotheses and self.rng.random() < 0.5 else None
            self.take(lambda name, base=base: self.candidate(name, base))
        if self.hypotheses and self.hypotheses[0].rowed and self.rng.random() < 0.7:
            self.take(lambda name: self.elsewhere(name, self.hypotheses[0]))
        self.refused = self.no_hypothesis()

    def take(self, make):
        """A hypothesis that keeps some of the paths, and is small enough to be expanded; rather one that explains a part."""
        found = None
        for _ in range(8):
            h = make(f"{self.name}h{len(self.hypotheses)}")
            kept = sum(h.column(plain(w), False) and not h.is_cut(plain(w)) for w in self.paths)
            if not 0.1 < kept / len(self.paths) < 0.8 or self.copies(h) > 150:
                continue
            self.work_out(h)
            again, found = found, h
            if h.strong or again or self.rng.random() < 0.2:
                break
        if found:
            self.hypotheses.append(found)

    def no_hypothesis(self):
        """A rule that is refused, and the code of the reason: it matches no path, or the empty spelling."""
        rng, maker = self.rng, self.maker()
        if rng.random() < 0.15:
            return f"keep ({patterns.text(maker.sequence(), rng)}){rng.choice('*?')}", "E0204"
        for _ in range(12):
            p = maker.whole()
            if not any(patterns.matches(p, plain(w), False) for w in self.paths):
                return f"{rng.choice(['keep', 'drop'])} {patterns.text(p, rng)}", "E0203"
        return None

    # ---- numbers

    def rows(self, h, pair, component, port, alone=None):
        """alone: a port that is read from outside of its component, where the row written is the row read."""
        seen = h.seen(component, port) | (h.seen(component, None) if alone else set())
        if not seen:
            return None                          # all rows are alike
        return [tuple(i in seen and pair.at(atoms, t) for i, (_, atoms) in enumerate(h.asked)) for t in range(pair.length)]

    def copies(self, h):
        """How often paths are copied for rows, at most."""
        kinds = {(c, port): max(len(set(self.rows(h, p, c, port) or [0])) for p in self.pairs) for c in self.model.components for port in [None] + c.ports}
        return sum(math.prod(kinds[v] * (kinds[v[0], None] if v[1] else 1) for v in w) for w in self.paths)

    def work_out(self, h):
        h.values, h.partial = [], []
        for p in self.pairs:
            cache, cuts, rows = {}, {}, lambda component, port, alone=None, p=p: self.rows(h, p, component, port, alone)

            def accept(word):
                if word not in cache:
                    cache[word] = h.column(word[::-1])
                return cache[word]

            def cut(word, n, port, p=p):
                if (word, port) not in cuts:
                    cuts[word, port] = h.cut(word[::-1], port)
                x = cuts[word, port]
                return x and x.value(n, p.length)
            e = Expansion(p.columns, p.length, rows, accept, cut)
            h.values.append(e.value(self.model.out))
            h.partial.append(len(e.used) == 2)
        base = [[plain_run(self.model, p.columns[c], p.length)[self.model.out] for p in self.pairs] for c in (0, 1)]
        h.scale = list(zip(h.values, *base))     # what the largest number of a row is taken from: all three runs
        h.gap = [distance(r, v) for r, v in zip(base[1], h.values)]
        h.gap_total = [distance(r, v) for r, v in zip(base[1], base[0])]
        words = [plain(w[::-1]) for w, _ in self.words]
        h.kept = None if h.rowed else str(sum(h.column(w) for w in words if not h.is_cut(w)))
        h.cuts = None if h.rowed or not h.sets else str(sum(map(h.is_cut, words)))
        h.total = str(len(self.words))
        ate, size = sum(h.gap_total), sum(map(largest, h.values))
        h.explained = 1 - sum(h.gap) / ate if ate > 0.01 * size else None
        h.ablated = None if h.rowed or h.sets or self.alone else {d: self.ablate(h, k) for d, k in (("keep", 1), ("drop", 0))}
        h.strong = all(h.partial) and h.explained is not None and 0.05 < h.explained < 0.95

    def ablate(self, h, keeps):
        """The runs in which what `keeps` does not say of a path is cut where the path leaves those of which it says it."""
        columns = {w: h.column(plain(w[::-1])) == keeps for w, _ in self.words}

        def left(word, port):
            u = tuple((c, p) for c, p, _, _ in word)
            whole = u[-1][0].ports and not port          # a component is set before a port is chosen
            return not any(kept for w, kept in columns.items()
                if len(w) >= len(u) and (w[:len(u) - 1] == u[:-1] and w[len(u) - 1][0] is u[-1][0] if whole else w[:len(u)] == u))

        zero = Setting("zero", "zero", 0.0)
        return [Expansion(p.columns, p.length, lambda component, port, alone=None: None, lambda word: 0 if not columns[tuple((c, q) for c, q, _, _ in word)] else 1,
            lambda word, n, port, p=p: zero.value(n, p.length) if left(word, port) else None).value(self.model.out) for p in self.pairs]

    # ---- script

    def elements(self):
        """Which numbers of the output are compared: (metric, how to take it from an expanded value)."""
        if not self.shape:
            return [("e", lambda v: v)]
        if self.shape == (D,):
            return [(f"e{c}", lambda v, c=c: v[c]) for c in range(D)]
        return [(f"e{r}x{c}", lambda v, r=r, c=c: v[-1 if r == 2 else r][c]) for r in range(3) for c in range(D)]

    def script(self):
        out = self.model.text() + f'dataset {self.name}d = load("{self.name}.jsonl", for: {self.name})\n'
        out += "".join(h.text for h in self.hypotheses)
        metrics = ", ".join([m for m, _ in self.elements()] + ["gap"])
        ablated = [h.name for h in self.hypotheses if h.ablated]
        if ablated:
            out += f"evaluate [{', '.join(ablated)}] on {self.name}d by [{metrics}] across {{ablation: zero, direction: [keep, drop]}}\n"
        return out + f"evaluate [{', '.join(h.name for h in self.hypotheses)}] on {self.name}d by [{metrics}]\n"


HEAD = "let one = 1\ndelta gap(ref, patched) = sum(abs(ref.out - patched.out))\ndelta e(ref, patched) = patched.out\n" + "".join(
    f"delta e{c}(ref, patched) = patched.out[{c}]\n" for c in range(D)) + "".join(
    f"delta e{r}x{c}(ref, patched) = patched.out[{-1 if r == 2 else r}, {c}]\n" for r in range(3) for c in range(D))


def str_of(word):
    return [(c.name, p or "") for c, p in word]


def steps(p):
    if isinstance(p, patterns.Step):
        yield p
    elif isinstance(p, (tuple, list)):
        for x in p:
            yield from steps(x)


def plain(word):
    return tuple((c, p, None, None) for c, p in word)


class ByRow(list):
    """A value for every row."""


def average(values):
    if isinstance(values[0], list):
        return [average(v) for v in zip(*values, strict=True)]
    return sum(values) / len(values)


def rule_text(column, p, rng):
    if isinstance(column, Setting):
        return f"set {patterns.text(p, rng)} to {column.text}"
    return ("keep " if column else "drop ") + patterns.text(p, rng)


def changed(p, step):
    """The pattern with each of its steps replaced."""
    if isinstance(p, patterns.Step):
        return step(p)
    if isinstance(p, (tuple, list)):
        return type(p)(changed(x, step) for x in p)
    return p


def without_names(p):
    if isinstance(p, tuple) and p[0] == "named":
        return without_names(p[2])
    return type(p)(map(without_names, p)) if isinstance(p, (tuple, list)) else p


def moved(p, shift):
    """The pattern with its positions numbered from `shift`."""
    return changed(p, lambda s: patterns.Step(s.names, s.ports, s.position + shift, s.text) if s.position is not None else s)


def distance(a, b):
    return sum(distance(x, y) for x, y in zip(a, b)) if isinstance(a, list) else abs(a - b)


def largest(v):
    return max(map(largest, v)) if isinstance(v, list) else abs(v)


def near(got, want, scale):
    return got is not None and math.isfinite(got) and abs(got - want) <= 1e-5 * scale


def differences(case, rows):
    """Sentences about what pp says otherwise: rows is {(hypothesis, metric): row of pp's JSON}."""
    for h in case.hypotheses:
        for metric, take in case.elements():
            r = rows.get((h.name, metric))
            if not r:
                yield f"{h.name}: nothing for {metric}"
                continue
            for p, (got, v, runs) in enumerate(zip(r["per_pair"], h.values, h.scale, strict=True)):
                row = (lambda v: v) if case.shape != ("T", D) else lambda v: v[-1 if metric[1] == "2" else int(metric[1])]
                # a single number is a sum of terms of about 1, against which what cancels is measured
                if not near(got, take(v), max([largest(row(x)) for x in runs] + [1] * (not case.shape))):
                    yield f"{h.name}, pair {p}: {metric} is {got}, the tree gives {take(v)}"
                for d, values in (h.ablated or {}).items():
                    got = rows.get((h.name, metric, d), {"per_pair": [None] * (p + 1)})["per_pair"][p]
                    if not near(got, take(values[p]), max([largest(row(x)) for x in (values[p], *runs)] + [1] * (not case.shape))):
                        yield f"{h.name}, {d} and zero, pair {p}: {metric} is {got}, the tree gives {take(values[p])}"
            if not (case.alone and h.sets) and (r["paths_kept"], r["paths_total"], r.get("paths_cut")) != (h.kept, h.total, h.cuts):
                yield f"{h.name}: {r['paths_kept']} of {r['paths_total']} paths and {r.get('paths_cut')} cut, enumerated {h.kept} of {h.total} and {h.cuts}"
        r = rows.get((h.name, "gap"))
        if r and h.explained is not None and abs(r["explained"] - h.explained) > 1e-3:
            yield f"{h.name}: explains {r['explained']}, the tree {h.explained}"
