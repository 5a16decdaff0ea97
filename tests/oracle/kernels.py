"""Operations of a model graph in float64 on nested lists: a number, a list of numbers, a list of rows."""
import math


def each(f):
    def on(x):
        return [on(v) for v in x] if isinstance(x, list) else f(x)
    return on


def depth(x):
    n = 0
    while isinstance(x, list):
        x, n = x[0], n + 1
    return n


def pairwise(f):
    """Element by element; what has fewer axes repeats along the leading ones."""
    def on(a, b, da, db):
        if da == db:
            return [on(x, y, da - 1, db - 1) for x, y in zip(a, b, strict=True)] if da else f(a, b)
        return [on(x, b, da - 1, db) for x in a] if da > db else [on(a, y, da, db - 1) for y in b]
    return lambda a, b: on(a, b, depth(a), depth(b))


def by_row(f):
    """f takes a list of numbers: the last axis."""
    def on(x, *more, **attr):
        return [on(v, *more, **attr) for v in x] if isinstance(x[0], list) else f(x, *more, **attr)
    return on


def matmul(a, b):
    if isinstance(a[0], list):
        return [matmul(row, b) for row in a]
    return [sum(x * row[j] for x, row in zip(a, b, strict=True)) for j in range(len(b[0]))]


def transpose(x):
    return [list(column) for column in zip(*x)]


def softmax(x):
    top = max(x)
    e = [math.exp(v - top) for v in x]
    total = sum(e)
    return [v / total for v in e]


def log_softmax(x):
    top = max(x)
    total = top + math.log(sum(math.exp(v - top) for v in x))
    return [v - total for v in x]


def causal(x, window=0):
    return [[-math.inf if c > r or (window and c <= r - window) else v for c, v in enumerate(row)] for r, row in enumerate(x)]


def layer_norm(x, weight=None, bias=None, eps=1e-5):
    mean = sum(x) / len(x)
    scale = 1 / math.sqrt(sum((v - mean) ** 2 for v in x) / len(x) + eps)
    return [(v - mean) * scale * (weight[i] if weight else 1) + (bias[i] if bias else 0) for i, v in enumerate(x)]


def rms_norm(x, weight=None, eps=1e-6, offset=0):
    scale = 1 / math.sqrt(sum(v * v for v in x) / len(x) + eps)
    return [v * scale * (weight[i] + offset if weight else 1) for i, v in enumerate(x)]


def center(x):
    mean = sum(x) / len(x)
    return [v - mean for v in x]


def norm_scale(x, eps=1e-5, centered=True):
    mean = sum(x) / len(x) if centered else 0
    return [1 / math.sqrt(sum((v - mean) ** 2 for v in x) / len(x) + eps)]


def rotary(x, frequencies=None, base=10000, dims=0, interleaved=False, scale=1):
    turned = dims or len(x[0])
    half, out = turned // 2, []
    for t, row in enumerate(x):
        row = list(row)
        for i in range(half):
            angle = t * (frequencies[i] if frequencies else base ** (-2 * i / turned))
            p, q = (2 * i, 2 * i + 1) if interleaved else (i, i + half)
            u, v = row[p], row[q]
            row[p] = scale * (u * math.cos(angle) - v * math.sin(angle))
            row[q] = scale * (v * math.cos(angle) + u * math.sin(angle))
        out.append(row)
    return out


def total(first, *more):
    for x in more:
        first = pairwise(lambda a, b: a + b)(first, x)
    return first


def concat(*parts):
    return [concat(*rows) for rows in zip(*parts)] if isinstance(parts[0][0], list) else [v for p in parts for v in p]


def part(x, axis, start, stop):
    return x[start:stop] if axis == 0 else [part(row, axis - 1, start, stop) for row in x]


KERNEL = {
    "add": pairwise(lambda a, b: a + b), "sub": pairwise(lambda a, b: a - b), "mul": pairwise(lambda a, b: a * b),
    "div": pairwise(lambda a, b: a / b), "pow": pairwise(lambda a, b: a ** b),
    "minimum": pairwise(min), "maximum": pairwise(max), "total": total,
    "neg": each(lambda x: -x), "exp": each(math.exp), "log": each(math.log), "sqrt": each(math.sqrt), "abs": each(abs), "tanh": each(math.tanh),
    "sigmoid": each(lambda x: 1 / (1 + math.exp(-x))), "relu": each(lambda x: max(x, 0.0)),
    "gelu": each(lambda x: x / 2 * (1 + math.erf(x / math.sqrt(2)))),
    "gelu_tanh": each(lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))),
    "silu": each(lambda x: x / (1 + math.exp(-x))), "square": each(lambda x: x * x), "sin": each(math.sin), "cos": each(math.cos),
    "erf": each(math.erf), "sign": each(lambda x: (x > 0) - (x < 0)),
    "matmul": matmul, "transpose": transpose, "softmax": by_row(softmax), "log_softmax": by_row(log_softmax), "causal": causal,
    "layer_norm": by_row(layer_norm), "rms_norm": by_row(rms_norm), "rotary": rotary, "center": by_row(center), "norm_scale": by_row(norm_scale),
    "sum": by_row(sum), "mean": by_row(lambda x: sum(x) / len(x)), "max": by_row(max), "min": by_row(min),
    "concat": concat, "slice": part, "pick": lambda x, row: x[row],
    "gather": lambda table, ids: [table[i] for i in ids],
    "rows": None,                                # expand.py: it needs the number of tokens
}
