# pp: run --json
# b -> y lies in the circuit, the whole path to it does not: at b the rule that sets is the last that matches.
model m {
  input x: real[1]
  a = x * 2
  b = a * 3
  output y = sum(a + b)
}
dataset d = pair({x: [1]}, {x: [5]}, for: m)
delta out(ref, patched) = patched.y
hypothesis h on m { keep all; set b -> y to 0; keep not circuit {b -> y} }
hypothesis w on m { keep all; set b -> y to 0; keep not (within {b, y}) }
evaluate [h, w] on d by out
