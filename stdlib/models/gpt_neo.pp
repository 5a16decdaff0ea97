# GPT-Neo: as GPT-2 with weights (out, in), q, k, v apart and without biases, scores that are not divided by the root of the head
# size, and layers that look back at most window_size tokens ("local") in turn with layers that look at all ("global").
use "models/parts"

model gpt_neo(cfg, w) {
  input tokens: ids[seq]
  let pre = if has(w, "transformer.wte.weight") { "transformer." } else { "" }
  let usual = understood(cfg)
  let d = whole(cfg, "hidden_size", none)
  let n = whole(cfg, "num_heads", none)
  let e = divided(d, n, "hidden_size", "num_heads")
  let layers = whole(cfg, "num_layers", none)
  let size = whole(cfg, "intermediate_size", 4 * d)
  let eps = positive(cfg, "layer_norm_epsilon", 0.00001)
  let vocab = whole(cfg, "vocab_size", none)
  let context = whole(cfg, "max_position_embeddings", none)
  let bend = activation(cfg, "activation_function", "gelu_new")
  # attention_types: [[[kinds], how often], ...]
  let given = get(cfg, "attention_types", [])
  fn listed(x, n) = kind(x) == "list" and (n == 0 or len(x) == n)
  let sound = if listed(given, 0) { every([listed(item, 2) and listed(item[0], 0) and kind(item[1]) == "number" for item in given]) } else { false }
  let types = if sound { given } else { wrong("attention_types", given, "a list of [[\"global\", \"local\"], how often]") }
  let kinds = [type for item in types for i in 0..min([item[1], layers]) for type in item[0]]
  let exact = if len(kinds) == layers { true } else { fail("attention_types is about " + str(len(kinds)) + " layers, but num_layers is " + str(layers)) }
  fn window(type) {
    if type == "local" {
      whole(cfg, "window_size", 256)
    } else if type == "global" {
      0
    } else {
      wrong("attention_types", type, "made of global and local")
    }
  }
  fn read(x, name) = layer_norm(x, weight(w, name + ".weight", [d]), weight(w, name + ".bias", [d]), eps: eps)
  fn linear(x, name, from, to) = x @ transpose(weight(w, name + ".weight", [to, from])) + weight(w, name + ".bias", [to])
  fn project(x, name, h) = x @ transpose(weight(w, name + ".weight", [d, d])[h * e..h * e + e])

  embed = gather(weight(w, pre + "wte.weight", [vocab, d]), tokens)
  let x = embed + rows(weight(w, pre + "wpe.weight", [context, d]), seq)
  for l in 0..layers {
    let b = pre + "h." + str(l) + "."
    let at = b + "attn.attention."
    let out = weight(w, at + "out_proj.weight", [d, d])
    let r = read(x, b + "ln_1")
    for h in 0..n {
      component a[l].h[h] {
        q = project(r, at + "q_proj", h)
        k = project(r, at + "k_proj", h)
        v = project(r, at + "v_proj", h)
        inner pattern = softmax(causal(q @ transpose(k), window: window(kinds[l])))
        yield (pattern @ v) @ transpose(out[*, h * e..h * e + e])
      }
    }
    x = x + sum(a[l].h[*]) + weight(w, at + "out_proj.bias", [d])
    component m[l] {
      inner n = bend(linear(read(x, b + "ln_2"), b + "mlp.c_fc", d, size))
      yield linear(n, b + "mlp.c_proj", size, d)
    }
    x = x + m[l]
  }
  output logits = read(x, pre + "ln_f") @ transpose(unembedding(cfg, w, "lm_head.weight", pre + "wte.weight", [vocab, d]))
}
