# Answers to the exercises of docs/lessons/7-traps.pp; tests/lessons.py says how this is read.
#? 1 right
-0.8
#? 1 right
1 - 9/5
#? 1 hint: That is 9
9
#? 1 hint: That is 14
14
#? 1 hint: left unexplained
1.8
#? 1 hint: alone
0
#? 1 hint: See how far y
0.5
#? 1 hint: 10 + 4
-9
#? 2 right
0
#? 2 hint: brought the answer back
1
#? 2 hint: on `three`
0.21
#? 2 hint: Which rows differ
-1
#? 3 right
2,6
#? 3 hint: Fewer will do
2,4,6
#? 3 hint: Fewer will do
*
#? 3 hint: one head
2
#? 3 hint: not these two
4,6
#? 3 hint: not these two
2,4
#? 3 hint: three heads that copy
0,1,3
