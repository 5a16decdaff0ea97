# Which paths find the indirect object?  "When Agnes and Don left the park, Don gave a cake to" -> Agnes.
# The counterfactual has three other names, so nothing about who is who remains.
model   m   = load("models/names")
dataset ioi = load("data/ioi.jsonl", for: m)              # roles: IO, S1, S2 (the repeated subject), END

hypothesis moved on m {
  "Later heads read the indirect object's name where it stands and move it to the end."
  keep a[1..3].h[*].v@IO
}

hypothesis moved_by_role on m {
  "They know where to look because the subject stands twice: what both mentions wrote reaches their queries and keys."
  keep a[1..3].h[*].v@IO
  keep embed@{S1,S2} .. a[1..3].h[*].{q,k}
}

hypothesis inhibited on m {
  "Two heads of layer 0 read the second mention of the subject; keys and values of layer 1 read both names."
  keep a1.h[0..4].{k,v}@{IO,S1}
  keep a0.h[0,2].{k,v}@S2
}

let r = evaluate [moved, moved_by_role, inhibited] on ioi by logit_diff
r
plot bars(r)

# Which heads write the name, or keep it from being written?  Each is taken off the direct way to the logits.
let heads = sweep l in 0..3, h in 0..4 on ioi by logit_diff { keep all; drop a[l].h[h] -> logits }
plot heatmap(heads, numbers: true)

# One prompt: which of its tokens matter, and where a head of layer 1 looks
let one = take(ioi, 1)
let by_token = sweep t in 0..len(one[0].ref_ids) on one by logit_diff { keep all; drop embed@(t) }
plot highlight(one, by_token)
plot heatmap(attention(one, "a1.h1"))

# What the edges would carry if heads of layers 1 and 2 read the name anywhere, straight from the embedding
hypothesis copied on m { keep embed -> a[1..3].h[*].v -> logits }
plot graph(copied)
expect r[moved, logit_diff].explained > 0.4
expect r[moved_by_role, logit_diff].explained > r[moved, logit_diff].explained
expect r[inhibited, logit_diff].explained > 0.8
report to "ioi.html"                                      # all of this on one page
