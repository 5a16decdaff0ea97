# Llama and Qwen2: RMS norm, rotary positions, grouped queries, SwiGLU.  a[l].h[h] is a query head with its own copy of the
# key and value head that it reads.
model llama(cfg, w) {
  input tokens: ids[seq]
  let d = cfg.hidden_size
  let n = cfg.num_attention_heads
  let e = get(cfg, "head_dim", d / n)
  let kv = get(cfg, "num_key_value_heads", n)
  let eps = cfg.rms_norm_eps
  let base = get(cfg, "rope_theta", 10000)
  let wte = weight(w, "model.embed_tokens.weight", [cfg.vocab_size, d])
  let scaling = if get(cfg, "rope_scaling", none) != none { fail("rope_scaling is not in this version of pp yet") } else { none }
  fn project(x, name, h) {
    let y = x @ transpose(w[name + ".weight"][h * e .. h * e + e])
    if has(w, name + ".bias") { y + w[name + ".bias"][h * e .. h * e + e] } else { y }
  }
  embed = gather(wte, tokens)
  let x = embed
  for l in 0..cfg.num_hidden_layers {
    let b = "model.layers." + str(l) + "."
    let r = rms_norm(x, w[b + "input_layernorm.weight"], eps: eps)
    for h in 0..n {
      let g = (h - h % (n / kv)) / (n / kv)
      component a[l].h[h] {
        q = rotary(project(r, b + "self_attn.q_proj", h), base: base)
        k = rotary(project(r, b + "self_attn.k_proj", g), base: base)
        v = project(r, b + "self_attn.v_proj", g)
        yield (softmax(causal(q @ transpose(k) / sqrt(e))) @ v) @ transpose(w[b + "self_attn.o_proj.weight"][*, h * e .. h * e + e])
      }
    }
    x = x + sum(a[l].h[*])
    let y = rms_norm(x, w[b + "post_attention_layernorm.weight"], eps: eps)
    m[l] = (silu(y @ transpose(w[b + "mlp.gate_proj.weight"])) * (y @ transpose(w[b + "mlp.up_proj.weight"]))) @ transpose(w[b + "mlp.down_proj.weight"])
    x = x + m[l]
  }
  output logits = rms_norm(x, w["model.norm.weight"], eps: eps) @ transpose(get(w, "lm_head.weight", wte))
}
