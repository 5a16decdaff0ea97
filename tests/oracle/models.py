"""Random models, each at once as the text of a model block and as nodes to expand.

A node's shape is a tuple; "T" in it is the number of tokens.  A node is read on paths where it has a `visit`: (component,
port), port None for a component without ports.  A component with ports is entered at the node whose `enters` it is."""

D = 3                                            # the width of vectors


class Node:
    def __init__(self, op, ins=(), attr=None, shape=(), text="", varies=None):
        self.op, self.ins, self.attr, self.shape, self.text = op, tuple(ins), attr or {}, shape, text
        self.varies = any(n.varies for n in ins) if varies is None else varies
        self.visit = self.enters = None
        self.value = None                        # of a constant
        self.id = -1

    def has_rows(self):
        return bool(self.shape) and self.shape[0] == "T"


class Component:
    def __init__(self, segments):
        self.segments = segments                 # (("a", 0), ("h", 1))
        self.name = ".".join(n if i is None else f"{n}{i}" for n, i in segments)
        self.ports = []
        self.node, self.port_node = None, {}

    def has_rows(self, port):
        """Does the row read by this port exist; with None, the row written?"""
        return (self.port_node[port] if port else self.node).has_rows()


class Model:
    def __init__(self, rng, name):
        self.rng, self.name = rng, name
        self.nodes, self.lines, self.components, self.inputs = [], [], [], []
        self.fresh, self.indent, self.out = 0, "  ", None
        self.ports = []                          # (node, how it is called outside of its component)

    # ---- text and nodes together

    def add(self, node):
        node.id = len(self.nodes)
        self.nodes.append(node)
        return node

    def say(self, line):
        self.lines.append(self.indent + line)

    def const(self, value, shape):
        n = self.add(Node("const", shape=shape, text=literal(value), varies=False))
        n.value = value
        return n

    def weight(self, *shape):
        def make(s):
            return [make(s[1:]) for _ in range(s[0])] if s else self.rng.choice([-1, 1]) * self.rng.randint(2, 9) / 8
        return self.const(make(shape), shape)

    def op(self, op, ins, text, shape, **attr):
        """An unnamed node: a `let` of its own, or part of the text of whatever reads it."""
        n = self.add(Node(op, ins, attr, shape, text))
        if self.rng.random() < 0.6:
            self.fresh += 1
            self.say(f"let t{self.fresh} = {text}")
            n.text = f"t{self.fresh}"
        return n

    def component(self, *segments):
        c = Component(segments)
        self.components.append(c)
        return c

    def named(self, of, visit=None, enters=None, text=""):
        """A copy of a node that carries a name."""
        n = self.add(Node("identity", [of], shape=of.shape, text=text))
        n.visit, n.enters = visit, enters
        return n

    # ---- operations

    def unary(self, f, x):
        return self.op(f, [x], f"(-{x.text})" if f == "neg" else f"{f}({x.text})", x.shape)

    def binary(self, f, a, b):
        sign = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "^"}.get(f)
        shape = a.shape if len(a.shape) >= len(b.shape) else b.shape
        return self.op(f, [a, b], f"({a.text} {sign} {b.text})" if sign else f"{f}({a.text}, {b.text})", shape)

    def number(self, x):
        return self.const(x, ())

    def matmul(self, a, b):
        return self.op("matmul", [a, b], f"({a.text} @ {b.text})", a.shape[:-1] + b.shape[-1:])

    def slices(self, x, width):
        """Three products with columns of one weight that lie beside each other, and mostly parts of one bias."""
        def shared(*shape):
            w = self.weight(*shape)
            self.fresh += 1
            self.say(f"let t{self.fresh} = {w.text}")
            w.text = f"t{self.fresh}"
            return w

        def part(w, i):
            star = "*, " * (len(w.shape) - 1)
            return self.op("slice", [w], f"{w.text}[{star}{i * width}..{(i + 1) * width}]", w.shape[:-1] + (width,), axis=len(w.shape) - 1,
                start=i * width, stop=(i + 1) * width)
        w, b = shared(D, 3 * width), shared(3 * width) if self.rng.random() < 0.7 else None
        y = [self.matmul(x, part(w, i)) for i in range(3)]
        return [self.binary("add", y[i], part(b, i)) if b else y[i] for i in range(3)]

    def transpose(self, x):
        return self.op("transpose", [x], f"transpose({x.text})", x.shape[::-1])

    def pattern(self, q, k):
        """Attention weights of rows over rows; k may be transposed already."""
        if k.shape[0] == "T":
            k = self.transpose(k)
        scores = self.matmul(q, k)
        if self.rng.random() < 0.8:
            window = self.rng.choice([0, 0, 2])
            scores = self.op("causal", [scores], f"causal({scores.text}{f', window: {window}' if window else ''})", scores.shape, window=window)
        return self.op("softmax", [scores], f"softmax({scores.text})", scores.shape)

    def expression(self, pool, shape, budget):
        """Something smooth and bounded made of nodes of the pool, with this shape."""
        r = self.rng
        have = [n for n in pool if n.shape == shape]
        if budget <= 0 or r.random() < 0.12:
            return r.choice(have)
        x = self.expression(pool, shape, budget - 1)
        kind = r.choice(["tanh", "smooth", "two", "two", "safe", "total"] + ["linear", "linear", "norm", "soft", "parts", "reduce"] * bool(shape)
            + ["attend", "row", "turn", "add_vector"] * (shape == ("T", D)))
        if kind == "tanh":
            return self.unary("tanh", x)
        if kind == "smooth":
            return self.unary(r.choice(["gelu", "gelu_tanh", "silu", "sigmoid", "sin", "cos", "erf", "relu", "abs", "neg"]), x)
        if kind == "two":
            y = x if r.random() < 0.15 else self.expression(pool, shape, budget - 2)
            f = r.choice(["add", "sub", "mul", "mul", "div", "minimum", "maximum"])
            if f == "mul":
                x = self.unary("tanh", x)
            if f == "div":
                y = self.binary("add", self.number(1.5), self.unary("square", y))
            return self.binary(f, x, y)
        if kind == "safe":
            f = r.choice(["exp", "log", "sqrt", "pow"])
            x = self.unary("tanh", x) if f == "exp" else self.binary("add", self.number(2.0), self.unary("square", x))
            return self.binary("pow", x, self.number(0.75)) if f == "pow" else self.unary(f, x)
        if kind == "total":
            parts = [x] + [self.expression(pool, shape, budget - 2) for _ in range(r.randint(1, 2))]
            return self.op("total", parts, f"sum([{', '.join(p.text for p in parts)}])", shape)
        if kind == "linear":
            return self.matmul(x, self.weight(D, D))
        if kind == "norm":
            f = r.choice(["layer_norm", "rms_norm"])
            more = [self.expression(pool, (D,), 1) if r.random() < 0.3 and any(n.shape == (D,) for n in pool) else self.weight(D)
                for _ in range(r.randint(0, 2 if f == "layer_norm" else 1))]
            return self.op(f, [x] + more, f"{f}({', '.join(n.text for n in [x] + more)}, eps: 0.25)", shape, eps=0.25)
        if kind == "soft":
            return self.unary(r.choice(["softmax", "log_softmax"]), x)
        if kind == "parts":
            y = self.expression(pool, shape, budget - 2) if r.random() < 0.7 or shape != (D,) else self.weight(D)
            cut, axis = r.randint(1, D - 1), len(shape) - 1
            star = "*, " * axis
            a = self.op("slice", [x], f"{x.text}[{star}0..{cut}]", shape[:-1] + (cut,), axis=axis, start=0, stop=cut)
            b = self.op("slice", [y], f"{y.text}[{star}{cut}..{D}]", shape[:-1] + (D - cut,), axis=axis, start=cut, stop=D)
            if y.op == "const" and r.random() < 0.5:
                b = self.weight(D - cut)
            return self.op("concat", [a, b], f"concat([{a.text}, {b.text}])", shape)
        if kind == "reduce" and shape == (D,):
            f = r.choice(["sum", "mean", "max", "min"])
            return self.binary("sub", self.op(f, [x], f"{f}({x.text})", ()), self.expression(pool, shape, budget - 2))
        if kind == "attend":
            y = self.expression(pool, shape, budget - 2)
            return self.matmul(self.pattern(x, y), r.choice([x, y]))
        if kind == "row":
            at = r.choice([0, -1])
            return self.binary("add", self.op("pick", [x], f"{x.text}[{at}]", (D,), row=at), self.expression(pool, shape, budget - 2))
        if kind == "turn":
            inter = r.random() < 0.5
            return self.op("rotary", [x], f"rotary({x.text}, dims: 2, base: 20, interleaved: {int(inter)})", shape, base=20, dims=2, interleaved=inter)
        if kind == "add_vector" and any(n.shape == (D,) for n in pool):
            return self.binary("add", x, self.expression(pool, (D,), 1))
        return self.unary("tanh", x)

    # ---- named things

    def input(self, name, shape, ids=False):
        axes = ", ".join("seq" if d == "T" else str(d) for d in shape)
        self.say(f"input {name}: {'ids' if ids else 'real'}{f'[{axes}]' if shape else ''}")
        n = self.add(Node("input", shape=shape, text=name, varies=True))
        n.attr = {"name": name, "ids": ids}
        if not ids:
            c = self.component((name.rstrip("0123456789"), int(name[-1]) if name[-1].isdigit() else None))
            c.node, n.visit = n, (c, None)
        self.inputs.append(n)
        return n

    def plain(self, segments, value):
        """NAME = value: a component without ports."""
        c = self.component(*segments)
        self.say(f"{spelled(self.rng, segments)} = {value.text}")
        c.node = self.named(value, visit=(c, None), text=spelled(self.rng, segments))
        return c.node

    def block(self, segments, pool, shape):
        """A component with a block: ports or none, and walks that pass no port."""
        r, c = self.rng, self.component(*segments)
        self.say(f"component {spelled(r, segments)} {{")
        self.indent = "    "

        def port(name, v):
            if r.random() < 0.15:                # not a port after all
                return v
            self.say(f"{name} = {v.text}")
            c.ports.append(name)
            p = self.named(v, visit=(c, name), text=name)
            c.port_node[name] = p
            self.ports.append((p, f"{spelled(r, segments)}.{name}"))
            return p
        x = self.expression(pool, shape, 1)
        if shape == ("T", D):
            sliced = self.slices(x, 2) if r.random() < 0.5 else [self.matmul(y, self.weight(D, 2)) for y in
                (x, self.expression(pool, shape, 1), self.expression(pool, shape, 1))]
            q, k = port("q", sliced[0]), sliced[1]
            k = port("k", self.transpose(k) if r.random() < 0.4 else k)
            v = port("v", sliced[2])
            y = self.matmul(self.matmul(self.pattern(q, k), v), self.weight(2, D))
        else:
            q, v = port("q", self.expression(pool, shape, 2)), port("v", self.expression(pool, shape, 2))
            y = self.binary("mul", self.unary("tanh", q), v)
        if r.random() < 0.4:
            y = self.binary(r.choice(["add", "mul"]), self.unary("tanh", y), self.expression(pool, shape, 1))
        if r.random() < 0.3:
            y = self.unary("tanh", y)
        self.say(f"yield {y.text}")
        self.indent = "  "
        self.say("}")
        text = spelled(r, segments)
        c.node = self.named(y, text=text, **({"enters": c} if c.ports else {"visit": (c, None)}))
        return c.node

    def text(self):
        return f"model {self.name} {{\n" + "\n".join(self.lines) + "\n}\n"


def orthonormal(directions):
    """Gram and Schmidt."""
    out = []
    for v in directions:
        for _ in range(2):
            for q in out:
                along = sum(a * b for a, b in zip(v, q))
                v = [a - along * b for a, b in zip(v, q)]
        size = sum(a * a for a in v) ** 0.5
        out.append([a / size for a in v])
    return out


def split(m, c, directions, part, rest):
    """What `split c by directions as part, rest` makes of the model: what reads the component reads the sum of two new ones."""
    q = orthonormal(directions)
    projection = Node("const", shape=(D, D), varies=False)
    projection.value = [[sum(v[i] * v[j] for v in q) for j in range(D)] for i in range(D)]
    n, new = c.node, [projection]

    def named(op, ins, name):
        x = Node(op, ins, shape=c.node.shape)
        if name:
            of = Component(c.segments + [(name, None)] if isinstance(c.segments, list) else tuple(c.segments) + ((name, None),))
            of.node, x.visit = x, None
            x.visit = (of, None)
            m.components.append(of)
        new.append(x)
        return x
    inside = named("matmul", [n, projection], part)
    outside = named("sub", [n, named("matmul", [n, projection], None)], rest)
    total = named("add", [inside, outside], None)
    for x in m.nodes:
        x.ins = tuple(total if i is n else i for i in x.ins)
    at = m.nodes.index(n) + 1
    m.nodes[at:at] = new
    for i, x in enumerate(m.nodes):
        x.id = i


def literal(v):
    if isinstance(v, list):
        inner = lambda x: "[" + ", ".join(map(inner, x)) + "]" if isinstance(x, list) else repr(x)
        return f"tensor({inner(v)})"
    return repr(v)


def spelled(rng, segments):
    """h0 and h[0] are the same name; digits and a bracket, as each comes."""
    return ".".join(n if i is None else f"{n}{i}" if rng.random() < 0.5 else f"{n}[{i}]" for n, i in segments)


def sum_of(m, parts):
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2 and m.rng.random() < 0.7:
        return m.binary("add", *parts)
    return m.op("total", parts, f"sum([{', '.join(p.text for p in parts)}])", parts[0].shape)


def begin(m, shape):
    """Inputs, and the first stream."""
    r = m.rng
    vectors, streams = [], []
    if shape == ("T", D):
        kinds = r.choice(["ids", "ids", "ids", "ids ids", "seq", "ids seq", "ids vec", "ids seq vec", "ids num", "seq vec num"]).split()
    elif shape:
        kinds = r.choice(["vec", "vec vec", "vec num", "vec vec num"]).split()
    else:
        kinds = ["num"] * r.randint(1, 3)
    for i, kind in enumerate(kinds):
        if kind == "ids":
            tokens = m.input(f"tokens{i}", ("T",), ids=True)
            table = m.weight(5, D)
            e = m.op("gather", [table, tokens], f"gather({table.text}, {tokens.text})", ("T", D))
            streams.append(m.plain([("embed", i if i else None)], e) if r.random() < 0.85 else e)
        elif kind == "seq":
            streams.append(m.input(f"s{i}", ("T", D)))
        elif kind == "vec":
            vectors.append(m.input(f"v{i}", (D,)))
        else:
            x = m.input(f"x{i}", ())
            vectors.append(m.binary("mul", x, m.weight(D)) if shape else x)
    if shape != ("T", D):
        streams, vectors = vectors, []
    x = sum_of(m, streams)
    if shape == ("T", D) and r.random() < 0.3:
        table = m.weight(4, D)
        x = m.binary("add", x, m.op("rows", [table], f"rows({table.text})", ("T", D)))
    return x, streams, vectors


def random_model(rng, name):
    m = Model(rng, name)
    shape = rng.choice([(), (D,), (D,), ("T", D), ("T", D), ("T", D)])
    x, streams, vectors = begin(m, shape)
    for l in range(rng.randint(3, 4)):
        for p, text in m.ports:
            p.text = text
        pool = [x] * 6 + streams + vectors + [p for p, _ in m.ports if p.shape == shape and rng.random() < 0.2]
        added = []
        for h in range(rng.choice([0, 1, 1, 2])):
            added.append(m.block([("a", l), ("h", h)], pool, shape))
        if not added or rng.random() < 0.5:
            x2 = sum_of(m, [x] + added) if added and rng.random() < 0.6 else x
            form = rng.random()
            segments = [("m", l)] if form < 0.8 else [("f" + "ghij"[l], None)]
            y = m.plain(segments, m.expression([x2] * 4 + pool, shape, 3)) if form > 0.1 else m.block([("b", l)], [x2], shape)
            added.append(y)
        x = sum_of(m, [x] + added) if rng.random() < 0.75 else sum_of(m, added)
        if rng.random() < 0.25:
            x = m.unary("tanh", x)
    final = m.expression([x] * 5 + streams[:1], shape, 2)
    final = m.binary("add", m.matmul(final, m.weight(D, D)) if shape else final, m.weight(D) if shape else m.number(1.25))
    c = m.component(("out", None))
    m.say(f"output out = {final.text}")
    m.out = c.node = m.named(final, visit=(c, None), text="out")
    return m, shape
