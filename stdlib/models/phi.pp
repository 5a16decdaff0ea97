# Phi-1, 1.5 and 2: one layer norm that attention and MLP both read (parallel), rotary on a part of each head, biases everywhere.
# Weights are (out, in).
use "models/parts"

model phi(cfg, w) {
  input tokens: ids[seq]
  let usual = understood(cfg)
  let d = whole(cfg, "hidden_size", none)
  let n = whole(cfg, "num_attention_heads", none)
  let kv = whole(cfg, "num_key_value_heads", n)
  let group = divided(n, kv, "num_attention_heads", "num_key_value_heads")
  let e = if has(cfg, "head_dim") { whole(cfg, "head_dim", none) } else { divided(d, n, "hidden_size", "num_attention_heads") }
  let size = whole(cfg, "intermediate_size", none)
  let vocab = whole(cfg, "vocab_size", none)
  let eps = positive(cfg, "layer_norm_eps", 0.00001)
  let bend = activation(cfg, "hidden_act", "gelu_new")
  let turn = rope(cfg, e, positive(cfg, "rope_theta", 10000), get(cfg, "partial_rotary_factor", 0.5))
  fn norm(x, name, size) = layer_norm(x, weight(w, name + ".weight", [size]), weight(w, name + ".bias", [size]), eps: eps)
  fn normed(x, name) = if flag(cfg, "qk_layernorm", false) { norm(x, name, e) } else { x }
  fn linear(x, name, from, to) = x @ transpose(weight(w, name + ".weight", [to, from])) + weight(w, name + ".bias", [to])
  fn project(x, name, heads, h) {
    let to = h * e + e
    x @ transpose(weight(w, name + ".weight", [heads * e, d])[h * e..to]) + weight(w, name + ".bias", [heads * e])[h * e..to]
  }

  embed = gather(weight(w, "model.embed_tokens.weight", [vocab, d]), tokens)
  let x = embed
  for l in 0..whole(cfg, "num_hidden_layers", none) {
    let b = "model.layers." + str(l) + "."
    let at = b + "self_attn."
    let out = weight(w, at + "dense.weight", [d, n * e])
    let r = norm(x, b + "input_layernorm", d)
    for h in 0..n {
      let g = floor(h / group)
      component a[l].h[h] {
        q = turn(normed(project(r, at + "q_proj", n, h), at + "q_layernorm"))
        k = turn(normed(project(r, at + "k_proj", kv, g), at + "k_layernorm"))
        v = project(r, at + "v_proj", kv, g)
        inner pattern = softmax(causal(q @ transpose(k) / sqrt(e)))
        yield (pattern @ v) @ transpose(out[*, h * e..h * e + e])
      }
    }
    component m[l] {
      inner n = bend(linear(r, b + "mlp.fc1", d, size))
      yield linear(n, b + "mlp.fc2", size, d)
    }
    x = x + sum(a[l].h[*]) + weight(w, at + "dense.bias", [d]) + m[l]
  }
  let unembed = unembedding(cfg, w, "lm_head.weight", "model.embed_tokens.weight", [vocab, d])
  output logits = norm(x, "model.final_layernorm", d) @ transpose(unembed) + weight(w, "lm_head.bias", [vocab])
}
