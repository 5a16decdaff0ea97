# Attention-only models with TransformerLens names.  Positions: added to the residual stream ("standard"), or after the norm
# to what queries and keys read ("shortformer"), or not at all (none).  Biases may be left out of the file.
model attention_only(cfg, w) {
  input tokens: ids[seq]
  let d = cfg.d_model
  let e = cfg.d_head
  let norm = get(cfg, "normalization_type", none)
  let positions = if has(cfg, "positional_embedding_type") { cfg.positional_embedding_type } else if has(w, "pos_embed.W_pos") { "standard" } else { none }
  let short = positions == "shortformer"
  let scale = if get(cfg, "use_attn_scale", true) { sqrt(e) } else { 1 }
  let eps = get(cfg, "eps", 0.00001)
  let position = if positions == "standard" or short {
    rows(weight(w, "pos_embed.W_pos", [cfg.n_ctx, d]), seq)
  } else if positions == none {
    0
  } else {
    fail("positional_embedding_type \"" + str(positions) + "\" is none that attention_only.pp knows (standard, shortformer)")
  }
  fn read(x, name) {
    if norm == "LN" {
      layer_norm(x, weight(w, name + ".w", [d]), weight(w, name + ".b", [d]), eps: eps)
    } else if norm == "LNPre" {
      layer_norm(x, eps: eps)
    } else if norm == "RMS" {
      rms_norm(x, weight(w, name + ".w", [d]), eps: eps)
    } else if norm == "RMSPre" {
      rms_norm(x, eps: eps)
    } else if norm == none {
      x
    } else {
      fail("normalization_type \"" + str(norm) + "\" is none that attention_only.pp knows (LN, LNPre, RMS, RMSPre, null)")
    }
  }
  fn plus(x, name, dims) = if has(w, name) { x + weight(w, name, dims) } else { x }
  fn plus_head(x, name, h) = if has(w, name) { x + weight(w, name, [cfg.n_heads, e])[h] } else { x }
  embed = gather(weight(w, "embed.W_E", [cfg.d_vocab, d]), tokens)
  let x = if positions == "standard" { embed + position } else { embed }
  for l in 0..cfg.n_layers {
    let b = "blocks." + str(l) + "."
    let W_Q = weight(w, b + "attn.W_Q", [cfg.n_heads, d, e])
    let W_K = weight(w, b + "attn.W_K", [cfg.n_heads, d, e])
    let W_V = weight(w, b + "attn.W_V", [cfg.n_heads, d, e])
    let W_O = weight(w, b + "attn.W_O", [cfg.n_heads, e, d])
    let r = read(x, b + "ln1")
    let rqk = if short { r + position } else { r }
    for h in 0..cfg.n_heads {
      component a[l].h[h] {
        q = plus_head(rqk @ W_Q[h], b + "attn.b_Q", h)
        k = plus_head(rqk @ W_K[h], b + "attn.b_K", h)
        v = plus_head(r @ W_V[h], b + "attn.b_V", h)
        yield (softmax(causal(q @ transpose(k) / scale)) @ v) @ W_O[h]
      }
    }
    x = plus(x + sum(a[l].h[*]), b + "attn.b_O", [d])
  }
  output logits = plus(read(x, "ln_final") @ weight(w, "unembed.W_U", [d, cfg.d_vocab]), "unembed.b_U", [cfg.d_vocab])
}
