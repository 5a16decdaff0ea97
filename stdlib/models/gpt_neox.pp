# GPT-NeoX and Pythia: attention and MLP read the same residual stream (parallel), rotary on a part of each head.  Weights are
# (out, in); query_key_value holds q, k, v of one head after another.
use "models/parts"

model gpt_neox(cfg, w) {
  input tokens: ids[seq]
  let usual = understood(cfg)
  let d = whole(cfg, "hidden_size", none)
  let n = whole(cfg, "num_attention_heads", none)
  let e = divided(d, n, "hidden_size", "num_attention_heads")
  let size = whole(cfg, "intermediate_size", none)
  let vocab = whole(cfg, "vocab_size", none)
  let eps = positive(cfg, "layer_norm_eps", 0.00001)
  let parallel = flag(cfg, "use_parallel_residual", true)
  let by_kind = flag(cfg, "qkv_by_kind", false)              # so GGUF lays out q, k and v: all heads of each
  let bend = activation(cfg, "hidden_act", "gelu")
  let turn = rope(cfg, e, positive(cfg, "rotary_emb_base", 10000), get(cfg, "rotary_pct", 0.25))
  fn read(x, name) = layer_norm(x, weight(w, name + ".weight", [d]), weight(w, name + ".bias", [d]), eps: eps)
  fn linear(x, name, from, to) = x @ transpose(weight(w, name + ".weight", [to, from])) + weight(w, name + ".bias", [to])

  embed = gather(weight(w, "gpt_neox.embed_in.weight", [vocab, d]), tokens)
  let x = embed
  for l in 0..whole(cfg, "num_hidden_layers", none) {
    let b = "gpt_neox.layers." + str(l) + "."
    let qkv = weight(w, b + "attention.query_key_value.weight", [3 * d, d])
    let bias = flag(cfg, "attention_bias", true)
    let out = weight(w, b + "attention.dense.weight", [d, d])
    let r = read(x, b + "input_layernorm")
    fn row(kind, h) = if by_kind { kind * d + h * e } else { (3 * h + kind) * e }
    fn project(i) {
      let y = r @ transpose(qkv[i..i + e])
      if bias { y + weight(w, b + "attention.query_key_value.bias", [3 * d])[i..i + e] } else { y }
    }
    for h in 0..n {
      component a[l].h[h] {
        q = turn(project(row(0, h)))
        k = turn(project(row(1, h)))
        v = project(row(2, h))
        inner pattern = softmax(causal(q @ transpose(k) / sqrt(e)))
        yield (pattern @ v) @ transpose(out[*, h * e..h * e + e])
      }
    }
    let attended = x + sum(a[l].h[*])
    let after = if bias { attended + weight(w, b + "attention.dense.bias", [d]) } else { attended }
    let y = read(if parallel { x } else { after }, b + "post_attention_layernorm")
    component m[l] {
      inner n = bend(linear(y, b + "mlp.dense_h_to_4h", d, size))
      yield linear(n, b + "mlp.dense_4h_to_h", size, d)
    }
    x = after + m[l]
  }
  let unembed = unembedding(cfg, w, "embed_out.weight", "gpt_neox.embed_in.weight", [vocab, d])
  output logits = read(x, "gpt_neox.final_layer_norm") @ transpose(unembed)
}
