# GPT-2 as Hugging Face stores it: Conv1D weights (in, out), heads side by side in c_attn, unembedding tied unless lm_head is
# there.  Each head reads its own copy of the norm; the output bias of attention is a constant on no path.
model gpt2(cfg, w) {
  input tokens: ids[seq]
  let pre = if has(w, "transformer.wte.weight") { "transformer." } else { "" }
  let d = cfg.n_embd
  let e = d / cfg.n_head
  let inner_size = get(cfg, "n_inner", 4 * d)
  let eps = get(cfg, "layer_norm_epsilon", 0.00001)
  let act = get(cfg, "activation_function", "gelu_new")
  let by_layer = get(cfg, "scale_attn_by_inverse_layer_idx", false)
  let root = if get(cfg, "scale_attn_weights", true) { sqrt(e) } else { 1 }
  let wte = weight(w, pre + "wte.weight", [cfg.vocab_size, d])
  fn read(x, name) = layer_norm(x, weight(w, name + ".weight", [d]), weight(w, name + ".bias", [d]), eps: eps)
  fn linear(x, name, from, to) = x @ weight(w, name + ".weight", [from, to]) + weight(w, name + ".bias", [to])
  fn bend(x) {
    if act == "gelu_new" or act == "gelu_pytorch_tanh" {
      gelu_tanh(x)
    } else if act == "gelu" {
      gelu(x)
    } else if act == "relu" {
      relu(x)
    } else {
      fail("activation_function \"" + str(act) + "\" is none that gpt2.pp knows (gelu_new, gelu, relu)")
    }
  }
  let even = if e % 1 == 0 { true } else { fail("n_embd is no multiple of n_head") }
  embed = gather(wte, tokens)
  let x = embed + rows(weight(w, pre + "wpe.weight", [cfg.n_positions, d]), seq)
  for l in 0..cfg.n_layer {
    let b = pre + "h." + str(l) + "."
    let qkv = weight(w, b + "attn.c_attn.weight", [d, 3 * d])
    let bias = weight(w, b + "attn.c_attn.bias", [3 * d])
    let out = weight(w, b + "attn.c_proj.weight", [d, d])
    let scale = if by_layer { root * (l + 1) } else { root }
    let r = read(x, b + "ln_1")
    fn project(i) = r @ qkv[*, i .. i + e] + bias[i .. i + e]
    for h in 0..cfg.n_head {
      component a[l].h[h] {
        q = project(h * e)
        k = project(d + h * e)
        v = project(2 * d + h * e)
        yield (softmax(causal(q @ transpose(k) / scale)) @ v) @ out[h * e .. h * e + e]
      }
    }
    x = x + sum(a[l].h[*]) + weight(w, b + "attn.c_proj.bias", [d])
    m[l] = linear(bend(linear(read(x, b + "ln_2"), b + "mlp.c_fc", d, inner_size)), b + "mlp.c_proj", inner_size, d)
    x = x + m[l]
  }
  output logits = read(x, pre + "ln_f") @ transpose(if has(w, "lm_head.weight") { weight(w, "lm_head.weight", [cfg.vocab_size, d]) } else { wte })
}
