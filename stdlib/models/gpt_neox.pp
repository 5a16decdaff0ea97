# GPT-NeoX and Pythia: attention and MLP read the same residual stream (parallel), rotary on part of each head.
model gpt_neox(cfg, w) {
  input tokens: ids[seq]
  let d = cfg.hidden_size
  let n = cfg.num_attention_heads
  let e = d / n
  let eps = cfg.layer_norm_eps
  let turned = e * get(cfg, "rotary_pct", 0.25)
  let base = get(cfg, "rotary_emb_base", 10000)
  let parallel = get(cfg, "use_parallel_residual", true)
  fn read(x, name) = layer_norm(x, w[name + ".weight"], w[name + ".bias"], eps: eps)
  embed = gather(w["gpt_neox.embed_in.weight"], tokens)
  let x = embed
  for l in 0..cfg.num_hidden_layers {
    let b = "gpt_neox.layers." + str(l) + "."
    let qkv = weight(w, b + "attention.query_key_value.weight", [3 * d, d])
    let bias = w[b + "attention.query_key_value.bias"]
    let out = w[b + "attention.dense.weight"]
    let r = read(x, b + "input_layernorm")
    for h in 0..n {
      let i = 3 * h * e
      component a[l].h[h] {
        q = rotary(r @ transpose(qkv[i .. i + e]) + bias[i .. i + e], dims: turned, base: base)
        k = rotary(r @ transpose(qkv[i + e .. i + 2 * e]) + bias[i + e .. i + 2 * e], dims: turned, base: base)
        v = r @ transpose(qkv[i + 2 * e .. i + 3 * e]) + bias[i + 2 * e .. i + 3 * e]
        yield (softmax(causal(q @ transpose(k) / sqrt(e))) @ v) @ transpose(out[*, h * e .. h * e + e])
      }
    }
    let after = x + sum(a[l].h[*]) + w[b + "attention.dense.bias"]
    let y = read(if parallel { x } else { after }, b + "post_attention_layernorm")
    m[l] = gelu(y @ transpose(w[b + "mlp.dense_h_to_4h.weight"]) + w[b + "mlp.dense_h_to_4h.bias"]) @ transpose(w[b + "mlp.dense_4h_to_h.weight"]) + w[b + "mlp.dense_4h_to_h.bias"]
    x = after + m[l]
  }
  output logits = read(x, "gpt_neox.final_layer_norm") @ transpose(w["embed_out.weight"])
}
