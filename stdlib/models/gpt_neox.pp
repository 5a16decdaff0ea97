# GPT-NeoX and Pythia: attention and MLP read the same residual stream (parallel), rotary on a part of each head.  Weights are
# (out, in); query_key_value holds q, k, v of one head after another.
model gpt_neox(cfg, w) {
  input tokens: ids[seq]
  let d = cfg.hidden_size
  let n = cfg.num_attention_heads
  let e = d / n
  let eps = get(cfg, "layer_norm_eps", 0.00001)
  let rope = get(cfg, "rope_parameters", {})
  let turned = e * get(cfg, "rotary_pct", get(rope, "partial_rotary_factor", 0.25))
  let base = get(cfg, "rotary_emb_base", get(rope, "rope_theta", 10000))
  let by_kind = get(cfg, "qkv_by_kind", false)               # so GGUF lays out q, k and v: all heads of each
  let parallel = get(cfg, "use_parallel_residual", true)
  let act = get(cfg, "hidden_act", "gelu")
  fn read(x, name) = layer_norm(x, weight(w, name + ".weight", [d]), weight(w, name + ".bias", [d]), eps: eps)
  fn linear(x, name, from, to) = x @ transpose(weight(w, name + ".weight", [to, from])) + weight(w, name + ".bias", [to])
  fn bend(x) {
    if act == "gelu" {
      gelu(x)
    } else if act == "gelu_new" or act == "gelu_fast" or act == "gelu_pytorch_tanh" {
      gelu_tanh(x)
    } else if act == "relu" {
      relu(x)
    } else {
      fail("hidden_act \"" + str(act) + "\" is none that gpt_neox.pp knows (gelu, gelu_new, relu)")
    }
  }
  let even = if e % 1 == 0 { true } else { fail("hidden_size is no multiple of num_attention_heads") }
  let plain = if has(cfg, "rope_scaling") { fail("rope_scaling is not in this version of pp yet") } else { true }
  embed = gather(weight(w, "gpt_neox.embed_in.weight", [cfg.vocab_size, d]), tokens)
  let x = embed
  for l in 0..cfg.num_hidden_layers {
    let b = "gpt_neox.layers." + str(l) + "."
    let qkv = weight(w, b + "attention.query_key_value.weight", [3 * d, d])
    let bias = if has(w, b + "attention.query_key_value.bias") { weight(w, b + "attention.query_key_value.bias", [3 * d]) } else { zeros([3 * d]) }
    let out = weight(w, b + "attention.dense.weight", [d, d])
    let r = read(x, b + "input_layernorm")
    fn row(kind, h) = if by_kind { kind * d + h * e } else { (3 * h + kind) * e }
    fn project(i) = r @ transpose(qkv[i .. i + e]) + bias[i .. i + e]
    fn turn(x) = if turned > 0 { rotary(x, dims: turned, base: base) } else { x }
    for h in 0..n {
      component a[l].h[h] {
        q = turn(project(row(0, h)))
        k = turn(project(row(1, h)))
        v = project(row(2, h))
        yield (softmax(causal(q @ transpose(k) / sqrt(e))) @ v) @ transpose(out[*, h * e .. h * e + e])
      }
    }
    let attended = x + sum(a[l].h[*])
    let after = if has(w, b + "attention.dense.bias") { attended + weight(w, b + "attention.dense.bias", [d]) } else { attended }
    let y = read(if parallel { x } else { after }, b + "post_attention_layernorm")
    m[l] = linear(bend(linear(y, b + "mlp.dense_h_to_4h", d, cfg.intermediate_size)), b + "mlp.dense_4h_to_h", cfg.intermediate_size, d)
    x = after + m[l]
  }
  let tied = get(cfg, "tie_word_embeddings", false) and not has(w, "embed_out.weight")
  output logits = read(x, "gpt_neox.final_layer_norm") @ transpose(weight(w, if tied { "gpt_neox.embed_in.weight" } else { "embed_out.weight" }, [cfg.vocab_size, d]))
}
