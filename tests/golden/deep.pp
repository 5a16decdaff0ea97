# pp: run --json
# Walks of up to 100,000 operations: neither building, lowering nor counting may take a C stack frame for each.
model chain {
  input x: real
  let y = x
  for i in 0..100000 { y = abs(y) }
  output out = y
}
model sum_of_many {
  input x: real
  let y = x
  for i in 0..20000 { y = y + x }
  output out = y
}
model numbers {                                  # as many different constants
  input x: real
  let y = x
  for i in 0..20000 { y = maximum(y, 0 - i) }
  output out = y
}
model named {
  input x: real
  let y = x
  for i in 0..20000 {
    m[i] = abs(y)
    y = m[i]
  }
  output out = y
}
dataset a = pair(1, 2, for: chain)
dataset b = pair(1, 2, for: sum_of_many)
dataset c = pair(1, 2, for: numbers)
dataset d = pair(1, 2, for: named)
hypothesis all_of_chain on chain { keep x }
hypothesis all_of_sum on sum_of_many { keep x }
hypothesis none_of_numbers on numbers { }
hypothesis step on named { keep m7 -> m8 .. m[19999] }
evaluate all_of_chain on a by value
evaluate all_of_sum on b by value
evaluate none_of_numbers on c by value
evaluate step on d by value
