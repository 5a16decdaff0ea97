# OLMo: as Llama, but layer norms without weights, and q, k, v clipped where the config says so.
use "models/parts"

model olmo(cfg, w) {
  input tokens: ids[seq]
  let usual = understood(cfg)
  let d = whole(cfg, "hidden_size", none)
  let n = whole(cfg, "num_attention_heads", none)
  let kv = whole(cfg, "num_key_value_heads", n)
  let group = divided(n, kv, "num_attention_heads", "num_key_value_heads")
  let e = if has(cfg, "head_dim") { whole(cfg, "head_dim", none) } else { divided(d, n, "hidden_size", "num_attention_heads") }
  let size = whole(cfg, "intermediate_size", none)
  let vocab = whole(cfg, "vocab_size", none)
  let bend = activation(cfg, "hidden_act", "silu")
  let turn = rope(cfg, e, positive(cfg, "rope_theta", 10000), none)
  let bias = flag(cfg, "attention_bias", false)
  fn clip(x) = if has(cfg, "clip_qkv") { clamp(x, -positive(cfg, "clip_qkv", none), positive(cfg, "clip_qkv", none)) } else { x }
  fn read(x) = layer_norm(x, eps: 0.00001)
  fn project(x, name, heads, h) {
    let y = x @ transpose(weight(w, name + ".weight", [heads * e, d])[h * e..h * e + e])
    clip(if bias { y + weight(w, name + ".bias", [heads * e])[h * e..h * e + e] } else { y })
  }
  fn linear(x, name, from, to) = x @ transpose(weight(w, name + ".weight", [to, from]))

  embed = gather(weight(w, "model.embed_tokens.weight", [vocab, d]), tokens)
  let x = embed
  for l in 0..whole(cfg, "num_hidden_layers", none) {
    let b = "model.layers." + str(l) + "."
    let out = weight(w, b + "self_attn.o_proj.weight", [d, n * e])
    for h in 0..n {
      let g = floor(h / group)
      component a[l].h[h] {
        q = turn(project(read(x), b + "self_attn.q_proj", n, h))
        k = turn(project(read(x), b + "self_attn.k_proj", kv, g))
        v = project(read(x), b + "self_attn.v_proj", kv, g)
        inner pattern = softmax(causal(q @ transpose(k) / sqrt(e)))
        yield (pattern @ v) @ transpose(out[*, h * e..h * e + e])
      }
    }
    let heads = sum(a[l].h[*])
    x = x + (if bias { heads + weight(w, b + "self_attn.o_proj.bias", [d]) } else { heads })
    component m[l] {
      inner n = bend(linear(read(x), b + "mlp.gate_proj", d, size)) * linear(read(x), b + "mlp.up_proj", d, size)
      yield linear(n, b + "mlp.down_proj", size, d)
    }
    x = x + m[l]
  }
  output logits = read(x) @ transpose(unembedding(cfg, w, "lm_head.weight", "model.embed_tokens.weight", [vocab, d]))
}
