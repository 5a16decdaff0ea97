# Which paths make a two-layer model repeat what it has seen?  (Goldowsky-Dill et al. 2023, section 4)
model   m     = load("models/induction")                  # a folder: config.json, model.safetensors
dataset pairs = load("data/repeats.jsonl", for: m)        # reference: a sequence and its repeat; counterfactual: no repeat

hypothesis direct on m { keep embed -> logits }

hypothesis naive on m {
  "An induction head copies the token that followed the last time it saw this one."
  keep embed -> logits
  keep embed -> a1.h[2,3,4,6].v -> logits
  keep embed -> a0.h0 -> a1.h[2,3,4,6].k -> logits        # the previous-token head tells the key what came before
  keep embed -> a1.h[2,3,4,6].q -> logits
}

hypothesis refined on m {
  "The same heads, but whatever layer 0 does may reach them."
  keep embed -> logits
  keep a1.h[2,3,4,6]
}

let r = evaluate [direct, naive, refined] on pairs by [kl, nll]
r

# The same question head by head: each is taken off the direct way to the logits
let effect = sweep l in 0..2, h in 0..8 on pairs by logit_diff { keep all; drop a[l].h[h] -> logits }
plot heatmap(effect)

expect r[naive, kl].explained > 0.2 and r[naive, kl].explained < 0.85
expect r[refined, kl].explained > 0.9
