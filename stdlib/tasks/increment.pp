# Counting on: "4,5,6,7," -> 8.  The counterfactual has other numbers before the last one.  After Gould et al. 2023, "Successor heads"
# (arXiv 2312.09230).
#
# Roles: a, b, c, d (the numbers), END.  Answer: the next number, foil: the last one again.
fn increment(m, n, seed) {
  let separator = if n_tokens("4,5,", for: m) > 0 { "," } else { " " }
  let tokens_of = [k for k in 0..100 if n_tokens(if separator == "," { str(k) } else { " " + str(k) }, for: m) == 1]
  let starts = [k for k in tokens_of if every([contains(tokens_of, k + i) for i in 1..5])]
  let usable = if len(starts) > 0 { starts } else { fail("this model's tokenizer has no five numbers in a row that are one token each") }
  dataset increment for m {
    template if separator == "," { "{a},{b},{c},{d}," } else { "{a} {b} {c} {d}" }
    let a in usable; b = a + 1; c = a + 2; d = a + 3; next = a + 4
    counterfactual { let a in tokens_of; let b in tokens_of; let c in tokens_of; d = ref.d; distinct a, b, c, d }
    answer if separator == "," { "{next}" } else { " {next}" }; foil if separator == "," { "{d}" } else { " {d}" }
    sample n seed seed
  }
  increment
}
