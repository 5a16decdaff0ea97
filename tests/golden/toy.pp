# pp: run
model t {
  input x: real
  left = 1 * x
  right = 1 * x
  output y = left * right
}
dataset d = pair({x: 3}, {x: 5}, for: t)
hypothesis h on t { keep left }
hypothesis none_kept on t { }
evaluate [h, none_kept] on d by value
count(paths(left), t)
expect (evaluate h on d by value).aue == 6
expect 1 == 2
fn loop(x) = loop(x)
loop(1)
