# pp: run
# dataset blocks: slots, sides, sampling, and what is refused
model m = load("../../examples/models/names")
let names = ["Agnes","Don","Stephen","Victor","Celia","Marcus","Bianca","Susan"]
let places = ["park","office","beach"]
let objects = ["cake", "book", "key"]
dataset ioi for m {
  template ["When {IO} and {S1} left the {place}, {S2} gave a {object} to", "When {S1} and {IO} left the {place}, {S2} gave a {object} to"]
  let IO in names; let S1 in names; S2 = S1; let place in places; let object in objects
  distinct IO, S1
  counterfactual { let IO in names; let S1 in names; let S2 in names; distinct IO, S1, S2 }
  answer " {IO}"; foil " {S1}"
  sample 256 seed 0
}
ioi
for p in ioi[0..4] { print(p.ref, "/", p.cf, p.answer, p.foil, p.positions) }
dataset swap for m {
  template "When {A} and {B} left the park, {B} gave a cake to"
  let A in names; let B in names
  distinct A, B
  counterfactual { A = ref.B; B = ref.A }
  answer "{A}"; foil "{cf.A}"
  sample 3
}
for p in swap { print(p.ref, "/", p.cf, p.answer, p.foil, p.positions) }
dataset loopy for m {
  template "When {A} and {B}"
  let A in names; let B in names
  counterfactual { A = B; B = A }
}
dataset all for m {
  template "When {A} and {B}"
  let A in names; let B in names
  distinct A, B
  counterfactual { let A in {"Agnes": 2, "Don": 1}; distinct A, B }
}
all
dataset wrong for m {
  template "When {A} and {C}"
  let A in names; let B in names
}
dataset moving for m {
  template "When {A} {B} left the park"
  let A in names; let B in names
  counterfactual { let A in ["Agnes and", "Don"] }
  on_misaligned: refuse
  sample 4
}
dataset moving2 for m {
  template "When {A} {B} left the park"
  let A in names; let B in ["Don and", "Agnes"]
  counterfactual { let A in ["Agnes and", "Don"]; let B in ["Don and", "Agnes"] }
  on_misaligned: skip
  sample 40
}
moving2
dataset two for m { template "When {A}" ; let A in names; answer "{A} Don"; counterfactual { A = "Don" } ; sample 1 }
dataset few for m { template "When {A}" ; let A in names; counterfactual { A = "Don" } ; sample 20 }
dataset none1 for m { template "When {A}" ; let A in []; counterfactual { A = "Don" } ; sample 20 }
dataset none2 for m { let A in names; counterfactual { A = "Don" } ; sample 20 }
dataset none3 for m { template "{A"; let A in names; }
dataset none3 for m { template "{A}"; let A in ["Zanzibar"]; }
# the order of definitions does not matter; numbers, braces and helpers
dataset sums for m {
  after = before + 1
  let before in 3..6
  fn spelled(n) = "in {str(n)}"
  template "{{the}} {before} {after}"
  counterfactual { let before in 4..7 }
  on_misaligned: later
}
dataset reserved for m { template "{ref}"; let ref in names }
dataset twice for m { template "{A}"; let A in names; A = "Don" }
dataset twice2 for m { template "{A}"; template "{A}"; let A in names }
dataset inside for m { template "{A}"; let A in names; counterfactual { sample 3 } }
dataset weights for m { template "{A}"; let A in {"Don": 0} }
dataset many for m { template "{A}{B}{C}{D}{E}{F}"; let A in names; let B in names; let C in names; let D in names; let E in names; let F in names }
dataset missing for m { template "When {A}"; let A in names; distinct A, B }
dataset lists for m { template "When {A}"; let A in [["Don"]] }
dataset numbers for m { template [3]; let A in names }
dataset templates for m {
  template ["When {A}", "So {A}", "And {A}"]; let A in names
  counterfactual { template ["When {A}", "So {A}"]; let A in names }
}
dataset both for m {
  template ["When {A} left", "So {A} left"]; let A in names
  counterfactual { template ["So {A} left", "When {A} left"]; let A in names; let other = ref.A; distinct A, other }
  answer ["{A}", " {cf.A}"]
  sample 3 seed 1
}
for p in both { print(p.ref, "/", p.cf, p.answer) }
# drawn anew from the same seed, and from another
fn draw(n, s) {
  dataset d for m { template "When {A} and {B}"; let A in names; let B in names; counterfactual { A = "Don" }; sample n seed s }
  d
}
[p.ref for p in draw(3, 1)] == [p.ref for p in draw(5, 1)][0..3]
[p.ref for p in draw(8, 1)] == [p.ref for p in draw(8, 2)]
dataset renamed = draw(2, 0)
renamed.name
