# The shape of GPT-2 small with numbers for weights.
model gpt {
  input x: real
  embed = x + 1
  let r = embed + 0
  for l in 0..12 {
    for h in 0..12 {
      component a[l].h[h] {
        q = r * (1 + h)
        k = r * 2
        v = r * (3 + h)
        yield q * k + v
      }
    }
    r = r + sum(a[l].h[*])
    m[l] = r * r
    r = r + m[l]
  }
  output logits = r * 2
}
