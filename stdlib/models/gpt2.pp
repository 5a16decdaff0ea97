# GPT-2 as Hugging Face stores it: Conv1D weights (in, out), heads side by side in c_attn, unembedding tied unless lm_head is there.
model gpt2(cfg, w) {
  input tokens: ids[seq]
  let pre = if has(w, "transformer.wte.weight") { "transformer." } else { "" }
  let d = cfg.n_embd
  let e = d / cfg.n_head
  let eps = get(cfg, "layer_norm_epsilon", 0.00001)
  let act = get(cfg, "activation_function", "gelu_new")
  let wte = weight(w, pre + "wte.weight", [cfg.vocab_size, d])
  fn read(x, name) = layer_norm(x, w[name + ".weight"], w[name + ".bias"], eps: eps)
  fn bend(x) = if act == "gelu_new" { gelu_tanh(x) } else if act == "gelu" { gelu(x) } else if act == "relu" { relu(x) } else { fail("unknown activation_function " + act) }
  embed = gather(wte, tokens)
  let x = embed + rows(w[pre + "wpe.weight"], seq)
  for l in 0..cfg.n_layer {
    let b = pre + "h." + str(l) + "."
    let qkv = weight(w, b + "attn.c_attn.weight", [d, 3 * d])
    let bias = w[b + "attn.c_attn.bias"]
    let out = weight(w, b + "attn.c_proj.weight", [d, d])
    let r = read(x, b + "ln_1")
    for h in 0..cfg.n_head {
      component a[l].h[h] {
        q = r @ qkv[*, h * e .. h * e + e] + bias[h * e .. h * e + e]
        k = r @ qkv[*, d + h * e .. d + h * e + e] + bias[d + h * e .. d + h * e + e]
        v = r @ qkv[*, 2 * d + h * e .. 2 * d + h * e + e] + bias[2 * d + h * e .. 2 * d + h * e + e]
        yield (softmax(causal(q @ transpose(k) / sqrt(e))) @ v) @ out[h * e .. h * e + e]
      }
    }
    x = x + sum(a[l].h[*]) + w[b + "attn.c_proj.bias"]
    m[l] = bend(read(x, b + "ln_2") @ w[b + "mlp.c_fc.weight"] + w[b + "mlp.c_fc.bias"]) @ w[b + "mlp.c_proj.weight"] + w[b + "mlp.c_proj.bias"]
    x = x + m[l]
  }
  output logits = read(x, pre + "ln_f") @ transpose(get(w, "lm_head.weight", wte))
}
