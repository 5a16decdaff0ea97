# pp: run
# A missing bracket spoils one statement: every mistake here is told once.
let q = f(1,
  g(2,
let z = 3 3
fn f(x) {
  let a = (1
}
fn g(x) {
  let y = {a 1}
  let z = 3 4
}
let l = [
  1 2,
  3
]
let x = 3 }
hypothesis h on m {
  keep (a | b -> c
  drop b
}
hypothesis om k {
  keep a a
}
let r = {a: 1, b: [2, 3
