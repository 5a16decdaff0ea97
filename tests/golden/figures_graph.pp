# pp: run
# graphs as outlines and lists
model t {
  input x: real
  l = 2 * x
  r = 3 * x
  component h { q = l + 1; k = r * 2; yield q * k }
  output y = h + l
}
hypothesis left on t { keep l -> h; keep x -> l -> y }
graph(t)
graph(t, tree: true)
graph(left)
graph(left, all: true)
graph(left, tree: true)
graph(paths(r), t)
plot graph(left, tree: true, title: "what is kept")
model m = load("../../examples/models/induction")
hypothesis naive on m { keep embed -> logits; keep a0.h0 -> a1.h[2,4].k }
graph(naive)
graph(naive, tree: true)
hypothesis here on m { keep a0.h0@3 }
graph(here)
graph(paths(r))
graph(3)
dataset d = load("../../examples/data/repeats.jsonl", for: m)
let a = attention(d, "a1.h2", pair: 1)
keys(a)
expect abs(sum(a.values[5]) - 1) < 1e-6 and a.values[0, 1] == 0 and shape(a.values) == [len(d[1].ref), len(d[1].ref)]
expect attention(d, paths(a1.h2), pair: 1).values == a.values and attention(d, "a1.h2", pair: 1, side: "cf").values != a.values
attention(d, "embed")
attention(d, "a9.h9")
attention(d, paths(a1.h[*]))
attention(d, "a1.h2", pair: 1000)
attention(3, "a1.h2")
hypothesis cut on t { keep l; set r to zero }
graph(cut)
graph(cut, tree: true)
model u {
  input x: real
  inner g = 2 * x
  output y = g * (3 * g)
}
graph(u, tree: true)
hypothesis by_g on u { keep g }
graph(by_g, tree: true)
