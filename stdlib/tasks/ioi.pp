# Indirect object identification: "When Mary and John went to the store, John gave a drink to" -> Mary.
# Wang et al. 2022, "Interpretability in the wild" (arXiv 2211.00593): its fifteen templates, each with the indirect object second
# (BABA) and first (ABBA); the counterfactual has three other names (ABC).
#
#     use "tasks/ioi"
#     let d = ioi(gpt, n: 256, seed: 0)
#
# Roles: IO, S1 (the subject), S2 (the subject again), place, object, END.  Answer: IO, foil: S.
use "tasks/words" as _words

let _baba = [
  "Then, {S1} and {IO} went to the {place}. {S2} gave a {object} to",
  "Then, {S1} and {IO} had a lot of fun at the {place}. {S2} gave a {object} to",
  "Then, {S1} and {IO} were working at the {place}. {S2} decided to give a {object} to",
  "Then, {S1} and {IO} were thinking about going to the {place}. {S2} wanted to give a {object} to",
  "Then, {S1} and {IO} had a long argument, and afterwards {S2} said to",
  "After {S1} and {IO} went to the {place}, {S2} gave a {object} to",
  "When {S1} and {IO} got a {object} at the {place}, {S2} decided to give it to",
  "When {S1} and {IO} got a {object} at the {place}, {S2} decided to give the {object} to",
  "While {S1} and {IO} were working at the {place}, {S2} gave a {object} to",
  "While {S1} and {IO} were commuting to the {place}, {S2} gave a {object} to",
  "After the lunch, {S1} and {IO} went to the {place}. {S2} gave a {object} to",
  "Afterwards, {S1} and {IO} went to the {place}. {S2} gave a {object} to",
  "Then, {S1} and {IO} had a long argument. Afterwards {S2} said to",
  "The {place} {S1} and {IO} went to had a {object}. {S2} gave it to",
  "Friends {S1} and {IO} found a {object} at the {place}. {S2} gave it to",
]
fn _abba(t) = replace(replace(replace(t, "{S1}", "{second}"), "{IO}", "{S1}"), "{second}", "{IO}")
let _places = ["store", "garden", "restaurant", "school", "hospital", "office", "house", "station"]
let _objects = ["ring", "kiss", "bone", "basketball", "computer", "necklace", "drink", "snack"]

# the templates of one order: "BABA", "ABBA" or "both"
fn ioi_templates(order) =
  if order == "BABA" { _baba } else if order == "ABBA" { [_abba(t) for t in _baba] } else { _baba + [_abba(t) for t in _baba] }

# n pairs drawn from the templates given
fn ioi_from(templates, m, n, seed) {
  let names = _words.at_least(3, _words.one_token(_words.names, m), "first names")
  let places = _words.spelled(_places, m)
  let objects = _words.spelled(_objects, m)
  dataset ioi for m {
    template _words.spelled_templates(templates, m)
    let IO in names; let S1 in names; S2 = S1; let place in places; let object in objects
    distinct IO, S1
    counterfactual { let IO in names; let S1 in names; let S2 in names; distinct IO, S1, S2 }
    answer " {IO}"; foil " {S1}"
    on_misaligned: skip
    sample n seed seed
  }
  ioi
}
fn ioi(m, n, seed) = ioi_from(ioi_templates("both"), m, n, seed)
