# pp: run --json --per-pair
# Rows that a selection does not take from an input: with one position of two that no pair has alone, a value was once written
# over while others still read it.  The number is that of the literally expanded tree.
model m {
  input tokens0: ids[seq]
  let t1 = gather(tensor([[-0.75, -0.875, 0.5], [1.125, -0.75, -0.75], [-0.625, -0.5, 0.5], [-1.0, 0.375, 0.875], [0.25, -0.25, 0.25]]), tokens0)
  embed = t1
  input tokens1: ids[seq]
  let t2 = gather(tensor([[-0.75, 0.375, 0.875], [-0.375, -0.75, -0.875], [-0.875, -0.75, -0.375], [-1.0, -0.625, 0.375], [-0.625, 0.625, -0.75]]), tokens1)
  embed[1] = t2
  let t3 = sum([embed, embed1])
  component a[0].h[0] {
    let t4 = tanh(t3)
    let t5 = (t4 @ tensor([[0.625, 1.125], [-0.625, -0.625], [0.625, -1.0]]))
    q = t5
    let t6 = causal((t3 @ transpose(t3)))
    let t7 = (softmax(t6) @ t3)
    k = (t7 @ tensor([[0.75, -1.0], [-0.5, 0.75], [-0.25, 1.0]]))
    let t8 = ((embed1 - embed1) @ tensor([[-0.625, 0.875], [0.375, -0.625], [0.625, -0.875]]))
    v = t8
    let t9 = (q @ transpose(k))
    let t10 = softmax(causal(t9))
    let t11 = ((t10 @ v) @ tensor([[0.625, 1.0, 0.625], [0.875, -0.625, -0.625]]))
    let t12 = tanh(t11)
    let t13 = (embed @ tensor([[-0.5, 0.875, 1.0], [1.0, -1.0, -0.25], [-1.0, 0.875, -0.375]]))
    let t14 = (t12 * t13)
    yield t14
  }
  let t15 = sum([t3, a[0].h0])[*, 0..2]
  let t16 = t3[*, 2..3]
  m0 = concat([t15, t16])
  let t17 = sum([t3, a[0].h0, m[0]])
  component a[1].h0 {
    let t18 = ((t17 @ tensor([[-1.125, 0.5, -0.25], [0.75, 1.125, -1.125], [-0.75, -0.375, -1.0]])) @ tensor([[-1.0, 1.0], [0.75, -0.875], [0.875, 1.0]]))
    let t19 = (layer_norm(t17, tensor([0.75, -1.0, -0.375]), eps: 0.25) @ tensor([[-0.25, 0.5], [1.0, 1.125], [-0.75, 0.25]]))
    let t20 = minimum(t17, t17)
    let t21 = (t20 @ tensor([[1.0, -0.25], [0.375, -1.0], [-1.0, 0.75]]))
    v = t21
    let t22 = (softmax((t18 @ transpose(t19))) @ v)
    yield (t22 @ tensor([[-0.875, -0.25, 0.625], [1.125, 1.125, -0.75]]))
  }
  m2 = embed1
  component a3.h[0] {
    let t23 = (m[2] @ transpose(m[2]))
    let t24 = softmax(t23)
    let t25 = (t24 @ m[2])
    q = (t25 @ tensor([[-0.75, -1.125], [-0.75, -0.625], [-0.625, 0.375]]))
    let t26 = (embed @ tensor([[-0.375, -0.375, -1.125], [-1.125, 0.75, -0.5], [-1.0, -0.375, 1.125]]))
    let t27 = ((m[2] @ tensor([[-0.25, 0.375, -0.25], [0.25, 0.875, 0.25], [-0.75, -0.25, 0.5]])) @ tensor([[-0.625, 0.25], [1.0, -0.625], [-1.0, -0.625]]))
    v = t27
    let t28 = transpose((t26 @ tensor([[0.875, 0.75], [-0.625, -0.875], [-0.375, 0.625]])))
    let t29 = (q @ t28)
    let t30 = causal(t29, window: 2)
    let t31 = softmax(t30)
    let t32 = (t31 @ v)
    let t33 = (t32 @ tensor([[-0.875, -0.625, -1.125], [0.25, -0.5, -1.0]]))
    yield t33
  }
  component a[3].h[1] {
    let t34 = transpose(m[2])
    let t35 = causal((m[2] @ t34))
    let t36 = (softmax(t35) @ m[2])
    q = (t36 @ tensor([[-0.25, 0.375], [0.5, 0.875], [-0.375, -0.375]]))
    let t37 = m[2][*, 0..2]
    let t38 = m[2][*, 2..3]
    let t39 = concat([t37, t38])
    let t40 = (t39 @ tensor([[0.875, 0.375], [1.125, -0.5], [-0.5, -0.375]]))
    let t41 = transpose(t40)
    k = t41
    let t42 = log_softmax(m[2])
    let t43 = (t42 @ tensor([[1.0, 1.125], [0.25, -0.5], [-1.125, 1.125]]))
    let t44 = softmax((q @ k))
    yield ((t44 @ t43) @ tensor([[1.0, -0.625, 0.625], [-0.5, -0.75, -0.5]]))
  }
  let t45 = tanh(sum([m[2], a[3].h0, a[3].h1]))
  let t46 = ((t45 @ tensor([[-0.875, -0.75, 1.125], [0.75, -0.375, -0.5], [1.125, -0.5, -0.875]])) + tensor([1.125, -0.875, 0.875]))
  output out = t46
}
dataset d = load("data/unread_rows.jsonl", for: m)
delta second(ref, patched) = sum(patched.out) * 0 + patched.out[1, 0]
hypothesis g on m {  keep *@{S, R} -> m[*] -> (out@-1 | out@END); keep embed[1..2] -> (m2@2 | a[3..4].h[1..2]@2)* -> out@{S, -1} | a[3..4].h1.{q, k}; set *@{S, R} -> m[*] -> (out@-1 | out@END) to zero }
hypothesis h on m { keep *@R -> m[*] -> (out@S | out@R); keep embed[1..2] -> (m2@S | a[3..4].h[1..2]@R)* -> out@R | a[3..4].h1.{q, k}; set *@R -> m[*] -> (out@R | out@S) to zero }
let r = evaluate [g, h] on d by second
expect abs(r[h, second].per_pair[0] - 1.80171683) < 1e-7
