# pp: run
let = 3
f(a b)
let s = "open
hypothesis h { keep a }
