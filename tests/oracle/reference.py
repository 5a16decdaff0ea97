"""Architectures a second time, in float64 numpy: what a path-patched model gives, by literal recursion over its paths.

Nothing is shared with pp, and nothing with transformers or TransformerLens, whose logits make_cases.py holds this file to."""
import json
import math
import pathlib

import numpy as np
from safetensors.numpy import load_file


def layer_norm(x, w=None, b=None, eps=1e-5):
    y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps)
    return (y if w is None else y * w) + (0 if b is None else b)


def rms_norm(x, w=1.0, eps=1e-6):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * w


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


ERF = np.vectorize(math.erf)
ACT = {
    "gelu": lambda x: x * (1 + ERF(x / math.sqrt(2))) / 2,
    "gelu_new": lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "solu_ln": lambda x: x * softmax(x),
}
ACT["gelu_pytorch_tanh"] = ACT["gelu_new"]


def frequencies(n, base, p, context):
    """Of rotary positions, and by how much q and k are enlarged."""
    f = base ** (-np.arange(0, n, 2) / n)
    kind, factor = p.get("rope_type", "default"), p.get("factor")
    old = p.get("original_max_position_embeddings", context)
    if kind == "linear":
        return f / factor, 1.0
    if kind == "llama3":
        low, high = p["low_freq_factor"], p["high_freq_factor"]
        out = []
        for x in f:
            wave = 2 * math.pi / x
            smooth = (old / wave - low) / (high - low)
            out.append(x / factor if wave > old / low else x if wave < old / high else (1 - smooth) * x / factor + smooth * x)
        return np.array(out), 1.0
    if kind == "yarn":
        def place(turns):
            return n * math.log(old / (turns * 2 * math.pi)) / (2 * math.log(base))
        low, high = max(math.floor(place(p.get("beta_fast", 32))), 0), min(math.ceil(place(p.get("beta_slow", 1))), n - 1)
        ramp = np.clip((np.arange(n // 2) - low) / ((high - low) or 0.001), 0, 1)
        return f * (1 - ramp) + f / factor * ramp, 0.1 * math.log(factor) + 1
    assert kind in ("default", "dynamic"), kind
    return f, 1.0


def turn(x, rows, f, scale=1.0, pairs=False):
    """x (rows, e): its first 2 len(f) columns turned, the two halves of them or neighbours together."""
    n = len(f)
    angle = np.asarray(rows)[:, None] * f
    c, s = np.cos(angle) * scale, np.sin(angle) * scale
    out = x.copy()
    u, v = (x[:, 0:2 * n:2], x[:, 1:2 * n:2]) if pairs else (x[:, :n], x[:, n:2 * n])
    a, b = u * c - v * s, v * c + u * s
    if pairs:
        out[:, 0:2 * n:2], out[:, 1:2 * n:2] = a, b
    else:
        out[:, :n], out[:, n:2 * n] = a, b
    return out


class Net:
    """One model.  x is (rows, d) at the positions `rows`; subclasses say what the pieces are."""
    parallel = False
    causal = True
    mlps = True
    cap = None

    def __init__(self, folder):
        self.c = json.loads((pathlib.Path(folder) / "config.json").read_text())
        self.w = {k: v.astype(np.float64) for k, v in load_file(pathlib.Path(folder) / "model.safetensors").items()}
        self.rope = self.c.get("rope_parameters") or {}
        self.open()

    def turns(self, e, part=1.0):
        n = int(e * self.rope.get("partial_rotary_factor", part))
        self.f, self.f_scale = frequencies(n, self.rope.get("rope_theta", 10000.0), self.rope, self.c.get("max_position_embeddings"))

    def turned(self, x, rows):
        return turn(x, rows, self.f, self.f_scale)

    def linear(self, x, name):
        y = x @ self.w[name + ".weight"].T
        return y + self.w[name + ".bias"] if name + ".bias" in self.w else y

    def columns(self, x, name, h):
        """What head h gets of a projection for several heads."""
        return self.linear(x, name)[:, h * self.e:h * self.e + self.e]

    def position(self, rows):
        return 0.0

    def after_attention(self, l, y):
        return y

    def after_mlp(self, l, y):
        return y

    def window(self, l):
        return 0

    def visible(self, l, row, length):
        if not self.causal:
            return list(range(length))
        w = self.window(l)
        return [s for s in range(row + 1) if not w or s > row - w]

    def pattern(self, l, scores):
        s = scores / self.scale(l)
        return softmax(s if self.cap is None else self.cap * np.tanh(s / self.cap))

    def scale(self, l):
        return math.sqrt(self.e)

    def sizes(self, n, kv, layers, e):
        self.n_heads, self.kv, self.n_layers, self.e = n, kv or n, layers, e


class Llama(Net):
    def open(self):
        c = self.c
        n = c["num_attention_heads"]
        self.sizes(n, c.get("num_key_value_heads"), c["num_hidden_layers"], c.get("head_dim") or c["hidden_size"] // n)
        self.turns(self.e)
        self.types = c.get("layer_types") or ["sliding_attention" if c["model_type"] == "mistral" else "full_attention"] * self.n_layers

    def read(self, x, name):
        return rms_norm(x, self.w[name + ".weight"], self.c["rms_norm_eps"])

    def embed(self, ids):
        return self.w["model.embed_tokens.weight"][ids]

    def q(self, l, h, x, rows):
        return self.key_or_query(l, h, x, rows, "q")

    def k(self, l, h, x, rows):
        return self.key_or_query(l, h * self.kv // self.n_heads, x, rows, "k")

    def key_or_query(self, l, h, x, rows, letter):
        at = f"model.layers.{l}.self_attn.{letter}"
        y = self.columns(self.read(x, f"model.layers.{l}.input_layernorm"), at + "_proj", h)
        if at + "_norm.weight" in self.w:
            y = rms_norm(y, self.w[at + "_norm.weight"], self.c["rms_norm_eps"])
        return self.turned(y, rows) if self.c.get("no_rope_layers", [1] * 9)[l] else y

    def v(self, l, h, x, rows):
        return self.columns(self.read(x, f"model.layers.{l}.input_layernorm"), f"model.layers.{l}.self_attn.v_proj", h * self.kv // self.n_heads)

    def out(self, l, h, z):
        return z @ self.w[f"model.layers.{l}.self_attn.o_proj.weight"].T[h * self.e:h * self.e + self.e]

    def out_bias(self, l):
        return self.w.get(f"model.layers.{l}.self_attn.o_proj.bias", 0.0)

    def gated(self, l, x, act):
        b = f"model.layers.{l}.mlp."
        return self.linear(ACT[act](self.linear(x, b + "gate_proj")) * self.linear(x, b + "up_proj"), b + "down_proj")

    def mlp(self, l, x):
        return self.gated(l, self.read(x, f"model.layers.{l}.post_attention_layernorm"), "silu")

    def window(self, l):
        return self.c["sliding_window"] if self.types[l] == "sliding_attention" else 0

    def logits(self, x):
        tied = self.c["tie_word_embeddings"]
        return self.read(x, "model.norm") @ self.w["model.embed_tokens.weight" if tied else "lm_head.weight"].T


class Gemma(Llama):
    def read(self, x, name):
        return rms_norm(x, 1 + self.w[name + ".weight"], self.c["rms_norm_eps"])

    def embed(self, ids):
        return super().embed(ids) * math.sqrt(self.c["hidden_size"])

    def mlp(self, l, x):
        return self.gated(l, self.read(x, f"model.layers.{l}.post_attention_layernorm"), "gelu_new")

    def window(self, l):
        return 0


class Gemma2(Gemma):
    def open(self):
        super().open()
        self.cap = self.c["attn_logit_softcapping"]

    def scale(self, l):
        return math.sqrt(self.c["query_pre_attn_scalar"])

    def window(self, l):
        return 0 if l % 2 else self.c["sliding_window"]

    def after_attention(self, l, y):
        return self.read(y, f"model.layers.{l}.post_attention_layernorm")

    def mlp(self, l, x):
        return self.gated(l, self.read(x, f"model.layers.{l}.pre_feedforward_layernorm"), "gelu_new")

    def after_mlp(self, l, y):
        return self.read(y, f"model.layers.{l}.post_feedforward_layernorm")

    def logits(self, x):
        cap = self.c["final_logit_softcapping"]
        return cap * np.tanh(super().logits(x) / cap)


class Olmo(Llama):
    def read(self, x, name):
        return layer_norm(x)

    def columns(self, x, name, h):
        clip = self.c.get("clip_qkv") or np.inf
        return np.clip(super().columns(x, name, h), -clip, clip)


class Olmo2(Llama):
    def key_or_query(self, l, h, x, rows, letter):
        at = f"model.layers.{l}.self_attn.{letter}"
        y = rms_norm(self.linear(x, at + "_proj"), self.w[at + "_norm.weight"], self.c["rms_norm_eps"])
        return self.turned(y[:, h * self.e:h * self.e + self.e], rows)

    def v(self, l, h, x, rows):
        return self.columns(x, f"model.layers.{l}.self_attn.v_proj", h * self.kv // self.n_heads)

    def after_attention(self, l, y):
        return self.read(y, f"model.layers.{l}.post_attention_layernorm")

    def mlp(self, l, x):
        return self.gated(l, x, "silu")

    def after_mlp(self, l, y):
        return self.read(y, f"model.layers.{l}.post_feedforward_layernorm")


class Phi(Llama):
    parallel = True

    def open(self):
        super().open()
        self.turns(self.e, 0.5)

    def norm(self, x, name):
        return layer_norm(x, self.w[name + ".weight"], self.w[name + ".bias"], self.c["layer_norm_eps"])

    def read(self, x, name):
        return self.norm(x, name)

    def key_or_query(self, l, h, x, rows, letter):
        at = f"model.layers.{l}.self_attn.{letter}"
        y = self.columns(self.read(x, f"model.layers.{l}.input_layernorm"), at + "_proj", h)
        return self.turned(self.norm(y, at + "_layernorm") if self.c.get("qk_layernorm") else y, rows)

    def out(self, l, h, z):
        return z @ self.w[f"model.layers.{l}.self_attn.dense.weight"].T[h * self.e:h * self.e + self.e]

    def out_bias(self, l):
        return self.w[f"model.layers.{l}.self_attn.dense.bias"]

    def mlp(self, l, x):
        b = f"model.layers.{l}."
        return self.linear(ACT["gelu_new"](self.linear(self.read(x, b + "input_layernorm"), b + "mlp.fc1")), b + "mlp.fc2")

    def logits(self, x):
        return self.linear(self.norm(x, "model.final_layernorm"), "lm_head")


class Neo(Net):
    def open(self):
        c = self.c
        self.sizes(c["num_heads"], None, c["num_layers"], c["hidden_size"] // c["num_heads"])
        self.kinds = [k for kinds, times in c["attention_types"] for _ in range(times) for k in kinds]

    def b(self, l):
        return f"transformer.h.{l}."

    def read(self, x, name):
        return layer_norm(x, self.w[name + ".weight"], self.w[name + ".bias"], self.c["layer_norm_epsilon"])

    def embed(self, ids):
        return self.w["transformer.wte.weight"][ids]

    def position(self, rows):
        return self.w["transformer.wpe.weight"][rows]

    def part(self, l, h, x, letter):
        return self.columns(self.read(x, self.b(l) + "ln_1"), self.b(l) + f"attn.attention.{letter}_proj", h)

    def q(self, l, h, x, rows):
        return self.part(l, h, x, "q")

    def k(self, l, h, x, rows):
        return self.part(l, h, x, "k")

    def v(self, l, h, x, rows):
        return self.part(l, h, x, "v")

    def scale(self, l):
        return 1.0

    def window(self, l):
        return self.c["window_size"] if self.kinds[l] == "local" else 0

    def out(self, l, h, z):
        return z @ self.w[self.b(l) + "attn.attention.out_proj.weight"].T[h * self.e:h * self.e + self.e]

    def out_bias(self, l):
        return self.w[self.b(l) + "attn.attention.out_proj.bias"]

    def mlp(self, l, x):
        return self.linear(ACT["gelu_new"](self.linear(self.read(x, self.b(l) + "ln_2"), self.b(l) + "mlp.c_fc")), self.b(l) + "mlp.c_proj")

    def logits(self, x):
        return self.read(x, "transformer.ln_f") @ self.w["transformer.wte.weight"].T


class Gpt2(Net):
    """GPT-2 layout as tracr's compiled models use it: no norms, heads of any size, bidirectional."""
    causal = False

    def open(self):
        c = self.c
        self.sizes(c["n_head"], None, c["n_layer"], c["ext"]["head_dim"])

    def conv(self, x, name):
        return x @ self.w[name + ".weight"] + self.w[name + ".bias"]

    def embed(self, ids):
        return self.w["transformer.wte.weight"][ids]

    def position(self, rows):
        return self.w["transformer.wpe.weight"][rows]

    def part(self, l, h, x, kind):
        at = (kind * self.n_heads + h) * self.e
        return self.conv(x, f"transformer.h.{l}.attn.c_attn")[:, at:at + self.e]

    def q(self, l, h, x, rows):
        return self.part(l, h, x, 0)

    def k(self, l, h, x, rows):
        return self.part(l, h, x, 1)

    def v(self, l, h, x, rows):
        return self.part(l, h, x, 2)

    def out(self, l, h, z):
        return z @ self.w[f"transformer.h.{l}.attn.c_proj.weight"][h * self.e:h * self.e + self.e]

    def out_bias(self, l):
        return self.w[f"transformer.h.{l}.attn.c_proj.bias"]

    def mlp(self, l, x):
        b = f"transformer.h.{l}.mlp."
        return self.conv(ACT["relu"](self.conv(x, b + "c_fc")), b + "c_proj")

    def logits(self, x):
        return self.linear(x, "lm_head")


class NeoX(Net):
    def open(self):
        c = self.c
        n = c["num_attention_heads"]
        self.sizes(n, None, c["num_hidden_layers"], c["hidden_size"] // n)
        self.parallel = c["use_parallel_residual"]
        self.turns(self.e, 0.25)

    def b(self, l):
        return f"gpt_neox.layers.{l}."

    def read(self, x, name):
        return layer_norm(x, self.w[name + ".weight"], self.w[name + ".bias"], self.c["layer_norm_eps"])

    def embed(self, ids):
        return self.w["gpt_neox.embed_in.weight"][ids]

    def part(self, l, h, x, kind):
        y = self.linear(self.read(x, self.b(l) + "input_layernorm"), self.b(l) + "attention.query_key_value")
        at = (3 * h + kind) * self.e
        return y[:, at:at + self.e]

    def q(self, l, h, x, rows):
        return self.turned(self.part(l, h, x, 0), rows)

    def k(self, l, h, x, rows):
        return self.turned(self.part(l, h, x, 1), rows)

    def v(self, l, h, x, rows):
        return self.part(l, h, x, 2)

    def out(self, l, h, z):
        return z @ self.w[self.b(l) + "attention.dense.weight"].T[h * self.e:h * self.e + self.e]

    def out_bias(self, l):
        return self.w[self.b(l) + "attention.dense.bias"]

    def mlp(self, l, x):
        y = self.linear(self.read(x, self.b(l) + "post_attention_layernorm"), self.b(l) + "mlp.dense_h_to_4h")
        return self.linear(ACT["gelu"](y), self.b(l) + "mlp.dense_4h_to_h")

    def logits(self, x):
        return self.read(x, "gpt_neox.final_layer_norm") @ self.w["embed_out.weight"].T


class Lens(Net):
    """TransformerLens."""

    def open(self):
        c = self.c
        self.sizes(c["n_heads"], c.get("n_key_value_heads"), c["n_layers"], c["d_head"])
        self.parallel, self.mlps, self.causal = c["parallel_attn_mlp"], not c["attn_only"], c["attention_dir"] == "causal"
        self.norm, self.where = c["normalization_type"], c["positional_embedding_type"]
        self.cap = c["attn_scores_soft_cap"] if c["attn_scores_soft_cap"] > 0 else None
        if self.where == "rotary":
            self.f = c["rotary_base"] ** (-np.arange(0, c["rotary_dim"], 2) / c["rotary_dim"])

    def normed(self, x, name, kind):
        eps = self.c["eps"]
        if kind == "LN":
            return layer_norm(x, self.w[name + ".w"], self.w[name + ".b"], eps)
        if kind == "RMS":
            return rms_norm(x, self.w[name + ".w"], eps)
        return {"LNPre": lambda: layer_norm(x, eps=eps), "RMSPre": lambda: rms_norm(x, eps=eps), None: lambda: x}[kind]()

    def read(self, x, name):
        return self.normed(x, name, self.norm)

    def embed(self, ids):
        return self.w["embed.W_E"][ids]

    def position(self, rows):
        return self.w["pos_embed.W_pos"][rows] if self.where == "standard" else 0.0

    def part(self, l, h, x, rows, letter):
        b = f"blocks.{l}."
        r = self.read(x, b + "ln1")
        if self.where == "shortformer" and letter != "V":
            r = r + self.w["pos_embed.W_pos"][rows]
        shared = letter != "Q" and self.kv < self.n_heads
        mark, g = ("_", h * self.kv // self.n_heads) if shared else ("", h)
        y = r @ self.w[f"{b}attn.{mark}W_{letter}"][g] + self.w[f"{b}attn.{mark}b_{letter}"][g]
        if letter != "V" and self.c["use_qk_norm"]:
            y = rms_norm(y, self.w[f"{b}attn.{letter.lower()}_norm.w"], self.c["eps"])
        return turn(y, rows, self.f, 1.0, self.c["rotary_adjacent_pairs"]) if letter != "V" and self.where == "rotary" else y

    def q(self, l, h, x, rows):
        return self.part(l, h, x, rows, "Q")

    def k(self, l, h, x, rows):
        return self.part(l, h, x, rows, "K")

    def v(self, l, h, x, rows):
        return self.part(l, h, x, rows, "V")

    def scale(self, l):
        return (math.sqrt(self.e) if self.c["use_attn_scale"] else 1.0) * (l + 1 if self.c["scale_attn_by_inverse_layer_idx"] else 1)

    def window(self, l):
        return self.c["window_size"] if self.c["use_local_attn"] and self.c["attn_types"][l] == "local" else 0

    def out(self, l, h, z):
        return z @ self.w[f"blocks.{l}.attn.W_O"][h]

    def out_bias(self, l):
        return self.w[f"blocks.{l}.attn.b_O"]

    def after(self, y, name):
        return rms_norm(y, self.w[name + ".w"], self.c["eps"]) if self.c["use_normalization_before_and_after"] else y

    def after_attention(self, l, y):
        return self.after(y, f"blocks.{l}.ln1_post")

    def after_mlp(self, l, y):
        return self.after(y, f"blocks.{l}.ln2_post")

    def mlp(self, l, x):
        b, act = f"blocks.{l}.mlp.", ACT[self.c["act_fn"]]
        y = self.read(x, f"blocks.{l}.ln2")
        if self.c["gated_mlp"]:
            y = act(y @ self.w[b + "W_gate"]) * (y @ self.w[b + "W_in"]) + self.w[b + "b_in"]
        else:
            y = act(y @ self.w[b + "W_in"] + self.w[b + "b_in"])
        if self.c["act_fn"] == "solu_ln":
            y = self.normed(y, b + "ln", "LN" if self.norm == "LN" else "LNPre")
        return y @ self.w[b + "W_out"] + self.w[b + "b_out"]

    def logits(self, x):
        y = self.read(x, "ln_final") @ self.w["unembed.W_U"] + self.w["unembed.b_U"]
        cap = self.c["output_logits_soft_cap"]
        return cap * np.tanh(y / cap) if cap > 0 else y


NETS = {"llama": Llama, "mistral": Llama, "qwen2": Llama, "qwen3": Llama, "smollm3": Llama, "gemma": Gemma, "gemma2": Gemma2,
        "olmo": Olmo, "olmo2": Olmo2, "phi": Phi, "gpt_neo": Neo, "gpt_neox": NeoX, "gpt2": Gpt2, None: Lens}


def open_net(folder):
    c = json.loads((pathlib.Path(folder) / "config.json").read_text())
    return NETS[c.get("model_type")](folder)


class Patched:
    """The treeified model: every path has its own copy of the input, fed what side(path) says.

    Without positions a copy is computed for all rows at once.  With them, for one row at a time: `rows` has one element."""

    def __init__(self, net, ids, side, positional):
        self.net, self.ids, self.side, self.positional = net, ids, side, positional
        self.length = len(ids["ref"])
        self.count = {"ref": 0, "cf": 0}

    def visit(self, name, source, row):
        return f"{name}@{source[0]}>{row[0]};" if self.positional else name + ";"

    def logits(self, rows):
        return self.net.logits(self.stream(self.net.n_layers, rows, self.visit("logits", rows, rows)))

    def stream(self, layer, rows, after):
        """The residual stream below a layer, as those read it whose paths go on with `after`."""
        n = self.net
        if layer == 0:
            side = self.side(self.visit("embed", rows, rows) + after)
            self.count[side] += 1
            return n.embed(np.asarray(self.ids[side])[rows]) + n.position(rows)
        l = layer - 1
        x = self.stream(l, rows, after)
        heads = sum(self.head(l, h, rows, after) for h in range(n.n_heads)) + n.out_bias(l)
        mid = x + n.after_attention(l, heads)
        if not n.mlps:
            return mid
        below = self.visit(f"m{l}", rows, rows) + after
        y = self.stream(l, rows, below) if n.parallel else self.middle(l, rows, below)
        return mid + n.after_mlp(l, n.mlp(l, y))

    def middle(self, l, rows, after):
        n = self.net
        heads = sum(self.head(l, h, rows, after) for h in range(n.n_heads)) + n.out_bias(l)
        return self.stream(l, rows, after) + n.after_attention(l, heads)

    def head(self, l, h, rows, after):
        n, name = self.net, f"a{l}.h{h}."
        q = n.q(l, h, self.stream(l, rows, self.visit(name + "q", rows, rows) + after), rows)
        if self.positional:
            seen = n.visible(l, rows[0], self.length)
            k, v = (np.concatenate([make(l, h, self.stream(l, [s], self.visit(name + port, [s], rows) + after), [s]) for s in seen])
                    for port, make in (("k", n.k), ("v", n.v)))
            return n.out(l, h, n.pattern(l, q @ k.T) @ v)
        k, v = (make(l, h, self.stream(l, rows, self.visit(name + port, rows, rows) + after), rows) for port, make in (("k", n.k), ("v", n.v)))
        scores = q @ k.T
        out = []
        for i, row in enumerate(rows):
            seen = n.visible(l, row, self.length)
            out.append(n.pattern(l, scores[i:i + 1, seen]) @ v[seen])
        return n.out(l, h, np.concatenate(out))
