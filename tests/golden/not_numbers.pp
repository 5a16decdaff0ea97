# pp: run
# What is not a number stays that until somebody says so: no metric makes a 0 of it.
let n = 0 / 0
maximum(n, 0)
minimum(0, n)
max([1, n, 2])
min(tensor([n, 1]))
relu(tensor([n, -1]))
softmax(tensor([1, n, 2]))
count_above(tensor([1, n, 2]), 0)
argmax(tensor([1, n]))
model u {
  input x: real[2]
  h = log(x)
  output logits = h + 1
}
dataset d = pair({x: [1, 2]}, {x: [-1, 2]}, for: u)
hypothesis none_kept on u { }
evaluate none_kept on d by kl
evaluate none_kept on d by reverse_kl
evaluate none_kept on d by js
evaluate none_kept on d by top1
let e = pairs([{ref: {x: [1, 2]}, cf: {x: [-1, 2]}, answer: 0}], for: u)
evaluate none_kept on e by prob
evaluate none_kept on e by rank
x => x
model attends {
  input t: ids[seq]
  embed = gather(tensor([[n, n], [1, 2], [3, -1]]), t)
  component head {
    q = embed + 1
    k = embed * 2
    v = embed - 1
    yield softmax(causal(q @ transpose(k) / 2)) @ v
  }
  output logits = head * 2
}
hypothesis of_head on attends { keep head.q }
evaluate of_head on pair([0, 1, 2], [1, 1, 2], for: attends) by kl
