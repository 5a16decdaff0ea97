# pp: run
# numbers, text, lists, records, functions: every expect holds, what is shown is compared
let x = 3
expect x + 2 * 3 ^ 2 == 21 and -x == 0 - 3 and 7 % 3 == 1 and -1 % 3 == 2 and 1 / 4 == 0.25
expect not (1 > 2) and "a" < "b" and [1, [2, "x"]] == [1, [2, "x"]] and {a: 1} == {a: 1} and 1 != "1"
let xs = [10, 20, 30, 40]
expect xs[0] == 10 and xs[-1] == 40 and xs[1..3] == [20, 30] and xs[1..-1] == [20, 30] and xs[[0, 3]] == [10, 40]
expect len(xs) == 4 and len(0..7) == 7 and len({a: 1, b: 2}) == 2 and xs + [50] == [10, 20, 30, 40, 50]
let rec = {a: 1, "b c": [1, 2], d: {e: "deep"}}
expect rec.a == 1 and rec["b c"][1] == 2 and rec.d.e == "deep" and keys(rec) == ["a", "b c", "d"]
expect has(rec, "a") and not has(rec, "z") and get(rec, "z", 7) == 7
expect [i * j for i in 1..4 for j in [1, 10] if i != 2] == [1, 10, 3, 30]
expect list(2..5) == [2, 3, 4] and sorted([3, 1, 2]) == [1, 2, 3] and reversed([1, 2]) == [2, 1] and zip([1, 2], ["a", "b"]) == [[1, "a"], [2, "b"]]
expect any([false, true]) and not every([false, true]) and floor(1.5) == 1 and ceil(1.5) == 2 and round(2.5) == 2
fn area(w, h) = w * h
expect area(h: 2, w: 5) == 10 and area(3, h: 4) == 12
fn sum_to(n) { let s = 0; for i in 0..n { s = s + i }; s }
expect sum_to(5) == 10
fn fib(n) = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
expect fib(15) == 610
let makers = [y => y + i for i in 0..3]
expect makers[2](10) == 12 and (if x == 3 { a => a * 2 } else { a => a })(4) == 8
fn counter() { let n = 1; () => n }
expect counter()() == 1
let t = tensor([[1, 2, 3], [4, 5, 6]])
expect shape(t) == [2, 3] and t[1, 2] == 6 and t[-1][0] == 4 and sum(t) == 21 and mean(t[0]) == 2 and max(t) == 6 and argmax(t) == 5
expect t[*, 1] == tensor([2, 5]) and t[0, 1..3] == tensor([2, 3]) and t[*, [2, 0]] == tensor([[3, 1], [6, 4]]) and t[0, 0..-1] == tensor([1, 2])
expect transpose(t)[2] == tensor([3, 6]) and (t @ transpose(t))[0, 0] == 14 and t + 1 == tensor([[2, 3, 4], [5, 6, 7]])
expect abs(sum(softmax([1, 2, 3])) - 1) < 1e-12 and abs(log_softmax([0, 0])[0] + log(2)) < 1e-12
expect concat([t, t])[0] == tensor([1, 2, 3, 1, 2, 3]) and concat([[1], [2, 3]]) == [1, 2, 3] and count_above(t, 2) == 4
print("numbers", 1.5, 1e20, 1 / 3, 0 - 0, "and text", [1, "two", none, true])
1 / 0
x
"quoted \" and \\ and \n newline"
rec
t
0..3
area
if x > 2 { "yes" } else { "no" }
let nothing = none
nothing
exp
[kind(1), kind("a"), kind(none), kind([1]), kind({a: 1}), kind(0..2), kind(x => x), kind(len), kind(tensor([1])), kind(true)]
# what stands alone in a loop at the top is shown, too; in a function it is not
for i in 0..2 { if i == 1 { i } else { for k in 0..2 { i + k + 10 } } }
fn quiet() { for i in 0..2 { i } }
quiet()
