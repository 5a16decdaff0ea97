# Attention-only models with TransformerLens names.  Positions: added to the residual stream ("standard"), or after the norm
# to what queries and keys read ("shortformer").
model attention_only(cfg, w) {
  input tokens: ids[seq]
  let short = get(cfg, "positional_embedding_type", "standard") == "shortformer"
  let norm = get(cfg, "normalization_type", none)
  let scaled = get(cfg, "use_attn_scale", true)
  let eps = get(cfg, "eps", 0.00001)
  let position = rows(weight(w, "pos_embed.W_pos", [cfg.n_ctx, cfg.d_model]), seq)
  fn read(x, name) {
    if norm == "LN" {
      layer_norm(x, w[name + ".w"], w[name + ".b"], eps: eps)
    } else if norm == "LNPre" {
      layer_norm(x, eps: eps)
    } else if norm == "RMS" {
      rms_norm(x, w[name + ".w"], eps: eps)
    } else if norm == "RMSPre" {
      rms_norm(x, eps: eps)
    } else if norm == none {
      x
    } else {
      fail("unknown normalization_type " + str(norm))
    }
  }
  embed = gather(weight(w, "embed.W_E", [cfg.d_vocab, cfg.d_model]), tokens)
  let x = if short { embed } else { embed + position }
  for l in 0..cfg.n_layers {
    let b = "blocks." + str(l) + "."
    let r = read(x, b + "ln1")
    let rqk = if short { r + position } else { r }
    for h in 0..cfg.n_heads {
      component a[l].h[h] {
        q = rqk @ w[b + "attn.W_Q"][h] + w[b + "attn.b_Q"][h]
        k = rqk @ w[b + "attn.W_K"][h] + w[b + "attn.b_K"][h]
        v = r @ w[b + "attn.W_V"][h] + w[b + "attn.b_V"][h]
        let scores = if scaled { q @ transpose(k) / sqrt(cfg.d_head) } else { q @ transpose(k) }
        yield (softmax(causal(scores)) @ v) @ w[b + "attn.W_O"][h]
      }
    }
    x = x + sum(a[l].h[*]) + w[b + "attn.b_O"]
  }
  output logits = read(x, "ln_final") @ weight(w, "unembed.W_U", [cfg.d_model, cfg.d_vocab]) + w["unembed.b_U"]
}
