# Llama and its relatives: Mistral (sliding window), Qwen2 (biases on q, k, v), Qwen3 (norms on each head's q and k), SmolLM
# (Llama) and SmolLM3 (some layers without positions).  RMS norm, rotary positions, grouped queries, SwiGLU.  a[l].h[h] is a
# query head with its own copy of the key and value head that it reads.  Weights are (out, in).
use "models/parts"

model llama(cfg, w) {
  input tokens: ids[seq]
  let usual = understood(cfg)
  let type = get(cfg, "model_type", "llama")
  let d = whole(cfg, "hidden_size", none)
  let n = whole(cfg, "num_attention_heads", none)
  let kv = whole(cfg, "num_key_value_heads", n)
  let group = divided(n, kv, "num_attention_heads", "num_key_value_heads")
  let e = if has(cfg, "head_dim") {
    whole(cfg, "head_dim", none)
  } else {
    if type == "qwen3" { 128 } else { divided(d, n, "hidden_size", "num_attention_heads") }
  }
  let size = whole(cfg, "intermediate_size", none)
  let layers = whole(cfg, "num_hidden_layers", none)
  let vocab = whole(cfg, "vocab_size", none)
  let eps = positive(cfg, "rms_norm_eps", 0.000001)
  let bend = activation(cfg, "hidden_act", "silu")
  let turned = rope(cfg, e, positive(cfg, "rope_theta", if type == "smollm3" { 2000000 } else { 10000 }), none)

  # Whether a layer has positions, and how far it looks back (0: to the start).
  let every = whole(cfg, "no_rope_layer_interval", 4)
  fn placed(l) {
    if type != "smollm3" {
      true
    } else if has(cfg, "no_rope_layers") {
      let given = by_layer(cfg, "no_rope_layers", layers, "num_hidden_layers")[l]
      given == 1 or given == true
    } else {
      (l + 1) % every != 0
    }
  }
  let slides = flag(cfg, "use_sliding_window", false)
  let first_sliding = if has(cfg, "max_window_layers") { field(cfg, "max_window_layers", none) } else { 28 }
  fn window(l) {
    if type == "llama" or (type == "mistral" and stated(cfg, "sliding_window") and not has(cfg, "sliding_window")) {
      0
    } else if type == "mistral" {
      window_size(cfg, 4096)
    } else if has(cfg, "layer_types") {
      let far = window_by_type(cfg, l, layers, if type == "smollm3" { none } else { 4096 })
      if far == 0 or slides or type == "smollm3" { far } else { fail("layer_types has sliding_attention, but use_sliding_window is false") }
    } else if not slides or (stated(cfg, "sliding_window") and not has(cfg, "sliding_window")) {
      0
    } else if type == "smollm3" {
      if placed(l) or not has(cfg, "sliding_window") { 0 } else { whole(cfg, "sliding_window", none) }
    } else {
      if l >= first_sliding { window_size(cfg, 4096) } else { 0 }
    }
  }

  # biases: where the config says so; Qwen2 has them on q, k, v, Mistral has none
  let attention_bias = if type == "qwen2" { true } else if type == "mistral" { false } else { flag(cfg, "attention_bias", false) }
  let mlp_bias = (type == "llama" or type == "smollm3") and flag(cfg, "mlp_bias", false)
  fn plus(x, name, size, from, to, biased) = if biased { x + weight(w, name, [size])[from..to] } else { x }
  fn project(x, name, heads, h) {
    let to = h * e + e
    plus(x @ transpose(weight(w, name + ".weight", [heads * e, d])[h * e..to]), name + ".bias", heads * e, h * e, to, attention_bias)
  }
  fn linear(x, name, from, to) = plus(x @ transpose(weight(w, name + ".weight", [to, from])), name + ".bias", to, 0, to, mlp_bias)
  fn read(x, name, size) = rms_norm(x, weight(w, name + ".weight", [size]), eps: eps)
  fn normed(x, name) = if type == "qwen3" { read(x, name, e) } else { x }
  fn turn(x, l) = if placed(l) { turned(x) } else { x }

  embed = gather(weight(w, "model.embed_tokens.weight", [vocab, d]), tokens)
  let x = embed
  for l in 0..layers {
    let b = "model.layers." + str(l) + "."
    let out = weight(w, b + "self_attn.o_proj.weight", [d, n * e])
    let r = read(x, b + "input_layernorm", d)
    for h in 0..n {
      let g = floor(h / group)
      component a[l].h[h] {
        q = turn(normed(project(r, b + "self_attn.q_proj", n, h), b + "self_attn.q_norm"), l)
        k = turn(normed(project(r, b + "self_attn.k_proj", kv, g), b + "self_attn.k_norm"), l)
        v = project(r, b + "self_attn.v_proj", kv, g)
        inner pattern = softmax(causal(q @ transpose(k) / sqrt(e), window: window(l)))
        yield (pattern @ v) @ transpose(out[*, h * e..h * e + e])
      }
    }
    x = plus(x + sum(a[l].h[*]), b + "self_attn.o_proj.bias", d, 0, d, attention_bias and type != "qwen2")
    let y = read(x, b + "post_attention_layernorm", d)
    component m[l] {
      inner n = bend(linear(y, b + "mlp.gate_proj", d, size)) * linear(y, b + "mlp.up_proj", d, size)
      yield linear(n, b + "mlp.down_proj", size, d)
    }
    x = x + m[l]
  }
  output logits = read(x, "model.norm", d) @ transpose(unembedding(cfg, w, "lm_head.weight", "model.embed_tokens.weight", [vocab, d]))
}
