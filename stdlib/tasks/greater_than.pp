# Greater-than: "The war lasted from the year 1732 to the year 17" -> a year above 32.
# Hanna et al. 2023 (arXiv 2305.00586).  The counterfactual starts in the year 01 of the century.
#
# Roles: noun, XX (the century, both times), YY (the year), END.  Answers: the two-digit years above, foils: those at or below.
# Where a tokenizer splits years into digits, the answers are the digits of a later decade, the foils of an earlier one.
use "tasks/words" as _words

let _nouns = ["war", "siege", "trial", "strike", "journey", "project", "famine", "festival", "campaign", "contract", "marriage", "plan", "program", "struggle",
  "dispute", "expedition", "reign", "treaty", "voyage", "conflict"]
let _templates = ["The {noun} lasted from the year {XX}{YY} to the year {XX}", "The {noun} lasted from the year {XX} {YY} to the year {XX}"]
fn _two(y) = format("{:02d}", y)
let _centuries = [str(c) for c in 11..18]

# the years whose century is spelled as it is alone, followed by `more` tokens: 1 where " 1732" is " 17" and "32", 2 where digits are
fn _split_after(century, year, more, m) {
  if n_tokens(year, for: m) > 0 {
    let start = tokens(century, for: m)
    let all = tokens(year, for: m)
    len(all) == len(start) + more and all[0..len(start)] == start
  } else {
    false
  }
}
fn _splits(t, c, y, more, m) = n_tokens(" " + c, for: m) > 0 and _split_after(" " + c, _year(t, c, y), more, m)
fn _whole(m, t) = [[c, _two(y)] for c in _centuries for y in 2..99 if _splits(t, c, _two(y), 1, m) and _splits(t, c, "01", 1, m)]
fn _digits(m, t) = [[c, _two(y)] for c in _centuries for y in 11..89 if _splits(t, c, _two(y), 2, m) and _splits(t, c, "01", 2, m)]
fn _year(t, c, y) = if contains(t, "{XX} {YY}") { format(" {} {}", c, y) } else { format(" {}{}", c, y) }

fn _spans(m, n, seed, t, years, higher, lower) {
  let nouns = _words.one_token(_nouns, m)
  dataset greater_than for m {
    template t
    let noun in nouns; let year in years; XX = year[0]; YY = year[1]
    counterfactual { YY = "01" }
    answer higher(YY); foil lower(YY)
    sample n seed seed
  }
  greater_than
}
fn _by_years(m, n, seed, t, years) =
  _spans(m, n, seed, t, years, y => [_two(z) for z in number(y) + 1..100], y => [_two(z) for z in 0..number(y) + 1])
fn _by_decades(m, n, seed, t, years) =
  _spans(m, n, seed, t, years, y => [str(z) for z in number(y[0]) + 1..10], y => [str(z) for z in 0..number(y[0])])

fn greater_than(m, n, seed) {
  let spelled = _words.spelled_templates(_templates, m)
  let t = if len(spelled) == 0 { _templates[0] } else if n_tokens(" 1732", for: m) == 0 { _templates[1] } else { _templates[0] }
  let years = _whole(m, t)
  let digits = if len(years) == 0 { _digits(m, t) } else { [] }
  if len(years) > 0 {
    _by_years(m, n, seed, t, years)
  } else if len(digits) > 0 {
    _by_decades(m, n, seed, t, digits)
  } else {
    fail("this model's tokenizer splits no year into its century and the rest")
  }
}
