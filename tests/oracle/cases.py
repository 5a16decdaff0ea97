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

    def seen(self, component, port):
        """The positions that steps ask of the row read by this port; of the row written, when port is None."""
        key = component, port
        if key not in self.asks:
            self.asks[key] = {s.position for s in self.rowed if bool(s.ports) == (port is not None) and s.reads((component, port, None, None), False)}
        return self.asks[key]

    def column(self, word, rows=True):
        """Of a path, the input first: the last rule that matches decides."""
        for column, p in reversed(self.rules):
            if patterns.matches(p, word, rows):
                return column
        return 0


class Case:
    """One model with its pairs and hypotheses; text is its part of a script."""

    def __init__(self, seed, name, folder):
        self.rng = rng = random.Random(seed)
        self.seed, self.name, self.folder = seed, name, folder
        self.hypotheses = []
        while not self.hypotheses:
            self.model, self.shape = models.random_model(rng, name)
            try:
                self.words = Words(self.model, 80).all
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
        self.paths = sorted({tuple((c, p) for c, p in w[::-1]) for w, _ in self.words}, key=str_of)
        self.make_hypotheses()

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
        return rules

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
        lines = [rng.choice(["{}"] * 8 + ["if one == 1 {{ {} }}", "for i in 0..1 {{ {} }}"]).format(("keep " if c else "drop ") + patterns.text(p, rng)) for c, p in rules]
        asked = maker.asked
        if base:
            shift = len(base.asked)
            rules = base.rules + [(c, moved(p, shift)) for c, p in rules]
            asked = base.asked + asked
            opening = f"hypothesis {name} extends {base.name} {{"
        else:
            opening = f"hypothesis {name} on {self.name} {{"
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
        lines = "; ".join(("keep " if c else "drop ") + patterns.text(p, rng) for c, p in rules)
        return Hypothesis(name, rules, asked, f"hypothesis {name} on {self.name} {{ {lines} }}\n")

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
            kept = sum(h.column(plain(w), False) for w in self.paths)
            if not 0.1 < kept / len(self.paths) < 0.8 or self.copies(h) > 150:
                continue
            self.work_out(h)
            again, found = found, h
            if h.strong or again or self.rng.random() < 0.4:
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

    def rows(self, h, pair, component, port):
        seen = h.seen(component, port)
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
            cache, rows = {}, lambda component, port, p=p: self.rows(h, p, component, port)

            def accept(word):
                if word not in cache:
                    cache[word] = h.column(word[::-1])
                return cache[word]
            e = Expansion(p.columns, p.length, rows, accept)
            h.values.append(e.value(self.model.out))
            h.partial.append(len(e.used) == 2)
        base = [[plain_run(self.model, p.columns[c], p.length) for p in self.pairs] for c in (0, 1)]
        h.scale = list(zip(h.values, *base))     # what the largest number of a row is taken from: all three runs
        h.gap = [distance(r, v) for r, v in zip(base[1], h.values)]
        h.gap_total = [distance(r, v) for r, v in zip(base[1], base[0])]
        h.kept = None if h.rowed else str(sum(h.column(plain(w)) for w, _ in ((w[::-1], leaf) for w, leaf in self.words)))
        h.total = str(len(self.words))
        ate, size = sum(h.gap_total), sum(map(largest, h.values))
        h.explained = 1 - sum(h.gap) / ate if ate > 0.01 * size else None
        h.strong = all(h.partial) and h.explained is not None and 0.05 < h.explained < 0.95

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
            if r["paths_kept"] != h.kept or r["paths_total"] != h.total:
                yield f"{h.name}: {r['paths_kept']} of {r['paths_total']} paths, enumerated {h.kept} of {h.total}"
        r = rows.get((h.name, "gap"))
        if r and h.explained is not None and abs(r["explained"] - h.explained) > 1e-3:
            yield f"{h.name}: explains {r['explained']}, the tree {h.explained}"
