# pp: run
# Inner nodes are components where a rule names them, columns of them too; the same model written out gives the same numbers.
let u = tensor([[1, 2, 0], [0, 1, 3], [2, 0, 1]])
model t {
  input x: real[3]
  component m[0] {
    inner n = relu(x @ u)
    yield n @ u
  }
  component a { q = sum(x); inner p = tanh(q); v = m0 * 2; yield p * v }
  output y = sum(m0 + a)
}
model written_out {
  input x: real[3]
  let n = relu(x @ u)
  m0.n1 = n[1..2]
  m0 = concat([n[0..1], m0.n1, n[2..3]]) @ u
  component a { q = sum(x); v = m0 * 2; yield tanh(q) * v }
  output y = sum(m0 + a)
}
let ref = {x: [1, -1, 0.5]}
let cf = {x: [-0.5, 2, 1]}
dataset d = pair(ref, cf, for: t)
dataset e = pair(ref, cf, for: written_out)
fn rules_on(k) = paths(m0.n[1] -> m0 -> y)
hypothesis one on t { keep m0.n[1] -> m0 -> y }
hypothesis same on written_out { keep m0.n[1] -> m0 -> y }
hypothesis set_one on t { keep all; set m0.n[1] to 3 }
hypothesis set_same on written_out { keep all; set m0.n1 to 3 }
hypothesis plain on t { keep m0 -> y }
hypothesis plain_same on written_out { keep m0 -> y }      # where n1 is named, "m0" is m0 or a part of it
hypothesis by_name on t { keep not m0.n[0] }
hypothesis frozen on t { keep all; drop a.q; keep a.p }
let a = evaluate [one, set_one, plain, by_name, frozen] on d by value
let b = evaluate [same, set_same, plain_same] on e by value
[[r.hypothesis, r.patched, r.paths_kept, r.paths_total] for r in a]
[[r.hypothesis, r.patched, r.paths_kept, r.paths_total] for r in b]
expect a[one].patched == b[same].patched and a[set_one].patched == b[set_same].patched
sweep i in 0..3 on d by value { keep all; set m0.n[i] to zero }
sweep i in 0..3 on d by value { keep m0.n[i] -> m0 -> y }
hypothesis passed_over on t { keep x -> m0 -> y; keep x -> a.q -> y; drop m0.n[0] -> m0 -> y; drop a.p; keep a.p }
hypothesis in_circuit on t { keep circuit {x -> m0, m0 -> y, x -> a.q, a.q -> y}; drop m0.n[0] }
let c = evaluate [passed_over, in_circuit] on d by value
[[r.hypothesis, r.patched, r.paths_kept, r.paths_total] for r in c]
[sum((evaluate x on d by value).patched) for x in [one, plain]]
count(one)
count(paths(m0.n[*]), t)
witness(paths(m0.n[1] -> m0), t)
paths(m0.n[1] -> m0) subset of paths(m0) on t
one subset of paths(m0.n[1]) on t
