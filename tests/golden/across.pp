# pp: run --json
# The ways in which the literature would test one hypothesis, in one statement.  By hand: y = m * m + a.
model t {
  input x: real
  a = 2 * x
  b = 3 * x
  m = a + b
  output y = m * m + a
}
dataset d = pair({x: 1}, {x: 2}, for: t)
hypothesis h on t { keep a -> m -> y }
let r = evaluate h on d by value across {ablation: [resample, mean, zero], level: [node, path], direction: [keep, drop]}
table(r)[["hypothesis", "ablation", "level", "direction", "patched", "ate", "paths_kept", "paths_cut"]]
evaluate h on d by value across {level: edge}

# Where paths leave the kept ones they are cut: the same, said with rules.
model m = load("../oracle/cases/attn-only-2l/model")
dataset pairs = load("../oracle/cases/attn-only-2l/pairs.jsonl", for: m)
hypothesis k on m { keep embed -> a0.h2 -> a1.h5.k -> logits }
hypothesis by_rules on m {
  keep all
  set embed -> logits to zero
  set a0.h[*] -> logits to zero
  set a1.h[0..5] -> logits to zero
  set a1.h[6..8] -> logits to zero
  set a1.h5.{q,v} -> logits to zero
  set embed -> a1.h5.k -> logits to zero
  set (a0.h[0,1] | a0.h[3..8]) -> a1.h5.k -> logits to zero
}
let cut = evaluate k on pairs by kl across {ablation: zero}
expect cut[0].aue == (evaluate by_rules on pairs by kl).aue and cut[0].explained < 1

# Only some rows: heads are cut where their row is not kept.
hypothesis at_end on m { keep a1.h5@END -> logits }
hypothesis at_end_by_rules on m {
  keep all
  set (embed | a0.h[*] | a1.h[0..5] | a1.h[6..8]) -> logits to mean
}
expect (evaluate at_end on pairs by kl across {ablation: mean})[0].aue == (evaluate at_end_by_rules on pairs by kl).aue
