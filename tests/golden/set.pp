# pp: run --json
# Values that a rule sets: cut where the suffix that begins at them matches, undone where a later rule matches it already.
model t {
  input x: real
  h0 = 2 * x
  h1 = x + 1
  component b { q = h0 + h1; v = 3 * x; yield q * v }
  output y = h0 + 2 * h1 + b
}
dataset d = pair({x: 1}, {x: 4}, for: t)
delta out(ref, patched) = patched.y
let five = 5

hypothesis zeroed on t { keep all; set h0 -> y to zero }             # 0 + 4 + 12
hypothesis both on t { keep all; set h0 to 0 }                       # 0 + 4 + 6
hypothesis undone on t { keep all; set h0 to 0; keep h0 -> y }       # 2 + 4 + 6
hypothesis whole on t { keep all; set b to five + 2; keep b.v }      # 2 + 4 + 7: that v is kept is not known where b is set
hypothesis spared on t { keep h0; keep h1; set b to 7; keep not b.q }   # 2 + 4 + 4 * 3: what is set is b, and not where only its q is known
hypothesis part on t { keep all; set b.q to 10 }                     # 2 + 4 + 30
hypothesis averaged on t { keep all; set h1 -> y to mean; set b.v to mean(side: ref) }       # 2 + 10 + 12
hypothesis output on t { set y to -1 }
evaluate [zeroed, both, undone, whole, spared, part, averaged, output] on d by out
table(evaluate [zeroed, both] on d by out).paths_cut

hypothesis dropped on t { keep all; drop h1 }                        # 2 + 10 + 3 * (2 + 5)
evaluate dropped on d by out
sweep s in [0, 1, 2] on d by out { keep all; set h1 -> y to s }
