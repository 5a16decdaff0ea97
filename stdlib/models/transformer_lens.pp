# Models in TransformerLens's layout (HookedTransformer's config and state dict): W_Q (heads, d, e) and so on.  Attention alone or
# with MLPs; norms LN, RMS, LNPre and RMSPre (without weights) or none; positions added to the residual stream ("standard"),
# after the norm to what queries and keys read ("shortformer"), rotary, or none; causal or bidirectional.  Biases may be left
# out of the file.  Norms after attention and MLP lie unnamed on the paths through them.
use "models/parts"

model transformer_lens(cfg, w) {
  input tokens: ids[seq]
  let d = whole(cfg, "d_model", none)
  let n = whole(cfg, "n_heads", none)
  let e = whole(cfg, "d_head", none)
  let kv = whole(cfg, "n_key_value_heads", n)
  let group = divided(n, kv, "n_heads", "n_key_value_heads")
  let layers = whole(cfg, "n_layers", none)
  let vocab = whole(cfg, "d_vocab", none)
  let vocab_out = if get(cfg, "d_vocab_out", -1) == -1 { vocab } else { whole(cfg, "d_vocab_out", none) }
  let eps = positive(cfg, "eps", 0.00001)
  # These have a shorter name in some configs.  Null means none, and what is left out shows in the weights.
  let given = {
    norm: get(cfg, "normalization_type", get(cfg, "norm", if not stated(cfg, "normalization_type") and has(w, "blocks.0.ln1.w") { "LN" } else { "none" })),
    positions: get(cfg, "positional_embedding_type", get(cfg, "pos", if has(w, "pos_embed.W_pos") { "standard" } else { "none" })),
    direction: get(cfg, "attention_dir", get(cfg, "attn_dir", "causal")),
    act: get(cfg, "act_fn", get(cfg, "act", "relu"))
  }
  let norm = one_of({normalization_type: given.norm}, "normalization_type", none, ["LN", "LNPre", "RMS", "RMSPre", "none"])
  let positions = one_of({positional_embedding_type: given.positions}, "positional_embedding_type", none, ["standard", "shortformer", "rotary", "none"])
  let causally = one_of({attention_dir: given.direction}, "attention_dir", none, ["causal", "bidirectional"]) == "causal"
  let short = positions == "shortformer"
  let with_mlps = not flag(cfg, "attn_only", not has(w, "blocks.0.mlp.W_in"))
  let parallel = flag(cfg, "parallel_attn_mlp", false)
  let gated = flag(cfg, "gated_mlp", false)
  let around = flag(cfg, "use_normalization_before_and_after", false)
  let qk_norm = flag(cfg, "use_qk_norm", false)
  let unknown = [field for field in ["num_experts", "post_embedding_ln", "rotary_base_local"] if get(cfg, field, false) != false]
  let known = if len(unknown) == 0 { true } else { fail(unknown[0] + " asks for what transformer_lens.pp does not know") }
  let plain_gate = if gated and given.act == "solu_ln" { fail("act_fn is \"solu_ln\", which has no gate, but gated_mlp is true") } else { true }

  # norms
  fn normed(x, name, kind, size) {
    if kind == "LN" {
      layer_norm(x, weight(w, name + ".w", [size]), weight(w, name + ".b", [size]), eps: eps)
    } else if kind == "LNPre" {
      layer_norm(x, eps: eps)
    } else if kind == "RMS" {
      rms_norm(x, weight(w, name + ".w", [size]), eps: eps)
    } else if kind == "RMSPre" {
      rms_norm(x, eps: eps)
    } else {
      x
    }
  }
  fn read(x, name) = normed(x, name, norm, d)
  let whole_norm = if norm == "LNPre" { "LN" } else if norm == "RMSPre" { "RMS" } else { norm }      # not folded into what follows
  fn after(x, name) = if around { normed(x, name, whole_norm, d) } else { x }

  # the MLP; solu_ln has a norm of its own (https://transformer-circuits.pub/2022/solu)
  fn bend(x, name) {
    if given.act == "solu" or given.act == "solu_ln" {
      let y = x * softmax(x)
      if given.act == "solu" { y } else { normed(y, name + ".ln", if norm == "LN" { "LN" } else { "LNPre" }, shape(y)[1]) }
    } else {
      activation({act_fn: given.act}, "act_fn", none)(x)
    }
  }
  fn plus(x, name, dims) = if has(w, name) { x + weight(w, name, dims) } else { x }
  let size = whole(cfg, "d_mlp", 4 * d)
  fn neurons(x, name) {
    if gated {
      plus(bend(x @ weight(w, name + ".W_gate", [d, size]), name) * (x @ weight(w, name + ".W_in", [d, size])), name + ".b_in", [size])
    } else {
      bend(plus(x @ weight(w, name + ".W_in", [d, size]), name + ".b_in", [size]), name)
    }
  }

  # attention
  let ntk = flag(cfg, "use_NTK_by_parts_rope", false)
  let turned = if positions == "rotary" {
    let columns = whole(cfg, "rotary_dim", e)
    rope({
      rope_interleaved: flag(cfg, "rotary_adjacent_pairs", false),
      rope_scaling: if ntk {
        {rope_type: "llama3", factor: get(cfg, "NTK_by_parts_factor", 8), low_freq_factor: get(cfg, "NTK_by_parts_low_freq_factor", 1),
          high_freq_factor: get(cfg, "NTK_by_parts_high_freq_factor", 4), original_max_position_embeddings: get(cfg, "NTK_original_ctx_len", 8192)}
      } else {
        none
      }
    }, e, positive(cfg, "rotary_base", 10000), columns / e)
  } else {
    x => x
  }
  fn unset(name) = get(cfg, name, -1) == -1
  fn cap(name) = if unset(name) { none } else { positive(cfg, name, none) }
  let root = if not flag(cfg, "use_attn_scale", true) { 1 } else if unset("attn_scale") { sqrt(e) } else { positive(cfg, "attn_scale", none) }
  fn scale(l) = if flag(cfg, "scale_attn_by_inverse_layer_idx", false) { root * (l + 1) } else { root }
  fn window(l) {
    let type = if flag(cfg, "use_local_attn", false) { by_layer(cfg, "attn_types", layers, "n_layers")[l] } else { "global" }
    if type == "global" {
      0
    } else if type == "local" {
      whole(cfg, "window_size", none)
    } else {
      wrong("attn_types", type, "made of global and local")
    }
  }
  fn masked(scores, l) = if causally { causal(scores, window: window(l)) } else { scores }
  # Keys and values that several queries may share are called _W_K, _b_K, ...
  let shared = if kv < n or has(w, "blocks.0.attn._W_K") { "_" } else { "" }
  fn project(x, name, mark, letter, heads, h) {
    let bias = name + mark + "b_" + letter
    let y = x @ weight(w, name + mark + "W_" + letter, [heads, d, e])[h]
    if has(w, bias) { y + weight(w, bias, [heads, e])[h] } else { y }
  }
  fn placed(x, name) = turned(if qk_norm { rms_norm(x, weight(w, name + ".w", [e]), eps: eps) } else { x })

  let position = if positions == "standard" or short { rows(weight(w, "pos_embed.W_pos", [whole(cfg, "n_ctx", none), d]), seq) } else { 0 }
  embed = gather(weight(w, "embed.W_E", [vocab, d]), tokens)
  let x = if positions == "standard" { embed + position } else { embed }
  for l in 0..layers {
    let b = "blocks." + str(l) + "."
    let at = b + "attn."
    let out = weight(w, at + "W_O", [n, e, d])
    let r = read(x, b + "ln1")
    let rqk = if short { r + position } else { r }
    for h in 0..n {
      let g = floor(h / group)
      component a[l].h[h] {
        q = placed(project(rqk, at, "", "Q", n, h), at + "q_norm")
        k = placed(project(rqk, at, shared, "K", kv, g), at + "k_norm")
        v = project(r, at, shared, "V", kv, g)
        let scores = soft_cap(q @ transpose(k) / scale(l), cap("attn_scores_soft_cap"))
        inner pattern = softmax(masked(scores, l))
        yield (pattern @ v) @ out[h]
      }
    }
    let attended = x + after(plus(sum(a[l].h[*]), at + "b_O", [d]), b + "ln1_post")
    if with_mlps {
      component m[l] {
        inner n = neurons(read(if parallel { x } else { attended }, b + "ln2"), b + "mlp")
        yield plus(n @ weight(w, b + "mlp.W_out", [size, d]), b + "mlp.b_out", [d])
      }
      x = attended + after(m[l], b + "ln2_post")
    } else {
      x = attended
    }
  }
  let final = if flag(cfg, "final_rms", false) and norm == "LN" { "RMS" } else if flag(cfg, "final_rms", false) and norm == "LNPre" { "RMSPre" } else { norm }
  let y = normed(x, "ln_final", final, d) @ weight(w, "unembed.W_U", [d, vocab_out])
  output logits = soft_cap(plus(y, "unembed.b_U", [vocab_out]), cap("output_logits_soft_cap"))
}
