# pp: run
# Values inside of a run: of the model's own runs and of a treeified graph, where a value may have several copies.
model t {
  input x: real[2]
  h0 = 2 * x
  component b { q = h0 + 1; inner n = q * q; v = sum(x); yield n * v }
  output y = sum(h0 + b)
}
dataset d = pair({x: [1, 2]}, {x: [3, -1]}, for: t)
hypothesis h on t { keep h0 -> b.q -> y }
let ref = run("ref", d)
let cf = run("cf", d, pair: 0)
let r = run(h, d)
[r, ref]
[ref.y, ref.h0, ref.b, ref.b.q, ref.b.v, ref.b.n, ref.x]
[cf.y, cf.h0, cf.b, cf.b.n[0]]
[r.y, r.b, r.b.q, r.b.v]
r[paths(h0 -> b.q)]
r[paths(h0 -> y)] + r[paths(x -> b.v)]
expect r.y == sum(r[paths(h0 -> y)]) + sum(r.b)
r.h0
hypothesis s extends h { set b.v to 10; set h0 -> y to zero }
[run(s, d).b.v, run(s, d).b, run(s, d).y]
hypothesis whole on t { set y to 3 }
run(whole, d).h0
run(whole, d).y
ref.c
ref.b.p
ref[paths(h0)]
run(h, d).b[0]
