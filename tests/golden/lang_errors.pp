# pp: run
let a = nope + 1
a + 1
let x = 1
let x = 2
x = 3
fn f(p, q) = p + q
f(1)
f(1, r: 2)
f(q: 1, q: 2)
sqrt(1, 2)
layer_norm([1, 2], epsilon: 1)
[1, 2][2]
[1, 2][0.5]
[1, 2][1..3]
{b: 1, c: 2}.d
{b: 1, b: 2}
1 < "x"
if 1 { 2 }
"x" + [1]
tensor([[1, 2], [3]])
tensor([1, 2]) + tensor([1, 2, 3])
tensor([1, 2]) @ tensor([3, 4])
for i in 5 { i }
fn deep(n) { let l = []; for i in 0..n { l = [l] }; l }
deep(100000)
fn wide(n) { let l = [1]; for i in 0..n { l = [l, l] }; l }
wide(60)
zeros([100000, 100000])
fn endless(n) = 1 + endless(n + 1)
endless(0)
fn paths_twice(n) { let p = paths(all); for i in 0..n { p = paths(p or p) }; p }
paths_twice(60)
sweep l in 0..2 on x by kl { keep all }
plot x
here
expect [1, 2] == [1, 3]
fail("on purpose")
model reads { input t: ids[seq]; output y = gather(tensor([[1], [2]]), t) }
input none_at_all for reads = []
input outside for reads = [0, 2]
let two = pair([0], [1], for: reads)
hypothesis everything on reads { keep all }
evaluate everything on two by mse across {}
let longer = pair([0, 1], [1, 1], for: reads)
evaluate everything on longer by value
top_tokens(tensor([1, 2]), reads, n: 0)
expect 0.1 + 0.2 == 0.3
tensor([[1, 2], [3, 4]])[0, 0, 0]
