# pp: run --color always
# figures in a terminal with 256 colours
heatmap([[1, -2, 0], [none, 0.5, 2]], rows: {layer: ["first", "second"]}, columns: "head")
heatmap([[1, -2], [none, 0.5]], numbers: true)
bars({a: 1, b: -2})
highlight(["When", " Mary", " and"], [0.5, -2, none])
model t {
  input x: real
  l = 2 * x
  r = 3 * x
  output y = l * r
}
hypothesis left on t { keep l }
graph(left, tree: true)
graph(left, all: true)
