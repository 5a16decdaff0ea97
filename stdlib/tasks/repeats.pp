# Induction: a block of random tokens and the beginning of the same block again -> the token that came next the first time.
# Olsson et al. 2022 (arXiv 2209.11895).  The counterfactual has another first block, so that nothing is repeated.
#
#     let d = repeats(m, length: 12, start: [], n: 64, seed: 0)       # start: the ids that every prompt begins with
#
# Roles: FIRST, SECOND (the two blocks), PREV (where the last token stood before), NEXT (the token after it: the answer), END.
# Answer: the token at NEXT, foil: the token that the counterfactual has there.
fn _one(ids, length, start, k, seed) {
  let drawn = sample(ids, 2 * length, seed: seed)
  let first = drawn[0..length]
  let other = drawn[length..2 * length]
  let here = len(start)
  {ref: start + first + first[0..k], cf: start + other + first[0..k], answer: first[k], foil: other[k],
   positions: {FIRST: list(here..here + length), SECOND: list(here + length..here + length + k), PREV: here + k - 1, NEXT: here + k}}
}
fn repeats(m, length, start, n, seed) {
  let all = [t for t in 0..m.vocab if not contains(start, t)]
  let ids = sample(all, min([len(all), 4096]), seed: seed)
  if length < 2 or 2 * length > len(ids) { fail(format("a block has at least 2 tokens and at most {}", floor(len(ids) / 2))) }
  let ends = sample(list(1..length), length - 1, seed: seed)
  pairs([_one(ids, length, start, ends[i % len(ends)], seed * 1000003 + i) for i in 0..n], for: m)
}
