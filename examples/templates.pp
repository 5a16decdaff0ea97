# Prompts from templates: what finds the indirect object, and what tells she from he?  The model's words split at spaces, so every
# slot is one token and a role: moved@IO is about the row where {IO} stands.
model m = load("models/names")
use "tasks/pronouns"

let names = ["Agnes", "Don", "Stephen", "Victor", "Celia", "Marcus", "Bianca", "Susan", "Hannah", "Kevin"]
dataset ioi for m {
  template ["When {IO} and {S1} left the {place}, {S2} gave a {object} to", "When {S1} and {IO} left the {place}, {S2} gave a {object} to"]
  let IO in names; let S1 in names; S2 = S1
  let place in ["park", "office", "beach"]; let object in ["cake", "book", "key"]
  distinct IO, S1
  counterfactual { let IO in names; let S1 in names; let S2 in names; distinct IO, S1, S2 }
  answer " {IO}"; foil " {S1}"
  sample 64 seed 0
}
# the same prompts; only who acts again is another: about S2 alone
dataset second for m {
  template "When {A} and {B} left the {place}, {S2} gave a {object} to"
  let A in names; let B in names; S2 = B; IO = A
  let place in ["park", "office", "beach"]; let object in ["cake", "book", "key"]
  distinct A, B
  counterfactual { S2 = ref.A }
  answer " {IO}"; foil " {B}"
  sample 64 seed 0
}

hypothesis moved on m {
  "Later heads read the indirect object's name where it stands and move it to the end."
  keep a[1..3].h[*].v@IO
}
hypothesis repeated on m {
  "The second mention of the subject decides, by way of the first layer's heads."
  keep a0.h[*].{k,v}@S2
}
let r = evaluate [moved, repeated] on ioi by logit_diff
r
expect r[moved, logit_diff].explained > 0.4
let s = evaluate repeated on second by logit_diff
s
expect s.explained > 0.5                                  # with nothing else changed, that is what carries it

dataset she = pronouns(m, n: 64, seed: 0)
hypothesis by_name on m { "What is read at the name"; keep a[*].h[*].v@name }
let p = evaluate by_name on she by logit_diff
p
expect p.explained > 0.5
let halves = split(she, 0.5, seed: 1)                     # the same on either half
expect (evaluate by_name on halves[0] by logit_diff).explained > 0.5
