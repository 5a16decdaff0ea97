# Capitals: "The capital of France is" -> Paris.  The counterfactual asks for another country.
#
# Roles: country, END.  Answer: the capital, foil: that of the other country.
use "tasks/words" as _words

let _capitals = [["France", "Paris"], ["Germany", "Berlin"], ["Italy", "Rome"], ["Spain", "Madrid"], ["Portugal", "Lisbon"], ["Austria", "Vienna"], ["Greece", "Athens"],
  ["Russia", "Moscow"], ["Japan", "Tokyo"], ["China", "Beijing"], ["Egypt", "Cairo"], ["Norway", "Oslo"], ["Sweden", "Stockholm"], ["Denmark", "Copenhagen"],
  ["Finland", "Helsinki"], ["Poland", "Warsaw"], ["Hungary", "Budapest"], ["Ireland", "Dublin"], ["England", "London"], ["Scotland", "Edinburgh"], ["Belgium", "Brussels"],
  ["Cuba", "Havana"], ["Iran", "Tehran"], ["Iraq", "Baghdad"], ["Syria", "Damascus"], ["Lebanon", "Beirut"], ["Kenya", "Nairobi"], ["Thailand", "Bangkok"],
  ["Turkey", "Ankara"], ["Ukraine", "Kiev"], ["Canada", "Ottawa"], ["Venezuela", "Caracas"], ["Peru", "Lima"], ["Chile", "Santiago"], ["Afghanistan", "Kabul"],
  ["Jordan", "Amman"], ["Indonesia", "Jakarta"], ["Taiwan", "Taipei"], ["Serbia", "Belgrade"], ["Bulgaria", "Sofia"]]
let _templates = ["The capital of {country} is", "The capital city of {country} is", "The city that is the capital of {country} is"]

# the countries that are as many tokens as most are
fn _alike(pairs, m) {
  let sizes = [n_tokens(" " + p[0], for: m) for p in pairs]
  let counts = [len([s for s in sizes if s == k]) for k in 0..6]
  [pairs[i] for i in 0..len(pairs) if sizes[i] == argmax(counts)]
}

fn capitals(m, n, seed) {
  let known = _words.at_least(2, _alike([p for p in _capitals if n_tokens(" " + p[1], for: m) == 1], m), "capitals of countries alike")
  dataset capitals for m {
    template _words.spelled_templates(_templates, m)
    let place in known; country = place[0]; capital = place[1]
    counterfactual { let place in known; right = ref.capital; distinct capital, right }
    answer " {capital}"; foil " {cf.capital}"
    sample n seed seed
  }
  capitals
}
