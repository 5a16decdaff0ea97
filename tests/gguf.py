"""The same models as safetensors and as GGUF give the same logits: gguf.py PP

Small random models, those of oracle/cases and some made here, are written as GGUF the way llama.cpp's convert_hf_to_gguf.py does
it, with what it changes in the tensors, and loaded from there."""
import array
import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from model_files import gguf, read_safetensors, safetensors

CASES = pathlib.Path(__file__).resolve().parent / "oracle/cases"
F32, F16 = 0, 1
LLAMA = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output", "input_layernorm": "attn_norm",
         "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
GPT2 = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm", "lm_head": "output", "ln_1": "attn_norm", "attn.c_attn": "attn_qkv",
        "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
NEOX = {"gpt_neox.embed_in": "token_embd", "gpt_neox.final_layer_norm": "output_norm", "embed_out": "output", "input_layernorm": "attn_norm",
        "attention.query_key_value": "attn_qkv", "attention.dense": "attn_output", "post_attention_layernorm": "ffn_norm",
        "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down"}


def rows_of(shape, x):
    step = len(x) // shape[0]
    return [x[i * step:(i + 1) * step] for i in range(shape[0])]


def reordered(shape, x, order):
    rows = rows_of(shape, x)
    out = x[:0]
    for i in order:
        out += rows[i]
    return shape, out


def neighbours(heads, size):
    """Where llama.cpp takes its rows of q and k from: the halves of a head, one from each in turn."""
    e = size // heads
    return [h * e + j + half * e // 2 for h in range(heads) for j in range(e // 2) for half in (0, 1)]


def by_kind(heads, size):
    e = size // heads // 3
    return [h * 3 * e + kind * e + j for kind in range(3) for h in range(heads) for j in range(e)]


def transposed(shape, x):
    r, c = shape
    return [c, r], type(x)("f", [x[i * c + j] for j in range(c) for i in range(r)])


def convert(folder, kind=F32, more={}):
    c, tensors, out = json.loads((folder / "config.json").read_text()), read_safetensors(folder / "model.safetensors"), {}
    family = c["model_type"]
    names, prefixes = {"llama": (LLAMA, "model.layers."), "gpt2": (GPT2, "h."), "gpt_neox": (NEOX, "gpt_neox.layers.")}[family]
    for name, (shape, x) in tensors.items():
        name = name.removeprefix("transformer.")
        stem, end = name.rsplit(".", 1)
        layer, inside = "", stem
        if stem.startswith(prefixes):
            layer, inside = stem.removeprefix(prefixes).split(".", 1)
            layer = f"blk.{layer}."
        if inside not in names:
            continue                                 # masks that old files have
        if family == "llama" and names[inside] in ("attn_q", "attn_k"):
            heads = c["num_attention_heads"] if names[inside] == "attn_q" else c["num_key_value_heads"]
            shape, x = reordered(shape, x, neighbours(heads, shape[0]))
        if family == "gpt_neox" and inside == "attention.query_key_value":
            shape, x = reordered(shape, x, by_kind(c["num_attention_heads"], shape[0]))
        if family == "gpt2" and end == "weight" and inside.split(".")[-1] in ("c_attn", "c_proj", "c_fc"):
            shape, x = transposed(shape, x)
        half = kind == F16 and len(shape) == 2
        out[f"{layer}{names[inside]}.{end}"] = (F16 if half else F32, shape, struct.pack(f"<{len(x)}e", *x) if half else x.tobytes())
    return gguf(metadata(family, c), out | more, version=2 if kind == F16 else 3)


def metadata(family, c):
    if family == "gpt2":
        a, d = "gpt2", c["n_embd"]
        m = {"embedding_length": ("u32", d), "block_count": ("u32", c["n_layer"]), "context_length": ("u32", c["n_positions"]),
             "feed_forward_length": ("u32", c.get("n_inner") or 4 * d), "attention.head_count": ("u32", c["n_head"]),
             "attention.layer_norm_epsilon": ("f32", c.get("layer_norm_epsilon", 1e-5))}
    else:
        a, d, n = {"llama": "llama", "gpt_neox": "gptneox"}[family], c["hidden_size"], c["num_attention_heads"]
        rope = c.get("rope_parameters") or {}
        m = {"embedding_length": ("u32", d), "block_count": ("u32", c["num_hidden_layers"]), "context_length": ("u32", c["max_position_embeddings"]),
             "feed_forward_length": ("u32", c["intermediate_size"]), "attention.head_count": ("u32", n)}
        if family == "llama":
            m |= {"attention.head_count_kv": ("u32", c["num_key_value_heads"]), "attention.layer_norm_rms_epsilon": ("f32", c["rms_norm_eps"]),
                  "rope.freq_base": ("f32", c.get("rope_theta") or rope.get("rope_theta", 10000.0))}
        else:
            part = c.get("rotary_pct", rope.get("partial_rotary_factor", 0.25))
            m |= {"attention.layer_norm_epsilon": ("f32", c["layer_norm_eps"]), "rope.dimension_count": ("u32", int(d // n * part)),
                  "use_parallel_residual": c.get("use_parallel_residual", True)}
    return {"general.architecture": a, "general.name": "test", "tokenizer.ggml.tokens": [f"t{i}" for i in range(5000)]} | {f"{a}.{k}": v for k, v in m.items()}


def made(kind, r):
    """A random model of one more architecture: its config, its tensors, its names in GGUF, and what is said of it there."""
    d, n, kv, size, vocab, layers, e = 32, 4, 2, 48, 61, 2, 8
    attention = {"self_attn.q_proj": (n * e, d), "self_attn.k_proj": (kv * e, d), "self_attn.v_proj": (kv * e, d), "self_attn.o_proj": (d, n * e)}
    gated = {"mlp.gate_proj": (size, d), "mlp.up_proj": (size, d), "mlp.down_proj": (d, size)}
    norms = {"input_layernorm": (d,), "post_attention_layernorm": (d,)}
    outside = {"model.embed_tokens": (vocab, d), "model.norm": (d,), "lm_head": (vocab, d)}
    names, biased, extra = dict(LLAMA), [], {}
    c = {"model_type": kind, "hidden_size": d, "intermediate_size": size, "num_attention_heads": n, "num_key_value_heads": kv, "num_hidden_layers": layers,
         "max_position_embeddings": 16, "vocab_size": vocab, "rms_norm_eps": 1e-5, "rope_theta": 5000.0, "tie_word_embeddings": False, "hidden_act": "silu"}
    arch = kind
    if kind == "qwen2":
        biased = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]
    if kind == "qwen3":
        attention |= {"self_attn.q_norm": (e,), "self_attn.k_norm": (e,)}
        c["head_dim"], extra["attention.key_length"] = e, ("u32", e)
    if kind in ("gemma", "gemma2"):
        e = c["head_dim"] = 10
        attention = {"self_attn.q_proj": (n * e, d), "self_attn.k_proj": (kv * e, d), "self_attn.v_proj": (kv * e, d), "self_attn.o_proj": (d, n * e)}
        c |= {"hidden_act": "gelu_pytorch_tanh", "tie_word_embeddings": True}
        del outside["lm_head"]
        extra["attention.key_length"] = ("u32", e)
    if kind == "gemma2":
        norms |= {"pre_feedforward_layernorm": (d,), "post_feedforward_layernorm": (d,)}
        names |= {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm"}
        c |= {"attn_logit_softcapping": 20.0, "final_logit_softcapping": 3.0, "sliding_window": 3, "query_pre_attn_scalar": e}
        extra |= {"attn_logit_softcapping": ("f32", 20), "final_logit_softcapping": ("f32", 3), "attention.sliding_window": ("u32", 3)}
    if kind == "mistral":
        arch, c["sliding_window"], extra["attention.sliding_window"] = "llama", 3, ("u32", 3)
    if kind == "olmo":
        norms, c["clip_qkv"], extra["attention.clamp_kqv"] = {}, 0.8, ("f32", 0.8)
        del outside["model.norm"]
    if kind == "olmo2":
        norms = {"post_attention_layernorm": (d,), "post_feedforward_layernorm": (d,)}
        attention |= {"self_attn.q_norm": (n * e,), "self_attn.k_norm": (kv * e,)}
        names |= {"post_attention_layernorm": "post_attention_norm", "post_feedforward_layernorm": "post_ffw_norm"}
    if kind == "phi":
        arch, norms, gated = "phi2", {"input_layernorm": (d,)}, {"mlp.fc1": (size, d), "mlp.fc2": (d, size)}
        attention = {k: v for k, v in attention.items() if "o_proj" not in k} | {"self_attn.dense": (d, n * e)}
        outside = {"model.embed_tokens": (vocab, d), "model.final_layernorm": (d,), "lm_head": (vocab, d)}
        names |= {"self_attn.dense": "attn_output", "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down", "model.final_layernorm": "output_norm"}
        biased = [*norms, *attention, *gated, "model.final_layernorm", "lm_head"]
        c |= {"hidden_act": "gelu_new", "partial_rotary_factor": 0.5, "layer_norm_eps": 1e-5}
        extra |= {"rope.dimension_count": ("u32", e // 2), "attention.layer_norm_epsilon": ("f32", 1e-5)}
    if kind == "llama":
        c["rope_scaling"] = {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
    names |= {"self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm"}
    shapes = {**{k: (k, v) for k, v in outside.items()}}
    for l in range(layers):
        shapes |= {f"model.layers.{l}.{k}": (k, v) for k, v in (norms | attention | gated).items()}
    tensors = {}
    for name, (short, shape) in shapes.items():
        flat = len(shape) == 1
        middle = 1.0 if flat and not kind.startswith("gemma") else 0.0
        count = shape[0] * (1 if flat else shape[1])
        tensors[name + ".weight"] = (list(shape), array.array("f", (middle + r.gauss(0, 0.2) for _ in range(count))))
        if short in biased:
            tensors[name + ".bias"] = ([shape[0]], array.array("f", (r.gauss(0, 0.2) for _ in range(shape[0]))))
    said = {"embedding_length": ("u32", d), "block_count": ("u32", layers), "context_length": ("u32", 16), "feed_forward_length": ("u32", size),
            "attention.head_count": ("u32", n), "attention.head_count_kv": ("u32", kv), "attention.layer_norm_rms_epsilon": ("f32", 1e-5),
            "rope.freq_base": ("f32", 5000)} | extra
    return c, tensors, names, {"general.architecture": arch} | {f"{arch}.{k}": v for k, v in said.items()}


def converted(c, tensors, names, said):
    kind, out = c["model_type"], {}
    for name, (shape, x) in tensors.items():
        stem, end = name.rsplit(".", 1)
        layer, inside = "", stem
        if stem.startswith("model.layers."):
            layer, inside = stem.removeprefix("model.layers.").split(".", 1)
            layer = f"blk.{layer}."
        if kind in ("llama", "mistral", "smollm3", "olmo") and names[inside] in ("attn_q", "attn_k"):
            heads = c["num_attention_heads"] if names[inside] == "attn_q" else c["num_key_value_heads"]
            shape, x = reordered(shape, x, neighbours(heads, shape[0]))
        if kind.startswith("gemma") and len(shape) == 1:
            x = array.array("f", (v + 1 for v in x))
        out[f"{layer}{names[inside]}.{end}"] = (F32, shape, x.tobytes())
    if kind == "llama":                              # what each frequency is divided by
        p, n = c["rope_scaling"], c["hidden_size"] // c["num_attention_heads"]
        divisors = []
        for i in range(n // 2):
            wave = 2 * math.pi * c["rope_theta"] ** (2 * i / n)
            old, low, high = (p[k] for k in ("original_max_position_embeddings", "low_freq_factor", "high_freq_factor"))
            share = min(1, max(0, (old / wave - low) / (high - low)))
            divisors.append(1 / ((1 - share) / p["factor"] + share))
        out["rope_freqs.weight"] = (F32, [n // 2], struct.pack(f"<{n // 2}f", *divisors))
    return gguf(said, out)


# Keys that would change what is computed, and what is said of them.
ODD = [("attention.causal", False, "qwen2.attention.causal is false"), ("expert_count", ("u32", 4), "qwen2.expert_count is 4"), ("expert_count", ("u32", 0), None),
       ("rope.scaling.attn_factor", ("f32", 0.5), "qwen2.rope.scaling.attn_factor is 0.5"), ("rope.scaling.attn_factor", ("f32", 1), None),
       ("logit_scale", ("f32", 0.25), "logit_scale is 0.25"), ("attention.value_length", ("u32", 6), "attention.value_length is 6, but keys have 8 columns"),
       ("rope.dimension_count", ("u32", 4), "partial_rotary_factor is 0.5"), ("rope.dimension_count", ("u32", 8), None)]


def off(folder, path):
    """How far apart the logits of the two are, relative to their size."""
    pair = {"ref": [3, 1, 4, 1, 5, 9, 2, 6], "cf": [2, 7, 1, 8, 2, 8, 1, 8]}
    script = f'''model a = load("{folder}")
model b = load("{path}")
dataset da = pair({pair["ref"]}, {pair["cf"]}, for: a)
dataset db = pair({pair["ref"]}, {pair["cf"]}, for: b)
hypothesis ha on a {{ }}
hypothesis hb on b {{ }}
metric first(run) = run.logits[-1, 0]
metric last(run) = run.logits[-1, -1]
metric size(run) = max(abs(run.logits))
metric norm(run) = sum(square(run.logits))
evaluate ha on da by [first, last, norm, size]
evaluate hb on db by [first, last, norm, size]
'''
    r = subprocess.run([PP, "--json", "-e", script], capture_output=True, text=True, timeout=60)
    rows = [json.loads(line) for line in r.stdout.splitlines()]
    assert len(rows) == 8, r.stderr
    return max(abs(x["ref"] - y["ref"]) / max(1, abs(x["ref"])) for x, y in zip(rows[:4], rows[4:]))


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        for name in ("tiny-gpt2", "tiny-llama", "tiny-neox"):
            for kind, limit in ((F32, 1e-5), (F16, 5e-3)):
                folder = pathlib.Path(tmp) / f"{name}-{kind}"
                folder.mkdir()
                (folder / "model.gguf").write_bytes(convert(CASES / name / "model", kind))
                for path in (folder / "model.gguf", folder):      # a folder that holds one is as good
                    far = off(CASES / name / "model", path)
                    ok = far < limit and (kind == F32 or far > 0)
                    passed, failed = passed + ok, failed + (not ok)
                    if not ok:
                        print(f"FAIL {name} {path}: off by {far}")
        for kind in ("llama", "mistral", "smollm3", "qwen2", "qwen3", "gemma", "gemma2", "olmo", "olmo2", "phi"):
            folder = pathlib.Path(tmp) / kind
            folder.mkdir()
            c, tensors, names, said = made(kind, random.Random(kind))
            (folder / "config.json").write_text(json.dumps(c))
            (folder / "model.safetensors").write_bytes(safetensors({k: ("F32", shape, x.tobytes()) for k, (shape, x) in tensors.items()}))
            (folder / "other.gguf").write_bytes(converted(c, tensors, names, said))
            far = off(folder, folder / "other.gguf")
            passed, failed = passed + (far < 1e-5), failed + (far >= 1e-5)
            if far >= 1e-5:
                print(f"FAIL {kind}: off by {far}")
        for key, value, says in ODD:
            c, tensors, names, said = made("qwen2", random.Random(1))
            path = pathlib.Path(tmp) / "odd.gguf"
            path.write_bytes(converted(c, tensors, names, said | {f"qwen2.{key}": value}))
            r = subprocess.run([PP, "-e", f'load("{path}")'], capture_output=True, text=True, timeout=60)
            ok = says in r.stderr and r.returncode in (2, 3) if says else r.returncode == 0
            passed, failed = passed + ok, failed + (not ok)
            if not ok:
                print(f"FAIL {key} {value}: {r.stderr}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    PP = sys.argv[1]
    main()
