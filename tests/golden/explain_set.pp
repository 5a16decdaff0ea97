# pp: explain --edges --paths
# What a rule that sets a value does to paths: they are cut, neither kept nor dropped; an inner node is there for who names it.
model t {
  input x: real
  h0 = 2 * x
  component b { q = h0 + 1; inner n = q * q; v = 3 * x; yield n * v }
  output y = h0 + b
}
dataset d = pair({x: 1}, {x: 4}, for: t)
hypothesis h on t { keep all; set b.n to mean; set h0 -> y to zero }
evaluate h on d by value
