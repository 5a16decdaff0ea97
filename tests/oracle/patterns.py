"""Random path patterns: their text, and what they match, by trying every way to read a word (no automaton)."""


class Step:
    """One visit.  names: [(name, what its index may be)]: None no index, "*" any, else a set of numbers."""

    def __init__(self, names, ports, position, text):
        self.names, self.ports, self.position, self.text = names, ports, position, text
        self.known = {}                          # (component, port) -> are they named?

    def are_named(self, component, port):
        if self.ports and port not in self.ports:
            return False
        if self.names is None:
            return True
        if len(self.names) > len(component.segments):        # the name of a component is that of its parts, too
            return False
        for (name, allowed), (have, index) in zip(self.names, component.segments):
            fits = index is None if allowed is None else index is not None if allowed == "*" else index in allowed
            if name != have or not fits:
                return False
        return True

    def reads(self, visit, rows):
        component, port, read, written = visit
        named = self.known.get((component, port))
        if named is None:
            named = self.known[component, port] = self.are_named(component, port)
        if not named or self.position is None:
            return named
        if not rows:                             # a visit that has no row is at no position
            return component.has_rows(port if self.ports else None)
        row = read if self.ports else written
        return row is not None and row[self.position]


def ends(p, word, i, rows, strict=None):
    """Where a match that begins at word[i] can end.  strict: the first visit is read by steps that name ports only."""
    kind = p[0]
    if kind == "step":
        return {i + 1} if i < len(word) and p[1].reads(word[i], rows) and not (strict and i == 0 and not p[1].ports) else set()
    if kind == "named":
        return ends(p[2], word, i, rows, strict)
    if kind == "alt":
        return ends(p[1], word, i, rows, strict) | ends(p[2], word, i, rows, strict)
    if kind == "then":
        return {e for m in ends(p[1], word, i, rows, strict) for e in ends(p[2], word, m, rows, strict)}
    if kind == "gap":
        return {e for m in ends(p[1], word, i, rows, strict) for k in range(m, len(word) + 1) for e in ends(p[2], word, k, rows, strict)}
    if kind == "opt":
        return {i} | ends(p[1], word, i, rows, strict)
    once = ends(p[1], word, i, rows, strict)             # star, plus
    seen, new = set(once), set(once)
    while new:
        new = {e for m in new for e in ends(p[1], word, m, rows, strict)} - seen
        seen |= new
    return seen | {i} if kind == "star" else seen


def matches(p, word, rows=True):
    """Is the path in the set?  The word runs from the input to the output; rows False: positions are ignored."""
    kind = p[0]
    if kind == "all":
        return True
    if kind == "named":
        return matches(p[2], word, rows)
    if kind == "not":
        return not matches(p[1], word, rows)
    if kind == "and":
        return matches(p[1], word, rows) and matches(p[2], word, rows)
    if kind == "or":
        return matches(p[1], word, rows) or matches(p[2], word, rows)
    if kind == "except":
        return matches(p[1], word, rows) and not matches(p[2], word, rows)
    if kind == "within":
        return all(any(s.reads(v, rows) for s in p[1]) for v in word)
    if kind == "circuit":
        return all(any(a.reads(v, rows) and b.reads(w, rows) for a, b in p[1]) for v, w in zip(word, word[1:]))
    return any(ends(p, word, i, rows) for i in range(len(word) + 1))


def anchored(p, word, port, rows=True):
    """Does the pattern match the word from its first visit on?  Where that is a port's, its step has to name ports."""
    kind = p[0]
    if kind == "named":
        return anchored(p[2], word, port, rows)
    if kind == "not":
        return not anchored(p[1], word, port, rows)
    if kind == "and":
        return anchored(p[1], word, port, rows) and anchored(p[2], word, port, rows)
    if kind == "or":
        return anchored(p[1], word, port, rows) or anchored(p[2], word, port, rows)
    if kind == "except":
        return anchored(p[1], word, port, rows) and not anchored(p[2], word, port, rows)
    if kind in ("all", "within", "circuit"):
        return matches(p, word, rows)
    return bool(ends(p, word, 0, rows, port))


def empty_fits(p):
    """Does the pattern match the empty spelling?"""
    kind = p[0]
    if kind in ("star", "opt"):
        return True
    if kind in ("plus",):
        return empty_fits(p[1])
    if kind == "named":
        return empty_fits(p[2])
    if kind == "alt":
        return empty_fits(p[1]) or empty_fits(p[2])
    return kind in ("then", "gap") and empty_fits(p[1]) and empty_fits(p[2])


LEVEL = {"or": 0, "and": 1, "except": 1, "not": 2, "alt": 3, "then": 4, "gap": 4}


def text(p, rng, least=0):
    """As a script has it; parentheses where they are needed, and sometimes where they are not."""
    kind = p[0]
    level = LEVEL.get(kind, 5)
    if kind == "step":
        t = p[1].text
    elif kind == "named":
        t = p[1]
    elif kind == "all":
        t = "all"
    elif kind in ("star", "plus", "opt"):
        t = "(" + text(p[1], rng) + ")" + {"star": "*", "plus": "+", "opt": "?"}[kind]
    elif kind == "within":
        t = "within {" + ", ".join(s.text for s in p[1]) + "}"
    elif kind == "circuit":
        t = "circuit {" + ", ".join(f"{a.text} -> {b.text}" for a, b in p[1]) + "}"
    elif kind == "not":
        t = "not " + text(p[1], rng, level)
    else:
        sign = {"or": " or ", "and": " and ", "except": " except ", "alt": " | ", "then": " -> ", "gap": rng.choice([" .. ", " .. ", " -> .. -> "])}[kind]
        t = text(p[1], rng, level) + sign + text(p[2], rng, level + (kind in ("and", "except")))
    return f"({t})" if level < least or (5 > level >= 3 and rng.random() < 0.05) else t


class Maker:
    """Patterns about one model: most begin as a path that there is, of which parts are then left open."""

    def __init__(self, rng, model, words, positions):
        self.rng, self.model, self.positions = rng, model, positions
        self.words = words                       # lists of visits (component, port), input first
        self.named, self.asked = [], []          # scripts' own path values; positions asked for: (text, what it means)
        self.named_whole = []                    # values that no sequence can hold

    # ---- one visit

    def index_text(self, i, allowed):
        r = self.rng
        if allowed == "*":
            return "[*]"
        if len(allowed) == 1 and r.random() < 0.7:
            return f"[{i}]" if r.random() < 0.5 else f"{i}"
        if max(allowed) - min(allowed) + 1 == len(allowed):
            lo, hi = min(allowed), max(allowed) + 1
            return r.choice([f"[{lo}..{hi}]", f"[one * {lo}..{hi}]", f"[{lo}..{lo}+{hi - lo}]" if lo else f"[..{hi}]".replace("[..", "[0..")])
        return "[" + ", ".join(map(str, sorted(allowed))) + "]"

    def widen(self, i, depth, segments):
        """A set of indices that has i, out of those that this place of the name can have."""
        r = self.rng
        there = sorted({c.segments[depth][1] for c in self.model.components
            if [s[0] for s in c.segments] == [s[0] for s in segments] and c.segments[depth][1] is not None})
        form = r.random()
        if form < 0.6:
            return {i}
        if form < 0.75:
            return "*"
        if form < 0.9 or len(there) < 2:
            return set(range(r.randint(0, i), i + 1 + r.randint(0, 2)))
        return {i} | set(r.sample(there, r.randint(1, len(there))))

    def written_exist(self, names, texts):
        """Numbers written out one by one must exist beside what else the name allows."""
        for d, t in enumerate(texts):
            if ".." in t or "*" in t or not t:
                continue
            for i in names[d][1]:
                narrowed = names[:d] + [(names[d][0], {i})] + names[d + 1:]
                if not any(Step(narrowed, (), None, "").reads((c, None, None, None), False) for c in self.model.components):
                    return False
        return True

    def step(self, visit, positions=True):
        """Of a few steps that this visit fits, rather one that mixes visits with rows and without, where there can be positions."""
        steps = [self.without_position(visit) for _ in range(3 if positions and self.positions else 1)]
        return self.at(next(filter(self.mixes, steps), steps[0]), positions)

    def without_position(self, visit):
        r, (component, port) = self.rng, visit
        while True:
            names = [(n, None if i is None else self.widen(i, d, component.segments)) for d, (n, i) in enumerate(component.segments)]
            texts = ["" if i is None else self.index_text(i, names[d][1]) for d, (_, i) in enumerate(component.segments)]
            if self.written_exist(names, texts):
                break
        t = ".".join(n + x for (n, _), x in zip(names, texts))
        ports = ()
        if port and r.random() < 0.6:
            ports = (port,) if r.random() < 0.7 else tuple({port, r.choice(component.ports)})
            those = [c for c in self.model.components if Step(names, (), None, "").reads((c, None, None, None), False)]
            if not all(any(p in c.ports for c in those) for p in ports):
                ports = (port,)
            t += f".{ports[0]}" if len(ports) == 1 and r.random() < 0.8 else ".{" + ", ".join(ports) + "}"
        return Step(names, ports, None, t)

    def any(self):
        return self.at(Step(None, (), None, "*"), True)

    def rowed(self, step):
        """Have the visits that the step reads rows?  {True, False}: some have."""
        return {c.has_rows(p if step.ports else None) for c in self.model.components for p in [None] + c.ports if step.reads((c, p, None, None), False)}

    def mixes(self, step):
        return len(self.rowed(step)) == 2

    def at(self, step, positions):
        """Perhaps at a position, if there is a visit that it can be about."""
        r = self.rng
        if not positions or not self.positions or True not in self.rowed(step) or r.random() < (0.2 if self.mixes(step) else 0.55):
            return step
        text, rows = r.choice(self.positions)
        if (text, rows) not in self.asked:
            self.asked.append((text, rows))
        return Step(step.names, step.ports, self.asked.index((text, rows)), step.text + "@" + text)

    # ---- sequences

    def visit(self):
        return self.rng.choice(self.rng.choice(self.words))

    def item(self, visit, depth):
        r, x = self.rng, self.rng.random()
        p = ("step", self.any() if x < 0.06 else self.step(visit))
        if x > 0.9 and depth:
            other = self.sequence(depth - 1)
            p = ("alt", p, other) if x > 0.95 else ("alt", other, p)
        if 0.06 < x < 0.2:                       # of several, or it could never be read twice
            while r.random() < 0.5:
                p = ("alt", p, ("step", self.step(self.visit()) if r.random() < 0.7 else self.any()))
            p = (r.choice(["star", "plus", "opt"]), p)
        return p

    def sequence(self, depth=2):
        r = self.rng
        if depth and self.named and r.random() < 0.08:
            return r.choice(self.named)
        word = r.choice(self.words)
        if len(word) > 3 and r.random() < 0.08:
            return self.stretch(word)
        start = r.randrange(len(word))
        p = self.item(word[start], depth)
        while start + 1 < len(word) and r.random() < 0.5:
            skip = r.randint(1, len(word) - 1 - start) if r.random() < 0.4 else 1
            start += skip
            p = ("then" if skip == 1 and r.random() < 0.8 else "gap", p, self.item(word[start], depth))
        if depth and r.random() < 0.1:
            p = ("alt", p, self.sequence(depth - 1))
        return p

    def stretch(self, word):
        """p -> (q | r)* -> s, with several visits between."""
        r = self.rng
        first = r.randrange(len(word) - 3)
        last = r.randint(first + 3, len(word) - 1)
        between = ("step", self.any())
        if r.random() < 0.7:
            between = ("step", self.step(word[first + 1]))
            for v in word[first + 2:last]:
                between = ("alt", between, ("step", self.step(v)))
        repeated = (r.choice(["star", "plus"]), between)
        return ("then", ("step", self.step(word[first])), ("then", repeated, ("step", self.step(word[last]))))

    # ---- whole paths

    def within(self):
        r = self.rng
        members = [self.step(v, r.random() < 0.2) for v in r.choice(self.words)]
        members += [self.step(self.visit(), r.random() < 0.2) for _ in range(r.randint(0, 3))]
        r.shuffle(members)
        return ("within", members)

    def circuit(self):
        r, edges = self.rng, []
        for _ in range(r.randint(1, 4)):
            word = r.choice(self.words)
            edges += [(self.step(v, False), self.step(w, False)) for v, w in zip(word, word[1:])]
        return ("circuit", edges) if edges else self.sequence()

    def whole(self, depth=2):
        r, x = self.rng, self.rng.random()
        if self.named_whole and r.random() < 0.15:
            return r.choice(self.named_whole)
        if not depth or x < 0.5:
            while True:
                p = self.sequence()
                if not empty_fits(p):
                    return p
        if x < 0.58:
            return self.within()
        if x < 0.66:
            return self.circuit()
        if x < 0.68:
            return ("all",)
        if x < 0.78:
            return ("not", self.whole(depth - 1))
        return (r.choice(["and", "and", "or", "or", "except"]), self.whole(depth - 1), self.whole(depth - 1))
