# pp: run
# tables: made, indexed, filtered, sorted, joined, grouped; results seen as one
let t = table([{head: "a0", layer: 0, effect: 0.5}, {head: "a1", layer: 1, effect: -2}, {head: "b0", layer: 0}])
t
expect len(t) == 3 and t.layer == [0, 1, 0] and t["head"] == ["a0", "a1", "b0"] and t[1].effect == -2 and t[-1, "effect"] == none
expect t[[1, 0]].head == ["a1", "a0"] and t[1..3].layer == [1, 0] and keys(t[["layer", "head"]][0]) == ["layer", "head"]
expect t == table({head: ["a0", "a1", "b0"], layer: [0, 1, 0], effect: [0.5, -2, none]}) and t[0..2] != t[1..3]
expect filter(t, row => row.layer == 0).head == ["a0", "b0"] and filter(0..10, x => x % 4 == 1) == [1, 5, 9]
expect sort(t, by: "effect").head == ["a1", "a0", "b0"] and sort(t, by: "effect", descending: true).head == ["a0", "a1", "b0"]
expect sort(t, by: ["layer", "head"], descending: true).head == ["a1", "b0", "a0"] and sort([3, 1, 2], by: x => -x) == [3, 2, 1]
expect top(t, 1, by: "layer").head == ["a1"] and top([3, 9, 4], 2) == [9, 4] and sort([{a: 2}, {a: 1}], by: "a")[0].a == 1
expect sorted(["b", "a"]) == ["a", "b"] and unique([1, 2, 1, "1"]) == [1, 2, "1"] and len(unique(table({a: [1, 1], b: [2, 2]}))) == 1
let more = table({layer: [0, 2], effect: [7, 8], name: ["first", "third"]})
join(t, more, on: "layer")
join(t, more, on: "layer", all: true, suffix: " of more")
expect join(["a", 1, true], "+") == "a+1+true"
group(t, by: "layer", {heads: rows => join(rows.head, " "), n: len})
expect group(t, "layer").rows[0].head == ["a0", "b0"]
with_column(t, "twice", row => row.layer * 2)
expect with_column(t, "layer", [5, 6, 7]).layer == [5, 6, 7] and with_column(t, "of", "m").of == ["m", "m", "m"]
let heads = [row.head for row in t]
expect heads == ["a0", "a1", "b0"] and list(t)[0] == {head: "a0", layer: 0, effect: 0.5}
table({long: ["a text that is longer than a line of this width can be, so that there is a line for each of its cells"], b: [1]})
table([{a: 0.123456789, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: "x", cccccccccccccccccccccccccccccccccccccccc: 2, dddddddddddddddddddddddddddddddddddd: 3}])
table([])
table([{place: i} for i in 0..300])
let many = group(table([{a: i % 5000, b: i} for i in 0..20000]), "a", {n: len, last: rows => rows.b[-1]})
expect len(many) == 5000 and many[4999] == {a: 4999, n: 4, last: 19999} and many.n == [4 for i in 0..5000]

model m {
  input x: real[2]
  h0 = x * 3
  h1 = x * 5
  output y = sum(h0 * h0 + h1)
}
dataset d = pair([1, 2], [0, 1], for: m)
hypothesis part on m { keep h1 }
hypothesis whole on m { keep all }
metric f(run) = run.y + 0
delta gap(ref, patched) = abs(ref.y - patched.y)
let r = evaluate [part, whole] on d by [f, gap]
table(r)[["hypothesis", "metric", "aue", "explained", "explained_low", "recovered", "paths_kept"]]
expect r[whole, gap].aue == 0 and r[whole][gap].aue == 0 and len(r[whole]) == 2 and r[3, "aue"] == 0 and r["metric"] == ["f", "gap", "f", "gap"]
expect [row.aue for row in r] == table(r).aue and filter(r, row => row.hypothesis == "part" and row.metric == "f").aue == [r[part, f].aue]
r[part]

t.layers
t["layers"]
t[3]
t[0, 1]
t[true]
t[0, "layer", 2]
table([{a: 1}, 2])
table({a: [1], b: [1, 2]})
table({a: 1})
sort(t)
sort([{}, {}])
sort([1], by: x => paths(all))
top(t, -1, by: "layer")
filter(t, row => row.layer)
filter(3, x => true)
join(t, more)
join(t, more, on: "name")
join(t, more, on: [])
group(t, by: 3)
with_column(t, "a", [1, 2])
r[true]
r["nothing"]
save t to "lang_tables.txt"
save t to "../lang_tables.csv"
save t to "nowhere/lang_tables.csv"
