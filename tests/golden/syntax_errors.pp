# pp: run
let = 3
f(a b)
let s = "open
hypothesis h { keep a }
let r = 1 + evaluate h on d by kl
