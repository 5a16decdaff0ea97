# pp: run
# figures in the terminal, without colours: a sign and a bar for the size of every number
model m = load("../../examples/models/induction")
dataset d = take(load("../../examples/data/repeats.jsonl", for: m), 8)
let effect = sweep l in 0..2, h in [2, 4, 6] on d by logit_diff { keep all; drop a[l].h[h] -> logits }
plot heatmap(effect)
plot heatmap(effect, numbers: true, title: "one head at a time", scale: 10)
effect.effect[1]
plot heatmap(effect, of: "explained", at: {l: 1})
plot bars(effect, at: {h: 4})
plot sweep l in 0..2, h in [2, 4] on d by [kl, nll] { keep all; drop a[l].h[h] -> logits }
let three = sweep l in 0..2, h in [2, 4], port in ["q", "k"] on d by kl { keep all; if port == "q" { drop a[l].h[h].q -> logits } else { drop a[l].h[h].k -> logits } }
plot three
plot heatmap(three, at: {port: "q"})
plot bars(three)
heatmap(three, at: {head: 1})
heatmap(three, at: {port: "v"})
heatmap(effect, of: "recovered")
heatmap(three, of: "effect", at: {port: "q"})

hypothesis direct on m { keep embed -> logits }
hypothesis naive on m { keep embed -> logits; keep embed -> a1.h[2,4].v -> logits; keep a0.h0 -> a1.h[2,4].k }
let r = evaluate [direct, naive] on d by [kl, nll]
plot r
plot bars(r, of: "aue", metric: "kl")
plot heatmap(r)
plot r[naive, kl]

# without a sweep
heatmap([[1, -2], [none, 0.5]], rows: {layer: ["first", "second"]}, columns: "head", unit: "nats")
heatmap(tensor([0, 0, 0]))
heatmap([[1 / (i + j + 1) for j in 0..60] for i in 0..3])
heatmap([[i * j for j in 0..50] for i in -1..2], numbers: true)
let words = ["When", "Mary", "and", "John", "left", "the", "conservatory"]
heatmap([[if j > i { 0 } else { 1 / (i + 1) } for j in 0..7] for i in 0..7], rows: words, columns: words)
heatmap([[1, 2, 3, 4, 5, 6, 7]], columns: words)
bars({a: 1, "a longer name": -2.5, c: none}, unit: "nats")
bars([3, 4], labels: ["x", "y"], low: [2, 3.5], high: [5, 4.25])
let t = table([{head: "a0", layer: 0, effect: 0.5}, {head: "a1", layer: 0, effect: -2}, {head: "a1", layer: 1, effect: 1}])
bars(t, labels: "head", of: "effect")
heatmap(t, rows: "layer", columns: "head", of: "effect")
highlight(["When", " Mary", " and", "\n", " John"], [0.5, -2, none, 0.1, 2])
heatmap([[1, 2], [3, 4]], rows: ["中文", "é"], columns: ["日本語", "b"])
let f = bars([1])
kind(f)
[f]

# what cannot be drawn
plot t
plot "text"
heatmap(t)
bars(t)
heatmap(t, rows: "layer", columns: "layer", of: "effect")
heatmap(tensor([[[1]]]))
heatmap([[1, 2], [3]])
heatmap([[1, 2]], rows: ["a", "b"])
bars([1, 2], low: [1], high: [2])
bars([])
highlight(["a", "b"], [1])
heatmap([[1]], colour: "red")
plot f to "figure.png"
plot f to "../figure.svg"
