# Answers to the exercises of docs/lessons/5-induction.pp; tests/lessons.py says how this is read.
#? 1 right
6
#? 1 hint: One path for each rule
4
#? 1 hint: with three heads
16
#? 1 hint: The direct path
5
#? 1 hint: rule by rule
12
#? 2 right: with 160 paths
keep a1.h[2,4,6].{q,v}
#? 2 right
keep a1.h[2,4,6].q
keep a1.h[2,4,6].v
#? 2 hint: does not keep already
keep embed -> logits
#? 2 hint: again, with all 226
keep a1.h[2,4,6]
#? 2 hint: but with 625
keep all
#? 2 hint: The query is wide now
keep a1.h[2,4,6].q
#? 2 hint: The value is wide now
keep a1.h[2,4,6].v
#? 2 hint: which two gain
keep a1.h[2,4,6].k
#? 3 right
embed -> a0.h7.v -> a1.h2.q -> logits
#? 3 right
embed -> a0.h2.k -> a1.h2.q -> logits
#? 3 hint: keeps that: embed -> a1.h2.q -> logits
embed -> a1.h2.q -> logits
#? 3 hint: matches 3 paths
a0.h7 -> a1.h2.q
#? 3 hint: matches 25 paths
a1.h2.q
#? 3 hint: does not go through a query
embed -> a0.h7.v -> a1.h2.v -> logits
#? 3 hint: does not go through a query
a1.h2
#? 3 hint: No path of m
a1.h2.q -> a0.h7
