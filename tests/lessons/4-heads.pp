# Answers to the exercises of docs/lessons/4-heads.pp; tests/lessons.py says how this is read.
#? 1 right
75
#? 1 right
count(paths(a0.h0), m)
#? 1 hint: ways lead in
25
#? 1 hint: past layer 1
72
#? 1 hint: past layer 1
24
#? 1 hint: entered by 3 ports
27
#? 1 hint: get through a0.h0
3
#? 1 hint: times ways
100
#? 2 right
a0.h7 -> a1.h[*].q
#? 2 right
a0.h7.{q,k,v} -> a1.h[0..8].q
#? 2 right
a0.h7 .. a1.h[*].q
#? 2 hint: whole head
a0.h7
#? 2 hint: 0.99
a0.h7 -> a1.h[*].k
#? 2 hint: 0.98
a0.h7 -> a1.h[*].v
#? 2 hint: not of all heads
a0.h7 -> a1.h2.q
#? 2 hint: These are 72 of the paths
a0.h7 -> a1.h[*]
#? 2 hint: does not go through a0.h7
a1.h[*].q
#? 2 unreadable: no component
a0.h9
#? 2 hint: No path of m
a1.h[*].q -> a0.h7
#? 3 right: NEXT: the row after
NEXT
#? 3 hint: not one row
FIRST
#? 3 hint: less than with none
PREV
#? 3 hint: less than with none
END
#? 3 hint: less than with none
SECOND
#? 3 hint: Name one row
{PREV,NEXT}
#? 3 unreadable
THERE
