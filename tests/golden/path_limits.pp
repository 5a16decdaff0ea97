# pp: run
# Patterns made to blow up end in a sentence, and what follows them goes on.
model deep {
  input x: real
  let r = x + 0
  for i in 0..64 {
    c[i] = r * 2
    r = r + c[i]
  }
  output y = r * 1
}
let twins = [paths(c[i] and c[63-i]) for i in 0..18]
let none_yet = paths(not all)
fn join_all(i) = if i == 0 { none_yet } else { join_all(i - 1) or twins[i - 1] }
count(paths(c0 .. c63), deep)
count(join_all(18), deep)
hypothesis h on deep { keep join_all(18) }
fn double(p) = paths((p | p) -> (p | p))
let big = double(double(double(double(double(double(paths(c1)))))))
count(double(double(double(big))), deep)
count(paths(c0 .. c1), deep)
