# pp: run
# prune and refine: every candidate computed, every step said, the result a hypothesis that can be pasted.
model t {
  input x: real
  h0 = 2 * x
  h1 = x + 1
  component b { q = h0 + 0.125 * h1; v = 3 * x; yield q * v }
  output y = h0 + 0.25 * h1 + b
}
dataset d = pair({x: 1}, {x: 4}, for: t)
let whole = paths(circuit {x -> h[*], x -> b, h[*] -> b, h[*] -> y, b -> y})
let a = prune whole on d by value until explained < 0.9
hypothesis pruned on t { keep circuit {x -> h0, x -> b.v, h0 -> b.q, b -> y} }
hypothesis few on t { keep x -> b.v -> y }
let b = refine few on d by value until explained > 0.95
hypothesis few_refined extends few { keep x -> h0 }
let r = evaluate [pruned, a, few, few_refined, b] on d by value
[format("{:.4f}", x.explained) for x in r]
expect r[pruned].explained == r[a].explained and r[few_refined].explained == r[b].explained
refine few on d by value until explained < 0.5
prune few on d by value until explained < 0.5
prune x -> y on d by value until explained < 0.5
prune circuit {x -> b, b -> y} on d by value until explained < 0.99
prune circuit {x -> y} on d by value until explained < 0.5
refine [few, pruned] on d by value until explained > 0.5
refine few on d by value until explained > 2
