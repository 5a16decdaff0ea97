"""The same models as safetensors and as GGUF give the same logits: gguf.py PP

Small random models of oracle/cases are written as GGUF the way llama.cpp's convert_hf_to_gguf.py does it, with what it changes
in the tensors, and loaded from there."""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

from model_files import gguf, read_safetensors

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


def off(folder, path):
    """How far apart the logits of the two are, relative to their size."""
    pair = json.loads((folder.parent / "pairs.jsonl").read_text().splitlines()[0])
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
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    PP = sys.argv[1]
    main()
