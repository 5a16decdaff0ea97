# pp: run
# the pairs that a hypothesis explains worst
model m {
  input tokens: ids[seq]
  embed = gather(tensor([[1, 0, 0, 2], [0, 1, 0, 0], [0, 0, 3, 0], [1, 1, 0, 1]]), tokens)
  component h[0] { q = embed; k = embed * 1; yield softmax(causal(q @ transpose(k))) @ embed }
  output logits = embed + h[0]
}
dataset d = load("lib/ids.jsonl", for: m)
hypothesis half on m { keep h0.q -> logits }
hypothesis direct on m { keep embed -> logits }
counterexamples half on d by kl top 2
let c = counterexamples [half, direct] on d by [kl, logit_diff] at S top 3
c[["hypothesis", "metric", "pair", "delta", "total", "answer", "foil"]]
let r = evaluate [half, direct] on d by [kl, logit_diff] at S
expect len(c) == 12 and [row.delta for row in filter(c, row => row.hypothesis == "half" and row.metric == "kl")] == sort(r[half, kl].per_pair, descending: true)
model t { input x: real; input z: real; h0 = x * 3; h1 = z * 5; output y = h0 * h0 + h1 }
dataset pairs = pair({x: 1, z: 2}, {x: 5, z: 7}, for: t)
hypothesis h on t { keep h1 }
counterexamples h on pairs by value

counterexamples half on d by kl top 0
counterexamples half on d by kl top 1.5
counterexamples half on d
evaluate half on d by kl top 1
