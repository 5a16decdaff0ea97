# GPT-2 as Hugging Face stores it: Conv1D weights (in, out), heads side by side in c_attn, unembedding tied unless lm_head is
# there.  Each head reads its own copy of the norm; the output bias of attention is a constant on no path.
#
# Models in this layout that Hugging Face's GPT-2 is not exactly (compiled by tracr, for example) say how in `ext`: head_dim,
# d_vocab_out, normalization "none", attention_dir "bidirectional", attn_only, lm_head_bias.
use "models/parts"

model gpt2(cfg, w) {
  input tokens: ids[seq]
  let pre = if has(w, "transformer.wte.weight") { "transformer." } else { "" }
  let usual = understood(cfg)
  let ext = part(cfg, "ext")
  let d = whole(cfg, "n_embd", none)
  let n = whole(cfg, "n_head", none)
  let e = if has(ext, "head_dim") { whole(ext, "head_dim", none) } else { divided(d, n, "n_embd", "n_head") }
  let layers = whole(cfg, "n_layer", none)
  let context = whole(cfg, "n_positions", none)
  let vocab = whole(cfg, "vocab_size", none)
  let size = whole(cfg, "n_inner", 4 * d)
  let eps = positive(cfg, "layer_norm_epsilon", 0.00001)
  let bend = activation(cfg, "activation_function", "gelu_new")
  let by_layer = flag(cfg, "scale_attn_by_inverse_layer_idx", false)
  let root = if flag(cfg, "scale_attn_weights", true) { sqrt(e) } else { 1 }
  let normed = one_of(ext, "normalization", "layer_norm", ["layer_norm", "none"]) == "layer_norm"
  let causally = one_of(ext, "attention_dir", "causal", ["causal", "bidirectional"]) == "causal"
  let positions = one_of(ext, "positional_embedding_type", "standard", ["standard"])
  let with_mlps = not flag(ext, "attn_only", false)

  fn read(x, name) = if normed { layer_norm(x, weight(w, name + ".weight", [d]), weight(w, name + ".bias", [d]), eps: eps) } else { x }
  fn linear(x, name, from, to) = x @ weight(w, name + ".weight", [from, to]) + weight(w, name + ".bias", [to])
  fn masked(scores) = if causally { causal(scores) } else { scores }

  embed = gather(weight(w, pre + "wte.weight", [vocab, d]), tokens)
  let x = embed + rows(weight(w, pre + "wpe.weight", [context, d]), seq)
  for l in 0..layers {
    let b = pre + "h." + str(l) + "."
    let qkv = weight(w, b + "attn.c_attn.weight", [d, 3 * n * e])
    let bias = weight(w, b + "attn.c_attn.bias", [3 * n * e])
    let out = weight(w, b + "attn.c_proj.weight", [n * e, d])
    let scale = if by_layer { root * (l + 1) } else { root }
    let r = read(x, b + "ln_1")
    fn project(kind, h) {
      let from = (kind * n + h) * e
      r @ qkv[*, from..from + e] + bias[from..from + e]
    }
    for h in 0..n {
      component a[l].h[h] {
        q = project(0, h)
        k = project(1, h)
        v = project(2, h)
        inner pattern = softmax(masked(q @ transpose(k) / scale))
        yield (pattern @ v) @ out[h * e..h * e + e]
      }
    }
    x = x + sum(a[l].h[*]) + weight(w, b + "attn.c_proj.bias", [d])
    if with_mlps {
      component m[l] {
        inner n = bend(linear(read(x, b + "ln_2"), b + "mlp.c_fc", d, size))
        yield linear(n, b + "mlp.c_proj", size, d)
      }
      x = x + m[l]
    }
  }
  let unembed = unembedding(cfg, w, "lm_head.weight", pre + "wte.weight", [whole(ext, "d_vocab_out", vocab), d])
  let y = read(x, pre + "ln_f") @ transpose(unembed)
  output logits = if flag(ext, "lm_head_bias", false) { y + weight(w, "lm_head.bias", [whole(ext, "d_vocab_out", vocab)]) } else { y }
}
