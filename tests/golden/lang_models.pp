# pp: run
# names in model blocks: the block's, then components, then the script's
let h = 7
let a = "the script's"
fn double(n) = n * 2
fn outer(n) = n + h
model t {
  input x: real[3]
  input s: real
  a[0] = double(x)
  for i in 1..3 {
    let scaled = a[i - 1] * s
    a[i] = tanh(scaled) + h
  }
  component b[0].h[1] {
    if h > 5 { q = a[0] + 1 } else { q = a[1] }
    k = a[1]
    yield q * 2 + k
  }
  let total = x
  for i in 0..3 { total = total + a[i] }
  let first = total[0] + b[0].h[1].q[-1] + sum(a[*])[0..2][1]
  output out = first + outer(s)
}
dataset d = pair({x: [1, 2, 3], s: 1}, {x: [3, 2, 1], s: 2}, for: t)
hypothesis through on t { keep a[0] -> b0.h1.q -> out; keep s }
count(paths(all), t)
count(paths(b0.h1.{q,k}), t)
t
# an architecture is called like a function
model line(cfg, w) { input x: real; h = cfg.slope * x; output y = h + w }
let steep = line({slope: 3}, 1)
evaluate [straight] on one by value
dataset one = pair({x: 1}, {x: 2}, for: steep)
hypothesis straight on steep { keep h }
(evaluate straight on one by value).ate
line({slope: 3})
model missing { input x: real; output y = m[0] + x }
model missing2 { input x: real; m[0] = x; output y = m[1] + x }
model twice { input x: real; h0 = x; h[0] = 2 * x; output y = h0 }
model no_output { input x: real; h0 = x }
model no_yield { input x: real; component c { q = x }; output y = x }
model bad_shape { input x: real[3]; output y = x @ tensor([[1, 2], [3, 4]]) }
model bad_slice { input x: real[3]; output y = x[2..5] }
model tokens_only { input tokens: ids[seq, 3]; output y = tokens }
model set_outer { input x: real; let y = x; fn g(n) { y = n; y }; let z = g(2 * x); output o = y }
set_outer
