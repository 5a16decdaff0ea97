#!/usr/bin/env python3
"""Writes induction.json and names.json beside this script: what torch gives on the models and pairs in examples/.

    python3 tests/oracle/shipped/make.py        needs torch; the tests read the files and need Python alone

In float64, each hypothesis written out by hand: which head reads what, with no machinery for paths.  The forward passes are
not those of the training scripts.  run_cases.py compares pp with the numbers."""
import json, math, pathlib, struct

import torch

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent.parent / "examples"
N_LOGITS = 6                                    # stored of each of the first pairs
N_SHOWN = 4


def load(folder):
    raw = (folder / "model.safetensors").read_bytes()
    n, = struct.unpack("<Q", raw[:8])
    head, data = json.loads(raw[8:8 + n]), raw[8 + n:]
    return {k: torch.frombuffer(bytearray(data[v["data_offsets"][0]:v["data_offsets"][1]]), dtype=torch.float32).double().view(v["shape"])
            for k, v in head.items() if k != "__metadata__"}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def attend(q, k, v, o):
    """(n, d_head) each -> (n, d_model)"""
    n = q.shape[0]
    scores = q @ k.T / math.sqrt(q.shape[1])
    return (scores + torch.full((n, n), -math.inf, dtype=torch.float64).triu(1)).softmax(-1) @ v @ o


def norm(x, w, b, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) / (x.var(-1, unbiased=False, keepdim=True) + eps).sqrt() * w + b


# ---- induction: two layers of attention ----

class Induction:
    def __init__(self):
        self.p = load(EXAMPLES / "models/induction")
        self.heads = self.p["blocks.0.attn.W_Q"].shape[0]

    def embed(self, ids):
        return self.p["embed.W_E"][torch.tensor(ids)]

    def head(self, l, h, q, k, v):
        """What head h of layer l writes when its queries, keys and values are read from these residual streams."""
        p, b = self.p, f"blocks.{l}."
        n = q.shape[0]
        read = lambda x: norm(x, p[b + "ln1.w"], p[b + "ln1.b"])
        at = p["pos_embed.W_pos"][:n]
        put = lambda x, name: x @ p[b + "attn.W_" + name][h] + p[b + "attn.b_" + name][h]
        return attend(put(read(q) + at, "Q"), put(read(k) + at, "K"), put(read(v), "V"), p[b + "attn.W_O"][h])

    def layer(self, l, x):
        return [self.head(l, h, x, x, x) for h in range(self.heads)]

    def bias(self, l):
        return self.p[f"blocks.{l}.attn.b_O"]

    def out(self, x):
        p = self.p
        return norm(x, p["ln_final.w"], p["ln_final.b"]) @ p["unembed.W_U"] + p["unembed.b_U"]

    def parts(self, ids):
        e = self.embed(ids)
        first = self.layer(0, e)
        x = e + sum(first) + self.bias(0)
        return e, first, x, self.layer(1, x)

    def logits(self, ids):
        e, first, x, second = self.parts(ids)
        return self.out(x + sum(second) + self.bias(1))

    def cases(self):
        some = [2, 3, 4, 6]

        def direct(r, c):
            return self.out(r[0] + sum(c[1]) + self.bias(0) + sum(c[3]) + self.bias(1))

        def refined(r, c):
            heads = [r[3][h] if h in some else c[3][h] for h in range(self.heads)]
            return self.out(r[0] + sum(c[1]) + self.bias(0) + sum(heads) + self.bias(1))

        def naive(r, c):
            own = r[0] + sum(c[1]) + self.bias(0)                                  # of the reference: embed alone
            keys = c[0] + r[1][0] + sum(c[1][1:]) + self.bias(0)                   # ... a0.h0 alone
            heads = [self.head(1, h, own, keys, own) if h in some else c[3][h] for h in range(self.heads)]
            return self.out(r[0] + sum(c[1]) + self.bias(0) + sum(heads) + self.bias(1))

        def previous(r, c):
            first = [r[1][0], *c[1][1:]]
            x = c[0] + sum(first) + self.bias(0)
            return self.out(x + sum(self.layer(1, x)) + self.bias(1))

        def end_only(r, c):
            heads = [r[3][h] if h in some else c[3][h] for h in range(self.heads)]
            x = c[2] + sum(heads) + self.bias(1)
            y = c[2] + sum(c[3]) + self.bias(1)
            y = y.clone()
            y[-1] = x[-1]
            return self.out(y)

        heads = "a1.h[2,3,4,6]"
        return [(["keep embed -> logits"], direct), (["keep embed -> logits", f"keep {heads}"], refined),
                (["keep embed -> logits", f"keep embed -> {heads}.{{q,v}} -> logits", f"keep embed -> a0.h0 -> {heads}.k -> logits"], naive),
                (["keep a0.h0"], previous), ([f"keep {heads}@END -> logits"], end_only)]


# ---- names: GPT-2's layout, three layers ----

class Names:
    def __init__(self):
        folder = EXAMPLES / "models/names"
        self.p = {k.removeprefix("transformer."): v for k, v in load(folder).items()}
        self.config = json.loads((folder / "config.json").read_text())
        self.vocab = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
        self.layers, self.heads, self.d = (self.config[k] for k in ("n_layer", "n_head", "n_embd"))

    def ids(self, text):
        import re
        return [self.vocab[w] for w in re.findall(r"\w+|[^\w\s]+", text)]

    def run(self, ids, keep=None, change=None):
        """Logits.  `keep` collects (name: value); `change` replaces values: name -> function of the value."""
        p, n, e = self.p, len(ids), self.d // self.heads
        def node(name, x):
            x = change[name](x) if change and name in change else x
            if keep is not None:
                keep[name] = x
            return x
        x = node("embed", p["wte.weight"][torch.tensor(ids)]) + p["wpe.weight"][:n]
        for l in range(self.layers):
            b = f"h.{l}."
            y = norm(x, p[b + "ln_1.weight"], p[b + "ln_1.bias"])
            qkv = y @ p[b + "attn.c_attn.weight"] + p[b + "attn.c_attn.bias"]
            for h in range(self.heads):
                q, k, v = (node(f"a{l}.h{h}.{s}", qkv[:, i * self.d + h * e:i * self.d + (h + 1) * e]) for i, s in enumerate("qkv"))
                x = x + node(f"a{l}.h{h}", attend(q, k, v, p[b + "attn.c_proj.weight"][h * e:(h + 1) * e]))
            x = x + p[b + "attn.c_proj.bias"]
            y = norm(x, p[b + "ln_2.weight"], p[b + "ln_2.bias"]) @ p[b + "mlp.c_fc.weight"] + p[b + "mlp.c_fc.bias"]
            y = 0.5 * y * (1 + torch.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y ** 3)))
            x = x + node(f"m{l}", y @ p[b + "mlp.c_proj.weight"] + p[b + "mlp.c_proj.bias"])
        x = node("final", x)
        return norm(x, p["ln_f.weight"], p["ln_f.bias"]) @ p["wte.weight"].T

    def logits(self, ids):
        return self.run(ids)

    def parts(self, ids):
        seen = {}
        self.run(ids, keep=seen)
        return ids, seen

    def cases(self):
        def patch(names, rows=None):
            """Everything that passes one of the nodes (in these rows) as in the reference."""
            def patched(r, c, pair):
                def put(name):
                    def f(x):
                        at = list(range(x.shape[0])) if rows is None else [i for role in rows for i in pair["positions"][role]]
                        x = x.clone()
                        x[at] = r[1][name][at]
                        return x
                    return f
                return self.run(c[0], change={name: put(name) for name in names})
            return patched

        def direct(r, c, pair):
            late = [f"a2.h{h}" for h in range(self.heads)]
            return self.run(c[0], change={"final": lambda x: x + sum(r[1][a] - c[1][a] for a in late)})

        movers = [f"a1.h{h}.v" for h in range(self.heads)]
        return [(["keep a2.h[*] -> logits"], direct), (["keep m0"], patch(["m0"])), (["keep a1.h[*].v@IO"], patch(movers, ["IO"])),
                (["keep a0.h0@S2"], patch(["a0.h0"], ["S2"])), (["keep a0.h2.q@S2"], patch(["a0.h2.q"], ["S2"])),
                (["keep embed@{S1,S2}"], patch(["embed"], ["S1", "S2"])),
                (["keep a2.h1.{q,k}"], patch(["a2.h1.q", "a2.h1.k"]))]


# ---- numbers ----

def kl(ref, x, pair):
    a, b = ref[-1].log_softmax(-1), x[-1].log_softmax(-1)
    return (a.exp() * (a - b)).sum().item()


def difference(ref, x, pair):
    of = lambda y: (y[-1, pair["answer"]] - y[-1, pair["foil"]]).item()
    return abs(of(ref) - of(x))


def write(name, model, pairs, metric, measure, call):
    rows, ate = [], []
    made = [(pair, model.parts(pair["ref"]), model.parts(pair["cf"]), model.logits(pair["ref"]), model.logits(pair["cf"])) for pair in pairs]
    ate = [measure(ref, cf, pair) for pair, _, _, ref, cf in made]
    short = lambda xs: [float(f"{x:.8g}") for x in xs]
    for rules, patched in model.cases():
        each = [measure(ref, call(patched, r, c, pair), pair) for pair, r, c, ref, cf in made]
        rows.append({"rules": rules, "metric": metric, "aue": sum(each) / len(each), "ate": sum(ate) / len(ate), "per_pair": short(each)})
    logits = [{"pair": i, "answer": ref[-1, pair["answer"]].item(), "last": short(ref[-1, :N_LOGITS].tolist())}
              for i, (pair, _, _, ref, _) in enumerate(made[:N_SHOWN])]
    text = json.dumps({"cases": rows, "logits": logits}, separators=(",", ":")).replace('{"rules"', '\n{"rules"').replace('{"pair"', '\n{"pair"')
    (HERE / f"{name}.json").write_text(text + "\n")


torch.set_num_threads(1)
induction, names = Induction(), Names()
write("induction", induction, lines(EXAMPLES / "data/repeats.jsonl"), "kl", kl, lambda f, r, c, pair: f(r, c))
ioi = lines(EXAMPLES / "data/ioi.jsonl")
for pair in ioi:
    pair["ref"], pair["cf"] = names.ids(pair["ref"]), names.ids(pair["cf"])
    pair["answer"], pair["foil"] = names.vocab[pair["answer"]], names.vocab[pair["foil"]]
write("names", names, ioi, "logit_diff", difference, lambda f, r, c, pair: f(r, c, pair))
