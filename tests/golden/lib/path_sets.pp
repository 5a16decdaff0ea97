# path sets that other scripts use
fn direct(l, h) = paths(a[l].h[h] -> logits)
