"""Makes cases/NAME for the architectures of stdlib/models: make_cases.py [NAME...]

Each is a small model with strong random weights, made by transformers (or TransformerLens 2, for names that begin with tl-), with
pairs and with what every hypothesis gives by reference.py.  Nothing is written unless the library's own logits are those of
reference.py.  Needs torch, transformers, safetensors, numpy, and transformer_lens < 3 for tl-; the tests need none of them."""
import json
import os
import pathlib
import shutil
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
import torch
import transformers as hf
from safetensors.torch import save_file

from path_rules import Rules
from reference import Patched, open_net, softmax

HERE, VOCAB, HEADS = pathlib.Path(__file__).parent, 40, 4
COMMON = dict(vocab_size=VOCAB, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=HEADS, num_key_value_heads=2,
              max_position_embeddings=32, bos_token_id=0, eos_token_id=1, pad_token_id=None, tie_word_embeddings=False)
LENS = dict(n_layers=2, d_model=16, d_head=4, n_heads=HEADS, d_mlp=24, n_ctx=16, d_vocab=VOCAB, act_fn="gelu_new", seed=1)


def rope(kind, theta=100.0, **more):
    return {"rope_type": kind, "rope_theta": theta} | more


MODELS = {
    "gpt-neo": (hf.GPTNeoConfig, dict(vocab_size=VOCAB, hidden_size=16, num_layers=2, num_heads=HEADS, intermediate_size=24, window_size=3,
                                      attention_types=[[["global", "local"], 1]], max_position_embeddings=16, bos_token_id=0, eos_token_id=1)),
    "neox-linear": (hf.GPTNeoXConfig, dict(vocab_size=VOCAB, hidden_size=32, intermediate_size=24, num_hidden_layers=2, num_attention_heads=HEADS,
                                           max_position_embeddings=16, use_parallel_residual=False, tie_word_embeddings=False, bos_token_id=0,
                                           rope_parameters=rope("linear", factor=2.0, partial_rotary_factor=0.5), eos_token_id=1)),
    "llama3": (hf.LlamaConfig, dict(head_dim=8, rope_parameters=rope("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                                                     original_max_position_embeddings=32))),
    "llama-linear": (hf.LlamaConfig, dict(attention_bias=True, mlp_bias=True, rope_parameters=rope("linear", factor=4.0))),
    "llama-yarn": (hf.LlamaConfig, dict(head_dim=16, rope_parameters=rope("yarn", 10000.0, factor=4.0, original_max_position_embeddings=8))),
    "smollm": (hf.LlamaConfig, dict(tie_word_embeddings=True, num_key_value_heads=1)),
    "smollm3": (hf.SmolLM3Config, dict(no_rope_layers=[1, 0])),
    "mistral": (hf.MistralConfig, dict(sliding_window=3, head_dim=8)),
    "qwen2-window": (hf.Qwen2Config, dict(use_sliding_window=True, sliding_window=3, max_window_layers=1)),
    "qwen3": (hf.Qwen3Config, dict(head_dim=8)),
    "gemma": (hf.GemmaConfig, dict(head_dim=8, tie_word_embeddings=True)),
    "gemma2": (hf.Gemma2Config, dict(head_dim=8, tie_word_embeddings=True, query_pre_attn_scalar=12, sliding_window=3, attn_logit_softcapping=3.0,
                                     final_logit_softcapping=5.0)),
    "olmo": (hf.OlmoConfig, dict(clip_qkv=1.0)),
    "olmo2": (hf.Olmo2Config, {}),
    "phi": (hf.PhiConfig, dict(hidden_size=32, num_key_value_heads=4, qk_layernorm=True)),
    "gpt2-bidirectional": (None, dict(n_layer=2, n_head=HEADS, n_embd=16, n_positions=8, n_inner=24, vocab_size=VOCAB, activation_function="relu",
                                      tie_word_embeddings=False, ext=dict(head_dim=5, d_vocab_out=VOCAB, normalization="none",
                                                                          attention_dir="bidirectional"))),
    "tl-ln": ("lens", dict(normalization_type="LN", use_local_attn=True, attn_types=["global", "local"], window_size=3)),
    "tl-lnpre": ("lens", dict(normalization_type="LNPre", positional_embedding_type="shortformer", act_fn="solu_ln",
                              scale_attn_by_inverse_layer_idx=True)),
    "tl-rms": ("lens", dict(normalization_type="RMS", positional_embedding_type="rotary", rotary_dim=4, gated_mlp=True, act_fn="silu",
                            n_key_value_heads=2, use_qk_norm=True)),
    "tl-rmspre": ("lens", dict(normalization_type="RMSPre", positional_embedding_type="rotary", rotary_dim=2, rotary_adjacent_pairs=True,
                               parallel_attn_mlp=True, use_normalization_before_and_after=True, attn_scores_soft_cap=3.0,
                               output_logits_soft_cap=5.0)),
    "tl-bidirectional": ("lens", dict(normalization_type=None, attention_dir="bidirectional", act_fn="relu", use_attn_scale=False)),
    "tl-attention-rms": ("lens", dict(normalization_type="RMS", attn_only=True)),
}

KEPT = ["embed -> logits", "a1.h0", "a0.h1 -> a1.h2.q", "a0.h1 -> a1.h2.k", "a0.h1 -> a1.h2.v", "a0.h3 .. logits",
        "(embed | a0.h1) -> a1.h[*].{k,v} -> logits", "within {embed, a0.h1, a1.h[*], logits}",
        "circuit {embed -> a0.h1, a0.h1 -> a1.h2.k, embed -> a1.h2, a1.h2 -> logits}", "a1.h3 and not a0.h[*]", "* -> a1.h1 -> logits"]
WITH_MLPS = ["(a0.h[*])? -> m0 -> a1.h1.k -> logits", "embed -> (m[*])+ -> logits", "(m0 or a0.h2) except a1.h[*].q",
             "within {embed, a0.h[0..2], m0, a1.h[*], m1, logits}", "circuit {embed -> m0, m0 -> a1.h2.v, embed -> a1.h3, a1.h2 -> logits, a1.h3 -> logits}"]
DROPPED = ["a1.h[1,2].{q,k}", "a1.h1.k", "a1.h0.v", "a0.h2 -> a1.h[2..4].v", "a0.h[*] .. a1.h[*]"]
DROPPED_WITH_MLPS = ["m0", "embed -> m1", "a1.h[*] -> logits"]
AT_ROWS = [["keep a1.h1.k@S -> logits"], ["keep a0.h1.v@S -> a1.h2.k@S"], ["keep all", "drop a0.h2@E -> a1.h[0..3].{k,v}"],
           ["keep all", "drop a1.h0.v@{S,E}"], ["keep embed@S", "drop a0.h1.q"], ["keep a1.h[2,3]@END"], ["keep all", "drop a0.h[*]@-2"]]


def cases_of(net):
    kept, dropped = KEPT + (WITH_MLPS if net.mlps else []), DROPPED + (DROPPED_WITH_MLPS if net.mlps else [])
    rules = [[]] + [["keep all"]] + [[f"keep {p}"] for p in kept] + [["keep all", f"drop {p}"] for p in dropped]
    out = [(r, ["kl", "logit_diff", "prob", "nll"][i % 4], "all" if i % 3 == 1 else "last") for i, r in enumerate(rules)]
    return out + [(r, "kl", "last") for r in AT_ROWS]


# ---- models

def strong(parameters, by_one, gain=1.8, conv=False):
    """Weights under which nothing is nearly linear.  by_one: norms that multiply by 1 + weight; gain: less where nothing norms;
    conv: weights are (in, out)."""
    g = torch.Generator().manual_seed(7)
    for name, p in parameters:
        norm = any(s in name for s in ("norm", "ln_", "ln1", "ln2", "ln_final", "mlp.ln."))
        if "embed" in name or "wte" in name or "wpe" in name:
            scale = 1.0
        elif norm or p.dim() < 2 or ".b_" in name:
            scale = 0.4
        else:
            scale = gain / p.shape[1 if p.dim() == 3 else 0 if "W_" in name or (conv and "lm_head" not in name) else -1] ** 0.5
        p.data = torch.randn(p.shape, generator=g) * scale
        if norm and name.endswith((".weight", ".w")) and not by_one:
            p.data += 1


def make_hf(config, folder):
    config._attn_implementation = "eager"
    m = hf.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval().float()
    strong(m.named_parameters(), isinstance(config, (hf.GemmaConfig, hf.Gemma2Config)))
    m.tie_weights()
    m.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    m = m.double()
    return lambda ids: m(torch.tensor([ids]), use_cache=False).logits[0].numpy()


def make_lens(config, folder):
    from transformer_lens import HookedTransformer, HookedTransformerConfig
    m = HookedTransformer(HookedTransformerConfig(**LENS | config))
    strong(m.named_parameters(), False, 1.8 if m.cfg.normalization_type else 0.5)
    save_file({k: v.contiguous() for k, v in m.state_dict().items() if not k.endswith(("mask", "IGNORE", "rotary_sin", "rotary_cos"))},
              folder / "model.safetensors")
    plain = {k: v for k, v in m.cfg.to_dict().items() if v is None or isinstance(v, (bool, int, float, str, list))}
    for k in ("device", "n_devices", "seed", "tokenizer_name", "n_params"):
        plain.pop(k, None)
    (folder / "config.json").write_text(json.dumps(plain, indent=1))
    m = HookedTransformer(HookedTransformerConfig(**LENS | config, dtype=torch.float64))
    from safetensors.torch import load_file
    m.load_state_dict({k: v.double() for k, v in load_file(folder / "model.safetensors").items()}, strict=False)
    return lambda ids: m(torch.tensor([ids]))[0].numpy()


def make_gpt2(config, folder):
    """No library has it: transformers' GPT-2 with what it has and config.ext has not made harmless."""
    d, size, wide = config["n_embd"], config["n_inner"], config["n_head"] * config["ext"]["head_dim"]
    shapes = {"transformer.wte.weight": [VOCAB, d], "transformer.wpe.weight": [config["n_positions"], d], "lm_head.weight": [VOCAB, d]}
    for l in range(config["n_layer"]):
        for name, dims in (("attn.c_attn", [d, 3 * wide]), ("attn.c_proj", [wide, d]), ("mlp.c_fc", [d, size]), ("mlp.c_proj", [size, d])):
            shapes |= {f"transformer.h.{l}.{name}.weight": dims, f"transformer.h.{l}.{name}.bias": dims[1:]}
    p = {k: torch.nn.Parameter(torch.empty(dims)) for k, dims in shapes.items()}
    strong(p.items(), False, 0.9, True)
    save_file({k: v.data.contiguous() for k, v in p.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2"} | config, indent=1))
    return None


def make(name, folder):
    kind, config = MODELS[name]
    if kind == "lens":
        return make_lens(config, folder)
    return make_hf(kind(**COMMON | config if "hidden_size" not in config or name == "phi" else config), folder) if kind else make_gpt2(config, folder)


# ---- pairs and numbers

def pairs_of(r):
    out = []
    for length in (5, 4, 6):
        ref, cf = (r.integers(2, VOCAB, length).tolist() for _ in range(2))
        s = int(r.integers(1, length - 1))
        answer, foil = r.choice(np.arange(2, VOCAB), 2, replace=False).tolist()
        out.append({"ref": ref, "cf": cf, "positions": {"S": [s], "E": [0, length - 2]}, "answer": answer, "foil": foil})
    return out


def metric(name, ref, patched, pair):
    """At each row of logits (rows, vocab)."""
    p, q = softmax(ref), softmax(patched)
    log_p, log_q = (x - x.max(-1, keepdims=True) - np.log(np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)) for x in (ref, patched))
    a, f = pair["answer"], pair["foil"]
    return {"kl": lambda: (p * (log_p - log_q)).sum(-1),
            "logit_diff": lambda: abs((ref[:, a] - ref[:, f]) - (patched[:, a] - patched[:, f])),
            "prob": lambda: abs(p[:, a] - q[:, a]),
            "nll": lambda: abs(log_p[:, a] - log_q[:, a])}[name]()


def whole(net, pair, side, done={}):
    """Logits of an input that no path patches."""
    key = (id(net), tuple(pair[side]))
    if key not in done:
        done[key] = Patched(net, {"ref": pair[side], "cf": pair[side]}, lambda path: side, False).logits(list(range(len(pair[side]))))
    return done[key]


def delta(net, pair, rules, name, where):
    """One pair's delta, its total effect, and how many paths are kept and in all."""
    length = len(pair["ref"])
    side = Rules(rules, pair["positions"], length)
    rows = list(range(length)) if where == "all" else [length - 1]
    ids = {"ref": pair["ref"], "cf": pair["cf"]}
    base = {s: whole(net, pair, s)[rows] for s in ("ref", "cf")}
    if side.positional:
        got = np.concatenate([Patched(net, ids, side.side, True).logits([row]) for row in rows])
    else:
        p = Patched(net, ids, side.side, False)
        got = p.logits(list(range(length)))[rows]
    kept = None if side.positional else p.count["ref"]
    return metric(name, base["ref"], got, pair).mean(), metric(name, base["ref"], base["cf"], pair).mean(), kept


def counted(net):
    p = Patched(net, {"ref": [0], "cf": [0]}, lambda path: "cf", False)
    p.logits([0])
    return p.count["cf"]


def number(x):
    return float(f"{x:.12g}")


def write(name):
    home = HERE / "cases" / name
    shutil.rmtree(home, ignore_errors=True)
    (home / "model").mkdir(parents=True)
    with torch.no_grad():
        logits, net = make(name, home / "model"), open_net(home / "model")
        pairs = pairs_of(np.random.default_rng(sum(name.encode())))
        for p in pairs:
            mine = whole(net, p, "ref")
            off = abs(mine - logits(p["ref"])).max() / abs(mine).max() if logits else 0
            assert off < 1e-5, f"{name}: the library's logits differ by {off}"     # its norms and scores stay in single precision
    total, cases = counted(net), []
    for rules, by, where in cases_of(net):
        numbers = [delta(net, p, rules, by, where) for p in pairs]
        aue, ate = (sum(x[i] for x in numbers) / len(numbers) for i in (0, 1))
        cases.append({"name": "; ".join(rules) or "nothing", "rules": rules, "metric": by, "positions": where, "aue": number(aue), "ate": number(ate),
                      "explained": number(1 - aue / ate), "per_pair": [number(x[0]) for x in numbers], "paths_total": str(total),
                      "paths_kept": None if numbers[0][2] is None else str(numbers[0][2])})
        assert numbers[0][2] is None or rules == [] or numbers[0][2] > 0, rules
    (home / "pairs.jsonl").write_text("".join(json.dumps(p) + "\n" for p in pairs))
    (home / "cases.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    print(f"{name}: {len(cases)} cases, {total} paths", flush=True)


for name in sys.argv[1:] or MODELS:
    write(name)
