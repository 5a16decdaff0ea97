# pp: run
# A grid of hypotheses as one evaluation; a cell is what the hypothesis gives by itself.
model m = load("../../examples/models/induction")
dataset d = load("../../examples/data/repeats.jsonl", for: m)
let five = take(d, 5)
let effect = sweep l in 0..2, h in [0, 3] on five by logit_diff { keep all; drop a[l].h[h] -> logits }
effect
hypothesis one on m { keep all; drop a1.h3 -> logits }
let alone = evaluate one on five by logit_diff
expect alone.aue == effect.aue[1, 1]
expect alone.effect == effect.effect[1, 1]
expect alone.patched == effect.patched[1, 1]
sweep name in ["embed", "a1"] on five by [kl, nll] { if name == "embed" { keep embed -> logits } else { keep a1.h[*] } }
let t = effect.table
len(t)
# why a figure is undefined, and which pairs have no such row
let same = pairs([{ref: [1, 2, 3], cf: [1, 2, 3], answer: 4, positions: {A: 1}}, {ref: [1, 2], cf: [1, 2], answer: 4}], for: m)
sweep l in 0..2 on same by kl at A { keep a[l].h0 }
