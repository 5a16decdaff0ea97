# OLMo 2: attention and MLP read the residual stream as it is, and what they add to it passes a norm (on every path through them,
# and unnamed); another norm lies on the queries of all heads together, and one on the keys.
use "models/parts"

model olmo2(cfg, w) {
  input tokens: ids[seq]
  let usual = understood(cfg)
  let d = whole(cfg, "hidden_size", none)
  let n = whole(cfg, "num_attention_heads", none)
  let kv = whole(cfg, "num_key_value_heads", n)
  let group = divided(n, kv, "num_attention_heads", "num_key_value_heads")
  let e = if has(cfg, "head_dim") { whole(cfg, "head_dim", none) } else { divided(d, n, "hidden_size", "num_attention_heads") }
  let size = whole(cfg, "intermediate_size", none)
  let vocab = whole(cfg, "vocab_size", none)
  let eps = positive(cfg, "rms_norm_eps", 0.00001)
  let bend = activation(cfg, "hidden_act", "silu")
  let turn = rope(cfg, e, positive(cfg, "rope_theta", 10000), none)
  let bias = flag(cfg, "attention_bias", false)
  fn norm(x, name, size) = rms_norm(x, weight(w, name + ".weight", [size]), eps: eps)
  fn linear(x, name, from, to) = x @ transpose(weight(w, name + ".weight", [to, from]))
  fn biased(x, name, size) = if bias { x + weight(w, name + ".bias", [size]) } else { x }
  fn all_heads(x, name, heads) = biased(linear(x, name, d, heads * e), name, heads * e)

  embed = gather(weight(w, "model.embed_tokens.weight", [vocab, d]), tokens)
  let x = embed
  for l in 0..whole(cfg, "num_hidden_layers", none) {
    let b = "model.layers." + str(l) + "."
    let at = b + "self_attn."
    let out = weight(w, at + "o_proj.weight", [d, n * e])
    for h in 0..n {
      let g = floor(h / group)
      component a[l].h[h] {
        q = turn(norm(all_heads(x, at + "q_proj", n), at + "q_norm", n * e)[*, h * e..h * e + e])
        k = turn(norm(all_heads(x, at + "k_proj", kv), at + "k_norm", kv * e)[*, g * e..g * e + e])
        v = all_heads(x, at + "v_proj", kv)[*, g * e..g * e + e]
        inner pattern = softmax(causal(q @ transpose(k) / sqrt(e)))
        yield (pattern @ v) @ transpose(out[*, h * e..h * e + e])
      }
    }
    x = x + norm(biased(sum(a[l].h[*]), at + "o_proj", d), b + "post_attention_layernorm", d)
    component m[l] {
      inner n = bend(linear(x, b + "mlp.gate_proj", d, size)) * linear(x, b + "mlp.up_proj", d, size)
      yield linear(n, b + "mlp.down_proj", size, d)
    }
    x = x + norm(m[l], b + "post_feedforward_layernorm", d)
  }
  output logits = norm(x, "model.norm", d) @ transpose(unembedding(cfg, w, "lm_head.weight", "model.embed_tokens.weight", [vocab, d]))
}
