# pp: run
# A subspace of a value is a component of its own: h is (2, -2, 1) and (-1, 4, 2), so the part of h along (1, 1, 0) is 0 and (1.5, 1.5, 0).
model t {
  input x: real[3]
  h = 2 * x
  component a { q = sum(h); v = h * 2; yield q * v }
  output y = sum(h + a)
}
dataset d = pair({x: [1, -1, 0.5]}, {x: [-0.5, 2, 1]}, for: t)
hypothesis s on t {
  split h by tensor([1, 1, 0]) as inside, outside
  keep h.inside -> y
}
hypothesis s2 on t { split a by [[1,0],[0,1],[0,0]] as xy; keep all; set a.xy to zero }
hypothesis s3 extends s { keep h.outside -> a.v }
evaluate [s, s2, s3] on d by value
hypothesis bad on t { split a by [1,0,0] as q, r; keep all }
hypothesis bad2 on t { split y by [1,0,0] as q, r; keep all }
hypothesis bad3 on t { split h by [1,0] as q, r; keep all }
hypothesis bad4 on t { split h by [[1,2],[2,4],[0,0]] as q, r; keep all }
hypothesis bad5 on t { split zz by [1,0,0] as q, r; keep all }
hypothesis bad6 on t { split h by [0,0,0] as q, r; keep all }
