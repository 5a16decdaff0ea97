# pp: run
# rules built by for and if, functions that return path sets, path sets from a module, in a small attention-only model
model m {
  input tokens: ids[seq]
  embed = gather(tensor([[1, 0, 0, 2], [0, 1, 0, 0], [0, 0, 3, 0], [1, 1, 0, 1]]), tokens)
  for l in 0..2 {
    for h in 0..2 { component a[l].h[h] { q = embed * (h + 1); k = embed * (l + 1); yield softmax(causal(q @ transpose(k))) @ embed } }
  }
  output logits = embed + a[0].h[0] + a[0].h[1] + a[1].h[0] + a[1].h[1]
}
dataset d = pair([0, 1, 2], [3, 1, 1], for: m)
fn to_output(l, h) = paths(a[l].h[h] -> logits)
fn several(heads) { let p = paths(embed -> logits); for x in heads { p = paths(p or to_output(x[0], x[1])) }; p }
use "lib/path_sets.pp" as sets
hypothesis written on m { keep embed -> logits; keep a0.h1 -> logits; keep a1.h0 -> logits }
hypothesis looped on m {
  keep embed -> logits
  for x in [[0, 1], [1, 0]] { keep to_output(x[0], x[1]) }
}
hypothesis chosen on m {
  for l in 0..2 { for h in 0..2 { if l != h { keep a[l].h[h] -> logits } else { drop a[l].h[h] } } }
  keep embed -> logits
}
hypothesis by_function on m { keep several([[0, 1], [1, 0]]) }
hypothesis by_module on m { keep embed -> logits; keep sets.direct(0, 1); keep sets.direct(1, 0) }
fn kept(l, h) { hypothesis made on m { keep embed -> logits; keep a[l].h[h] -> logits }; made }
let r = evaluate [written, looped, chosen, by_function, by_module] on d by kl
expect [row.aue for row in r] == [r[written].aue for row in r] and unique(table(r).paths_kept) == [r[written].paths_kept]
let made = [kept(l, h) for l in 0..2 for h in 0..2]
let each = evaluate made on d by kl
expect len(each) == 4 and len(unique(table(each).aue)) > 1
expect count(several([[0, 1]]), m) == count(paths(embed -> logits or a0.h1), m)
