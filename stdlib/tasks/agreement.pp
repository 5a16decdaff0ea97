# Subject-verb agreement: "The boys near the car" -> are, have, do.  After Finlayson et al. 2021 (arXiv 2106.06087) and Marks et al.
# 2024 (arXiv 2403.19647).  The counterfactual has the subject in the other number.
#
# Roles: subject, attractor (a noun in between, if there is one), END.  Answers: the verbs in the subject's number, foils: the others.
use "tasks/words" as _words

let _people = [["boy", "boys"], ["girl", "girls"], ["teacher", "teachers"], ["doctor", "doctors"], ["author", "authors"], ["friend", "friends"], ["king", "kings"],
  ["lawyer", "lawyers"], ["farmer", "farmers"], ["student", "students"], ["pilot", "pilots"], ["soldier", "soldiers"], ["driver", "drivers"], ["player", "players"],
  ["mother", "mothers"], ["father", "fathers"], ["brother", "brothers"], ["sister", "sisters"], ["man", "men"], ["woman", "women"]]
let _things = [["car", "cars"], ["tree", "trees"], ["house", "houses"], ["table", "tables"], ["desk", "desks"], ["truck", "trucks"], ["bike", "bikes"], ["door", "doors"],
  ["bridge", "bridges"], ["river", "rivers"]]
let _verbs = [["is", "are"], ["has", "have"], ["does", "do"], ["was", "were"], ["goes", "go"]]
let _between = ["near", "behind", "beside", "by"]

fn _agreement(m, n, seed, templates) {
  let people = _words.at_least(3, _words.one_token_pairs(_people, m), "nouns with a plural")
  let things = _words.at_least(1, _words.one_token_pairs(_things, m), "nouns with a plural")
  let verbs = _words.at_least(1, _words.one_token_pairs(_verbs, m), "verbs with a plural")
  let between = _words.spelled(_between, m)
  dataset agreement for m {
    template templates
    let noun in people; let number in [0, 1]; subject = noun[number]
    let other in things; let other_number in [0, 1]; attractor = other[other_number]; let preposition in between
    counterfactual { number = 1 - ref.number }
    answer [" " + v[number] for v in verbs]; foil [" " + v[1 - number] for v in verbs]
    sample n seed seed
  }
  agreement
}
# with a phrase between subject and verb
fn agreement(m, n, seed) = _agreement(m, n, seed, "The {subject} {preposition} the {attractor}")
# without
fn agreement_simple(m, n, seed) = _agreement(m, n, seed, "The {subject}")
