# pp: run
model t {
  input x: real[3]
  h = 2 * x
  output y = sum(h)
}
model other { input x: real[3]; output y = sum(x) }
dataset d = pair({x: [1, 2, 3]}, {x: [4, 5, 6]}, for: t)
dataset e = pair({x: [1, 2, 3]}, {x: [4, 5, 6]}, for: other)
hypothesis a on t { set h to tensor([1, 2]) }
hypothesis b on t { set h to "zero" }
hypothesis c on t { set h to mean(of: e) }
hypothesis d2 on t { set h to mean(side: middle) }
hypothesis f on t { set h to mean(rows: some) }
hypothesis g on t { set k to zero }
hypothesis i on t { keep all; set h to tensor([1, 2, 3]) }
paths(h) except i
evaluate i on d by value
