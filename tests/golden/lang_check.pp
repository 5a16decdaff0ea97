# pp: check
# check passes over what only a run can know, and still sees mistakes
model t {
  input x: real
  left = 1 * x
  right = 1 * x
  output y = left * right
}
dataset d = pair({x: 3}, {x: 5})
hypothesis h on t { keep left }
let r = evaluate h on d by value
let twice = r.explained * 2
let all_of_them = [row.aue for row in list(r)]
if twice > 1 { print("not in a check") } else { print("nor this") }
expect r[h, value].explained > all_of_them[0]
print("not this either", r.n)
print("but this")
hypothesis chosen on t { if twice > 1 { keep right } }
twice + nope
hypothesis wrong on t { keep middle }
