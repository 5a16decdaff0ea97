"""A config that cannot be right is refused in a sentence that names the file and the field; fields left out are what the
library puts there: configs.py PP

Takes the small models of cases/, changes a field of config.json, and loads them."""
import json
import pathlib
import subprocess
import sys
import tempfile

PP, CASES = sys.argv[1], pathlib.Path(__file__).parent / "cases"
GONE = object()
# model, fields, what the message says
WRONG = [
    ("tiny-llama", {"hidden_size": GONE}, "has no hidden_size"),
    ("tiny-llama", {"hidden_size": "48"}, 'hidden_size is "48", but has to be a whole number above 0'),
    ("tiny-llama", {"hidden_size": None}, "hidden_size is null"),
    ("tiny-llama", {"hidden_size": -3}, "hidden_size is -3"),
    ("tiny-llama", {"hidden_size": 1e300}, "columns of a head cannot be turned"),
    ("tiny-llama", {"num_attention_heads": 0}, "num_attention_heads is 0"),
    ("tiny-llama", {"num_attention_heads": 2.5}, "num_attention_heads is 2.5"),
    ("tiny-llama", {"num_key_value_heads": 3}, "num_attention_heads (4) is no multiple of num_key_value_heads (3)"),
    ("tiny-llama", {"num_hidden_layers": 1000000}, "there is no tensor 'model.layers.2.self_attn.o_proj.weight'"),
    ("tiny-llama", {"vocab_size": 7}, "in the file, but config.json asks for (7, "),
    ("tiny-llama", {"hidden_act": "mish"}, 'hidden_act is "mish", but has to be one of gelu'),
    ("tiny-llama", {"hidden_act": ["silu"]}, "hidden_act is"),
    ("tiny-llama", {"rms_norm_eps": "small"}, 'rms_norm_eps is "small"'),
    ("tiny-llama", {"tie_word_embeddings": "no"}, 'tie_word_embeddings is "no", but has to be true or false'),
    ("tiny-llama", {"rope_theta": [1]}, "rope_theta is"),
    ("tiny-llama", {"rope_scaling": {"type": "longrope"}}, 'rope_type is "longrope", but has to be one of default, linear, dynamic, llama3, yarn'),
    ("tiny-llama", {"rope_scaling": {"rope_type": "linear"}}, "rope_scaling has no factor"),
    ("tiny-llama", {"rope_scaling": {"rope_type": "llama3", "factor": 8}}, "rope_scaling has no low_freq_factor"),
    ("tiny-llama", {"rope_scaling": {"rope_type": "yarn", "factor": "4"}}, 'factor is "4"'),
    ("tiny-llama", {"rope_scaling": "yarn"}, 'rope_scaling is "yarn", but has to be a record'),
    ("tiny-llama", {"rope_scaling": {"rope_type": "dynamic", "factor": 2}, "max_position_embeddings": GONE}, "has no max_position_embeddings"),
    ("tiny-llama", {"rope_parameters": {"partial_rotary_factor": 5}}, "partial_rotary_factor is 5, but has to be 1"),
    ("tiny-llama", {"partial_rotary_factor": 0.5}, "partial_rotary_factor is 0.5, but has to be 1: this architecture turns whole heads"),
    ("tiny-llama", {"rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2}}}, "has a record for full_attention"),
    ("tiny-llama", {"is_causal": False}, "is_causal is false, but has to be true"),
    ("tiny-llama", {"quantization_config": {"quant_method": "gptq", "bits": 4}}, "its weights are quantised (quantization_config: gptq)"),
    ("tiny-llama", {"attention_bias": True}, "there is no tensor 'model.layers.0.self_attn.q_proj.bias'"),
    ("tiny-llama", {"model_type": "mistral", "sliding_window": None}, None),
    ("tiny-llama", {"rope_parameters": {"rope_theta": 10000, "partial_rotary_factor": "half"}}, 'partial_rotary_factor is "half"'),
    ("tiny-llama", {"model_type": "lama"}, 'the model_type "lama"'),
    ("tiny-llama", {"model_type": 3}, "has no model_type"),
    ("tiny-llama", {"model_type": "mistral", "sliding_window": -4}, "sliding_window is -4"),
    ("tiny-llama", {"model_type": "qwen3", "head_dim": 8}, "there is no tensor 'model.layers.0.self_attn.q_norm.weight'"),
    ("tiny-llama", {"model_type": "qwen2"}, "there is no tensor 'model.layers.0.self_attn.q_proj.bias'"),
    ("tiny-llama", {"model_type": "mistral", "sliding_window": 4, "layer_types": ["full_attention"], "num_hidden_layers": 1}, None),
    ("qwen2-window", {"layer_types": ["full_attention"]}, "layer_types is about 1 layers, but num_hidden_layers is 2"),
    ("qwen2-window", {"layer_types": ["full_attention", "linear_attention"]}, 'layer_types is "linear_attention"'),
    ("qwen2-window", {"layer_types": "full_attention"}, "layer_types is"),
    ("qwen2-window", {"use_sliding_window": GONE}, "layer_types has sliding_attention, but use_sliding_window is false"),
    ("smollm3", {"layer_types": ["full_attention", "sliding_attention"], "sliding_window": GONE}, "has no sliding_window"),
    ("gemma2", {"sliding_window": None}, "sliding_window is null"),
    ("gemma", {"hidden_activation": "relu"}, "hidden_act and hidden_activation differ"),
    ("neox-linear", {"is_causal": False}, "is_causal is false"),
    ("smollm3", {"no_rope_layers": [1]}, "no_rope_layers is about 1 layers, but num_hidden_layers is 2"),
    ("gemma2", {"attn_logit_softcapping": "high"}, 'attn_logit_softcapping is "high"'),
    ("gemma2", {"head_dim": 6}, "in the file, but config.json asks for"),
    ("gemma2", {"query_pre_attn_scalar": 0}, "query_pre_attn_scalar is 0"),
    ("gemma2", {"use_bidirectional_attention": True}, "use_bidirectional_attention is true, but has to be false"),
    ("gpt-neo", {"attention_types": [[["global", "local"], 2]]}, "attention_types is about 4 layers, but num_layers is 2"),
    ("gpt-neo", {"attention_types": [[["global", "linear"], 1]]}, 'attention_types is "linear"'),
    ("gpt-neo", {"attention_types": "global"}, "attention_types is"),
    ("gpt-neo", {"attention_types": [["global"]]}, "attention_types is"),
    ("gpt-neo", {"num_heads": 3}, "hidden_size (16) is no multiple of num_heads (3)"),
    ("tiny-gpt2", {"n_head": 5}, "n_embd (32) is no multiple of n_head (5)"),
    ("tiny-gpt2", {"activation_function": "tanhh"}, "activation_function is"),
    ("gpt2-bidirectional", {"ext": {"head_dim": 5, "attention_dir": "backwards"}}, 'attention_dir is "backwards"'),
    ("gpt2-bidirectional", {"ext": 3}, "ext is 3, but has to be a record"),
    ("tiny-neox", {"rotary_pct": 0.2}, "3 of the 16 columns of a head cannot be turned"),
    ("olmo", {"clip_qkv": -1}, "clip_qkv is -1"),
    ("tl-ln", {"positional_embedding_type": "alibi"}, 'positional_embedding_type is "alibi"'),
    ("tl-ln", {"normalization_type": "BatchNorm"}, 'normalization_type is "BatchNorm"'),
    ("tl-ln", {"act_fn": None, "act": 4}, "act_fn is 4"),
    ("tl-ln", {"num_experts": 4}, "num_experts"),
    ("tl-ln", {"attn_types": ["global"]}, "attn_types is about 1 layers, but n_layers is 2"),
    ("tl-rms", {"rotary_dim": 40}, "40 of the 4 columns of a head cannot be turned"),
    ("tl-rms", {"rotary_base_local": 50}, "rotary_base_local asks for what transformer_lens.pp does not know"),
    ("tl-rms", {"act_fn": "solu_ln"}, "which has no gate"),
    ("tl-ln", {"d_model": GONE}, "has no model_type"),
]
# model, two changes that mean the same: a field left out and what the library puts there, or two ways to say a thing
SAME = [
    ("gemma2", {"attn_logit_softcapping": GONE, "final_logit_softcapping": GONE}, {"attn_logit_softcapping": 50, "final_logit_softcapping": 30}),
    ("gemma2", {"query_pre_attn_scalar": GONE}, {"query_pre_attn_scalar": 256}),
    ("gemma2", {"sliding_window": GONE}, {"sliding_window": 4096}),
    ("gemma2", {"hidden_act": "relu"}, {}),
    ("gemma", {"hidden_act": "gelu"}, {"hidden_act": "gelu_pytorch_tanh"}),
    ("smollm3", {"rope_parameters": GONE, "no_rope_layers": [1, 1]}, {"rope_parameters": GONE, "rope_theta": 2e6, "no_rope_layers": [1, 1]}),
    ("smollm3", {"use_sliding_window": True, "sliding_window": 2, "layer_types": GONE},
     {"use_sliding_window": True, "sliding_window": 2, "layer_types": ["full_attention", "sliding_attention"]}),
    ("smollm3", {"use_sliding_window": True, "layer_types": GONE}, {}),
    ("qwen2-window", {"layer_types": GONE, "max_window_layers": 0}, {"layer_types": ["sliding_attention", "sliding_attention"]}),
    ("neox-linear", {"rope_parameters": GONE, "rope_scaling": {"type": "linear", "factor": 2}, "rotary_pct": 0.5, "rotary_emb_base": 100,
                     "partial_rotary_factor": 0.25, "rope_theta": 7}, {}),
    ("llama-yarn", {"original_max_position_embeddings": 8, "rope_parameters": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 31}}, {}),
    ("llama-linear", {"model_type": "mistral", "sliding_window": None}, {"attention_bias": False, "mlp_bias": False}),
    ("phi", {"head_dim": 8}, {}),
    ("olmo", {"head_dim": 4, "rope_scaling": {}}, {}),
    ("tl-ln", {"normalization_type": GONE}, {}),
    ("tl-rms", {"rotary_dim": GONE}, {}),
    ("tl-rms", {"use_NTK_by_parts_rope": True, "NTK_by_parts_factor": GONE, "NTK_original_ctx_len": GONE}, {"use_NTK_by_parts_rope": True}),
]
# and two that do not
OTHER = [("gemma2", {"attn_logit_softcapping": None}, {"attn_logit_softcapping": GONE}), ("gemma2", {"final_logit_softcapping": None}, {"final_logit_softcapping": GONE}),
         ("gemma2", {"hidden_activation": "gelu"}, {}), ("smollm3", {"rope_parameters": GONE, "no_rope_layers": [1, 1]}, {"rope_theta": 10000, "rope_parameters": GONE, "no_rope_layers": [1, 1]})]


def changed(folder, name, change):
    source = CASES / name / "model"
    config = json.loads((source / "config.json").read_text()) | change
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({k: v for k, v in config.items() if v is not GONE}))
    (folder / "model.safetensors").unlink(missing_ok=True)
    (folder / "model.safetensors").symlink_to((source / "model.safetensors").resolve())
    return folder


def apart(tmp, name, one, two):
    """How far the logits of two models are apart, or what was said instead."""
    a, b = changed(tmp / "one", name, one), changed(tmp / "two", name, two)
    ids = "[5, 9, 3, 17, 8, 2, 11]"
    r = subprocess.run([PP, "-e", f'let one = load("{a}"); let two = load("{b}"); '
                        f'max(abs(run("ref", pair({ids}, {ids}, for: one)).logits - run("ref", pair({ids}, {ids}, for: two)).logits))'],
                       capture_output=True, text=True, timeout=60)
    return float(r.stdout) if r.returncode == 0 else r.stderr


failed = 0
with tempfile.TemporaryDirectory() as tmp:
    folder = pathlib.Path(tmp) / "changed"
    for name, change, says in WRONG:
        changed(folder, name, change)
        r = subprocess.run([PP, "-e", f'load("{folder}")'], capture_output=True, text=True, timeout=60)
        if says is None:
            ok = r.returncode == 0
        else:
            ok = r.returncode in (2, 3) and says in r.stderr and str(folder) in r.stderr and r.stderr.count("error E") == 1
        failed += not ok
        if not ok:
            print(f"FAIL {name} {change}: exit {r.returncode}, wanted '{says}'\n{r.stdout}{r.stderr}")
    for name, one, two in SAME + OTHER:
        off = apart(pathlib.Path(tmp), name, one, two)
        ok = isinstance(off, float) and (off < 1e-6) == ((name, one, two) in SAME)
        failed += not ok
        if not ok:
            print(f"FAIL {name} {one} {two}: {off}")
print(f"{len(WRONG + SAME + OTHER) - failed} passed, {failed} failed")
sys.exit(failed != 0)
