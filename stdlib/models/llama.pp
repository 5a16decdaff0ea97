# Llama and Qwen2: RMS norm, rotary positions, grouped queries, SwiGLU; biases where the file has them.  a[l].h[h] is a query
# head with its own copy of the key and value head that it reads.  Weights are (out, in).
model llama(cfg, w) {
  input tokens: ids[seq]
  let d = cfg.hidden_size
  let n = cfg.num_attention_heads
  let e = get(cfg, "head_dim", d / n)
  let kv = get(cfg, "num_key_value_heads", n)
  let eps = cfg.rms_norm_eps
  let base = get(cfg, "rope_theta", get(get(cfg, "rope_parameters", {}), "rope_theta", 10000))
  let neighbours = get(cfg, "rope_interleaved", false)       # so GGUF lays out rows of q and k
  let act = get(cfg, "hidden_act", "silu")
  let wte = weight(w, "model.embed_tokens.weight", [cfg.vocab_size, d])
  fn plus(x, name, size, from, to) = if has(w, name) { x + weight(w, name, [size])[from .. to] } else { x }
  fn project(x, name, heads, h) = plus(x @ transpose(weight(w, name + ".weight", [heads * e, d])[h * e .. h * e + e]), name + ".bias", heads * e, h * e, h * e + e)
  fn linear(x, name, from, to) = plus(x @ transpose(weight(w, name + ".weight", [to, from])), name + ".bias", to, 0, to)
  fn read(x, name) = rms_norm(x, weight(w, name + ".weight", [d]), eps: eps)
  fn bend(x) = if act == "silu" { silu(x) } else if act == "gelu_pytorch_tanh" { gelu_tanh(x) } else { fail("hidden_act \"" + str(act) + "\" is none that llama.pp knows (silu)") }
  let even = if e % 1 == 0 and n % kv == 0 { true } else { fail("num_attention_heads has to divide hidden_size, and num_key_value_heads num_attention_heads") }
  let scaled = has(cfg, "rope_scaling") or get(get(cfg, "rope_parameters", {}), "rope_type", "default") != "default"
  let plain = if scaled { fail("rope_scaling is not in this version of pp yet") } else { true }
  let whole = if get(cfg, "use_sliding_window", false) { fail("use_sliding_window is not in this version of pp yet") } else { true }
  embed = gather(wte, tokens)
  let x = embed
  for l in 0..cfg.num_hidden_layers {
    let b = "model.layers." + str(l) + "."
    let out = weight(w, b + "self_attn.o_proj.weight", [d, n * e])
    let r = read(x, b + "input_layernorm")
    for h in 0..n {
      let g = floor(h * kv / n)
      component a[l].h[h] {
        q = rotary(project(r, b + "self_attn.q_proj", n, h), base: base, interleaved: neighbours)
        k = rotary(project(r, b + "self_attn.k_proj", kv, g), base: base, interleaved: neighbours)
        v = project(r, b + "self_attn.v_proj", kv, g)
        yield (softmax(causal(q @ transpose(k) / sqrt(e))) @ v) @ transpose(out[*, h * e .. h * e + e])
      }
    }
    x = plus(x + sum(a[l].h[*]), b + "self_attn.o_proj.bias", d, 0, d)
    let y = read(x, b + "post_attention_layernorm")
    let size = cfg.intermediate_size
    m[l] = linear(bend(linear(y, b + "mlp.gate_proj", d, size)) * linear(y, b + "mlp.up_proj", d, size), b + "mlp.down_proj", size, d)
    x = x + m[l]
  }
  output logits = read(x, "model.norm") @ transpose(if has(w, "lm_head.weight") { weight(w, "lm_head.weight", [cfg.vocab_size, d]) } else { wte })
}
