# pp: run
# norms: "split": the scale of a norm as a component, against the same model written out.
model normed(cfg, w) {
  input tokens: ids[seq]
  embed = gather(w["embed.W_E"], tokens)
  let u = w["unembed.W_U"]
  let r = layer_norm(embed, tensor([1.5, 0.5]), tensor([0.25, 0]), eps: 0.125)
  component a[0].h[0] {
    q = r
    k = r @ u @ transpose(u)
    v = r * 2
    yield softmax(causal(q @ transpose(k))) @ v
  }
  let x = embed + a0.h0
  output logits = rms_norm(x, tensor([0.5, 2]), eps: 0.25, offset: 1) @ u
}
model written_out(cfg, w) {
  input tokens: ids[seq]
  embed = gather(w["embed.W_E"], tokens)
  let u = w["unembed.W_U"]
  a[0].h[0].scale = norm_scale(embed, eps: 0.125)
  let r = center(embed) * a[0].h[0].scale * tensor([1.5, 0.5]) + tensor([0.25, 0])
  component a[0].h[0] {
    q = r
    k = r @ u @ transpose(u)
    v = r * 2
    yield softmax(causal(q @ transpose(k))) @ v
  }
  let x = embed + a0.h0
  logits.scale = norm_scale(x, eps: 0.25, center: false)
  output logits = x * logits.scale * tensor([1.5, 3]) @ u
}
model whole = load("folders/good", as: normed)
model m = load("folders/good", as: normed, norms: "split")
model n = load("folders/good", as: written_out)
[whole, m, n]
dataset d = pair([0, 1, 2], [1, 1, 0], for: m)
dataset e = pair([0, 1, 2], [1, 1, 0], for: n)
delta out(ref, patched) = patched.logits[END, 0] + 3 * patched.logits[END, 1] + 9 * patched.logits[END, 2]
hypothesis frozen on m { keep logits.scale }
hypothesis frozen_n on n { keep logits.scale }
hypothesis read on m { keep embed -> a0.h0.scale -> a0.h0.{q,v} -> logits; keep embed -> logits except logits.scale }
hypothesis read_n on n { keep embed -> a0.h0.scale -> a0.h0.{q,v} -> logits; keep embed -> logits except logits.scale }
hypothesis held on m { keep all; set a0.h0.scale to mean }
hypothesis held_n on n { keep all; set a0.h0.scale to mean }
let x = table(evaluate [frozen, read, held] on d by out)
let y = table(evaluate [frozen_n, read_n, held_n] on e by out)
expect max(abs(tensor(x.aue) - tensor(y.aue))) < 0.00001
[x.paths_kept, y.paths_kept, x.paths_total]
format("{:.3f} {:.3f} {:.3f}", x.aue[0], x.aue[1], x.aue[2])
load("folders/good", norms: "split")
kind(load("folders/good", norms: "whole"))
load("folders/good", norms: "both")
