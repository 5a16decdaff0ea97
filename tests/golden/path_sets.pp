# pp: run
# Sets of paths on a graph of GPT-2 small's shape: 12 layers of 12 heads, 2.70e22 paths.
use "lib/gpt2_small.pp"
hypothesis h on gpt { keep a9.h9 -> logits; keep a5.h5 -> a8.h6.q -> a9.h9; drop m0 }
let p = paths(a5.h1 -> a9.h9.q)
count(paths(all), gpt)
count(p, gpt)
count(h)
p subset of paths(a9.h9) on gpt
p equals paths(a9.h9) on gpt
paths(a9.h9) equals (paths(a9.h9.q) or paths(a9.h9.{k, v})) on gpt
paths(not (not a9.h9)) equals paths(a9.h9) on gpt
witness(paths(a9.h9) except p, gpt)
witness(p and paths(m11), gpt)
print(witness(p except paths(a9.h9), gpt))
count(p except h, gpt)
let c = coverage(h)
filter(c, r => r.share > 0.3)
coverage(h, by: "layer")[8..12]
hypothesis w on gpt { keep witness(p, gpt) }
count(w)
# what cannot be asked
count(paths(a9.h9@3), gpt)
count(paths(a9.h9))
count(paths(a12.h0), gpt)
coverage(h, by: "head")
count(paths((a[0..6].h[*] | m[*]) -> * -> * -> * -> * -> * -> * -> * -> * -> * -> *), gpt)
count(paths(a0.h0 and a0.h1 and (a1.h0 or not a2.h3)), gpt)
count(paths(a1.h0 and a2.h1 and a3.h2 and a4.h3 and a5.h4 and a6.h5 and a7.h6 and a8.h7 and a9.h8 and a10.h9 and a11.h10 and m0 and m1 and m2 and m3 and m4 and m5 and m6 and m7 and m8 and m9 and m10 and m11), gpt)
expect paths(a9.h9) subset of p on gpt
expect p equals paths(a9.h9) on gpt
