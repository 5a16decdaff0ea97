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
model reads { input t: ids[seq]; embed = gather(tensor([[1, 2], [3, 5]]), t); output logits = embed * 2 }
dataset two = pairs([{ref: [0, 1], cf: [1, 1], positions: {S: 0}}], for: reads)
hypothesis at_row on reads { keep embed@S; drop embed@T or embed@7 }
evaluate at_row on two by kl
