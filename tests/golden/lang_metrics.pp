# pp: run
# what a metric's body sees, and what it may not do
model m {
  input tokens: ids[seq]
  embed = gather(tensor([[1, 0, 0, 2], [0, 1, 0, 0], [0, 0, 3, 0], [1, 1, 0, 1]]), tokens)
  component h[0] { q = embed; k = embed * 1; yield softmax(causal(q @ transpose(k))) @ embed }
  output logits = embed + h[0]
}
input clean for m = [0, 1, 2]
input other = [3, 1, 1]
clean
dataset d = pair(clean, other, answer: 2, foil: [0, 1], positions: {S: 1, NONE: []})
dataset plain = pair(clean, other)
hypothesis half on m { keep h0.q -> logits }
metric answer_logit(run) = run.logits[here, answer]
metric plus_one(run) = answer_logit(run) + 1
metric first(run) = run.logits[0, 0]
delta moved(ref, patched) = sum(abs(ref.logits[S] - patched.logits[S]))
metric own(run) = if here == len(tokens(run)) - 1 { none } else { tokens(run)[here + 1] * run.output[here, 0] }
let r = evaluate half on d by [answer_logit, plus_one, moved, prob, nll, logit_diff, rank]
expect r[half, answer_logit].aue == r[half, plus_one].aue and r["half", "prob"].ref < 1
expect len(r) == 7 and len(r[half, prob].per_pair) == 1 and r[half, prob].ci95.aue == none
expect abs((evaluate half on d by kl at all).aue - (evaluate half on d by kl at {0, 1, -1}).aue) < 1e-15
evaluate half on d by [own, next_nll] at all
evaluate half on d by kl at NONE
evaluate half on d by first at END
evaluate half on d by first at S
evaluate half on d by kl at T
evaluate half on plain by nll
evaluate half on plain by moved
metric whole_row(run) = run.logits[here]
metric undefined(run) = log(0 - exp(run.logits[here, 0]))
metric infinite(run) = log(run.logits[here, 0] * 0)
metric no_such(run) = run.scores[0]
evaluate half on d by whole_row
evaluate half on d by undefined
evaluate half on d by infinite
evaluate half on d by no_such
metric two(a, b) = 1
delta one(a) = 1
nll(1)
fn make() { let acc = 0; metric leak(run) { acc = acc + 1; acc }; leak }
let leak = make()
evaluate half on d by leak
metric nested(run) { let e = evaluate half on d by kl; 1 }
evaluate half on d by nested
r.aue
r[half].aue
r[half, kl]
evaluate half on d
evaluate [] on d by kl
evaluate half on half by kl
# so little that it counts as nothing
model small { input x: real; h = x * 1e-12; output y = h }
hypothesis none_of_it on small { }
evaluate none_of_it on pair({x: 1}, {x: 2}, for: small) by value
