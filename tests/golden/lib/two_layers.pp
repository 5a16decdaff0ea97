# Two layers of two heads and an MLP, all weights 0: a graph to ask about paths.
model two {
  input tokens: ids[seq]
  embed = gather(zeros([5, 8]), tokens)
  let x = embed + 0
  for l in 0..2 {
    for h in 0..2 {
      component a[l].h[h] {
        q = x * (1 + h)
        k = x * (3 + h)
        v = x * (5 + h)
        yield q * k + v
      }
    }
    x = x + sum(a[l].h[*])
    m[l] = x * x
    x = x + m[l]
  }
  output logits = x @ zeros([8, 5])
}
