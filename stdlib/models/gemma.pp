# Gemma and Gemma 2: an embedding scaled by the root of its size, RMS norms that multiply by 1 + weight, grouped queries with a
# head size of their own, GeGLU.  Gemma 2 has a norm after attention and one after the MLP as well (on every path through the
# heads or the MLP, and unnamed), soft caps on scores and logits, and a sliding window in every other layer.
use "models/parts"

model gemma(cfg, w) {
  input tokens: ids[seq]
  let usual = understood(cfg)
  let second = get(cfg, "model_type", "gemma") == "gemma2"
  let d = whole(cfg, "hidden_size", none)
  let n = whole(cfg, "num_attention_heads", none)
  let kv = whole(cfg, "num_key_value_heads", n)
  let group = divided(n, kv, "num_attention_heads", "num_key_value_heads")
  let e = whole(cfg, "head_dim", 256)
  let size = whole(cfg, "intermediate_size", none)
  let layers = whole(cfg, "num_hidden_layers", none)
  let vocab = whole(cfg, "vocab_size", none)
  let eps = positive(cfg, "rms_norm_eps", 0.000001)
  let scale = sqrt(if second { positive(cfg, "query_pre_attn_scalar", 256) } else { e })
  let turn = rope(cfg, e, positive(cfg, "rope_theta", 10000), none)
  # Gemma's field is hidden_act, of which old files say gelu and mean its tanh approximation; Gemma 2's is hidden_activation.
  let named = get(cfg, if second { "hidden_activation" } else { "hidden_act" }, "gelu_pytorch_tanh")
  let act = if named == "gelu" and not second { "gelu_pytorch_tanh" } else { named }
  let agreed = if second or get(cfg, "hidden_activation", act) == act { true } else {
    fail("hidden_act and hidden_activation differ: which is meant?")
  }
  let bend = activation({hidden_activation: act}, "hidden_activation", none)
  fn cap(field, left_out) = if second { positive_or_none(cfg, field, left_out) } else { none }
  fn window(l) {
    if not second {
      0
    } else if has(cfg, "layer_types") {
      window_by_type(cfg, l, layers, 4096)
    } else {
      if l % 2 == 0 { window_size(cfg, 4096) } else { 0 }
    }
  }

  let causally = if flag(cfg, "use_bidirectional_attention", false) { wrong("use_bidirectional_attention", true, "false") } else { true }

  fn read(x, name) = rms_norm(x, weight(w, name + ".weight", [d]), eps: eps, offset: 1)
  fn after(x, name) = if second { read(x, name) } else { x }
  fn project(x, name, heads, h) {
    let y = x @ transpose(weight(w, name + ".weight", [heads * e, d])[h * e..h * e + e])
    if flag(cfg, "attention_bias", false) { y + weight(w, name + ".bias", [heads * e])[h * e..h * e + e] } else { y }
  }
  fn linear(x, name, from, to) = x @ transpose(weight(w, name + ".weight", [to, from]))

  embed = gather(weight(w, "model.embed_tokens.weight", [vocab, d]), tokens) * sqrt(d)
  let x = embed
  for l in 0..layers {
    let b = "model.layers." + str(l) + "."
    let out = weight(w, b + "self_attn.o_proj.weight", [d, n * e])
    let r = read(x, b + "input_layernorm")
    for h in 0..n {
      let g = floor(h / group)
      component a[l].h[h] {
        q = turn(project(r, b + "self_attn.q_proj", n, h))
        k = turn(project(r, b + "self_attn.k_proj", kv, g))
        v = project(r, b + "self_attn.v_proj", kv, g)
        let scores = soft_cap(q @ transpose(k) / scale, cap("attn_logit_softcapping", 50))
        inner pattern = softmax(causal(scores, window: window(l)))
        yield (pattern @ v) @ transpose(out[*, h * e..h * e + e])
      }
    }
    let heads = sum(a[l].h[*])
    let attended = if flag(cfg, "attention_bias", false) { heads + weight(w, b + "self_attn.o_proj.bias", [d]) } else { heads }
    x = x + after(attended, b + "post_attention_layernorm")
    let y = read(x, b + (if second { "pre_feedforward_layernorm" } else { "post_attention_layernorm" }))
    component m[l] {
      inner n = bend(linear(y, b + "mlp.gate_proj", d, size)) * linear(y, b + "mlp.up_proj", d, size)
      yield linear(n, b + "mlp.down_proj", size, d)
    }
    x = x + after(m[l], b + "post_feedforward_layernorm")
  }
  let unembed = unembedding(cfg, w, "lm_head.weight", "model.embed_tokens.weight", [vocab, d])
  output logits = soft_cap(read(x, "model.norm") @ transpose(unembed), cap("final_logit_softcapping", 30))
}
