# pp: check
# Warnings of pp check, each with its place; and what is no mistake although it looks like one.
use "lib/two_layers.pp"
let unused = 1
let _kept_for_later = 2
fn only_itself(n) = if n == 0 { 0 } else { only_itself(n - 1) }
fn helper(n) { let half = n / 2; let never = 3; half }
metric by_slot(run) = run.logits[END, answer]
let text = "{inner}"
let inner = helper(4)
print(text)
hypothesis twice on two { keep a0.h0; keep a0.h0 }
hypothesis covered on two { keep a0.h0.q; keep a0.h0.{q,k}; keep m0 }
hypothesis overruled on two { keep a0.h0 -> m0; drop a0.h0; keep m1 }
hypothesis nothing_yet on two { drop m0; keep m1 -> logits }
hypothesis all_again on two { keep m0; drop a1.h0; keep all }
hypothesis useful on two { keep a0.h0; drop a0.h0 -> m0; keep a0.h0 -> m0 -> m1 }
hypothesis base on two { keep m0; keep m1 }
hypothesis child extends base { drop m0; drop m1; keep a0.h1 -> logits }
hypothesis looped on two { for l in 0..2 { for h in 0..2 { keep a[l].h[h] } }; for l in 0..2 { keep m[l] -> logits } }
hypothesis partly on two { keep a0.h[*]; for l in 0..2 { keep a[l].h0 } }
hypothesis idle_loop on two { keep a[*].h[*]; for l in 0..2 { keep a[l].h0 -> m1 } }
hypothesis by_row on two { keep embed@0 -> m0; keep embed@1 -> m0; drop embed@0 -> m0 }
hypothesis by_row_hidden on two { keep embed@0 -> m0; keep embed }
hypothesis negated on two { keep not (embed@0 -> m0); keep embed@0 -> m1 }
[twice, covered, overruled, nothing_yet, all_again, useful, child, looped, partly, idle_loop, by_row, by_row_hidden, negated]
