# pp: run
# What people write who come from somewhere else, and what they are told.
def f(x): return x
let g(x) = x
if x = 3 { y }
let a = 'text'
let b = “text”
let c = x && y || z
let d = !x
let for = 1
let p = a9.h9 -> logits
if a { b }
else { c }
let total = one
  + two
keep a9.h9
hypothesis h { keep all }
hypothesis k on m {
  keep a9.h9*
  kep a9.h9
  keep a → b
}
a == b == c
0..1..2
f(x) = 3
evaluate k on pairs on pairs
