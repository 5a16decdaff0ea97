# What a GGUF file says about its model, put as config.json and Hugging Face's tensor names put it, so that the files of
# models/ read both.  Keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; tensors: llama.cpp's gguf-py,
# tensor_mapping.py; what the conversion to GGUF changes in a tensor: llama.cpp's convert_hf_to_gguf.py.

# Tables of tensors: [Hugging Face's name, GGUF's name], without .weight and .bias.
let outside = [["model.embed_tokens", "token_embd"], ["model.norm", "output_norm"], ["lm_head", "output"]]
let attention = [["self_attn.q_proj", "attn_q"], ["self_attn.k_proj", "attn_k"], ["self_attn.v_proj", "attn_v"],
  ["self_attn.o_proj", "attn_output"], ["self_attn.q_norm", "attn_q_norm"], ["self_attn.k_norm", "attn_k_norm"]]
let gated = [["mlp.gate_proj", "ffn_gate"], ["mlp.up_proj", "ffn_up"], ["mlp.down_proj", "ffn_down"]]
let norms_before = [["input_layernorm", "attn_norm"], ["post_attention_layernorm", "ffn_norm"]]
let norms_around = [["input_layernorm", "attn_norm"], ["post_attention_layernorm", "post_attention_norm"],
  ["pre_feedforward_layernorm", "ffn_norm"], ["post_feedforward_layernorm", "post_ffw_norm"]]
let norms_after = [["post_attention_layernorm", "post_attention_norm"], ["post_feedforward_layernorm", "post_ffw_norm"]]
let phi_layer = [["input_layernorm", "attn_norm"], ["self_attn.q_proj", "attn_q"], ["self_attn.k_proj", "attn_k"], ["self_attn.v_proj", "attn_v"],
  ["self_attn.dense", "attn_output"], ["mlp.fc1", "ffn_up"], ["mlp.fc2", "ffn_down"]]
let gpt2_outside = [["transformer.wte", "token_embd"], ["transformer.wpe", "position_embd"], ["transformer.ln_f", "output_norm"], ["lm_head", "output"]]
let gpt2_layer = [["ln_1", "attn_norm"], ["attn.c_attn", "attn_qkv"], ["attn.c_proj", "attn_output"], ["ln_2", "ffn_norm"],
  ["mlp.c_fc", "ffn_up"], ["mlp.c_proj", "ffn_down"]]
let neox_outside = [["gpt_neox.embed_in", "token_embd"], ["gpt_neox.final_layer_norm", "output_norm"], ["embed_out", "output"]]
let neox_layer = [["input_layernorm", "attn_norm"], ["attention.query_key_value", "attn_qkv"], ["attention.dense", "attn_output"],
  ["post_attention_layernorm", "ffn_norm"], ["mlp.dense_h_to_4h", "ffn_up"], ["mlp.dense_4h_to_h", "ffn_down"]]

# The tensors that a table names, as [name, tensor]; those the file lacks are left out.  change(GGUF's name, tensor) undoes
# what the conversion did to it.
fn renamed(w, table, to, from, change) = [[to + row[0] + end, change(row[1] + end, w[from + row[1] + end])]
  for row in table for end in [".weight", ".bias"] if has(w, from + row[1] + end)]
fn tensors(w, n, top, layer, prefix, change) {
  let all = renamed(w, top, "", "", change)
  for l in 0..n {
    all = all + renamed(w, layer, prefix + str(l) + ".", "blk." + str(l) + ".", change)
  }
  record(all)
}
fn same(name, t) = t
fn less_one(name, t) = if len(shape(t)) == 1 { t - 1 } else { t }                # Gemma's norms are stored as 1 + weight
fn turned(name, t) = if len(shape(t)) == 2 and name != "token_embd.weight" and name != "position_embd.weight" and name != "output.weight" {
  transpose(t)                                                                    # GPT-2's Conv1D is (in, out)
} else {
  t
}

fn fields(r) = [[name, r[name]] for name in keys(r)]
fn joined(a, b) = record(fields(a) + fields(b))
# Fields that are in the file, under another name: [[ours, the file's]].
fn if_there(meta, a, table) = record([[row[0], meta[a + row[1]]] for row in table if has(meta, a + row[1])])

# What most architectures share.  a: the prefix of the file's keys.
fn common(meta, w, a) = {
  hidden_size: meta[a + "embedding_length"],
  num_hidden_layers: meta[a + "block_count"],
  num_attention_heads: meta[a + "attention.head_count"],
  intermediate_size: meta[a + "feed_forward_length"],
  max_position_embeddings: meta[a + "context_length"],
  vocab_size: shape(w["token_embd.weight"])[0]
}
# Rotary positions whose frequencies are not the plain ones.  Llama 3's file has what each is divided by.
fn rope(meta, w, a) {
  let kind = get(meta, a + "rope.scaling.type", "none")
  if has(w, "rope_freqs.weight") {
    {rope_scaling: {rope_type: "divided", divisors: w["rope_freqs.weight"]}}
  } else if kind == "none" {
    {}
  } else {
    {rope_scaling: joined({rope_type: kind}, if_there(meta, a + "rope.scaling.", [["factor", "factor"], ["original_max_position_embeddings", "original_context_length"],
      ["beta_fast", "yarn_beta_fast"], ["beta_slow", "yarn_beta_slow"]]))}
  }
}
fn head(meta, a) = get(meta, a + "attention.key_length", meta[a + "embedding_length"] / meta[a + "attention.head_count"])
# The llama family.  Rows of q and k lie so that rotary turns neighbours: rope_interleaved.
fn rotated(meta, w, a) = joined(joined(common(meta, w, a), rope(meta, w, a)), joined({
  num_key_value_heads: get(meta, a + "attention.head_count_kv", meta[a + "attention.head_count"]),
  rope_theta: get(meta, a + "rope.freq_base", 10000),
  partial_rotary_factor: get(meta, a + "rope.dimension_count", head(meta, a)) / head(meta, a),
  attention_bias: has(w, "blk.0.attn_q.bias"),
  mlp_bias: has(w, "blk.0.ffn_down.bias")
}, if_there(meta, a, [["head_dim", "attention.key_length"], ["sliding_window", "attention.sliding_window"],
  ["rms_norm_eps", "attention.layer_norm_rms_epsilon"]])))

fn family(meta, w, a, type, more, norms, change) = {
  config: joined(joined({model_type: type}, rotated(meta, w, a)), more),
  weights: tensors(w, meta[a + "block_count"], outside, norms + attention + gated, "model.layers.", change)
}
let tanh_gelu = {hidden_act: "gelu_pytorch_tanh"}
# The scale of Gemma 2's scores is in no file: llama.cpp has that of the model with 46 layers built in, the others' is the head's.
fn gemma2(meta) = joined(if_there(meta, "gemma2.", [["attn_logit_softcapping", "attn_logit_softcapping"],
  ["final_logit_softcapping", "final_logit_softcapping"]]), {query_pre_attn_scalar: if meta["gemma2.block_count"] == 46 {
  meta["gemma2.embedding_length"] / meta["gemma2.attention.head_count"]
} else {
  head(meta, "gemma2.")
}})

fn phi(meta, w) = {
  config: joined(common(meta, w, "phi2."), {
    model_type: "phi",
    num_key_value_heads: get(meta, "phi2.attention.head_count_kv", meta["phi2.attention.head_count"]),
    layer_norm_eps: meta["phi2.attention.layer_norm_epsilon"],
    hidden_act: "gelu_new",
    rope_theta: get(meta, "phi2.rope.freq_base", 10000),
    partial_rotary_factor: meta["phi2.rope.dimension_count"] * meta["phi2.attention.head_count"] / meta["phi2.embedding_length"]
  }),
  weights: tensors(w, meta["phi2.block_count"], [["model.embed_tokens", "token_embd"], ["model.final_layernorm", "output_norm"], ["lm_head", "output"]],
    phi_layer, "model.layers.", same)
}
fn gpt2(meta, w) = {
  config: {
    model_type: "gpt2",
    n_embd: meta["gpt2.embedding_length"],
    n_layer: meta["gpt2.block_count"],
    n_head: meta["gpt2.attention.head_count"],
    n_inner: meta["gpt2.feed_forward_length"],
    n_positions: meta["gpt2.context_length"],
    layer_norm_epsilon: meta["gpt2.attention.layer_norm_epsilon"],
    vocab_size: shape(w["token_embd.weight"])[0]
  },
  weights: tensors(w, meta["gpt2.block_count"], gpt2_outside, gpt2_layer, "transformer.h.", turned)
}
# q of all heads, then k, then v: qkv_by_kind.
fn gpt_neox(meta, w) = {
  config: joined(common(meta, w, "gptneox."), {
    model_type: "gpt_neox",
    layer_norm_eps: meta["gptneox.attention.layer_norm_epsilon"],
    use_parallel_residual: get(meta, "gptneox.use_parallel_residual", true),
    rotary_pct: meta["gptneox.rope.dimension_count"] * meta["gptneox.attention.head_count"] / meta["gptneox.embedding_length"],
    rotary_emb_base: get(meta, "gptneox.rope.freq_base", 10000),
    qkv_by_kind: true
  }),
  weights: tensors(w, meta["gptneox.block_count"], neox_outside, neox_layer, "gpt_neox.layers.", same)
}

# general.architecture to what reads it.
let gguf_architectures = {
  llama: (meta, w) => family(meta, w, "llama.", if has(meta, "llama.attention.sliding_window") { "mistral" } else { "llama" }, {rope_interleaved: true}, norms_before, same),
  smollm3: (meta, w) => family(meta, w, "smollm3.", "smollm3", {rope_interleaved: true}, norms_before, same),
  olmo: (meta, w) => family(meta, w, "olmo.", "olmo", joined({rope_interleaved: true}, if_there(meta, "olmo.", [["clip_qkv", "attention.clamp_kqv"]])), [], same),
  qwen2: (meta, w) => family(meta, w, "qwen2.", "qwen2", {}, norms_before, same),
  qwen3: (meta, w) => family(meta, w, "qwen3.", "qwen3", {}, norms_before, same),
  gemma: (meta, w) => family(meta, w, "gemma.", "gemma", tanh_gelu, norms_before, less_one),
  gemma2: (meta, w) => family(meta, w, "gemma2.", "gemma2", gemma2(meta), norms_around, less_one),
  olmo2: (meta, w) => family(meta, w, "olmo2.", "olmo2", {}, norms_after, same),
  phi2: phi,
  gpt2: gpt2,
  gptneox: gpt_neox
}

# Keys that change what a model computes and that nothing here reads, with the value that changes nothing.
let unread = [["attention.causal", true], ["attention.scale", 0], ["attention.max_alibi_bias", 0], ["attention.clamp_kqv", 0], ["expert_count", 0],
  ["logit_scale", 1], ["residual_scale", 1], ["embedding_scale", 1], ["rope.scale_linear", 1], ["rope.scaling.attn_factor", 1],
  ["rope.scaling.yarn_attn_factor", 1], ["rope.scaling.yarn_ext_factor", 1], ["rope.scaling.yarn_log_multiplier", 0]]
fn understood(meta, name) {
  let a = name + "."
  let odd = [row[0] for row in unread if get(meta, a + row[0], row[1]) != row[1] and not (name == "olmo" and row[0] == "attention.clamp_kqv")]
  if len(odd) > 0 {
    fail(a + odd[0] + " is " + str(meta[a + odd[0]]) + ", which gguf.pp does not know what to do with")
  } else if get(meta, a + "attention.value_length", head(meta, a)) != head(meta, a) {
    fail(a + "attention.value_length is " + str(meta[a + "attention.value_length"]) + ", but keys have " + str(head(meta, a)) + " columns")
  } else {
    true
  }
}

# What load() asks of this file: metadata and tensors as the file has them to {config, weights} as the files of models/ do.
fn gguf_model(meta, w) {
  let name = meta["general.architecture"]
  let read = get(gguf_architectures, name, none)
  if get(meta, "split.count", 1) > 1 {
    fail("this is one of " + str(meta["split.count"]) + " parts of a model; llama-gguf-split --merge makes one file of them")
  } else if read == none {
    fail("general.architecture is \"" + str(name) + "\", which gguf.pp does not read; it reads " + str(keys(gguf_architectures)))
  } else {
    let usual = understood(meta, name)
    read(meta, w)
  }
}
